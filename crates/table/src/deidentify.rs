//! De-identifying a part of a file: count and solve where the policy asks for a model, then one
//! streamed pass that applies every column's action and writes the rows in order.
//!
//! A row whose patient is not known, or not agreed on, is held back: it cannot be shifted by the
//! right number of days nor written under the right code. A row that the model suppresses is left
//! out. Both are listed by number.

use std::borrow::Cow;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hasher};
use std::io::Write;

use anonymed_core::policy::{TableFormat, TableRule};
use anonymed_core::{
    Action, Context, Document, EntityType, Format, ModalityError, PatientKey, Resolution, Subject,
    Transformed,
};
use arrow::array::{Array, StringArray, StringBuilder};
use hashbrown::HashSet;

use crate::Tables;
use crate::actions::{Cell, CellCounts};
use crate::batch::{StringBatch, cell};
use crate::cell_date;
use crate::counting::Counted;
use crate::csv_read::rejected;
use crate::frequency::CodeLog;
use crate::joint;
use crate::model::{Dictionary, Given};
use crate::outcome::{ColumnOutcome, TableOutcome, TableRisk, WrittenCell};
use crate::plan::{ColumnPlan, TablePlan};
use crate::risk::RiskWatch;
use crate::solved::Solved;
use crate::solver::{self, ModelPlan};
use crate::source::{self, Part};
use crate::write::TableWriter;

/// Rows among which repeated ones are found.
const REPEATS: usize = 1_000_000;
/// Distinct values counted exactly for the report.
const DISTINCT: usize = 10_000;

/// Whose row it is.
#[derive(Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// The table has no subject column.
    Nobody,
    /// This patient's.
    Patient(&'a Subject),
    /// It must not leave; why.
    Held(&'static str),
}

/// Resolves the patient of each row of a batch.
pub(crate) fn whose<'a>(
    batch: &StringBatch,
    plan: &TablePlan,
    ctx: &Context<'a>,
) -> Vec<Whose<'a>> {
    let Some((column, authority)) = &plan.subject else {
        return vec![Whose::Nobody; batch.len()];
    };
    let mut last: Option<(&str, Whose<'a>)> = None;
    (0..batch.len())
        .map(|row| {
            let value = batch.value(*column, row);
            if let Some((same, whose)) = last
                && same == value
            {
                return whose;
            }
            let whose = match PatientKey::new(authority, value) {
                None => Whose::Held("subject-missing: the row has no patient identifier"),
                Some(key) => match ctx.subjects.resolve(&key) {
                    Resolution::Known(subject) => Whose::Patient(subject),
                    Resolution::Conflict => {
                        Whose::Held("subject-conflict: records disagree on whose row this is")
                    }
                    Resolution::Unknown => {
                        Whose::Held("subject-unknown: the patient was not seen at the scan")
                    }
                },
            };
            last = Some((value, whose));
            whose
        })
        .collect()
}

/// A value of a quasi-identifier as the solver sees it: after its action, dates in ISO form.
pub(crate) fn base_value<'v>(
    cell: &Cell<'_>,
    value: &'v str,
    counts: &mut CellCounts,
) -> Result<Cow<'v, str>, ModalityError> {
    let text = cell.apply(value, counts)?;
    if cell.plan.entity == Some(EntityType::Date)
        && let Some(read) = cell_date::read_in(&text, cell.plan.style)
    {
        return Ok(Cow::Owned(read.date.to_string()));
    }
    Ok(text)
}

/// Everything that is fixed before the rows are written.
pub(crate) struct Prepared {
    pub(crate) plan: TablePlan,
    pub(crate) solved: Option<Solved>,
}

impl Tables {
    /// Binds the rule, surveys the columns and solves the models.
    pub(crate) fn prepare(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        rule: &TableRule,
        ctx: &Context<'_>,
    ) -> Result<Prepared, ModalityError> {
        let mut plan = TablePlan::bind(part, document.file, rule, ctx, self.options())?;
        plan.survey(document, format, part)?;
        let solved = if rule.models.is_empty() || plan.quasi().is_empty() {
            None
        } else {
            Some(self.solve((document, format, part), rule, &plan, ctx)?)
        };
        Ok(Prepared { plan, solved })
    }

