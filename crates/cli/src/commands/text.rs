//! `anonymed text`: texts by themselves, without a project.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anonymed_core::{KeyRing, Policy};
use anonymed_engine::EngineError;
use anonymed_engine::project::read_policy;
use anonymed_engine::text::source::{self, ReadText, Source};
use anonymed_engine::text::{
    Language, Preset, StreamError, TextEngine, TextRequest, Tier, built_in, plain_text,
};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::common::Common;
use super::text_eval;
use super::text_find::{self, Offsets, Place};
use crate::console;
use crate::failure::Failure;

/// Work on texts by themselves.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Replace what identifies in one text, from a file or stdin to stdout.
    ///
    /// Without a key file everything found becomes the name of its type. With one, names become other
    /// names and numbers other numbers; with a subject, too, dates are moved by that subject's days.
    Scrub(Scrub),
    /// Find what identifies in many texts: lines of JSON with `id` and `text`, or a folder of texts in; lines
    /// with `id` and `spans`, or a corpus of i2b2 or BRAT out, in the same order.
    Find(text_find::Find),
    /// Hold spans that were found to those that people marked, in the same documents.
    Eval(text_eval::Args),
}

/// How texts are searched. What is not said here, the policy says.
#[derive(Args, Clone)]
pub(crate) struct Search {
    /// What weighs more: what is missed, or what is taken without need; `balanced` where nobody says.
    #[arg(long, value_enum)]
    preset: Option<PresetName>,
    /// Which detectors work; `default` where nobody says.
    #[arg(long, value_enum)]
    tier: Option<TierName>,
    /// The language of the texts; `auto`, where nobody says, finds it out for each.
    #[arg(long, value_enum)]
    lang: Option<LanguageName>,
    /// A folder with a token classifier of the BERT family (`config.json`, `model.safetensors`,
    /// `tokenizer.json`) that is heard beside the detectors.
    #[arg(long, value_name = "FOLDER")]
    model: Option<PathBuf>,
    /// Say of every finding which detectors led to it, and what they said that came to nothing.
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum PresetName {
    /// Misses least.
    Recall,
    /// Between the two.
    Balanced,
    /// Takes least that is harmless.
    Utility,
}

#[derive(Clone, Copy, ValueEnum)]
enum TierName {
    /// Fields, recognizers and lists.
    Rules,
    /// These and the trained tagger.
    Default,
}

#[derive(Clone, Copy, ValueEnum)]
enum LanguageName {
    /// Found out for each text.
    Auto,
    /// English.
    En,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// German.
    De,
}

impl Search {
    /// The policy, with what is said here in place of what it says.
    pub(crate) fn over(&self, mut policy: Policy) -> Result<Policy, Failure> {
        let search = &mut policy.text.search;
        match self.preset {
            Some(PresetName::Recall) => search.preset = Preset::Recall,
            Some(PresetName::Balanced) => search.preset = Preset::Balanced,
            Some(PresetName::Utility) => search.preset = Preset::Utility,
            None => {}
        }
        match self.tier {
            Some(TierName::Rules) => search.tier = Tier::Rules,
            Some(TierName::Default) => search.tier = Tier::Default,
            None => {}
        }
        match self.lang {
            Some(LanguageName::Auto) => search.language = None,
            Some(LanguageName::En) => search.language = Some(Language::English),
            Some(LanguageName::Es) => search.language = Some(Language::Spanish),
            Some(LanguageName::Fr) => search.language = Some(Language::French),
            Some(LanguageName::De) => search.language = Some(Language::German),
            None => {}
        }
        if let Some(model) = &self.model {
            let absolute = std::path::absolute(model);
            policy.text.model =
                Some(absolute.map_err(|e| Failure::Io("the model's folder cannot be told", e))?);
        }
        Ok(policy)
    }
}

/// Which text, and by which rules.
#[derive(Args)]
pub(crate) struct Scrub {
    /// The text: UTF-8, or a PDF, docx, RTF, HTML or Markdown file, which is told by its content, Markdown
    /// by its name; stdin where none is named.
    input: Option<PathBuf>,
    /// The policy: its `[text]`, `[time]` and `[keys]`.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// What surrogates and shifts come from; made (0600) where it does not exist.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Whose text it is: a record number, as the project's key of the patient.
    #[arg(long, value_name = "ID", requires = "key_file")]
    subject: Option<String>,
    #[command(flatten)]
    search: Search,
}

/// A scrubbed text with what was done to it.
#[derive(Serialize)]
struct Scrubbed {
    /// What kind of document the text is of, and what of it is not in the text.
    #[serde(flatten)]
    document: Option<OfDocument>,
    text: String,
    items: Vec<Item>,
    /// What still looks like an identifier.
    residual: Vec<Residual>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<text_find::Explained>,
}

#[derive(Serialize)]
struct OfDocument {
    format: &'static str,
    left_out: BTreeMap<&'static str, u64>,
}

/// A value that was replaced: where it stood, in code points, and what stands there.
#[derive(Serialize)]
struct Item {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    entity: &'static str,
    replacement: String,
    operator: &'static str,
}

/// What looks like an identifier in the new text, in its code points.
#[derive(Serialize)]
struct Residual {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    entity: &'static str,
    reason: &'static str,
}

/// Runs the command.
pub(crate) fn run(command: &Command, common: &Common) -> Result<ExitCode, Failure> {
    match command {
        Command::Scrub(args) => scrub(args, common),
        Command::Find(args) => text_find::run(args),
        Command::Eval(args) => text_eval::run(args, common),
    }
}

/// The policy of a file, or else the one that is built in.
pub(crate) fn policy(file: Option<&Path>, keyed: bool) -> Result<Policy, Failure> {
    match file {
        Some(file) => Ok(Policy::parse(&read_policy(file)?).map_err(EngineError::from)?),
        None => Ok(built_in(keyed)?),
    }
}

/// Where a policy lies: the working directory where there is none.
pub(crate) fn folder(file: Option<&Path>) -> &Path {
    file.and_then(Path::parent).unwrap_or(Path::new(""))
}

fn scrub(args: &Scrub, common: &Common) -> Result<ExitCode, Failure> {
    if args.search.explain && !common.json {
        return Err(Failure::Usage(
            "`--explain` is about findings, which only `--json` writes".into(),
        ));
    }
    let policy = args.search.over(policy(args.policy.as_deref(), args.key_file.is_some())?)?;
    let session = args.key_file.as_deref().map(|file| common.open_or_make_key(file)).transpose()?;
    let engine = TextEngine::new(&TextRequest {
        policy: &policy,
        keys: session.as_ref().map(|session| session.keys.as_ref() as &dyn KeyRing),
        subject: args.subject.as_deref(),
        folder: folder(args.policy.as_deref()),
    })?;
    let (name, input): (_, Box<dyn Read>) = match &args.input {
        Some(path) => {
            let file =
                fs_err::File::open(path).map_err(|e| Failure::Io("the text cannot be read", e))?;
            (path.file_name().unwrap_or_default().to_string_lossy(), Box::new(file))
        }
        None => (Cow::Borrowed(""), Box::new(std::io::stdin().lock())),
    };
    match (source::open(&name, input)?, common.json) {
        (Source::Document(read), true) => {
            let ReadText { format, text, left_out } = read;
            let document = OfDocument { format, left_out };
            whole(&engine, Some(document), text.expose(), args.search.explain)
        }
        (Source::Plain(input), true) => whole(&engine, None, &plain(input)?, args.search.explain),
        (Source::Document(read), false) => {
            if !read.left_out.is_empty() {
                let left_out = read.left_out.iter().map(|(what, count)| format!("{count} {what}"));
                let left_out = left_out.collect::<Vec<_>>().join(", ");
                console::say(&format!("{}: not in the text: {left_out}", read.format));
            }
            stream(&engine, read.text.expose().as_bytes())
        }
        (Source::Plain(input), false) => stream(&engine, input),
    }
}

fn stream(engine: &TextEngine, input: impl Read) -> Result<ExitCode, Failure> {
    let mut out = console::Data::out();
    match engine.stream(input, &mut out) {
        Ok(_) => out.flush().map_err(|e| Failure::Io("standard output cannot be written", e))?,
        Err(StreamError::Read(e)) => return Err(Failure::Io("the text cannot be read", e)),
        Err(StreamError::Write(e)) => {
            return Err(Failure::Io("standard output cannot be written", e));
        }
        Err(e) => return Err(Failure::Usage(e.to_string())),
    }
    Ok(ExitCode::SUCCESS)
}

/// Longest text with `--json`: its findings are held in memory.
const WHOLE_MOST: u64 = 64 << 20;

/// A whole plain text.
fn plain(input: impl Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    input
        .take(WHOLE_MOST + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Failure::Io("the text cannot be read", e))?;
    if bytes.len() as u64 > WHOLE_MOST {
        return Err(Failure::Usage(
            "with --json a text is held in memory and has at most 64 MiB; without, it has any length".into(),
        ));
    }
    plain_text(bytes).map_err(|e| Failure::Usage(e.to_string()))
}

fn whole(
    engine: &TextEngine,
    document: Option<OfDocument>,
    text: &str,
    explain: bool,
) -> Result<ExitCode, Failure> {
    let done = engine.scrub(text)?;
    let place = Place::new(text, Offsets::Codepoints);
    let items = done
        .items
        .iter()
        .map(|item| Item {
            start: place.of(item.source.start),
            end: place.of(item.source.end),
            entity: item.entity.as_str(),
            replacement: done.text[item.output.clone()].to_owned(),
            operator: item.operator.as_str(),
        })
        .collect();
    let explanation = match explain {
        true => Some(text_find::Explained::new(&engine.explain(text)?, &place)),
        false => None,
    };
    let written = Place::new(&done.text, Offsets::Codepoints);
    let residual = engine.residual(&done).into_iter();
    let residual = residual.map(|hit| Residual {
        start: written.of(hit.span.start),
        end: written.of(hit.span.end),
        entity: hit.entity.as_str(),
        reason: hit.reason,
    });
    let residual = residual.collect();
    console::print_json(&Scrubbed { document, text: done.text, items, residual, explanation })?;
    Ok(ExitCode::SUCCESS)
}
