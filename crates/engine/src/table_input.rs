//! One table that is named on a command line: opened, known by its content, its sheet found, and the
//! configuration beside it.

use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

use anonymed_core::policy::{HierarchyConfig, ModelConfig, TableConfig};
use anonymed_core::{
    CancelToken, Document, FileNumber, Format, Modality, ModalityError, PolicyError, Sensitive,
};
use anonymed_table::{HIERARCHY_BYTES, Part, REFERENCE_BYTES, TableOptions, Tables};
use anonymed_vault::random_seed;

use crate::{EngineError, bounded, job, table_attack};

/// Bytes that tell what a file is.
const HEAD: usize = 64 << 10;
/// Longest configuration: 1 MiB.
const CONFIG_MOST: u64 = 1 << 20;

/// A table and which sheet of it.
#[derive(Debug, Clone, Copy)]
pub struct TableInput<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its sheet, for workbooks of several.
    pub sheet: Option<&'a str>,
}

/// Reads a configuration.
pub(crate) fn config(path: &Path) -> Result<TableConfig, EngineError> {
    let text = bounded::read_text(path, CONFIG_MOST)
        .map_err(EngineError::io("the configuration", "read"))?;
    let config = TableConfig::parse(&text)?;
    table_attack::check_required(&config.attack.required, "attack")?;
    Ok(config)
}

/// Reads a configuration, for work that compares the values of classes with the raw table's.
pub(crate) fn config_of_values(path: &Path) -> Result<TableConfig, EngineError> {
    Ok(config(path)?.as_they_are()?)
}

/// Refuses to judge by labels what a configuration writes without any.
///
/// # Errors
///
/// [`EngineError::Policy`] at `output.form`.
pub(crate) fn with_labels(config: &TableConfig, what: &str) -> Result<(), EngineError> {
    let form = config.output.form;
    if !form.is_unlinked() {
        return Ok(());
    }
    Err(EngineError::Policy(PolicyError {
        key: "output.form".into(),
        reason: format!(
            "{what} reads labels that people share, and a release of form \"{form}\" has quasi-identifiers as \
             they are; what its groups reach is under `models` of `table anonymize --json`. A configuration \
             without the form judges a table by its cells"
        ),
        span: None,
    }))
}

/// Where a configuration's hierarchies are: beside it.
pub(crate) fn options(place: &Path, config: &TableConfig) -> TableOptions {
    let beside = place.parent().unwrap_or(Path::new(".")).to_owned();
    let built = config.columns.iter().filter_map(|(_, column)| match &column.hierarchy {
        Some(HierarchyConfig::Build(build)) => build.file().map(str::to_owned),
        _ => None,
    });
    let references: Vec<String> = built.collect();
    TableOptions::default().hierarchies(move |name| {
        let is_reference = references.iter().any(|file| file == name);
        let most = if is_reference { REFERENCE_BYTES } else { HIERARCHY_BYTES };
        job::hierarchy(&beside, name, most)
    })
}

/// The options of a configuration with what a sample is drawn by, and with its population, where a model
/// compares with one.
///
/// # Errors
///
/// Where the population's table cannot be read or lacks a column, or there is no randomness for a seed.
pub(crate) fn options_with_population(
    place: &Path,
    config: &TableConfig,
    cancel: &CancelToken,
) -> Result<TableOptions, EngineError> {
    match config.models.iter().any(ModelConfig::is_of_population) {
        true => options_beside_population(place, config, cancel),
        false => with_seed(options(place, config), config),
    }
}

/// The options of a configuration with its population, whoever compares with it.
///
/// # Errors
///
/// Where the population's table cannot be read or lacks a column.
pub(crate) fn options_beside_population(
    place: &Path,
    config: &TableConfig,
    cancel: &CancelToken,
) -> Result<TableOptions, EngineError> {
    let options = with_seed(options(place, config), config)?;
    let Some(population) = &config.population else { return Ok(options) };
    let name = Path::new(&population.table);
    if name.components().count() != 1 || name.file_name().is_none() {
        let reason = "the plain name of a file beside the configuration";
        return Err(EngineError::Policy(PolicyError {
            key: "population.table".into(),
            reason: reason.into(),
            span: None,
        }));
    }
    let path = place.parent().unwrap_or(Path::new(".")).join(name);
    let input = TableInput { path: &path, sheet: population.sheet.as_deref() };
    let tables = Tables::new(options.clone());
    let people = input.open_as("the population's table", &tables, |document, format, part| {
        let read = || tables.population(document, format, part, config, cancel);
        job::guarded(read).map_err(wrong)
    })?;
    Ok(options.population(Arc::new(people)))
}

/// The seed of a configuration's sample: its own, or one that nobody knows.
fn with_seed(options: TableOptions, config: &TableConfig) -> Result<TableOptions, EngineError> {
    let Some(sample) = &config.sample else { return Ok(options) };
    let seed = match &sample.seed {
        Some(seed) => seed.expose().as_bytes().to_vec(),
        None => random_seed()?.to_vec(),
    };
    Ok(options.sample_seed(Sensitive::new(seed)))
}

impl TableInput<'_> {
    /// Opens the table and works on it.
    pub(crate) fn open<T>(
        self,
        tables: &Tables,
        work: impl FnOnce(&mut Document<'_>, &Format, &Part) -> Result<T, ModalityError>,
    ) -> Result<T, EngineError> {
        self.open_as("the table", tables, |document, format, part| {
            job::guarded(|| work(document, format, part)).map_err(wrong)
        })
    }

    /// Opens a table that is called so, and works on it.
    pub(crate) fn open_as<T>(
        self,
        what: &'static str,
        tables: &Tables,
        work: impl FnOnce(&mut Document<'_>, &Format, &Part) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let unread = EngineError::io(what, "read");
        let mut data = fs_err::File::open(self.path).map_err(unread)?.into_file();
        let length = data.metadata().map_err(EngineError::io(what, "read"))?.len();
        let mut head = Vec::new();
        Read::by_ref(&mut data)
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .and_then(|_| data.rewind())
            .map_err(EngineError::io(what, "read"))?;
        let found = tables
            .sniff(&head, length)
            .ok_or_else(|| EngineError::Usage(format!("{what} is none that can be read")))?;
        let name = Sensitive::new(String::new());
        let mut document = Document { file: FileNumber(1), name: &name, length, data: &mut data };
        let parts = tables.parts(&mut document, &found).map_err(wrong)?;
        let part = self.part(what, &parts)?;
        work(&mut document, &found, part)
    }

    fn part<'p>(self, what: &str, parts: &'p [Part]) -> Result<&'p Part, EngineError> {
        match (self.sheet, parts) {
            (None, [one]) => Ok(one),
            (Some(sheet), parts) => parts
                .iter()
                .find(|part| part.sheet.as_deref() == Some(sheet))
                .ok_or_else(|| EngineError::Usage("the workbook has no such visible sheet".into())),
            (None, parts) => Err(EngineError::Usage(format!(
                "{what} is a workbook of {} visible sheets; say which with --sheet",
                parts.len()
            ))),
        }
    }
}

/// What a fault of reading is to who named the table.
pub(crate) fn wrong(source: ModalityError) -> EngineError {
    match source {
        ModalityError::Cancelled(cancelled) => EngineError::Cancelled(cancelled),
        ModalityError::Policy(reason) => {
            EngineError::Policy(PolicyError { key: "configuration".into(), reason, span: None })
        }
        source => EngineError::File { file: FileNumber(1), source },
    }
}
