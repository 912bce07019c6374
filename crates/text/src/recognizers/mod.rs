//! The recognizers: one file each, and a line in [`ALL`]. A test fails where a file is not listed.
//!
//! Each says by a cheap pattern which lines it wants to see. One pass of all these patterns over a
//! page picks the lines, so a recognizer costs nothing on text that has nothing for it.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use crate::page::{Page, found};
use crate::triggers::Triggers;

mod aadhaar;
mod accession;
mod account;
pub(crate) mod age;
mod ahv;
mod bank_account;
mod bsn;
mod city;
mod codice_fiscale;
mod cpf;
mod date;
mod dea;
mod device;
mod email;
mod health_plan;
mod holiday;
mod hospital;
mod iban;
pub(crate) mod initials;
mod ip_address;
mod kvnr;
mod licence;
mod listed_name;
mod mac_address;
mod mrn;
mod name_beside_credential;
mod name_beside_relation;
mod name_beside_title;
mod name_beside_verb;
mod nhs;
mod nif;
mod nir;
mod npi;
mod number_run;
mod payment_card;
mod personnummer;
mod pesel;
mod phone;
mod plate;
mod room;
mod sin;
mod ssn;
mod steuer_id;
mod street;
mod url;
mod username;
mod vin;
mod wallet;
mod zip;

/// Finds one kind of identifier.
pub(crate) trait Recognizer: Sync {
    /// The stable name, as findings carry it.
    fn name(&self) -> &'static str;

    /// A pattern that every line with something to find matches. Without one, the recognizer is
    /// called once for the whole page.
    fn trigger(&self) -> Option<&'static str>;

    /// Adds what is found in a line (or page) to `out`.
    fn recognize(&self, page: &Page<'_>, range: Range<usize>, out: &mut Vec<Finding>);
}

/// Every recognizer.
pub(crate) const ALL: &[&dyn Recognizer] = &[
    &aadhaar::Aadhaar,
    &accession::Accession,
    &account::Account,
    &age::Age,
    &ahv::Ahv,
    &bank_account::BankAccount,
    &bsn::Bsn,
    &city::City,
    &codice_fiscale::CodiceFiscale,
    &cpf::Cpf,
    &date::Date,
    &dea::Dea,
    &device::Device,
    &email::Email,
    &health_plan::HealthPlan,
    &holiday::Holiday,
    &hospital::Hospital,
    &iban::Iban,
    &initials::Initials,
    &ip_address::IpAddress,
    &kvnr::Kvnr,
    &licence::Licence,
    &listed_name::ListedName,
    &mac_address::MacAddress,
    &mrn::Mrn,
    &name_beside_credential::NameBesideCredential,
    &name_beside_relation::NameBesideRelation,
    &name_beside_title::NameBesideTitle,
    &name_beside_verb::NameBesideVerb,
    &nhs::Nhs,
    &nif::Nif,
    &nir::Nir,
    &npi::Npi,
    &number_run::NumberRun,
    &payment_card::PaymentCard,
    &personnummer::Personnummer,
    &pesel::Pesel,
    &phone::Phone,
    &plate::Plate,
    &room::Room,
    &sin::Sin,
    &ssn::Ssn,
    &steuer_id::SteuerId,
    &street::Street,
    &url::Url,
    &username::Username,
    &vin::Vin,
    &wallet::Wallet,
    &zip::Zip,
];

struct Ready {
    triggers: Triggers,
    by_line: Vec<&'static dyn Recognizer>,
    by_page: Vec<&'static dyn Recognizer>,
}

static READY: LazyLock<Ready> = LazyLock::new(|| {
    let (by_line, by_page): (Vec<&'static dyn Recognizer>, Vec<_>) =
        ALL.iter().copied().partition(|r| r.trigger().is_some());
    let patterns: Vec<&str> = by_line.iter().filter_map(|r| r.trigger()).collect();
    let triggers = Triggers::new(&patterns).expect("the triggers of this folder compile");
    Ready { triggers, by_line, by_page }
});

/// Runs every recognizer over a page.
pub(crate) fn recognize(page: &Page<'_>, out: &mut Vec<Finding>) {
    let ready = &*READY;
    for recognizer in &ready.by_page {
        recognizer.recognize(page, 0..page.text.len(), out);
    }
    let mut search = ready.triggers.search();
    for line in &page.lines {
        for hit in search.matches(&page.text[line.clone()]) {
            ready.by_line[hit].recognize(page, line.clone(), out);
        }
    }
}

/// A pattern of this folder.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this folder compile")
}

/// The pattern of a labelled number: one of the `strong` labels, or one of the `weak` ones with a
/// word for number behind it.
fn labelled(strong: &str, weak: &str) -> Regex {
    pattern(&format!(
        r"(?i)(?-u:\b)(?:(?:{strong})(?:[ \t]*(?:numbers?|num|no|id|nr)(?-u:\b)\.?)?|(?:{weak})[ \t]*(?:numbers?(?-u:\b)|num(?-u:\b)|no(?-u:\b)\.?|id(?-u:\b)|identifier|nr(?-u:\b)|\#))(?:[ \t]*(?:is|was)(?-u:\b))?[ \t:#=.()]{{0,6}}(?P<id>[A-Z0-9](?:[A-Z0-9]|[-./][A-Z0-9]){{2,29}})(?-u:\b)"
    ))
}

/// Adds the labelled numbers of a line.
fn number_behind_label(
    regex: &Regex,
    page: &Page<'_>,
    line: &Range<usize>,
    template: &Finding,
    out: &mut Vec<Finding>,
) {
    for captures in regex.captures_iter(&page.text[line.clone()]) {
        let Some(id) = captures.name("id") else { continue };
        if is_number(id.as_str()) {
            let span = line.start + id.start()..line.start + id.end();
            out.push(Finding { span, ..template.clone() });
        }
    }
}

/// Whether a text can be a number given to someone: it has digits, and is no date or measurement.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= 2 && digits * 4 >= text.len() && !text.contains("//")
}

