//! A model fitted to the released rows and scored on raw rows that neither it nor its rival has seen: does
//! the release still teach what the raw table teaches?
//!
//! The model is multinomial logistic regression with a ridge penalty (le Cessie & van Houwelingen 1992).
//! A number or date is its distance from the raw mean in standard deviations, a range its middle. Any
//! other column has an indicator for each of its commonest values; a released cell is spread over those it
//! may stand for.

use anonymed_core::SplitMix64;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::Cover;
use super::boosted::Boosted;
use super::subgroups::{self, SubgroupLoss};
use crate::cell::{self, ReleasedCell};
use crate::coded::{CodedColumn, CodedTable};

/// Rows each half has at most.
const ROWS: usize = 4_000;
/// Classes of the target, and indicators of a column, at most: the commonest.
const MOST_CLASSES: usize = 10;
const MOST_INDICATORS: usize = 30;
/// Steps of the fit, their length, and the penalty.
const STEPS: usize = 300;
const STEP: f64 = 0.5;
const RIDGE: f64 = 1e-3;
/// A coefficient has a sign from here on.
const SIGNED_FROM: f64 = 0.1;
const SEED: u64 = 0x7e_57ed;

/// What a model learns from the raw and from the released rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    /// The column that is told from the others.
    pub target: String,
    /// Its values that are told apart; rows of rarer ones are left aside.
    pub classes: u64,
    /// Rows either model was fitted to.
    pub fitted_rows: u64,
    /// Raw rows both were scored on.
    pub scored_rows: u64,
    /// Accuracy of always saying the commonest value.
    pub accuracy_of_most_common: f64,
    /// Accuracy of the model of raw rows.
    pub accuracy_raw: f64,
    /// Accuracy of the model of the same rows as released.
    pub accuracy_released: f64,
    /// Accuracy of boosted trees on raw rows; none where they could not be grown.
    pub boosted_raw: Option<f64>,
    /// Accuracy of boosted trees of the same rows as released.
    pub boosted_released: Option<f64>,
    /// The subgroups that lose most accuracy.
    pub subgroups: Vec<SubgroupLoss>,
    /// Mean distance of the models' coefficients: logarithms of odds ratios.
    pub coefficient_drift: f64,
    /// Median factor between the odds ratios of the two models.
    pub odds_ratio_factor: f64,
    /// Share of coefficients with a sign that keep it.
    pub signs_kept: f64,
}

/// Fits and scores; rows of both tables belong together one by one. None where the target is not there,
/// has one value alone, or leaves no row to fit or score.
pub(crate) fn trained(
    raw: &CodedTable,
    released: &CodedTable,
    covers: &[Cover],
    target: &str,
) -> Option<ModelReport> {
    let at = raw.columns().iter().position(|column| column.name() == target)?;
    let classes = Classes::of(&raw.columns()[at]);
    if classes.count < 2 {
        return None;
    }
    let features: Vec<Feature> = (0..raw.columns().len())
        .filter(|column| *column != at)
        .scan(1, |first, column| {
            let feature = Feature::of(&raw.columns()[column], column, *first);
            *first += feature.width();
            Some(feature)
        })
        .collect();
    let width = features.last().map_or(1, |feature| feature.first + feature.width());
    let (fitted, scored) = halves(raw.rows());
    let sides = Sides { raw, released, covers, features: &features, target: at, classes: &classes };
    let (raw_rows, released_rows) = (sides.raw_rows(&fitted), sides.released_rows(&fitted));
    let test = sides.raw_rows(&scored);
    if raw_rows.is_empty() || released_rows.is_empty() || test.is_empty() {
        return None;
    }
    let fit = |rows: &[Row]| Model::fit(rows, width, classes.count);
    let (of_raw, of_released) = (fit(&raw_rows), fit(&released_rows));
    let most_common = of_most_common(&raw_rows, &test, classes.count);
    let drift = Drifted::of(&of_raw, &of_released);
    let boosted = |rows: &[Row]| {
        Boosted::fit(rows, width, classes.count).map(|b| accuracy(&b.said(&test), &test))
    };
    let is_right = |model: &Model, row: &Row| first_highest(&model.scores(row)) == row.class;
    let judged = |row: &Row| (row.number, is_right(&of_raw, row), is_right(&of_released, row));
    let judged: Vec<(usize, bool, bool)> = test.iter().map(judged).collect();
    Some(ModelReport {
        target: target.to_owned(),
        classes: classes.count as u64,
        fitted_rows: raw_rows.len() as u64,
        scored_rows: test.len() as u64,
        accuracy_of_most_common: most_common,
        accuracy_raw: accuracy(&of_raw.said(&test), &test),
        accuracy_released: accuracy(&of_released.said(&test), &test),
        boosted_raw: boosted(&raw_rows),
        boosted_released: boosted(&released_rows),
        subgroups: subgroups::worst(features.iter().map(|f| &raw.columns()[f.column]), &judged),
        coefficient_drift: drift.mean,
        odds_ratio_factor: drift.median.exp(),
        signs_kept: drift.signs_kept,
    })
}

