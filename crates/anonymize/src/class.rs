//! What an equivalence class knows of itself: rows, distinct subjects and, per sensitive column,
//! which values occur with how many rows and subjects. It merges, so the same accumulator serves
//! every search, and every privacy model is a function of it.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::population::Population;
use crate::{Counting, FrequencyTable, SubjectCount, SubjectSet};

/// What a person weighs where it is shared among values: a whole number, so that sums do not depend on
/// their order.
const PERSON: u64 = 1 << 20;

/// A class's rows, subjects and sensitive values.
#[derive(Debug, Clone)]
pub struct ClassAccumulator {
    rows: u64,
    subjects: SubjectSet,
    /// People of the population, where the table is beside one.
    population: Option<SubjectSet>,
    /// In the order of the columns it was made for.
    sensitive: Vec<(usize, SensitiveHistogram)>,
}

/// A sensitive column's values in a class.
#[derive(Debug, Clone)]
pub struct SensitiveHistogram {
    counting: Counting,
    /// The codes that occur, in the order they were met.
    codes: Vec<u32>,
    /// By code: rows. It is as long as the column has values, so that nothing is looked up.
    rows: Vec<u64>,
    /// By position in `codes`: the subjects, where people are not rows.
    subjects: Vec<SubjectSet>,
    /// By code: position in `codes`, where people are not rows.
    places: Vec<u32>,
}

impl ClassAccumulator {
    /// An empty class of a table that keeps the histograms of some sensitive columns.
    pub fn new(table: &FrequencyTable, sensitive: &[usize]) -> Self {
        let counting = table.counting();
        let histogram = |column: &usize| {
            let values = table.sensitive().get(*column).map_or(0, |c| c.values);
            (*column, SensitiveHistogram::new(values, counting))
        };
        Self {
            rows: 0,
            subjects: SubjectSet::new(counting),
            population: table.population().map(Population::nobody),
            sensitive: sensitive.iter().map(histogram).collect(),
        }
    }

    /// The whole table as one class, with what is left out of it before anything is searched.
    pub fn of_table(table: &FrequencyTable, sensitive: &[usize]) -> Self {
        let mut all = Self::new(table, sensitive);
        for table in std::iter::once(table).chain(table.left_out()) {
            (0..table.combinations() as u32).for_each(|combination| all.add(table, combination));
        }
        all
    }

    /// Adds a combination of a table.
    pub fn add(&mut self, table: &FrequencyTable, combination: u32) {
        let rows = table.rows(combination);
        self.rows = self.rows.saturating_add(rows);
        if table.counting() == Counting::Rows {
            self.subjects.add_rows(rows);
        } else {
            table.subjects(combination).iter().for_each(|s| self.subjects.insert(*s));
        }
        if let (Some(people), Some(population)) = (&mut self.population, table.population()) {
            population.add(combination, people);
        }
        for (column, histogram) in &mut self.sensitive {
            for entry in table.sensitive_entries(*column, combination) {
                histogram.add(entry.code, entry.rows, entry.subjects);
            }
        }
    }

    /// Adds rows of one subject with the sensitive (column, code) values it has.
    pub fn add_subject(
        &mut self,
        subject: u32,
        rows: u64,
        sensitive: impl Iterator<Item = (usize, u32)>,
    ) {
        self.rows = self.rows.saturating_add(rows);
        self.subjects.insert(subject);
        for (column, code) in sensitive {
            let histogram = self.sensitive.iter_mut().find(|(c, _)| *c == column);
            if let Some((_, histogram)) = histogram {
                histogram.add(code, 1, &[subject]);
            }
        }
    }

    /// Adds all of another class of the same table, made for the same columns.
    pub fn merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.subjects.merge(&other.subjects);
        if let (Some(people), Some(others)) = (&mut self.population, &other.population) {
            people.merge(others);
        }
        for ((_, histogram), (_, from)) in self.sensitive.iter_mut().zip(&other.sensitive) {
            for (place, code) in from.codes.iter().enumerate() {
                histogram.count(*code, from.rows[*code as usize]);
                if let Some(subjects) = from.subjects.get(place) {
                    histogram.of(*code).merge(subjects);
                }
            }
        }
    }

    /// Empties it and keeps the memory.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.subjects.clear();
        self.population.iter_mut().for_each(SubjectSet::clear);
        self.sensitive.iter_mut().for_each(|(_, histogram)| histogram.clear());
    }

    /// Rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Distinct subjects.
    pub fn subjects(&self) -> &SubjectSet {
        &self.subjects
    }

    /// Distinct people of the population whose combinations were added; none where the table is beside no
    /// population.
    pub fn population(&self) -> Option<&SubjectSet> {
        self.population.as_ref()
    }

    /// The histogram of a sensitive column, where it was made for it.
    pub fn histogram(&self, column: usize) -> Option<&SensitiveHistogram> {
        self.sensitive.iter().find(|(c, _)| *c == column).map(|(_, h)| h)
    }
}

