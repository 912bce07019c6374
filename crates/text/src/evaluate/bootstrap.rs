//! Intervals by the bootstrap over documents (Efron and Tibshirani 1993, ch. 13): documents are
//! drawn with replacement, as many as there are, and every figure is computed of each draw; the
//! interval lies between the percentiles. Words and spans of one document are not independent, so
//! they are not drawn by themselves.

use serde::Serialize;

use super::count::Sums;

/// Draws of documents.
pub(super) const RESAMPLES: usize = 1_000;
/// What an interval covers.
pub(super) const LEVEL: f64 = 0.95;
/// Documents that are drawn by themselves. Each further one joins one of them by lot, so that
/// memory and time are bounded at any number of documents.
const BLOCKS: usize = 1_024;

/// A figure with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The figure; `None` where there is nothing to divide by.
    pub value: Option<f64>,
    /// Lowest and highest value of the interval of 95 %; `None` for fewer than two documents.
    pub interval: Option<[f64; 2]>,
}

/// Sums of documents, in blocks that are drawn.
#[derive(Debug)]
pub(super) struct Blocks {
    blocks: Vec<Sums>,
    documents: u64,
    lot: Lot,
    seed: u64,
}

impl Blocks {
    pub(super) fn new(seed: u64) -> Self {
        Self { blocks: Vec::new(), documents: 0, lot: Lot(!seed), seed }
    }

    pub(super) fn documents(&self) -> u64 {
        self.documents
    }

    pub(super) fn add(&mut self, document: Sums) {
        self.documents += 1;
        if self.blocks.len() < BLOCKS {
            self.blocks.push(document);
        } else {
            let block = self.lot.below(BLOCKS);
            self.blocks[block] += &document;
        }
    }

    /// Sums everything, and draws.
    pub(super) fn draw(&self) -> Drawn {
        let mut lot = Lot(self.seed);
        let mut whole = Sums::default();
        self.blocks.iter().for_each(|block| whole += block);
        let draws = if self.blocks.len() < 2 { 0 } else { RESAMPLES };
        let resamples = (0..draws).map(|_| {
            let mut sums = Sums::default();
            for _ in 0..self.blocks.len() {
                sums += &self.blocks[lot.below(self.blocks.len())];
            }
            sums
        });
        Drawn { resamples: resamples.collect(), whole }
    }
}

/// The sums of all documents, and of each draw.
pub(super) struct Drawn {
    pub(super) whole: Sums,
    resamples: Vec<Sums>,
}

impl Drawn {
    /// A figure of all documents, with its interval. Draws in which it has nothing to divide by
    /// say nothing of it.
    pub(super) fn estimate(&self, of: impl Fn(&Sums) -> Option<f64>) -> Estimate {
        let mut drawn: Vec<f64> = self.resamples.iter().filter_map(&of).collect();
        drawn.sort_unstable_by(f64::total_cmp);
        let last = drawn.len().saturating_sub(1) as f64;
        let tail = (1.0 - LEVEL) / 2.0;
        let low = drawn.get((last * tail).floor() as usize);
        let high = drawn.get((last * (1.0 - tail)).ceil() as usize);
        Estimate {
            value: of(&self.whole),
            interval: low.zip(high).map(|(low, high)| [*low, *high]),
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Debug)]
struct Lot(u64);

impl Lot {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        ((u128::from(z) * most as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::count::Words;

    fn document(gold: u64, gold_removed: u64) -> Sums {
        let words = Words { gold, gold_removed, ..Words::default() };
        Sums { words, ..Sums::default() }
    }

    fn recall(sums: &Sums) -> Option<f64> {
        let Words { gold, gold_removed, .. } = sums.words;
        (gold > 0).then(|| gold_removed as f64 / gold as f64)
    }

    fn blocks(seed: u64, documents: impl IntoIterator<Item = Sums>) -> Blocks {
        let mut blocks = Blocks::new(seed);
        documents.into_iter().for_each(|document| blocks.add(document));
        blocks
    }

    #[test]
    fn intervals_are_those_of_the_share_among_documents() {
        // Of 400 documents with one word each, 300 are found: the share has a standard error of
        // 0.02165, so the interval is some 0.75 ± 0.042.
        let documents = || (0..400).map(|n| document(1, u64::from(n % 4 != 0)));
        let estimate = blocks(1, documents()).draw().estimate(recall);
        assert_eq!(estimate.value, Some(0.75));
        let [low, high] = estimate.interval.unwrap();
        assert!((low - 0.7076).abs() < 0.008 && (high - 0.7924).abs() < 0.008, "{low} {high}");
        assert_eq!(blocks(1, documents()).draw().estimate(recall), estimate);
        let drawn = |seed| blocks(seed, documents()).draw().resamples;
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn words_of_one_document_are_drawn_together() {
        let width = |documents: u64, words: u64| {
            let all = (0..documents).map(|n| document(words, if n % 2 == 0 { words } else { 0 }));
            let [low, high] = blocks(1, all).draw().estimate(recall).interval.unwrap();
            high - low
        };
        assert_eq!(width(20, 1).to_bits(), width(20, 50).to_bits());
        assert!(width(20, 50) > 4.0 * width(1_000, 1));
    }

    #[test]
    fn many_documents_are_drawn_in_blocks() {
        let many = blocks(1, (0..20_000).map(|n| document(1, u64::from(n % 4 != 0))));
        assert_eq!((many.documents(), many.blocks.len()), (20_000, BLOCKS));
        let estimate = many.draw().estimate(recall);
        let [low, high] = estimate.interval.unwrap();
        // The standard error is 0.00306.
        assert_eq!(estimate.value, Some(0.75));
        assert!((0.0096..0.0144).contains(&(high - low)), "{low} {high}");
    }

    #[test]
    fn one_document_has_no_interval() {
        let estimate = blocks(1, [document(4, 1)]).draw().estimate(recall);
        assert_eq!(estimate, Estimate { value: Some(0.25), interval: None });
        let nothing = blocks(1, [document(0, 0), document(0, 0)]).draw().estimate(recall);
        assert_eq!(nothing, Estimate { value: None, interval: None });
    }
}
