//! `anonymed text`: texts by themselves, without a project.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anonymed_core::{KeyRing, Policy};
use anonymed_engine::EngineError;
use anonymed_engine::project::read_policy;
use anonymed_engine::text::{
    Language, Options, Preset, StreamError, TextEngine, TextRequest, Tier,
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
    /// Find what identifies in many texts: lines of JSON with `id` and `text` in, lines with `id` and
    /// `spans` out, in the same order.
    Find(text_find::Find),
    /// Hold spans that were found to those that people marked, in the same documents.
    Eval(text_eval::Args),
}

/// How texts are searched.
#[derive(Args, Clone, Copy)]
pub(crate) struct Search {
    /// What weighs more: what is missed, or what is taken without need.
    #[arg(long, value_enum, default_value_t = PresetName::Balanced)]
    preset: PresetName,
    /// Which detectors work.
    #[arg(long, value_enum, default_value_t = TierName::Default)]
    tier: TierName,
    /// The language of the texts; `auto` finds it out for each.
    #[arg(long, value_enum, default_value_t = LanguageName::Auto)]
    lang: LanguageName,
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
    pub(crate) fn options(self) -> Options {
        Options {
            preset: match self.preset {
                PresetName::Recall => Preset::Recall,
                PresetName::Balanced => Preset::Balanced,
                PresetName::Utility => Preset::Utility,
            },
            tier: match self.tier {
                TierName::Rules => Tier::Rules,
                TierName::Default => Tier::Default,
            },
            language: match self.lang {
                LanguageName::Auto => None,
                LanguageName::En => Some(Language::English),
                LanguageName::Es => Some(Language::Spanish),
                LanguageName::Fr => Some(Language::French),
                LanguageName::De => Some(Language::German),
            },
        }
    }
}

/// Which text, and by which rules.
#[derive(Args)]
pub(crate) struct Scrub {
    /// The text: UTF-8; stdin where none is named.
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
    text: String,
    items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<text_find::Explained>,
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

/// Runs the command.
pub(crate) fn run(command: &Command, common: &Common) -> Result<ExitCode, Failure> {
    match command {
        Command::Scrub(args) => scrub(args, common),
        Command::Find(args) => text_find::run(args),
        Command::Eval(args) => text_eval::run(args, common),
    }
}

/// Reads a policy.
pub(crate) fn policy(file: &Path) -> Result<Policy, Failure> {
    Ok(Policy::parse(&read_policy(file)?).map_err(EngineError::from)?)
}

fn scrub(args: &Scrub, common: &Common) -> Result<ExitCode, Failure> {
    if args.search.explain && !common.json {
        return Err(Failure::Usage(
            "`--explain` is about findings, which only `--json` writes".into(),
        ));
    }
    let policy = args.policy.as_deref().map(policy).transpose()?;
    let session = args.key_file.as_deref().map(|file| common.open_or_make_key(file)).transpose()?;
    let engine = TextEngine::new(TextRequest {
        policy,
        keys: session.as_ref().map(|session| session.keys.as_ref() as &dyn KeyRing),
        subject: args.subject.as_deref(),
        options: args.search.options(),
    })?;
    let input: Box<dyn Read> = match &args.input {
        Some(path) => Box::new(
            fs_err::File::open(path).map_err(|e| Failure::Io("the text cannot be read", e))?,
        ),
        None => Box::new(std::io::stdin().lock()),
    };
    if common.json {
        return whole(&engine, input, args.search.explain);
    }
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

fn whole(engine: &TextEngine, input: impl Read, explain: bool) -> Result<ExitCode, Failure> {
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
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Failure::Usage(StreamError::Encoding(at as u64).to_string())
    })?;
    let done = engine.scrub(&text)?;
    let place = Place::new(&text, Offsets::Codepoints);
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
    let explanation = explain.then(|| text_find::Explained::new(&engine.explain(&text), &place));
    console::print_json(&Scrubbed { text: done.text, items, explanation })?;
    Ok(ExitCode::SUCCESS)
}
