//! Headers that may name a person: a table that was turned on its side has a patient's name or number
//! in the header of each column.

use hashbrown::HashMap;

use crate::lexicon;
use crate::values;

/// Which columns of a table have a header that may name somebody, and why.
pub(crate) fn suspects(columns: &[String]) -> Vec<Option<&'static str>> {
    let mut why: Vec<Option<&'static str>> = columns.iter().map(|c| by_itself(c)).collect();
    // Columns that say the same beside words nobody knows: one for each person.
    let mut turned: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for (column, header) in columns.iter().enumerate() {
        let (known, unknown): (Vec<String>, Vec<String>) =
            words(header).into_iter().partition(|w| lexicon::is_word(&w.to_lowercase()));
        let names = unknown.iter().filter(|w| is_capitalised(w)).count();
        if !known.is_empty() && names >= 2 && names == unknown.len() {
            turned.entry(known).or_default().push(column);
        }
    }
    for columns in turned.into_values().filter(|columns| columns.len() >= 2) {
        for column in columns {
            why[column] =
                Some("the header may name a person: other columns differ in a name alone");
        }
    }
    why
}

fn by_itself(header: &str) -> Option<&'static str> {
    let long = |word: &String| word.bytes().filter(u8::is_ascii_digit).count() >= 5;
    let words = words(header);
    if words.iter().any(long) {
        return Some("the header holds a number that may be a person's");
    }
    let name = |word: &String| {
        is_capitalised(word) && values::is_name(word) && !lexicon::is_word(&word.to_lowercase())
    };
    words.windows(2).any(|pair| pair.iter().all(name)).then_some("the header may name a person")
}

fn words(header: &str) -> Vec<String> {
    header
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_capitalised(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase)
        && word.chars().count() > 2
        && chars.all(|c| c.is_lowercase() || c == '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_may_name_somebody_are_found() {
        let found = |headers: &[&str]| -> Vec<bool> {
            let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
            suspects(&headers).iter().map(Option::is_some).collect()
        };
        assert_eq!(
            found(&["date", "Müller Hannelore sodium value", "Schäfer Jürgen sodium value"]),
            [false, true, true]
        );
        assert_eq!(found(&["MRN4100200 sodium value", "4100201 glucose"]), [true, true]);
        assert_eq!(found(&["Mary Johnson sodium value"]), [true]);
        // Near misses.
        assert_eq!(
            found(&["Knee Score", "Hip Score", "systolic_min", "max_glu_serum", "A1Cresult"]),
            [false; 5]
        );
        assert_eq!(
            found(&["Left Knee Score", "Blood Pressure Systolic", "White Cell Count"]),
            [false; 3]
        );
        assert_eq!(found(&["diag_1", "diag_2", "number_2020"]), [false; 3]);
    }
}
