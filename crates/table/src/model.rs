//! A column as the solver has it: what its texts are to each other, and how its labels are written.
//!
//! Quasi-identifiers go through their own actions first (a postal code to three digits, an age to
//! its cap); what is left is the dictionary of the solver. A missing value keeps its spelling and
//! is a value of its own, never a wildcard.

use anonymed_anonymize::{AnonymizeError, HierarchyFile, QuasiColumn};
use anonymed_core::policy::HierarchyConfig;
use anonymed_core::{ModalityError, PartialDate};
use hashbrown::{HashMap, HashSet};

use crate::TableOptions;
use crate::bounds::{self, Bounds};
use crate::{tree, values};

/// Texts of one column by number, in the order they were seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dictionary {
    numbers: HashMap<String, u32>,
}

impl Dictionary {
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(n) = self.numbers.get(text) {
            return *n;
        }
        let n = self.numbers.len() as u32;
        self.numbers.insert(text.to_owned(), n);
        n
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The texts by number.
    pub(crate) fn texts(&self) -> Vec<&str> {
        let mut texts = vec![""; self.numbers.len()];
        for (text, number) in &self.numbers {
            texts[*number as usize] = text;
        }
        texts
    }

    /// The texts, sorted, and for each number as it was given the place in that order.
    pub(crate) fn sorted(self) -> (Vec<String>, Vec<u32>) {
        let mut texts: Vec<(String, u32)> = self.numbers.into_iter().collect();
        texts.sort_unstable();
        let mut place = vec![0; texts.len()];
        for (at, (_, number)) in texts.iter().enumerate() {
            place[*number as usize] = at as u32;
        }
        (texts.into_iter().map(|(t, _)| t).collect(), place)
    }
}

/// A column of the solver and how its labels are written.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) column: QuasiColumn,
    /// For each place in the sorted dictionary, the code in the column.
    pub(crate) code_of: Vec<u32>,
    /// The texts of the codes, as written.
    texts: Vec<String>,
    scale: Scale,
    missing: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Scale {
    Plain,
    /// Ranges that do not overlap (`[70-80)`, `90+`): the lower end of each, ascending, with its code.
    Bounded(Vec<(f64, usize)>),
    /// Years or months among longer dates: those that are so short.
    PartialDates(HashSet<String>),
}

/// What the texts of a column are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure<'a> {
    /// As they look: numbers and dates have an order, others are names.
    Seen,
    /// Names with this hierarchy.
    Tree(&'a HierarchyFile),
    /// Codes whose beginning is the larger place (postal codes): no number, though written in digits.
    Prefix,
}

/// What a policy says of a column's texts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Given {
    /// Nothing: they are what they look like.
    Seen,
    /// They are postal codes.
    Prefix,
    /// They have this hierarchy.
    Hierarchy(HierarchyConfig),
}

/// The column of some sorted texts, and the code of each text in it.
pub(crate) fn scaled(
    name: &str,
    given: &Given,
    texts: &[String],
    rows: Vec<u64>,
    options: &TableOptions,
) -> Result<(Encoded, Vec<u32>), ModalityError> {
    let hierarchy = match given {
        Given::Hierarchy(hierarchy) => hierarchy,
        plain => {
            let measure = if *plain == Given::Prefix { Measure::Prefix } else { Measure::Seen };
            let column = encode(name, texts, measure)?;
            let codes = column.code_of.clone();
            return Ok((column, codes));
        }
    };
    let unfit = |error| match error {
        ModalityError::Policy(reason) => ModalityError::Policy(format!(
            "column `{name}`: {reason}. `anonymed table hierarchy TABLE --column \"{name}\"` tells where"
        )),
        other => other,
    };
    let mut written = texts.to_vec();
    let tree = tree::of(name, hierarchy, &rows, &mut written, options).map_err(unfit)?;
    let (sorted, place) = tree::sorted(written);
    let measure = tree.as_ref().map_or(Measure::Seen, Measure::Tree);
    let column = encode(name, &sorted, measure).map_err(unfit)?;
    let codes = place.into_iter().map(|place| column.code_of[place]).collect();
    Ok((column, codes))
}

/// What a fault of the solver is to who reads a table.
pub(crate) fn error(error: AnonymizeError) -> ModalityError {
    match error {
        AnonymizeError::Cancelled(cancelled) => ModalityError::Cancelled(cancelled),
        AnonymizeError::TooManyCombinations { most } => ModalityError::Limit {
            what: "the number of distinct combinations",
            limit: most.to_string(),
        },
        AnonymizeError::Hierarchy { .. } => ModalityError::Policy(error.to_string()),
        other => ModalityError::Internal(other.to_string()),
    }
}

/// Characters of a whole ISO date.
const DAY_LENGTH: usize = 10;

