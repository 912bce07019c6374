//! FHIR R4 in JSON: one resource or bundle, or one resource a line (NDJSON, as bulk exports are).
//!
//! Resources are written one by one with the rules of the policy's profile
//! (`crates/hl7/src/profile`). A line that cannot be read, a resource whose patient is not known,
//! and a resource with an unknown modifier extension are held back with their place; the rest of
//! the file goes on. Batches of lines and the entries of a bundle run in parallel, and the output
//! keeps the order of the input.

mod ages;
mod attachment;
mod bundle;
mod codings;
mod dates;
mod inspect;
mod lines;
mod narrative;
mod output;
mod owner;
mod reference;
mod sniff;
mod tokens;
mod values;
mod walk;

use std::io::{Read, Write};

use anonymed_core::{
    CancelToken, Context, Document, Format, InspectSink, Layout, Modality, ModalityError, Place,
    QuarantinedRecord, Transformed,
};
use rayon::prelude::*;

use crate::json::{Json, JsonError, Limits, parse};
use crate::profile::Plan;
use lines::{Line, Lines};
use reference::Entries;
use walk::{Job, Outcome, Stop, Walker};

/// The largest document that is not one resource a line, 64 MiB: it is held whole.
const LARGEST: u64 = 64 << 20;
/// Lines a worker takes at once.
const GRAIN: usize = 32;

/// The FHIR modality.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fhir;

impl Modality for Fhir {
    fn name(&self) -> &'static str {
        "fhir"
    }

    fn sniff(&self, head: &[u8], length: u64) -> Option<Format> {
        sniff::sniff(head, length)
    }

    fn inspect(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        sink: &mut dyn InspectSink,
    ) -> Result<(), ModalityError> {
        let mut fields = inspect::Fields::default();
        if is_lines(document, format)? {
            let mut lines = Lines::new(&mut *document.data);
            inspect_lines(&mut lines, &mut fields, sink)?;
        } else {
            let text = whole_document(document)?;
            match parse_document(&text)? {
                Some(json) => {
                    let report = inspect::document(&json, 1);
                    report.give(&mut fields, sink);
                }
                None => inspect_lines(&mut Lines::new(text.as_bytes()), &mut fields, sink)?,
            }
        }
        fields.give(sink);
        Ok(())
    }

    fn transform(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        context: &Context<'_>,
        out: &mut dyn Write,
    ) -> Result<Transformed, ModalityError> {
        let plan = Plan::new(context.policy)?;
        let mut writer = Writer { out, done: Transformed::default(), offset: 0, line: 0 };
        if is_lines(document, format)? {
            let mut lines = Lines::new(&mut *document.data);
            transform_lines(&mut lines, &plan, context, &mut writer)?;
        } else {
            let text = whole_document(document)?;
            match parse_document(&text)? {
                Some(json) => writer.write(one(&json, &plan, context, 1)?)?,
                None => {
                    let mut lines = Lines::new(text.as_bytes());
                    transform_lines(&mut lines, &plan, context, &mut writer)?;
                }
            }
        }
        writer.out.flush().map_err(|e| ModalityError::Write(e.kind()))?;
        Ok(writer.done)
    }
}

struct Writer<'o> {
    out: &'o mut dyn Write,
    done: Transformed,
    offset: u64,
    /// The last line of the input that was written or passed over.
    line: u64,
}

impl Writer<'_> {
    /// Writes what came of a line, and notes where nothing did.
    fn write_line(&mut self, number: u64, outcome: Outcome) -> Result<(), ModalityError> {
        let before = self.offset;
        self.done.unwritten_lines.extend(self.line + 1..number);
        self.write(outcome)?;
        if self.offset == before {
            self.done.unwritten_lines.push(number);
        }
        self.line = number;
        Ok(())
    }

    /// Writes what came of a record, with a line feed after it.
    fn write(&mut self, outcome: Outcome) -> Result<(), ModalityError> {
        self.done.quarantined.extend(outcome.quarantined);
        self.done.records_in += outcome.records_in;
        self.done.records_out += outcome.records_out;
        let mut bytes = outcome.out.into_transformed(&mut self.done, self.offset);
        if !bytes.is_empty() {
            bytes.push(b'\n');
        }
        self.offset += bytes.len() as u64;
        self.out.write_all(&bytes).map_err(|e| ModalityError::Write(e.kind()))
    }
}

fn transform_lines<R: Read>(
    lines: &mut Lines<R>,
    plan: &Plan,
    context: &Context<'_>,
    writer: &mut Writer<'_>,
) -> Result<(), ModalityError> {
    writer.done.layout = Layout::Lines;
    loop {
        let batch = lines.batch(context.cancel)?;
        if batch.is_empty() {
            return Ok(());
        }
        let outcomes: Vec<Result<Outcome, ModalityError>> = batch
            .par_iter()
            .with_min_len(GRAIN)
            .map(|line| match resource_of(line) {
                Ok(json) => one(&json, plan, context, line.number),
                Err(record) => {
                    let mut outcome = Outcome::new();
                    outcome.records_in = 1;
                    outcome.quarantined.push(record);
                    Ok(outcome)
                }
            })
            .collect();
        for (line, outcome) in batch.iter().zip(outcomes) {
            writer.write_line(line.number, outcome?)?;
        }
    }
}

