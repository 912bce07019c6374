//! Calendar dates in running text: the date grammar, and the words that speak for or against a
//! form that could be something else. Relative dates and weekdays alone are no dates here.

use std::ops::Range;

use anonymed_core::{EntityType, Finding};

use super::{Recognizer, unit_follows};
use crate::dates::{self, Dated, Part, Reading, Strength};
use crate::document::FieldKind;
use crate::lexicon::role;
use crate::page::{Page, Shape, Token, found};

/// See the file's first lines.
pub(crate) struct Date;

/// The names findings carry, read again where dates are replaced.
pub(crate) const BIRTH: &str = "date.birth";
pub(crate) const YEAR: &str = "date.year";
const DATE: &str = "date";

impl Recognizer for Date {
    fn name(&self) -> &'static str {
        DATE
    }

    fn trigger(&self) -> Option<&'static str> {
        None
    }

    fn recognize(&self, page: &Page<'_>, range: Range<usize>, out: &mut Vec<Finding>) {
        let reading = Reading::default();
        let mut past = range.start;
        for (index, token) in page.tokens.iter().enumerate() {
            let start = begins(page, token);
            let quoted = token.shape == Shape::Number && page.text[..start].ends_with('\'');
            if start < past || !heads_date(page, token, start) {
                continue;
            }
            let from = if quoted { start - 1 } else { start };
            let found_dates = dates::at(page.text, from, &reading);
            let (Some(first), Some(last)) = (found_dates.first(), found_dates.last()) else {
                if let Some(span) = month_of_birth(page, token) {
                    past = span.end;
                    out.push(found(span, EntityType::Date, 0.75, BIRTH));
                }
                continue;
            };
            let span = first.span.start..last.span.end;
            let score =
                found_dates.iter().map(|date| judge(page, date, index)).fold(0.0f32, f32::max);
            if score > 0.0 {
                past = span.end;
                let year_only = found_dates.iter().all(|d| d.strength == Strength::Year);
                let name = match birth(page, &span) {
                    true => BIRTH,
                    false if year_only => YEAR,
                    false => DATE,
                };
                out.push(found(span, EntityType::Date, score, name));
            }
        }
    }
}

/// Where a date in a token would begin: at its start, or in a run of Chinese or Japanese at the
/// year.
fn begins(page: &Page<'_>, token: &Token) -> usize {
    let word = page.word(token);
    let signed = if token.shape == Shape::Code { word.find('年') } else { None };
    let digits = |sign: usize| {
        let year = word[..sign].chars().rev().take_while(|c| dates::is_digit(*c));
        sign - year.map(char::len_utf8).sum::<usize>()
    };
    token.start as usize + signed.map_or(0, digits)
}

/// Whether a date can begin with a token, by what it is alone.
fn heads_date(page: &Page<'_>, token: &Token, start: usize) -> bool {
    let word = page.word(token);
    if page.text[start..].starts_with(dates::is_digit) {
        return true;
    }
    token.is(role::MONTH | role::WEEKDAY)
        || matches!(word.len(), 4 | 6) && is_season(word)
        || heads_part_of_year(word)
        || dates::heads_month(word)
        || token.shape == Shape::Upper && is_roman(word)
}

fn is_roman(word: &str) -> bool {
    word.len() <= 4 && word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'))
}

fn is_season(word: &str) -> bool {
    dates::SEASONS.iter().any(|(name, _)| word.eq_ignore_ascii_case(name))
}

/// Whether a quarter or week of a year can begin with a word.
fn heads_part_of_year(word: &str) -> bool {
    const HEADS: &[&str] = &[
        "first", "second", "third", "fourth", "last", "final", "quarter", "qtr", "week", "weeks",
        "wk", "wks",
    ];
    match word.as_bytes() {
        [b'Q' | b'q', b'1'..=b'4'] => true,
        _ => (2..=7).contains(&word.len()) && HEADS.iter().any(|h| word.eq_ignore_ascii_case(h)),
    }
}

/// Bytes of a long sentence.
const SENTENCE: usize = 400;

