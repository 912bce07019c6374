//! Links between the repository's pages lead somewhere: the file is there, and the heading where
//! one is named. Every page of the manual can be reached from another.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Finding, Rule, Tree};

/// See the module.
pub(super) struct Links;

impl Rule for Links {
    fn name(&self) -> &'static str {
        "links"
    }

    fn check(&self, tree: &Tree) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let mut reached = BTreeSet::new();
        for (path, text) in tree.texts().filter(|(path, _)| path.ends_with(".md")) {
            for (line, target) in links(text) {
                let file = target.split('#').next().unwrap_or_default();
                reached.extend(resolve(path, file).filter(|target| target != path));
                if let Some(reason) = broken(tree, path, target) {
                    findings.push(Finding::new(path, line, format!("`{target}`: {reason}")));
                }
            }
        }
        let pages = tree.files.keys().filter(|p| p.starts_with("docs/") && p.ends_with(".md"));
        for page in pages.filter(|page| !reached.contains(*page)) {
            let folder = page.strip_suffix("/README.md").unwrap_or(page);
            if !reached.contains(folder) {
                findings.push(Finding::new(page, 0, "no other page links to it"));
            }
        }
        Ok(findings)
    }
}

/// The link targets of a page with their lines, code left out.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Every second piece between backticks is code.
        for prose in line.split('`').step_by(2) {
            for (at, _) in prose.match_indices("](") {
                let target = &prose[at + 2..];
                if let Some(end) = target.find([')', ' ']) {
                    found.push((index + 1, &target[..end]));
                }
            }
        }
    }
    found
}

fn broken(tree: &Tree, page: &str, target: &str) -> Option<&'static str> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() { Some(page.to_owned()) } else { resolve(page, file) };
    let Some(path) = path else { return Some("leads out of the repository") };
    if !tree.exists(&path) {
        return Some("there is no such file");
    }
    let heading = anchor.is_empty()
        || tree.text(&path).is_none_or(|text| headings(text).any(|slug| slug == anchor));
    (!heading).then_some("there is no such heading")
}

/// A path beside a page, with `.` and `..` worked out.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The anchors of a page's headings, made as the usual forges make them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter(|line| line.starts_with('#')).map(|line| {
        line.trim_start_matches('#')
            .trim()
            .to_lowercase()
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                _ => None,
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_somewhere() {
        let check = |link: &str, expect: Option<&str>| {
            let page = format!("# Page\n\nSee [it]({link}).\n");
            let tree = Tree::of(&[
                ("docs/guide/page.md", page.as_str()),
                (
                    "README.md",
                    "# AnonyMed\n\n[a](docs/guide/page.md) [b](docs/x.md)\n## Exit codes, all\n",
                ),
                ("docs/x.md", ""),
            ]);
            let findings = Links.check(&tree).unwrap();
            match expect {
                None => assert_eq!(findings, [], "{link}"),
                Some(part) => assert!(findings[0].text.contains(part), "{link}: {findings:?}"),
            }
        };
        check("../x.md", None);
        check("../../README.md#exit-codes-all", None);
        check("#page", None);
        check("..", None);
        check("https://example.org/a", None);
        check("../y.md", Some("no such file"));
        check("../../README.md#exit", Some("no such heading"));
        check("../../../x.md", Some("out of the repository"));
    }

    #[test]
    fn pages_can_be_reached() {
        let check = |links: &str, expect: usize| {
            let tree = Tree::of(&[
                ("README.md", links),
                ("docs/a.md", "[self](a.md)"),
                ("docs/b/README.md", ""),
            ]);
            assert_eq!(Links.check(&tree).unwrap().len(), expect, "{links}");
        };
        check("[a](docs/a.md) [b](docs/b)", 0);
        check("[a](docs/a.md#x) [b](docs/b/README.md)", 1);
        check("[b](docs/b)", 1);
        check("", 2);
    }

    #[test]
    fn code_holds_no_links() {
        assert_eq!(links("`[a](b)`\n```\n[a](b)\n```\n[a](c \"title\")\n"), [(5, "c")]);
    }
}
