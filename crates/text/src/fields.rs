//! Identifiers from the fields of a note: what stands behind `PATIENT:` is a name unless it is
//! known to be none.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use crate::dates::{self, Reading, Strength};
use crate::document::{Field, FieldKind};
use crate::lexicon::role;
use crate::names::{self, Place, weight};
use crate::page::{Page, found};
use crate::recognizers::is_number;

const NAME: &str = "field";

/// The name of findings that are dates of birth.
pub(crate) const BIRTH: &str = "field.birth";

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[(#]?(?P<id>[A-Za-z0-9]+(?:[-./_ ]?[A-Za-z0-9]+){0,8})")
        .expect("a pattern of ours compiles")
});

/// Adds what the fields of a page say.
pub(crate) fn detect(page: &Page<'_>, out: &mut Vec<Finding>) {
    for field in &page.fields {
        match field.kind {
            FieldKind::Name(entity) => name(page, field, entity, out),
            FieldKind::Number(entity) => number(page, field, entity, out),
            FieldKind::Label(entity) => label(page, field, entity, out),
            FieldKind::Birth => date(page, field, BIRTH, out),
            FieldKind::Date => date(page, field, NAME, out),
            FieldKind::Address => address(page, field, out),
            FieldKind::Age => age(page, field, out),
            FieldKind::Initials => initials(page, field, out),
            FieldKind::Comparison | FieldKind::Clinical | FieldKind::Sex => {}
        }
    }
}

/// The names in a value: one, or several between `;`, `/`, `and`.
fn name(page: &Page<'_>, field: &Field, entity: EntityType, out: &mut Vec<Finding>) {
    let mut at = page.token_from(field.value.start);
    let mut skipped = 0;
    while let Some(token) = page.tokens.get(at) {
        if token.start as usize >= field.value.end || skipped > 3 {
            break;
        }
        if token.is(role::TITLE | role::CREDENTIAL)
            && weight(token) < 2
            && page.word(token).len() <= 6
        {
            at += 1;
            continue;
        }
        let Some(run) = names::run(page, at, field.value.end, Place::Certain) else {
            at += 1;
            skipped += 4;
            continue;
        };
        let family = names::inverted(page, &run, field.value.end, Place::Certain);
        let run = family.unwrap_or(run);
        if plausible(page, &run, field, entity) {
            out.push(found(names::bytes(page, &run), entity, 0.92, NAME));
        } else {
            break;
        }
        at = run.end;
        let gap_start = page.tokens[run.end - 1].end as usize;
        let next = page.tokens.get(at).map_or(field.value.end, |t| t.start as usize);
        let gap = &page.text[gap_start..next.min(field.value.end).max(gap_start)];
        let and = page.tokens.get(at).is_some_and(|t| page.word(t).eq_ignore_ascii_case("and"));
        let credential = page.tokens.get(at).is_some_and(|t| t.is(role::CREDENTIAL));
        at += usize::from(and);
        if !(and || credential || gap.contains([';', '/', ',', '&'])) {
            break;
        }
    }
}

/// A name field may hold other words: `PHYSICIAN: REFERRING`, `Patient: alert and oriented`.
fn plausible(page: &Page<'_>, run: &Range<usize>, field: &Field, entity: EntityType) -> bool {
    let words = &page.tokens[run.clone()];
    let best = words.iter().map(weight).max().unwrap_or(0);
    let rest_start = page.tokens[run.end - 1].end as usize;
    let rest = page.text[rest_start..field.value.end.max(rest_start)].trim();
    let short = rest.len() < 30 || rest.starts_with([',', ';', '(', '/', '-', '&']);
    let several = words.len() >= 2;
    // `CC` is the copies' list and the chief complaint.
    if page.caps && field.name == "cc" && best < 2 {
        return false;
    }
    // `PCP: FRENCH`, `PCP: SHORT`
    let named = names::is_surname_too(&words[0]) && words[0].word.surname >= 20
        || words[0].word.surname >= 10;
    if entity != EntityType::Patient
        && rest.trim_matches('.').is_empty()
        && words[0].is_capital()
        && named
    {
        return true;
    }
    match entity {
        // A value that goes on as a sentence is none, unless the words are surely names.
        EntityType::Patient => {
            best == 2 || (best >= 1 && short) || (several && short && !page.caps)
        }
        _ => {
            let surname = words[0].word.surname >= 5 && words[0].word.clinical < 10;
            let alone = rest.is_empty() && words[0].is_capital() && surname;
            best == 2 && (short || several) || best >= 1 && short && several || best >= 1 && alone
        }
    }
}

