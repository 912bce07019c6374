//! From scores to spans: the best sequence of tags (Viterbi), the chance of each label by forward
//! and backward sums (Rabiner 1989), and the spans that both speak for.
//!
//! Of all pairs of tags few are possible, so sums go over "closed to open" (outside, end, single to
//! outside, begin, single) as one table, and over what goes on within a label by four numbers.

use super::labels::{LABELS, TAGS};

/// Tags after which another entity may begin; as many may follow.
const EDGE: usize = 1 + 2 * LABELS.len();

/// A span of tokens with its label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) first: usize,
    /// The last token, in it.
    pub(super) last: usize,
    pub(super) label: usize,
    /// The chance that the tokens are of an entity.
    pub(super) chance: f32,
}

/// Scores of pairs of tags, in the parts that are possible.
pub(super) struct Pairs {
    edge: Vec<[f32; EDGE]>,
    within: [[f32; 4]; LABELS.len()],
    edge_exp: Vec<[f32; EDGE]>,
    within_exp: [[f32; 4]; LABELS.len()],
}

const fn begin(label: usize) -> usize {
    1 + 4 * label
}

/// The tag of a place in the list of closed tags: outside, end and single of each label.
const fn closed(at: usize) -> usize {
    if at == 0 { 0 } else { begin((at - 1) / 2) + 2 + (at - 1) % 2 }
}

/// The tag of a place in the list of tags that begin: outside, begin and single of each label.
const fn opening(at: usize) -> usize {
    if at == 0 { 0 } else { begin((at - 1) / 2) + 3 * ((at - 1) % 2) }
}

impl Pairs {
    pub(super) fn new(pairs: &[f32]) -> Self {
        let at = |before: usize, after: usize| pairs[before * TAGS + after];
        let edge: Vec<[f32; EDGE]> =
            (0..EDGE).map(|b| std::array::from_fn(|a| at(closed(b), opening(a)))).collect();
        let within: [[f32; 4]; LABELS.len()] = std::array::from_fn(|label| {
            let b = begin(label);
            [at(b, b + 1), at(b, b + 2), at(b + 1, b + 1), at(b + 1, b + 2)]
        });
        Self {
            edge_exp: edge.iter().map(|row| row.map(libm::expf)).collect(),
            within_exp: within.map(|row| row.map(libm::expf)),
            edge,
            within,
        }
    }
}

/// The spans of a run of tokens with `scores`, [`TAGS`] of each, and the chance of each token to be
/// of an entity. Spans of the best sequence come first, then runs it leaves outside although their
/// chance is at least `least`.
pub(super) fn read(pairs: &Pairs, scores: &[f32], least: f32) -> (Vec<Span>, Vec<f32>) {
    let tokens = scores.len() / TAGS;
    if tokens == 0 {
        return Default::default();
    }
    let chances = chances(pairs, scores);
    let of = |token: usize, label: usize| chances[token * LABELS.len() + label];
    let inside =
        |token: usize| chances[token * LABELS.len()..][..LABELS.len()].iter().sum::<f32>().min(1.0);
    let mut taken = vec![false; tokens];
    let mut out = Vec::new();
    let mut first = 0;
    for (at, tag) in best(pairs, scores).into_iter().enumerate() {
        let Some((label, position)) = super::labels::read(tag) else { continue };
        use super::labels::Position::{Begin, End, Single};
        if matches!(position, Begin | Single) {
            first = at;
        }
        if matches!(position, End | Single) {
            let tokens = first..=at;
            taken[tokens.clone()].fill(true);
            let chance = tokens.map(inside).fold(1.0, f32::min);
            out.push(Span { first, last: at, label, chance });
        }
    }
    let mut at = 0;
    while at < tokens {
        let likeliest = |token: usize| {
            (0..LABELS.len())
                .fold(0, |best, l| if of(token, l) > of(token, best) { l } else { best })
        };
        if taken[at] || inside(at) < least {
            at += 1;
            continue;
        }
        let (first, label) = (at, likeliest(at));
        let mut chance = inside(at);
        at += 1;
        while at < tokens && !taken[at] && inside(at) >= least && likeliest(at) == label {
            chance = chance.min(inside(at));
            at += 1;
        }
        out.push(Span { first, last: at - 1, label, chance });
    }
    (out, (0..tokens).map(inside).collect())
}

