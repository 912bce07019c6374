//! US postal codes behind a state or their label; UK postcodes by their form.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::lexicon::Lexicon;
use crate::page::{Page, Shape, found};

/// See the file's first lines.
pub(crate) struct Zip;

static PATTERN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[0-9]{5}(?:-[0-9]{4})?(?-u:\b)"));

static UK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?-u:\b)[A-Z]{1,2}[0-9][A-Z0-9]?[ ][0-9][ABD-HJLNP-UW-Z]{2}(?-u:\b)")
});

impl Recognizer for Zip {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"[0-9]{5}|[A-Z][0-9][A-Z0-9]?[ ][0-9][A-Z]{2}|[A-Z]{2}[0-9][A-Z0-9]?[ ][0-9][A-Z]{2}")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let label =
                page.before(span.start).trim_end_matches([':', ' ', '#']).to_ascii_lowercase();
            let labelled = label.ends_with("zip")
                || label.ends_with("zip code")
                || label.ends_with("postal code");
            if (labelled || behind_state(page, span.start))
                && !page.text[..span.start].ends_with('-')
            {
                out.push(found(span, EntityType::Zip, 0.85, self.name()));
            }
        }
        for hit in UK.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            out.push(found(span, EntityType::Zip, 0.7, self.name()));
        }
    }
}

/// Whether a state's name or code is right before a byte.
fn behind_state(page: &Page<'_>, start: usize) -> bool {
    let at = page.token_from(start);
    let gap = at.checked_sub(1).map_or("", |before| page.gap(before, at));
    if !matches!(gap, " " | ", " | "  " | "," | ". ") {
        return false;
    }
    let lexicon = Lexicon::get();
    (1..=3usize).any(|n| {
        let Some(first) = at.checked_sub(n) else { return false };
        let words = &page.tokens[first..at];
        let hashes: Vec<u64> = words.iter().map(|t| t.hash).collect();
        let upper = words
            .iter()
            .all(|t| if n == 1 && t.len() == 2 { t.shape == Shape::Upper } else { t.is_capital() });
        upper && lexicon.state(&hashes) == Some(n)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Zip, "Boston, MA 02139-4307", &[("02139-4307", EntityType::Zip)]);
        check(&Zip, "zip code: 60614", &[("60614", EntityType::Zip)]);
        check(&Zip, "Ohio 44101", &[("44101", EntityType::Zip)]);
        check(&Zip, "London SW1A 1AA", &[("SW1A 1AA", EntityType::Zip)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Zip, "platelets 15000", &[]);
        check(&Zip, "WBC 12000", &[]);
        check(&Zip, "or 44101", &[]);
        check(&Zip, "MA 021390", &[]);
        check(&Zip, "zip 123", &[]);
    }
}
