//! Small cells of a table are hidden, and as many others as it takes that no hidden one can be worked out from
//! the margins.
//!
//! A table with its margins is a circulation: each margin flows into its row, on to the columns and back to the
//! total. What is shown is fixed; what is hidden is any number from 0 on. Which numbers a hidden cell can have is
//! then how much more, and how much less, can flow through it: exactly, and not only by single rows and columns.
//! Where these are too few, the cheapest circle of cells through it is hidden too.
//!
//! After Cox, *Network models for complementary cell suppression*, JASA 90, 1995, and Kelly, Golden & Assad,
//! *Cell suppression: disclosure protection for sensitive tabular data*, Networks 22, 1992.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A table of counts with its margins. Cells count people, who may be in several groups: margins may then be less
/// than the sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Margined {
    rows: usize,
    columns: usize,
    /// One row after the other, each with its margin; then the columns' margins and the total.
    counts: Vec<u64>,
}

impl Margined {
    /// From `rows + 1` rows of `columns + 1` counts, margins last.
    pub(super) fn new(rows: usize, columns: usize, counts: Vec<u64>) -> Self {
        assert_eq!(counts.len(), (rows + 1) * (columns + 1), "it has a margin for each line");
        Self { rows, columns, counts }
    }
}

/// An arc of the circulation: a cell or a margin, or what lines have more than their margins.
struct Arc {
    from: usize,
    to: usize,
    flow: u64,
    /// The place of the count; none for what is never shown.
    place: Option<usize>,
}

/// Where hidden counts can be moved to.
struct Circulation {
    arcs: Vec<Arc>,
    /// Arcs at each node.
    at: Vec<Vec<usize>>,
    shown: Vec<bool>,
    places: usize,
}

impl Circulation {
    fn new(table: &Margined, hidden: &[bool]) -> Self {
        let (rows, columns) = (table.rows, table.columns);
        let (source, sink, ground) = (rows + columns, rows + columns + 1, rows + columns + 2);
        let width = columns + 1;
        let mut arcs = Vec::new();
        for (place, flow) in table.counts.iter().copied().enumerate() {
            let (row, column) = (place / width, place % width);
            let (from, to) = match (row == rows, column == columns) {
                (false, false) => (row, rows + column),
                (false, true) => (source, row),
                (true, false) => (rows + column, sink),
                (true, true) => (sink, source),
            };
            arcs.push(Arc { from, to, flow, place: Some(place) });
        }
        // What flows in and not out of a line is known to nobody, where it is anything.
        let mut balance = vec![0i128; ground];
        for arc in &arcs {
            balance[arc.to] += i128::from(arc.flow);
            balance[arc.from] -= i128::from(arc.flow);
        }
        for (node, balance) in balance.into_iter().enumerate().filter(|(_, balance)| *balance != 0)
        {
            let (from, to) = if balance > 0 { (node, ground) } else { (ground, node) };
            arcs.push(Arc { from, to, flow: balance.unsigned_abs() as u64, place: None });
        }
        let mut at = vec![Vec::new(); ground + 1];
        for (number, arc) in arcs.iter().enumerate() {
            at[arc.from].push(number);
            at[arc.to].push(number);
        }
        let shown = arcs.iter().map(|arc| arc.place.is_some_and(|place| !hidden[place])).collect();
        Self { arcs, at, shown, places: hidden.len() }
    }

    /// How many numbers a hidden arc can have, up to `enough`.
    fn choices(&self, of: usize, enough: u64) -> u64 {
        let arc = &self.arcs[of];
        let more = self.most(of, (arc.to, arc.from), enough - 1);
        let fewer = self.most(of, (arc.from, arc.to), (enough - 1 - more).min(arc.flow));
        1 + more + fewer
    }

    /// The most that can be moved from one node to another over hidden arcs but one, up to `enough`.
    fn most(&self, without: usize, (from, to): (usize, usize), enough: u64) -> u64 {
        let mut flows: Vec<u64> = self.arcs.iter().map(|arc| arc.flow).collect();
        let mut moved = 0;
        while moved < enough {
            let cost = |number: usize| (number != without && !self.shown[number]).then_some(0);
            let Some(path) = self.cheapest((from, to), &flows, cost) else { break };
            let room = path.iter().filter(|(_, forward)| !forward).map(|(arc, _)| flows[*arc]);
            let step = room.min().unwrap_or(u64::MAX).min(enough - moved);
            for (arc, forward) in path {
                flows[arc] = if forward { flows[arc] + step } else { flows[arc] - step };
            }
            moved += step;
        }
        moved
    }

