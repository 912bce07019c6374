//! What the stages share: opening an input by its inventory entry, and building the engines a
//! context holds.

use std::path::{Component, Path};
use std::sync::Arc;

use anonymed_core::{Document, ModalityError, Policy, Pseudonymizer, Sensitive};
use anonymed_table::{TableOptions, Tables};
use anonymed_text::Scrubber;

use crate::EngineError;
use crate::project::Project;
use crate::scan::Entry;
use crate::subjects::Patients;

/// The text engine of a policy, which knows who treats.
pub(crate) fn scrubber(
    codes: &Arc<Pseudonymizer>,
    policy: &Policy,
    patients: &Patients,
) -> Result<Scrubber, EngineError> {
    Scrubber::new(Arc::clone(codes), policy)
        .map(|scrubber| scrubber.with_staff(patients.staff()))
        .map_err(|e| EngineError::Usage(format!("text rules: {e}")))
}

/// The table engine of a project: hierarchies are read from beside the policy, and what does not
/// fit in memory is spilled into the state folder.
pub(crate) fn tables(project: &Project) -> Tables {
    let root = project.root().to_owned();
    Tables::new(
        TableOptions::default()
            .spill_to(project.state("spill"))
            .hierarchies(move |name| hierarchy(&root, name)),
    )
}

/// Reads a hierarchy file by a plain name; a policy cannot point outside of the project.
fn hierarchy(root: &Path, name: &str) -> std::io::Result<String> {
    let plain = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
    if !plain {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    fs_err::read_to_string(root.join(name))
}

/// Runs a modality on one file, so that a fault of ours takes that file to quarantine and stops
/// nothing else. What it had begun to write is thrown away by who called.
///
/// # Errors
///
/// What the work says, and [`ModalityError::Internal`] where it panicked; the message of a panic
/// may hold data and is not kept.
pub(crate) fn guarded<T>(
    work: impl FnOnce() -> Result<T, ModalityError>,
) -> Result<T, ModalityError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(ModalityError::Internal("the reader fails on this file; please report it".into()))
    })
}

/// Opens an input file and hands it to a reader.
pub(crate) fn with_document<T>(
    project: &Project,
    entry: &Entry,
    work: impl FnOnce(&mut Document<'_>) -> T,
) -> Result<T, EngineError> {
    let mut file = fs_err::File::open(project.settings.input.join(&entry.name))
        .map_err(EngineError::io("an input file", "read"))?;
    let name = Sensitive::new(entry.name.clone());
    let mut document =
        Document { file: entry.number, name: &name, length: entry.length, data: &mut file };
    Ok(work(&mut document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_an_error_without_its_message() {
        let text = "Müller";
        let fault = guarded(|| Ok(text[..2].len()));
        assert!(!fault.unwrap_err().to_string().contains("ller"));
        assert_eq!(guarded(|| Ok(text.len())).unwrap(), 7);
    }
}
