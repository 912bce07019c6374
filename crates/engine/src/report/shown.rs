//! Numbers as a reader may see them. The report that ships hides counts of people below the
//! smallest cell and rounds shares of people by it, as the CMS cell-size policy asks (11 by
//! default), so that no difference between two figures tells of a few.

use crate::manifest::{Count, Manifest};

/// The smallest cell where the manifest shows no larger one.
const MIN_CELL: u64 = 11;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Whoever receives the release.
    Recipient {
        /// Counts of people from 1 to below this are hidden.
        min_cell: u64,
    },
    /// The project that made it.
    Project,
}

/// A share as it is drawn and as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Share {
    /// From 0 to 1.
    pub(crate) drawn: f64,
    /// For people.
    pub(crate) text: String,
}

/// A count as it is drawn and as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// For the height of a bar.
    pub(crate) drawn: u64,
    /// For people.
    pub(crate) text: String,
}

impl Audience {
    /// The recipient, with the policy's smallest cell where a hidden count tells it.
    pub(crate) fn recipient(manifest: &Manifest) -> Self {
        let changes = manifest.changes.values().flat_map(|operators| operators.values());
        let records = manifest.files.iter().map(|f| &f.records);
        let withheld = manifest.withheld.iter().map(|w| &w.count);
        let min_cell = changes
            .chain(records)
            .chain(withheld)
            .filter_map(|count| match count {
                Count::Below { below } => Some(*below),
                Count::Exact(_) => None,
            })
            .fold(MIN_CELL, u64::max);
        Self::Recipient { min_cell }
    }

    /// The smallest count above 0 that is shown.
    pub(crate) fn min_cell(self) -> u64 {
        match self {
            Self::Recipient { min_cell } => min_cell,
            Self::Project => 1,
        }
    }

    /// Whether a count of people is hidden.
    pub(crate) fn hides(self, count: u64) -> bool {
        count > 0 && count < self.min_cell()
    }

    /// A count of people.
    pub(crate) fn count(self, count: u64) -> String {
        let min_cell = u32::try_from(self.min_cell()).unwrap_or(u32::MAX);
        written(Count::new(count, min_cell))
    }

    /// Counts of people that make up a whole that is known, as they are told together: where what is hidden of
    /// them is less than a cell it would follow from the rest, so the smallest of the rest is hidden, too.
    pub(crate) fn parts(self, counts: &[u64]) -> Vec<Part> {
        let cell = self.min_cell();
        let hidden: u64 = counts.iter().filter(|count| self.hides(**count)).sum();
        let told = counts.iter().filter(|count| **count >= cell);
        let second = if self.hides(hidden) { told.min().copied() } else { None };
        let part = |count: &u64| match *count {
            count if Some(count) == second => {
                Part { drawn: cell, text: format!("{} or more", number(cell)) }
            }
            // A hidden count is drawn as the most it may be.
            count if self.hides(count) => Part { drawn: cell - 1, text: self.count(count) },
            count => Part { drawn: count, text: number(count) },
        };
        counts.iter().map(part).collect()
    }

    /// A share of so many people or rows. For the recipient it is rounded to steps of the smallest
    /// cell, or of a percent where that is more.
    pub(crate) fn share(self, share: f64, of: u64) -> Share {
        self.stepped(share, of, 0.01)
    }

    /// The same in steps of a thousandth, where the smallest cell is not more.
    pub(crate) fn fine_share(self, share: f64, of: u64) -> Share {
        self.stepped(share, of, 0.001)
    }

    fn stepped(self, share: f64, of: u64, least: f64) -> Share {
        let share = unit(share);
        let Self::Recipient { min_cell } = self else {
            return Share { drawn: share, text: percent(share) };
        };
        if of < min_cell {
            return Share { drawn: 0.0, text: "not shown".to_owned() };
        }
        let step = (min_cell as f64 / of as f64).max(least);
        let (drawn, text) = if share == 0.0 || share == 1.0 {
            (share, percent(share))
        } else if share < step {
            (0.0, format!("< {}", percent(step)))
        } else if share > 1.0 - step {
            (1.0, format!("> {}", percent(1.0 - step)))
        } else {
            let rounded = ((share / step).round() * step).clamp(0.0, 1.0);
            (rounded, format!("about {}", percent(rounded)))
        };
        Share { drawn, text }
    }
}

/// A count of the manifest.
pub(crate) fn written(count: Count) -> String {
    match count {
        Count::Exact(count) => number(count),
        Count::Below { below } => format!("< {}", number(below)),
    }
}

/// A sum in which some parts are hidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Total {
    exact: u64,
    below: u64,
}

impl Total {
    /// Adds a part.
    pub(crate) fn add(&mut self, count: Count) {
        match count {
            Count::Exact(count) => self.exact += count,
            Count::Below { below } => self.below = self.below.max(below),
        }
    }

    /// What is known of it.
    pub(crate) fn exact(self) -> u64 {
        self.exact
    }

    /// The number, or a bound where a part is hidden.
    pub(crate) fn text(self) -> String {
        match (self.exact, self.below) {
            (exact, 0) => number(exact),
            (0, below) => format!("< {}", number(below)),
            (exact, _) => format!("over {}", number(exact)),
        }
    }
}

