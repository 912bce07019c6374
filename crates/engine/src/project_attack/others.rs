//! Tables that an attacker on a project's table has beside what was read and written. Earlier releases are
//! read as they are; people from elsewhere have values as the input has them, so the policy's actions are
//! applied to them first, those that need no key.

use std::path::Path;

use anonymed_assess::{Cells, Exposure, Table};
use anonymed_core::policy::{ColumnRule, TableConfig, TableRule};
use anonymed_core::{Action, AttributeRole, ModalityError};
use anonymed_table::Part;

use super::{Written, too_many};
use crate::policy_check::outsiders_have;
use crate::table_attack::beside::Beside;
use crate::table_attack::{RowKey, Source};
use crate::table_input::TableInput;
use crate::{EngineError, job};

impl Written<'_> {
    /// Adds the rows of an attacker's tables.
    pub(super) fn others(
        &self,
        beside: &Beside,
        config: &TableConfig,
        exposure: &mut Exposure,
    ) -> Result<(), EngineError> {
        for (table, path, what) in beside.files() {
            self.context.cancel.check()?;
            if matches!(table, Table::Earlier(_)) {
                let source = Source { place: path, sheet: None, table, what, key: RowKey::None };
                source.read(self.tables, config, exposure, self.context.cancel)?;
            } else {
                self.people(config, (table, path, what), exposure)?;
            }
        }
        Ok(())
    }

    fn people(
        &self,
        config: &TableConfig,
        (table, path, what): (Table, &Path, &'static str),
        exposure: &mut Exposure,
    ) -> Result<(), EngineError> {
        let input = TableInput { path, sheet: None };
        input.open_as(what, self.tables, |document, format, part| {
            let columns = self.columns_of(config, part, (table, what))?;
            let names: Vec<&str> =
                columns.iter().filter_map(|(name, is_there)| is_there.then_some(*name)).collect();
            let rule = keyless(self.rule, part, &names);
            let quasi = config.of_role(AttributeRole::Quasi).count();
            let read = job::guarded(|| {
                let (tables, ctx) = (self.tables, &self.context);
                tables.known_rows((document, format, part), &rule, &names, ctx, &mut |rows| {
                    for row in 0..rows.numbers.len() {
                        let mut values = (0..names.len()).map(|column| rows.value(column, row));
                        let cells: Vec<Option<&str>> = columns
                            .iter()
                            .map(|(_, is_there)| if *is_there { values.next() } else { None })
                            .collect();
                        let (quasi, sensitive) = cells.split_at(quasi);
                        let cells = Cells { quasi, sensitive, ..Cells::default() };
                        exposure.add(table, &cells).map_err(too_many)?;
                    }
                    Ok(())
                })
            });
            read.map_err(|error| match error {
                ModalityError::Cancelled(cancelled) => EngineError::Cancelled(cancelled),
                other => EngineError::Usage(format!("{what} cannot be read: {other}")),
            })
        })
    }

    /// The columns that attacks work on, quasi-identifiers first, and whether people of this table have them.
    fn columns_of<'c>(
        &self,
        config: &'c TableConfig,
        part: &Part,
        (table, what): (Table, &'static str),
    ) -> Result<Vec<(&'c str, bool)>, EngineError> {
        let of = |role| config.of_role(role).map(|(name, _)| name.as_str());
        let is_outside = table == Table::Outside;
        let mut columns = Vec::new();
        for name in of(AttributeRole::Quasi) {
            let is_there = part.columns.iter().any(|column| column == name);
            let has = self.rule.column(name).is_some_and(|rule| outsiders_have(&rule.action));
            if !is_there && !is_outside {
                return Err(EngineError::Usage(format!("{what} has no column `{name}`")));
            }
            columns.push((name, is_there && has));
        }
        if !columns.iter().any(|(_, is_there)| *is_there) {
            return Err(EngineError::Usage(format!("{what} has no quasi-identifier")));
        }
        for name in of(AttributeRole::Sensitive) {
            let is_there = part.columns.iter().any(|column| column == name);
            if !is_there && !is_outside {
                return Err(EngineError::Usage(format!("{what} has no column `{name}`")));
            }
            columns.push((name, is_there && !is_outside));
        }
        Ok(columns)
    }
}

/// The table's rule for people from elsewhere: each row is one of them, and nothing but these columns is read.
fn keyless(rule: &TableRule, part: &Part, names: &[&str]) -> TableRule {
    let dropped = |name: &String| {
        let (role, entity, action) = (AttributeRole::Unknown, None, Action::Drop);
        (name.clone(), ColumnRule { role, entity, action, hierarchy: None })
    };
    let column = |name: &String| match rule.column(name) {
        Some(own) if names.contains(&name.as_str()) => (name.clone(), own.clone()),
        _ => dropped(name),
    };
    let mut keyless = rule.clone();
    keyless.columns = part.columns.iter().map(column).collect();
    keyless.subject = None;
    keyless
}
