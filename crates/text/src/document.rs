//! The fields of a note: `KEY: value`, several on a line, keys above their values, fixed-width
//! headers without colons, and small tables with a line of headings.
//!
//! Keys come from the lexicon in `data/fields.csv`; what is no key of it opens no field. So the
//! name of a field is always one of ours and never text of the note.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::EntityType;
use hashbrown::HashMap;

use crate::lexicon::{hash_word, rows};
use crate::page::Page;

/// What a field's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// A person's name.
    Name(EntityType),
    /// A number or code of one person, thing or event.
    Number(EntityType),
    /// A name of a place, organization or account.
    Label(EntityType),
    /// A date of birth.
    Birth,
    /// Another date.
    Date,
    /// Dates of earlier examinations in prose.
    Comparison,
    /// An address line.
    Address,
    /// Sex or gender.
    Sex,
    /// An age.
    Age,
    /// A person's initials.
    Initials,
    /// Clinical content.
    Clinical,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// The key as the lexicon spells it.
    pub(crate) name: &'static str,
    /// What the value is.
    pub(crate) kind: FieldKind,
    /// Bytes of the value, spaces trimmed.
    pub(crate) value: Range<usize>,
}

type Keys = HashMap<u64, (&'static str, FieldKind)>;

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let mut keys = Keys::new();
    for (key, kind) in rows(include_str!("../data/fields.csv")).filter_map(|r| r.rsplit_once(',')) {
        if let Some(kind) = kind_of(kind) {
            // Of spellings that differ by marks alone the first one listed is the name.
            keys.entry(hash_word(key)).or_insert((key, kind));
        }
    }
    keys
});

fn kind_of(name: &str) -> Option<FieldKind> {
    Some(match name {
        "birth" => FieldKind::Birth,
        "date" => FieldKind::Date,
        "comparison" => FieldKind::Comparison,
        "address" => FieldKind::Address,
        "sex" => FieldKind::Sex,
        "age" => FieldKind::Age,
        "initials" => FieldKind::Initials,
        "clinical" => FieldKind::Clinical,
        other => {
            let entity = EntityType::from_name(other)?;
            if entity.is_person() {
                FieldKind::Name(entity)
            } else if entity.is_number()
                || matches!(entity, EntityType::Zip | EntityType::Room | EntityType::Username)
            {
                FieldKind::Number(entity)
            } else {
                FieldKind::Label(entity)
            }
        }
    })
}

/// Words of the longest key.
const KEY_WORDS: usize = 5;
/// Bytes before a separator in which a key begins.
const KEY_BYTES: usize = 160;

/// Finds the fields of a page, in order and without overlap.
pub(crate) fn fields(page: &Page<'_>) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut headings: Vec<(Range<usize>, &'static str, FieldKind)> = Vec::new();
    for (at, line) in page.lines.iter().enumerate() {
        if page.text[line.clone()].trim().is_empty() {
            headings.clear();
            continue;
        }
        let before = fields.len();
        keyed(page, line, page.lines.get(at + 1), &mut fields);
        if fields.len() > before {
            headings.clear();
            continue;
        }
        let cells = cells(page.text, line);
        let keys: Vec<_> = cells.iter().map(|c| key(&page.text[c.clone()])).collect();
        let known = keys.iter().flatten().filter(|(_, kind)| identifies(*kind)).count();
        if known >= 2 && known * 2 >= cells.len() {
            headings = cells
                .iter()
                .zip(&keys)
                .map(|(c, k)| {
                    let (name, kind) = k.unwrap_or(("", FieldKind::Clinical));
                    (c.clone(), name, kind)
                })
                .collect();
        } else if !headings.is_empty() {
            row(line.start, &cells, &headings, page, &mut fields);
        } else {
            for (pair, key) in cells.windows(2).zip(&keys) {
                if let Some((name, kind)) = key.filter(|(_, kind)| identifies(*kind)) {
                    fields.push(Field { name, kind, value: pair[1].clone() });
                }
            }
        }
    }
    fields.sort_by_key(|f| f.value.start);
    let mut end = 0;
    fields.retain(|f| {
        let keep = f.value.start >= end && !f.value.is_empty();
        if keep {
            end = f.value.end;
        }
        keep
    });
    fields
}

