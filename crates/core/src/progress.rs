//! Telling how far a job is, asking it to stop, and giving it the time: all come in by argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

/// Hears how far a job is. Implemented by the command line's bars and by job stores.
pub trait Progress: Send + Sync {
    /// A stage begins on `total` units (bytes, rows or files, as `unit` says).
    fn begin(&self, stage: &str, total: u64, unit: &str);

    /// Units done since the last call, from any thread.
    fn advance(&self, stage: &str, units: u64);

    /// A stage has ended.
    fn end(&self, stage: &str);
}

/// A progress that nobody listens to.
impl Progress for () {
    fn begin(&self, _: &str, _: u64, _: &str) {}
    fn advance(&self, _: &str, _: u64) {}
    fn end(&self, _: &str) {}
}

/// The job was asked to stop; what is done so far is kept and the job can be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted; run the same command again to resume")]
pub struct Cancelled;

/// A switch that stops a job at its next safe point.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Asks the job to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Asked at each safe point.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] after [`CancelToken::cancel`].
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.0.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(()) }
    }
}

/// Gives the time of events. Release data never holds it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
