//! The risk of one table from every side: attackers, class sizes, the population, open cells, what each
//! column adds, and what classes give away of sensitive values.

use std::collections::BTreeMap;

use anonymed_core::AttributeRole;
use serde::{Deserialize, Serialize};

use crate::coded::{CodedColumn, CodedTable, NOBODY};
use crate::combinations::{Combinations, Size};
use crate::homogeneity::SensitiveTally;
use crate::population::{self, NoEstimate, Sample};
use crate::privacy::{self, Reached, Scales};
use crate::risk::{self, RiskInput, RiskReport};
use crate::{
    ClassCounts, HomogeneityReport, Placed, SensitiveLog, SeparationReport, Shape, WildcardReport,
    separation, wildcards,
};

/// A value counts as guessable from this share of its class.
const GUESSABLE_FROM: f64 = 0.8;

/// What is asked of a table.
#[derive(Debug, Clone, Copy)]
pub struct RiskQuestion {
    /// A person is at risk above this risk.
    pub threshold: f64,
    /// People of the population that the table's are a sample of.
    pub population: Option<u64>,
}

/// The risk of a table. No value of the table is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRisk {
    /// Whether a column tells people apart; otherwise each row is one.
    pub counted_subjects: bool,
    /// Rows.
    pub rows: u64,
    /// People.
    pub people: u64,
    /// Rows whose quasi-identifiers are all `*`: they are in no class.
    pub suppressed_rows: u64,
    /// Rows that name nobody although there is a subject column.
    pub rows_without_subject: u64,
    /// Classes.
    pub classes: u64,
    /// Rows of the smallest class.
    pub smallest_class_rows: u64,
    /// People of the smallest class: the k that is reached.
    pub smallest_class_subjects: u64,
    /// Mean rows of a class.
    pub average_class_rows: f64,
    /// How many classes have how many people; sizes above 1,000 are rounded down to two digits.
    pub class_sizes: BTreeMap<u64, u64>,
    /// Each attacker by name.
    pub risk: BTreeMap<String, RiskReport>,
    /// Estimates of the population's uniques; none where its size was not told.
    pub population: Option<PopulationReport>,
    /// Open cells as a value and as a match of anything.
    pub wildcards: WildcardReport,
    /// What each quasi-identifier adds.
    pub columns: Vec<ColumnRisk>,
    /// How well sets of columns tell records apart.
    pub separation: SeparationReport,
    /// What classes give away of each sensitive column.
    pub sensitive: Vec<SensitiveRisk>,
}

/// What one quasi-identifier adds to the prosecutor's average risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnRisk {
    /// Header.
    pub name: String,
    /// Average risk where this were the only quasi-identifier.
    pub alone: f64,
    /// Average risk without it.
    pub without: f64,
    /// Average risk of all less that without it.
    pub added: f64,
}

/// What classes give away of a sensitive column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SensitiveRisk {
    /// Header.
    pub name: String,
    /// Values by class.
    #[serde(flatten)]
    pub homogeneity: HomogeneityReport,
    /// What the worst class reaches of each model: l, t, alpha, delta, beta. The c of recursive diversity is
    /// that of l = 2.
    pub reached: Vec<Reached>,
}

/// Estimates of how many people are unique in the population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PopulationReport {
    /// People of the population, as told.
    pub people: u64,
    /// The share of them that the table has.
    pub sampling_fraction: f64,
    /// People unique in the table.
    pub sample_uniques: u64,
    /// Each estimator.
    pub estimates: Vec<EstimateReport>,
}

/// One estimator's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EstimateReport {
    /// The estimator.
    pub name: String,
    /// Where it is defined.
    pub citation: String,
    /// Expected population uniques.
    pub uniques: Option<f64>,
    /// Their share of the population.
    pub share: Option<f64>,
    /// The estimator that the rule chose.
    pub chosen: Option<String>,
    /// Why there is no estimate.
    pub no_estimate: Option<NoEstimate>,
}

