//! Three digits of a US postal code, as 45 CFR 164.514(b)(2)(i)(B) allows: the first three where
//! more than 20,000 people live under them, `000` otherwise.
//!
//! The census behind the rule changes every ten years and published lists differ, so a prefix is
//! restricted where any of two lists has it: the 17 of the HHS guidance (2000 census) and the 14
//! that tools took from the 2010 census.

/// Restricted by the 2000 census, as the HHS guidance on de-identification (2012) lists them.
const CENSUS_2000: [&str; 17] = [
    "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878",
    "879", "884", "890", "893",
];

/// Restricted by the 2010 census.
const CENSUS_2010: [&str; 14] = [
    "036", "059", "102", "203", "205", "369", "556", "692", "821", "823", "878", "879", "884",
    "893",
];

/// The three digits that may be kept of a postal code of five or nine digits, or `000` where too
/// few people live under them. `None` where the text is no US postal code.
///
/// # Examples
///
/// ```
/// use anonymed_core::zip3;
///
/// assert_eq!(zip3("02139-4307").as_deref(), Some("021"));
/// assert_eq!(zip3("03601").as_deref(), Some("000"));
/// assert_eq!(zip3("SW1A 1AA"), None);
/// ```
pub fn zip3(zip: &str) -> Option<String> {
    let zip = zip.trim();
    let digits = |s: &str, len: usize| s.len() == len && s.bytes().all(|b| b.is_ascii_digit());
    let whole = match zip.split_once(['-', ' ']) {
        Some((five, four)) => digits(five, 5) && digits(four, 4),
        None => digits(zip, 5) || digits(zip, 9),
    };
    if !whole {
        return None;
    }
    let prefix = zip.get(..3)?;
    let restricted = CENSUS_2000.contains(&prefix) || CENSUS_2010.contains(&prefix);
    Some(if restricted { "000".to_owned() } else { prefix.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        let check = |zip: &str, expect: Option<&str>| {
            assert_eq!(zip3(zip).as_deref(), expect, "{zip:?}");
        };
        check("10001", Some("100"));
        check("100011234", Some("100"));
        check("10001-1234", Some("100"));
        check(" 10001 1234 ", Some("100"));
        check("1000", None);
        check("10001-", None);
        check("10001-12345", None);
        check("1000a", None);
        check("100", None);
        check("", None);
        check("١٢٣٤٥", None);
    }

    #[test]
    fn restricted_by_either_census() {
        let mut union: Vec<_> = CENSUS_2000.iter().chain(&CENSUS_2010).collect();
        union.sort_unstable();
        union.dedup();
        assert_eq!(union.len(), 19);
        for prefix in union {
            assert_eq!(zip3(&format!("{prefix}07")).as_deref(), Some("000"));
        }
    }
}
