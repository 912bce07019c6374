//! Attacks on a released table of a project, before the release: on what was written, by who knows the rows
//! it was made from as the policy's actions leave them. What a column's action takes away nobody is said to
//! know better than its result.

mod others;

use std::collections::BTreeMap;

use anonymed_assess::attacks::{Verdict, WorstClass};
use anonymed_assess::{AssessError, AttackInput, Cells, Exposure, QuasiColumn, Table, Whose};
use anonymed_core::policy::{
    ColumnConfig, HierarchyConfig, OutputConfig, TableConfig, TableFormat, TableRule,
};
use anonymed_core::{AttributeRole, Context, Format, ModalityError};
use anonymed_table::{KnownRows, Part, TableOutcome, Tables, joint, released, unguarded};
use serde::{Deserialize, Serialize};

use crate::project::Project;
use crate::scan::Entry;
use crate::table_attack::beside::Beside;
use crate::table_attack::{self, Told};
use crate::{EngineError, job};

/// What attacks on a released table achieved: numbers and no values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableAttacks {
    /// Rows that might have been released.
    pub rows: u64,
    /// Classes of the release.
    pub classes: u64,
    /// How the people of the released rows were told apart.
    pub people_known_by: Whose,
    /// By attack, and by sensitive column where it is about one.
    pub attacks: Vec<AttackNumber>,
}

/// One attack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttackNumber {
    /// Its name, as `linkage`.
    pub attack: String,
    /// The sensitive column, where it is about one.
    pub on: Option<String>,
    /// Whether the policy requires it.
    pub required: bool,
    /// How it ended.
    pub verdict: Verdict,
    /// Whether it refuses the release.
    pub refuses: bool,
    /// The number that is judged, 0 to 1; none where it was not made.
    pub success: Option<f64>,
    /// The most that the policy allows.
    pub threshold: Option<f64>,
    /// Why it was not made, or what has to be known about how.
    pub note: Option<String>,
    /// What else was counted, by name.
    pub figures: BTreeMap<String, f64>,
    /// The classes where it succeeds most.
    pub worst: Vec<WorstClass>,
}

impl AttackNumber {
    fn of(told: Told) -> Self {
        let refuses = told.refuses();
        let Told { on, required, report, .. } = told;
        Self {
            attack: report.attack,
            on,
            required,
            verdict: report.verdict,
            refuses,
            success: report.success,
            threshold: report.threshold,
            note: report.note.map(str::to_owned),
            figures: report.figures.into_iter().map(|(name, n)| (name.into_owned(), n)).collect(),
            worst: report.worst,
        }
    }

    /// The attack and its column, as `homogeneity(diagnosis)`.
    pub fn name(&self) -> String {
        let attack = &self.attack;
        self.on.as_ref().map_or_else(|| attack.clone(), |on| format!("{attack}({on})"))
    }
}

/// A table that was written, and what it was made from.
pub(crate) struct Written<'a> {
    pub(crate) project: &'a Project,
    pub(crate) tables: &'a Tables,
    pub(crate) entry: &'a Entry,
    pub(crate) format: &'a Format,
    pub(crate) part: &'a Part,
    pub(crate) rule: &'a TableRule,
    pub(crate) context: Context<'a>,
    pub(crate) outcome: &'a TableOutcome,
    /// Where it lies, and in which form.
    pub(crate) place: (std::path::PathBuf, TableFormat),
}

