//! Releases whose quasi-identifiers are as they are, and whose sensitive values are known of groups alone: the
//! two tables of Anatomy (Xiao & Tao, *Anatomy: simple and effective privacy preservation*, VLDB 2006), and one
//! table in which each group's sensitive values are permuted among its people (Zhang, Koudas, Srivastava & Yu,
//! *Aggregate query answering on anonymized tables*, ICDE 2007).
//!
//! The groups are the classes of a solution, so that every search and every model of a class serves. Columns are
//! parted from each other, too: what somebody has in one says nothing of another. Within a group rows stand in
//! the order of their cells, since that of the input may follow the sensitive values.
//!
//! A raw row shows how many rows somebody has. So all rows of a person are in one group, and have one value in
//! each sensitive column; that value is given or counted once for the person.

use std::collections::BTreeMap;
use std::io::Write;

use anonymed_anonymize::SUPPRESSED;
use anonymed_core::policy::{GROUP, OutputForm, RiskScope, TableConfig, TableFormat};
use anonymed_core::{AttributeRole, ModalityError, Pseudonymizer};
use arrow::array::StringArray;

use super::coded::{Bound, BoundColumn, CodedColumn, CodedTable};
use super::counts::SensitiveCounts;
use super::solve::Solved;
use super::{SingleOutcome, Told};
use crate::batch::BATCH_ROWS;
use crate::joint::row_positions;
use crate::plan::policy;
use crate::write::TableWriter;

/// The people of a table.
pub(super) struct People {
    /// The person of each row.
    of_row: Vec<u32>,
    /// A row of each person: the first.
    rows: Vec<u32>,
}

impl People {
    /// People whose rows can be written as they are.
    ///
    /// # Errors
    ///
    /// [`ModalityError::Policy`]: somebody has several rows, which nothing keeps in one group, or several values
    /// in a sensitive column.
    pub(super) fn of(
        table: &CodedTable,
        bound: &Bound,
        config: &TableConfig,
    ) -> Result<Self, ModalityError> {
        let Some(subjects) = &table.subjects else {
            let rows: Vec<u32> = (0..table.rows as u32).collect();
            return Ok(Self { of_row: rows.clone(), rows });
        };
        let mut number: Vec<Option<u32>> = vec![None; subjects.texts.len()];
        let (mut of_row, mut rows) = (Vec::with_capacity(table.rows), Vec::new());
        for (row, subject) in (0u32..).zip(subjects.codes.iter()) {
            let person = *number[subject as usize].get_or_insert_with(|| {
                rows.push(row);
                rows.len() as u32 - 1
            });
            of_row.push(person);
        }
        let people = Self { of_row, rows };
        if people.rows.len() < table.rows && config.scope != RiskScope::Joint {
            return Err(policy(
                "some people have several rows, and a row of quasi-identifiers as they are shows whose it is; \
                 `scope = \"joint\"` keeps all rows of a person in one group",
            ));
        }
        people.has_one_value(table, bound)?;
        Ok(people)
    }

    fn has_one_value(&self, table: &CodedTable, bound: &Bound) -> Result<(), ModalityError> {
        for at in bound.of_role(AttributeRole::Sensitive) {
            let (of, column) = (&bound.released[at], &table.columns[at]);
            let blank = blanks(of, column);
            let stated = |row: usize| {
                let code = column.codes.at(row);
                (!blank[code as usize]).then_some(code)
            };
            let first = |row: usize| self.rows[self.of_row[row] as usize] as usize;
            if (0..table.rows).any(|row| stated(row) != stated(first(row))) {
                return Err(ModalityError::Policy(format!(
                    "some people have several values in `{}`, and their rows are as many as in the raw table, \
                     so whoever knows how many somebody has learns more than any model allows; keep one row of \
                     each person, or leave `output.form` out",
                    of.name
                )));
            }
        }
        Ok(())
    }
}

/// Which texts of a column state nothing.
fn blanks(of: &BoundColumn, column: &CodedColumn) -> Vec<bool> {
    column.texts.texts().iter().map(|text| of.is_blank(text)).collect()
}

/// Groups as they are written.
struct Groups<'a> {
    table: &'a CodedTable,
    bound: &'a Bound,
    people: &'a People,
    /// The released rows: group by group, in each in the order of their cells.
    rows: Vec<u32>,
    /// The number of each class's group, from 1.
    of_class: Vec<u32>,
    class_of_row: &'a [u32],
    /// What each quasi-identifier writes for each of its codes.
    raw: &'a [Vec<String>],
}

