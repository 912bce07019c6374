//! Combinations in pieces: people who agree in every quasi-identifier and may still fall into different
//! classes. A piece is a combination of its own with the codes of the others, so that models, classes
//! and labels know nothing of it.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::{AnonymizeError, FrequencyBuilder, FrequencyTable};

/// Which piece each person of a combination is in.
#[derive(Debug, Default)]
pub struct Pieces {
    /// By combination and subject, those who have a piece of their own.
    alone: HashMap<(u32, u32), u32, FixedState>,
    /// By combination, the piece of the others.
    together: HashMap<u32, u32, FixedState>,
}

impl Pieces {
    /// The piece of a subject's rows of a combination; none where there are no such rows.
    pub fn of(&self, combination: u32, subject: u32) -> Option<u32> {
        let alone = self.alone.get(&(combination, subject));
        alone.or_else(|| self.together.get(&combination)).copied()
    }
}

/// Makes a [`FrequencyTable`] of pieces from one of combinations, whose rows are told again.
#[derive(Debug)]
pub struct PieceBuilder<'t> {
    table: &'t FrequencyTable,
    builder: FrequencyBuilder,
    pieces: Pieces,
    /// Of each combination, people with a piece of their own.
    people: Vec<u32>,
    most: u32,
}

impl<'t> PieceBuilder<'t> {
    /// A table of pieces: the first `most` people of every combination have one of their own, and the
    /// others are one together.
    ///
    /// # Errors
    ///
    /// As [`FrequencyBuilder::new`].
    pub fn new(table: &'t FrequencyTable, most: u32) -> Result<Self, AnonymizeError> {
        let (columns, sensitive) = (table.columns().to_vec(), table.sensitive().to_vec());
        Ok(Self {
            builder: FrequencyBuilder::new(columns, sensitive, table.counting())?,
            pieces: Pieces::default(),
            people: vec![0; table.combinations()],
            table,
            most,
        })
    }

    /// Adds rows of a combination and a subject, and gives their piece. Where people are rows, each row is a
    /// subject. `sensitive` lists (column, code, rows).
    ///
    /// # Errors
    ///
    /// Too many pieces, or a combination or sensitive value that the table does not have.
    pub fn add(
        &mut self,
        combination: u32,
        subject: u32,
        rows: u64,
        sensitive: &[(usize, u32, u64)],
    ) -> Result<u32, AnonymizeError> {
        let described = self.table.sensitive();
        let fits = (combination as usize) < self.people.len()
            && sensitive
                .iter()
                .all(|(s, code, _)| described.get(*s).is_some_and(|c| *code < c.values));
        if !fits {
            return Err(AnonymizeError::CodesDoNotFit { combination: u64::from(combination) });
        }
        let piece = match self.pieces.of(combination, subject) {
            Some(piece) => piece,
            None => self.open(combination, subject)?,
        };
        self.builder.count(piece, rows, &[subject], sensitive);
        Ok(piece)
    }

    fn open(&mut self, combination: u32, subject: u32) -> Result<u32, AnonymizeError> {
        let columns = 0..self.table.columns().len();
        let codes: Vec<u32> = columns.map(|column| self.table.code(combination, column)).collect();
        let piece = self.builder.push_new(&codes)?;
        let people = &mut self.people[combination as usize];
        if *people < self.most {
            *people += 1;
            self.pieces.alone.insert((combination, subject), piece);
        } else {
            self.pieces.together.insert(combination, piece);
        }
        Ok(piece)
    }

    /// The table of pieces, and who is in which.
    pub fn finish(self) -> (FrequencyTable, Pieces) {
        (self.builder.finish(), self.pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Counting, QuasiColumn, SensitiveColumn, SubjectCount};

    fn combinations(counting: Counting, rows: &[(u32, u32, u32)]) -> FrequencyTable {
        let values = ["a", "b"].map(|v| Some(v.to_owned())).to_vec();
        let columns = vec![QuasiColumn::categorical("ward", values).unwrap()];
        let dx = vec![SensitiveColumn { name: "dx".into(), values: 3 }];
        let mut builder = FrequencyBuilder::new(columns, dx, counting).unwrap();
        for (ward, subject, dx) in rows {
            builder.add(&[*ward], 1, &[*subject], &[(0, *dx, 1)]).unwrap();
        }
        builder.finish()
    }

    #[test]
    fn the_first_people_of_a_combination_stand_alone() {
        let rows = [(1, 7, 0), (1, 7, 1), (1, 8, 0), (0, 7, 2), (1, 9, 1), (1, 4, 1), (1, 4, 2)];
        for (counting, people) in [(Counting::AllSubjects, 2), (Counting::Rows, 3)] {
            let table = combinations(counting, &rows);
            let mut builder = PieceBuilder::new(&table, 2).unwrap();
            let add = |(ward, subject, dx): &(u32, u32, u32)| {
                // The second ward was met first.
                builder.add(1 - ward, *subject, 1, &[(0, *dx, 1)]).unwrap()
            };
            assert_eq!(rows.iter().map(add).collect::<Vec<_>>(), [0, 0, 1, 2, 3, 3, 3]);
            let (whole, pieces) = builder.finish();
            assert_eq!(whole.combinations(), 4);
            assert_eq!([0, 1, 2, 3].map(|n| whole.code(n, 0)), [1, 1, 0, 1]);
            assert_eq!([0, 1, 2, 3].map(|n| whole.rows(n)), [2, 1, 1, 3]);
            assert_eq!(whole.distinct_subjects(3..4), SubjectCount::Exact(people));
            assert_eq!(whole.people_by_value(0), table.people_by_value(0));
            let of = [(0, 7), (0, 8), (0, 9), (0, 4), (1, 7), (1, 8)];
            let expect = [Some(0), Some(1), Some(3), Some(3), Some(2), None];
            assert_eq!(of.map(|(combination, subject)| pieces.of(combination, subject)), expect);
        }
    }

    #[test]
    fn what_the_table_does_not_have_is_refused() {
        let table = combinations(Counting::Rows, &[(0, 1, 1)]);
        let mut builder = PieceBuilder::new(&table, 2).unwrap();
        assert!(builder.add(1, 1, 1, &[]).is_err());
        assert!(builder.add(0, 1, 1, &[(0, 3, 1)]).is_err());
        assert!(builder.add(0, 1, 1, &[(1, 0, 1)]).is_err());
        assert_eq!(builder.finish().0.combinations(), 0);
    }
}
