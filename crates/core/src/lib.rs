//! The words and pure rules every part of AnonyMed shares.
//!
//! Identifying values ([`Sensitive`]), where they were found ([`Locator`]), what they are
//! ([`EntityType`], [`HipaaIdentifier`], [`AttributeRole`]), whose they are ([`PatientKey`],
//! [`Subject`]), the keyed functions that replace them ([`Pseudonymizer`], [`DateShifter`]), the
//! policy that decides ([`Policy`]), the traits a modality implements and is given ([`Modality`],
//! [`TextScrubber`]), and the gate no output passes without evidence ([`release::Verified`]).
//!
//! This crate does no I/O, knows no clock and no thread: those come in by argument.

pub mod audit;
pub mod dates;
pub mod entity;
pub mod finding;
pub mod keys;
pub mod labels;
pub mod locator;
pub mod modality;
pub mod normalise;
pub mod policy;
pub mod progress;
pub mod pseudonym;
pub mod release;
pub mod sample;
pub mod sensitive;
pub mod split_mix;
pub mod subject;
pub mod zip3;

pub use audit::{Actor, AuditError, AuditEvent, AuditSink, Purpose};
pub use dates::{DateShift, DateShifter, PartialDate};
pub use entity::{AttributeRole, EntityType, HipaaIdentifier, Sex};
pub use finding::{Finding, Operator, Replacement, Score};
pub use keys::{DerivedKey, KeyId, KeyPurpose, KeyRing, RootKey};
pub use locator::{FileNumber, Locator, Place};
pub use modality::{
    Context, Document, EntityTagger, FieldProfile, Format, InspectSink, KnownIdentifier, Layout,
    Modality, ModalityError, QuarantinedRecord, ScrubError, ScrubbedText, SubjectIndex,
    SubjectMention, TextScope, TextScrubber, Transformed, WrittenSpan,
};
pub use policy::{Action, Policy, PolicyError, Profile, PseudonymMode, TimeMode};
pub use progress::{CancelToken, Cancelled, Clock, Progress};
pub use pseudonym::{Pseudonym, PseudonymDomain, Pseudonymizer};
pub use sample::Sampler;
pub use sensitive::Sensitive;
pub use split_mix::SplitMix64;
pub use subject::{PatientKey, Resolution, Subject, SubjectId, column_authority};
pub use zip3::zip3;