/// Chooses the scale of a column by its texts: numbers, dates, bounded ranges, or names.
pub(crate) fn encode(
    name: &str,
    texts: &[String],
    measure: Measure<'_>,
) -> Result<Encoded, ModalityError> {
    // What a hierarchy has a line for is a value, also where it is a mark of missing ones elsewhere.
    let lines: HashSet<&str> = match measure {
        Measure::Tree(file) => file.labels(0).into_iter().flatten().map(|(v, _)| v).collect(),
        _ => HashSet::new(),
    };
    let is_missing = |text: &str| values::is_missing(text) && !lines.contains(text);
    let filled: Vec<&str> = texts.iter().map(String::as_str).filter(|t| !is_missing(t)).collect();
    let markers: Vec<&String> = texts.iter().filter(|t| is_missing(t)).collect();
    // One spelling of "missing" is kept; several become the empty cell.
    let missing = match markers.as_slice() {
        [one] => (*one).clone(),
        _ => String::new(),
    };
    let mut scale = Scale::Plain;
    let mut keys: Vec<String> = filled.iter().map(|t| (*t).to_owned()).collect();
    let numeric = |keys: &[String]| keys.iter().all(|k| k.parse::<f64>().is_ok_and(f64::is_finite));
    let mut kind = Kind::Names;
    if matches!(measure, Measure::Tree(_)) {
        kind = Kind::Tree;
    } else if measure == Measure::Prefix {
        kind = if is_plain(&filled) { Kind::Prefixes } else { Kind::Names };
    } else if !filled.is_empty() {
        if filled.iter().all(|t| PartialDate::parse_iso(t).is_some())
            && filled.iter().any(|t| t.len() > 4)
        {
            kind = Kind::Dates;
            if filled.iter().any(|t| t.len() != filled[0].len()) {
                let short = filled.iter().filter(|t| t.len() < DAY_LENGTH);
                scale = Scale::PartialDates(short.map(|t| (*t).to_owned()).collect());
            }
        } else if numeric(&keys) {
            kind = Kind::Numbers;
        } else if let Some(row) = bounds::in_a_row(&filled) {
            row.iter().for_each(|(low, place)| keys[*place] = low.to_string());
            (kind, scale) = (Kind::Numbers, Scale::Bounded(row));
        }
    }
    let mut written: Vec<String> = filled.iter().map(|t| (*t).to_owned()).collect();
    let mut entries: Vec<Option<String>> = keys.into_iter().map(Some).collect();
    let missing_code = entries.len() as u32;
    if !markers.is_empty() {
        entries.push(None);
        written.push(missing.clone());
    }
    let column = match kind {
        Kind::Dates => QuasiColumn::date(name, entries),
        Kind::Numbers => QuasiColumn::numeric(name, entries),
        Kind::Names => QuasiColumn::categorical(name, entries),
        Kind::Prefixes => QuasiColumn::hierarchical(name, entries, &prefixes(&filled)?),
        Kind::Tree => match measure {
            Measure::Tree(file) => QuasiColumn::hierarchical(name, entries, file),
            _ => QuasiColumn::categorical(name, entries),
        },
    }
    .map_err(error)?;
    let mut next = 0;
    let code_of = texts
        .iter()
        .map(|t| {
            if is_missing(t) {
                missing_code
            } else {
                next += 1;
                next - 1
            }
        })
        .collect();
    Ok(Encoded { column, code_of, texts: written, scale, missing })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dates,
    Numbers,
    Names,
    Prefixes,
    Tree,
}

/// Whether a hierarchy can be made of the texts' beginnings.
fn is_plain(texts: &[&str]) -> bool {
    const LONGEST: usize = 16;
    !texts.is_empty()
        && texts.iter().all(|t| {
            t.len() <= LONGEST && t.bytes().all(|b| b.is_ascii_alphanumeric() || b" -".contains(&b))
        })
}

/// The tree of the texts by their beginnings: `295` under `29*` under `2**` under `*`.
fn prefixes(texts: &[&str]) -> Result<HierarchyFile, ModalityError> {
    let width = texts.iter().map(|t| t.len()).max().unwrap_or(0);
    let mut file = String::new();
    for text in texts {
        file.push_str(&format!("\"{text}\""));
        for kept in (1..width).rev() {
            let start = &text[..kept.min(text.len())];
            file.push_str(&format!(";\"{start:*<width$}\""));
        }
        file.push_str(";*\n");
    }
    HierarchyFile::parse(&file).map_err(|e| ModalityError::Internal(e.to_string()))
}

impl Encoded {
    /// What a code of the column is written as where nothing is generalised.
    pub(crate) fn text(&self, code: u32) -> &str {
        self.texts.get(code as usize).map_or(&self.missing, String::as_str)
    }

