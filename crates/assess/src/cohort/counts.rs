//! Counts of a cohort, by itself and by the values of one or two columns, without small cells.

use serde::{Deserialize, Serialize};

use super::CohortError;
use super::members::{CohortTable, Count, Members};
use super::suppress::{Margined, Zero, protect};
use super::value::{Stretch, is_blank};
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
    /// Certainly; 0 where that is too few to be told.
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

/// A count that is told, and what of it is too small for that, by itself or by the people in it.
struct Counted {
    told: Count,
    /// It is not told.
    small: bool,
    /// How many are certainly in is not told.
    small_lower: bool,
}

impl Counting<'_> {
    fn count(self, members: &Members, rows: impl Iterator<Item = usize> + Clone) -> Counted {
        let people = members.count(self.subjects, rows.clone());
        let told = if self.rows { members.count(None, rows) } else { people };
        let both = [told, people];
        Counted {
            told,
            // Of 1 on everything is told, also that there are none.
            small: self.least > 1 && both.iter().any(|count| count.upper < self.least),
            small_lower: both.iter().any(|count| (1..self.least).contains(&count.lower)),
        }
    }

    /// How many are in a cohort, and whether they may be told by columns too. None where these are too few, or where
    /// few are in the rest, which is known with them: rows of the table are told, and `beside_rest` the rest is.
    pub(super) fn all(self, cohort: &Members, beside_rest: bool) -> (Option<Bounds>, bool) {
        let count = |members: &Members| self.count(members, 0..members.rows.len());
        let own = count(cohort);
        if own.small {
            return (None, false);
        }
        let bounds = self.bounds(&own, own.small_lower);
        if self.subjects.is_some() && !self.rows && !beside_rest {
            return (Some(bounds), true);
        }
        let rest = count(&cohort.contrary());
        if rest.small && rest.told.upper > 0 {
            return (None, false);
        }
        // Who is possibly in one is whoever is not certainly in the other: what is not told of that one has
        // to be possible here, and sums of groups would say otherwise.
        let kept = if rest.small_lower { rest.told.lower } else { 0 };
        (Some(Bounds { upper: bounds.upper + kept, ..bounds }), kept == 0)
    }

    /// Bounds that are told; 0 is a lower bound too.
    fn bounds(self, counted: &Counted, hides_lower: bool) -> Bounds {
        let Count { lower, estimate, upper } = counted.told;
        let is_exact = lower == upper && !hides_lower;
        Bounds {
            lower: if hides_lower { 0 } else { lower },
            estimate: (is_exact || estimate >= self.least as f64).then_some(estimate),
            upper,
        }
    }
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
            match column.text(code).filter(|text| !is_blank(text)) {
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
        let shown = shown(&counted, (height, width), counting);
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

/// The counts that may be told, where the others cannot be worked out from them. Both bounds are protected by
/// themselves; what is not told at all has no lower bound either.
fn shown(
    counted: &[Counted],
    (height, width): (usize, usize),
    counting: Counting<'_>,
) -> Vec<Option<Bounds>> {
    let table = |count: fn(&Count) -> u64| {
        Margined::new(height, width, counted.iter().map(|one| count(&one.told)).collect())
    };
    let small: Vec<bool> = counted.iter().map(|one| one.small).collect();
    let (most, fewest) = (table(|count| count.upper), table(|count| count.lower));
    let hidden = protect(&most, small, counting.least, Zero::Says);
    let lower = counted.iter().zip(&hidden).map(|(one, hidden)| *hidden || one.small_lower);
    let lower = match most == fewest {
        true => hidden.clone(),
        false => protect(&fewest, lower.collect(), counting.least, Zero::SaysNothing),
    };
    let all_told = !hidden.contains(&true) && !lower.contains(&true);
    let one = |((one, hidden), lower): ((&Counted, bool), bool)| {
        let told = counting.bounds(one, lower);
        let estimate = told.estimate.filter(|_| all_told || told.lower == told.upper);
        (!hidden).then_some(Bounds { estimate, ..told })
    };
    counted.iter().zip(hidden).zip(lower).map(one).collect()
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
    fn few_who_are_certainly_in_are_none_at_least() {
        let cells = [("60..69", "F", 40), ("66", "F", 5), ("20", "F", 100)];
        let rows: Vec<[&str; 2]> = cells
            .iter()
            .flat_map(|(first, second, people)| std::iter::repeat_n([*first, *second], *people))
            .collect();
        let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
        let table = made::table(&[("age", Quasi), ("sex", Quasi)], &rows, false);
        let of = CohortTable { table: &table, lineages: &[], raw: false };
        let filter = Filter::parse("age >= 65").unwrap();
        let members = Members::of(&of, &filter).unwrap();
        let rest = members.contrary();
        let counting = Counting { subjects: None, rows: false, least: 11 };
        let (told, by) = counting.all(&members, true);
        assert_eq!(told.map(|t| (t.lower, t.estimate, t.upper)), Some((0, Some(25.0), 45)));
        assert!(by);
        // Of 145 at most 140 are in the rest; that would tell the 5.
        let (told, by) = counting.all(&rest, true);
        assert_eq!(told.map(|told| (told.lower, told.upper)), Some((100, 145)));
        assert!(!by);
        let by = CountTable::of(&of, &members, &["age"], counting).unwrap();
        // 20 are none and 66 five: of five together there are six ways, so that the others go too.
        assert_eq!(uppers(&by), [[None], [None], [None], [Some(45)]]);
        assert_eq!(by.counts[3][0].map(|c| (c.lower, c.estimate)), Some((0, None)));
    }

    #[test]
    fn values_of_few_are_not_named() {
        let cells =
            [("A", "F", 20), ("Quixote", "F", 3), ("Zorn", "F", 9), ("", "F", 6), ("NA", "F", 6)];
        let table = counts(&cells, &["site"], "sex = F", 11);
        assert_eq!(table.groups, [vec!["A", MISSING, RARE]]);
        assert_eq!(uppers(&table), [[Some(20)], [Some(12)], [Some(12)], [Some(44)]]);
    }

    #[test]
    fn all_but_few_are_not_told() {
        let rows: Vec<[&str; 2]> = (0..40).map(|n| [["F", "M"][usize::from(n < 3)], "a"]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
        let table = made::table(&[("sex", Quasi), ("dx", Quasi)], &rows, false);
        let of = CohortTable { table: &table, lineages: &[], raw: true };
        let counting = Counting { subjects: None, rows: false, least: 11 };
        let told = |filter: &str| {
            let members = Members::of(&of, &Filter::parse(filter).unwrap()).unwrap();
            counting.all(&members, false).0.map(|told| told.upper)
        };
        assert_eq!(told("sex = M"), None);
        assert_eq!(told("sex = F"), None);
        assert_eq!(told("dx = a"), Some(40));
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
