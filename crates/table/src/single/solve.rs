//! From codes to a recoding: dictionaries to scales, rows to a frequency table, the models and the search
//! by their names.

use anonymed_anonymize::{
    CodedRows, Counting, FrequencyTable, KAnonymity, PrivacyModel, Problem, Proof, QuasiColumn,
    Recoding, RowCounts, SUPPRESSED, SensitiveColumn, Solution, SubjectGrouping,
};
use anonymed_core::policy::{RiskScope, Unplaced};
use anonymed_core::{AttributeRole, ModalityError};

use super::coded::{Bound, BoundColumn, CodedColumn, CodedTable};
use super::population::{BuiltLines, Joined};
use super::scale::{self, Scaled};
use super::{LeftOut, SingleOutcome, SingleTable, aggregate};
use crate::TableOptions;
use crate::conditions::{self, Sizes};
use crate::families::{self, Families, SensitiveTexts, error};

/// What was found for a table.
#[derive(Debug)]
pub struct Solved {
    /// The class of each row; [`SUPPRESSED`] where there is none.
    pub(super) class_of_row: Vec<u32>,
    conditions_hold: bool,
    /// How many classes there are, without that of rows that no class could take.
    pub(super) classes: u32,
    /// What each quasi-identifier writes.
    pub(super) labels: Vec<Labels>,
    combinations: u64,
    built: BuiltLines,
    levels: Option<Vec<(String, u8)>>,
    smallest_class_rows: u64,
    smallest_class_subjects: u64,
    suppressed_rows: u64,
    suppressed_subjects: u64,
    within_suppression_limit: bool,
    loss: f64,
    gcp: f64,
    granularity: Option<f64>,
    proof: Option<Proof>,
}

/// What a quasi-identifier writes: texts, and which of them each class has.
#[derive(Debug)]
pub(super) struct Labels {
    pub(super) texts: Vec<String>,
    pub(super) of_class: Vec<u32>,
}

/// A table's frequency table, and what it was made from.
pub(super) struct Prepared<'a> {
    pub(super) frequency: FrequencyTable,
    /// Distinct combinations of the table's own rows.
    combinations: u64,
    built: BuiltLines,
    pub(super) combination_of: Vec<u32>,
    coded: CodedRows<'a>,
    encoded: &'a [Scaled],
    sensitive: Vec<SensitiveTexts<'a>>,
}

impl Prepared<'_> {
    /// The models, bound to the table.
    pub(super) fn models(
        &self,
        families: &Families<'_>,
        options: &TableOptions,
    ) -> Result<Vec<Box<dyn PrivacyModel>>, ModalityError> {
        families.build(&self.frequency, &self.sensitive, options)
    }
}

pub(super) fn solve(
    table: &CodedTable,
    bound: &Bound,
    job: &SingleTable<'_>,
    options: &TableOptions,
) -> Result<Solved, ModalityError> {
    let families = Families::of(&job.config.models)?;
    let counting = families.counting(table.subjects.is_some());
    prepare((table, bound), counting, options, |prepared| {
        solve_prepared(&prepared, bound, job, (&families, options))
    })
}

/// Makes the frequency table, and works on it.
pub(super) fn prepare<T>(
    (table, bound): (&CodedTable, &Bound),
    counting: Counting,
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
    let described = sensitive.iter().map(|at| SensitiveColumn {
        name: bound.released[*at].name.clone(),
        values: table.columns[*at].texts.len() as u32,
    });
    let coded = CodedRows {
        quasi: quasi.iter().map(|at| &table.columns[*at].codes).collect(),
        finals: encoded.iter().map(|scaled| scaled.finals.as_slice()).collect(),
        sensitive: sensitive.iter().map(|at| &table.columns[*at].codes).collect(),
        blanks: sensitive
            .iter()
            .map(|at| blanks(&bound.released[*at], &table.columns[*at].texts.texts()))
            .collect(),
        subjects: table.subjects.as_ref().map(|s| &s.codes),
        rows: table.rows,
    };
    let (frequency, combination_of) =
        FrequencyTable::of_rows(columns, described.collect(), counting, &coded).map_err(error)?;
    let combinations = frequency.combinations() as u64;
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
        encoded,
        sensitive: texts,
        built,
    })
}