/// `gain of 1Q21`: a band of a chromosome, in notes written in capitals.
fn is_band(page: &Page<'_>, date: &Dated) -> bool {
    const BESIDE: &[&str] = &[
        "gain",
        "amplif",
        "del",
        "dup",
        "loss",
        "chromosom",
        "fish",
        "cytogen",
        "trisomy",
        "transloc",
        "karyotyp",
        "locus",
        "band",
        "cks1b",
        "copies",
    ];
    let short = date.parts.iter().any(|(part, _)| *part == Part::ShortYear);
    let quarter = date.parts.first().is_some_and(|(part, _)| *part == Part::Quarter);
    if !(short && quarter) {
        return false;
    }
    // As far as a sentence of a report goes; a line of some notes is the whole note.
    let line = page.line_of(date.span.start);
    let from = line.start.max(date.span.start.saturating_sub(SENTENCE));
    let to = line.end.min(date.span.end + SENTENCE).max(from);
    let words = page.tokens[page.tokens_in(&(from..to))].iter().map(|token| page.word(token));
    words.map(str::to_ascii_lowercase).any(|w| BESIDE.iter().any(|beside| w.starts_with(beside)))
}

/// How sure it is that what reads as a date is one.
fn judge(page: &Page<'_>, date: &Dated, index: usize) -> f32 {
    let field = page.field_at(date.span.start).map(|f| f.kind);
    let in_date_field = page
        .field_at(date.span.start)
        .filter(|f| f.value.start == date.span.start || date.strength > Strength::Weak)
        .is_some_and(|f| matches!(f.kind, FieldKind::Date | FieldKind::Birth));
    let joined = page.text[..date.span.start].ends_with(['/', '.', '-', '\\', ':', '_'])
        && !page.text[..date.span.start - 1].ends_with([' ', '\t', '\n', '(', ')', '#']);
    match date.strength {
        _ if joined && date.strength < Strength::Strong => 0.0,
        Strength::Strong if is_verb(page, date, index) => 0.0,
        _ if is_band(page, date) => 0.0,
        Strength::Strong => 0.9,
        Strength::Fair | Strength::Weak if in_row(page, date) => 0.0,
        Strength::Fair => match page.text[date.span.clone()].len() {
            // Eight digits may be any number: a label for numbers speaks against a date.
            8 if !page.text[date.span.clone()].contains(['-', '/', '.']) => {
                if matches!(field, Some(FieldKind::Number(_))) { 0.0 } else { 0.6 }
            }
            _ if unit_follows(page, date.span.end) => 0.0,
            _ => 0.75,
        },
        Strength::Weak if in_date_field || in_comparison(page, date) => 0.8,
        Strength::Weak if is_dotted(page, date) => {
            if is_dotted_date(page, date) {
                0.7
            } else {
                0.0
            }
        }
        Strength::Weak if unlikely(page, date) => 0.0,
        Strength::Weak if is_dated(page, date) => 0.7,
        Strength::Weak => 0.0,
        Strength::Year if in_date_field => 0.7,
        Strength::Year if unit_follows(page, date.span.end) => 0.0,
        Strength::Year if is_year(page, date) => 0.6,
        Strength::Year => 0.0,
    }
}

/// `may 3 have`, `march 5 steps`: the month's name is a verb.
fn is_verb(page: &Page<'_>, date: &Dated, index: usize) -> bool {
    let word = page.word(&page.tokens[index]);
    let named = date.parts.first().is_some_and(|(part, _)| *part == Part::MonthName);
    let verb = word.eq_ignore_ascii_case("may") || word.eq_ignore_ascii_case("march");
    let shouted = page.caps || word.starts_with(|c: char| c.is_ascii_lowercase());
    named && verb && shouted && date.year.is_none() && !is_dated(page, date)
}

fn in_comparison(page: &Page<'_>, date: &Dated) -> bool {
    page.in_field(date.span.start, FieldKind::Comparison)
        && date.parts.iter().any(|(p, _)| *p == Part::Day)
}

/// Whether a date of numbers and spaces goes on with numbers on either side: `3 4 2021 5 6`.
fn in_row(page: &Page<'_>, date: &Dated) -> bool {
    let spaced = date.parts.windows(2).all(|pair| {
        let gap = &page.text[pair[0].1.end..pair[1].1.start];
        !gap.is_empty() && gap.chars().all(char::is_whitespace)
    });
    let named = date.parts.iter().any(|(part, _)| *part == Part::MonthName);
    if date.parts.len() < 3 || !spaced || named {
        return false;
    }
    let after = page.after(date.span.end);
    let next = after.trim_start();
    let digits = next.bytes().take_while(u8::is_ascii_digit).count();
    let timed = digits > 0 && next.as_bytes().get(digits) == Some(&b':');
    page.before(date.span.start).trim_end().ends_with(dates::is_digit) || digits > 0 && !timed
}

/// `4.3.`: day and month in points, or a decimal number that ends a sentence.
fn is_dotted(page: &Page<'_>, date: &Dated) -> bool {
    date.year.is_none() && page.text[date.span.clone()].ends_with('.')
}

