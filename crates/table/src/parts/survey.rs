//! What is learnt of the combinations while they pass by in their order: how many there are, a sample of them, how
//! much memory each takes, and how the sensitive values are spread over all rows.

use std::sync::Arc;

use anonymed_anonymize::{
    AnonymizeError, Counting, CutColumns, FrequencyBuilder, FrequencyTable, PartTree,
};
use anonymed_core::ModalityError;

use crate::counting::Coded;
use crate::families::error;
use crate::plan::policy;

/// Most combinations of the sample.
const SAMPLE: usize = 1 << 16;

/// Groups between two looks at the memory.
const LOOK: u64 = 1 << 10;

/// A part is planned for this share of the memory: a sample says how large it is with an error.
const PLANNED: f64 = 0.5;

/// Bytes that a search holds of a combination beside the frequency table, apart from its ranks: number, weight and
/// class, and what the clustering searches keep of a point.
const BESIDE: usize = 48;

/// Combinations that were seen.
pub(crate) struct Survey {
    memory: u64,
    width: usize,
    groups: u64,
    combinations: u64,
    last: Vec<u32>,
    /// Of the sample the codes, one combination after the other.
    sample: Vec<u32>,
    /// Of so many combinations one is in the sample.
    stride: u64,
    /// Bytes that a combination takes while it is searched, as far as they were kept.
    each: f64,
    rows: u64,
    /// Of each sensitive column the rows of each code.
    rows_of: Vec<Vec<u64>>,
}

impl Survey {
    /// A survey of combinations that may take so many bytes while they are searched.
    pub(crate) fn new(coded: &Coded, memory: u64) -> Self {
        let rows_of = coded.sensitive.iter().map(|column| vec![0; column.values as usize]);
        Self {
            memory,
            width: coded.encoded.len(),
            groups: 0,
            combinations: 0,
            last: Vec::new(),
            sample: Vec::new(),
            stride: 1,
            each: 0.0,
            rows: 0,
            rows_of: rows_of.collect(),
        }
    }

    /// Sees a group: its combination, rows, and stated sensitive values. Says whether the memory is to be looked at.
    pub(crate) fn see(&mut self, quasi: &[u32], rows: u64, values: &[(usize, u32, u64)]) -> bool {
        self.rows += rows;
        for (column, code, rows) in values {
            self.rows_of[*column][*code as usize] += rows;
        }
        self.groups += 1;
        if self.combinations == 0 || self.last != quasi {
            if self.combinations.is_multiple_of(self.stride) {
                self.sample.extend_from_slice(quasi);
                if self.sample.len() > SAMPLE * self.width {
                    self.thin();
                }
            }
            self.combinations += 1;
            self.last.clear();
            self.last.extend_from_slice(quasi);
        }
        self.groups.is_multiple_of(LOOK)
    }

    /// Leaves every other combination in the sample.
    fn thin(&mut self) {
        let halves = self.sample.chunks_exact(self.width.max(1)).step_by(2);
        self.sample = halves.flatten().copied().collect();
        self.stride *= 2;
    }

    /// Whether the combinations so far, whose frequency table takes so many bytes, are more than may be searched.
    pub(crate) fn is_over(&mut self, bytes: usize) -> bool {
        let beside = self.combinations as f64 * (4 * self.width + BESIDE) as f64;
        let all = bytes as f64 + beside;
        self.each = all / self.combinations.max(1) as f64;
        all > self.memory as f64
    }

    /// How many combinations there are.
    pub(crate) fn combinations(&self) -> u64 {
        self.combinations
    }

    /// The sensitive values of all rows in one class. Only where rows are people is it what models compare with.
    pub(super) fn whole(&self, coded: &Coded) -> Result<Arc<FrequencyTable>, ModalityError> {
        let counting = Counting::Rows;
        let mut builder =
            FrequencyBuilder::new(Vec::new(), coded.sensitive.clone(), counting).map_err(error)?;
        let values = self.rows_of.iter().enumerate().flat_map(|(column, rows)| {
            let occur = (0u32..).zip(rows).filter(|(_, rows)| **rows > 0);
            occur.map(move |(code, rows)| (column, code, *rows))
        });
        let values: Vec<(usize, u32, u64)> = values.collect();
        builder.add(&[], self.rows, &[], &values).map_err(error)?;
        Ok(Arc::new(builder.finish()))
    }

    /// Cuts that make parts of the memory's size.
    pub(super) fn tree(
        &self,
        coded: &Coded,
        columns: CutColumns,
    ) -> Result<PartTree, ModalityError> {
        let mut builder =
            FrequencyBuilder::new(coded.columns(), Vec::new(), Counting::Rows).map_err(error)?;
        for codes in self.sample.chunks_exact(self.width.max(1)) {
            builder.add(codes, 1, &[], &[]).map_err(error)?;
        }
        let all = self.each * self.combinations as f64;
        let most = PLANNED * self.memory as f64 / all.max(1.0);
        PartTree::grow(&builder.finish(), most, columns).map_err(|e| match e {
            AnonymizeError::NoParts => {
                let where_cut = match columns {
                    CutColumns::All => "",
                    CutColumns::Ordered => {
                        ", cut in columns of numbers and dates, as the models ask"
                    }
                };
                policy(&format!(
                    "the {} combinations of the quasi-identifiers take {} MB, and no parts of the table are small \
                     enough for search.memory{where_cut}; allow more memory",
                    self.combinations,
                    (all / 1e6).ceil()
                ))
            }
            other => error(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_of_all_combinations_evenly() {
        let mut survey = Survey {
            memory: 0,
            width: 1,
            groups: 0,
            combinations: 0,
            last: Vec::new(),
            sample: Vec::new(),
            stride: 1,
            each: 0.0,
            rows: 0,
            rows_of: vec![vec![0; 2]],
        };
        let combinations = 5 * SAMPLE as u32;
        for n in 0..combinations {
            // Two groups of each.
            survey.see(&[n], 2, &[(0, 0, 2)]);
            survey.see(&[n], 1, &[(0, 1, 1)]);
        }
        assert_eq!(survey.combinations(), u64::from(combinations));
        assert_eq!(
            (survey.rows, &survey.rows_of[0][..]),
            (
                3 * u64::from(combinations),
                &[2 * u64::from(combinations), u64::from(combinations)][..]
            )
        );
        assert!((SAMPLE / 2..=SAMPLE).contains(&survey.sample.len()));
        let is_even = |pair: &[u32]| u64::from(pair[1] - pair[0]) == survey.stride;
        assert!(survey.sample.windows(2).all(is_even) && survey.sample[0] == 0);
    }
}
