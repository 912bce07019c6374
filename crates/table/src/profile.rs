//! What a column holds, by its header and by its values: role, entity, confidence and the reason.
//!
//! Every value is counted; patterns are tried on the first values and then on every 16th, so a
//! large file costs little. Distinct values are exact up to 10,000.

use anonymed_assess::apart::ApartSketch;
use anonymed_core::sensitive::masked_shape;
use anonymed_core::{AttributeRole, EntityType, FieldProfile, Sex};
use hashbrown::HashSet;

use crate::guard;
use crate::lexicon::{self, HeaderWord, Usage};
use crate::values;

/// Distinct values counted exactly.
const DISTINCT: usize = 10_000;
/// Values looked at before only every 16th is.
const SAMPLE: u64 = 2_000;
/// Most values a column has that sorts people into groups: races, faiths, wards.
const FEW: usize = 12;
/// Share of values that may be written as another column's are, by mistake.
const SOME: f64 = 0.02;

/// The patterns values are tried on.
const PATTERNS: [fn(&str) -> bool; 11] = [
    values::is_ssn,
    values::is_email,
    values::is_url,
    values::is_ip,
    values::is_phone,
    |v| crate::cell_date::read(v).is_some(),
    values::is_icd,
    values::is_zip,
    values::is_name,
    values::is_code,
    |v| values::number(v).is_some(),
];
const SSN: usize = 0;
const EMAIL: usize = 1;
const URL: usize = 2;
const IP: usize = 3;
const PHONE: usize = 4;
const DATE: usize = 5;
const ICD: usize = 6;
const ZIP: usize = 7;
const NAME: usize = 8;
const CODE: usize = 9;
const NUMBER: usize = 10;

/// Watches the values of one column.
pub(crate) struct ColumnProfiler {
    name: String,
    total: u64,
    filled: u64,
    sampled: u64,
    hits: [u64; PATTERNS.len()],
    words: u64,
    longest: usize,
    sexes: u64,
    /// Values of a few words of letters, and those that have a number beside words.
    named: u64,
    housed: u64,
    /// The length all values have, and how many of them end in two zeros.
    length: Option<usize>,
    even_length: bool,
    round: u64,
    fractions: u64,
    distinct: HashSet<u64>,
    examples: Vec<String>,
}

/// What was decided of a column, beside what is published of it.
#[derive(Debug, Clone)]
pub(crate) struct ColumnClass {
    pub(crate) profile: FieldProfile,
    pub(crate) usage: Usage,
    /// What the values would be if they were words that say who somebody is.
    pub(crate) words: Option<EntityType>,
    pub(crate) numbers: Numbers,
}

/// Whether a column's values are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    No,
    /// Counts, codes, numbers of persons.
    Whole,
    /// Measurements: a tenth of them or more have a fraction.
    Measured,
}

