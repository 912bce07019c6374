//! From codes to a recoding: dictionaries to scales, rows to a frequency table, the models and the search
//! by their names.

use anonymed_anonymize::{
    CodedRows, Counting, FrequencyTable, KAnonymity, Narrow, PrivacyModel, Problem, Proof,
    QuasiColumn, Recoding, RowCounts, SUPPRESSED, SensitiveColumn, Solution, SubjectGrouping,
};
use anonymed_core::policy::{OutputForm, RiskScope, TableConfig, Unplaced};
use anonymed_core::{AttributeRole, ModalityError};

use hashbrown::HashMap;

use super::cells::Suppressible;
use super::coded::{Bound, BoundColumn, CodedTable};
use super::labels::Labels;
use super::pieces::{apart, in_pieces, stated};
use super::population::{self, BuiltLines, Joined};
use super::scale::{self, Scaled};
use super::starred::Starred;
use super::{SingleTable, cells};
use crate::TableOptions;
use crate::apart_people::Draw;
use crate::class_people::people;
use crate::conditions::{self, Sizes};
use crate::families::{self, Families, SensitiveTexts, error};

/// What was found for a table.
#[derive(Debug)]
pub struct Solved {
    /// The class of each row; [`SUPPRESSED`] where there is none.
    pub(super) class_of_row: Vec<u32>,
    pub(super) conditions_hold: bool,
    pub(super) cells_hold: bool,
    /// How many classes there are, without that of rows that no class could take.
    pub(super) classes: u32,
    /// What each quasi-identifier writes.
    pub(super) labels: Vec<Labels>,
    /// What each quasi-identifier writes for each number of its texts, where they are written as they are.
    pub(super) raw: Vec<Vec<String>>,
    pub(super) combinations: u64,
    pub(super) built: BuiltLines,
    /// People whose values nobody of the population has; none where there is no population.
    pub(super) strangers: Option<u64>,
    pub(super) levels: Option<Vec<(String, u8)>>,
    pub(super) smallest_class_rows: u64,
    pub(super) smallest_class_subjects: u64,
    pub(super) suppressed_rows: u64,
    pub(super) suppressed_subjects: u64,
    pub(super) within_suppression_limit: bool,
    pub(super) loss: f64,
    pub(super) gcp: f64,
    pub(super) granularity: Option<f64>,
    pub(super) proof: Option<Proof>,
}

/// A table's frequency table, and what it was made from.
pub(super) struct Prepared<'a> {
    pub(super) frequency: FrequencyTable,
    /// Distinct combinations of the table's own rows.
    combinations: u64,
    built: BuiltLines,
    /// The combination of each row, or its piece of one.
    pub(super) combination_of: Vec<u32>,
    coded: CodedRows<'a>,
    pub(super) table: &'a CodedTable,
    pub(super) bound: &'a Bound,
    pub(super) encoded: &'a [Scaled],
    sensitive: Vec<SensitiveTexts<'a>>,
}

impl Prepared<'_> {
    /// The place of a sensitive column among those.
    fn sensitive_at(&self, name: &str) -> Option<usize> {
        let sensitive = self.bound.of_role(AttributeRole::Sensitive);
        sensitive.iter().position(|at| self.bound.released[*at].name == name)
    }

    /// The models, bound to the table.
    pub(super) fn models(
        &self,
        families: &Families<'_>,
        options: &TableOptions,
    ) -> Result<Vec<Box<dyn PrivacyModel>>, ModalityError> {
        families.build(&self.frequency, &self.sensitive, options)
    }
}

/// Solves a table, whose quasi-identifiers are left out where nobody asks for them row by row.
pub(super) fn solve(
    table: &mut CodedTable,
    bound: &Bound,
    job: &SingleTable<'_>,
    options: &TableOptions,
) -> Result<Solved, ModalityError> {
    let families = Families::of(&job.config.models)?;
    let counting = families.counting(table.subjects.is_some());
    prepare((table, bound), (counting, apart(job.config, job.draws)?), options, |prepared| {
        let strangers = population::strangers(&prepared.frequency, &job.config.models)?;
        let solved = solve_prepared(prepared, job, (&families, options))?;
        Ok(Solved { strangers, ..solved })
    })
}