fn number(page: &Page<'_>, field: &Field, entity: EntityType, out: &mut Vec<Finding>) {
    let value = &page.text[field.value.clone()];
    if let Some(date) = leading_date(value) {
        out.push(found(shifted(date, field.value.start), EntityType::Date, 0.85, NAME));
        return;
    }
    let span = match entity {
        EntityType::Phone | EntityType::Fax | EntityType::Pager => telephone(value),
        EntityType::Username => value.split_whitespace().next().map(|w| 0..w.len()),
        _ => identifier(value, entity),
    };
    let Some(span) = span.filter(|s| s.len() >= 2) else { return };
    let text = &value[span.clone()];
    let strong = matches!(entity, EntityType::Mrn | EntityType::Username | EntityType::Room);
    if entity != EntityType::Username
        && !is_number(text)
        && !(strong && text.len() < 4 && has_digit(text))
    {
        return;
    }
    out.push(found(shifted(span, field.value.start), entity, 0.92, NAME));
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

/// The identifier a value begins with; words behind it are not part of it.
fn identifier(value: &str, entity: EntityType) -> Option<Range<usize>> {
    let captures = NUMBER.captures(value)?;
    let id = captures.name("id")?;
    let mut end = id.start();
    let mut digits = false;
    for piece in id.as_str().split_inclusive(' ') {
        let word = piece.trim_end();
        let fits = has_digit(word)
            || (!digits && word.len() <= 4 && word.bytes().all(|b| b.is_ascii_uppercase()));
        if !fits {
            break;
        }
        digits |= has_digit(word);
        // Spaces join the groups of one number, not two numbers.
        let grouped = matches!(
            entity,
            EntityType::Ssn
                | EntityType::NationalId
                | EntityType::BankAccount
                | EntityType::HealthPlan
        );
        let at = end + word.len();
        end += piece.len();
        if digits && !grouped {
            end = at;
            break;
        }
    }
    let text = value[id.start()..end].trim_end();
    (digits && text.len() >= 2).then(|| id.start()..id.start() + text.len())
}

fn telephone(value: &str) -> Option<Range<usize>> {
    let start = value.find(|c: char| c.is_ascii_digit() || matches!(c, '(' | '+'))?;
    let rest = &value[start..];
    let end = rest
        .find(|c: char| {
            !(c.is_ascii_digit()
                || matches!(c, '(' | ')' | '+' | '-' | '.' | ' ' | '/' | 'x' | 'X'))
        })
        .unwrap_or(rest.len());
    let text = rest[..end].trim_end_matches([' ', '-', '.', '(', '/', '+']);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (digits >= 3).then(|| start..start + text.len())
}

fn leading_date(value: &str) -> Option<Range<usize>> {
    let dates = dates::at(value, 0, &Reading::default());
    let strong = dates.iter().any(|d| d.strength == Strength::Strong);
    let (first, last) = (dates.first()?, dates.last()?);
    strong.then_some(first.span.start..last.span.end)
}

fn date(page: &Page<'_>, field: &Field, name: &'static str, out: &mut Vec<Finding>) {
    let value = &page.text[field.value.clone()];
    let head_end =
        (0..=value.len().min(80)).rev().find(|e| value.is_char_boundary(*e)).unwrap_or(0);
    let found_dates = dates::all(&value[..head_end], &Reading::default());
    for date in found_dates.iter().take(if name == BIRTH { 1 } else { 4 }) {
        let first = date.span.start == 0 || date.strength >= Strength::Fair;
        if !first || (date.strength == Strength::Weak && date.span.start > 0) {
            continue;
        }
        // A year alone and `5/3` are dates in such a field, when nothing else is there.
        let alone = value[date.span.end..].trim().len() < 12;
        if date.strength >= Strength::Fair || alone {
            out.push(found(
                shifted(date.span.clone(), field.value.start),
                EntityType::Date,
                0.92,
                name,
            ));
        }
    }
}

fn label(page: &Page<'_>, field: &Field, entity: EntityType, out: &mut Vec<Finding>) {
    let value = &page.text[field.value.clone()];
    if matches!(entity, EntityType::Email | EntityType::Url) {
        return;
    }
    let cut = value.find([',', ';', '(', '|']).unwrap_or(value.len());
    let value = value[..cut].trim_end();
    let span = field.value.start..field.value.start + value.len();
    let tokens = page.tokens_in(&span);
    let words = &page.tokens[tokens];
    let named = words.iter().any(|t| t.is_capital() && t.len() > 1 && weight(t) >= 1);
    let prose = words.len() > 7 || words.iter().all(|t| t.is(role::NOT_NAME) || weight(t) == 0);
    let least = match entity {
        EntityType::City | EntityType::County | EntityType::Organization => named,
        // A location can be a part of the body.
        _ => {
            named
                && words.iter().any(|t| weight(t) == 2 || (weight(t) == 1 && t.word.clinical == 0))
        }
    };
    if least && !prose {
        out.push(found(span, entity, 0.8, NAME));
    }
}

/// An address line: what no finer recognizer takes of it is taken as street.
fn address(page: &Page<'_>, field: &Field, out: &mut Vec<Finding>) {
    let value = &page.text[field.value.clone()];
    let digit = has_digit(value);
    let cut = value.find([',', ';']).unwrap_or(value.len());
    let street = value[..cut].trim_end();
    if digit && value.len() < 160 && !street.is_empty() {
        let span = field.value.start..field.value.start + street.len();
        out.push(found(span, EntityType::Street, 0.8, NAME));
        city(page, &field.value, cut, out);
    }
}

/// The city between a street and a state.
fn city(page: &Page<'_>, value: &Range<usize>, cut: usize, out: &mut Vec<Finding>) {
    let rest = &page.text[value.start + cut..value.end];
    let start = cut + (rest.len() - rest.trim_start_matches([',', ';', ' ']).len());
    let tail = &page.text[value.start + start..value.end];
    let end = tail.find([',', ';']).unwrap_or(tail.len());
    let town = tail[..end].trim_end();
    let span = value.start + start..value.start + start + town.len();
    let state = page.tokens_in(&span).len() == 1
        && page.tokens[page.tokens_in(&span).start].is(role::STATE_CODE);
    if !town.is_empty() && !has_digit(town) && town.len() < 40 && !state {
        out.push(found(span, EntityType::City, 0.8, NAME));
    }
}

fn age(page: &Page<'_>, field: &Field, out: &mut Vec<Finding>) {
    let value = &page.text[field.value.clone()];
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let months = value[digits..].trim_start().to_ascii_lowercase().starts_with(['m', 'd', 'w']);
    if (2..=3).contains(&digits) && (!months || value[digits..].trim_start().len() == 1) {
        out.push(found(field.value.start..field.value.start + digits, EntityType::Age, 0.92, NAME));
    }
}

fn initials(page: &Page<'_>, field: &Field, out: &mut Vec<Finding>) {
    let value = &page.text[field.value.clone()];
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    if (2..=4).contains(&letters) && value.len() <= 8 {
        out.push(found(field.value.clone(), EntityType::Patient, 0.8, NAME));
    }
}

fn shifted(span: Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::is_caps;

    fn check(text: &str, expect: &[(&str, EntityType)]) {
        let page = Page::new(text, is_caps(text));
        let mut out = Vec::new();
        detect(&page, &mut out);
        let read: Vec<_> = out.iter().map(|f| (&text[f.span.clone()], f.entity)).collect();
        assert_eq!(read, expect, "{text:?}");
    }

    #[test]
    fn names() {
        use EntityType::{Doctor, Patient, Relative};
        check("PATIENT: JOHN SMITH", &[("JOHN SMITH", Patient)]);
        check("Patient Name: Smith, John A.", &[("Smith, John A.", Patient)]);
        check("Patient: ROSE YOUNG", &[("ROSE YOUNG", Patient)]);
        check("ATTENDING: JANE ROE, M.D.", &[("JANE ROE", Doctor)]);
        check(
            "cc: Dr. Jane Roe; Dr. Peter Okafor",
            &[("Jane Roe", Doctor), ("Peter Okafor", Doctor)],
        );
        check("Next of kin: Mary Smith (wife)", &[("Mary Smith", Relative)]);
        check("PCP: FRENCH", &[("FRENCH", Doctor)]);
        check("Attending: French, M.", &[("French, M.", Doctor)]);
        check("DICTATED BY: NICOLE SHORT", &[("NICOLE SHORT", Doctor)]);
        check("NAME: WHITE, NICOLE L", &[("WHITE, NICOLE L", Patient)]);
        check("CC: INFLUENZA A", &[]);
        check("PHYSICIAN: REFERRING", &[]);
        check("Patient: alert and oriented", &[]);
        check("PATIENT: ALERT AND ORIENTED", &[]);
        check("Attending: none", &[]);
        check("Mother: diabetes, hypertension", &[]);
    }

    #[test]
    fn numbers() {
        use EntityType::{Date, Mrn, Phone, Ssn};
        check("FILE #: 12345", &[("12345", Mrn)]);
        check("MRN: 00-12-34 seen", &[("00-12-34", Mrn)]);
        check("SSN: 123 45 6789", &[("123 45 6789", Ssn)]);
        check("Phone: (617) 555-0134 home", &[("(617) 555-0134", Phone)]);
        check("Admission: 1/1/2011", &[("1/1/2011", Date)]);
        check("Chart: reviewed", &[]);
        check("Location: left breast", &[]);
    }
}
