//! A sample of people by the hash of who they are, with all their rows: whoever is in it is in it with every
//! row, in whatever order rows come.

use anonymed_core::SplitMix64;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Rows of the people in the sample.
#[derive(Debug)]
pub(super) struct Held {
    width: usize,
    /// Rows held at most.
    most: usize,
    /// The halvings so far: who is held has so many leading zeros.
    halved: u32,
    person: Vec<u64>,
    cells: Vec<u32>,
}

impl Held {
    pub(super) fn new(width: usize, cells: usize, rows: usize) -> Self {
        let most = (cells / width.max(1)).clamp(1, rows);
        Self { width, most, halved: 0, person: Vec::new(), cells: Vec::new() }
    }

    /// Whether somebody was left out.
    pub(super) fn is_drawn(&self) -> bool {
        self.halved > 0
    }

    pub(super) fn add(&mut self, person: u64, cells: &[u64]) {
        if person.leading_zeros() < self.halved {
            return;
        }
        self.person.push(person);
        // The upper half: the lower one chose registers.
        self.cells.extend(cells.iter().map(|cell| (cell >> 32) as u32));
        while self.person.len() > self.most && self.halved < 60 {
            self.halve();
        }
    }

    fn halve(&mut self) {
        self.halved += 1;
        let mut kept = 0;
        for row in 0..self.person.len() {
            if self.person[row].leading_zeros() >= self.halved {
                self.person[kept] = self.person[row];
                let from = row * self.width;
                self.cells.copy_within(from..from + self.width, kept * self.width);
                kept += 1;
            }
        }
        self.person.truncate(kept);
        self.cells.truncate(kept * self.width);
    }

    /// The rows with people numbered from 0.
    pub(super) fn people(&self) -> Rows<'_> {
        let mut numbers: HashMap<u64, u32, FixedState> = HashMap::default();
        let mut first = Vec::new();
        let mut of = Vec::with_capacity(self.person.len());
        for (row, person) in self.person.iter().enumerate() {
            let next = first.len() as u32;
            let number = *numbers.entry(*person).or_insert(next);
            if number == next {
                first.push(row as u32);
            }
            of.push(number);
        }
        // A row of each by chance: a first row may be of another kind than those that follow.
        let mut drawn = first;
        let mut least = vec![u64::MAX; drawn.len()];
        for (row, person) in of.iter().enumerate() {
            let chance = SplitMix64::mixed(row as u64);
            if chance < least[*person as usize] {
                least[*person as usize] = chance;
                drawn[*person as usize] = row as u32;
            }
        }
        Rows { width: self.width, of, drawn, cells: &self.cells }
    }
}

/// Rows of people in numbers.
pub(super) struct Rows<'a> {
    width: usize,
    /// Whose each row is.
    pub(super) of: Vec<u32>,
    /// A row of each person.
    pub(super) drawn: Vec<u32>,
    cells: &'a [u32],
}

impl Rows<'_> {
    pub(super) fn cells(&self, row: usize) -> &[u32] {
        &self.cells[row * self.width..][..self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_held_is_held_with_every_row() {
        let mut held = Held::new(1, 1 << 20, 100);
        for row in 0..3_000u64 {
            held.add(SplitMix64::mixed(row % 500), &[row << 32]);
        }
        let rows = held.people();
        assert!(held.is_drawn() && rows.of.len() <= 100 && rows.drawn.len() > 2);
        let of_each = |person| rows.of.iter().filter(|of| **of == person).count();
        assert!((0..rows.drawn.len() as u32).all(|person| of_each(person) == 6));
        let drawn = rows.drawn.iter().enumerate();
        assert!(drawn.into_iter().all(|(person, row)| rows.of[*row as usize] as usize == person));
        assert_eq!(rows.cells(0).len(), 1);
    }

    #[test]
    fn one_person_with_all_rows_ends() {
        let mut held = Held::new(2, 64, 8);
        (0..1_000).for_each(|_| held.add(u64::MAX, &[1, 2]));
        assert!(held.people().of.is_empty() && held.is_drawn());
    }
}
