//! k^m-anonymity of set-valued data, as lists of diagnoses are (Terrovitis, Mamoulis & Kalnis, *Privacy-
//! preserving anonymization of set-valued data*, VLDB 2008): every combination of up to m items that
//! somebody has is had by at least k people.
//!
//! Items are generalised in all sets alike and with all that is below their new label (full-subtree
//! recoding), by the paper's Apriori anonymization: combinations of one item first, then of two, and so on;
//! what holds of fewer items goes on holding. Where no label is left above an item it is taken out.

use anonymed_core::CancelToken;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::AnonymizeError;

/// Most combinations that are kept at a time: of one person, and distinct ones of all.
const MOST: u64 = 1 << 22;
const MOST_DISTINCT: usize = 1 << 24;

/// Sets of items, and whose they are.
#[derive(Debug)]
pub struct ItemSets<'a> {
    /// By item: its labels by number, from the item as it is to the root.
    pub paths: &'a [Vec<u32>],
    /// Distinct sets of items.
    pub sets: &'a [Vec<u32>],
    /// People by the sets they have, and how many of them have just these.
    pub people: &'a [(Vec<u32>, u64)],
}

/// The model: at least `k` people for every combination of up to `m` items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KmAnonymity {
    /// People.
    pub k: u32,
    /// Items that somebody knows.
    pub m: u32,
}

impl KmAnonymity {
    /// What each item becomes: the number of a label, or nothing where it is taken out.
    ///
    /// # Guarantee
    ///
    /// Whoever knows up to m items of a person, and that the person is among the people, finds at least k
    /// who have them.
    ///
    /// # Errors
    ///
    /// [`AnonymizeError::TooManyItemCombinations`] where sets are too long for so many known items, or
    /// [`AnonymizeError::Cancelled`].
    pub fn generalise(
        self,
        items: &ItemSets<'_>,
        cancel: &CancelToken,
    ) -> Result<Vec<Option<u32>>, AnonymizeError> {
        let mut cut = Cut::new(items);
        for size in 1..=self.m as usize {
            loop {
                cancel.check()?;
                let rare = cut.rare(size, u64::from(self.k))?;
                if rare.is_empty() {
                    break;
                }
                cut.raise(&rare);
            }
        }
        Ok(cut.at)
    }
}

/// What items are at present.
struct Cut<'a> {
    items: &'a ItemSets<'a>,
    at: Vec<Option<u32>>,
    /// By item: people who have it, each as often as in sets.
    weight: Vec<f64>,
    /// By label: items at or below it, and their share of all.
    below: HashMap<u32, Vec<u32>, FixedState>,
}

impl<'a> Cut<'a> {
    fn new(items: &'a ItemSets<'a>) -> Self {
        let mut weight = vec![0.0; items.paths.len()];
        for (sets, times) in items.people {
            let own = sets.iter().flat_map(|set| &items.sets[*set as usize]);
            own.for_each(|item| weight[*item as usize] += *times as f64);
        }
        let mut below: HashMap<u32, Vec<u32>, FixedState> = HashMap::default();
        for (item, path) in (0u32..).zip(items.paths) {
            path.iter().for_each(|label| below.entry(*label).or_default().push(item));
        }
        let at = items.paths.iter().map(|path| path.first().copied()).collect();
        Self { items, at, weight, below }
    }

