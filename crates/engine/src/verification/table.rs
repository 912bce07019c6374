//! Checks of released tables. They are read back by another path than the one that wrote them, and
//! classes and risks are counted from what was read alone.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use anonymed_assess::{
    CellNumbers, ClassCounts, ClassReport, Multiplicity, SeenNumbers, Shape, SignatureIndex,
    SuppressionMark, fewest_values,
};
use anonymed_core::policy::{RiskScope, TableFormat, TimeMode};
use anonymed_core::release::Check;
use anonymed_core::{
    AttributeRole, EntityType, FileNumber, Locator, ModalityError, Place, Pseudonymizer, SubjectId,
};
use anonymed_table::sorter::{ClassPair, Room, SortError, Sorter};
use anonymed_table::{ColumnOutcome, StringBatch, TableOutcome, joint, released};
use hashbrown::HashMap;
use rayon::prelude::*;

use super::{Findings, Look, staged};
use crate::risk::{ColumnUtility, JointRisk, RiskNumbers, RiskSummary, TableRisk};
use crate::scan::Status;
use crate::staging::{Output, Record};
use crate::verify::consistency::Consistency;
use crate::verify::dates::{PlaceMode, observed_shift, same_place, unwritten_dates};
use crate::verify::residual::{Position, residual};
use crate::verify::{CellUse, ColumnTally, Quiet, Sweep, Weight};
use crate::{EngineError, job};

/// Reads tables one after the other and keeps what is counted over all of them.
pub(super) struct Tables<'a> {
    look: &'a Look<'a>,
    risk: RiskSummary,
    models: Models,
    signatures: SignatureIndex,
    /// Patients whose signatures were taken.
    people: SeenNumbers,
    consistency: Consistency,
}

impl<'a> Tables<'a> {
    pub(super) fn new(look: &'a Look<'a>) -> Self {
        Self {
            look,
            risk: RiskSummary::default(),
            models: BTreeMap::new(),
            signatures: SignatureIndex::new(Multiplicity::Counted),
            people: SeenNumbers::default(),
            consistency: look.consistency(),
        }
    }

    /// Checks all outputs of a table file.
    pub(super) fn read(
        &mut self,
        record: &Record,
        findings: &mut Findings,
    ) -> Result<(), EngineError> {
        for (n, output) in staged(record).into_iter().flatten().enumerate() {
            let Some(outcome) = &output.table else { continue };
            let first_form = !staged(record)
                .into_iter()
                .flatten()
                .take(n)
                .any(|earlier| earlier.sheet == output.sheet);
            let pass = Pass::new(self.look, record.file, output, outcome)?;
            if !first_form {
                pass.cells(findings, &mut |_, _| Ok(()))?;
                continue;
            }
            let mut columns = Columns::of(self.look, record.file, output, outcome);
            self.add_life_dates(output, &mut columns)?;
            let mut counting = Counting::new(self.look, columns, self.risk.tables.len() as u32);
            pass.cells(findings, &mut |batch, owners| {
                counting.batch(batch, owners, &mut self.signatures, &mut self.people)
            })?;
            pass.dates(findings, &mut self.consistency)?;
            self.summarise(output, outcome, counting)?;
        }
        Ok(())
    }

