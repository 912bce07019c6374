//! Writes ages: over the cap they are one group (45 CFR 164.514(b)(2)(i)(C)).
//!
//! An Age is one by its type. A measured number is one where the code of its observation, or the
//! question of its form, asks for an age; then a bare number says years, or the unit that the
//! question names.

use std::borrow::Cow;

use anonymed_core::{EntityType, Operator, TimeMode};

use super::walk::{Keep, Walker, Wrote};
use crate::json::{Kind, NodeId};
use crate::schema::Row;

impl Walker<'_, '_, '_> {
    /// An Age, or a Range of ages: over the cap they are one group
    /// (45 CFR 164.514(b)(2)(i)(C)).
    pub(super) fn age(&mut self, node: NodeId) -> bool {
        let json = self.job.json;
        let (low, high) = (json.member(node, "low"), json.member(node, "high"));
        if low.is_none() && high.is_none() {
            return self.age_quantity(node, AgeEnd::Only);
        }
        let mark = self.out().mark();
        self.out().raw("{");
        let mut any = false;
        for (name, end, side) in [("low", low, AgeEnd::Low), ("high", high, AgeEnd::High)] {
            let Some(end) = end.filter(|n| json.kind(*n) == Kind::Object) else { continue };
            let mark = self.out().mark();
            self.out().key(name);
            if self.age_quantity(end, side) {
                any = true;
            } else {
                self.out().back_to(mark);
            }
        }
        self.out().raw("}");
        if !any {
            self.out().back_to(mark);
        }
        any
    }

    /// A measured number, quantity or range, which is an age where its question asks for one.
    pub(super) fn measure(&mut self, row: Row, node: NodeId, keep: Keep) -> Wrote {
        let json = self.job.json;
        let question = self.question(node);
        if json.kind(node) == Kind::Object {
            return match question {
                Some(q) if q.coded || self.is_over(node, &q) => Ok(self.age(node)),
                _ => self.object(row.of(), node, keep),
            };
        }
        let years = |q: Question| number(json.raw(node)) * q.unit;
        if !question.is_some_and(|q| self.over(years(q), q.coded)) {
            return Ok(self.copy(node));
        }
        let first = self.job.context.policy.time.age_cap + 1;
        let start = self.out().bytes.len();
        self.out().raw(&format!("{first}"));
        self.out().span(start, EntityType::Age, Operator::Generalize);
        Ok(true)
    }

    /// Free text, in which a bare number is an age where the element or its question says so.
    pub(super) fn age_text(&mut self, row: Row, node: NodeId) -> Wrote {
        let json = self.job.json;
        let question = match row.name().starts_with("value") {
            true => self.question(node),
            false => Some(Question { unit: 1.0, coded: true }),
        };
        let text = json.text(node).unwrap_or_default();
        let over = question.is_some_and(|q| {
            written_years(&text, q.unit).into_iter().any(|years| self.over(years, false))
        });
        if !over {
            return self.text(node);
        }
        let group = format!("{}+", self.job.context.policy.time.age_cap + 1);
        self.out().replaced_string(&group, EntityType::Age, Operator::Generalize);
        Ok(true)
    }

    /// What asks for an age beside a value: the code of an observation, the item of a form.
    fn question(&self, node: NodeId) -> Option<Question> {
        let json = self.job.json;
        let object = json.parent(node)?;
        let mut texts: Vec<Cow<'_, str>> = Vec::new();
        if let Some(code) = json.member(object, "code") {
            texts.extend(json.member_text(code, "text"));
            for coding in json.items(code, "coding") {
                texts.extend(json.member_text(coding, "code"));
                texts.extend(json.member_text(coding, "display"));
            }
        } else {
            let list = json.parent(object)?;
            let item = if json.kind(list) == Kind::Array { json.parent(list)? } else { list };
            texts.extend(json.member_text(item, "linkId"));
            texts.extend(json.member_text(item, "text"));
        }
        let coded = texts.iter().any(|t| t.split('/').any(|part| AGE_CODES.contains(&part)));
        let asked: Vec<f64> = texts.iter().filter_map(|text| asks_age(text)).collect();
        if !coded && asked.is_empty() {
            return None;
        }
        // The unit that one of the texts says: the others say none.
        let unit = asked.into_iter().fold(1.0, f64::min);
        Some(Question { unit, coded })
    }

    /// Whether a quantity, or an end of a range, is an age over the cap.
    fn is_over(&self, node: NodeId, question: &Question) -> bool {
        let json = self.job.json;
        let ends = [Some(node), json.member(node, "low"), json.member(node, "high")];
        ends.into_iter().flatten().any(|quantity| {
            let Some(value) = json.member(quantity, "value") else { return false };
            let text = |name| json.member_text(quantity, name).filter(|t| !t.trim().is_empty());
            let unit = match text("code").or_else(|| text("unit")) {
                Some(unit) => years_of(&unit),
                None => Some(question.unit),
            };
            unit.is_some_and(|unit| self.over(number(json.raw(value)) * unit, false))
        })
    }

    /// Whether so many years are over the cap; of what may be no age, only those of a life.
    fn over(&self, years: f64, certain: bool) -> bool {
        let rule = &self.job.context.policy.time;
        rule.mode != TimeMode::Keep
            && years >= f64::from(rule.age_cap) + 1.0
            && (certain || years <= LONGEST_LIFE)
    }

    fn age_quantity(&mut self, node: NodeId, end: AgeEnd) -> bool {
        let json = self.job.json;
        let rule = &self.job.context.policy.time;
        let cap = f64::from(rule.age_cap);
        let Some(value) = json.member(node, "value").filter(|v| json.kind(*v) == Kind::Number)
        else {
            return false;
        };
        let unit = json.member_text(node, "code").or_else(|| json.member_text(node, "unit"));
        let Some(unit) = years_of(unit.as_deref().unwrap_or("a")) else { return false };
        let years = json.raw(value).parse::<f64>().unwrap_or(f64::MAX) * unit;
        let over = rule.mode != TimeMode::Keep && years >= cap + 1.0;
        if over && end == AgeEnd::High {
            self.out().count(EntityType::Age, Operator::Drop);
            return false;
        }
        self.out().raw("{");
        if over {
            self.out().key("value");
            let start = self.out().bytes.len();
            self.out().raw(&format!("{}", cap + 1.0));
            self.out().span(start, EntityType::Age, Operator::Generalize);
            if end == AgeEnd::Only {
                self.out().raw(",\"comparator\":\">=\"");
            }
            let years = ",\"unit\":\"a\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"a\"}";
            self.out().raw(years);
            return true;
        }
        for name in ["value", "comparator", "unit", "system", "code"] {
            let Some(member) = json.member(node, name) else { continue };
            if matches!(json.kind(member), Kind::Number | Kind::String) {
                self.out().key(name);
                self.copy(member);
            }
        }
        self.out().raw("}");
        true
    }
}

