//! People and places whose names are everyday words: gone as names, kept as words.

use anonymed_core::EntityType::{City, Mrn, Patient, Phone};

use crate::support::{clean, nobody, of, scrubber, subject};

/// With a patient of this name: these stay and these go.
fn check(name: &str, text: &str, gone: &[&str], kept: &[&str]) {
    let known = [(Patient, name), (Mrn, "7734512"), (Phone, "(913) 555-0199"), (City, "Mission")];
    let out = clean(&scrubber("research-linked"), text, of(&subject(None, 30, &known)));
    verify(&out, text, gone, kept);
}

/// The same with nothing known.
fn unknown(text: &str, gone: &[&str], kept: &[&str]) {
    let out = clean(&scrubber("research-linked"), text, nobody());
    verify(&out, text, gone, kept);
}

fn verify(out: &str, text: &str, gone: &[&str], kept: &[&str]) {
    for value in gone {
        assert!(text.contains(value) && !out.contains(value), "{value:?} is left in {out:?}");
    }
    for value in kept {
        assert!(text.contains(value) && out.contains(value), "{value:?} is lost from {out:?}");
    }
}

#[test]
fn known_names_that_are_words() {
    check("Dawn Rivers", "Dawn slept well until dawn.", &["Dawn"], &["until dawn"]);
    check(
        "Dawn Rivers",
        "The findings in this 42-year-old woman were explained to\nDawn and her husband.",
        &["Dawn"],
        &["and her husband"],
    );
    check("Grace Long", "No change. Grace slept well, long nap.", &["Grace"], &["long nap"]);
    check(
        "June White",
        "PSYCH: June's husband called. White count 9.",
        &["June"],
        &["White count"],
    );
    check(
        "Penny Hand",
        "She is well. Penny lives alone. Hand grip equal.",
        &["Penny"],
        &["Hand grip"],
    );
    check("Nicole White", "NAME: WHITE, NICOLE L     SEX: F", &["WHITE", "NICOLE L "], &["SEX: F"]);
    check("Hope May", "Hope reports pain. May follow up.", &["Hope"], &["May follow up"]);
    check("Will Wood", "Will follow. Will denies pain.", &["Will denies"], &["Will follow"]);
}

#[test]
fn words_that_are_names_elsewhere_stay() {
    unknown(
        "Up at dawn. A French drain. Will follow.",
        &[],
        &["dawn", "French drain", "Will follow"],
    );
    unknown("autumn allergies; mission statement", &[], &["autumn allergies", "mission statement"]);
    unknown("White count 9, short of breath, brown urine.", &[], &["White", "short", "brown"]);
    unknown(
        "C5/6, 3/4 of the dose, 5/5 strength, 4/10 pain, 120/80",
        &[],
        &["C5/6", "3/4", "5/5", "4/10", "120/80"],
    );
    unknown(
        "No Jackson-Pratt drain. No Sister Mary Joseph nodule.",
        &[],
        &["Jackson-Pratt", "Mary Joseph"],
    );
    unknown("Take 1/2 tablet. IV/PO\nAP/PA\n", &[], &["1/2 tablet", "IV/PO", "AP/PA"]);
}

#[test]
fn clinicians_with_common_surnames() {
    unknown("Michael French, MD          Signed", &["Michael", "French"], &["MD", "Signed"]);
    unknown("seen by Dr. French today", &["French"], &["today"]);
    unknown("Attending: French, M.\n", &["French"], &["Attending"]);
    unknown(
        "PCP: FRENCH\nDICTATED BY: NICOLE SHORT, MD\n",
        &["FRENCH", "NICOLE", "SHORT"],
        &["PCP"],
    );
    unknown("CALLED TO DR. RIOS AT 21:48 BY DR. SHORT.", &["RIOS", "SHORT"], &["CALLED TO DR."]);
}

#[test]
fn initials_of_dictators_and_typists() {
    unknown("Transcribed 06/29/2019 TS\n", &[" TS\n"], &["Transcribed"]);
    unknown("Well.\n\nMF/ts\nD: 1/2/2019\n", &["MF", "ts\n"], &["Well."]);
    unknown("Jane Roe, D.O. / TD\n", &["Roe", "TD"], &["D.O."]);
    unknown("TRANSCRIBED BY: WN 06/30/2019\n", &["WN"], &["TRANSCRIBED BY"]);
}

#[test]
fn places_and_dates_between_lines() {
    unknown("5800 Martway Street, Mission\n\nRE: visit", &["Martway", "Mission"], &["RE: visit"]);
    unknown("lives at 12 Oak Street,\nMission, KS 66202.", &["Oak", "Mission", "66202"], &["KS"]);
    unknown("lives in Lancaster\nCounty, NE, alone", &["Lancaster"], &["NE", "alone"]);
    unknown("call (913)\n555-0199 now", &["913", "0199"], &["now"]);
    unknown("at 8072 County Road 412, in", &["8072", "412"], &[" in"]);
    check("Ann Roe", "ride to the 11/21 appointment", &["11/21"], &["appointment"]);
    check("Ann Roe", "f/u 5/18; seen 3/4 in clinic", &["5/18", "3/4"], &["in clinic"]);
}

#[test]
fn relatives_with_common_forenames() {
    unknown("her daughter Autumn helps", &["Autumn"], &["helps"]);
    unknown("Call Chase (neighbor) first", &["Chase"], &["(neighbor)"]);
    unknown("the neighbor Chase came", &["Chase"], &["came"]);
}
