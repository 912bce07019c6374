//! Nothing in the repository knows the machine it was written on: no absolute path of a home or a
//! work folder, no registry but the public ones.

use anyhow::Result;

use super::{Finding, Rule, Tree};

/// Beginnings of machine paths, in halves for the same reason as in `words`.
const PATHS: &[&str] = &[
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
    concat!("C:\\Us", "ers"),
];

/// Settings that name a package registry.
const REGISTRY_SETTINGS: &[&str] = &[
    concat!("index", "-url"),
    concat!("registry", " ="),
    concat!("registry", "="),
    concat!("replace", "-with"),
];

const CRATES: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
const NPM: &str = "https://registry.npmjs.org/";

/// See the module.
pub(super) struct Machine;

impl Rule for Machine {
    fn name(&self) -> &'static str {
        "machine"
    }

    fn check(&self, tree: &Tree) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (path, text) in tree.texts() {
            for (index, line) in text.lines().enumerate() {
                if let Some(what) = machine_path(line).or_else(|| registry(path, line)) {
                    findings.push(Finding::new(path, index + 1, what));
                }
            }
        }
        Ok(findings)
    }
}

fn machine_path(line: &str) -> Option<&'static str> {
    PATHS
        .iter()
        .any(|start| {
            line.match_indices(start).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let inside = before.is_some_and(|c| c.is_alphanumeric() || "./-_~}".contains(c));
                let named = line[at + start.len()..]
                    .starts_with(|c: char| c.is_alphanumeric() || c == '\\');
                !inside && named
            })
        })
        .then_some("an absolute path of one machine")
}

fn registry(path: &str, line: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let foreign = match name {
        "Cargo.lock" => line.starts_with("source = ") && line != CRATES,
        "package-lock.json" => line.contains("\"resolved\"") && !line.contains(NPM),
        "config.toml" | ".npmrc" | "pip.conf" | "uv.toml" => {
            REGISTRY_SETTINGS.iter().any(|setting| line.trim_start().starts_with(setting))
        }
        _ => false,
    };
    foreign.then_some("names a registry of one machine")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_machine_are_found() {
        let check =
            |line: &str, expect: bool| assert_eq!(machine_path(line).is_some(), expect, "{line}");
        check(&format!("let x = \"{}alice/x\";", PATHS[1]), true);
        check(&format!("see {}x", PATHS[0]), true);
        check("https://example.org/work/a", false);
        check("$HOME/.cache and target/work/x", false);
        check(&format!("{}$USER", PATHS[1]), false);
    }

    #[test]
    fn registries_other_than_the_public_are_found() {
        let check = |path: &str, line: &str, expect: bool| {
            assert_eq!(registry(path, line).is_some(), expect, "{path}: {line}");
        };
        check("Cargo.lock", CRATES, false);
        check("Cargo.lock", "source = \"registry+https://mirror.example/index\"", true);
        check("Cargo.lock", "name = \"source\"", false);
        check("web/package-lock.json", "\"resolved\": \"https://mirror.example/a.tgz\"", true);
        check("web/package-lock.json", "\"resolved\": \"https://registry.npmjs.org/a.tgz\"", false);
        check(".cargo/config.toml", "xtask = \"run\"", false);
        check("web/.npmrc", &format!("{}https://mirror.example", REGISTRY_SETTINGS[2]), true);
    }
}
