//! Proposes a configuration for one table from what it holds, with the reason of each part.

use std::io::Write;
use std::path::Path;

use anonymed_assess::apart::ApartReport;
use anonymed_core::{
    AttributeRole, CancelToken, EntityType, FieldProfile, PseudonymDomain, Pseudonymizer,
};
use anonymed_table::{TableOptions, Tables};
use anonymed_vault::draw_root_key;
use serde::Serialize;

use crate::EngineError;
use crate::propose::{ProposedPart, table_file};
use crate::table_input::TableInput;
use crate::text_samples::PeopleInColumns;

/// A proposal and what it comes from; no value of the table is in it.
#[derive(Debug, Clone, Serialize)]
pub struct TableProposal {
    /// Rows read.
    pub rows: u64,
    /// Rows that could not be read.
    pub rejected_rows: u64,
    /// By column, in the table's order.
    pub columns: Vec<ColumnProposal>,
    /// How well columns and sets of them tell people apart.
    pub apart: ApartReport,
    /// The configuration.
    pub configuration: String,
}

/// What is proposed for a column.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnProposal {
    /// Header.
    pub name: String,
    /// Its role in the configuration: `subject`, or a role; none where it is not named there.
    pub role: Option<&'static str>,
    /// What it might be, where nobody recognised it.
    pub suggested: Option<AttributeRole>,
    /// What its values are, where they are identifiers.
    pub entity: Option<EntityType>,
    /// How sure this is, 0 to 1.
    pub confidence: f32,
    /// Why.
    pub reason: String,
}

/// Proposes a configuration.
///
/// # Errors
///
/// Where the table cannot be read, holds no column that could be released, or the work is cancelled.
pub fn propose(input: TableInput<'_>, cancel: &CancelToken) -> Result<TableProposal, EngineError> {
    let tables = Tables::new(TableOptions::default());
    let domain = PseudonymDomain("samples".into());
    let people = PeopleInColumns::new(Pseudonymizer::keyed(&draw_root_key()?, &domain))?;
    let (part, profile) = input.open(&tables, |document, format, part| {
        Ok((part.clone(), tables.profile(document, format, part, &people, cancel)?))
    })?;
    let Some((configuration, parts)) = table_file(&part, &profile.fields) else {
        return Err(EngineError::Usage(nothing_fit(&profile.fields)));
    };
    let columns = profile.fields.into_iter().zip(parts).map(|(field, part)| ColumnProposal {
        role: match part {
            ProposedPart::Subject => Some("subject"),
            ProposedPart::Role(role) => Some(role.as_str()),
            ProposedPart::None => None,
        },
        name: field.name,
        suggested: field.suggested,
        entity: field.entity,
        confidence: field.confidence,
        reason: field.reason,
    });
    Ok(TableProposal {
        rows: profile.rows,
        rejected_rows: profile.rejected_rows,
        columns: columns.collect(),
        apart: profile.apart,
        configuration,
    })
}

/// Why nothing is proposed: what the columns hold instead of quasi-identifiers. Headers are not told, since one may
/// be a value.
fn nothing_fit(fields: &[FieldProfile]) -> String {
    use AttributeRole as R;
    let of = |role: AttributeRole| fields.iter().filter(|field| field.role == role).count();
    let sensitive = fields.len() - of(R::Identifier) - of(R::FreeText) - of(R::Unknown);
    let held = [
        (of(R::Identifier), "identifiers"),
        (of(R::FreeText), "prose"),
        (of(R::Unknown), "what nobody recognised"),
        (sensitive, "sensitive values"),
    ];
    let held: Vec<String> = held
        .iter()
        .filter(|(columns, _)| *columns > 0)
        .map(|(columns, what)| format!("{what} in {columns}"))
        .collect();
    format!(
        "nothing is proposed, since no column is known to be a quasi-identifier: of {} there are {}. Give columns \
         headers that say what they hold, or write a configuration by hand, with one column at least as \
         `age = {{ role = \"quasi\" }}` under [columns], and `k = 5` under [[model]]",
        match fields.len() {
            1 => "1 column".to_owned(),
            columns => format!("{columns} columns"),
        },
        held.join(", ")
    )
}

/// Writes a proposed configuration to a new file.
///
/// # Errors
///
/// Where there is a file already, or it cannot be written.
pub fn write(proposal: &TableProposal, output: &Path) -> Result<(), EngineError> {
    if output.exists() {
        return Err(EngineError::Usage("the output exists already; choose another place".into()));
    }
    let wrong = || EngineError::io("the output", "written");
    let folder = output.parent().filter(|f| !f.as_os_str().is_empty());
    let mut staged =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(wrong())?;
    staged.write_all(proposal.configuration.as_bytes()).map_err(wrong())?;
    staged.as_file().sync_all().map_err(wrong())?;
    staged.persist_noclobber(output).map_err(|e| wrong()(e.error))?;
    Ok(())
}
