//! Initials of who dictated, read, typed or gave: `MF/ts`, `Transcribed 6/29/2019 TS`,
//! `TRANSCRIBED BY: WN`, `Jane Roe, M.D. / TS`, and the last column of a list of given medicines.
//!
//! Two letters are far more often an abbreviation, so each form needs its whole surroundings.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::page::{Page, found};

/// The name findings carry: their fakes are letters, not names.
pub(crate) const NAME: &str = "initials";

/// Too low to be looked for again in the same text.
const SCORE: f32 = 0.7;

/// See the file's first lines.
pub(crate) struct Initials;

/// A line that is nothing but who dictated and who typed.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[ \t]*(?P<by>(?:[A-Z]\.){2,3}|[A-Z]{2,3})[ ]?[/:][ ]?(?P<typed>[A-Z]{2,3}|[a-z]{2,3}|(?:[A-Z]\.){2,3})(?:[ \t]+[0-9][0-9/. :-]{5,20})?[ \t]*$",
    )
});

static VERB: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?P<verb>(?i:transcribed|typed|dictated|entered|signed|charted|recorded|prelim(?:inary)? read|read|reviewed|verified|scribed|completed|witnessed))(?P<near>(?i:[ ]+by)?[:, ]+(?:[0-9]{1,4}[/-][0-9]{1,2}[/-][0-9]{2,4}[ ,]+(?:[0-9]{1,2}:[0-9]{2}[ ,]+)?)?)(?P<by>(?:[A-Z]\.){2,3}|[A-Z]{2,3}(?-u:\b))",
    )
});

/// `T: 1/3/2019 mf`, at the end of a line.
static TYPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:T|DT|Tr|TR)[:.][ ]*[0-9]{1,4}[/-][0-9]{1,2}[/-][0-9]{2,4}(?:[ ,]+[0-9]{1,2}:?[0-9]{2})?[ ,]+(?P<by>[A-Z]{2,3}|[a-z]{2,3})[ \t]*$",
    )
});

/// `Jane Roe, M.D. / TS`, at the end of a line.
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[, ](?:M\.?D|D\.?O|N\.?P|R\.?N|PA-C|Ph\.?D)\.?[ ]?/[ ]?(?P<by>[A-Z]{2,3}|[a-z]{2,3})[ \t]*$",
    )
});

/// `Typist VJA`, where the word for who types has no verb.
static TYPIST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?i:typist|transcriptionist|scribe|stenographer)[: ]{1,3}(?P<by>[A-Z]{2,3})(?-u:\b)",
    )
});

/// `Jane Roe / TS 20:55`: who signs, who typed, and when, as a line of their own.
static PAIRED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[ \t]*(?:\p{Lu}[\p{L}'’.-]*[ ]){1,3}\p{Lu}[\p{L}'’-]+[ ]/[ ](?P<by>[A-Z]{2,3})(?:[ ]+[0-9][0-9:.apmhrsAPMHRS ]{2,14})?[ \t]*$",
    )
});

/// `06:13  acetaminophen 650 mg PO        AM`
static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^[ \t]*[0-9]{1,2}:?[0-9]{2}[ \t].*[A-Za-z0-9)][ \t]{3,}(?P<by>[A-Z]{2,3})[ \t]*$")
});

/// Abbreviations that stand where initials would.
const CODES: &[&str] = &[
    "ALL", "AN", "AP", "AS", "AT", "BID", "BP", "BY", "CCU", "CNA", "CT", "CXR", "DO", "ECG", "ED",
    "EKG", "ER", "FOR", "HE", "HER", "HIS", "HR", "ICU", "IM", "IN", "IO", "IS", "IT", "IV", "LPN",
    "MD", "MR", "MRI", "NG", "NGT", "NO", "NOT", "NP", "NPO", "OD", "OF", "ON", "ONE", "OR", "OS",
    "OU", "OUR", "PA", "PM", "PO", "PR", "PRN", "PT", "QD", "QHS", "QID", "RN", "RR", "SC", "SL",
    "SQ", "THE", "TID", "TO", "TPN", "US", "WE", "XR",
];

/// Of these what no person's initials are taken for even behind `transcribed by`.
const ROLES: &[&str] = &["CNA", "DO", "LPN", "MD", "NP", "PA", "RN", "THE"];

/// Ways and times to give a medicine.
const ROUTES: &[&str] = &[
    "BID", "GT", "IM", "IN", "IO", "IV", "NG", "NGT", "NPO", "OD", "OS", "OU", "PEG", "PM", "PO",
    "PR", "PRN", "QD", "QHS", "QID", "SC", "SL", "SQ", "TID", "TPN",
];

