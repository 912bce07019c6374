//! What a delimited file is, from its first bytes: encoding, delimiter, header, decimal sign.
//!
//! A file is claimed only where its first lines agree on a number of fields; prose, JSON, XML and
//! HL7 messages are left to their own modalities. NUL bytes in text that is not UTF-16, and
//! control characters no text has, make the file unreadable, with the reason in the format.

use std::collections::BTreeMap;

use anonymed_core::Format;
use anonymed_core::sensitive::masked_shape;
use encoding_rs::Encoding;

use crate::csv_read::{Quoting, split_records};
use crate::{lexicon, values};

/// Delimiters tried, in order of preference where two explain a file equally well.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Lines looked at.
const LINES: usize = 200;

/// The detail names of a delimited file's [`Format`].
pub(crate) mod detail {
    pub(crate) const ENCODING: &str = "encoding";
    pub(crate) const DELIMITER: &str = "delimiter";
    pub(crate) const DECIMAL: &str = "decimal";
    pub(crate) const HEADER: &str = "header";
    pub(crate) const UNREADABLE: &str = "unreadable";
}

/// How a delimited file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) encoding: TextEncoding,
    pub(crate) delimiter: u8,
    pub(crate) has_header: bool,
    pub(crate) decimal_comma: bool,
}

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextEncoding {
    /// Only ASCII was seen; what follows decides between UTF-8 and Windows-1252.
    Ascii,
    /// A named one.
    Named(&'static Encoding),
}

impl TextEncoding {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Ascii => "ascii".into(),
            Self::Named(e) => e.name().to_ascii_lowercase(),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        if name == "ascii" {
            return Some(Self::Ascii);
        }
        Encoding::for_label(name.as_bytes()).map(Self::Named)
    }
}

impl Dialect {
    /// Reads what [`sniff`] wrote.
    pub(crate) fn from_format(format: &Format) -> Option<Self> {
        let get = |key: &str| format.details.get(key).map(String::as_str);
        Some(Self {
            encoding: TextEncoding::from_name(get(detail::ENCODING)?)?,
            delimiter: match get(detail::DELIMITER)? {
                "tab" => b'\t',
                other => *other.as_bytes().first()?,
            },
            has_header: get(detail::HEADER) != Some("absent"),
            decimal_comma: get(detail::DECIMAL) == Some(","),
        })
    }
}

/// Says whether bytes begin a delimited table.
pub(crate) fn sniff(head: &[u8], length: u64) -> Option<Format> {
    let whole = head.len() as u64 >= length;
    let (encoding, unreadable) = encoding(head);
    let mut unreadable = unreadable.map(str::to_owned);
    let mut text = match encoding {
        TextEncoding::Ascii => String::from_utf8_lossy(head).into_owned(),
        TextEncoding::Named(e) => e.decode(head).0.into_owned(),
    };
    if let Some(reason) = control_characters(&text) {
        unreadable = unreadable.or(Some(reason));
        text.retain(|c| c != '\0');
    }
    let text = text.trim_start_matches('\u{feff}');
    if belongs_elsewhere(text) {
        return None;
    }
    // Most texts are prose, and most of their first lines have none of the delimiters.
    let first = text.split(['\n', '\r']).find(|line| !line.is_empty()).unwrap_or_default();
    let may_split = |d: u8| first.contains(['"', char::from(d)]);
    // A quote that swallows the first lines does not make a table into prose.
    let quotings = if text.contains('"') { 2 } else { 1 };
    let quotings = &[Quoting::Cells, Quoting::Nothing][..quotings];
    let (delimiter, records) = DELIMITERS
        .iter()
        .filter(|d| may_split(**d))
        .filter_map(|d| {
            quotings.iter().find_map(|quoting| {
                let records = first_records(text, *d, whole, *quoting);
                agreement(&records, whole).map(|score| (score, *d, records))
            })
        })
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
        .map(|(_, d, records)| (d, records))?;
    let mut details = BTreeMap::new();
    details.insert(detail::ENCODING.into(), encoding.name());
    let name = if delimiter == b'\t' { "tab".into() } else { (delimiter as char).to_string() };
    details.insert(detail::DELIMITER.into(), name);
    let header = if has_header(&records) { "present" } else { "absent" };
    details.insert(detail::HEADER.into(), header.into());
    let decimal = if delimiter != b',' && decimal_comma(&records) { "," } else { "." };
    details.insert(detail::DECIMAL.into(), decimal.into());
    if let Some(reason) = unreadable {
        details.insert(detail::UNREADABLE.into(), reason);
    }
    let kind = if delimiter == b'\t' { "tsv" } else { "csv" };
    Some(Format { modality: "table".into(), kind: kind.into(), details })
}