impl SensitiveHistogram {
    fn new(values: u32, counting: Counting) -> Self {
        let people = if counting == Counting::Rows { 0 } else { values as usize };
        Self {
            counting,
            codes: Vec::new(),
            rows: vec![0; values as usize],
            subjects: Vec::new(),
            places: vec![u32::MAX; people],
        }
    }

    fn add(&mut self, code: u32, rows: u64, subjects: &[u32]) {
        self.count(code, rows);
        if self.counting != Counting::Rows {
            let set = self.of(code);
            subjects.iter().for_each(|subject| set.insert(*subject));
        }
    }

    fn count(&mut self, code: u32, rows: u64) {
        let counted = &mut self.rows[code as usize];
        if *counted == 0 && rows > 0 {
            self.codes.push(code);
        }
        *counted = counted.saturating_add(rows);
    }

    /// The subjects of a code that was counted.
    fn of(&mut self, code: u32) -> &mut SubjectSet {
        let place = &mut self.places[code as usize];
        if *place == u32::MAX {
            *place = self.subjects.len() as u32;
            self.subjects.push(SubjectSet::new(self.counting));
        }
        &mut self.subjects[*place as usize]
    }

    fn clear(&mut self) {
        for code in self.codes.drain(..) {
            self.rows[code as usize] = 0;
            if let Some(place) = self.places.get_mut(code as usize) {
                *place = u32::MAX;
            }
        }
        self.subjects.clear();
    }

    /// How many distinct values occur.
    pub fn distinct(&self) -> usize {
        self.codes.len()
    }

    /// The values that occur, each with its rows and people.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u64, SubjectCount)> {
        self.codes.iter().map(|code| (*code, self.rows(*code), self.people(*code)))
    }

    /// Rows of a value.
    pub fn rows(&self, code: u32) -> u64 {
        self.rows[code as usize]
    }

    /// People who have a value.
    pub fn people(&self, code: u32) -> SubjectCount {
        match self.places.get(code as usize) {
            None => SubjectCount::Exact(u32::try_from(self.rows(code)).unwrap_or(u32::MAX)),
            Some(place) => {
                self.subjects.get(*place as usize).map_or(SubjectCount::Exact(0), SubjectSet::count)
            }
        }
    }

    /// How much each value weighs, by code: every person weighs the same, shared among the values they
    /// have, so that many visits weigh no more than one.
    pub fn weights(&self) -> Vec<(u32, u64)> {
        let mut weights: Vec<(u32, u64)> = match self.counting {
            Counting::Rows => self.codes.iter().map(|code| (*code, self.rows(*code))).collect(),
            _ => self.shared_weights(),
        };
        weights.sort_unstable();
        weights
    }

    fn shared_weights(&self) -> Vec<(u32, u64)> {
        let mut values_of: HashMap<u32, u32, FixedState> = HashMap::default();
        for subject in self.subjects.iter().flat_map(SubjectSet::iter) {
            *values_of.entry(subject).or_default() += 1;
        }
        let weight = |set: &SubjectSet| -> u64 {
            set.iter().map(|subject| PERSON / u64::from(values_of[&subject])).sum()
        };
        let of = |code: &u32| {
            let set = self.subjects.get(self.places[*code as usize] as usize);
            (*code, set.map_or(0, weight))
        };
        self.codes.iter().map(of).collect()
    }

    /// The most values that can be given to as many different subjects, counted up to `most`: a
    /// maximum matching of values and subjects (Kuhn 1955). A subject with three diagnoses lends
    /// the class one of them, not three.
    pub fn values_by_distinct_subjects(&self, most: usize) -> usize {
        if self.counting == Counting::Rows {
            return self.distinct().min(most);
        }
        // Whoever counts up to `most` can always match a value with that many subjects last.
        let (plenty, few): (Vec<&SubjectSet>, Vec<&SubjectSet>) =
            self.subjects.iter().partition(|v| v.count().at_least() as usize >= most);
        let wanted = most.saturating_sub(plenty.len());
        let mut owner: HashMap<u32, usize> = HashMap::new();
        let mut matched = 0;
        for value in 0..few.len() {
            if matched >= wanted {
                break;
            }
            let mut tried = hashbrown::HashSet::new();
            matched += usize::from(augment(&few, value, &mut owner, &mut tried));
        }
        (matched + plenty.len()).min(most)
    }
}

