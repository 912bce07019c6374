//! What an attacker has beside the raw and the released table: files that a configuration or a policy names
//! in its attack section, or a command line does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anonymed_assess::Table;
use anonymed_core::PolicyError;
use anonymed_core::policy::{AttackConfig, AttackTables, Policy};

use super::names;
use crate::{EngineError, scan};

/// Tables of an attacker, where they lie.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beside {
    files: Vec<(Table, PathBuf)>,
}

impl Beside {
    /// The files of a section, in the folder of its configuration.
    ///
    /// # Errors
    ///
    /// [`EngineError::Policy`] at the key under `at` of the first file that is not there.
    pub(crate) fn of(tables: &AttackTables, folder: &Path, at: &str) -> Result<Self, EngineError> {
        present(tables, folder, at)?;
        let one = |table, name: &Option<String>| Some((table, folder.join(name.as_ref()?)));
        let single = [
            one(Table::Outside, &tables.outside),
            one(Table::Control, &tables.control),
            one(Table::Canaries, &tables.canaries),
        ];
        let earlier = tables.earlier.iter().enumerate();
        let earlier = earlier.map(|(n, name)| (Table::Earlier(n), folder.join(name)));
        Ok(Self { files: single.into_iter().flatten().chain(earlier).collect() })
    }

    /// Takes a file in place of what was named before.
    pub(crate) fn take(&mut self, table: Table, path: Option<&Path>) {
        if let Some(path) = path {
            self.files.retain(|(other, _)| *other != table);
            self.files.push((table, path.to_owned()));
        }
    }

    /// Takes earlier releases in place of all that were named before.
    pub(crate) fn take_earlier(&mut self, paths: &[PathBuf]) {
        if !paths.is_empty() {
            self.files.retain(|(table, _)| !matches!(table, Table::Earlier(_)));
            let earlier = paths.iter().enumerate();
            self.files.extend(earlier.map(|(n, path)| (Table::Earlier(n), path.clone())));
        }
    }

    /// The files, each with what it is in words.
    pub(crate) fn files(&self) -> impl Iterator<Item = (Table, &Path, &'static str)> {
        self.files.iter().map(|(table, path)| (*table, path.as_path(), what(*table)))
    }

    /// The attacks that can be made with these tables.
    pub(crate) fn attacks(&self) -> Vec<&'static str> {
        let has = |name: &str| match name {
            "canaries" => self.files.iter().any(|(table, _)| *table == Table::Canaries),
            "composition" => self.files.iter().any(|(table, _)| matches!(table, Table::Earlier(_))),
            _ => true,
        };
        names().into_iter().filter(|name| has(name)).collect()
    }
}

fn what(table: Table) -> &'static str {
    match table {
        Table::Outside => "the outside table",
        Table::Control => "the control table",
        Table::Canaries => "the table of canaries",
        Table::Earlier(_) => "an earlier release",
        Table::Raw => "the raw table",
        Table::Released => "the released table",
    }
}

/// The key of the table that an attack needs, where a section does not name it.
pub(crate) fn lacking(attack: &str, config: &AttackConfig) -> Option<&'static str> {
    match attack {
        "canaries" if config.tables.canaries.is_none() => Some("canaries"),
        "composition" if config.tables.earlier.is_empty() => Some("earlier"),
        _ => None,
    }
}

/// Refuses a policy that names files of an attacker that are not in its folder.
///
/// # Errors
///
/// [`EngineError::Policy`] at the first such key.
pub(crate) fn present_in(policy: &Policy, folder: &Path) -> Result<(), EngineError> {
    policy.tables.iter().enumerate().try_for_each(|(n, table)| match &table.attack {
        Some(attack) => present(&attack.tables, folder, &format!("table[{n}].attack")),
        None => Ok(()),
    })
}

/// SHA-256 of each file of an attacker that a policy names, by its key.
///
/// # Errors
///
/// [`EngineError::Io`] where one cannot be read.
pub(crate) fn digests(
    policy: &Policy,
    folder: &Path,
) -> Result<BTreeMap<String, String>, EngineError> {
    let mut digests = BTreeMap::new();
    for (n, table) in policy.tables.iter().enumerate() {
        let tables = table.attack.iter().flat_map(|attack| attack.tables.files());
        for (key, name) in tables {
            let unread = || EngineError::io("a table of the attack section", "read");
            let mut file = fs_err::File::open(folder.join(name)).map_err(unread())?;
            let (_, digest) = scan::hash(&mut file).map_err(unread())?;
            digests.insert(format!("table[{n}].attack.{key}"), digest);
        }
    }
    Ok(digests)
}

fn present(tables: &AttackTables, folder: &Path, at: &str) -> Result<(), EngineError> {
    match tables.files().find(|(_, name)| !folder.join(name).is_file()) {
        Some((key, _)) => Err(EngineError::Policy(PolicyError {
            key: format!("{at}.{key}"),
            reason:
                "there is no such file beside the configuration; put the table there, or take the \
                     key away"
                    .into(),
            span: None,
        })),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_looked_for_and_make_attacks_possible() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("old.csv"), "a,b\n1,2\n").unwrap();
        let tables = |outside: Option<&str>, earlier: &[&str]| AttackTables {
            outside: outside.map(str::to_owned),
            earlier: earlier.iter().map(|name| (*name).to_owned()).collect(),
            ..AttackTables::default()
        };
        let missing = |tables: &AttackTables| {
            Beside::of(tables, folder.path(), "attack").unwrap_err().to_string()
        };
        assert!(missing(&tables(Some("x.csv"), &[])).contains("attack.outside"));
        assert!(missing(&tables(None, &["old.csv", "x.csv"])).contains("attack.earlier[1]"));
        let none = Beside::of(&tables(None, &[]), folder.path(), "attack").unwrap();
        assert!(!none.attacks().contains(&"composition") && none.attacks().contains(&"linkage"));
        let mut one = Beside::of(&tables(None, &["old.csv"]), folder.path(), "attack").unwrap();
        assert!(one.attacks().contains(&"composition") && !one.attacks().contains(&"canaries"));
        one.take_earlier(&[PathBuf::from("a.csv"), PathBuf::from("b.csv")]);
        one.take(Table::Canaries, Some(Path::new("c.csv")));
        assert_eq!((one.files().count(), one.attacks().len()), (3, names().len()));
    }
}
