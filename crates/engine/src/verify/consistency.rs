//! One pseudonym and one shift a patient, over everything released.
//!
//! The codes are read from the outputs and held against the crosswalk: each stands for one
//! patient, each patient has one. Shifts are observed as the days between a date of the input and
//! the one at the same place in the output.

use std::sync::Arc;

use anonymed_core::{FileNumber, Locator, Place, Pseudonym, SubjectId};
use hashbrown::HashSet;

use super::HitCollector;
use super::crosswalk::Crosswalk;

/// Gathers observations. Parts made on other threads are absorbed; the result does not depend on
/// their order.
#[derive(Debug, Clone)]
pub struct Consistency {
    crosswalk: Arc<Crosswalk>,
    /// By number of the patient, as all of these: the shift each has by the crosswalk.
    expected: Arc<Vec<Option<i32>>>,
    /// The first shift observed.
    shifts: Vec<Option<i32>>,
    /// A bit for each modality that a code was observed in.
    seen: Vec<u32>,
    two_codes: u64,
    modalities: Vec<String>,
    unknown: Unknown,
    observed_codes: u64,
    observed_shifts: u64,
    hits: HitCollector,
}

/// Distinct codes that no patient has.
#[derive(Clone, Debug, Default)]
struct Unknown {
    codes: HashSet<Pseudonym>,
    others: HashSet<String>,
}

impl Unknown {
    fn insert(&mut self, code: &str) {
        match Pseudonym::from_code(code) {
            Some(pseudonym) => {
                self.codes.insert(pseudonym);
            }
            None if !self.others.contains(code) => {
                self.others.insert(code.to_owned());
            }
            None => {}
        }
    }

    fn len(&self) -> usize {
        self.codes.len() + self.others.len()
    }
}

/// What was observed.
#[derive(Debug, Clone)]
pub struct ConsistencyReport {
    /// Patients of whom a code was released.
    pub subjects: u64,
    /// Patients whose code stands in more than one modality.
    pub subjects_linked: u64,
    /// Released codes looked at.
    pub codes: u64,
    /// Distinct released codes that no patient has (encounters, doctors).
    pub other_codes: u64,
    /// Pairs of dates looked at.
    pub shifts: u64,
    /// Places of contradictions.
    pub hits: HitCollector,
}

impl Consistency {
    /// Begins with the crosswalk: the code of each patient, and the shift where dates are shifted.
    pub fn new(
        crosswalk: Arc<Crosswalk>,
        shifts: impl IntoIterator<Item = (SubjectId, Option<i32>)>,
    ) -> Self {
        let last = crosswalk.entries().iter().map(|(_, subject)| subject.0 as usize + 1).max();
        let patients = last.unwrap_or(0);
        let mut codes: Vec<Option<u32>> = vec![None; patients];
        let mut two_codes = 0;
        for (place, (code, subject)) in (0..).zip(crosswalk.entries()) {
            let earlier = codes[subject.0 as usize].replace(place);
            let earlier = earlier.map(|place: u32| crosswalk.entries()[place as usize].0);
            two_codes += u64::from(earlier.is_some_and(|other| other != *code));
        }
        let mut expected = vec![None; patients];
        for (subject, shift) in shifts {
            if let Some(expected) = expected.get_mut(subject.0 as usize) {
                *expected = shift;
            }
        }
        Self { two_codes, ..Self::over(crosswalk, Arc::new(expected)) }
    }

    fn over(crosswalk: Arc<Crosswalk>, expected: Arc<Vec<Option<i32>>>) -> Self {
        Self {
            shifts: vec![None; expected.len()],
            seen: vec![0; expected.len()],
            crosswalk,
            expected,
            two_codes: 0,
            modalities: Vec::new(),
            unknown: Unknown::default(),
            observed_codes: 0,
            observed_shifts: 0,
            hits: HitCollector::default(),
        }
    }

    /// Whose code this is.
    fn subject_of(&self, code: &str) -> Option<SubjectId> {
        self.crosswalk.of_code(code)
    }

    /// A code stands in an output where one of a patient should; `subject` is whose record it is
    /// by the input, where that is known.
    pub fn observe_code(
        &mut self,
        at: Locator,
        modality: &str,
        subject: Option<SubjectId>,
        code: &str,
    ) {
        self.observed_codes += 1;
        match (self.subject_of(code), subject) {
            (Some(found), Some(expected)) if found != expected => {
                self.hits.push(at, None, "code-of-another-patient");
            }
            (Some(found), _) => self.mark(found, modality),
            (None, Some(_)) => self.hits.push(at, None, "code-not-in-crosswalk"),
            (None, None) => self.unknown.insert(code),
        }
    }

    /// A date of a patient moved by so many days.
    pub fn observe_shift(&mut self, at: Locator, subject: SubjectId, days: i32) {
        self.observed_shifts += 1;
        // Who is not in the crosswalk has a place as well, once seen.
        let number = subject.0 as usize;
        if number >= self.shifts.len() {
            self.shifts.resize(number + 1, None);
        }
        let expected = self.expected.get(number).copied().flatten();
        let first = *self.shifts[number].get_or_insert(days);
        if expected.is_some_and(|expected| expected != days) {
            self.hits.push(at, None, "shift-differs-from-crosswalk");
        } else if first != days {
            self.hits.push(at, None, "two-shifts-of-one-patient");
        } else if days == 0 {
            self.hits.push(at, None, "unshifted-date");
        }
    }

