//! Texts that name a range: of numbers as tables have them (`[70-80)`, `70-79`, `<18`, `90+`, `85`), and of dates
//! that are known to the year or month alone. What joins several of them covers each.
//!
//! Ranges of numbers are an order only where none reaches into the next; 60-79 beside 70-74 are names, as
//! are blood pressures (`120-80`) and days of a month (`10-06`).

use anonymed_core::PartialDate;

use crate::values;

/// A range of numbers as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds<'a> {
    low: f64,
    high: f64,
    form: Form<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form<'a> {
    /// A number by itself.
    Point(&'a str),
    /// `90+`.
    From(&'a str),
    /// `<18`.
    Below(&'a str),
    /// The bracket, the ends and the bracket; brackets may be missing.
    Between { opening: &'a str, low: &'a str, high: &'a str, closing: &'a str },
}

impl<'a> Bounds<'a> {
    /// Reads a text; none where it is no range, holds nothing, or its ends are the wrong way round.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        if let Some(number) = values::number(text) {
            return Some(Self { low: number + 0.0, high: number + 0.0, form: Form::Point(text) });
        }
        if let Some(low) = text.strip_suffix('+') {
            let number = values::number(low)?;
            return Some(Self { low: number + 0.0, high: f64::INFINITY, form: Form::From(low) });
        }
        if let Some(high) = text.strip_prefix('<') {
            let number = values::number(high)?;
            let form = Form::Below(high.trim());
            return Some(Self { low: f64::NEG_INFINITY, high: number + 0.0, form });
        }
        let body = text.strip_prefix(['[', '(']).unwrap_or(text);
        let opening = &text[..text.len() - body.len()];
        let inner = body.strip_suffix([')', ']']).unwrap_or(body);
        let closing = &body[inner.len()..];
        let (low, high) = inner.split_once('-')?;
        let (first, last) = (values::number(low)? + 0.0, values::number(high)? + 0.0);
        let form = Form::Between { opening, low: low.trim(), high: high.trim(), closing };
        // `[21-21)` holds nothing, and would take the end off what it is joined with.
        let is_open = opening == "(" || closing == ")";
        let holds_some = first < last || first == last && !is_open;
        holds_some.then_some(Self { low: first, high: last, form })
    }

    /// The range from the lower end of this to the upper end of another that is above it.
    pub(crate) fn to(self, above: Self) -> String {
        if let (Form::Point(low), Form::Point(high)) = (self.form, above.form) {
            return format!("{low}..{high}");
        }
        let (opening, low) = match self.form {
            Form::Below(_) => return above.up_to(),
            Form::Point(low) | Form::From(low) => ("", low),
            Form::Between { opening, low, .. } => (opening, low),
        };
        let (high, closing) = match above.form {
            Form::From(_) => return format!("{low}+"),
            Form::Point(high) | Form::Below(high) => (high, ""),
            Form::Between { high, closing, .. } => (high, closing),
        };
        match (opening, closing) {
            ("", "") => format!("{low}-{high}"),
            ("", closing) => format!("[{low}-{high}{closing}"),
            (opening, "") => format!("{opening}{low}-{high}]"),
            (opening, closing) => format!("{opening}{low}-{high}{closing}"),
        }
    }

    /// All up to the upper end.
    fn up_to(self) -> String {
        match self.form {
            Form::From(_) => "*".to_owned(),
            Form::Below(high) | Form::Between { high, closing: ")", .. } => format!("<{high}"),
            Form::Point(high) | Form::Between { high, .. } => format!("<={high}"),
        }
    }

    /// Where it stands among others: at its lower end, or just below its upper one where it has none.
    fn place(self) -> f64 {
        if self.low.is_finite() { self.low } else { self.high.next_down() }
    }
}

