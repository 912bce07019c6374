//! Mends where findings begin and end by what is known of their forms: the unit of a flat belongs to
//! its street, `hrs` to its time, letters behind a name do not belong to it.

use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use crate::lexicon::role;
use crate::page::Page;

/// Mends the findings of a page.
pub(crate) fn mend(page: &Page<'_>, findings: &mut [Finding]) {
    for finding in findings {
        match finding.entity {
            entity if entity.is_person() => without_letters(page, finding),
            EntityType::Time => with_unit_of_time(page, finding),
            EntityType::Street => {
                with_point(page, finding);
                with_unit_of_house(page, finding);
            }
            _ => {}
        }
    }
}

/// `Jane Roe, MD`: the name ends before the comma.
fn without_letters(page: &Page<'_>, finding: &mut Finding) {
    let tokens = page.tokens_over(&finding.span);
    let mut last = tokens.end;
    while last > tokens.start + 1
        && page.tokens[last - 1].is(role::CREDENTIAL)
        // A surname may be `Do`, and is in small letters or alone behind the forename.
        && (page.tokens[last - 1].len() > 2 || page.gap(last - 2, last - 1).starts_with(','))
        && matches!(page.gap(last - 2, last - 1), " " | ", " | ",")
        && page.word(&page.tokens[last - 1]).chars().filter(|c| c.is_uppercase()).count() >= 2
    {
        last -= 1;
    }
    if last < tokens.end {
        finding.span.end = page.tokens[last - 1].end as usize;
    }
}

fn with_unit_of_time(page: &Page<'_>, finding: &mut Finding) {
    static UNIT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^ ?(?i:hrs|hours|uhr|h)(?-u:\b)").expect("a pattern"));
    let text = &page.text[finding.span.clone()];
    if text.ends_with(|c: char| c.is_ascii_digit())
        && let Some(unit) = UNIT.find(&page.text[finding.span.end..])
    {
        finding.span.end += unit.end();
    }
}

/// The point of an abbreviated kind of street.
fn with_point(page: &Page<'_>, finding: &mut Finding) {
    const SHORT: &[&str] = &[
        "st", "ave", "av", "rd", "blvd", "ct", "dr", "ln", "pl", "hwy", "pkwy", "ter", "cir", "sq",
        "trl", "rte",
    ];
    let tokens = page.tokens_over(&finding.span);
    let Some(last) = tokens.end.checked_sub(1).filter(|last| *last >= tokens.start) else { return };
    let word = page.word(&page.tokens[last]);
    if page.tokens[last].end as usize == finding.span.end
        && SHORT.iter().any(|short| short.eq_ignore_ascii_case(word))
        && page.text[finding.span.end..].starts_with('.')
    {
        finding.span.end += 1;
    }
}

/// `, Apt 4B`, `Unit D` on the next line.
fn with_unit_of_house(page: &Page<'_>, finding: &mut Finding) {
    static UNIT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^(?:(?:,?[ ]{0,2}|,?[ ]?\r?\n[ ]{0,4})(?i:apartment|apt|unit|suite|ste|flat|trailer|lot|room|rm|building|bldg|floor)\.?[ ]?#?|,?[ ]?(?:#|[Nn]o\.|NO\.)[ ]?)[ ]?(?:[0-9]{1,5}(?:-?[A-Za-z])?|[A-Z](?:-?[0-9]{1,4})?)(?-u:\b)",
        )
        .expect("a pattern")
    });
    if let Some(unit) = UNIT.find(&page.text[finding.span.end..]) {
        finding.span.end += unit.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::found;
    use EntityType::{Doctor, Street, Time};

    #[test]
    fn borders_are_mended() {
        let check = |text: &str, value: &str, entity, expect: &str| {
            let page = Page::new(text, false);
            let at = text.find(value).unwrap();
            let mut findings = [found(at..at + value.len(), entity, 0.9, "tagger")];
            mend(&page, &mut findings);
            assert_eq!(&text[findings[0].span.clone()], expect, "{text:?}");
        };
        check("Jane Roe, MD wrote", "Jane Roe, MD", Doctor, "Jane Roe");
        check("J Toothman LMFT.", "J Toothman LMFT", Doctor, "J Toothman");
        check("Roe, MB BCh", "Roe, MB BCh", Doctor, "Roe");
        check("Kim Do came", "Kim Do", Doctor, "Kim Do");
        check("KIM DO came", "KIM DO", Doctor, "KIM DO");
        check("MD", "MD", Doctor, "MD");
        check("at 09:34 hrs by", "09:34", Time, "09:34 hrs");
        check("at 0934h by", "0934", Time, "0934h");
        check("at 9 a.m. hrs", "9 a.m.", Time, "9 a.m.");
        check("at 8522 Osprey Ct., Ruston", "8522 Osprey Ct", Street, "8522 Osprey Ct.");
        check(
            "12 Oak Street, Apartment 49 now",
            "12 Oak Street",
            Street,
            "12 Oak Street, Apartment 49",
        );
        check("12 Oak Street, No. 6.", "12 Oak Street", Street, "12 Oak Street, No. 6");
        check("12 Oak Ct., No. 20 in", "12 Oak Ct", Street, "12 Oak Ct., No. 20");
        check("12 Oak Row\nUnit D\nBoston", "12 Oak Row", Street, "12 Oak Row\nUnit D");
        check("12 Oak Street, no pain", "12 Oak Street", Street, "12 Oak Street");
        check("12 Oak Street. No. 5 is", "12 Oak Street", Street, "12 Oak Street");
        check("12 Oak Street, room for two", "12 Oak Street", Street, "12 Oak Street");
    }
}
