//! A file of a registry's folder that no registry lists is a mistake.

use anonymed_assess::{attacks, population, privacy, risk, utility};

fn files(folder: &str) -> usize {
    fs_err::read_dir(format!("{}/src/{folder}", std::env::var("CARGO_MANIFEST_DIR").unwrap()))
        .unwrap()
        .count()
        - 1
}

#[test]
fn every_file_is_listed() {
    // Two kinds of beta-likeness share a file, three of t-closeness, both bounds of presence and of LKC.
    assert_eq!(files("privacy") + 1 + 2 + 1 + 1, privacy::ALL.len());
    assert!(privacy::ALL.iter().all(|m| privacy::by_name(m.name()).is_some()));
    // The attacks' tests have a file of their own.
    assert_eq!(files("attacks") - 1, attacks::ALL.len());
    assert_eq!(files("risk"), risk::ALL.len());
    assert_eq!(files("utility"), utility::ALL.len());
    // One file is the tests.
    assert_eq!(files("population") - 1, population::ALL.len());
    assert!(
        risk::ALL.iter().all(|m| risk::by_name(m.name()).is_some() && !m.citation().is_empty())
    );
    assert!(population::ALL.iter().all(|m| !m.citation().is_empty()));
    assert!(utility::ALL.iter().all(|m| !m.citation().is_empty()));
}