    fn solve(
        &self,
        (document, format, part): (&mut Document<'_>, &Format, &Part),
        rule: &TableRule,
        plan: &TablePlan,
        ctx: &Context<'_>,
    ) -> Result<Solved, ModalityError> {
        let mut models = ModelPlan::bind(rule, &part.columns)?;
        models.table = joint::table_scope(document.file, part.sheet.as_deref());
        models.row_is_person = plan.subject.is_none();
        models.by_subject = plan.scope.is_some() && plan.subject.is_some();
        models.row_counts_visible =
            plan.subject.as_ref().is_some_and(|(at, _)| plan.columns[*at].is_released());
        let quasi = plan.quasi();
        let mut dictionaries: Vec<Dictionary> =
            quasi.iter().map(|_| Dictionary::default()).collect();
        let mut sensitive: Vec<Dictionary> =
            models.sensitive.iter().map(|_| Dictionary::default()).collect();
        let mut rows_of: Vec<Vec<u64>> = vec![Vec::new(); quasi.len()];
        let options = self.options().within(rule.search.memory);
        let mut rows = CodeLog::new(quasi.len() + sensitive.len(), &options);
        let (mut starts, mut read) = (Vec::new(), 0);
        source::map_in_order(
            (document, format, part),
            ctx.cancel,
            |batch| coded_rows(&batch, plan, &quasi, &models, ctx),
            &mut |_, _| {},
            &mut |coded: CodedRows| {
                starts.extend(coded.first.map(|first| (first, read)));
                read += coded.subjects.len() as u64;
                let mut columns = Vec::with_capacity(coded.texts.len() + 1);
                let all = dictionaries.iter_mut().chain(&mut sensitive);
                for (texts, dictionary) in coded.texts.iter().zip(all) {
                    columns.push(codes(texts, dictionary));
                }
                for (rows, codes) in rows_of.iter_mut().zip(&columns) {
                    count(codes, rows);
                }
                columns.push(coded.subjects);
                rows.push(&columns)
            },
        )?;
        let counted = Counted {
            names: quasi.iter().map(|q| part.columns[*q].clone()).collect(),
            given: quasi.iter().map(|q| given(&plan.columns[*q])).collect(),
            quasi: dictionaries,
            rows_of,
            sensitive_names: models.sensitive.iter().map(|at| part.columns[*at].clone()).collect(),
            sensitive,
            rows,
            starts,
        };
        solver::solve(counted, &models, &options, ctx)
    }

    /// De-identifies a part of a file into each of the outputs.
    ///
    /// # Errors
    ///
    /// [`ModalityError`] where the part cannot be read or written, or the rule does not fit it;
    /// what was written until then must not be used.
    pub fn deidentify(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        rule: &TableRule,
        ctx: &Context<'_>,
        outputs: &mut [(TableFormat, &mut dyn Write)],
    ) -> Result<TableOutcome, ModalityError> {
        let prepared = self.prepare(document, format, part, rule, ctx)?;
        let released = prepared.plan.released();
        let names: Vec<&str> = released.iter().map(|c| part.columns[*c].as_str()).collect();
        let mut writers = outputs
            .iter_mut()
            .map(|(format, out)| TableWriter::new(*format, &names, &mut **out))
            .collect::<Result<Vec<_>, _>>()?;
        let mut tally = Tally::new(&prepared);
        let mut shuffle = prepared.plan.scope.as_deref().map(Shuffle::new);
        let mut risk = RiskWatch::new(&prepared, self.options());
        let (mut held, mut open) = (Vec::new(), 0);
        source::map_in_order(
            (document, format, part),
            ctx.cancel,
            |batch| release_rows(&batch, &prepared, ctx),
            &mut |row, reason| held.push((row, reason)),
            &mut |rows: ReleasedRows| {
                // The judge counts on another thread while this one writes.
                let mut judged = Ok(());
                let written = rayon::in_place_scope(|scope| {
                    scope.spawn(|_| judged = risk.see(&rows.input, &rows.open, &rows.columns));
                    match &mut shuffle {
                        Some(shuffle) => {
                            shuffle.keep(&rows.columns);
                            Ok(())
                        }
                        None => writers.iter_mut().try_for_each(|w| w.write(&rows.columns)),
                    }
                });
                written.and(judged)?;
                open += rows.open.len() as u64;
                tally.absorb(rows);
                Ok(())
            },
        )?;
        if prepared.solved.as_ref().and_then(Solved::rows).is_some_and(|rows| rows != open) {
            return Err(other_rows());
        }
        if let Some(shuffle) = shuffle {
            let positions = shuffle
                .write(ctx, &mut |rows| writers.iter_mut().try_for_each(|w| w.write(rows)))?;
            tally.reorder(&positions);
        }
        let mut guarded = 0;
        for writer in writers {
            guarded += writer.finish()?;
        }
        let risk = risk.finish(&prepared, ctx)?;
        Ok(tally.finish(&prepared, held, guarded, risk))
    }
}

/// Released rows of a table whose order must tell nothing; all of them are in memory until the last
/// was read.
struct Shuffle<'a> {
    scope: &'a str,
    kept: Vec<Vec<StringArray>>,
}

