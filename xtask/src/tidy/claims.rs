//! Every claim of protection names a test that exists: a row of a table in `docs/claims/` ends with
//! tests as `crate::…::name`, or with a command of `cargo xtask`.

use anyhow::Result;

use super::{Finding, Rule, Tree};

/// See the module.
pub(super) struct Claims;

impl Rule for Claims {
    fn name(&self) -> &'static str {
        "claims"
    }

    fn check(&self, tree: &Tree) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (path, text) in tree.texts().filter(|(path, _)| path.starts_with("docs/claims/")) {
            for (index, row) in text.lines().enumerate().filter(|(_, line)| is_row(line)) {
                let last = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
                let named: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
                if named.is_empty() {
                    findings.push(Finding::new(path, index + 1, "the claim names no test"));
                }
                for name in named.into_iter().filter(|name| !exists(tree, name)) {
                    findings.push(Finding::new(
                        path,
                        index + 1,
                        format!("there is no test `{name}`"),
                    ));
                }
            }
        }
        Ok(findings)
    }
}

/// Whether a line is a row of a table and neither its head nor the rule below it.
fn is_row(line: &str) -> bool {
    line.starts_with('|') && !line.starts_with("|-") && !line.starts_with("| claim ")
}

fn exists(tree: &Tree, name: &str) -> bool {
    if let Some(command) = name.strip_prefix("cargo xtask ") {
        let word = command.split(' ').next().unwrap_or_default();
        return tree.exists(&format!("xtask/src/{word}.rs"))
            || tree.exists(&format!("xtask/src/{word}"));
    }
    let Some((krate, rest)) = name.split_once("::") else { return false };
    let function = rest.rsplit("::").next().unwrap_or(rest);
    let folder = if krate == "xtask" { "xtask/".to_owned() } else { format!("crates/{krate}/") };
    let written = format!("fn {function}(");
    tree.rust().any(|(path, text)| path.starts_with(&folder) && text.contains(&written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_name_tests_that_exist() {
        let check = |row: &str, expect: Option<&str>| {
            let page = format!("| claim | shown by |\n|---|---|\n{row}\n");
            let tree = Tree::of(&[
                ("docs/claims/README.md", page.as_str()),
                ("crates/core/src/dates.rs", "fn intervals_stay() {}\n"),
                ("xtask/src/kill.rs", ""),
            ]);
            let findings = Claims.check(&tree).unwrap();
            match expect {
                None => assert_eq!(findings, [], "{row}"),
                Some(part) => assert!(findings[0].text.contains(part), "{row}: {findings:?}"),
            }
        };
        check("| a | `core::dates::intervals_stay` |", None);
        check("| a `b` | `cargo xtask kill --rounds 200`, `core::dates::intervals_stay` |", None);
        check("| a | `core::dates::intervals_go` |", Some("no test"));
        check("| a | `text::dates::intervals_stay` |", Some("no test"));
        check("| a | `cargo xtask nothing` |", Some("no test"));
        check("| a | by inspection |", Some("names no test"));
    }
}