impl TableRisk {
    /// Judges a table by its columns of the roles quasi and sensitive.
    ///
    /// # Examples
    ///
    /// Of three patients two share a class:
    ///
    /// ```
    /// use anonymed_assess::{CodedColumn, CodedTable, RiskQuestion, TableRisk};
    /// use anonymed_core::AttributeRole::Quasi;
    ///
    /// let texts = vec!["30..39".into(), "40..49".into()];
    /// let age = CodedColumn::new("age", Quasi, texts, vec![0, 0, 1])?;
    /// let table = CodedTable::new(vec![age], None, 3)?;
    /// let risk = TableRisk::of(&table, RiskQuestion { threshold: 0.2, population: Some(300) });
    /// assert_eq!((risk.classes, risk.smallest_class_subjects), (2, 1));
    /// assert_eq!(risk.risk["prosecutor"].highest, 1.0);
    /// # Ok::<(), anonymed_assess::AssessError>(())
    /// ```
    pub fn of(table: &CodedTable, question: RiskQuestion) -> Self {
        let quasi = table.of_role(AttributeRole::Quasi);
        let all = Combinations::of(table, &quasi);
        let classes = all.classes();
        let sizes = all.sizes(&classes);
        let counts = counts(table, &all, &sizes);
        let report = counts.report(0);
        let threshold = question.threshold;
        let input = RiskInput { classes: (&counts).into(), population: None, threshold };
        let names: Vec<&str> = quasi.iter().map(|column| column.name()).collect();
        Self {
            counted_subjects: table.subjects().is_some(),
            rows: report.rows,
            people: report.subjects,
            suppressed_rows: report.suppressed_rows,
            rows_without_subject: report.rows_without_subject,
            classes: report.classes,
            smallest_class_rows: report.smallest_class_rows,
            smallest_class_subjects: report.smallest_class_subjects,
            average_class_rows: report.average_class_rows,
            class_sizes: report.class_sizes,
            risk: risk::ALL.iter().map(|m| (m.name().to_owned(), m.assess(&input))).collect(),
            population: question
                .population
                .and_then(|people| estimated(people, report.subjects, &sizes)),
            wildcards: wildcards::report(&all, &quasi, &sizes, threshold),
            columns: contributions(&all, &names, average(&sizes)),
            separation: separation::report(&all, &names),
            sensitive: sensitive(table, &all),
        }
    }
}

fn shape(table: &CodedTable, all: &Combinations) -> Shape {
    match table.subjects() {
        Some(_) => Shape::with_subject(all.width(), 0),
        None => Shape::by_rows(all.width(), 0),
    }
}

fn counts(table: &CodedTable, all: &Combinations, sizes: &[Size]) -> ClassCounts {
    let shape = shape(table, all);
    let nobody = table.subjects().map_or(0, |s| s.iter().filter(|s| **s == NOBODY).count());
    let rows = [table.rows() as u64, all.suppressed_rows(), nobody as u64];
    // The class of suppressed rows has none here.
    let sizes = sizes.iter().filter(|size| size.rows > 0).map(|size| (size.rows, size.people));
    ClassCounts::of_sizes(shape, rows, all.people(), sizes)
}

/// The prosecutor's average risk: classes by the people in them.
fn average(sizes: &[Size]) -> f64 {
    let of = sizes.iter().filter(|size| size.rows > 0);
    let (classes, people) = of.fold((0u64, 0u64), |(c, p), size| (c + 1, p + size.people.max(1)));
    if people == 0 { 0.0 } else { classes as f64 / people as f64 }
}

fn contributions(all: &Combinations, names: &[&str], with: f64) -> Vec<ColumnRisk> {
    let of = |columns: &[usize]| average(&all.sizes(&all.group(columns)));
    (0..names.len())
        .map(|column| {
            let others: Vec<usize> = (0..names.len()).filter(|at| *at != column).collect();
            let without = of(&others);
            ColumnRisk {
                name: names[column].to_owned(),
                alone: of(&[column]),
                without,
                added: with - without,
            }
        })
        .collect()
}

