//! One feature set for the whole workspace: the packages that the binary is built from have the
//! same features there as in the tests, or else every switch between the two compiles the data
//! engine again.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::{Finding, Rule, Tree};
use crate::sys::process;

/// See the module.
pub(super) struct Features;

impl Rule for Features {
    fn name(&self) -> &'static str {
        "features"
    }

    fn check(&self, tree: &Tree) -> Result<Vec<Finding>> {
        let Some(workspace) = &tree.workspace else { return Ok(Vec::new()) };
        let listing = |scope: &[&str]| -> Result<String> {
            let shape = ["tree", "--locked", "--prefix", "none", "--format", "{p}|{f}"];
            let arguments: Vec<&str> = shape.iter().chain(scope).copied().collect();
            Ok(process::expect(&mut workspace.cargo(&arguments), &[0])?.stdout)
        };
        let binary = listing(&["--package", "anonymed", "--edges", "normal,build"])?;
        let tests = listing(&["--workspace", "--edges", "normal,build,dev"])?;
        Ok(differing(&binary, &tests)
            .into_iter()
            .map(|package| {
                let text =
                    format!("`{package}` has other features in the tests than in the binary");
                Finding::new("Cargo.toml", 0, text)
            })
            .collect())
    }
}

/// Packages of the first listing whose feature lists are not those of the second.
fn differing<'a>(binary: &'a str, tests: &'a str) -> Vec<&'a str> {
    let (binary, tests) = (by_package(binary), by_package(tests));
    binary
        .into_iter()
        .filter(|(package, features)| tests.get(package) != Some(features))
        .map(|(package, _)| package)
        .collect()
}

/// A package may be built twice, once for the target and once for build scripts.
fn by_package(listing: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut packages: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in listing.lines() {
        if let Some((package, features)) = line.trim_end_matches(" (*)").split_once('|') {
            packages.entry(package.trim_end_matches(" (*)")).or_default().insert(features);
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differing_features_are_named() {
        let binary = "arrow v59|csv\nserde v1|derive,std (*)\nserde v1|derive,std\n";
        assert_eq!(
            differing(binary, "arrow v59|csv\nserde v1|derive,std\ninsta v1|\n"),
            [] as [&str; 0]
        );
        assert_eq!(differing(binary, "arrow v59|csv,ffi\nserde v1|derive,std\n"), ["arrow v59"]);
    }
}
