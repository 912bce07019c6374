//! Dates in the cells of columns that are not said to hold any.
//!
//! A column of results may mix numbers, versions, scores and dates. What counts as a date in a cell
//! is told by its form: a whole date with its year, a month by its name, a quarter or week counts
//! wherever it stands alone. A form that is as often something else (`20190512`, `2019-05`,
//! `8/9/10`, `5-Mar`) counts where at least half of the cells of that form in the column read as
//! dates ([`Doubts`]). A part of a longer code, and a range with two dots as a privacy model writes
//! it, is none.

use anonymed_core::{EntityType, Locator};

use super::{FoundDate, Precision, find_dates};
use crate::verify::HitCollector;

/// The dates of one cell, and how sure it is that they are dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellDates {
    dates: Vec<FoundDate>,
    /// The form of the whole cell, where it is one that is as often no date.
    pub form: Option<Form>,
}

/// A form that dates share with other things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Eight digits.
    Eight,
    /// Twelve or fourteen digits.
    Longer,
    /// `2019-05`, `05/2019`.
    Month,
    /// `3/4/19`, `3-4-19`.
    ShortYear,
    /// `03.04.19`.
    Dotted,
    /// `5-Mar`: a day without its year, among all cells of a column.
    MonthDay,
}

const FORMS: usize = 6;

impl CellDates {
    /// Reads a cell.
    pub fn of(cell: &str) -> Self {
        let cell = cell.trim();
        if !may_hold_date(cell) {
            return Self::default();
        }
        let form = form(cell);
        let dates: Vec<FoundDate> =
            find_dates(cell).into_iter().filter(|found| counts(cell, found, form)).collect();
        let lone = form.is_none() && matches!(dates.as_slice(), [one] if is_month_day(one));
        Self { dates, form: if lone { Some(Form::MonthDay) } else { form } }
    }

    /// Whether there is no date in it.
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty()
    }

    /// Whether one of the dates is written to the day.
    pub fn has_day(&self) -> bool {
        self.dates.iter().any(|found| found.precision == Precision::Day)
    }

    /// Whether all of the dates are months.
    pub fn is_months(&self) -> bool {
        self.dates.iter().all(|found| found.precision == Precision::Month)
    }

    /// Whether one of the dates stands in the other cell too, as precise and in the same readings.
    pub fn shares_with(&self, other: &Self) -> bool {
        let same = |a: &FoundDate, b: &FoundDate| {
            a.precision == b.precision && a.readings().eq(b.readings())
        };
        self.dates.iter().any(|a| other.dates.iter().any(|b| same(a, b)))
    }
}

/// Cells of one column whose form is in doubt, judged together at the end.
#[derive(Debug, Clone, Default)]
pub struct Doubts {
    filled: u64,
    forms: [Doubt; FORMS],
}

#[derive(Debug, Clone, Default)]
struct Doubt {
    cells: u64,
    dates: u64,
    hits: HitCollector,
}

impl Doubts {
    /// Counts a filled cell.
    pub fn see(&mut self, cell: &CellDates) {
        self.filled += 1;
        let Some(form) = cell.form else { return };
        let doubt = &mut self.forms[form as usize];
        doubt.cells += 1;
        doubt.dates += u64::from(!cell.is_empty());
    }

    /// Keeps a hit in a cell of a form until the column is known.
    pub fn push(&mut self, form: Form, at: Locator, reason: &str) {
        self.forms[form as usize].hits.push(at, Some(EntityType::Date), reason);
    }

    /// The hits in forms that are dates in this column, and how many cells are dates of such forms.
    pub fn settle(self) -> (HitCollector, u64) {
        let mut hits = HitCollector::default();
        let mut dates = 0;
        for (at, doubt) in self.forms.into_iter().enumerate() {
            let cells = if at == Form::MonthDay as usize { self.filled } else { doubt.cells };
            if doubt.dates > 0 && doubt.dates * 2 >= cells {
                dates += doubt.dates;
                hits.absorb(doubt.hits);
            }
        }
        (hits, dates)
    }
}

/// Most cells are short numbers and words: told without a closer look.
fn may_hold_date(cell: &str) -> bool {
    cell.len() >= 4
        && cell.bytes().any(|b| b.is_ascii_digit())
        && (cell.len() >= 8 || cell.bytes().any(|b| !b.is_ascii_digit() && b != b'.'))
}

fn is_month_day(found: &FoundDate) -> bool {
    found.precision == Precision::MonthDay
}

/// Whether what the grammar found counts in a cell of this form.
fn counts(cell: &str, found: &FoundDate, form: Option<Form>) -> bool {
    if form.is_some() {
        return !is_month_day(found) && found.span.start == 0;
    }
    if found.weak || !stands_alone(cell, found) {
        return false;
    }
    let text = &cell[found.span.clone()];
    match found.precision {
        Precision::Day => is_whole_date(text, &cell[found.span.end..]),
        Precision::Month => text.bytes().any(|b| b.is_ascii_alphabetic()),
        Precision::MonthDay => found.span == (0..cell.len()),
        Precision::Quarter | Precision::Week => true,
    }
}

/// Whether a date tells its year in four digits or its month by name; eight digits are a date in a
/// longer text where a time follows them.
fn is_whole_date(text: &str, rest: &str) -> bool {
    let bare = text.bytes().all(|b| b.is_ascii_digit());
    let year = text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 4);
    let named = text.bytes().any(|b| b.is_ascii_alphabetic());
    if bare { rest.starts_with('T') } else { year || named }
}

