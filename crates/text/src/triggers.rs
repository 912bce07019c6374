//! Many patterns over a line at once, as fast after any text as before it.
//!
//! `regex::RegexSet` keeps the states of its automaton from one text to the next. Where texts lead to more
//! states than its memory holds, it takes its slow way for good: one note with 500 record numbers made all
//! later ones of the process forty times slower. This automaton forgets its states and begins anew.

use std::panic::{RefUnwindSafe, UnwindSafe};

use regex_automata::hybrid::BuildError;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::pool::{Pool, PoolGuard};
use regex_automata::{Input, MatchKind, PatternID, PatternSet};

/// Most memory that the states take in a thread.
const BYTES: usize = 24 << 20;

type MakeCache = Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>;

/// Patterns that are looked for together.
pub(crate) struct Triggers {
    automaton: DFA,
    states: Pool<Cache, MakeCache>,
}

impl Triggers {
    /// Compiles patterns; they may have ASCII borders of words, not Unicode's.
    pub(crate) fn new(patterns: &[&str]) -> Result<Self, Box<BuildError>> {
        let automaton = DFA::builder()
            .configure(DFA::config().match_kind(MatchKind::All).cache_capacity(BYTES))
            .thompson(thompson::Config::new().which_captures(thompson::WhichCaptures::None))
            .build_many(patterns)?;
        let make = automaton.clone();
        Ok(Self { automaton, states: Pool::new(Box::new(move || make.create_cache())) })
    }

    /// A search over many lines.
    pub(crate) fn search(&self) -> Search<'_> {
        Search {
            automaton: &self.automaton,
            states: self.states.get(),
            hits: PatternSet::new(self.automaton.pattern_len()),
        }
    }
}

/// See [`Triggers::search`].
pub(crate) struct Search<'a> {
    automaton: &'a DFA,
    states: PoolGuard<'a, Cache, MakeCache>,
    hits: PatternSet,
}

impl Search<'_> {
    /// Which patterns are somewhere in a line, in their order.
    pub(crate) fn matches(&mut self, line: &str) -> impl Iterator<Item = usize> {
        self.hits.clear();
        let input = Input::new(line);
        let read =
            self.automaton.try_which_overlapping_matches(&mut self.states, &input, &mut self.hits);
        if read.is_err() {
            // It never gives up as it is built; if it did, every recognizer would look.
            for pattern in 0..self.automaton.pattern_len() {
                self.hits.insert(PatternID::new_unchecked(pattern));
            }
        }
        self.hits.iter().map(|pattern| pattern.as_usize())
    }

    /// How often there was no room for more states.
    #[cfg(test)]
    pub(crate) fn forgotten(&self) -> usize {
        self.states.clear_count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_found_together() {
        let triggers = Triggers::new(&["b", "(?-u:\\b)a", "[0-9]{2}", "^c|é$"]).unwrap();
        let mut search = triggers.search();
        let mut check = |line: &str, expect: &[usize]| {
            assert_eq!(search.matches(line).collect::<Vec<_>>(), expect, "{line:?}");
        };
        check("", &[]);
        check("ab", &[0, 1]);
        check("c a 12", &[1, 2, 3]);
        check("xa x1", &[]);
        check("né", &[3]);
    }

    #[test]
    fn states_are_forgotten_and_found_again() {
        // Every set of places where an `a` stands in the last 20 signs is a state.
        let triggers = Triggers::new(&["a[ab]{20}c", "zz"]).unwrap();
        let mut search = triggers.search();
        let mut sign = 1u32;
        let line: String = (0..600_000)
            .map(|_| {
                sign = sign.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if sign >> 31 == 0 { 'a' } else { 'b' }
            })
            .collect();
        assert_eq!(search.matches(&line).count(), 0);
        assert!(search.forgotten() > 0, "more states than there is room for");
        assert!(search.states.memory_usage() <= 2 * BYTES);
        assert_eq!(
            search.matches(&(line + "aaaaaaaaaaaaaaaaaaaaaczz")).collect::<Vec<_>>(),
            [0, 1]
        );
    }
}
