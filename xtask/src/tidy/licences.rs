//! Every package that is built has a licence from the list in `deny.toml`, and none is banned
//! there. `cargo deny` reads the same file; this needs no tool and no network.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use super::{Finding, Rule, Tree};
use crate::sys::{Workspace, process};

const LISTS: &str = "deny.toml";

/// See the module.
pub(super) struct Licences;

impl Rule for Licences {
    fn name(&self) -> &'static str {
        "licences"
    }

    fn check(&self, tree: &Tree) -> Result<Vec<Finding>> {
        let Some(lists) = tree.text(LISTS) else {
            return Ok(vec![Finding::new(LISTS, 0, "is missing")]);
        };
        let allowed = strings_of(lists, "allow");
        let banned = strings_of(lists, "deny");
        let mut findings = Vec::new();
        if !tree.exists("LICENSE") {
            findings.push(Finding::new("LICENSE", 0, "is missing"));
        }
        for (name, licence) in packages(tree.workspace.as_ref())? {
            if banned.contains(&name) {
                findings.push(Finding::new("Cargo.lock", 0, format!("package `{name}` is banned")));
            }
            match licence.or_else(|| clarified(lists, &name)) {
                None => {
                    findings.push(Finding::new(
                        "Cargo.lock",
                        0,
                        format!("`{name}` has no licence"),
                    ));
                }
                Some(terms) if !satisfied(&terms, &allowed) => findings.push(Finding::new(
                    "Cargo.lock",
                    0,
                    format!("`{name}` is under `{terms}`, which {LISTS} does not allow"),
                )),
                Some(_) => {}
            }
        }
        Ok(findings)
    }
}

/// Names and licences of the packages built on this platform.
fn packages(workspace: Option<&Workspace>) -> Result<Vec<(String, Option<String>)>> {
    let Some(workspace) = workspace else { return Ok(Vec::new()) };
    let version = process::expect(std::process::Command::new("rustc").arg("-vV"), &[0])?.stdout;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("`rustc -vV` names the host")?;
    let metadata = process::expect(
        &mut workspace.cargo(&[
            "metadata",
            "--format-version=1",
            "--locked",
            "--filter-platform",
            host,
        ]),
        &[0],
    )?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists packages")?;
    Ok(packages
        .iter()
        .map(|package| {
            let text = |key: &str| package[key].as_str().map(str::to_owned);
            (text("name").unwrap_or_default(), text("license"))
        })
        .collect())
}

/// The strings of `key = [ … ]` in a TOML text, comments left out; for `[bans] deny`, whose
/// entries are tables, the strings after `crate =`.
fn strings_of(toml: &str, key: &str) -> BTreeSet<String> {
    let mut strings = BTreeSet::new();
    let mut inside = false;
    for line in toml.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let starts = line
            .trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with("= ["));
        inside |= starts;
        if inside {
            // The first quoted string of an entry is its name; a reason may follow.
            for entry in line.split("},") {
                let quoted: Vec<&str> = entry.split('"').collect();
                let named = if entry.contains("crate =") {
                    &quoted[..quoted.len().min(3)]
                } else {
                    &quoted[..]
                };
                strings.extend(named.iter().skip(1).step_by(2).map(|s| (*s).to_owned()));
            }
            inside = !line.trim_end().ends_with(']');
        }
    }
    strings
}

/// What `[licenses] clarify` says of a package that names no licence.
fn clarified(toml: &str, name: &str) -> Option<String> {
    let entry =
        toml.lines().find(|line| line.contains(&format!("crate = \"{name}\", expression =")))?;
    entry.split("expression = \"").nth(1)?.split('"').next().map(str::to_owned)
}

/// Whether an SPDX expression (2.3, annex D; `/` as crates once wrote `OR`) can be met with allowed
/// licences.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&tokens, &mut at, allowed);
    met && at == tokens.len()
}

fn either(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = both(tokens, at, allowed);
    while tokens.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(tokens, at, allowed);
    }
    met
}

fn both(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(tokens, at, allowed);
    while tokens.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(tokens, at, allowed);
    }
    met
}

fn one(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(token) = tokens.get(*at) else { return false };
    *at += 1;
    if *token == "(" {
        let met = either(tokens, at, allowed);
        let closed = tokens.get(*at) == Some(&")");
        *at += usize::from(closed);
        return met && closed;
    }
    let mut name = (*token).to_owned();
    if tokens.get(*at) == Some(&"WITH") {
        name = format!("{name} WITH {}", tokens.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_met_or_not() {
        let allowed: BTreeSet<String> =
            ["MIT", "Apache-2.0", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"]
                .map(Into::into)
                .into();
        let check = |terms: &str, expect: bool| {
            assert_eq!(satisfied(terms, &allowed), expect, "{terms}");
        };
        check("MIT", true);
        check("MIT/Apache-2.0", true);
        check("GPL-3.0-only OR MIT", true);
        check("(MIT OR Apache-2.0) AND Unicode-3.0", true);
        check("Apache-2.0 WITH LLVM-exception OR BSL-1.0", true);
        check("AGPL-3.0-only", false);
        check("MIT AND GPL-2.0-only", false);
        check("(MIT OR Apache-2.0) AND MPL-2.0", false);
        check("MIT OR", true);
        check("(MIT", false);
        check("MIT MIT", false);
        check("", false);
    }

    #[test]
    fn lists_are_read() {
        let clarify =
            "clarify = [\n  { crate = \"x\", expression = \"MIT\", license-files = [] },\n]";
        assert_eq!(clarified(clarify, "x").as_deref(), Some("MIT"));
        assert_eq!(clarified(clarify, "y"), None);
        let toml = "[licenses]\nallow = [\n  \"MIT\", # widely used\n  \"ISC\",\n]\n[bans]\n\
                    deny = [\n  { crate = \"openssl\", reason = \"rustls is used\" },\n]\nother = [\"x\"]\n";
        assert_eq!(strings_of(toml, "allow"), ["ISC", "MIT"].map(Into::into).into());
        assert_eq!(strings_of(toml, "deny"), ["openssl"].map(Into::into).into());
        assert_eq!(
            strings_of("allow = [\"MIT\"]\n\"x\"\n", "allow"),
            ["MIT"].map(Into::into).into()
        );
    }

    #[test]
    fn lists_and_licence_must_be_there() {
        let names = |tree: Tree| -> Vec<String> {
            Licences.check(&tree).unwrap().into_iter().map(|f| f.path).collect()
        };
        assert_eq!(names(Tree::of(&[])), ["deny.toml"]);
        assert_eq!(names(Tree::of(&[("deny.toml", "")])), ["LICENSE"]);
    }
}
