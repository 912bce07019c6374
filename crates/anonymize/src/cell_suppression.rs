//! Cell suppression: combinations that no class could take are put together into further classes, in which a
//! column keeps the label that all members have, and is `*` where they differ.
//!
//! Local suppression is of Willenborg & de Waal (*Statistical disclosure control in practice*, 1996) and
//! μ-Argus. Here sets of columns are given up in the order of what their detail is worth, those that are worth
//! the same by the rows that they place; what agrees in all other columns and satisfies the models is a
//! class. It is greedy: nothing is proven of what is left.

use hashbrown::HashMap;

use crate::keys::Keys;
use crate::known::{sets, sets_of_size};
use crate::levels::Levels;
use crate::recoding::{ClassMembers, RecodedColumn, SUPPRESSED};
use crate::search::Found;
use crate::{
    AnonymizeError, ClassAccumulator, Counting, FrequencyTable, Problem, Recoding, Solution,
};

/// What a cell says that is suppressed.
const STAR: &str = "*";

/// Combinations that are looked at, over all sets of columns.
const MOST_LOOKS: usize = 1 << 27;

impl Problem<'_> {
    /// Puts what a solution leaves out into classes with suppressed cells, as far as they satisfy the models.
    /// `most` has for each column the highest share of the released rows that may be `*` in it.
    ///
    /// Labels are those of the solution's levels, and values as they are where it has none.
    ///
    /// # Errors
    ///
    /// [`AnonymizeError::Cancelled`].
    pub fn with_cells(&self, solution: Solution, most: &[f64]) -> Result<Solution, AnonymizeError> {
        let table = self.table();
        let left: Vec<u32> = (0..table.combinations() as u32)
            .filter(|c| table.rows(*c) > 0 && solution.recoding.class_of(*c).is_none())
            .collect();
        if left.is_empty() {
            return Ok(solution);
        }
        let Solution { recoding, levels, .. } = solution.clone();
        let labels = Labels::of(table, &recoding, levels.as_deref(), &left);
        let mut cells = Cells::new(self, &recoding, &labels, most);
        let mut left: Vec<u32> = (0..left.len() as u32).collect();
        for tier in cells.tiers(&left) {
            self.check_cancelled()?;
            let mut sets: Vec<(u64, Vec<usize>)> =
                tier.into_iter().map(|set| (cells.placeable(&left, &set), set)).collect();
            // Of equally many the first set: sorting is stable.
            sets.sort_by_key(|(rows, _)| std::cmp::Reverse(*rows));
            for (_, set) in sets.iter().filter(|(rows, _)| *rows > 0) {
                cells.place(&mut left, set);
            }
            if left.is_empty() {
                break;
            }
        }
        let made = cells.made;
        // What is proven is of whole rows.
        let proof = solution.proof.filter(|_| made.is_empty());
        let recoding = labels.recoding(recoding, &made);
        Ok(self.judge_classes(Found { recoding, levels, proof }))
    }
}

/// The labels of what is left out, before cells are suppressed.
struct Labels {
    combinations: Vec<u32>,
    /// By column, by place among them: the number of the label among the column's own.
    of: Vec<Vec<u32>>,
    columns: Vec<RecodedColumn>,
    /// The number of `*` by column.
    star: Vec<u32>,
}

/// A class to be: its members by their place, and which columns are `*` in it.
struct Made {
    members: Vec<u32>,
    stars: Vec<bool>,
}

impl Labels {
    fn of(
        table: &FrequencyTable,
        recoding: &Recoding,
        levels: Option<&[u8]>,
        combinations: &[u32],
    ) -> Self {
        let scales = levels.map(|node| (Levels::all(table), node));
        let mut of = Vec::new();
        let mut columns = recoding.columns().to_vec();
        for (at, column) in columns.iter_mut().enumerate() {
            let codes = combinations.iter().map(|combination| table.code(*combination, at));
            of.push(match &scales {
                Some((scales, node)) => {
                    let level = scales[at].level(node[at]);
                    codes.map(|code| level.of_code[code as usize]).collect()
                }
                None => values(table, at, column, codes),
            });
        }
        let star = columns.iter_mut().map(|column| {
            let own = column.labels.iter().position(|label| label.as_deref() == Some(STAR));
            own.unwrap_or_else(|| {
                column.labels.push(Some(STAR.to_owned()));
                column.ncp.push(1.0);
                column.shares.push(1.0);
                column.rows.push(table.total_rows());
                column.labels.len() - 1
            }) as u32
        });
        let star = star.collect();
        Self { combinations: combinations.to_vec(), of, columns, star }
    }

