//! LKC-privacy over people: whoever knows at most L of the quasi-identifiers finds at least K people, and no
//! sensitive value that more than C of them have.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel, Reach};
use crate::distribution::shares;
use crate::known::{MOST_SETS, sets};
use crate::{AnonymizeError, ClassAccumulator, Counting, FrequencyTable};

/// By every set of at most L columns: each group of equal labels holds at least K distinct people, and no
/// sensitive value is had by more than a share C of them.
///
/// # Guarantee
///
/// Whoever knows at most L quasi-identifiers of a person, and that the person is in the release, finds at
/// least K people who fit, and can say no value with more confidence than C. Against whoever knows more it
/// claims nothing: that is its price for keeping tables of many columns useful.
///
/// # Citation
///
/// Mohammed, Fung, Hung & Lee, *Anonymizing healthcare data: a case study on the blood transfusion service*,
/// KDD 2009; over all values instead of chosen ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LkcPrivacy {
    l: u32,
    k: u32,
    c: f64,
    on: usize,
    counting: Counting,
}

impl LkcPrivacy {
    /// The model on the sensitive column at a position of a table that counts people so. A `c` of 1 bounds
    /// no confidence.
    pub fn new((l, k, c): (u32, u32, f64), on: usize, counting: Counting) -> Self {
        Self { l: l.max(1), k: k.max(1), c, on, counting }
    }
}

impl PrivacyModel for LkcPrivacy {
    fn name(&self) -> String {
        format!("({},{},{})-LKC-privacy", self.l, self.k, self.c)
    }

    /// Judges a group of classes.
    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        let people = class.subjects().count().at_least();
        if people < self.k {
            return Judgement::Fails;
        }
        if self.is_people_count() {
            return Judgement::Settled;
        }
        let Some(histogram) = class.histogram(self.on) else { return Judgement::Fails };
        let most = shares(histogram, f64::from(people)).map(|(_, share)| share).fold(0.0, f64::max);
        if super::within(most, self.c) { Judgement::Holds } else { Judgement::Fails }
    }

    fn least_subjects(&self) -> u32 {
        self.k
    }

    fn monotonicity(&self) -> Monotonicity {
        if self.is_people_count() {
            Monotonicity::Classes
        } else {
            super::of_mixtures(self.counting)
        }
    }

    fn is_people_count(&self) -> bool {
        self.c >= 1.0
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn sensitive(&self) -> Option<usize> {
        Some(self.on)
    }

    fn reach(&self) -> Reach {
        Reach::FullDomain
    }

    fn known(&self) -> Option<u32> {
        Some(self.l)
    }
}

pub(super) struct LkcPrivacyFamily;

impl ModelFamily for LkcPrivacyFamily {
    fn name(&self) -> &'static str {
        "lkc-privacy"
    }

    fn citation(&self) -> &'static str {
        "Mohammed, Fung, Hung & Lee, Anonymizing healthcare data, KDD 2009"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["l_known", "k", "c"]
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn build(
        &self,
        parameters: &ModelParameters,
        table: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError> {
        let fault = |reason| AnonymizeError::Model { model: self.name(), reason };
        let reason =
            "l_known is a whole number of 1 or more: the quasi-identifiers that somebody knows";
        let l = parameters.whole(self.name(), "l_known", 1, reason)?;
        let k = parameters.whole(self.name(), "k", 2, "k is a whole number of 2 or more")?;
        let reason = "c is a share above 0, and 1 where no confidence is bounded";
        let c = parameters.positive(self.name(), "c", reason)?;
        if c > 1.0 {
            return Err(fault(reason));
        }
        let on = parameters.sensitive(self.name(), table)?;
        if sets(table.columns().len(), l).is_none_or(|sets| sets > MOST_SETS) {
            return Err(fault("there are too many sets of so many columns; take a lower l_known"));
        }
        Ok(Box::new(LkcPrivacy::new((l, k, c), on, table.counting())))
    }
}