fn is_dotted_date(page: &Page<'_>, date: &Dated) -> bool {
    const BEFORE: &[&str] = &[
        "on",
        "since",
        "until",
        "till",
        "dated",
        "date",
        "am",
        "vom",
        "bis",
        "seit",
        "ab",
        "zum",
        "den",
        "der",
        "seen",
        "admitted",
        "discharged",
        "born",
        "geb",
    ];
    let before = page.before(date.span.start).trim_end_matches([' ', ':', ',', '(']);
    let word = before.rsplit([' ', '\t', '(', ',', '.']).next().unwrap_or_default();
    BEFORE.iter().any(|known| known.eq_ignore_ascii_case(word)) && !unlikely(page, date)
}

/// What stands beside fractions, scores and pressures.
fn unlikely(page: &Page<'_>, date: &Dated) -> bool {
    const AFTER: &[&str] = &[
        "strength",
        "systolic",
        "diastolic",
        "murmur",
        "pain",
        "tab",
        "tablet",
        "tablets",
        "dose",
        "reflexes",
        "motor",
        "pulses",
        "sem",
        "points",
        "inch",
        "cup",
        "visual",
        "vision",
        "bilaterally",
        "throughout",
        "ppd",
        "edema",
        "weakness",
        "of the ",
        "of a ",
        "of his ",
        "of her ",
        "full",
        "normal",
        "quad",
    ];
    let after = page.after(date.span.end).trim_start().to_ascii_lowercase();
    let before = page.before(date.span.start).trim_end_matches([' ', ':']).to_ascii_lowercase();
    const BEFORE: &[&str] = &[
        "strength", "reflexes", "score", "scale", "pain", "grade", "level", "gcs", "ratio", "bp",
        "vision", "motor", "pulses", "about", "x", "rated", "scored",
    ];
    AFTER.iter().any(|w| after.starts_with(w))
        || BEFORE.iter().any(|w| before.ends_with(w))
        || unit_follows(page, date.span.end)
}

/// Whether a word before or a time after says that a date stands here.
fn is_dated(page: &Page<'_>, date: &Dated) -> bool {
    const BEFORE: &[&str] = &[
        "on",
        "since",
        "until",
        "till",
        "dated",
        "date",
        "by",
        "through",
        "thru",
        "between",
        "before",
        "after",
        "starting",
        "started",
        "beginning",
        "from",
        "admitted",
        "discharged",
        "seen",
        "scheduled",
        "due",
        "ending",
        "appointment",
        "appt",
        "born",
        "dob",
        "died",
        "surgery",
        "visit",
        "collected",
        "drawn",
        "last",
        "week of",
        "of",
        "and",
        "ct",
        "mri",
        "cxr",
        "labs",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "circa",
        "updated",
        "wks",
        "weeks",
        "week",
        "wk",
        "re-check",
        "recheck",
        "f/u",
        "fu",
        "follow-up",
        "followup",
        "visits",
        "clinic",
        "called",
        "arrived",
        "returned",
        "le",
        "du",
        "au",
        "el",
        "del",
        "il",
        "vom",
        "seit",
        "zum",
        "desde",
        "hasta",
    ];
    // `the 11/21 appointment`
    const AFTER: &[&str] = &[
        "appointment",
        "appt",
        "visit",
        "clinic",
        "follow",
        "f/u",
        "surgery",
        "procedure",
        "admission",
        "discharge",
        "labs",
        "ct ",
        "mri",
        "cxr",
        "echo",
        "biopsy",
        "study",
        "scan",
        "note",
        "call",
    ];
    let before = page.before(date.span.start);
    let lower = before.trim_end_matches([' ', ':', ',', '(', '\'']).to_ascii_lowercase();
    let word = lower.rsplit([' ', '\t', '(', ',', '.']).next().unwrap_or_default();
    // `and` goes on with a date before it.
    if word == "and" || word == "of" {
        return date.year.is_some() || lower.bytes().any(|b| b.is_ascii_digit());
    }
    let after = page.after(date.span.end).trim_start_matches([' ', ',']);
    let after_at = after.strip_prefix("at ").or_else(|| after.strip_prefix("AT ")).unwrap_or(after);
    let time = after_at.as_bytes();
    let timed = time.len() >= 4
        && time[0].is_ascii_digit()
        && (time[1] == b':' || (time[1].is_ascii_digit() && time[2] == b':'));
    let clock = time.iter().take_while(|b| b.is_ascii_digit()).count() == 4;
    let heads_line = before.trim().is_empty() && (after.starts_with([':', '-']) || clock);
    let next = after.trim_start().to_ascii_lowercase();
    let followed = AFTER.iter().any(|w| next.starts_with(w)) && lower.len() + 1 >= before.len();
    BEFORE.contains(&word) || timed || heads_line || followed
}

