//! Why a release is as it is: which column costs most, which rows are hardest to place and what sets them
//! apart, and what one relaxed constraint would buy.

use std::collections::BTreeMap;

use anonymed_anonymize::{Counting, Solution};
use anonymed_core::policy::{ModelConfig, RiskScope, TableConfig};
use anonymed_core::{AttributeRole, CancelToken, Document, Format, ModalityError};

use super::SingleTable;
use super::coded::{Bound, CodedTable};
use super::pieces;
use super::solve::{self, Prepared};
use crate::families::Families;
use crate::plan::policy;
use crate::{Part, Tables};

/// How a table fares under a configuration. No value of the table is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Rows read.
    pub rows: u64,
    /// As configured.
    pub now: Fare,
    /// What each quasi-identifier costs, the dearest first.
    pub columns: Vec<ColumnCost>,
    /// What one relaxed constraint would give, in the configuration's order.
    pub relaxed: Vec<(String, Fare)>,
    /// The rows that keep least, the hardest first.
    pub hardest: Vec<HardRow>,
}

/// What a search achieves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fare {
    /// Classes.
    pub classes: u32,
    /// Rows in no class.
    pub suppressed_rows: u64,
    /// Loss by the configured metric.
    pub loss: f64,
    /// Global certainty penalty.
    pub gcp: f64,
    /// Whether no more people are left out than `suppress_max` allows.
    pub within_suppression_limit: bool,
}

/// What a quasi-identifier costs.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnCost {
    /// Header.
    pub name: String,
    /// Mean certainty penalty of its cells, 0 to 1; 1 where a row is left out.
    pub penalty: f64,
    /// Its part of the penalty of all columns.
    pub share: f64,
}

/// A row that is left out or keeps little.
#[derive(Debug, Clone, PartialEq)]
pub struct HardRow {
    /// Its number among the rows that were read, from 1.
    pub row: u64,
    /// Whether it is left out.
    pub suppressed: bool,
    /// Mean certainty penalty of its cells.
    pub penalty: f64,
    /// People with the same quasi-identifiers, itself among them.
    pub alike: u64,
    /// For each quasi-identifier, people who would be alike without it; the column that sets the row apart
    /// most comes first.
    pub without: Vec<(String, u64)>,
}

impl Tables {
    /// Explains what a configuration makes of a table, with the hardest rows up to a number of them.
    /// Nothing is written.
    ///
    /// # Errors
    ///
    /// Where the table cannot be read, or the configuration does not fit it or has joint scope.
    pub fn explain(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        job: &SingleTable<'_>,
        hardest: usize,
    ) -> Result<Explanation, ModalityError> {
        if job.config.scope == RiskScope::Joint {
            return Err(policy("what is explained is of single rows; leave `scope` out"));
        }
        let bound = Bound::as_they_are(job.config, part)?;
        let table = CodedTable::read_told(document, format, part, &bound, job.told())?;
        let mut table = table.ready(&bound, job.config, self.options())?;
        let counting = match table.subjects {
            Some(_) => Counting::AllSubjects,
            None => Counting::Rows,
        };
        let apart = pieces::apart(job.config, job.draws)?;
        solve::prepare((&mut table, &bound), (counting, apart), self.options(), |prepared| {
            let solve = |config: &TableConfig| {
                let families = Families::of(&config.models)?;
                let job = SingleTable { config, ..*job };
                let best = solve::solution(&prepared, &job, (&families, self.options()))?;
                Ok::<_, ModalityError>(best.solution)
            };
            let solution = solve(job.config)?;
            let relaxed = relaxations(job.config).into_iter();
            let relaxed = relaxed.map(|(what, config)| Ok((what, Fare::of(&solve(&config)?))));
            let names: Vec<&str> = bound
                .of_role(AttributeRole::Quasi)
                .into_iter()
                .map(|at| bound.released[at].name.as_str())
                .collect();
            Ok(Explanation {
                rows: prepared.table.rows as u64,
                now: Fare::of(&solution),
                columns: columns(&prepared, &solution),
                relaxed: relaxed.collect::<Result<_, ModalityError>>()?,
                hardest: hard_rows(&prepared, &solution, &names, hardest, job.cancel)?
                    .into_iter()
                    .map(|row| HardRow {
                        row: u64::from(prepared.table.read_as(row.row as u32 - 1)) + 1,
                        ..row
                    })
                    .collect(),
            })
        })
    }
}

impl Fare {
    fn of(solution: &Solution) -> Self {
        Self {
            classes: solution.classes,
            suppressed_rows: solution.suppressed_rows,
            loss: solution.loss,
            gcp: solution.gcp,
            within_suppression_limit: solution.within_suppression_limit,
        }
    }
}

/// Every configuration with one constraint a step weaker, and what that is.
fn relaxations(config: &TableConfig) -> Vec<(String, TableConfig)> {
    let mut all = Vec::new();
    for (n, model) in config.models.iter().enumerate() {
        for (letter, number) in &model.numbers {
            let Some(weaker) = weaker(model, letter, *number) else { continue };
            let mut config = config.clone();
            config.models[n].numbers.insert(letter.clone(), weaker);
            let on = model.on.as_ref().map_or(String::new(), |on| format!(" on {on}"));
            all.push((format!("{letter} = {weaker}{on} instead of {number}"), config));
        }
    }
    let share = config.search.suppress_max;
    if share < 1.0 {
        let mut config = config.clone();
        let more = ((share + 0.05).min(1.0) * 1e6).round() / 1e6;
        config.search.suppress_max = more;
        all.push((format!("suppress_max = {more} instead of {share}"), config));
    }
    all
}