/// Two halves of the rows in a random order, of so many each at most.
fn halves(rows: usize) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..rows).collect();
    let mut seeded = SplitMix64::new(SEED);
    for at in 0..rows {
        order.swap(at, at + seeded.below((rows - at) as u64) as usize);
    }
    let mut second = order.split_off(rows / 2);
    order.truncate(ROWS);
    second.truncate(ROWS);
    (order, second)
}

/// The values of the target that are told apart.
struct Classes {
    by_text: HashMap<String, usize, FixedState>,
    count: usize,
}

impl Classes {
    fn of(column: &CodedColumn) -> Self {
        let common = commonest(column, MOST_CLASSES);
        let texts = common.iter().filter_map(|code| column.text(*code));
        let by_text: HashMap<String, usize, FixedState> =
            texts.enumerate().map(|(class, text)| (text.to_owned(), class)).collect();
        Self { count: by_text.len(), by_text }
    }

    fn class(&self, column: &CodedColumn, row: usize) -> Option<usize> {
        self.by_text.get(column.text(column.codes()[row])?).copied()
    }
}

/// The codes of a column's commonest values that say something; of equally common ones the first.
pub(super) fn commonest(column: &CodedColumn, most: usize) -> Vec<u32> {
    let mut rows = vec![0u64; column.values()];
    column.codes().iter().for_each(|code| rows[*code as usize] += 1);
    let mut codes: Vec<u32> =
        (0..column.values() as u32).filter(|code| !column.is_open(*code)).collect();
    codes.sort_by_key(|code| (std::cmp::Reverse(rows[*code as usize]), *code));
    codes.truncate(most);
    codes
}

/// How a column enters the model.
struct Feature {
    column: usize,
    /// Its first coefficient.
    first: usize,
    kind: Kind,
}

enum Kind {
    /// Mean and standard deviation of the raw column.
    Number { mean: f64, deviation: f64 },
    /// The indicator of each raw code that has one.
    Indicators { of: Vec<Option<usize>>, count: usize },
}

impl Feature {
    fn of(raw: &CodedColumn, column: usize, first: usize) -> Self {
        let kind = numbers(raw).unwrap_or_else(|| {
            let common = commonest(raw, MOST_INDICATORS);
            let mut of = vec![None; raw.values()];
            common.iter().enumerate().for_each(|(at, code)| of[*code as usize] = Some(at));
            Kind::Indicators { of, count: common.len() }
        });
        Self { column, first, kind }
    }

    fn width(&self) -> usize {
        match &self.kind {
            Kind::Number { .. } => 1,
            Kind::Indicators { count, .. } => *count,
        }
    }

    /// Adds what a cell says; one that says nothing is an average one.
    fn add(&self, row: &mut Vec<(usize, f64)>, text: Option<&str>, code: u32, cover: &Cover) {
        match &self.kind {
            Kind::Number { mean, deviation } => {
                if let Some(point) = middle(text) {
                    row.push((self.first, (point - mean) / deviation));
                }
            }
            Kind::Indicators { of, .. } => {
                if cover.members(code).is_some() {
                    cover.spread(code, 1.0, |value, part| {
                        if let Some(at) = of[value] {
                            row.push((self.first + at, part));
                        }
                    });
                }
            }
        }
    }
}

fn middle(text: Option<&str>) -> Option<f64> {
    ReleasedCell::read(text).midpoint().or_else(|| cell::point(text?))
}

/// Mean and deviation of a column whose values are all points and not all one.
fn numbers(column: &CodedColumn) -> Option<Kind> {
    let points: Vec<Option<f64>> = (0..column.values() as u32)
        .map(|code| match column.is_open(code) {
            true => Some(None),
            false => cell::point(column.text(code)?).map(Some),
        })
        .collect::<Option<_>>()?;
    let given = || column.codes().iter().filter_map(|code| points[*code as usize]);
    let count = given().count() as f64;
    let mean = given().sum::<f64>() / count.max(1.0);
    let deviation =
        (given().map(|point| (point - mean).powi(2)).sum::<f64>() / count.max(1.0)).sqrt();
    (deviation > 0.0).then_some(Kind::Number { mean, deviation })
}

/// One row for a model: coefficients with their weights, and the class.
pub(super) struct Row {
    number: usize,
    pub(super) features: Vec<(usize, f64)>,
    pub(super) class: usize,
}

/// Both tables in the model's terms.
struct Sides<'a> {
    raw: &'a CodedTable,
    released: &'a CodedTable,
    covers: &'a [Cover],
    features: &'a [Feature],
    target: usize,
    classes: &'a Classes,
}

