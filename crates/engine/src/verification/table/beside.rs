//! Released rows beside the rows they come from: dates at their own place, and the input texts of
//! cells that are to be blanked.

use std::collections::BTreeSet;
use std::sync::Arc;

use anonymed_core::policy::{Generalization, RiskScope, TimeMode};
use anonymed_core::release::Check;
use anonymed_core::{
    Action, EntityType, FileNumber, Locator, ModalityError, Place, Pseudonymizer, SubjectId,
};
use anonymed_table::{ColumnOutcome, StringBatch, TableOutcome, joint, released};

use super::{Findings, Look, Pass, read_back, staged, unreadable};
use crate::scan::Status;
use crate::staging::{Output, Record};
use crate::verify::consistency::Consistency;
use crate::verify::dates::{
    CellDates, Doubts, PlaceMode, holds_date, is_unmoved, observed_shift, same_place,
};
use crate::{EngineError, job};

/// What the run says it did with the dates of a column; what is compared follows from it, whether
/// it is compared does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Treatment {
    /// Dates moved or cut, as `[time]` says.
    Moved,
    /// Nothing that touches a date.
    Left,
    /// Made coarser; to the month where the policy says so.
    Coarser { months: bool },
    /// Something of ours stands in place of every value.
    Replaced,
}

/// A column whose cells are held against those that came in.
struct Compared {
    source: usize,
    target: usize,
    treatment: Treatment,
    doubts: Doubts,
}

impl Compared {
    /// Whether a date stands in a cell for certain, and what is wrong with it; what is in doubt is
    /// kept until the column is known.
    fn look(
        &mut self,
        before: &str,
        after: &str,
        mode: RowMode,
        at: &Locator,
    ) -> (bool, Option<&'static str>) {
        if self.treatment == Treatment::Moved {
            return (holds_date(after), moved_cell(before, after, mode));
        }
        let cell = CellDates::of(after);
        self.doubts.see(&cell);
        if cell.is_empty() {
            return (false, None);
        }
        let hit = other_cell(before, after, &cell, self.treatment, mode);
        match (cell.form, hit) {
            (Some(form), Some(reason)) => {
                self.doubts.push(form, at.clone(), reason);
                (false, None)
            }
            (Some(_), None) => (false, None),
            (None, hit) => (true, hit),
        }
    }
}

/// What a row's dates have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowMode {
    /// Moved by so many days, cut to the year, or left.
    Known(PlaceMode),
    /// Moved by a patient's shift, and the release does not say whose row it is.
    Unsaid,
    /// Nobody's: there is no shift, so there is no date.
    Nobodys,
}

impl Pass<'_> {
    /// Compares each date with what stood at its place in the input, in every released column but
    /// those of prose, whose dates are searched.
    pub(super) fn dates(
        &self,
        findings: &mut Findings,
        consistency: &mut Consistency,
    ) -> Result<(), EngineError> {
        let mode = self.look.policy.time.mode;
        let compared = self.compared();
        if (compared.is_empty() && self.columns.subject.is_none()) || mode == TimeMode::Keep {
            return Ok(());
        }
        let entry =
            self.look.inventory.file(self.file).ok_or(EngineError::Drift("the inventory"))?;
        let mut walk = Walk {
            pass: self,
            compared,
            mode,
            released: Rows::of(
                read_back(self.look, self.output)?,
                self.look.row_positions(self.file, self.output, self.outcome),
            ),
            examined: 0,
            findings,
            consistency,
            failure: None,
        };
        let Status::Recognised(format) = &entry.status else { return Ok(()) };
        let tables = job::tables(self.look.project);
        let read = job::with_document(self.look.project, entry, |document| {
            let parts = tables.parts(document, format)?;
            let part = parts.iter().find(|p| p.sheet == self.output.sheet);
            let part = part.ok_or_else(|| ModalityError::Internal("a part is gone".into()))?;
            tables.read_input_rows(document, format, part, &mut |batch| walk.batch(&batch))
        })?;
        let failure = walk.failure.take();
        let cells = walk.settle();
        read.map_err(|source| EngineError::File { file: self.file, source })?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        findings.examine(Check::Dates, "date_cells", cells);
        Ok(())
    }

    fn compared(&self) -> Vec<Compared> {
        let columns = self.outcome.columns.iter();
        columns
            .filter_map(|column| {
                let treatment = self.treatment(column)?;
                let (source, target) = (column.source_position, column.output_position?);
                Some(Compared { source, target, treatment, doubts: Doubts::default() })
            })
            .collect()
    }

    fn treatment(&self, column: &ColumnOutcome) -> Option<Treatment> {
        let rule = self.columns.rule.and_then(|rule| rule.column(&column.name));
        let to_month = Action::Generalize(Generalization::Month);
        Some(match column.action.as_str() {
            "text" => return None,
            "shift" => Treatment::Moved,
            "pseudonym" | "surrogate" | "encrypt" => Treatment::Replaced,
            "generalize" => {
                Treatment::Coarser { months: rule.is_some_and(|rule| rule.action == to_month) }
            }
            _ => Treatment::Left,
        })
    }

    fn row_mode(&self, mode: TimeMode, owner: Option<SubjectId>) -> RowMode {
        let shift = owner.and_then(|owner| self.look.shift_of(owner));
        let says_whose = self.columns.subject.is_some();
        let has_subject = self.columns.rule.is_some_and(|rule| rule.subject.is_some());
        match (mode, shift) {
            (TimeMode::Shift, Some(days)) => RowMode::Known(PlaceMode::Shift(days)),
            (TimeMode::Shift, None) if has_subject && !says_whose => RowMode::Unsaid,
            (TimeMode::Shift, None) => RowMode::Nobodys,
            (TimeMode::Year, _) => RowMode::Known(PlaceMode::Year),
            (TimeMode::Keep, _) => RowMode::Known(PlaceMode::Keep),
        }
    }
}

