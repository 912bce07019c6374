//! Looks for small sets of columns that tell nearly everybody apart. Which column to take next is asked of
//! drawn pairs of people, a bit a pair; whether a set does is counted over all held rows.

use anonymed_core::SplitMix64;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::NEARLY_ALL;
use super::held::Rows;

/// Pairs of people that are drawn at most, and with a bit for each column.
const PAIRS: usize = 1 << 17;
const PAIR_BITS: usize = 1 << 27;
/// Columns of a set at most: nobody knows much more of many people.
const LARGEST: usize = 3;
/// Columns that a set is begun with, and that it may grow by, those first that separate most.
const BEGUN: usize = 512;
const TAKEN: usize = 128;
/// Columns of the growing set at most.
const GROWN: usize = 16;
/// Below this share of pairs no set tells nearly all apart: were a tenth of all people alike, a hundredth
/// of the pairs at most would be; a little is for chance.
const SEPARATES: f64 = 0.985;
/// Share of people whom a member of a set has to tell apart beside the others.
const ADDS: f64 = 0.1;
const SEED: u64 = 0x0a9a_27e5;

/// A set of columns by their positions.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) columns: Vec<usize>,
    pub(super) separation: f64,
    pub(super) told: f64,
}

pub(super) struct Searched {
    pub(super) people: u64,
    pub(super) single: Vec<Found>,
    pub(super) sets: Vec<Option<Found>>,
    pub(super) grown: Vec<Found>,
}

pub(super) fn search(rows: &Rows<'_>, width: usize, searched: &[usize]) -> Searched {
    let pairs = Pairs::draw(rows, PAIRS.min(PAIR_BITS / width.max(1)));
    let bits = pairs.differ(rows, width);
    let search = Search { rows, pairs: pairs.0.len(), told: HashMap::default() };
    search.all(bits, searched)
}

struct Search<'a, 'r> {
    rows: &'a Rows<'r>,
    pairs: usize,
    /// By set: the share of people told apart.
    told: HashMap<Vec<usize>, f64, FixedState>,
}

impl Search<'_, '_> {
    fn all(mut self, bits: Vec<Bits>, searched: &[usize]) -> Searched {
        let single: Vec<Found> =
            bits.iter().enumerate().map(|(column, bits)| self.found(&[column], bits)).collect();
        // What tells nearly all apart alone needs no other column, and would be in every set.
        let mut order: Vec<usize> =
            searched.iter().copied().filter(|column| single[*column].told < NEARLY_ALL).collect();
        order.sort_by_key(|column| (std::cmp::Reverse(bits[*column].count()), *column));
        let taken = &order[..order.len().min(TAKEN)];
        let mut sets = vec![None; bits.len()];
        for column in order.iter().take(BEGUN) {
            sets[*column] = self.smallest(&bits, taken, *column);
        }
        let grown = self.grown(&bits, taken);
        Searched { people: self.rows.drawn.len() as u64, single, sets, grown }
    }

    /// The smallest set found with a column in it that tells nearly all apart, and not without the column.
    fn smallest(&mut self, bits: &[Bits], taken: &[usize], column: usize) -> Option<Found> {
        let (mut set, mut differ) = (vec![column], bits[column].clone());
        while set.len() < LARGEST {
            let next = best(bits, taken, &set, &differ)?;
            differ.take_in(&bits[next]);
            set.push(next);
            if self.share(&differ) < SEPARATES {
                continue;
            }
            let found = self.found(&set, &differ);
            if found.told >= NEARLY_ALL {
                let rest = self.told(&set[1..]);
                return (rest < NEARLY_ALL && found.told - rest >= ADDS).then_some(found);
            }
        }
        None
    }

    /// One column more at a time until nobody is left who is like another.
    fn grown(&mut self, bits: &[Bits], taken: &[usize]) -> Vec<Found> {
        let (mut set, mut steps) = (Vec::new(), Vec::new());
        let mut differ = Bits::new(self.pairs);
        while let Some(next) = best(bits, taken, &set, &differ).filter(|_| set.len() < GROWN) {
            differ.take_in(&bits[next]);
            set.push(next);
            let found = self.found(&set, &differ);
            let is_done = found.told >= 1.0;
            steps.push(found);
            if is_done {
                break;
            }
        }
        steps
    }