/// Finds `value` a subject, moving others where they have a choice. Walks iteratively: a chain may
/// be as long as there are values.
fn augment(
    values: &[&SubjectSet],
    value: usize,
    owner: &mut HashMap<u32, usize>,
    tried: &mut hashbrown::HashSet<u32>,
) -> bool {
    // Breadth-first over alternating paths: `came_from[subject]` is the value that asked for it.
    let mut came_from: HashMap<u32, usize> = HashMap::new();
    let mut queue = std::collections::VecDeque::from([value]);
    while let Some(asking) = queue.pop_front() {
        for subject in values[asking].iter() {
            if !tried.insert(subject) {
                continue;
            }
            came_from.insert(subject, asking);
            match owner.get(&subject) {
                Some(holder) => queue.push_back(*holder),
                None => {
                    hand_over(subject, value, &came_from, owner);
                    return true;
                }
            }
        }
    }
    false
}

fn hand_over(
    free: u32,
    start: usize,
    came_from: &HashMap<u32, usize>,
    owner: &mut HashMap<u32, usize>,
) {
    let mut subject = free;
    loop {
        let value = came_from[&subject];
        let previous = owner.iter().find(|(_, v)| **v == value).map(|(s, _)| *s);
        owner.insert(subject, value);
        match previous {
            Some(given_up) if value != start => {
                owner.remove(&given_up);
                subject = given_up;
            }
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(values: &[&[u32]]) -> SensitiveHistogram {
        let mut histogram = SensitiveHistogram::new(values.len() as u32, 8.into());
        for (code, subjects) in values.iter().enumerate() {
            histogram.add(code as u32, subjects.len() as u64, subjects);
        }
        histogram
    }

    #[test]
    fn a_person_weighs_as_much_with_many_values() {
        let check = |values: &[&[u32]], expect: &[u64]| {
            let mut histogram = SensitiveHistogram::new(values.len() as u32, Counting::AllSubjects);
            for (code, subjects) in values.iter().enumerate() {
                histogram.add(code as u32, subjects.len() as u64, subjects);
            }
            let weights: Vec<u64> = histogram.weights().into_iter().map(|w| w.1).collect();
            let expect: Vec<u64> = expect.iter().map(|w| w * PERSON / 12).collect();
            assert!(weights.iter().zip(&expect).all(|(a, b)| a.abs_diff(*b) < 3), "{weights:?}");
        };
        check(&[&[1, 2], &[3]], &[24, 12]);
        check(&[&[1, 2, 2], &[1], &[1]], &[16, 4, 4]);
        let mut rows = SensitiveHistogram::new(2, Counting::Rows);
        rows.add(1, 5, &[]);
        assert_eq!(rows.weights(), [(1, 5)]);
    }

    #[test]
    fn a_subject_lends_one_value() {
        let check = |values: &[&[u32]], most, expect| {
            assert_eq!(histogram(values).values_by_distinct_subjects(most), expect, "{values:?}");
        };
        check(&[], 3, 0);
        check(&[&[1], &[2], &[3]], 3, 3);
        check(&[&[1], &[1], &[1]], 3, 1);
        // Four people with A, one of them with B and C too.
        check(&[&[1, 2, 3, 4], &[4], &[4]], 3, 2);
        // Needs moving: the first value takes 1, the second can only have 1.
        check(&[&[1, 2], &[1]], 2, 2);
        check(&[&[1, 2], &[1, 3], &[1], &[2, 4]], 4, 4);
        check(&[&[1, 2], &[1, 2], &[1, 2]], 3, 2);
        check(&[&[1], &[2], &[3]], 2, 2);
    }
}