/// The encoding, and why the bytes cannot be read where they cannot.
fn encoding(head: &[u8]) -> (TextEncoding, Option<&'static str>) {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return (TextEncoding::Named(encoding), None);
    }
    if let Some(utf16) = utf16_without_mark(head) {
        return (TextEncoding::Named(utf16), None);
    }
    if head.is_ascii() {
        return (TextEncoding::Ascii, None);
    }
    match std::str::from_utf8(head) {
        Ok(_) => return (TextEncoding::Named(encoding_rs::UTF_8), None),
        Err(e) if e.error_len().is_none() => {
            return (TextEncoding::Named(encoding_rs::UTF_8), None);
        }
        Err(_) => {}
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(head, true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Allow);
    let undefined = head.iter().filter(|b| matches!(b, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d)).count();
    let odd = guess == encoding_rs::WINDOWS_1252 && undefined * 100 > head.len();
    (
        TextEncoding::Named(guess),
        odd.then_some("the encoding is none that can be read: bytes that no text has"),
    )
}

/// UTF-16 without a byte order mark shows as zeros in every second byte.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    if pairs < 4 {
        return None;
    }
    let zeros = |offset: usize| {
        head[offset..].iter().step_by(2).take(pairs).filter(|b| **b == 0).count() as f64
            / pairs as f64
    };
    let (even, odd) = (zeros(0), zeros(1));
    if odd > 0.4 && even < 0.05 {
        Some(encoding_rs::UTF_16LE)
    } else if even > 0.4 && odd < 0.05 {
        Some(encoding_rs::UTF_16BE)
    } else {
        None
    }
}

