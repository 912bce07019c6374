//! Nothing is left for later in the sources, and the change log is kept.

use anyhow::Result;

use super::{Finding, Rule, Tree};

/// Marks of unfinished work; written in two halves, so that this file is not found by its own rule.
const MARKS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!("),
    concat!("unimple", "mented!("),
    concat!("not yet ", "implemented"),
];

/// See the module.
pub(super) struct Words;

impl Rule for Words {
    fn name(&self) -> &'static str {
        "words"
    }

    fn check(&self, tree: &Tree) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (path, text) in tree.texts().filter(|(path, _)| watched(path)) {
            for (index, line) in text.lines().enumerate() {
                for mark in MARKS.iter().filter(|mark| stands_alone(line, mark)) {
                    findings.push(Finding::new(
                        path,
                        index + 1,
                        format!("`{mark}`: finish it or leave it out"),
                    ));
                }
            }
        }
        match tree.text("CHANGELOG.md") {
            Some(log) if log.contains("\n## ") => {}
            _ => findings.push(Finding::new("CHANGELOG.md", 0, "has no section")),
        }
        Ok(findings)
    }
}

fn watched(path: &str) -> bool {
    let written = [".rs", ".md", ".toml", ".py", ".sh", ".ts", ".tsx"];
    written.iter().any(|end| path.ends_with(end)) && !path.contains("/generated/")
}

/// Whether the mark occurs and is no part of a longer word.
fn stands_alone(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !letter(before) && (mark.ends_with('(') || !letter(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_as_words() {
        let check = |line: &str, expect: usize| {
            let tree = Tree::of(&[("a.rs", line), ("CHANGELOG.md", "# Log\n\n## Unreleased\n")]);
            assert_eq!(Words.check(&tree).unwrap().len(), expect, "{line}");
        };
        check(&format!("// {}: later", MARKS[0]), 1);
        check(&format!("    {})", MARKS[2]), 1);
        check(&format!("{}S are listed", MARKS[0]), 0);
        check("a method", 0);
    }

    #[test]
    fn a_change_log_is_wanted() {
        assert_eq!(Words.check(&Tree::of(&[])).unwrap().len(), 1);
    }
}
