//! US postal codes: five digits, three, state. Three digits under which 20,000 people or fewer live are `000`,
//! as 45 CFR 164.514(b)(2)(i)(B) has it, and have no state, since several states have such.
//!
//! States by prefix: assignments of the USPS (`data/zip3_states.csv`). Where a prefix reaches into a second
//! state, it counts for the one that most of its codes lie in.

use std::sync::LazyLock;

use anonymed_core::policy::HierarchyBuild;
use anonymed_core::zip3;

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};
use crate::code_ranges::CodeRanges;

const STATES: &str = include_str!("../../data/zip3_states.csv");
static BY_PREFIX: LazyLock<CodeRanges> = LazyLock::new(|| CodeRanges::read(STATES));

/// See the module.
#[derive(Debug)]
pub(super) struct Zip;

impl HierarchyBuilder for Zip {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn source(&self) -> &'static str {
        "45 CFR 164.514(b)(2)(i)(B); USPS"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        column: &ColumnValues<'_>,
        _: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        // Where all codes have five digits, a level of five would say nothing new.
        let finer = column.texts.iter().any(|text| text.trim().len() > 5);
        matches!(build, HierarchyBuild::Zip)
            .then(|| Ok(Box::new(move |text: &str| climb(text, finer)) as Climb<'a>))
    }
}

fn climb(text: &str, finer: bool) -> Option<Path> {
    let text = text.trim();
    let is_prefix = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
    let (five, three) = match is_prefix {
        true => (text, prefix(&format!("{text}00"))?),
        false => (text.get(..5)?, prefix(text)?),
    };
    let state = match three.as_str() {
        "000" => "000",
        _ => BY_PREFIX.name(&three)?,
    };
    let five = finer.then(|| five.to_owned());
    let labels = five.into_iter().chain([three.clone(), state.to_owned()]).collect();
    Some(Path { base: None, labels })
}

/// The first three digits, or `000`; none where the prefix is no one's.
fn prefix(zip: &str) -> Option<String> {
    let known = zip.starts_with("000") || BY_PREFIX.name(zip.get(..3)?).is_some();
    zip3(zip).filter(|_| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_climb() {
        let check = |text: &str, finer: bool, expect: Option<&str>| {
            let labels = climb(text, finer).map(|path| path.labels.join(" "));
            assert_eq!(labels.as_deref(), expect, "{text}");
        };
        check("02139", false, Some("021 MA"));
        check("02139-4307", true, Some("02139 021 MA"));
        check("021394307", true, Some("02139 021 MA"));
        check("021", false, Some("021 MA"));
        check("03601", false, Some("000 000"));
        check("03601", true, Some("03601 000 000"));
        check("036", false, Some("000 000"));
        check("000", false, Some("000 000"));
        check("00601", false, Some("006 PR"));
        check("00802", false, Some("008 VI"));
        check("10001", false, Some("100 NY"));
        check("00501", false, Some("005 NY"));
        check("20500", false, Some("000 000"));
        check("20005", false, Some("200 DC"));
        check("88510", false, Some("885 TX"));
        check("83414", false, Some("834 ID"));
        check("96910", false, Some("969 GU"));
        check("99950", false, Some("999 AK"));
        // Near misses.
        check("2139", false, None);
        check("99999999", false, None);
        check("21300", false, None);
        check("0213a", false, None);
        check("SW1A 1AA", false, None);
        check("€€", false, None);
        check("", false, None);
    }

    #[test]
    fn prefixes_are_of_one_state_each() {
        let states = CodeRanges::assert_sound(STATES);
        let mut names: Vec<&str> = states.iter().map(|(_, _, state)| state).collect();
        names.sort_unstable();
        names.dedup();
        // 50 states, the District of Columbia, Puerto Rico, the Virgin Islands, Guam, armed forces.
        assert_eq!(names.len(), 50 + 1 + 3 + 3);
        let known = (0..1000).filter(|n| states.name(&format!("{n:03}")).is_some());
        assert_eq!(known.count(), 933);
    }
}
