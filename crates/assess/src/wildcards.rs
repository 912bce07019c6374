//! Suppressed and missing cells that match anything: the crowd of a record is then everybody whose cells
//! agree with it wherever both are given, so that a record with `*` is no class of its own.
//!
//! Records are grouped by which of their cells are open. For each two such patterns the columns that both
//! give decide, and one hash table of the one pattern is asked for each record of the other: patterns
//! squared times their records. People of several rows are united, never added up. What would take longer
//! than a bound is not computed, and that is said.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::coded::CodedColumn;
use crate::combinations::{Combinations, Lists, NONE, Numbers, Size};
use crate::risk::{AtRisk, Basis, RiskReport, one_of, over_classes};

/// Look-ups and people looked at.
const MOST_STEPS: u64 = 400_000_000;

/// The prosecutor's risk by how open cells are read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WildcardReport {
    /// Quasi-identifying cells that are `*` or have nothing written.
    pub open_cells: u64,
    /// Rows with at least one of them; rows of `*` alone are not among them.
    pub open_rows: u64,
    /// Ways in which a row's cells are open or not.
    pub patterns: u64,
    /// An open cell is a value of its own.
    pub own_value: RiskReport,
    /// An open cell matches anything.
    pub matches_any: Option<RiskReport>,
    /// Why there is none.
    pub not_computed: Option<NotComputed>,
}

/// Why a figure is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NotComputed {
    /// It would take longer than the bound that is set for it.
    TooManySteps,
}

/// Judges the columns of the combinations.
pub(crate) fn report(
    all: &Combinations,
    columns: &[&CodedColumn],
    sizes: &[Size],
    threshold: f64,
) -> WildcardReport {
    let patterns = Patterns::of(all, columns);
    let crowds = patterns.crowds(all, sizes, MOST_STEPS);
    let own_value = risk(sizes, all.suppressed(), threshold, |class| sizes[class].people);
    let matches_any = crowds.as_ref().ok().map(|crowds| {
        let of = |class: usize| crowds[class];
        risk(sizes, all.suppressed(), threshold, of)
    });
    WildcardReport {
        open_cells: patterns.open_cells(all, sizes),
        open_rows: patterns.open_rows(all, sizes),
        patterns: patterns.classes.len() as u64,
        own_value,
        matches_any,
        not_computed: crowds.err(),
    }
}

fn risk(
    sizes: &[Size],
    suppressed: Option<u32>,
    threshold: f64,
    crowd: impl Fn(usize) -> u64,
) -> RiskReport {
    let classes = (0..sizes.len()).filter(|class| suppressed != Some(*class as u32));
    let at_risk = classes
        .map(|class| AtRisk {
            risk: one_of(crowd(class)),
            subjects: sizes[class].people.max(1),
            times: 1,
        })
        .collect();
    over_classes("prosecutor", Basis::Release, threshold, at_risk)
}

/// Combinations by which of their cells are open.
struct Patterns {
    classes: BTreeMap<Vec<bool>, Vec<u32>>,
}

impl Patterns {
    fn of(all: &Combinations, columns: &[&CodedColumn]) -> Self {
        let mut classes: BTreeMap<Vec<bool>, Vec<u32>> = BTreeMap::new();
        for combination in 0..all.len() {
            let cells = columns.iter().zip(all.codes(combination));
            let open = cells.map(|(column, code)| column.is_open(*code)).collect();
            classes.entry(open).or_default().push(combination as u32);
        }
        Self { classes }
    }

    fn open_cells(&self, all: &Combinations, sizes: &[Size]) -> u64 {
        let of = |(open, classes): (&Vec<bool>, &Vec<u32>)| {
            open.iter().filter(|is| **is).count() as u64 * rows(all, sizes, classes)
        };
        self.classes.iter().map(of).sum()
    }

    fn open_rows(&self, all: &Combinations, sizes: &[Size]) -> u64 {
        let open = self.classes.iter().filter(|(open, _)| open.contains(&true));
        open.map(|(_, classes)| rows(all, sizes, classes)).sum()
    }

    /// How many people each combination's cells match.
    fn crowds(
        &self,
        all: &Combinations,
        sizes: &[Size],
        most: u64,
    ) -> Result<Vec<u64>, NotComputed> {
        if self.classes.len() == 1 && !self.classes.keys().any(|open| open.contains(&true)) {
            return Ok(sizes.iter().map(|size| size.people).collect());
        }
        let mut steps = 2 * self.classes.len() as u64 * all.len() as u64;
        let spend = |steps: u64| if steps > most { Err(NotComputed::TooManySteps) } else { Ok(()) };
        spend(steps)?;
        let subjects = all.subjects_of();
        let mut crowds = vec![0u64; all.len()];
        let mut union = Union::default();
        for (open, own) in &self.classes {
            let others: Vec<Matches> = self
                .classes
                .iter()
                .map(|(other, theirs)| Matches::of(all, open, other, theirs))
                .collect();
            for combination in own {
                let found = others.iter().filter_map(|m| m.find(all, *combination as usize));
                crowds[*combination as usize] = match &subjects {
                    None => found.map(|list| rows(all, sizes, list)).sum(),
                    Some(subjects) => {
                        union.clear();
                        for list in found {
                            steps += union.add(list, subjects);
                            spend(steps)?;
                        }
                        union.people
                    }
                };
            }
        }
        Ok(crowds)
    }
}

/// Rows of some combinations; those suppressed too, since they may be anybody's.
fn rows(all: &Combinations, sizes: &[Size], classes: &[u32]) -> u64 {
    let of = |class: &u32| match all.suppressed() {
        Some(suppressed) if suppressed == *class => all.suppressed_rows(),
        _ => sizes[*class as usize].rows,
    };
    classes.iter().map(of).sum()
}

