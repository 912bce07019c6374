//! The table modality.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anonymed_core::policy::TableFormat;
use anonymed_core::{
    Context, Document, Format, InspectSink, Modality, ModalityError, Sensitive, Transformed,
};

use crate::csv_read::Event;
use crate::single::PopulationTable;
use crate::sorter::Room;
use crate::source::{self, Part};
use crate::{StringBatch, inspect};

/// Longest hierarchy file: 32 MiB, some 400,000 values with their labels. It is held in memory.
pub const HIERARCHY_BYTES: u64 = 32 << 20;

/// Longest table of codes that a hierarchy is built from: 256 MiB, some three times `Loinc.csv`.
pub const REFERENCE_BYTES: u64 = 256 << 20;

/// Gives the text of a hierarchy file by the name the policy has for it.
pub type HierarchySource = dyn Fn(&str) -> std::io::Result<String> + Send + Sync;

/// What the table modality is given beside a policy.
#[derive(Clone)]
pub struct TableOptions {
    hierarchies: Option<Arc<HierarchySource>>,
    pub(crate) memory_bytes: usize,
    pub(crate) spill: Option<PathBuf>,
    pub(crate) population: Option<Arc<PopulationTable>>,
    pub(crate) sample_seed: Option<Sensitive<Vec<u8>>>,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self {
            hierarchies: None,
            memory_bytes: 256 << 20,
            spill: None,
            population: None,
            sample_seed: None,
        }
    }
}

impl TableOptions {
    /// Where hierarchy files are read from.
    #[must_use]
    pub fn hierarchies(
        mut self,
        source: impl Fn(&str) -> std::io::Result<String> + Send + Sync + 'static,
    ) -> Self {
        self.hierarchies = Some(Arc::new(source));
        self
    }

    /// The population that models compare with.
    #[must_use]
    pub fn population(mut self, population: Arc<PopulationTable>) -> Self {
        self.population = Some(population);
        self
    }

    /// What a sample of people is drawn by; whoever knows it knows who is in.
    #[must_use]
    pub fn sample_seed(mut self, seed: Sensitive<Vec<u8>>) -> Self {
        self.sample_seed = Some(seed);
        self
    }

    /// The most memory that counting combinations takes before it spills, all sorters together; 256 MiB unless set.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// The options of a table whose search may take so many bytes: sorting takes no more, but for what it needs to
    /// sort at all.
    pub(crate) fn within(&self, memory: Option<u64>) -> Self {
        const LEAST: usize = 16 << 20;
        let most = memory.map_or(usize::MAX, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        Self { memory_bytes: self.memory_bytes.min(most.max(LEAST)), ..self.clone() }
    }

    /// What sorting takes of it at a time.
    pub(crate) fn sorting(&self) -> Room {
        let bytes = match self.spill {
            Some(_) => self.memory_bytes / 16,
            None => self.memory_bytes,
        };
        Room { bytes, folder: self.spill.clone() }
    }

    /// A private folder to spill to. What is spilled are code numbers and subject numbers, no
    /// values. Without one, counting fails where memory does not do.
    #[must_use]
    pub fn spill_to(mut self, folder: PathBuf) -> Self {
        self.spill = Some(folder);
        self
    }

    pub(crate) fn hierarchy(&self, name: &str) -> Result<String, ModalityError> {
        let source = self.hierarchies.as_ref().ok_or_else(|| {
            ModalityError::Policy("a hierarchy file is named and there is no folder of them".into())
        })?;
        source(name).map_err(|e| {
            ModalityError::Policy(match e.kind() {
                std::io::ErrorKind::FileTooLarge => format!(
                    "hierarchy file `{name}` is longer than the limit of {} MiB ({} for tables of \
                     codes); leave out lines of values that the column does not have",
                    HIERARCHY_BYTES >> 20,
                    REFERENCE_BYTES >> 20
                ),
                std::io::ErrorKind::InvalidFilename => format!(
                    "hierarchy file `{name}` is named by a path; write the plain name of a file beside \
                     the configuration"
                ),
                kind => format!("hierarchy file `{name}` cannot be read: {kind}"),
            })
        })
    }
}

/// CSV, Excel and Parquet.
pub struct Tables {
    options: TableOptions,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tables")
    }
}

impl Default for Tables {
    fn default() -> Self {
        Self::new(TableOptions::default())
    }
}

impl Tables {
    /// The modality with its options.
    pub fn new(options: TableOptions) -> Self {
        Self { options }
    }

    pub(crate) fn options(&self) -> &TableOptions {
        &self.options
    }

    /// The tables inside a file, with their columns.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn parts(
        &self,
        document: &mut Document<'_>,
        format: &Format,
    ) -> Result<Vec<Part>, ModalityError> {
        source::overview(document, format).map(|o| o.parts)
    }

    /// Reads a part's rows in order, as text; rows that cannot be read are passed over. For
    /// comparing what came in with what went out, by row number.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or the first error of `take`.
    pub fn read_input_rows(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        take: &mut dyn FnMut(StringBatch) -> Result<(), ModalityError>,
    ) -> Result<(), ModalityError> {
        source::read(document, format, part, &mut |event| match event {
            Event::Batch(batch) => take(batch),
            Event::Rejected(..) => Ok(()),
        })
    }
}

impl Modality for Tables {
    fn name(&self) -> &'static str {
        "table"
    }

    fn sniff(&self, head: &[u8], length: u64) -> Option<Format> {
        source::sniff(head, length)
    }

    fn inspect(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        sink: &mut dyn InspectSink,
    ) -> Result<(), ModalityError> {
        inspect::inspect(document, format, None, sink)
    }

    fn transform(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        context: &Context<'_>,
        out: &mut dyn Write,
    ) -> Result<Transformed, ModalityError> {
        let parts = self.parts(document, format)?;
        let part = parts.first().ok_or_else(|| ModalityError::Malformed {
            reason: "the file holds no table".into(),
            place: anonymed_core::Place::Whole,
        })?;
        let rule = context
            .policy
            .table_for(document.name.expose(), part.sheet.as_deref())
            .ok_or_else(|| ModalityError::Policy("no [[table]] is for this file".into()))?;
        let mut outputs: [(TableFormat, &mut dyn Write); 1] = [(TableFormat::Csv, out)];
        self.deidentify(document, format, part, rule, context, &mut outputs)
            .map(|outcome| outcome.transformed)
    }
}
