//! A second look at a release that parts quasi-identifiers from sensitive values: groups by their number alone,
//! whose people and values are read back from what was written.
//!
//! Nothing is asked of the cells of quasi-identifiers. So what is measured is called after groups: that they are
//! as large as asked does not make labels k-anonymous.

use std::hash::BuildHasher;
use std::path::Path;

use anonymed_assess::{ClassIndex, Placed, SensitiveLog, Shape, SuppressionMark};
use anonymed_core::AttributeRole;
use anonymed_core::policy::{COUNT, GROUP, OutputForm, TableConfig, TableFormat};
use arrow::array::Array;
use hashbrown::{DefaultHashBuilder, HashMap};

use super::check::{Beside, CheckError, Checked, Sensitive};
use super::counts::{COLUMN, VALUE};
use crate::promise::{self, Kept};
use crate::released::{self, ReadBackError, Released};
use crate::write::unguarded;
use crate::{StringBatch, TableOptions};

/// Reads a release and counts by groups.
///
/// # Errors
///
/// Where a table does not read back or lacks rows, somebody is in two groups or has two values, or the counts of
/// a group are not of its people.
pub(super) fn check(
    (path, format): (&Path, TableFormat),
    config: &TableConfig,
    beside: Beside<'_>,
    options: &TableOptions,
) -> Result<Checked, CheckError> {
    let promises = promise::promises(&config.models)?;
    let sensitive: Vec<Sensitive<'_>> = config
        .of_role(AttributeRole::Sensitive)
        .map(|(name, column)| Sensitive::of(name, &column.missing))
        .collect();
    let shape = match beside.subjects {
        Some(_) => Shape::with_subject(1, 0),
        None => Shape::by_rows(1, 0),
    };
    let mut found = Found {
        index: ClassIndex::new(shape.suppression(SuppressionMark::LeftOut)),
        log: SensitiveLog::new(shape, sensitive.len()),
        sensitive,
        numbers: HashMap::new(),
        people: Vec::new(),
        known: HashMap::new(),
        row: 0,
    };
    let is_permuted = config.output.form == OutputForm::Permuted;
    found.read_rows(released::read(path, format)?, format, beside.subjects, is_permuted)?;
    if !is_permuted {
        let counts = beside.counts.ok_or(WITHOUT_COUNTS)?;
        found.read_counts(released::read(counts, format)?, format)?;
    }
    let names: Vec<&str> = found.sensitive.iter().map(|column| column.name).collect();
    beside.left_out.add_to(&mut found.log, &mut found.index, &names)?;
    let report = found.index.report(1);
    let kept = promises.iter().map(|promise| promise.count(&found.log, &names, options));
    Ok(Checked {
        rows: report.rows,
        classes: report.classes,
        smallest_class_rows: report.smallest_class_rows,
        smallest_class_subjects: found.log.class_people().iter().min().copied().unwrap_or(0),
        promises: kept.map(|kept| Ok(of_groups(kept?))).collect::<Result<_, CheckError>>()?,
        joint_unique_subjects: None,
        joint_smallest: None,
        suppressed_cells: Vec::new(),
    })
}

const WITHOUT_COUNTS: ReadBackError = ReadBackError::Format("the table of counts is not there");
const NO_CELL: ReadBackError = ReadBackError::Format("a cell is not there");

/// The measure of a group by a name that does not speak of labels.
fn of_groups(kept: Kept) -> Kept {
    let measure = match kept.measure.as_str() {
        "k-anonymity" => "group-people".to_owned(),
        "alpha-k-anonymity" => "group-share".to_owned(),
        _ => kept.measure,
    };
    Kept { measure, ..kept }
}

/// What is known of the groups so far.
struct Found<'a> {
    index: ClassIndex,
    log: SensitiveLog,
    sensitive: Vec<Sensitive<'a>>,
    /// Groups by the text of their number.
    numbers: HashMap<String, u32>,
    /// The people of each group, where their values are in a table of their own.
    people: Vec<Vec<Placed>>,
    /// The group of each person of a subject column, and a hash of the values in their rows.
    known: HashMap<u32, (u32, u64)>,
    row: usize,
}

