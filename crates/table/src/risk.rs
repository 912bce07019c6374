//! Risk before and after, counted from the cells as they come in and as they leave, by the judge
//! that shares no code with the solver.

use anonymed_assess::risk::ALL;
use anonymed_assess::{AssessError, ClassIndex, RiskInput, Shape};
use anonymed_core::{Context, ModalityError};
use arrow::array::StringArray;

use crate::batch::{StringBatch, cell};
use crate::deidentify::{OpenRow, Prepared};
use crate::outcome::TableRisk;

/// Threshold above which a subject counts as at risk where the policy sets none: 0.09, the value
/// of EMA policy 0070 and Health Canada.
const THRESHOLD: f64 = 0.09;

/// Watches the rows of a table.
pub(crate) struct RiskWatch {
    quasi: Vec<usize>,
    /// Positions of the quasi-identifiers among the released columns.
    released: Vec<usize>,
    has_subject: bool,
    before: ClassIndex,
    after: ClassIndex,
}

impl RiskWatch {
    pub(crate) fn new(prepared: &Prepared) -> Self {
        let plan = &prepared.plan;
        let quasi = plan.quasi();
        let all = plan.released();
        let released =
            quasi.iter().filter_map(|q| all.iter().position(|r| r == q)).collect::<Vec<_>>();
        let has_subject = plan.subject.is_some();
        let shape = if has_subject {
            Shape::with_subject(quasi.len(), 0)
        } else {
            Shape::by_rows(quasi.len(), 0)
        };
        Self {
            quasi,
            released,
            has_subject,
            before: ClassIndex::new(shape),
            after: ClassIndex::new(shape),
        }
    }

    /// Takes a batch: the rows as they came in, and the released columns.
    pub(crate) fn see(
        &mut self,
        input: &StringBatch,
        open: &[OpenRow],
        output: &[StringArray],
    ) -> Result<(), ModalityError> {
        if self.quasi.is_empty() {
            return Ok(());
        }
        let mut at = 0;
        for row in open {
            let subject = row.subject.to_string();
            let subject = self.has_subject.then_some(subject.as_str());
            let cells: Vec<Option<&str>> =
                self.quasi.iter().map(|q| filled(input.value(*q, row.row))).collect();
            self.before.add(&cells, subject, &[]).map_err(|e| error(&e))?;
            if row.released {
                let cells: Vec<Option<&str>> =
                    self.released.iter().map(|c| filled(cell(&output[*c], at))).collect();
                self.after.add(&cells, subject, &[]).map_err(|e| error(&e))?;
                at += 1;
            }
        }
        Ok(())
    }

    /// The risks before and after; none where no column is a quasi-identifier.
    pub(crate) fn finish(
        self,
        prepared: &Prepared,
        ctx: &Context<'_>,
    ) -> Option<(TableRisk, TableRisk)> {
        if self.quasi.is_empty() {
            return None;
        }
        let k = prepared.solved.as_ref().and_then(|s| s.outcome.k).unwrap_or(2);
        let threshold = ctx.policy.risk.max_prosecutor.unwrap_or(THRESHOLD);
        let judge = |classes: &ClassIndex| TableRisk {
            classes: classes.report(u64::from(k)),
            risks: ALL
                .iter()
                .map(|m| m.assess(&RiskInput { classes, population: None, threshold }))
                .collect(),
        };
        Some((judge(&self.before), judge(&self.after)))
    }
}

fn filled(value: &str) -> Option<&str> {
    (!value.is_empty()).then_some(value)
}

fn error(error: &AssessError) -> ModalityError {
    ModalityError::Internal(error.to_string())
}
