//! `anonymed text find`: lines of JSON or a folder of texts in, lines of spans or a corpus out.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_core::Finding;
use anonymed_engine::text::corpus::{Corpus, CorpusForm, CorpusWriter};
use anonymed_engine::text::{Explanation, TextEngine};
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::text::{Search, folder, policy};
use crate::console;
use crate::failure::Failure;

/// Which texts.
#[derive(Args)]
pub(crate) struct Find {
    /// A text or a folder of texts: plain text, PDF, docx, RTF, HTML, Markdown, XML of i2b2, BRAT. With
    /// `--jsonl` a file of lines, or stdin where none is named.
    #[arg(required_unless_present = "jsonl")]
    input: Option<PathBuf>,
    /// The input is lines of JSON, each `{"id": ..., "text": "..."}`.
    #[arg(long)]
    jsonl: bool,
    /// Write texts and findings as a corpus into the folder `--out`, and not as lines.
    #[arg(long, value_enum, requires = "out", conflicts_with_all = ["offsets", "explain"])]
    to: Option<FormName>,
    /// A new folder for `--to`.
    #[arg(long, value_name = "FOLDER", requires = "to")]
    out: Option<PathBuf>,
    /// What offsets count.
    #[arg(long, value_enum, default_value_t = Offsets::Codepoints)]
    offsets: Offsets,
    /// The policy: its lists and recognizers.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    search: Search,
}

/// What offsets count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Offsets {
    /// Unicode code points, as Python does.
    Codepoints,
    /// Bytes of UTF-8.
    Bytes,
    /// Units of UTF-16, as JavaScript and Java do.
    Utf16,
}

/// A form of corpora.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormName {
    /// The XML of i2b2 and n2c2 2014, a file for each text.
    I2b2,
    /// A `.txt` and an `.ann` file for each text.
    Brat,
}

#[derive(Deserialize)]
struct Line {
    id: serde_json::Value,
    text: String,
}

#[derive(Serialize)]
struct Found<'a> {
    id: &'a serde_json::Value,
    spans: Vec<Span>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explained>,
}

/// A finding as it is written.
#[derive(Serialize)]
pub(crate) struct Span {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    entity: &'static str,
    score: f32,
    recognizer: &'static str,
}

impl Span {
    pub(crate) fn new(finding: &Finding, place: &Place<'_>) -> Self {
        Self {
            start: place.of(finding.span.start),
            end: place.of(finding.span.end),
            entity: finding.entity.as_str(),
            // Two decimals say all there is to say of a score.
            score: (finding.score.value() * 100.0).round() / 100.0,
            recognizer: finding.recognizer,
        }
    }
}

/// How findings came about.
#[derive(Serialize)]
pub(crate) struct Explained {
    findings: Vec<Why>,
    dropped: Vec<Dropped>,
}

#[derive(Serialize)]
struct Why {
    #[serde(flatten)]
    span: Span,
    /// What decided between those heard: `alone`, `score`, `length`, `united`, `rest`.
    decided: &'static str,
    heard: Vec<Span>,
}

#[derive(Serialize)]
struct Dropped {
    #[serde(flatten)]
    span: Span,
    /// `too-unsure` or `allowed`.
    reason: &'static str,
}

impl Explained {
    pub(crate) fn new(explanation: &Explanation, place: &Place<'_>) -> Self {
        let span = |finding: &Finding| Span::new(finding, place);
        Self {
            findings: explanation
                .findings
                .iter()
                .map(|why| Why {
                    span: span(&why.finding),
                    decided: why.decided.as_str(),
                    heard: why.heard.iter().map(span).collect(),
                })
                .collect(),
            dropped: explanation
                .dropped
                .iter()
                .map(|(finding, reason)| Dropped { span: span(finding), reason: reason.as_str() })
                .collect(),
        }
    }
}

/// Bytes of a text as the offsets somebody asked for.
pub(crate) struct Place<'t> {
    text: &'t str,
    offsets: Offsets,
    /// The count before every [`STRIDE`]th byte.
    before: Vec<usize>,
}

/// Bytes between two counts that are kept.
const STRIDE: usize = 256;

impl<'t> Place<'t> {
    pub(crate) fn new(text: &'t str, offsets: Offsets) -> Self {
        let mut before = Vec::new();
        if offsets != Offsets::Bytes && !text.is_ascii() {
            let mut count = 0;
            for (at, byte) in text.bytes().enumerate() {
                if at % STRIDE == 0 {
                    before.push(count);
                }
                count += units(byte, offsets);
            }
            before.push(count);
        }
        Self { text, offsets, before }
    }

    /// The offset of a byte that a sign begins at, or of the end.
    pub(crate) fn of(&self, byte: usize) -> usize {
        match self.before.get(byte / STRIDE) {
            None => byte,
            Some(before) => {
                let rest = &self.text.as_bytes()[byte / STRIDE * STRIDE..byte];
                before + rest.iter().map(|b| units(*b, self.offsets)).sum::<usize>()
            }
        }
    }
}

/// What a byte of UTF-8 counts: the first of a sign counts for all of it.
fn units(byte: u8, offsets: Offsets) -> usize {
    match byte {
        0x80..=0xbf => 0,
        0xf0.. if offsets == Offsets::Utf16 => 2,
        _ => 1,
    }
}

/// Texts that are worked on at a time, and bytes of them.
const TEXTS: usize = 512;
const BYTES: usize = 8 << 20;
/// Longest line.
const LINE_MOST: u64 = 64 << 20;