/// Makes the frequency table, and works on it.
pub(super) fn prepare<T>(
    (table, bound): (&mut CodedTable, &Bound),
    (counting, apart): (Counting, Option<(u32, Draw<'_>)>),
    options: &TableOptions,
    work: impl FnOnce(Prepared<'_>) -> Result<T, ModalityError>,
) -> Result<T, ModalityError> {
    let quasi = bound.of_role(AttributeRole::Quasi);
    let sensitive = bound.of_role(AttributeRole::Sensitive);
    let population = options.population.as_deref();
    let joined: Option<Vec<Joined>> = population
        .map(|population| {
            let join = |at: &usize| population.join(&bound.released[*at].name, &table.columns[*at]);
            quasi.iter().map(join).collect()
        })
        .transpose()?;
    let column = |n: usize| joined.as_ref().map_or(&table.columns[quasi[n]], |all| &all[n].column);
    let encoded = quasi
        .iter()
        .enumerate()
        .map(|(n, at)| Scaled::of(&bound.released[*at], column(n), options))
        .collect::<Result<Vec<Scaled>, _>>()?;
    let columns: Vec<QuasiColumn> = encoded
        .iter()
        .zip(&quasi)
        .map(|(scaled, at)| scaled.column().clone().with_weight(bound.released[*at].weight))
        .collect();
    let described: Vec<SensitiveColumn> = sensitive
        .iter()
        .map(|at| SensitiveColumn {
            name: bound.released[*at].name.clone(),
            values: table.columns[*at].texts.len() as u32,
        })
        .collect();
    let blanks: Vec<Vec<u32>> = sensitive
        .iter()
        .map(|at| blanks(&bound.released[*at], &table.columns[*at].texts.texts()))
        .collect();
    let (frequency, combination_of) = {
        let coded = CodedRows {
            quasi: quasi.iter().map(|at| &table.columns[*at].codes).collect(),
            finals: encoded.iter().map(|scaled| scaled.finals.as_slice()).collect(),
            ..rest(table, &sensitive, &blanks)
        };
        FrequencyTable::of_rows(columns, described.clone(), counting, &coded).map_err(error)?
    };
    if !bound.keeps_rows {
        quasi.iter().for_each(|at| table.columns[*at].codes = Narrow::default());
    }
    let table: &CodedTable = table;
    let coded = rest(table, &sensitive, &blanks);
    let combinations = frequency.combinations() as u64;
    // People of a population are beside whole combinations.
    let apart = apart.filter(|_| population.is_none());
    let (frequency, combination_of) = match apart {
        Some(apart) => in_pieces(&frequency, &combination_of, &coded, apart)?,
        None => (frequency, combination_of),
    };
    let frequency = match &table.unstated {
        None => frequency,
        Some(unstated) => {
            let rows = rest(unstated, &sensitive, &blanks);
            let (rows, _) =
                FrequencyTable::of_rows(Vec::new(), described, counting, &rows).map_err(error)?;
            frequency.with_left_out(rows)
        }
    };
    let mut built = BuiltLines::new();
    let frequency = match population.zip(joined.as_ref()) {
        None => frequency,
        Some((population, joined)) => {
            let scales = quasi.iter().zip(joined).zip(&encoded);
            let columns: Vec<(&str, &Joined, &Scaled)> = scales
                .map(|((at, joined), scaled)| (bound.released[*at].name.as_str(), joined, scaled))
                .collect();
            for (at, joined) in quasi.iter().zip(joined) {
                let of = &bound.released[*at];
                built.push((of.name.clone(), scale::built_lines(of, &joined.column, options)?));
            }
            population.beside(frequency, &columns)?
        }
    };
    let texts = sensitive
        .iter()
        .map(|at| sensitive_texts(&bound.released[*at], &table.columns[*at].texts.texts()))
        .collect();
    let encoded = encoded.as_slice();
    work(Prepared {
        frequency,
        combinations,
        combination_of,
        coded,
        table,
        bound,
        encoded,
        sensitive: texts,
        built,
    })
}

/// The sensitive columns and the people of a table.
fn rest<'a>(table: &'a CodedTable, sensitive: &[usize], blanks: &[Vec<u32>]) -> CodedRows<'a> {
    CodedRows {
        sensitive: sensitive.iter().map(|at| &table.columns[*at].codes).collect(),
        blanks: blanks.to_vec(),
        subjects: table.subjects.as_ref().map(|subjects| &subjects.codes),
        rows: table.rows,
        ..CodedRows::default()
    }
}

/// The problem of a configuration, where every class holds k people at the least.
fn problem<'p>(
    prepared: &'p Prepared<'_>,
    job: &SingleTable<'p>,
    (families, options): (&Families<'_>, &TableOptions),
    (k, is_late): (u32, &'p IsLate),
) -> Result<Problem<'p>, ModalityError> {
    let mut models = prepared.models(families, options)?;
    if k > 1 {
        models.push(Box::new(KAnonymity::new(k)));
    }
    let mut problem = Problem::new(&prepared.frequency, models)
        .metric(families::metric(&job.config.search)?)
        .suppress_max(suppressible(prepared, job).most)
        .progress(job.progress)
        .cancel(job.cancel.clone());
    if let Some(checks) = job.config.search.checks_max {
        problem = problem.checks_max(checks);
    }
    if job.config.search.time_limit.is_some() {
        problem = problem.is_late(is_late);
    }
    let target = job.config.search.target.as_ref();
    if let Some(at) = target.and_then(|name| prepared.sensitive_at(name)) {
        problem = problem.target(at);
    }
    Ok(problem)
}

fn suppressible(prepared: &Prepared<'_>, job: &SingleTable<'_>) -> Suppressible {
    let most = job.config.search.suppress_max;
    Suppressible::of(prepared.table, most, prepared.frequency.counting())
}

/// Tells whether a search that begins now has had its time.
type IsLate = dyn Fn() -> bool + Sync;

fn is_late(job: &SingleTable<'_>) -> impl Fn() -> bool + Sync + use<> {
    let clock = job.clock;
    let end = job.config.search.time_limit.map(|limit| clock() + limit);
    move || end.is_some_and(|end| clock() >= end)
}

/// A solution of a table, as it is written.
pub(super) struct Best {
    pub(super) solution: Solution,
    labels: Vec<Labels>,
    /// The rows that no class could take, where they are a class.
    starred: Option<Starred>,
    /// Whether the conditions on the whole release hold.
    pub(super) holds: bool,
    /// Whether no column has more suppressed cells than allowed.
    pub(super) cells_hold: bool,
}

/// Solves for every class and, by a k that brings it, for the release as a whole.
pub(super) fn solution(
    prepared: &Prepared<'_>,
    job: &SingleTable<'_>,
    (families, options): (&Families<'_>, &TableOptions),
) -> Result<Best, ModalityError> {
    let table = &prepared.frequency;
    let everybody = table.distinct_subjects(0..table.combinations() as u32).at_least();
    let is_late = is_late(job);
    let limits = cells::limits(prepared.bound);
    let (best, _) = conditions::least(everybody, |k| {
        let problem = || problem(prepared, job, (families, options), (k, &is_late));
        let (problem, solution, labels) = match job.config.output.suppressed {
            Unplaced::Cells => with_cells(prepared, job, &problem, &limits)?,
            Unplaced::Drop | Unplaced::Star => {
                let problem = problem()?;
                let search = families::search(&job.config.search)?;
                let solution = problem.solve(search).map_err(error)?;
                let (solution, labels) = united(prepared, &problem, solution)?;
                (problem, solution, labels)
            }
        };
        let starred = match job.config.output.suppressed {
            Unplaced::Star => Starred::of(&problem, &solution.recoding, &labels),
            Unplaced::Drop | Unplaced::Cells => None,
        };
        let holds = families.conditions.is_empty() || {
            let sizes = sizes(table, &solution.recoding, starred);
            families.conditions.iter().all(|condition| condition.count(&sizes).holds)
        };
        let cells_hold = cells::hold(table, &solution, &labels, &limits);
        Ok::<_, ModalityError>((Best { solution, labels, starred, holds, cells_hold }, holds))
    })?;
    if prepared.table.unstated.is_none() {
        return Ok(best);
    }
    let class_of_row = of_rows(&best.solution.recoding, &prepared.combination_of);
    let limit = suppressible(prepared, job);
    let solution = cells::with_unstated(best.solution, prepared.table, &class_of_row, limit);
    Ok(Best { solution, ..best })
}

/// A solution whose classes are all written in a way of their own, and how.
fn united(
    prepared: &Prepared<'_>,
    problem: &Problem<'_>,
    solution: Solution,
) -> Result<(Solution, Vec<Labels>), ModalityError> {
    prepared.united(
        solution,
        |solution| &solution.recoding,
        |recoding| of_rows(recoding, &prepared.combination_of),
        |solution, number| problem.rejudged(solution, number),
    )
}

/// A solution with suppressed cells. What finds no class at first may find one then, so generalization at the
/// levels that cost least whatever has no class is tried beside that within the limit.
fn with_cells<'p>(
    prepared: &Prepared<'_>,
    job: &SingleTable<'_>,
    problem: &dyn Fn() -> Result<Problem<'p>, ModalityError>,
    limits: &[f64],
) -> Result<(Problem<'p>, Solution, Vec<Labels>), ModalityError> {
    let search = families::search(&job.config.search)?;
    let own = problem()?;
    let one = |of: &Problem<'_>| {
        let (solution, _) = united(prepared, &own, of.solve(search).map_err(error)?)?;
        united(prepared, &own, own.with_cells(solution, limits).map_err(error)?)
    };
    let mut best = one(&own)?;
    if search.is_full_domain() && own.most_suppressed() < 1.0 {
        let free = one(&problem()?.suppress_max(1.0))?;
        let order = |(solution, labels): &(Solution, Vec<Labels>)| {
            let holds = cells::hold(&prepared.frequency, solution, labels, limits);
            (!(holds && solution.within_suppression_limit), solution.loss)
        };
        if order(&free) < order(&best) {
            best = free;
        }
    }
    let (solution, labels) = best;
    Ok((own, solution, labels))
}

