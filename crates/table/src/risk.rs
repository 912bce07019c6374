//! Risk before and after, counted from the cells as they come in and as they leave, by the judge
//! that shares no code with the solver.

use anonymed_assess::risk::ALL;
use anonymed_assess::{ClassCounts, RiskInput, SeenNumbers, Shape};
use anonymed_core::{Context, ModalityError};
use arrow::array::StringArray;

use crate::TableOptions;
use crate::batch::{StringBatch, cell};
use crate::deidentify::{OpenRow, Prepared};
use crate::frequency::sort_error;
use crate::outcome::TableRisk;
use crate::sorter::{ClassPair, Room, Sorter};

/// Threshold above which a subject counts as at risk where the policy sets none: 0.09, the value
/// of EMA policy 0070 and Health Canada.
const THRESHOLD: f64 = 0.09;

/// Watches the rows of a table.
pub(crate) struct RiskWatch {
    quasi: Vec<usize>,
    /// Positions of the quasi-identifiers among the released columns.
    released: Vec<usize>,
    has_subject: bool,
    before: Side,
    after: Side,
}

impl RiskWatch {
    pub(crate) fn new(prepared: &Prepared, options: &TableOptions) -> Self {
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
            before: Side::new(shape, options.sorting()),
            after: Side::new(shape, options.sorting()),
            quasi,
            released,
            has_subject,
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
        let mut cells = Vec::with_capacity(self.quasi.len());
        for row in open {
            let subject = self.has_subject.then_some(row.subject);
            cells.clear();
            cells.extend(self.quasi.iter().map(|q| filled(input.value(*q, row.row))));
            self.before.add(&cells, subject)?;
            if row.released {
                cells.clear();
                cells.extend(self.released.iter().map(|c| filled(cell(&output[*c], at))));
                self.after.add(&cells, subject)?;
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
    ) -> Result<Option<(TableRisk, TableRisk)>, ModalityError> {
        if self.quasi.is_empty() {
            return Ok(None);
        }
        let k = prepared.solved.as_ref().and_then(|s| s.outcome.k).unwrap_or(2);
        let threshold = ctx.policy.risk.max_prosecutor.unwrap_or(THRESHOLD);
        let judge = |side: Side| -> Result<TableRisk, ModalityError> {
            let classes = &side.finish()?;
            let input = RiskInput { classes: classes.into(), population: None, threshold };
            Ok(TableRisk {
                classes: classes.report(u64::from(k)),
                risks: ALL.iter().map(|m| m.assess(&input)).collect(),
            })
        };
        Ok(Some((judge(self.before)?, judge(self.after)?)))
    }
}

/// The classes of the rows on one side, in numbers once they are sorted.
struct Side {
    counts: ClassCounts,
    pairs: Sorter<2>,
    subjects: SeenNumbers,
}

impl Side {
    fn new(shape: Shape, room: Room) -> Self {
        Self {
            counts: ClassCounts::new(shape),
            pairs: Sorter::new(room),
            subjects: SeenNumbers::default(),
        }
    }

    fn add(&mut self, cells: &[Option<&str>], subject: Option<u32>) -> Result<(), ModalityError> {
        if let Some(subject) = subject {
            self.subjects.see(subject);
        }
        match self.counts.row(cells, subject.is_some()) {
            Some(class) => {
                self.pairs.push(ClassPair::subject(class, subject).0).map_err(sort_error)
            }
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<ClassCounts, ModalityError> {
        let sorted = self.pairs.finish().map_err(sort_error)?;
        let pairs = sorted.map(|pair| pair.map(|pair| ClassPair(pair).into_subject()));
        self.counts.count(pairs, self.subjects.distinct()).map_err(sort_error)?;
        Ok(self.counts)
    }
}

fn filled(value: &str) -> Option<&str> {
    (!value.is_empty()).then_some(value)
}
