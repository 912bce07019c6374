//! One table by itself: read once into codes, solved in memory, written in the order of its rows.
//!
//! Identifiers are dropped, quasi-identifiers generalised, sensitive and kept columns written as they are, but
//! for columns with an action, whose values are rewritten first. Rows that no class could take are left out.
//! What was written is read back by another path ([`check`]), which finds the classes again and counts for
//! itself.

mod acts;
mod aggregate;
mod cells;
mod check;
mod coded;
mod counts;
mod curve;
mod ends;
mod explain;
mod group_check;
mod hierarchy;
mod items;
mod labels;
mod lineage;
mod outcome;
mod pieces;
mod population;
mod reached;
mod release;
mod rows;
mod scale;
mod solve;
mod starred;
mod unlinked;
mod view;

use anonymed_anonymize::Proof;
use anonymed_assess::{CodedColumn as CodedViewColumn, CodedTable as CodedView};
use anonymed_core::policy::{OutputForm, TableConfig, TableFormat};
use anonymed_core::{
    AttributeRole, CancelToken, Document, Format, ModalityError, Progress, Pseudonymizer, SubjectId,
};
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use crate::{Part, Tables};

pub use acts::WITHHELD;
pub use acts::{Acting, Rewritten};
pub use anonymed_anonymize::{Fault, FaultKind};
pub use check::{Beside, CheckError, Checked, check, checkable};
pub use counts::SensitiveCounts;
pub use curve::{CURVE_K, CURVE_SUPPRESSION, CurvePoint};
pub use ends::beyond_end;
pub use explain::{ColumnCost, Explanation, Fare, HardRow};
pub use hierarchy::{CheckedHierarchy, Proposed};
pub use lineage::Lines;
pub use pieces::draws;
pub use population::PopulationTable;
pub use reached::Reached;
pub use solve::Solved;
pub use view::{TableView, Wanted};

use coded::CodedTable;

/// What is to be done with one table, and how long it may take.
pub struct SingleTable<'a> {
    /// Columns, models and search.
    pub config: &'a TableConfig,
    /// Asked between batches and between nodes.
    pub cancel: &'a CancelToken,
    /// Time that goes on evenly: each search has as much of it as the configuration allows.
    pub clock: fn() -> Duration,
    /// Hears how far the stages are: `read` and `write` in rows, `solve` in combinations or nodes.
    pub progress: &'a dyn Progress,
    /// What the configuration's actions work with; none where it has none.
    pub acting: Option<Acting<'a>>,
    /// What is drawn from, where [`draws`] says that something is: nobody who reads the release may have its key.
    pub draws: Option<&'a Pseudonymizer>,
}

/// Who stops the work, and who hears how far it is.
#[derive(Clone, Copy)]
struct Told<'a> {
    cancel: &'a CancelToken,
    progress: &'a dyn Progress,
}

impl<'a> SingleTable<'a> {
    fn told(&self) -> Told<'a> {
        Told { cancel: self.cancel, progress: self.progress }
    }
}

impl std::fmt::Debug for SingleTable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SingleTable").field("config", &self.config).finish_non_exhaustive()
    }
}

/// What was done.
#[derive(Debug, Clone)]
pub struct SingleOutcome {
    /// Rows read.
    pub rows: u64,
    /// Rows that could not be read, by number and reason.
    pub rejected: Vec<(u64, String)>,
    /// Rows that name nobody, though there is a column that tells people apart; they are left out.
    pub nameless: u64,
    /// Rows whose person is not known or not agreed on, where actions go by that; they are left out.
    pub held: u64,
    /// What was done with the values of columns that have an action.
    pub rewritten: Vec<Rewritten>,
    /// Who the numbers of `subjects` are, where actions go by that.
    pub owners: Vec<SubjectId>,
    /// People who were drawn, and of how many; none where no sample was asked for. Rows of others are in no
    /// other count than that of the rows read.
    pub sampled: Option<(u32, u32)>,
    /// Rows that state nothing where `nulls = "drop"` asks for a value; they are suppressed.
    pub unstated: u64,
    /// Rows written.
    pub released: u64,
    /// Distinct combinations of the quasi-identifiers.
    pub combinations: u64,
    /// The level of each quasi-identifier, where generalization is global.
    pub levels: Option<Vec<(String, u8)>>,
    /// Equivalence classes.
    pub classes: u32,
    /// Rows of the smallest class.
    pub smallest_class_rows: u64,
    /// People of the smallest class.
    pub smallest_class_subjects: u64,
    /// Whether no column has more suppressed cells than allowed.
    pub cells_hold: bool,
    /// Rows in no class.
    pub suppressed_rows: u64,
    /// People with at least one row in no class.
    pub suppressed_subjects: u64,
    /// Whether what is suppressed is within the limit.
    pub within_suppression_limit: bool,
    /// Loss by the metric that was asked for.
    pub loss: f64,
    /// Global certainty penalty.
    pub gcp: f64,
    /// How much detail is left, 0 to 1; none where all rows of a person are made alike.
    pub granularity: Option<f64>,
    /// What is proven of the loss.
    pub proof: Option<Proof>,
    /// Whether what is asked of the release as a whole holds.
    pub conditions_hold: bool,
    /// What the rows that are left out have in the sensitive columns, and whose they are: with what is
    /// released they make the distribution that models of shares compare with.
    pub left_out: LeftOut,
    /// The subject of each released row, for the check; none where rows are people.
    pub subjects: Option<Vec<u32>>,
    /// People with values of the quasi-identifiers that nobody of the population has, though everybody has to be in
    /// it; none where there is no population.
    pub strangers: Option<u64>,
    /// The hierarchies that builders made, where the population's people are read by them.
    built: population::BuiltLines,
    /// The row that each released one was made from, from 0 among those that were read; none where nobody
    /// asks.
    pub raw_rows: Option<Vec<u32>>,
    /// The second table of the anatomy form.
    pub sensitive: Option<SensitiveCounts>,
    /// By sensitive column, how often a value that is drawn from somebody's group is theirs; none where values
    /// stand in the rows of those who have them.
    pub own_value: Option<BTreeMap<String, f64>>,
}

