//! The note that must come out right: it loses name, birth date, file number and date, and nothing
//! else.

use anonymed_core::{EntityType, TextScope, TextScrubber};

use crate::support::{clean, john, nobody, of, scrubber, scrubber_with, subject};

const NOTE: &str = "PATIENT: JOHN SMITH
DOB: 5/5/1955
FILE #: 12345
PHYSICIAN: REFERRING
EXAM: MRI ABDOMEN WITH CONTRAST
DATE: 1/1/2011

CLINICAL INFORMATION: 55 year old male with upper abdominal pain and neck pain.

TECHNIQUE: Axial T1 and T2 images of the abdomen. 15 cc of gadolinium at 2 mL/sec.

FINDINGS: The liver measures 15.2 cm. There is a lesion in segment 4, best seen on series 12 image 20, that measures
0.8 x 0.9 x 0.7 CM (anterior-posterior by transverse by superior-inferior). Disc bulges at C5/6 and C6/7.
Strength is 5/5. A Foley catheter is in place. Gleason score 3+4. Grade 2/6 systolic murmur.
The common bile duct is 6 mm. Hgb 11.2, platelets 250,000, T 98.6, BP 120/80, HR 72.

IMPRESSION: 1. Hemangioma, stage I. 2. Degenerative changes of the spine, C5/6 and C6/7.
";

const SECRETS: [&str; 4] = ["JOHN SMITH", "5/5/1955", "12345", "1/1/2011"];

/// What was replaced, each with its type.
fn lost(profile: &str, note: &str, scope: TextScope<'_>) -> Vec<(String, EntityType)> {
    let scrubbed = scrubber(profile).scrub(note, scope).unwrap();
    scrubbed.items.iter().map(|i| (note[i.source.clone()].to_owned(), i.entity)).collect()
}

#[test]
fn the_note_loses_four_values_and_nothing_else() {
    let expect = [
        (EntityType::Patient, 0),
        (EntityType::Date, 1),
        (EntityType::Mrn, 2),
        (EntityType::Date, 3),
    ];
    let mixed = |note: &str| {
        note.lines().map(|l| if l.starts_with("PATIENT") { "Patient: John Smith".to_owned() } else { l.to_owned() } + "\n").collect::<String>()
    };
    let john = john();
    for profile in ["hipaa-safe-harbor", "research-linked"] {
        for scope in [nobody(), of(&john)] {
            for note in [NOTE.to_owned(), NOTE.to_uppercase(), mixed(NOTE)] {
                let read = lost(profile, &note, scope);
                let entities: Vec<_> = read.iter().map(|(_, e)| *e).collect();
                assert_eq!(entities, expect.map(|e| e.0), "{profile}: {read:?}");
                for ((value, _), (_, at)) in read.iter().zip(expect) {
                    assert!(value.eq_ignore_ascii_case(SECRETS[at]), "{profile}: {read:?}");
                }
            }
        }
    }
}

#[test]
fn the_note_reads_on() {
    let john = john();
    let text = clean(&scrubber("research-linked"), NOTE, of(&john));
    assert!(SECRETS.iter().all(|s| !text.contains(s)), "{text}");
    assert!(text.contains("DOB: 6/4/1955") && text.contains("DATE: 1/31/2011"), "{text}");
    assert!(text.contains(&format!("FILE #: {}", john.pseudonym.code())), "{text}");
    let text = clean(&scrubber("hipaa-safe-harbor"), NOTE, nobody());
    assert!(text.contains("DOB: 1955") && text.contains("DATE: 2011"), "{text}");
    let text = clean(&scrubber("research-linked"), NOTE, nobody());
    assert!(text.contains("DOB: [DATE]") && text.contains("DATE: [DATE]"), "{text}");
    let redact =
        scrubber_with("hipaa-safe-harbor", "[text]\nnames = \"redact\"\nnumbers = \"redact\"\n");
    let text = clean(&redact, NOTE, nobody());
    assert!(text.contains("PATIENT: [NAME]") && text.contains("FILE #: [MRN]"), "{text}");
}

#[test]
fn ages_over_the_cap_are_one_group() {
    let check = |text: &str, expect: &str| {
        assert_eq!(clean(&scrubber("hipaa-safe-harbor"), text, nobody()), expect);
    };
    check("A 94-year-old woman.", "A 90+-year-old woman.");
    check("AGE: 94", "AGE: 90+");
    check("An 89-year-old woman.", "An 89-year-old woman.");
    check("DOB: 3/4/1920", "DOB: [DATE]");
    check("born in 1920", "born in [DATE]");
    check("DOB: 3/4/1940", "DOB: 1940");
}