    /// The recoding with further classes.
    fn recoding(mut self, recoding: Recoding, made: &[Made]) -> Recoding {
        let mut class_of = recoding.class_numbers().to_vec();
        for (class, made) in (recoding.classes()..).zip(made) {
            for place in &made.members {
                class_of[self.combinations[*place as usize] as usize] = class;
            }
            let first = made.members[0] as usize;
            for (at, column) in self.columns.iter_mut().enumerate() {
                let label = if made.stars[at] { self.star[at] } else { self.of[at][first] };
                column.label_of.push(label);
            }
        }
        Recoding::of_columns(class_of, recoding.classes() + made.len() as u32, self.columns)
    }
}

/// The values of some codes as labels; those that no class has yet are added to the column's.
fn values(
    table: &FrequencyTable,
    at: usize,
    column: &mut RecodedColumn,
    codes: impl Iterator<Item = u32>,
) -> Vec<u32> {
    let own = table.columns()[at].values();
    let rows = table.rows_of_codes(at);
    let mut number: HashMap<Option<String>, u32> =
        (0u32..).zip(&column.labels).map(|(number, label)| (label.clone(), number)).collect();
    codes
        .map(|code| {
            let text = &own[code as usize];
            *number.entry(text.clone()).or_insert_with(|| {
                column.labels.push(text.clone());
                column.ncp.push(0.0);
                column.shares.push(column.least_share);
                column.rows.push(rows[code as usize]);
                column.labels.len() as u32 - 1
            })
        })
        .collect()
}

/// Classes as they are made, and what they may cost.
struct Cells<'a> {
    problem: &'a Problem<'a>,
    labels: &'a Labels,
    /// Rows of each place.
    rows: Vec<u64>,
    most: &'a [f64],
    /// Rows that are released so far, and by column how many of them are `*`.
    released: u64,
    stars: Vec<u64>,
    /// The people of a class, where their number decides alone and rows are people.
    by_rows: Option<u64>,
    made: Vec<Made>,
}

impl<'a> Cells<'a> {
    fn new(
        problem: &'a Problem<'a>,
        recoding: &Recoding,
        labels: &'a Labels,
        most: &'a [f64],
    ) -> Self {
        let table = problem.table();
        let mut rows_of = vec![0u64; recoding.classes() as usize];
        for (combination, class) in (0u32..).zip(recoding.class_numbers()) {
            if *class != SUPPRESSED {
                rows_of[*class as usize] += table.rows(combination);
            }
        }
        let stars = recoding.columns().iter().zip(&labels.star).map(|(column, star)| {
            let of = column.label_of.iter().zip(&rows_of);
            of.filter(|(label, _)| *label == star).map(|(_, rows)| rows).sum()
        });
        let by_rows = problem.by_people_alone().filter(|_| table.counting() == Counting::Rows);
        Self {
            problem,
            labels,
            rows: labels.combinations.iter().map(|c| table.rows(*c)).collect(),
            most,
            released: rows_of.iter().sum(),
            stars: stars.collect(),
            by_rows,
            made: Vec::new(),
        }
    }

