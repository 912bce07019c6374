//! De-identifies the HL7 family of formats; FHIR R4 in JSON first.
//!
//! [`Fhir`] is schema-light: a document is an arena of JSON nodes over its source text
//! ([`json`]), a generated table gives each element its type, and an allow-list profile decides
//! by element and data type. What no rule names is dropped; what is not rewritten is written back
//! byte for byte.

pub mod fhir;
mod generated;
pub mod json;
mod profile;
mod schema;

pub use fhir::Fhir;
pub use profile::check_policy;
