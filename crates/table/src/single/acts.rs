//! What a configuration does with values before anything else sees them: a policy's actions, applied to each
//! distinct value of each person once. Models, searches and checks know the values that are left.

use std::ops::Range;

use anonymed_core::policy::ColumnRule;
use anonymed_core::{
    Action, AttributeRole, Context, EntityType, ModalityError, PatientKey, Resolution, Subject,
    SubjectId, column_authority,
};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;
use serde::Serialize;

use super::coded::{Bound, BoundColumn, CodedColumn, CodedTable};
use crate::TableOptions;
use crate::actions::{Cell, CellCounts};
use crate::batch::BATCH_ROWS;
use crate::cell_date::{DateStyle, StyleSurvey};
use crate::deidentify::base_value;
use crate::lexicon;
use crate::plan::{self, ColumnPlan, TablePlan};

/// What stands in a prose cell in which an identifier was found after all.
pub const WITHHELD: &str = "[WITHHELD]";

/// What the actions of one table work with.
#[derive(Clone, Copy)]
pub struct Acting<'a> {
    /// Keys, people and text engine.
    pub context: &'a Context<'a>,
    /// Cells that are blanked, by the number of the row among those that were read and the column: an
    /// identifier was found in what was written of them.
    pub withheld: &'a HashSet<(u32, String)>,
}

/// What was done with the values of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rewritten {
    /// The column.
    pub column: String,
    /// The action's verb.
    pub action: &'static str,
    /// Cells that state something, of the rows that are worked on.
    pub filled: u64,
    /// Cells in which something was replaced.
    pub changed: u64,
    /// Cells that were emptied, since the action could not be applied to what they say.
    pub emptied: u64,
    /// Cells that are blanked because an identifier was found in them.
    pub withheld: u64,
    /// The parts of cells that the text engine wrote, by the number of the row among those that were read.
    #[serde(skip)]
    pub spans: HashMap<u32, Vec<Range<usize>>>,
}

/// Whose the rows of a table are, and how its columns are read: by all of its rows, whichever are worked on.
pub(super) struct Known<'a> {
    acting: Acting<'a>,
    people: HashMap<String, &'a Subject>,
    plans: Vec<ColumnPlan>,
}

impl<'a> Known<'a> {
    /// Takes out rows whose person is not known, or not agreed on; spellings of one identifier are one person.
    pub(super) fn of(
        mut table: CodedTable,
        bound: &Bound,
        acting: Acting<'a>,
        options: &TableOptions,
    ) -> Result<(CodedTable, Self), ModalityError> {
        let plan = |(of, column)| plan_of(of, bound, (column, acting.context), options);
        let columns = bound.released.iter().zip(&table.columns);
        let plans = columns.map(plan).collect::<Result<_, _>>()?;
        let mut who = people(&table, bound, acting.context);
        if who.iter().any(Option::is_none) {
            table = table.keep_known(&who);
            who = people(&table, bound, acting.context);
        }
        if let Some(column) = &mut table.subjects {
            *column = column.renamed(|code| who[code as usize].map(|s| s.number.0.to_string()));
        }
        let numbered = who.into_iter().flatten();
        let people = numbered.map(|subject| (subject.number.0.to_string(), subject)).collect();
        Ok((table, Self { acting, people, plans }))
    }

    /// Applies every column's action.
    pub(super) fn act(
        self,
        mut table: CodedTable,
        bound: &Bound,
    ) -> Result<(CodedTable, Vec<Rewritten>), ModalityError> {
        let owners: Vec<Option<&Subject>> = match &table.subjects {
            Some(column) => {
                let texts = column.texts.texts();
                let of_code: Vec<Option<&Subject>> =
                    texts.iter().map(|text| self.people.get(*text).copied()).collect();
                column.codes.iter().map(|code| of_code[code as usize]).collect()
            }
            None => vec![None; table.rows],
        };
        let read_as: Vec<u32> = (0..table.rows as u32).map(|row| table.read_as(row)).collect();
        let mut done = Vec::new();
        for (at, (of, plan)) in bound.released.iter().zip(self.plans).enumerate() {
            self.acting.context.cancel.check()?;
            if plan.action == Action::Keep {
                continue;
            }
            let rewriting =
                Rewriting { name: &of.name, missing: &of.missing, plan, acting: self.acting };
            let (column, told) = rewriting.column(&table.columns[at], &owners, &read_as)?;
            table.columns[at] = column;
            done.push(told);
        }
        Ok((table, done))
    }
}

/// Who the people of a table are whose identifiers were made numbers of subjects.
pub(super) fn owners(table: &CodedTable) -> Vec<SubjectId> {
    let texts = table.subjects.iter().flat_map(|column| column.texts.texts());
    texts.map(|text| SubjectId(text.parse().unwrap_or(u32::MAX))).collect()
}