    /// The sets of columns to give up, those together that are worth the same: as many as can be looked at,
    /// and at last always more, one column after the other.
    fn tiers(&self, left: &[u32]) -> Vec<Vec<Vec<usize>>> {
        let varying: Vec<usize> =
            (0..self.labels.of.len()).filter(|at| self.varies(*at, left)).collect();
        // Each is looked at twice.
        let passes = MOST_LOOKS / (2 * left.len().max(1));
        let size = (1..=varying.len())
            .take_while(|size| sets(varying.len(), *size as u32).is_some_and(|n| n <= passes))
            .last()
            .unwrap_or(1);
        let of_size = (1..=size).flat_map(|size| sets_of_size(varying.len(), size));
        let mut chosen: Vec<Vec<usize>> =
            of_size.map(|set| set.iter().map(|at| varying[*at]).collect()).collect();
        // What differs most first: it keeps rows apart that agree in all else.
        let mut differing: Vec<(usize, usize)> =
            varying.iter().map(|at| (self.distinct(*at, left), *at)).collect();
        differing.sort_by_key(|(distinct, at)| (std::cmp::Reverse(*distinct), *at));
        let chain = (size + 1..=varying.len())
            .map(|size| differing[..size].iter().map(|(_, at)| *at).collect());
        chosen.extend(chain);
        let mut priced: Vec<(f64, Vec<usize>)> = chosen
            .into_iter()
            .map(|set| (set.iter().map(|at| self.labels.columns[*at].weight).sum(), set))
            .collect();
        priced.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.len().cmp(&b.1.len())));
        priced
            .chunk_by(|a, b| a.0 == b.0 && a.1.len() == b.1.len())
            .map(|tier| tier.iter().map(|(_, set)| set.clone()).collect())
            .collect()
    }

    fn varies(&self, at: usize, left: &[u32]) -> bool {
        let of = &self.labels.of[at];
        left.windows(2).any(|pair| of[pair[0] as usize] != of[pair[1] as usize])
    }

    fn distinct(&self, at: usize, left: &[u32]) -> usize {
        let mut labels: Vec<u32> =
            left.iter().map(|place| self.labels.of[at][*place as usize]).collect();
        labels.sort_unstable();
        labels.dedup();
        labels.len()
    }

    /// What agrees in all columns but some.
    fn groups(&self, left: &[u32], but: &[usize]) -> ClassMembers {
        let mut keys = Keys::new(left.len());
        for (at, of) in self.labels.of.iter().enumerate().filter(|(at, _)| !but.contains(at)) {
            keys.add(self.labels.columns[at].labels.len(), |keys, width| {
                for (key, place) in keys.iter_mut().zip(left) {
                    *key = *key << width | u64::from(of[*place as usize]);
                }
            });
        }
        let numbered = keys.numbered();
        ClassMembers::by_class(&numbered.of, numbered.first.len() as u32)
    }

    /// Rows that would be in classes if these columns were given up.
    fn placeable(&self, left: &[u32], set: &[usize]) -> u64 {
        let groups = self.groups(left, set);
        let mut class = self.problem.accumulator();
        let rows = |group| {
            let members = || groups.of(group).iter().map(|at| left[*at as usize]);
            let rows: u64 = members().map(|place| self.rows[place as usize]).sum();
            self.holds(members(), rows, &mut class).then_some(rows)
        };
        (0..groups.classes()).filter_map(rows).sum()
    }

    /// Makes classes of what agrees but in these columns, as far as the limits allow, and takes it out of
    /// what is left.
    fn place(&mut self, left: &mut Vec<u32>, set: &[usize]) {
        let groups = self.groups(left, set);
        let mut class = self.problem.accumulator();
        let mut found: Vec<(u64, Vec<u32>)> = Vec::new();
        for group in 0..groups.classes() {
            let members: Vec<u32> = groups.of(group).iter().map(|at| left[*at as usize]).collect();
            let rows = members.iter().map(|place| self.rows[*place as usize]).sum();
            if self.holds(members.iter().copied(), rows, &mut class) {
                found.push((rows, members));
            }
        }
        // Where not all can be made, the largest are.
        found.sort_by_key(|(rows, _)| std::cmp::Reverse(*rows));
        let mut placed = vec![false; self.rows.len()];
        for (rows, members) in found {
            let first = members[0] as usize;
            let differ = |of: &Vec<u32>| members.iter().any(|at| of[*at as usize] != of[first]);
            // A label may be `*` already.
            let stars = self.labels.of.iter().zip(&self.labels.star);
            let stars: Vec<bool> =
                stars.map(|(of, star)| of[first] == *star || differ(of)).collect();
            if self.allows(rows, &stars) {
                members.iter().for_each(|place| placed[*place as usize] = true);
                self.made.push(Made { members, stars });
            }
        }
        left.retain(|place| !placed[*place as usize]);
    }

    /// Takes a class into account, where no column has too many `*` with it.
    fn allows(&mut self, rows: u64, stars: &[bool]) -> bool {
        let released = self.released + rows;
        let with = |at: usize| self.stars[at] + if stars[at] { rows } else { 0 };
        let fits = |at: usize| !stars[at] || with(at) as f64 <= self.most[at] * released as f64;
        if !(0..stars.len()).all(fits) {
            return false;
        }
        self.released = released;
        self.stars = (0..stars.len()).map(with).collect();
        true
    }

    fn holds(
        &self,
        members: impl Iterator<Item = u32>,
        rows: u64,
        class: &mut ClassAccumulator,
    ) -> bool {
        if let Some(people) = self.by_rows {
            return rows >= people;
        }
        if rows < self.problem.least_subjects() {
            return false;
        }
        class.clear();
        for place in members {
            class.add(self.problem.table(), self.labels.combinations[place as usize]);
        }
        self.problem.judge(class).holds()
    }
}
