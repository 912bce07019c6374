//! Ages in years: five, ten, twenty and forty years, and 90 and above as one, on every level.
//!
//! 45 CFR 164.514(b)(2)(i)(C): all ages over 89 have to be one category of age 90 or older. So the first
//! level is not the value but the value under that rule.

use anonymed_core::policy::HierarchyBuild;

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};
use crate::interval_label::number;

/// The first age that is not told apart.
const TOP: u32 = 90;
/// Nobody is older.
const OLDEST: f64 = 150.0;
/// Years of each level's intervals; each divides the next.
const WIDTHS: [u32; 4] = [5, 10, 20, 40];

/// See the module.
#[derive(Debug)]
pub(super) struct Age;

impl HierarchyBuilder for Age {
    fn name(&self) -> &'static str {
        "age"
    }

    fn source(&self) -> &'static str {
        "45 CFR 164.514(b)(2)(i)(C)"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        _: &ColumnValues<'_>,
        _: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        matches!(build, HierarchyBuild::Age).then(|| Ok(Box::new(climb) as Climb<'a>))
    }
}

fn climb(text: &str) -> Option<Path> {
    let years = match text.trim() {
        "90+" => f64::from(TOP),
        text => number(text).filter(|years| (0.0..=OLDEST).contains(years))?,
    };
    let capped = years >= f64::from(TOP);
    let year = (years as u32).min(TOP);
    let labels = WIDTHS.map(|width| {
        let low = year / width * width;
        if low + width > TOP { format!("{low}+") } else { format!("{low}..{}", low + width - 1) }
    });
    Some(Path { base: capped.then(|| format!("{TOP}+")), labels: labels.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_climb() {
        let check = |text: &str, expect: Option<&str>| {
            let path = climb(text).map(|path| {
                format!("{}: {}", path.base.unwrap_or_default(), path.labels.join(" "))
            });
            assert_eq!(path.as_deref(), expect, "{text}");
        };
        check("0", Some(": 0..4 0..9 0..19 0..39"));
        check("34", Some(": 30..34 30..39 20..39 0..39"));
        check("89.9", Some(": 85..89 80..89 80+ 80+"));
        check("90", Some("90+: 90+ 90+ 80+ 80+"));
        check("104", Some("90+: 90+ 90+ 80+ 80+"));
        check("90+", Some("90+: 90+ 90+ 80+ 80+"));
        check("-1", None);
        check("151", None);
        check("NaN", None);
        check("young", None);
    }
}
