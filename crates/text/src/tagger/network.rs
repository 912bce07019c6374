//! The network, in whole numbers: embeddings and a character CNN, four dilated convolutions, scores
//! of tags.
//!
//! Weights have 8 bits, values between layers 13, sums 32. Sums are exact, and what is rounded is
//! rounded by single IEEE operations in a fixed order, so every machine computes the same scores,
//! and the trainer's export (`training/tagger/export.py`) the same ones again.

use super::features::{CHARS_OF_TOKEN, Features};
use super::weights::{CHAR, FACT, GRAM, Layer, TAPS, WIDTH, WORD, Weights};

/// The number of values that describe a token by itself, filled up with nothing.
pub(super) const INPUTS: usize = (WORD + GRAM + CHAR + FACT).next_multiple_of(LANES);
/// Values a wide register holds.
pub(super) const LANES: usize = 16;
/// Values between layers are no larger.
const MOST: i16 = 4095;
/// Tokens worked on together.
const BLOCK: usize = 4;

/// Adding and taking away 1.5 * 2^23 rounds to the nearest whole number, ties to even.
const ROUNDER: f32 = 12_582_912.0;

/// Scores of tags for each token, row by row.
pub(super) fn scores(weights: &Weights, tokens: &[Features]) -> Vec<f32> {
    #[cfg(target_arch = "x86_64")]
    if let pulp::Arch::V3(wide) = pulp::Arch::new() {
        return pulp::Simd::vectorize(wide, Wide { weights, tokens });
    }
    computed(weights, tokens, Plain)
}

/// The same on processors with 256-bit registers (AVX2).
#[cfg(target_arch = "x86_64")]
struct Wide<'a> {
    weights: &'a Weights,
    tokens: &'a [Features],
}

#[cfg(target_arch = "x86_64")]
impl pulp::WithSimd for Wide<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Vec<f32> {
        match pulp::Arch::new() {
            pulp::Arch::V3(wide) => computed(self.weights, self.tokens, wide),
            _ => computed(self.weights, self.tokens, Plain),
        }
    }
}

#[inline(always)]
fn computed(weights: &Weights, tokens: &[Features], dots: impl Dots) -> Vec<f32> {
    let padded = tokens.len().next_multiple_of(BLOCK);
    let mut inputs = vec![0i16; padded * INPUTS];
    for (token, row) in tokens.iter().zip(inputs.chunks_exact_mut(INPUTS)) {
        embed(weights, token, row);
    }
    let mut state = vec![0i16; padded * WIDTH];
    enter(weights, &inputs, &mut state, dots);
    state[tokens.len() * WIDTH..].fill(0);
    let mut before = Vec::new();
    for layer in &weights.layers {
        before.clone_from(&state);
        convolve(layer, &before, &mut state, dots);
        // What is behind the last token stays nothing.
        state[tokens.len() * WIDTH..].fill(0);
    }
    leave(weights, &state, tokens.len(), dots)
}

/// Dot products of several values with the same row; all lengths are multiples of [`LANES`].
trait Dots: Copy {
    fn dots(self, row: &[i16], values: [&[i16]; BLOCK]) -> [i32; BLOCK];
}

/// As the compiler does it.
#[derive(Clone, Copy)]
struct Plain;

impl Dots for Plain {
    #[inline(always)]
    fn dots(self, row: &[i16], values: [&[i16]; BLOCK]) -> [i32; BLOCK] {
        values.map(|v| row.iter().zip(v).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum())
    }
}

#[cfg(target_arch = "x86_64")]
impl Dots for pulp::x86::V3 {
    #[inline(always)]
    fn dots(self, row: &[i16], values: [&[i16]; BLOCK]) -> [i32; BLOCK] {
        let row = row.as_chunks::<LANES>().0;
        let values = values.map(|v| &v.as_chunks::<LANES>().0[..row.len()]);
        let mut sums = [self.avx._mm256_setzero_si256(); BLOCK];
        for (at, weights) in row.iter().enumerate() {
            let weights = pulp::cast(*weights);
            for (sum, values) in sums.iter_mut().zip(values) {
                let products = self.avx2._mm256_madd_epi16(weights, pulp::cast(values[at]));
                *sum = self.avx2._mm256_add_epi32(*sum, products);
            }
        }
        sums.map(|sum| pulp::cast::<_, [i32; 8]>(sum).iter().sum())
    }
}

#[inline(always)]
fn add_rows<const N: usize>(table: &[i8], rows: impl Iterator<Item = u16>, sums: &mut [i32; N]) {
    for row in rows.take_while(|r| *r != 0) {
        let row = &table[usize::from(row) * N..][..N];
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += i32::from(*value);
        }
    }
}