/// Who the distinct identifiers of a table are; none where a row of theirs must not leave.
fn people<'a>(
    table: &CodedTable,
    bound: &Bound,
    context: &Context<'a>,
) -> Vec<Option<&'a Subject>> {
    let Some((column, name)) = table.subjects.as_ref().zip(bound.subject_name.as_deref()) else {
        return Vec::new();
    };
    let authority = column_authority(name);
    let texts = column.texts.texts().into_iter();
    let who = |text| match context.subjects.resolve(&PatientKey::new(&authority, text)?) {
        Resolution::Known(subject) => Some(subject),
        Resolution::Conflict | Resolution::Unknown => None,
    };
    texts.map(who).collect()
}

/// An action bound to a column: what its header says the values are where the configuration does not, and how
/// its dates are written.
fn plan_of(
    of: &BoundColumn,
    bound: &Bound,
    (column, context): (&CodedColumn, &Context<'_>),
    options: &TableOptions,
) -> Result<ColumnPlan, ModalityError> {
    let by_header = || lexicon::look_up(&of.name).and_then(|word| word.entity);
    let mut rule = ColumnRule {
        role: of.role,
        entity: of.entity.or_else(by_header),
        action: of.action.clone(),
        hierarchy: None,
    };
    if of.role == AttributeRole::Quasi && of.action == Action::Shift {
        rule.entity = Some(EntityType::Date);
    }
    let is_subject = bound.subject == Some(of.source);
    let mut plan = plan::column(of.source, &of.name, is_subject, Some(&rule), context, options)?;
    plan.style = style(column);
    Ok(plan)
}

/// How a column's dates are written, by as many of its rows as a project looks at.
fn style(column: &CodedColumn) -> DateStyle {
    let texts = column.texts.texts();
    let survey = |rows: usize| {
        let mut styles = StyleSurvey::default();
        column.codes.iter().take(rows).for_each(|code| styles.see(texts[code as usize]));
        styles
    };
    let first = survey(BATCH_ROWS);
    if first.is_open() { survey(plan::SURVEY_ROWS as usize).style() } else { first.style() }
}

/// One column being rewritten.
struct Rewriting<'a> {
    name: &'a str,
    missing: &'a [String],
    plan: ColumnPlan,
    acting: Acting<'a>,
}

/// What became of a value of a person.
struct Became {
    text: String,
    counts: CellCounts,
}

impl Rewriting<'_> {
    fn column(
        &self,
        column: &CodedColumn,
        owners: &[Option<&Subject>],
        read_as: &[u32],
    ) -> Result<(CodedColumn, Rewritten), ModalityError> {
        let texts = column.texts.texts();
        let mut numbers: HashMap<(Option<SubjectId>, u64), usize> = HashMap::new();
        let mut firsts: Vec<(Option<&Subject>, u64)> = Vec::new();
        let pairs: Vec<usize> = column
            .codes
            .iter()
            .zip(owners)
            .map(|(code, owner)| {
                *numbers.entry((owner.map(|subject| subject.number), code)).or_insert_with(|| {
                    firsts.push((*owner, code));
                    firsts.len() - 1
                })
            })
            .collect();
        let became: Vec<Became> = firsts
            .par_iter()
            .map(|(owner, code)| self.cell(texts[*code as usize], *owner))
            .collect::<Result<_, _>>()?;
        let mut told = Rewritten {
            column: self.name.to_owned(),
            action: self.plan.action.verb(),
            filled: 0,
            changed: 0,
            emptied: 0,
            withheld: 0,
            spans: HashMap::new(),
        };
        let of_column = self.acting.withheld.iter().filter(|(_, column)| *column == self.name);
        let withheld: HashSet<u32> = of_column.map(|(row, _)| *row).collect();
        let mut written = CodedColumn::default();
        for (pair, row) in pairs.into_iter().zip(read_as) {
            let Became { text, counts } = &became[pair];
            told.filled += counts.filled;
            told.emptied += counts.emptied;
            if withheld.contains(row) {
                told.withheld += 1;
                written.push(WITHHELD);
                let all = 0..WITHHELD.len();
                told.spans.insert(*row, Vec::from([all]));
                continue;
            }
            told.changed += counts.changed;
            written.push(text);
            if !counts.spans.is_empty() {
                let spans = counts.spans.iter().map(|(from, to)| *from as usize..*to as usize);
                told.spans.insert(*row, spans.collect());
            }
        }
        Ok((written, told))
    }

    fn cell(&self, value: &str, subject: Option<&Subject>) -> Result<Became, ModalityError> {
        // A marker of a missing value states nothing.
        if self.missing.iter().any(|marker| marker == value) {
            return Ok(Became { text: String::new(), counts: CellCounts::default() });
        }
        // One table has no other to be joined with.
        let table =
            TablePlan { columns: Vec::new(), subject: None, scope: None, missing: Vec::new() };
        let cell = Cell { table: &table, plan: &self.plan, subject, ctx: self.acting.context };
        let mut counts = CellCounts::default();
        let text = match self.plan.role {
            AttributeRole::Quasi => base_value(&cell, value, &mut counts)?,
            _ => cell.apply(value, &mut counts)?,
        };
        // A small whole number may be what it was.
        if text == value {
            counts.changed = 0;
        }
        Ok(Became { text: text.into_owned(), counts })
    }
}