#[test]
fn dates_follow_the_mode() {
    let patient = subject(None, 30, &[]);
    let check = |text: &str, shifted: &str, year: &str, nobody_known: &str| {
        assert_eq!(clean(&scrubber("research-linked"), text, of(&patient)), shifted);
        assert_eq!(clean(&scrubber("hipaa-safe-harbor"), text, of(&patient)), year);
        assert_eq!(clean(&scrubber("research-linked"), text, nobody()), nobody_known);
        assert_eq!(clean(&scrubber("hipaa-limited"), text, nobody()), text);
    };
    check("seen 05/03/2011.", "seen 06/02/2011.", "seen 2011.", "seen [DATE].");
    check("in May 2011", "in June 2011", "in 2011", "in [DATE]");
    check("on May 3rd", "on June 2nd", "on [DATE]", "on [DATE]");
    check(
        "on 05/03/11 and 5/7",
        "on 06/02/11 and 6/6",
        "on 2011 and [DATE]",
        "on [DATE] and [DATE]",
    );
    check(
        "3 days ago, on Monday",
        "3 days ago, on Monday",
        "3 days ago, on Monday",
        "3 days ago, on Monday",
    );
    check("since 1998", "since 1998", "since 1998", "since 1998");
    check("at Christmas 2010", "at [DATE]", "at 2010", "at [DATE]");
}

#[test]
fn postal_codes_follow_the_profile() {
    let text = "Boston, MA 02139";
    let harbor = clean(&scrubber("hipaa-safe-harbor"), text, nobody());
    assert!(harbor.ends_with(", MA 021"), "{harbor}");
    let restricted = clean(&scrubber("hipaa-safe-harbor"), "Mound, VT 05901", nobody());
    assert!(restricted.ends_with(", VT 000"), "{restricted}");
    let linked = clean(&scrubber("research-linked"), text, nobody());
    assert!(
        linked.contains(", MA 021") && !linked.ends_with("02139") && linked.len() >= 12,
        "{linked}"
    );
}

#[test]
fn lists_of_the_policy_decide() {
    let lists = "[text]\nallow = [\"Jane Roe\"]\ndeny = [\"Project Bluebird\"]\n";
    let engine = scrubber_with("hipaa-safe-harbor", lists);
    let text = clean(&engine, "Jane Roe of project bluebird met Tom Smith", nobody());
    assert!(text.starts_with("Jane Roe of "), "{text}");
    assert!(!text.contains("bluebird") && !text.contains("Tom Smith"), "{text}");
}

#[test]
fn what_is_finer_than_a_year_is_cut_or_moved() {
    let john = john();
    let check = |profile: &str, text: &str, expect: &str| {
        assert_eq!(clean(&scrubber(profile), text, of(&john)), expect, "{profile}: {text}");
    };
    check("hipaa-safe-harbor", "Seen in Q1 2021, again 2Q21.", "Seen in 2021, again 2021.");
    check("hipaa-safe-harbor", "In the first quarter of 2021 he fell.", "In the 2021 he fell.");
    check("hipaa-safe-harbor", "Admitted week 12 of 2021.", "Admitted 2021.");
    check("hipaa-safe-harbor", "Admitted 2021-W12 and well.", "Admitted 2021 and well.");
    check("hipaa-safe-harbor", "At age ninety-three he fell.", "At age 90+ he fell.");
    check("research-linked", "Seen in Q1 2021 and Q3-Q4 2021.", "Seen in Q1 2021 and Q3-Q4 2021.");
    check("research-linked", "Admitted week 12 of 2021.", "Admitted week 16 of 2021.");
    check("hipaa-safe-harbor", "FISH: gain of 1q21.", "FISH: gain of 1q21.");
    for gone in ["He posts as @zolly_q daily.", "Plate ABC-1234 was seen."] {
        let out = clean(&scrubber("hipaa-safe-harbor"), gone, of(&john));
        assert!(!out.contains("zolly") && !out.contains("1234"), "{out}");
    }
}

/// The FHIR modality asks so whether the code of a house could be a name.
#[test]
fn a_name_behind_a_title_is_told_from_a_word() {
    let check = |text: &str, name: bool| {
        let found = scrubber("hipaa-safe-harbor").find(text, crate::support::nobody()).unwrap();
        assert_eq!(found.iter().any(|f| f.span.end > 4), name, "{text}");
    };
    for name in ["Dr. Smith", "Dr. Jsmith", "Dr. Rahmani", "Dr. Zolly"] {
        check(name, true);
    }
    for word in ["Dr. Exam", "Dr. Final"] {
        check(word, false);
    }
}
