//! Names in front of a credential: `Jane Roe, MD`, `A. Okafor RN`.

use std::ops::Range;

use anonymed_core::{EntityType, Finding};

use super::Recognizer;
use crate::lexicon::role;
use crate::names::{self, is_initial, weight};
use crate::page::{Page, Shape, found};

/// See the file's first lines.
pub(crate) struct NameBesideCredential;

impl Recognizer for NameBesideCredential {
    fn name(&self) -> &'static str {
        "name-beside-credential"
    }

    fn trigger(&self) -> Option<&'static str> {
        None
    }

    fn recognize(&self, page: &Page<'_>, _: Range<usize>, out: &mut Vec<Finding>) {
        for at in 1..page.tokens.len() {
            let Some(entity) = credential(page, at) else { continue };
            let gap = page.gap(at - 1, at);
            let comma = matches!(gap, ", " | ",");
            if !comma && gap != " " {
                continue;
            }
            if let Some(first) = name_before(page, at, comma) {
                let span = names::bytes(page, &(first..at));
                out.push(found(span, entity, 0.9, self.name()));
            }
        }
    }
}

/// Whose credential begins at a token: `MD`, `M.D.`, `RN`.
fn credential(page: &Page<'_>, at: usize) -> Option<EntityType> {
    let token = &page.tokens[at];
    let dotted = |letters: [&str; 2]| {
        page.word(token) == letters[0]
            && page.tokens.get(at + 1).is_some_and(|n| page.word(n) == letters[1])
            && page.gap(at, at + 1) == "."
    };
    if dotted(["M", "D"]) || dotted(["D", "O"]) || dotted(["Ph", "D"]) {
        return Some(EntityType::Doctor);
    }
    if dotted(["R", "N"]) || dotted(["N", "P"]) {
        return Some(EntityType::Staff);
    }
    let word = page.word(token);
    let written = token.shape == Shape::Upper
        || matches!(word, "PhD" | "PharmD" | "PsyD" | "MBChB" | "DPhil" | "Esq");
    if !token.is(role::CREDENTIAL) || !written {
        return None;
    }
    // `Baltimore, MD 21201` and, in capitals, words of everyday: `DO NOT`.
    let next = page.tokens.get(at + 1);
    if next.is_some_and(|n| n.shape == Shape::Number && n.len() == 5) {
        return None;
    }
    let wordy = matches!(word, "DO" | "PA" | "RD" | "BC" | "NP");
    if wordy && page.caps && !page.gap(at - 1, at).contains(',') {
        return None;
    }
    Some(match word {
        "RN" | "LPN" | "CNA" | "NP" | "APRN" | "ARNP" | "FNP" | "CRNA" | "CNM" | "MSN" | "BSN"
        | "LCSW" | "MSW" | "LICSW" | "RRT" | "OTR" | "RD" | "DPT" | "RPH" | "PHARMD" => {
            EntityType::Staff
        }
        _ => EntityType::Doctor,
    })
}

/// The first token of the name that ends before `at`.
fn name_before(page: &Page<'_>, at: usize, comma: bool) -> Option<usize> {
    let mut first = at;
    let mut weighed = 0;
    while first > 0 && at - first < 4 {
        let token = &page.tokens[first - 1];
        let gap = page.gap(first - 1, first);
        let joined = first == at
            || matches!(gap, " " | "-")
            || gap == ". " && (is_initial(token) || token.is(role::SUFFIX))
            || gap == ", " && page.tokens[first].is(role::SUFFIX);
        let particle = first < at && token.is(role::PARTICLE);
        // `Michael French, MD`: behind a forename and before a credential a word is a surname.
        let family = first == at && names::follows_forename(page, first - 1)
            || first == at
                && comma
                && !page.caps
                && names::is_surname_too(token)
                && !page.text[..token.start as usize].ends_with(|c: char| c.is_alphanumeric());
        let weight = weight(token).max(u8::from(family));
        let fits = token.is_capital()
            && token.is_word()
            && (family || !token.is(role::NOT_NAME))
            && !token.is(role::TITLE)
            && (weight >= 1 || is_initial(token) || token.is(role::SUFFIX))
            && (family || !(page.caps && token.word.common > 20 && weight < 2));
        let credential = token.is(role::CREDENTIAL)
            && token.shape == Shape::Upper
            && token.len() > 1
            && first == at;
        if !joined || credential || !(fits || particle) {
            break;
        }
        weighed = weighed.max(weight);
        first -= 1;
    }
    let words = at - first;
    // `Brandy RN` at the end of an entry.
    let forename = words == 1
        && !page.caps
        && page.tokens[first].shape == Shape::Title
        && page.tokens[first].word.given() > 20;
    let enough = forename
        || words >= 1
            && (weighed == 2 || weighed == 1 && comma && words >= 1 || words >= 2 && weighed >= 1);
    (enough && !is_initial(&page.tokens[at - 1])).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use EntityType::{Doctor, Staff};

    fn check(text: &str, expect: &[(&str, EntityType)]) {
        testing::check(&NameBesideCredential, text, expect);
    }

    #[test]
    fn positive() {
        check("Jane Q. Roe, MD", &[("Jane Q. Roe", Doctor)]);
        check("signed: A. Okafor RN", &[("A. Okafor", Staff)]);
        check("JOHN SMITH, M.D.", &[("JOHN SMITH", Doctor)]);
        check("Mary Young, PhD", &[("Mary Young", Doctor)]);
        check("Skin intact. Brandy RN", &[("Brandy", Staff)]);
        check("Michael French, MD", &[("Michael French", Doctor)]);
        check("NICOLE SHORT, MD", &[("NICOLE SHORT", Doctor)]);
        check("MICHAEL B. WHITE, M.D.", &[("MICHAEL B. WHITE", Doctor)]);
        check("Becky Ward, RN", &[("Becky Ward", Staff)]);
        check("Ana de la Cruz, NP", &[("Ana de la Cruz", Staff)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("Baltimore, MD 21201", &[]);
        check("DO NOT RESUSCITATE", &[]);
        check("seen by the MD", &[]);
        check("Primary Care, MD", &[]);
        check("TIME WAS SHORT, MD AWARE", &[]);
        check("the French, RN", &[("French", Staff)]);
    }
}
