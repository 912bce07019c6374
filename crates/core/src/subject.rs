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
/// The identifier is normalised on the way in (trimmed, upper case, `00123` kept apart from
/// `123`), so that the same patient is the same key in every modality.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatientKey {
    authority: String,
    id: Sensitive<String>,
}

impl PatientKey {
    /// A key under an authority, or `None` where nothing is left of the identifier.
    pub fn new(authority: &str, id: &str) -> Option<Self> {
        let id = id.trim();
        if id.is_empty() {
            return None;
        }
        Some(Self { authority: authority.to_owned(), id: Sensitive::new(id.to_uppercase()) })
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
