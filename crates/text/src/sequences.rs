//! Runs of words that are looked for. However many begin alike, a place in a text is looked at once.

use hashbrown::HashMap;

use crate::page::{Page, Token};

/// Runs of words, and what each is.
pub(crate) struct Sequences<T>(HashMap<u64, Beginning<T>>);

/// Those that begin with one word.
struct Beginning<T> {
    /// The most words that one of them has.
    longest: usize,
    by_words: HashMap<u64, T>,
}

impl<T> Default for Sequences<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Sequences<T> {
    /// Adds a run, by the hashes of its words; the first thing said of it stays.
    pub(crate) fn add(&mut self, words: &[u64], what: T) {
        let Some(first) = words.first() else { return };
        let beginning = self
            .0
            .entry(*first)
            .or_insert_with(|| Beginning { longest: 0, by_words: HashMap::new() });
        beginning.longest = beginning.longest.max(words.len());
        beginning
            .by_words
            .entry(words.iter().fold(0, |all, word| joined(all, *word)))
            .or_insert(what);
    }

    /// Adds another's runs while fewer than `most` begin differently.
    pub(crate) fn learn(&mut self, other: Self, most: usize) {
        for (first, theirs) in other.0 {
            if self.0.len() >= most {
                return;
            }
            match self.0.get_mut(&first) {
                None => {
                    self.0.insert(first, theirs);
                }
                Some(own) => {
                    own.longest = own.longest.max(theirs.longest);
                    for (words, what) in theirs.by_words {
                        own.by_words.entry(words).or_insert(what);
                    }
                }
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The runs that stand at a token: how many words each has, and what it is.
    pub(crate) fn at<'s>(
        &'s self,
        page: &'s Page<'_>,
        at: usize,
    ) -> impl Iterator<Item = (usize, &'s T)> {
        self.in_words(page.tokens[at..].iter().map(|token: &Token| token.hash))
    }

    /// Whether these words are one of the runs, whole.
    pub(crate) fn holds(&self, words: &[u64]) -> bool {
        self.in_words(words.iter().copied()).any(|(count, _)| count == words.len())
    }

    fn in_words(&self, words: impl Iterator<Item = u64>) -> impl Iterator<Item = (usize, &T)> {
        let mut words = words.peekable();
        let beginning = words.peek().and_then(|first| self.0.get(first));
        let longest = beginning.map_or(0, |beginning| beginning.longest);
        let mut all = 0;
        words.take(longest).enumerate().filter_map(move |(at, word)| {
            all = joined(all, word);
            Some((at + 1, beginning?.by_words.get(&all)?))
        })
    }
}

/// The hash of words and one more behind them.
fn joined(all: u64, word: u64) -> u64 {
    // The golden ratio in 64 bits, as Fibonacci hashing has it (Knuth, TAOCP 3, 6.4).
    (all.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::tokens;

    fn words(text: &str) -> Vec<u64> {
        tokens(text).iter().map(|t| t.hash).collect()
    }

    #[test]
    fn runs_are_found_where_they_stand() {
        let mut runs = Sequences::default();
        for (what, text) in ["blue heron", "blue heron arm", "blue", "red"].iter().enumerate() {
            runs.add(&words(text), what);
        }
        let check = |text: &str, expect: &[(usize, usize)]| {
            let page = Page::new(text, false);
            let found: Vec<_> = runs.at(&page, 0).map(|(count, what)| (count, *what)).collect();
            assert_eq!(found, expect, "{text:?}");
        };
        check("Blue Heron arm is", &[(1, 2), (2, 0), (3, 1)]);
        check("blue arm heron", &[(1, 2)]);
        check("heron blue", &[]);
        assert!(runs.holds(&words("BLUE heron")) && !runs.holds(&words("blue heron is")));
        assert!(!runs.holds(&[]));
    }

    #[test]
    fn what_is_learnt_joins_what_is_known() {
        let mut runs = Sequences::default();
        runs.add(&words("a b"), 1);
        let mut more = Sequences::default();
        more.add(&words("a b"), 2);
        more.add(&words("a b c"), 3);
        more.add(&words("d"), 4);
        runs.learn(more, 9);
        let page = Page::new("a b c", false);
        assert_eq!(runs.at(&page, 0).map(|(n, w)| (n, *w)).collect::<Vec<_>>(), [(2, 1), (3, 3)]);
        assert!(runs.holds(&words("d")));
    }
}
