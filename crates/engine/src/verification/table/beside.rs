//! Released rows beside the rows they come from: dates at their own place, and the input texts of
//! cells that are to be blanked.

use std::collections::BTreeSet;
use std::sync::Arc;

use anonymed_core::policy::{RiskScope, TimeMode};
use anonymed_core::release::Check;
use anonymed_core::{EntityType, FileNumber, Locator, ModalityError, Place, Pseudonymizer};
use anonymed_table::{StringBatch, TableOutcome, joint, released};

use super::{Findings, Look, Pass, read_back, staged, unreadable};
use crate::scan::Status;
use crate::staging::{Output, Record};
use crate::verify::consistency::Consistency;
use crate::verify::dates::{PlaceMode, observed_shift, same_place};
use crate::{EngineError, job};

impl Pass<'_> {
    /// Compares each date with the one at its place in the input.
    pub(super) fn dates(
        &self,
        findings: &mut Findings,
        consistency: &mut Consistency,
    ) -> Result<(), EngineError> {
        let moved: Vec<(usize, usize)> = self
            .outcome
            .columns
            .iter()
            .filter(|c| c.action == "shift")
            .filter_map(|c| Some((c.source_position, c.output_position?)))
            .collect();
        let mode = self.look.policy.time.mode;
        let rows_with_codes = self.columns.subject.is_some();
        if (moved.is_empty() && !rows_with_codes) || mode == TimeMode::Keep {
            return Ok(());
        }
        let entry =
            self.look.inventory.file(self.file).ok_or(EngineError::Drift("the inventory"))?;
        let mut walk = Walk {
            pass: self,
            moved,
            mode,
            released: Rows::of(
                read_back(self.look, self.output)?,
                self.look.row_positions(self.file, self.output, self.outcome),
            ),
            row: 0,
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
        let (failure, rows) = (walk.failure.take(), walk.row);
        read.map_err(|source| EngineError::File { file: self.file, source })?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        findings.examine(Check::Dates, "table_rows", rows);
        Ok(())
    }
}

/// Input rows beside released rows.
struct Walk<'a, 'b> {
    pass: &'a Pass<'a>,
    moved: Vec<(usize, usize)>,
    mode: TimeMode,
    released: Rows,
    row: u64,
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
        self.row += 1;
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
        let mode = match (self.mode, owner.and_then(|o| pass.look.shift_of(o))) {
            (TimeMode::Shift, Some(days)) => PlaceMode::Shift(days),
            (TimeMode::Shift, None) => return,
            (TimeMode::Year, _) => PlaceMode::Year,
            (TimeMode::Keep, _) => PlaceMode::Keep,
        };
        for (source, target) in &self.moved {
            let (before, after) = (input.value(*source, row), output.value(*target, at));
            if before.is_empty() || after.is_empty() {
                continue;
            }
            if let Some(hit) = same_place(before, after, mode) {
                self.findings.dates.push(place(*target), Some(EntityType::Date), hit.reason);
            }
            if let (Some(owner), TimeMode::Shift, Some(days)) =
                (owner, self.mode, observed_shift(before, after))
            {
                self.consistency.observe_shift(place(*target), owner, days);
            }
        }
    }
}

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