/// Writes the rows, and says what is beside them.
///
/// # Errors
///
/// Where the output cannot be written, or it is cancelled.
pub(super) fn write(
    (table, bound, people): (&CodedTable, &Bound, &People),
    (solved, form): (&Solved, OutputForm),
    permutation: Option<&Pseudonymizer>,
    told: Told<'_>,
    outputs: &mut [(TableFormat, &mut dyn Write)],
) -> Result<Beside, ModalityError> {
    let groups = Groups::of((table, bound, people), solved);
    let sensitive = bound.of_role(AttributeRole::Sensitive);
    let mut own_value = BTreeMap::new();
    for at in &sensitive {
        own_value.insert(bound.released[*at].name.clone(), groups.own_value(*at));
    }
    let counts = match form {
        OutputForm::Anatomy => Some(groups.counts(&sensitive)),
        _ => None,
    };
    let mut donors: Vec<Vec<u32>> = Vec::new();
    if form == OutputForm::Permuted {
        let maker = permutation.ok_or_else(|| {
            ModalityError::Internal("there is nothing to draw a permutation from".into())
        })?;
        let name = |at: &usize| bound.released[*at].name.as_str();
        donors = sensitive.iter().map(|at| groups.donors(maker, name(at))).collect();
    }
    groups.write(&donors, told, outputs)?;
    Ok(Beside { order: groups.rows, counts, own_value })
}

/// What is known of such a release beside its rows.
pub(super) struct Beside {
    /// The rows of the table in the order in which they are written.
    pub(super) order: Vec<u32>,
    /// The second table of Anatomy.
    counts: Option<SensitiveCounts>,
    /// By sensitive column: how often a value that is drawn from somebody's group is theirs.
    own_value: BTreeMap<String, f64>,
}

impl Beside {
    /// What is said of the release: nothing is generalised, so what was proven of labels is not.
    pub(super) fn tell(self, outcome: SingleOutcome) -> SingleOutcome {
        let all = (outcome.released + outcome.suppressed_rows).max(1) as f64;
        let gone = outcome.suppressed_rows as f64 / all;
        SingleOutcome {
            gcp: gone,
            granularity: Some(1.0 - gone),
            levels: None,
            proof: None,
            sensitive: self.counts,
            own_value: Some(self.own_value),
            ..outcome
        }
    }
}