impl<'a> Shuffle<'a> {
    fn new(scope: &'a str) -> Self {
        Self { scope, kept: Vec::new() }
    }

    fn keep(&mut self, columns: &[StringArray]) {
        self.kept.push(columns.to_vec());
    }

    /// Writes the rows in the table's own order and says where each stands.
    fn write(
        self,
        ctx: &Context<'_>,
        write: &mut dyn FnMut(&[StringArray]) -> Result<(), ModalityError>,
    ) -> Result<Vec<usize>, ModalityError> {
        let rows: Vec<(usize, usize)> = self
            .kept
            .iter()
            .enumerate()
            .flat_map(|(batch, columns)| {
                (0..columns.first().map_or(0, Array::len)).map(move |row| (batch, row))
            })
            .collect();
        let positions = joint::row_positions(ctx.pseudonymizer, self.scope, rows.len() as u64);
        let mut ordered = vec![(0, 0); rows.len()];
        for (row, position) in rows.iter().zip(&positions) {
            ordered[*position] = *row;
        }
        let width = self.kept.first().map_or(0, Vec::len);
        for rows in ordered.chunks(crate::batch::BATCH_ROWS) {
            ctx.cancel.check()?;
            let columns: Vec<StringArray> = (0..width)
                .map(|column| {
                    let value = |(batch, row): &(usize, usize)| {
                        Some(cell(&self.kept[*batch][column], *row).to_owned())
                    };
                    StringArray::from_iter(rows.iter().map(value))
                })
                .collect();
            write(&columns)?;
        }
        Ok(positions)
    }
}

/// The texts of the model's columns of the rows that may leave, and whose rows they are.
struct CodedRows {
    /// The number of the batch's first row.
    first: Option<u64>,
    texts: Vec<StringArray>,
    subjects: Vec<u32>,
}

fn coded_rows(
    batch: &StringBatch,
    plan: &TablePlan,
    quasi: &[usize],
    models: &ModelPlan,
    ctx: &Context<'_>,
) -> Result<CodedRows, ModalityError> {
    let whose = whose(batch, plan, ctx);
    let mut texts: Vec<StringBuilder> =
        (0..quasi.len() + models.sensitive.len()).map(|_| StringBuilder::new()).collect();
    let mut subjects = Vec::new();
    let mut counts = CellCounts::default();
    for (row, whose) in whose.into_iter().enumerate() {
        let Some((subject, number)) = numbered(whose, batch.rows()[row])? else { continue };
        subjects.push(number);
        for (at, column) in quasi.iter().enumerate() {
            let cell = Cell { table: plan, plan: &plan.columns[*column], subject, ctx };
            texts[at].append_value(base_value(&cell, batch.value(*column, row), &mut counts)?);
        }
        for (at, column) in models.sensitive.iter().enumerate() {
            texts[quasi.len() + at].append_value(batch.value(*column, row));
        }
    }
    let texts = texts.iter_mut().map(StringBuilder::finish).collect();
    Ok(CodedRows { first: batch.rows().first().copied(), texts, subjects })
}

