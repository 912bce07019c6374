//! `cargo xtask tidy`: what the project asks of its own text and the compiler does not check. One
//! rule, one file, one line in [`ALL`].

mod claims;
mod features;
mod headers;
mod layers;
mod licences;
mod links;
mod machine;
mod registries;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::process::Command;

use anyhow::{Result, bail};

use crate::sys::{Workspace, process};

const ALL: &[&dyn Rule] = &[
    &layers::Layers,
    &features::Features,
    &headers::Headers,
    &registries::Registries,
    &words::Words,
    &machine::Machine,
    &licences::Licences,
    &links::Links,
    &claims::Claims,
];

/// Checks the project's text: layers, headers, registries, licences, links.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// One rule.
trait Rule {
    /// Its name, printed beside what it finds.
    fn name(&self) -> &'static str;

    /// Gives what is not as it should be.
    fn check(&self, tree: &Tree) -> Result<Vec<Finding>>;
}

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    text: String,
}

impl Finding {
    /// A finding in a line; 0 stands for the whole file.
    fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.text),
            line => write!(f, "{}:{line}: {}", self.path, self.text),
        }
    }
}

/// The repository's files, by path with `/`; files that are not UTF-8 have no text.
struct Tree {
    files: BTreeMap<String, Option<String>>,
    workspace: Option<Workspace>,
}

impl Tree {
    /// Reads every file that git tracks or would track.
    fn read(workspace: Workspace) -> Result<Self> {
        let mut git = Command::new("git");
        git.current_dir(&workspace.root);
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listing = process::expect(&mut git, &[0])?.stdout;
        let mut files = BTreeMap::new();
        for path in listing.split('\0').filter(|path| !path.is_empty()) {
            // A file that was deleted and not yet committed is listed and not there.
            if let Ok(bytes) = fs_err::read(workspace.root.join(path)) {
                files.insert(path.to_owned(), String::from_utf8(bytes).ok());
            }
        }
        Ok(Self { files, workspace: Some(workspace) })
    }

    /// Files that are text, in order.
    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// Rust sources, generated ones included.
    fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(|(path, _)| path.ends_with(".rs"))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Whether a path is a file or a folder of the repository.
    fn exists(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files.contains_key(path) || self.files.keys().any(|file| file.starts_with(&folder))
    }

    #[cfg(test)]
    fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(p, t)| ((*p).to_owned(), Some((*t).to_owned()))).collect();
        Self { files, workspace: None }
    }
}

/// A key of a Cargo.toml's dependency sections.
#[derive(Debug, PartialEq, Eq)]
struct Dependency<'a> {
    name: &'a str,
    line: usize,
}

/// The dependencies of a manifest, of every kind. Reads the one form that this workspace uses: a
/// section header, then `name = …` or `name.workspace = true`.
fn dependencies(manifest: &str) -> Vec<Dependency<'_>> {
    let mut inside = false;
    let mut found = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            inside = header.trim_end_matches(']').ends_with("dependencies");
        } else if inside && !line.starts_with('#') {
            let end = line.find(['=', '.', ' ']).unwrap_or(0);
            if end > 0 {
                found.push(Dependency { name: &line[..end], line: index + 1 });
            }
        }
    }
    found
}

pub(crate) fn run(_: &Workspace, _: &Arguments) -> Result<()> {
    let tree = Tree::read(Workspace::find()?)?;
    let mut total = 0;
    for rule in ALL {
        let findings = rule.check(&tree)?;
        for finding in &findings {
            println!("{finding} [{}]", rule.name());
        }
        total += findings.len();
    }
    println!("tidy: {} rules over {} files, {total} findings", ALL.len(), tree.files.len());
    if total > 0 {
        bail!("{total} places are not tidy");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_read_from_their_sections_alone() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\nserde.workspace = true\n# no\n\n\
                        toml = { version = \"1\" }\n[lints]\nworkspace = true\n\
                        [target.'cfg(unix)'.dev-dependencies]\nrustix = \"1\"\n";
        let names: Vec<_> = dependencies(manifest).iter().map(|d| (d.name, d.line)).collect();
        assert_eq!(names, [("serde", 4), ("toml", 7), ("rustix", 11)]);
    }

    #[test]
    fn folders_exist_by_their_files() {
        let tree = Tree::of(&[("docs/guide/a.md", "")]);
        for (path, expect) in
            [("docs/guide/a.md", true), ("docs/guide", true), ("docs/", true), ("docs/gui", false)]
        {
            assert_eq!(tree.exists(path), expect, "{path}");
        }
    }
}