/// Runs the command.
pub(crate) fn run(args: &Find) -> Result<ExitCode, Failure> {
    // Finding needs no keys: whatever a policy says of replacing is not asked for.
    let policy = args.search.over(policy(args.policy.as_deref(), false)?)?;
    let engine = TextEngine::to_find(&policy, folder(args.policy.as_deref()))?;
    let mut texts = Texts::open(args)?;
    match (args.to, &args.out) {
        (Some(form), Some(folder)) => {
            let form = match form {
                FormName::I2b2 => CorpusForm::I2b2,
                FormName::Brat => CorpusForm::Brat,
            };
            into_corpus(&engine, &mut texts, CorpusWriter::new(folder, form)?)?;
        }
        _ => as_lines(&engine, &mut texts, args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn as_lines(engine: &TextEngine, texts: &mut Texts, args: &Find) -> Result<(), Failure> {
    let mut out = console::Data::out();
    let written = |e| Failure::Io("standard output cannot be written", e);
    loop {
        let some = texts.some()?;
        if some.is_empty() {
            return out.flush().map_err(written);
        }
        let found: Vec<String> =
            some.par_iter().map(|line| found(engine, line, args)).collect::<Result<_, _>>()?;
        for line in found {
            out.write_all(line.as_bytes()).map_err(written)?;
        }
    }
}

fn into_corpus(
    engine: &TextEngine,
    texts: &mut Texts,
    mut writer: CorpusWriter,
) -> Result<(), Failure> {
    loop {
        let some = texts.some()?;
        if some.is_empty() {
            break;
        }
        let found: Vec<Vec<Finding>> =
            some.par_iter().map(|line| engine.find(&line.text)).collect::<Result<_, _>>()?;
        for (line, findings) in some.iter().zip(found) {
            let id = line.id.as_str().map_or_else(|| line.id.to_string(), str::to_owned);
            writer.write(&id, &line.text, &findings)?;
        }
    }
    if writer.left_out > 0 {
        console::say(&format!("{} findings are of types that the form has not", writer.left_out));
    }
    Ok(())
}

fn found(engine: &TextEngine, line: &Line, args: &Find) -> Result<String, Failure> {
    let place = Place::new(&line.text, args.offsets);
    let (spans, explanation) = if args.search.explain {
        let explanation = engine.explain(&line.text)?;
        let spans = explanation.findings.iter().map(|f| Span::new(&f.finding, &place)).collect();
        (spans, Some(Explained::new(&explanation, &place)))
    } else {
        (engine.find(&line.text)?.iter().map(|f| Span::new(f, &place)).collect(), None)
    };
    let mut text = serde_json::to_string(&Found { id: &line.id, spans, explanation })
        .map_err(|e| Failure::Io("standard output cannot be written", std::io::Error::other(e)))?;
    text.push('\n');
    Ok(text)
}

/// The texts of the input.
enum Texts {
    Lines(Lines<Box<dyn Read>>),
    Corpus(Corpus),
}

impl Texts {
    fn open(args: &Find) -> Result<Self, Failure> {
        let input: Box<dyn Read> = match &args.input {
            Some(path) if !args.jsonl => return Ok(Self::Corpus(Corpus::open(path)?)),
            Some(path) => Box::new(
                fs_err::File::open(path).map_err(|e| Failure::Io("the texts cannot be read", e))?,
            ),
            None => Box::new(std::io::stdin().lock()),
        };
        Ok(Self::Lines(Lines { input: BufReader::with_capacity(1 << 20, input), number: 0 }))
    }

    /// The next texts; none at the end.
    fn some(&mut self) -> Result<Vec<Line>, Failure> {
        let mut some: Vec<Line> = Vec::new();
        let mut bytes = 0;
        while some.len() < TEXTS && bytes < BYTES {
            let next = match self {
                Self::Lines(lines) => lines.next()?,
                Self::Corpus(corpus) => {
                    corpus.next_text()?.map(|text| Line { id: text.id.into(), text: text.text })
                }
            };
            let Some(line) = next else { break };
            bytes += line.text.len();
            some.push(line);
        }
        Ok(some)
    }
}

struct Lines<R> {
    input: BufReader<R>,
    number: u64,
}

impl<R: Read> Lines<R> {
    fn next(&mut self) -> Result<Option<Line>, Failure> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let got = (&mut self.input)
                .take(LINE_MOST + 1)
                .read_until(b'\n', &mut line)
                .map_err(|e| Failure::Io("the texts cannot be read", e))?;
            if got == 0 {
                return Ok(None);
            }
            self.number += 1;
            if got as u64 > LINE_MOST {
                return Err(self.broken("is longer than 64 MiB"));
            }
            if !line.trim_ascii().is_empty() {
                // What is wrong with it may hold a value; where it is does not.
                return serde_json::from_slice(&line).map(Some).map_err(|_| {
                    self.broken("is no JSON object with an `id` and a `text`, in UTF-8")
                });
            }
        }
    }

    fn broken(&self, why: &str) -> Failure {
        Failure::Usage(format!("line {} {why}", self.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_what_was_asked_for() {
        let check = |text: &str, byte: usize, expect: [usize; 3]| {
            let of = |offsets| Place::new(text, offsets).of(byte);
            let read = [of(Offsets::Codepoints), of(Offsets::Bytes), of(Offsets::Utf16)];
            assert_eq!(read, expect, "{text:?} {byte}");
        };
        check("abc", 2, [2, 2, 2]);
        check("é漢😀x", 0, [0, 0, 0]);
        check("é漢😀x", 5, [2, 5, 2]);
        check("é漢😀x", 9, [3, 9, 4]);
        check("é漢😀x", 10, [4, 10, 5]);
        let long = "😀é".repeat(300);
        for (count, (byte, _)) in long.char_indices().enumerate() {
            let utf16 = long[..byte].encode_utf16().count();
            check(&long, byte, [count, byte, utf16]);
        }
        check(&long, long.len(), [600, long.len(), 900]);
    }
}
