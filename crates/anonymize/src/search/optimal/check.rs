//! What one node of the lattice makes of a table.

use std::collections::VecDeque;

use crate::keys::{Keys, Numbered};
use crate::known::{self, Labelled};
use crate::levels::Levels;
use crate::metrics::LevelCosts;
use crate::models::Monotonicity;
use crate::recoding::{ClassMembers, SUPPRESSED};
use crate::{Counting, Problem, SubjectCount};

/// Nodes whose classes are kept, to make those above from.
const SNAPSHOTS: usize = 24;
/// A snapshot is kept where it has at most this share of the combinations.
const WORTH_KEEPING: usize = 2;

/// What became of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    /// The classes that hold are enough; what it costs.
    Feasible(f64),
    /// Too much would have to be suppressed.
    Infeasible,
    /// Too much would have to be suppressed, here and in every node below.
    InfeasibleBelow,
}

/// Judges nodes.
pub(crate) struct Checker<'a> {
    problem: &'a Problem<'a>,
    pub(crate) levels: &'a [Levels],
    costs: &'a LevelCosts<'a>,
    rows: Vec<u64>,
    total: u64,
    people: SubjectCount,
    snapshots: VecDeque<Snapshot>,
    /// Nodes judged so far.
    pub(crate) checks: u64,
}

/// The classes of a node that was judged.
struct Snapshot {
    node: Box<[u8]>,
    classes: Classes,
}

/// Combinations by class.
pub(crate) struct Classes {
    /// The class of each combination.
    pub(crate) of: Vec<u32>,
    /// A combination of each class.
    pub(crate) of_class: Vec<u32>,
    /// Rows of each class.
    rows: Vec<u64>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(
        problem: &'a Problem<'a>,
        levels: &'a [Levels],
        costs: &'a LevelCosts<'a>,
    ) -> Self {
        let table = problem.table();
        let all = 0..table.combinations() as u32;
        let rows: Vec<u64> = all.clone().map(|c| table.rows(c)).collect();
        let total: u64 = rows.iter().sum();
        Self {
            problem,
            levels,
            costs,
            rows,
            total,
            people: table.distinct_subjects(all),
            snapshots: VecDeque::new(),
            checks: 0,
        }
    }

    /// Judges a node.
    pub(crate) fn check(&mut self, node: &[u8]) -> Verdict {
        self.checks += 1;
        let classes = self.classes(node);
        let verdict = self.judge(node, &classes);
        if classes.of_class.len() * WORTH_KEEPING <= self.rows.len() {
            if self.snapshots.len() == SNAPSHOTS {
                self.snapshots.pop_front();
            }
            self.snapshots.push_back(Snapshot { node: node.into(), classes });
        }
        verdict
    }

    fn judge(&self, node: &[u8], classes: &Classes) -> Verdict {
        // Classes of too few rows fail whatever the models are: no class has more people than rows.
        let least = self.problem.least_subjects();
        if self.is_too_much(classes, |class| classes.rows[class] < least) {
            return Verdict::InfeasibleBelow;
        }
        let held = self.held(node, classes);
        if self.problem.places_population() && held.hold.contains(&false) {
            return Verdict::Infeasible;
        }
        let failing = |class: usize| !held.hold[class];
        if self.is_too_much(classes, failing) {
            return match self.problem.monotonicity() {
                Monotonicity::Classes => Verdict::InfeasibleBelow,
                Monotonicity::Unions if self.problem.most_suppressed() <= 0.0 => {
                    Verdict::InfeasibleBelow
                }
                _ if self.is_too_much(classes, |class| held.hopeless[class]) => {
                    Verdict::InfeasibleBelow
                }
                _ => Verdict::Infeasible,
            };
        }
        let gone: Vec<usize> = (0..classes.rows.len()).filter(|class| failing(*class)).collect();
        let suppressed = gone.iter().map(|class| classes.rows[*class]).sum();
        let gone = gone.into_iter().map(|class| (classes.of_class[class], classes.rows[class]));
        Verdict::Feasible(self.costs.loss(node, gone, suppressed, &classes.rows, &held.hold))
    }

    /// Whether the problem allows to suppress some classes: people count, where all are told apart.
    fn is_too_much(&self, classes: &Classes, some: impl Fn(usize) -> bool) -> bool {
        let rows: u64 =
            (0..classes.rows.len()).filter(|class| some(*class)).map(|c| classes.rows[c]).sum();
        let table = self.problem.table();
        let most = self.problem.most_suppressed();
        let people = f64::from(self.people.at_least());
        // Rows have no more people than they are.
        if rows == 0 || (rows as f64 <= most * people.min(self.total as f64)) {
            return false;
        }
        let some = || {
            let class = |c: &u32| classes.of[*c as usize] as usize;
            (0..classes.of.len() as u32).filter(move |c| some(class(c)))
        };
        let people = match table.counting() {
            Counting::Rows => SubjectCount::Exact(u32::try_from(rows).unwrap_or(u32::MAX)),
            _ => table.distinct_subjects(some()),
        };
        !self.problem.allows(rows, people, self.total, self.people)
    }

