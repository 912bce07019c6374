//! Combinations along a Hilbert curve, so that what is near on the line is near in every column
//! (Ghinita, Karras, Kalnis & Mamoulis, *Fast data anonymization with low information loss*, VLDB
//! 2007; the curve by Skilling, *Programming the Hilbert curve*, AIP 2004).
//!
//! A column's place is its rank among its ranks, so hierarchies keep their tree's order and names
//! that of their frequency. The curve has as many bits per column as fit a key of 128, and one where
//! there are more columns than that.

use rayon::prelude::*;

use crate::FrequencyTable;
use crate::axis::Axis;

/// Most bits of a column's place.
const MOST_BITS: usize = 12;

/// Bits of a key that columns share.
const KEY_BITS: usize = 128;

/// The table's combinations in the curve's order; equal places in the order of their ranks.
pub(super) fn hilbert(table: &FrequencyTable, axes: &[Axis]) -> Vec<u32> {
    let columns = axes.len().max(1);
    let bits = (KEY_BITS / columns).clamp(1, MOST_BITS);
    let words = (columns * bits).div_ceil(64);
    let mut keys = vec![0u64; table.combinations() * words];
    keys.par_chunks_mut(words).enumerate().for_each_init(
        || vec![0u32; axes.len()],
        |places, (combination, key)| {
            for (column, (place, axis)) in places.iter_mut().zip(axes).enumerate() {
                *place = scaled(axis, table.code(combination as u32, column), bits);
            }
            curve(places, bits);
            interleave(places, bits, key);
        },
    );
    let key = |combination: u32| &keys[combination as usize * words..][..words];
    let mut order: Vec<u32> = (0..table.combinations() as u32).collect();
    order.par_sort_unstable_by(|a, b| {
        key(*a).cmp(key(*b)).then_with(|| ranks(table, axes, *a).cmp(ranks(table, axes, *b)))
    });
    order
}

fn ranks<'a>(
    table: &'a FrequencyTable,
    axes: &'a [Axis],
    combination: u32,
) -> impl Iterator<Item = u32> + 'a {
    axes.iter().enumerate().map(move |(column, axis)| axis.rank(table.code(combination, column)))
}

/// A rank's place among 2^bits.
fn scaled(axis: &Axis, code: u32, bits: usize) -> u32 {
    let last = axis.ranks().saturating_sub(1).max(1) as u64;
    (u64::from(axis.rank(code)) * ((1 << bits) - 1) / last) as u32
}

/// Skilling's transform of places into the curve's index, its bits spread over the columns.
fn curve(places: &mut [u32], bits: usize) {
    let Some(last) = places.len().checked_sub(1) else { return };
    let top = 1u32 << (bits - 1);
    let mut bit = top;
    while bit > 1 {
        let below = bit - 1;
        for column in 0..places.len() {
            if places[column] & bit != 0 {
                places[0] ^= below;
            } else {
                let differ = (places[0] ^ places[column]) & below;
                places[0] ^= differ;
                places[column] ^= differ;
            }
        }
        bit >>= 1;
    }
    for column in 1..places.len() {
        places[column] ^= places[column - 1];
    }
    let mut flip = 0;
    bit = top;
    while bit > 1 {
        if places[last] & bit != 0 {
            flip ^= bit - 1;
        }
        bit >>= 1;
    }
    places.iter_mut().for_each(|place| *place ^= flip);
}

/// The index itself: the columns' highest bits first.
fn interleave(places: &[u32], bits: usize, key: &mut [u64]) {
    let mut at = 0;
    for bit in (0..bits).rev() {
        for place in places {
            key[at / 64] |= u64::from(place >> bit & 1) << (63 - at % 64);
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All cells of a grid in the curve's order.
    fn walk(columns: usize, bits: usize) -> Vec<Vec<u32>> {
        let side = 1usize << bits;
        let mut cells: Vec<(u64, Vec<u32>)> = (0..side.pow(columns as u32))
            .map(|n| {
                let cell: Vec<u32> =
                    (0..columns).map(|c| (n / side.pow(c as u32) % side) as u32).collect();
                let (mut places, mut key) = (cell.clone(), [0]);
                curve(&mut places, bits);
                interleave(&places, bits, &mut key);
                (key[0], cell)
            })
            .collect();
        cells.sort();
        cells.into_iter().map(|(_, cell)| cell).collect()
    }

    #[test]
    fn each_step_of_the_curve_goes_to_a_neighbour() {
        for (columns, bits) in [(1, 4), (2, 3), (3, 2), (4, 2), (5, 1)] {
            let cells = walk(columns, bits);
            for pair in cells.windows(2) {
                let steps: u32 = pair[0].iter().zip(&pair[1]).map(|(a, b)| a.abs_diff(*b)).sum();
                assert_eq!(steps, 1, "{columns} columns of {bits} bits: {pair:?}");
            }
        }
    }
}
