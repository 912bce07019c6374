//! Presidio's recognizers in YAML: a list of ad-hoc recognizers, a recognizer registry, or an
//! analyzer's whole configuration (Presidio 2.2, "Recognizer registry from file").
//!
//! What Presidio builds in is not in such a file and is not imported: it has recognizers of our own.

use std::fmt::Write;

use anonymed_core::labels::{Meaning, meaning_of};
use anonymed_core::policy::{PatternConfig, RecognizerConfig};
use anonymed_core::{EntityType, Policy};
use serde::Deserialize;

use super::{Imported, Importer};
use crate::EngineError;
use crate::policy_check::Remark;
use crate::propose::toml_text::{commented, quoted};

/// See the file's first lines.
pub(super) struct Presidio;

/// Flags of Python's `re`, as whole numbers in the file.
const IGNORE_CASE: u32 = 2;
const MULTI_LINE: u32 = 8;
const DOT_ALL: u32 = 16;
const VERBOSE: u32 = 64;
/// What Presidio takes where the file says nothing.
const DEFAULT_FLAGS: u32 = IGNORE_CASE | MULTI_LINE | DOT_ALL;
/// The score of a deny list's texts where the file says nothing.
const DENY_SCORE: f32 = 1.0;
/// Below this a match without context comes to nothing under the preset `balanced`.
const WEAK: f32 = 0.35;

#[derive(Deserialize)]
struct File {
    recognizer_registry: Option<Registry>,
    #[serde(flatten)]
    own: Registry,
}

#[derive(Deserialize, Default)]
struct Registry {
    recognizers: Option<Vec<Entry>>,
    global_regex_flags: Option<u32>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Name(String),
    Recognizer(Box<Recognizer>),
}

#[derive(Deserialize)]
struct Recognizer {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    enabled: Option<bool>,
    supported_entity: Option<String>,
    supported_entities: Option<Vec<String>>,
    supported_language: Option<String>,
    supported_languages: Option<Vec<SupportedLanguage>>,
    patterns: Option<Vec<Pattern>>,
    deny_list: Option<Vec<String>>,
    deny_list_score: Option<f32>,
    context: Option<Vec<String>>,
    global_regex_flags: Option<u32>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SupportedLanguage {
    Name(String),
    WithContext { language: String, context: Option<Vec<String>> },
}

#[derive(Deserialize)]
struct Pattern {
    regex: String,
    score: f32,
}

impl Importer for Presidio {
    fn name(&self) -> &'static str {
        "presidio"
    }

    fn import(&self, text: &str) -> Result<Imported, EngineError> {
        // The library's own words can hold text of the file; the place does not.
        let file: File = serde_saphyr::from_str(text).map_err(|e| {
            let place = e.location().map(|at| format!(" (line {})", at.line())).unwrap_or_default();
            usage(&format!("the file is no list of Presidio's recognizers{place}"))
        })?;
        let registry = file.recognizer_registry.unwrap_or(file.own);
        let entries = registry.recognizers.ok_or_else(|| {
            usage("the file has no `recognizers`; give the YAML that Presidio reads them from")
        })?;
        let flags = registry.global_regex_flags.unwrap_or(DEFAULT_FLAGS);
        let mut import = Import::default();
        for (n, entry) in entries.into_iter().enumerate() {
            import.entry(n + 1, entry, flags)?;
        }
        import.finish()
    }
}

fn usage(reason: &str) -> EngineError {
    EngineError::Usage(reason.to_owned())
}

/// A file being read.
#[derive(Default)]
struct Import {
    read: Vec<RecognizerConfig>,
    remarks: Vec<Remark>,
    built_in: Vec<String>,
    off: Vec<String>,
}

impl Import {
    fn remark(&mut self, at: &str, text: impl Into<String>) {
        self.remarks.push(Remark { at: commented(at), text: text.into() });
    }

