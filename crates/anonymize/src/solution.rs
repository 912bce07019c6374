//! A problem (a table and what has to hold) and its solution, judged class by class once more.

use anonymed_core::{CancelToken, Progress};
use rayon::prelude::*;

use crate::known::{self, Labelled};
use crate::metrics::{GlobalCertaintyPenalty, Granularity, LossMetric};
use crate::models::{Monotonicity, Reach};
use crate::population::Population;
use crate::recoding::ClassMembers;
use crate::search::{Found, Proof, Search};
use crate::{
    AnonymizeError, ClassAccumulator, FrequencyTable, Judgement, PrivacyModel, Recoding,
    SubjectCount,
};

/// What the search is called to who hears of it.
const STAGE: &str = "solve";

/// A frequency table and the models every class of its release has to satisfy.
pub struct Problem<'a> {
    table: &'a FrequencyTable,
    models: Vec<Box<dyn PrivacyModel>>,
    metric: &'a dyn LossMetric,
    suppress_max: f64,
    sensitive: Vec<usize>,
    cancel: CancelToken,
    checks_max: Option<u64>,
    is_late: Option<&'a (dyn Fn() -> bool + Sync)>,
    progress: &'a dyn Progress,
    target: Option<usize>,
}

/// A recoding that satisfies the models, and what it did.
#[derive(Debug, Clone)]
pub struct Solution {
    /// What to write.
    pub recoding: Recoding,
    /// Equivalence classes.
    pub classes: u32,
    /// Rows of the smallest class, 0 without classes.
    pub smallest_class_rows: u64,
    /// Subjects of the class with fewest.
    pub smallest_class_subjects: SubjectCount,
    /// Rows in no class.
    pub suppressed_rows: u64,
    /// Subjects with at least one row in no class.
    pub suppressed_subjects: SubjectCount,
    /// Whether the suppressed share of the subjects is within the problem's limit. Where the table
    /// does not tell all subjects apart, the suppressed share of the rows is taken if it is higher.
    pub within_suppression_limit: bool,
    /// Loss by the problem's metric.
    pub loss: f64,
    /// Global certainty penalty.
    pub gcp: f64,
    /// How much detail is left: one less the mean share of its column's domain that a cell stands for.
    pub granularity: f64,
    /// The level of each column, where generalization is global.
    pub levels: Option<Vec<u8>>,
    /// What the search can prove of the loss; nothing where it does not look for the least.
    pub proof: Option<Proof>,
}

impl<'a> Problem<'a> {
    /// A problem with the global certainty penalty as loss and no limit on suppression.
    pub fn new(table: &'a FrequencyTable, models: Vec<Box<dyn PrivacyModel>>) -> Self {
        let mut sensitive: Vec<usize> = models.iter().filter_map(|m| m.sensitive()).collect();
        sensitive.sort_unstable();
        sensitive.dedup();
        Self {
            table,
            models,
            metric: &GlobalCertaintyPenalty,
            suppress_max: 1.0,
            sensitive,
            cancel: CancelToken::default(),
            checks_max: None,
            is_late: None,
            progress: &(),
            target: None,
        }
    }

    /// Sets the sensitive column that is to be told as well as can be from the quasi-identifiers. It is what
    /// [`search::Mondrian`](crate::search::Mondrian) cuts by; other searches do not ask.
    #[must_use]
    pub fn target(mut self, sensitive: usize) -> Self {
        self.target = Some(sensitive);
        self
    }

    /// Sets how many nodes a search of the lattice may judge, as [`search::Optimal`](crate::search::Optimal)
    /// does; where none of them was feasible, the highest is judged beside. Other searches judge no nodes, and
    /// it does not limit them.
    #[must_use]
    pub fn checks_max(mut self, checks: u64) -> Self {
        self.checks_max = Some(checks);
        self
    }