/// The best sequence of tags.
fn best(pairs: &Pairs, scores: &[f32]) -> Vec<usize> {
    let tokens = scores.len() / TAGS;
    let mut back = vec![0u8; tokens * TAGS];
    let mut state: [f32; TAGS] = std::array::from_fn(|tag| scores[tag]);
    for token in 1..tokens {
        let mut top = [f32::NEG_INFINITY; EDGE];
        let mut from = [0u8; EDGE];
        for (b, row) in pairs.edge.iter().enumerate() {
            let before = state[closed(b)];
            for ((pair, top), from) in row.iter().zip(&mut top).zip(&mut from) {
                let sum = before + pair;
                let better = sum > *top;
                *top = if better { sum } else { *top };
                *from = if better { b as u8 } else { *from };
            }
        }
        let mut next = [0.0; TAGS];
        let back = &mut back[token * TAGS..][..TAGS];
        for (a, (top, from)) in top.into_iter().zip(from).enumerate() {
            next[opening(a)] = top;
            back[opening(a)] = closed(usize::from(from)) as u8;
        }
        for (label, [bi, be, ii, ie]) in pairs.within.iter().enumerate() {
            let b = begin(label);
            for (after, first, second) in [(b + 1, bi, ii), (b + 2, be, ie)] {
                let (one, two) = (state[b] + first, state[b + 1] + second);
                next[after] = one.max(two);
                back[after] = if one >= two { b as u8 } else { b as u8 + 1 };
            }
        }
        let own = &scores[token * TAGS..][..TAGS];
        state = std::array::from_fn(|tag| next[tag] + own[tag]);
    }
    let mut tag = (0..TAGS).fold(0, |best, t| if state[t] > state[best] { t } else { best });
    let mut tags = vec![0; tokens];
    for token in (0..tokens).rev() {
        tags[token] = tag;
        tag = usize::from(back[token * TAGS + tag]);
    }
    tags
}

/// The chance of each label at each token, all its four tags together.
fn chances(pairs: &Pairs, scores: &[f32]) -> Vec<f32> {
    let tokens = scores.len() / TAGS;
    let mut weights = vec![0f32; scores.len()];
    for (row, out) in scores.chunks_exact(TAGS).zip(weights.chunks_exact_mut(TAGS)) {
        let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        out.iter_mut().zip(row).for_each(|(w, s)| *w = libm::expf(s - top));
    }
    let own = |token: usize| &weights[token * TAGS..][..TAGS];
    let mut forward = vec![0f32; scores.len()];
    let mut sums = vec![0f32; tokens];
    let mut state: [f32; TAGS] = std::array::from_fn(|tag| own(0)[tag]);
    for token in 0..tokens {
        if token > 0 {
            let moved = forward_step(pairs, &state);
            let own = own(token);
            state = std::array::from_fn(|tag| moved[tag] * own[tag]);
        }
        // Nothing is ever impossible; what is smaller than any number stays a number.
        let sum = state.iter().sum::<f32>() + f32::MIN_POSITIVE;
        sums[token] = sum;
        state.iter_mut().for_each(|s| *s /= sum);
        forward[token * TAGS..][..TAGS].copy_from_slice(&state);
    }
    let mut out = vec![0f32; tokens * LABELS.len()];
    let mut state = [1f32; TAGS];
    for token in (0..tokens).rev() {
        if token + 1 < tokens {
            let own = own(token + 1);
            let after: [f32; TAGS] =
                std::array::from_fn(|tag| state[tag] * own[tag] / sums[token + 1]);
            state = backward_step(pairs, &after);
        }
        let both = &forward[token * TAGS..][..TAGS];
        for (label, out) in out[token * LABELS.len()..][..LABELS.len()].iter_mut().enumerate() {
            let b = begin(label);
            *out = (b..b + 4).map(|tag| both[tag] * state[tag]).sum();
        }
    }
    out
}

fn forward_step(pairs: &Pairs, state: &[f32; TAGS]) -> [f32; TAGS] {
    let mut edge = [0f32; EDGE];
    for (b, row) in pairs.edge_exp.iter().enumerate() {
        let before = state[closed(b)];
        edge.iter_mut().zip(row).for_each(|(sum, pair)| *sum += before * pair);
    }
    let mut next = [0f32; TAGS];
    for (a, sum) in edge.into_iter().enumerate() {
        next[opening(a)] = sum;
    }
    for (label, [bi, be, ii, ie]) in pairs.within_exp.iter().enumerate() {
        let b = begin(label);
        next[b + 1] = state[b] * bi + state[b + 1] * ii;
        next[b + 2] = state[b] * be + state[b + 1] * ie;
    }
    next
}

