//! What an attacker has in hand: the released rows as classes, and of the people what is known from
//! elsewhere, all in numbers. Rows are streamed in as cells; the attacks of [`crate::attacks`] work on this.
//!
//! A released cell is read as a recipient reads it: a number, `low..high`, `{A|B}`, `29*`, `*`, a text, or
//! a node of the column's hierarchy. Nothing is known here of how a release was made.

mod align;
mod chance;
mod column;
mod cover;
mod covered;
mod matching;
mod minimal;
mod people;
mod population;
mod release;
mod success;

pub use align::Whose;
pub use population::Crowds;
pub use success::{Rate, Risk};

pub(crate) use chance::Chance;
pub(crate) use column::Column;
pub(crate) use cover::{date_extent, number_extent};
pub(crate) use matching::{Matcher, Matches};
pub(crate) use people::{ANY, NOTHING, People};
pub(crate) use release::Release;

use crate::hash::CellNumbers;
use crate::{AssessError, ValueTree};
use anonymed_core::policy::AttackConfig;
use column::Sensitive;

/// A quasi-identifier, as the attacks have to know it.
#[derive(Debug, Default)]
pub struct QuasiColumn {
    /// Its hierarchy, where it has one.
    pub tree: Option<ValueTree>,
    /// Texts that stand for a missing value, beside the usual ones.
    pub missing: Vec<String>,
}

/// Which table a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The table that was released.
    Raw,
    /// The release.
    Released,
    /// People of the same kind who are not in the release.
    Control,
    /// A table from elsewhere with some of the columns.
    Outside,
    /// People who were made up and planted.
    Canaries,
    /// An earlier release of the same people, from 0.
    Earlier(usize),
}

/// The cells of a row; none where a table has no such column.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cells<'a> {
    /// The quasi-identifiers, in their order.
    pub quasi: &'a [Option<&'a str>],
    /// Who it is of; not looked at in a release.
    pub subject: Option<&'a str>,
    /// The sensitive cells, in their order.
    pub sensitive: &'a [Option<&'a str>],
    /// What is released as it was.
    pub kept: &'a [Option<&'a str>],
    /// What names the row in the raw table and in its release.
    pub key: Option<&'a str>,
}

/// Tables as they are read.
pub struct Exposure {
    quasi: Vec<Column>,
    sensitive: Vec<Sensitive>,
    has_subject: bool,
    subjects: CellNumbers,
    raw: People,
    released: Release,
    control: Option<People>,
    outside: Option<People>,
    canaries: Option<People>,
    earlier: Vec<Release>,
}

/// What the attacks work on.
pub struct AttackInput {
    pub(crate) columns: Vec<Column>,
    /// Distinct values of each sensitive column.
    pub(crate) sensitive: Vec<u32>,
    pub(crate) has_subject: bool,
    pub(crate) raw: People,
    pub(crate) released: Release,
    pub(crate) control: Option<People>,
    pub(crate) outside: Option<People>,
    pub(crate) canaries: Option<People>,
    pub(crate) earlier: Vec<Release>,
    /// The classes that each combination of the raw table fits.
    pub(crate) matches: Matches,
    pub(crate) config: AttackConfig,
    /// The people that every class is said to hold.
    pub(crate) k: u64,
    /// The share of a class that no value is said to be above, by sensitive column.
    pub(crate) alpha: Vec<Option<f64>>,
    /// Whether all rows of a person together are said to be no more than k people's.
    pub(crate) joint: bool,
    pub(crate) perturb: Option<f64>,
    pub(crate) sequence_kept: bool,
}

impl std::fmt::Debug for Exposure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exposure").field("columns", &self.quasi.len()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for AttackInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AttackInput").field("columns", &self.columns.len()).finish_non_exhaustive()
    }
}