    /// Counts columns of birth and death dates as quasi-identifiers, whatever the policy calls them:
    /// whoever knows a person knows these too.
    fn add_life_dates(&self, output: &Output, columns: &mut Columns) -> Result<(), EngineError> {
        let open: Vec<usize> = (0..columns.names.len())
            .filter(|n| !columns.quasi.contains(n) && columns.subject != Some(*n))
            .filter(|n| names_life_date(&columns.names[*n]))
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        // Years and filled cells: a flag or a place under such a header is no date.
        let mut counts = vec![(0u64, 0u64); open.len()];
        for batch in read_back(self.look, output)? {
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

    fn summarise(
        &mut self,
        output: &Output,
        outcome: &TableOutcome,
        counting: Counting,
    ) -> Result<(), EngineError> {
        let k = outcome.model.as_ref().and_then(|m| m.k);
        let threshold = self.look.policy.risk.max_prosecutor.unwrap_or(0.2);
        let counted = counting.finish(u64::from(k.unwrap_or(2)))?;
        let Counted { columns, report, diversity } = counted;
        let mut models = BTreeMap::new();
        if !columns.quasi.is_empty() {
            models.insert("k".to_owned(), report.smallest_class_subjects as f64);
            for (column, l) in &diversity {
                models.insert(format!("l({column})"), *l as f64);
            }
        }
        self.models.insert(output.path.clone(), models);
        self.risk.tables.push(TableRisk {
            path: output.path.clone(),
            quasi: columns.quasi.iter().map(|n| columns.names[*n].clone()).collect(),
            by_subject: columns.subject.is_some(),
            rows: report.rows,
            subjects: report.subjects,
            suppressed_rows: outcome.model.as_ref().map_or(0, |m| m.suppressed_rows),
            suppressed_subjects: outcome.model.as_ref().map_or(0, |m| m.suppressed_subjects),
            over_suppressed: outcome.model.as_ref().is_some_and(|m| !m.within_suppression_limit),
            k_asked: k,
            before: outcome.risk_before.as_ref().map(|r| numbers(&r.classes, threshold)),
            after: numbers(&report, threshold),
            class_sizes: report.class_sizes.iter().map(|(size, n)| (*size, *n)).collect(),
            diversity,
            utility: outcome.columns.iter().map(|c| utility(c, outcome)).collect(),
        });
        Ok(())
    }

    pub(super) fn finish(mut self) -> (RiskSummary, Models, Consistency) {
        let k = self.risk.tables.iter().filter_map(|t| t.k_asked).max().unwrap_or(2);
        let report = self.signatures.report(u64::from(k));
        if report.subjects > 0 {
            self.risk.joint = Some(JointRisk {
                subjects: self.people.distinct(),
                signatures: report.subjects,
                unique: report.unique_subjects,
                smallest: report.smallest_signature_class,
                highest: report.highest_prosecutor,
                average: report.average_prosecutor,
            });
        }
        self.risk.tables.sort_by(|a, b| a.path.cmp(&b.path));
        (self.risk, self.models, self.consistency)
    }
}

/// What a table's sorting takes of the memory at a time.
const SORTING: usize = 16 << 20;

/// Classes of one table, found again from its released cells.
struct Counting {
    columns: Columns,
    table: u32,
    counts: ClassCounts,
    /// Classes with their subjects.
    pairs: Sorter<2>,
    /// Numbers of subjects where nothing is known of them that a signature could be made of.
    subjects: CellNumbers,
    seen: SeenNumbers,
    /// Classes with their values, by sensitive column.
    values: Vec<(CellNumbers, Sorter<2>)>,
}

impl Counting {
    fn new(look: &Look<'_>, columns: Columns, table: u32) -> Self {
        let shape = match columns.subject {
            Some(_) => Shape::with_subject(columns.quasi.len(), columns.sensitive.len()),
            None => Shape::by_rows(columns.quasi.len(), columns.sensitive.len()),
        };
        let sorter =
            || Sorter::new(Room { bytes: SORTING, folder: Some(look.project.state("spill")) });
        Self {
            counts: ClassCounts::new(shape.suppression(SuppressionMark::LeftOut)),
            pairs: sorter(),
            subjects: CellNumbers::default(),
            seen: SeenNumbers::default(),
            values: columns.sensitive.iter().map(|_| (CellNumbers::default(), sorter())).collect(),
            columns,
            table,
        }
    }

    fn batch(
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
            let Some(class) = self.counts.row(&quasi, number.is_some()) else { continue };
            self.pairs.push(ClassPair::subject(class, number).0).map_err(unsorted)?;
            for (column, (numbers, pairs)) in self.columns.sensitive.iter().zip(&mut self.values) {
                // A cell that says nothing is no value.
                let Some(value) = cell(column) else { continue };
                let value = numbers.number(Some(value), batch.rows()[row]).map_err(internal)?;
                pairs.push(ClassPair::new(class, value).0).map_err(unsorted)?;
            }
        }
        Ok(())
    }

    /// The classes in numbers.
    fn finish(self, k: u64) -> Result<Counted, EngineError> {
        let Self { columns, mut counts, pairs, seen, values, .. } = self;
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
        Ok(Counted { columns, report: counts.report(k), diversity })
    }
}

/// What was counted of one table.
struct Counted {
    columns: Columns,
    report: ClassReport,
    /// For each sensitive column, the fewest distinct values of a class.
    diversity: Vec<(String, u64)>,
}

/// What is done with each batch of a released table, and whose its rows are, beside the sweep.
type TakeBatch<'a> =
    dyn FnMut(&StringBatch, &[Option<SubjectId>]) -> Result<(), EngineError> + Send + 'a;

fn unsorted(error: SortError) -> EngineError {
    match error {
        SortError::File(kind) => {
            EngineError::Io { what: "the project's spill folder", verb: "used", kind }
        }
        full => EngineError::Internal(full.to_string()),
    }
}

/// Models each table satisfies, by path of the output.
pub(super) type Models = BTreeMap<String, BTreeMap<String, f64>>;

fn unreadable(error: released::ReadBackError) -> EngineError {
    EngineError::Integrity(error.to_string())
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

fn present(value: &str) -> Option<&str> {
    (!value.is_empty()).then_some(value)
}

fn internal(error: anonymed_assess::AssessError) -> EngineError {
    EngineError::Internal(error.to_string())
}

/// Share of people in classes at or below a size.
fn numbers(report: &anonymed_assess::ClassReport, threshold: f64) -> RiskNumbers {
    let people: u64 = report.class_sizes.iter().map(|(size, n)| size * n).sum();
    let at_risk: u64 = report
        .class_sizes
        .iter()
        .filter(|(size, _)| **size > 0 && 1.0 / **size as f64 > threshold + 1e-12)
        .map(|(size, n)| size * n)
        .sum();
    let share = |part: f64| if people == 0 { 0.0 } else { part / people as f64 };
    RiskNumbers {
        highest: if report.smallest_class_subjects == 0 {
            0.0
        } else {
            1.0 / report.smallest_class_subjects as f64
        },
        average: share(report.classes as f64),
        at_risk: share(at_risk as f64),
        smallest_class: report.smallest_class_subjects,
        classes: report.classes,
    }
}

fn utility(column: &ColumnOutcome, outcome: &TableOutcome) -> ColumnUtility {
    let rows = outcome.transformed.records_out.max(1) as f64;
    let filled = column.filled.max(1) as f64;
    let out = column.output_position.is_some();
    let changed = if out { (column.changed as f64 / filled).min(1.0) } else { 0.0 };
    let suppressed = if out { (column.emptied as f64 / rows).min(1.0) } else { 1.0 };
    ColumnUtility {
        column: column.name.clone(),
        action: column.action.clone(),
        unchanged: if out { (1.0 - changed - suppressed).max(0.0) } else { 0.0 },
        changed,
        suppressed,
        precision_kept: column.loss.map(|loss| 1.0 - loss),
    }
}

/// Columns of an output by the part they play, as output positions.
struct Columns {
    names: Vec<String>,
    subject: Option<usize>,
    quasi: Vec<usize>,
    sensitive: Vec<usize>,
}

impl Columns {
    fn of(look: &Look<'_>, file: FileNumber, output: &Output, outcome: &TableOutcome) -> Self {
        let rule = look
            .inventory
            .file(file)
            .and_then(|entry| look.policy.table_for(&entry.name, output.sheet.as_deref()));
        let subject_name = rule.and_then(|r| r.subject.as_deref());
        let mut columns =
            Self { names: Vec::new(), subject: None, quasi: Vec::new(), sensitive: Vec::new() };
        for column in released_columns(outcome) {
            let position = columns.names.len();
            columns.names.push(column.name.clone());
            if subject_name == Some(column.name.as_str()) {
                columns.subject = Some(position);
            }
            match column.role {
                AttributeRole::Quasi => columns.quasi.push(position),
                AttributeRole::Sensitive => columns.sensitive.push(position),
                _ => {}
            }
        }
        columns
    }
}

fn released_columns(outcome: &TableOutcome) -> Vec<&ColumnOutcome> {
    let mut released: Vec<&ColumnOutcome> =
        outcome.columns.iter().filter(|c| c.output_position.is_some()).collect();
    released.sort_by_key(|c| c.output_position);
    released
}

fn read_back(look: &Look<'_>, output: &Output) -> Result<released::Released, EngineError> {
    let format = TableFormat::from_name(&output.form)
        .ok_or_else(|| EngineError::Integrity("a staged table has no known form".into()))?;
    released::read(&look.staging.output(output), format).map_err(unreadable)
}

/// One look at one output.
struct Pass<'a> {
    look: &'a Look<'a>,
    file: FileNumber,
    output: &'a Output,
    outcome: &'a TableOutcome,
    columns: Columns,
    /// What we wrote inside the prose cells.
    written: HashMap<(u64, u32), Vec<Range<usize>>>,
}

impl<'a> Pass<'a> {
    fn new(
        look: &'a Look<'a>,
        file: FileNumber,
        output: &'a Output,
        outcome: &'a TableOutcome,
    ) -> Result<Self, EngineError> {
        let mut written: HashMap<(u64, u32), Vec<Range<usize>>> = HashMap::new();
        for cell in look.staging.written_cells(output)? {
            let span = cell.start as usize..cell.end as usize;
            written.entry((cell.row, cell.column)).or_default().push(span);
        }
        let columns = Columns::of(look, file, output, outcome);
        Ok(Self { look, file, output, outcome, columns, written })
    }

