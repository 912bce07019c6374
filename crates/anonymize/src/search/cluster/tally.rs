//! The models' word on a cluster that grows point by point: whether it holds, and which of several
//! candidates brings it nearer to holding.

use super::Points;
use crate::{ClassAccumulator, Problem};

/// Smaller steps towards holding are rounding.
pub(crate) const LEAST_STEP: f64 = 1e-12;

/// One cluster's rows, people and sensitive values. Where the number of rows decides alone, only
/// they are counted.
pub(crate) struct Tally<'p, 'a> {
    points: &'p Points<'a>,
    class: ClassAccumulator,
    trial: ClassAccumulator,
    rows: u64,
}

impl<'p, 'a> Tally<'p, 'a> {
    pub(crate) fn new(points: &'p Points<'a>) -> Self {
        let class = points.problem.accumulator();
        Self { points, trial: class.clone(), class, rows: 0 }
    }

    pub(crate) fn clear(&mut self) {
        self.rows = 0;
        if self.points.rows_needed.is_none() {
            self.class.clear();
        }
    }

    pub(crate) fn add(&mut self, point: u32) {
        self.rows += self.points.rows(point);
        if self.points.rows_needed.is_none() {
            self.class.add(self.points.problem.table(), self.points.combinations[point as usize]);
        }
    }

    pub(crate) fn holds(&self) -> bool {
        match self.points.rows_needed {
            Some(needed) => self.rows >= needed,
            None => self.points.problem.judge(&self.class).holds(),
        }
    }

    /// Whether a cluster of these points holds.
    pub(crate) fn hold(&mut self, points: impl Iterator<Item = u32>) -> bool {
        self.clear();
        points.for_each(|point| self.add(point));
        self.holds()
    }

    /// Whether a cluster that holds does so with one point more.
    pub(crate) fn hold_with(&mut self, members: &[u32], point: u32) -> bool {
        self.points.grows || self.hold(members.iter().copied().chain([point]))
    }

    /// Whether there are people enough, whatever else the models ask for.
    pub(crate) fn has_people(&self) -> bool {
        match self.points.rows_needed {
            Some(needed) => self.rows >= needed,
            None => {
                let people = u64::from(self.class.subjects().count().at_least());
                people >= self.points.problem.least_subjects()
            }
        }
    }

    /// How far the cluster is from what its models ask for beside people; nothing where a model that
    /// fails cannot say.
    pub(crate) fn shortfall(&self) -> Option<f64> {
        self.points.beyond_people.shortfall(self.points.problem, &self.class)
    }

    /// Whether a point brings the cluster nearer to holding, or no one can say.
    pub(crate) fn is_led_by(&mut self, point: u32) -> bool {
        match (self.shortfall(), self.shortfall_with(point)) {
            (Some(before), Some(after)) => before - after > LEAST_STEP,
            _ => true,
        }
    }

    /// The shortfall there would be with one point more.
    pub(crate) fn shortfall_with(&mut self, point: u32) -> Option<f64> {
        let problem = self.points.problem;
        self.trial.clear();
        self.trial.merge(&self.class);
        self.trial.add(problem.table(), self.points.combinations[point as usize]);
        self.points.beyond_people.shortfall(problem, &self.trial)
    }
}

/// What the models ask for beside a number of people, and the whole table's shares of the sensitive
/// values: a class that fails a model which cannot say by how much is led towards them.
#[derive(Debug)]
pub(super) struct BeyondPeople {
    models: Vec<usize>,
    /// By sensitive column, where a model looks at it.
    shares: Vec<Vec<f64>>,
}

impl BeyondPeople {
    pub(super) fn new(problem: &Problem<'_>, whole: &ClassAccumulator) -> Self {
        let models: Vec<usize> = (0..problem.models().len())
            .filter(|m| !problem.models()[*m].is_people_count())
            .collect();
        let mut shares = vec![Vec::new(); problem.table().sensitive().len()];
        for column in models.iter().filter_map(|model| problem.models()[*model].sensitive()) {
            let Some(histogram) = whole.histogram(column) else { continue };
            let mut of_value = vec![0.0; problem.table().sensitive()[column].values as usize];
            let all: u64 = histogram.iter().map(|(_, rows, _)| rows).sum();
            for (code, rows, _) in histogram.iter() {
                of_value[code as usize] = rows as f64 / all.max(1) as f64;
            }
            shares[column] = of_value;
        }
        Self { models, shares }
    }

    fn shortfall(&self, problem: &Problem<'_>, class: &ClassAccumulator) -> Option<f64> {
        let of_model = |model: &usize| {
            let model = &problem.models()[*model];
            if model.judge(class).holds() {
                return Some(0.0);
            }
            let distance = || model.sensitive().map(|column| self.distance(class, column));
            model.shortfall(class).or_else(distance)
        };
        self.models.iter().map(of_model).sum()
    }

    /// Total variation of a class's shares from the table's.
    fn distance(&self, class: &ClassAccumulator, column: usize) -> f64 {
        let Some(histogram) = class.histogram(column) else { return 1.0 };
        let all: u64 = histogram.iter().map(|(_, rows, _)| rows).sum();
        let above = |(code, rows, _): (u32, u64, _)| {
            (rows as f64 / all.max(1) as f64 - self.shares[column][code as usize]).max(0.0)
        };
        histogram.iter().map(above).sum()
    }
}
