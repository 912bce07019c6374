//! A cohort's condition: tests of columns, joined by `and`, `or` and `not`.
//!
//! A comparison with a missing value holds for none of its signs, `!=` included; `not (age >= 65)` then does.
//! A test names values as they are in the raw table, or nodes of the column's hierarchy and ranges, which
//! stand for all values that they cover. So one filter means the same in a raw and in a generalised table.

use super::members::Standing;
use super::pieces::Pieces;
use super::value::{Scale, Stretch, Value};

/// Most tests of one filter: a value's answers to all of them are the bits of one number.
pub const MOST_TESTS: usize = 64;

/// A condition on rows.
#[derive(Clone)]
pub struct Filter {
    pub(super) tree: Tree,
    pub(super) tests: Vec<ColumnTest>,
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter").field("tests", &self.tests.len()).finish_non_exhaustive()
    }
}

/// How tests are joined; leaves are numbers of tests.
#[derive(Clone)]
pub(super) enum Tree {
    Test(usize),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

/// A test and the column that it is about.
#[derive(Clone)]
pub(super) struct ColumnTest {
    pub(super) column: String,
    pub(super) test: Test,
}

/// What a value may be asked.
#[derive(Clone)]
pub(super) enum Test {
    Missing,
    /// Whether it is one of these.
    OneOf(Vec<Literal>),
    /// Whether it is there and none of these.
    NoneOf(Vec<Literal>),
    /// Whether it lies here.
    Within(Stretch),
}

/// A value, node or range that a filter names.
#[derive(Clone)]
pub(super) struct Literal {
    pub(super) text: String,
    pub(super) stretch: Option<Stretch>,
}

impl Literal {
    pub(super) fn of(text: String) -> Self {
        Self { stretch: Stretch::read(&text, false), text }
    }

    fn is(&self, value: &Value<'_>) -> bool {
        value.text.as_deref() == Some(self.text.as_str())
            || value.above.contains(&self.text.as_str())
            || self.stretch.is_some_and(|s| value.on(s.scale).is_some_and(|at| s.contains(at)))
    }
}

impl Test {
    /// Whether a value passes; none is a missing one.
    pub(super) fn holds(&self, value: Option<&Value<'_>>) -> bool {
        match (self, value) {
            (Self::Missing, value) => value.is_none(),
            (_, None) => false,
            (Self::OneOf(literals), Some(value)) => literals.iter().any(|l| l.is(value)),
            (Self::NoneOf(literals), Some(value)) => !literals.iter().any(|l| l.is(value)),
            (Self::Within(stretch), Some(value)) => {
                value.on(stretch.scale).is_some_and(|at| stretch.contains(at))
            }
        }
    }

    /// The same of a column of dates: a number of four digits is a year, all of whose days it means.
    pub(super) fn of_dates(&self) -> Self {
        let dated = |literals: &[Literal]| {
            let dated = literals.iter().map(|l| Literal {
                stretch: l.stretch.map(Stretch::of_dates),
                text: l.text.clone(),
            });
            dated.collect()
        };
        match self {
            Self::Missing => Self::Missing,
            Self::OneOf(literals) => Self::OneOf(dated(literals)),
            Self::NoneOf(literals) => Self::NoneOf(dated(literals)),
            Self::Within(stretch) => Self::Within(stretch.of_dates()),
        }
    }

    pub(super) fn literals(&self) -> &[Literal] {
        match self {
            Self::OneOf(literals) | Self::NoneOf(literals) => literals,
            Self::Missing | Self::Within(_) => &[],
        }
    }

    /// Where on a scale answers may change.
    pub(super) fn breaks(&self) -> impl Iterator<Item = (Scale, f64)> {
        let own = match self {
            Self::Within(stretch) => Some(*stretch),
            _ => None,
        };
        let named = self.literals().iter().filter_map(|literal| literal.stretch);
        own.into_iter().chain(named).flat_map(|s| [(s.scale, s.low), (s.scale, s.high)])
    }
}

impl Filter {
    /// The columns that are asked about, each once.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = Vec::new();
        for test in &self.tests {
            if !columns.contains(&test.column.as_str()) {
                columns.push(&test.column);
            }
        }
        columns
    }

    /// The texts that a column is compared with: values, or nodes of a hierarchy.
    pub fn literals(&self, column: &str) -> Vec<&str> {
        let tests = self.tests.iter().filter(|test| test.column == column);
        tests.flat_map(|t| t.test.literals()).map(|l| l.text.as_str()).collect()
    }

    /// Whether the answers to all tests, one bit each, pass.
    pub(super) fn passes(&self, answers: u64) -> bool {
        self.tree.passes(answers)
    }
}

impl Tree {
    fn passes(&self, answers: u64) -> bool {
        match self {
            Self::Test(at) => answers >> at & 1 == 1,
            Self::Not(inner) => !inner.passes(answers),
            Self::All(parts) => parts.iter().all(|part| part.passes(answers)),
            Self::Any(parts) => parts.iter().any(|part| part.passes(answers)),
        }
    }
}

impl Filter {
    /// What each test allows by itself, joined as if tests were independent: bounds hold, and are wider than
    /// those of the worlds.
    pub(super) fn weigh(&self, cells: &[&Pieces]) -> Standing {
        let columns = self.columns();
        let none = Standing { certain: false, possible: false, share: 0.0 };
        let mut standings = vec![none; self.tests.len()];
        for (bit, (standing, test)) in standings.iter_mut().zip(&self.tests).enumerate() {
            let at = columns.iter().position(|column| *column == test.column);
            let pieces = at.map_or(&[][..], |at| cells[at].as_slice());
            let holds = |(answers, _): &&(u64, f64)| answers >> bit & 1 == 1;
            standing.possible = pieces.iter().any(|piece| holds(&piece));
            standing.certain = pieces.iter().all(|piece| holds(&piece));
            standing.share = pieces.iter().filter(holds).map(|(_, share)| share).sum();
        }
        self.tree.weigh(&standings)
    }
}

impl Tree {
    fn weigh(&self, tests: &[Standing]) -> Standing {
        let weighed = |parts: &[Self]| -> Vec<Standing> {
            parts.iter().map(|part| part.weigh(tests)).collect()
        };
        match self {
            Self::Test(at) => tests[*at],
            Self::Not(inner) => inner.weigh(tests).contrary(),
            Self::All(parts) => Standing::all(&weighed(parts)),
            Self::Any(parts) => {
                let contraries: Vec<Standing> =
                    weighed(parts).into_iter().map(Standing::contrary).collect();
                Standing::all(&contraries).contrary()
            }
        }
    }
}