/// Input rows beside released rows.
struct Walk<'a, 'b> {
    pass: &'a Pass<'a>,
    compared: Vec<Compared>,
    mode: TimeMode,
    released: Rows,
    /// Cells in which a date stands.
    examined: u64,
    findings: &'b mut Findings,
    consistency: &'b mut Consistency,
    failure: Option<EngineError>,
}

impl Walk<'_, '_> {
    fn batch(&mut self, input: &StringBatch) -> Result<(), ModalityError> {
        for (row, number) in input.rows().iter().enumerate() {
            if self.pass.outcome.dropped_rows.binary_search(number).is_ok() {
                continue;
            }
            match self.released.next() {
                Ok(Some((batch, at, number))) => self.row(input, row, &batch, at, number),
                Ok(None) => {
                    self.failure = Some(EngineError::Integrity(
                        "a released table has fewer rows than were written".into(),
                    ));
                    return Err(ModalityError::Internal("fewer rows".into()));
                }
                Err(e) => {
                    self.failure = Some(unreadable(e));
                    return Err(ModalityError::Internal("unreadable".into()));
                }
            }
        }
        Ok(())
    }

    /// Holds row `row` of the input against row `at` of a batch, the output's `number`th.
    fn row(
        &mut self,
        input: &StringBatch,
        row: usize,
        output: &StringBatch,
        at: usize,
        number: u64,
    ) {
        let pass = self.pass;
        let place = |column: usize| {
            let place = Place::Cell { row: number, column: column as u32 + 1 };
            Locator::new(pass.file, place)
        };
        let owner = pass.owner(output, at);
        if let Some(column) = pass.columns.subject {
            let code = output.value(column, at);
            self.consistency.observe_code(place(column), "table", None, code);
        }
        let mode = pass.row_mode(self.mode, owner);
        for column in &mut self.compared {
            let (before, after) =
                (input.value(column.source, row), output.value(column.target, at));
            if after.is_empty() {
                continue;
            }
            let at = place(column.target);
            let (examined, hit) = column.look(before, after, mode, &at);
            self.examined += u64::from(examined);
            if let Some(reason) = hit {
                self.findings.dates.push(at.clone(), Some(EntityType::Date), reason);
            }
            if let (Treatment::Moved, Some(owner), TimeMode::Shift) =
                (column.treatment, owner, self.mode)
                && let Some(days) = observed_shift(before, after)
            {
                self.consistency.observe_shift(at, owner, days);
            }
        }
    }

    /// Judges the forms in doubt, and counts the cells with a date.
    fn settle(self) -> u64 {
        let mut examined = self.examined;
        for column in self.compared {
            let (hits, cells) = column.doubts.settle();
            self.findings.dates.absorb(hits);
            examined += cells;
        }
        examined
    }
}

/// What is wrong with a cell of a column of dates.
fn moved_cell(before: &str, after: &str, mode: RowMode) -> Option<&'static str> {
    match mode {
        RowMode::Nobodys => holds_date(after).then_some(NOBODYS),
        RowMode::Unsaid => is_unmoved(before, after).then_some(UNMOVED),
        RowMode::Known(_) if before.is_empty() => None,
        RowMode::Known(mode) => same_place(before, after, mode).map(|hit| hit.reason),
    }
}

/// What is wrong with the dates of a cell of any other column.
fn other_cell(
    before: &str,
    after: &str,
    cell: &CellDates,
    treatment: Treatment,
    mode: RowMode,
) -> Option<&'static str> {
    let same = before == after || cell.shares_with(&CellDates::of(before));
    match (treatment, mode) {
        (_, RowMode::Known(PlaceMode::Keep)) => None,
        (Treatment::Replaced, _) => (before == after).then_some(UNMOVED),
        (Treatment::Coarser { months: true }, _) if cell.is_months() => None,
        (Treatment::Coarser { .. }, RowMode::Known(PlaceMode::Year)) => {
            (same || cell.has_day()).then_some("finer-than-year")
        }
        (_, RowMode::Known(PlaceMode::Year)) => Some("finer-than-year"),
        (Treatment::Left, RowMode::Nobodys) => Some(NOBODYS),
        (_, _) => same.then_some(UNMOVED),
    }
}

