//! Drugs by WHO's anatomical therapeutic chemical classification: a code's own beginnings, from the
//! substance to the anatomical main group (`A10BA02`, `A10BA`, `A10B`, `A10`, `A`).
//!
//! Structure: WHO Collaborating Centre for Drug Statistics Methodology, Guidelines for ATC classification.

use anonymed_core::policy::HierarchyBuild;

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};

/// The anatomical main groups.
const GROUPS: &[u8] = b"ABCDGHJLMNPRSV";
/// Letters of a code's five levels.
const LENGTHS: [usize; 5] = [7, 5, 4, 3, 1];

/// See the module.
#[derive(Debug)]
pub(super) struct Atc;

impl HierarchyBuilder for Atc {
    fn name(&self) -> &'static str {
        "atc"
    }

    fn source(&self) -> &'static str {
        "WHO Collaborating Centre for Drug Statistics Methodology"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        _: &ColumnValues<'_>,
        _: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        matches!(build, HierarchyBuild::Atc).then(|| Ok(Box::new(climb) as Climb<'a>))
    }
}

fn climb(text: &str) -> Option<Path> {
    let code = text.trim().to_ascii_uppercase();
    if !is_code(code.as_bytes()) {
        return None;
    }
    let labels = LENGTHS[1..].iter().map(|length| code[..code.len().min(*length)].to_owned());
    Some(Path { base: None, labels: labels.collect() })
}

fn is_code(code: &[u8]) -> bool {
    let form = b"A00AA00";
    LENGTHS.contains(&code.len())
        && GROUPS.contains(&code[0])
        && code.iter().zip(form).all(|(c, form)| match form {
            b'0' => c.is_ascii_digit(),
            _ => c.is_ascii_uppercase(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_climb() {
        let check = |text: &str, expect: Option<&str>| {
            let labels = climb(text).map(|path| path.labels.join(" "));
            assert_eq!(labels.as_deref(), expect, "{text}");
        };
        check("A10BA02", Some("A10BA A10B A10 A"));
        check(" n02be01", Some("N02BE N02B N02 N"));
        check("C09A", Some("C09A C09A C09 C"));
        check("V", Some("V V V V"));
        check("E10BA02", None);
        check("A10BA2", None);
        check("A1", None);
        check("Ä10", None);
        check("", None);
    }
}