    fn entry(&mut self, number: usize, entry: Entry, flags: u32) -> Result<(), EngineError> {
        let one = match entry {
            Entry::Name(name) => {
                self.built_in.push(name);
                return Ok(());
            }
            Entry::Recognizer(one) => *one,
        };
        let name = one.name.clone().unwrap_or_else(|| format!("recognizer {number}"));
        if one.enabled == Some(false) {
            self.off.push(name);
            return Ok(());
        }
        let patterns = one.patterns.as_deref().unwrap_or_default();
        let texts = one.deny_list.clone().unwrap_or_default();
        if patterns.is_empty() && texts.is_empty() {
            if one.kind.as_deref() == Some("custom") {
                self.remark(&name, "has neither patterns nor a deny list and finds nothing");
            } else {
                self.built_in.push(name);
            }
            return Ok(());
        }
        let entity = self.entity(&name, &one)?;
        let prefix = self.flags(&name, one.global_regex_flags.unwrap_or(flags));
        let mut config = RecognizerConfig {
            entity,
            patterns: patterns.iter().map(|p| pattern(&prefix, p)).collect(),
            texts,
            context: self.context(&name, &one),
            name,
        };
        weigh_texts(&mut config, one.deny_list_score.unwrap_or(DENY_SCORE));
        let weak = config.patterns.iter().filter(|p| p.score < WEAK).count();
        if weak > 0 {
            let alone = if config.context.is_empty() { " and the file names none" } else { "" };
            self.remark(
                &config.name,
                format!(
                    "{weak} of {} patterns score under {WEAK}: but for the preset `recall` they find nothing \
                     without a word of context beside them{alone}",
                    config.patterns.len()
                ),
            );
        }
        self.read.push(config);
        Ok(())
    }

    /// The type that a recognizer's entity is here.
    fn entity(&mut self, name: &str, one: &Recognizer) -> Result<EntityType, EngineError> {
        let several = one.supported_entities.as_deref().unwrap_or_default();
        if several.len() > 1 {
            self.remark(name, "names several entities; the first is taken for all it finds");
        }
        let entity = one.supported_entity.as_deref().or(several.first().map(String::as_str));
        let Some(entity) = entity else {
            return Err(usage(&format!(
                "`{}` has no `supported_entity`; say what it finds",
                commented(name)
            )));
        };
        if let Some(Meaning::Entity(entity)) = meaning_of(entity) {
            return Ok(entity);
        }
        self.remark(
            name,
            format!(
                "`{}` is no type here; `{}` stands for it, and another can be written in its place",
                commented(entity),
                EntityType::OtherId
            ),
        );
        Ok(EntityType::OtherId)
    }

    /// What has to stand before a pattern so that it means here what it means with these flags there.
    fn flags(&mut self, name: &str, flags: u32) -> String {
        if flags & !(DEFAULT_FLAGS | VERBOSE) != 0 {
            self.remark(
                name,
                "has flags of Python's `re` that are not known here; they are left out",
            );
        }
        let off = [(IGNORE_CASE, 'i'), (MULTI_LINE, 'm'), (DOT_ALL, 's')];
        let off: String = off.iter().filter(|(f, _)| flags & f == 0).map(|(_, c)| *c).collect();
        match (flags & VERBOSE != 0, off.is_empty()) {
            (false, true) => String::new(),
            (true, true) => "(?x)".to_owned(),
            (false, false) => format!("(?-{off})"),
            (true, false) => format!("(?x-{off})"),
        }
    }

    /// The words that speak for a recognizer, of all its languages.
    fn context(&mut self, name: &str, one: &Recognizer) -> Vec<String> {
        let mut words = one.context.clone().unwrap_or_default();
        let mut languages: Vec<&str> = one.supported_language.iter().map(String::as_str).collect();
        for language in one.supported_languages.iter().flatten() {
            match language {
                SupportedLanguage::Name(name) => languages.push(name),
                SupportedLanguage::WithContext { language, context } => {
                    languages.push(language);
                    words.extend(context.iter().flatten().cloned());
                }
            }
        }
        if languages.iter().any(|language| *language != "en") {
            self.remark(name, "is for some languages there; here it reads texts of every language");
        }
        // The words are compared one by one.
        let phrases = words.iter().filter(|word| word.split_whitespace().count() > 1).count();
        if phrases > 0 {
            self.remark(
                name,
                format!("{phrases} of its words of context are several; each counts by itself"),
            );
        }
        let mut single: Vec<String> =
            words.iter().flat_map(|word| word.split_whitespace()).map(str::to_lowercase).collect();
        single.sort();
        single.dedup();
        single
    }

