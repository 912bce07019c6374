//! What a cut tells of a target column: the information gained by knowing on which side somebody is (LeFevre,
//! DeWitt & Ramakrishnan, *Workload-aware anonymization techniques for large-scale datasets*, TODS 2008).

/// Rows of one key in a column that have one target value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    pub(crate) key: u32,
    pub(crate) value: u32,
    pub(crate) rows: u64,
}

/// The bits that each cut gains over all rows: `at` gives the highest key on its left, ascending.
pub(crate) fn gains(mut told: Vec<Told>, at: impl Iterator<Item = u32>) -> Vec<f64> {
    told.sort_unstable();
    let values = told.iter().map(|entry| entry.value as usize + 1).max().unwrap_or(0);
    let mut right = Side::new(values);
    told.iter().for_each(|entry| right.add(*entry, 1.0));
    let whole = right.bits();
    let mut left = Side::new(values);
    let mut rest = told.into_iter().peekable();
    at.map(|key| {
        while let Some(entry) = rest.next_if(|entry| entry.key <= key) {
            left.add(entry, 1.0);
            right.add(entry, -1.0);
        }
        // Sums of logarithms leave a trace where nothing is gained.
        let gained = whole - left.bits() - right.bits();
        if gained < whole * 1e-12 { 0.0 } else { gained }
    })
    .collect()
}

/// The target values on one side of a cut.
struct Side {
    rows: f64,
    of_value: Vec<f64>,
    /// The sum of n log n over the values.
    sum: f64,
}

impl Side {
    fn new(values: usize) -> Self {
        Self { rows: 0.0, of_value: vec![0.0; values], sum: 0.0 }
    }

    fn add(&mut self, entry: Told, sign: f64) {
        let rows = entry.rows as f64 * sign;
        let of_value = &mut self.of_value[entry.value as usize];
        self.sum -= n_log_n(*of_value);
        *of_value += rows;
        self.sum += n_log_n(*of_value);
        self.rows += rows;
    }

    /// The entropy of the values, in bits over all rows.
    fn bits(&self) -> f64 {
        n_log_n(self.rows) - self.sum
    }
}

fn n_log_n(n: f64) -> f64 {
    if n > 0.0 { n * n.log2() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_gains_what_it_tells() {
        let told = |entries: &[(u32, u32, u64)]| -> Vec<Told> {
            entries
                .iter()
                .map(|(key, value, rows)| Told { key: *key, value: *value, rows: *rows })
                .collect()
        };
        let check = |entries: &[(u32, u32, u64)], at: &[u32], expect: &[f64]| {
            let found = gains(told(entries), at.iter().copied());
            let near = found.iter().zip(expect).all(|(a, b)| (a - b).abs() < 1e-9);
            assert!(near && found.len() == expect.len(), "{found:?}");
        };
        // Eight rows of two values: the middle parts them wholly, and is worth a bit a row.
        check(
            &[(2, 1, 2), (0, 0, 2), (1, 0, 2), (3, 1, 2)],
            &[0, 1, 2],
            &[8.0 - 6.0 * 0.918_295_834_054_489_6, 8.0, 8.0 - 6.0 * 0.918_295_834_054_489_6],
        );
        // Nothing is told of values that are everywhere alike, or of one.
        check(&[(0, 0, 3), (0, 1, 3), (1, 0, 5), (1, 1, 5)], &[0], &[0.0]);
        check(&[(0, 4, 3), (1, 4, 1)], &[0], &[0.0]);
        check(&[], &[0], &[0.0]);
    }
}