/// Whether a date is no part of a longer code or of a range in two dots. `2019-05-03` cannot be
/// mistaken and may stand in a file's name or an interval.
fn stands_alone(cell: &str, found: &FoundDate) -> bool {
    let iso = found.span.len() == 10 && cell.as_bytes()[found.span.start + 4] == b'-';
    let joint = |c: char| matches!(c, '-' | '.') || !iso && matches!(c, '/' | '_');
    let before = cell[..found.span.start].chars().next_back();
    let mut after = cell[found.span.end..].chars();
    let joined_after = after.next().is_some_and(joint)
        && after
            .next()
            .is_some_and(|c| c == '.' || c.is_ascii_digit() || !iso && c.is_alphabetic());
    !before.is_some_and(|c| joint(c) || c.is_alphanumeric()) && !joined_after
}

/// The form in doubt of a cell: of all of it, or of what stands before a time.
fn form(cell: &str) -> Option<Form> {
    let (first, rest) = cell.split_once(char::is_whitespace).unwrap_or((cell, ""));
    let is_time = rest.contains(':') && rest.starts_with(|c: char| c.is_ascii_digit());
    if !rest.is_empty() && !is_time {
        return None;
    }
    let mut runs = [0usize; 3];
    let mut marks = [0u8; 2];
    let mut at = 0;
    for b in first.bytes() {
        match b {
            b'0'..=b'9' => runs[at] += 1,
            b'-' | b'/' | b'.' if at < 2 && runs[at] > 0 => {
                marks[at] = b;
                at += 1;
            }
            _ => return None,
        }
    }
    let small = |n: usize| (1..=2).contains(&n);
    match (runs, marks) {
        ([8, 0, 0], [0, 0]) => Some(Form::Eight),
        ([12 | 14, 0, 0], [0, 0]) => Some(Form::Longer),
        ([4, 2, 0], [b'-' | b'/', 0]) => Some(Form::Month),
        ([n, 4, 0], [b'-' | b'/', 0]) if small(n) => Some(Form::Month),
        ([2, 2, 2], [b'.', b'.']) => Some(Form::Dotted),
        ([a, b, c], [b'-', b'-'] | [b'/', b'/']) if small(a) && small(b) && small(c) => {
            Some(Form::ShortYear)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::{FileNumber, Place};

    #[test]
    fn dates_count_where_their_form_tells() {
        let check = |cell: &str| {
            let dates = CellDates::of(cell);
            assert!(!dates.is_empty() && dates.form.is_none(), "{cell}: {dates:?}");
        };
        check("2019-05-03");
        check(" 2019-05-03 ");
        check("2019-05-03T10:20:00Z");
        check("2019-05-03 10:20");
        check("5/3/2019");
        check("03.05.2019");
        check("3-May-19");
        check("May 3, 2019");
        check("May 2019");
        check("seen 2019-05-03.");
        check("2019-05-03 to 2019-06-01");
        check("Q1 2019");
        check("2019-W12");
        check("20190503T1020");
        check("03MAY2019:10:20:00");
        check("DOB:5/3/1955");
        check("2019-05-03/2019-06-01");
        check("scan_2019-05-03.dcm");
    }

    #[test]
    fn what_is_no_date_in_a_cell_is_left() {
        let check = |cell: &str| {
            let dates = CellDates::of(cell);
            assert!(dates.is_empty(), "{cell}: {dates:?}");
        };
        check("1-2");
        check("12-15");
        check("7.1");
        check("4/5");
        check("120/80");
        check("1.2.3");
        check("1.2.20");
        check("10.12.20.5");
        check("2019");
        check("[2010-2020)");
        check("2019-05-03..2019-06-01");
        check("2019-05-03-001");
        check("00074-2001-05");
        check("2345-7");
        check("1.2.840.10008");
        check("ABC-20190503-1");
        check("20190503-001");
        check("12345678");
        check("since 2019");
        check("");
    }

    /// The judgement over a column whose dates are all hits.
    fn settled(cells: &[&str]) -> (u64, u64) {
        let mut doubts = Doubts::default();
        let mut certain = 0;
        for (row, cell) in cells.iter().enumerate() {
            let dates = CellDates::of(cell);
            doubts.see(&dates);
            let place = Place::Cell { row: row as u64 + 1, column: 1 };
            match dates.form {
                _ if dates.is_empty() => {}
                Some(form) => doubts.push(form, Locator::new(FileNumber(1), place), "a-date"),
                None => certain += 1,
            }
        }
        let (hits, dates) = doubts.settle();
        (hits.total() + certain, dates + certain)
    }

    #[test]
    fn forms_in_doubt_are_judged_over_the_column() {
        let check = |cells: &[&str], expect: u64| {
            assert_eq!(settled(cells), (expect, expect), "{cells:?}");
        };
        check(&["20190503", "7.1", "140", "20190611"], 2);
        check(&["20190503", "48213377", "91234567"], 0);
        check(&["2019-05", "2018-11"], 2);
        check(&["2019-05", "4411-20", "5120-33"], 0);
        check(&["8/9/10", "8/9/9", "7/8/9"], 0);
        check(&["3/4/19", "12/11/19", "7.5"], 2);
        check(&["03.05.19", "24.12.18"], 2);
        check(&["5-Mar", "12-Dec"], 2);
        check(&["5-Mar", "0-4", "15-19", "20-24"], 0);
        check(&["20190503103000"], 1);
        check(&["03/07/19 10:30", "2019-05-03"], 2);
    }

    #[test]
    fn equal_dates_are_known_in_any_writing() {
        let check = |a: &str, b: &str, expect: bool| {
            assert_eq!(CellDates::of(a).shares_with(&CellDates::of(b)), expect, "{a} {b}");
        };
        check("2019-05-23", "5/23/2019", true);
        check("2019-05-03", "2019-05-04", false);
        check("2019-05-03", "2019-05", false);
        check("1/2/2020", "2/1/2020", false);
        check("seen 2019-05-03", "2019-05-03", true);
    }
}
