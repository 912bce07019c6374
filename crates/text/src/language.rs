//! The language of a text, by its function words.

use anonymed_core::policy::Language;

use crate::page::Token;

/// Words looked at.
const SAMPLE: usize = 4000;

/// Function words that one of the languages has and the others do not.
const WORDS: [(Language, &[&str]); 4] = [
    (
        Language::English,
        &[
            "the", "of", "and", "with", "was", "is", "for", "to", "has", "she", "he", "no", "her",
            "his", "patient", "not", "by", "from", "were", "at", "that", "this", "we", "there",
            "denies", "had",
        ],
    ),
    (
        Language::Spanish,
        &[
            "el", "los", "las", "del", "con", "por", "una", "que", "paciente", "al", "se", "para",
            "años", "sin", "y", "como", "ha", "su", "fue", "presenta", "desde", "hasta", "muy",
        ],
    ),
    (
        Language::French,
        &[
            "le", "les", "des", "du", "et", "une", "est", "dans", "pour", "par", "sur", "avec",
            "ans", "au", "aux", "qui", "pas", "été", "nous", "monsieur", "madame", "chez", "mais",
            "ce",
        ],
    ),
    (
        Language::German,
        &[
            "der",
            "die",
            "das",
            "und",
            "mit",
            "von",
            "ist",
            "wurde",
            "bei",
            "nicht",
            "ein",
            "eine",
            "zu",
            "den",
            "dem",
            "des",
            "im",
            "auf",
            "für",
            "patientin",
            "frau",
            "herr",
            "keine",
            "zur",
        ],
    ),
];

/// Whether the tagger has training texts of a language, more than a few.
pub(crate) fn is_trained(language: Language) -> bool {
    matches!(language, Language::English | Language::Spanish)
}

/// The language most function words of a text are of; English where none is.
pub(crate) fn language_of(text: &str, tokens: &[Token]) -> Language {
    let mut counts = [0usize; WORDS.len()];
    for token in tokens.iter().take(SAMPLE).filter(|t| t.len() <= 9) {
        let word = text[token.span()].to_lowercase();
        for (count, (_, words)) in counts.iter_mut().zip(WORDS) {
            *count += usize::from(words.contains(&word.as_str()));
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    // Of equals the first, English, is it; and one word says nothing.
    match counts.iter().position(|c| *c == most && most > 1) {
        Some(at) => WORDS[at].0,
        None => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::tokens;

    #[test]
    fn languages_are_told() {
        let check = |text: &str, expect| {
            assert_eq!(language_of(text, &tokens(text)), expect, "{text:?}");
        };
        check("The patient was seen by us and has no pain.", Language::English);
        check("Paciente de 45 años que acude por dolor, sin fiebre.", Language::Spanish);
        check("Monsieur est venu avec une douleur dans le bras.", Language::French);
        check("Die Patientin wurde mit Schmerzen bei uns aufgenommen.", Language::German);
        check("", Language::English);
        check("MRN 12345", Language::English);
    }
}