impl Written<'_> {
    /// Attacks the table; nothing where the policy does not ask for it.
    ///
    /// # Errors
    ///
    /// Where a table cannot be read, or the release has texts that stand for nothing in it.
    pub(crate) fn attack(&self) -> Result<Option<TableAttacks>, EngineError> {
        let Some(attack) = &self.rule.attack else { return Ok(None) };
        let config = TableConfig {
            subject: self.rule.subject.clone(),
            scope: self.context.policy.risk.scope,
            columns: self.columns(),
            models: self.rule.models.clone(),
            search: self.rule.search.clone(),
            attack: attack.clone(),
            is_attacked: true,
            output: OutputConfig::default(),
            population: None,
            actions: None,
            sample: None,
        };
        let beside = Beside::of(&attack.tables, self.project.root(), "attack")?;
        let input = self.input(&config, &beside)?;
        let made = beside.attacks();
        let report = table_attack::judge(&input, &config, &made, self.context.cancel)?;
        Ok(Some(TableAttacks {
            rows: report.rows,
            classes: report.classes,
            people_known_by: report.people_known_by,
            attacks: report.attacks.into_iter().map(AttackNumber::of).collect(),
        }))
    }

    /// The released columns that play a part: quasi-identifiers, and those that are sensitive or that a model
    /// is about.
    fn columns(&self) -> Vec<(String, ColumnConfig)> {
        let asked =
            |name: &str| self.rule.models.iter().any(|model| model.on.as_deref() == Some(name));
        let part = |name: &str, role| match role {
            _ if self.rule.subject.as_deref() == Some(name) => None,
            AttributeRole::Quasi => Some(AttributeRole::Quasi),
            AttributeRole::Sensitive => Some(AttributeRole::Sensitive),
            _ if asked(name) => Some(AttributeRole::Sensitive),
            _ => None,
        };
        let released = self.outcome.columns.iter().filter(|c| c.output_position.is_some());
        let columns = released.filter_map(|column| {
            let role = part(&column.name, column.role)?;
            let hierarchy = self.rule.column(&column.name).and_then(|rule| rule.hierarchy.clone());
            Some((column.name.clone(), ColumnConfig { hierarchy, ..ColumnConfig::of_role(role) }))
        });
        columns.collect()
    }

    fn input(&self, config: &TableConfig, beside: &Beside) -> Result<AttackInput, EngineError> {
        let of = |role| config.of_role(role).map(|(name, _)| name.as_str()).collect::<Vec<_>>();
        let (quasi, sensitive) = (of(AttributeRole::Quasi), of(AttributeRole::Sensitive));
        let mut exposure = Exposure::new(
            self.quasi(config)?,
            sensitive.iter().map(|_| Vec::new()).collect(),
            config.subject.is_some(),
        );
        let names = [&quasi[..], &sensitive].concat();
        // The numbers of the input's rows that were released, in the order of the input.
        let mut left: Vec<u64> = Vec::new();
        self.known(&names, &mut |rows| {
            for (row, number) in rows.numbers.iter().enumerate() {
                let cells: Vec<Option<&str>> =
                    (0..names.len()).map(|column| Some(rows.value(column, row))).collect();
                let (key, subject) = (number.to_string(), rows.subjects[row].to_string());
                let (quasi, sensitive) = cells.split_at(quasi.len());
                let (subject, key) = (Some(subject.as_str()), Some(key.as_str()));
                let cells = Cells { quasi, sensitive, subject, key, kept: &[] };
                exposure.add(Table::Raw, &cells).map_err(too_many)?;
                if self.outcome.dropped_rows.binary_search(number).is_err() {
                    left.push(*number);
                }
            }
            Ok(())
        })?;
        self.released(&names, quasi.len(), &self.in_place(left), &mut exposure)?;
        self.others(beside, config, &mut exposure)?;
        exposure.finish(table_attack::claims(config)).map_err(|error| match error {
            AssessError::Unread { column, labels } => EngineError::Integrity(format!(
                "column `{}` of a released table has {labels} texts that stand for nothing it was made \
                 from, so no attack on it would say anything",
                quasi[column]
            )),
            other => EngineError::Integrity(other.to_string()),
        })
    }

    /// The quasi-identifiers with what models climbed.
    fn quasi(&self, config: &TableConfig) -> Result<Vec<QuasiColumn>, EngineError> {
        let climbed: Vec<(&str, &HierarchyConfig)> = config
            .of_role(AttributeRole::Quasi)
            .filter_map(|(name, column)| Some((name.as_str(), column.hierarchy.as_ref()?)))
            .collect();
        let names: Vec<&str> = climbed.iter().map(|(name, _)| *name).collect();
        let mut texts: Vec<BTreeMap<String, u64>> = vec![BTreeMap::new(); names.len()];
        if !names.is_empty() {
            self.known(&names, &mut |rows| {
                for (column, texts) in texts.iter_mut().enumerate() {
                    for row in 0..rows.numbers.len() {
                        let text = rows.value(column, row);
                        match texts.get_mut(text) {
                            Some(count) => *count += 1,
                            None => drop(texts.insert(text.to_owned(), 1)),
                        }
                    }
                }
                Ok(())
            })?;
        }
        let tree = |name: &str| {
            let at = names.iter().position(|climbed| *climbed == name);
            at.map(|at| self.tables.value_tree(name, climbed[at].1, &texts[at])).transpose()
        };
        let columns = config.of_role(AttributeRole::Quasi).map(|(name, _)| {
            let tree = tree(name).map_err(|source| self.unread(source))?.flatten();
            Ok(QuasiColumn { tree, missing: Vec::new() })
        });
        columns.collect()
    }

    fn known(
        &self,
        names: &[&str],
        take: &mut dyn FnMut(KnownRows) -> Result<(), ModalityError>,
    ) -> Result<(), EngineError> {
        job::with_document(self.project, self.entry, |document| {
            let input = (document, self.format, self.part);
            job::guarded(|| self.tables.known_rows(input, self.rule, names, &self.context, take))
        })?
        .map_err(|source| self.unread(source))
    }

    fn unread(&self, source: ModalityError) -> EngineError {
        match source {
            ModalityError::Cancelled(cancelled) => EngineError::Cancelled(cancelled),
            source => EngineError::File { file: self.entry.number, source },
        }
    }

    /// The input's number of each row as it stands in the output.
    fn in_place(&self, left: Vec<u64>) -> Vec<u64> {
        if self.context.policy.risk.scope != anonymed_core::policy::RiskScope::Joint {
            return left;
        }
        let scope = joint::table_scope(self.entry.number, self.part.sheet.as_deref());
        let positions = joint::row_positions(self.context.pseudonymizer, &scope, left.len() as u64);
        let mut placed = vec![0; left.len()];
        for (number, position) in left.iter().zip(positions) {
            placed[position] = *number;
        }
        placed
    }

    fn released(
        &self,
        names: &[&str],
        quasi: usize,
        numbers: &[u64],
        exposure: &mut Exposure,
    ) -> Result<(), EngineError> {
        let (path, form) = &self.place;
        let unreadable = |e: released::ReadBackError| EngineError::Integrity(e.to_string());
        let columns: Vec<usize> = names
            .iter()
            .filter_map(|name| {
                self.outcome.columns.iter().find(|c| c.name == **name)?.output_position
            })
            .collect();
        let mut numbers = numbers.iter();
        let changed =
            || EngineError::Integrity("a released table has other rows than were written".into());
        for batch in released::read(path, *form).map_err(unreadable)? {
            let batch = batch.map_err(unreadable)?;
            self.context.cancel.check()?;
            for row in 0..batch.len() {
                let cells: Vec<Option<&str>> = columns
                    .iter()
                    .map(|column| Some(bare(batch.value(*column, row), *form)))
                    .collect();
                let key = numbers.next().ok_or_else(changed)?.to_string();
                let (quasi, sensitive) = cells.split_at(quasi);
                let cells = Cells { quasi, sensitive, subject: None, key: Some(&key), kept: &[] };
                exposure
                    .add(Table::Released, &cells)
                    .map_err(|e| EngineError::Integrity(e.to_string()))?;
            }
        }
        if numbers.next().is_some() { Err(changed()) } else { Ok(()) }
    }
}

/// A cell as it was before it was guarded against formulas.
fn bare(text: &str, form: TableFormat) -> &str {
    if form == TableFormat::Csv { unguarded(text) } else { text }
}

fn too_many(error: AssessError) -> ModalityError {
    ModalityError::Limit { what: "the number of rows or distinct values", limit: error.to_string() }
}
