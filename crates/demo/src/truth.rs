//! The ground truth: one JSON line for each planted identifier and defect.

use std::io::{BufWriter, Write};
use std::path::Path;

use anonymed_core::EntityType;
use fs_err::File;
use serde::{Deserialize, Serialize};

use crate::DemoError;
use crate::prose::Prose;

/// One line of the ground truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruthLine {
    /// Path relative to the project's folder, with `/`.
    pub file: String,
    /// Where in the file: `row:N/column:HEADER` (data rows from 1),
    /// `sheet:NAME/row:N/column:HEADER`, `sheet:NAME/comment:B3`, `property:creator`,
    /// `bytes:START-END`, `line:N/path:Patient.name[0].family`, `name` (the file's path itself) or
    /// `file` (the whole file).
    pub place: String,
    /// Record number of the patient whose record it is; none for what belongs to no patient.
    pub subject: Option<String>,
    /// An entity type of `core`, or `defect:KIND`.
    pub category: String,
    /// The value as written there.
    pub value: String,
}

/// Writes the ground truth beside the project.
pub(crate) struct Truth {
    out: BufWriter<File>,
    pub(crate) identifiers: u64,
    pub(crate) defects: u64,
}

/// Where a value is: a file and whose record.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'a> {
    pub(crate) file: &'a str,
    pub(crate) subject: Option<&'a str>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    place: &'a str,
    subject: Option<&'a str>,
    category: &'a str,
    value: &'a str,
}

impl Truth {
    /// Opens the file.
    pub(crate) fn create(path: &Path) -> Result<Self, DemoError> {
        Ok(Self { out: BufWriter::new(File::create(path)?), identifiers: 0, defects: 0 })
    }

    /// Records an identifier.
    pub(crate) fn plant(
        &mut self,
        spot: Spot<'_>,
        place: &str,
        entity: EntityType,
        value: &str,
    ) -> Result<(), DemoError> {
        self.identifiers += 1;
        self.line(&Line {
            file: spot.file,
            place,
            subject: spot.subject,
            category: entity.as_str(),
            value,
        })
    }

    /// Records all identifiers of a text at one place.
    pub(crate) fn plant_all(
        &mut self,
        spot: Spot<'_>,
        place: &str,
        prose: &Prose,
    ) -> Result<(), DemoError> {
        prose.planted().try_for_each(|(span, value)| self.plant(spot, place, span.entity, value))
    }

    /// Records a defect.
    pub(crate) fn defect(
        &mut self,
        spot: Spot<'_>,
        place: &str,
        kind: &str,
        value: &str,
    ) -> Result<(), DemoError> {
        self.defects += 1;
        let category = format!("defect:{kind}");
        self.line(&Line {
            file: spot.file,
            place,
            subject: spot.subject,
            category: &category,
            value,
        })
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), DemoError> {
        serde_json::to_writer(&mut self.out, line).map_err(std::io::Error::from)?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    /// Closes the file.
    pub(crate) fn finish(mut self) -> Result<(), DemoError> {
        self.out.flush()?;
        Ok(())
    }
}
