//! From the chances of tokens to entities: tokens of one word are judged together, words that go
//! together become one entity.

use std::ops::Range;

use anonymed_core::{EntityType, Finding, Score};

use crate::labels::{Label, Place};

/// The name that findings of a model carry.
const NAME: &str = "model";

/// Bytes between two words of one entity, at most.
const GAP: usize = 3;

/// A token: its bytes in the text, and its chance for each label.
pub(crate) struct Token {
    pub(crate) span: Range<usize>,
    pub(crate) chances: Vec<f32>,
}

/// A word with what it most likely is.
struct Word {
    span: Range<usize>,
    label: Label,
    /// The chance that it is any entity.
    chance: f32,
}

/// The entities of a text. A word counts from the chance on that `least` asks of its type.
pub(crate) fn entities(
    text: &str,
    tokens: &[Token],
    labels: &[Option<Label>],
    least: &dyn Fn(EntityType) -> f32,
) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let mut last: Option<Word> = None;
    let mut chances: Vec<f32> = Vec::new();
    for word in words(text, tokens, labels) {
        let counts = word.as_ref().is_some_and(|word| word.chance >= least(word.label.entity));
        let Some(word) = word.filter(|_| counts) else {
            last = None;
            continue;
        };
        match (&last, found.last_mut()) {
            (Some(before), Some(finding)) if goes_on(text, before, &word) => {
                finding.span.end = word.span.end;
                chances.push(word.chance);
                finding.score = mean(&chances);
            }
            _ => {
                chances = vec![word.chance];
                found.push(Finding {
                    span: word.span.clone(),
                    entity: word.label.entity,
                    score: Score::new(word.chance),
                    recognizer: NAME,
                });
            }
        }
        last = Some(word);
    }
    found
}

fn mean(chances: &[f32]) -> Score {
    Score::new(chances.iter().sum::<f32>() / chances.len().max(1) as f32)
}

/// Whether a word is of the same entity as the one before it.
fn goes_on(text: &str, before: &Word, word: &Word) -> bool {
    let gap = text.get(before.span.end..word.span.start).unwrap_or("\n\n");
    before.label.entity == word.label.entity
        && !matches!(before.label.place, Place::Last | Place::Only)
        && !matches!(word.label.place, Place::First | Place::Only)
        && gap.len() <= GAP
        && gap.matches('\n').count() < 2
}

/// The words of tokens; nothing for one that no label marks.
fn words(text: &str, tokens: &[Token], labels: &[Option<Label>]) -> Vec<Option<Word>> {
    let mut words = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut end = at + 1;
        while tokens.get(end).is_some_and(|next| is_one_word(text, &tokens[end - 1], next)) {
            end += 1;
        }
        words.push(word(text, &tokens[at..end], labels));
        at = end;
    }
    words
}

/// Whether two tokens touch in the middle of a word.
fn is_one_word(text: &str, before: &Token, next: &Token) -> bool {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    before.span.end == next.span.start
        && inside(text.get(..before.span.end).and_then(|left| left.chars().next_back()))
        && inside(text.get(next.span.start..).and_then(|right| right.chars().next()))
}

fn word(text: &str, tokens: &[Token], labels: &[Option<Label>]) -> Option<Word> {
    let count = tokens.len() as f32;
    let (mut chance, mut best) = (0.0, None);
    for (at, label) in labels.iter().enumerate() {
        let Some(label) = label else { continue };
        let own = tokens.iter().filter_map(|token| token.chances.get(at)).sum::<f32>() / count;
        chance += own;
        if best.is_none_or(|(most, _)| own > most) {
            best = Some((own, *label));
        }
    }
    let (_, mut label) = best?;
    // The first token of a word says where in the entity the word stands, the last whether it ends.
    if let (Place::Inside, true) = (label.place, tokens.len() > 1) {
        label.place = first_place(tokens.first()?, labels, label);
    }
    let span = tokens.first()?.span.start..tokens.last()?.span.end;
    let value = text.get(span.clone())?;
    // Some tokenizers count the space before a word as the word's.
    let start = span.start + (value.len() - value.trim_start().len());
    let end = start + value.trim().len();
    (start < end).then_some(Word { span: start..end, label, chance })
}

/// The likeliest place of a token among the labels of one type.
fn first_place(token: &Token, labels: &[Option<Label>], of: Label) -> Place {
    let chance = |at: usize| token.chances.get(at).copied().unwrap_or_default();
    let same = labels.iter().enumerate().filter_map(|(at, label)| Some((at, (*label)?)));
    same.filter(|(_, label)| label.entity == of.entity)
        .max_by(|a, b| chance(a.0).total_cmp(&chance(b.0)))
        .map_or(of.place, |(_, label)| label.place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntityType::{Date, Patient};

    fn labels() -> Vec<Option<Label>> {
        let label = |place, entity| Some(Label { place, entity });
        vec![
            None,
            label(Place::First, Patient),
            label(Place::Inside, Patient),
            label(Place::First, Date),
            label(Place::Only, Patient),
        ]
    }

    /// Tokens cut at bars; each with its label and chance.
    fn read(text: &str, marks: &[(usize, f32)]) -> Vec<(String, EntityType)> {
        let plain: String = text.replace('|', "");
        let mut at = 0;
        let tokens: Vec<Token> = text
            .split('|')
            .zip(marks)
            .map(|(piece, (label, chance))| {
                let span = at..at + piece.len();
                at = span.end;
                let mut chances = vec![0.0; 5];
                chances[0] = 1.0 - chance;
                chances[*label] += chance;
                Token { span, chances }
            })
            .collect();
        let found = entities(&plain, &tokens, &labels(), &|_| 0.5);
        found.into_iter().map(|f| (plain[f.span].to_owned(), f.entity)).collect()
    }

    #[test]
    fn words_become_entities() {
        let check = |text: &str, marks: &[(usize, f32)], expect: &[(&str, EntityType)]| {
            let found = read(text, marks);
            let found: Vec<_> =
                found.iter().map(|(text, entity)| (text.as_str(), *entity)).collect();
            assert_eq!(found, expect, "{text}");
        };
        check("John| Smith| left", &[(1, 0.9), (2, 0.9), (0, 0.0)], &[("John Smith", Patient)]);
        check("Jo|hn| left", &[(1, 0.9), (2, 0.9), (0, 0.0)], &[("John", Patient)]);
        check("Jo|hn| Smith", &[(2, 0.4), (2, 0.9), (2, 0.9)], &[("John Smith", Patient)]);
        check("John| Mary", &[(1, 0.9), (1, 0.9)], &[("John", Patient), ("Mary", Patient)]);
        check("John| Mary", &[(4, 0.9), (2, 0.9)], &[("John", Patient), ("Mary", Patient)]);
        check("John| May", &[(1, 0.9), (3, 0.9)], &[("John", Patient), ("May", Date)]);
        check("John| Smith", &[(1, 0.9), (2, 0.3)], &[("John", Patient)]);
        check("Zoë|l| left", &[(1, 0.9), (2, 0.9), (0, 0.0)], &[("Zoël", Patient)]);
        check("", &[], &[]);
    }
}