/// Whether a number from 1800 to 2199 is a year here.
fn is_year(page: &Page<'_>, date: &Dated) -> bool {
    let Some(year) = date.year.filter(|y| (1900..2100).contains(y)) else { return false };
    let short = date.parts.iter().any(|(p, _)| *p == Part::ShortYear);
    const BEFORE: &[&str] = &[
        "in",
        "since",
        "year",
        "circa",
        "from",
        "until",
        "till",
        "through",
        "during",
        "early",
        "late",
        "mid",
        "before",
        "after",
        "by",
        "around",
        "about",
        "approximately",
        "of",
        "fall",
        "spring",
        "summer",
        "winter",
        "to",
        "and",
        "diagnosed",
        "ca",
        "dated",
        "born",
    ];
    let before = page.before(date.span.start).to_ascii_lowercase();
    let trimmed = before.trim_end_matches([' ', '(', '\'', '-', '–', ',']);
    let word = trimmed.rsplit([' ', '\t', '(', ',', '.']).next().unwrap_or_default();
    let bracketed = before.ends_with('(') && page.after(date.span.end).starts_with(')');
    let _ = year;
    (BEFORE.contains(&word) || bracketed) && !(short && word == "of")
}

/// `b. 3/60`: month and year of two digits each, which are a fraction anywhere else.
fn month_of_birth(page: &Page<'_>, token: &Token) -> Option<Range<usize>> {
    let month: u8 = page.word(token).parse().ok().filter(|m| (1..=12).contains(m))?;
    let rest = page.text[token.end as usize..].strip_prefix('/')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let more = rest[digits..].chars().next().is_some_and(|c| c.is_alphanumeric() || c == '/');
    let span = token.start as usize..token.end as usize + 1 + digits;
    let before = page.before(span.start);
    let shortly = before.trim_end().strip_suffix("b.").or(before.trim_end().strip_suffix("B."));
    let said = shortly.is_some_and(|b| !b.ends_with(char::is_alphanumeric)) || birth(page, &span);
    (month > 0 && digits == 2 && !more && said).then_some(span)
}

