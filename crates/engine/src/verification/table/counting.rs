//! The classes of a table, found again from its released cells.

use anonymed_assess::{
    CellNumbers, ClassCounts, ClassIndex, ClassReport, SeenNumbers, SensitiveLog, Shape,
    SignatureIndex, SuppressionMark, fewest_values,
};
use anonymed_core::{ModalityError, SubjectId};
use anonymed_table::promise::{self, Kept, Promise};
use anonymed_table::sorter::{ClassPair, Room, SortError, Sorter};
use anonymed_table::{StringBatch, TableOptions};

use super::{Columns, Look, read_back, unreadable};
use crate::EngineError;
use crate::staging::Output;

/// What a table's sorting takes of the memory at a time.
const SORTING: usize = 16 << 20;

/// Classes of one table, found again from its released cells.
pub(super) struct Counting<'a> {
    columns: Columns<'a>,
    table: u32,
    counts: ClassCounts,
    /// Classes with their subjects.
    pairs: Sorter<2>,
    /// Numbers of subjects where nothing is known of them that a signature could be made of.
    subjects: CellNumbers,
    seen: SeenNumbers,
    /// Classes with their values, by sensitive column.
    values: Vec<(CellNumbers, Sorter<2>)>,
    /// Who has which value, where a model asks for shares of people.
    shares: Option<Shares<'a>>,
}

/// The people of every class with their values.
struct Shares<'a> {
    index: ClassIndex,
    log: SensitiveLog,
    promises: Vec<Promise<'a>>,
}

impl<'a> Shares<'a> {
    /// Nothing where counting people and values is enough.
    fn of(columns: &Columns<'a>, shape: Shape) -> Result<Option<Self>, EngineError> {
        let models = columns.rule.map_or(&[][..], |rule| &rule.models);
        let promises = promise::promises(models).map_err(unreadable_model)?;
        let promises: Vec<Promise<'a>> = promises.into_iter().filter(|p| !p.is_count()).collect();
        Ok((!promises.is_empty()).then(|| Self {
            index: ClassIndex::new(shape),
            log: SensitiveLog::new(shape, columns.sensitive.len()),
            promises,
        }))
    }

    fn see(
        &mut self,
        quasi: &[Option<&str>],
        subject: Option<&str>,
        values: &[Option<&str>],
    ) -> Result<(), EngineError> {
        match self.index.add(quasi, subject, &[]).map_err(internal)? {
            Some(placed) => self.log.add(placed, values).map_err(internal),
            None => Ok(()),
        }
    }
}

fn unreadable_model(error: ModalityError) -> EngineError {
    EngineError::Integrity(error.to_string())
}

impl<'a> Counting<'a> {
    pub(super) fn new(
        look: &Look<'_>,
        columns: Columns<'a>,
        table: u32,
    ) -> Result<Self, EngineError> {
        let shape = match columns.subject {
            Some(_) => Shape::with_subject(columns.quasi.len(), columns.sensitive.len()),
            None => Shape::by_rows(columns.quasi.len(), columns.sensitive.len()),
        };
        let sorter =
            || Sorter::new(Room { bytes: SORTING, folder: Some(look.project.state("spill")) });
        let people = match columns.subject {
            Some(_) => Shape::with_subject(columns.quasi.len(), 0),
            None => Shape::by_rows(columns.quasi.len(), 0),
        };
        let shares = Shares::of(&columns, people.suppression(SuppressionMark::LeftOut))?;
        Ok(Self {
            shares,
            counts: ClassCounts::new(shape.suppression(SuppressionMark::LeftOut)),
            pairs: sorter(),
            subjects: CellNumbers::default(),
            seen: SeenNumbers::default(),
            values: columns.sensitive.iter().map(|_| (CellNumbers::default(), sorter())).collect(),
            columns,
            table,
        })
    }

    pub(super) fn batch(
        &mut self,
        batch: &StringBatch,
        owners: &[Option<SubjectId>],
        signatures: &mut SignatureIndex,
        people: &mut SeenNumbers,
    ) -> Result<(), EngineError> {
        let mut quasi = Vec::with_capacity(self.columns.quasi.len());
        for (row, owner) in owners.iter().enumerate() {
            let cell = |column: &usize| present(batch.value(*column, row));
            quasi.clear();
            quasi.extend(self.columns.quasi.iter().map(cell));
            let subject = self.columns.subject.as_ref().and_then(cell);
            let mut number = None;
            if self.columns.subject.is_some() && !quasi.is_empty() {
                number = signatures.add(subject, self.table, &quasi).map_err(internal)?;
                if let Some(owner) = owner {
                    people.see(owner.0);
                }
            } else if let Some(subject) = subject {
                let row = batch.rows()[row];
                number = Some(self.subjects.number(Some(subject), row).map_err(internal)?);
            }
            if let Some(number) = number {
                self.seen.see(number);
            }
            if let Some(shares) = &mut self.shares {
                let values: Vec<Option<&str>> =
                    self.columns.sensitive.iter().map(|column| stated(cell(column))).collect();
                shares.see(&quasi, subject, &values)?;
            }
            let Some(class) = self.counts.row(&quasi, number.is_some()) else { continue };
            self.pairs.push(ClassPair::subject(class, number).0).map_err(unsorted)?;
            for (column, (numbers, pairs)) in self.columns.sensitive.iter().zip(&mut self.values) {
                let Some(value) = stated(cell(column)) else { continue };
                let value = numbers.number(Some(value), batch.rows()[row]).map_err(internal)?;
                pairs.push(ClassPair::new(class, value).0).map_err(unsorted)?;
            }
        }
        Ok(())
    }

