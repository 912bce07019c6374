//! What a header says of its column: a table of words (`data/headers.tsv`), first match wins.

use std::collections::HashSet;
use std::sync::LazyLock;

use anonymed_core::{AttributeRole, EntityType};

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeaderWord {
    pub(crate) role: AttributeRole,
    pub(crate) entity: Option<EntityType>,
    pub(crate) usage: Usage,
}

/// What a column is used for beside its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    None,
    /// May hold the patient's identifier; 1 is the best candidate.
    Subject(u8),
    Birth,
    Death,
    Sex,
    First,
    Middle,
    Last,
    FullName,
    Event,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Whole,
    Anywhere,
    Start,
    End,
}

struct Entry {
    place: Place,
    words: Vec<&'static str>,
    word: HeaderWord,
}

static LEXICON: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    include_str!("../data/headers.tsv")
        .lines()
        .filter(|l| !l.starts_with('#') && !l.is_empty())
        .filter_map(entry)
        .collect()
});

fn entry(line: &'static str) -> Option<Entry> {
    let mut fields = line.split('\t');
    let (pattern, role) = (fields.next()?, fields.next()?);
    let (entity, usage) = (fields.next()?, fields.next()?);
    let place = match pattern.as_bytes().first()? {
        b'=' => Place::Whole,
        b'~' => Place::Anywhere,
        b'^' => Place::Start,
        b'$' => Place::End,
        _ => return None,
    };
    let usage = match usage {
        "-" => Usage::None,
        "birth" => Usage::Birth,
        "death" => Usage::Death,
        "sex" => Usage::Sex,
        "first" => Usage::First,
        "middle" => Usage::Middle,
        "last" => Usage::Last,
        "name" => Usage::FullName,
        "event" => Usage::Event,
        other => Usage::Subject(other.strip_prefix("subject-")?.parse().ok()?),
    };
    let entity = if entity == "-" { None } else { Some(EntityType::from_name(entity)?) };
    Some(Entry {
        place,
        words: pattern[1..].split(' ').collect(),
        word: HeaderWord { role: AttributeRole::from_name(role)?, entity, usage },
    })
}

/// What a header says of its column, where it is known.
pub(crate) fn look_up(header: &str) -> Option<HeaderWord> {
    let words = words(header);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let hit = LEXICON.iter().find(|e| {
        let n = e.words.len();
        match e.place {
            Place::Whole => words == e.words,
            Place::Anywhere => words.windows(n).any(|w| w == e.words),
            Place::Start => words.starts_with(&e.words),
            Place::End => words.ends_with(&e.words),
        }
    })?;
    Some(hit.word)
}

/// Whether a word, in lower case, is one of the lexicon's.
pub(crate) fn is_word(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&'static str>> =
        LazyLock::new(|| LEXICON.iter().flat_map(|entry| entry.words.iter().copied()).collect());
    WORDS.contains(word)
}

/// Whether a column of dates holds birth dates.
pub(crate) fn is_birth(header: &str) -> bool {
    life_date(header) == Some(LifeDate::Birth)
}

/// A date of a person's life that registers, obituaries and social media hold too: whoever reads it
/// in a release can look the person up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifeDate {
    /// When a person was born.
    Birth,
    /// When a person died.
    Death,
}

/// Which date of a person's life a header names, where it names one.
///
/// # Examples
///
/// ```
/// use anonymed_table::{LifeDate, life_date};
///
/// assert_eq!(life_date("DateOfBirth"), Some(LifeDate::Birth));
/// assert_eq!(life_date("admit_date"), None);
/// ```
pub fn life_date(header: &str) -> Option<LifeDate> {
    match look_up(header).map(|w| w.usage) {
        Some(Usage::Birth) => Some(LifeDate::Birth),
        Some(Usage::Death) => Some(LifeDate::Death),
        _ => life_date_by_words(&words(header)),
    }
}

