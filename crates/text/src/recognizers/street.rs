//! Street addresses: a house number, a name and a kind of street, with what follows as unit; post boxes.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Street;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?-u:\b)[0-9]{1,6}[A-Za-z]?(?:-[0-9]{1,5})?[ ]+(?:(?:[NSEWnsew]|North|South|East|West|NORTH|SOUTH|EAST|WEST|NE|NW|SE|SW)\.?[ ]+)?",
        r"(?:[A-Z0-9][A-Za-z0-9'’.-]{0,24}[ ]+){1,4}?",
        r"(?:Street|STREET|St|ST|Avenue|AVENUE|Ave|AVE|Road|ROAD|Rd|RD|Boulevard|BOULEVARD|Blvd|BLVD|Lane|LANE|Ln|LN|Drive|DRIVE|Dr|DR|Court|COURT|Ct|CT|Place|PLACE|Pl|PL|Way|WAY|Terrace|TERRACE|Ter|TER|Circle|CIRCLE|Cir|CIR|Square|SQUARE|Sq|SQ|Parkway|PARKWAY|Pkwy|PKWY|Highway|HIGHWAY|Hwy|HWY|Trail|TRAIL|Trl|TRL|Turnpike|Row|ROW|Alley|ALLEY|Loop|LOOP|Crescent|CRESCENT|Close|Mews|Pike|PIKE|Plaza|PLAZA|Walk|Path|Run|RUN|Cove|COVE|Crossing|Heights|Manor|Ridge|Union|UNION|View|Vale|Grove|Gardens|Mission|Mount|Spur|Throughway|Landing|Meadow|Overpass|Underpass|Route)(?-u:\b)\.?",
        r"(?:,?[ ]+(?:NE|NW|SE|SW|N|S|E|W)(?-u:\b)\.?)?",
        r"(?:,?[ ]+(?:Apt|APT|Apartment|APARTMENT|Unit|UNIT|Suite|SUITE|Ste|STE|Floor|Fl|Room|Rm|#)\.?[ ]?#?[ ]?[A-Za-z0-9-]{1,6})?",
    ))
});

/// Streets without a kind, behind a word that says one lives there; post boxes.
static BOX: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?-u:\b)p\.?[ ]?o\.?[ ]+box[ ]+[0-9]{1,7}(?-u:\b)"));

impl Recognizer for Street {
    fn name(&self) -> &'static str {
        "street"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)[0-9][0-9A-Za-z-]{0,6}[ ]+[A-Za-z0-9]|p\.?[ ]?o\.?[ ]+box")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let score = if measured(page, &span) { continue } else { 0.85 };
            out.push(found(span, EntityType::Street, score, self.name()));
        }
        for hit in BOX.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            out.push(found(span, EntityType::Street, 0.9, self.name()));
        }
    }
}

/// Whether the number counts something: `10 Days Way` is no address.
fn measured(page: &Page<'_>, span: &Range<usize>) -> bool {
    let tokens = page.tokens_in(span);
    let second = page.tokens.get(tokens.start + 1);
    let word = second.map(|t| page.word(t).to_ascii_lowercase()).unwrap_or_default();
    const COUNTED: &[&str] = &[
        "days", "weeks", "months", "years", "hours", "minutes", "mg", "ml", "cm", "mm", "times",
        "lb", "pm", "am",
    ];
    COUNTED.contains(&word.as_str()) || page.text[..span.start].ends_with(['/', '.', ':'])
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Street, "at 12 Oak Street, Springfield", &[("12 Oak Street", EntityType::Street)]);
        check(
            &Street,
            "1600 N. Maple Ave. Apt 4B",
            &[("1600 N. Maple Ave. Apt 4B", EntityType::Street)],
        );
        check(&Street, "221B BAKER ST", &[("221B BAKER ST", EntityType::Street)]);
        check(&Street, "P.O. Box 1123", &[("P.O. Box 1123", EntityType::Street)]);
        check(
            &Street,
            "77 Martin Luther King Blvd NW",
            &[("77 Martin Luther King Blvd NW", EntityType::Street)],
        );
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Street, "saw 2 Doctors today", &[]);
        check(&Street, "5 mg way too much", &[]);
        check(&Street, "walked 20 feet down the street", &[]);
        check(&Street, "10 Days Way", &[]);
    }
}
