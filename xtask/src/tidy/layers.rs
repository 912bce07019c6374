//! Arrows between crates point down only, and no crate imports its own row, as the table in
//! `ARCHITECTURE.md` says; every crate stands in the table, is named after its folder and takes
//! the workspace's lints and licence.

use anyhow::Result;

use super::{Finding, Rule, Tree, dependencies};

/// Rows from the ground up.
const ROWS: &[&[&str]] = &[
    &["core"],
    &["anonymize", "assess", "text", "document", "imaging", "hl7", "dp", "model", "vault", "demo"],
    &["table", "synth", "profile", "export"],
    &["engine"],
    &["cluster"],
    &["server", "cli"],
];

/// Arrows within a row that the design allows.
const WITHIN_A_ROW: &[(&str, &str)] =
    &[("synth", "table"), ("profile", "table"), ("export", "table"), ("cli", "server")];

/// Lines every crate's manifest has.
const WANTED: &[&str] = &[
    "version.workspace = true",
    "edition.workspace = true",
    "license.workspace = true",
    "publish.workspace = true",
    "[lints]\nworkspace = true",
];

/// See the module.
pub(super) struct Layers;

impl Rule for Layers {
    fn name(&self) -> &'static str {
        "layers"
    }

    fn check(&self, tree: &Tree) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (path, manifest) in tree.texts() {
            let folder = match path.strip_suffix("/Cargo.toml") {
                Some("xtask") => "xtask",
                Some(folder) => match folder.strip_prefix("crates/") {
                    Some(folder) => folder,
                    None => continue,
                },
                None => continue,
            };
            arrows(path, folder, manifest, &mut findings);
            form(path, folder, manifest, &mut findings);
        }
        Ok(findings)
    }
}

fn row(folder: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&folder))
}

fn arrows(path: &str, folder: &str, manifest: &str, findings: &mut Vec<Finding>) {
    let own = row(folder);
    if own.is_none() && folder != "xtask" {
        findings.push(Finding::new(
            path,
            0,
            format!("crate `{folder}` stands in no row of the layer table"),
        ));
    }
    for dependency in dependencies(manifest) {
        let Some(target) = dependency.name.strip_prefix("anonymed-") else { continue };
        let allowed = match (own, row(target)) {
            (Some(own), Some(below)) if below < own => true,
            (Some(_), Some(_)) => WITHIN_A_ROW.contains(&(folder, target)),
            _ => false,
        };
        if !allowed {
            findings.push(Finding::new(
                path,
                dependency.line,
                format!("`{folder}` may not import `{target}`: arrows point down the layer table"),
            ));
        }
    }
}

fn form(path: &str, folder: &str, manifest: &str, findings: &mut Vec<Finding>) {
    let name = match folder {
        "cli" => "anonymed".to_owned(),
        "xtask" => "xtask".to_owned(),
        other => format!("anonymed-{other}"),
    };
    if !manifest.contains(&format!("name = \"{name}\"\n")) {
        findings.push(Finding::new(path, 0, format!("the package of this folder is `{name}`")));
    }
    for wanted in WANTED {
        if !manifest.contains(wanted) {
            let wanted = wanted.replace('\n', " ");
            findings.push(Finding::new(path, 0, format!("lacks `{wanted}`")));
        }
    }
    if manifest.contains("description = \"DESC\"") || !manifest.contains("description = ") {
        findings.push(Finding::new(path, 0, "lacks a description of one sentence"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(folder: &str, body: &str) -> Vec<String> {
        let mut findings = Vec::new();
        arrows("Cargo.toml", folder, body, &mut findings);
        findings.into_iter().map(|f| f.text).collect()
    }

    #[test]
    fn arrows_point_down() {
        let check = |folder: &str, target: &str, ok: bool| {
            let body = format!("[dependencies]\nanonymed-{target}.workspace = true\n");
            assert_eq!(found(folder, &body).is_empty(), ok, "{folder} -> {target}");
        };
        check("text", "core", true);
        check("engine", "hl7", true);
        check("table", "anonymize", true);
        check("synth", "table", true);
        check("cli", "engine", true);
        check("cli", "server", true);
        check("text", "hl7", false);
        check("core", "text", false);
        check("table", "synth", false);
        check("server", "cli", false);
        check("text", "nonsense", false);
        check("xtask", "engine", false);
    }

    #[test]
    fn dev_dependencies_count_too() {
        assert_eq!(found("hl7", "[dev-dependencies]\nanonymed-text = { path = \"\" }\n").len(), 1);
    }

    #[test]
    fn a_crate_needs_a_row_and_a_form() {
        assert!(found("helpers", "")[0].contains("no row"));
        let tree = Tree::of(&[(
            "crates/text/Cargo.toml",
            "[package]\nname = \"anonymed-text\"\ndescription = \"Finds it.\"\nversion.workspace = true\n\
             edition.workspace = true\nlicense.workspace = true\npublish.workspace = true\n[lints]\nworkspace = true\n",
        )]);
        assert_eq!(Layers.check(&tree).unwrap(), []);
        let tree = Tree::of(&[("crates/text/Cargo.toml", "[package]\nname = \"textual\"\n")]);
        assert_eq!(Layers.check(&tree).unwrap().len(), 1 + WANTED.len() + 1);
    }
}
