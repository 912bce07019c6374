//! The population beside a table: its quasi-identifiers in codes, brought onto the table's scales.

use anonymed_anonymize::{CodedRows, Counting, FrequencyTable, Narrow};
use anonymed_assess::{AssessError, ValueTree};
use anonymed_assess::{Cells, Crowds, Exposure, QuasiColumn, Table};
use anonymed_core::policy::{
    ColumnConfig, HierarchyBuild, HierarchyConfig, ModelConfig, TableConfig,
};
use anonymed_core::{AttributeRole, CancelToken, Document, Format, ModalityError};

use super::coded::{Bound, BoundColumn, CodedColumn, CodedTable};
use super::scale::{self, Scaled};
use crate::families::error;
use crate::model::Dictionary;
use crate::{Part, TableOptions, Tables, promise};

/// The lines of the hierarchies that builders made, by their column.
pub(super) type BuiltLines = Vec<(String, Vec<Vec<String>>)>;

/// Everybody of a population, by the quasi-identifiers of a configuration.
#[derive(Debug)]
pub struct PopulationTable {
    /// The quasi-identifiers by name.
    columns: Vec<(String, CodedColumn)>,
    subjects: Option<CodedColumn>,
    rows: usize,
}

impl Tables {
    /// Reads the quasi-identifiers of a configuration from the table of its population. Rows that name nobody
    /// are left out where a column tells people apart.
    ///
    /// # Errors
    ///
    /// Where the table cannot be read or lacks a column.
    pub fn population(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        config: &TableConfig,
        cancel: &CancelToken,
    ) -> Result<PopulationTable, ModalityError> {
        let mut config = config.clone();
        config.columns.retain(|(_, column)| column.role == AttributeRole::Quasi);
        config.subject = config.population.take().and_then(|population| population.subject);
        let of_population = |error| match error {
            ModalityError::Policy(reason) => {
                ModalityError::Policy(format!("[population]: {reason}"))
            }
            other => other,
        };
        let bound = Bound::new(&config, part).map_err(of_population)?;
        let table = CodedTable::read(document, format, part, &bound, cancel)?
            .with_ends(&bound)
            .map_err(of_population)?
            .without_nameless();
        let names = bound.released.into_iter().map(|column| column.name);
        Ok(PopulationTable {
            columns: names.zip(table.columns).collect(),
            subjects: table.subjects,
            rows: table.rows,
        })
    }
}

/// A column of the table whose texts are the population's too.
pub(super) struct Joined {
    pub(super) column: CodedColumn,
    /// For each number of a text of the population its number among all.
    number_of: Vec<u32>,
}

impl PopulationTable {
    fn column(&self, name: &str) -> Result<&CodedColumn, ModalityError> {
        let found = self.columns.iter().find(|(own, _)| own == name);
        let lacks = || ModalityError::Internal("the population lacks a column".into());
        found.map(|(_, column)| column).ok_or_else(lacks)
    }

    /// Adds the population's texts of a column to the table's.
    pub(super) fn join(&self, name: &str, own: &CodedColumn) -> Result<Joined, ModalityError> {
        let mut texts = Dictionary::default();
        for text in own.texts.texts() {
            texts.number(text);
        }
        let others = self.column(name)?.texts.texts();
        let number_of = others.into_iter().map(|text| texts.number(text)).collect();
        Ok(Joined { column: CodedColumn { texts, codes: own.codes.clone() }, number_of })
    }

    /// Puts the population beside a frequency table of the same columns.
    pub(super) fn beside(
        &self,
        table: FrequencyTable,
        columns: &[(&str, &Joined, &Scaled)],
    ) -> Result<FrequencyTable, ModalityError> {
        let finals: Vec<Vec<u32>> = columns
            .iter()
            .map(|(_, joined, scaled)| {
                joined.number_of.iter().map(|number| scaled.finals[*number as usize]).collect()
            })
            .collect();
        let codes = columns.iter().map(|(name, ..)| Ok(&self.column(name)?.codes));
        let coded = CodedRows {
            quasi: codes.collect::<Result<Vec<&Narrow>, ModalityError>>()?,
            finals: finals.iter().map(Vec::as_slice).collect(),
            subjects: self.subjects.as_ref().map(|subjects| &subjects.codes),
            rows: self.rows,
            ..CodedRows::default()
        };
        let counting = match self.subjects {
            Some(_) => Counting::AllSubjects,
            None => Counting::Rows,
        };
        table.with_population(&coded, counting).map_err(error)
    }