fn estimated(population: u64, people: u64, sizes: &[Size]) -> Option<PopulationReport> {
    let mut of_size: BTreeMap<u64, u64> = BTreeMap::new();
    for size in sizes.iter().filter(|size| size.people > 0) {
        *of_size.entry(size.people).or_default() += 1;
    }
    let sample_uniques = of_size.get(&1).copied().unwrap_or(0);
    let fraction = people as f64 / population.max(1) as f64;
    let sample = Sample::new(of_size, fraction)?;
    let estimate = |estimator: &&dyn population::UniquenessEstimator| {
        let estimate = estimator.estimate(&sample);
        EstimateReport {
            name: estimator.name().to_owned(),
            citation: estimator.citation().to_owned(),
            uniques: estimate.ok().map(|e| e.uniques),
            share: estimate.ok().map(|e| e.uniques / sample.population()),
            chosen: estimate.ok().and_then(|e| e.chosen).map(str::to_owned),
            no_estimate: estimate.err(),
        }
    };
    Some(PopulationReport {
        people: population,
        sampling_fraction: fraction,
        sample_uniques,
        estimates: population::ALL.iter().map(estimate).collect(),
    })
}

fn sensitive(table: &CodedTable, all: &Combinations) -> Vec<SensitiveRisk> {
    let columns = table.of_role(AttributeRole::Sensitive);
    if columns.is_empty() {
        return Vec::new();
    }
    let log = log(table, all, &columns);
    let of_row = all.of_row();
    let mut rows: Vec<u32> = (0..table.rows() as u32)
        .filter(|row| Some(of_row[*row as usize]) != all.suppressed())
        .collect();
    rows.sort_by_key(|row| of_row[*row as usize]);
    let of = |(at, column): (usize, &&CodedColumn)| {
        let mut report = HomogeneityReport::new(at, GUESSABLE_FROM);
        for class in rows.chunk_by(|a, b| of_row[*a as usize] == of_row[*b as usize]) {
            let mut tally = SensitiveTally::default();
            for row in class {
                let subject = match table.subjects() {
                    None => Some(*row),
                    Some(subjects) => Some(subjects[*row as usize]).filter(|s| *s != NOBODY),
                };
                let code = column.codes()[*row as usize];
                if column.text(code).is_some() {
                    tally.add(code, subject);
                }
            }
            report.add(class.len() as u64, &tally);
        }
        SensitiveRisk {
            name: column.name().to_owned(),
            homogeneity: report.finish(),
            reached: reached(&log, at),
        }
    };
    columns.iter().enumerate().map(of).collect()
}

/// Who has which value in each class. A person without a name has none.
fn log(table: &CodedTable, all: &Combinations, columns: &[&CodedColumn]) -> SensitiveLog {
    let mut log = SensitiveLog::new(shape(table, all), columns.len());
    for (row, class) in all.of_row().iter().enumerate() {
        let person = match table.subjects() {
            None => Some(row as u32),
            Some(subjects) => Some(subjects[row]).filter(|subject| *subject != NOBODY),
        };
        let values: Vec<Option<&str>> =
            columns.iter().map(|column| column.text(column.codes()[row])).collect();
        let added = match person {
            // Of stars alone: in no class, and part of what classes are compared with.
            Some(person) if Some(*class) == all.suppressed() => log.add_outside(person, &values),
            _ => log.add(Placed { class: *class, person }, &values),
        };
        added.expect("a coded table has fewer values than rows are numbered");
    }
    log
}

