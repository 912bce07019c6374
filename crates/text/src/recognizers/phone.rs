//! Telephone, fax and pager numbers: North American and international forms, short forms behind a
//! word that says what they are.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern, stands_alone, unit_follows};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Phone;

static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:\+?1[-. ]{0,2})?(?:\([2-9][0-9]{2}\)[-. ]{0,2}|[2-9][0-9]{2}[-./ ]{1,3})[2-9][0-9]{2}[-. ]{1,3}[0-9]{4}(?:[, ]{0,2}(?:x|X|ext\.?|Ext\.?|EXT\.?|extension)[ ]?[0-9]{1,6})?",
    )
});

/// A number broken behind its area code.
static BROKEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\([2-9][0-9]{2}\)[-. ]?\r?\n[ ]{0,2}[2-9][0-9]{2}[-. ]{1,3}[0-9]{4}(?-u:\b)|[2-9][0-9]{2}[-.]\r?\n?[2-9][0-9]{2}[-.]\r?\n?[0-9]{4}(?-u:\b)",
    )
});

static LOCAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"[2-9][0-9]{2}[-.][0-9]{4}"));

static ABROAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\+[1-9][0-9]{0,2}(?:[-. ]?\(?[0-9]{1,5}\)?){2,6}|(?-u:\b)0[0-9]{2,4} [0-9]{3,4} [0-9]{3,4}",
    )
});

static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?P<what>tel(?:ephone)?|phone|cell|mobile|fax|facsimile|pager|beeper|pgr|paged?|call(?:ed|back)?|ext(?:ension)?|contact|reached|voicemail|ph)(?-u:\b)\.?(?:[ ]*(?:number|no\.?|\#|at|on|is|him|her|them|me|us|back|@)){0,3}[ ]*[:#]?[ ]*(?P<id>\(?[0-9][0-9() .-]{1,16}[0-9])(?-u:\b)",
    )
});

impl Recognizer for Phone {
    fn name(&self) -> &'static str {
        "phone"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"[0-9]{3}[) ./-]{1,3}[0-9]{3}|[0-9]{3}[)./-]{1,3}[ ]?$|\+[1-9]|[0-9]{3}[-.][0-9]{4}|(?i)(?:tel|phone|cell|mobile|fax|facsimile|pager?|beeper|pgr|call|ext|contact|reached|voicemail|ph)[a-z]*[^a-z0-9]",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let text = &page.text[line.clone()];
        let mut add = |start: usize, end: usize, score: f32, label: &str| {
            let span = line.start + start..line.start + end;
            out.push(found(span, kind(page, line.start + start, label), score, self.name()));
        };
        for hit in WHOLE.find_iter(text) {
            if stands_alone(page, &(line.start + hit.start()..line.start + hit.end())) {
                add(hit.start(), hit.end(), 0.9, "");
            }
        }
        let open = line.end.min(page.text.len());
        let below = page.line_of((open + 2).min(page.text.len())).end.max(open);
        for hit in BROKEN.find_iter(&page.text[line.start..below]) {
            let crosses = hit.as_str().contains('\n') && line.start + hit.start() < open;
            if crosses
                && !unit_follows(page, line.start + hit.end())
                && stands_alone(page, &(line.start + hit.start()..line.start + hit.end()))
            {
                add(hit.start(), hit.end(), 0.9, "");
            }
        }
        for hit in ABROAD.find_iter(text) {
            let digits = hit.as_str().bytes().filter(u8::is_ascii_digit).count();
            if (8..=15).contains(&digits) {
                add(hit.start(), hit.end(), 0.8, "");
            }
        }
        for captures in LABELLED.captures_iter(text) {
            let (Some(id), Some(what)) = (captures.name("id"), captures.name("what")) else {
                continue;
            };
            if is_number_of(what.as_str(), id.as_str())
                && !unit_follows(page, line.start + id.end())
            {
                add(id.start(), id.end(), 0.75, what.as_str());
            }
        }
        for hit in LOCAL.find_iter(text) {
            let span = line.start + hit.start()..line.start + hit.end();
            if stands_alone(page, &span)
                && !unit_follows(page, span.end)
                && hit.as_str().contains('-')
            {
                add(hit.start(), hit.end(), 0.5, "");
            }
        }
    }
}

/// Whether the digits are as many as the label asks for: a pager has four and more, a call seven.
fn is_number_of(label: &str, id: &str) -> bool {
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    let date_like = id.contains("  ") || id.matches('-').count() > 3;
    let least = match label.to_ascii_lowercase().as_bytes() {
        [b'e', b'x', b't', ..] => 3,
        [b'p', b'a' | b'g', ..] | [b'b', ..] | [b'f', ..] => 4,
        [b'c', b'a', ..] | [b'r', ..] | [b'c', b'o', ..] => 7,
        _ => 5,
    };
    (least..=15).contains(&digits) && !date_like
}

fn kind(page: &Page<'_>, start: usize, label: &str) -> EntityType {
    let before = page.before(start).to_ascii_lowercase();
    let tail = before.get(before.len().saturating_sub(16)..).unwrap_or(&before);
    let says =
        |words: &[&str]| words.iter().any(|w| label.eq_ignore_ascii_case(w) || tail.contains(w));
    if says(&["fax", "facsimile"]) {
        EntityType::Fax
    } else if says(&["pager", "beeper", "pgr", "page "]) {
        EntityType::Pager
    } else {
        EntityType::Phone
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use EntityType::{Fax, Pager, Phone as Tel};

    fn check(text: &str, expect: &[(&str, EntityType)]) {
        testing::check(&Phone, text, expect);
    }

    #[test]
    fn positive() {
        check("at (617) 555-0134 x12", &[("(617) 555-0134 x12", Tel)]);
        check("617.555.0134;", &[("617.555.0134", Tel)]);
        check("+1 617 555 0134", &[("+1 617 555 0134", Tel), ("+1 617 555 0134", Tel)]);
        check("fax 617-555-0134", &[("617-555-0134", Fax), ("617-555-0134", Fax)]);
        check("pager 4417", &[("4417", Pager)]);
        check("now (913)\n555-0199 or", &[("(913)\n555-0199", Tel), ("555-0199", Tel)]);
        check("fax results to (913)\r\n555-0199", &[("(913)\r\n555-0199", Fax), ("555-0199", Tel)]);
        check("call me at 6175550134", &[("6175550134", Tel)]);
        check("home 555-0134", &[("555-0134", Tel)]);
        check("+44 20 7946 0018", &[("+44 20 7946 0018", Tel)]);
        check("ext. 4412", &[("4412", Tel)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("400-1500 mg", &[]);
        check("SSN 123-45-6789", &[]);
        check("1-617-555-01345", &[]);
        check("called at 10", &[]);
        check("120/80 72 98.6", &[]);
        check("page 2", &[]);
        check("glucose (213)\n400-1500 mg", &[]);
        check("seen (213)\nand 555 more", &[]);
        check("paged x 3", &[]);
    }
}
