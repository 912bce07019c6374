//! The model that a policy names, from the folder where it lies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anonymed_core::policy::TextRule;
use anonymed_core::{EntityTagger, PolicyError};
use anonymed_model::{BertTagger, ModelError, checksums};

use crate::EngineError;

/// Reads the model of a policy that lies in `folder`; nothing where it names none.
///
/// # Errors
///
/// [`EngineError::Policy`] where there is no such model, or one that is not run here: a text that it was to
/// look at is not searched without it.
pub(crate) fn load(
    rule: &TextRule,
    folder: &Path,
) -> Result<Option<Arc<dyn EntityTagger>>, EngineError> {
    let Some(place) = place(rule, folder) else { return Ok(None) };
    let model = BertTagger::load(&place, &rule.model_labels).map_err(refused)?;
    Ok(Some(Arc::new(model)))
}

/// The SHA-256 of the files of a policy's model, by their names; none where it names none.
///
/// # Errors
///
/// Where one cannot be read.
pub(crate) fn digests(
    rule: &TextRule,
    folder: &Path,
) -> Result<BTreeMap<String, String>, EngineError> {
    let Some(place) = place(rule, folder) else { return Ok(BTreeMap::new()) };
    let digests = checksums(&place).map_err(refused)?;
    Ok(digests.into_iter().map(|(file, digest)| (file.to_owned(), digest)).collect())
}

fn place(rule: &TextRule, folder: &Path) -> Option<PathBuf> {
    rule.model.as_ref().map(|model| folder.join(model))
}

fn refused(error: ModelError) -> EngineError {
    EngineError::Policy(PolicyError {
        key: "text.model".to_owned(),
        reason: error.to_string(),
        span: None,
    })
}
