//! A second look at a released table: read back by Arrow's readers, its classes found again from the
//! cells alone, and every promise counted anew.

use std::path::Path;

use anonymed_assess::{
    AssessError, ClassIndex, ClassLabels, Crowds, ItemSupport, Multiplicity, SensitiveLog, Shape,
    SignatureIndex, SuppressionMark,
};
use anonymed_core::policy::{
    COUNT, ModelConfig, OutputForm, RiskScope, TableConfig, TableFormat, Unplaced,
};
use anonymed_core::{AttributeRole, CancelToken, ModalityError};
use arrow::array::Array;

use super::items::{self, ItemColumn};
use super::population::{BuiltLines, ClassesAmongPeople};
use super::{LeftOut, SingleOutcome, group_check};
use crate::conditions::{Condition, Sizes};
use crate::promise::{self, Kept, Promise};
use crate::released::{self, ReadBackError, Released};
use crate::write::unguarded;
use crate::{StringBatch, TableOptions, values};

/// What was found in the released table.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Rows.
    pub rows: u64,
    /// Equivalence classes.
    pub classes: u64,
    /// Rows of the smallest.
    pub smallest_class_rows: u64,
    /// People of the smallest.
    pub smallest_class_subjects: u64,
    /// Rows that are `*` in each quasi-identifier.
    pub suppressed_cells: Vec<(String, u64)>,
    /// What was promised, and what is reached.
    pub promises: Vec<Kept>,
    /// People nobody else has the classes of, over all their rows together; none where rows are people.
    pub joint_unique_subjects: Option<u64>,
    /// People of the smallest crowd with equal classes over all rows.
    pub joint_smallest: Option<u64>,
}

