//! What is counted of a document. All figures are ratios of these sums.

use std::ops::{AddAssign, Range};

use hashbrown::HashSet;

use super::cover::{Cover, words};
use super::kind::Group;

/// Words of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// That a gold span marks, or marks a part of.
    pub(super) gold: u64,
    /// Of these, those whose marked part is removed whole.
    pub(super) gold_removed: u64,
    /// That nothing marks.
    pub(super) outside: u64,
    /// Of these, those of which anything is removed.
    pub(super) outside_removed: u64,
}

/// Spans of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spans {
    pub(super) gold: u64,
    /// Of gold, those predicted with the same borders in the same group.
    pub(super) found: u64,
    /// Of gold, those that a prediction of the same group overlaps.
    pub(super) met: u64,
    /// Of gold, those all of whose words are removed, as whatever.
    pub(super) covered: u64,
    pub(super) predicted: u64,
    /// Of predicted, those that are gold with the same borders in the same group.
    pub(super) right: u64,
    /// Of predicted, those that overlap gold of the same group.
    pub(super) near: u64,
}

/// Words that look like an identifier and are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Harmless {
    pub(super) words: u64,
    pub(super) removed: u64,
}

/// The sums of a document, or of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) words: Words,
    /// By the number of the kind.
    pub(super) spans: Vec<Spans>,
    /// By the number of the negatives' kind.
    pub(super) negatives: Vec<Harmless>,
}

impl AddAssign<&Sums> for Sums {
    fn add_assign(&mut self, other: &Sums) {
        let Words { gold, gold_removed, outside, outside_removed } = other.words;
        self.words.gold += gold;
        self.words.gold_removed += gold_removed;
        self.words.outside += outside;
        self.words.outside_removed += outside_removed;
        for (number, spans) in other.spans.iter().enumerate() {
            *at(&mut self.spans, number) += *spans;
        }
        for (number, harmless) in other.negatives.iter().enumerate() {
            let sum = at(&mut self.negatives, number);
            sum.words += harmless.words;
            sum.removed += harmless.removed;
        }
    }
}

impl AddAssign for Spans {
    fn add_assign(&mut self, other: Self) {
        self.gold += other.gold;
        self.found += other.found;
        self.met += other.met;
        self.covered += other.covered;
        self.predicted += other.predicted;
        self.right += other.right;
        self.near += other.near;
    }
}

/// The entry of a number, made where it is missing.
fn at<T: Default + Clone>(list: &mut Vec<T>, number: usize) -> &mut T {
    if list.len() <= number {
        list.resize(number + 1, T::default());
    }
    &mut list[number]
}

/// A span with its group and the number of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbered {
    pub(super) span: Range<usize>,
    pub(super) group: Group,
    pub(super) number: usize,
}

/// A document's spans, of both sides, as far as they are compared.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) gold: Vec<Numbered>,
    /// Gold spans of types that are not compared: what is predicted there is not judged.
    pub(super) left_out: Vec<Range<usize>>,
    pub(super) predicted: Vec<Numbered>,
    pub(super) negatives: Vec<(Range<usize>, usize)>,
}

impl Compared {
    /// Counts a document.
    pub(super) fn count(&self, text: &str) -> Sums {
        let mut sums = Sums::default();
        let gold = Cover::of(self.gold.iter().map(|mark| &mark.span));
        let left_out = Cover::of(&self.left_out);
        let removed = Cover::of(self.predicted.iter().map(|mark| &mark.span));
        for word in words(text) {
            let sum = &mut sums.words;
            if gold.touches(&word) {
                sum.gold += 1;
                sum.gold_removed += u64::from(removed.holds_of(&gold, &word));
            } else if !left_out.touches(&word) {
                sum.outside += 1;
                sum.outside_removed += u64::from(removed.touches(&word));
            }
        }
        for (span, number) in &self.negatives {
            let sum = at(&mut sums.negatives, *number);
            for word in words_in(text, span) {
                if !gold.touches(&word) && !left_out.touches(&word) {
                    sum.words += 1;
                    sum.removed += u64::from(removed.touches(&word));
                }
            }
        }
        let (predicted_places, gold_places) = (Places::of(&self.predicted), Places::of(&self.gold));
        for mark in &self.gold {
            let mut inside = words_in(text, &mark.span).peekable();
            let covered = match inside.peek() {
                Some(_) => inside.all(|word| removed.holds(&word)),
                None => removed.holds(&mark.span),
            };
            let sum = at(&mut sums.spans, mark.number);
            sum.gold += 1;
            sum.covered += u64::from(covered);
            sum.found += u64::from(predicted_places.have(mark));
            sum.met += u64::from(predicted_places.touch(mark));
        }
        for mark in &self.predicted {
            if left_out.touches(&mark.span) && !gold.touches(&mark.span) {
                continue;
            }
            let sum = at(&mut sums.spans, mark.number);
            sum.predicted += 1;
            sum.right += u64::from(gold_places.have(mark));
            sum.near += u64::from(gold_places.touch(mark));
        }
        sums
    }
}

/// The words of a span, as far as they lie in it.
fn words_in<'t>(text: &'t str, span: &Range<usize>) -> impl Iterator<Item = Range<usize>> + 't {
    let from = span.start;
    words(&text[span.clone()]).map(move |word| from + word.start..from + word.end)
}

/// Where one side has spans of each group.
struct Places<'a> {
    exact: HashSet<(&'a Range<usize>, Group)>,
    covers: [Cover; Group::EACH.len()],
}

impl<'a> Places<'a> {
    fn of(marks: &'a [Numbered]) -> Self {
        let of = |group| marks.iter().filter(move |mark| mark.group == group);
        Self {
            exact: marks.iter().map(|mark| (&mark.span, mark.group)).collect(),
            covers: Group::EACH.map(|group| Cover::of(of(group).map(|mark| &mark.span))),
        }
    }

    fn have(&self, mark: &Numbered) -> bool {
        self.exact.contains(&(&mark.span, mark.group))
    }

    fn touch(&self, mark: &Numbered) -> bool {
        self.covers[mark.group as usize].touches(&mark.span)
    }
}
