//! Judges FHIR: each planted element in the record that came of its line.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use anonymed_core::Place;
use anonymed_core::policy::TimeMode;
use data_encoding::BASE64;
use serde_json::Value;

use super::note::{Texts, located, text};
use super::table::date_is_left;
use super::tally::{Fate, PlaceKind};
use super::truth::{At, Planted};
use super::words::{holds, is_number, masked, squeezed, tokens};
use super::{File, Findings, Stage};
use crate::EngineError;
use crate::staging::Output;
use crate::verify::json::{Json, Kind};

/// Judges a FHIR file. The file is held in memory before and after.
pub(super) fn judge(
    stage: &Stage,
    file: &File<'_>,
    output: &Output,
    found: &mut Findings,
) -> Result<(), EngineError> {
    let bytes =
        fs_err::read(stage.input(file.entry)).map_err(EngineError::io("a FHIR file", "read"))?;
    let released = stage.read(output)?;
    let written = stage.written(output)?;
    let whole = output.form == "json";
    let input = records(&bytes, whole);
    let after = records(&released, whole);
    let held: HashSet<u64> = output
        .transformed
        .quarantined
        .iter()
        .filter_map(|q| match &q.place {
            Place::Element { line, path } if !path.starts_with("Bundle.entry[") => Some(*line),
            _ => None,
        })
        .collect();
    let kept: Vec<&(u64, Range<usize>)> =
        input.iter().filter(|(line, _)| !held.contains(line)).collect();
    if kept.len() != after.len() && !after.is_empty() {
        return Err(EngineError::Integrity(
            "a released FHIR file does not have the lines its record says".into(),
        ));
    }
    let of_line: BTreeMap<u64, (&[u8], Range<usize>)> = kept
        .iter()
        .zip(&after)
        .map(|((line, before), (_, now))| (*line, (&bytes[before.clone()], now.clone())))
        .collect();
    for (line, planted) in by_line(file.planted) {
        let Some((before, now)) = of_line.get(&line) else {
            for planted in planted {
                found.add(kind_of(planted), Fate::Withheld, planted, file);
            }
            continue;
        };
        let spans: Vec<Range<usize>> = inside(&written, now);
        let subject = planted.iter().find_map(|p| p.line.subject.as_deref());
        if let Some(subject) = subject.filter(|_| whole) {
            bundle_codes(&released, &mut |code| found.seen.code("fhir", subject, code));
        }
        let before = Strings::read(before, &[])?;
        let now = Strings::read(&released[now.clone()], &spans)?;
        let pair = Pair { stage, file, before, now, bundle: whole };
        pair.judge(&planted, found);
    }
    Ok(())
}

/// Lines that are not blank, by number and bytes; one for a whole document.
fn records(bytes: &[u8], whole: bool) -> Vec<(u64, Range<usize>)> {
    let mut out = Vec::new();
    if whole {
        if !bytes.trim_ascii().is_empty() {
            out.push((1, 0..bytes.len()));
        }
        return out;
    }
    let mut start = 0;
    for (n, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        if !line.trim_ascii().is_empty() {
            out.push((n as u64 + 1, start..start + line.len()));
        }
        start += line.len();
    }
    out
}

fn by_line<'p>(planted: &[&'p Planted]) -> BTreeMap<u64, Vec<&'p Planted>> {
    let mut lines: BTreeMap<u64, Vec<&Planted>> = BTreeMap::new();
    for planted in planted {
        if let At::Element { line, .. } = planted.at {
            lines.entry(line).or_default().push(planted);
        }
    }
    lines
}

/// Spans inside a record, counted from its start.
fn inside(written: &[Range<usize>], record: &Range<usize>) -> Vec<Range<usize>> {
    let from = written.partition_point(|s| s.end <= record.start);
    written[from..]
        .iter()
        .take_while(|s| s.start < record.end)
        .map(|s| s.start.saturating_sub(record.start)..s.end - record.start)
        .collect()
}

/// The kind of a planted element.
pub(super) fn kind_of(planted: &Planted) -> PlaceKind {
    match &planted.at {
        At::Element { path, .. } if path.ends_with(".div") => PlaceKind::FhirNarrative,
        At::Element { path, .. } if path.ends_with("ttachment.data") => PlaceKind::FhirAttachment,
        _ => PlaceKind::FhirElement,
    }
}