/// The combinations of one pattern by what they have in the columns that another pattern gives too.
struct Matches {
    given: Vec<usize>,
    keys: Numbers,
    lists: Vec<Vec<u32>>,
}

impl Matches {
    fn of(all: &Combinations, open: &[bool], other: &[bool], theirs: &[u32]) -> Self {
        let given = (0..open.len()).filter(|at| !open[*at] && !other[*at]).collect::<Vec<_>>();
        let (mut keys, mut lists) = (Numbers::default(), Vec::new());
        for combination in theirs {
            let number = keys.number(all.key(*combination as usize, &given)) as usize;
            if number == lists.len() {
                lists.push(Vec::new());
            }
            lists[number].push(*combination);
        }
        Self { given, keys, lists }
    }

    fn find(&self, all: &Combinations, combination: usize) -> Option<&[u32]> {
        let number = self.keys.find(all.key(combination, &self.given))?;
        Some(&self.lists[number as usize])
    }
}

/// People, each counted once.
#[derive(Default)]
struct Union {
    /// The turn in which each was counted.
    turns: Vec<u32>,
    turn: u32,
    people: u64,
}

impl Union {
    fn clear(&mut self) {
        self.turn += 1;
        self.people = 0;
    }

    /// Adds the people of some combinations; gives how many were looked at.
    fn add(&mut self, combinations: &[u32], subjects: &Lists) -> u64 {
        let mut looked = 0;
        for combination in combinations.iter().filter(|c| **c != NONE) {
            for subject in subjects.list(*combination as usize) {
                let at = *subject as usize;
                if at >= self.turns.len() {
                    self.turns.resize(at + 1, 0);
                }
                if self.turns[at] != self.turn {
                    self.turns[at] = self.turn;
                    self.people += 1;
                }
                looked += 1;
            }
        }
        looked
    }
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::Quasi;
    use proptest::prelude::*;

    use super::*;
    use crate::coded::made;

    /// The crowd of each row, by holding every row against every other.
    fn by_hand(rows: &[[&str; 4]], by_subject: bool) -> Vec<u64> {
        let open = |cell: &str| cell.is_empty() || cell == "*";
        let agree = |a: &[&str; 4], b: &[&str; 4]| {
            (0..3).all(|at| open(a[at]) || open(b[at]) || a[at] == b[at])
        };
        let crowd = |row: &[&str; 4]| {
            let mut who: Vec<&str> = rows.iter().filter(|r| agree(row, r)).map(|r| r[3]).collect();
            if by_subject {
                who.retain(|subject| !subject.is_empty());
                who.sort_unstable();
                who.dedup();
            }
            who.len() as u64
        };
        rows.iter().map(crowd).collect()
    }

    fn check(rows: &[[&str; 4]], by_subject: bool) {
        let cells: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
        let names = [("a", Quasi), ("b", Quasi), ("c", Quasi)];
        let table = made::table(&names, &cells, by_subject);
        let columns: Vec<&CodedColumn> = table.columns().iter().collect();
        let all = Combinations::of(&table, &columns);
        let sizes = all.sizes(&all.classes());
        let crowds = Patterns::of(&all, &columns).crowds(&all, &sizes, MOST_STEPS).unwrap();
        let got: Vec<u64> = all.of_row().iter().map(|c| crowds[*c as usize]).collect();
        assert_eq!(got, by_hand(rows, by_subject), "{rows:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn crowds_are_what_matching_all_pairs_gives(
            rows in prop::collection::vec(
                [prop::sample::select(vec!["x", "y", "*", ""]), prop::sample::select(vec!["x", "y", "z", "*"]),
                 prop::sample::select(vec!["x", "*"]), prop::sample::select(vec!["1", "2", "3", "4", ""])],
                1..30,
            ),
            by_subject in any::<bool>(),
        ) {
            check(&rows, by_subject);
        }
    }

    #[test]
    fn an_open_cell_is_no_class_of_its_own() {
        let rows: &[&[&str]] =
            &[&["40", "F"], &["40", "F"], &["*", "F"], &["50", "F"], &["*", "*"]];
        let table = made::table(&[("age", Quasi), ("sex", Quasi)], rows, false);
        let columns: Vec<&CodedColumn> = table.columns().iter().collect();
        let all = Combinations::of(&table, &columns);
        let sizes = all.sizes(&all.classes());
        let report = report(&all, &columns, &sizes, 0.4);
        // By value: 2, 2, 1, 1. Matching anything: 4, 4, 5, 3.
        assert_eq!((report.own_value.highest, report.own_value.average), (1.0, 0.75));
        let any = report.matches_any.unwrap();
        assert!((any.highest - 1.0 / 3.0).abs() < 1e-12);
        assert!((any.average - (0.25 + 0.25 + 0.2 + 1.0 / 3.0) / 4.0).abs() < 1e-12);
        assert_eq!((report.open_cells, report.open_rows, report.patterns), (3, 2, 3));
        assert_eq!(any.at_risk, 0.0);
    }

    #[test]
    fn what_takes_too_long_is_not_computed() {
        let rows: &[&[&str]] = &[&["40", "F"], &["*", "F"]];
        let table = made::table(&[("age", Quasi), ("sex", Quasi)], rows, false);
        let columns: Vec<&CodedColumn> = table.columns().iter().collect();
        let all = Combinations::of(&table, &columns);
        let sizes = all.sizes(&all.classes());
        let crowds = Patterns::of(&all, &columns).crowds(&all, &sizes, 7);
        assert_eq!(crowds, Err(NotComputed::TooManySteps));
    }
}
