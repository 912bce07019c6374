//! Privacy models over a part: what the policy asks, bound to columns, and solved over what was counted.

use anonymed_anonymize::{
    Counting, FrequencyTable, LossMetric, Pieces, Problem, RowCounts, Search, Solution,
    SubjectGrouping,
};
use anonymed_core::policy::{ModelConfig, SearchConfig, TableRule};
use anonymed_core::{Context, ModalityError};

use crate::TableOptions;
use crate::apart_people::Draw;
use crate::counting::{self, Coded, Counted, Counts, Visits};
use crate::families::{self, Families, SensitiveTexts, error};
use crate::frequency::Grouping;
use crate::lookup::Lookup;
use crate::outcome::ModelOutcome;
use crate::parts;
use crate::solved::{Combinations, Solved, Units};
use crate::united::united;

/// What the policy's models ask for, bound to columns.
#[derive(Debug, Clone)]
pub(crate) struct ModelPlan {
    models: Vec<ModelConfig>,
    pub(crate) search: SearchConfig,
    /// The columns that models are about, by source position.
    pub(crate) sensitive: Vec<usize>,
    /// Which table it is.
    pub(crate) table: String,
    /// Whether each row is a person of its own.
    pub(crate) row_is_person: bool,
    /// Whether all rows of a subject form one unit.
    pub(crate) by_subject: bool,
    /// Whether the number of rows of a subject can be seen in the release.
    pub(crate) row_counts_visible: bool,
}

impl ModelPlan {
    pub(crate) fn bind(rule: &TableRule, columns: &[String]) -> Result<Self, ModalityError> {
        let mut sensitive = Vec::new();
        for on in rule.models.iter().filter_map(|model| model.on.as_ref()) {
            let at = columns.iter().position(|c| c == on).ok_or_else(|| {
                crate::plan::policy("the table lacks a column that a model names")
            })?;
            if !sensitive.contains(&at) {
                sensitive.push(at);
            }
        }
        Ok(Self {
            models: rule.models.clone(),
            search: rule.search.clone(),
            sensitive,
            table: String::new(),
            row_is_person: false,
            by_subject: false,
            row_counts_visible: false,
        })
    }

    /// Of each combination so many people may be apart from the others; none where a search parts nobody.
    fn apart(&self, families: &Families<'_>) -> Result<Option<u32>, ModalityError> {
        if self.by_subject { Ok(None) } else { families.people_apart(&self.search) }
    }
}

/// What is asked of a table, and with what it is solved.
pub(crate) struct Asked<'a> {
    pub(crate) plan: &'a ModelPlan,
    pub(crate) families: Families<'a>,
    metric: &'static dyn LossMetric,
    pub(crate) search: &'static dyn Search,
    pub(crate) counting: Counting,
    /// How many people of a combination may be apart from its others.
    pub(crate) apart: Option<u32>,
    pub(crate) options: &'a TableOptions,
    pub(crate) ctx: &'a Context<'a>,
}

impl<'a> Asked<'a> {
    fn of(
        plan: &'a ModelPlan,
        options: &'a TableOptions,
        ctx: &'a Context<'a>,
    ) -> Result<Self, ModalityError> {
        let families = Families::of(&plan.models)?;
        let (metric, search) = (families::metric(&plan.search)?, families::search(&plan.search)?);
        let counting = families.counting(!plan.row_is_person);
        let apart = plan.apart(&families)?;
        Ok(Self { plan, families, metric, search, counting, apart, options, ctx })
    }

    /// How rows are grouped.
    pub(crate) fn grouping(&self) -> Grouping {
        match self.counting {
            _ if self.plan.by_subject || self.apart.is_some() => Grouping::BySubject,
            Counting::Rows => Grouping::Rows,
            counting => Grouping::SubjectsUpTo(counting.limit()),
        }
    }

    /// What people who may be apart are drawn by.
    fn draw(&self) -> Draw<'_> {
        Draw { maker: self.ctx.pseudonymizer, scope: &self.plan.table }
    }

    /// The problem of a table.
    pub(crate) fn problem<'t>(
        &self,
        table: &'t FrequencyTable,
        texts: &[SensitiveTexts<'_>],
    ) -> Result<Problem<'t>, ModalityError> {
        let models = self.families.build(table, texts, self.options)?;
        let problem = Problem::new(table, models)
            .metric(self.metric)
            .suppress_max(self.plan.search.suppress_max)
            .cancel(self.ctx.cancel.clone());
        Ok(match self.plan.search.checks_max {
            Some(checks) => problem.checks_max(checks),
            None => problem,
        })
    }

    /// The solution of a problem, whose classes are all written in a way of their own.
    pub(crate) fn solution(
        &self,
        problem: &Problem<'_>,
        coded: &Coded,
    ) -> Result<Solution, ModalityError> {
        Ok(united(
            problem.solve(self.search).map_err(error)?,
            &coded.encoded,
            |solution| &solution.recoding,
            |solution, number| problem.rejudged(solution, number),
        ))
    }

    /// An outcome that says what is asked.
    pub(crate) fn outcome(&self, coded: &Coded) -> ModelOutcome {
        let k = self.plan.models.iter().filter_map(|m| m.numbers.get("k"));
        ModelOutcome {
            k: k.map(|k| *k as u32).max(),
            models: Vec::new(),
            quasi: coded.encoded.iter().map(|of| of.column.name().to_owned()).collect(),
            classes: 0,
            smallest_class_subjects: 0,
            smallest_class_rows: 0,
            suppressed_rows: 0,
            suppressed_subjects: 0,
            within_suppression_limit: true,
            loss_gcp: 0.0,
            grouped_by_subject: self.plan.by_subject,
            combinations: 0,
            parts: None,
        }
    }
}

