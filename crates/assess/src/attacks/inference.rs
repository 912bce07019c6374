//! Inference: a sensitive value guessed from the nearest released rows.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Attack, AttackReport, share};
use crate::exposure::{AttackInput, Chance, Matcher, NOTHING, People, Rate, Risk};

/// The attacker knows a person's quasi-identifiers, takes the nearest classes (those that cover all of
/// them, else those in which the fewest cells do not fit), and guesses the sensitive value that most of
/// their rows have. A guess succeeds where it is the value of the raw row, as written. The number is the
/// risk over the control: the same guesses about people who are not in the release, which the release
/// teaches about as about anybody; without a control table, the most frequent value guessed of
/// everybody, which counts what quasi-identifiers and sensitive values have to do with each other as
/// leakage.
///
/// # Citation
///
/// Giomi et al., *A unified framework for quantifying privacy risk in synthetic data*, PoPETs 2023.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inference;

impl Attack for Inference {
    fn name(&self) -> &'static str {
        "inference"
    }

    fn citation(&self) -> &'static str {
        "Giomi et al., A unified framework for quantifying privacy risk, PoPETs 2023"
    }

    fn run(&self, input: &AttackInput) -> Vec<AttackReport> {
        if input.sensitive.is_empty() {
            return vec![AttackReport::not_run(self, "the table has no sensitive column")];
        }
        if input.released.rows() == 0 {
            return vec![AttackReport::not_run(self, "nobody is released")];
        }
        (0..input.sensitive.len()).map(|column| self.on_column(input, column)).collect()
    }
}

impl Inference {
    fn on_column(&self, input: &AttackInput, column: usize) -> AttackReport {
        let mut guesses = Guesses::of(input, column);
        let seen = guesses.guess(&input.raw);
        if seen.tried == 0 {
            let why = "nobody of the raw table states a value";
            return AttackReport::not_run(self, why).on(column);
        }
        let attack = Rate::of(seen.right, seen.tried);
        let control = match &input.control {
            Some(control) => {
                let seen = guesses.guess(control);
                Rate::of(seen.right, seen.tried)
            }
            None => Rate::of(seen.by_frequency, seen.tried),
        };
        let risk = Risk::over(attack, control);
        let threshold = match (&input.control, input.config.inference_max) {
            (Some(_), None) => Some(super::EXCESS_MAX),
            (_, asked) => asked,
        };
        let by_class = seen.of_class.into_iter();
        let report = AttackReport::made(self, risk.risk, threshold)
            .on(column)
            .figure("attempts", attack.attempts as f64)
            .figure("rate", attack.share())
            .figure("control", control.share())
            .figure("risk_low", risk.low)
            .figure("risk_high", risk.high)
            .worst(input, by_class.map(|(class, (right, tried))| (class, share(right, tried))));
        match &input.control {
            Some(_) => report,
            None => report.note("no control table: the most frequent value is the control's guess"),
        }
    }
}

struct Guesses<'a> {
    input: &'a AttackInput,
    column: usize,
    matcher: Matcher<'a>,
    /// By class: (value, rows), by falling frequency and then by value.
    of_class: Vec<Vec<(u32, u32)>>,
    most_frequent: u32,
    /// By the values that are known: the guess, and the nearest class where it is one.
    known: HashMap<Vec<u32>, (u32, Option<u32>), FixedState>,
}

/// What came of some guesses.
#[derive(Default)]
struct Seen {
    tried: u64,
    right: u64,
    by_frequency: u64,
    /// Right guesses and all of them, by class.
    of_class: HashMap<u32, (f64, f64), FixedState>,
}

impl<'a> Guesses<'a> {
    fn of(input: &'a AttackInput, column: usize) -> Self {
        let release = &input.released;
        let codes = &release.sensitive[column];
        let mut rows: Vec<(u32, u32)> =
            release.class_of.iter().copied().zip(codes.iter().copied()).collect();
        rows.retain(|(_, value)| *value != NOTHING);
        let mut all: Vec<u32> = rows.iter().map(|(_, value)| *value).collect();
        rows.sort_unstable();
        let mut of_class = vec![Vec::new(); release.classes.len()];
        for same in rows.chunk_by(|a, b| a == b) {
            of_class[same[0].0 as usize].push((same[0].1, same.len() as u32));
        }
        all.sort_unstable();
        let most_frequent = most(all.chunk_by(|a, b| a == b).map(|v| (v[0], v.len() as u32)));
        Self {
            input,
            column,
            matcher: Matcher::new(&input.columns, release),
            of_class,
            most_frequent,
            known: HashMap::default(),
        }
    }

    fn guess(&mut self, people: &People) -> Seen {
        let mut chance = Chance::new(self.input.config.seed, "inference");
        let codes = &people.sensitive[self.column];
        let stated: Vec<usize> = (0..people.rows()).filter(|row| codes[*row] != NOTHING).collect();
        let mut seen = Seen::default();
        for at in chance.some_of(stated.len(), self.input.config.attempts as usize) {
            let row = stated[at];
            let (guess, class) = self.guess_of(people.values(row));
            let is_right = guess == codes[row];
            seen.tried += 1;
            seen.right += u64::from(is_right);
            seen.by_frequency += u64::from(self.most_frequent == codes[row]);
            if let Some(class) = class {
                let told = seen.of_class.entry(class).or_default();
                *told = (told.0 + f64::from(u8::from(is_right)), told.1 + 1.0);
            }
        }
        seen
    }

    fn guess_of(&mut self, values: Vec<u32>) -> (u32, Option<u32>) {
        if let Some(known) = self.known.get(&values) {
            return *known;
        }
        let mut classes = self.matcher.classes(&values);
        if classes.is_empty() {
            classes = self.input.nearest_classes(&values);
        }
        let mut counts: Vec<(u32, u32)> =
            classes.iter().flat_map(|class| &self.of_class[*class as usize]).copied().collect();
        counts.sort_unstable();
        let sums = counts.chunk_by(|a, b| a.0 == b.0);
        let guess = most(sums.map(|value| (value[0].0, value.iter().map(|v| v.1).sum())));
        let only = if let [one] = classes[..] { Some(one) } else { None };
        self.known.insert(values, (guess, only));
        (guess, only)
    }
}

/// The value with the highest number, of equal ones the first; [`NOTHING`] of none.
fn most(values: impl Iterator<Item = (u32, u32)>) -> u32 {
    let best = values.max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
    best.map_or(NOTHING, |(value, _)| value)
}