/// The places of texts that are ranges in a row, each with the place of its text, ascending; none where
/// a text is no range, or one reaches into another.
pub(crate) fn in_a_row(texts: &[&str]) -> Option<Vec<(f64, usize)>> {
    let mut ranges: Vec<(Bounds<'_>, usize)> = texts
        .iter()
        .enumerate()
        .map(|(place, text)| Bounds::read(text).map(|range| (range, place)))
        .collect::<Option<_>>()?;
    ranges.sort_by(|a, b| a.0.low.total_cmp(&b.0.low));
    let apart = ranges.windows(2).all(|w| w[0].0.low < w[1].0.low && w[0].0.high <= w[1].0.low);
    apart.then(|| ranges.into_iter().map(|(range, place)| (range.place(), place)).collect())
}

/// The range of dates from `low` to `high`, whose upper end covers every date of the column that begins in
/// it: the year or month of `high`, where `is_there` says that the column has it.
pub(crate) fn dates(low: &str, high: &str, is_there: impl Fn(&str) -> bool) -> Option<String> {
    let (first, last) = (PartialDate::parse_iso(low)?, PartialDate::parse_iso(high)?);
    let from = first.first_day()?;
    let begin = last.first_day()?;
    let year = PartialDate::Year(begin.year());
    let month = PartialDate::Month { year: begin.year(), month: begin.month() };
    let wider = [year, month].into_iter().find(|date| {
        date.first_day().is_some_and(|day| day >= from) && is_there(&date.to_string())
    });
    // Only what says more than the year ends before it.
    let upper = match (wider, last) {
        (Some(wider), PartialDate::Day(_)) => wider,
        (Some(PartialDate::Year(year)), PartialDate::Month { .. }) => PartialDate::Year(year),
        _ => last,
    };
    Some(if upper.first_day() == Some(from) && upper != last {
        upper.to_string()
    } else {
        format!("{low}..{upper}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_in_a_row_are_told_from_names() {
        let check = |texts: &[&str], expect: Option<&[usize]>| {
            let places = in_a_row(texts)
                .map(|row| row.into_iter().map(|(_, place)| place).collect::<Vec<_>>());
            assert_eq!(places.as_deref(), expect, "{texts:?}");
        };
        check(&["70-79", "60-69", "90+", "85"], Some(&[1, 0, 3, 2]));
        check(&["[60-70)", "(70-80]"], Some(&[0, 1]));
        check(&["60-70", "70-80"], Some(&[0, 1]));
        check(&["40", "<18", "90+", "18"], Some(&[1, 3, 0, 2]));
        // Near misses.
        check(&["60-79", "70-74"], None);
        check(&["10-20", "15-16"], None);
        check(&["12-31", "11-05", "10-06", "9-09"], None);
        check(&["120-80", "130-85"], None);
        check(&["90+", "95"], None);
        check(&["70", "70-79"], None);
        check(&["60-69", "old"], None);
        check(&["<18", "17"], None);
        check(&["<18", "<20"], None);
        check(&["<=18", "20"], None);
        check(&["(20-21]", "[21-21)"], None);
    }

    #[test]
    fn joined_ranges_have_the_outer_ends() {
        let check = |low: &str, high: &str, expect: &str| {
            assert_eq!(Bounds::read(low).unwrap().to(Bounds::read(high).unwrap()), expect);
        };
        check("[60-70)", "(70-80]", "[60-80]");
        check("(60-70)", "[80-90)", "(60-90)");
        check("60-69", "[70-80)", "[60-80)");
        check("[60-70)", "75", "[60-75]");
        check("60-69", "75", "60-75");
        check("(60-70]", "90+", "60+");
        check("1,5", "2,5", "1,5..2,5");
        check("<18", "45", "<=45");
        check("<18", "[20-30)", "<30");
        check("<18", "20-29", "<=29");
        check("<18", "90+", "*");
    }

    #[test]
    fn a_range_of_dates_covers_a_year_that_begins_in_it() {
        let check = |texts: &[&str], low: &str, high: &str, expect: &str| {
            let written = dates(low, high, |text| texts.contains(&text));
            assert_eq!(written.as_deref(), Some(expect));
        };
        check(&["2021", "2021-03"], "2021", "2021-03", "2021");
        check(&["2020-05", "2021", "2021-03"], "2020-05", "2021-03", "2020-05..2021");
        check(&["2020", "2021", "2021-03-02"], "2020", "2021-03-02", "2020..2021");
        check(&["2021-03", "2021-03-02"], "2021-03", "2021-03-02", "2021-03");
        check(&["2021-02", "2021-03", "2021-03-02"], "2021-02", "2021-03-02", "2021-02..2021-03");
        // Near misses: what begins before the range is not in it.
        check(&["2021", "2021-02", "2021-03"], "2021-02", "2021-03", "2021-02..2021-03");
        check(&["2020", "2021"], "2020", "2021", "2020..2021");
        assert_eq!(dates("a", "b", |_| true), None);
    }
}
