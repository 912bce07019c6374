//! Which rows a release is made of: those of somebody, of the people who are drawn where a sample is asked for,
//! and with a value where one is asked for.

use anonymed_core::policy::{HierarchyConfig, Nulls, SampleSize, TableConfig};
use anonymed_core::{AttributeRole, ModalityError, Sampler};
use hashbrown::HashSet;

use super::coded::{Bound, BoundColumn, CodedColumn, CodedTable};
use crate::plan::policy;
use crate::{TableOptions, families, values};

impl CodedTable {
    /// The table as it is worked on: its ends coded, and its rows chosen.
    ///
    /// # Errors
    ///
    /// Where a column has values that the configuration refuses, or fewer people than are to be drawn.
    pub(super) fn ready(
        self,
        bound: &Bound,
        config: &TableConfig,
        options: &TableOptions,
    ) -> Result<Self, ModalityError> {
        self.without_nameless().sampled(config, options)?.with_ends(bound)?.stated(bound, options)
    }

    /// Takes out the rows that name nobody, though there is a column that tells people apart: whose they
    /// are cannot be known, and nobody's class would be larger by them.
    pub(super) fn without_nameless(self) -> Self {
        let Some(subjects) = &self.subjects else { return self };
        let texts = subjects.texts.texts();
        let nameless: Vec<bool> = texts.iter().map(|text| values::is_missing(text)).collect();
        if !nameless.contains(&true) {
            return self;
        }
        let codes = (0u32..).zip(subjects.codes.iter());
        let named: Vec<u32> =
            codes.filter(|(_, code)| !nameless[*code as usize]).map(|(row, _)| row).collect();
        let nameless = (self.rows - named.len()) as u64;
        Self { nameless, ..self.only(&named) }
    }

    /// The people who are drawn, with all their rows; a row where each is a person. They are numbered as the
    /// table has them, so that a seed draws the same ones at any number of threads.
    pub(super) fn sampled(
        self,
        config: &TableConfig,
        options: &TableOptions,
    ) -> Result<Self, ModalityError> {
        let Some(sample) = &config.sample else { return Ok(self) };
        let seed = options
            .sample_seed
            .as_ref()
            .ok_or_else(|| ModalityError::Internal("a sample is drawn by a seed".into()))?;
        let people = self.subjects.as_ref().map_or(self.rows, |subjects| subjects.texts.len());
        let people = u32::try_from(people).unwrap_or(u32::MAX);
        let some = sample.size.of(people).ok_or_else(|| {
            let asked = match sample.size {
                SampleSize::People(asked) => asked,
                SampleSize::Share(_) => people,
            };
            ModalityError::Policy(format!(
                "[sample]: {asked} people are to be drawn, and the table has {people}"
            ))
        })?;
        let drawn = Sampler::new(seed.expose()).draw(people, some);
        let mut is_drawn = vec![false; people as usize];
        drawn.iter().for_each(|person| is_drawn[*person as usize] = true);
        let person = |row: &u32| match &self.subjects {
            Some(subjects) => subjects.codes.at(*row as usize) as usize,
            None => *row as usize,
        };
        let rows: Vec<u32> = (0..self.rows as u32).filter(|row| is_drawn[person(row)]).collect();
        Ok(Self { sampled: Some((some, people)), ..self.only(&rows) })
    }

    /// Puts rows beside that state nothing in a column where they are to be left out.
    pub(super) fn stated(
        mut self,
        bound: &Bound,
        options: &TableOptions,
    ) -> Result<Self, ModalityError> {
        let mut is_out = vec![false; self.rows];
        for (at, of) in bound.released.iter().enumerate().filter(|(_, of)| of.nulls != Nulls::Value)
        {
            let blank = blanks(of, &self.columns[at], options)?;
            let mut rows = 0u64;
            for (row, code) in self.columns[at].codes.iter().enumerate() {
                if blank[code as usize] {
                    is_out[row] = true;
                    rows += 1;
                }
            }
            if rows > 0 && of.nulls == Nulls::Refuse {
                return Err(ModalityError::Policy(format!(
                    "column `{}` states nothing in {rows} rows, and its `nulls` are refused; \"drop\" leaves \
                     such rows out, \"value\" takes nothing for a value",
                    of.name
                )));
            }
        }
        let (out, kept): (Vec<u32>, Vec<u32>) =
            (0..self.rows as u32).partition(|row| is_out[*row as usize]);
        if out.is_empty() {
            return Ok(self);
        }
        if kept.is_empty() {
            return Err(policy("no row states a value wherever `nulls = \"drop\"` asks for one"));
        }
        let beside = Self {
            columns: self.columns.iter().map(|column| column.at_rows(&out)).collect(),
            subjects: self.subjects.as_ref().map(|subjects| subjects.at_rows(&out)),
            rows: out.len(),
            rejected: Vec::new(),
            read: out.len(),
            nameless: 0,
            held: 0,
            sampled: None,
            unstated: None,
            kept: None,
        };
        for (of, column) in bound.released.iter().zip(&mut self.columns) {
            // What nobody has any more is no part of a quasi-identifier's domain.
            *column = match of.role {
                AttributeRole::Quasi => column.of_rows(&kept),
                _ => column.at_rows(&kept),
            };
        }
        self.subjects = self.subjects.map(|subjects| subjects.at_rows(&kept));
        Ok(Self { unstated: Some(Box::new(beside)), ..self.with_rows(&kept) })
    }

    /// How many people have a row that is worked on, one that states nothing, or any.
    pub(super) fn people(&self) -> People {
        let Some(unstated) = &self.unstated else {
            let stated = self.subjects.as_ref().map_or(self.rows, |s| s.texts.len()) as u64;
            return People { stated, unstated: 0, all: stated };
        };
        let (Some(own), Some(out)) = (&self.subjects, &unstated.subjects) else {
            let (stated, unstated) = (self.rows as u64, unstated.rows as u64);
            return People { stated, unstated, all: stated + unstated };
        };
        let distinct = |columns: &[&CodedColumn]| {
            let codes = columns.iter().flat_map(|column| column.codes.iter());
            codes.collect::<HashSet<u64>>().len() as u64
        };
        People { stated: distinct(&[own]), unstated: distinct(&[out]), all: distinct(&[own, out]) }
    }
}

/// People by their rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct People {
    /// With a row that is worked on.
    pub(super) stated: u64,
    /// With a row that is left out since it states nothing.
    pub(super) unstated: u64,
    /// With either.
    pub(super) all: u64,
}

/// Which texts of a column state nothing; what its hierarchy has a line for is a value.
fn blanks(
    of: &BoundColumn,
    column: &CodedColumn,
    options: &TableOptions,
) -> Result<Vec<bool>, ModalityError> {
    let file = match &of.hierarchy {
        Some(HierarchyConfig::File(file)) => Some(families::hierarchy(file, options)?),
        _ => None,
    };
    let lines = file.as_ref().and_then(|file| file.labels(0)).into_iter().flatten();
    let lines: HashSet<&str> = lines.map(|(value, _)| value).collect();
    let is_marker = |text: &str| of.missing.iter().any(|marker| marker == text);
    let is_blank = |text: &&str| is_marker(text) || of.is_blank(text) && !lines.contains(*text);
    Ok(column.texts.texts().iter().map(is_blank).collect())
}