impl Found<'_> {
    fn read_rows(
        &mut self,
        table: Released,
        format: TableFormat,
        subjects: Option<&[u32]>,
        is_permuted: bool,
    ) -> Result<(), CheckError> {
        let group_at = position(&table, GROUP)?;
        let there: Vec<usize> = match is_permuted {
            true => {
                let place = |column: &Sensitive<'_>| position(&table, column.name);
                self.sensitive.iter().map(place).collect::<Result<_, _>>()?
            }
            false if self.sensitive.iter().any(|c| position(&table, c.name).is_ok()) => {
                return Err(ReadBackError::Format("a sensitive column is beside the others").into());
            }
            false => Vec::new(),
        };
        let hasher = DefaultHashBuilder::default();
        for batch in table {
            let batch = Cells { batch: batch?, format };
            for at in 0..batch.batch.len() {
                let subject = match subjects {
                    None => None,
                    Some(all) => {
                        Some(*all.get(self.row).ok_or(ReadBackError::Format("too many rows"))?)
                    }
                };
                self.row += 1;
                let group = batch.text(group_at, at).ok_or(NO_CELL)?;
                let name = subject.map(|subject| subject.to_string());
                let placed =
                    self.index.add(&[Some(group)], name.as_deref(), &[])?.ok_or(NO_CELL)?;
                self.numbers.entry_ref(group).or_insert(placed.class);
                let columns = self.sensitive.iter().zip(&there);
                let values: Vec<Option<&str>> =
                    columns.map(|(column, place)| column.stated(batch.text(*place, at)?)).collect();
                if let Some(subject) = subject {
                    let own = (placed.class, hasher.hash_one(&values));
                    match self.known.insert(subject, own) {
                        None => {}
                        // What all of somebody's rows say is counted once.
                        Some(before) if before == own => continue,
                        Some(_) => return Err(ReadBackError::Format(APART).into()),
                    }
                }
                if is_permuted {
                    self.log.add(placed, &values)?;
                    continue;
                }
                let group = placed.class as usize;
                if group == self.people.len() {
                    self.people.push(Vec::new());
                }
                self.people[group].push(placed);
            }
        }
        match subjects.is_some_and(|all| all.len() != self.row) {
            true => Err(ReadBackError::Format("rows are missing").into()),
            false => Ok(()),
        }
    }

    /// Reads how many people of each group have which value. Whose they are is not said, and no measure asks:
    /// each person of a group is given one value of each column.
    fn read_counts(&mut self, table: Released, format: TableFormat) -> Result<(), CheckError> {
        let places: Vec<usize> = [GROUP, COLUMN, VALUE, COUNT]
            .iter()
            .map(|name| position(&table, name))
            .collect::<Result<_, _>>()?;
        let columns = self.sensitive.len();
        let mut values: Vec<Vec<Vec<Option<String>>>> =
            self.people.iter().map(|_| vec![Vec::new(); columns]).collect();
        for batch in table {
            let batch = Cells { batch: batch?, format };
            for at in 0..batch.batch.len() {
                let cell = |n: usize| batch.text(places[n], at);
                let name = cell(1).ok_or(NO_CELL)?;
                let column = self.sensitive.iter().position(|column| column.name == name);
                let (group, column) = self.numbers.get(cell(0).ok_or(NO_CELL)?).zip(column).ok_or(
                    ReadBackError::Format("a count is of no group or no sensitive column"),
                )?;
                let count: usize = cell(3)
                    .and_then(|text| text.parse().ok())
                    .ok_or(ReadBackError::Format("a count is none"))?;
                let own = &mut values[*group as usize][column];
                let text = cell(2).and_then(|text| self.sensitive[column].stated(text));
                if count > self.people[*group as usize].len() - own.len() {
                    return Err(ReadBackError::Format(MISCOUNTED).into());
                }
                own.extend(std::iter::repeat_n(text.map(str::to_owned), count));
            }
        }
        for (people, values) in self.people.iter().zip(&values) {
            if values.iter().any(|column| column.len() != people.len()) {
                return Err(ReadBackError::Format(MISCOUNTED).into());
            }
            for (n, placed) in people.iter().enumerate() {
                let cells: Vec<Option<&str>> = values.iter().map(|v| v[n].as_deref()).collect();
                self.log.add(*placed, &cells)?;
            }
        }
        Ok(())
    }
}

const APART: &str = "somebody is in two groups, or has two values";
const MISCOUNTED: &str = "the counts of a group are not of its people";

fn position(table: &Released, name: &str) -> Result<usize, ReadBackError> {
    let at = table.columns().iter().position(|column| column == name);
    at.ok_or(ReadBackError::Format("a column is not there"))
}

/// A batch of a format.
struct Cells {
    batch: StringBatch,
    format: TableFormat,
}

impl Cells {
    /// A cell as it was before it was guarded; none where nothing is written.
    fn text(&self, column: usize, at: usize) -> Option<&str> {
        let texts = self.batch.column(column);
        let text = (!texts.is_null(at)).then(|| texts.value(at))?;
        Some(if self.format == TableFormat::Csv { unguarded(text) } else { text })
    }
}