/// What the policy says of a column. A postal code is a name of a place, whatever its digits look like.
fn given(column: &ColumnPlan) -> Given {
    match (&column.climbs, column.entity) {
        (Some(hierarchy), _) => Given::Hierarchy(hierarchy.clone()),
        (None, Some(EntityType::Zip)) => Given::Prefix,
        (None, _) => Given::Seen,
    }
}

/// Counts rows by the number of their text.
fn count(codes: &[u32], rows: &mut Vec<u64>) {
    for code in codes {
        let at = *code as usize;
        if rows.len() <= at {
            rows.resize(at + 1, 0);
        }
        rows[at] += 1;
    }
}

/// The patient's number, or the row's where there are no patients; `None` for a held row.
pub(crate) fn numbered(
    whose: Whose<'_>,
    row: u64,
) -> Result<Option<(Option<&Subject>, u32)>, ModalityError> {
    Ok(match whose {
        Whose::Held(_) => None,
        Whose::Patient(subject) => Some((Some(subject), subject.number.0)),
        Whose::Nobody => {
            let number = u32::try_from(row).map_err(|_| ModalityError::Limit {
                what: "the number of rows of a table without patients",
                limit: u32::MAX.to_string(),
            })?;
            Some((None, number))
        }
    })
}

fn codes(texts: &StringArray, dictionary: &mut Dictionary) -> Vec<u32> {
    texts.iter().map(|t| dictionary.number(t.unwrap_or_default())).collect()
}

/// A row that may leave.
pub(crate) struct OpenRow {
    /// Position in the input batch.
    pub(crate) row: usize,
    /// The subject's number.
    pub(crate) subject: u32,
    /// Whether it leaves; otherwise the model suppresses it.
    pub(crate) released: bool,
}