    fn finish(mut self) -> Result<Imported, EngineError> {
        let left_out = [
            (&self.off, "are switched off and not imported"),
            (
                &self.built_in,
                "are Presidio's own and not imported: it is AnonyMed's own that look for such identifiers",
            ),
        ];
        for (names, why) in left_out {
            if !names.is_empty() {
                let names: Vec<String> = names.iter().map(|name| commented(name)).collect();
                let text = format!("{} {why}: {}", names.len(), names.join(", "));
                self.remarks.push(Remark { at: "recognizers".to_owned(), text });
            }
        }
        let mut toml = String::new();
        for one in &self.read {
            section(one, &mut toml);
        }
        check(&toml)?;
        Ok(Imported { toml, remarks: self.remarks })
    }
}

fn pattern(prefix: &str, pattern: &Pattern) -> PatternConfig {
    // Python's `\Z` is the text's end and nothing else.
    let regex = format!("{prefix}{}", pattern.regex.replace(r"\Z", r"\z"));
    PatternConfig { regex, score: pattern.score }
}

/// Texts count for certain here; where they do not there, they become a pattern.
fn weigh_texts(config: &mut RecognizerConfig, score: f32) {
    if score < DENY_SCORE && !config.texts.is_empty() {
        let texts: Vec<String> = config.texts.drain(..).map(|text| regex::escape(&text)).collect();
        let regex = format!(r"(?<!\w)(?:{})(?!\w)", texts.join("|"));
        config.patterns.push(PatternConfig { regex, score });
    }
}

fn section(one: &RecognizerConfig, out: &mut String) {
    let list = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        format!("[{}]", texts.join(", "))
    };
    let _ = writeln!(
        out,
        "\n[[text.recognizer]]\nname = {}\nentity = \"{}\"",
        quoted(&one.name),
        one.entity
    );
    if !one.patterns.is_empty() {
        let _ = writeln!(out, "patterns = [");
        for pattern in &one.patterns {
            let regex = literal(&pattern.regex);
            let _ = writeln!(out, "  {{ regex = {regex}, score = {} }},", pattern.score);
        }
        let _ = writeln!(out, "]");
    }
    if !one.texts.is_empty() {
        let _ = writeln!(out, "texts = {}", list(&one.texts));
    }
    if !one.context.is_empty() {
        let _ = writeln!(out, "context = {}", list(&one.context));
    }
}

