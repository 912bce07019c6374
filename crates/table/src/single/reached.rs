//! What a table that anybody made reaches of those models of a configuration that ask for more than the people
//! of each class: of a population, of whoever knows few columns, and of sets of items; and what it risks beside
//! the population.

use anonymed_assess::risk::{self, Basis};
use anonymed_assess::{
    AssessError, ClassIndex, ClassLabels, Classes, CodedColumn, CodedTable, NOBODY, RiskInput,
    RiskReport, SensitiveLog, Shape,
};
use anonymed_core::policy::TableConfig;
use anonymed_core::{AttributeRole, CancelToken, ModalityError};

use super::check::Items;
use super::items;
use super::population::ClassesAmongPeople;
use crate::promise::{self, Kept, Promise};
use crate::{Tables, values};

/// What a table reaches.
#[derive(Debug, Clone, Default)]
pub struct Reached {
    /// Of the models.
    pub models: Vec<Kept>,
    /// The attackers who look for somebody in the population, where there is one.
    pub risks: Vec<RiskReport>,
}

impl Tables {
    /// Counts a table by the models of a configuration that ask for more than the people of each class, and by
    /// who fits its classes in the population. Rows of `*` alone are in no class; a quasi-identifier that the
    /// table has not is taken for `*`.
    ///
    /// # Errors
    ///
    /// Where a model or a hierarchy of the configuration cannot be used, or the token is cancelled.
    pub fn reached(
        &self,
        table: &CodedTable,
        config: &TableConfig,
        threshold: f64,
        cancel: &CancelToken,
    ) -> Result<Reached, ModalityError> {
        let promises = promise::promises(&config.models)?;
        let promises: Vec<Promise<'_>> =
            promises.into_iter().filter(Promise::is_of_one_table).collect();
        let mut kept = self.items_reached(table, config)?;
        if promises.is_empty() && self.options().population.is_none() {
            return Ok(Reached { models: kept, risks: Vec::new() });
        }
        let of_role = |role| config.of_role(role).map(|(name, _)| table.column(name));
        let quasi: Vec<Option<&CodedColumn>> = of_role(AttributeRole::Quasi).collect();
        let names: Vec<&str> =
            config.of_role(AttributeRole::Sensitive).map(|(name, _)| name.as_str()).collect();
        let sensitive: Vec<Option<&CodedColumn>> = of_role(AttributeRole::Sensitive).collect();
        let shape = match table.subjects() {
            Some(_) => Shape::with_subject(quasi.len(), 0),
            None => Shape::by_rows(quasi.len(), 0),
        };
        let mut index = ClassIndex::new(shape);
        let mut log = SensitiveLog::new(shape, names.len());
        let mut labels = ClassLabels::default();
        promises.iter().try_for_each(|promise| promise.check_width(quasi.len()))?;
        let mut population = None;
        if let Some(people) = self.options().population.as_deref()
            && let Some(built) = people.built_lines(config, self.options())?
        {
            let exposure = people.exposure(config, &built, self.options())?;
            population = Some(ClassesAmongPeople::new(exposure));
        }
        for row in 0..table.rows() {
            let cells: Vec<Option<&str>> = quasi
                .iter()
                .map(|column| column.map_or(Some("*"), |column| text(column, row)))
                .collect();
            let subject = table.subjects().map(|subjects| subjects[row]);
            let subject = subject.filter(|subject| *subject != NOBODY).map(|s| s.to_string());
            let placed = index.add(&cells, subject.as_deref(), &[]).map_err(unread)?;
            let Some(placed) = placed else { continue };
            labels.see(placed.class, &cells);
            if let Some(population) = &mut population {
                population.see(placed.class, &cells).map_err(unread)?;
            }
            let stated: Vec<Option<&str>> =
                sensitive.iter().map(|column| text((*column)?, row)).collect();
            log.add(placed, &stated).map_err(unread)?;
        }
        let mut risks = Vec::new();
        if let Some(population) = population {
            let crowds = population.crowds();
            let classes = log.class_people().iter().copied().zip(crowds.of_class.iter().copied());
            risks = in_population(&classes.collect::<Vec<_>>(), threshold);
            log.set_population(crowds);
        }
        for promise in promises {
            kept.push(match promise.is_of_groups() {
                true => promise.count_groups((&log, &labels), &names, cancel)?,
                false => promise.count(&log, &names, self.options())?,
            });
        }
        Ok(Reached { models: kept, risks })
    }

    fn items_reached(
        &self,
        table: &CodedTable,
        config: &TableConfig,
    ) -> Result<Vec<Kept>, ModalityError> {
        let mut kept = Vec::new();
        for column in items::columns(config) {
            let Some(coded) = table.column(column.name) else { continue };
            let mut of_column = Items::new(0, column);
            for row in 0..table.rows() {
                let person = table.subjects().map_or(row as u32, |subjects| subjects[row]);
                if person != NOBODY {
                    of_column.see(person, text(coded, row)).map_err(unread)?;
                }
            }
            kept.push(of_column.kept());
        }
        Ok(kept)
    }
}

/// The attackers to whom the population matters, by the people of each class and those who fit it.
fn in_population(classes: &[(u64, u64)], threshold: f64) -> Vec<RiskReport> {
    let input = RiskInput { classes: Classes::Crowds(classes), population: None, threshold };
    let told = risk::ALL.iter().map(|model| model.assess(&input));
    told.filter(|report| report.basis == Basis::Population).collect()
}

fn text(column: &CodedColumn, row: usize) -> Option<&str> {
    let text = column.text(column.codes()[row])?;
    let blank = column.role() == AttributeRole::Sensitive && values::is_missing(text);
    (!blank).then_some(text)
}

fn unread(error: AssessError) -> ModalityError {
    ModalityError::Internal(error.to_string())
}
