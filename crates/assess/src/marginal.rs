//! What pictures of a release are drawn from: its classes over some of the columns, and how a column's values
//! are spread before and after. Who draws has to hide small counts; here they are exact.

use anonymed_core::AttributeRole;

use crate::cell::{self, ReleasedCell};
use crate::coded::{CodedColumn, CodedTable, NOBODY};
use crate::combinations::Combinations;
use crate::exposure;
use crate::fidelity::Cover;

/// A class over some of the quasi-identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassOver {
    /// Its code in each of the columns that were asked for.
    pub codes: Vec<u32>,
    /// Rows.
    pub rows: u64,
    /// Distinct people.
    pub people: u64,
}

/// The classes that some of the quasi-identifiers make, in order of appearance; `over` are places among the
/// columns of that role. Rows whose quasi-identifiers are all `*` are in no class.
///
/// # Panics
///
/// Where a place is beyond the quasi-identifiers.
///
/// # Examples
///
/// Three patients in two classes of age:
///
/// ```
/// use anonymed_assess::{CodedColumn, CodedTable, classes_over};
/// use anonymed_core::AttributeRole::Quasi;
///
/// let age = CodedColumn::new("age", Quasi, vec!["30..39".into(), "40".into()], vec![0, 0, 1])?;
/// let classes = classes_over(&CodedTable::new(vec![age], None, 3)?, &[0]);
/// assert_eq!(classes.iter().map(|class| class.people).collect::<Vec<_>>(), [2, 1]);
/// # Ok::<(), anonymed_assess::AssessError>(())
/// ```
pub fn classes_over(table: &CodedTable, over: &[usize]) -> Vec<ClassOver> {
    let quasi = table.of_role(AttributeRole::Quasi);
    let all = Combinations::of(table, &quasi);
    let grouping = all.group(over);
    let mut codes: Vec<Vec<u32>> = vec![Vec::new(); grouping.classes];
    for (combination, class) in grouping.of.iter().enumerate() {
        if let Some(own) = codes.get_mut(*class as usize).filter(|own| own.is_empty()) {
            own.extend(over.iter().map(|column| all.codes(combination)[*column]));
        }
    }
    let sizes = all.sizes(&grouping);
    let of = codes.into_iter().zip(sizes);
    of.map(|(codes, size)| ClassOver { codes, rows: size.rows, people: size.people }).collect()
}

/// How far each text of a column reaches.
#[derive(Debug, Clone, PartialEq)]
pub struct Extents {
    /// Whether the texts are dates: ends are then in days since 1970.
    pub dates: bool,
    /// By code, both ends within; an end may be infinite (`90+`). None for any other text.
    pub of: Vec<Option<(f64, f64)>>,
}

impl Extents {
    /// Reads a column as numbers or as ISO dates, by which more of its texts can be read.
    ///
    /// ```
    /// use anonymed_assess::{CodedColumn, Extents};
    /// use anonymed_core::AttributeRole::Quasi;
    ///
    /// let texts = ["40..49", "90+", "lung"].map(str::to_owned).to_vec();
    /// let read = Extents::of(&CodedColumn::new("age", Quasi, texts, vec![])?);
    /// assert_eq!(read.of, [Some((40.0, 49.0)), Some((90.0, f64::INFINITY)), None]);
    /// # Ok::<(), anonymed_assess::AssessError>(())
    /// ```
    pub fn of(column: &CodedColumn) -> Self {
        let read = |single: fn(&str) -> Option<(f64, f64)>| {
            let codes = 0..column.values() as u32;
            codes.map(|code| reach(column.text(code)?, single)).collect::<Vec<_>>()
        };
        let (numbers, days) = (read(exposure::number_extent), read(exposure::date_extent));
        let count = |of: &[Option<_>]| of.iter().flatten().count();
        let dates = count(&days) > count(&numbers);
        Self { dates, of: if dates { days } else { numbers } }
    }
}

/// A text by itself or `low..high`.
fn reach(text: &str, single: fn(&str) -> Option<(f64, f64)>) -> Option<(f64, f64)> {
    single(text).or_else(|| {
        let (low, high) = text.split_once("..")?;
        let (low, high) = (single(low)?.0, single(high)?.1);
        (low <= high).then_some((low, high))
    })
}

/// A quasi-identifier before and after, by the raw column's codes.
#[derive(Debug, Clone)]
pub struct Marginal {
    /// Rows of each raw value, whose people are known.
    before: Vec<f64>,
    /// Rows of each raw value in the released table, each cell spread evenly over what it may stand for.
    after: Vec<f64>,
    /// Person and raw code, each once.
    holders: Vec<(u32, u32)>,
    points: Vec<Option<f64>>,
}

impl Marginal {
    /// Compares the column of a name in both tables; none where one of them has it not. Rows that name
    /// nobody although there is a subject column are not counted.
    pub fn of(raw: &CodedTable, released: &CodedTable, name: &str) -> Option<Self> {
        let (column, made) = (raw.column(name)?, released.column(name)?);
        let mut before = vec![0.0; column.values()];
        let mut holders = Vec::with_capacity(raw.rows());
        for (row, code) in column.codes().iter().enumerate() {
            let person = raw.subjects().map_or(row as u32, |subjects| subjects[row]);
            if raw.subjects().is_none() || person != NOBODY {
                before[*code as usize] += 1.0;
                holders.push((person, *code));
            }
        }
        holders.sort_unstable();
        holders.dedup();
        let points = (0..column.values() as u32).map(|code| point(column, code)).collect();
        Some(Self { before, after: spread(column, made), holders, points })
    }

