//! t-closeness over subjects: the sensitive values of every class are spread much as those of the whole
//! table.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel};
use crate::distribution::{Prior, parts};
use crate::{AnonymizeError, ClassAccumulator, Counting, FrequencyTable, Hierarchy};

/// The earth mover's distance between the sensitive values of every class and those of the whole table is
/// at most t, where every person weighs the same.
///
/// # Guarantee
///
/// Whoever places a person in a class learns about the sensitive value what would move a share t of the
/// weight, by the ground distance; it bounds how far from the table a class may be, not what is known of
/// one rare value (beta-likeness does).
///
/// # Citation
///
/// Li, Li & Venkatasubramanian, *t-closeness: privacy beyond k-anonymity and l-diversity*, ICDE 2007,
/// section 4.
///
/// # Cost
///
/// O(values) a class.
#[derive(Debug, Clone, PartialEq)]
pub struct TCloseness {
    t: f64,
    on: usize,
    prior: Vec<f64>,
    distance: GroundDistance,
    counting: Counting,
}

/// How far two values are from each other, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub enum GroundDistance {
    /// All alike: 1.
    Equal,
    /// By their places in an order, of codes ascending.
    Ordered(Vec<u32>),
    /// By the height of the lowest common ancestor.
    Hierarchical(Hierarchy),
}

impl GroundDistance {
    fn name(&self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Ordered(_) => "ordered",
            Self::Hierarchical(_) => "hierarchical",
        }
    }

    /// The earth mover's distance, given by code how much more weight a class has than the table.
    fn move_earth(&self, extra: &[f64]) -> f64 {
        match self {
            Self::Equal => extra.iter().filter(|e| **e > 0.0).sum(),
            Self::Ordered(order) => {
                let steps = order.len().saturating_sub(1);
                let mut carried = 0.0;
                let mut moved = 0.0;
                for code in order.iter().take(steps) {
                    carried += extra[*code as usize];
                    moved += f64::abs(carried);
                }
                if steps == 0 { 0.0 } else { moved / steps as f64 }
            }
            Self::Hierarchical(tree) => up_the_tree(tree, extra),
        }
    }
}

/// What is left over below a node is moved to its siblings at the height of the parent.
fn up_the_tree(tree: &Hierarchy, extra: &[f64]) -> f64 {
    let height = tree.height();
    let mut cost = 0.0;
    let mut below: Vec<f64> = extra.to_vec();
    // The node of the level below that each code is in, and whether it was counted.
    let mut node_of: Vec<u32> = (0..extra.len() as u32).collect();
    for level in 1..=height {
        let map = tree.level_map(level);
        let nodes = tree.labels(level).len();
        let (mut more, mut less) = (vec![0.0; nodes], vec![0.0; nodes]);
        let mut seen = vec![false; below.len()];
        for (code, node) in node_of.iter_mut().enumerate() {
            let parent = map[code] as usize;
            let child = *node as usize;
            if !std::mem::replace(&mut seen[child], true) {
                let left = below[child];
                if left > 0.0 { more[parent] += left } else { less[parent] -= left }
            }
            *node = parent as u32;
        }
        let moved: f64 = more.iter().zip(&less).map(|(m, l)| f64::min(*m, *l)).sum();
        cost += moved * level as f64 / height as f64;
        below = more.iter().zip(&less).map(|(m, l)| m - l).collect();
    }
    cost
}

impl TCloseness {
    /// t-closeness on the sensitive column at a position of a table. An order has each code that occurs
    /// once; a hierarchy is bound to the column's codes.
    pub fn new(t: f64, on: usize, table: &FrequencyTable, distance: GroundDistance) -> Self {
        let prior = Prior::of(table, on).part;
        Self { t, on, prior, distance, counting: table.counting() }
    }
}

impl PrivacyModel for TCloseness {
    fn name(&self) -> String {
        format!("{}-closeness ({} distance)", self.t, self.distance.name())
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        let Some(histogram) = class.histogram(self.on) else { return Judgement::Fails };
        if histogram.distinct() == 0 {
            return Judgement::Fails;
        }
        let mut extra: Vec<f64> = self.prior.iter().map(|prior| -prior).collect();
        parts(histogram).into_iter().for_each(|(code, part)| extra[code as usize] += part);
        let holds = super::within(self.distance.move_earth(&extra), self.t);
        if holds { Judgement::Holds } else { Judgement::Fails }
    }

    fn least_subjects(&self) -> u32 {
        1
    }

