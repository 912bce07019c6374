//! Risk models: how likely an attacker names somebody, one file each, over people and not rows.
//!
//! A subject whose rows fall into several classes counts once in each.

use serde::{Deserialize, Serialize};

use crate::{ClassCounts, ClassIndex};

mod journalist;
mod marketer;
mod prosecutor;

pub use journalist::Journalist;
pub use marketer::Marketer;
pub use prosecutor::Prosecutor;

/// What a risk is judged on.
#[derive(Debug, Clone, Copy)]
pub struct RiskInput<'a> {
    /// The released table.
    pub classes: Classes<'a>,
    /// The population the subjects are a sample of, generalised in the same way.
    pub population: Option<&'a ClassIndex>,
    /// A subject is at risk above this risk.
    pub threshold: f64,
}

/// The classes of a released table.
#[derive(Debug, Clone, Copy)]
pub enum Classes<'a> {
    /// Each by itself.
    Index(&'a ClassIndex),
    /// In numbers alone: no class of a population can be held against them.
    Counts(&'a ClassCounts),
    /// The people of each, and those of the population whom its labels fit.
    Crowds(&'a [(u64, u64)]),
}

impl<'a> From<&'a ClassIndex> for Classes<'a> {
    fn from(index: &'a ClassIndex) -> Self {
        Self::Index(index)
    }
}

impl<'a> From<&'a ClassCounts> for Classes<'a> {
    fn from(counts: &'a ClassCounts) -> Self {
        Self::Counts(counts)
    }
}

/// So many classes of as many people each, who share a risk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtRisk {
    pub(crate) risk: f64,
    pub(crate) subjects: u64,
    pub(crate) times: u64,
}

impl RiskInput<'_> {
    /// The classes with their subjects, where it is known the crowd in the population, and how many
    /// there are of each kind.
    fn each(&self, risk: impl Fn(u64, Option<u64>) -> f64) -> Vec<AtRisk> {
        let at_risk = |subjects: u64, population, times| AtRisk {
            risk: risk(subjects, population),
            subjects: subjects.max(1),
            times,
        };
        match self.classes {
            Classes::Index(index) => index
                .classes()
                .map(|class| {
                    let population = self.population.and_then(|p| p.class(class.key));
                    at_risk(class.subjects, population.map(|c| c.subjects), 1)
                })
                .collect(),
            Classes::Counts(counts) => counts
                .classes()
                .map(|(_, subjects, times)| at_risk(subjects, None, times))
                .collect(),
            Classes::Crowds(crowds) => {
                crowds.iter().map(|(subjects, crowd)| at_risk(*subjects, Some(*crowd), 1)).collect()
            }
        }
    }

    /// What the crowds in the population are known by.
    fn basis(&self) -> Basis {
        match (self.classes, self.population) {
            (Classes::Crowds(_), _) | (_, Some(_)) => Basis::Population,
            _ => Basis::ReleaseAsPopulation,
        }
    }
}

/// A risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskReport {
    /// The model's name.
    pub model: String,
    /// Risk of the subject worst off.
    pub highest: f64,
    /// Mean risk of a subject.
    pub average: f64,
    /// The threshold.
    pub threshold: f64,
    /// Share of subjects whose risk is above the threshold.
    pub at_risk: f64,
    /// What was assumed.
    pub basis: Basis,
}

/// What a risk rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The released table alone.
    Release,
    /// A population table.
    Population,
    /// No population table was given: the release is taken for the whole population, which
    /// overstates the risk.
    ReleaseAsPopulation,
}

/// A way an attacker proceeds. Asked by reports and by the release gate.
pub trait RiskModel: Sync {
    /// The model's name, as `prosecutor`.
    fn name(&self) -> &'static str;

    /// Where it is defined.
    fn citation(&self) -> &'static str;

    /// Judges.
    fn assess(&self, input: &RiskInput<'_>) -> RiskReport;
}

/// Every risk model.
pub const ALL: &[&dyn RiskModel] = &[&Journalist, &Marketer, &Prosecutor];

/// The model of a name.
pub fn by_name(name: &str) -> Option<&'static dyn RiskModel> {
    ALL.iter().copied().find(|m| m.name() == name)
}

