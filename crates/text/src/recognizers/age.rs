//! Ages over 89, in figures or words (45 CFR 164.514(b)(2)(i)(C)). Ages are found from 90 on here;
//! the policy's own cap is applied where they are replaced.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Age;

/// A number, then what makes it an age.
static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?P<age>1[0-3][0-9]|[1-9][0-9]|ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a)[- ]hundred(?:[- ](?:and[- ])?(?:one|two|three|four|five|six|seven|eight|nine|ten))?)(?:[- ]{0,2}(?:years?|yrs?)[- ]{0,2}(?:old|of[- ]age|young)(?-u:\b)|[- ]{0,2}(?:y\.?[ ]?/?[ ]?o\b\.?|yo[mfwb]?(?-u:\b)|yrs?[- ]old)|[ -]?(?:m|f)(?-u:\b)(?:[ ,.;]|$)|[- ](?:year|yr)s?[- ]?old|[ ]y[ ]?[mf](?-u:\b))",
    )
});

/// What makes a number an age, then the number.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:(?:ages?|aged|turned|turning|at age|age of)(?:[ ]*(?:is|was|of|:|=))?[ :]{0,3}(?P<age>1[0-3][0-9]|[1-9][0-9]|ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a)[- ]hundred(?:[- ](?:and[- ])?(?:one|two|three|four|five|six|seven|eight|nine|ten))?)(?-u:\b)|[mf][ ]{1,3}(?P<listed>1[0-3][0-9]|[1-9][0-9])[ ,]{1,3}(?:dob|mrn)(?-u:\b))",
    )
});

impl Recognizer for Age {
    fn name(&self) -> &'static str {
        "age"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?i)[0-9][- ]{0,2}(?:y|m(?-u:\b)|f(?-u:\b))|(?:ages?|aged|turn(?:ed|ing)|age of)(?-u:\b)|[mf][ ]{1,3}[0-9]{2,3}[ ,]{1,3}(?:dob|mrn)|ninety|hundred",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let text = &page.text[line.clone()];
        for pattern in [&*BEHIND, &*BEFORE] {
            for captures in pattern.captures_iter(text) {
                let Some(age) = captures.name("age").or_else(|| captures.name("listed")) else {
                    continue;
                };
                if !page.text[..line.start + age.start()].ends_with(['.', '/', '-']) {
                    let span = line.start + age.start()..line.start + age.end();
                    out.push(found(span, EntityType::Age, 0.9, self.name()));
                }
            }
        }
    }
}

/// The years an age says, in figures or words.
pub(crate) fn years(text: &str) -> Option<u32> {
    let text = text.trim().to_lowercase();
    let word =
        |units: &[&str]| text.split(|c: char| !c.is_alphabetic()).any(|w| units.contains(&w));
    // A number of something shorter than years.
    if word(&[
        "days", "day", "weeks", "week", "months", "month", "hours", "mo", "wk", "wks", "días",
        "día", "semanas", "semana", "meses", "mes", "horas", "mois", "jours", "monate", "wochen",
        "tage",
    ]) {
        return Some(0);
    }
    let digits = text.find(|c: char| c.is_ascii_digit()).map(|at| &text[at..]);
    if let Some(digits) = digits {
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        // What no number holds is more than any age.
        return Some(digits[..end].parse().unwrap_or(u32::MAX));
    }
    if word(&["nonagenarian", "noventa", "neunzig", "nonagenario", "nonagenaria"]) {
        return Some(90);
    }
    if word(&["centenarian", "cien", "ciento", "centenario", "centenaria", "cent", "hundert"]) {
        return Some(100);
    }
    const ONES: [&str; 10] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let base = if text.contains("hundred") {
        100
    } else if text.contains("ninety") || text.contains("nineties") {
        90
    } else {
        return None;
    };
    let rest = text.split("ninety").last()?.split("hundred").last()?;
    let ones = ONES.iter().position(|one| rest.contains(one)).map_or(0, |at| at as u32 + 1);
    Some(base + ones)
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let expect: Vec<_> = expect.iter().map(|e| (*e, EntityType::Age)).collect();
        testing::check(&Age, text, &expect);
    }

    #[test]
    fn positive() {
        check("a 94-year-old woman", &["94"]);
        check("94 y/o male", &["94"]);
        check("94 yo f", &["94"]);
        check("94yoM with", &["94"]);
        check("age 94", &["94"]);
        check("AGE: 102", &["102"]);
        check("94 years of age", &["94"]);
        check("94F, fell", &["94"]);
        check("ninety-four year old", &["ninety-four"]);
        check("aged 91.", &["91"]);
        check("B: 93 y F, DOB", &["93"]);
        check("ROE,JANE F 95 DOB 05/14/1927", &["95"]);
        check("72 year-old man", &["72"]);
        check("At age ninety-three he fell", &["ninety-three"]);
        check("aged ninety three", &["ninety three"]);
        check("turned one hundred and two", &["one hundred and two"]);
        check("AGE: NINETY", &["NINETY"]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("for 94 years", &[]);
        check("pulse 94", &[]);
        check("94 mm", &[]);
        check("stage 94", &[]);
        check("average 94", &[]);
        check("average ninety", &[]);
        check("turned ninetyish", &[]);
        check("pulse ninety-three", &[]);
    }

    #[test]
    fn words_are_numbers() {
        assert_eq!(years("94"), Some(94));
        assert_eq!(years("ninety"), Some(90));
        assert_eq!(years("ninety-four"), Some(94));
        assert_eq!(years("one hundred and two"), Some(102));
        assert_eq!(years("many"), None);
    }
}
