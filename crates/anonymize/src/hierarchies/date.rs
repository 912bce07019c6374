//! Dates by day, week, month, quarter, year, two or five years and decade, in the levels that the
//! configuration lists. Weeks are those of ISO 8601; beside them a year is the year of its weeks, which begins
//! on the Monday of the week with 4 January. A date that is known to the month or year alone stays so until a
//! level that is coarser.

use anonymed_core::PartialDate;
use anonymed_core::policy::{DateSteps, Granularity, HierarchyBuild};
use jiff::civil::Date;

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};

/// See the module.
#[derive(Debug)]
pub(super) struct Dates;

impl HierarchyBuilder for Dates {
    fn name(&self) -> &'static str {
        "date"
    }

    fn source(&self) -> &'static str {
        "ISO 8601"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        _: &ColumnValues<'_>,
        _: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        let HierarchyBuild::Date(steps) = build else { return None };
        let by_weeks = steps.by.contains(&Granularity::Week);
        Some(Ok(Box::new(move |text| {
            let date = read(steps, text.trim())?;
            let labels = steps.by.iter().map(|level| label(date, *level, by_weeks)).collect();
            Some(Path { base: None, labels })
        })))
    }
}

/// A date as it is written, or the date of a time.
fn read(steps: &DateSteps, text: &str) -> Option<PartialDate> {
    if let Some(format) = &steps.input {
        return Date::strptime(format, text).ok().map(PartialDate::Day);
    }
    let date = match text.split_once(['T', ' ']) {
        Some((date, time)) if time.starts_with(|c: char| c.is_ascii_digit()) => date,
        _ => text,
    };
    PartialDate::parse_iso(date)
}

fn label(date: PartialDate, level: Granularity, by_weeks: bool) -> String {
    use Granularity::{Day, Decade, FiveYears, Month, Quarter, TwoYears, Week, Year};
    let year = match date {
        PartialDate::Day(day) if by_weeks => day.iso_week_date().year(),
        date => date.year(),
    };
    let years = |width: i16| {
        let first = year.div_euclid(width) * width;
        format!("{first:04}..{:04}", first + width - 1)
    };
    match (level, date) {
        (Year, _) => format!("{year:04}"),
        (TwoYears, _) => years(2),
        (FiveYears, _) => years(5),
        (Decade, _) => years(10),
        // What is known no better is no better on a finer level.
        (_, PartialDate::Year(year)) => format!("{year:04}"),
        (Quarter, PartialDate::Month { year, month }) => quarter(year, month),
        (Quarter, PartialDate::Day(day)) => quarter(day.year(), day.month()),
        (_, PartialDate::Month { year, month }) => format!("{year:04}-{month:02}"),
        (Month, PartialDate::Day(day)) => format!("{:04}-{:02}", day.year(), day.month()),
        (Week, PartialDate::Day(day)) => format!("{year:04}-W{:02}", day.iso_week_date().week()),
        (Day, PartialDate::Day(day)) => day.to_string(),
    }
}

fn quarter(year: i16, month: i8) -> String {
    let first = (month - 1) / 3 * 3 + 1;
    format!("{year:04}-{first:02}..{year:04}-{:02}", first + 2)
}

#[cfg(test)]
mod tests {
    use crate::hierarchies::tests::labels;

    #[test]
    fn dates_climb() {
        let check = |by: &str, text: &str, expect: &str| {
            assert_eq!(
                labels(&format!("build = \"date\", by = [{by}]"), &[text]),
                [expect],
                "{text}"
            );
        };
        let all = "\"day\", \"month\", \"quarter\", \"year\", \"5-years\", \"decade\"";
        let expect = "2024-02-29 2024-02 2024-01..2024-03 2024 2020..2024 2020..2029";
        check(all, "2024-02-29", expect);
        check(all, "2024-02-29T23:59:00Z", expect);
        check(all, "2024-02", "2024-02 2024-02 2024-01..2024-03 2024 2020..2024 2020..2029");
        check(all, "2024", "2024 2024 2024 2024 2020..2024 2020..2029");
        check("\"2-years\", \"decade\"", "2025-07-01", "2024..2025 2020..2029");
        check("\"month\"", "2025-02-30", "misfit");
        check("\"month\"", "01.02.2025", "misfit");
        check("\"month\"", "yesterday", "misfit");
    }

    #[test]
    fn weeks_have_years_of_their_own() {
        let keys = "build = \"date\", by = [\"week\", \"year\", \"decade\"]";
        assert_eq!(
            labels(keys, &["2019-12-30", "2021-01-03", "2021-01-04"]),
            ["2020-W01 2020 2020..2029", "2020-W53 2020 2020..2029", "2021-W01 2021 2020..2029"]
        );
    }

    #[test]
    fn other_ways_of_writing_are_told() {
        let keys = "build = \"date\", input = \"%d.%m.%Y\", by = [\"month\"]";
        assert_eq!(labels(keys, &["24.12.1999", "1999-12-24"]), ["1999-12", "misfit"]);
    }
}