fn identifies(kind: FieldKind) -> bool {
    !matches!(kind, FieldKind::Clinical | FieldKind::Comparison | FieldKind::Sex)
}

fn key(text: &str) -> Option<(&'static str, FieldKind)> {
    KEYS.get(&hash_word(text)).copied()
}

/// The fields of a line that have a separator.
fn keyed(page: &Page<'_>, line: &Range<usize>, next: Option<&Range<usize>>, out: &mut Vec<Field>) {
    let mut open: Option<(usize, &'static str, FieldKind)> = None;
    let mut floor = line.start;
    for offset in memchr::memchr3_iter(b':', b'=', b'#', page.text[line.clone()].as_bytes()) {
        let separator = line.start + offset;
        if separator < floor {
            continue;
        }
        let Some((start, name, kind)) = key_before(page, floor, separator) else { continue };
        close(page, open.take(), start, out);
        let value = after_separator(page.text, separator, line.end);
        open = Some((value, name, kind));
        floor = value;
    }
    let Some((value, name, kind)) = open else { return };
    let below = page.text[value..line.end].trim().is_empty() && identifies(kind);
    match next.filter(|_| below) {
        Some(next) if !page.text[next.clone()].contains(':') => {
            close(page, Some((next.start, name, kind)), next.end, out);
        }
        Some(_) => {}
        None => close(page, Some((value, name, kind)), line.end, out),
    }
}

/// The longest key that ends at a separator, with its first byte.
fn key_before(
    page: &Page<'_>,
    floor: usize,
    separator: usize,
) -> Option<(usize, &'static str, FieldKind)> {
    let mut floor = floor.max(separator.saturating_sub(KEY_BYTES));
    while !page.text.is_char_boundary(floor) {
        floor += 1;
    }
    let head = page.text[floor..separator].trim_end_matches([' ', '\t', '.', '#']);
    // `Name (Last, First):` is the key `Name`.
    let head = match head.strip_suffix(')') {
        Some(open) => open.rfind('(').filter(|o| head.len() - o < 40).map_or(head, |o| &head[..o]),
        None => head,
    };
    let head = head.trim_end();
    let end = floor + head.len();
    let last = page.tokens.partition_point(|t| (t.end as usize) <= end);
    let mut found = None;
    for first in (last.saturating_sub(KEY_WORDS)..last).rev() {
        let start = page.tokens[first].start as usize;
        if start < floor {
            break;
        }
        if first + 1 < last && !joins_key(page.gap(first, first + 1)) {
            break;
        }
        if let Some((name, kind)) = key(&page.text[start..end]) {
            found = Some((start, name, kind));
        }
    }
    // The end must be the end of a word, as in `MRN:`, not in `12:30`.
    found.filter(|_| last > 0 && page.tokens[last - 1].end as usize + 4 > end)
}

fn joins_key(gap: &str) -> bool {
    gap.len() <= 3 && !gap.contains(['\t', ':', ';', ',', '|', '=']) && !gap.contains("  ")
}

fn after_separator(text: &str, separator: usize, end: usize) -> usize {
    let rest = &text[separator..end];
    end - rest.trim_start_matches([':', '#', '=', ' ', '\t', '.', '_', '*']).len()
}

fn close(
    page: &Page<'_>,
    open: Option<(usize, &'static str, FieldKind)>,
    end: usize,
    out: &mut Vec<Field>,
) {
    let Some((start, name, kind)) = open else { return };
    let mut value = page.text[start..end.max(start)].trim_end();
    if identifies(kind) {
        let wide = value.find("  ").into_iter().chain(value.find(['\t', '|']));
        let lead = value.len() - value.trim_start().len();
        if let Some(cut) = wide.filter(|c| *c > lead).min() {
            value = &value[..cut];
        }
    }
    let lead = value.len() - value.trim_start().len();
    out.push(Field { name, kind, value: start + lead..start + value.len() });
}

/// The cells of a line: what stands between bars, tabs or two spaces and more.
fn cells(text: &str, line: &Range<usize>) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut cells = Vec::new();
    let mut start = line.start;
    let mut at = line.start;
    let push = |from: usize, to: usize, cells: &mut Vec<Range<usize>>| {
        let cell = text[from..to].trim();
        if !cell.is_empty() {
            let lead = text[from..to].len() - text[from..to].trim_start().len();
            cells.push(from + lead..from + lead + cell.len());
        }
    };
    while at < line.end {
        let wide = bytes[at] == b' ' && bytes.get(at + 1) == Some(&b' ');
        if wide || matches!(bytes[at], b'\t' | b'|') {
            push(start, at, &mut cells);
            start = at + 1;
        }
        at += 1;
    }
    push(start, line.end, &mut cells);
    cells
}

/// Gives the cells of a table's row the kinds of the headings above them.
fn row(
    line: usize,
    cells: &[Range<usize>],
    headings: &[(Range<usize>, &'static str, FieldKind)],
    page: &Page<'_>,
    out: &mut Vec<Field>,
) {
    let heading_line = headings.first().map_or(0, |(h, ..)| page.line_of(h.start).start);
    for (at, cell) in cells.iter().enumerate() {
        let heading = if cells.len() == headings.len() {
            headings.get(at)
        } else {
            let column = cell.start - line;
            let after = headings.partition_point(|(h, ..)| h.start - heading_line <= column + 1);
            after.checked_sub(1).and_then(|last| headings.get(last))
        };
        if let Some((_, name, kind)) = heading.filter(|(_, name, _)| !name.is_empty()) {
            out.push(Field { name, kind: *kind, value: cell.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&'static str, &str)> {
        Page::new(text, false).fields.iter().map(|f| (f.name, &text[f.value.clone()])).collect()
    }

    #[test]
    fn keys_of_the_lexicon_have_a_kind() {
        let lines = rows(include_str!("../data/fields.csv")).count();
        assert!(KEYS.len() > lines * 9 / 10, "{} of {lines} lines are keys", KEYS.len());
        for row in rows(include_str!("../data/fields.csv")) {
            let (_, kind) = row.rsplit_once(',').unwrap();
            assert!(kind_of(kind).is_some(), "{row}");
        }
    }

    #[test]
    fn fields_of_a_header() {
        let check = |text, expect: &[(&str, &str)]| assert_eq!(read(text), expect, "{text:?}");
        check("PATIENT: JOHN SMITH", &[("patient", "JOHN SMITH")]);
        check("FILE #: 12345", &[("file", "12345")]);
        check("MRN# 12345 DOB 5/5/1955", &[("mrn", "12345 DOB 5/5/1955")]);
        check(
            "MRN: 12345 DOB: 5/5/1955  Sex: M",
            &[("mrn", "12345"), ("dob", "5/5/1955"), ("sex", "M")],
        );
        check("D.O.B.: 5/5/1955", &[("dob", "5/5/1955")]);
        check("Name (Last, First): Smith, John", &[("name", "Smith, John")]);
        check("Patient Name:\nJohn Smith\n", &[("patient name", "John Smith")]);
        check("Patient Name:\nDOB: 1/1/1950", &[("dob", "1/1/1950")]);
        check("Seen at 12:30 for pain", &[]);
        check("the ratio: 4", &[]);
    }

    #[test]
    fn headers_of_fixed_width_and_tables() {
        let check = |text, expect: &[(&str, &str)]| assert_eq!(read(text), expect, "{text:?}");
        check("Patient Name      John Smith\n", &[("patient name", "John Smith")]);
        check(
            "Name          DOB         MRN\nJohn Smith    5/5/1955    12345\n",
            &[("name", "John Smith"), ("dob", "5/5/1955"), ("mrn", "12345")],
        );
        check(
            "| Name | MRN |\n| Roe, Jane | 77812 |\n\nplain  text",
            &[("name", "Roe, Jane"), ("mrn", "77812")],
        );
    }
}
