//! A file of a registry's folder that no registry lists is a mistake.

use anonymed_anonymize::{hierarchies, metrics, models, search};

fn files(folder: &str) -> Vec<String> {
    let path = format!("{}/src/{folder}", std::env::var("CARGO_MANIFEST_DIR").unwrap());
    let mut names: Vec<String> = fs_err::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "mod.rs")
        .collect();
    names.sort();
    names
}

#[test]
fn every_file_is_listed() {
    assert_eq!(files("hierarchies").len(), hierarchies::ALL.len());
    // Kinds of one model share a file: two of beta-likeness, three of t-closeness.
    assert_eq!(files("models").len() + 1 + 2, models::ALL.len());
    // `level_costs.rs` is what metrics of cells share.
    assert_eq!(files("metrics").len() - 1, metrics::ALL.len());
    // `partition.rs` is what Mondrian and the grouping of subjects share, `cluster` what the
    // clustering searches do.
    assert_eq!(files("search").len() - 2, search::ALL.len());
}

#[test]
fn names_find_their_entries() {
    assert!(models::ALL.iter().all(|m| models::family(m.name()).is_some()));
    assert!(metrics::ALL.iter().all(|m| metrics::by_name(m.name()).is_some()));
    assert!(search::ALL.iter().all(|m| search::by_name(m.name()).is_some()));
    assert!(models::family("x").is_none());
}
