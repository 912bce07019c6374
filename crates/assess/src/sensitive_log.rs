//! The sensitive values of every class: who has which, collected row by row and counted at the end.

use std::cell::OnceCell;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::cell;
use crate::exposure::Crowds;
use crate::hash::{self, CellNumbers};
use crate::privacy::Scales;
use crate::{AssessError, Placed, Shape};

/// Sensitive values as they are met: 12 bytes a stated cell, and 8 a row where people are no rows.
#[derive(Debug, Default)]
pub struct SensitiveLog {
    people: People,
    /// Rows so far.
    rows: u64,
    columns: Vec<Column>,
    counted: OnceCell<Counted>,
    /// By class: people of the population; none where there is no population.
    population: Option<Crowds>,
}

/// Who is in which class.
#[derive(Debug)]
enum People {
    /// Each row is a person: rows by class, and those in none.
    Rows(Vec<u64>, u64),
    /// (class, person), and people who are in none.
    Subjects(Vec<(u32, u32)>, Vec<u32>),
}

impl Default for People {
    fn default() -> Self {
        Self::Subjects(Vec::new(), Vec::new())
    }
}

impl People {
    fn add(&mut self, class: u32, person: u32) {
        match self {
            Self::Rows(rows, _) => {
                let class = class as usize;
                if class >= rows.len() {
                    rows.resize(class + 1, 0);
                }
                rows[class] += 1;
            }
            Self::Subjects(people, _) if people.last() == Some(&(class, person)) => {}
            Self::Subjects(people, _) => people.push((class, person)),
        }
    }

    fn add_outside(&mut self, person: u32) {
        match self {
            Self::Rows(_, outside) => *outside += 1,
            Self::Subjects(_, outside) => outside.push(person),
        }
    }

    /// People by class, and of the whole table.
    fn counted(&self) -> (Vec<u64>, u64) {
        let (people, outside) = match self {
            Self::Rows(rows, outside) => return (rows.clone(), rows.iter().sum::<u64>() + outside),
            Self::Subjects(people, outside) => (people, outside),
        };
        let mut people = people.clone();
        people.sort_unstable();
        people.dedup();
        let classes = people.last().map_or(0, |(class, _)| *class as usize + 1);
        let mut of_class = vec![0; classes];
        people.iter().for_each(|(class, _)| of_class[*class as usize] += 1);
        let mut all: Vec<u32> =
            people.iter().map(|(_, person)| *person).chain(outside.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        (of_class, all.len() as u64)
    }
}

#[derive(Debug, Default)]
struct Column {
    values: CellNumbers,
    /// By value: its hash, and its place on the number line.
    described: Vec<(u64, Option<f64>)>,
    /// (class, value, person).
    holders: Vec<(u32, u32, u32)>,
    /// (value, person) of rows that are in no class.
    outside: Vec<(u32, u32)>,
}

/// The log in order, each fact once.
#[derive(Debug)]
struct Counted {
    /// By class: people.
    people: Vec<u64>,
    /// People of the table.
    all: u64,
    columns: Vec<CountedColumn>,
}

#[derive(Debug)]
struct CountedColumn {
    /// (class, value, person), ascending, each once.
    holders: Vec<(u32, u32, u32)>,
    /// By value: the share of all people who have it.
    share: Vec<f64>,
    /// By value: its part of all weight.
    part: Vec<f64>,
}

/// The people of a class who have a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holders {
    /// The value's number.
    pub value: u32,
    /// How many.
    pub people: u64,
    /// What they weigh, each person shared among their values of the class.
    pub weight: f64,
}

/// A sensitive column in one class.
#[derive(Debug, Clone, Copy)]
pub struct ClassValues<'a> {
    /// People, also those who state no value.
    pub people: u64,
    /// People of the population whom its labels fit, where there is one.
    pub population: Option<u64>,
    /// The values that occur, ascending.
    pub values: &'a [Holders],
    /// (class, value, person), ascending.
    holders: &'a [(u32, u32, u32)],
}

/// A sensitive column in the whole table.
#[derive(Debug, Clone, Copy)]
pub struct TableValues<'a> {
    /// By value: the share of all people who have it.
    pub share: &'a [f64],
    /// By value: its part of all weight.
    pub part: &'a [f64],
    /// The values in their order, where all are numbers or dates.
    pub order: Option<&'a [u32]>,
    /// By value: its path in the hierarchy, from its parent to the root; none where one has no path.
    pub paths: Option<&'a [Vec<u32>]>,
    /// The l of the recursive measure.
    pub l: u32,
    /// People of the population who fit no class.
    pub outside: u64,
}