    fn owner(&self, batch: &StringBatch, row: usize) -> Option<SubjectId> {
        let column = self.columns.subject?;
        self.look.owner(batch.value(column, row))
    }

    /// Sweeps every cell, and hands on every batch.
    fn cells(&self, findings: &mut Findings, take: &mut TakeBatch<'_>) -> Result<(), EngineError> {
        let columns = released_columns(self.outcome);
        let mut tallies = vec![ColumnTally::default(); columns.len()];
        let mut row_number = 0;
        for batch in read_back(self.look, self.output)? {
            let batch = batch.map_err(unreadable)?;
            self.look.cancel.check()?;
            let owners: Vec<Option<SubjectId>> =
                (0..batch.len()).map(|row| self.owner(&batch, row)).collect();
            let sweep = || -> Vec<(Findings, ColumnTally)> {
                let columns = columns.par_iter().enumerate();
                let one = |(position, column): (usize, &&ColumnOutcome)| {
                    self.column(&batch, &owners, row_number, position, column)
                };
                columns.map(one).collect()
            };
            let (parts, taken) = rayon::join(sweep, || take(&batch, &owners));
            taken?;
            for (tally, (found, part)) in tallies.iter_mut().zip(parts) {
                tally.absorb(&part);
                findings.absorb(found);
            }
            row_number += batch.len() as u64;
        }
        for (position, tally) in tallies.iter().enumerate() {
            if let Some(reason) = tally.verdict() {
                let place = Place::Column(position as u32 + 1);
                findings.known.push(Locator::new(self.file, place), None, reason);
            }
        }
        findings.examine(Check::KnownValues, "table_rows", row_number);
        findings.examine(Check::ResidualPatterns, "table_rows", row_number);
        Ok(())
    }