fn inspect_lines<R: Read>(
    lines: &mut Lines<R>,
    fields: &mut inspect::Fields,
    sink: &mut dyn InspectSink,
) -> Result<(), ModalityError> {
    loop {
        let batch = lines.batch(&CancelToken::default())?;
        if batch.is_empty() {
            return Ok(());
        }
        let reports: Vec<inspect::Report> = batch
            .par_chunks(GRAIN)
            .map(|chunk| {
                let mut report = inspect::Report::default();
                for line in chunk {
                    match resource_of(line) {
                        Ok(json) => report.document(&json, line.number),
                        Err(record) => report.reject(record),
                    }
                }
                report
            })
            .collect();
        for report in reports {
            report.give(fields, sink);
        }
    }
}

/// Whether a document is read line by line. A bundle that goes on after the first bytes looks like a
/// document of its own; where the file is too large for one, its first line decides.
fn is_lines(document: &mut Document<'_>, format: &Format) -> Result<bool, ModalityError> {
    if format.kind == "ndjson" || document.length <= LARGEST {
        return Ok(format.kind == "ndjson");
    }
    let first = Lines::new(&mut *document.data).first()?;
    document.data.rewind().map_err(|e| ModalityError::Read(e.kind()))?;
    Ok(first.is_some_and(|line| resource_of(&line).is_ok()))
}

/// Reads the resource of a line.
fn resource_of(line: &Line) -> Result<Json<'_>, QuarantinedRecord> {
    let reject = |reason: String| QuarantinedRecord {
        place: Place::Element { line: line.number, path: "Resource".to_owned() },
        reason,
    };
    let Some(bytes) = &line.text else {
        return Err(reject(format!(
            "the line is longer than the limit of {} MiB",
            lines::LONGEST >> 20
        )));
    };
    let text = std::str::from_utf8(bytes).map_err(|_| reject("not UTF-8".to_owned()))?;
    let json = parse(text, Limits::default())
        .map_err(|e| reject(format!("malformed JSON: {}", e.reason)))?;
    if !text[json.end()..].trim_ascii().is_empty() {
        return Err(reject("malformed JSON: more than one value in the line".to_owned()));
    }
    Ok(json)
}

fn malformed(reason: &str) -> ModalityError {
    ModalityError::Malformed { reason: reason.to_owned(), place: Place::Whole }
}

/// Reads a document that is not one resource a line.
fn whole_document(document: &mut Document<'_>) -> Result<String, ModalityError> {
    let over = || ModalityError::Limit {
        what: "the length of a JSON document",
        limit: format!("{} MiB; write it as NDJSON, one resource a line", LARGEST >> 20),
    };
    if document.length > LARGEST {
        return Err(over());
    }
    let mut bytes = Vec::with_capacity(document.length as usize);
    document
        .data
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| ModalityError::Read(e.kind()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(over());
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|_| malformed("not UTF-8"))
}

/// Parses a document; `None` where it turns out to be one resource a line.
fn parse_document(text: &str) -> Result<Option<Json<'_>>, ModalityError> {
    let describe = |e: JsonError| match e.reason {
        "too many values" => ModalityError::Limit {
            what: "the number of values in a JSON document",
            limit: format!("{}; write it as NDJSON, one resource a line", Limits::default().nodes),
        },
        _ => malformed(&format!("malformed JSON: {e}")),
    };
    let json = parse(text, Limits::default()).map_err(describe)?;
    let rest = &text[json.end()..];
    if rest.trim_ascii().is_empty() {
        return Ok(Some(json));
    }
    if rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n')
        && rest.trim_ascii_start().starts_with('{')
    {
        return Ok(None);
    }
    Err(malformed("malformed JSON: something follows the document"))
}

/// Writes one document: a resource or a bundle.
fn one(
    json: &Json<'_>,
    plan: &Plan,
    context: &Context<'_>,
    line: u64,
) -> Result<Outcome, ModalityError> {
    let mut entries = Entries::default();
    if json.member_text(json.root(), "resourceType").is_some_and(|t| t == "Bundle") {
        reference::collect_entries(json, json.root(), &mut entries);
    }
    let job = Job { json, plan, context, entries: &entries, line };
    let mut walker = Walker::new(&job);
    match walker.resource(json.root(), None) {
        Ok(_) => Ok(walker.outcome),
        Err(Stop::Fatal(error)) => Err(error),
        Err(Stop::Quarantine { reason, at }) => {
            let mut outcome = Outcome::new();
            outcome.records_in = walker.outcome.records_in.max(1);
            outcome.hold(line, at, reason);
            Ok(outcome)
        }
    }
}