/// Highest, mean and share at risk of a risk per class.
pub(crate) fn over_classes(
    name: &str,
    basis: Basis,
    threshold: f64,
    mut by_risk: Vec<AtRisk>,
) -> RiskReport {
    // Classes come in no particular order, and sums of fractions depend on it: sort.
    by_risk.sort_by(|a, b| a.risk.total_cmp(&b.risk).then(a.subjects.cmp(&b.subjects)));
    let (mut sum, mut subjects, mut at_risk) = (0.0, 0.0, 0.0);
    for AtRisk { risk, subjects: of_class, times } in &by_risk {
        let of_class = *of_class as f64;
        // One by one, so that the sum is the same however the classes were counted.
        for _ in 0..*times {
            subjects += of_class;
            sum += of_class * risk;
            at_risk += if *risk > threshold { of_class } else { 0.0 };
        }
    }
    let share = |part: f64| if subjects > 0.0 { part / subjects } else { 0.0 };
    RiskReport {
        model: name.to_owned(),
        highest: by_risk.last().map_or(0.0, |last| last.risk),
        average: share(sum),
        threshold,
        at_risk: share(at_risk),
        basis,
    }
}

/// A class with no subject known is nobody's, or anybody's: it is taken for one person's.
pub(crate) fn one_of(subjects: u64) -> f64 {
    1.0 / subjects.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    /// Classes with so many subjects each.
    fn index(sizes: &[(&str, u32)]) -> ClassIndex {
        let mut index = ClassIndex::new(Shape::with_subject(1, 0));
        for (class, subjects) in sizes {
            for subject in 0..*subjects {
                let subject = format!("{class}{subject}");
                // Two rows of each: rows are not people.
                for _ in 0..2 {
                    index.add(&[Some(class)], Some(&subject), &[]).unwrap();
                }
            }
        }
        index
    }

    fn check(model: &dyn RiskModel, population: Option<&ClassIndex>, expect: (f64, f64, f64)) {
        let classes = index(&[("a", 2), ("b", 3), ("c", 5)]);
        let report =
            model.assess(&RiskInput { classes: (&classes).into(), population, threshold: 0.3 });
        for (got, want) in
            [(report.highest, expect.0), (report.average, expect.1), (report.at_risk, expect.2)]
        {
            assert!((got - want).abs() < 1e-12, "{report:?}");
        }
    }

    #[test]
    fn prosecutor_by_hand() {
        check(&Prosecutor, None, (0.5, 0.3, 0.5));
    }

    #[test]
    fn journalist_by_hand() {
        check(&Journalist, None, (0.5, 0.3, 0.5));
        let population = index(&[("a", 10), ("b", 4), ("c", 5), ("d", 1)]);
        // 1/10, 1/4 and 1/5 for 2, 3 and 5 subjects.
        check(&Journalist, Some(&population), (0.25, (0.2 + 0.75 + 1.0) / 10.0, 0.0));
        // A class the population does not have is taken at its own size.
        let population = index(&[("b", 4), ("c", 50)]);
        check(&Journalist, Some(&population), (0.5, (1.0 + 0.75 + 0.1) / 10.0, 0.2));
    }

    #[test]
    fn marketer_by_hand() {
        check(&Marketer, None, (0.3, 0.3, 0.0));
        let population = index(&[("a", 10), ("b", 4), ("c", 5)]);
        check(&Marketer, Some(&population), (0.195, 0.195, 0.0));
    }

    #[test]
    fn no_classes_no_risk() {
        let classes = ClassIndex::new(Shape::by_rows(1, 0));
        for model in ALL {
            let input = RiskInput { classes: (&classes).into(), population: None, threshold: 0.1 };
            let report = model.assess(&input);
            assert_eq!((report.highest, report.average, report.at_risk), (0.0, 0.0, 0.0));
            assert_eq!(report.model, model.name());
        }
    }
}
