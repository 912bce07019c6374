//! Counts of a cohort, by itself and by the values of one or two columns, without small cells.

use serde::{Deserialize, Serialize};

use super::CohortError;
use super::members::{CohortTable, Count, Members};
use super::suppress::{Margined, protect};
use super::value::Stretch;
use crate::NOBODY;
use crate::coded::CodedColumn;

/// Most cells of a table of counts.
const MOST_CELLS: usize = 2_500;
/// The group of cells that state nothing.
const MISSING: &str = "(missing)";
/// The group of values that too few people have for them to be named.
const RARE: &str = "(rarer values)";

/// How many are in a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Certainly.
    pub lower: u64,
    /// Where values are uniform within what a cell covers. None where others could be worked out from it.
    pub estimate: Option<f64>,
    /// Possibly.
    pub upper: u64,
}

/// What is counted, and which counts are too small to be shown.
#[derive(Clone, Copy)]
pub(super) struct Counting<'a> {
    /// The people of rows; none where rows are people.
    pub(super) subjects: Option<&'a [u32]>,
    /// Whether rows are told, although people can be told apart.
    pub(super) rows: bool,
    pub(super) least: u64,
}

/// A count that is told, and whether it, or the people in it, are too few for that.
struct Counted {
    told: Count,
    small: bool,
}

impl Counting<'_> {
    fn count(self, members: &Members, rows: impl Iterator<Item = usize> + Clone) -> Counted {
        let people = members.count(self.subjects, rows.clone());
        let told = if self.rows { members.count(None, rows) } else { people };
        Counted { told, small: self.is_small(told) || self.is_small(people) }
    }

    fn is_small(self, count: Count) -> bool {
        count.upper < self.least || (1..self.least).contains(&count.lower)
    }

    /// How many are in a cohort; none where these are too few.
    pub(super) fn all(self, members: &Members) -> Option<Bounds> {
        let counted = self.count(members, 0..members.rows.len());
        (!counted.small).then(|| bounds(counted.told, self.least))
    }

    /// How many are in a cohort and in the rest of the table. Where either is too small, neither is told.
    pub(super) fn with_rest(self, cohort: &Members, rest: &Members) -> [Option<Bounds>; 2] {
        let both = [self.all(cohort), self.all(rest)];
        if both.contains(&None) { [None; 2] } else { both }
    }
}

fn bounds(count: Count, least: u64) -> Bounds {
    let told = count.lower == count.upper || count.estimate >= least as f64;
    Bounds { lower: count.lower, estimate: told.then_some(count.estimate), upper: count.upper }
}

/// Counts by the values of one or two columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountTable {
    /// The columns.
    pub by: Vec<String>,
    /// The groups of each: values, ranges or nodes as the table has them.
    pub groups: Vec<Vec<String>>,
    /// Counts by the first column's groups, then by the second's; the last of each list is the margin. None
    /// where a count is too small, or would tell one that is.
    pub counts: Vec<Vec<Option<Bounds>>>,
}

/// A column's groups, and the one of each row.
struct Axis {
    labels: Vec<String>,
    of_row: Vec<usize>,
}

impl Axis {
    /// One group of all rows.
    fn whole(rows: usize) -> Self {
        Self { labels: vec![String::new()], of_row: vec![0; rows] }
    }

    /// The values of a column. What fewer people of the whole table have than `least` is one group, which is
    /// not named.
    fn of(column: &CodedColumn, counting: Counting<'_>) -> Self {
        let people = people_of_codes(column, counting.subjects);
        let mut labels: Vec<(u8, f64, &str)> = Vec::new();
        let label = |code: u32| -> (u8, f64, &str) {
            match column.text(code) {
                None => (1, 0.0, MISSING),
                Some(_) if people[code as usize] < counting.least => (2, 0.0, RARE),
                Some(text) => {
                    let low = Stretch::read(text, false).map_or(f64::INFINITY, |s| s.low);
                    (0, low, text)
                }
            }
        };
        let order = |a: &(u8, f64, &str), b: &(u8, f64, &str)| {
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(b.2))
        };
        let used = (0..column.values() as u32).filter(|code| people[*code as usize] > 0);
        labels.extend(used.map(label));
        labels.sort_by(order);
        labels.dedup();
        let place = |code: u32| labels.partition_point(|own| order(own, &label(code)).is_lt());
        let places: Vec<usize> = (0..column.values() as u32).map(place).collect();
        let of_row = column.codes().iter().map(|code| places[*code as usize]).collect();
        Self { labels: labels.iter().map(|(_, _, text)| (*text).to_owned()).collect(), of_row }
    }
}