/// Sensitive cells of rows that are left out, for the check.
#[derive(Debug, Clone, Default)]
pub struct LeftOut {
    /// The subject of each row; none where rows are people.
    subjects: Option<Vec<u32>>,
    /// The sensitive columns.
    names: Vec<String>,
    /// The texts of each.
    texts: Vec<Vec<String>>,
    /// For each row the number of its text in each sensitive column.
    rows: Vec<Vec<u32>>,
}

impl LeftOut {
    /// What some rows of a table that was read to be judged have in its sensitive columns.
    pub fn of_rows(table: &CodedView, rows: &[u32]) -> Self {
        let sensitive = table.of_role(AttributeRole::Sensitive);
        if sensitive.is_empty() || rows.is_empty() {
            return Self::default();
        }
        let texts = |column: &&CodedViewColumn| {
            let codes = 0..column.values() as u32;
            codes.map(|code| column.text(code).unwrap_or_default().to_owned()).collect()
        };
        let codes =
            |row: &u32| sensitive.iter().map(|column| column.codes()[*row as usize]).collect();
        let subjects = table.subjects();
        Self {
            subjects: subjects.map(|all| rows.iter().map(|row| all[*row as usize]).collect()),
            names: sensitive.iter().map(|column| column.name().to_owned()).collect(),
            texts: sensitive.iter().map(texts).collect(),
            rows: rows.iter().map(codes).collect(),
        }
    }
}

impl Tables {
    /// Anonymizes one table into each of the outputs.
    ///
    /// # Errors
    ///
    /// Where the table cannot be read or written, or the configuration does not fit it. What was written
    /// until then must not be used.
    pub fn anonymize(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        job: &SingleTable<'_>,
        outputs: &mut [(TableFormat, &mut dyn Write)],
    ) -> Result<SingleOutcome, ModalityError> {
        let bound = coded::Bound::new(job.config, part)?;
        let table = CodedTable::read_told(document, format, part, &bound, job.told())?;
        let table = table.without_nameless();
        let (table, known) = match (job.acting, &job.config.actions) {
            (Some(acting), _) => {
                let (table, known) = acts::Known::of(table, &bound, acting, self.options())?;
                (table, Some(known))
            }
            (None, None) => (table, None),
            (None, Some(_)) => {
                return Err(ModalityError::Internal("actions have nothing to work with".into()));
            }
        };
        let table = table.sampled(job.config, self.options())?;
        let (table, rewritten) = match known {
            Some(known) => known.act(table, &bound)?,
            None => (table, Vec::new()),
        };
        let mut table = table.with_ends(&bound)?.stated(&bound, self.options())?;
        let form = job.config.output.form;
        let people = match form.is_unlinked() {
            true => Some(unlinked::People::of(&table, &bound, job.config)?),
            false => None,
        };
        let solved = solve::solve(&mut table, &bound, job, self.options())?;
        let classes = solved.class_of_row.as_slice();
        let beside = (self.options(), job.cancel);
        items::generalise(&mut table, &bound, job.config, classes, beside)?;
        if let Some(people) = people {
            let from = (&table, &bound, &people);
            let (what, told) = ((&solved, form), job.told());
            let mut beside = unlinked::write(from, what, job.draws, told, outputs)?;
            let order = std::mem::take(&mut beside.order);
            return Ok(beside.tell(solved.outcome(&table, &bound, Some(order))));
        }
        let order = match form {
            OutputForm::Aggregated => {
                Some(release::write_lines(&table, &bound, &solved, job.told(), outputs)?)
            }
            _ => {
                release::write(&table, &bound, &solved, job.told(), outputs)?;
                None
            }
        };
        let raw_rows =
            (job.config.is_attacked || !rewritten.is_empty()).then(|| solved.raw_rows(&table));
        let mut outcome = solved.outcome(&table, &bound, order);
        outcome.raw_rows = raw_rows;
        if !rewritten.is_empty() {
            outcome.owners = acts::owners(&table);
        }
        outcome.rewritten = rewritten;
        Ok(outcome)
    }
}