impl ClassValues<'_> {
    /// The class's part of weight of each value less the table's.
    pub(crate) fn extra(&self, table: &TableValues<'_>) -> Vec<f64> {
        let mut extra: Vec<f64> = table.part.iter().map(|part| -part).collect();
        let all: f64 = self.values.iter().map(|v| v.weight).sum();
        self.values.iter().for_each(|v| extra[v.value as usize] += v.weight / all);
        extra
    }

    /// The share of the class's people who have a value.
    pub(crate) fn share(&self, holders: &Holders) -> f64 {
        holders.people as f64 / self.people.max(1) as f64
    }

    /// The most values, up to so many, that different people can account for, one each: grown one value
    /// at a time along alternating paths.
    pub(crate) fn by_people(&self, most: usize) -> usize {
        let groups: Vec<&[(u32, u32, u32)]> = self.holders.chunk_by(|a, b| a.1 == b.1).collect();
        // A value with as many holders as are looked for finds one whatever the others take.
        let plenty = groups.iter().filter(|g| g.len() >= most).count();
        let few: Vec<&[(u32, u32, u32)]> = groups.into_iter().filter(|g| g.len() < most).collect();
        let mut taken: HashMap<u32, usize, FixedState> = HashMap::default();
        for value in 0..few.len() {
            if taken.len() + plenty >= most {
                break;
            }
            place(&few, value, &mut taken);
        }
        (taken.len() + plenty).min(most)
    }
}

/// Gives a value a person of its own, where others can be given to other people.
fn place(few: &[&[(u32, u32, u32)]], value: usize, taken: &mut HashMap<u32, usize, FixedState>) {
    // Person to the value that asked for them, breadth first.
    let mut asked: HashMap<u32, usize, FixedState> = HashMap::default();
    let mut open = vec![value];
    let mut at = 0;
    while at < open.len() {
        let asking = open[at];
        at += 1;
        for (_, _, person) in few[asking] {
            if asked.contains_key(person) {
                continue;
            }
            asked.insert(*person, asking);
            match taken.get(person) {
                Some(holder) => open.push(*holder),
                None => return shift(*person, value, &asked, few, taken),
            }
        }
    }
}

/// Goes back along the path: each asking value gets the person it asked for.
fn shift(
    free: u32,
    start: usize,
    asked: &HashMap<u32, usize, FixedState>,
    few: &[&[(u32, u32, u32)]],
    taken: &mut HashMap<u32, usize, FixedState>,
) {
    let mut person = free;
    loop {
        let value = asked[&person];
        let before = few[value].iter().map(|h| h.2).find(|p| taken.get(p) == Some(&value));
        taken.insert(person, value);
        match before {
            Some(left) if value != start => person = left,
            _ => return,
        }
    }
}

impl SensitiveLog {
    /// A log of so many sensitive columns of a table whose rows a class index of a shape places.
    pub fn new(shape: Shape, columns: usize) -> Self {
        let people = match shape.has_subject() {
            true => People::default(),
            false => People::Rows(Vec::new(), 0),
        };
        let columns = (0..columns).map(|_| Column::default()).collect();
        Self { people, columns, ..Self::default() }
    }

