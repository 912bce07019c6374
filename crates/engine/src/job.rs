//! What the stages share: opening an input by its inventory entry, and building the engines a
//! context holds.

use std::path::{Component, Path};
use std::sync::Arc;

use anonymed_core::policy::HierarchyConfig;
use anonymed_core::{Document, ModalityError, Policy, Pseudonymizer, Sensitive};
use anonymed_table::{HIERARCHY_BYTES, REFERENCE_BYTES, TableOptions, Tables};
use anonymed_text::Scrubber;

use crate::project::Project;
use crate::scan::Entry;
use crate::subjects::Patients;
use crate::{EngineError, bounded};

/// The text engine of a policy that lies in `folder`, which knows who treats.
pub(crate) fn scrubber(
    codes: &Arc<Pseudonymizer>,
    policy: &Policy,
    folder: &Path,
    patients: &Patients,
) -> Result<Scrubber, EngineError> {
    let scrubber = Scrubber::new(Arc::clone(codes), policy)?.with_staff(patients.staff());
    Ok(match crate::text::model::load(&policy.text, folder)? {
        Some(model) => scrubber.with_model(model),
        None => scrubber,
    })
}

/// The table engine of a project: hierarchies are read from beside the policy, and what does not
/// fit in memory is spilled into the state folder.
pub(crate) fn tables(project: &Project) -> Tables {
    Tables::new(table_options(project))
}

/// How the tables of a project are read.
pub(crate) fn table_options(project: &Project) -> TableOptions {
    let root = project.root().to_owned();
    // A policy that cannot be read has no tables to work on.
    let references = project.policy().map(|policy| references(&policy)).unwrap_or_default();
    TableOptions::default().spill_to(project.state("spill")).hierarchies(move |name| {
        let is_reference = references.iter().any(|file| file == name);
        let most = if is_reference { REFERENCE_BYTES } else { HIERARCHY_BYTES };
        hierarchy(&root, name, most)
    })
}

/// The tables of codes that builders of a policy's hierarchies read.
fn references(policy: &Policy) -> Vec<String> {
    let columns = policy.tables.iter().flat_map(|table| &table.columns);
    let built = columns.filter_map(|(_, column)| match &column.hierarchy {
        Some(HierarchyConfig::Build(build)) => build.file().map(str::to_owned),
        _ => None,
    });
    built.collect()
}

/// Reads a hierarchy file of at most `most` bytes by a plain name; a policy cannot point outside of the
/// project.
///
/// # Errors
///
/// [`std::io::ErrorKind::InvalidFilename`] where the name is none.
pub(crate) fn hierarchy(root: &Path, name: &str, most: u64) -> std::io::Result<String> {
    let mut parts = Path::new(name).components();
    if name.is_empty() || !parts.all(|part| matches!(part, Component::Normal(_))) {
        return Err(std::io::ErrorKind::InvalidFilename.into());
    }
    bounded::read_text(&root.join(name), most)
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

/// Does one thing on this thread and another on the pool's at the same time. A panic of either comes
/// through.
pub(crate) fn beside<A, B: Send>(
    here: impl FnOnce() -> A,
    there: impl FnOnce() -> B + Send,
) -> (A, B) {
    let mut other = None;
    let one = rayon::in_place_scope(|scope| {
        scope.spawn(|_| other = Some(there()));
        here()
    });
    (one, other.expect("the scope has waited for it"))
}

/// Most items worked on side by side, between two writes of the audit log, each of which waits for the
/// disk.
const SIDE_BY_SIDE: usize = 1024;
/// Most bytes of input held by items worked on side by side. A note or a JSON document is held whole,
/// several times over, so large ones go one after the other.
const HELD_SIDE_BY_SIDE: u64 = 32 << 20;

/// Cuts items into portions to work on side by side; `held` is what one of them holds in memory.
pub(crate) fn portions<T>(items: &[T], held: impl Fn(&T) -> u64) -> Vec<&[T]> {
    let mut portions = Vec::new();
    let (mut from, mut sum) = (0, 0);
    for (at, item) in items.iter().enumerate() {
        let held = held(item);
        if at > from && (at - from >= SIDE_BY_SIDE || sum + held > HELD_SIDE_BY_SIDE) {
            portions.push(&items[from..at]);
            (from, sum) = (at, 0);
        }
        sum += held;
    }
    if from < items.len() {
        portions.push(&items[from..]);
    }
    portions
}

/// What a file of unknown kind holds while it is read: what is longer than any note or document is
/// read in pieces or refused.
pub(crate) fn held(length: u64) -> u64 {
    const LONGEST_WHOLE: u64 = 64 << 20;
    const PIECES: u64 = 8 << 20;
    if length > LONGEST_WHOLE { PIECES } else { length }
}

/// Opens an input file and hands it to a reader.
pub(crate) fn with_document<T>(
    project: &Project,
    entry: &Entry,
    work: impl FnOnce(&mut Document<'_>) -> T,
) -> Result<T, EngineError> {
    let mut file = fs_err::File::open(project.settings.input.join(&entry.name))
        .map_err(|e| EngineError::InputGone { file: entry.number, kind: e.kind() })?;
    let name = Sensitive::new(entry.name.clone());
    let mut document =
        Document { file: entry.number, name: &name, length: entry.length, data: &mut file };
    Ok(work(&mut document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_items_go_one_after_the_other() {
        let check = |items: &[u64], expect: &[usize]| {
            let cut: Vec<usize> = portions(items, |m| m << 20).iter().map(|p| p.len()).collect();
            assert_eq!(cut, expect, "{items:?}");
        };
        check(&[], &[]);
        check(&[1, 1, 1], &[3]);
        check(&[20, 20, 1, 40, 1], &[1, 2, 1, 1]);
        check(&[0; 1100], &[1024, 76]);
    }

    #[test]
    fn a_fault_is_an_error_without_its_message() {
        let text = "Müller";
        let fault = guarded(|| Ok(text[..2].len()));
        assert!(!fault.unwrap_err().to_string().contains("ller"));
        assert_eq!(guarded(|| Ok(text.len())).unwrap(), 7);
    }
}
