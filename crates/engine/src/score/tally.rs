//! The figures: planted values by kind of place, category and fate.

use std::collections::BTreeMap;
use std::fmt;

use anonymed_core::FileNumber;
use serde::Serialize;

/// What became of a planted value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Its row, line or file is not in the release.
    Withheld,
    /// Its record is released without it.
    Gone,
    /// It can still be read.
    Left,
}

/// The kinds of places values are planted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// A cell of a delimited file that is one value.
    CsvCell,
    /// A cell of a delimited file that is prose.
    CsvText,
    /// A cell of a workbook that is one value.
    XlsxCell,
    /// A cell of a workbook that is prose.
    XlsxText,
    /// A sheet no reader sees.
    HiddenSheet,
    /// A comment of a sheet.
    Comment,
    /// A property of a workbook.
    Property,
    /// A cell of a Parquet file.
    ParquetCell,
    /// A note.
    Note,
    /// An element of a FHIR resource.
    FhirElement,
    /// The narrative of a FHIR resource.
    FhirNarrative,
    /// A text attached to a FHIR resource.
    FhirAttachment,
    /// A file's path.
    FileName,
}

impl PlaceKind {
    /// How the kind reads.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CsvCell => "csv cell",
            Self::CsvText => "csv prose",
            Self::XlsxCell => "xlsx cell",
            Self::XlsxText => "xlsx prose",
            Self::HiddenSheet => "hidden sheet",
            Self::Comment => "comment",
            Self::Property => "property",
            Self::ParquetCell => "parquet cell",
            Self::Note => "note",
            Self::FhirElement => "fhir element",
            Self::FhirNarrative => "fhir narrative",
            Self::FhirAttachment => "fhir attachment",
            Self::FileName => "file name",
        }
    }

    /// Whether the place is running text, where no field says what a value is.
    pub fn is_prose(self) -> bool {
        matches!(
            self,
            Self::Note
                | Self::CsvText
                | Self::XlsxText
                | Self::FhirNarrative
                | Self::FhirAttachment
        )
    }
}

/// Planted values by fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All.
    pub planted: u64,
    /// Released without the value.
    pub gone: u64,
    /// Not released.
    pub withheld: u64,
    /// Still readable.
    pub left: u64,
}

impl Tally {
    /// Counts one.
    pub fn add(&mut self, fate: Fate) {
        self.planted += 1;
        match fate {
            Fate::Gone => self.gone += 1,
            Fate::Withheld => self.withheld += 1,
            Fate::Left => self.left += 1,
        }
    }

    /// Adds another's figures.
    pub fn absorb(&mut self, other: &Self) {
        self.planted += other.planted;
        self.gone += other.gone;
        self.withheld += other.withheld;
        self.left += other.left;
    }

    /// Share of gone among those whose record is released; 1 where there are none.
    pub fn share_gone(&self) -> f64 {
        let released = self.gone + self.left;
        if released == 0 { 1.0 } else { self.gone as f64 / released as f64 }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>9} {:>9} {:>9} {:>7} {:>9.3} %",
            self.planted,
            self.gone,
            self.withheld,
            self.left,
            self.share_gone() * 100.0
        )
    }
}

/// One line of the figures.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceLine {
    /// Kind of place.
    pub place: PlaceKind,
    /// Entity type.
    pub category: String,
    /// Figures.
    #[serde(flatten)]
    pub tally: Tally,
}

/// A place where a planted value is left; never the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Left {
    /// Kind of place.
    pub kind: PlaceKind,
    /// Entity type.
    pub category: String,
    /// The file, by its number in the inventory.
    pub file: FileNumber,
    /// The place, as the truth has it.
    pub place: String,
}

/// Examples shown of what is left.
const EXAMPLES: usize = 20;
/// Examples of one kind of place and category.
const EXAMPLES_EACH: usize = 4;

/// Counts while files are judged.
#[derive(Debug, Default)]
pub(super) struct Figures {
    lines: BTreeMap<(PlaceKind, String), Tally>,
    left: Vec<Left>,
}

impl Figures {
    pub(super) fn add(
        &mut self,
        kind: PlaceKind,
        fate: Fate,
        planted: &super::truth::Planted,
        file: FileNumber,
    ) {
        let category = planted.line.category.clone();
        let tally = self.lines.entry((kind, category.clone())).or_default();
        tally.add(fate);
        if fate == Fate::Left && tally.left <= EXAMPLES_EACH as u64 {
            self.left.push(Left { kind, category, file, place: planted.line.place.clone() });
        }
    }

    /// The lines, and examples of what is left.
    pub(super) fn finish(mut self) -> (Vec<PlaceLine>, Vec<Left>) {
        self.left.sort();
        // One of each first, so that every kind is seen.
        let mut seen: BTreeMap<(PlaceKind, String), usize> = BTreeMap::new();
        let mut ranked: Vec<(usize, Left)> = self
            .left
            .into_iter()
            .map(|left| {
                let nth = seen.entry((left.kind, left.category.clone())).or_default();
                *nth += 1;
                (*nth, left)
            })
            .collect();
        ranked.sort_by_key(|r| r.0);
        let left = ranked.into_iter().take(EXAMPLES).map(|(_, left)| left).collect();
        let lines = self
            .lines
            .into_iter()
            .map(|((place, category), tally)| PlaceLine { place, category, tally })
            .collect();
        (lines, left)
    }
}
