//! A second look at cells that a policy keeps as they are.
//!
//! A column is kept for what it holds as a rule: numbers, sexes, names of tests. One row that slipped
//! by a column puts a surname among the sexes, and somebody wrote a date of birth beside a result.
//! Such cells are not the rule, so they are looked at one by one: in a column of numbers or sexes a
//! word that is neither is left out, and elsewhere the text engine says whether a cell names anybody.

use std::hash::BuildHasher;
use std::sync::RwLock;

use anonymed_core::{EntityType, Sex, TextScope, TextScrubber};
use hashbrown::{DefaultHashBuilder, HashSet};

use crate::{cell_date, values};

/// Cells that decide what a column holds as a rule.
const SURVEYED: u64 = 8192;
/// Distinct clean cells remembered of one column.
const REMEMBERED: usize = 1 << 16;

/// Words that stand in the place of a laboratory's number.
const RESULT_WORDS: &str = include_str!("../data/result_words.txt");

/// What becomes of a kept cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It stays as it is.
    AsItIs,
    /// It is left out.
    Emptied,
    /// It goes through the text engine as prose does.
    AsText,
}

/// What a column's cells are as a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Numbers,
    Sexes,
    Words,
}

/// Counts what a column's first cells are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct GuardSurvey {
    filled: u64,
    numbers: u64,
    sexes: u64,
}

impl GuardSurvey {
    pub(crate) fn see(&mut self, value: &str) {
        if self.filled < SURVEYED && !values::is_missing(value) {
            self.filled += 1;
            self.numbers += u64::from(is_numeric(value));
            self.sexes += u64::from(Sex::parse(value).is_some());
        }
    }

    fn rule(self) -> Rule {
        let most = |n: u64| self.filled >= 5 && n * 10 >= self.filled * 8;
        if most(self.numbers) {
            Rule::Numbers
        } else if most(self.sexes) {
            Rule::Sexes
        } else {
            Rule::Words
        }
    }
}

/// Looks at the kept cells of one column.
#[derive(Debug)]
pub(crate) struct Guard {
    rule: Rule,
    clean: RwLock<HashSet<u64>>,
    hasher: DefaultHashBuilder,
}

