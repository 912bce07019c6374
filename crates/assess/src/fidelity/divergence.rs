//! How far a column's distribution moved.

use super::Cover;
use crate::coded::CodedColumn;

/// The Kullback-Leibler divergence in bits of a raw column's distribution from that of the released one,
/// each released cell spread evenly over the raw values it may stand for. So that a value that was lost
/// does not make it infinite, one more row is spread over all values.
///
/// After Kifer & Gehrke, *Injecting utility into anonymized datasets*, SIGMOD 2006, for one column.
pub(crate) fn divergence(raw: &CodedColumn, released: &CodedColumn, cover: &Cover) -> f64 {
    let values = raw.values().max(1) as f64;
    let before = counts(raw);
    let (mut everywhere, mut spread) = (1.0 / values, vec![0.0f64; raw.values()]);
    for (code, rows) in (0u32..).zip(counts(released)) {
        let share = rows / cover.size(code).max(1) as f64;
        match cover.members(code) {
            None => everywhere += share,
            Some(members) => members.iter().for_each(|m| spread[*m as usize] += share),
        }
    }
    let (all, all_released) = (raw.codes().len() as f64, released.codes().len() as f64 + 1.0);
    let bits = before.iter().zip(&spread).filter(|(rows, _)| **rows > 0.0).map(|(rows, spread)| {
        let (p, q) = (rows / all, (spread + everywhere) / all_released);
        p * (p / q).log2()
    });
    bits.sum::<f64>().max(0.0)
}

/// Rows of each value.
fn counts(column: &CodedColumn) -> Vec<f64> {
    let mut rows = vec![0.0; column.values()];
    column.codes().iter().for_each(|code| rows[*code as usize] += 1.0);
    rows
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::Quasi;

    use super::*;

    #[test]
    fn by_hand() {
        let column = |texts: &[&str], codes: &[u32]| {
            let texts = texts.iter().map(|t| (*t).to_owned()).collect();
            CodedColumn::new("c", Quasi, texts, codes.to_vec()).unwrap()
        };
        let raw = column(&["1", "2"], &[0, 0, 0, 1]);
        let check = |released: &CodedColumn, expect: f64| {
            let got = divergence(&raw, released, &Cover::of(&raw, released, None));
            assert!((got - expect).abs() < 1e-12, "{got} is not {expect}");
        };
        // (3 + 1/2) / 5 and (1 + 1/2) / 5 for 3/4 and 1/4.
        let smoothed = 0.75 * (0.75f64 / 0.7).log2() + 0.25 * (0.25f64 / 0.3).log2();
        check(&raw, smoothed);
        // A half each, whatever is added.
        let even = 0.75 * 1.5f64.log2() + 0.25 * 0.5f64.log2();
        check(&column(&["1..2"], &[0, 0, 0, 0]), even);
        check(&column(&["*"], &[0, 0]), even);
    }
}