    fn column(
        &self,
        batch: &StringBatch,
        owners: &[Option<SubjectId>],
        first_row: u64,
        position: usize,
        column: &ColumnOutcome,
    ) -> (Findings, ColumnTally) {
        let mut findings = Findings::default();
        let mut tally = ColumnTally::default();
        let used = cell_use(column);
        let mut memo = Memo::default();
        for (row, owner) in owners.iter().copied().enumerate() {
            let value = batch.value(position, row);
            if value.is_empty() {
                continue;
            }
            if let Some(quiet) = memo.look(&self.look.sweep, column, used, value) {
                if let Known::Quiet(quiet) = quiet {
                    tally.add_quiet(quiet);
                }
                continue;
            }
            let number = first_row + row as u64 + 1;
            let at = || {
                let place = Place::Cell { row: number, column: position as u32 + 1 };
                Locator::new(self.file, place)
            };
            let excused = self.written.get(&(number, position as u32));
            let excused = excused.map_or(&[][..], Vec::as_slice);
            let hits = match used {
                CellUse::Kept => tally.add(&self.look.sweep, value, owner),
                CellUse::Prose => self.look.sweep.field(value, owner, excused),
                CellUse::Written => self.look.sweep.cell(value, owner, used),
            };
            let before = findings.total();
            for hit in hits.iter().filter(|h| h.weight == Weight::Certain) {
                findings.known.push(at(), Some(hit.entity), hit.reason);
            }
            if used != CellUse::Written {
                for hit in residual(value, Position::Cell(column.role), excused) {
                    findings.residual.push(at(), Some(hit.entity), hit.reason);
                }
            }
            if used == CellUse::Prose && self.look.policy.time.mode != TimeMode::Keep {
                for hit in unwritten_dates(value, excused) {
                    findings.dates.push(at(), Some(EntityType::Date), hit.reason);
                }
            }
            if used == CellUse::Prose && findings.total() > before {
                let cell = (self.file, self.output.sheet.clone(), number, column.source_position);
                findings.cells.insert(cell);
            }
        }
        (findings, tally)
    }