impl ColumnProfiler {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            total: 0,
            filled: 0,
            sampled: 0,
            hits: [0; PATTERNS.len()],
            words: 0,
            longest: 0,
            sexes: 0,
            named: 0,
            housed: 0,
            length: None,
            even_length: true,
            round: 0,
            fractions: 0,
            distinct: HashSet::new(),
            examples: Vec::new(),
        }
    }

    pub(crate) fn see(&mut self, value: &str) {
        self.see_numbered(value, ApartSketch::number(value));
    }

    /// Sees a value whose number is known.
    pub(crate) fn see_numbered(&mut self, value: &str, number: u64) {
        self.total += 1;
        if values::is_missing(value) {
            return;
        }
        self.filled += 1;
        if self.distinct.len() < DISTINCT {
            self.distinct.insert(number);
        }
        if self.filled > SAMPLE && !self.filled.is_multiple_of(16) {
            return;
        }
        self.sampled += 1;
        for (hit, pattern) in self.hits.iter_mut().zip(PATTERNS) {
            *hit += u64::from(pattern(value));
        }
        self.words += values::words(value) as u64;
        self.longest = self.longest.max(value.len());
        self.sexes += u64::from(Sex::parse(value).is_some());
        self.even_length &= *self.length.get_or_insert(value.len()) == value.len();
        self.round += u64::from(value.ends_with("00"));
        self.fractions += u64::from(value.contains(['.', ',']) && values::number(value).is_some());
        let words = value.split_whitespace().filter(|w| w.chars().all(is_of_name)).count();
        let all = values::words(value);
        let result = guard::is_result_word(value);
        self.named +=
            u64::from((1..=4).contains(&all) && words == all && value.len() > 2 && !result);
        self.housed += u64::from((2..=6).contains(&all) && (1..all).contains(&words));
        if self.examples.len() < 3 {
            let shape = masked_shape(value);
            if !self.examples.contains(&shape) {
                self.examples.push(shape);
            }
        }
    }

    /// The column's class so far.
    pub(crate) fn class(&self, part: Option<&str>) -> ColumnClass {
        let word = lexicon::look_up(&self.name);
        let (verdict, usage) = match word.and_then(|w| self.by_header(w)) {
            // A number's header over names: the names are the patient's, and no identifier.
            Some(verdict) if verdict.entity == Some(EntityType::Patient) => {
                let usage = word.map_or(Usage::None, |w| w.usage);
                let named = matches!(usage, Usage::Subject(_) | Usage::None);
                (verdict, if named { Usage::FullName } else { usage })
            }
            Some(verdict) => (verdict, word.map_or(Usage::None, |w| w.usage)),
            None => (self.by_values(), Usage::None),
        };
        ColumnClass {
            profile: FieldProfile {
                part: part.map(str::to_owned),
                name: self.name.clone(),
                role: verdict.role,
                entity: verdict.entity,
                subject: false,
                confidence: verdict.confidence,
                reason: verdict.reason,
                suggested: None,
                filled: self.filled,
                total: self.total,
                distinct: self.distinct.len() as u64,
                examples: self.examples.clone(),
            },
            usage,
            words: self.words_of_their_own(),
            numbers: self.numbers(),
        }
    }

    fn numbers(&self) -> Numbers {
        if self.share(NUMBER) < 0.9 {
            Numbers::No
        } else if self.fractions * 10 >= self.sampled {
            Numbers::Measured
        } else {
            Numbers::Whole
        }
    }

    fn words_of_their_own(&self) -> Option<EntityType> {
        let most = |n: u64| self.sampled > 0 && n * 10 >= self.sampled * 8;
        if most(self.named) {
            Some(EntityType::Patient)
        } else {
            most(self.housed + self.named).then_some(EntityType::Street)
        }
    }

    /// Whether every row has a number of its own, all equally long: somebody's, whatever it is called.
    fn is_numbering(&self) -> bool {
        self.is_unique()
            && self.share(CODE) >= 0.9
            && self.even_length
            && self.length.is_some_and(|n| n >= 6)
            && self.round * 2 < self.sampled
    }

    fn is_unique(&self) -> bool {
        self.filled >= 20
            && self.distinct.len() as f64 >= 0.95 * (self.filled.min(DISTINCT as u64) as f64)
    }

    fn share(&self, pattern: usize) -> f64 {
        if self.sampled == 0 { 0.0 } else { self.hits[pattern] as f64 / self.sampled as f64 }
    }

    fn words_each(&self) -> f64 {
        if self.sampled == 0 { 0.0 } else { self.words as f64 / self.sampled as f64 }
    }

    /// The header's word, unless the values speak against it.
    fn by_header(&self, word: HeaderWord) -> Option<Verdict> {
        let named = |role, entity, confidence: f32, why: &str| {
            Some(Verdict { role, entity, confidence, reason: format!("the header names {why}") })
        };
        // Values that identify whatever the header says of them.
        if word.role != AttributeRole::Identifier && word.role != AttributeRole::FreeText {
            let strong = self.strong_pattern().or_else(|| self.people_or_dates(word));
            if strong.is_some() {
                return strong;
            }
            if word.entity.is_none() && self.is_numbering() {
                return Some(Verdict {
                    role: AttributeRole::Unknown,
                    entity: None,
                    confidence: 0.0,
                    reason: "every row has a number of its own, whatever the header says".into(),
                });
            }
            if self.sampled > 0 && self.words_each() >= 6.0 && self.distinct.len() > 5 {
                return Some(self.free_text());
            }
            if let Some(some) = self.some_dates(word) {
                return Some(some);
            }
        }
        let numbered = matches!(word.entity, Some(EntityType::Mrn | EntityType::HealthPlan));
        if numbered && self.share(NAME) >= 0.5 {
            return Some(Verdict {
                role: AttributeRole::Identifier,
                entity: Some(EntityType::Patient),
                confidence: self.share(NAME) as f32,
                reason: "the header names a patient and the values hold names of persons".into(),
            });
        }
        let agrees = match word.usage {
            // `time in theatre` may be minutes: a date needs dates.
            Usage::Event | Usage::Death => {
                self.filled == 0 || self.share(DATE) >= 0.5 || self.year_or_compact()
            }
            // `first` and `last` may be days, numbers or weeks of something.
            Usage::First | Usage::Last => self.share(DATE) < 0.5 && self.share(NUMBER) < 0.5,
            _ => true,
        };
        if !agrees {
            return None;
        }
        let what = word.entity.map_or(word.role.as_str(), EntityType::as_str);
        named(word.role, word.entity, 0.9, what)
    }

    fn year_or_compact(&self) -> bool {
        // Numbers of eight digits that read as dates count as codes and as numbers here.
        self.share(CODE) >= 0.9 && self.share(NUMBER) >= 0.9
    }

    fn strong_pattern(&self) -> Option<Verdict> {
        let table = [
            (SSN, EntityType::Ssn, "social security numbers"),
            (EMAIL, EntityType::Email, "e-mail addresses"),
            (URL, EntityType::Url, "web addresses"),
            (IP, EntityType::IpAddress, "network addresses"),
            (PHONE, EntityType::Phone, "telephone numbers"),
        ];
        table.into_iter().find(|(p, _, _)| self.share(*p) >= 0.5).map(|(pattern, entity, what)| {
            Verdict {
                role: AttributeRole::Identifier,
                entity: Some(entity),
                confidence: self.share(pattern) as f32,
                reason: format!("the values are written as {what}"),
            }
        })
    }

    /// Names of persons or dates in half of the values or more, under a header that promises others.
    fn people_or_dates(&self, word: HeaderWord) -> Option<Verdict> {
        // Places are called as people are; so are races and faiths, and there are few of them.
        let place = word.entity.is_some_and(|e| {
            e.hipaa().is_some() || matches!(e, EntityType::State | EntityType::Country)
        });
        let grouping = word.role == AttributeRole::Quasi && (place || self.distinct.len() <= FEW);
        let table = [
            (DATE, EntityType::Date, "dates", word.entity != Some(EntityType::Date)),
            (NAME, EntityType::Person, "common names of persons", !grouping),
        ];
        let (pattern, entity, what, _) =
            table.into_iter().find(|(p, _, _, counts)| *counts && self.share(*p) >= 0.5)?;
        Some(Verdict {
            role: AttributeRole::Identifier,
            entity: Some(entity),
            confidence: self.share(pattern) as f32,
            reason: format!("the values hold {what}, whatever the header names"),
        })
    }

    /// Dates in a few values of a column that would be kept: it is read as prose, or not at all
    /// where k would count it.
    fn some_dates(&self, word: HeaderWord) -> Option<Verdict> {
        let dated = matches!(word.entity, Some(EntityType::Date | EntityType::Age));
        if dated || self.share(DATE) <= SOME {
            return None;
        }
        // A row for each thing that is known of somebody: what a value is stands in another column.
        let some = |n: f64| n > SOME;
        let named = self.named as f64 / self.sampled.max(1) as f64;
        if some(self.share(NUMBER)) && some(named) {
            let reason = "the values are numbers, dates and words, each row of another kind".into();
            return Some(Verdict {
                role: AttributeRole::Unknown,
                entity: None,
                confidence: 0.0,
                reason,
            });
        }
        let role = match word.role {
            AttributeRole::Quasi => AttributeRole::Unknown,
            _ => AttributeRole::FreeText,
        };
        let reason = "some of the values are dates, whatever the header names".into();
        Some(Verdict { role, entity: None, confidence: 0.5, reason })
    }

    fn free_text(&self) -> Verdict {
        Verdict {
            role: AttributeRole::FreeText,
            entity: None,
            confidence: 0.8,
            reason: "the values are sentences".into(),
        }
    }

    fn by_values(&self) -> Verdict {
        let verdict = |role, entity, confidence: f64, reason: &str| Verdict {
            role,
            entity,
            confidence: confidence as f32,
            reason: reason.into(),
        };
        let unknown = |reason: &str| verdict(AttributeRole::Unknown, None, 0.0, reason);
        if self.sampled == 0 {
            return unknown("the column is empty");
        }
        if let Some(strong) = self.strong_pattern() {
            return strong;
        }
        let unique = self.is_unique();
        if self.share(DATE) >= 0.7 {
            let why = "the values are dates";
            return verdict(
                AttributeRole::Identifier,
                Some(EntityType::Date),
                self.share(DATE),
                why,
            );
        }
        if self.words_each() >= 5.0 || (self.longest > 120 && self.words_each() >= 3.0) {
            return self.free_text();
        }
        if self.share(NAME) >= 0.5 {
            let why = "the values hold common names of persons";
            let person = Some(EntityType::Person);
            return verdict(AttributeRole::Identifier, person, self.share(NAME), why);
        }
        if self.share(ICD) >= 0.7 {
            return verdict(AttributeRole::Sensitive, None, 0.7, "the values are diagnosis codes");
        }
        if unique && self.share(CODE) >= 0.9 {
            let why = "every row has a code of its own";
            return verdict(AttributeRole::Identifier, Some(EntityType::OtherId), 0.7, why);
        }
        if self.sexes == self.sampled && self.distinct.len() <= 4 {
            return verdict(AttributeRole::Quasi, None, 0.8, "the values are sexes");
        }
        if self.share(ZIP) >= 0.9 && self.distinct.len() > 20 {
            let why = "the values have the form of postal codes";
            return verdict(AttributeRole::Quasi, Some(EntityType::Zip), 0.5, why);
        }
        if self.share(NUMBER) >= 0.9 {
            return unknown("numbers under a header that is not known");
        }
        unknown("neither the header nor the values are known")
    }
}