    /// Share of rows of each raw value before.
    pub fn before(&self) -> Vec<f64> {
        shares(&self.before)
    }

    /// Share of rows of each raw value after.
    pub fn after(&self) -> Vec<f64> {
        shares(&self.after)
    }

    /// The number or day that each raw value is; none for other texts.
    pub fn points(&self) -> &[Option<f64>] {
        &self.points
    }

    /// Distinct people of each bin, where `bins` says for each raw value the bin it is in.
    pub fn people(&self, bins: &[usize]) -> Vec<u64> {
        let mut people = vec![0u64; bins.iter().max().map_or(0, |most| most + 1)];
        let mut own: Vec<usize> = Vec::new();
        for person in self.holders.chunk_by(|a, b| a.0 == b.0) {
            own.clear();
            own.extend(person.iter().map(|(_, code)| bins[*code as usize]));
            own.sort_unstable();
            own.dedup();
            own.iter().for_each(|bin| people[*bin] += 1);
        }
        people
    }
}

fn point(column: &CodedColumn, code: u32) -> Option<f64> {
    cell::point(column.text(code)?)
}

fn spread(raw: &CodedColumn, released: &CodedColumn) -> Vec<f64> {
    let mut rows = vec![0u64; released.values()];
    released.codes().iter().for_each(|code| rows[*code as usize] += 1);
    let cover = Cover::of(raw, released, None);
    let empty = (0..raw.values() as u32).find(|code| raw.text(*code).is_none());
    let mut mass = vec![0.0; raw.values()];
    for code in cover.codes() {
        let rows = rows[code as usize] as f64;
        match (ReleasedCell::read(released.text(code)), empty) {
            // Nothing written is a value of its own where the raw column has it.
            (ReleasedCell::Missing, Some(empty)) => mass[empty as usize] += rows,
            _ => cover.spread(code, rows, |value, part| mass[value] += part),
        }
    }
    mass
}

fn shares(rows: &[f64]) -> Vec<f64> {
    let all: f64 = rows.iter().sum();
    rows.iter().map(|rows| if all > 0.0 { rows / all } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::{Quasi, Sensitive};

    use super::*;
    use crate::coded::made;

    const NAMES: &[(&str, AttributeRole)] = &[("age", Quasi), ("sex", Quasi), ("dx", Sensitive)];

    #[test]
    fn classes_over_some_columns_count_people_once() {
        let rows: &[&[&str]] = &[
            &["20", "F", "flu", "1"],
            &["20", "M", "flu", "1"],
            &["20", "M", "flu", "2"],
            &["30", "M", "hiv", ""],
            &["*", "*", "flu", "3"],
        ];
        let check = |by_subject, over: &[usize], expect: &[(u64, u64)]| {
            let classes = classes_over(&made::table(NAMES, rows, by_subject), over);
            let got: Vec<(u64, u64)> = classes.iter().map(|c| (c.rows, c.people)).collect();
            assert_eq!(got, expect);
            assert!(classes.iter().all(|class| class.codes.len() == over.len()));
        };
        check(true, &[0, 1], &[(1, 1), (2, 2), (1, 0)]);
        check(true, &[0], &[(3, 2), (1, 0)]);
        check(false, &[1], &[(1, 1), (3, 3)]);
    }

    #[test]
    fn columns_are_read_as_numbers_or_dates() {
        let check = |texts: &[&str], dates, expect: &[Option<(f64, f64)>]| {
            let texts = texts.iter().map(|t| (*t).to_owned()).collect();
            let read = Extents::of(&CodedColumn::new("c", Quasi, texts, vec![]).unwrap());
            assert_eq!((read.dates, read.of.as_slice()), (dates, expect));
        };
        check(&["2", "3..5.5", "*", ""], false, &[Some((2.0, 2.0)), Some((3.0, 5.5)), None, None]);
        check(&["1970-01", "1970-02..1970"], true, &[Some((0.0, 30.0)), Some((31.0, 364.0))]);
        check(&["1970", "1971..1972"], false, &[Some((1970.0, 1970.0)), Some((1971.0, 1972.0))]);
        check(&["[70-80)", "9..4"], false, &[Some((70.0, 80.0_f64.next_down())), None]);
    }

    #[test]
    fn cells_are_spread_over_what_they_stand_for() {
        let raw: &[&[&str]] = &[
            &["20", "F", "", "1"],
            &["20", "F", "", "1"],
            &["30", "M", "", "1"],
            &["40", "M", "", "2"],
            &["90", "M", "", ""],
        ];
        let released: &[&[&str]] = &[&["20..30", "F", ""], &["20..30", "*", ""], &["40", "M", ""]];
        let raw = made::table(NAMES, raw, true);
        let released = made::table(NAMES, released, false);
        let age = Marginal::of(&raw, &released, "age").unwrap();
        assert_eq!(age.before(), [0.5, 0.25, 0.25, 0.0]);
        assert_eq!(age.after(), [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.0]);
        assert_eq!(age.points()[1], Some(30.0));
        // One person has 20 and 30, another 40; nobody is counted for 90.
        assert_eq!(age.people(&[0, 0, 1, 1]), [1, 1]);
        assert_eq!(age.people(&[0, 1, 2, 3]), [1, 1, 1, 0]);
        let sex = Marginal::of(&raw, &released, "sex").unwrap();
        assert_eq!(sex.after(), [0.5, 0.5]);
        assert!(Marginal::of(&raw, &released, "absent").is_none());
    }
}