impl Guard {
    pub(crate) fn new(survey: GuardSurvey) -> Self {
        Self {
            rule: survey.rule(),
            clean: RwLock::default(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// What becomes of a cell.
    pub(crate) fn look(&self, value: &str, text: &dyn TextScrubber) -> Kept {
        match self.rule {
            _ if is_plain(value) => Kept::AsItIs,
            Rule::Sexes if value.split(|c: char| !c.is_alphanumeric()).all(is_of_sex) => {
                Kept::AsItIs
            }
            Rule::Sexes => Kept::Emptied,
            Rule::Numbers if is_numeric(value) => Kept::AsItIs,
            Rule::Numbers if value.split_whitespace().all(is_result_token) => Kept::AsItIs,
            Rule::Numbers if values::words(value) <= 2 => Kept::Emptied,
            Rule::Numbers | Rule::Words => self.of_text(value, text),
        }
    }

    fn of_text(&self, value: &str, text: &dyn TextScrubber) -> Kept {
        let hash = self.hasher.hash_one(value);
        // A poisoned lock is one whose holder panicked; the set is sound all the same.
        if self.clean.read().unwrap_or_else(|e| e.into_inner()).contains(&hash) {
            return Kept::AsItIs;
        }
        if names_somebody(value, text) {
            return Kept::AsText;
        }
        let mut clean = self.clean.write().unwrap_or_else(|e| e.into_inner());
        if clean.len() < REMEMBERED {
            clean.insert(hash);
        }
        Kept::AsItIs
    }
}

/// Whether a cell is a number or a code and has no room for a name or a date.
fn is_plain(value: &str) -> bool {
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let digits = value.chars().filter(char::is_ascii_digit).count();
    values::is_missing(value) || values::number(value).is_some() || (letters < 2 && digits < 6)
}

/// A number, a range of numbers or a bound, with a unit or without.
fn is_numeric(value: &str) -> bool {
    let value = value.trim().trim_start_matches(['<', '>', '=', '≤', '≥', '~', '[', '(']);
    let end = value
        .find(|c: char| {
            !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-' | '+' | '/' | ':' | '%')
        })
        .unwrap_or(value.len());
    let unit = value[end..].trim().trim_end_matches([')', ']', '*']);
    value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
        && value[..end].bytes().any(|b| b.is_ascii_digit())
        && unit.chars().count() <= 12
        && !unit.contains(char::is_whitespace)
        && cell_date::read(value).is_none()
}

/// Whether a word stands in the place of a laboratory's number.
pub(crate) fn is_result_word(word: &str) -> bool {
    let word = word.trim().to_lowercase();
    RESULT_WORDS.lines().any(|known| known == word)
}

fn is_of_sex(word: &str) -> bool {
    word.is_empty() || Sex::parse(word).is_some() || is_result_word(word)
}

fn is_result_token(token: &str) -> bool {
    let token = token.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
    token.is_empty() || is_numeric(token) || is_result_word(token)
}

fn names_somebody(value: &str, text: &dyn TextScrubber) -> bool {
    // What could not be searched may name somebody.
    let Ok(found) = text.find(value, TextScope::default()) else { return true };
    cell_date::read(value).is_some()
        || found.iter().any(|finding| finding.entity.hipaa().is_some() && !is_place(finding.entity))
}

/// Places and institutions are categories in a kept column, and the policy has decided on them.
pub(crate) fn is_place(entity: EntityType) -> bool {
    matches!(
        entity,
        EntityType::Age
            | EntityType::State
            | EntityType::Country
            | EntityType::County
            | EntityType::City
            | EntityType::Location
            | EntityType::Hospital
            | EntityType::Department
            | EntityType::Organization
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::{Finding, ScrubError, ScrubbedText};

    /// Finds `Roe` and nothing else.
    struct Finder;

    impl TextScrubber for Finder {
        fn find(&self, text: &str, _: TextScope<'_>) -> Result<Vec<Finding>, ScrubError> {
            let found = |at| Finding {
                span: at..at + 3,
                entity: EntityType::Person,
                score: anonymed_core::Score::new(1.0),
                recognizer: "test",
            };
            Ok(text.find("Roe").map(found).into_iter().collect())
        }

        fn scrub(&self, _: &str, _: TextScope<'_>) -> Result<ScrubbedText, ScrubError> {
            unreachable!("the guard asks only")
        }

        fn surrogate(&self, _: EntityType, _: &str, _: TextScope<'_>) -> String {
            unreachable!("the guard asks only")
        }
    }

    fn guard(rule: &[&str]) -> Guard {
        let mut survey = GuardSurvey::default();
        rule.iter().for_each(|value| survey.see(value));
        Guard::new(survey)
    }

    #[test]
    fn a_word_among_numbers_is_left_out() {
        let guard = guard(&["131", "132.5", "<5", "7.2 mmol/L", "120/80", "4,5"]);
        let check = |value: &str, expect| assert_eq!(guard.look(value, &Finder), expect, "{value}");
        for value in
            ["140", "", "?", "<0.5", "3+", "positive", "not detected", "5 mg", "120/80", ">90 (H)"]
        {
            check(value, Kept::AsItIs);
        }
        check("Pfeiffer", Kept::Emptied);
        check("Pfeiffer, Wolfgang", Kept::Emptied);
        check("positive - told Jane Roe", Kept::AsText);
        check("repeat of 01.01.1930 by phone", Kept::AsItIs);
        check("1930-01-01", Kept::Emptied);
    }

    #[test]
    fn a_name_among_sexes_is_left_out() {
        let guard = guard(&["F", "M", "F", "M", "F"]);
        let check = |value: &str, expect| assert_eq!(guard.look(value, &Finder), expect, "{value}");
        check("female", Kept::AsItIs);
        check("Unknown/Invalid", Kept::AsItIs);
        check("Pfeiffer", Kept::Emptied);
    }

    #[test]
    fn words_are_asked_about() {
        let guard = guard(&["aspirin", "warfarin", "heparin", "insulin", "none"]);
        for _ in 0..2 {
            assert_eq!(guard.look("aspirin", &Finder), Kept::AsItIs);
            assert_eq!(guard.look("see Dr Roe", &Finder), Kept::AsText);
            assert_eq!(guard.look("2020-01-01", &Finder), Kept::AsText);
        }
    }
}