/// A template for [`number_behind_label`].
fn template(entity: EntityType, score: f32, name: &'static str) -> Finding {
    found(0..0, entity, score, name)
}

/// Whether a number stands by itself: no letter, digit, or number-joining mark right beside it.
pub(crate) fn stands_alone(page: &Page<'_>, span: &Range<usize>) -> bool {
    let before = page.text[..span.start].chars().next_back();
    let mut after = page.text[span.end..].chars();
    let next = after.next();
    let then = after.next();
    let joined = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\\');
    let before_ok = !before.is_some_and(|c| joined(c) || matches!(c, '-' | '.' | '/' | ','))
        || before.is_some_and(|c| matches!(c, '.' | '-' | ',' | '/'))
            && !page.text[..span.start - 1].ends_with(|c: char| c.is_alphanumeric());
    let marked = next.is_some_and(|c| matches!(c, '-' | '.' | '/' | ','));
    let goes_on = next.is_some_and(joined) || marked && then.is_some_and(char::is_alphanumeric);
    before_ok && !goes_on
}

/// Whether a measurement's unit follows.
pub(crate) fn unit_follows(page: &Page<'_>, end: usize) -> bool {
    const UNITS: &[&str] = &[
        "mg", "mcg", "ug", "g", "gm", "kg", "ml", "cc", "l", "dl", "mmol", "meq", "units", "unit",
        "iu", "mm", "cm", "m", "bpm", "mmhg", "hz", "ms", "sec", "min", "hours", "days", "weeks",
        "cells", "copies", "cfu", "k", "u", "x", "tablets", "tabs", "capsules", "lb", "lbs",
        "kcal", "cal", "ng", "pg", "mosm", "cgy", "gy", "mci", "msv",
    ];
    let after = page.after(end).trim_start();
    if after.starts_with(['%', '°', 'µ', 'μ', '×']) {
        return true;
    }
    let word: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
    UNITS.contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// What one recognizer finds in a text.
    pub(crate) fn check(recognizer: &dyn Recognizer, text: &str, expect: &[(&str, EntityType)]) {
        let page = Page::new(text, crate::page::is_caps(text));
        let mut out = Vec::new();
        match recognizer.trigger() {
            Some(trigger) => {
                let trigger = pattern(trigger);
                for line in &page.lines {
                    if trigger.is_match(&text[line.clone()]) {
                        recognizer.recognize(&page, line.clone(), &mut out);
                    }
                }
            }
            None => recognizer.recognize(&page, 0..text.len(), &mut out),
        }
        let read: Vec<_> = out.iter().map(|f| (&text[f.span.clone()], f.entity)).collect();
        assert_eq!(read, expect, "{text:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_listed() {
        let folder = format!("{}/src/recognizers", std::env::var("CARGO_MANIFEST_DIR").unwrap());
        let listed: Vec<String> = ALL.iter().map(|r| r.name().replace('-', "_")).collect();
        let mut files = 0;
        for entry in fs_err::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let stem = name.strip_suffix(".rs").unwrap();
            if stem == "mod" {
                continue;
            }
            files += 1;
            assert!(listed.iter().any(|l| l == stem), "{name} is not in ALL");
        }
        assert_eq!(files, listed.len());
    }

    #[test]
    fn no_text_leads_the_triggers_to_more_states_than_there_is_room_for() {
        // Not the shared one, which the other tests use.
        let patterns: Vec<&str> = ALL.iter().filter_map(|r| r.trigger()).collect();
        let triggers = Triggers::new(&patterns).unwrap();
        let mut search = triggers.search();
        let mut number = 7u64;
        for _ in 0..20_000 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (high, low) = (number >> 40, number >> 20 & 0xf_ffff);
            for line in [
                format!("MRN: {high}"),
                format!("{low} {high}-{low}/{high}.{low}"),
                format!("{high:x}:{low:X}-{number:x}"),
                format!("{:06o} {} {low}", high, number >> 1),
            ] {
                let _ = search.matches(&line).count();
            }
        }
        assert_eq!(
            search.forgotten(),
            0,
            "a trigger counts what it need not: see `nir` and `street`"
        );
    }
}