impl Sides<'_> {
    fn raw_rows(&self, rows: &[usize]) -> Vec<Row> {
        let covers: Vec<Cover> =
            self.raw.columns().iter().map(|column| Cover::itself(column.values())).collect();
        rows.iter().filter_map(|row| self.row(self.raw, &covers, *row)).collect()
    }

    fn released_rows(&self, rows: &[usize]) -> Vec<Row> {
        rows.iter().filter_map(|row| self.row(self.released, self.covers, *row)).collect()
    }

    fn row(&self, table: &CodedTable, covers: &[Cover], row: usize) -> Option<Row> {
        let class = self.classes.class(&table.columns()[self.target], row)?;
        // The constant.
        let mut features = vec![(0, 1.0)];
        for feature in self.features {
            let column = &table.columns()[feature.column];
            let code = column.codes()[row];
            feature.add(&mut features, column.text(code), code, &covers[feature.column]);
        }
        Some(Row { number: row, features, class })
    }
}

/// Coefficients of each class, one class after the other.
struct Model {
    weights: Vec<f64>,
    width: usize,
    classes: usize,
}

impl Model {
    /// Descends along the slope of the penalised likelihood with momentum (Nesterov 1983).
    fn fit(rows: &[Row], width: usize, classes: usize) -> Self {
        let mut model = Self { weights: vec![0.0; width * classes], width, classes };
        let mut last = model.weights.clone();
        // Rows of many columns have a steeper slope: the step is by their mean square length.
        let length = |row: &Row| row.features.iter().map(|(_, x)| x * x).sum::<f64>();
        let step = 2.0 * STEP / (rows.iter().map(length).sum::<f64>() / rows.len() as f64).max(1.0);
        for turn in 0..STEPS {
            let momentum = turn as f64 / (turn as f64 + 3.0);
            let ahead: Vec<f64> = model
                .weights
                .iter()
                .zip(&last)
                .map(|(now, last)| now + momentum * (now - last))
                .collect();
            last = std::mem::replace(&mut model.weights, ahead);
            let slope = model.slope(rows);
            for (weight, slope) in model.weights.iter_mut().zip(&slope) {
                *weight -= step * (slope + RIDGE * *weight);
            }
        }
        model
    }

    fn slope(&self, rows: &[Row]) -> Vec<f64> {
        let mut slope = vec![0.0; self.weights.len()];
        for row in rows {
            for (class, chance) in self.chances(row).into_iter().enumerate() {
                let excess = (chance - f64::from(u8::from(class == row.class))) / rows.len() as f64;
                for (at, x) in &row.features {
                    slope[class * self.width + at] += excess * x;
                }
            }
        }
        slope
    }

    fn scores(&self, row: &Row) -> Vec<f64> {
        let of = |class: usize| {
            row.features.iter().map(|(at, x)| self.weights[class * self.width + at] * x).sum()
        };
        (0..self.classes).map(of).collect()
    }

    fn chances(&self, row: &Row) -> Vec<f64> {
        let mut chances = self.scores(row);
        let most = chances.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        chances.iter_mut().for_each(|score| *score = (*score - most).exp());
        let sum: f64 = chances.iter().sum();
        chances.iter_mut().for_each(|chance| *chance /= sum);
        chances
    }

    fn said(&self, rows: &[Row]) -> Vec<usize> {
        rows.iter().map(|row| first_highest(&self.scores(row))).collect()
    }
}

/// The share of rows whose class was said.
fn accuracy(said: &[usize], rows: &[Row]) -> f64 {
    let right = said.iter().zip(rows).filter(|(said, row)| **said == row.class);
    right.count() as f64 / rows.len() as f64
}

pub(super) fn first_highest(scores: &[f64]) -> usize {
    let better = |best: usize, at: usize| if scores[at] > scores[best] { at } else { best };
    (0..scores.len()).fold(0, better)
}

/// Accuracy of the class that is commonest among the fitted rows.
fn of_most_common(fitted: &[Row], scored: &[Row], classes: usize) -> f64 {
    let mut rows = vec![0.0; classes];
    fitted.iter().for_each(|row| rows[row.class] += 1.0);
    let class = first_highest(&rows);
    scored.iter().filter(|row| row.class == class).count() as f64 / scored.len() as f64
}

/// How far coefficients are apart, the constants aside, as contrasts with the first class.
struct Drifted {
    mean: f64,
    median: f64,
    signs_kept: f64,
}