    fn monotonicity(&self) -> Monotonicity {
        super::of_mixtures(self.counting)
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn sensitive(&self) -> Option<usize> {
        Some(self.on)
    }
}

/// One for each ground distance.
pub(super) struct TClosenessFamily {
    name: &'static str,
    kind: &'static str,
}

pub(super) const EQUAL: TClosenessFamily = TClosenessFamily { name: "t-closeness", kind: "equal" };
pub(super) const ORDERED: TClosenessFamily =
    TClosenessFamily { name: "ordered-t-closeness", kind: "ordered" };
pub(super) const HIERARCHICAL: TClosenessFamily =
    TClosenessFamily { name: "hierarchical-t-closeness", kind: "hierarchical" };

impl ModelFamily for TClosenessFamily {
    fn name(&self) -> &'static str {
        self.name
    }

    fn citation(&self) -> &'static str {
        "Li, Li & Venkatasubramanian, t-closeness, ICDE 2007"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["t"]
    }

    fn kind(&self) -> Option<&'static str> {
        Some(self.kind)
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn compares_with_table(&self) -> bool {
        true
    }

    fn build(
        &self,
        parameters: &ModelParameters,
        table: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError> {
        let wrong = |reason| AnonymizeError::Model { model: self.name, reason };
        let t = parameters.positive(self.name, "t", "t is a number above 0 and below 1")?;
        if t >= 1.0 {
            return Err(wrong("t is a number above 0 and below 1"));
        }
        let on = parameters.sensitive(self.name, table)?;
        let distance = match self.kind {
            "ordered" => GroundDistance::Ordered(parameters.order.clone().ok_or_else(|| {
                wrong("values of the sensitive column have no order: they are no numbers or dates")
            })?),
            "hierarchical" => GroundDistance::Hierarchical(
                parameters.tree.clone().ok_or_else(|| wrong("needs the key `hierarchy`"))?,
            ),
            _ => GroundDistance::Equal,
        };
        let fits = |code: &u32| *code < table.sensitive()[on].values;
        let bound = match &distance {
            GroundDistance::Equal => true,
            GroundDistance::Ordered(order) => order.iter().all(fits),
            GroundDistance::Hierarchical(tree) => {
                tree.level_map(1).len() == table.sensitive()[on].values as usize
            }
        };
        if !bound {
            return Err(wrong("the order or the hierarchy is of another column"));
        }
        Ok(Box::new(TCloseness::new(t, on, table, distance)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HierarchyFile;
    use crate::models::tests::{class_of, table_of_rows};

    fn distance(distance: &GroundDistance, class: &[f64], table: &[f64]) -> f64 {
        let extra: Vec<f64> = class.iter().zip(table).map(|(p, q)| p - q).collect();
        distance.move_earth(&extra)
    }

    #[test]
    fn the_paper_s_salaries() {
        // Li et al. 2007, section 4.2: of 3k..11k, {3k,4k,5k} is 0.375 from the table, {6k,8k,11k} 0.167.
        let ordered = GroundDistance::Ordered((0..9).collect());
        let table = [1.0 / 9.0; 9];
        let third = 1.0 / 3.0;
        let low = [third, third, third, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert!((distance(&ordered, &low, &table) - 0.375).abs() < 1e-12);
        let spread = [0.0, 0.0, 0.0, third, 0.0, third, 0.0, 0.0, third];
        assert!((distance(&ordered, &spread, &table) - 1.0 / 6.0).abs() < 1e-12);
        assert!((distance(&GroundDistance::Equal, &low, &table) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn near_values_cost_less_in_a_tree() {
        let file = HierarchyFile::parse("a;x;*\nb;x;*\nc;y;*\nd;y;*\n").unwrap();
        let values: Vec<Option<String>> = ["a", "b", "c", "d"].map(|v| Some(v.to_owned())).into();
        let tree = GroundDistance::Hierarchical(file.bind(&values).unwrap());
        let table = [0.25; 4];
        // Half of the weight moves within x and within y, at half the height.
        assert!((distance(&tree, &[0.5, 0.0, 0.5, 0.0], &table) - 0.25).abs() < 1e-12);
        // Half of it moves from x to y.
        assert!((distance(&tree, &[0.25, 0.25, 0.0, 0.5], &table) - 0.125).abs() < 1e-12);
        assert!((distance(&tree, &[0.5, 0.5, 0.0, 0.0], &table) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn classes_like_the_table_hold() {
        let table = table_of_rows(&[&[2, 2], &[3, 1], &[1, 3]]);
        let check = |class: &[u32], t, holds| {
            let model = TCloseness::new(t, 0, &table, GroundDistance::Equal);
            assert_eq!(model.judge(&class_of(&table, class)).holds(), holds, "{class:?} {t}");
        };
        check(&[0], 0.01, true);
        check(&[1], 0.24, false);
        check(&[1], 0.25, true);
        check(&[1, 2], 0.01, true);
    }
}