/// Why a release is not what it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// It does not read back.
    #[error(transparent)]
    ReadBack(#[from] ReadBackError),
    /// The configuration cannot be held against it.
    #[error(transparent)]
    Configuration(#[from] ModalityError),
    /// It has not the rows it should.
    #[error(transparent)]
    Rows(#[from] AssessError),
}

/// Rows that the lines of an aggregated table may stand for.
pub(super) const MOST_ROWS: u64 = 1 << 30;

/// Refuses a configuration that asks for what could not be counted again in the output.
///
/// # Errors
///
/// [`ModalityError::Policy`] that says which model.
pub fn checkable(config: &TableConfig) -> Result<(), ModalityError> {
    if config.models.iter().all(ModelConfig::is_of_items) {
        return Err(ModalityError::Policy(
            "there is no [[model]] of the quasi-identifiers, so nothing of them would be generalised; ask for \
             k = 5 or more"
                .into(),
        ));
    }
    let promises = promise::promises(&config.models)?;
    let quasi = config.of_role(AttributeRole::Quasi).count();
    promises.iter().try_for_each(|promise| promise.check_width(quasi))?;
    let aggregated = config.columns.iter().any(|(_, column)| column.aggregate.is_some());
    if aggregated && promises.iter().any(Promise::is_of_groups) {
        return Err(ModalityError::Policy(
            "what somebody finds who knows few columns is asked of labels that classes share; leave `aggregate` \
             out beside `l_known`"
                .into(),
        ));
    }
    if promises.iter().any(Promise::is_of_population) {
        region_labels(config)?;
    }
    let suppressed = config.output.suppressed;
    if suppressed != Unplaced::Drop && promises.iter().any(Promise::is_of_groups) {
        return Err(ModalityError::Policy(format!(
            "what somebody finds who knows few columns is asked of classes with labels; leave \
             `suppressed = \"{}\"` out beside `l_known`",
            suppressed.as_str()
        )));
    }
    let conditions = Condition::all(&config.models)?;
    if config.scope == RiskScope::Joint && !conditions.is_empty() {
        return Err(ModalityError::Policy(
            "conditions on the whole release are of single rows; leave `scope` out".into(),
        ));
    }
    Ok(())
}

/// Refuses what makes labels say another region than that of their class: of the population nobody could say
/// whom they fit.
fn region_labels(config: &TableConfig) -> Result<(), ModalityError> {
    let aggregated = config.columns.iter().any(|(_, column)| column.aggregate.is_some());
    let presence = config.models.iter().any(|model| model.numbers.contains_key("delta_max"));
    let what = match config.scope {
        _ if aggregated => "`aggregate`",
        RiskScope::Joint => "`scope`",
        _ if presence && config.output.suppressed != Unplaced::Drop => {
            "`suppressed`, whose `*` fit people of other classes,"
        }
        _ => return Ok(()),
    };
    Err(ModalityError::Policy(format!(
        "a model of the population asks whom of it the labels of a class fit; leave {what} out"
    )))
}

/// What the released cells do not say, and is needed to count: whose the rows are, and what rows that are left
/// out state, since models of shares compare with the whole table.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// The subject of each released row; none where rows are people.
    pub subjects: Option<&'a [u32]>,
    /// What rows that are left out state.
    pub left_out: &'a LeftOut,
    /// What builders made of the table's values; none where nobody knows.
    built: Option<&'a BuiltLines>,
    /// Asked between steps of a recount that takes long.
    cancel: Option<&'a CancelToken>,
    /// The second table of the anatomy form.
    pub(super) counts: Option<&'a Path>,
}

impl<'a> Beside<'a> {
    /// Of a release that somebody made.
    pub fn new(subjects: Option<&'a [u32]>, left_out: &'a LeftOut) -> Self {
        Self { subjects, left_out, built: None, cancel: None, counts: None }
    }

    /// With a token that stops a recount that takes long.
    #[must_use]
    pub fn cancelled_by(self, cancel: &'a CancelToken) -> Self {
        Self { cancel: Some(cancel), ..self }
    }

    /// With the second table of the anatomy form, in the format of the first.
    #[must_use]
    pub fn with_counts(self, counts: Option<&'a Path>) -> Self {
        Self { counts, ..self }
    }
}

impl<'a> From<&'a SingleOutcome> for Beside<'a> {
    fn from(outcome: &'a SingleOutcome) -> Self {
        let built = Some(&outcome.built);
        Self { built, ..Self::new(outcome.subjects.as_deref(), &outcome.left_out) }
    }
}