    /// The lines of builders' hierarchies over the population's own values; nothing where a builder goes by
    /// how often values occur or in which order, which another table would say otherwise.
    ///
    /// # Errors
    ///
    /// Where a builder does not know a value.
    pub(super) fn built_lines(
        &self,
        config: &TableConfig,
        options: &TableOptions,
    ) -> Result<Option<BuiltLines>, ModalityError> {
        let by_table = |column: &ColumnConfig| match &column.hierarchy {
            Some(HierarchyConfig::Build(build)) => {
                matches!(build, HierarchyBuild::Priority(_) | HierarchyBuild::Order(_))
            }
            _ => false,
        };
        if config.of_role(AttributeRole::Quasi).any(|(_, column)| by_table(column)) {
            return Ok(None);
        }
        let quasi = config.of_role(AttributeRole::Quasi);
        let lines = quasi.map(|(name, column)| {
            let bound = BoundColumn::of(name, column, 0);
            Ok((name.clone(), scale::built_lines(&bound, self.column(name)?, options)?))
        });
        lines.collect::<Result<_, ModalityError>>().map(Some)
    }

    /// The population as raw rows, beside which the classes of a release are put.
    pub(super) fn exposure(
        &self,
        config: &TableConfig,
        built: &BuiltLines,
        options: &TableOptions,
    ) -> Result<Exposure, ModalityError> {
        let mut columns = Vec::new();
        let mut quasi = Vec::new();
        for (name, column) in config.of_role(AttributeRole::Quasi) {
            let tree = match &column.hierarchy {
                None => None,
                Some(HierarchyConfig::File(file)) => Some(promise::value_tree(file, options)?),
                Some(HierarchyConfig::Build(_)) => {
                    let lines = built.iter().find(|(of, _)| of == name).map(|(_, lines)| lines);
                    let lines = lines.into_iter().flatten();
                    let lines = lines.map(|line| line.iter().map(String::as_str).collect());
                    Some(ValueTree::new(lines))
                }
            };
            quasi.push(QuasiColumn { tree, missing: column.missing.clone() });
            let own = self.column(name)?;
            columns.push((own.texts.texts(), &own.codes));
        }
        let mut exposure = Exposure::new(quasi, Vec::new(), self.subjects.is_some());
        for row in 0..self.rows {
            let cells: Vec<Option<&str>> =
                columns.iter().map(|(texts, codes)| Some(texts[codes.at(row) as usize])).collect();
            let subject = self.subjects.as_ref().map(|subjects| subjects.codes.at(row).to_string());
            let cells = Cells { quasi: &cells, subject: subject.as_deref(), ..Cells::default() };
            exposure.add(Table::Raw, &cells).map_err(unfit)?;
        }
        Ok(exposure)
    }
}

/// People of a table whose values nobody of its population has; none where there is no population.
///
/// # Errors
///
/// Where a model asks for shares of the population and somebody is in none: presence would be a share of others.
pub(super) fn strangers(
    table: &FrequencyTable,
    models: &[ModelConfig],
) -> Result<Option<u64>, ModalityError> {
    let Some(people) = table.people_beside_population() else { return Ok(None) };
    let people = u64::from(people.at_least());
    let is_of_shares = |model: &ModelConfig| {
        ["delta_min", "delta_max"].iter().any(|letter| model.numbers.contains_key(*letter))
    };
    if people > 0 && models.iter().any(is_of_shares) {
        return Err(ModalityError::Policy(format!(
            "{people} of the table's people have values of the quasi-identifiers that nobody of the population has: \
             `delta_min` and `delta_max` are shares of a population that has everybody in it. Name one that has, \
             with values as the table's are written, or leave those rows out"
        )));
    }
    Ok(Some(people))
}

/// The classes of a release as they are met, and the population that their labels are held against.
pub(super) struct ClassesAmongPeople {
    exposure: Exposure,
    classes: u32,
}

impl ClassesAmongPeople {
    pub(super) fn new(exposure: Exposure) -> Self {
        Self { exposure, classes: 0 }
    }

    /// Takes a row of a class; classes are numbered as they are met.
    pub(super) fn see(&mut self, class: u32, quasi: &[Option<&str>]) -> Result<(), AssessError> {
        if class < self.classes {
            return Ok(());
        }
        self.classes = class + 1;
        self.exposure.add(Table::Released, &Cells { quasi, ..Cells::default() })
    }

    pub(super) fn crowds(self) -> Crowds {
        self.exposure.crowds()
    }
}

fn unfit(error: AssessError) -> ModalityError {
    ModalityError::Internal(error.to_string())
}
