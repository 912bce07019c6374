//! Who is in a cohort: each row certainly, possibly, or not, and the share of its possible values that are.

use super::filter::{Filter, Test};
use super::lineage::Lineage;
use super::meaning::Reading;
use super::pieces::{ColumnTests, Pieces};
use super::value::{Scale, is_date};
use crate::NOBODY;
use crate::coded::{CodedColumn, CodedTable};
use crate::combinations::Combinations;

/// Most worlds of one row that are looked at by themselves.
const MOST_WORLDS: usize = 4_096;

/// A table as it is to be read.
#[derive(Clone, Copy)]
pub struct CohortTable<'a> {
    /// The cells.
    pub table: &'a CodedTable,
    /// The hierarchy of each column that has one, by its name.
    pub lineages: &'a [(String, Lineage)],
    /// Whether texts are values as they came, and no nodes of a hierarchy.
    pub raw: bool,
}

impl std::fmt::Debug for CohortTable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CohortTable").field("table", self.table).finish_non_exhaustive()
    }
}

impl<'a> CohortTable<'a> {
    pub(super) fn reading(&self, column: &str) -> Reading<'a> {
        let own = self.lineages.iter().find(|(name, _)| name == column);
        Reading { lineage: own.map(|(_, lineage)| lineage), raw: self.raw, years: false }
    }
}

/// Whether a row is in, and how likely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Standing {
    pub(super) certain: bool,
    pub(super) possible: bool,
    pub(super) share: f64,
}

impl Standing {
    pub(super) fn contrary(self) -> Self {
        Self { certain: !self.possible, possible: !self.certain, share: 1.0 - self.share }
    }

    pub(super) fn all(parts: &[Self]) -> Self {
        Self {
            certain: parts.iter().all(|part| part.certain),
            possible: parts.iter().all(|part| part.possible),
            share: parts.iter().map(|part| part.share).product(),
        }
    }
}

/// The standing of each row of a table.
pub(super) struct Members {
    pub(super) rows: Vec<Standing>,
}

impl Members {
    /// Judges every row; none where the table lacks a column of the filter.
    pub(super) fn of(of: &CohortTable<'_>, filter: &Filter) -> Option<Self> {
        let columns: Vec<&CodedColumn> =
            filter.columns().iter().map(|name| of.table.column(name)).collect::<Option<_>>()?;
        let pieces: Vec<Vec<Pieces>> =
            columns.iter().map(|column| pieces(of, filter, column)).collect();
        let combinations = Combinations::of(of.table, &columns);
        let standings: Vec<Standing> = (0..combinations.len())
            .map(|at| {
                let codes = combinations.codes(at);
                let cells = pieces.iter().zip(codes).map(|(pieces, code)| &pieces[*code as usize]);
                standing(filter, &cells.collect::<Vec<_>>())
            })
            .collect();
        let of_row = combinations.of_row().iter();
        Some(Self { rows: of_row.map(|at| standings[*at as usize]).collect() })
    }

    /// Everybody else.
    pub(super) fn contrary(&self) -> Self {
        Self { rows: self.rows.iter().map(|row| row.contrary()).collect() }
    }

    /// Counts some rows, or their people where they can be told apart.
    pub(super) fn count(
        &self,
        subjects: Option<&[u32]>,
        counted: impl Iterator<Item = usize>,
    ) -> Count {
        let Some(subjects) = subjects else {
            let mut count = Count::default();
            counted.for_each(|row| count.add(self.rows[row]));
            return count;
        };
        let mut people: Vec<(u32, usize)> =
            counted.map(|row| (subjects[row], row)).filter(|(who, _)| *who != NOBODY).collect();
        people.sort_unstable();
        let mut count = Count::default();
        for own in people.chunk_by(|a, b| a.0 == b.0) {
            let rows = || own.iter().map(|(_, row)| self.rows[*row]);
            count.add(Standing {
                certain: rows().any(|row| row.certain),
                possible: rows().any(|row| row.possible),
                share: 1.0 - rows().map(|row| 1.0 - row.share).product::<f64>(),
            });
        }
        count
    }
}

/// How many are in: at least, expected, at most.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Count {
    pub(super) lower: u64,
    pub(super) estimate: f64,
    pub(super) upper: u64,
}

impl Count {
    fn add(&mut self, one: Standing) {
        self.lower += u64::from(one.certain);
        self.upper += u64::from(one.possible);
        self.estimate += one.share;
    }
}