/// Observations of an age: LOINC age, reported, estimated, calculated, at death, at specimen
/// collection; SNOMED CT current chronological age, age at onset.
const AGE_CODES: &[&str] =
    &["30525-0", "21612-7", "21611-9", "29553-5", "39016-1", "35659-2", "424144002", "445518008"];

/// More years than anybody lived: a number above is no age.
const LONGEST_LIFE: f64 = 150.0;

/// A question that asks for an age.
#[derive(Clone, Copy)]
struct Question {
    /// How many years one of its numbers is.
    unit: f64,
    /// Whether a code says so, not a word.
    coded: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AgeEnd {
    Only,
    Low,
    High,
}

/// How many years a unit of time is; `None` for what is no unit of time.
fn years_of(unit: &str) -> Option<f64> {
    Some(match unit.trim().to_ascii_lowercase().as_str() {
        "a" | "y" | "yr" | "yrs" | "year" | "years" | "yo" | "" => 1.0,
        "mo" | "month" | "months" => 1.0 / 12.0,
        "wk" | "week" | "weeks" => 7.0 / 365.25,
        "d" | "day" | "days" => 1.0 / 365.25,
        "h" | "hour" | "hours" => 1.0 / 8766.0,
        "min" | "minute" | "minutes" => 1.0 / 525_960.0,
        _ => return None,
    })
}

fn number(raw: &str) -> f64 {
    raw.parse().unwrap_or(f64::MAX)
}

/// The years that one is of the unit a question names, where it asks for an age: `Age`,
/// `patientAge`, `age_at_onset`, `How old are you?`, `Age in months`. What is given by age or
/// compared with an age (`BMI for age`, `age-adjusted`) is none.
fn asks_age(text: &str) -> Option<f64> {
    const RANKS: &[&str] = &["percentile", "percent", "score", "ratio", "index", "sd", "zscore"];
    const BEFORE: &[&str] = &["for", "per", "by", "over"];
    const AFTER: &[&str] =
        &["adjusted", "related", "specific", "appropriate", "standardized", "matched", "norm"];
    let words = words(text);
    let is = |at: Option<usize>, list: &[&str]| {
        at.and_then(|at| words.get(at)).is_some_and(|word| list.contains(&word.as_str()))
    };
    let asks = (0..words.len()).any(|at| {
        let old = is(Some(at), &["old"]) && is(at.checked_sub(1), &["how", "years", "year"]);
        let age = is(Some(at), &["age", "ages", "aged"])
            && !is(at.checked_sub(1), BEFORE)
            && !is(Some(at + 1), AFTER);
        old || age
    });
    if !asks || words.iter().any(|word| RANKS.contains(&word.as_str())) {
        return None;
    }
    // `Age in months`, `Age (months)`; in `Age on the day of surgery` no unit is named.
    const NAMED: &[&str] = &["years", "yrs", "months", "weeks", "days", "hours", "minutes"];
    let named = (1..words.len())
        .filter(|at| is(at.checked_sub(1), &["in", "age", "and", "or"]) && is(Some(*at), NAMED))
        .filter_map(|at| years_of(&words[at]));
    Some(named.fold(None, |most: Option<f64>, unit| Some(most.unwrap_or(unit).max(unit))))
        .map(|unit| unit.unwrap_or(1.0))
}

/// The words of a text in lower case, and those of `camelCase`.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in text.chars() {
        let begins = c.is_uppercase() && before.is_lowercase();
        if begins || !c.is_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The years that the numbers of an answer say, in figures or words.
fn written_years(text: &str, unit: f64) -> Vec<f64> {
    let lower = text.to_lowercase();
    let mut years = Vec::new();
    if ["ninety", "hundred"].iter().any(|word| lower.contains(word)) {
        let named = words(&lower).iter().find_map(|word| years_of(word));
        years.push(95.0 * named.unwrap_or(unit));
    }
    let mut at = 0;
    while let Some(start) = lower[at..].find(|c: char| c.is_ascii_digit()).map(|n| at + n) {
        let digits = lower[start..].bytes().take_while(|b| b.is_ascii_digit() || *b == b'.');
        let end = start + digits.count();
        at = end;
        // Parts of dates and codes, and the years of a century, are no ages.
        let joined = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '\'' | '’');
        if lower[..start].ends_with(joined) || lower[end..].starts_with('/') {
            continue;
        }
        let Ok(value) = lower[start..end].trim_end_matches('.').parse::<f64>() else { continue };
        let next = lower[end..].trim_start_matches([' ', '-']);
        let word: String = next.chars().take_while(|c| c.is_alphabetic()).collect();
        let named = (!word.is_empty()).then(|| years_of(&word)).flatten();
        years.push(value * named.unwrap_or(unit));
    }
    years
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_that_ask_for_an_age() {
        let check = |text: &str, expect: Option<f64>| assert_eq!(asks_age(text), expect, "{text}");
        check("Age", Some(1.0));
        check("patientAge", Some(1.0));
        check("age_at_onset", Some(1.0));
        check("How old are you?", Some(1.0));
        check("AGE (YEARS)", Some(1.0));
        check("Age in months", Some(1.0 / 12.0));
        check("Mother's age, at death", Some(1.0));
        check("Age on the day of surgery", Some(1.0));
        check("Age in years and months", Some(1.0));
        // Near misses.
        check("Percentage", None);
        check("BMI-for-age", None);
        check("Body mass index [Percentile] Per age and sex", None);
        check("Age-adjusted D-dimer", None);
        check("Language", None);
        check("old myocardial infarction", None);
        check("", None);
    }

    #[test]
    fn years_of_an_answer() {
        let check = |text: &str, expect: &[f64]| {
            assert_eq!(written_years(text, 1.0), expect, "{text}");
        };
        check("97", &[97.0]);
        check("about 97 years", &[97.0]);
        check("97-year-old", &[97.0]);
        check("ninety-seven", &[95.0]);
        check("36 months", &[3.0]);
        check("in '97", &[]);
        check("5/12/97", &[]);
        check("T97", &[]);
        check("none", &[]);
    }
}
