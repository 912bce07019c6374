//! The trained tagger: a small network over a page's words that also sees what fields and
//! recognizers found, and its spans as findings.
//!
//! Pages are read in windows, each with the words around it, so that memory is bounded.

mod bounds;
mod crf;
pub(crate) mod features;
pub(crate) mod labels;
mod network;
pub mod training;
mod weights;

use std::sync::LazyLock;

use anonymed_core::Finding;

use crate::error::TextError;
use crate::page::{Page, found};
use features::Features;
use labels::LABELS;
use weights::Weights;

/// The name its findings carry.
pub(crate) const NAME: &str = "tagger";

/// Tokens of a window.
const WINDOW: usize = 768;
/// Tokens read on both sides of a window, more than the network and the sequence look ahead.
const MARGIN: usize = 48;
/// The least chance at which a span is told. Thresholds of the presets are above it.
const LEAST: f32 = 0.06;

struct Model {
    weights: Weights,
    pairs: crf::Pairs,
}

static MODEL: LazyLock<Option<Model>> = LazyLock::new(|| {
    let weights = Weights::load()?;
    let pairs = crf::Pairs::new(&weights.pairs);
    Some(Model { weights, pairs })
});

/// The tagger of this build.
#[derive(Clone, Copy)]
pub(crate) struct Tagger(&'static Model);

impl Tagger {
    /// Reads the weights, on first use, and checks them.
    pub(crate) fn get() -> Result<Self, TextError> {
        MODEL.as_ref().map(Self).ok_or(TextError::Model)
    }

    /// Reads a page. `rules` is what fields and recognizers found there, in order and without
    /// overlap.
    pub(crate) fn read(self, page: &Page<'_>, rules: &[Finding]) -> Reading {
        let features = features::features(page, rules);
        let mut reading = Reading { spans: Vec::new(), inside: Vec::with_capacity(features.len()) };
        let mut start = 0;
        while start < features.len() {
            let end = (start + WINDOW).min(features.len());
            let from = start.saturating_sub(MARGIN);
            let to = (end + MARGIN).min(features.len());
            let (spans, inside) = self.window(&features[from..to]);
            for span in spans {
                let (first, last) = (from + span.first, from + span.last);
                if (start..end).contains(&first) {
                    let (slope, offset) = self.0.weights.calibration[span.label];
                    let score = calibrated(span.chance, slope, offset);
                    let entity = LABELS[span.label][0];
                    for tokens in bounds::pieces(page, first..last + 1, entity) {
                        let place = bounds::bytes(page, &tokens, entity);
                        let finding = found(place, entity, score, NAME);
                        reading.spans.push(Tagged { tokens, label: span.label, finding });
                    }
                }
            }
            reading.inside.extend(&inside[start - from..end - from]);
            start = end;
        }
        reading.spans.sort_by_key(|s| s.tokens.start);
        reading
    }

    fn window(self, tokens: &[Features]) -> (Vec<crf::Span>, Vec<f32>) {
        let scores = network::scores(&self.0.weights, tokens);
        crf::read(&self.0.pairs, &scores, LEAST)
    }
}

/// What the tagger says of a page.
pub(crate) struct Reading {
    /// Its spans, in order of their first tokens and without overlap.
    pub(crate) spans: Vec<Tagged>,
    /// For each token the chance that it is of an entity.
    pub(crate) inside: Vec<f32>,
}

/// A span of the tagger.
pub(crate) struct Tagged {
    pub(crate) tokens: std::ops::Range<usize>,
    pub(crate) label: usize,
    pub(crate) finding: Finding,
}

/// Platt's scaling of a chance.
fn calibrated(chance: f32, slope: f32, offset: f32) -> f32 {
    let chance = chance.clamp(1e-6, 1.0 - 1e-6);
    let logit = libm::logf(chance / (1.0 - chance));
    1.0 / (1.0 + libm::expf(-(slope * logit + offset)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use features::{CHARS_OF_TOKEN, FACTS_OF_TOKEN, GRAMS_OF_TOKEN};

    struct Golden<'f>(&'f [u8]);

    impl Golden<'_> {
        fn take<const N: usize>(&mut self) -> [u8; N] {
            let (head, rest) = self.0.split_at(N);
            self.0 = rest;
            head.try_into().unwrap()
        }

        fn count(&mut self) -> usize {
            u32::from_le_bytes(self.take()) as usize
        }

        fn short(&mut self) -> u16 {
            u16::from_le_bytes(self.take())
        }
    }

    /// The trainer's export computes scores in whole numbers, too: both must agree in every bit.
    #[test]
    fn scores_are_those_of_the_trainer() {
        let weights = Weights::load().expect("the weights have their checksum");
        let mut file = Golden(include_bytes!("../../model/golden.bin"));
        let texts = file.count();
        assert!(texts >= 8);
        for text in 0..texts {
            let tokens = file.count();
            let words: Vec<u16> = (0..tokens).map(|_| file.short()).collect();
            let mut rows: Vec<Features> = words
                .into_iter()
                .map(|word| Features {
                    word,
                    grams: [0; GRAMS_OF_TOKEN],
                    chars: [0; CHARS_OF_TOKEN],
                    facts: [0; FACTS_OF_TOKEN],
                })
                .collect();
            rows.iter_mut().for_each(|r| r.grams.fill_with(|| file.short()));
            rows.iter_mut().for_each(|r| r.chars = file.take());
            rows.iter_mut().for_each(|r| r.facts.fill_with(|| file.short()));
            let scores = network::scores(&weights, &rows);
            for (at, score) in scores.iter().enumerate() {
                let expect = f32::from_le_bytes(file.take());
                assert_eq!(score.to_bits(), expect.to_bits(), "text {text}, score {at}");
            }
        }
        assert!(file.0.is_empty());
    }

    #[test]
    fn windows_give_what_one_reading_gives() {
        let tagger = Tagger::get().unwrap();
        let line = "Seen by Dr. Maria Lindqvist at Northfield Clinic on 3/4/2015 for pain. ";
        let text = line.repeat(120);
        let page = Page::new(&text, false);
        let rules = training::rules(&page);
        let reading = tagger.read(&page, &rules);
        let (whole, inside) = tagger.window(&features::features(&page, &rules));
        let read: Vec<_> = reading.spans.iter().map(|s| (s.tokens.start, s.tokens.end)).collect();
        let mut expect: Vec<_> = whole.iter().map(|s| (s.first, s.last + 1)).collect();
        expect.sort_unstable();
        assert_eq!(read, expect);
        assert_eq!(reading.inside.len(), inside.len());
        assert!(page.tokens.len() > WINDOW);
    }
}
