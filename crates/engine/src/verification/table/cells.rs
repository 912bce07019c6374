//! Every released cell swept, with what was found of equal values kept.

use anonymed_core::policy::TimeMode;
use anonymed_core::release::Check;
use anonymed_core::{EntityType, Locator, Place, SubjectId};
use anonymed_table::{ColumnOutcome, StringBatch, WITHHELD};
use rayon::prelude::*;

use super::{Findings, Pass, read_back, released_columns, unreadable};
use crate::EngineError;
use crate::verify::dates::unwritten_dates;
use crate::verify::quiet::{Known, QuietValues};
use crate::verify::residual::{Position, residual};
use crate::verify::{CellUse, ColumnTally, Weight};

/// What is done with each batch of a released table, and whose its rows are, beside the sweep.
type TakeBatch<'a> =
    dyn FnMut(&StringBatch, &[Option<SubjectId>]) -> Result<(), EngineError> + Send + 'a;

impl Pass<'_> {
    /// Sweeps every cell, and hands on every batch.
    pub(super) fn cells(
        &self,
        findings: &mut Findings,
        take: &mut TakeBatch<'_>,
    ) -> Result<(), EngineError> {
        let columns = released_columns(self.outcome);
        let mut tallies = vec![ColumnTally::default(); columns.len()];
        let mut row_number = 0;
        for batch in read_back(self.look, self.output)? {
            let batch = batch.map_err(unreadable)?;
            self.look.cancel.check()?;
            let owners: Vec<Option<SubjectId>> =
                (0..batch.len()).map(|row| self.owner(&batch, row)).collect();
            let sweep = || -> Vec<(Findings, ColumnTally)> {
                let columns = columns.par_iter().enumerate();
                let one = |(position, column): (usize, &&ColumnOutcome)| {
                    self.column(&batch, &owners, row_number, position, column)
                };
                columns.map(one).collect()
            };
            let (parts, taken) = rayon::join(sweep, || take(&batch, &owners));
            taken?;
            for (tally, (found, part)) in tallies.iter_mut().zip(parts) {
                tally.absorb(&part);
                findings.absorb(found);
            }
            row_number += batch.len() as u64;
        }
        for (position, tally) in tallies.iter().enumerate() {
            if let Some(reason) = tally.verdict(&self.look.sweep) {
                let place = Place::Column(position as u32 + 1);
                findings.known.push(Locator::new(self.file, place), None, reason);
            }
        }
        findings.examine(Check::KnownValues, "table_rows", row_number);
        findings.examine(Check::ResidualPatterns, "table_rows", row_number);
        Ok(())
    }

    fn column(
        &self,
        batch: &StringBatch,
        owners: &[Option<SubjectId>],
        first_row: u64,
        position: usize,
        column: &ColumnOutcome,
    ) -> (Findings, ColumnTally) {
        let mut findings = Findings::default();
        let mut tally = ColumnTally::default();
        let used = cell_use(column);
        let mut values = QuietValues::new(used, Some(column.role));
        let mut prose = (0, 0);
        for (row, owner) in owners.iter().copied().enumerate() {
            let value = batch.value(position, row);
            if value.is_empty() {
                continue;
            }
            if let Some(quiet) = values.look(&self.look.sweep, value) {
                if let Known::Quiet(quiet) = quiet {
                    tally.add_quiet(quiet);
                }
                continue;
            }
            let number = first_row + row as u64 + 1;
            let at = || {
                let place = Place::Cell { row: number, column: position as u32 + 1 };
                Locator::new(self.file, place)
            };
            let excused = self.written.get(&(number, position as u32));
            let excused = excused.map_or(&[][..], Vec::as_slice);
            if used == CellUse::Prose {
                let whole = excused.first().is_some_and(|span| *span == (0..value.len()));
                prose = (prose.0 + 1, prose.1 + u64::from(whole && value == WITHHELD));
            }
            let hits = match used {
                // A kept cell that names somebody goes through the text engine; what stands there is ours.
                CellUse::Kept if !excused.is_empty() => {
                    self.look.sweep.field(value, owner, excused)
                }
                CellUse::Kept => tally.add(&self.look.sweep, value, owner),
                CellUse::Prose => self.look.sweep.field(value, owner, excused),
                CellUse::Written => self.look.sweep.cell(value, owner, used),
            };
            let before = findings.total();
            for hit in hits.iter().filter(|h| h.weight == Weight::Certain) {
                findings.known.push(at(), Some(hit.entity), hit.reason);
            }
            if used != CellUse::Written {
                for hit in residual(value, Position::Cell(column.role), excused) {
                    findings.residual.push(at(), Some(hit.entity), hit.reason);
                }
            }
            if used == CellUse::Prose && self.look.policy.time.mode != TimeMode::Keep {
                findings.examine(Check::Dates, "prose_cells", 1);
                for hit in unwritten_dates(value, excused) {
                    findings.dates.push(at(), Some(EntityType::Date), hit.reason);
                }
            }
            if used == CellUse::Prose && findings.total() > before {
                let cell = (self.file, self.output.sheet.clone(), number, column.source_position);
                findings.cells.insert(cell);
            }
        }
        if prose.0 > 0 {
            let column = (self.file, self.output.path.clone(), position as u32 + 1);
            findings.prose.insert(column, prose);
        }
        (findings, tally)
    }
}

/// Whose doing a released cell is.
fn cell_use(column: &ColumnOutcome) -> CellUse {
    match column.action.as_str() {
        "text" => CellUse::Prose,
        "keep" | "generalize" => CellUse::Kept,
        _ => CellUse::Written,
    }
}