/// How many people have each text of a column. Rows that name nobody have one each.
fn people_of_codes(column: &CodedColumn, subjects: Option<&[u32]>) -> Vec<u64> {
    let mut people = vec![0u64; column.values()];
    let Some(subjects) = subjects else {
        column.codes().iter().for_each(|code| people[*code as usize] += 1);
        return people;
    };
    let mut pairs: Vec<(u32, u32)> =
        column.codes().iter().copied().zip(subjects.iter().copied()).collect();
    pairs.sort_unstable();
    pairs.dedup_by(|a, b| a == b && a.1 != NOBODY);
    pairs.iter().for_each(|(code, _)| people[*code as usize] += 1);
    people
}

impl CountTable {
    /// Counts a cohort by one or two columns.
    pub(super) fn of(
        of: &CohortTable<'_>,
        members: &Members,
        by: &[&str],
        counting: Counting<'_>,
    ) -> Result<Self, CohortError> {
        let column = |name: &&str| {
            of.table.column(name).ok_or_else(|| CohortError::NoColumn((*name).to_owned()))
        };
        let axes: Vec<Axis> = by
            .iter()
            .map(|name| Ok(Axis::of(column(name)?, counting)))
            .collect::<Result<_, CohortError>>()?;
        let whole = Axis::whole(of.table.rows());
        let (rows, columns) = match axes.as_slice() {
            [only] => (&whole, only),
            [rows, columns] => (rows, columns),
            _ => return Err(CohortError::By),
        };
        let (height, width) = (rows.labels.len(), columns.labels.len());
        if height.saturating_mul(width) > MOST_CELLS {
            return Err(CohortError::TooManyCells { most: MOST_CELLS });
        }
        let counted = cells(members, [rows, columns], counting);
        let shown = shown(&counted, (height, width), counting.least);
        let counts = match axes.len() {
            // One column: a group a line, and the margin.
            1 => shown.into_iter().take(width + 1).map(|count| vec![count]).collect(),
            _ => shown.chunks(width + 1).map(<[_]>::to_vec).collect(),
        };
        Ok(Self {
            by: by.iter().map(|name| (*name).to_owned()).collect(),
            groups: axes.into_iter().map(|axis| axis.labels).collect(),
            counts,
        })
    }
}

/// The counts of cells and margins, row by row.
fn cells(members: &Members, [rows, columns]: [&Axis; 2], counting: Counting<'_>) -> Vec<Counted> {
    let (height, width) = (rows.labels.len(), columns.labels.len());
    // The rows of the table in each cell and margin.
    let mut lists: Vec<Vec<usize>> = vec![Vec::new(); (height + 1) * (width + 1)];
    for (at, (row, column)) in rows.of_row.iter().zip(&columns.of_row).enumerate() {
        for line in [*row, height] {
            lists[line * (width + 1) + column].push(at);
            lists[line * (width + 1) + width].push(at);
        }
    }
    lists.iter().map(|list| counting.count(members, list.iter().copied())).collect()
}