fn control_characters(text: &str) -> Option<String> {
    if let Some(at) = text.find('\0') {
        let line = 1 + text[..at].matches('\n').count();
        return Some(format!(
            "the text holds a NUL byte in line {line}, which no text has; take it out, or write the file anew as UTF-8"
        ));
    }
    let controls =
        text.chars().filter(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n')).count();
    (controls * 200 > text.len())
        .then(|| "the text holds control characters that no text has".to_owned())
}

fn belongs_elsewhere(text: &str) -> bool {
    let start = text.trim_start();
    start.is_empty()
        || start.starts_with(['{', '<'])
        || (start.starts_with('[') && start[1..].trim_start().starts_with(['{', '[', ']']))
        || ["MSH|", "FHS|", "BHS|", "%PDF", "PK\u{3}\u{4}", "PAR1", "{\\rtf"]
            .iter()
            .any(|m| start.starts_with(m))
}

fn first_records(text: &str, delimiter: u8, whole: bool, quoting: Quoting) -> Vec<Vec<String>> {
    let mut records = split_records(text, delimiter, LINES + 1, quoting);
    if records.len() > LINES {
        records.truncate(LINES);
    } else if !whole && records.len() > 1 {
        records.pop();
    }
    records
}

/// How well a delimiter explains the first lines, 0 to 1 with a little for more columns; `None`
/// where it does not.
fn agreement(records: &[Vec<String>], whole: bool) -> Option<f64> {
    let header = records.first()?;
    let width = header.len();
    if !(2..=1 << 16).contains(&width) {
        return None;
    }
    if records.len() == 1 && !whole && header.iter().all(|h| lexicon::look_up(h).is_some()) {
        // The first row is longer than what is looked at.
        return Some(0.6);
    }
    if records.len() == 1 {
        return (width >= 3 && header.iter().all(|h| is_token(h))).then_some(0.6);
    }
    let same = records.iter().filter(|r| r.len() == width).count();
    if same < 2 {
        // A header that stands alone over ragged lines is still a table when it reads as one.
        return (width >= 3 && header.iter().all(|h| is_token(h))).then_some(0.3);
    }
    let share = same as f64 / records.len() as f64;
    let named = width > 2 || header.iter().all(|h| !h.trim().is_empty());
    let tokens = named && header.iter().all(|h| is_token(h));
    let enough = match (tokens, width) {
        (true, 3..) => 0.5,
        (true, _) => 0.7,
        (false, 3..) => 0.9,
        (false, _) => 0.95,
    };
    if share < enough || (!tokens && reads_as_prose(records)) {
        return None;
    }
    Some(share + (width.min(50) as f64) / 1000.0)
}

/// A header as people write them: short, no sentence.
fn is_token(header: &str) -> bool {
    let header = header.trim();
    header.len() <= 64
        && header.split_whitespace().count() <= 5
        && !header.ends_with(['.', ':', '!', '?', ','])
        && header.chars().next().is_none_or(|c| c.is_alphanumeric() || "_#[*\"'(".contains(c))
}

fn reads_as_prose(records: &[Vec<String>]) -> bool {
    let fields: Vec<&str> = records.iter().flatten().map(String::as_str).collect();
    let wordy = fields.iter().filter(|f| f.split_whitespace().count() > 6).count();
    let sentences = records
        .iter()
        .filter(|r| r.last().is_some_and(|f| f.trim_end().ends_with(['.', ':', '!'])))
        .count();
    wordy * 3 > fields.len() || sentences * 2 > records.len() || records.len() < 3
}

/// Whether the first record names the columns: none of it is a number, a date or the star that
/// hierarchies end in, and none of it comes again in its column.
fn has_header(records: &[Vec<String>]) -> bool {
    let Some((first, rest)) = records.split_first() else { return true };
    let filled: Vec<(usize, &str)> = first
        .iter()
        .enumerate()
        .map(|(n, v)| (n, v.trim()))
        .filter(|(_, v)| !v.is_empty())
        .collect();
    if filled.iter().any(|(_, v)| *v == "*" || *v == "?") {
        return false;
    }
    let valued = filled
        .iter()
        .filter(|(_, v)| values::is_number(v) || crate::cell_date::read(v).is_some())
        .count();
    if valued * 2 > filled.len() {
        return false;
    }
    if is_of_a_person(first, rest) {
        return false;
    }
    // A header line that comes again further down is no row of data.
    let again = filled
        .iter()
        .filter(|(n, v)| {
            let mut rows = rest.iter().filter(|r| *r != first);
            rows.any(|r| r.get(*n).is_some_and(|x| x.trim() == *v))
        })
        .count();
    // A cell that is a value of its own column names none, unless others of its row plainly do.
    let named = filled.iter().any(|(_, v)| lexicon::look_up(v).is_some());
    again == 0 || (named && again * 3 < filled.len()) || strays(first, rest)
}

/// Whether a first record names the columns although some of it comes again: all of it differs, what comes
/// again is the name of a kind of column and does so once, and nothing of it has the form of what is below.
fn strays(first: &[String], rest: &[Vec<String>]) -> bool {
    /// Of fewer cells none can be said to be out of place.
    const LEAST_BELOW: usize = 4;
    let cells: Vec<&str> = first.iter().map(|cell| cell.trim()).collect();
    let mut distinct = cells.clone();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < cells.len() || cells.iter().any(|cell| cell.is_empty()) {
        return false;
    }
    cells.iter().enumerate().all(|(n, cell)| {
        let below = below(n, rest);
        let again = below.iter().filter(|other| *other == cell).count();
        let numbered = cell.bytes().any(|b| b.is_ascii_digit());
        let shape = masked_shape(cell);
        let alike = below.iter().filter(|other| masked_shape(other) == shape).count();
        let stray = again == 1 && below.len() >= LEAST_BELOW && lexicon::look_up(cell).is_some();
        (again == 0 || stray) && !(numbered && alike * 2 > below.len())
    })
}

/// Whether a first row speaks of a person and so is data: a cell is written like the numbers below
/// it, is a name over a column of names, or is an address or number of a person's.
pub(crate) fn is_of_a_person(first: &[String], rest: &[Vec<String>]) -> bool {
    first.iter().map(|cell| cell.trim()).enumerate().filter(|(_, cell)| !cell.is_empty()).any(
        |(n, cell)| {
            let contact = [values::is_email, values::is_ssn, values::is_phone, values::is_ip];
            is_like_the_rest(cell, n, rest)
                || is_name_among_names(cell, n, rest)
                || contact.iter().any(|is| is(cell))
        },
    )
}

/// Whether a cell is a common name and most of those below it are.
fn is_name_among_names(value: &str, column: usize, rest: &[Vec<String>]) -> bool {
    values::is_name(value) && {
        let below = below(column, rest);
        let names = below.iter().filter(|cell| values::is_name(cell)).count();
        !below.is_empty() && names * 2 > below.len()
    }
}

/// The filled cells of a column.
fn below(column: usize, rest: &[Vec<String>]) -> Vec<&str> {
    let cells = rest.iter().filter_map(|record| record.get(column)).map(|cell| cell.trim());
    cells.filter(|cell| !cell.is_empty()).collect()
}

/// Whether a cell with three digits or more is written like most of those below it: a record number
/// at the head of a column is a person's, and not the column's name.
fn is_like_the_rest(value: &str, column: usize, rest: &[Vec<String>]) -> bool {
    if value.bytes().filter(u8::is_ascii_digit).count() < 3 {
        return false;
    }
    let shape = masked_shape(value);
    let below = below(column, rest);
    let alike = below.iter().filter(|cell| masked_shape(cell) == shape).count();
    !below.is_empty() && alike * 2 > below.len()
}

fn decimal_comma(records: &[Vec<String>]) -> bool {
    let width = records.first().map_or(0, Vec::len);
    (0..width).any(|n| {
        let values: Vec<&str> = records
            .iter()
            .skip(1)
            .filter_map(|r| r.get(n))
            .map(|v| v.trim())
            .filter(|v| !v.is_empty())
            .collect();
        let commas = values.iter().filter(|v| values::is_comma_decimal(v)).count();
        commas > 0
            && commas * 10
                >= values.len() * 8
                    - values.iter().filter(|v| values::is_number(v)).count().min(values.len()) * 8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<(String, String)> {
        sniff(text.as_bytes(), text.len() as u64)
            .map(|f| (f.details[detail::DELIMITER].clone(), f.details[detail::HEADER].clone()))
    }

    #[test]
    fn tables_are_claimed_and_prose_is_not() {
        let check = |text: &str, expect: Option<(&str, &str)>| {
            assert_eq!(
                kind(text),
                expect.map(|(d, h)| (d.into(), h.into())),
                "{}",
                text.lines().next().unwrap_or_default()
            );
        };
        check("mrn,name,zip\n1,A,02138\n2,B,02139\n", Some((",", "present")));
        check("id;wert\n1;2,5\n2;3,5\n", Some((";", "present")));
        check("a\tb\n1\t2\n", Some(("tab", "present")));
        check("a|b|c\n1|2|3\n", Some(("|", "present")));
        check("1;acute;*\n2;acute;*\n3;other;*\n", Some((";", "absent")));
        check("8812345,Roe,F\n8812346,Poe,M\n8812399,Doe,F\n", Some((",", "absent")));
        check("Roe,F,401-22-4811\nPoe,M,402-22-4812\n", Some((",", "absent")));
        check("city,country,2019\nKöln,DE,1.5\nBonn,DE,1.25\n", Some((",", "present")));
        // Names and contacts are nobody's header.
        check("Smith,John,Boston\nGarcia,Maria,Lynn\nMiller,Ann,Salem\n", Some((",", "absent")));
        check("Quux,Zed,Boston\nQuay,Zoë,Boston\nQuist,Zack,Lynn\n", Some((",", "absent")));
        check("a@b.org,x,y\nc@d.org,z,w\n", Some((",", "absent")));
        check("Mark,Ward,April\n1.5,3B,7\n2.5,4A,9\n", Some((",", "present")));
        check("surname,forename,city\nSmith,John,Boston\n", Some((",", "present")));
        check("Nachname,Vorname,Ort\nSmith,John,Lynn\nMiller,Ann,Salem\n", Some((",", "present")));
        check("x,y,z\nSmith,John,Boston\nx,y,z\nMiller,Ann,Salem\n", Some((",", "present")));
        // A header's word in one cell below it.
        check("sex,place\nsex,ulm\nfemale,bonn\nmale,bonn\nfemale,ulm\n", Some((",", "present")));
        check("sex,place\nsex,ulm\nfemale,bonn\nsex,bonn\nmale,ulm\n", Some((",", "absent")));
        check("sex,p1\nsex,p2\nfemale,p3\nmale,p4\nmale,p5\n", Some((",", "absent")));
        check("ulm,north\nulm,south\nbonn,east\nkiel,west\njena,mid\n", Some((",", "absent")));
        check("Male;*\nFemale;*\n", Some((";", "absent")));
        check("a,b,c\n", Some((",", "present")));
        check("a,b,c\n1,2\n1,2,3,4\n5,6,7\n", Some((",", "present")));
        check("", None);
        check("{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":2}\n", None);
        check("[{\"a\":1},{\"b\":2}]", None);
        check("<a>,b\n<c>,d\n", None);
        check("MSH|^~\\&|A|B\nPID|1||3|4\n", None);
        check("Dear Ms Smith,\nThank you for seeing this man, who fell.\n", None);
        check("PATIENT: JOHN SMITH\nDOB: 5/5/1955\nFILE #: 12345\n", None);
        check("word\nother\nthird\n", None);
        check(
            "He was seen today, and is well.\nShe was told, and agreed.\nThey left, in good time.\n",
            None,
        );
    }

    #[test]
    fn encodings_are_told_apart() {
        let check = |bytes: &[u8], expect: &str| {
            let format = sniff(bytes, bytes.len() as u64).expect("a table");
            assert_eq!(format.details[detail::ENCODING], expect);
            assert!(!format.details.contains_key(detail::UNREADABLE));
        };
        let text = "id,name,city\n1,José,Zürich\n2,Ána,Köln\n";
        check(text.as_bytes(), "utf-8");
        check(&[b"\xef\xbb\xbf", text.as_bytes()].concat(), "utf-8");
        check(b"a,b\n1,2\n", "ascii");
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&utf16, "utf-16le");
        check(&[&b"\xff\xfe"[..], &utf16].concat(), "utf-16le");
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        check(&utf16, "utf-16be");
        check(&encoding_rs::WINDOWS_1252.encode(text).0, "windows-1252");
    }

    #[test]
    fn nul_bytes_are_unreadable_with_a_reason() {
        let format = sniff(b"id,name\n1,A\0B\n2,C\n", 18).expect("claimed");
        let told = &format.details[detail::UNREADABLE];
        assert!(told.starts_with("the text holds a NUL byte in line 2,"), "{told}");
    }

    #[test]
    fn decimal_commas_are_seen() {
        let text = "id;value;unit\n1;2,5;kg\n2;13;kg\n3;7,25;kg\n";
        let format = sniff(text.as_bytes(), text.len() as u64).expect("a table");
        assert_eq!(format.details[detail::DECIMAL], ",");
    }
}
