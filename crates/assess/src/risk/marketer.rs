//! The marketer: names everybody and is content with being right often.

use super::journalist::in_population;
use super::{RiskInput, RiskModel, RiskReport, over_classes};

/// The share of subjects an attacker expects to name rightly who matches the whole release against
/// a register: the sum of 1 / (people who fit) over the subjects, by their number. Without a
/// population table this is classes / subjects. It is one number for the release, so its highest
/// is its mean and all or none are at risk.
///
/// # Citation
///
/// Dankar & El Emam, *A method for evaluating marketer re-identification risk*, PAIS 2010; over
/// subjects.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marketer;

impl RiskModel for Marketer {
    fn name(&self) -> &'static str {
        "marketer"
    }

    fn citation(&self) -> &'static str {
        "Dankar & El Emam, A method for evaluating marketer re-identification risk, PAIS 2010"
    }

    fn assess(&self, input: &RiskInput<'_>) -> RiskReport {
        let classes = input.each(in_population);
        let report = over_classes(self.name(), input.basis(), input.threshold, classes);
        let at_risk = if report.average > input.threshold { 1.0 } else { 0.0 };
        RiskReport { highest: report.average, at_risk, ..report }
    }
}