const UNMOVED: &str = "unshifted-date";
const NOBODYS: &str = "date-of-nobody";

/// Released rows one by one, in the order of the input.
struct Rows {
    batches: released::Released,
    current: Option<(Arc<StringBatch>, usize)>,
    given: usize,
    /// Where each row stands, where rows are released in an order of the table's own.
    positions: Option<Vec<usize>>,
    /// All batches, where rows are not read in the order they stand in.
    kept: Vec<Arc<StringBatch>>,
}

/// A released row: its batch, its place in it, and its number in the output, from 1.
type ReleasedRow = (Arc<StringBatch>, usize, u64);

impl Rows {
    fn of(batches: released::Released, positions: Option<Vec<usize>>) -> Self {
        Self { batches, current: None, given: 0, positions, kept: Vec::new() }
    }

    fn next(&mut self) -> Result<Option<ReleasedRow>, released::ReadBackError> {
        let row = match self.positions.as_ref().map(|p| p.get(self.given).copied()) {
            None => self.next_in_file()?,
            Some(None) => None,
            Some(Some(position)) => self.at(position)?,
        };
        self.given += 1;
        Ok(row)
    }

    fn next_in_file(&mut self) -> Result<Option<ReleasedRow>, released::ReadBackError> {
        loop {
            if let Some((batch, at)) = &mut self.current
                && *at < batch.len()
            {
                *at += 1;
                return Ok(Some((Arc::clone(batch), *at - 1, self.given as u64 + 1)));
            }
            match self.batches.next() {
                None => return Ok(None),
                Some(batch) => self.current = Some((Arc::new(batch?), 0)),
            }
        }
    }

    fn at(&mut self, position: usize) -> Result<Option<ReleasedRow>, released::ReadBackError> {
        if self.kept.is_empty() {
            self.kept = self.batches.by_ref().map(|b| b.map(Arc::new)).collect::<Result<_, _>>()?;
        }
        let mut first = 0;
        for batch in &self.kept {
            if position < first + batch.len() {
                return Ok(Some((Arc::clone(batch), position - first, position as u64 + 1)));
            }
            first += batch.len();
        }
        Ok(None)
    }
}

impl Look<'_> {
    /// Keyed marks of the input texts of prose cells, found by counting the rows that were released.
    pub(in crate::verification) fn marks(
        &self,
        codes: &Pseudonymizer,
        records: &[Record],
        cells: &crate::verification::Cells,
    ) -> Result<BTreeSet<String>, EngineError> {
        let mut marks = BTreeSet::new();
        for record in records {
            for output in staged(record).into_iter().flatten() {
                let Some(outcome) = &output.table else { continue };
                let wanted: BTreeSet<(u64, usize)> = cells
                    .iter()
                    .filter(|(file, sheet, ..)| *file == record.file && *sheet == output.sheet)
                    .map(|(_, _, row, column)| (*row, *column))
                    .collect();
                if !wanted.is_empty() {
                    self.marks_of(codes, record.file, output, outcome, &wanted, &mut marks)?;
                }
            }
        }
        Ok(marks)
    }

    /// Where the rows of a table stand, in the order of the input, where its order is its own.
    fn row_positions(
        &self,
        file: FileNumber,
        output: &Output,
        outcome: &TableOutcome,
    ) -> Option<Vec<usize>> {
        (self.policy.risk.scope == RiskScope::Joint).then(|| {
            let scope = joint::table_scope(file, output.sheet.as_deref());
            joint::row_positions(&self.maker, &scope, outcome.transformed.records_out)
        })
    }

    fn marks_of(
        &self,
        codes: &Pseudonymizer,
        file: FileNumber,
        output: &Output,
        outcome: &TableOutcome,
        wanted: &BTreeSet<(u64, usize)>,
        marks: &mut BTreeSet<String>,
    ) -> Result<(), EngineError> {
        let entry = self.inventory.file(file).ok_or(EngineError::Drift("the inventory"))?;
        let Status::Recognised(format) = &entry.status else { return Ok(()) };
        let tables = job::tables(self.project);
        let positions = self.row_positions(file, output, outcome);
        let mut count = 0;
        job::with_document(self.project, entry, |document| {
            let parts = tables.parts(document, format)?;
            let part = parts.iter().find(|p| p.sheet == output.sheet);
            let part = part.ok_or_else(|| ModalityError::Internal("a part is gone".into()))?;
            tables.read_input_rows(document, format, part, &mut |batch| {
                for (row, number) in batch.rows().iter().enumerate() {
                    if outcome.dropped_rows.binary_search(number).is_ok() {
                        continue;
                    }
                    count += 1;
                    let released = match &positions {
                        None => count as u64,
                        Some(positions) => positions.get(count - 1).map_or(0, |p| *p as u64 + 1),
                    };
                    for (_, column) in wanted.range((released, 0)..=(released, usize::MAX)) {
                        marks.insert(crate::run::cell_mark(codes, batch.value(*column, row)));
                    }
                }
                Ok(())
            })
        })?
        .map_err(|source| EngineError::File { file, source })
    }
}