/// The class of each row.
fn of_rows(recoding: &Recoding, unit_of: &[u32]) -> Vec<u32> {
    into_classes(recoding, unit_of.to_vec())
}

/// The class of each row in the place of its unit.
fn into_classes(recoding: &Recoding, mut unit_of: Vec<u32>) -> Vec<u32> {
    let class_of = recoding.class_numbers();
    let class = |unit: u32| class_of.get(unit as usize).copied().unwrap_or(SUPPRESSED);
    unit_of.iter_mut().for_each(|unit| *unit = class(*unit));
    unit_of
}

impl Prepared<'_> {
    /// What each quasi-identifier writes for each number of its texts where nothing is generalised; nothing
    /// where labels are written.
    fn raw(&self, form: OutputForm) -> Vec<Vec<String>> {
        let encoded = self.encoded.iter().filter(|_| form.is_unlinked());
        encoded
            .map(|scaled| {
                scaled.finals.iter().map(|code| scaled.encoded.text(*code).to_owned()).collect()
            })
            .collect()
    }
}

fn solve_prepared(
    mut prepared: Prepared<'_>,
    job: &SingleTable<'_>,
    (families, options): (&Families<'_>, &TableOptions),
) -> Result<Solved, ModalityError> {
    if job.config.scope == RiskScope::Joint {
        let is_late = is_late(job);
        let problem = problem(&prepared, job, (families, options), (1, &is_late))?;
        return grouped(&problem, &prepared, job.config);
    }
    let Best { solution, mut labels, starred, holds, cells_hold } =
        solution(&prepared, job, (families, options))?;
    let levels = solution.levels.as_ref().map(|levels| {
        let quasi = prepared.bound.of_role(AttributeRole::Quasi).into_iter();
        let names = quasi.map(|at| prepared.bound.released[at].name.clone());
        names.zip(levels.iter().copied()).collect()
    });
    let combination_of = std::mem::take(&mut prepared.combination_of);
    let mut class_of_row = into_classes(&solution.recoding, combination_of);
    if let Some(starred) = starred {
        starred.give(&mut class_of_row, solution.classes, &mut labels);
    }
    Ok(Solved {
        class_of_row,
        conditions_hold: holds,
        cells_hold,
        classes: solution.classes,
        labels,
        raw: prepared.raw(job.config.output.form),
        combinations: prepared.combinations,
        built: prepared.built.clone(),
        strangers: None,
        levels,
        smallest_class_rows: solution.smallest_class_rows,
        smallest_class_subjects: u64::from(solution.smallest_class_subjects.at_least()),
        suppressed_rows: solution.suppressed_rows,
        suppressed_subjects: u64::from(solution.suppressed_subjects.at_least()),
        within_suppression_limit: solution.within_suppression_limit,
        loss: solution.loss,
        gcp: solution.gcp,
        granularity: Some(solution.granularity),
        proof: solution.proof,
    })
}

/// How many classes have how many people.
fn sizes(table: &FrequencyTable, recoding: &Recoding, starred: Option<Starred>) -> Sizes {
    let mut people = people(table, recoding);
    match starred {
        Some(Starred { people: all, class: Some(class) }) => people[class as usize] = all,
        Some(Starred { people: all, class: None }) => people.push(all),
        None => {}
    }
    let mut sizes = Sizes::new();
    people.into_iter().for_each(|size| *sizes.entry(size).or_default() += 1);
    sizes
}

/// All rows of a person alike.
fn grouped(
    problem: &Problem<'_>,
    prepared: &Prepared<'_>,
    config: &TableConfig,
) -> Result<Solved, ModalityError> {
    let coded = &prepared.coded;
    let subjects = coded.subjects.ok_or_else(|| {
        ModalityError::Policy("`scope = \"joint\"` needs a subject column".into())
    })?;
    let mut grouping = SubjectGrouping::new(problem.table());
    for (row, combination) in prepared.combination_of.iter().enumerate() {
        let values: Vec<(usize, u32)> = stated(coded, row).collect();
        grouping.add(subjects.at(row) as u32, *combination, 1, &values).map_err(error)?;
    }
    // Where the release names nobody, how many rows somebody has cannot be seen.
    let row_counts = if config.joins_rows() { RowCounts::Kept } else { RowCounts::Ignored };
    let solution = grouping.solve(problem, row_counts).map_err(error)?;
    let position: HashMap<u32, u32> = solution.subjects.iter().copied().zip(0..).collect();
    let person = |subject| position.get(&(subject as u32)).copied().unwrap_or(SUPPRESSED);
    let person_of: Vec<u32> = subjects.iter().map(person).collect();
    let (solution, labels) = prepared.united(
        solution,
        |solution| &solution.recoding,
        |recoding| of_rows(recoding, &person_of),
        |solution, number| grouping.rejudged(problem, solution, number),
    )?;
    let class_of_row = into_classes(&solution.recoding, person_of);
    let unstated = prepared.table.unstated.as_ref().map_or(0, |rows| rows.rows as u64);
    let suppressed = cells::suppressed_people(prepared.table, &class_of_row);
    let share = suppressed as f64 / prepared.table.people().all.max(1) as f64;
    Ok(Solved {
        class_of_row,
        conditions_hold: true,
        cells_hold: true,
        classes: solution.recoding.classes(),
        labels,
        raw: prepared.raw(config.output.form),
        combinations: problem.table().combinations() as u64,
        built: BuiltLines::new(),
        strangers: None,
        levels: None,
        smallest_class_rows: solution.smallest_class_rows,
        smallest_class_subjects: u64::from(solution.smallest_class_subjects),
        suppressed_rows: solution.suppressed_rows + unstated,
        suppressed_subjects: suppressed,
        within_suppression_limit: share <= config.search.suppress_max,
        loss: solution.gcp,
        gcp: solution.gcp,
        granularity: None,
        proof: None,
    })
}

/// The codes of a sensitive column that say nothing.
fn blanks(column: &BoundColumn, texts: &[&str]) -> Vec<u32> {
    (0..).zip(texts).filter(|(_, text)| column.is_blank(text)).map(|(code, _)| code).collect()
}

fn sensitive_texts<'a>(column: &'a BoundColumn, texts: &[&'a str]) -> SensitiveTexts<'a> {
    let stated = texts.iter().map(|text| (!column.is_blank(text)).then_some(*text));
    SensitiveTexts::new(&column.name, stated.collect())
}
