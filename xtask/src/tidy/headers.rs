//! Every Rust file says first what it is, and none outgrows its reader.

use anyhow::Result;

use super::{Finding, Rule, Tree};

/// Lines above which a file is to be split; generated tables are not read.
const MOST_LINES: usize = 1_500;

/// See the module.
pub(super) struct Headers;

impl Rule for Headers {
    fn name(&self) -> &'static str {
        "headers"
    }

    fn check(&self, tree: &Tree) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (path, text) in tree.rust() {
            if !text.starts_with("//! ") {
                findings.push(Finding::new(
                    path,
                    1,
                    "begins with no `//!` line that says what it is",
                ));
            }
            let lines = text.lines().count();
            if lines > MOST_LINES && !path.contains("/generated/") {
                findings.push(Finding::new(
                    path,
                    0,
                    format!("{lines} lines, at most {MOST_LINES}"),
                ));
            }
        }
        Ok(findings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_lengths() {
        let check = |path: &str, text: &str, expect: usize| {
            assert_eq!(Headers.check(&Tree::of(&[(path, text)])).unwrap().len(), expect, "{path}");
        };
        let long = "//! Long.\n".repeat(MOST_LINES + 1);
        check("a.rs", "//! What it is.\nfn main() {}\n", 0);
        check("a.rs", "fn main() {}\n", 1);
        check("a.rs", "//!\n", 1);
        check("a.rs", "", 1);
        check("a.rs", &long, 1);
        check("crates/x/src/generated/a.rs", &long, 0);
        check("a.md", "text", 0);
    }
}