    /// A label of the solver as it is written in the release.
    pub(crate) fn written(&self, label: Option<&str>) -> String {
        let Some(label) = label else { return self.missing.clone() };
        let written = match &self.scale {
            Scale::Plain => None,
            Scale::Bounded(row) => self.range(row, label),
            Scale::PartialDates(short) => label
                .split_once("..")
                .and_then(|(low, high)| bounds::dates(low, high, |text| short.contains(text))),
        };
        written.unwrap_or_else(|| label.to_owned())
    }

    /// The text of all ranges whose lower end is within a label.
    fn range(&self, row: &[(f64, usize)], label: &str) -> Option<String> {
        let (low, high) = label.split_once("..").unwrap_or((label, label));
        let (low, high): (f64, f64) = (low.parse().ok()?, high.parse().ok()?);
        let from = row.partition_point(|(bound, _)| *bound < low);
        let to = row.partition_point(|(bound, _)| *bound <= high);
        let text = |(_, code): &(f64, usize)| self.texts[*code].as_str();
        match row.get(from..to)? {
            [] => None,
            [one] => Some(text(one).to_owned()),
            [first, .., last] => Some(Bounds::read(text(first))?.to(Bounds::read(text(last))?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn label(texts: &[&str], low: usize, high: usize) -> String {
        let texts: Vec<String> = texts.iter().map(|t| (*t).to_owned()).collect();
        let encoded = encode("c", &texts, Measure::Seen).unwrap();
        let key = |n: usize| encoded.column.values()[n].clone().unwrap_or_default();
        encoded.written(Some(&format!("{}..{}", key(low), key(high))))
    }

    #[test]
    fn ranges_keep_their_form() {
        assert_eq!(label(&["[60-70)", "[70-80)", "[80-90)"], 0, 2), "[60-90)");
        assert_eq!(label(&["60-69", "70-79"], 0, 1), "60-79");
        assert_eq!(label(&["85", "86", "90+"], 0, 2), "85+");
        assert_eq!(label(&["85", "86", "90+"], 0, 1), "85..86");
        assert_eq!(label(&["30", "40"], 0, 1), "30..40");
        assert_eq!(label(&["1,5", "2,5"], 0, 1), "1,5..2,5");
        assert_eq!(label(&["1950-01-01", "1960-02-02"], 0, 1), "1950-01-01..1960-02-02");
        assert_eq!(label(&["2021", "2021-03"], 0, 1), "2021");
        assert_eq!(label(&["2020", "2020-06-15", "2021", "2021-03"], 1, 3), "2020-06-15..2021");
    }

    #[test]
    fn ranges_that_overlap_are_names() {
        let kind = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|t| (*t).to_owned()).collect();
            encode("c", &texts, Measure::Seen).unwrap().column.kind().clone()
        };
        let check = |texts: &[&str]| {
            assert!(matches!(kind(texts), anonymed_anonymize::QuasiKind::Categorical));
        };
        check(&["60-79", "70-74"]);
        check(&["120-80", "130-85"]);
        check(&["10-06", "9-09"]);
        check(&["90+", "95"]);
        // Near miss.
        assert!(matches!(kind(&["60-70", "70-80"]), anonymed_anonymize::QuasiKind::Numeric(_)));
    }

    #[test]
    fn intervals_of_lower_ends_are_written_by_their_ranges() {
        let texts = ["[75-85)", "[85-95)"].map(str::to_owned);
        let encoded = encode("c", &texts, Measure::Seen).unwrap();
        assert_eq!(encoded.written(Some("60..79")), "[75-85)");
        assert_eq!(encoded.written(Some("60..99")), "[75-95)");
        assert_eq!(encoded.written(Some("*")), "*");
    }

    /// What a text of numbers covers: the ends, and whether each belongs to it.
    fn covered(text: &str) -> (f64, bool, f64, bool) {
        if let Some((low, high)) = text.split_once("..") {
            return (low.parse().unwrap(), true, high.parse().unwrap(), true);
        }
        if let Some(low) = text.strip_suffix('+') {
            return (low.parse().unwrap(), true, f64::INFINITY, true);
        }
        let body = text.trim_matches(|c| "[]()".contains(c));
        let (low, high) = body.split_once('-').unwrap_or((body, body));
        let (low, high) = (low.parse().unwrap(), high.parse().unwrap());
        (low, !text.starts_with('('), high, !text.ends_with(')'))
    }

    fn covers(label: &str, text: &str) -> bool {
        let (label, text) = (covered(label), covered(text));
        (label.0 < text.0 || label.0 == text.0 && label.1 >= text.1)
            && (text.2 < label.2 || text.2 == label.2 && label.3 >= text.3)
    }

    /// Texts of ranges: each begins `gap` above the end of the one before, or below it.
    fn ranges() -> impl Strategy<Value = Vec<String>> {
        let one = (-1i32..4, 0i32..6, 0usize..7);
        prop::collection::vec(one, 1..9).prop_map(|parts| {
            let mut at = 20;
            let mut texts: Vec<String> = Vec::new();
            for (gap, width, form) in parts {
                let low = at + gap;
                let high = low + width;
                at = high;
                texts.push(match form {
                    0 => low.to_string(),
                    1 => format!("{low}+"),
                    2 => format!("[{low}-{high})"),
                    3 => format!("({low}-{high}]"),
                    4 => format!("[{low}-{high}]"),
                    _ => format!("{low}-{high}"),
                });
            }
            texts.sort_unstable();
            texts.dedup();
            texts
        })
    }

    /// First and last day of what a date says.
    fn days(text: &str) -> (String, String) {
        match text.len() {
            4 => (format!("{text}-01-01"), format!("{text}-12-31")),
            7 => (format!("{text}-01"), format!("{text}-31")),
            _ => (text.to_owned(), text.to_owned()),
        }
    }

    proptest! {
        #[test]
        fn a_label_covers_every_range_in_it(texts in ranges(), low in 15f64..60.0, span in 0f64..40.0) {
            let encoded = encode("c", &texts, Measure::Seen).unwrap();
            let anonymed_anonymize::QuasiKind::Numeric(points) = encoded.column.kind() else {
                return Ok(());
            };
            let inside: Vec<usize> = (0..texts.len())
                .filter(|n| (low..=low + span).contains(&points[*n]))
                .collect();
            let ends = inside.iter().map(|n| points[*n]);
            let (first, last) = (ends.clone().fold(f64::MAX, f64::min), ends.fold(f64::MIN, f64::max));
            for label in [format!("{low}..{}", low + span), format!("{first}..{last}")] {
                if !inside.is_empty() {
                    let label = encoded.written(Some(&label));
                    prop_assert!(inside.iter().all(|n| covers(&label, &texts[*n])), "{label}");
                }
            }
        }

        #[test]
        fn a_label_covers_every_date_in_it(
            parts in prop::collection::btree_set((0u8..3, 1u8..13, 1u8..29, 0u8..3), 2..12),
            low in 0usize..12,
            high in 0usize..12,
        ) {
            let text = |(year, month, day, form): (u8, u8, u8, u8)| match form {
                0 => format!("{}", 2020 + u32::from(year)),
                1 => format!("{}-{month:02}", 2020 + u32::from(year)),
                _ => format!("{}-{month:02}-{day:02}", 2020 + u32::from(year)),
            };
            let texts: Vec<String> =
                parts.into_iter().map(text).collect::<BTreeSet<_>>().into_iter().collect();
            let (low, high) = (low.min(texts.len() - 1), high.min(texts.len() - 1));
            let (low, high) = (low.min(high), low.max(high));
            prop_assume!(low < high && texts.iter().any(|t| t.len() > 4));
            let encoded = encode("c", &texts, Measure::Seen).unwrap();
            // Years, months and days in the order of their texts are in that of their first days.
            let label = encoded.written(Some(&format!("{}..{}", texts[low], texts[high])));
            let (first, last) = label.split_once("..").unwrap_or((&label, &label));
            let covered = (days(first).0, days(last).1);
            for text in &texts[low..=high] {
                prop_assert!(covered.0 <= days(text).0 && days(text).1 <= covered.1, "{label} {text}");
            }
        }
    }

    #[test]
    fn postal_codes_are_grouped_by_their_beginning() {
        let labels = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|t| (*t).to_owned()).collect();
            let encoded = encode("zip", &texts, Measure::Prefix).unwrap();
            let anonymed_anonymize::QuasiKind::Hierarchical(tree) = encoded.column.kind() else {
                panic!("{:?}", encoded.column.kind());
            };
            (1..=tree.height())
                .map(|level| tree.labels(level).iter().flatten().cloned().collect::<Vec<_>>())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            labels(&["291", "295", "674"]),
            [vec!["29*", "67*"], vec!["2**", "6**"], vec!["*"]]
                .map(|l| l.into_iter().map(str::to_owned).collect::<Vec<_>>())
        );
        assert_eq!(labels(&["", "000"]).last().unwrap(), &["*"]);
        assert_eq!(labels(&["K1A", "K1A 0B1"]).len(), 7);
    }

    #[test]
    fn missing_keeps_its_spelling() {
        let texts = |t: &[&str]| t.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        assert_eq!(encode("c", &texts(&["?", "a"]), Measure::Seen).unwrap().written(None), "?");
        assert_eq!(encode("c", &texts(&["", "?", "a"]), Measure::Seen).unwrap().written(None), "");
        assert_eq!(encode("c", &texts(&["", "?", "a"]), Measure::Seen).unwrap().code_of, [1, 1, 0]);
    }
}
