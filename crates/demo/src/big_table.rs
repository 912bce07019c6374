//! One large table for benchmarks: many rows, many subjects, a bounded number of distinct
//! combinations of quasi-identifiers.

use std::io::{BufWriter, Write};
use std::path::Path;

use anonymed_core::SplitMix64;

use crate::DemoError;
use crate::calendar::{TODAY, plus_days, write};
use crate::data;

/// What [`write_big_table`] wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BigTable {
    /// Rows without the header.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

const RACES: [&str; 5] = ["White", "Black", "Asian", "Native American", "Other"];
const TYPES: [&str; 3] = ["Emergency", "Urgent", "Elective"];

/// Streams a CSV of admissions to disk: `patient_id, patient_name, sex, age, zip, race,
/// admission_type, admit_date, discharge_date, department, diagnosis, length_of_stay, charges`.
///
/// Sex, age, ZIP code and race belong to the subject, so 1 M subjects give at most 1 M of their
/// combinations, and the admission type three for each: ages in whole years (0 to 100), some 70
/// ZIP codes, five races and two sexes are 71,000 combinations, 213,000 with the type. Subject
/// `n % subjects` owns row `n`, so every subject occurs when there are rows enough.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_big_table(
    path: &Path,
    rows: u64,
    subjects: u64,
    seed: u64,
) -> Result<BigTable, DemoError> {
    let subjects = subjects.max(1);
    let mut out = BufWriter::with_capacity(1 << 20, fs_err::File::create(path)?);
    let mut bytes = 0u64;
    let mut line = String::with_capacity(256);
    line.push_str(
        "patient_id,patient_name,sex,age,zip,race,admission_type,admit_date,discharge_date,\
         department,diagnosis,length_of_stay,charges\n",
    );
    let names = Names::new();
    for row in 0..rows {
        out.write_all(line.as_bytes())?;
        bytes += line.len() as u64;
        line.clear();
        names.row(&mut line, row, row % subjects, seed);
    }
    out.write_all(line.as_bytes())?;
    bytes += line.len() as u64;
    out.flush()?;
    Ok(BigTable { rows, bytes })
}

/// The lists rows are drawn from, and all days as text.
struct Names {
    days: Vec<String>,
    diagnoses: Vec<(&'static str, &'static str)>,
}

impl Names {
    fn new() -> Self {
        let days = (0..3700)
            .map(|n| write(plus_days(TODAY, n - 3650), "iso").unwrap_or_default())
            .collect();
        Self {
            days,
            diagnoses: data::CONDITIONS
                .iter()
                .map(|c| (c.icd10.as_str(), c.department.as_str()))
                .collect(),
        }
    }

    fn row(&self, line: &mut String, row: u64, subject: u64, seed: u64) {
        use std::fmt::Write as _;
        // What belongs to the subject comes from the subject's own draws.
        let own = SplitMix64::mixed(seed ^ SplitMix64::mixed(subject));
        let mut draws = (own, 1u64);
        let mut person = |n: usize| {
            draws = (SplitMix64::mixed(draws.0 ^ draws.1), draws.1 + 1);
            (draws.0 % n as u64) as usize
        };
        let (first, last) = (person(data::FORENAMES.len()), person(data::SURNAMES.len()));
        let first = &data::FORENAMES[first];
        // Two draws make the ages of a hospital, with the middle the commonest.
        let age = person(51) + person(51);
        let zip = &data::CITIES[person(data::CITIES.len())].zip;
        let race = RACES[person(20).saturating_sub(15)];
        let visit = SplitMix64::mixed(own ^ SplitMix64::mixed(row));
        let pick = |shift: u32, n: usize| ((visit >> shift) % n as u64) as usize;
        let start = pick(0, 3600);
        let stay = pick(13, 14);
        let diagnosis = self.diagnoses[pick(26, self.diagnoses.len())];
        let id = 1_000_000_000 + (subject * 15_485_863 + seed % 1000) % 8_000_000_000;
        let _ = writeln!(
            line,
            "{id},\"{}, {}\",{},{age},{zip},{race},{},{},{},{},{},{stay},{}.{:02}",
            data::SURNAMES[last].name,
            first.name,
            first.sex,
            TYPES[pick(20, 3)],
            self.days[start],
            self.days[start + stay],
            diagnosis.1,
            diagnosis.0,
            400 + pick(33, 90_000),
            pick(50, 100),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_keep_their_quasi_identifiers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big.csv");
        let made = write_big_table(&path, 3000, 1000, 7).unwrap();
        let text = fs_err::read_to_string(&path).unwrap();
        assert_eq!((made.rows, made.bytes), (3000, text.len() as u64));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let mut people = std::collections::BTreeMap::new();
        let mut rows = 0;
        for record in reader.records() {
            let record = record.unwrap();
            let person: Vec<String> = (1..6).map(|i| record[i].to_owned()).collect();
            let kept = people.entry(record[0].to_owned()).or_insert_with(|| person.clone());
            assert_eq!(*kept, person);
            assert!(record[7] <= record[8]);
            rows += 1;
        }
        assert_eq!((people.len(), rows), (1000, 3000));
        assert!(made.bytes / made.rows >= 95, "{} bytes a row", made.bytes / made.rows);
    }
}
