//! The FHIR modality from bytes to bytes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail like tests")]

mod bundles;
mod corpora;
mod elements;
mod hostile;
mod scan;
mod support;