impl<'a> Groups<'a> {
    fn of(
        (table, bound, people): (&'a CodedTable, &'a Bound, &'a People),
        solved: &'a Solved,
    ) -> Self {
        let mut groups = Self {
            table,
            bound,
            people,
            rows: Vec::new(),
            of_class: vec![0; solved.classes as usize],
            class_of_row: &solved.class_of_row,
            raw: &solved.raw,
        };
        groups.rows = groups.by_cells();
        let mut next = 0;
        for row in &groups.rows {
            let number = &mut groups.of_class[solved.class_of_row[*row as usize] as usize];
            if *number == 0 {
                next += 1;
                *number = next;
            }
        }
        let mut rows = std::mem::take(&mut groups.rows);
        rows.sort_by_key(|row| groups.group(*row));
        groups.rows = rows;
        groups
    }

    fn group(&self, row: u32) -> u32 {
        self.of_class[self.class_of_row[row as usize] as usize]
    }

    /// The rows that have a class, in the order of what is written of them beside sensitive values.
    fn by_cells(&self) -> Vec<u32> {
        let columns: Vec<(usize, Vec<u32>)> = (0..self.bound.released.len())
            .filter(|at| self.bound.released[*at].role != AttributeRole::Sensitive)
            .map(|at| (at, ranks(&self.texts(at))))
            .collect();
        let kept = |row: &u32| self.class_of_row[*row as usize] != SUPPRESSED;
        let mut rows: Vec<u32> = (0..self.table.rows as u32).filter(kept).collect();
        let rank = |row: u32, (at, ranks): &(usize, Vec<u32>)| {
            ranks[self.table.columns[*at].codes.at(row as usize) as usize]
        };
        rows.sort_by(|a, b| {
            let cells = |row| columns.iter().map(move |column| rank(row, column));
            cells(*a).cmp(cells(*b))
        });
        rows
    }

    /// What a released column writes for each of its codes.
    fn texts(&self, at: usize) -> Vec<&str> {
        let quasi = self.bound.of_role(AttributeRole::Quasi);
        match quasi.iter().position(|q| *q == at) {
            Some(quasi) => self.raw[quasi].iter().map(String::as_str).collect(),
            None => self.table.columns[at].texts.texts(),
        }
    }

    /// The people of each group, from the first one.
    fn people(&self) -> Vec<Vec<u32>> {
        let mut people = vec![Vec::new(); self.of_class.len()];
        for (person, row) in (0u32..).zip(&self.people.rows) {
            if self.class_of_row[*row as usize] != SUPPRESSED {
                people[self.group(*row) as usize - 1].push(person);
            }
        }
        people.retain(|group| !group.is_empty());
        people
    }

    /// The code of what a person has in a column.
    fn value(&self, person: u32, at: usize) -> usize {
        self.table.columns[at].codes.at(self.people.rows[person as usize] as usize) as usize
    }

    /// How many people of each group have each value of a column.
    fn histograms(&self, at: usize) -> Vec<BTreeMap<usize, u64>> {
        let histogram = |group: Vec<u32>| {
            let mut people = BTreeMap::new();
            for person in group {
                *people.entry(self.value(person, at)).or_default() += 1;
            }
            people
        };
        self.people().into_iter().map(histogram).collect()
    }

    /// How often a value that is drawn from somebody's group is theirs.
    fn own_value(&self, at: usize) -> f64 {
        let (mut own, mut all) = (0.0, 0u64);
        for histogram in self.histograms(at) {
            let people: u64 = histogram.values().sum();
            own += histogram.values().map(|n| (n * n) as f64).sum::<f64>() / people.max(1) as f64;
            all += people;
        }
        own / all.max(1) as f64
    }

    /// The lines of Anatomy's second table: by group, column and text, so that nothing is in the order of rows.
    fn counts(&self, sensitive: &[usize]) -> SensitiveCounts {
        let mut counts = SensitiveCounts::default();
        for at in sensitive {
            let texts = self.table.columns[*at].texts.texts();
            for (group, histogram) in (1u32..).zip(self.histograms(*at)) {
                let mut lines: Vec<(&str, u64)> =
                    histogram.into_iter().map(|(code, people)| (texts[code], people)).collect();
                lines.sort_unstable();
                for (text, people) in lines {
                    counts.push(group, &self.bound.released[*at].name, text, people);
                }
            }
        }
        counts.sort_by_group();
        counts
    }

    /// By person: whose value is written for them in a column. Every order of a group's people is as likely as
    /// any other.
    fn donors(&self, maker: &Pseudonymizer, name: &str) -> Vec<u32> {
        let scope = format!("permuted/{name}");
        let drawn = row_positions(maker, &scope, self.people.rows.len() as u64);
        let mut donors: Vec<u32> = (0..self.people.rows.len() as u32).collect();
        for group in self.people() {
            let mut shuffled = group.clone();
            shuffled.sort_by_key(|person| drawn[*person as usize]);
            for (person, donor) in group.into_iter().zip(shuffled) {
                donors[person as usize] = donor;
            }
        }
        donors
    }

    /// Writes the rows with their groups; sensitive columns where there are donors of their values.
    fn write(
        &self,
        donors: &[Vec<u32>],
        Told { cancel, progress }: Told<'_>,
        outputs: &mut [(TableFormat, &mut dyn Write)],
    ) -> Result<(), ModalityError> {
        let sensitive = self.bound.of_role(AttributeRole::Sensitive);
        let donors_of = |at: usize| donors.get(sensitive.iter().position(|s| *s == at)?);
        let columns: Vec<Column<'_>> = (0..self.bound.released.len())
            .filter(|at| !sensitive.contains(at) || donors_of(*at).is_some())
            .map(|at| Column { at, texts: self.texts(at), donors: donors_of(at) })
            .collect();
        let name = |column: &Column<'_>| self.bound.released[column.at].name.as_str();
        let names: Vec<&str> = columns.iter().map(name).chain(std::iter::once(GROUP)).collect();
        progress.begin("write", (self.rows.len() * outputs.len()) as u64, "rows");
        for (format, out) in outputs {
            let mut writer = TableWriter::new(*format, &names, &mut **out)?;
            for rows in self.rows.chunks(BATCH_ROWS) {
                cancel.check()?;
                let mut batch: Vec<StringArray> =
                    columns.iter().map(|column| self.cells(column, rows)).collect();
                batch.push(rows.iter().map(|row| Some(self.group(*row).to_string())).collect());
                writer.write(&batch)?;
                progress.advance("write", rows.len() as u64);
            }
            writer.finish()?;
        }
        progress.end("write");
        Ok(())
    }

    fn cells(&self, column: &Column<'_>, rows: &[u32]) -> StringArray {
        let code = |row: &u32| match column.donors {
            Some(donors) => {
                let person = self.people.of_row[*row as usize];
                self.value(donors[person as usize], column.at)
            }
            None => self.table.columns[column.at].codes.at(*row as usize) as usize,
        };
        rows.iter().map(|row| Some(column.texts[code(row)])).collect()
    }
}

/// A column that is written.
struct Column<'a> {
    /// Its place among the released columns.
    at: usize,
    /// What it writes for each of its codes.
    texts: Vec<&'a str>,
    /// By person whose value they are given, where it is permuted.
    donors: Option<&'a Vec<u32>>,
}

/// The place of each text in their order; equal texts have the same.
fn ranks(texts: &[&str]) -> Vec<u32> {
    let mut sorted: Vec<&str> = texts.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    texts.iter().map(|text| sorted.partition_point(|other| other < text) as u32).collect()
}