fn backward_step(pairs: &Pairs, after: &[f32; TAGS]) -> [f32; TAGS] {
    let edge: [f32; EDGE] = std::array::from_fn(|a| after[opening(a)]);
    let mut before = [0f32; TAGS];
    for (b, row) in pairs.edge_exp.iter().enumerate() {
        before[closed(b)] = row.iter().zip(&edge).map(|(pair, after)| pair * after).sum();
    }
    for (label, [bi, be, ii, ie]) in pairs.within_exp.iter().enumerate() {
        let b = begin(label);
        before[b] = after[b + 1] * bi + after[b + 2] * be;
        before[b + 1] = after[b + 1] * ii + after[b + 2] * ie;
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tagger::labels::may_follow;

    /// Scores and pairs that look like chance, always the same.
    fn drawn(count: usize, seed: u64) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 24) as f32 * 4.0 - 2.0
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn lists_of_tags_are_what_may_follow() {
        let mut possible = 0;
        for before in 0..TAGS {
            for after in 0..TAGS {
                let edge = (0..EDGE).any(|b| closed(b) == before)
                    && (0..EDGE).any(|a| opening(a) == after);
                let within = before >= 1
                    && (before - 1) / 4 == (after.max(1) - 1) / 4
                    && (before - 1) % 4 <= 1
                    && matches!((after.max(1) - 1) % 4, 1 | 2)
                    && after > 0;
                assert_eq!(edge || within, may_follow(before, after), "{before} {after}");
                possible += usize::from(edge || within);
            }
        }
        assert_eq!(possible, EDGE * EDGE + 4 * LABELS.len());
    }

    #[test]
    fn sums_and_best_are_those_of_all_sequences() {
        let pairs_of = drawn(TAGS * TAGS, 3);
        let pairs = Pairs::new(&pairs_of);
        let scores = drawn(3 * TAGS, 9);
        let (mut total, mut top, mut best_tags) = (0f64, f64::MIN, Vec::new());
        let mut of_label = vec![0f64; 3 * LABELS.len()];
        for a in 0..TAGS {
            for b in (0..TAGS).filter(|b| may_follow(a, *b)) {
                for c in (0..TAGS).filter(|c| may_follow(b, *c)) {
                    let sum = scores[a]
                        + scores[TAGS + b]
                        + scores[2 * TAGS + c]
                        + pairs_of[a * TAGS + b]
                        + pairs_of[b * TAGS + c];
                    let weight = f64::from(sum).exp();
                    total += weight;
                    for (token, tag) in [a, b, c].into_iter().enumerate() {
                        if tag > 0 {
                            of_label[token * LABELS.len() + (tag - 1) / 4] += weight;
                        }
                    }
                    if f64::from(sum) > top {
                        (top, best_tags) = (f64::from(sum), vec![a, b, c]);
                    }
                }
            }
        }
        assert_eq!(best(&pairs, &scores), best_tags);
        for (ours, theirs) in chances(&pairs, &scores).iter().zip(&of_label) {
            assert!((f64::from(*ours) - theirs / total).abs() < 1e-5);
        }
    }

    #[test]
    fn what_the_best_sequence_leaves_out_is_found_by_its_chance() {
        let pairs = Pairs::new(&vec![0.0; TAGS * TAGS]);
        let mut scores = vec![-9.0; 4 * TAGS];
        let single = begin(3) + 3;
        for (token, (outside, name)) in
            [(2.0, 0.0), (0.0, 5.0), (0.3, 0.0), (9.0, 0.0)].iter().enumerate()
        {
            scores[token * TAGS] = *outside;
            scores[token * TAGS + single] = *name;
        }
        let read = |least| -> Vec<_> {
            super::read(&pairs, &scores, least)
                .0
                .iter()
                .map(|s| (s.first, s.last, s.label))
                .collect()
        };
        assert_eq!(read(0.99), [(1, 1, 3)]);
        assert_eq!(read(0.3), [(1, 1, 3), (2, 2, 3)]);
        assert_eq!(read(0.05), [(1, 1, 3), (0, 0, 3), (2, 2, 3)]);
    }
}
