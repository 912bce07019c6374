//! Characters masked one by one, from the right (`12345`, `1234*`, `123**`) or from the left. Shorter values
//! are filled up to the longest, so that a length tells nothing once it is masked.

use anonymed_core::policy::{HierarchyBuild, RedactionSteps, Side};

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};

/// Most levels; where values are longer, more characters go at a time.
const MOST_LEVELS: usize = 32;

/// See the module.
#[derive(Debug)]
pub(super) struct Redaction;

impl HierarchyBuilder for Redaction {
    fn name(&self) -> &'static str {
        "redaction"
    }

    fn source(&self) -> &'static str {
        "the values' own characters"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        column: &ColumnValues<'_>,
        _: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        let HierarchyBuild::Redaction(steps) = build else { return None };
        let longest = column.texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
        let step = (steps.step as usize).max(longest.div_ceil(MOST_LEVELS));
        // What is left of each level, down to one step.
        let kept: Vec<usize> = (1..)
            .map(|level| longest.saturating_sub(level * step))
            .take_while(|n| *n > 0)
            .collect();
        Some(Ok(Box::new(move |text| {
            let characters: Vec<char> = text.chars().collect();
            let labels = kept.iter().map(|kept| mask(*steps, &characters, *kept, longest));
            Some(Path { base: None, labels: labels.collect() })
        })))
    }
}

fn mask(steps: RedactionSteps, characters: &[char], kept: usize, longest: usize) -> String {
    let kept = kept.min(characters.len());
    let masked = std::iter::repeat_n(steps.character, longest.saturating_sub(kept));
    match steps.from {
        Side::Right => characters[..kept].iter().copied().chain(masked).collect(),
        Side::Left => masked.chain(characters[characters.len() - kept..].iter().copied()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::hierarchies::tests::labels;

    #[test]
    fn characters_go_one_by_one() {
        let keys = "build = \"redaction\"";
        assert_eq!(
            labels(keys, &["12345", "129"]),
            ["1234* 123** 12*** 1****", "129** 129** 12*** 1****"]
        );
        let keys = "build = \"redaction\", from = \"left\", character = \"x\", step = 2";
        assert_eq!(labels(keys, &["Müller", "Ott"]), ["xxller xxxxer", "xxxOtt xxxxtt"]);
        assert_eq!(labels("build = \"redaction\"", &["a", "b"]), ["", ""]);
    }

    #[test]
    fn long_values_lose_more_at_a_time() {
        let long = "y".repeat(200);
        let all = labels("build = \"redaction\"", &[&long]);
        assert_eq!(all[0].split(' ').count(), 28);
    }
}