    /// Compares each date with the one at its place in the input.
    fn dates(
        &self,
        findings: &mut Findings,
        consistency: &mut Consistency,
    ) -> Result<(), EngineError> {
        let moved: Vec<(usize, usize)> = self
            .outcome
            .columns
            .iter()
            .filter(|c| c.action == "shift")
            .filter_map(|c| Some((c.source_position, c.output_position?)))
            .collect();
        let mode = self.look.policy.time.mode;
        let rows_with_codes = self.columns.subject.is_some();
        if (moved.is_empty() && !rows_with_codes) || mode == TimeMode::Keep {
            return Ok(());
        }
        let entry =
            self.look.inventory.file(self.file).ok_or(EngineError::Drift("the inventory"))?;
        let mut walk = Walk {
            pass: self,
            moved,
            mode,
            released: Rows::of(
                read_back(self.look, self.output)?,
                self.look.row_positions(self.file, self.output, self.outcome),
            ),
            row: 0,
            findings,
            consistency,
            failure: None,
        };
        let Status::Recognised(format) = &entry.status else { return Ok(()) };
        let tables = job::tables(self.look.project);
        let read = job::with_document(self.look.project, entry, |document| {
            let parts = tables.parts(document, format)?;
            let part = parts.iter().find(|p| p.sheet == self.output.sheet);
            let part = part.ok_or_else(|| ModalityError::Internal("a part is gone".into()))?;
            tables.read_input_rows(document, format, part, &mut |batch| walk.batch(&batch))
        })?;
        let (failure, rows) = (walk.failure.take(), walk.row);
        read.map_err(|source| EngineError::File { file: self.file, source })?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        findings.examine(Check::Dates, "table_rows", rows);
        Ok(())
    }
}

/// What the values of one column in one batch were found to be, where nothing is in them for anybody:
/// a column has few values as a rule.
#[derive(Default)]
struct Memo<'a> {
    values: HashMap<&'a str, Option<Known>>,
}

/// A value that needs no further look.
#[derive(Clone, Copy)]
enum Known {
    /// Ours, and nobody's own.
    Written,
    /// Kept, with nothing known in it and no pattern of an identifier.
    Quiet(Quiet),
}

/// Values of a column in a batch beyond which there is no use in keeping them apart.
const MEMO_MOST: usize = 4096;

impl<'a> Memo<'a> {
    /// What a value is; `None` where it has to be looked at together with its row.
    fn look(
        &mut self,
        sweep: &Sweep<'_>,
        column: &ColumnOutcome,
        used: CellUse,
        value: &'a str,
    ) -> Option<Known> {
        if used == CellUse::Prose {
            return None;
        }
        if let Some(known) = self.values.get(value) {
            return *known;
        }
        if self.values.len() >= MEMO_MOST {
            return None;
        }
        let known = match used {
            CellUse::Written => sweep.is_nobodys(value).then_some(Known::Written),
            _ => ColumnTally::quiet(sweep, value)
                .filter(|_| residual(value, Position::Cell(column.role), &[]).is_empty())
                .map(Known::Quiet),
        };
        self.values.insert(value, known);
        known
    }
}

