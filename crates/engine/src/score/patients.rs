//! One code and one date shift a patient, over all modalities, as the released files show it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::verify::dates::{Precision, find_dates};

/// Codes and shifts seen while files are judged.
#[derive(Debug, Default)]
pub(super) struct Seen {
    codes: BTreeMap<String, BTreeMap<String, BTreeSet<&'static str>>>,
    shifts: BTreeMap<String, Shift>,
    pairs: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Default)]
struct Shift {
    /// Days that explain all pairs so far; `None` before the first.
    days: Option<BTreeSet<i32>>,
    modalities: BTreeSet<&'static str>,
}

/// How consistent the patients are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Consistency {
    /// Patients a released record of whom shows a code.
    pub patients: u64,
    /// Those with one code in all they are in.
    pub one_code: u64,
    /// Those seen in two modalities or more.
    pub in_more_than_one_modality: u64,
    /// Codes of more than one patient.
    pub shared_codes: u64,
    /// Patients with a pair of dates, before and after, that can be compared.
    pub with_dates: u64,
    /// Those whose pairs are all explained by one number of days, other than none. Intervals
    /// between a patient's dates are then exactly what they were.
    pub one_shift: u64,
    /// Those whose pairs come from two modalities or more.
    pub dates_in_more_than_one_modality: u64,
    /// Pairs compared, by modality.
    pub pairs: BTreeMap<&'static str, u64>,
}

impl Seen {
    /// A released code of a patient.
    pub(super) fn code(&mut self, modality: &'static str, subject: &str, code: &str) {
        let codes = self.codes.entry(subject.to_owned()).or_default();
        codes.entry(code.to_owned()).or_default().insert(modality);
    }

    /// A date of a patient before and after.
    pub(super) fn dates(
        &mut self,
        modality: &'static str,
        subject: &str,
        before: &str,
        after: &str,
    ) {
        let Some(days) = differences(before, after) else { return };
        let shift = self.shifts.entry(subject.to_owned()).or_default();
        shift.modalities.insert(modality);
        *self.pairs.entry(modality).or_default() += 1;
        shift.days = Some(match shift.days.take() {
            None => days,
            Some(so_far) => so_far.intersection(&days).copied().collect(),
        });
    }

    pub(super) fn finish(self) -> Consistency {
        let mut owners: BTreeMap<&str, u64> = BTreeMap::new();
        for codes in self.codes.values() {
            codes.keys().for_each(|code| *owners.entry(code.as_str()).or_default() += 1);
        }
        let count = |n: usize| n as u64;
        let moved = |s: &&Shift| s.days.as_ref().is_some_and(|d| d.iter().any(|days| *days != 0));
        Consistency {
            patients: count(self.codes.len()),
            one_code: count(self.codes.values().filter(|codes| codes.len() == 1).count()),
            in_more_than_one_modality: count(
                self.codes
                    .values()
                    .filter(|c| c.values().flatten().collect::<BTreeSet<_>>().len() > 1)
                    .count(),
            ),
            shared_codes: count(owners.values().filter(|n| **n > 1).count()),
            with_dates: count(self.shifts.len()),
            one_shift: count(self.shifts.values().filter(moved).count()),
            dates_in_more_than_one_modality: count(
                self.shifts.values().filter(|s| s.modalities.len() > 1).count(),
            ),
            pairs: self.pairs,
        }
    }
}

/// The days that may lie between two writings of one date, in all their readings; `None` where
/// either is not one whole date.
fn differences(before: &str, after: &str) -> Option<BTreeSet<i32>> {
    let (before, after) = (find_dates(before), find_dates(after));
    let ([before], [after]) = (before.as_slice(), after.as_slice()) else { return None };
    if before.precision != Precision::Day || after.precision != Precision::Day {
        return None;
    }
    let days = before
        .readings()
        .flat_map(|from| after.readings().map(move |to| (to - from).get_days()))
        .collect();
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(pairs: &[(&str, &str)]) -> (u64, u64) {
        let mut seen = Seen::default();
        for (before, after) in pairs {
            seen.dates("note", "1", before, after);
        }
        let report = seen.finish();
        (report.with_dates, report.one_shift)
    }

    #[test]
    fn one_shift_explains_all_pairs() {
        let check = |pairs: &[(&str, &str)], expect| assert_eq!(report(pairs), expect);
        check(&[("2020-01-01", "2020-01-15"), ("01/02/2020", "01/16/2020")], (1, 1));
        check(&[("2020-01-01", "2020-01-15"), ("2020-01-02", "2020-01-15")], (1, 0));
        check(&[("2020-01-01", "2020-01-01")], (1, 0));
        check(&[("2020", "2021"), ("no date", "2020-01-01")], (0, 0));
    }

    #[test]
    fn codes_are_one_a_patient() {
        let mut seen = Seen::default();
        seen.code("table", "1", "A");
        seen.code("fhir", "1", "A");
        seen.code("table", "2", "B");
        seen.code("note", "2", "A");
        let report = seen.finish();
        assert_eq!((report.patients, report.one_code, report.shared_codes), (2, 1, 1));
        assert_eq!(report.in_more_than_one_modality, 2);
    }
}