/// Whether the words before, or the field, make it a date of birth.
fn birth(page: &Page<'_>, span: &Range<usize>) -> bool {
    if page.in_field(span.start, FieldKind::Birth) {
        return true;
    }
    let before = page.before(span.start).trim_end_matches([' ', ':', ',']).to_ascii_lowercase();
    [
        "born",
        "born on",
        "born in",
        "dob",
        "d.o.b.",
        "date of birth",
        "birthdate",
        "birth date",
        "birthday",
        "birthday is",
    ]
    .iter()
    .any(|w| before.ends_with(w))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let expect: Vec<_> = expect.iter().map(|e| (*e, EntityType::Date)).collect();
        testing::check(&Date, text, &expect);
    }

    #[test]
    fn positive() {
        check("seen 5/3/2011 and 05-04-11.", &["5/3/2011", "05-04-11"]);
        check("admitted on May 3rd, 2011", &["May 3rd, 2011"]);
        check("on 5/3 she", &["5/3"]);
        check("DATE: 5/3", &["5/3"]);
        check("transportation to the 11/21 appointment", &["11/21"]);
        check("f/u 5/18 or seen 3/4 in clinic", &["5/18", "3/4"]);
        check("follow-up 5/18; visit 6/2", &["5/18", "6/2"]);
        check("explained on September 20,\n2019 again", &["September 20,\n2019"]);
        check("5/3 10:30 vomited", &["5/3"]);
        check("May 3-7, 2011", &["May 3-7, 2011"]);
        check("since 1998", &["1998"]);
        check("in '98", &["'98"]);
        check("(2004)", &["2004"]);
        check("CT of 5/2011", &["5/2011"]);
        check("COMPARISON: CT 1/2/2010, 3/4", &["1/2/2010", "3/4"]);
        check("DOB 5/5/55", &["5/5/55"]);
        check("2011-05-03T10:15:00Z", &["2011-05-03"]);
        check("on Tuesday, May 3, 2011", &["Tuesday, May 3, 2011"]);
        check("seen in Q1 2021 and again 2Q21.", &["Q1 2021", "2Q21"]);
        check("In the first quarter of 2021 she", &["first quarter of 2021"]);
        check("admitted week 12 of 2021", &["week 12 of 2021"]);
        check("2021-W12: stable", &["2021-W12"]);
        check("Q1-Q2 2021", &["Q1-Q2 2021"]);
        check("in q3 2021", &["q3 2021"]);
    }

    #[test]
    fn other_languages_and_scripts() {
        check("am 4. März 2021 und 5. Mai", &["4. März 2021", "5. Mai"]);
        check("el 4 de marzo de 2021", &["4 de marzo de 2021"]);
        check("le 4 mars 2021, août 2020", &["4 mars 2021", "août 2020"]);
        check("seit Mär 2021", &["Mär 2021"]);
        check("seen on 4. 3. 2021 for", &["4. 3. 2021"]);
        check("seen on 4 . 3 . 2021 for", &["4 . 3 . 2021"]);
        check("am 4.3. und 04.03. auch", &["4.3.", "04.03."]);
        check("vom 03.04.-09.04.2021", &["03.04.-09.04.2021"]);
        check("on 4.III.2021, 4-III-2021", &["4.III.2021", "4-III-2021"]);
        check("since III/2021", &["III/2021"]);
        check("seen on 2021 03 04 for", &["2021 03 04"]);
        check("入院日2021年3月4日です", &["2021年3月4日"]);
        check("seen ４.3.2021", &["４.3.2021"]);
        check("on 03\u{2011}4\u{2011}2021", &["03\u{2011}4\u{2011}2021"]);
        check("w 3\u{2009}4\u{2009}2021 w", &["3\u{2009}4\u{2009}2021"]);
        check("on 3 4 2021 for", &["3 4 2021"]);
        check("MARCH4,2021 and March4, 2021", &["MARCH4,2021", "March4, 2021"]);
        check("seen on 03/04/021", &["03/04/021"]);
        check("seen on 2021-063 for", &["2021-063"]);
        check("pt b. 3/60, (b.3/61)", &["3/60", "3/61"]);
        check("le 04/03 et", &["04/03"]);
        check("on 3/4-3/9 for", &["3/4-3/9"]);
        check("from 3–9 March 2021", &["3–9 March 2021"]);
        check("the 3rd and 9th of March", &["3rd and 9th of March"]);
    }

    #[test]
    fn near_misses_of_other_languages() {
        check("Hb was 4.3. She", &[]);
        check("improved to 1.2. Potassium of 4.5.", &[]);
        check("visual acuity 3/60", &[]);
        check("case 2021-063", &[]);
        check("1 2 2021 3 4", &[]);
        check("80 3\u{a0}4\u{a0}2021", &[]);
        check("3 4 2021", &[]);
        check("mai tai, mars, may and set", &[]);
        check("stage III/IV, cranial nerves II-XII", &[]);
        check("III/2000 mg", &[]);
        check("L4-5, C5/6, T12/L1", &[]);
        check("2 out of 3, 3 set, 5 ago", &[]);
        check("GCS 3/4/021a", &[]);
        check("took 1/2-3/4 tablets", &[]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("C5/6 and C6/7", &[]);
        check("strength 5/5", &[]);
        check("3/6 systolic murmur", &[]);
        check("pain 4/10", &[]);
        check("1/2 tablet", &[]);
        check("BP 120/80", &[]);
        check("3/4 of the dose", &[]);
        check("took 3/4 strength", &[]);
        check("5/5 strength", &[]);
        check("seen 3/4 of the time", &[]);
        check("0.8 x 0.9 x 0.7 CM", &[]);
        check("series 12 image 20", &[]);
        check("2000 mL", &[]);
        check("WBC 2010", &[]);
        check("he may 3 times", &[]);
        check("yesterday, Monday, 3 weeks ago, POD 3", &[]);
        check("ratio 1/2/05/7", &[]);
        check("version 1.2.11", &[]);
        check("gain of 1q21", &[]);
        check("FISH: GAIN OF 1Q21", &[]);
        check("q4h, q2 2000 mg", &[]);
        check("right upper Q1", &[]);
        check("week 12 of pregnancy, the first quarter", &[]);
    }

    #[test]
    fn births_are_told() {
        let page = Page::new("DOB: 5/5/1955\nborn 6/6/1955, seen 7/7/2011", false);
        let mut out = Vec::new();
        Date.recognize(&page, 0..page.text.len(), &mut out);
        let names: Vec<_> = out.iter().map(|f| f.recognizer).collect();
        assert_eq!(names, [BIRTH, BIRTH, DATE]);
    }
}
