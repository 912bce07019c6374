//! One page about one released table, beside the raw one: what was asked and is held, and pictures of classes,
//! risk, partition, distributions and the risk of each column. For the data office and for who gets the table.
//!
//! The page asks nothing of the network, holds no script, no file name and no time, and hides counts of people
//! below the smallest cell, also where they could be told by subtraction. What it says of raw values is told of
//! as many people at least. Equal inputs give equal bytes.

mod contribution;
mod curve;
mod facts;
mod page;
mod partition;
mod spread;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::Path;

use anonymed_core::CancelToken;
use anonymed_core::policy::TableConfig;

use crate::table_input::{self, TableInput};
use crate::{EngineError, single};
use facts::Facts;

pub(crate) use facts::Known;

/// Counts of people below this are hidden where nothing else is said: the cell size of the CMS.
pub const MIN_CELL: u64 = 11;
/// A person is at risk above this where nothing else is said.
pub const THRESHOLD: f64 = 0.2;

/// What a page is made of.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest<'a> {
    /// The table as it came.
    pub raw: TableInput<'a>,
    /// The table as released: `*.csv` or `*.parquet`.
    pub released: &'a Path,
    /// Columns and models; hierarchy files lie beside it.
    pub config: &'a Path,
    /// How it is drawn.
    pub drawing: Drawing,
}

/// How a page is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Drawing {
    /// Counts of people from 1 to below this are hidden.
    pub min_cell: u64,
    /// A person is at risk above this risk.
    pub threshold: f64,
    /// Whether the raw table is solved for the curve of risk against detail, which takes its time.
    pub curve: bool,
}

impl Default for Drawing {
    fn default() -> Self {
        Self { min_cell: MIN_CELL, threshold: THRESHOLD, curve: false }
    }
}

impl Drawing {
    fn checked(self) -> Result<Self, EngineError> {
        let wrong = |words: &str| Err(EngineError::Usage(words.into()));
        match self {
            Self { min_cell: 0, .. } => wrong("--min-cell is 1 or more"),
            Self { threshold, .. } if !(0.0..=1.0).contains(&threshold) => {
                wrong("--threshold is a risk: 0 to 1")
            }
            fine => Ok(fine),
        }
    }
}

/// Makes the page of a released table as HTML.
///
/// # Errors
///
/// Where a table or the configuration cannot be used.
pub fn page(request: PageRequest<'_>, cancel: &CancelToken) -> Result<String, EngineError> {
    let config = table_input::config_of_values(request.config)?;
    table_input::with_labels(&config, "the page of a release")?;
    let format = single::output_format(request.released)
        .map_err(|_| EngineError::Usage("the released table is named *.csv or *.parquet".into()))?;
    let drawing = request.drawing.checked()?;
    let facts = Facts::counted(PageRequest { drawing, ..request }, &config, format, cancel)?;
    Ok(page::html(&facts))
}

/// The same of a release that was just made and counted.
pub(crate) fn page_of_release(
    request: PageRequest<'_>,
    config: &TableConfig,
    known: Known<'_>,
    cancel: &CancelToken,
) -> Result<String, EngineError> {
    let drawing = request.drawing.checked()?;
    let facts = Facts::known(PageRequest { drawing, ..request }, config, known, cancel)?;
    Ok(page::html(&facts))
}

/// Says whether a page may be written to a place: it is named so, that no table is overwritten by a slip.
///
/// # Errors
///
/// A name that ends otherwise.
pub fn writable(place: &Path) -> Result<(), EngineError> {
    let end = place.extension().and_then(std::ffi::OsStr::to_str);
    match end.is_some_and(|end| ["html", "htm"].iter().any(|known| end.eq_ignore_ascii_case(known)))
    {
        true => Ok(()),
        false => Err(EngineError::Usage("the page is named *.html".into())),
    }
}

/// Writes a page, whole or not at all; one that is there is replaced.
///
/// # Errors
///
/// Where it cannot be written, or is not named as a page.
pub fn write(place: &Path, html: &str) -> Result<(), EngineError> {
    writable(place)?;
    let unwritten = || EngineError::io("the page", "written");
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut staged =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(unwritten())?;
    staged.write_all(html.as_bytes()).map_err(unwritten())?;
    staged.persist(place).map_err(|e| unwritten()(e.error))?;
    Ok(())
}
