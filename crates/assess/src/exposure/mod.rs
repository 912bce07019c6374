//! What an attacker has in hand: the released rows as classes, and of the people what is known from
//! elsewhere, all in numbers. Rows are streamed in as cells; the attacks of [`crate::attacks`] work on this.
//!
//! A released cell is read as a recipient reads it: a number, `low..high`, `{A|B}`, `29*`, `*`, a text, or
//! a node of the column's hierarchy. Nothing is known here of how a release was made.

mod align;
mod chance;
mod cover;
mod matching;
mod minimal;
mod people;
mod release;
mod success;

pub use align::Whose;
pub use success::{Rate, Risk};

pub(crate) use chance::Chance;
pub(crate) use matching::{Matcher, Matches};
pub(crate) use people::{ANY, NOTHING, People};
pub(crate) use release::Release;

use anonymed_core::policy::AttackConfig;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::hash::CellNumbers;
use crate::{AssessError, ValueTree, hash};
use cover::{Label, Scale, Value};

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

/// A quasi-identifier's values and labels.
pub(crate) struct Column {
    tree: Option<ValueTree>,
    missing: Vec<String>,
    value_numbers: HashMap<u64, u32, FixedState>,
    pub(crate) values: Vec<Value>,
    label_numbers: HashMap<u64, u32, FixedState>,
    label_texts: Vec<Box<str>>,
    pub(crate) labels: Vec<Label>,
    pub(crate) scale: Scale,
}

struct Sensitive {
    missing: Vec<String>,
    numbers: CellNumbers,
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
        let with_numbers = |missing| Sensitive { missing, numbers: CellNumbers::default() };
        Self {
            quasi: quasi.into_iter().map(Column::new).collect(),
            sensitive: sensitive.into_iter().map(with_numbers).collect(),
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
        let width = (self.quasi.len(), self.sensitive.len());
        let rows = match table {
            Table::Released => self.released.rows(),
            Table::Earlier(n) => self.earlier.get(n).map_or(0, Release::rows),
            Table::Raw => self.raw.rows(),
            Table::Control => self.control.as_ref().map_or(0, People::rows),
            Table::Outside => self.outside.as_ref().map_or(0, People::rows),
            Table::Canaries => self.canaries.as_ref().map_or(0, People::rows),
        };
        let row = rows as u64;
        let (given, expected) = (cells.quasi.len() + cells.sensitive.len(), width.0 + width.1);
        if (cells.quasi.len(), cells.sensitive.len()) != width {
            return Err(AssessError::WrongCells { row, cells: given, expected });
        }
        let sensitive = self.sensitive.iter_mut().zip(cells.sensitive);
        let sensitive = sensitive
            .map(|(column, cell)| column.number(*cell, row))
            .collect::<Result<Vec<u32>, _>>()?;
        let beside = people::Beside::of(cells);
        let release = match table {
            Table::Released => Some(&mut self.released),
            Table::Earlier(n) => {
                while self.earlier.len() <= n {
                    self.earlier.push(Release::new(width));
                }
                Some(&mut self.earlier[n])
            }
            _ => None,
        };
        if let Some(release) = release {
            let labels = self.quasi.iter_mut().zip(cells.quasi);
            let labels: Vec<u32> = labels.map(|(column, cell)| column.label(*cell)).collect();
            return release.add(labels, &sensitive, beside, row);
        }
        let values = self.quasi.iter_mut().zip(cells.quasi);
        let values: Vec<u32> = values.map(|(column, cell)| column.value(*cell)).collect();
        let subject = match (table, self.has_subject, cells.subject) {
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
        people.add(&values, subject, &sensitive, beside);
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
            sensitive: self.sensitive.iter().map(|c| c.numbers.len() as u32).collect(),
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

    /// Classes of the release.
    pub fn classes(&self) -> u64 {
        self.released.classes.len() as u64
    }
}

impl Column {
    fn new(quasi: QuasiColumn) -> Self {
        Self {
            tree: quasi.tree,
            missing: quasi.missing,
            value_numbers: HashMap::default(),
            values: Vec::new(),
            label_numbers: HashMap::default(),
            label_texts: Vec::new(),
            labels: Vec::new(),
            scale: Scale::Names,
        }
    }

    /// The number of a raw value; [`ANY`] where the table has no such column.
    fn value(&mut self, cell: Option<&str>) -> u32 {
        let Some(text) = cell else { return ANY };
        let print = hash::of_cell(Some(text));
        let has_line = || self.tree.as_ref().is_some_and(|tree| tree.has(print));
        let next = self.values.len() as u32;
        let number = *self.value_numbers.entry(print).or_insert(next);
        if number == next {
            let is_missing = cover::is_blank(text, &self.missing) && !has_line();
            self.values.push(Value::new(text, is_missing));
        }
        number
    }

    fn label(&mut self, cell: Option<&str>) -> u32 {
        let text = cell.unwrap_or_default();
        let next = self.label_texts.len() as u32;
        let number = *self.label_numbers.entry(hash::of_cell(Some(text))).or_insert(next);
        if number == next {
            self.label_texts.push(text.into());
        }
        number
    }

    /// Says what values and labels mean; the scale is that of the first values, which the raw table has.
    fn read(&mut self, raw_values: usize) {
        let tree = self.tree.as_ref();
        self.scale = Scale::of(tree.is_some(), self.values.iter().take(raw_values));
        self.values.iter_mut().for_each(|value| self.scale.place(value));
        let texts = self.label_texts.iter();
        self.labels = texts.map(|text| self.scale.label(text, &self.missing, tree)).collect();
    }

    /// Whether a label may stand for a value.
    pub(crate) fn covers(&self, label: u32, value: u32) -> bool {
        value == ANY
            || self.labels[label as usize].covers(&self.values[value as usize], self.tree.as_ref())
    }

    /// Whether a label is a value's own text.
    pub(crate) fn is_same(&self, label: u32, value: u32) -> bool {
        value != ANY && self.labels[label as usize].print == self.values[value as usize].print
    }

    /// The column's hierarchy.
    pub(crate) fn tree(&self) -> Option<&ValueTree> {
        self.tree.as_ref()
    }
}

impl Sensitive {
    fn number(&mut self, cell: Option<&str>, row: u64) -> Result<u32, AssessError> {
        match cell {
            Some(text) if !cover::is_blank(text, &self.missing) => {
                self.numbers.number(Some(text), row)
            }
            _ => Ok(NOTHING),
        }
    }
}