impl Recognizer for Initials {
    fn name(&self) -> &'static str {
        NAME
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"^[ \t]*[A-Z]\.?[A-Z]\.?(?:[A-Z]\.?)?[ ]?[/:]|(?i:transcribed|typed|dictated|entered|signed|charted|recorded|read|reviewed|verified|scribed|completed|witnessed)(?i: by)?[:, ]+[0-9A-Z]|(?:T|R)[:.][ ]*[0-9]|[DOPNChA-]\.?[ ]?/[ ]?[A-Za-z]{2,3}[ \t]*$|^[ \t]*[0-9]{1,2}:?[0-9]{2}.*[ \t]{3}[A-Z]{2,3}[ \t]*$|(?i:typist|transcriptionist|scribe|stenographer)[: ]|\p{L} / [A-Z]{2,3}",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let text = &page.text[line.clone()];
        let mut add = |span: Range<usize>, entity: EntityType| {
            out.push(found(line.start + span.start..line.start + span.end, entity, SCORE, NAME));
        };
        if let Some(pair) = PAIR.captures(text)
            && let (Some(by), Some(typed)) = (pair.name("by"), pair.name("typed"))
        {
            let dotted = by.as_str().contains('.');
            let coded = CODES.contains(&by.as_str())
                || CODES.contains(&typed.as_str().to_uppercase().as_str());
            if dotted || !coded {
                add(by.range(), EntityType::Doctor);
                add(typed.range(), EntityType::Staff);
            }
            return;
        }
        for hit in VERB.captures_iter(text) {
            let (Some(verb), Some(near), Some(by)) =
                (hit.name("verb"), hit.name("near"), hit.name("by"))
            else {
                continue;
            };
            if names_someone(verb.as_str(), near.as_str(), by.as_str()) {
                add(by.range(), entity(verb.as_str()));
            }
        }
        for form in [&*TYPED, &*SIGNED] {
            if let Some(by) = form.captures(text).and_then(|c| c.name("by")) {
                add(by.range(), EntityType::Staff);
            }
        }
        for form in [&*TYPIST, &*PAIRED] {
            if let Some(by) = form.captures(text).and_then(|c| c.name("by"))
                && !CODES.contains(&by.as_str())
            {
                add(by.range(), EntityType::Staff);
            }
        }
        if let Some(by) = GIVEN.captures(text).and_then(|c| c.name("by"))
            && !page.caps
            && !ROUTES.contains(&by.as_str())
        {
            add(by.range(), EntityType::Staff);
        }
    }
}

fn names_someone(verb: &str, near: &str, by: &str) -> bool {
    let said = near.to_ascii_lowercase().contains("by") || near.bytes().any(|b| b.is_ascii_digit());
    let typed = entity(verb) == EntityType::Staff;
    let known = if typed { ROLES } else { CODES };
    by.contains('.') || said && !known.contains(&by)
}

/// Typists are staff, and those who dictate, read and sign are mostly doctors.
fn entity(verb: &str) -> EntityType {
    match verb.to_ascii_lowercase().as_str() {
        "transcribed" | "typed" | "entered" | "charted" | "recorded" | "scribed" | "completed"
        | "witnessed" => EntityType::Staff,
        _ => EntityType::Doctor,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use EntityType::{Doctor, Staff};

    fn check(text: &str, expect: &[(&str, EntityType)]) {
        testing::check(&Initials, text, expect);
    }

    #[test]
    fn positive() {
        check("MF/ts", &[("MF", Doctor), ("ts", Staff)]);
        check("D.A./JR", &[("D.A.", Doctor), ("JR", Staff)]);
        check("M.S.:TS   12-06-2021", &[("M.S.", Doctor), ("TS", Staff)]);
        check("Transcribed 06/29/2019 TS", &[("TS", Staff)]);
        check("TRANSCRIBED BY: WN 06/13/2020", &[("WN", Staff)]);
        check("transcribed 03/10/2016 TD", &[("TD", Staff)]);
        check("D: 1/2/2019 T: 1/3/2019 mf", &[("mf", Staff)]);
        check("Jane Roe, D.O. / CT", &[("CT", Staff)]);
        check("Prelim read N.S. 12:13", &[("N.S.", Doctor)]);
        check("06:13  acetaminophen 650 mg PO        AM", &[("AM", Staff)]);
        check("Speaker Amy Poe   Typist VJA   Spoken", &[("VJA", Staff)]);
        check("Jane Roe / MWD 11:29", &[("MWD", Staff)]);
        check("Jane M. Roe / MWD", &[("MWD", Staff)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("IV/PO", &[]);
        check("Warm And Dry / NAD today", &[]);
        check("Typist RN", &[]);
        check("AP/PA", &[]);
        check("BP: 120/80", &[]);
        check("read CT again", &[]);
        check("Reviewed by MD", &[]);
        check("SIGNED BY THE RN", &[]);
        check("06:13  acetaminophen 650 mg        PO", &[]);
        check("Transcribed 06/29/2019", &[]);
        check("seen by Jane Roe, MD / nurse", &[]);
    }
}