/// The pieces of each text of a column.
fn pieces(of: &CohortTable<'_>, filter: &Filter, column: &CodedColumn) -> Vec<Pieces> {
    let codes = 0..column.values() as u32;
    let texts = || codes.clone().filter_map(|code| column.text(code));
    let reading = of.reading(column.name());
    let own = filter.tests.iter().enumerate().filter(|(_, test)| test.column == column.name());
    let mut tests: Vec<(usize, Test)> = own.map(|(bit, own)| (bit, own.test.clone())).collect();
    let asks_for_days = tests.iter().flat_map(|(_, t)| t.breaks()).any(|(s, _)| s == Scale::Day);
    let mut listed = reading.lineage.iter().flat_map(|lineage| lineage.values());
    let years = asks_for_days || texts().any(is_date) || listed.any(is_date);
    if years {
        tests.iter_mut().for_each(|(_, test)| *test = test.of_dates());
    }
    let tests = tests.iter().map(|(bit, test)| (*bit, test)).collect();
    let tests = ColumnTests::new(tests, Reading { years, ..reading }, texts());
    codes.clone().map(|code| tests.pieces(column.text(code))).collect()
}

/// Looks at every world that a row's cells allow; where these are too many, at what each test allows.
fn standing(filter: &Filter, cells: &[&Pieces]) -> Standing {
    let worlds = cells.iter().try_fold(1usize, |all, pieces| all.checked_mul(pieces.len()));
    if worlds.is_none_or(|worlds| worlds > MOST_WORLDS) {
        return filter.weigh(cells);
    }
    let (mut inside, mut possible, mut certain) = (0.0, false, true);
    let mut world = vec![0usize; cells.len()];
    loop {
        let chosen = || cells.iter().zip(&world).map(|(pieces, at)| pieces[*at]);
        let answers = chosen().fold(0, |all, (answers, _)| all | answers);
        let passes = filter.passes(answers);
        possible |= passes;
        certain &= passes;
        if passes {
            inside += chosen().map(|(_, share)| share).product::<f64>();
        }
        let Some(at) = (0..cells.len()).find(|at| world[*at] + 1 < cells[*at].len()) else { break };
        world[at] += 1;
        world[..at].fill(0);
    }
    // Sums of shares miss 1 by rounding.
    let share = if certain { 1.0 } else { inside.clamp(0.0, 1.0) };
    Standing { certain, possible, share }
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::{Quasi, Sensitive};
    use proptest::prelude::*;

    use super::*;
    use crate::coded::made;

    fn table(rows: &[[String; 2]], subjects: Option<&[String]>) -> CodedTable {
        let rows: Vec<Vec<&str>> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let subject = subjects.map(|all| all[at].as_str());
                row.iter().map(String::as_str).chain(subject).collect()
            })
            .collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        made::table(&[("age", Quasi), ("dx", Sensitive)], &rows, subjects.is_some())
    }

    /// Letters under `A` (a, b), `C` (c, d), and both under `AC`; e alone.
    fn lineage(complete: bool) -> Lineage {
        let line = |value: &str, above: &[&str]| {
            (value.to_owned(), above.iter().map(|node| (*node).to_owned()).collect())
        };
        let lines = [
            line("a", &["A", "AC", "*"]),
            line("b", &["A", "AC", "*"]),
            line("c", &["C", "AC", "*"]),
            line("d", &["C", "AC", "*"]),
            line("e", &["e", "e", "*"]),
        ];
        Lineage::new(lines, complete)
    }

    fn one(age: &str, dx: &str, filter: &str, complete: bool) -> Standing {
        let table = table(&[[age.to_owned(), dx.to_owned()]], None);
        let lineages = [("dx".to_owned(), lineage(complete))];
        let of = CohortTable { table: &table, lineages: &lineages, raw: false };
        Members::of(&of, &Filter::parse(filter).unwrap()).unwrap().rows[0]
    }

    #[test]
    fn rows_are_in_out_or_straddle() {
        let check = |age: &str, dx: &str, filter: &str, expect: (bool, bool, f64)| {
            let found = one(age, dx, filter, true);
            let share = (found.share - expect.2).abs() < 1e-12;
            assert!(share, "{age} {dx} {filter}: {found:?}");
            assert_eq!(
                (found.certain, found.possible),
                (expect.0, expect.1),
                "{age} {dx} {filter}"
            );
        };
        let (inside, outside) = ((true, true, 1.0), (false, false, 0.0));
        let part = |share| (false, true, share);
        check("65", "a", "age >= 65", inside);
        check("64", "a", "age >= 65", outside);
        check("60..69", "a", "age >= 65", part(0.5));
        check("65..69", "a", "age >= 65", inside);
        check("60..64", "a", "age >= 65", outside);
        check("60..64", "a", "age > 64", outside);
        check("1.5..2.5", "a", "age >= 2", part(0.5));
        check("[60-70)", "a", "age >= 65", part(0.5));
        check("[60-70)", "a", "age >= 70", outside);
        check("90+", "a", "age >= 65", inside);
        check("90+", "a", "age < 90", outside);
        check("<18", "a", "age < 18", inside);
        check("<18", "a", "age < 17", part(0.5));
        // Both tests see one value.
        check("60..79", "a", "age >= 65 and age < 75", part(0.5));
        check("60..79", "a", "age < 65 or age >= 65", inside);
        check("60..79", "a", "age < 65 and age >= 75", outside);
        check("{60|70|80}", "a", "age >= 65", part(2.0 / 3.0));
        check("60..69", "A", "age >= 65 and dx = a", part(0.25));
        check("1", "A", "dx = a", part(0.5));
        check("1", "A", "dx in (a, b)", inside);
        check("1", "A", "dx = A", inside);
        check("1", "a", "dx = A", inside);
        check("1", "AC", "dx = A", part(0.5));
        check("1", "A", "dx = AC", inside);
        check("1", "A", "dx = C", outside);
        check("1", "A", "dx != a", part(0.5));
        check("1", "e", "dx = e", inside);
        check("1", "*", "dx = a", part(0.2));
        // `*` may be a missing value too.
        check("1", "*", "dx is missing", part(0.0));
        check("1", "*", "dx in (a, b, c, d, e)", part(1.0));
        check("1", "*", "dx = a or dx != a or dx is missing", inside);
        check("", "a", "age is missing and not age >= 1", inside);
        check("", "a", "age != 5", outside);
        check("2024-05", "a", "age >= 2024-05-16", part(16.0 / 31.0));
        check("2024", "a", "age > 2024-12-31", outside);
        check("2024", "a", "age >= 2024-12-31", part(1.0 / 366.0));
        check("2024-05-31", "a", "age = 2024-05", inside);
        // Of dates, a number of four digits is a year.
        check("2024-05-31", "a", "age = 2024", inside);
        check("2024-05-31", "a", "age > 2024", outside);
        check("2024-05-31", "a", "age between 2023 and 2024", inside);
        check("2023-12..2024-01", "a", "age >= 2024", part(0.5));
        check("29*", "a", "age = 2934", part(0.5));
        check("29*", "a", "age = 3000", outside);
    }

    #[test]
    fn nodes_of_unlisted_values_may_be_anything_below() {
        assert!(one("1", "A", "dx = A", false).certain);
        assert!(one("1", "A", "dx = b", false).possible);
        assert!(one("1", "A", "dx = AC", false).certain);
        assert!(!one("1", "A", "dx = c", false).possible);
        // A node that no line names.
        let unknown = one("1", "Q", "dx = c", false);
        assert!(unknown.possible && !unknown.certain);
        assert!(one("1", "Q", "dx = Q", false).certain);
    }

    #[test]
    fn people_are_counted_once() {
        let rows = [["60..69", "a"], ["70", "a"], ["60..69", "a"], ["10", "a"], ["70", "a"]];
        let rows = rows.map(|row| row.map(str::to_owned));
        let subjects = ["P", "P", "Q", "Q", ""].map(str::to_owned);
        let table = table(&rows, Some(&subjects));
        let of = CohortTable { table: &table, lineages: &[], raw: false };
        let members = Members::of(&of, &Filter::parse("age >= 65").unwrap()).unwrap();
        let count = members.count(table.subjects(), 0..table.rows());
        assert_eq!((count.lower, count.upper, count.estimate), (1, 2, 1.5));
        let rows = members.count(None, 0..table.rows());
        assert_eq!((rows.lower, rows.upper, rows.estimate), (2, 4, 3.0));
    }

    /// A filter over both columns.
    fn filter() -> impl Strategy<Value = String> {
        let test = prop_oneof![
            (prop::sample::select(vec!["<", "<=", ">", ">=", "=", "!="]), 0u8..60)
                .prop_map(|(sign, n)| format!("age {sign} {n}")),
            (0u8..60, 0u8..60).prop_map(|(a, b)| format!(
                "age between {} and {}",
                a.min(b),
                a.max(b)
            )),
            (0u8..60, 0u8..60).prop_map(|(a, b)| format!("age not in ({a}, {b}..{})", b + 5)),
            prop::sample::select(vec!["a", "b", "c", "e", "A", "C", "AC"])
                .prop_map(|node| format!("dx = {node}")),
            prop::sample::select(vec!["a", "b", "A", "AC"])
                .prop_map(|n| format!("dx not in ({n}, d)")),
            Just("dx is missing".to_owned()),
            Just("age is not missing".to_owned()),
        ];
        test.prop_recursive(4, 24, 3, |inner| {
            let joined = (inner.clone(), inner.clone(), prop::sample::select(vec!["and", "or"]));
            prop_oneof![
                joined.prop_map(|(a, b, word)| format!("({a} {word} {b})")),
                inner.prop_map(|a| format!("not ({a})")),
            ]
        })
    }

    /// How cells were and how they are released.
    fn cell() -> impl Strategy<Value = ([String; 2], [String; 2])> {
        let age = (prop::option::weighted(0.9, 0u32..60), 0u8..5).prop_map(|(age, how)| {
            let raw = age.map_or_else(String::new, |age| age.to_string());
            let released = match (age, how) {
                (_, 4) => "*".to_owned(),
                (Some(age), 1) => format!("{}..{}", age / 10 * 10, age / 10 * 10 + 9),
                (Some(age), 2) => format!("{{{age}|{}}}", age + 7),
                (Some(age), 3) if age >= 40 => "40+".to_owned(),
                _ => raw.clone(),
            };
            (raw, released)
        });
        let dx = (prop::option::weighted(0.9, 0usize..5), 0u8..5).prop_map(|(dx, how)| {
            let raw = dx.map_or("", |dx| ["a", "b", "c", "d", "e"][dx]);
            let released = match (dx, how) {
                (_, 4) => "*",
                (Some(dx), 1) => ["A", "A", "C", "C", "e"][dx],
                (Some(dx), 2) => ["AC", "AC", "AC", "AC", "e"][dx],
                (Some(dx), 3) => ["{a|e}", "{b|c}", "{b|c}", "{d|}", "{a|e}"][dx],
                _ => raw,
            };
            (raw.to_owned(), released.to_owned())
        });
        (age, dx).prop_map(|(age, dx)| ([age.0, dx.0], [age.1, dx.1]))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn bounds_hold_the_raw_count(
            rows in prop::collection::vec((cell(), 0u8..8), 1..30),
            filter in filter(),
            complete in any::<bool>(),
            by_subject in any::<bool>(),
        ) {
            let filter = Filter::parse(&filter).unwrap();
            let lineages = [("dx".to_owned(), lineage(complete))];
            let subjects: Vec<String> = rows.iter().map(|row| row.1.to_string()).collect();
            let subjects = by_subject.then_some(subjects.as_slice());
            let side = |cells: Vec<[String; 2]>, raw| {
                let table = table(&cells, subjects);
                let of = CohortTable { table: &table, lineages: &lineages, raw };
                let members = Members::of(&of, &filter).unwrap();
                (members.count(table.subjects(), 0..table.rows()), members.rows)
            };
            let (truth, raw_rows) = side(rows.iter().map(|row| row.0.0.clone()).collect(), true);
            let (count, released) = side(rows.iter().map(|row| row.0.1.clone()).collect(), false);
            prop_assert_eq!(truth.lower, truth.upper);
            prop_assert!(count.lower <= truth.lower && truth.lower <= count.upper);
            prop_assert!(count.lower as f64 <= count.estimate + 1e-9);
            prop_assert!(count.estimate <= count.upper as f64 + 1e-9);
            for (raw, released) in raw_rows.iter().zip(&released) {
                prop_assert!(!released.certain || raw.certain);
                prop_assert!(released.possible || !raw.certain);
            }
        }
    }

    #[test]
    fn too_many_worlds_are_weighed_test_by_test() {
        let rows: Vec<String> = (0..60).map(|n| format!("age = {n}")).collect();
        let filter = Filter::parse(&rows.join(" or ")).unwrap();
        let mut fine = Vec::new();
        let lineages = [];
        for cell in ["0..59", "70", "*"] {
            let table = table(&[[cell.to_owned(), "a".to_owned()]], None);
            let of = CohortTable { table: &table, lineages: &lineages, raw: false };
            let column = table.column("age").unwrap();
            let pieces = pieces(&of, &filter, column);
            fine.push((standing(&filter, &[&pieces[0]]), filter.weigh(&[&pieces[0]])));
        }
        for (exact, weighed) in fine {
            // Weighing may call possible what is certain, and never the other way.
            assert!(!weighed.certain || exact.certain);
            assert!(weighed.possible || !exact.possible);
        }
    }
}
