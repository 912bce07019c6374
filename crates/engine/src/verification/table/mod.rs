//! Checks of released tables. They are read back by another path than the one that wrote them, and
//! classes and risks are counted from what was read alone.

mod beside;
mod cells;
mod counting;

use std::collections::BTreeMap;
use std::ops::Range;

use anonymed_assess::{Multiplicity, SeenNumbers, SignatureIndex};
use anonymed_core::policy::{TableFormat, TableRule};
use anonymed_core::{AttributeRole, FileNumber, SubjectId};
use anonymed_table::{ColumnOutcome, StringBatch, TableOutcome, released};
use hashbrown::HashMap;

use self::counting::{Counted, Counting};
use super::{Findings, Look, staged};
use crate::risk::{ColumnUtility, JointRisk, RiskNumbers, RiskSummary, TableRisk};
use crate::staging::{Output, Record};
use crate::verify::consistency::Consistency;
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
                let mut again = Findings::default();
                pass.cells(&mut again, &mut |_, _| Ok(()))?;
                // The cells of a table are counted once.
                again.prose.clear();
                findings.absorb(again);
                continue;
            }
            let mut columns = Columns::of(self.look, record.file, output, outcome);
            counting::add_life_dates(self.look, output, &mut columns)?;
            let mut counting = Counting::new(self.look, columns, self.risk.tables.len() as u32)?;
            pass.cells(findings, &mut |batch, owners| {
                counting.batch(batch, owners, &mut self.signatures, &mut self.people)
            })?;
            pass.dates(findings, &mut self.consistency)?;
            self.summarise(output, outcome, counting)?;
        }
        Ok(())
    }

    fn summarise(
        &mut self,
        output: &Output,
        outcome: &TableOutcome,
        counting: Counting<'_>,
    ) -> Result<(), EngineError> {
        let k = outcome.model.as_ref().and_then(|m| m.k);
        let threshold = self.look.policy.risk.max_prosecutor.unwrap_or(0.2);
        let options = job::table_options(self.look.project);
        let counted = counting.finish(u64::from(k.unwrap_or(2)), &options)?;
        let Counted { columns, report, diversity, kept } = counted;
        let mut models = BTreeMap::new();
        if !columns.quasi.is_empty() {
            models.insert("k".to_owned(), report.smallest_class_subjects as f64);
            for (column, l) in &diversity {
                models.insert(format!("l({column})"), *l as f64);
            }
            for (name, reached) in kept.iter().filter_map(|k| Some((k.name(), k.reached?))) {
                models.insert(name, reached);
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
            l_asked: columns.l_asked().map(|(column, l)| (column.to_owned(), l)).collect(),
            models: kept,
            attacks_asked: columns.rule.is_some_and(|rule| rule.attack.is_some()),
            attacks: output.attacks.clone(),
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

/// Models each table satisfies, by path of the output.
pub(super) type Models = BTreeMap<String, BTreeMap<String, f64>>;

fn unreadable(error: released::ReadBackError) -> EngineError {
    EngineError::Integrity(error.to_string())
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
struct Columns<'a> {
    /// The policy's rule for the table.
    rule: Option<&'a TableRule>,
    names: Vec<String>,
    subject: Option<usize>,
    quasi: Vec<usize>,
    /// Those that are sensitive, or that a model is about.
    sensitive: Vec<usize>,
}

impl<'a> Columns<'a> {
    fn of(look: &Look<'a>, file: FileNumber, output: &Output, outcome: &TableOutcome) -> Self {
        let rule = look
            .inventory
            .file(file)
            .and_then(|entry| look.policy.table_for(&entry.name, output.sheet.as_deref()));
        let subject_name = rule.and_then(|r| r.subject.as_deref());
        let mut columns = Self {
            rule,
            names: Vec::new(),
            subject: None,
            quasi: Vec::new(),
            sensitive: Vec::new(),
        };
        for column in released_columns(outcome) {
            let position = columns.names.len();
            columns.names.push(column.name.clone());
            if subject_name == Some(column.name.as_str()) {
                columns.subject = Some(position);
            }
            if column.role == AttributeRole::Quasi {
                columns.quasi.push(position);
            }
            // Whatever role the column has: a model is about what is released of it.
            let models = rule.into_iter().flat_map(|rule| &rule.models);
            let asked = models.into_iter().any(|model| model.on.as_ref() == Some(&column.name));
            if column.role == AttributeRole::Sensitive || asked {
                columns.sensitive.push(position);
            }
        }
        columns
    }

    /// Columns on which the table's rule asks for diversity, whatever their role, with the l.
    fn l_asked(&self) -> impl Iterator<Item = (&'a str, u32)> + use<'a> {
        self.rule.into_iter().flat_map(|rule| rule.distinct_l())
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
    columns: Columns<'a>,
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
}
