//! The prosecutor: knows that the person is in the release.

use super::{Basis, RiskInput, RiskModel, RiskReport, one_of, over_classes};

/// The attacker knows a person's quasi-identifiers and that the person is in the release, and names
/// one of the subjects that fit: 1 / subjects of the class.
///
/// # Citation
///
/// El Emam & Dankar, *Protecting privacy using k-anonymity*, JAMIA 2008; over subjects.
#[derive(Debug, Clone, Copy, Default)]
pub struct Prosecutor;

impl RiskModel for Prosecutor {
    fn name(&self) -> &'static str {
        "prosecutor"
    }

    fn citation(&self) -> &'static str {
        "El Emam & Dankar, Protecting privacy using k-anonymity, JAMIA 2008"
    }

    fn assess(&self, input: &RiskInput<'_>) -> RiskReport {
        let classes = input.each(|subjects, _| one_of(subjects));
        over_classes(self.name(), Basis::Release, input.threshold, classes)
    }
}