/// Reads a released table and counts.
///
/// # Errors
///
/// Where the table does not read back, or has not the rows it should.
pub fn check(
    path: &Path,
    format: TableFormat,
    config: &TableConfig,
    beside: Beside<'_>,
    options: &TableOptions,
) -> Result<Checked, CheckError> {
    if config.output.form.is_unlinked() {
        return group_check::check((path, format), config, beside, options);
    }
    let Beside { subjects, left_out, built, cancel, counts: _ } = beside;
    let never = CancelToken::default();
    let cancel = cancel.unwrap_or(&never);
    let promises = promise::promises(&config.models)?;
    let table = released::read(path, format)?;
    let columns = Columns::of(&table, config)?;
    let shape = match subjects {
        Some(_) => Shape::with_subject(columns.quasi.len(), 0),
        None => Shape::by_rows(columns.quasi.len(), 0),
    };
    let mut found = Found {
        index: ClassIndex::new(shape.suppression(SuppressionMark::LeftOut)),
        log: SensitiveLog::new(shape, columns.sensitive.len()),
        // How many rows somebody has is not hidden by joint scope, and not promised.
        joint: SignatureIndex::new(match config.scope {
            RiskScope::Joint if !config.joins_rows() => Multiplicity::Ignored,
            _ => Multiplicity::Counted,
        }),
        labels: promises.iter().any(Promise::is_of_groups).then(ClassLabels::default),
        items: Items::all(&table, config)?,
        population: match &options.population {
            Some(people) => {
                let own = match built {
                    Some(built) => Some(built.clone()),
                    None => people.built_lines(config, options)?,
                };
                let exposure = own.map(|built| people.exposure(config, &built, options));
                exposure.transpose()?.map(ClassesAmongPeople::new)
            }
            None => None,
        },
        is_guarded: format == TableFormat::Csv,
        stars: vec![0; columns.quasi.len()],
        row: 0,
    };
    for batch in table {
        cancel.check().map_err(ModalityError::from)?;
        found.see(&batch?, &columns, subjects)?;
    }
    if subjects.is_some_and(|list| list.len() != found.row) {
        return Err(ReadBackError::Format("rows are missing").into());
    }
    let names: Vec<&str> = columns.sensitive.iter().map(|(_, column)| column.name).collect();
    left_out.add_to(&mut found.log, &mut found.index, &names)?;
    if let Some(population) = found.population.take() {
        let crowds = population.crowds();
        among(&crowds, found.log.class_people())?;
        found.log.set_population(crowds);
    }
    let report = found.index.report(1);
    let joint = subjects.map(|_| found.joint.report(1));
    let mut sizes = Sizes::new();
    found.log.class_people().iter().for_each(|people| *sizes.entry(*people).or_default() += 1);
    let smallest = sizes.keys().next().copied().unwrap_or(0);
    let conditions = Condition::all(&config.models)?;
    let conditions = conditions.iter().map(|condition| Ok(condition.count(&sizes)));
    let joint_k = joint.as_ref().filter(|_| config.scope == RiskScope::Joint).and_then(|joint| {
        let k = config.models.iter().filter_map(ModelConfig::class_k);
        let asked = k.reduce(f64::max)?;
        let reached = joint.smallest_signature_class as f64;
        let holds = reached >= asked;
        Some(Kept { measure: "joint-k".into(), on: None, asked, reached: Some(reached), holds })
    });
    let promises = promises
        .iter()
        .map(|promise| match promise.is_of_groups() {
            true => {
                let none = ClassLabels::default();
                let labels = found.labels.as_ref().unwrap_or(&none);
                promise.count_groups((&found.log, labels), &names, cancel)
            }
            false => promise.count(&found.log, &names, options),
        })
        .chain(conditions)
        .chain(joint_k.map(Ok))
        .chain(cells(config, &found.stars, found.row as u64).map(Ok))
        .chain(std::mem::take(&mut found.items).into_iter().map(|items| Ok(items.kept())))
        .collect::<Result<_, ModalityError>>()?;
    let names = config.of_role(AttributeRole::Quasi).map(|(name, _)| name.clone());
    Ok(Checked {
        suppressed_cells: names.zip(found.stars).collect(),
        rows: report.rows,
        classes: report.classes,
        smallest_class_rows: report.smallest_class_rows,
        smallest_class_subjects: smallest,
        promises,
        joint_unique_subjects: joint.as_ref().map(|j| j.unique_subjects),
        joint_smallest: joint.as_ref().map(|j| j.smallest_signature_class),
    })
}

/// Refuses a population that the table's people are no part of.
fn among(crowds: &Crowds, class_people: &[u64]) -> Result<(), ModalityError> {
    let more = |(people, crowd): (&u64, &u64)| people > crowd;
    let lacking = class_people.iter().zip(&crowds.of_class).filter(|pair| more(*pair)).count();
    match lacking {
        0 => Ok(()),
        classes => Err(ModalityError::Policy(format!(
            "in {classes} classes of the table there are more people than the population has who fit: the table's \
             people have to be in it, and both tell people apart by `subject`"
        ))),
    }
}

/// The limits of suppressed cells, held against the rows that are `*`.
fn cells<'a>(
    config: &'a TableConfig,
    stars: &'a [u64],
    rows: u64,
) -> impl Iterator<Item = Kept> + 'a {
    config.of_role(AttributeRole::Quasi).zip(stars).filter_map(move |((name, column), stars)| {
        let asked = column.cells_max?;
        let reached = if rows == 0 { 0.0 } else { *stars as f64 / rows as f64 };
        Some(Kept {
            measure: "suppressed-cells".into(),
            on: Some(name.clone()),
            asked,
            reached: Some(reached),
            holds: *stars as f64 <= asked * rows as f64,
        })
    })
}