    fn found(&mut self, set: &[usize], differ: &Bits) -> Found {
        let (separation, told) = (self.share(differ), self.told(set));
        Found { columns: set.to_vec(), separation, told }
    }

    fn share(&self, differ: &Bits) -> f64 {
        differ.count() as f64 / self.pairs.max(1) as f64
    }

    /// Share of people with a combination that nobody else has.
    fn told(&mut self, set: &[usize]) -> f64 {
        let mut key = set.to_vec();
        key.sort_unstable();
        if let Some(told) = self.told.get(&key) {
            return *told;
        }
        let told = counted(self.rows, &key);
        self.told.insert(key, told);
        told
    }
}

/// The column that separates most beside what a set does; the first of several.
fn best(bits: &[Bits], taken: &[usize], set: &[usize], differ: &Bits) -> Option<usize> {
    let free = taken.iter().copied().filter(|column| !set.contains(column));
    free.map(|column| (differ.with(&bits[column]), column))
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, column)| column)
}

fn counted(rows: &Rows<'_>, set: &[usize]) -> f64 {
    const SEVERAL: u32 = u32::MAX;
    let key = |row: usize| {
        let cells = rows.cells(row);
        set.iter().fold(0u64, |key, column| SplitMix64::mixed(key ^ u64::from(cells[*column])))
    };
    let mut whose: HashMap<u64, u32, FixedState> = HashMap::default();
    for (row, person) in rows.of.iter().enumerate() {
        let owner = whose.entry(key(row)).or_insert(*person);
        if *owner != *person {
            *owner = SEVERAL;
        }
    }
    let mut told = vec![false; rows.drawn.len()];
    whose.values().filter(|of| **of != SEVERAL).for_each(|of| told[*of as usize] = true);
    told.iter().filter(|told| **told).count() as f64 / told.len().max(1) as f64
}

/// Pairs of rows of different people.
struct Pairs(Vec<(u32, u32)>);

impl Pairs {
    /// All pairs, where they are no more than `most`; else so many of them.
    fn draw(rows: &Rows<'_>, most: usize) -> Self {
        let people = rows.drawn.len() as u64;
        if people < 2 {
            return Self(Vec::new());
        }
        if people * (people - 1) / 2 <= most as u64 {
            let all = (0..rows.drawn.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
            return Self(all.map(|(a, b)| (rows.drawn[a], rows.drawn[b])).collect());
        }
        let mut seeded = SplitMix64::new(SEED);
        let mut pair = || {
            let first = seeded.below(people);
            let other = seeded.below(people - 1);
            let second = if other >= first { other + 1 } else { other };
            (rows.drawn[first as usize], rows.drawn[second as usize])
        };
        Self((0..most).map(|_| pair()).collect())
    }

    /// By column: which pairs differ in it.
    fn differ(&self, rows: &Rows<'_>, width: usize) -> Vec<Bits> {
        let mut bits = vec![Bits::new(self.0.len()); width];
        for (n, (first, second)) in self.0.iter().enumerate() {
            let cells = rows.cells(*first as usize).iter().zip(rows.cells(*second as usize));
            for (bits, (a, b)) in bits.iter_mut().zip(cells) {
                bits.0[n / 64] |= u64::from(a != b) << (n % 64);
            }
        }
        bits
    }
}

/// Which of the drawn pairs differ, a bit a pair.
#[derive(Debug, Clone)]
struct Bits(Vec<u64>);

impl Bits {
    fn new(pairs: usize) -> Self {
        Self(vec![0; pairs.div_ceil(64)])
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// How many pairs differ here or there.
    fn with(&self, other: &Self) -> u64 {
        self.0.iter().zip(&other.0).map(|(a, b)| u64::from((a | b).count_ones())).sum()
    }

    fn take_in(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }
}
