//! The FHIR modality from bytes to bytes.

mod bundles;
mod corpora;
mod elements;
mod hostile;
mod scan;
mod support;