    /// The arcs of the cheapest way between two nodes, and whether each is gone along.
    fn cheapest(
        &self,
        (from, to): (usize, usize),
        flows: &[u64],
        cost: impl Fn(usize) -> Option<u64>,
    ) -> Option<Vec<(usize, bool)>> {
        let mut best = vec![(u64::MAX, None); self.at.len()];
        let mut next = BinaryHeap::from([Reverse((0u64, from))]);
        best[from].0 = 0;
        while let Some(Reverse((so_far, node))) = next.pop() {
            if node == to {
                break;
            }
            if so_far > best[node].0 {
                continue;
            }
            for number in &self.at[node] {
                let arc = &self.arcs[*number];
                let forward = arc.from == node;
                let Some(cost) = cost(*number).filter(|_| forward || flows[*number] > 0) else {
                    continue;
                };
                let other = if forward { arc.to } else { arc.from };
                let total = so_far.saturating_add(cost);
                if total < best[other].0 {
                    best[other] = (total, Some((*number, forward)));
                    next.push(Reverse((total, other)));
                }
            }
        }
        let mut path = Vec::new();
        let mut node = to;
        while node != from {
            let (number, forward) = best[node].1?;
            path.push((number, forward));
            let arc = &self.arcs[number];
            node = if forward { arc.from } else { arc.to };
        }
        Some(path)
    }

    /// The shown arcs of the cheapest circle through an arc, by what is lost with them.
    fn circle(&self, of: usize) -> Vec<usize> {
        let arc = &self.arcs[of];
        let flows: Vec<u64> = self.arcs.iter().map(|arc| arc.flow).collect();
        let all: u64 = flows.iter().fold(1, |all, flow| all.saturating_add(*flow));
        let is_margin = |number: usize| {
            self.arcs[number].from >= self.at.len() - 3 || self.arcs[number].to >= self.at.len() - 3
        };
        let is_total = |number: usize| self.arcs[number].place == Some(self.places - 1);
        let cost = |number: usize| match (number == of || is_total(number), self.shown[number]) {
            // The total is told elsewhere; without any margin, it leaves a cell room for all of it.
            (true, true) => None,
            (true, false) if number == of => None,
            (_, false) => Some(0),
            // Margins are of more use than cells.
            (_, true) if is_margin(number) => Some(all.saturating_add(self.arcs[number].flow)),
            (_, true) => Some(1 + self.arcs[number].flow),
        };
        let ways = [(arc.to, arc.from), (arc.from, arc.to)];
        let path = ways.into_iter().find_map(|way| {
            self.cheapest(way, &flows, cost)
                .filter(|path| path.iter().any(|(number, _)| self.shown[*number]))
        });
        let path = path.unwrap_or_default().into_iter();
        path.map(|(number, _)| number).filter(|number| self.shown[*number]).collect()
    }
}

/// What a count of 0 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zero {
    /// That there is nobody.
    Says,
    /// Nothing, as the least that there may be.
    SaysNothing,
}

/// Hides more places of a table, until each hidden place can have at least `choices` numbers, or everything but the
/// total is hidden.
pub(super) fn protect(
    table: &Margined,
    mut hidden: Vec<bool>,
    choices: u64,
    zero: Zero,
) -> Vec<bool> {
    let says = |place: usize| zero == Zero::Says || table.counts[place] > 0;
    let mut circulation = Circulation::new(table, &hidden);
    // Hiding gives every other hidden place more room, so that who has room keeps it.
    let mut changed = true;
    while std::mem::take(&mut changed) {
        let mut place = 0;
        while place < hidden.len() {
            let is_open = hidden[place] && says(place);
            let more = match is_open && circulation.choices(place, choices) < choices {
                true => circulation.circle(place),
                false => Vec::new(),
            };
            for number in &more {
                circulation.shown[*number] = false;
                let place = circulation.arcs[*number].place;
                hidden[place.expect("what is shown has a place")] = true;
            }
            changed |= !more.is_empty();
            // The same place again, until it has room or nothing is left to hide.
            place += usize::from(more.is_empty());
        }
    }
    hidden
}