/// Rows as they are released, and what was counted on the way.
pub(crate) struct ReleasedRows {
    pub(crate) columns: Vec<StringArray>,
    input: StringBatch,
    /// Rows of known patients: position, subject's number, whether it is released.
    pub(crate) open: Vec<OpenRow>,
    rows_in: u64,
    held: Vec<(u64, &'static str)>,
    suppressed: Vec<u64>,
    classes: Vec<u32>,
    hashes: Vec<u64>,
    counts: Vec<CellCounts>,
    before: Vec<Vec<u64>>,
    after: Vec<Vec<u64>>,
    /// Rows of this batch's output, from 0.
    written: Vec<WrittenCell>,
}

type FixedHash = BuildHasherDefault<DefaultHasher>;

pub(crate) fn release_rows(
    batch: &StringBatch,
    prepared: &Prepared,
    ctx: &Context<'_>,
) -> Result<ReleasedRows, ModalityError> {
    let plan = &prepared.plan;
    let hasher = FixedHash::default();
    let width = plan.columns.len();
    let mut out = ReleasedRows {
        columns: Vec::new(),
        input: batch.clone(),
        open: Vec::with_capacity(batch.len()),
        rows_in: batch.len() as u64,
        held: Vec::new(),
        suppressed: Vec::new(),
        classes: Vec::new(),
        hashes: Vec::with_capacity(batch.len()),
        counts: vec![CellCounts::default(); width],
        before: vec![Vec::new(); width],
        after: vec![Vec::new(); width],
        written: Vec::new(),
    };
    // Which rows leave, of whom, in which class.
    let mut kept: Vec<(usize, Option<&Subject>, Option<u32>)> = Vec::with_capacity(batch.len());
    let quasi = if prepared.solved.is_some() { plan.quasi() } else { Vec::new() };
    let mut known = match &prepared.solved {
        Some(solved) => solved.classes_of(batch)?,
        None => None,
    };
    for (row, whose) in whose(batch, plan, ctx).into_iter().enumerate() {
        let mut hash = hasher.build_hasher();
        (0..batch.width()).for_each(|c| {
            hash.write(batch.value(c, row).as_bytes());
            hash.write_u8(0xff);
        });
        out.hashes.push(hash.finish());
        let number = batch.rows()[row];
        if let Whose::Held(reason) = whose {
            out.held.push((number, reason));
            continue;
        }
        let Some((subject, id)) = numbered(whose, number)? else { continue };
        let Some(solved) = &prepared.solved else {
            out.open.push(OpenRow { row, subject: id, released: true });
            kept.push((row, subject, None));
            continue;
        };
        let mut texts = Vec::with_capacity(quasi.len());
        for column in &quasi {
            let cell = Cell { table: plan, plan: &plan.columns[*column], subject, ctx };
            let counts = &mut out.counts[*column];
            texts.push(base_value(&cell, batch.value(*column, row), counts)?);
        }
        let texts: Vec<&str> = texts.iter().map(|t| &**t).collect();
        let class = match &mut known {
            Some(classes) => classes.next().ok_or_else(other_rows)?,
            None => solved.class_of(&texts, id),
        };
        out.open.push(OpenRow { row, subject: id, released: class.is_some() });
        match class {
            Some(class) => {
                out.classes.push(class);
                kept.push((row, subject, Some(class)));
            }
            None => out.suppressed.push(number),
        }
    }
    for column in &plan.columns {
        let mut distinct_before = HashSet::new();
        let mut distinct_after = HashSet::new();
        let mut builder = StringBuilder::new();
        let in_class = quasi.iter().position(|q| *q == column.source);
        let counts = &mut out.counts[column.source];
        for (at_row, (row, subject, class)) in kept.iter().enumerate() {
            let value = batch.value(column.source, *row);
            if distinct_before.len() < DISTINCT {
                distinct_before.insert(hasher.hash_one(value));
            }
            let text: Cow<'_, str> = match (in_class, class, &prepared.solved) {
                (Some(at), Some(class), Some(solved)) => {
                    let label = solved.label(*class, at);
                    counts.changed += u64::from(label != value);
                    Cow::Borrowed(label)
                }
                _ => Cell { table: plan, plan: column, subject: *subject, ctx }
                    .apply(value, counts)?,
            };
            let position = out.columns.len() as u32;
            out.written.extend(counts.spans.drain(..).map(|(start, end)| WrittenCell {
                row: at_row as u64,
                column: position,
                start,
                end,
            }));
            if column.action != Action::Drop {
                if distinct_after.len() < DISTINCT {
                    distinct_after.insert(hasher.hash_one(&*text));
                }
                builder.append_value(text);
            }
        }
        out.before[column.source] = distinct_before.into_iter().collect();
        out.after[column.source] = distinct_after.into_iter().collect();
        if column.action != Action::Drop {
            out.columns.push(builder.finish());
        }
    }
    Ok(out)
}

fn other_rows() -> ModalityError {
    ModalityError::Internal("the table has other rows than when it was read first".into())
}

/// Adds up what the batches did.
struct Tally {
    transformed: Transformed,
    counts: Vec<CellCounts>,
    before: Vec<HashSet<u64>>,
    after: Vec<HashSet<u64>>,
    held: Vec<(u64, &'static str)>,
    suppressed: Vec<u64>,
    rows_of_class: Vec<u64>,
    seen: HashSet<u64>,
    repeats: u64,
    written: Vec<WrittenCell>,
}

impl Tally {
    fn new(prepared: &Prepared) -> Self {
        let width = prepared.plan.columns.len();
        Self {
            transformed: Transformed::default(),
            counts: vec![CellCounts::default(); width],
            before: vec![HashSet::new(); width],
            after: vec![HashSet::new(); width],
            held: Vec::new(),
            suppressed: Vec::new(),
            rows_of_class: vec![0; prepared.solved.as_ref().map_or(0, Solved::classes)],
            seen: HashSet::new(),
            repeats: 0,
            written: Vec::new(),
        }
    }