/// Whether a character may stand in a person's name.
fn is_of_name(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.' | ',')
}

struct Verdict {
    role: AttributeRole,
    entity: Option<EntityType>,
    confidence: f32,
    reason: String,
}

/// Whether a table is a list of codes and not of people: no subject column, no identifier, few
/// columns and rows, and a first column that is unique. Hierarchies and code books are such.
pub fn looks_like_code_list(fields: &[FieldProfile]) -> bool {
    let Some(first) = fields.first() else { return false };
    let rows = first.total;
    let people = fields.iter().any(|f| {
        f.subject
            || f.entity == Some(EntityType::Mrn)
            || (f.role == AttributeRole::Identifier
                && f.entity.is_some_and(|e| e != EntityType::Date && e != EntityType::OtherId)
                && f.confidence >= 0.5)
    });
    let unique = first.filled > 0 && first.distinct * 100 >= first.filled.min(10_000) * 95;
    let keyed = unique || (rows <= 200 && first.distinct * 2 >= first.filled);
    !people && keyed && rows <= 20_000 && fields.len() <= 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use AttributeRole as R;

    fn class(header: &str, values: &[&str]) -> FieldProfile {
        let mut profiler = ColumnProfiler::new(header);
        values.iter().for_each(|v| profiler.see(v));
        profiler.class(None).profile
    }

    #[test]
    fn columns_are_known_by_header_and_by_values() {
        let check = |header: &str, values: &[&str], role: R, entity: Option<EntityType>| {
            let profile = class(header, values);
            assert_eq!((profile.role, profile.entity), (role, entity), "{header}");
        };
        check("x", &["123-45-6789", "987-65-4321"], R::Identifier, Some(EntityType::Ssn));
        check("x", &["a@b.org", "c@d.org"], R::Identifier, Some(EntityType::Email));
        check("x", &["2020-01-01", "2020-02-01"], R::Identifier, Some(EntityType::Date));
        check("x", &["E11.9", "I10", "Z00.00"], R::Sensitive, None);
        check("x", &["JOHN SMITH", "Garcia, Maria"], R::Identifier, Some(EntityType::Person));
        check("x", &["1", "2"], R::Unknown, None);
        check("x", &["alpha", "beta"], R::Unknown, None);
        check("x", &[], R::Unknown, None);
        check("time", &["14", "90"], R::Unknown, None);
        check("admit_time", &["2020-01-01 10:00"], R::Identifier, Some(EntityType::Date));
        check("result", &["a@b.org", "c@d.org"], R::Identifier, Some(EntityType::Email));
        let sentence = "patient seen today in the clinic by the team";
        check("x", &[sentence], R::FreeText, None);
        check("age", &["[70-80)", "[80-90)"], R::Quasi, Some(EntityType::Age));
        let names = ["Garcia, Maria", "Smith, John", "Okonkwo, Mary"];
        for header in ["Patient", "subject", "Member", "participant"] {
            check(header, &names, R::Identifier, Some(EntityType::Patient));
        }
        check("Patient", &["00123456", "00123457"], R::Identifier, Some(EntityType::Mrn));
        check("Patient", &["P-ANNA", "P-OTTO"], R::Identifier, Some(EntityType::Mrn));
        check("death_date", &["2020-01-01", ""], R::Quasi, Some(EntityType::Date));
        check("birth_year", &["1950", "1951"], R::Quasi, Some(EntityType::Date));
    }

    #[test]
    fn values_overrule_a_header_that_would_be_kept() {
        let check = |header: &str, values: &[&str], role: R, entity: Option<EntityType>| {
            let profile = class(header, values);
            assert_eq!((profile.role, profile.entity), (role, entity), "{header}");
        };
        let names = ["Garcia, Maria", "Smith, John", "Mary Brown", "n/k"];
        for header in ["lab result", "smoker", "insulin", "flag"] {
            check(header, &names, R::Identifier, Some(EntityType::Person));
        }
        let dates = ["2026-01-31", "2026-02-01", "5"];
        for header in ["insulin", "diagnosis", "hba1c value", "disposition"] {
            check(header, &dates, R::Identifier, Some(EntityType::Date));
        }
        // One date in twenty is enough, one in a hundred is a slip.
        let numbers = |dates: usize, all: usize| -> Vec<&str> {
            (0..all).map(|n| if n < dates { "3/14/2026" } else { "7.2" }).collect()
        };
        check("hba1c", &numbers(1, 20), R::FreeText, None);
        check("smoking", &numbers(1, 20), R::FreeText, None);
        check("disposition", &numbers(1, 20), R::Unknown, None);
        check("hba1c", &numbers(1, 100), R::Insensitive, None);
        // Near misses: what is called as people are.
        check("race", &["White", "Black", "Brown"], R::Quasi, None);
        check("country", &["Jordan", "Jordan"], R::Quasi, Some(EntityType::Country));
        let counties: Vec<String> = ('a'..='z').map(|c| format!("Madison {c}")).collect();
        let counties: Vec<&str> = counties.iter().map(String::as_str).collect();
        check("county", &counties, R::Quasi, Some(EntityType::County));
        check("occupation", &counties, R::Identifier, Some(EntityType::Person));
        check("drug", &["Metformin", "Insulin", "Aspirin"], R::Insensitive, None);
        check("bp", &["120/80", "110/70"], R::Insensitive, None);
    }

    #[test]
    fn a_header_s_last_word_says_what_is_under_it() {
        let check = |header: &str, value: &str, role: R, entity: Option<EntityType>| {
            let profile = class(header, &[value]);
            assert_eq!((profile.role, profile.entity), (role, entity), "{header}");
        };
        for header in ["lab supervisor", "dose witness", "drug_prescriber", "tested by"] {
            check(header, "Zzyzx", R::Identifier, Some(EntityType::Staff));
        }
        check("lab contact", "Zzyzx", R::Identifier, Some(EntityType::Person));
        for header in ["last dose", "next test", "diagnosis_date"] {
            check(header, "2026-01-31", R::Identifier, Some(EntityType::Date));
            check(header, "in the spring", R::Unknown, None);
        }
        for header in ["lab", "dose", "drug_code", "lab value", "test type", "valuenum"] {
            check(header, "7.2", R::Insensitive, None);
        }
        check("lab porter", "7.2", R::Unknown, None);
    }

    #[test]
    fn a_column_of_names_is_no_identifier_of_rows() {
        let usage = |header: &str, value: &str| {
            let mut profiler = ColumnProfiler::new(header);
            profiler.see(value);
            profiler.class(None).usage
        };
        assert_eq!(usage("Patient", "Garcia, Maria"), Usage::FullName);
        assert_eq!(usage("Patient", "00123456"), Usage::Subject(3));
        assert_eq!(usage("last_name", "Garcia"), Usage::Last);
    }

    #[test]
    fn a_value_whose_meaning_stands_beside_it_is_not_known() {
        let values = ["Müller", "Hannelore", "01.01.1930", "4.1", "138"];
        assert_eq!(class("value", &values).role, R::Unknown);
        // Near misses: results in words, and a date among numbers.
        assert_eq!(class("value", &["4.1", "negative", "138", "positive"]).role, R::Insensitive);
        assert_eq!(class("value", &["4.1", "01.01.2020", "138", "negative"]).role, R::FreeText);
    }

    #[test]
    fn numbers_of_their_own_are_somebody_s() {
        let of = |header: &str, numbers: Vec<u32>| {
            let texts: Vec<String> = numbers.iter().map(u32::to_string).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            class(header, &texts).role
        };
        for header in ["Number", "Num", "unit", "test", "result"] {
            assert_eq!(of(header, (0..40).map(|n| 4_100_200 + n * 17).collect()), R::Unknown);
        }
        // Counts of cells, by the thousand and of any length, are no numbering.
        assert_eq!(of("platelets", (0..40).map(|n| 150_000 + n * 3000).collect()), R::Insensitive);
        assert_eq!(of("result", (0..40).map(|n| 90 + n * 17).collect()), R::Insensitive);
    }

    #[test]
    fn examples_are_masked() {
        let profile = class("mrn", &["MRN00012345", "MRN00012346"]);
        assert_eq!(profile.examples, ["AAA99999+"]);
        assert_eq!((profile.filled, profile.total, profile.distinct), (2, 2, 2));
    }
}