/// A path below its resource, without indices: `name.family`.
fn plain_path(path: &str) -> String {
    let mut parts = path.split('.');
    parts.next();
    let parts: Vec<&str> = parts.map(|p| p.split('[').next().unwrap_or(p)).collect();
    parts.join(".")
}

/// The strings of a record by path, in order.
struct Strings(BTreeMap<String, Vec<Text>>);

struct Text {
    text: String,
    spans: Vec<Range<usize>>,
    masked: String,
}

impl Strings {
    fn read(bytes: &[u8], spans: &[Range<usize>]) -> Result<Self, EngineError> {
        let unreadable = || EngineError::Integrity("a FHIR record is no JSON".into());
        let json = Json::read(bytes).map_err(|_| unreadable())?;
        let mut strings: BTreeMap<String, Vec<Text>> = BTreeMap::new();
        for (n, node) in json.nodes.iter().enumerate().filter(|(_, n)| n.kind == Kind::String) {
            let whole = node.span();
            let (text, offsets) = json.string_at(n);
            let spans: Vec<Range<usize>> = spans
                .iter()
                .filter(|s| s.start < whole.end && s.end > whole.start)
                .map(|s| {
                    let end = if s.end >= whole.end { text.len() } else { offsets.made(s.end) };
                    offsets.made(s.start.max(whole.start))..end
                })
                .collect();
            let masked = masked(&text, &spans);
            let text = Text { text: text.into_owned(), spans, masked };
            strings.entry(json.path(n, 0)).or_default().push(text);
        }
        Ok(Self(strings))
    }

    fn at(&self, path: &str) -> &[Text] {
        self.0.get(path).map_or(&[], Vec::as_slice)
    }

    fn all(&self) -> impl Iterator<Item = &Text> {
        self.0.values().flatten()
    }
}

/// A record before and after.
struct Pair<'a> {
    stage: &'a Stage,
    file: &'a File<'a>,
    before: Strings,
    now: Strings,
    bundle: bool,
}

impl Pair<'_> {
    fn judge(&self, planted: &[&Planted], found: &mut Findings) {
        self.code(planted, found);
        let mut attached: BTreeMap<&str, Vec<&Planted>> = BTreeMap::new();
        for planted in planted {
            let At::Element { path, .. } = &planted.at else { continue };
            match kind_of(planted) {
                PlaceKind::FhirAttachment => attached.entry(path).or_default().push(planted),
                kind => {
                    let fate = if self.is_left(planted, path) { Fate::Left } else { Fate::Gone };
                    found.add(kind, fate, planted, self.file);
                    self.dates(planted, path, found);
                }
            }
        }
        for (path, planted) in attached {
            self.attachment(path, &planted, found);
        }
    }

    fn is_left(&self, planted: &Planted, path: &str) -> bool {
        let (value, place) = (planted.line.value.as_str(), plain_path(path));
        let here = self.now.at(&place);
        if planted.is_date() {
            let mode = self.stage.mode;
            return match mode {
                TimeMode::Keep => false,
                TimeMode::Year if !place.ends_with("div") => {
                    here.iter().any(|t| date_is_left(value, &t.text, mode))
                }
                _ => {
                    here.iter().any(|t| holds(&unescaped(&t.masked), value))
                        || self.unmoved(planted, here)
                }
            };
        }
        let number = value.chars().any(|c| c.is_ascii_digit());
        let same = |t: &Text| number && squeezed(&t.text) == squeezed(value);
        let telling = is_number(value) || tokens(value).len() > 1;
        here.iter().any(|t| holds(&unescaped(&t.masked), value) || same(t))
            || (telling && self.now.all().any(|t| holds(&unescaped(&t.masked), value)))
    }

    /// Whether the one date at a place is the one that was there.
    fn unmoved(&self, planted: &Planted, here: &[Text]) -> bool {
        match here {
            [only] if !self.bundle => {
                only.text.len() < 40
                    && date_is_left(&planted.line.value, &only.text, self.stage.mode)
            }
            _ => false,
        }
    }

    /// Compares a date with the one at its place, where there is but one.
    fn dates(&self, planted: &Planted, path: &str, found: &mut Findings) {
        if !planted.is_date() || self.stage.mode != TimeMode::Shift {
            return;
        }
        let place = plain_path(path);
        if let ([before], [after], Some(subject)) =
            (self.before.at(&place), self.now.at(&place), &planted.line.subject)
        {
            found.seen.dates("fhir", subject, &before.text, &after.text);
        }
    }

    /// The patient's code, as the record has it.
    fn code(&self, planted: &[&Planted], found: &mut Findings) {
        let Some(subject) = planted.iter().find_map(|p| p.line.subject.as_deref()) else { return };
        let kind = self.now.at("resourceType").first().map(|t| t.text.as_str());
        if kind == Some("Patient") {
            for id in self.now.at("id") {
                found.seen.code("fhir", subject, &id.text);
            }
            return;
        }
        for place in ["subject.reference", "patient.reference", "beneficiary.reference"] {
            for reference in self.now.at(place) {
                if let Some(code) = reference.text.strip_prefix("Patient/") {
                    found.seen.code("fhir", subject, code);
                }
            }
        }
    }

    fn attachment(&self, path: &str, planted: &[&Planted], found: &mut Findings) {
        let place = plain_path(path);
        let (before, now) = (self.before.at(&place), self.now.at(&place));
        let decoded: Vec<(String, Vec<Range<usize>>)> = now.iter().filter_map(decode).collect();
        // Of several attachments at a path, the input's is the one that holds the values in order.
        let chosen = before.iter().enumerate().find_map(|(n, data)| {
            let (text, _) = decode(data)?;
            let at = located(&text, planted)?;
            Some((n, text, at))
        });
        let kind = PlaceKind::FhirAttachment;
        match chosen {
            Some((n, input, at)) if before.len() == decoded.len() => {
                let (output, written) = &decoded[n];
                let texts = Texts { input: &input, output, written };
                text(self.stage, &texts, kind, &at, self.file, found);
            }
            _ => {
                for planted in planted {
                    let value = &planted.line.value;
                    let left = decoded.iter().any(|(text, w)| holds(&masked(text, w), value));
                    let fate = if left { Fate::Left } else { Fate::Gone };
                    found.add(kind, fate, planted, self.file);
                }
            }
        }
    }
}