/// A literal string where the text allows one, so that a pattern reads as it was written.
fn literal(text: &str) -> String {
    match text.chars().any(|c| c == '\'' || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
    {
        true => quoted(text),
        false => format!("'{text}'"),
    }
}

/// Refuses sections that a policy could not have.
fn check(toml: &str) -> Result<(), EngineError> {
    const HEAD: &str = "schema = 1\nname = \"imported\"\nprofile = \"research-linked\"\n";
    let policy = Policy::parse(&format!("{HEAD}{toml}"))?;
    Ok(anonymed_text::check_policy(&policy)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(yaml: &str) -> Result<(Vec<RecognizerConfig>, Vec<String>), String> {
        let imported = Presidio.import(yaml).map_err(|e| e.to_string())?;
        let head = "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n";
        let policy = Policy::parse(&format!("{head}{}", imported.toml)).unwrap();
        let remarks = imported.remarks.iter().map(ToString::to_string).collect();
        Ok((policy.text.recognizers, remarks))
    }

    #[test]
    fn recognizers_come_over_whole() {
        let (read, remarks) = import(
            r#"
recognizers:
  - name: "Trial number"
    supported_language: "en"
    supported_entity: "US_SSN"
    context: [trial, "study number"]
    patterns:
      - name: strong
        regex: "\\bTR-\\d{4}\\Z"
        score: 0.7
      - name: "weak 'one'"
        regex: "it's \\d"
        score: 0.01
  - name: Titles
    supported_entity: TITLE
    deny_list: [Mr., "Dr. \"X\""]
"#,
        )
        .unwrap();
        assert_eq!(read.len(), 2);
        let patterns: Vec<_> =
            read[0].patterns.iter().map(|p| (p.regex.as_str(), p.score)).collect();
        assert_eq!(patterns, [(r"\bTR-\d{4}\z", 0.7), (r"it's \d", 0.01)]);
        assert_eq!(read[0].entity, EntityType::Ssn);
        assert_eq!(read[0].context, ["number", "study", "trial"]);
        assert_eq!((read[1].entity, read[1].texts.len()), (EntityType::OtherId, 2));
        assert_eq!(read[1].texts[1], "Dr. \"X\"");
        let says = ["several", "under 0.35", "`TITLE` is no type here"];
        assert_eq!(remarks.len(), says.len(), "{remarks:?}");
        for (remark, says) in remarks.iter().zip(says) {
            assert!(remark.contains(says), "{remark}");
        }
    }

    #[test]
    fn what_is_built_in_or_off_is_left_out_and_told() {
        let (read, remarks) = import(
            "recognizer_registry:\n  recognizers:\n    - CreditCardRecognizer\n    - name: UsBankRecognizer\n      \
             type: predefined\n    - name: old\n      enabled: false\n      supported_entity: ID\n      deny_list: [a]\n",
        )
        .unwrap();
        assert!(read.is_empty());
        assert!(remarks[0].contains("1 are switched off"), "{remarks:?}");
        assert!(
            remarks[1].contains("2 are Presidio's own") && remarks[1].contains("UsBankRecognizer")
        );
    }

    #[test]
    fn flags_and_scores_keep_their_meaning() {
        let (read, _) = import(
            "global_regex_flags: 8\nrecognizers:\n  - name: a\n    supported_entity: ZIP\n    patterns:\n      \
             - {name: p, regex: 'x.y', score: 0.5}\n    deny_list: [A+B]\n    deny_list_score: 0.4\n",
        )
        .unwrap();
        assert_eq!(read[0].entity, EntityType::Zip);
        assert_eq!(read[0].patterns[0].regex, "(?-is)x.y");
        assert_eq!(read[0].patterns[1].regex, r"(?<!\w)(?:A\+B)(?!\w)");
        assert!(read[0].texts.is_empty());
    }

    #[test]
    fn what_is_none_is_refused_without_its_text() {
        let check = |yaml: &str, says: &str| {
            let error = import(yaml).unwrap_err();
            assert!(error.contains(says), "{error}");
            assert!(!error.contains("Zebulon"), "{error}");
        };
        check("recognizers: Zebulon", "no list of Presidio's recognizers");
        check("a: [Zebulon", "no list of Presidio's recognizers");
        check("languages: [Zebulon]", "no `recognizers`");
        check("recognizers:\n  - name: a\n    deny_list: [Zebulon]\n", "`supported_entity`");
        check(
            "recognizers:\n  - name: a\n    supported_entity: ID\n    patterns: [{regex: '(Zebulon', score: 1}]\n",
            "pattern 1 of `a`",
        );
        check(
            "recognizers:\n  - name: a\n    supported_entity: ID\n    patterns: [{regex: 'x', score: 7}]\n",
            "from 0 to 1",
        );
        let bomb = format!(
            "a: &a [x]\n{}recognizers: []\n",
            (0..30)
                .map(|n| {
                    let before = if n == 0 { "a".to_owned() } else { format!("b{}", n - 1) };
                    format!("b{n}: &b{n} [{}]\n", vec![format!("*{before}"); 10].join(", "))
                })
                .collect::<String>()
        );
        assert!(import(&bomb).is_err(), "an expansion without end");
    }

    #[test]
    fn a_name_cannot_write_the_policy() {
        let (read, _) = import(
            "recognizers:\n  - name: \"a\\\"\\n[keys]\\nx = 1\"\n    supported_entity: ID\n    deny_list: [\"b\\n]\"]\n",
        )
        .unwrap();
        assert_eq!(read[0].name, "a\"\n[keys]\nx = 1");
    }
}