/// Headers that say birth or death and beside it nothing but words of time and person: `birth_ts`,
/// `Death`, `patient born`. `birth_weight` and `cause_of_death` say something else.
fn life_date_by_words(words: &[String]) -> Option<LifeDate> {
    const BIRTH: [&str; 4] = ["birth", "born", "yob", "birthyear"];
    const DEATH: [&str; 2] = ["death", "deceased"];
    const BESIDE: [&str; 14] = [
        "at",
        "date",
        "datetime",
        "day",
        "dt",
        "of",
        "on",
        "patient",
        "person",
        "pt",
        "time",
        "timestamp",
        "ts",
        "year",
    ];
    let among = |list: &[&str], word: &String| list.contains(&word.as_str());
    let known = |w: &String| among(&BIRTH, w) || among(&DEATH, w) || among(&BESIDE, w);
    if !words.iter().all(known) {
        None
    } else if words.iter().any(|w| among(&BIRTH, w)) {
        Some(LifeDate::Birth)
    } else {
        words.iter().any(|w| among(&DEATH, w)).then_some(LifeDate::Death)
    }
}

/// The words of a header: split at what is no letter or digit and inside `camelCase`.
fn words(header: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in header.chars() {
        if c.is_alphanumeric() {
            let hump = last.is_lowercase() && c.is_uppercase();
            if !last.is_alphanumeric() || hump || words.is_empty() {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        last = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_lexicon_reads() {
        let lines = include_str!("../data/headers.tsv")
            .lines()
            .filter(|l| !l.starts_with('#') && !l.is_empty())
            .count();
        assert_eq!(LEXICON.len(), lines);
    }

    #[test]
    fn headers_are_known_with_their_near_misses() {
        use AttributeRole as R;
        let check = |header: &str, role: Option<R>, entity: Option<&str>| {
            let word = look_up(header);
            assert_eq!(word.map(|w| w.role), role, "{header}");
            assert_eq!(word.and_then(|w| w.entity).map(EntityType::as_str), entity, "{header}");
        };
        check("MRN", Some(R::Identifier), Some("mrn"));
        check("patient_nbr", Some(R::Identifier), Some("mrn"));
        check("PatientID", Some(R::Identifier), Some("mrn"));
        check("encounter_id", Some(R::Identifier), Some("account"));
        check("First Name", Some(R::Identifier), Some("patient"));
        check("mother_name", Some(R::Identifier), Some("relative"));
        check("attending_physician", Some(R::Identifier), Some("doctor"));
        check("drug_name", Some(R::Insensitive), None);
        check("time_in_hospital", Some(R::Quasi), None);
        check("num_medications", Some(R::Insensitive), None);
        check("phone_number", Some(R::Identifier), Some("phone"));
        check("number_diagnoses", Some(R::Insensitive), None);
        check("diag_1", Some(R::Sensitive), None);
        check("glyburide-metformin", Some(R::Insensitive), None);
        check("native-country", Some(R::Quasi), Some("country"));
        check("admit_date", Some(R::Identifier), Some("date"));
        check("dateOfBirth", Some(R::Quasi), Some("date"));
        check("zipcode", Some(R::Quasi), Some("zip"));
        check("package", None, None);
        check("xyzzy", None, None);
        assert!(is_birth("dob") && !is_birth("admit_date"));
    }

    #[test]
    fn dates_of_a_life_are_told_from_other_dates() {
        let check = |header: &str, date: Option<LifeDate>| {
            assert_eq!(life_date(header), date, "{header}");
        };
        check("dob", Some(LifeDate::Birth));
        check("year_of_birth", Some(LifeDate::Birth));
        check("death_date", Some(LifeDate::Death));
        check("DateOfDeath", Some(LifeDate::Death));
        check("birth_ts", Some(LifeDate::Birth));
        check("patient_born", Some(LifeDate::Birth));
        check("Death", Some(LifeDate::Death));
        check("birth_place", None);
        check("birth_weight", None);
        check("cause_of_death", None);
        check("date", None);
        check("mortality", None);
        check("discharge_date", None);
    }
}