/// The text of an attachment and what we wrote in it. Base64 hides where in three bytes a span
/// ends, so a span may be up to two bytes longer on each side.
fn decode(data: &Text) -> Option<(String, Vec<Range<usize>>)> {
    let text = String::from_utf8(BASE64.decode(data.text.as_bytes()).ok()?).ok()?;
    let spans = data
        .spans
        .iter()
        .map(|s| {
            let end = super::words::ceil(&text, s.end.div_ceil(4) * 3);
            super::words::floor(&text, s.start / 4 * 3)..end
        })
        .collect();
    Some((text, spans))
}

/// XHTML's own escapes undone.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    ["&lt;<", "&gt;>", "&quot;\"", "&apos;'", "&#39;'", "&amp;&"].iter().fold(
        text.to_owned(),
        |text, pair| {
            let (escape, plain) = pair.split_at(pair.len() - 1);
            text.replace(escape, plain)
        },
    )
}

/// The codes of patients in a bundle.
fn bundle_codes(bundle: &[u8], code: &mut dyn FnMut(&str)) {
    let bundle: Value = serde_json::from_slice(bundle).unwrap_or_default();
    for entry in bundle["entry"].as_array().into_iter().flatten() {
        if entry["resource"]["resourceType"] == "Patient"
            && let Some(id) = entry["resource"]["id"].as_str()
        {
            code(id);
        }
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "one span is what is meant")]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_resource_and_indices() {
        assert_eq!(plain_path("Patient.name[0].family"), "name.family");
        assert_eq!(plain_path("Bundle.entry[2].resource.id"), "entry.resource.id");
        assert_eq!(unescaped("O&apos;Brien &amp; Co"), "O'Brien & Co");
    }

    #[test]
    fn strings_know_what_was_written() {
        let json = r#"{"id":"abc","name":[{"family":"Mil\"ler"}]}"#;
        let start = json.find("Mil").unwrap();
        let strings = Strings::read(json.as_bytes(), &[start..start + 8]).unwrap();
        assert_eq!(strings.at("name.family")[0].masked.chars().count(), 1);
        assert_eq!(strings.at("id")[0].masked, "abc");
    }
}
