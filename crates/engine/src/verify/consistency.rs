//! One pseudonym and one shift a patient, over everything released.
//!
//! The codes are read from the outputs and held against the crosswalk: each stands for one
//! patient, each patient has one. Shifts are observed as the days between a date of the input and
//! the one at the same place in the output.

use anonymed_core::{FileNumber, Locator, Place, Pseudonym, SubjectId};
use hashbrown::{HashMap, HashSet};

use super::HitCollector;

/// Gathers observations. Parts made on other threads are absorbed; the result does not depend on
/// their order.
#[derive(Debug, Clone)]
pub struct Consistency {
    subjects: HashMap<String, SubjectId>,
    codes: HashMap<SubjectId, String>,
    shared_codes: u64,
    shifts: HashMap<SubjectId, i32>,
    expected: HashMap<SubjectId, i32>,
    seen: HashMap<SubjectId, u32>,
    modalities: Vec<String>,
    unknown: HashSet<String>,
    observed_codes: u64,
    observed_shifts: u64,
    hits: HitCollector,
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
    pub fn new(crosswalk: impl IntoIterator<Item = (SubjectId, Pseudonym, Option<i32>)>) -> Self {
        let mut this = Self {
            subjects: HashMap::new(),
            codes: HashMap::new(),
            shared_codes: 0,
            shifts: HashMap::new(),
            expected: HashMap::new(),
            seen: HashMap::new(),
            modalities: Vec::new(),
            unknown: HashSet::new(),
            observed_codes: 0,
            observed_shifts: 0,
            hits: HitCollector::default(),
        };
        for (subject, pseudonym, shift) in crosswalk {
            let code = pseudonym.code();
            if this.subjects.insert(code.clone(), subject).is_some_and(|other| other != subject) {
                this.shared_codes += 1;
            }
            if this.codes.insert(subject, code.clone()).is_some_and(|other| other != code) {
                this.shared_codes += 1;
            }
            if let Some(days) = shift {
                this.expected.insert(subject, days);
            }
        }
        this
    }

    /// An empty one over the same crosswalk, for another thread.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            subjects: self.subjects.clone(),
            codes: self.codes.clone(),
            shared_codes: 0,
            shifts: HashMap::new(),
            expected: self.expected.clone(),
            seen: HashMap::new(),
            modalities: Vec::new(),
            unknown: HashSet::new(),
            observed_codes: 0,
            observed_shifts: 0,
            hits: HitCollector::default(),
        }
    }

    /// Whose code this is.
    pub fn subject_of(&self, code: &str) -> Option<SubjectId> {
        self.subjects.get(code).copied()
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
        match (self.subjects.get(code).copied(), subject) {
            (Some(found), Some(expected)) if found != expected => {
                self.hits.push(at, None, "code-of-another-patient");
            }
            (Some(found), _) => self.mark(found, modality),
            (None, Some(_)) => self.hits.push(at, None, "code-not-in-crosswalk"),
            (None, None) => {
                self.unknown.insert(code.to_owned());
            }
        }
    }

    /// A date of a patient moved by so many days.
    pub fn observe_shift(&mut self, at: Locator, subject: SubjectId, days: i32) {
        self.observed_shifts += 1;
        let expected = self.expected.get(&subject).copied();
        let first = *self.shifts.entry(subject).or_insert(days);
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
        self.unknown.extend(other.unknown);
        for (subject, mask) in other.seen {
            for (bit, modality) in other.modalities.iter().enumerate() {
                if mask >> bit & 1 == 1 {
                    self.mark(subject, modality);
                }
            }
        }
        for (subject, days) in other.shifts {
            let first = *self.shifts.entry(subject).or_insert(days);
            if first != days && !self.expected.contains_key(&subject) {
                let nowhere = Locator::new(FileNumber::default(), Place::Whole);
                self.hits.push(nowhere, None, "two-shifts-of-one-patient");
            }
        }
        self.hits.absorb(other.hits);
    }

    /// What came out.
    pub fn finish(mut self) -> ConsistencyReport {
        let nowhere = Locator::new(FileNumber::default(), Place::Whole);
        for _ in 0..self.shared_codes {
            self.hits.push(nowhere.clone(), None, "code-of-two-patients");
        }
        ConsistencyReport {
            subjects: self.seen.len() as u64,
            subjects_linked: self.seen.values().filter(|m| m.count_ones() > 1).count() as u64,
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
        *self.seen.entry(subject).or_default() |= 1 << bit.min(31);
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

    fn crosswalk() -> Consistency {
        Consistency::new((1..4).map(|n| (SubjectId(n), code(n as u8), Some(10 * n as i32))))
    }

    fn reasons(consistency: Consistency) -> Vec<String> {
        consistency.finish().hits.finish().0.into_iter().map(|h| h.reason).collect()
    }

    #[test]
    fn agreeing_observations_pass() {
        let mut all = crosswalk();
        let mut part = all.fork();
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
        let mut free = Consistency::new([(SubjectId(1), code(1), None)]);
        free.observe_shift(at(1), SubjectId(1), 3);
        free.observe_shift(at(2), SubjectId(1), 4);
        assert_eq!(reasons(free), ["two-shifts-of-one-patient"]);
        let shared =
            Consistency::new([(SubjectId(1), code(1), None), (SubjectId(2), code(1), None)]);
        assert_eq!(reasons(shared), ["code-of-two-patients"]);
    }
}