    /// The labels of a set, ascending, each once.
    fn labels(&self, set: u32) -> Vec<u32> {
        let items = self.items.sets[set as usize].iter();
        let mut labels: Vec<u32> = items.filter_map(|item| self.at[*item as usize]).collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    /// Combinations of so many labels that fewer than `k` people have, in their order.
    fn rare(&self, size: usize, k: u64) -> Result<Vec<Vec<u32>>, AnonymizeError> {
        let labels: Vec<Vec<u32>> =
            (0..self.items.sets.len() as u32).map(|set| self.labels(set)).collect();
        let mut people: HashMap<Vec<u32>, u64, FixedState> = HashMap::default();
        let mut own: HashSet<Vec<u32>, FixedState> = HashSet::default();
        for (sets, times) in self.items.people {
            own.clear();
            let mut met = 0u64;
            for set in sets {
                let labels = &labels[*set as usize];
                met = met.saturating_add(choices(labels.len(), size));
                if met > MOST {
                    return Err(AnonymizeError::TooManyItemCombinations { most: MOST });
                }
                each_choice(labels, size, &mut |choice| {
                    own.insert(choice.to_vec());
                });
            }
            for choice in own.drain() {
                *people.entry(choice).or_default() += times;
            }
            if people.len() > MOST_DISTINCT {
                return Err(AnonymizeError::TooManyItemCombinations { most: MOST_DISTINCT as u64 });
            }
        }
        let rare = people.into_iter().filter(|(_, people)| *people < k);
        let mut rare: Vec<Vec<u32>> = rare.map(|(choice, _)| choice).collect();
        rare.sort_unstable();
        Ok(rare)
    }

    /// Raises one label of each rare combination, but for those of which one was raised already: the label
    /// in most of them for what a step costs.
    fn raise(&mut self, rare: &[Vec<u32>]) {
        let mut times: HashMap<u32, u32, FixedState> = HashMap::default();
        rare.iter().flatten().for_each(|label| *times.entry(*label).or_default() += 1);
        let mut raised: HashSet<u32, FixedState> = HashSet::default();
        for choice in rare {
            if choice.iter().any(|label| raised.contains(label)) {
                continue;
            }
            let worth = |label: &u32| f64::from(times[label]) / self.cost(*label).max(1e-12);
            // Of equal worth the lowest label, so that nothing depends on chance.
            let best = choice.iter().rev().max_by(|a, b| worth(a).total_cmp(&worth(b)));
            let Some(label) = best.copied() else { continue };
            let parent = self.parent(label);
            for item in self.moved(label) {
                raised.extend(std::mem::replace(&mut self.at[item as usize], parent));
            }
            raised.extend(parent);
        }
    }

    /// The label above another.
    fn parent(&self, label: u32) -> Option<u32> {
        let item = self.below.get(&label)?.first()?;
        let path = &self.items.paths[*item as usize];
        let at = path.iter().position(|own| *own == label)?;
        path[at + 1..].iter().copied().find(|above| *above != label)
    }

    /// The items that move where a label is raised: all that are below the label above, or stand there.
    fn moved(&self, label: u32) -> Vec<u32> {
        let moved = self.below.get(&self.parent(label).unwrap_or(label)).cloned();
        let still = |item: &u32| self.at[*item as usize].is_some();
        moved.unwrap_or_default().into_iter().filter(still).collect()
    }

    /// The certainty penalty of a label: its items' share of all, none of an item alone, and 1 for nothing.
    fn penalty(&self, label: Option<u32>) -> f64 {
        let Some(label) = label else { return 1.0 };
        match self.below.get(&label).map_or(0, Vec::len) {
            0 | 1 => 0.0,
            below => below as f64 / self.items.paths.len() as f64,
        }
    }

    fn cost(&self, label: u32) -> f64 {
        let after = self.penalty(self.parent(label));
        let of = |item: u32| {
            self.weight[item as usize] * (after - self.penalty(self.at[item as usize])).max(0.0)
        };
        self.moved(label).into_iter().map(of).sum()
    }
}

fn choices(of: usize, size: usize) -> u64 {
    let mut n = 1u64;
    for chosen in 0..size.min(of + 1) as u64 {
        n = n.saturating_mul((of as u64).saturating_sub(chosen)) / (chosen + 1);
    }
    n
}

/// Calls `see` with every choice of so many labels, in their order.
fn each_choice(labels: &[u32], size: usize, see: &mut dyn FnMut(&[u32])) {
    let mut places: Vec<usize> = (0..size).collect();
    if size == 0 || size > labels.len() {
        return;
    }
    loop {
        let choice: Vec<u32> = places.iter().map(|place| labels[*place]).collect();
        see(&choice);
        let last = labels.len() - size;
        let Some(at) = (0..size).rev().find(|at| places[*at] < last + at) else { return };
        places[at] += 1;
        (at + 1..size).for_each(|after| places[after] = places[after - 1] + 1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Items 0 to 5, each two below one of 6, 7 and 8, and those below 9.
    fn tree() -> Vec<Vec<u32>> {
        (0..6).map(|item| vec![item, 6 + item / 2, 9]).collect()
    }

    fn solve(paths: &[Vec<u32>], people: &[Vec<Vec<u32>>], k: u32, m: u32) -> Vec<Option<u32>> {
        let sets: Vec<Vec<u32>> = people.iter().flatten().cloned().collect();
        let mut next = 0u32;
        let people: Vec<(Vec<u32>, u64)> = people
            .iter()
            .map(|own| {
                let numbers = (next..next + own.len() as u32).collect();
                next += own.len() as u32;
                (numbers, 1)
            })
            .collect();
        let items = ItemSets { paths, sets: &sets, people: &people };
        KmAnonymity { k, m }.generalise(&items, &CancelToken::default()).unwrap()
    }

    /// The fewest people of a combination, by all subsets.
    fn fewest(people: &[Vec<Vec<u32>>], at: &[Option<u32>], m: u32) -> Option<usize> {
        let mut holders: BTreeMap<Vec<u32>, BTreeSet<usize>> = BTreeMap::new();
        for (person, sets) in people.iter().enumerate() {
            for set in sets {
                let labels: BTreeSet<u32> = set.iter().filter_map(|i| at[*i as usize]).collect();
                let labels: Vec<u32> = labels.into_iter().collect();
                for chosen in (1u32..1 << labels.len()).filter(|c| c.count_ones() <= m) {
                    let own = (0..labels.len()).filter(|n| chosen >> n & 1 == 1);
                    holders.entry(own.map(|n| labels[n]).collect()).or_default().insert(person);
                }
            }
        }
        holders.values().map(BTreeSet::len).min()
    }

    #[test]
    fn the_paper_s_example() {
        // Terrovitis et al. 2008, figure 2: a1, a2, b1, b2 are 0 to 3; k = 2, m = 2.
        let people: Vec<Vec<Vec<u32>>> =
            [vec![0, 2, 3], vec![1, 2], vec![1, 2, 3], vec![0, 1, 3]].map(|set| vec![set]).to_vec();
        let paths: Vec<Vec<u32>> = (0..4).map(|item| vec![item, 4 + item / 2, 6]).collect();
        assert_eq!(fewest(&people, &(0..4).map(Some).collect::<Vec<_>>(), 2), Some(1));
        let at = solve(&paths, &people, 2, 2);
        // As in the paper's figure 3, a1 and a2 become A, and b1 and b2 stay.
        assert_eq!(at, [Some(4), Some(4), Some(2), Some(3)]);
        assert_eq!(fewest(&people, &at, 2), Some(2));
    }

    #[test]
    fn what_has_no_label_above_is_taken_out() {
        let people = vec![vec![vec![0, 1]], vec![vec![0]], vec![vec![0, 2]]];
        let paths: Vec<Vec<u32>> = (0..3).map(|item| vec![item]).collect();
        assert_eq!(solve(&paths, &people, 2, 2), [Some(0), None, None]);
        // One person with many lists is one.
        let alone = vec![vec![vec![0], vec![0, 1], vec![0]]];
        assert_eq!(solve(&paths, &alone, 2, 1), [None, None, Some(2)]);
    }

    proptest! {
        #[test]
        fn every_combination_has_k_people(
            people in prop::collection::vec(
                prop::collection::vec(prop::collection::btree_set(0u32..6, 0..5), 1..3), 0..30
            ),
            k in 2u32..6, m in 1u32..4, has_tree in any::<bool>()
        ) {
            let people: Vec<Vec<Vec<u32>>> = people
                .into_iter()
                .map(|sets| sets.into_iter().map(|set| set.into_iter().collect()).collect())
                .collect();
            let paths = if has_tree { tree() } else { (0..6).map(|item| vec![item]).collect() };
            let at = solve(&paths, &people, k, m);
            let fewest = fewest(&people, &at, m);
            prop_assert!(fewest.is_none_or(|people| people >= k as usize), "{fewest:?} {at:?}");
            // Full subtrees: a label's items all stand at it, or above.
            for (item, place) in at.iter().enumerate() {
                prop_assert!(place.is_none_or(|label| paths[item].contains(&label)));
                for (other, above) in at.iter().enumerate() {
                    if let (Some(label), Some(above)) = (place, above)
                        && *label != item as u32
                        && paths[other].contains(label)
                    {
                        prop_assert!(above == label || paths[item].contains(above));
                    }
                }
            }
            // What holds already is left alone.
            let as_it_is: Vec<Option<u32>> = (0..6).map(Some).collect();
            if super::tests::fewest(&people, &as_it_is, m).is_none_or(|n| n >= k as usize) {
                prop_assert_eq!(at, as_it_is);
            }
        }
    }
}