/// The columns that are looked at, by their place in the released table.
struct Columns<'a> {
    quasi: Vec<usize>,
    /// The column that says how many rows a line stands for.
    count: Option<usize>,
    sensitive: Vec<(usize, Sensitive<'a>)>,
}

/// A sensitive column of the released table.
pub(super) struct Sensitive<'a> {
    pub(super) name: &'a str,
    missing: &'a [String],
}

impl<'a> Sensitive<'a> {
    pub(super) fn of(name: &'a str, missing: &'a [String]) -> Self {
        Self { name, missing }
    }

    /// A text, where it states something.
    pub(super) fn stated<'t>(&self, text: &'t str) -> Option<&'t str> {
        let blank = values::is_missing(text) || self.missing.iter().any(|m| m == text);
        (!blank).then_some(text)
    }
}

impl LeftOut {
    /// Adds to a log of some columns what rows that were left out state: it belongs to the table, and to no
    /// class. Where rows are people, those that the index has placed have the numbers before.
    pub(super) fn add_to(
        &self,
        log: &mut SensitiveLog,
        index: &mut ClassIndex,
        names: &[&str],
    ) -> Result<(), CheckError> {
        let position = |column: &&str| {
            let at = self.names.iter().position(|name| name == column);
            at.ok_or(ReadBackError::Format("a column is not there"))
        };
        let order: Vec<usize> = match self.rows.is_empty() {
            true => Vec::new(),
            false => names.iter().map(position).collect::<Result<_, _>>()?,
        };
        for (n, codes) in self.rows.iter().enumerate() {
            let person = match &self.subjects {
                Some(subjects) => index.person(&subjects[n].to_string())?,
                None => index.rows() as u32 + n as u32,
            };
            let text = |at: &usize| {
                let text = self.texts[*at][codes[*at] as usize].as_str();
                (!text.is_empty()).then_some(text)
            };
            let cells: Vec<Option<&str>> = order.iter().map(text).collect();
            log.add_outside(person, &cells)?;
        }
        Ok(())
    }
}

impl<'a> Columns<'a> {
    fn of(table: &Released, config: &'a TableConfig) -> Result<Self, ReadBackError> {
        let position = |name: &str| {
            let at = table.columns().iter().position(|c| c == name);
            at.ok_or(ReadBackError::Format("a column is not there"))
        };
        let quasi = config.of_role(AttributeRole::Quasi).map(|(name, _)| position(name));
        // What no model is about need not be counted.
        let asked =
            |name: &String| config.models.iter().any(|model| model.on.as_ref() == Some(name));
        let sensitive = config.of_role(AttributeRole::Sensitive).filter(|(name, _)| asked(name));
        let sensitive = sensitive
            .map(|(name, column)| Ok((position(name)?, Sensitive::of(name, &column.missing))));
        let aggregated = config.output.form == OutputForm::Aggregated;
        Ok(Self {
            count: aggregated.then(|| position(COUNT)).transpose()?,
            quasi: quasi.collect::<Result<_, _>>()?,
            sensitive: sensitive.collect::<Result<_, ReadBackError>>()?,
        })
    }
}

/// A set-valued column that a model is about, and what was counted of it.
pub(super) struct Items<'a> {
    at: usize,
    column: ItemColumn<'a>,
    support: ItemSupport,
}