/// A parameter one step weaker; none where there is no weaker one.
fn weaker(model: &ModelConfig, letter: &str, number: f64) -> Option<f64> {
    let rounded = |n: f64| (n * 1e6).round() / 1e6;
    match letter {
        "k" | "l" | "k_map" if number.fract() == 0.0 => (number > 2.0).then_some(number - 1.0),
        "l" => Some(rounded(1.0 + (number - 1.0) * 0.9)),
        "l_known" => (number > 1.0).then_some(number - 1.0),
        "c" if model.numbers.contains_key("l_known") => {
            (number < 1.0).then(|| rounded(number * 1.1).max(number + 1e-6).min(1.0))
        }
        "c" | "delta" | "beta" => Some(rounded(number * 1.1)),
        "t" | "alpha" | "average_risk" | "sample_uniques" | "population_uniques" => {
            let weaker = rounded(number * 1.1).max(number + 1e-6);
            (weaker < 1.0).then_some(weaker)
        }
        "delta_max" => (number < 1.0).then(|| rounded(number * 1.1).max(number + 1e-6).min(1.0)),
        "delta_min" => (number > 0.0).then(|| rounded(number * 0.9).min(number)),
        // The size of the population is a fact; what else there may be has no known direction.
        _ => None,
    }
}

fn columns(prepared: &Prepared<'_>, solution: &Solution) -> Vec<ColumnCost> {
    let table = &prepared.frequency;
    let all = table.total_rows().max(1) as f64;
    let mut rows = vec![0u64; solution.classes as usize];
    let mut left_out = 0u64;
    for (combination, class) in (0..).zip(solution.recoding.class_numbers()) {
        match rows.get_mut(*class as usize) {
            Some(rows) => *rows += table.rows(combination),
            None => left_out += table.rows(combination),
        }
    }
    let penalty = |column: &anonymed_anonymize::RecodedColumn| {
        let classes = rows.iter().zip(&column.label_of);
        let sum: f64 = classes.map(|(n, label)| *n as f64 * column.ncp[*label as usize]).sum();
        (sum + left_out as f64) / all
    };
    let penalties: Vec<f64> = solution.recoding.columns().iter().map(penalty).collect();
    let total: f64 = penalties.iter().sum();
    let mut costs: Vec<ColumnCost> = solution
        .recoding
        .columns()
        .iter()
        .zip(penalties)
        .map(|(column, penalty)| ColumnCost {
            name: column.name.clone(),
            penalty,
            share: if total > 0.0 { penalty / total } else { 0.0 },
        })
        .collect();
    costs.sort_by(|a, b| b.penalty.total_cmp(&a.penalty));
    costs
}

fn hard_rows(
    prepared: &Prepared<'_>,
    solution: &Solution,
    names: &[&str],
    most: usize,
    cancel: &CancelToken,
) -> Result<Vec<HardRow>, ModalityError> {
    let penalty = |combination: u32| match solution.recoding.class_of(combination) {
        Some(class) => solution.recoding.class_ncp(class),
        None => 1.0,
    };
    // One row of each combination, the first; of equal penalties the first row.
    let mut first: BTreeMap<u32, u64> = BTreeMap::new();
    for (row, combination) in (1..).zip(&prepared.combination_of) {
        first.entry(*combination).or_insert(row);
    }
    let mut order: Vec<(f64, u64, u32)> = first
        .into_iter()
        .map(|(combination, row)| (penalty(combination), row, combination))
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    order.truncate(most);
    order.retain(|(penalty, ..)| *penalty > 0.0);
    order
        .into_iter()
        .map(|(penalty, row, combination)| {
            cancel.check()?;
            let (alike, mut without) = crowds(prepared, names, combination);
            without.sort_by_key(|(_, people)| std::cmp::Reverse(*people));
            let suppressed = solution.recoding.class_of(combination).is_none();
            Ok(HardRow { row, suppressed, penalty, alike, without })
        })
        .collect()
}

/// People like a combination, and like it but for each column.
fn crowds(prepared: &Prepared<'_>, names: &[&str], combination: u32) -> (u64, Vec<(String, u64)>) {
    let table = &prepared.frequency;
    // Combinations that differ in no column, or in one.
    let mut alike: Vec<u32> = Vec::new();
    let mut but_for: Vec<Vec<u32>> = vec![Vec::new(); names.len()];
    for other in 0..table.combinations() as u32 {
        let differ =
            |column: &usize| table.code(other, *column) != table.code(combination, *column);
        let mut differing = (0..names.len()).filter(differ);
        match (differing.next(), differing.next()) {
            (None, _) => alike.push(other),
            (Some(column), None) => but_for[column].push(other),
            _ => {}
        }
    }
    let people = |others: &[u32]| {
        let all = alike.iter().chain(others).copied();
        u64::from(table.distinct_subjects(all).at_least())
    };
    let without = names.iter().zip(&but_for).map(|(name, some)| ((*name).to_owned(), people(some)));
    (people(&[]), without.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_relaxed_one_by_one() {
        let config = TableConfig::parse(
            "[columns]\nage = \"quasi\"\ndx = \"sensitive\"\n[[model]]\nk = 5\n[[model]]\nk = 2\n\
             [[model]]\nt = 0.2\non = \"dx\"\n[[model]]\nl = 3\non = \"dx\"\n",
        )
        .unwrap();
        let what: Vec<String> = relaxations(&config).into_iter().map(|(what, _)| what).collect();
        assert_eq!(
            what,
            [
                "k = 4 instead of 5",
                "t = 0.22 on dx instead of 0.2",
                "l = 2 on dx instead of 3",
                "suppress_max = 0.1 instead of 0.05"
            ]
        );
    }
}
