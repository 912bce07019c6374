//! The layouts, and what transcription does to a text.

use super::Scene;
use crate::dice::Dice;
use crate::prose::Prose;

/// The kind of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Discharge,
    Radiology,
    Nursing,
    Emergency,
    Letter,
    Operation,
    Death,
}

impl Kind {
    /// All kinds with their names.
    const ALL: [(Self, &'static str); 7] = [
        (Self::Discharge, "discharge"),
        (Self::Radiology, "radiology"),
        (Self::Nursing, "nursing"),
        (Self::Emergency, "emergency"),
        (Self::Letter, "letter"),
        (Self::Operation, "operation"),
        (Self::Death, "death"),
    ];

    /// The name used in file names.
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(k, _)| *k == self).map_or("", |(_, name)| name)
    }
}

/// A layout: kind, manners and text with fields.
pub(crate) struct Layout {
    pub(crate) kind: Kind,
    /// Speaks of work, e-mail or tests that small children have not.
    pub(crate) adult: bool,
    capitals: bool,
    crlf: bool,
    typing_errors: bool,
    wrap: Option<usize>,
    body: &'static str,
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// Every layout file, named `KIND-N`.
        const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../data/notes/", $name, ".txt")))),+];
    };
}

files!(
    "discharge-1",
    "discharge-2",
    "discharge-3",
    "discharge-4",
    "discharge-5",
    "discharge-6",
    "radiology-1",
    "radiology-2",
    "radiology-3",
    "radiology-4",
    "radiology-5",
    "radiology-6",
    "nursing-1",
    "nursing-2",
    "nursing-3",
    "nursing-4",
    "nursing-5",
    "emergency-1",
    "emergency-2",
    "emergency-3",
    "emergency-4",
    "emergency-5",
    "letter-1",
    "letter-2",
    "letter-3",
    "letter-4",
    "letter-5",
    "letter-6",
    "operation-1",
    "operation-2",
    "operation-3",
    "operation-4",
    "death-1",
    "death-2",
);

/// All layouts, in order.
pub(crate) fn layouts() -> Vec<Layout> {
    FILES.iter().map(|(name, text)| parse(name, text)).collect()
}

fn parse(name: &str, text: &'static str) -> Layout {
    let kind =
        Kind::ALL.iter().find(|(_, k)| name.starts_with(k)).map_or(Kind::Letter, |(kind, _)| *kind);
    let (manners, body) = match text.split_once('\n') {
        Some((first, body)) if first.starts_with("#!") => (first, body),
        _ => ("", text),
    };
    let has = |word: &str| manners.split_whitespace().any(|w| w == word);
    Layout {
        kind,
        adult: has("adult"),
        capitals: has("capitals"),
        crlf: has("crlf"),
        typing_errors: has("typos"),
        wrap: manners
            .split_whitespace()
            .find_map(|w| w.strip_prefix("wrap=").and_then(|n| n.parse().ok())),
        body,
    }
}

impl Layout {
    /// The note of a scene.
    pub(crate) fn render(&self, scene: &Scene<'_>, dice: &mut Dice) -> Prose {
        let body = if self.typing_errors { mistype(self.body, dice) } else { self.body.to_owned() };
        let mut text = scene.render(&body, dice);
        if self.capitals {
            text = text.into_upper();
        }
        if let Some(width) = self.wrap {
            text = text.wrapped(width);
        }
        if self.crlf {
            text = text.mapped(|c| (c == '\n').then_some("\r\n"));
        }
        text
    }
}

/// Swaps or drops a letter in some lower-case words; fields stay as they are.
fn mistype(body: &str, dice: &mut Dice) -> String {
    let mut out = String::with_capacity(body.len());
    let mut in_field = false;
    let mut word = String::new();
    for c in body.chars().chain(['\n']) {
        if c.is_ascii_lowercase() && !in_field {
            word.push(c);
            continue;
        }
        if word.len() > 4 && dice.percent(4.0) {
            let at = 1 + dice.below(word.len() as u64 - 2) as usize;
            if dice.percent(50.0) {
                word.remove(at);
            } else {
                let moved = word.remove(at);
                word.insert(at - 1, moved);
            }
        }
        out.push_str(&word);
        word.clear();
        in_field = (in_field || c == '{') && c != '}';
        out.push(c);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Hospital, Options};

    #[test]
    fn there_are_thirty_layouts_and_every_field_exists() {
        let hospital = Hospital::generate(&Options { patients: 30, seed: 4 });
        let all = layouts();
        assert!(all.len() >= 30);
        let mut dice = Dice::new(4, "t", 0);
        for patient in hospital.patients() {
            for encounter in &patient.encounters {
                let scene =
                    Scene { hospital: &hospital, patient: &patient, encounter: Some(encounter) };
                for (layout, (name, _)) in all.iter().zip(FILES) {
                    let text = layout.render(&scene, &mut dice);
                    assert!(!text.text().contains(['{', '}']), "{name}: a field does not exist");
                    assert!(text.planted().count() > 4, "{name}");
                }
            }
        }
    }

    #[test]
    fn every_layout_file_is_listed() {
        let dir = format!("{}/data/notes", std::env::var("CARGO_MANIFEST_DIR").unwrap());
        let mut found: Vec<String> = fs_err::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().replace(".txt", ""))
            .collect();
        found.sort();
        let mut listed: Vec<&str> = FILES.iter().map(|(n, _)| *n).collect();
        listed.sort_unstable();
        assert_eq!(found, listed);
    }

    #[test]
    fn mistyping_leaves_fields_alone() {
        let body = "{who.full:upper} presents with shortness of breath {admit:us0} and weakness";
        let text = mistype(body, &mut Dice::new(3, "t", 1));
        assert!(text.starts_with("{who.full:upper} ") && text.contains("{admit:us0}"));
    }
}