/// Whose doing a released cell is.
fn cell_use(column: &ColumnOutcome) -> CellUse {
    match column.action.as_str() {
        "text" => CellUse::Prose,
        "keep" | "generalize" => CellUse::Kept,
        _ => CellUse::Written,
    }
}

/// Input rows beside released rows.
struct Walk<'a, 'b> {
    pass: &'a Pass<'a>,
    moved: Vec<(usize, usize)>,
    mode: TimeMode,
    released: Rows,
    row: u64,
    findings: &'b mut Findings,
    consistency: &'b mut Consistency,
    failure: Option<EngineError>,
}

impl Walk<'_, '_> {
    fn batch(&mut self, input: &StringBatch) -> Result<(), ModalityError> {
        for (row, number) in input.rows().iter().enumerate() {
            if self.pass.outcome.dropped_rows.binary_search(number).is_ok() {
                continue;
            }
            match self.released.next() {
                Ok(Some((batch, at, number))) => self.row(input, row, &batch, at, number),
                Ok(None) => {
                    self.failure = Some(EngineError::Integrity(
                        "a released table has fewer rows than were written".into(),
                    ));
                    return Err(ModalityError::Internal("fewer rows".into()));
                }
                Err(e) => {
                    self.failure = Some(unreadable(e));
                    return Err(ModalityError::Internal("unreadable".into()));
                }
            }
        }
        Ok(())
    }

    /// Holds row `row` of the input against row `at` of a batch, the output's `number`th.
    fn row(
        &mut self,
        input: &StringBatch,
        row: usize,
        output: &StringBatch,
        at: usize,
        number: u64,
    ) {
        self.row += 1;
        let pass = self.pass;
        let place = |column: usize| {
            let place = Place::Cell { row: number, column: column as u32 + 1 };
            Locator::new(pass.file, place)
        };
        let owner = pass.owner(output, at);
        if let Some(column) = pass.columns.subject {
            let code = output.value(column, at);
            self.consistency.observe_code(place(column), "table", None, code);
        }
        let mode = match (self.mode, owner.and_then(|o| pass.look.shift_of(o))) {
            (TimeMode::Shift, Some(days)) => PlaceMode::Shift(days),
            (TimeMode::Shift, None) => return,
            (TimeMode::Year, _) => PlaceMode::Year,
            (TimeMode::Keep, _) => PlaceMode::Keep,
        };
        for (source, target) in &self.moved {
            let (before, after) = (input.value(*source, row), output.value(*target, at));
            if before.is_empty() || after.is_empty() {
                continue;
            }
            if let Some(hit) = same_place(before, after, mode) {
                self.findings.dates.push(place(*target), Some(EntityType::Date), hit.reason);
            }
            if let (Some(owner), TimeMode::Shift, Some(days)) =
                (owner, self.mode, observed_shift(before, after))
            {
                self.consistency.observe_shift(place(*target), owner, days);
            }
        }
    }
}

/// Released rows one by one, in the order of the input.
struct Rows {
    batches: released::Released,
    current: Option<(Arc<StringBatch>, usize)>,
    given: usize,
    /// Where each row stands, where rows are released in an order of the table's own.
    positions: Option<Vec<usize>>,
    /// All batches, where rows are not read in the order they stand in.
    kept: Vec<Arc<StringBatch>>,
}

/// A released row: its batch, its place in it, and its number in the output, from 1.
type ReleasedRow = (Arc<StringBatch>, usize, u64);

impl Rows {
    fn of(batches: released::Released, positions: Option<Vec<usize>>) -> Self {
        Self { batches, current: None, given: 0, positions, kept: Vec::new() }
    }