    /// Adds what another thread observed.
    pub fn absorb(&mut self, other: Self) {
        self.observed_codes += other.observed_codes;
        self.observed_shifts += other.observed_shifts;
        self.unknown.codes.extend(other.unknown.codes);
        self.unknown.others.extend(other.unknown.others);
        for (subject, mask) in (0..).zip(other.seen) {
            for (bit, modality) in other.modalities.iter().enumerate() {
                if mask >> bit & 1 == 1 {
                    self.mark(SubjectId(subject), modality);
                }
            }
        }
        if self.shifts.len() < other.shifts.len() {
            self.shifts.resize(other.shifts.len(), None);
        }
        for (number, days) in other.shifts.into_iter().enumerate() {
            let Some(days) = days else { continue };
            let first = *self.shifts[number].get_or_insert(days);
            if first != days && self.expected.get(number).copied().flatten().is_none() {
                let nowhere = Locator::new(FileNumber::default(), Place::Whole);
                self.hits.push(nowhere, None, "two-shifts-of-one-patient");
            }
        }
        self.hits.absorb(other.hits);
    }

    /// What came out.
    pub fn finish(mut self) -> ConsistencyReport {
        let nowhere = Locator::new(FileNumber::default(), Place::Whole);
        for _ in 0..self.crosswalk.shared() + self.two_codes {
            self.hits.push(nowhere.clone(), None, "code-of-two-patients");
        }
        ConsistencyReport {
            subjects: self.seen.iter().filter(|m| **m != 0).count() as u64,
            subjects_linked: self.seen.iter().filter(|m| m.count_ones() > 1).count() as u64,
            codes: self.observed_codes,
            other_codes: self.unknown.len() as u64,
            shifts: self.observed_shifts,
            hits: self.hits,
        }
    }

    fn mark(&mut self, subject: SubjectId, modality: &str) {
        let bit = match self.modalities.iter().position(|m| m == modality) {
            Some(bit) => bit,
            None => {
                self.modalities.push(modality.to_owned());
                self.modalities.len() - 1
            }
        };
        // Only who is in the crosswalk is found by a code.
        if let Some(seen) = self.seen.get_mut(subject.0 as usize) {
            *seen |= 1 << bit.min(31);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(n: u8) -> Pseudonym {
        Pseudonym::from_bytes([n; 16])
    }

    fn at(n: u32) -> Locator {
        Locator::new(FileNumber(n), Place::Whole)
    }

    fn consistency(patients: &[(u32, u8, Option<i32>)]) -> Consistency {
        let codes = patients.iter().map(|(n, c, _)| (SubjectId(*n), code(*c)));
        let shifts = patients.iter().map(|(n, _, shift)| (SubjectId(*n), *shift));
        Consistency::new(Arc::new(Crosswalk::new(codes)), shifts)
    }

    fn crosswalk() -> Consistency {
        consistency(&[(1, 1, Some(10)), (2, 2, Some(20)), (3, 3, Some(30))])
    }

    fn reasons(consistency: Consistency) -> Vec<String> {
        consistency.finish().hits.finish().0.into_iter().map(|h| h.reason).collect()
    }

    #[test]
    fn agreeing_observations_pass() {
        let mut all = crosswalk();
        let mut part = crosswalk();
        all.observe_code(at(1), "table", Some(SubjectId(1)), &code(1).code());
        all.observe_shift(at(1), SubjectId(1), 10);
        part.observe_code(at(2), "fhir", None, &code(1).code());
        part.observe_code(at(2), "fhir", None, &code(9).code());
        part.observe_shift(at(2), SubjectId(1), 10);
        all.absorb(part);
        let report = all.finish();
        assert_eq!((report.subjects, report.subjects_linked), (1, 1));
        assert_eq!((report.codes, report.other_codes, report.shifts), (3, 1, 2));
        assert_eq!(report.hits.total(), 0);
    }

    #[test]
    fn contradictions_are_hits() {
        let check = |act: &dyn Fn(&mut Consistency), expect: &str| {
            let mut consistency = crosswalk();
            act(&mut consistency);
            assert_eq!(reasons(consistency), [expect]);
        };
        check(
            &|c| c.observe_code(at(1), "table", Some(SubjectId(1)), &code(2).code()),
            "code-of-another-patient",
        );
        check(
            &|c| c.observe_code(at(1), "table", Some(SubjectId(1)), "x"),
            "code-not-in-crosswalk",
        );
        check(&|c| c.observe_shift(at(1), SubjectId(1), 11), "shift-differs-from-crosswalk");
        let mut free = consistency(&[(1, 1, None)]);
        free.observe_shift(at(1), SubjectId(1), 3);
        free.observe_shift(at(2), SubjectId(1), 4);
        assert_eq!(reasons(free), ["two-shifts-of-one-patient"]);
        let shared = consistency(&[(1, 1, None), (2, 1, None)]);
        assert_eq!(reasons(shared), ["code-of-two-patients"]);
        let two = consistency(&[(1, 1, None), (1, 2, None)]);
        assert_eq!(reasons(two), ["code-of-two-patients"]);
    }
}
