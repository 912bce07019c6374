//! The trained weights: a file in the binary, its checksum looked at before anything is read.

use sha2::{Digest, Sha256};

use super::features;
use super::labels::TAGS;
use super::network::LANES;

pub(super) const WORD: usize = 48;
pub(super) const GRAM: usize = 48;
pub(super) const CHAR: usize = 40;
pub(super) const FACT: usize = 64;
pub(super) const WIDTH: usize = 128;
pub(super) const TAPS: usize = 3;
const DILATIONS: [usize; 4] = [1, 2, 4, 8];

static FILE: &[u8] = include_bytes!("../../model/tagger.bin");
/// The SHA-256 of the file, as `training/tagger/export.py` wrote it beside it.
const SHA256: &str = include_str!("../../model/tagger.sha256");

/// What the sums of the parts of a token's description are multiplied with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scales {
    pub(super) word: f32,
    pub(super) gram: f32,
    pub(super) char: f32,
    pub(super) fact: f32,
}

/// Weights of one layer: a row for each of its values, filled up to whole registers.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) rows: Vec<i16>,
    pub(super) scales: Vec<f32>,
    pub(super) biases: Vec<f32>,
    pub(super) dilation: usize,
}

/// All weights.
pub(super) struct Weights {
    pub(super) word: Vec<i8>,
    pub(super) gram: Vec<i8>,
    pub(super) fact: Vec<i8>,
    pub(super) chars: [Vec<i16>; TAPS],
    pub(super) char_bias: Vec<i32>,
    pub(super) scales: Scales,
    pub(super) enter: Layer,
    pub(super) layers: Vec<Layer>,
    pub(super) leave: Layer,
    /// Scores of tag pairs, row by row: the tag before, the tag after.
    pub(super) pairs: Vec<f32>,
    /// For each label, slope and offset that make a chance of a span a calibrated score.
    pub(super) calibration: Vec<(f32, f32)>,
}

impl Weights {
    /// The weights of this build; `None` where the file is not the one it was made with.
    pub(super) fn load() -> Option<Self> {
        let sum = Sha256::digest(FILE);
        let hex: String = sum.iter().map(|b| format!("{b:02x}")).collect();
        if hex != SHA256.trim() {
            return None;
        }
        Self::read(FILE)
    }

    fn read(file: &[u8]) -> Option<Self> {
        let mut file = Reader(file.strip_prefix(b"ANMTAG01")?);
        let [word, gram, char, fact] = file.floats(4)?.try_into().ok()?;
        let weights = Self {
            scales: Scales { word, gram, char, fact },
            word: file.bytes(features::WORDS * WORD)?,
            gram: file.bytes(features::GRAMS * GRAM)?,
            fact: file.bytes(features::FACTS * FACT)?,
            chars: [
                file.shorts(features::CHARS * CHAR)?,
                file.shorts(features::CHARS * CHAR)?,
                file.shorts(features::CHARS * CHAR)?,
            ],
            char_bias: file.shorts(CHAR)?.into_iter().map(i32::from).collect(),
            enter: file.layer(WIDTH, WORD + GRAM + CHAR + FACT, 0)?,
            layers: DILATIONS
                .iter()
                .map(|dilation| file.layer(WIDTH, TAPS * WIDTH, *dilation))
                .collect::<Option<_>>()?,
            leave: file.layer(TAGS, WIDTH, 0)?,
            pairs: file.floats(TAGS * TAGS)?,
            calibration: {
                let values = file.floats(2 * super::labels::LABELS.len())?;
                values.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
            },
        };
        file.0.is_empty().then_some(weights)
    }
}

struct Reader<'f>(&'f [u8]);

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn bytes(&mut self, count: usize) -> Option<Vec<i8>> {
        Some(self.take(count)?.iter().map(|b| b.cast_signed()).collect())
    }

    fn shorts(&mut self, count: usize) -> Option<Vec<i16>> {
        let bytes = self.take(2 * count)?;
        Some(bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect())
    }

    fn floats(&mut self, count: usize) -> Option<Vec<f32>> {
        let bytes = self.take(4 * count)?;
        Some(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    fn layer(&mut self, outputs: usize, inputs: usize, dilation: usize) -> Option<Layer> {
        let padded = inputs.next_multiple_of(LANES);
        let mut rows = vec![0; outputs * padded];
        let weights = self.bytes(outputs * inputs)?;
        for (row, weights) in rows.chunks_exact_mut(padded).zip(weights.chunks_exact(inputs)) {
            row.iter_mut().zip(weights).for_each(|(r, w)| *r = i16::from(*w));
        }
        Some(Layer { rows, scales: self.floats(outputs)?, biases: self.floats(outputs)?, dilation })
    }
}
