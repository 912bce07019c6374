//! A registry folder lists all its files: where a `mod.rs` has a list named `ALL`, each file and
//! folder beside it is declared there and has an entry in the list, so that nothing is written and
//! then forgotten.

use anyhow::Result;

use super::{Finding, Rule, Tree};

/// Files in a registry's folder that are no entry, with the reason.
const NO_ENTRY: &[(&str, &str)] = &[
    ("crates/anonymize/src/metrics/level_costs.rs", "what metrics of cells share"),
    ("crates/anonymize/src/search/cluster/mod.rs", "what clustering searches share"),
    ("crates/anonymize/src/search/partition/mod.rs", "the cutting that searches share"),
];

/// See the module.
pub(super) struct Registries;

impl Rule for Registries {
    fn name(&self) -> &'static str {
        "registries"
    }

    fn check(&self, tree: &Tree) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (path, text) in tree.rust() {
            let Some(folder) = path.strip_suffix("mod.rs") else { continue };
            let Some(list) = list(text) else { continue };
            for (name, file, source) in entries(tree, folder) {
                if NO_ENTRY.iter().any(|(path, _)| *path == file) {
                    continue;
                }
                if !declares(text, &name) {
                    findings.push(Finding::new(path, 0, format!("does not declare `mod {name};`")));
                } else if !lists(list, &name, source) {
                    findings.push(Finding::new(path, 0, format!("`ALL` has no entry of `{name}`")));
                }
            }
        }
        Ok(findings)
    }
}

/// The body of a list named `ALL` at the top level of a file.
fn list(text: &str) -> Option<&str> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let item = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        let item = item.trim_start_matches("pub(super) ");
        if item.starts_with("const ALL: &[") || item.starts_with("static ALL: &[") {
            let body = &text[offset..];
            let start = body.find("= &[")?;
            let end = body[start..].find("];")?;
            return Some(&body[start..start + end]);
        }
        offset += line.len();
    }
    None
}

/// The modules beside a `mod.rs`: name, path, and text of the file or of the folder's `mod.rs`.
fn entries<'a>(tree: &'a Tree, folder: &str) -> Vec<(String, String, &'a str)> {
    tree.rust()
        .filter_map(|(path, text)| {
            let rest = path.strip_prefix(folder)?;
            let name = match rest.split_once('/') {
                None => rest.strip_suffix(".rs")?,
                Some((name, "mod.rs")) => name,
                Some(_) => return None,
            };
            let entry = !matches!(name, "mod" | "tests" | "generated");
            entry.then(|| (name.to_owned(), path.to_owned(), text))
        })
        .collect()
}

fn declares(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        line.trim_start_matches("pub ").trim_end() == format!("mod {name};")
    })
}

/// Whether the list names the module, or a public type, constant or function of it.
fn lists(list: &str, name: &str, source: &str) -> bool {
    let words: Vec<&str> = list.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    words.contains(&name) || exported(source).any(|item| words.contains(&item))
}

fn exported(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| {
        let rest = line.strip_prefix("pub")?;
        let rest = rest.trim_start_matches("(crate)").trim_start_matches("(super)").trim_start();
        let rest = ["struct ", "enum ", "const ", "static ", "fn "]
            .iter()
            .find_map(|keyword| rest.strip_prefix(keyword))?;
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        Registries.check(&Tree::of(files)).unwrap().into_iter().map(|f| f.text).collect()
    }

    #[test]
    fn every_file_is_declared_and_listed() {
        let registry = "mod ssn;\npub mod us;\nmod npi;\n\
                        pub const ALL: &[&dyn Recognizer] = &[&ssn::Ssn, &us::Zip,\n    &Npi];\n";
        let ssn = ("r/ssn.rs", "pub struct Ssn;\n");
        let us = ("r/us/mod.rs", "pub struct Zip;\n");
        let npi = ("r/npi.rs", "pub(super) struct Npi;\n");
        assert_eq!(found(&[("r/mod.rs", registry), ssn, us, npi]), [] as [&str; 0]);
        assert_eq!(
            found(&[("r/mod.rs", registry), ssn, us, npi, ("r/dea.rs", "pub struct Dea;\n")]),
            ["does not declare `mod dea;`"]
        );
        let unlisted = registry.replace(", &us::Zip", "");
        assert_eq!(found(&[("r/mod.rs", &unlisted), ssn, us, npi]), ["`ALL` has no entry of `us`"]);
    }

    #[test]
    fn other_folders_are_no_registries() {
        assert_eq!(
            found(&[("r/mod.rs", "mod a;\n"), ("r/a.rs", ""), ("r/b.rs", "")]),
            [] as [&str; 0]
        );
        let inner = "impl X {\n    pub const ALL: &[Self] = &[];\n}\n";
        assert_eq!(found(&[("r/mod.rs", inner), ("r/a.rs", "")]), [] as [&str; 0]);
    }
}