fn reached(log: &SensitiveLog, column: usize) -> Vec<Reached> {
    // k and what is of a population are the table's, and without a hierarchy there is no distance in one.
    let apart = [
        "k-anonymity",
        "k-map",
        "delta-presence-min",
        "delta-presence-max",
        "hierarchical-t-closeness",
    ];
    let of_classes = privacy::ALL.iter().filter(|measure| !measure.is_of_groups());
    let measures = of_classes.filter(|measure| !apart.contains(&measure.name()));
    let scales = Scales { l: 2, tree: None };
    measures.map(|measure| privacy::reached(*measure, log, column, scales)).collect()
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::{Quasi, Sensitive};

    use super::*;
    use crate::coded::made;
    use crate::risk::RiskModel;
    use crate::{ClassIndex, risk::Prosecutor};

    const ROWS: &[&[&str]] = &[
        &["20", "F", "flu", "1"],
        &["20", "F", "flu", "2"],
        &["20", "M", "flu", "3"],
        &["20", "M", "hiv", "3"],
        &["30", "M", "hiv", "4"],
        &["*", "*", "flu", "5"],
    ];

    fn risk(by_subject: bool, population: Option<u64>) -> TableRisk {
        let names = [("age", Quasi), ("sex", Quasi), ("dx", Sensitive)];
        let table = made::table(&names, ROWS, by_subject);
        TableRisk::of(&table, RiskQuestion { threshold: 0.5, population })
    }

    #[test]
    fn figures_by_hand() {
        let rows = risk(false, None);
        assert_eq!((rows.rows, rows.people, rows.classes, rows.suppressed_rows), (6, 6, 3, 1));
        assert_eq!(rows.class_sizes, BTreeMap::from([(1, 1), (2, 2)]));
        assert_eq!(rows.risk["prosecutor"].average, 0.6);
        // Without age there are F 2, M 3; alone 20 has four and 30 one. Without sex the same as age alone.
        let columns: Vec<(f64, f64)> = rows.columns.iter().map(|c| (c.alone, c.without)).collect();
        assert_eq!(columns, [(0.4, 0.4), (0.4, 0.4)]);
        assert!((rows.columns[0].added - 0.2).abs() < 1e-12);
        let dx = &rows.sensitive[0].homogeneity;
        assert_eq!((dx.homogeneous_classes, dx.homogeneous_rows, dx.smallest_distinct), (2, 3, 1));
        let reached = |name: &str| {
            let of = rows.sensitive[0].reached.iter().find(|of| of.measure == name);
            of.and_then(|of| of.worst)
        };
        // Four of six have flu, the row of stars among them; of the class of 30 all have hiv.
        assert_eq!(reached("distinct-l-diversity"), Some(1.0));
        assert!(reached("t-closeness").is_some_and(|t| (t - 2.0 / 3.0).abs() < 1e-12));
        assert_eq!(reached("alpha-k-anonymity"), Some(1.0));
        assert_eq!(reached("recursive-l-diversity"), None);
        let people = risk(true, None);
        assert_eq!((people.people, people.smallest_class_subjects), (5, 1));
        assert_eq!(people.class_sizes, BTreeMap::from([(1, 2), (2, 1)]));
        assert_eq!(people.risk["prosecutor"].average, 0.75);
        assert_eq!(people.risk["prosecutor"].at_risk, 0.5);
    }

    #[test]
    fn the_population_is_estimated_where_it_is_told() {
        assert_eq!(risk(true, None).population, None);
        let population = risk(true, Some(50)).population.unwrap();
        assert_eq!((population.sampling_fraction, population.sample_uniques), (0.1, 2));
        assert_eq!(population.estimates.len(), population::ALL.len());
        for estimate in &population.estimates {
            assert_eq!(estimate.uniques.is_none(), estimate.no_estimate.is_some(), "{estimate:?}");
        }
    }

    #[test]
    fn the_classes_are_those_of_the_index_that_reads_texts() {
        let mut index = ClassIndex::new(Shape::with_subject(2, 1));
        for row in ROWS {
            index.add(&[Some(row[0]), Some(row[1])], Some(row[3]), &[Some(row[2])]).unwrap();
        }
        let input = RiskInput { classes: (&index).into(), population: None, threshold: 0.5 };
        let here = risk(true, None);
        assert_eq!(here.risk["prosecutor"], Prosecutor.assess(&input));
        assert_eq!(here.class_sizes, index.report(0).class_sizes);
        assert_eq!(here.sensitive[0].homogeneity, HomogeneityReport::of(&index, 0, 0.8));
    }

    #[test]
    fn a_table_without_rows_or_columns_has_figures_too() {
        for columns in [vec![], vec![("age", Quasi)]] {
            let table = made::table(&columns, &[], false);
            let risk = TableRisk::of(&table, RiskQuestion { threshold: 0.2, population: Some(5) });
            assert_eq!((risk.rows, risk.classes), (0, 0));
            assert!(serde_json::to_string(&risk).is_ok_and(|json| !json.contains("NaN")));
        }
    }
}
