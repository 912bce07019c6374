//! The words of a person's name, and the orders in which it is written.

const TITLES: &[&str] =
    &["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "doctor", "sir", "rev", "fr"];

const SUFFIX_TITLES: &[&str] = &[
    "md", "do", "phd", "rn", "np", "pa", "pac", "jr", "sr", "ii", "iii", "iv", "dds", "dmd", "mph",
    "esq", "aprn", "dnp", "lpn", "cna", "msw", "lcsw", "facs", "facp", "bsn", "msn", "crna", "dpm",
];

/// The names of a person in speaking order, without titles: a comma turns `Last, First` round.
pub(crate) fn words(value: &str) -> Vec<String> {
    let mut parts: Vec<Vec<String>> = value
        .split(',')
        .map(|part| {
            let mut words: Vec<String> = part
                .split(|c: char| c.is_whitespace() || matches!(c, ';' | '/' | '^' | '|' | '_'))
                .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
                .filter(|w| !w.is_empty())
                .collect();
            while words.len() > 1 && is_one_of(&words[0], TITLES) {
                words.remove(0);
            }
            while words.len() > 1 && words.last().is_some_and(|w| is_one_of(w, SUFFIX_TITLES)) {
                words.pop();
            }
            words
        })
        .filter(|words| !words.is_empty())
        .collect();
    // `Okonkwo, MD`: a title after a comma is no given name; `Do` alone is a name.
    for at in (1..parts.len()).rev() {
        if let [one] = parts[at].as_slice()
            && (is_one_of(one, SUFFIX_TITLES) || is_one_of(one, TITLES))
        {
            parts.remove(at);
        }
    }
    match parts.len() {
        0 => Vec::new(),
        1 => parts.into_iter().next().unwrap_or_default(),
        _ => {
            let mut parts = parts.into_iter();
            let last = parts.next().unwrap_or_default();
            parts.flatten().chain(last).collect()
        }
    }
}

fn is_one_of(word: &str, list: &[&str]) -> bool {
    let bare: String =
        word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    list.contains(&bare.as_str())
}

/// The orders in which a full name is written.
pub(crate) fn orders(given: &[String], last: &str) -> Vec<String> {
    let first = &given[0];
    let all = given.join(" ");
    let mut orders = vec![
        format!("{all} {last}"),
        format!("{last} {all}"),
        format!("{first} {last}"),
        format!("{last} {first}"),
    ];
    if given.len() > 1 {
        let initials: String = given[1..].iter().filter_map(|n| n.chars().next()).collect();
        let spaced: Vec<String> = initials.chars().map(String::from).collect();
        let spaced = spaced.join(" ");
        orders.push(format!("{first} {spaced} {last}"));
        orders.push(format!("{last} {first} {spaced}"));
        // Two surnames: `Maria Garcia Lopez` is also `Maria Garcia`, and `Garcia Lopez, Maria`.
        let middle = given[1..].join(" ");
        if given.len() == 2 && given[1].chars().count() > 1 {
            orders.push(format!("{middle} {last} {first}"));
        }
    }
    orders.dedup();
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_speaking_order() {
        let check = |value: &str, expect: &[&str]| assert_eq!(words(value), expect, "{value}");
        check("Dr. Ada B. Okonkwo, MD, PhD", &["Ada", "B", "Okonkwo"]);
        check("OKONKWO, ADA B", &["ADA", "B", "OKONKWO"]);
        check("Okonkwo^Ada^B", &["Okonkwo", "Ada", "B"]);
        check("van der Berg, Jan", &["Jan", "van", "der", "Berg"]);
        check("Mary-Ann O'Neil Jr.", &["Mary-Ann", "O'Neil"]);
        check("Okonkwo", &["Okonkwo"]);
        check("Do", &["Do"]);
        check("", &[]);
        check(" , ", &[]);
    }

    #[test]
    fn orders_hold_both_ways() {
        let name = |text: &str| text.to_owned();
        let orders = orders(&[name("Ada"), name("Beth")], "Okonkwo");
        for expect in ["Ada Okonkwo", "Okonkwo Ada", "Ada Beth Okonkwo", "Ada B Okonkwo"] {
            assert!(orders.iter().any(|o| o == expect), "{expect}: {orders:?}");
        }
    }
}
