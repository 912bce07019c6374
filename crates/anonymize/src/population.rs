//! The population that a table is drawn from: how many of its people have each combination of the
//! quasi-identifiers. Combinations that only the population has are in the table with no rows, so that
//! every recoding says which class they fall into.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::coded_rows::check_rows;
use crate::keys::Keys;
use crate::subjects::{SubjectLists, SubjectLog};
use crate::{AnonymizeError, CodedRows, Counting, FrequencyTable, SubjectCount, SubjectSet};

/// People of a population by combination.
#[derive(Debug)]
pub(crate) struct Population {
    rows: Vec<u64>,
    subjects: SubjectLists,
    counting: Counting,
}

impl Population {
    /// An empty set of the population's people.
    pub(crate) fn nobody(&self) -> SubjectSet {
        SubjectSet::new(self.counting)
    }

    /// Adds the people of a combination to a set.
    pub(crate) fn add(&self, combination: u32, people: &mut SubjectSet) {
        match self.counting {
            Counting::Rows => people.add_rows(self.rows[combination as usize]),
            _ => self.subjects.of(combination).iter().for_each(|subject| people.insert(*subject)),
        }
    }

    /// Whether nobody has a combination.
    fn is_without(&self, combination: u32) -> bool {
        self.rows[combination as usize] == 0
    }

    /// Whether all people are told apart.
    pub(crate) fn is_exact(&self) -> bool {
        self.counting.is_exact()
    }
}

impl FrequencyTable {
    /// The table beside its population: rows in codes of the same columns, without sensitive ones. People
    /// of the population are told apart as `counting` says, whatever the table's own way is.
    ///
    /// # Errors
    ///
    /// Codes that do not fit the columns, or too many combinations.
    pub fn with_population(
        mut self,
        people: &CodedRows<'_>,
        counting: Counting,
    ) -> Result<Self, AnonymizeError> {
        check_rows(self.columns(), &[], counting, people)?;
        let code = |column: usize, row: usize| {
            people.finals[column][people.quasi[column].at(row) as usize]
        };
        let mut keys = Keys::new(people.rows);
        for (column, described) in self.columns().iter().enumerate() {
            keys.add(described.values().len(), |keys, width| {
                let rows = keys.iter_mut().enumerate();
                rows.for_each(|(row, key)| *key = *key << width | u64::from(code(column, row)));
            });
        }
        let numbered = keys.numbered();
        drop(keys);
        let width = self.columns().len();
        let codes_of = |table: &Self, n: u32| (0..width).map(|c| table.code(n, c)).collect();
        let mut known: HashMap<Box<[u32]>, u32, FixedState> =
            (0..self.combinations() as u32).map(|n| (codes_of(&self, n), n)).collect();
        let mut combination_of = Vec::with_capacity(numbered.first.len());
        for row in &numbered.first {
            let codes: Box<[u32]> = (0..width).map(|column| code(column, *row as usize)).collect();
            let combination = match known.get(&codes) {
                Some(combination) => *combination,
                None => self.push_without_rows(&codes)?,
            };
            known.insert(codes, combination);
            combination_of.push(combination);
        }
        let mut rows = vec![0u64; self.combinations()];
        let mut log = SubjectLog::new(counting.limit());
        let subjects = people.subjects.filter(|_| counting != Counting::Rows);
        for (row, number) in numbered.of.iter().enumerate() {
            let combination = combination_of[*number as usize];
            rows[combination as usize] += 1;
            if let Some(subjects) = subjects {
                log.push(combination, &[subjects.at(row) as u32]);
            }
        }
        let subjects = log.finish(self.combinations());
        self.set_population(Population { rows, subjects, counting });
        Ok(self)
    }
}

impl FrequencyTable {
    /// People of the table with a combination that nobody of its population has; none where it is beside no
    /// population. They are in no population that its models speak of.
    pub fn people_beside_population(&self) -> Option<SubjectCount> {
        let population = self.population()?;
        let all = 0..self.combinations() as u32;
        Some(self.distinct_subjects(all.filter(|combination| population.is_without(*combination))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClassAccumulator, Narrow, QuasiColumn};

    #[test]
    fn people_of_the_population_are_counted_beside_the_table_s() {
        let ages = ["30", "40", "50"].map(|age| Some(age.to_owned())).to_vec();
        let columns = vec![QuasiColumn::numeric("age", ages).unwrap()];
        let list = |codes: &[u64]| codes.iter().copied().collect::<Narrow>();
        let (own, all, who) =
            (list(&[1, 0, 1]), list(&[0, 1, 1, 2, 2, 2]), list(&[5, 6, 6, 7, 8, 5]));
        let finals: &[u32] = &[0, 1, 2];
        let rows =
            CodedRows { quasi: vec![&own], finals: vec![finals], rows: 3, ..CodedRows::default() };
        let people = CodedRows {
            quasi: vec![&all],
            finals: vec![finals],
            subjects: Some(&who),
            rows: 6,
            ..CodedRows::default()
        };
        let (table, _) =
            FrequencyTable::of_rows(columns.clone(), vec![], Counting::Rows, &rows).unwrap();
        assert_eq!(table.people_beside_population(), None);
        // Of thirty years there is somebody, and of forty two people of the table alone.
        let young = list(&[0]);
        let few = CodedRows {
            quasi: vec![&young],
            finals: vec![finals],
            rows: 1,
            ..CodedRows::default()
        };
        let table = table.with_population(&few, Counting::Rows).unwrap();
        assert_eq!(table.people_beside_population(), Some(SubjectCount::Exact(2)));
        for (counting, expect) in [(Counting::Rows, [1, 2, 3]), (Counting::AllSubjects, [1, 1, 3])]
        {
            let (table, _) =
                FrequencyTable::of_rows(columns.clone(), vec![], Counting::Rows, &rows).unwrap();
            let table = table.with_population(&people, counting).unwrap();
            assert_eq!((table.combinations(), table.total_rows()), (3, 3));
            let count = |combinations: &[u32]| {
                let mut class = ClassAccumulator::new(&table, &[]);
                combinations.iter().for_each(|c| class.add(&table, *c));
                class.population().unwrap().count()
            };
            // Numbered as they are met: 40, 30, and 50 without a row.
            let found = [1, 0, 2].map(|combination| count(&[combination]));
            assert_eq!(found, expect.map(SubjectCount::Exact));
            assert_eq!(table.rows(2), 0);
            assert_eq!(table.people_beside_population(), Some(SubjectCount::Exact(0)));
            let everybody = if counting == Counting::Rows { 6 } else { 4 };
            assert_eq!(count(&[0, 1, 2]), SubjectCount::Exact(everybody));
        }
    }
}