impl FromIterator<Count> for Total {
    fn from_iter<I: IntoIterator<Item = Count>>(counts: I) -> Self {
        let mut total = Self::default();
        counts.into_iter().for_each(|count| total.add(count));
        total
    }
}

/// A number with a comma every three digits.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number in at most four characters, for axes.
pub(crate) fn compact(value: u64) -> String {
    let scaled = |unit: u64, suffix: &str| {
        let (whole, tenth) = (value / unit, value % unit * 10 / unit);
        if whole < 10 && tenth > 0 {
            format!("{whole}.{tenth}{suffix}")
        } else {
            format!("{whole}{suffix}")
        }
    };
    match value {
        0..1_000 => value.to_string(),
        1_000..1_000_000 => scaled(1_000, "k"),
        1_000_000..1_000_000_000 => scaled(1_000_000, "M"),
        _ => scaled(1_000_000_000, "G"),
    }
}

/// A share in percent: never 0 or 100 where it is not.
pub(crate) fn percent(share: f64) -> String {
    let share = unit(share);
    if share == 0.0 || share == 1.0 {
        return format!("{:.0}%", share * 100.0);
    }
    if share < 0.001 {
        return "< 0.1%".to_owned();
    }
    if share > 0.999 {
        return "> 99.9%".to_owned();
    }
    let text = format!("{:.1}", share * 100.0);
    format!("{}%", text.strip_suffix(".0").unwrap_or(&text))
}

/// A length in bytes, in powers of 1,024.
pub(crate) fn bytes(length: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = length as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{length} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// `1 file`, `2 files`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A share from 0 to 1, whatever came in.
pub(crate) fn unit(share: f64) -> f64 {
    if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_does_not_follow_from_the_rest() {
        let check = |counts: &[u64], expect: &[&str]| {
            let parts = Audience::Recipient { min_cell: 11 }.parts(counts);
            let told: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
            assert_eq!(told, expect, "{counts:?}");
            let hidden = |part: &Part| part.text.starts_with('<') || part.text.ends_with("more");
            assert!(parts.iter().filter(|part| hidden(part)).all(|part| part.drawn <= 11));
        };
        check(&[3, 40, 500], &["< 11", "11 or more", "500"]);
        // Whoever has the whole knows no more of one than of the other.
        check(&[1, 50, 500], &["< 11", "11 or more", "500"]);
        check(&[3, 3], &["< 11", "< 11"]);
        // Near misses: nothing is hidden, or too much for anybody to say who has what of it.
        check(&[0, 40, 500], &["0", "40", "500"]);
        check(&[6, 6, 500], &["< 11", "< 11", "500"]);
        let exact = Audience::Project.parts(&[3, 40]);
        assert_eq!(exact.iter().map(|part| part.text.as_str()).collect::<Vec<_>>(), ["3", "40"]);
    }

    const RECIPIENT: Audience = Audience::Recipient { min_cell: 11 };

    #[test]
    fn numbers_read_well() {
        for (value, expect) in [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")] {
            assert_eq!(number(value), expect);
        }
        for (value, expect) in
            [(999, "999"), (1000, "1k"), (1250, "1.2k"), (12_900, "12k"), (3_400_000, "3.4M")]
        {
            assert_eq!(compact(value), expect);
        }
        for (value, expect) in [
            (0.0, "0%"),
            (1.0, "100%"),
            (0.2, "20%"),
            (0.0833, "8.3%"),
            (0.00001, "< 0.1%"),
            (0.99999, "> 99.9%"),
            (f64::NAN, "0%"),
            (7.0, "100%"),
        ] {
            assert_eq!(percent(value), expect);
        }
        assert_eq!(bytes(512), "512 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(counted(1, "file", "files"), "1 file");
    }

    #[test]
    fn small_counts_of_people_are_hidden_from_the_recipient_alone() {
        for (count, recipient, project) in
            [(0, "0", "0"), (1, "< 11", "1"), (10, "< 11", "10"), (11, "11", "11")]
        {
            assert_eq!(RECIPIENT.count(count), recipient);
            assert_eq!(Audience::Project.count(count), project);
        }
    }

    #[test]
    fn shares_do_not_tell_of_a_few() {
        let check = |share: f64, of: u64, expect: &str| {
            assert_eq!(RECIPIENT.share(share, of).text, expect, "{share} of {of}");
        };
        check(0.0, 500, "0%");
        check(1.0, 500, "100%");
        check(0.004, 500, "< 2.2%");
        check(0.996, 500, "> 97.8%");
        check(0.5, 500, "about 50.6%");
        check(0.5, 5, "not shown");
        assert_eq!(Audience::Project.share(0.004, 500).text, "0.4%");
        assert_eq!(RECIPIENT.fine_share(0.1234, 50_000).text, "about 12.3%");
        assert_eq!(RECIPIENT.fine_share(0.004, 500).text, "< 2.2%");
    }

    #[test]
    fn sums_with_hidden_parts_are_bounds() {
        let total: Total = [Count::Exact(12), Count::Below { below: 11 }].into_iter().collect();
        assert_eq!(total.text(), "over 12");
        assert_eq!([Count::Below { below: 11 }].into_iter().collect::<Total>().text(), "< 11");
        assert_eq!(Total::default().text(), "0");
    }
}