    /// Which classes hold, by themselves and in the groups of few columns.
    fn held(&self, node: &[u8], classes: &Classes) -> Held {
        let mut held = self.held_alone(classes);
        if self.problem.models().iter().any(|model| model.known().is_some()) {
            let table = self.problem.table();
            let level = |column: usize| self.levels[column].level(node[column]);
            let label = |class: u32, column: usize| {
                let code = table.code(classes.of_class[class as usize], column);
                level(column).of_code[code as usize]
            };
            let labelled = Labelled {
                label: &label,
                labels: &|column| level(column).labels.len(),
                members: &ClassMembers::by_class(&classes.of, classes.of_class.len() as u32),
            };
            // Where people count, many rows may be few people's.
            let most = match table.counting() {
                Counting::Rows => (self.problem.most_suppressed() * self.total as f64) as u64,
                _ => u64::MAX,
            };
            known::let_go(self.problem, &labelled, &mut held.hold, most);
        }
        held
    }

    /// Which classes hold by themselves.
    fn held_alone(&self, classes: &Classes) -> Held {
        let table = self.problem.table();
        let all = classes.rows.len();
        let mut held = Held { hold: Vec::with_capacity(all), hopeless: vec![false; all] };
        if table.counting() == Counting::Rows
            && let Some(least) = self.problem.by_people_alone()
        {
            held.hold.extend(classes.rows.iter().map(|rows| *rows >= least));
            return held;
        }
        let members = ClassMembers::by_class(&classes.of, classes.of_class.len() as u32);
        let least = self.problem.least_subjects();
        let mut class = self.problem.accumulator();
        for number in 0..members.classes() {
            let rows = classes.rows[number as usize];
            // Without rows it is not released, and its population falls into no class.
            if rows < least {
                held.hold.push(false);
                held.hopeless[number as usize] = true;
                continue;
            }
            class.clear();
            let (mut met, mut settled) = (0u32, false);
            for combination in members.of(number) {
                class.add(table, *combination);
                met += 1;
                if met.is_power_of_two() && self.problem.is_settled(&class) {
                    settled = true;
                    break;
                }
            }
            let holds = settled || self.problem.judge(&class).holds();
            if !holds && self.problem.fails_in_every_part(&class) {
                held.hopeless[number as usize] = true;
            }
            held.hold.push(holds);
        }
        held
    }

    /// The classes of a node: made from the smallest snapshot below it, or from the combinations.
    fn classes(&self, node: &[u8]) -> Classes {
        let below =
            |snapshot: &&Snapshot| snapshot.node.iter().zip(node).all(|(low, high)| low <= high);
        let nearest = self
            .snapshots
            .iter()
            .filter(below)
            .min_by_key(|snapshot| snapshot.classes.of_class.len());
        match nearest {
            Some(snapshot) => {
                let from = &snapshot.classes;
                let coarser = self.group(node, Some(&from.of_class));
                let mut rows = vec![0; coarser.first.len()];
                for (class, into) in coarser.of.iter().enumerate() {
                    rows[*into as usize] += from.rows[class];
                }
                let of = from.of.iter().map(|class| coarser.of[*class as usize]).collect();
                let of_class = coarser.first.iter().map(|n| from.of_class[*n as usize]).collect();
                Classes { of, of_class, rows }
            }
            None => {
                let Numbered { of, first: of_class } = self.group(node, None);
                let mut rows = vec![0; of_class.len()];
                for (combination, class) in of.iter().enumerate() {
                    rows[*class as usize] += self.rows[combination];
                }
                Classes { of, of_class, rows }
            }
        }
    }

    /// The classes of combinations (all of them, or some), numbered as they are met.
    fn group(&self, node: &[u8], some: Option<&[u32]>) -> Numbered {
        let table = self.problem.table();
        let mut keys = Keys::new(some.map_or(table.combinations(), <[u32]>::len));
        for (column, level) in node.iter().enumerate() {
            let level = self.levels[column].level(*level);
            keys.add(level.labels.len(), |keys, width| {
                table.add_to_keys(column, &level.of_code, width, some, keys);
            });
        }
        keys.numbered()
    }

    /// The final classes of a node, with failing ones suppressed and numbered anew.
    pub(crate) fn recoding(&self, node: &[u8]) -> (Vec<u32>, Vec<u32>) {
        let classes = self.classes(node);
        let held = self.held(node, &classes);
        let mut number = Vec::with_capacity(held.hold.len());
        let mut kept = Vec::new();
        for (class, holds) in held.hold.iter().enumerate() {
            number.push(if *holds { kept.len() as u32 } else { SUPPRESSED });
            if *holds {
                kept.push(classes.of_class[class]);
            }
        }
        (classes.of.iter().map(|class| number[*class as usize]).collect(), kept)
    }
}

/// Which classes hold, and of which no part could.
struct Held {
    hold: Vec<bool>,
    hopeless: Vec<bool>,
}