/// The counts that may be told, where the others cannot be worked out from them.
fn shown(counted: &[Counted], (height, width): (usize, usize), least: u64) -> Vec<Option<Bounds>> {
    let table = |count: fn(&Count) -> u64| {
        Margined::new(height, width, counted.iter().map(|one| count(&one.told)).collect())
    };
    let tables = [table(|count| count.upper), table(|count| count.lower)];
    let small: Vec<bool> = counted.iter().map(|one| one.small).collect();
    let hidden = protect(&tables, small, least);
    let all_told = !hidden.contains(&true);
    let one = |(one, hidden): (&Counted, bool)| {
        let told = bounds(one.told, least);
        let is_exact = told.lower == told.upper;
        let estimate = told.estimate.filter(|_| all_told || is_exact);
        (!hidden).then_some(Bounds { estimate, ..told })
    };
    counted.iter().zip(hidden).map(one).collect()
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::Quasi;

    use super::*;
    use crate::coded::made;
    use crate::cohort::Filter;

    /// People by group of two columns.
    fn counts(cells: &[(&str, &str, usize)], by: &[&str], filter: &str, least: u64) -> CountTable {
        let rows: Vec<[&str; 2]> = cells
            .iter()
            .flat_map(|(first, second, people)| std::iter::repeat_n([*first, *second], *people))
            .collect();
        let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
        let table = made::table(&[("site", Quasi), ("sex", Quasi)], &rows, false);
        let of = CohortTable { table: &table, lineages: &[], raw: true };
        let members = Members::of(&of, &Filter::parse(filter).unwrap()).unwrap();
        let counting = Counting { subjects: None, rows: false, least };
        CountTable::of(&of, &members, by, counting).unwrap()
    }

    fn uppers(table: &CountTable) -> Vec<Vec<Option<u64>>> {
        let line = |line: &Vec<Option<Bounds>>| line.iter().map(|c| c.map(|c| c.upper)).collect();
        table.counts.iter().map(line).collect()
    }

    #[test]
    fn small_cells_go_with_others() {
        let cells = [
            ("A", "F", 5),
            ("A", "M", 20),
            ("B", "F", 30),
            ("B", "M", 40),
            ("10", "F", 50),
            ("10", "M", 60),
        ];
        let two = counts(&cells, &["site", "sex"], "sex is not missing", 11);
        assert_eq!(two.groups, [vec!["10", "A", "B"], vec!["F", "M"]]);
        let n = Some;
        assert_eq!(
            uppers(&two),
            [
                vec![n(50), n(60), n(110)],
                vec![None, None, n(25)],
                vec![None, None, n(70)],
                vec![n(85), n(120), n(205)],
            ]
        );
        let all = counts(&cells, &["site", "sex"], "sex is not missing", 1);
        assert!(all.counts.iter().flatten().all(Option::is_some));
        // Men alone: women are none, and few.
        let one = counts(&cells, &["sex"], "sex = M and site = A", 11);
        assert_eq!(uppers(&one), [[None], [None], [n(20)]]);
    }

    #[test]
    fn values_of_few_are_not_named() {
        let cells = [("A", "F", 20), ("Quixote", "F", 3), ("Zorn", "F", 9), ("", "F", 12)];
        let table = counts(&cells, &["site"], "sex = F", 11);
        assert_eq!(table.groups, [vec!["A", MISSING, RARE]]);
        assert_eq!(uppers(&table), [[Some(20)], [Some(12)], [Some(12)], [Some(44)]]);
    }

    #[test]
    fn large_tables_are_refused() {
        let names: Vec<String> = (0..60).map(|n| n.to_string()).collect();
        let rows: Vec<[&str; 2]> =
            names.iter().flat_map(|a| names.iter().map(move |b| [a.as_str(), b])).collect();
        let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
        let table = made::table(&[("site", Quasi), ("sex", Quasi)], &rows, false);
        let of = CohortTable { table: &table, lineages: &[], raw: true };
        let members = Members::of(&of, &Filter::parse("sex > 1").unwrap()).unwrap();
        let counting = Counting { subjects: None, rows: false, least: 1 };
        let refused = |by: &[&str]| CountTable::of(&of, &members, by, counting).unwrap_err();
        assert_eq!(refused(&["site", "sex"]), CohortError::TooManyCells { most: MOST_CELLS });
        assert_eq!(refused(&["site", "sex", "sex"]), CohortError::By);
        assert_eq!(refused(&["age"]), CohortError::NoColumn("age".into()));
    }
}