/// Solves the models over what was counted.
pub(crate) fn solve(
    counted: Counted,
    plan: &ModelPlan,
    options: &TableOptions,
    ctx: &Context<'_>,
) -> Result<Solved, ModalityError> {
    let asked = Asked::of(plan, options, ctx)?;
    let coded = Coded::of(counted, options)?;
    let how = (asked.grouping(), asked.counting);
    match counting::count((&coded, &coded.rows), how, plan.search.memory, ctx.cancel)? {
        Counts::Beyond(survey) => parts::solve(coded, survey, &asked),
        Counts::Whole(table, None) => of_rows(coded, *table, None, &asked),
        Counts::Whole(table, Some(visits)) => match asked.apart {
            Some(most) => {
                let (in_pieces, pieces) =
                    visits.in_pieces(&table, &coded.blanks, (most, asked.draw()))?;
                of_rows(coded, in_pieces, Some((*table, pieces)), &asked)
            }
            None => by_subject(coded, (*table, visits), &asked),
        },
    }
}

/// Solves a table whose rows are units; where its combinations are in pieces, `whole` has them whole.
fn of_rows(
    coded: Coded,
    table: FrequencyTable,
    whole: Option<(FrequencyTable, Pieces)>,
    asked: &Asked<'_>,
) -> Result<Solved, ModalityError> {
    let mut outcome = asked.outcome(&coded);
    let problem = asked.problem(&table, &coded.texts())?;
    outcome.models = problem.models().iter().map(|model| model.name()).collect();
    let solution = asked.solution(&problem, &coded)?;
    drop(problem);
    outcome.combinations = whole.as_ref().map_or(&table, |(whole, _)| whole).combinations() as u64;
    outcome.classes = solution.classes;
    outcome.smallest_class_subjects = solution.smallest_class_subjects.at_least();
    outcome.smallest_class_rows = solution.smallest_class_rows;
    outcome.suppressed_rows = solution.suppressed_rows;
    outcome.suppressed_subjects = u64::from(solution.suppressed_subjects.at_least());
    outcome.loss_gcp = solution.gcp;
    outcome.within_suppression_limit = solution.within_suppression_limit;
    let Coded { dictionaries, encoded, .. } = coded;
    Ok(Solved::of_recoding(solution.recoding, &encoded, outcome, |class_of| {
        let (table, pieces) = match whole {
            Some((whole, pieces)) => (whole, Some(pieces)),
            None => (table, None),
        };
        let lookup = Lookup::new(table);
        Units::Combinations(Box::new(Combinations { dictionaries, lookup, pieces, class_of }))
    }))
}

/// Solves a table all rows of whose subjects are one unit.
fn by_subject(
    coded: Coded,
    (table, visits): (FrequencyTable, Visits),
    asked: &Asked<'_>,
) -> Result<Solved, ModalityError> {
    let plan = asked.plan;
    let mut outcome = asked.outcome(&coded);
    let problem = asked.problem(&table, &coded.texts())?;
    outcome.models = problem.models().iter().map(|model| model.name()).collect();
    let mut grouping = SubjectGrouping::new(&table);
    for (subject, combination, rows, values) in visits.stated(&coded.blanks) {
        grouping.add(subject, combination, rows, &values).map_err(error)?;
    }
    drop(visits);
    let counts = if plan.row_counts_visible { RowCounts::Kept } else { RowCounts::Ignored };
    let solution = united(
        grouping.solve(&problem, counts).map_err(error)?,
        &coded.encoded,
        |solution| &solution.recoding,
        |solution, number| grouping.rejudged(&problem, solution, number),
    );
    outcome.combinations = table.combinations() as u64;
    outcome.classes = solution.recoding.classes();
    outcome.smallest_class_subjects = solution.smallest_class_subjects;
    outcome.smallest_class_rows = solution.smallest_class_rows;
    outcome.suppressed_rows = solution.suppressed_rows;
    outcome.suppressed_subjects = u64::from(solution.suppressed_subjects);
    outcome.loss_gcp = solution.gcp;
    let all = solution.subjects.len().max(1) as f64;
    outcome.within_suppression_limit =
        f64::from(solution.suppressed_subjects) / all <= plan.search.suppress_max;
    let subjects = solution.subjects;
    Ok(Solved::of_recoding(solution.recoding, &coded.encoded, outcome, |class_of| {
        Units::Subjects(subjects, class_of)
    }))
}
