//! The numbers that states give to people: a form, the words that name it, and a check.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use crate::page::{Page, found};
use crate::recognizers::stands_alone;

/// A kind of number.
pub(crate) struct National {
    /// Its recognizer.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) entity: EntityType,
    /// How it is written.
    pub(crate) form: &'static LazyLock<Regex>,
    /// What names it, in small letters, on the line before it.
    pub(crate) labels: &'static [&'static str],
    /// How sure one without a label is; nothing where other numbers look alike.
    pub(crate) bare: Option<f32>,
    /// Whether its check digits are right.
    pub(crate) check: fn(&str) -> bool,
}

/// How sure one with its label and right check digits is.
const LABELLED: f32 = 0.95;

impl National {
    /// Adds the numbers of a line.
    pub(crate) fn recognize(&self, page: &Page<'_>, line: &Range<usize>, out: &mut Vec<Finding>) {
        for hit in self.form.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let labelled = named_before(page, span.start, self.labels);
            let Some(score) = (if labelled { Some(LABELLED) } else { self.bare }) else { continue };
            if (self.check)(hit.as_str()) && stands_alone(page, &span) {
                out.push(found(span, self.entity, score, self.name));
            }
        }
    }
}

/// Whether one of the labels stands before a place, as words of its own.
fn named_before(page: &Page<'_>, at: usize, labels: &[&str]) -> bool {
    let before = page.before(at).to_lowercase();
    labels.iter().any(|label| {
        before.match_indices(label).any(|(from, label)| {
            let inside = |c: char| c.is_alphanumeric();
            !before[..from].ends_with(inside) && !before[from + label.len()..].starts_with(inside)
        })
    })
}