/// The problem of a configuration, where every class holds k people at the least.
fn problem<'p>(
    prepared: &'p Prepared<'_>,
    job: &SingleTable<'p>,
    (families, options): (&Families<'_>, &TableOptions),
    k: u32,
) -> Result<Problem<'p>, ModalityError> {
    let mut models = prepared.models(families, options)?;
    if k > 1 {
        models.push(Box::new(KAnonymity::new(k)));
    }
    let mut problem = Problem::new(&prepared.frequency, models)
        .metric(families::metric(&job.config.search)?)
        .suppress_max(job.config.search.suppress_max)
        .progress(job.progress)
        .cancel(job.cancel.clone());
    if let Some(checks) = job.config.search.checks_max {
        problem = problem.checks_max(checks);
    }
    if let Some(is_late) = job.is_late {
        problem = problem.is_late(is_late);
    }
    Ok(problem)
}

/// Solves for every class and, by the least k that brings it, for the release as a whole.
pub(super) fn solution(
    prepared: &Prepared<'_>,
    job: &SingleTable<'_>,
    (families, options): (&Families<'_>, &TableOptions),
) -> Result<(Solution, bool), ModalityError> {
    let search = families::search(&job.config.search)?;
    let table = &prepared.frequency;
    let everybody = table.distinct_subjects(0..table.combinations() as u32).at_least();
    conditions::least(everybody, |k| {
        let problem = problem(prepared, job, (families, options), k)?;
        let solution = problem.solve(search).map_err(error)?;
        let holds = || {
            let sizes = sizes(table, &solution.recoding);
            families.conditions.iter().all(|condition| condition.count(&sizes).holds)
        };
        let holds = families.conditions.is_empty() || holds();
        Ok((solution, holds))
    })
}

fn solve_prepared(
    prepared: &Prepared<'_>,
    bound: &Bound,
    job: &SingleTable<'_>,
    (families, options): (&Families<'_>, &TableOptions),
) -> Result<Solved, ModalityError> {
    let quasi = bound.of_role(AttributeRole::Quasi);
    let Prepared { frequency, combination_of, coded, encoded, .. } = prepared;
    let labels = |recoding: &Recoding| -> Vec<Labels> {
        let columns = recoding.columns().iter().zip(*encoded);
        columns
            .map(|(column, scaled)| Labels {
                texts: column.labels.iter().map(|l| scaled.encoded.written(l.as_deref())).collect(),
                of_class: column.label_of.clone(),
            })
            .collect()
    };
    if job.config.scope == RiskScope::Joint {
        let problem = problem(prepared, job, (families, options), 1)?;
        return grouped(&problem, combination_of, coded, labels);
    }
    let (solution, conditions_hold) = solution(prepared, job, (families, options))?;
    let class_of = solution.recoding.class_numbers();
    let levels = solution.levels.as_ref().map(|levels| {
        let names = quasi.iter().map(|at| bound.released[*at].name.clone());
        names.zip(levels.iter().copied()).collect()
    });
    let mut class_of_row: Vec<u32> = combination_of.iter().map(|c| class_of[*c as usize]).collect();
    let mut labels = labels(&solution.recoding);
    if job.config.output.suppressed == Unplaced::Star {
        let problem = problem(prepared, job, (families, options), 1)?;
        let without = (0..frequency.combinations() as u32)
            .filter(|combination| frequency.rows(*combination) > 0)
            .filter(|combination| solution.recoding.class_of(*combination).is_none());
        if starred(&problem, without) {
            give_stars(&mut class_of_row, solution.classes, &mut labels);
        }
    }
    Ok(Solved {
        class_of_row,
        conditions_hold,
        classes: solution.classes,
        labels,
        combinations: prepared.combinations,
        built: prepared.built.clone(),
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

/// Whether combinations that no class could take satisfy the models together.
fn starred(problem: &Problem<'_>, without: impl Iterator<Item = u32>) -> bool {
    let mut class = problem.accumulator();
    let mut any = false;
    for combination in without {
        class.add(problem.table(), combination);
        any = true;
    }
    any && problem.judge(&class).holds()
}

/// Puts the rows without a class in one of their own, that says nothing.
fn give_stars(class_of_row: &mut [u32], classes: u32, labels: &mut [Labels]) {
    class_of_row
        .iter_mut()
        .filter(|class| **class == SUPPRESSED)
        .for_each(|class| *class = classes);
    for column in labels {
        column.of_class.push(column.texts.len() as u32);
        column.texts.push("*".to_owned());
    }
}

/// How many classes have how many people.
fn sizes(table: &FrequencyTable, recoding: &Recoding) -> Sizes {
    let mut sizes = Sizes::new();
    people(table, recoding).into_iter().for_each(|size| *sizes.entry(size).or_default() += 1);
    sizes
}

/// People of each class; exact where the table tells all people apart.
pub(super) fn people(table: &FrequencyTable, recoding: &Recoding) -> Vec<u64> {
    let mut people = vec![0u64; recoding.classes() as usize];
    let kept = || (0u32..).zip(recoding.class_numbers()).filter(|(_, class)| **class != SUPPRESSED);
    if table.counting() == Counting::Rows {
        kept().for_each(|(c, class)| people[*class as usize] += table.rows(c));
        return people;
    }
    let mut pairs: Vec<(u32, u32)> = kept()
        .flat_map(|(c, class)| table.subjects(c).iter().map(|subject| (*class, *subject)))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.iter().for_each(|(class, _)| people[*class as usize] += 1);
    people
}

/// All rows of a person alike.
fn grouped(
    problem: &Problem<'_>,
    combination_of: &[u32],
    coded: &CodedRows<'_>,
    labels: impl Fn(&Recoding) -> Vec<Labels>,
) -> Result<Solved, ModalityError> {
    let subjects = coded.subjects.ok_or_else(|| {
        ModalityError::Policy("`scope = \"joint\"` needs a subject column".into())
    })?;
    let mut grouping = SubjectGrouping::new(problem.table());
    for (row, combination) in combination_of.iter().enumerate() {
        let values: Vec<(usize, u32)> = coded
            .sensitive
            .iter()
            .enumerate()
            .map(|(column, codes)| (column, codes.at(row) as u32))
            .filter(|(column, code)| !coded.blanks[*column].contains(code))
            .collect();
        grouping.add(subjects.at(row) as u32, *combination, 1, &values).map_err(error)?;
    }
    // The release names nobody, so how many rows somebody has cannot be seen.
    let solution = grouping.solve(problem, RowCounts::Ignored).map_err(error)?;
    let class_of_subject = solution.recoding.class_numbers();
    let class_of_row = subjects
        .iter()
        .map(|subject| {
            solution
                .subjects
                .binary_search(&(subject as u32))
                .map_or(SUPPRESSED, |at| class_of_subject[at])
        })
        .collect();
    let all = solution.subjects.len().max(1) as f64;
    let share = f64::from(solution.suppressed_subjects) / all;
    Ok(Solved {
        class_of_row,
        conditions_hold: true,
        classes: solution.recoding.classes(),
        labels: labels(&solution.recoding),
        combinations: problem.table().combinations() as u64,
        built: BuiltLines::new(),
        levels: None,
        smallest_class_rows: solution.smallest_class_rows,
        smallest_class_subjects: u64::from(solution.smallest_class_subjects),
        suppressed_rows: solution.suppressed_rows,
        suppressed_subjects: u64::from(solution.suppressed_subjects),
        within_suppression_limit: share <= problem.most_suppressed(),
        loss: solution.gcp,
        gcp: solution.gcp,
        granularity: None,
        proof: None,
    })
}

impl Solved {
    /// Writes aggregates in place of ranges and sets, where the configuration asks for them.
    pub(super) fn aggregate(
        &mut self,
        table: &CodedTable,
        bound: &Bound,
    ) -> Result<(), ModalityError> {
        let quasi = bound.of_role(AttributeRole::Quasi);
        for (at, labels) in quasi.into_iter().zip(&mut self.labels) {
            let column = &bound.released[at];
            let Some(aggregate) = column.aggregate else { continue };
            let classes = labels.of_class.len();
            let star = (classes as u32 > self.classes).then(|| labels.texts.len() as u32 - 1);
            let rows = (self.class_of_row.as_slice(), classes);
            let mut texts = aggregate::labels(column, aggregate, &table.columns[at], rows)?;
            if let (Some(_), Some(last)) = (star, texts.last_mut()) {
                "*".clone_into(last);
            }
            *labels = Labels { texts, of_class: (0..classes as u32).collect() };
        }
        Ok(())
    }

    /// The sensitive cells of rows that are in no class.
    fn left_out(&self, table: &CodedTable, bound: &Bound) -> LeftOut {
        let sensitive = bound.of_role(AttributeRole::Sensitive);
        let out: Vec<usize> = (0..self.class_of_row.len())
            .filter(|row| self.class_of_row[*row] == SUPPRESSED)
            .collect();
        if sensitive.is_empty() || out.is_empty() {
            return LeftOut::default();
        }
        let stated = |at: &usize, text: &str| {
            let blank = bound.released[*at].is_blank(text);
            if blank { String::new() } else { text.to_owned() }
        };
        let texts = |at: &usize| {
            table.columns[*at].texts.texts().into_iter().map(|text| stated(at, text)).collect()
        };
        let codes = |row: &usize| {
            sensitive.iter().map(|at| table.columns[*at].codes.at(*row) as u32).collect()
        };
        let subject =
            |column: &CodedColumn| out.iter().map(|row| column.codes.at(*row) as u32).collect();
        LeftOut {
            names: sensitive.iter().map(|at| bound.released[*at].name.clone()).collect(),
            subjects: table.subjects.as_ref().map(subject),
            texts: sensitive.iter().map(texts).collect(),
            rows: out.iter().map(codes).collect(),
        }
    }

    pub(super) fn outcome(
        self,
        table: &CodedTable,
        bound: &Bound,
        order: Option<Vec<u32>>,
    ) -> SingleOutcome {
        let kept = |class: &u32| *class != SUPPRESSED;
        let subjects = table.subjects.as_ref().map(|column| match &order {
            Some(order) => order.iter().map(|row| column.codes.at(*row as usize) as u32).collect(),
            None => {
                let rows = self.class_of_row.iter().zip(column.codes.iter());
                rows.filter(|(class, _)| kept(class)).map(|(_, subject)| subject as u32).collect()
            }
        });
        let rows = (0u32..).zip(&self.class_of_row);
        let raw_rows =
            rows.filter(|(_, class)| kept(class)).map(|(row, _)| table.read_as(row)).collect();
        SingleOutcome {
            rows: (table.rows + table.rejected.len()) as u64 + table.nameless,
            nameless: table.nameless,
            conditions_hold: self.conditions_hold,
            left_out: self.left_out(table, bound),
            rejected: table.rejected.clone(),
            released: self.class_of_row.iter().filter(|class| kept(class)).count() as u64,
            combinations: self.combinations,
            levels: self.levels,
            classes: self.classes,
            smallest_class_rows: self.smallest_class_rows,
            smallest_class_subjects: self.smallest_class_subjects,
            suppressed_rows: self.suppressed_rows,
            suppressed_subjects: self.suppressed_subjects,
            within_suppression_limit: self.within_suppression_limit,
            loss: self.loss,
            gcp: self.gcp,
            granularity: self.granularity,
            proof: self.proof,
            subjects,
            built: self.built,
            raw_rows: Some(raw_rows),
        }
    }
}

/// The codes of a sensitive column that say nothing.
fn blanks(column: &BoundColumn, texts: &[&str]) -> Vec<u32> {
    (0..).zip(texts).filter(|(_, text)| column.is_blank(text)).map(|(code, _)| code).collect()
}

fn sensitive_texts<'a>(column: &'a BoundColumn, texts: &[&'a str]) -> SensitiveTexts<'a> {
    let stated = texts.iter().map(|text| (!column.is_blank(text)).then_some(*text));
    SensitiveTexts::new(&column.name, stated.collect())
}