impl Drifted {
    fn of(raw: &Model, released: &Model) -> Self {
        let contrasts = |model: &Model| -> Vec<f64> {
            (1..model.classes)
                .flat_map(|class| (1..model.width).map(move |at| (class, at)))
                .map(|(class, at)| model.weights[class * model.width + at] - model.weights[at])
                .collect()
        };
        let (raw, released) = (contrasts(raw), contrasts(released));
        let mut apart: Vec<f64> = raw.iter().zip(&released).map(|(a, b)| (a - b).abs()).collect();
        let mean = apart.iter().sum::<f64>() / apart.len().max(1) as f64;
        apart.sort_by(f64::total_cmp);
        let signed: Vec<bool> = raw
            .iter()
            .zip(&released)
            .filter(|(a, _)| a.abs() >= SIGNED_FROM)
            .map(|(a, b)| a.signum() == b.signum())
            .collect();
        let kept = signed.iter().filter(|kept| **kept).count() as f64;
        Self {
            mean,
            median: apart.get(apart.len() / 2).copied().unwrap_or(0.0),
            signs_kept: if signed.is_empty() { 1.0 } else { kept / signed.len() as f64 },
        }
    }
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::{Quasi, Sensitive};

    use super::*;
    use crate::coded::made;

    /// Rows of a number, a colour and what follows from both.
    fn table(say: impl Fn(usize, &str) -> [String; 2]) -> CodedTable {
        let cells: Vec<[String; 3]> = (0..1_000)
            .map(|n| {
                let (number, colour) = (n * 7 % 100, ["red", "blue", "green"][n % 3]);
                let ill = number > 60 || colour == "red";
                let [number, colour] = say(number, colour);
                [number, colour, if ill { "yes" } else { "no" }.to_owned()]
            })
            .collect();
        let rows: Vec<Vec<&str>> =
            cells.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        made::table(&[("number", Quasi), ("colour", Quasi), ("ill", Sensitive)], &rows, false)
    }

    fn of(released: &CodedTable) -> ModelReport {
        let raw = table(|number, colour| [number.to_string(), colour.to_owned()]);
        let columns = raw.columns().iter().zip(released.columns());
        let covers: Vec<Cover> = columns.map(|(a, b)| Cover::of(a, b, None)).collect();
        trained(&raw, released, &covers, "ill").unwrap()
    }

    #[test]
    fn a_release_teaches_as_much_as_is_left_in_it() {
        let same = of(&table(|number, colour| [number.to_string(), colour.to_owned()]));
        assert!(same.accuracy_raw > 0.93, "{same:?}");
        assert_eq!((same.accuracy_released, same.coefficient_drift), (same.accuracy_raw, 0.0));
        assert_eq!((same.signs_kept, same.classes), (1.0, 2));
        let coarse = of(&table(|number, colour| {
            [format!("{}..{}", number / 20 * 20, number / 20 * 20 + 19), colour.to_owned()]
        }));
        assert!(coarse.accuracy_released > 0.85 && coarse.signs_kept == 1.0, "{coarse:?}");
        assert!(coarse.coefficient_drift > 0.0 && coarse.odds_ratio_factor >= 1.0);
        let nothing = of(&table(|_, _| ["*".to_owned(), "*".to_owned()]));
        assert_eq!(nothing.accuracy_released, nothing.accuracy_of_most_common);
        assert_eq!(nothing.boosted_released, Some(nothing.accuracy_of_most_common));
    }

    #[test]
    fn trees_and_subgroups_tell_what_a_mean_hides() {
        let raw = table(|number, colour| [number.to_string(), colour.to_owned()]);
        // Red says all; of the others the number is gone.
        let told = table(|number, colour| match colour {
            "red" => [number.to_string(), colour.to_owned()],
            _ => ["*".to_owned(), "{blue|green}".to_owned()],
        });
        let columns = raw.columns().iter().zip(told.columns());
        let covers: Vec<Cover> = columns.map(|(a, b)| Cover::of(a, b, None)).collect();
        let found = trained(&raw, &told, &covers, "ill").unwrap();
        // An "or" of a step and a colour is what trees are made of.
        assert!(found.boosted_raw.unwrap() > 0.99, "{found:?}");
        assert!(found.boosted_released.unwrap() < found.boosted_raw.unwrap());
        let worst = &found.subgroups[0];
        assert!(worst.accuracy_raw - worst.accuracy_released > 0.2, "{found:?}");
        let red = found.subgroups.iter().find(|g| g.column == "colour" && g.rank == 1);
        assert!(red.is_none_or(|red| red.accuracy_released == 1.0), "{found:?}");
    }

    #[test]
    fn what_teaches_nothing_has_no_model() {
        let raw =
            made::table(&[("x", Quasi), ("y", Sensitive)], &[&["1", "a"], &["2", "a"]], false);
        let covers: Vec<Cover> = raw.columns().iter().map(|c| Cover::itself(c.values())).collect();
        assert_eq!(trained(&raw, &raw, &covers, "y"), None);
        assert_eq!(trained(&raw, &raw, &covers, "z"), None);
    }
}
