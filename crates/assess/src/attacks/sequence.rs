//! Sequence uniqueness: who knows a few of a person's rows finds the person by them together.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Attack, AttackReport, share};
use crate::exposure::{AttackInput, Chance};
use crate::hash;

/// The attacker knows m of a person's released rows, drawn by chance, m from 1 to `sequence_points`, and
/// that they are of one person; the person is singled out where nobody else has such rows as often
/// (`unique_at_m`), or such rows at all (`unique_classes_at_m`). A row is known by its quasi-identifiers as
/// released. People with fewer than m rows are left out. The number is the share of the people with
/// `sequence_points` rows whom so many single out, or with the most rows that anybody has. In joint scope it
/// is that of the classes alone: such a release claims nothing where it can be seen how many rows are one
/// person's.
///
/// A release that names no subjects does not say which rows are one person's: this is what is learnt where
/// that is known from elsewhere, as from equal kept cells. Of m = 1 the share is 0 where every class has two
/// people.
///
/// # Citation
///
/// de Montjoye et al., *Unique in the crowd*, Scientific Reports 2013.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sequence;

/// Whether it counts how often somebody has a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeats {
    Count,
    Ignored,
}

impl Attack for Sequence {
    fn name(&self) -> &'static str {
        "sequence"
    }

    fn citation(&self) -> &'static str {
        "de Montjoye et al., Unique in the crowd, Scientific Reports 2013"
    }

    fn run(&self, input: &AttackInput) -> Vec<AttackReport> {
        if !input.has_subject {
            return vec![AttackReport::not_run(self, "no subject column: each row is a person")];
        }
        if !input.released.whose.is_known() {
            let why = "whose the released rows are cannot be told; keep a column that names rows";
            return vec![AttackReport::not_run(self, why)];
        }
        let visits = Visits::of(input);
        let most = input.config.sequence_points;
        let told = |repeats| -> Vec<Uniqueness> {
            (1..=most).map(|points| visits.unique(input, points as usize, repeats)).collect()
        };
        let (counted, classes) = (told(Repeats::Count), told(Repeats::Ignored));
        let judged = if input.joint { &classes } else { &counted };
        let Some(last) = judged.iter().rev().find(|u| u.tried > 0) else {
            return vec![AttackReport::not_run(self, "nobody is released")];
        };
        let of_class =
            last.of_class.iter().map(|(class, n)| (*class, share(*n, last.tried as f64)));
        let mut report = AttackReport::made(self, last.share(), input.sequence_max())
            .figure("points", last.points as f64)
            .figure("tried", last.tried as f64)
            .figure("people", visits.points.len() as f64)
            .worst(input, of_class);
        for (name, told) in [("unique_at", &counted), ("unique_classes_at", &classes)] {
            for unique in told {
                report = report.figure(format!("{name}_{}", unique.points), unique.share());
            }
        }
        vec![report]
    }
}

/// What was found with so many known rows.
struct Uniqueness {
    points: usize,
    tried: usize,
    unique: usize,
    /// Known rows of people singled out, by class.
    of_class: Vec<(u32, f64)>,
}

impl Uniqueness {
    fn share(&self) -> f64 {
        share(self.unique as f64, self.tried as f64)
    }
}

/// The rows of each person as points. The n-th row of a class is a point of its own, so that how often
/// somebody has it counts.
struct Visits {
    /// By person: their points, equal rows beside each other.
    points: Vec<Vec<Point>>,
    /// By point: the people who have it, ascending.
    holders: Vec<Vec<u32>>,
}

/// A row of a person.
#[derive(Clone, Copy)]
struct Point {
    number: u32,
    class: u32,
    /// Where the person's rows that equal it begin.
    first: usize,
}

impl Visits {
    fn of(input: &AttackInput) -> Self {
        let release = &input.released;
        let mut rows: Vec<(u32, u128, u32)> = (0..release.rows())
            .map(|row| {
                let class = release.class_of[row];
                let kept = if input.sequence_kept { release.beside[row].kept } else { 0 };
                let codes = [class, kept as u32, (kept >> 32) as u32];
                (release.person[row], hash::of_codes(&codes), class)
            })
            .collect();
        rows.sort_unstable();
        let mut numbers: HashMap<(u128, u32), u32, FixedState> = HashMap::default();
        let mut visits = Self { points: Vec::new(), holders: Vec::new() };
        for person in rows.chunk_by(|a, b| a.0 == b.0) {
            let mut points = Vec::with_capacity(person.len());
            for same in person.chunk_by(|a, b| a.1 == b.1) {
                let first = points.len();
                for (nth, (_, what, class)) in (0u32..).zip(same) {
                    let next = numbers.len() as u32;
                    let point = *numbers.entry((*what, nth)).or_insert(next);
                    if point == next {
                        visits.holders.push(Vec::new());
                    }
                    visits.holders[point as usize].push(visits.points.len() as u32);
                    points.push(Point { number: point, class: *class, first });
                }
            }
            visits.points.push(points);
        }
        visits
    }

    /// How many of the people with so many rows are singled out by as many, drawn by chance.
    fn unique(&self, input: &AttackInput, points: usize, repeats: Repeats) -> Uniqueness {
        let mut chance = Chance::new(input.config.seed ^ points as u64, "sequence");
        let able: Vec<u32> = (0..self.points.len() as u32)
            .filter(|person| self.points[*person as usize].len() >= points)
            .collect();
        let tried = chance.some_of(able.len(), input.config.attempts as usize);
        let mut found = Uniqueness { points, tried: tried.len(), unique: 0, of_class: Vec::new() };
        let mut of_class: HashMap<u32, f64, FixedState> = HashMap::default();
        for at in tried {
            let own = &self.points[able[at] as usize];
            let known = known(own, &chance.some_of(own.len(), points), repeats);
            if self.is_unique(&known) {
                found.unique += 1;
                known.iter().for_each(|point| *of_class.entry(point.class).or_default() += 1.0);
            }
        }
        found.of_class = of_class.into_iter().collect();
        found
    }

    fn is_unique(&self, known: &[Point]) -> bool {
        let mut lists: Vec<&[u32]> =
            known.iter().map(|point| self.holders[point.number as usize].as_slice()).collect();
        lists.sort_by_key(|list| list.len());
        let Some((shortest, rest)) = lists.split_first() else { return false };
        let all = shortest
            .iter()
            .filter(|person| rest.iter().all(|list| list.binary_search(person).is_ok()));
        all.take(2).count() == 1
    }
}

/// The points that some rows (ascending) amount to: two of three equal rows are the first two points, or
/// the first where repeats do not count.
fn known(own: &[Point], rows: &[usize], repeats: Repeats) -> Vec<Point> {
    let nth =
        |at: usize, first: usize| rows[..at].iter().filter(|r| own[**r].first == first).count();
    let points = rows.iter().enumerate().map(|(at, row)| {
        let first = own[*row].first;
        match repeats {
            Repeats::Count => own[first + nth(at, first)],
            Repeats::Ignored => own[first],
        }
    });
    points.collect()
}