    /// Adds a row that a class index has placed, with its sensitive cells; nothing where a cell states
    /// nothing.
    ///
    /// # Errors
    ///
    /// A row of other cells, or too many distinct values.
    pub fn add(&mut self, placed: Placed, cells: &[Option<&str>]) -> Result<(), AssessError> {
        let row = self.row(cells)?;
        let Some(person) = placed.person else { return Ok(()) };
        self.people.add(placed.class, person);
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            let Some(text) = cell else { continue };
            let value = column.value(text, row)?;
            column.holders.push((placed.class, value, person));
        }
        Ok(())
    }

    /// Adds a row that is in no class: what it states belongs to the table all the same.
    ///
    /// # Errors
    ///
    /// A row of other cells, or too many distinct values.
    pub fn add_outside(&mut self, person: u32, cells: &[Option<&str>]) -> Result<(), AssessError> {
        let row = self.row(cells)?;
        self.people.add_outside(person);
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            let Some(text) = cell else { continue };
            let value = column.value(text, row)?;
            column.outside.push((value, person));
        }
        Ok(())
    }

    /// The number of a row that comes.
    fn row(&mut self, cells: &[Option<&str>]) -> Result<u64, AssessError> {
        let row = self.rows;
        if cells.len() != self.columns.len() {
            let expected = self.columns.len();
            return Err(AssessError::WrongCells { row, cells: cells.len(), expected });
        }
        self.rows += 1;
        self.counted.take();
        Ok(row)
    }

    /// The log of groups, each of some classes: `group_of` has the group of each class of the log.
    pub(crate) fn grouped(&self, group_of: &[u32]) -> Self {
        let group = |class: u32| group_of[class as usize];
        let people = match &self.people {
            People::Rows(rows, outside) => {
                let groups = group_of.iter().max().map_or(0, |group| *group as usize + 1);
                let mut of_group = vec![0; groups];
                for (group, rows) in group_of.iter().zip(rows) {
                    of_group[*group as usize] += rows;
                }
                People::Rows(of_group, *outside)
            }
            People::Subjects(people, outside) => {
                let people = people.iter().map(|(class, person)| (group(*class), *person));
                People::Subjects(people.collect(), outside.clone())
            }
        };
        let column = |column: &Column| {
            let holders = column.holders.iter();
            Column {
                values: CellNumbers::default(),
                described: column.described.clone(),
                holders: holders.map(|(class, v, person)| (group(*class), *v, *person)).collect(),
                outside: column.outside.clone(),
            }
        };
        let columns = self.columns.iter().map(column).collect();
        Self { people, columns, ..Self::default() }
    }

    /// Puts the population beside: whom of it the labels of each class fit, in the order of their numbers.
    pub fn set_population(&mut self, crowds: Crowds) {
        self.population = Some(crowds);
    }

    /// People of each class, in the order of their numbers.
    pub fn class_people(&self) -> &[u64] {
        &self.counted().people
    }

    /// Calls `see` with every class in the order of their numbers; a column there is none of states nothing.
    pub(crate) fn each_class(
        &self,
        column: usize,
        scales: Scales<'_>,
        mut see: impl FnMut(&ClassValues<'_>, &TableValues<'_>),
    ) {
        let counted = self.counted();
        let (raw, of_column) = (self.columns.get(column), counted.columns.get(column));
        let order = raw.and_then(Column::order);
        let paths = scales.tree.zip(raw).and_then(|(tree, raw)| tree.paths(&raw.described));
        let table = TableValues {
            share: of_column.map_or(&[], |c| &c.share),
            part: of_column.map_or(&[], |c| &c.part),
            order: order.as_deref(),
            paths: paths.as_deref(),
            l: scales.l.max(2),
            outside: self.population.as_ref().map_or(0, |crowds| crowds.outside),
        };
        let mut holders = of_column.map_or(&[][..], |c| &c.holders);
        for (class, people) in (0u32..).zip(&counted.people) {
            let until = holders.partition_point(|h| h.0 <= class);
            let (own, rest) = holders.split_at(until);
            holders = rest;
            if *people > 0 {
                let values = weigh(own);
                let population = self.population.as_ref();
                let population = population.map(|crowds| crowds.of(class));
                let class =
                    ClassValues { people: *people, population, values: &values, holders: own };
                see(&class, &table);
            }
        }
    }

    fn counted(&self) -> &Counted {
        self.counted.get_or_init(|| {
            let (people, all) = self.people.counted();
            let columns = self.columns.iter().map(|column| column.counted(all)).collect();
            Counted { people, all, columns }
        })
    }

    /// People of the table who are in a class.
    pub fn people(&self) -> u64 {
        self.counted().all
    }
}

impl Column {
    fn value(&mut self, text: &str, row: u64) -> Result<u32, AssessError> {
        let value = self.values.number(Some(text), row)?;
        if value as usize == self.described.len() {
            let point =
                cell::point(text).or_else(|| cell::ReleasedCell::read(Some(text)).open_end());
            self.described.push((hash::of_cell(Some(text)), point));
        }
        Ok(value)
    }

    fn counted(&self, all: u64) -> CountedColumn {
        let mut holders = self.holders.clone();
        holders.sort_unstable();
        holders.dedup();
        // The whole table is a class of its own.
        let inside = holders.iter().map(|h| (0, h.1, h.2));
        let outside = self.outside.iter().map(|(value, person)| (0, *value, *person));
        let mut whole: Vec<(u32, u32, u32)> = inside.chain(outside).collect();
        whole.sort_unstable();
        whole.dedup();
        let values = self.described.len();
        let (mut share, mut part) = (vec![0.0; values], vec![0.0; values]);
        let weighed = weigh(&whole);
        let weight: f64 = weighed.iter().map(|v| v.weight).sum();
        for holders in weighed {
            share[holders.value as usize] = holders.people as f64 / all.max(1) as f64;
            part[holders.value as usize] = holders.weight / weight;
        }
        CountedColumn { holders, share, part }
    }