    /// Sets the question whether time is up. A search that is told so ends soon with the best it has, or with
    /// classes that hold and are made in one pass.
    #[must_use]
    pub fn is_late(mut self, is_late: &'a (dyn Fn() -> bool + Sync)) -> Self {
        self.is_late = Some(is_late);
        self
    }

    /// Sets who hears how far the search is: the stage `solve`, in combinations that have their class or
    /// in nodes that were judged.
    #[must_use]
    pub fn progress(mut self, progress: &'a dyn Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Sets the loss metric.
    #[must_use]
    pub fn metric(mut self, metric: &'a dyn LossMetric) -> Self {
        self.metric = metric;
        self
    }

    /// Sets the highest share of subjects that may be suppressed.
    #[must_use]
    pub fn suppress_max(mut self, share: f64) -> Self {
        self.suppress_max = share.clamp(0.0, 1.0);
        self
    }

    /// Sets the switch that stops the search.
    #[must_use]
    pub fn cancel(mut self, cancel: CancelToken) -> Self {
        self.cancel = cancel;
        self
    }

    /// The table.
    pub fn table(&self) -> &FrequencyTable {
        self.table
    }

    /// The models.
    pub fn models(&self) -> &[Box<dyn PrivacyModel>] {
        &self.models
    }

    /// Searches, judges every class again and suppresses what fails.
    ///
    /// Where the whole table does not satisfy the models, everything is suppressed and the solution
    /// says so; that is an answer and no error.
    ///
    /// # Errors
    ///
    /// A model the table cannot answer, or [`AnonymizeError::Cancelled`].
    pub fn solve(&self, search: &dyn Search) -> Result<Solution, AnonymizeError> {
        self.check_models()?;
        if !search.is_full_domain() {
            self.check_reach(Reach::Combinations)?;
        }
        let found = search.search(self);
        self.end();
        let found = found?;
        Ok(self.judge_classes(found))
    }

    /// An empty class for this problem's models.
    pub fn accumulator(&self) -> ClassAccumulator {
        ClassAccumulator::new(self.table, &self.sensitive)
    }

    /// What the models say of a class together: the least of their judgements. Combinations that only the
    /// population has are no class, and hold as long as no row is added.
    pub fn judge(&self, class: &ClassAccumulator) -> Judgement {
        if class.rows() == 0 && class.population().is_some() {
            return Judgement::Holds;
        }
        self.of_classes().map(|m| m.judge(class)).min().unwrap_or(Judgement::Settled)
    }

    /// Fewest subjects a class can have.
    pub fn least_subjects(&self) -> u64 {
        self.of_classes().map(|m| u64::from(m.least_subjects())).max().unwrap_or(1).max(1)
    }

    /// The models that are asked of every class.
    fn of_classes(&self) -> impl Iterator<Item = &dyn PrivacyModel> {
        self.models.iter().map(AsRef::as_ref).filter(|m| m.known().is_none())
    }

    /// What the models together allow to conclude.
    pub(crate) fn monotonicity(&self) -> Monotonicity {
        self.models.iter().map(|m| m.monotonicity()).min().unwrap_or(Monotonicity::Classes)
    }

    /// The people a class needs, where their number decides alone.
    pub(crate) fn by_people_alone(&self) -> Option<u64> {
        self.of_classes().all(|m| m.is_people_count()).then(|| self.least_subjects())
    }

    /// Whether a class holds, whatever is added to it.
    pub(crate) fn is_settled(&self, class: &ClassAccumulator) -> bool {
        self.judge(class) == Judgement::Settled
    }

    /// Whether no part of a class can hold.
    pub(crate) fn fails_in_every_part(&self, class: &ClassAccumulator) -> bool {
        let mut hereditary =
            self.of_classes().filter(|m| m.monotonicity() == Monotonicity::Classes);
        hereditary.any(|m| !m.judge(class).holds())
    }

    /// Whether everybody of the population has to fall into a class of the release.
    pub(crate) fn places_population(&self) -> bool {
        self.models.iter().any(|m| m.places_population())
    }

    /// The sensitive column that cuts are to tell of.
    pub(crate) fn target_column(&self) -> Option<usize> {
        self.target
    }

    /// The metric.
    pub(crate) fn loss_metric(&self) -> &dyn LossMetric {
        self.metric
    }

    /// The highest share that may be suppressed.
    pub fn most_suppressed(&self) -> f64 {
        self.suppress_max
    }

    /// Whether a time or a number of nodes ends a search.
    pub(crate) fn is_limited(&self) -> bool {
        self.checks_max.is_some() || self.is_late.is_some()
    }

    /// Whether a search that has judged so many nodes is to end.
    pub(crate) fn is_over(&self, checks: u64) -> bool {
        self.checks_max.is_some_and(|most| checks >= most) || self.is_time_up()
    }

    /// Whether a search is to end, however little it has done.
    pub(crate) fn is_time_up(&self) -> bool {
        self.is_late.is_some_and(|is_late| is_late())
    }

    pub(crate) fn begin(&self, total: usize, unit: &str) {
        self.progress.begin(STAGE, total as u64, unit);
    }

    pub(crate) fn end(&self) {
        self.progress.end(STAGE);
    }

    pub(crate) fn advance(&self, units: usize) {
        self.progress.advance(STAGE, units as u64);
    }

    pub(crate) fn check_cancelled(&self) -> Result<(), AnonymizeError> {
        Ok(self.cancel.check()?)
    }

    pub(crate) fn check_models(&self) -> Result<(), AnonymizeError> {
        let columns = self.table.sensitive().len();
        if let Some(column) = self.sensitive.iter().copied().find(|c| *c >= columns) {
            return Err(AnonymizeError::NoSensitiveColumn { column, columns });
        }
        let counting = self.table.counting();
        let needed = self.models.iter().map(|m| m.least_subjects()).max().unwrap_or(0);
        let all = self.models.iter().any(|m| m.needs_all_subjects());
        let exact = self.table.population().is_none_or(Population::is_exact);
        if all && !exact {
            return Err(AnonymizeError::TooFewSubjectsKept { needed: u32::MAX, kept: 0 });
        }
        if needed > counting.limit() || (all && !counting.is_exact()) {
            let needed = if all { u32::MAX } else { needed };
            return Err(AnonymizeError::TooFewSubjectsKept { needed, kept: counting.limit() });
        }
        Ok(())
    }

    /// Refuses models that ask for more than a recoding of a kind can say.
    pub(crate) fn check_reach(&self, most: Reach) -> Result<(), AnonymizeError> {
        match self.models.iter().map(|m| m.reach()).max() {
            Some(reach) if reach > most => Err(AnonymizeError::OutOfReach(reach)),
            _ => Ok(()),
        }
    }

    /// Judges the classes of a solution as others number them.
    pub fn rejudged(&self, solution: Solution, number: &[u32]) -> Solution {
        let Solution { recoding, levels, proof, .. } = solution;
        self.judge_classes(Found { recoding: recoding.renumbered(number), levels, proof })
    }

    pub(crate) fn judge_classes(&self, found: Found) -> Solution {
        let Found { recoding, levels, proof } = found;
        let recoding = match recoding.alike(None) {
            Some(number) => recoding.renumbered(&number),
            None => recoding,
        };
        let members = ClassMembers::by_class(recoding.class_numbers(), recoding.classes());
        let mut judged = self.judge_members(&members);
        let columns = recoding.columns();
        let labelled = Labelled {
            label: &|class, column: usize| columns[column].label_of[class as usize],
            labels: &|column: usize| columns[column].labels.len(),
            members: &members,
        };
        known::let_go(self, &labelled, &mut judged.hold, u64::MAX);
        drop(members);
        if judged.hold.iter().all(|holds| *holds) {
            return self.describe(recoding, levels, proof, &judged);
        }
        // What was suppressed after the search is in no proof.
        self.describe(recoding.without(&judged.hold), levels, None, &judged)
    }

    fn judge_members(&self, members: &ClassMembers) -> Judged {
        let judge = |class: &mut ClassAccumulator, number: u32| {
            class.clear();
            members.of(number).iter().for_each(|c| class.add(self.table, *c));
            let is_released = class.rows() > 0 || class.population().is_none();
            let holds = is_released && self.judge(class).holds();
            // Of equal counts the first class's is told.
            let subjects = class.subjects().count();
            holds.then(|| (class.rows(), (subjects.at_least(), number, subjects)))
        };
        let mut judged = Judged::default();
        for from in (0..members.classes()).step_by(AT_ONCE as usize) {
            let to = members.classes().min(from.saturating_add(AT_ONCE));
            let some: Vec<_> =
                (from..to).into_par_iter().map_init(|| self.accumulator(), judge).collect();
            for class in some {
                judged.hold.push(class.is_some());
                let Some((rows, subjects)) = class else { continue };
                judged.fewest_rows = Some(judged.fewest_rows.map_or(rows, |n| n.min(rows)));
                judged.fewest_subjects =
                    Some(judged.fewest_subjects.map_or(subjects, |n| n.min(subjects)));
            }
        }
        judged
    }

    fn describe(
        &self,
        recoding: Recoding,
        levels: Option<Vec<u8>>,
        proof: Option<Proof>,
        judged: &Judged,
    ) -> Solution {
        let suppressed: Vec<u32> = (0..self.table.combinations() as u32)
            .filter(|c| recoding.class_of(*c).is_none())
            .collect();
        let suppressed_rows = suppressed.iter().map(|c| self.table.rows(*c)).sum();
        let suppressed_subjects = self.table.distinct_subjects(suppressed.into_iter());
        Solution {
            classes: recoding.classes(),
            smallest_class_rows: judged.fewest_rows.unwrap_or(0),
            smallest_class_subjects: judged
                .fewest_subjects
                .map_or(SubjectCount::Exact(0), |(.., subjects)| subjects),
            suppressed_rows,
            suppressed_subjects,
            within_suppression_limit: self.within_limit(suppressed_rows, suppressed_subjects),
            loss: self.metric.loss(self.table, &recoding),
            gcp: GlobalCertaintyPenalty.loss(self.table, &recoding),
            granularity: 1.0 - Granularity.loss(self.table, &recoding),
            levels,
            proof,
            recoding,
        }
    }

    fn within_limit(&self, rows: u64, subjects: SubjectCount) -> bool {
        let all = self.table.distinct_subjects(0..self.table.combinations() as u32);
        self.allows(rows, subjects, self.table.total_rows(), all)
    }

    /// Whether so many rows and people, of so many, may be suppressed.
    pub(crate) fn allows(
        &self,
        rows: u64,
        subjects: SubjectCount,
        all_rows: u64,
        all: SubjectCount,
    ) -> bool {
        suppressed_share((rows, subjects), (all_rows, all)) <= self.suppress_max
    }
}

/// The share of a table that some rows and the people who have them are: of the people, and of the rows too where
/// not all people are told apart and it is higher.
pub fn suppressed_share(
    (rows, subjects): (u64, SubjectCount),
    (all_rows, all): (u64, SubjectCount),
) -> f64 {
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let by_subjects = share(f64::from(subjects.at_least()), f64::from(all.at_least()));
    let by_rows = share(rows as f64, all_rows as f64);
    match (subjects, all) {
        (SubjectCount::Exact(_), SubjectCount::Exact(_)) => by_subjects,
        _ => by_subjects.max(by_rows),
    }
}

/// Classes judged at a time.
const AT_ONCE: u32 = 1 << 16;

/// What the models say of each class, and the smallest numbers of those that hold.
#[derive(Debug, Default)]
struct Judged {
    hold: Vec<bool>,
    fewest_rows: Option<u64>,
    /// How many at least, of which class, and as it was counted.
    fewest_subjects: Option<(u32, u32, SubjectCount)>,
}