    /// The classes in numbers.
    pub(super) fn finish(self, k: u64, options: &TableOptions) -> Result<Counted<'a>, EngineError> {
        let Self { columns, mut counts, pairs, seen, values, shares, .. } = self;
        let sorted = pairs.finish().map_err(unsorted)?;
        let sorted = sorted.map(|pair| pair.map(|pair| ClassPair(pair).into_subject()));
        counts.count(sorted, seen.distinct()).map_err(unsorted)?;
        let mut diversity = Vec::with_capacity(values.len());
        for (position, (_, pairs)) in columns.sensitive.iter().zip(values) {
            let sorted = pairs.finish().map_err(unsorted)?;
            let sorted = sorted.map(|pair| pair.map(|pair| ClassPair(pair).into_number()));
            let fewest = fewest_values(sorted).map_err(unsorted)?;
            diversity.push((columns.names[*position].clone(), fewest));
        }
        let kept = shares.map_or(Ok(Vec::new()), |shares| {
            let names: Vec<&str> =
                columns.sensitive.iter().map(|at| columns.names[*at].as_str()).collect();
            let count = |promise: &Promise<'_>| promise.count(&shares.log, &names, options);
            shares.promises.iter().map(count).collect::<Result<_, _>>().map_err(unreadable_model)
        })?;
        Ok(Counted { columns, report: counts.report(k), diversity, kept })
    }
}

/// What was counted of one table.
pub(super) struct Counted<'a> {
    pub(super) columns: Columns<'a>,
    pub(super) report: ClassReport,
    /// For each sensitive column, the fewest distinct values of a class.
    pub(super) diversity: Vec<(String, u64)>,
    /// Models that ask for shares of people, and what is reached.
    pub(super) kept: Vec<Kept>,
}

/// A cell that says nothing is no value.
fn stated(cell: Option<&str>) -> Option<&str> {
    cell.filter(|text| !anonymed_table::is_missing(text))
}

fn unsorted(error: SortError) -> EngineError {
    match error {
        SortError::File(kind) => {
            EngineError::Io { what: "the project's spill folder", verb: "used", kind }
        }
        full => EngineError::Internal(full.to_string()),
    }
}

fn present(value: &str) -> Option<&str> {
    (!value.is_empty()).then_some(value)
}

fn internal(error: anonymed_assess::AssessError) -> EngineError {
    EngineError::Internal(error.to_string())
}

/// Counts columns of birth and death dates as quasi-identifiers, whatever the policy calls them:
/// whoever knows a person knows these too.
pub(super) fn add_life_dates(
    look: &Look<'_>,
    output: &Output,
    columns: &mut Columns<'_>,
) -> Result<(), EngineError> {
    let open: Vec<usize> = (0..columns.names.len())
        .filter(|n| !columns.quasi.contains(n) && columns.subject != Some(*n))
        .filter(|n| names_life_date(&columns.names[*n]))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    // Years and filled cells: a flag or a place under such a header is no date.
    let mut counts = vec![(0u64, 0u64); open.len()];
    for batch in read_back(look, output)? {
        let batch = batch.map_err(unreadable)?;
        for (column, (years, filled)) in open.iter().zip(&mut counts) {
            for row in 0..batch.len() {
                let value = batch.value(*column, row);
                *filled += u64::from(!value.is_empty());
                *years += u64::from(holds_year(value));
            }
        }
    }
    let dated = open.iter().zip(counts).filter(|(_, (years, _))| *years > 0);
    columns.quasi.extend(dated.filter(|(_, (y, filled))| y * 2 >= *filled).map(|(n, _)| *n));
    columns.quasi.sort_unstable();
    Ok(())
}

/// Whether a header speaks of a birth or a death. Its words are the verification's own.
fn names_life_date(header: &str) -> bool {
    const WORDS: [&str; 16] = [
        "birth",
        "birthdate",
        "birthday",
        "birthyear",
        "born",
        "dob",
        "yob",
        "geburtsdatum",
        "geburtstag",
        "geburtsjahr",
        "death",
        "deathdate",
        "deceased",
        "died",
        "dod",
        "sterbedatum",
    ];
    let mut spaced = String::new();
    let mut last = ' ';
    for c in header.chars() {
        if last.is_lowercase() && c.is_uppercase() {
            spaced.push(' ');
        }
        spaced.extend(c.to_lowercase());
        last = c;
    }
    spaced.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// Whether a cell has a year in it, alone, in a date or in a range of them. A date may write its
/// year with two digits: three numbers, or two and a month's name.
fn holds_year(value: &str) -> bool {
    let runs: Vec<&str> =
        value.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let short = runs.iter().all(|run| run.len() <= 2);
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let whole = runs.iter().any(|run| {
        matches!(run.len(), 4 | 8)
            && run[..4].parse::<u16>().is_ok_and(|year| (1850..=2150).contains(&year))
    });
    whole || (short && (runs.len() == 3 || (runs.len() == 2 && letters >= 3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_a_life_are_known_by_header_and_cells() {
        for header in ["birth_date", "DOB", "dateOfBirth", "year of birth", "death_date", "died"] {
            assert!(names_life_date(header), "{header}");
        }
        for header in ["admit_date", "birthplace", "mortality", "adobe"] {
            assert!(!names_life_date(header), "{header}");
        }
        for cell in
            ["1950", "1950-03-01", "03/01/1950", "19500301", "1950..1962", "3/1/50", "1-Mar-50"]
        {
            assert!(holds_year(cell), "{cell}");
        }
        for cell in ["", "Y", "3200", "Springfield", "12", "19501", "3.2"] {
            assert!(!holds_year(cell), "{cell}");
        }
    }
}
