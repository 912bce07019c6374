//! What a policy and a package may show of file names: words from a fixed list, which name data and not
//! people.

use crate::scan::{Entry, Scan};

use super::is_table;

/// Words that file names may show; everything else in a name becomes `*`.
const SAFE_WORDS: &str = include_str!("../data/file_words.txt");

/// A glob for a file that shows only words from a fixed list. Where the glob would also match
/// another table, unknown characters become `?`, and as a last resort the name itself is used.
pub(super) fn pattern(scan: &Scan, entry: &Entry) -> String {
    let others: Vec<&str> = scan
        .inventory
        .files
        .iter()
        .filter(|e| e.number != entry.number && is_table(e))
        .map(|e| e.name.as_str())
        .collect();
    let unique = |glob: &str| {
        anonymed_core::policy::file_matcher(glob)
            .is_some_and(|m| m(&entry.name) && !others.iter().any(|o| m(o)))
    };
    let loose = masked_name(&entry.name, Unknown::Star);
    if unique(&loose) {
        return loose;
    }
    let strict = masked_name(&entry.name, Unknown::Question);
    if unique(&strict) { strict } else { escape_glob(&entry.name) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Star,
    Question,
}

fn masked_name(name: &str, unknown: Unknown) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in name.chars().chain(std::iter::once('\0')) {
        if c.is_alphabetic() {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            if is_safe_word(&word) {
                out.push_str(&word);
            } else {
                mask(&mut out, word.chars().count(), unknown);
            }
            word.clear();
        }
        match c {
            '\0' => {}
            '/' | '.' | '_' | '-' => out.push(c),
            _ => mask(&mut out, 1, unknown),
        }
    }
    out
}

fn mask(out: &mut String, count: usize, unknown: Unknown) {
    match unknown {
        Unknown::Star if out.ends_with('*') => {}
        Unknown::Star => out.push('*'),
        Unknown::Question => out.extend(std::iter::repeat_n('?', count)),
    }
}

fn escape_glob(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '!') {
            out.push('[');
            out.push(c);
            out.push(']');
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a word of a file name is from the list of words that name data and not people.
pub fn is_safe_word(word: &str) -> bool {
    let word = word.to_lowercase();
    SAFE_WORDS.lines().any(|w| w == word)
}

/// A stem for the output of a table: its safe words, joined by `-`, or `table`.
pub fn safe_stem(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let words: Vec<String> = stem
        .split(|c: char| !c.is_alphabetic())
        .filter(|w| is_safe_word(w))
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() { "table".into() } else { words.join("-") }
}

/// A pattern of a policy as a package shows it.
pub(super) fn masked_pattern(pattern: &str) -> String {
    let stars = masked_name(pattern, Unknown::Star);
    let strict: String = pattern.chars().filter(|c| !matches!(c, '?' | '*')).collect();
    if strict.is_empty() || masked_name(&strict, Unknown::Star) == strict {
        pattern.to_owned()
    } else {
        stars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_show_safe_words_alone() {
        let check = |name: &str, loose: &str, strict: &str, stem: &str| {
            assert_eq!(masked_name(name, Unknown::Star), loose);
            assert_eq!(masked_name(name, Unknown::Question), strict);
            assert_eq!(safe_stem(name), stem);
        };
        check("patients.csv", "patients.csv", "patients.csv", "patients");
        check("a/SMITH_labs_2020.csv", "*/*_labs_*.csv", "?/?????_labs_????.csv", "labs");
        check("Ünïcode näme.xlsx", "*.xlsx", "????????????.xlsx", "table");
    }

    #[test]
    fn last_resort_names_are_taken_literally() {
        assert_eq!(escape_glob("a[1]*.csv"), "a[[]1[]][*].csv");
    }

    #[test]
    fn a_shipped_policy_shows_no_file_name() {
        let check = |pattern: &str, shipped: &str| assert_eq!(masked_pattern(pattern), shipped);
        check("patients.csv", "patients.csv");
        check("?????_labs_*.csv", "?????_labs_*.csv");
        check("Smith[1].csv", "*.csv");
    }
}
