//! The demo project as others read it: determinism, ground truth, coherence, defects.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod coherence;
mod project;
