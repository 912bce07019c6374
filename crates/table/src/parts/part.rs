//! One part: counted, solved, and told of by the class of each of its rows.

use std::path::Path;
use std::sync::Arc;

use anonymed_anonymize::{Counting, FrequencyTable, RecodedColumn, SUPPRESSED};
use anonymed_core::ModalityError;

use crate::class_people::people;
use crate::counting::{self, Coded, Counts};
use crate::frequency::{CodeLog, unfit};
use crate::lookup::Lookup;
use crate::row_numbers::{RowNumbers, StoredNumbers};
use crate::solver::Asked;

/// What is the same for every part.
pub(super) struct Parting<'a> {
    pub(super) coded: &'a Coded,
    pub(super) asked: &'a Asked<'a>,
    /// The sensitive values of the whole table.
    pub(super) whole: Arc<FrequencyTable>,
    pub(super) folder: &'a Path,
}

/// What is left of a part.
pub(super) struct PartSolved {
    /// The class of each row in the part's order, numbered within the part.
    pub(super) class_of_row: StoredNumbers,
    pub(super) columns: Vec<RecodedColumn>,
    /// Rows of each class, and people as far as they are told apart.
    pub(super) sizes: Vec<(u64, u64)>,
    pub(super) rows: u64,
    pub(super) suppressed_rows: u64,
    /// Of suppressed combinations the people that are kept, and whether they are all there are.
    pub(super) suppressed: (Vec<u32>, bool),
    /// The same of all combinations.
    pub(super) people: (Vec<u32>, bool),
    /// Global certainty penalty.
    pub(super) gcp: f64,
}

impl Parting<'_> {
    /// Counts and solves a part.
    pub(super) fn solve(&self, log: &CodeLog) -> Result<PartSolved, ModalityError> {
        let (coded, asked) = (self.coded, self.asked);
        let how = (asked.grouping(), asked.counting);
        let Counts::Whole(table, None) =
            counting::count((coded, log), how, None, asked.ctx.cancel)?
        else {
            return Err(ModalityError::Internal("a part is not counted as one table".into()));
        };
        let table = match asked.counting {
            Counting::Rows => table.with_whole(self.whole.clone()),
            // No model that compares with the whole is asked of people who have several rows.
            _ => *table,
        };
        let problem = asked.problem(&table, &coded.texts())?;
        let solution = asked.solution(&problem, coded)?;
        drop(problem);
        let mut rows_of = vec![0; solution.classes as usize];
        let (mut suppressed, mut everybody) = ((Vec::new(), true), (Vec::new(), true));
        let most = asked.counting.limit() as usize;
        let see = |(people, is_all): &mut (Vec<u32>, bool), own: &[u32]| {
            people.extend_from_slice(own);
            *is_all &= own.len() < most;
        };
        for (combination, class) in (0u32..).zip(solution.recoding.class_numbers()) {
            let own = table.subjects(combination);
            see(&mut everybody, own);
            if *class == SUPPRESSED {
                see(&mut suppressed, own);
            } else {
                rows_of[*class as usize] += table.rows(combination);
            }
        }
        for people in [&mut suppressed.0, &mut everybody.0] {
            people.sort_unstable();
            people.dedup();
        }
        let limit = u64::from(asked.counting.limit());
        let people = people(&table, &solution.recoding).into_iter();
        let sizes = rows_of.into_iter().zip(people.map(|people| match asked.counting {
            Counting::Rows => people,
            _ => people.min(limit),
        }));
        let (rows, sizes) = (table.total_rows(), sizes.collect());
        let (class_of, columns) = solution.recoding.into_parts();
        Ok(PartSolved {
            class_of_row: self.classes(log, &Lookup::new(table), &class_of)?,
            columns,
            sizes,
            rows,
            suppressed_rows: solution.suppressed_rows,
            suppressed,
            people: everybody,
            gcp: solution.gcp,
        })
    }

    /// The class of each row.
    fn classes(
        &self,
        log: &CodeLog,
        lookup: &Lookup,
        class_of: &[u32],
    ) -> Result<StoredNumbers, ModalityError> {
        let quasi = self.coded.encoded.len();
        let mut classes = RowNumbers::new(self.folder)?;
        let mut codes = Vec::with_capacity(quasi);
        log.blocks(&mut |block| {
            self.asked.ctx.cancel.check()?;
            for row in 0..block.first().map_or(0, Vec::len) {
                codes.clear();
                for (column, finals) in block.iter().zip(&self.coded.finals).take(quasi) {
                    codes.push(*finals.get(column[row] as usize).ok_or_else(unfit)?);
                }
                let combination = lookup.find(&codes).ok_or_else(unfit)?;
                classes.push(class_of[combination as usize])?;
            }
            Ok(())
        })?;
        classes.finish()
    }
}