impl<'a> Items<'a> {
    fn all(table: &Released, config: &'a TableConfig) -> Result<Vec<Self>, ReadBackError> {
        let of = |column: ItemColumn<'a>| {
            let at = table.columns().iter().position(|name| name == column.name);
            let at = at.ok_or(ReadBackError::Format("a column is not there"))?;
            Ok(Self::new(at, column))
        };
        items::columns(config).map(of).collect()
    }

    /// A column at a place of the released table.
    pub(super) fn new(at: usize, column: ItemColumn<'a>) -> Self {
        let support = ItemSupport::new(column.model.m, column.separator);
        Self { at, column, support }
    }

    pub(super) fn see(&mut self, person: u32, cell: Option<&str>) -> Result<(), AssessError> {
        let is_marker = |text: &&str| self.column.missing.iter().any(|marker| marker == text);
        match cell.filter(|text| !values::is_missing(text) && !is_marker(text)) {
            Some(text) => self.support.add(person, text),
            None => Ok(()),
        }
    }

    pub(super) fn kept(self) -> Kept {
        let least = self.support.least();
        let k = u64::from(self.column.model.k);
        Kept {
            measure: "km-anonymity".into(),
            on: Some(self.column.name.to_owned()),
            asked: k as f64,
            reached: least.map(|people| people as f64),
            // Where nobody has an item nothing can be known.
            holds: least.is_none_or(|people| people >= k),
        }
    }
}

/// What is known of the rows so far.
struct Found<'a> {
    index: ClassIndex,
    log: SensitiveLog,
    joint: SignatureIndex,
    items: Vec<Items<'a>>,
    /// The labels of the classes, where a model is asked of groups of them.
    labels: Option<ClassLabels>,
    /// The population, where models compare with it.
    population: Option<ClassesAmongPeople>,
    /// Whether cells that begin like a formula have an apostrophe before them.
    is_guarded: bool,
    /// Rows that are `*` in each quasi-identifier.
    stars: Vec<u64>,
    row: usize,
}

impl Found<'_> {
    fn see(
        &mut self,
        batch: &StringBatch,
        columns: &Columns<'_>,
        subjects: Option<&[u32]>,
    ) -> Result<(), CheckError> {
        let is_guarded = self.is_guarded;
        for at in 0..batch.len() {
            let cell = |column: usize| {
                let texts = batch.column(column);
                let text = (!texts.is_null(at)).then(|| texts.value(at))?;
                Some(if is_guarded { unguarded(text) } else { text })
            };
            // Nothing is written as the empty text is.
            let stated = |column: &usize| cell(*column).filter(|text| !text.is_empty());
            let quasi: Vec<Option<&str>> = columns.quasi.iter().map(stated).collect();
            let count = columns.count.map_or(Some(1), |column| cell(column)?.parse().ok());
            let count: u64 = count.ok_or(ReadBackError::Format("a count is none"))?;
            if count > MOST_ROWS.saturating_sub(self.row as u64) {
                return Err(ReadBackError::Format("more rows are counted than a table has").into());
            }
            for (stars, _) in self.stars.iter_mut().zip(&quasi).filter(|(_, c)| **c == Some("*")) {
                *stars += count;
            }
            for _ in 0..count {
                let subject = match subjects {
                    None => None,
                    Some(list) => {
                        let number =
                            list.get(self.row).ok_or(ReadBackError::Format("too many rows"))?;
                        Some(number.to_string())
                    }
                };
                let person = subjects.map_or(self.row as u32, |list| list[self.row]);
                for items in &mut self.items {
                    items.see(person, cell(items.at))?;
                }
                let placed = self.index.add(&quasi, subject.as_deref(), &[])?;
                if let Some(placed) = placed {
                    if let Some(labels) = &mut self.labels {
                        labels.see(placed.class, &quasi);
                    }
                    if let Some(population) = &mut self.population {
                        population.see(placed.class, &quasi)?;
                    }
                    let stated = |(at, column): &(usize, Sensitive<'_>)| column.stated(cell(*at)?);
                    let values: Vec<Option<&str>> = columns.sensitive.iter().map(stated).collect();
                    self.log.add(placed, &values)?;
                }
                if let Some(subject) = &subject {
                    self.joint.add(Some(subject), 0, &quasi)?;
                }
                self.row += 1;
            }
        }
        Ok(())
    }
}
