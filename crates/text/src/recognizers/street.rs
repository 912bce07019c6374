//! Street addresses: a house number, a name and a kind of street, with what follows as unit; post boxes.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::lexicon::role;
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

/// `8072 County Road 412`: the number is the road's name.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)[0-9]{1,6}[A-Za-z]?[ ]+(?:(?:[NSEW]|North|South|East|West)\.?[ ]+)?(?i:(?:county|state|township|farm|ranch|rural|us|u\.s\.|old|interstate|fm)[ ]+)?(?i:road|rd|route|rte|highway|hwy|cr|fm)\.?[ ]+#?[0-9]{1,5}[A-Za-z]?(?-u:\b)",
    )
});

/// Streets without a kind, behind a word that says one lives there; post boxes.
static BOX: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?-u:\b)p\.?[ ]?o\.?[ ]+box[ ]+[0-9]{1,7}(?-u:\b)"));

impl Recognizer for Street {
    fn name(&self) -> &'static str {
        "street"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)[0-9][0-9A-Za-z-]*[ ]+[A-Za-z0-9]|p\.?[ ]?o\.?[ ]+box")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let score = if measured(page, &span) { continue } else { 0.85 };
            town(page, span.end, out);
            out.push(found(span, EntityType::Street, score, self.name()));
        }
        for hit in NUMBERED.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            town(page, span.end, out);
            out.push(found(span, EntityType::Street, 0.86, self.name()));
        }
        for hit in BOX.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            out.push(found(span, EntityType::Street, 0.9, self.name()));
        }
    }
}

/// The town behind a street, with the postal code behind it: `, Mission, KS 66202`, also on the
/// next line.
fn town(page: &Page<'_>, end: usize, out: &mut Vec<Finding>) {
    let none = role::TITLE | role::RELATION | role::MONTH | role::WEEKDAY | role::STATE_CODE;
    let first = page.token_from(end);
    let Some(start) = page.tokens.get(first).map(|t| t.start as usize) else { return };
    let gap = &page.text[end..start];
    let below = gap.contains('\n');
    let lead = gap.trim_matches([' ', '\t', '\r', '\n', '.']);
    if gap.matches('\n').count() > 1 || gap.len() > 12 || !(lead == "," || below && lead.is_empty())
    {
        return;
    }
    let mut last = first;
    while let Some(token) = page.tokens.get(last).filter(|_| last - first < 4) {
        let joined = last == first || matches!(page.gap(last - 1, last), " " | ". " | "-");
        let bad = token.is(none) && !(token.is(role::STATE_CODE) && token.len() > 2);
        if !joined || !token.is_capital() || bad || last == first && token.is(role::NOT_NAME) {
            break;
        }
        last += 1;
    }
    if last == first {
        return;
    }
    let span = start..page.tokens[last - 1].end as usize;
    let behind = &page.text[span.end..];
    let place = BEHIND.find(behind).filter(|m| m.start() == 0);
    let closed = behind.is_empty() || behind.starts_with(['\n', '\r', ',', '.', ';', ')']);
    // Without a comma before it, a line of capitals is a town's where a state or code follows.
    let certain = match (below && lead.is_empty(), page.caps) {
        (true, _) => place.is_some(),
        (false, true) => place.is_some() || closed && last - first <= 2,
        (false, false) => place.is_some() || closed,
    };
    if !certain || span.len() < 3 {
        return;
    }
    out.push(found(span.clone(), EntityType::City, 0.8, "street"));
    if let Some(zip) = place.and_then(|_| BEHIND.captures(behind)).and_then(|c| c.name("zip")) {
        let zip = span.end + zip.start()..span.end + zip.end();
        out.push(found(zip, EntityType::Zip, 0.85, "street"));
    }
}

/// What stands behind a town: a state, a postal code, or both.
static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^,?[ ]{1,2}(?:[A-Z]{2}(?-u:\b)[ ,.]{0,3}|(?P<zip>[0-9]{5}(?:-[0-9]{4})?)(?-u:\b))")
});

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
        check(
            &Street,
            "at 12 Oak Street, Springfield",
            &[("Springfield", EntityType::City), ("12 Oak Street", EntityType::Street)],
        );
        check(
            &Street,
            "1600 N. Maple Ave. Apt 4B",
            &[("1600 N. Maple Ave. Apt 4B", EntityType::Street)],
        );
        check(&Street, "221B BAKER ST", &[("221B BAKER ST", EntityType::Street)]);
        let mission = [("Mission", EntityType::City), ("58 Martway Street", EntityType::Street)];
        check(&Street, "58 Martway Street, Mission\n\nRE:", &mission);
        check(&Street, "58 Martway Street,\nMission, KS 66202", &mission);
        check(&Street, "58 Martway Street\nMission, KS 66202", &mission);
        check(
            &Street,
            "58 Martway Street, Mission 66202",
            &[mission[0], ("66202", EntityType::Zip), mission[1]],
        );
        check(
            &Street,
            "at 8072 County Road 412, in",
            &[
                ("8072 County Road", EntityType::Street),
                ("8072 County Road 412", EntityType::Street),
            ],
        );
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
        let street = [("12 Oak Street", EntityType::Street)];
        check(&Street, "12 Oak Street\nMission statement", &street);
        check(&Street, "12 Oak Street, She was", &street);
        check(&Street, "12 Oak Street, Wife called", &street);
        check(&Street, "went 3 Road races", &[]);
    }
}
