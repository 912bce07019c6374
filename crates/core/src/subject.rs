//! Whose record it is: the canonical key of a patient, and what is known of that patient while a
//! project is worked on.

use crate::{DateShift, EntityType, KnownIdentifier, Pseudonym, Sensitive, Sex};

/// The number a patient has inside one project: small, dense, meaningless elsewhere.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct SubjectId(pub u32);

/// One name of a patient: an identifier and the authority that gave it.
///
/// The identifier is normalised on the way in, so that the same patient is the same key in every
/// modality: trimmed, upper case, and what spreadsheets and people do to a number undone (`00123`,
/// `123`, `123.0`, `1-23` and `MRN 123` are one identifier). Should two people differ in nothing else, their records
/// contradict each other, which is a conflict and no guess.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatientKey {
    authority: String,
    id: Sensitive<String>,
}

impl PatientKey {
    /// A key under an authority, or `None` where nothing is left of the identifier.
    pub fn new(authority: &str, id: &str) -> Option<Self> {
        let id = normal(id);
        if id.is_empty() {
            return None;
        }
        Some(Self { authority: authority.to_owned(), id: Sensitive::new(id) })
    }

    /// The assigning authority, as the policy's `[subject.authorities]` names it.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The normalised identifier.
    pub fn id(&self) -> &Sensitive<String> {
        &self.id
    }
}

/// The raw authority of the identifiers in a table's column.
pub fn column_authority(header: &str) -> String {
    format!("column:{}", header.trim().to_lowercase())
}

/// An identifier in the one spelling all its spellings have.
fn normal(id: &str) -> String {
    let id = id.trim().to_uppercase();
    let body = id
        .strip_prefix("MRN")
        .map_or(id.as_str(), |rest| rest.trim_start_matches([' ', ':', '#', '-', '.']));
    let Some(digits) = digits(body) else { return id };
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() { "0".to_owned() } else { significant.to_owned() }
}

/// The digits of a number that is written plainly, in groups, with decimals that say nothing, or as a
/// spreadsheet shortens it (`4.1002E6`).
fn digits(text: &str) -> Option<String> {
    let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = text.split_once('E').unwrap_or((text, "0"));
    let exponent: usize = exponent.trim_start_matches('+').parse().ok().filter(|e| *e <= 18)?;
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let decimals = decimals.trim_end_matches('0');
    let grouped: String = whole.split([' ', '-', '/']).collect();
    let groups = whole.split([' ', '-', '/']).all(plain);
    if !groups || !(decimals.is_empty() || plain(decimals)) || decimals.len() > exponent {
        return None;
    }
    // Groups are an identifier's and not a shortened number's.
    let shortened = text.contains('E') && plain(whole);
    (shortened || exponent == 0).then(|| format!("{grouped}{decimals:0<exponent$}"))
}

/// A patient as the modalities see one: what to write instead of each identifier, by how much to
/// move each date, and what to look for in free text.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Number inside the project.
    pub number: SubjectId,
    /// The code that stands for the patient in every modality.
    pub pseudonym: Pseudonym,
    /// The patient's date shift.
    pub shift: DateShift,
    /// Sex where known, so that surrogate names keep it.
    pub sex: Option<Sex>,
    /// Direct identifiers known from anywhere in the project, to be found again in free text.
    pub known: Vec<KnownIdentifier>,
}

impl Subject {
    /// The known values of one type.
    pub fn known_of(&self, entity: EntityType) -> impl Iterator<Item = &str> {
        self.known.iter().filter(move |k| k.entity == entity).map(|k| k.value.expose().as_str())
    }
}

/// What the subject graph says of a key.
#[derive(Debug, Clone, Copy)]
pub enum Resolution<'a> {
    /// One patient.
    Known(&'a Subject),
    /// Records disagree about who this is: the record goes to quarantine.
    Conflict,
    /// The key was not seen at the scan.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_number_are_one_identifier() {
        let check = |id: &str, expect: Option<&str>| {
            let key = PatientKey::new("column:mrn", id);
            assert_eq!(key.as_ref().map(|k| k.id().expose().as_str()), expect, "{id}");
        };
        for id in [
            "4100200",
            "0004100200",
            " 4100200.0",
            "4100200.00",
            "MRN4100200",
            "mrn: 04100200",
            "410-0200",
            "41 00 200",
            "4.1002E6",
            "4.100200e+6",
        ] {
            check(id, Some("4100200"));
        }
        check("000", Some("0"));
        check("", None);
        // Near misses: other identifiers, not other spellings.
        check("p-00123", Some("P-00123"));
        check("123.5", Some("123.5"));
        check("1.5E0", Some("1.5E0"));
        check("1E99", Some("1E99"));
        check("12--3", Some("12--3"));
        check("2F.E3", Some("2F.E3"));
        check("a-12", Some("A-12"));
        check("MRN", Some("MRN"));
        check("MRNA12", Some("MRNA12"));
    }
}