/// How many numbers each hidden place can have, up to `enough`; none for what is shown.
#[cfg(test)]
fn choices(table: &Margined, hidden: &[bool], enough: u64) -> Vec<Option<u64>> {
    let circulation = Circulation::new(table, hidden);
    let place = |place: usize| hidden[place].then(|| circulation.choices(place, enough));
    (0..hidden.len()).map(place).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A table with the margins of its cells.
    fn summed(rows: usize, columns: usize, cells: &[u64]) -> Margined {
        let mut counts = Vec::new();
        for row in cells.chunks(columns) {
            counts.extend(row);
            counts.push(row.iter().sum());
        }
        for column in 0..=columns {
            counts.push((0..rows).map(|row| counts[row * (columns + 1) + column]).sum());
        }
        Margined::new(rows, columns, counts)
    }

    fn small(table: &Margined, least: u64) -> Vec<bool> {
        table.counts.iter().map(|count| *count < least).collect()
    }

    /// Every table of the form whose shown counts are these, with cells up to a limit.
    fn all_tables(table: &Margined, hidden: &[bool], limit: u64) -> Vec<Vec<u64>> {
        let (rows, columns) = (table.rows, table.columns);
        let mut found = Vec::new();
        let mut cells = vec![0u64; rows * columns];
        loop {
            let other = summed(rows, columns, &cells);
            let same = |place: usize| hidden[place] || other.counts[place] == table.counts[place];
            if (0..hidden.len()).all(same) {
                found.push(other.counts);
            }
            let Some(at) = cells.iter().position(|cell| *cell < limit) else { return found };
            cells[at] += 1;
            cells[..at].fill(0);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_hidden_count_is_determined(
            (rows, columns, cells) in (1usize..=2, 1usize..=3).prop_flat_map(|(rows, columns)| {
                (Just(rows), Just(columns), prop::collection::vec(0u64..5, rows * columns))
            }),
            least in 1u64..4,
        ) {
            let table = summed(rows, columns, &cells);
            let hidden = protect(&table, small(&table, least), least, Zero::Says);
            let tables = all_tables(&table, &hidden, 8);
            prop_assert!(!tables.is_empty());
            let counted = choices(&table, &hidden, least);
            for place in (0..hidden.len()).filter(|place| hidden[*place]) {
                let mut seen: Vec<u64> = tables.iter().map(|counts| counts[place]).collect();
                seen.sort_unstable();
                seen.dedup();
                prop_assert!(seen.len() as u64 >= least, "{place}: {seen:?} of {table:?} {hidden:?}");
                prop_assert_eq!(counted[place], Some(least));
            }
        }

        #[test]
        fn the_audit_is_exact(
            cells in prop::collection::vec(0u64..4, 6),
            hidden in prop::collection::vec(any::<bool>(), 12),
        ) {
            let table = summed(2, 3, &cells);
            // The total is shown, so that there are finitely many tables.
            let mut hidden = hidden;
            hidden[11] = false;
            let total = table.counts[11];
            prop_assume!(total <= 6);
            let tables = all_tables(&table, &hidden, total);
            for (place, counted) in choices(&table, &hidden, 100).into_iter().enumerate() {
                let seen = tables.iter().map(|counts| counts[place]);
                let (low, high) = (seen.clone().min().unwrap(), seen.max().unwrap());
                if let Some(counted) = counted {
                    prop_assert_eq!(counted, high - low + 1);
                }
            }
        }
    }

    #[test]
    fn one_small_cell_takes_a_square_with_it() {
        let table = summed(3, 3, &[5, 30, 40, 50, 60, 70, 80, 90, 99]);
        let hidden = protect(&table, small(&table, 11), 11, Zero::Says);
        let places: Vec<usize> = (0..16).filter(|place| hidden[*place]).collect();
        // 5 and 30 of the first row, 50 and 60 of the second: no cheaper square holds the 5.
        assert_eq!(places, [0, 1, 4, 5]);
    }

    #[test]
    fn people_of_several_groups_leave_margins_below_sums() {
        // Two groups of 20 and 5 of 22 people: three are in both.
        let table = Margined::new(1, 2, vec![20, 5, 22, 20, 5, 22]);
        let hidden = protect(&table, small(&table, 11), 11, Zero::Says);
        assert!(hidden[1] && hidden[4]);
    }

    #[test]
    fn at_least_none_says_nothing() {
        let least = summed(2, 2, &[0, 0, 30, 40]);
        let hidden = vec![true, false, false, false, false, false, false, false, false];
        assert_eq!(protect(&least, hidden.clone(), 11, Zero::SaysNothing), hidden);
        assert_ne!(protect(&least, hidden.clone(), 11, Zero::Says), hidden);
    }

    #[test]
    fn nothing_small_hides_nothing() {
        let table = summed(2, 2, &[11, 12, 13, 14]);
        assert_eq!(protect(&table, small(&table, 11), 11, Zero::Says), vec![false; 9]);
        let none = summed(1, 1, &[0]);
        assert_eq!(protect(&none, small(&none, 11), 11, Zero::Says), vec![true; 4]);
    }
}