/// What a release is said to hold, and how it is judged.
#[derive(Debug, Clone)]
pub struct Claims {
    /// People of the smallest class, by the models asked for.
    pub k: u64,
    /// By sensitive column: the share of a class's people that no value is above, where that was asked for.
    pub alpha: Vec<Option<f64>>,
    /// Whether all rows of a person together are said to be no more than k people's.
    pub joint: bool,
    /// Thresholds.
    pub config: AttackConfig,
    /// The probability of a wrong cell in a copy of the raw table that is looked for too.
    pub perturb: Option<f64>,
    /// Whether who knows a row of a person knows its kept cells.
    pub sequence_kept: bool,
}

impl Exposure {
    /// Tables of some quasi-identifiers and sensitive columns, each with its texts for a missing value;
    /// `has_subject` says whether people are told apart by the subject, or each row is a person.
    pub fn new(quasi: Vec<QuasiColumn>, sensitive: Vec<Vec<String>>, has_subject: bool) -> Self {
        let width = (quasi.len(), sensitive.len());
        Self {
            quasi: quasi.into_iter().map(Column::new).collect(),
            sensitive: sensitive.into_iter().map(Sensitive::new).collect(),
            has_subject,
            subjects: CellNumbers::default(),
            raw: People::new(width),
            released: Release::new(width),
            control: None,
            outside: None,
            canaries: None,
            earlier: Vec::new(),
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// A row of other cells, or too many distinct subjects or values.
    pub fn add(&mut self, table: Table, cells: &Cells<'_>) -> Result<(), AssessError> {
        let row = self.rows(table) as u64;
        let width = (self.quasi.len(), self.sensitive.len());
        if (cells.quasi.len(), cells.sensitive.len()) != width {
            let (given, expected) = (cells.quasi.len() + cells.sensitive.len(), width.0 + width.1);
            return Err(AssessError::WrongCells { row, cells: given, expected });
        }
        let sensitive = self.sensitive.iter_mut().zip(cells.sensitive);
        let sensitive: Vec<u32> =
            sensitive.map(|(column, cell)| column.number(*cell, row)).collect::<Result<_, _>>()?;
        match table {
            Table::Released | Table::Earlier(_) => self.add_released(table, cells, &sensitive),
            _ => self.add_person(table, cells, &sensitive),
        }
    }

    /// Rows of a table so far.
    fn rows(&self, table: Table) -> usize {
        let people = |people: &Option<People>| people.as_ref().map_or(0, People::rows);
        match table {
            Table::Raw => self.raw.rows(),
            Table::Released => self.released.rows(),
            Table::Control => people(&self.control),
            Table::Outside => people(&self.outside),
            Table::Canaries => people(&self.canaries),
            Table::Earlier(n) => self.earlier.get(n).map_or(0, Release::rows),
        }
    }

    fn add_released(
        &mut self,
        table: Table,
        cells: &Cells<'_>,
        sensitive: &[u32],
    ) -> Result<(), AssessError> {
        let row = self.rows(table) as u64;
        let width = (self.quasi.len(), self.sensitive.len());
        let labels = self.quasi.iter_mut().zip(cells.quasi);
        let labels: Vec<u32> = labels.map(|(column, cell)| column.label(*cell)).collect();
        let release = match table {
            Table::Earlier(n) => {
                while self.earlier.len() <= n {
                    self.earlier.push(Release::new(width));
                }
                &mut self.earlier[n]
            }
            _ => &mut self.released,
        };
        release.add(labels, sensitive, people::Beside::of(cells), row)
    }

    fn add_person(
        &mut self,
        table: Table,
        cells: &Cells<'_>,
        sensitive: &[u32],
    ) -> Result<(), AssessError> {
        let row = self.rows(table) as u64;
        let width = (self.quasi.len(), self.sensitive.len());
        let values = self.quasi.iter_mut().zip(cells.quasi);
        let values: Vec<u32> = values.map(|(column, cell)| column.value(*cell)).collect();
        let person = match (table, self.has_subject, cells.subject) {
            (Table::Raw, true, Some(subject)) => self.subjects.number(Some(subject), row)?,
            // Somebody of their own: a number that no subject has.
            (Table::Raw, true, None) => people::nobody(row)?,
            _ => people::of_row(row)?,
        };
        let people = match table {
            Table::Control => self.control.get_or_insert_with(|| People::new(width)),
            Table::Outside => self.outside.get_or_insert_with(|| People::new(width)),
            Table::Canaries => self.canaries.get_or_insert_with(|| People::new(width)),
            _ => &mut self.raw,
        };
        people.add(&values, person, sensitive, people::Beside::of(cells));
        Ok(())
    }

    /// Reads what the cells say, finds whose the released rows are, and which classes everybody fits.
    ///
    /// # Errors
    ///
    /// [`AssessError::Unread`] where a released cell can stand for no value of its raw column: then the
    /// release is of another table, or the column's hierarchy is missing, and no attack on it would say
    /// anything.
    pub fn finish(mut self, claims: Claims) -> Result<AttackInput, AssessError> {
        let seen: Vec<usize> = self.quasi.iter().map(|column| column.values.len()).collect();
        for (position, column) in self.quasi.iter_mut().enumerate() {
            column.read(self.raw.most_value(position).map_or(seen[position], |most| most + 1));
        }
        self.released.check(&self.quasi)?;
        let releases = std::iter::once(&mut self.released).chain(&mut self.earlier);
        releases.for_each(|release| release.find_people(&self.raw, &self.quasi));
        let matches = Matcher::new(&self.quasi, &self.released).matches(&self.raw);
        Ok(AttackInput {
            sensitive: self.sensitive.iter().map(Sensitive::values).collect(),
            columns: self.quasi,
            has_subject: self.has_subject,
            raw: self.raw,
            released: self.released,
            control: self.control,
            outside: self.outside,
            canaries: self.canaries,
            earlier: self.earlier,
            matches,
            config: claims.config,
            k: claims.k.max(1),
            alpha: claims.alpha,
            joint: claims.joint,
            perturb: claims.perturb,
            sequence_kept: claims.sequence_kept,
        })
    }
}

impl AttackInput {
    /// How the people of the released rows were told apart.
    pub fn whose(&self) -> Whose {
        self.released.whose
    }

    /// The most that several known rows may single out: nobody, where that is claimed.
    pub(crate) fn sequence_max(&self) -> Option<f64> {
        self.config.sequence_max_share.or(self.joint.then_some(0.0))
    }

    /// The classes in which the fewest cells do not fit what is known, ascending.
    pub(crate) fn nearest_classes(&self, known: &[u32]) -> Vec<u32> {
        let misfits = |labels: &Vec<u32>| {
            let cells = self.columns.iter().zip(labels.iter().zip(known));
            cells
                .into_iter()
                .filter(|(column, (label, value))| !column.covers(**label, **value))
                .count()
        };
        let misfits: Vec<usize> = self.released.classes.iter().map(misfits).collect();
        let least = misfits.iter().min();
        (0..).zip(&misfits).filter(|(_, n)| Some(*n) == least).map(|(class, _)| class).collect()
    }

    /// (class, raw row) of the released rows, ascending; of whoever fits a class, where the rows cannot be
    /// told.
    pub(crate) fn members(&self) -> Vec<(u32, u32)> {
        let release = &self.released;
        let mut members: Vec<(u32, u32)> = if release.raw_row.is_empty() {
            let fitting = |row: usize| {
                self.matches.classes(row).iter().map(move |class| (*class, row as u32))
            };
            (0..self.raw.rows()).flat_map(fitting).collect()
        } else {
            release.class_of.iter().copied().zip(release.raw_row.iter().copied()).collect()
        };
        members.sort_unstable();
        members
    }

    /// Rows of the raw table, and of the release.
    pub fn rows(&self) -> (u64, u64) {
        (self.raw.rows() as u64, self.released.rows() as u64)
    }

    /// The row of the raw table that each released row was made of, from 0; none where that is not certain.
    pub fn raw_rows(&self) -> Option<&[u32]> {
        let is_certain = matches!(self.whose(), Whose::Key | Whose::Order);
        is_certain.then_some(self.released.raw_row.as_slice())
    }

    /// Classes of the release.
    pub fn classes(&self) -> u64 {
        self.released.classes.len() as u64
    }
}
