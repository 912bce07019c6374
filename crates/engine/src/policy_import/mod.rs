//! Policies of other tools, as sections of ours.
//!
//! One importer a file, and a line in `ALL`.

mod presidio;

use std::path::Path;

use serde::Serialize;

use crate::bounded;
use crate::policy_check::Remark;
use crate::{EngineError, cause};

/// Most bytes of a file that is imported.
const LARGEST: u64 = 1 << 20;

/// What became of another tool's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Sections of a policy, in TOML, to be put behind its others.
    pub toml: String,
    /// What could not be taken over as it was.
    pub remarks: Vec<Remark>,
}

/// Reads the files of one tool.
trait Importer: Sync {
    /// The tool, as the command line names it.
    fn name(&self) -> &'static str;

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// What is no such file, with the place in it; what cannot work here, with what to do.
    fn import(&self, text: &str) -> Result<Imported, EngineError>;
}

const ALL: &[&dyn Importer] = &[&presidio::Presidio];

/// The tools whose files are read.
pub fn tools() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|importer| importer.name())
}

/// Reads a tool's file.
///
/// # Errors
///
/// [`EngineError::Usage`] for an unknown tool, a file that cannot be read, is longer than 1 MiB or is none
/// of the tool's; [`EngineError::Policy`] for what cannot work here.
pub fn import(tool: &str, file: &Path) -> Result<Imported, EngineError> {
    let importer = ALL.iter().find(|importer| importer.name() == tool).ok_or_else(|| {
        EngineError::Usage(format!(
            "`{tool}` is none of {}",
            tools().collect::<Vec<_>>().join(", ")
        ))
    })?;
    let text = bounded::read_text(file, LARGEST).map_err(|e| {
        EngineError::Usage(format!("the file cannot be imported: {}", cause(e.kind())))
    })?;
    importer.import(&text)
}