    fn absorb(&mut self, rows: ReleasedRows) {
        let first = self.transformed.records_out + 1;
        let written = rows.written.iter().map(|w| WrittenCell { row: w.row + first, ..*w });
        self.written.extend(written);
        self.transformed.records_in += rows.rows_in;
        let left = rows.rows_in - rows.held.len() as u64 - rows.suppressed.len() as u64;
        self.transformed.records_out += left;
        for (column, counts) in rows.counts.into_iter().enumerate() {
            self.counts[column].absorb(counts);
        }
        let add = |to: &mut Vec<HashSet<u64>>, from: Vec<Vec<u64>>| {
            for (set, values) in to.iter_mut().zip(from) {
                if set.len() < DISTINCT {
                    set.extend(values);
                }
            }
        };
        add(&mut self.before, rows.before);
        add(&mut self.after, rows.after);
        rows.classes.iter().for_each(|c| self.rows_of_class[*c as usize] += 1);
        self.held.extend(rows.held);
        self.suppressed.extend(rows.suppressed);
        for hash in rows.hashes {
            if self.seen.len() < REPEATS {
                self.repeats += u64::from(!self.seen.insert(hash));
            } else {
                self.repeats += u64::from(self.seen.contains(&hash));
            }
        }
    }

    /// Moves what is known of rows of the output to where the rows stand now.
    fn reorder(&mut self, positions: &[usize]) {
        for written in &mut self.written {
            written.row = positions[written.row as usize - 1] as u64 + 1;
        }
        self.written.sort_unstable_by_key(|w| (w.row, w.column, w.start));
    }

    fn finish(
        mut self,
        prepared: &Prepared,
        unread: Vec<(u64, String)>,
        formula_guarded: u64,
        risk: Option<(TableRisk, TableRisk)>,
    ) -> TableOutcome {
        let plan = &prepared.plan;
        let mut dropped: Vec<u64> = self.suppressed;
        dropped.extend(self.held.iter().map(|h| h.0));
        dropped.extend(unread.iter().map(|u| u.0));
        dropped.sort_unstable();
        self.transformed.records_in += unread.len() as u64;
        let mut quarantined: Vec<(u64, String)> =
            self.held.into_iter().map(|(row, reason)| (row, reason.to_owned())).collect();
        quarantined.extend(unread);
        quarantined.sort_unstable();
        self.transformed.quarantined =
            quarantined.into_iter().map(|(row, reason)| rejected(row, reason)).collect();
        for counts in &self.counts {
            for ((entity, operator), n) in &counts.changes {
                self.transformed.changed(*entity, *operator, *n);
            }
        }
        let quasi = plan.quasi();
        let (risk_before, risk_after) = risk.unzip();
        let mut position = 0;
        let columns = plan
            .columns
            .iter()
            .map(|c| {
                let output_position = c.is_released().then(|| {
                    position += 1;
                    position - 1
                });
                let counts = &self.counts[c.source];
                let in_class = quasi.iter().position(|q| *q == c.source);
                ColumnOutcome {
                    source_position: c.source,
                    output_position,
                    name: c.name.clone(),
                    role: c.role,
                    entity: c.entity,
                    action: c.action.verb().to_owned(),
                    ruled: c.ruled,
                    changed: counts.changed,
                    emptied: counts.emptied,
                    filled: counts.filled,
                    distinct_before: self.before[c.source].len().min(DISTINCT) as u64,
                    distinct_after: self.after[c.source].len().min(DISTINCT) as u64,
                    loss: prepared
                        .solved
                        .as_ref()
                        .zip(in_class)
                        .map(|(s, at)| s.column_loss(at, &self.rows_of_class)),
                }
            })
            .collect();
        TableOutcome {
            transformed: self.transformed,
            columns,
            missing_columns: plan.missing.clone(),
            dropped_rows: dropped,
            duplicate_rows: self.repeats,
            row_is_subject: plan.subject.is_none(),
            model: prepared.solved.as_ref().map(|s| s.outcome.clone()),
            formula_guarded,
            risk_before,
            risk_after,
            written_cells: self.written,
        }
    }
}