    /// The values by their place on the number line, where all have one.
    fn order(&self) -> Option<Vec<u32>> {
        let points: Option<Vec<f64>> = self.described.iter().map(|(_, point)| *point).collect();
        let points = points?;
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        order.sort_by(|a, b| points[*a as usize].total_cmp(&points[*b as usize]));
        Some(order)
    }
}

/// The values of some sorted holders, each with its people and their weight.
fn weigh(holders: &[(u32, u32, u32)]) -> Vec<Holders> {
    let alone = holders.chunk_by(|a, b| a.1 == b.1).count() < 2;
    let mut values_of: HashMap<u32, u32, FixedState> = HashMap::default();
    if !alone {
        values_of.reserve(holders.len());
        holders.iter().for_each(|h| *values_of.entry(h.2).or_default() += 1);
    }
    holders
        .chunk_by(|a, b| a.1 == b.1)
        .map(|of_value| {
            let weight = |h: &(u32, u32, u32)| 1.0 / f64::from(*values_of.get(&h.2).unwrap_or(&1));
            Holders {
                value: of_value[0].1,
                people: of_value.len() as u64,
                weight: of_value.iter().map(weight).sum(),
            }
        })
        .collect()
}

/// A hierarchy over sensitive values: of each the labels above it, by their hashes.
#[derive(Debug, Default)]
pub struct ValueTree {
    paths: HashMap<u64, Vec<u64>, FixedState>,
    /// Every label above a value.
    nodes: HashSet<u64, FixedState>,
    /// The one above all values, where there is one.
    root: Option<u64>,
}

impl ValueTree {
    /// A tree of lines: a value, its parent, and so on to the root.
    pub fn new<'a>(lines: impl Iterator<Item = Vec<&'a str>>) -> Self {
        let path = |line: Vec<&str>| {
            let hashes = line.iter().skip(1).map(|label| hash::of_cell(Some(label))).collect();
            (hash::of_cell(line.first().copied()), hashes)
        };
        let paths: HashMap<u64, Vec<u64>, FixedState> = lines.map(path).collect();
        let nodes = paths.values().flatten().copied().collect();
        let mut tops = paths.values().map(|path| path.last().copied());
        let first = tops.next().flatten();
        Self { root: first.filter(|_| tops.all(|top| top == first)), paths, nodes }
    }

    /// The labels above a value, from its parent to the root, by their hashes.
    pub(crate) fn path(&self, value: u64) -> Option<&[u64]> {
        self.paths.get(&value).map(Vec::as_slice)
    }

    /// The values with what is above them, in no particular order.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u64, &[u64])> {
        self.paths.iter().map(|(value, path)| (*value, path.as_slice()))
    }

    /// Whether a hash is a value's or a node's.
    pub(crate) fn has(&self, print: u64) -> bool {
        self.paths.contains_key(&print) || self.nodes.contains(&print)
    }

    /// Whether a hash is that of the one label above all values.
    pub(crate) fn is_root(&self, print: u64) -> bool {
        self.root == Some(print)
    }

    /// The paths of some values with their nodes numbered by level, the root put above where there is
    /// none; none where a value has no line or lines differ in length.
    fn paths(&self, values: &[(u64, Option<f64>)]) -> Option<Vec<Vec<u32>>> {
        let paths: Option<Vec<&Vec<u64>>> =
            values.iter().map(|(print, _)| self.paths.get(print)).collect();
        let paths = paths?;
        let height = paths.first().map_or(0, |path| path.len());
        if paths.iter().any(|path| path.len() != height) {
            return None;
        }
        let rooted = height > 0 && self.root.is_some();
        let mut numbers: Vec<HashMap<u64, u32, FixedState>> = vec![HashMap::default(); height];
        let numbered = paths.iter().map(|path| {
            let mut own: Vec<u32> = path
                .iter()
                .zip(&mut numbers)
                .map(|(label, of_level)| {
                    let next = of_level.len() as u32;
                    *of_level.entry(*label).or_insert(next)
                })
                .collect();
            if !rooted {
                own.push(0);
            }
            own
        });
        Some(numbered.collect())
    }
}
