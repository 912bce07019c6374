//! What was done with a table, from how it was solved.

use anonymed_anonymize::SUPPRESSED;
use anonymed_core::AttributeRole;

use super::coded::{Bound, CodedTable};
use super::solve::Solved;
use super::{LeftOut, SingleOutcome};

impl Solved {
    /// The sensitive cells of rows that are in no class, or left out before.
    fn left_out(&self, table: &CodedTable, bound: &Bound) -> LeftOut {
        let sensitive = bound.of_role(AttributeRole::Sensitive);
        let out = (0..self.class_of_row.len()).filter(|row| self.class_of_row[*row] == SUPPRESSED);
        let unstated = table.unstated.iter();
        let unstated = unstated.flat_map(|rows| (0..rows.rows).map(|row| (rows.as_ref(), row)));
        let out: Vec<(&CodedTable, usize)> = out.map(|row| (table, row)).chain(unstated).collect();
        if sensitive.is_empty() || out.is_empty() {
            return LeftOut::default();
        }
        let stated = |at: &usize, text: &str| {
            let blank = bound.released[*at].is_blank(text);
            if blank { String::new() } else { text.to_owned() }
        };
        let texts = |at: &usize| {
            table.columns[*at].texts.texts().into_iter().map(|text| stated(at, text)).collect()
        };
        let codes = |(of, row): &(&CodedTable, usize)| {
            sensitive.iter().map(|at| of.columns[*at].codes.at(*row) as u32).collect()
        };
        let subject = |(of, row): &(&CodedTable, usize)| {
            of.subjects.as_ref().map(|column| column.codes.at(*row) as u32)
        };
        LeftOut {
            names: sensitive.iter().map(|at| bound.released[*at].name.clone()).collect(),
            subjects: out.iter().map(subject).collect(),
            texts: sensitive.iter().map(texts).collect(),
            rows: out.iter().map(codes).collect(),
        }
    }

    /// The row that each released one was made from, among those that were read.
    pub(super) fn raw_rows(&self, table: &CodedTable) -> Vec<u32> {
        let rows = (0u32..).zip(&self.class_of_row);
        let released = rows.filter(|(_, class)| **class != SUPPRESSED);
        released.map(|(row, _)| table.read_as(row)).collect()
    }

    pub(super) fn outcome(
        self,
        table: &CodedTable,
        bound: &Bound,
        order: Option<Vec<u32>>,
    ) -> SingleOutcome {
        let kept = |class: &u32| *class != SUPPRESSED;
        let subjects = table.subjects.as_ref().map(|column| match &order {
            Some(order) => order.iter().map(|row| column.codes.at(*row as usize) as u32).collect(),
            None => {
                let rows = self.class_of_row.iter().zip(column.codes.iter());
                rows.filter(|(class, _)| kept(class)).map(|(_, subject)| subject as u32).collect()
            }
        });
        SingleOutcome {
            rows: (table.read + table.rejected.len()) as u64,
            sampled: table.sampled,
            unstated: table.unstated.as_ref().map_or(0, |rows| rows.rows as u64),
            nameless: table.nameless,
            held: table.held,
            rewritten: Vec::new(),
            owners: Vec::new(),
            conditions_hold: self.conditions_hold,
            cells_hold: self.cells_hold,
            left_out: self.left_out(table, bound),
            rejected: table.rejected.clone(),
            released: self.class_of_row.iter().filter(|class| kept(class)).count() as u64,
            combinations: self.combinations,
            levels: self.levels,
            classes: self.classes,
            smallest_class_rows: self.smallest_class_rows,
            smallest_class_subjects: self.smallest_class_subjects,
            suppressed_rows: self.suppressed_rows,
            suppressed_subjects: self.suppressed_subjects,
            within_suppression_limit: self.within_suppression_limit,
            loss: self.loss,
            gcp: self.gcp,
            granularity: self.granularity,
            proof: self.proof,
            subjects,
            built: self.built,
            strangers: self.strangers,
            raw_rows: None,
            sensitive: None,
            own_value: None,
        }
    }
}
