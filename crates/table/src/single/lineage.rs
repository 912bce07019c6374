//! What the hierarchies of a configuration say of a table's values, for who reads cells and not writes them.

use anonymed_anonymize::HierarchyLines;
use anonymed_anonymize::hierarchies::{self, ColumnValues};
use anonymed_core::ModalityError;
use anonymed_core::policy::{ColumnConfig, HierarchyBuild, HierarchyConfig};

use crate::{Tables, values};

/// Values with the nodes above each.
pub type Lines = Vec<(String, Vec<String>)>;

impl Tables {
    /// The lines of a column's hierarchy: a file's own, or those that a builder makes of some texts with their
    /// rows, `all` the values of the raw table or some of them. None where the column has no hierarchy. A builder that looks at a
    /// column as a whole (which values are frequent, longest or next to each other) makes none of some.
    ///
    /// # Errors
    ///
    /// Where the hierarchy's file cannot be read or is not what it should be.
    pub fn lineage(
        &self,
        config: &ColumnConfig,
        texts: &[(&str, u64)],
        all: bool,
    ) -> Result<Option<Lines>, ModalityError> {
        let build = match &config.hierarchy {
            None => return Ok(None),
            Some(HierarchyConfig::File(file)) => {
                let lines = HierarchyLines::read(&self.options().hierarchy(file)?);
                return Ok(Some(pairs(&lines)));
            }
            Some(HierarchyConfig::Build(build)) => build,
        };
        let needs_all = matches!(
            build,
            HierarchyBuild::Order(_) | HierarchyBuild::Priority(_) | HierarchyBuild::Redaction(_)
        );
        if needs_all && !all {
            return Ok(Some(Vec::new()));
        }
        let reference = build.file().map(|file| self.options().hierarchy(file)).transpose()?;
        let is_value = |text: &str| {
            !values::is_missing(text) && !config.missing.iter().any(|marker| marker == text)
        };
        let column = ColumnValues::of(texts.iter().copied(), is_value);
        let built = hierarchies::build(build, &column, reference.as_deref().unwrap_or_default())
            .map_err(|e| ModalityError::Policy(format!("`{}`: {e}", build.name())))?;
        Ok(Some(pairs(&built.lines())))
    }
}

fn pairs(lines: &HierarchyLines) -> Lines {
    let lines = lines.numbered().iter();
    lines
        .filter_map(|(_, line)| line.split_first())
        .map(|(value, above)| (value.clone(), above.to_vec()))
        .collect()
}
