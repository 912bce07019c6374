//! The score as text.

use std::fmt;

use super::{Score, Tally};

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "profile {}", self.profile)?;
        writeln!(
            f,
            "\n{:<16} {:<14} {:>9} {:>9} {:>9} {:>7} {:>11}",
            "place", "category", "planted", "gone", "withheld", "left", "gone"
        )?;
        for line in &self.places {
            writeln!(f, "{:<16} {:<14} {}", line.place.as_str(), line.category, line.tally)?;
        }
        let total = |f: &mut fmt::Formatter<'_>, name: &str, tally: &Tally| {
            writeln!(f, "{name:<31} {tally}")
        };
        writeln!(f)?;
        total(f, "structured places", &self.structured)?;
        total(f, "notes", &self.notes)?;
        total(f, "other running text", &self.other_prose)?;
        writeln!(
            f,
            "text replaced that was no planted value: {:.2} % of letters and digits",
            self.unplanted_changed * 100.0
        )?;
        if self.unaligned_texts > 0 {
            writeln!(f, "texts judged by counting only: {}", self.unaligned_texts)?;
        }
        self.patients(f)?;
        self.defects(f)?;
        self.examples(f)?;
        write!(f, "\n{}", if self.passed() { "passed" } else { "not passed" })
    }
}

impl Score {
    fn patients(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = &self.consistency;
        writeln!(
            f,
            "\none code: {} of {} patients ({} in more than one modality), {} codes shared",
            c.one_code, c.patients, c.in_more_than_one_modality, c.shared_codes
        )?;
        if self.dates_shifted {
            writeln!(
                f,
                "one shift: {} of {} patients ({} in more than one modality)",
                c.one_shift, c.with_dates, c.dates_in_more_than_one_modality
            )?;
            for (modality, pairs) in &c.pairs {
                writeln!(f, "  dates compared in {modality}: {pairs}")?;
            }
        }
        Ok(())
    }

    fn defects(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<31} {:>9} {:>9}", "defect", "planted", "found")?;
        for line in &self.defects {
            writeln!(f, "{:<31} {:>9} {:>9}", line.kind, line.total, line.found)?;
        }
        Ok(())
    }

    fn examples(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.left.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nleft, for example at")?;
        for left in &self.left {
            let kind = left.kind.as_str();
            writeln!(f, "  {kind} {}: {}, {}", left.category, left.file, left.place)?;
        }
        Ok(())
    }
}