#[inline(always)]
fn embed(weights: &Weights, token: &Features, out: &mut [i16]) {
    let mut word = [0; WORD];
    add_rows(&weights.word, std::iter::once(token.word), &mut word);
    let mut gram = [0; GRAM];
    add_rows(&weights.gram, token.grams.iter().copied(), &mut gram);
    let mut fact = [0; FACT];
    add_rows(&weights.fact, token.facts.iter().copied(), &mut fact);
    let shape = characters(weights, &token.chars);
    let scale = &weights.scales;
    let parts: [(&[i32], f32); 4] =
        [(&word, scale.word), (&gram, scale.gram), (&shape, scale.char), (&fact, scale.fact)];
    let values = parts.iter().flat_map(|(sums, scale)| sums.iter().map(move |s| (*s, *scale)));
    for (out, (sum, scale)) in out.iter_mut().zip(values) {
        let rounded = (sum as f32 * scale + ROUNDER) - ROUNDER;
        *out = rounded.clamp(f32::from(-MOST), f32::from(MOST)) as i16;
    }
}

/// A convolution over one-hot characters is the sum of three rows; of all places the largest counts.
#[inline(always)]
fn characters(weights: &Weights, chars: &[u8; CHARS_OF_TOKEN]) -> [i32; CHAR] {
    let mut most = [0i32; CHAR];
    let row = |table: usize, at: usize| {
        let class = chars.get(at).copied().unwrap_or(0);
        &weights.chars[table][usize::from(class) * CHAR..][..CHAR]
    };
    let used = chars.iter().position(|c| *c == 0).unwrap_or(CHARS_OF_TOKEN);
    // Behind the last character there is one place that still sees it, and places that see none.
    for at in 0..CHARS_OF_TOKEN.min(used + 2) {
        let before = if at == 0 { &weights.chars[0][..CHAR] } else { row(0, at - 1) };
        let (own, after) = (row(1, at), row(2, at + 1));
        for (k, most) in most.iter_mut().enumerate() {
            let sum = i32::from(before[k])
                + i32::from(own[k])
                + i32::from(after[k])
                + weights.char_bias[k];
            *most = (*most).max(sum);
        }
    }
    most
}

/// A sum as a value of the next layer: scaled, moved, not below 0, rounded.
#[inline(always)]
fn step(sum: i32, scale: f32, bias: f32) -> i16 {
    let value = (sum as f32 * scale + bias).max(0.0) + 0.5;
    value.min(f32::from(MOST)) as i16
}

#[inline(always)]
fn enter(weights: &Weights, inputs: &[i16], state: &mut [i16], dots: impl Dots) {
    let layer = &weights.enter;
    for (rows, out) in
        inputs.chunks_exact(BLOCK * INPUTS).zip(state.chunks_exact_mut(BLOCK * WIDTH))
    {
        let values = block(rows, INPUTS);
        for (o, row) in layer.rows.chunks_exact(INPUTS).enumerate() {
            let sums = dots.dots(row, values);
            for (b, sum) in sums.into_iter().enumerate() {
                out[b * WIDTH + o] = step(sum, layer.scales[o], layer.biases[o]);
            }
        }
    }
}

#[inline(always)]
fn block(rows: &[i16], width: usize) -> [&[i16]; BLOCK] {
    std::array::from_fn(|b| &rows[b * width..][..width])
}

#[inline(always)]
fn convolve(layer: &Layer, before: &[i16], state: &mut [i16], dots: impl Dots) {
    const NOTHING: [i16; WIDTH] = [0; WIDTH];
    let tokens = before.len() / WIDTH;
    let at = |place: isize| -> &[i16] {
        usize::try_from(place)
            .ok()
            .filter(|p| *p < tokens)
            .map_or(&NOTHING[..], |p| &before[p * WIDTH..][..WIDTH])
    };
    let reach = layer.dilation as isize;
    for (first, out) in (0..).step_by(BLOCK).zip(state.chunks_exact_mut(BLOCK * WIDTH)) {
        let taps: [[&[i16]; BLOCK]; TAPS] = std::array::from_fn(|tap| {
            std::array::from_fn(|b| at(first + b as isize + (tap as isize - 1) * reach))
        });
        for (o, row) in layer.rows.chunks_exact(TAPS * WIDTH).enumerate() {
            let mut sums = [0; BLOCK];
            for (row, values) in row.chunks_exact(WIDTH).zip(taps) {
                let more = dots.dots(row, values);
                sums.iter_mut().zip(more).for_each(|(s, m)| *s += m);
            }
            for (b, sum) in sums.into_iter().enumerate() {
                let value = &mut out[b * WIDTH + o];
                *value = (*value + step(sum, layer.scales[o], layer.biases[o])).min(MOST);
            }
        }
    }
}

#[inline(always)]
fn leave(weights: &Weights, state: &[i16], tokens: usize, dots: impl Dots) -> Vec<f32> {
    let layer = &weights.leave;
    let tags = layer.scales.len();
    let mut out = vec![0.0; state.len() / WIDTH * tags];
    for (rows, out) in state.chunks_exact(BLOCK * WIDTH).zip(out.chunks_exact_mut(BLOCK * tags)) {
        let values = block(rows, WIDTH);
        for (o, row) in layer.rows.chunks_exact(WIDTH).enumerate() {
            for (b, sum) in dots.dots(row, values).into_iter().enumerate() {
                out[b * tags + o] = sum as f32 * layer.scales[o] + layer.biases[o];
            }
        }
    }
    out.truncate(tokens * tags);
    out
}