    fn next(&mut self) -> Result<Option<ReleasedRow>, released::ReadBackError> {
        let row = match self.positions.as_ref().map(|p| p.get(self.given).copied()) {
            None => self.next_in_file()?,
            Some(None) => None,
            Some(Some(position)) => self.at(position)?,
        };
        self.given += 1;
        Ok(row)
    }

    fn next_in_file(&mut self) -> Result<Option<ReleasedRow>, released::ReadBackError> {
        loop {
            if let Some((batch, at)) = &mut self.current
                && *at < batch.len()
            {
                *at += 1;
                return Ok(Some((Arc::clone(batch), *at - 1, self.given as u64 + 1)));
            }
            match self.batches.next() {
                None => return Ok(None),
                Some(batch) => self.current = Some((Arc::new(batch?), 0)),
            }
        }
    }

    fn at(&mut self, position: usize) -> Result<Option<ReleasedRow>, released::ReadBackError> {
        if self.kept.is_empty() {
            self.kept = self.batches.by_ref().map(|b| b.map(Arc::new)).collect::<Result<_, _>>()?;
        }
        let mut first = 0;
        for batch in &self.kept {
            if position < first + batch.len() {
                return Ok(Some((Arc::clone(batch), position - first, position as u64 + 1)));
            }
            first += batch.len();
        }
        Ok(None)
    }
}

impl Look<'_> {
    /// Keyed marks of the input texts of prose cells, found by counting the rows that were released.
    pub(super) fn marks(
        &self,
        codes: &Pseudonymizer,
        records: &[Record],
        cells: &super::Cells,
    ) -> Result<BTreeSet<String>, EngineError> {
        let mut marks = BTreeSet::new();
        for record in records {
            for output in staged(record).into_iter().flatten() {
                let Some(outcome) = &output.table else { continue };
                let wanted: BTreeSet<(u64, usize)> = cells
                    .iter()
                    .filter(|(file, sheet, ..)| *file == record.file && *sheet == output.sheet)
                    .map(|(_, _, row, column)| (*row, *column))
                    .collect();
                if !wanted.is_empty() {
                    self.marks_of(codes, record.file, output, outcome, &wanted, &mut marks)?;
                }
            }
        }
        Ok(marks)
    }

    /// Where the rows of a table stand, in the order of the input, where its order is its own.
    fn row_positions(
        &self,
        file: FileNumber,
        output: &Output,
        outcome: &TableOutcome,
    ) -> Option<Vec<usize>> {
        (self.policy.risk.scope == RiskScope::Joint).then(|| {
            let scope = joint::table_scope(file, output.sheet.as_deref());
            joint::row_positions(&self.maker, &scope, outcome.transformed.records_out)
        })
    }

    fn marks_of(
        &self,
        codes: &Pseudonymizer,
        file: FileNumber,
        output: &Output,
        outcome: &TableOutcome,
        wanted: &BTreeSet<(u64, usize)>,
        marks: &mut BTreeSet<String>,
    ) -> Result<(), EngineError> {
        let entry = self.inventory.file(file).ok_or(EngineError::Drift("the inventory"))?;
        let Status::Recognised(format) = &entry.status else { return Ok(()) };
        let tables = job::tables(self.project);
        let positions = self.row_positions(file, output, outcome);
        let mut count = 0;
        job::with_document(self.project, entry, |document| {
            let parts = tables.parts(document, format)?;
            let part = parts.iter().find(|p| p.sheet == output.sheet);
            let part = part.ok_or_else(|| ModalityError::Internal("a part is gone".into()))?;
            tables.read_input_rows(document, format, part, &mut |batch| {
                for (row, number) in batch.rows().iter().enumerate() {
                    if outcome.dropped_rows.binary_search(number).is_ok() {
                        continue;
                    }
                    count += 1;
                    let released = match &positions {
                        None => count as u64,
                        Some(positions) => positions.get(count - 1).map_or(0, |p| *p as u64 + 1),
                    };
                    for (_, column) in wanted.range((released, 0)..=(released, usize::MAX)) {
                        marks.insert(crate::run::cell_mark(codes, batch.value(*column, row)));
                    }
                }
                Ok(())
            })
        })?
        .map_err(|source| EngineError::File { file, source })
    }
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
