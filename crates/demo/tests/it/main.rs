//! The demo project as others read it: determinism, ground truth, coherence, defects.

mod coherence;
mod project;
