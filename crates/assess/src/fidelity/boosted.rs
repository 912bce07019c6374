//! Gradient-boosted trees (Friedman, *Greedy function approximation: a gradient boosting machine*, Annals of
//! Statistics 2001) beside the regression: what a release teaches a learner that finds steps and interactions.
//!
//! Each class has an ensemble of its own that tells it from all others; the highest score is what is said.

use forust_ml::Matrix;
use forust_ml::gradientbooster::GradientBooster;
use forust_ml::objective::ObjectiveType;

use super::trained::{Row, first_highest};

/// Trees of each class, their depth, and what each of them adds.
const TREES: usize = 60;
const DEPTH: usize = 4;
const RATE: f32 = 0.2;
/// Bins a feature has at most.
const BINS: u16 = 64;

/// One ensemble for each class; of two classes one says it all.
pub(super) struct Boosted {
    classes: Vec<GradientBooster>,
    width: usize,
}

impl Boosted {
    /// Fits to rows; none where the learner refuses them.
    pub(super) fn fit(rows: &[Row], width: usize, classes: usize) -> Option<Self> {
        let cells = dense(rows, width);
        let matrix = Matrix::new(&cells, rows.len(), width);
        let one = |class: usize| {
            let is: Vec<f64> =
                rows.iter().map(|row| f64::from(u8::from(row.class == class))).collect();
            let mut learner = GradientBooster::default()
                .set_objective_type(ObjectiveType::LogLoss)
                .set_iterations(TREES)
                .set_max_depth(DEPTH)
                .set_learning_rate(RATE)
                .set_nbins(BINS)
                .set_parallel(false);
            learner.fit_unweighted(&matrix, &is, None).ok().map(|()| learner)
        };
        let told = if classes == 2 { 1..2 } else { 0..classes };
        Some(Self { classes: told.map(one).collect::<Option<_>>()?, width })
    }

    /// The class each row is said to have.
    pub(super) fn said(&self, rows: &[Row]) -> Vec<usize> {
        let cells = dense(rows, self.width);
        let matrix = Matrix::new(&cells, rows.len(), self.width);
        let mut scores: Vec<Vec<f64>> =
            self.classes.iter().map(|learner| learner.predict(&matrix, false)).collect();
        if let [one] = scores.as_slice() {
            let other = one.iter().map(|score| -score).collect();
            scores.insert(0, other);
        }
        let of = |row: usize| scores.iter().map(|of_class| of_class[row]).collect::<Vec<f64>>();
        (0..rows.len()).map(|row| first_highest(&of(row))).collect()
    }
}

/// Cells column by column; what a row does not say is 0, as an average number or an absent value.
fn dense(rows: &[Row], width: usize) -> Vec<f64> {
    let mut cells = vec![0.0; rows.len() * width];
    for (at, row) in rows.iter().enumerate() {
        row.features.iter().for_each(|(column, x)| cells[column * rows.len() + at] += x);
    }
    cells
}
