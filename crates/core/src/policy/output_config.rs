//! How the rows of one table are written: the `[output]` section of its configuration.

use serde::Deserialize;

use super::PolicyError;
use super::sample_config::secret;
use crate::Sensitive;
use crate::entity::named;

named! {
    /// What a line of the output is.
    OutputForm {
        /// A row of the table.
        Rows = "rows",
        /// A class and its sensitive values, with how many rows there are.
        Aggregated = "aggregated",
        /// A row with its quasi-identifiers as they are and the number of its group; what each group has of
        /// sensitive values is a table of its own (Xiao & Tao, *Anatomy: simple and effective privacy
        /// preservation*, VLDB 2006).
        Anatomy = "anatomy",
        /// A row with its quasi-identifiers as they are, the number of its group, and sensitive values that
        /// were permuted among the people of the group.
        Permuted = "permuted",
    }
}

impl OutputForm {
    /// Whether quasi-identifiers are written as they are, and whose a sensitive value is is known of groups
    /// alone.
    pub fn is_unlinked(self) -> bool {
        matches!(self, Self::Anatomy | Self::Permuted)
    }
}

named! {
    /// What becomes of a row that no class can take.
    Unplaced {
        /// It is left out.
        Drop = "drop",
        /// It is written with `*` in every quasi-identifier, where all such rows together are a class that
        /// satisfies the models; else left out.
        Star = "star",
        /// It is put into a further class with others that no class can take, in which a quasi-identifier is
        /// `*` where they differ; left out where no such class satisfies the models.
        Cells = "cells",
    }
}

named! {
    /// One value that stands for those of a class (micro-aggregation; Domingo-Ferrer & Mateo-Sanz 2002).
    Aggregate {
        /// The arithmetic mean of numbers.
        Mean = "mean",
        /// The geometric mean of numbers above 0.
        GeometricMean = "geometric-mean",
        /// The middle one of numbers; of an even number the mean of the two.
        Median = "median",
        /// The most frequent value.
        Mode = "mode",
    }
}

/// How rows are written.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputConfig {
    /// What a line is.
    pub form: OutputForm,
    /// What becomes of rows without a class.
    pub suppressed: Unplaced,
    /// What the permuted form draws from; without one it draws from the system's random source.
    pub seed: Option<Sensitive<String>>,
}

impl Default for OutputConfig {
    fn default() -> Self {
        Self { form: OutputForm::Rows, suppressed: Unplaced::Drop, seed: None }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOutput {
    form: Option<String>,
    suppressed: Option<String>,
    seed: Option<toml::Value>,
}

impl RawOutput {
    pub(super) fn parse(self) -> Result<OutputConfig, PolicyError> {
        let base = OutputConfig::default();
        let form = self.form.map(|text| {
            super::raw::choice("output.form", &text, OutputForm::ALL, OutputForm::as_str)
        });
        let suppressed = self.suppressed.map(|text| {
            super::raw::choice("output.suppressed", &text, Unplaced::ALL, Unplaced::as_str)
        });
        Ok(OutputConfig {
            form: form.transpose()?.unwrap_or(base.form),
            suppressed: suppressed.transpose()?.unwrap_or(base.suppressed),
            seed: self.seed.map(|seed| secret(seed, "output.seed")).transpose()?,
        })
    }
}
