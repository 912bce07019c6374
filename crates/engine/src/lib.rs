//! Plans and runs jobs from a messy folder to a verified, signed release.
//!
//! `scan` → `plan` → `run` → `verification` → `release`, each a module, each leaving its result in
//! the [`Project`]'s state so that the next one, or the same one after a kill, can go on. This is
//! the only crate that names every modality ([`registry`]).

pub mod audit;
mod bounded;
pub mod decrypt;
pub mod deidentify;
mod error;
pub mod graph;
pub mod hierarchy;
mod job;
pub mod manifest;
pub mod plan;
pub mod policy_check;
pub mod policy_import;
pub mod project;
pub mod project_attack;
pub mod propose;
pub mod registry;
pub mod release;
pub mod report;
pub mod risk;
pub mod run;
pub mod samples;
pub mod scan;
pub mod score;
pub mod single;
mod single_actions;
pub mod staging;
pub mod subjects;
pub mod table_attack;
pub mod table_cohort;
pub mod table_explain;
pub mod table_input;
pub mod table_propose;
pub mod table_report;
pub mod table_risk;
pub mod table_utility;
pub mod text;
pub mod text_evaluation;
mod text_samples;
mod texts;
pub mod verification;
pub mod verify;

pub use anonymed_assess as assess;
pub use anonymed_demo as demo;
pub use anonymed_vault as vault;
pub use error::{EngineError, cause};
pub use project::{KeyOrigin, Project, Session};
