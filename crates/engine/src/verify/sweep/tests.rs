//! What the sweep finds and what it leaves, by tables and by random planting.

use anonymed_core::{DerivedKey, KeyPurpose, KeyRing, RootKey};
use proptest::prelude::*;

use super::*;
use crate::verify::ColumnTally;

fn key() -> DerivedKey {
    RootKey::new([9; 32]).derive(&KeyPurpose::Fingerprint)
}

const ADA: SubjectId = SubjectId(1);
const BOB: SubjectId = SubjectId(2);

/// Two patients: one whose names are names alone, one whose names are words.
fn hospital() -> KnownValues {
    use EntityType as E;
    let mut builder = KnownValues::builder(&key());
    let mut put = |subject, entity, value| builder.insert(entity, value, Some(subject));
    assert!(put(ADA, E::Patient, "Okonkwo, Adaeze M."));
    assert!(put(ADA, E::Mrn, "MRN00048213"));
    assert!(put(ADA, E::Mrn, "77120934"));
    assert!(put(ADA, E::Ssn, "912-34-5678"));
    assert!(put(ADA, E::Phone, "+1 (617) 555-0142"));
    assert!(put(ADA, E::Email, "adaeze.okonkwo@example.org"));
    assert!(put(ADA, E::Street, "1200 Harwich St, Apt 4"));
    assert!(put(ADA, E::City, "Mission"));
    assert!(put(ADA, E::Zip, "02139"));
    assert!(put(ADA, E::Account, "4471"));
    assert!(put(BOB, E::Patient, "Will Young"));
    assert!(put(BOB, E::Patient, "Jos\u{e9} M\u{fc}ller-N\u{fa}\u{f1}ez"));
    assert!(put(BOB, E::Mrn, "55381"));
    assert!(put(BOB, E::City, "Springfield"));
    assert!(put(BOB, E::Hospital, "Saint Eberhard Medical Center"));
    assert!(!put(BOB, E::Date, "2020-01-01"));
    assert!(!put(BOB, E::State, "MA"));
    assert!(!put(BOB, E::Patient, " - "));
    builder.build()
}

fn found(text: &str, owner: Option<SubjectId>) -> Vec<(&'static str, String)> {
    let known = hospital();
    Sweep::new(&known)
        .text(text, owner, &[])
        .into_iter()
        .map(|hit| (hit.reason, text[hit.span].to_owned()))
        .collect()
}

#[test]
fn full_names_are_found_in_anybodys_text() {
    let check = |text: &str, value: &str| {
        for owner in [Some(ADA), Some(BOB), None] {
            assert!(
                found(text, owner).iter().any(|(_, v)| v == value),
                "{text} {:?}",
                found(text, owner)
            );
        }
    };
    check("seen with Adaeze Okonkwo today", "Adaeze Okonkwo");
    check("ADAEZE   OKONKWO", "ADAEZE   OKONKWO");
    check("Okonkwo, Adaeze", "Okonkwo, Adaeze");
    check("OKONKWO^ADAEZE^M", "OKONKWO^ADAEZE^M");
    check("adaeze_okonkwo.txt", "adaeze_okonkwo");
    check("Adaeze\nOkonkwo", "Adaeze\nOkonkwo");
    check("AdaezeOkonkwo", "AdaezeOkonkwo");
    check("Adaeze M. Okonkwo", "Adaeze M. Okonkwo");
    check("Ada-\neze Okonkwo", "Ada-\neze Okonkwo");
    check("A d a e z e O k o n k w o", "A d a e z e O k o n k w o");
    check("Jose Muller Nunez", "Jose Muller Nunez");
    check("JOSE MUELLER-NUNEZ", "JOSE MUELLER-NUNEZ");
    check("Will Young came", "Will Young");
    check("at Saint Eberhard Medical Center", "Saint Eberhard Medical Center");
}

#[test]
fn numbers_are_found_however_they_are_grouped() {
    let check = |text: &str, owner| {
        assert_eq!(found(text, owner).len(), 1, "{text}: {:?}", found(text, owner));
    };
    check("id 77120934 noted", Some(BOB));
    check("id 77-12-0934 noted", Some(BOB));
    check("id 77 120 934 noted", Some(ADA));
    check("id X77120934.", Some(BOB));
    check("id 0077120934", Some(BOB));
    check("MRN00048213", None);
    check("mrn: 00048213", Some(BOB));
    check("MRN 48213", Some(ADA));
    check("912345678", Some(BOB));
    check("912 34 5678", Some(BOB));
    check("617.555.0142", Some(BOB));
    check("6175550142", None);
    check("call 555-0142", Some(ADA));
    check("adaeze.okonkwo@EXAMPLE.org", Some(BOB));
    check("1200 HARWICH STREET", Some(BOB));
    check("acct 4471", Some(ADA));
    check("MRN 55381", Some(ADA));
}

#[test]
fn parts_of_the_owners_name_are_found() {
    let check = |text: &str, value: &str| {
        let found = found(text, Some(ADA));
        assert_eq!(found.iter().map(|(_, v)| v.as_str()).collect::<Vec<_>>(), [value], "{text}");
    };
    check("the patient Okonkwo felt well", "Okonkwo");
    check("okonkwo was seen", "okonkwo");
    check("Okonkwo's husband", "Okonkwo");
    check("call adaeze back", "adaeze");
    check("lives in Mission with", "Mission");
    check("Cambridge, MA 02139", "02139");
}

#[test]
fn words_that_are_names_are_judged_by_context() {
    let check = |text: &str, expect: usize| {
        let found = found(text, Some(BOB));
        assert_eq!(found.len(), expect, "{text}: {found:?}");
    };
    check("Mr. Young was seen", 1);
    check("told Young about it", 1);
    check("seen by Will today", 1);
    check("Young, W. was seen", 1);
    check("W. Young was seen", 1);
    check("for Young's care", 1);
    check("NAME: Young", 1);
    check("will follow a young man", 0);
    check("Will follow up. Young man with pain.", 0);
    check("WILL FOLLOW UP", 0);
    check("will young patients", 1);
    let other = |text: &str, expect: usize| {
        let found = found(text, Some(ADA));
        assert_eq!(found.len(), expect, "{text}: {found:?}");
    };
    other("will young patients do well", 0);
    other("told Young about it", 0);
    other("the mission of the clinic", 0);
    other("Mission statement", 0);
}

#[test]
fn things_that_are_called_after_people_are_no_people() {
    let mut builder = KnownValues::builder(&key());
    builder.insert(EntityType::Patient, "Mary Joseph", Some(ADA));
    builder.insert(EntityType::County, "Jackson", Some(ADA));
    let known = builder.build();
    let sweep = Sweep::new(&known);
    let check = |text: &str, expect: usize| {
        assert_eq!(sweep.text(text, Some(ADA), &[]).len(), expect, "{text}");
    };
    check("No Virchow node, no Sister Mary\r\nJoseph nodule", 1);
    check("Swan-Ganz removed; Jackson-Pratt drain 30 mL", 0);
    check("Sister Mary came", 1);
    check("lives in Jackson", 1);
    let mut other = KnownValues::builder(&key());
    other.insert(EntityType::Patient, "Mary Roe", Some(ADA));
    let known = other.build();
    let sweep = Sweep::new(&known);
    assert_eq!(sweep.text("NO SISTER MARY JOSEPH NODULE", Some(ADA), &[]), vec![]);
    assert_eq!(sweep.text("Sister Mary Roe", Some(ADA), &[]).len(), 1);
}

#[test]
fn other_patients_parts_and_small_numbers_need_a_context() {
    let check = |text: &str, expect: usize| {
        let found = found(text, Some(BOB));
        assert_eq!(found.len(), expect, "{text}: {found:?}");
    };
    check("the Okonkwo procedure", 0);
    check("the word okonkwo in passing", 0);
    check("Mrs. Okonkwo called", 1);
    check("value 48213 noted", 0);
    check("count 4471", 0);
    check("springs and fields", 0);
    check("5b771209-34aa-4567-8901-12345678901a", 0);
    let ada = |text: &str, expect: usize| {
        let found = found(text, Some(ADA));
        assert_eq!(found.len(), expect, "{text}: {found:?}");
    };
    ada("Okonkwo syndrome and Okonkwo's disease", 0);
    ada("count 4471", 0);
    ada("platelets 250000, dose 55381", 0);
    ada("Springfield", 0);
    ada("0.77120934", 1);
}

#[test]
fn what_we_wrote_is_excused_and_what_crosses_it_is_not() {
    let known = hospital();
    let sweep = Sweep::new(&known);
    let check = |text: &str, excused: &[Range<usize>], expect: usize| {
        assert_eq!(sweep.text(text, Some(BOB), excused).len(), expect, "{text}");
    };
    let whole = std::slice::from_ref(&(5..19));
    check("seen Adaeze Okonkwo", &[], 1);
    check("seen Adaeze Okonkwo", whole, 0);
    let first = std::slice::from_ref(&(5..11));
    check("seen Adaeze Okonkwo", first, 1);
    check("Seen:Adaeze\nOkonkwo", first, 0);
}

#[test]
fn cells_and_names_are_judged_as_wholes() {
    let known = hospital();
    let sweep = Sweep::new(&known);
    let cell = |value: &str, owner, used, expect: Option<Weight>| {
        let hit = sweep.cell(value, owner, used);
        assert_eq!(hit.first().map(|h| h.weight), expect, "{value}");
    };
    cell("Okonkwo", Some(ADA), CellUse::Kept, Some(Weight::Certain));
    cell("Okonkwo", Some(BOB), CellUse::Kept, Some(Weight::Chance));
    cell("77120934", Some(ADA), CellUse::Kept, Some(Weight::Certain));
    cell("77120934", Some(BOB), CellUse::Kept, Some(Weight::Chance));
    cell("48213", Some(BOB), CellUse::Kept, Some(Weight::Chance));
    cell("Young", Some(BOB), CellUse::Kept, Some(Weight::Chance));
    cell("4471", Some(ADA), CellUse::Kept, None);
    cell("77120934", Some(ADA), CellUse::Written, Some(Weight::Certain));
    cell("77120934", Some(BOB), CellUse::Written, None);
    cell("told Okonkwo", Some(ADA), CellUse::Prose, Some(Weight::Certain));
    let name = |path: &str, expect: usize| assert_eq!(sweep.name(path).len(), expect, "{path}");
    name("notes/okonkwo.txt", 1);
    name("notes/77120934.txt", 1);
    name("notes/48213_2020.txt", 1);
    name("Adaeze_Okonkwo/note.txt", 1);
    name("tables/will.csv", 0);
    let code = anonymed_core::Pseudonym::from_bytes([0x35; 16]).code();
    name(&format!("notes/{code}-001.txt"), 0);
}

#[test]
fn columns_tell_leaks_from_chance() {
    let mut builder = KnownValues::builder(&key());
    for n in 0..2_000u32 {
        builder.insert(EntityType::Mrn, &(100_000 + n * 7).to_string(), Some(SubjectId(n)));
    }
    let known = builder.build();
    let sweep = Sweep::new(&known);
    let verdict = |value: &dyn Fn(u32) -> u32| {
        let mut tally = ColumnTally::default();
        for n in 0..2_000 {
            tally.add(&sweep, &value(n).to_string(), Some(SubjectId(n)));
        }
        tally.verdict(&sweep)
    };
    assert_eq!(verdict(&|n| 100_000 + n * 7), Some("column-of-own-values"));
    assert_eq!(verdict(&|n| 100_000 + (1_999 - n) * 7), Some("column-of-known-values"));
    // Costs over the whole range of six digits: some are record numbers.
    assert_eq!(verdict(&|n| 100_001 + n * 449), None);
}

/// The verdict over a column of many numbers of which some are other things.
fn verdict_of_numbers(known: &KnownValues, value: &dyn Fn(u32) -> String) -> Option<&'static str> {
    let sweep = Sweep::new(known);
    let mut tally = ColumnTally::default();
    for n in 0..6_000 {
        tally.add(&sweep, &value(n), Some(SubjectId(n % 200)));
    }
    tally.verdict(&sweep)
}

#[test]
fn long_numbers_of_others_need_no_company() {
    let mut builder = KnownValues::builder(&key());
    let ssn = |n: u32| format!("9{:08}", 11_004_021 + u64::from(n) * 390_911);
    for n in 0..200u32 {
        builder.insert(EntityType::Ssn, &ssn(n), Some(SubjectId(n)));
        builder.insert(EntityType::Mrn, &(8_801_000 + n * 37).to_string(), Some(SubjectId(n)));
    }
    let known = builder.build();
    let check = |value: &dyn Fn(u32) -> String, expect| {
        assert_eq!(verdict_of_numbers(&known, value), expect);
    };
    // In the row after its own patient's, 55 times or once.
    let result = |n: u32| format!("{}.5", n % 150);
    let some = |n: u32, most: u32| match n {
        1..=250 if n.is_multiple_of(2) && n / 2 <= most => ssn(n - 1),
        _ => result(n),
    };
    check(&|n| some(n, 55), Some("number-of-another"));
    check(&|n| some(n, 1), Some("number-of-another"));
    check(&|n| if n == 7 { "912-84-9480".to_owned() } else { result(n) }, None);
    check(&|n| some(n, 0), None);
    // A number of seven digits in every cell: a few of the 200 record numbers are met by chance.
    check(&|n| (1_000_000 + u64::from(n) * 1_489 % 9_000_000).to_string(), None);
    // Costs whose digits would be a record number without their point.
    check(&|n| format!("88010.{:02}", n % 100), None);
}

#[test]
fn rare_names_of_others_are_told_from_categories() {
    let mut builder = KnownValues::builder(&key());
    for n in 0..200u32 {
        let name = format!("Q{}a V{}o", syllables(n), syllables(n * 31 + 7));
        builder.insert(EntityType::Patient, &name, Some(SubjectId(n)));
    }
    let known = builder.build();
    let surname = |n: u32| format!("V{}o", syllables(n * 31 + 7));
    let check = |names: u32, words: u32, expect| {
        let value = |n: u32| match n {
            1..=110 if n.is_multiple_of(2) && n / 2 <= names => surname(n + 1),
            _ if words > 0 && n.is_multiple_of(3) => format!("finding {}", syllables(n % words)),
            _ => format!("{}.5", n % 150),
        };
        assert_eq!(verdict_of_numbers(&known, &value), expect, "{names} among {words}");
    };
    check(55, 0, Some("column-of-known-values"));
    check(55, 100, Some("column-of-known-values"));
    check(8, 0, None);
    check(12, 1_000, None);
}

#[test]
fn a_category_is_nobodys_own_value() {
    let mut builder = KnownValues::builder(&key());
    for (n, zip) in ["23457", "30211", "94107", "60614"].iter().enumerate() {
        builder.insert(EntityType::Zip, zip, Some(SubjectId(n as u32)));
    }
    builder.insert(EntityType::Patient, "Ada White", Some(SubjectId(0)));
    builder.insert(EntityType::Mrn, "23457", Some(SubjectId(0)));
    let known = builder.build();
    let sweep = Sweep::new(&known);
    let verdict = |value: &dyn Fn(u32) -> &'static str| {
        let mut tally = ColumnTally::default();
        for n in 0..4_000 {
            let mut part = ColumnTally::default();
            part.add(&sweep, value(n), Some(SubjectId(n % 40)));
            tally.absorb(&part);
        }
        tally.verdict(&sweep)
    };
    // Everybody has the procedure whose code is one patient's ZIP, and many are of one race.
    assert_eq!(verdict(&|n| if n % 3 == 0 { "23457" } else { "99213" }), None);
    assert_eq!(verdict(&|n| if n % 40 < 30 { "White" } else { "Asian" }), None);
    // A test's code that begins with one patient's number.
    assert_eq!(verdict(&|n| if n % 3 == 0 { "23457-1" } else { "718-7" }), None);
    // One patient's own ZIP in that patient's rows alone.
    let leak = |n: u32| if n.is_multiple_of(40) { "23457" } else { "" };
    assert_eq!(verdict(&leak), Some("column-of-own-values"));
}

#[test]
fn allowed_texts_are_left() {
    let known = hospital();
    let sweep = Sweep::new(&known).allowing(["saint eberhard medical center"]);
    assert_eq!(sweep.text("at Saint Eberhard Medical Center", None, &[]), vec![]);
}

#[test]
fn fingerprints_show_nothing() {
    assert!(!format!("{:?}", hospital()).contains("Okonkwo"));
}

#[test]
fn values_across_a_piece_are_found_once() {
    let known = hospital();
    let sweep = Sweep::new(&known);
    for before in [PIECE - 20, PIECE - 8, PIECE, PIECE + 3, 2 * PIECE - OVERLAP - 5] {
        let text = format!("{}Adaeze Okonkwo {}", "ab ".repeat(before / 3), "ab ".repeat(PIECE));
        assert_eq!(sweep.text(&text, None, &[]).len(), 1, "{before}");
    }
}

/// Ways to write a value that leave it the same value.
fn respelt(value: &str, how: u8) -> String {
    match how % 7 {
        0 => value.to_owned(),
        1 => value.to_uppercase(),
        2 => value.to_lowercase(),
        3 => value.replace([' ', '-'], "  "),
        4 => value.replace([' ', '-', '.'], "_"),
        5 => value.replace(' ', "\n"),
        _ => value.replace(['-', '.', '(', ')'], ""),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_swept_without_panic(text in any::<String>(), start in 0usize..40, len in 0usize..20) {
        let known = hospital();
        let sweep = Sweep::new(&known);
        let excused = start..start + len;
        sweep.text(&text, Some(ADA), std::slice::from_ref(&excused));
        sweep.field(&text, None, &[]);
        sweep.name(&text);
        crate::verify::residual::residual(&text, crate::verify::Position::Prose, &[]);
        crate::verify::dates::unwritten_dates(&text, &[]);
        let _ = crate::verify::json::Json::read(text.as_bytes());
    }

    #[test]
    fn digits_and_separators_are_read_without_panic(text in "[0-9a-zA-Z@:/.,() \\-]{0,60}") {
        crate::verify::residual::residual(&text, crate::verify::Position::Prose, &[]);
        crate::verify::dates::unwritten_dates(&text, &[]);
        crate::verify::dates::same_place(&text, &text, crate::verify::PlaceMode::Shift(3));
    }

    #[test]
    fn planted_values_are_found_in_any_spelling(
        first in "[A-Z][bdfgkqvxz][a-z]{3,7}",
        last in "[A-Z][bdfgkqvxz][a-z]{3,9}(-[A-Z][bdfgkqvxz][a-z]{3,6})?",
        number in "[1-9][0-9]{6,10}",
        before in "([a-z]{1,8} ){0,12}",
        after in "( [a-z]{1,8}){0,12}",
        how in any::<u8>(),
        turned in any::<bool>(),
    ) {
        let name = format!("{first} {last}");
        let dashed = format!("{}-{}", &number[..3], &number[3..]);
        let mut builder = KnownValues::builder(&key());
        builder.insert(EntityType::Patient, &name, Some(ADA));
        builder.insert(EntityType::Mrn, &number, Some(ADA));
        let known = builder.build();
        let sweep = Sweep::new(&known);
        let written = if turned { format!("{last}, {first}") } else { name };
        for value in [respelt(&written, how), respelt(&dashed, how), number.clone()] {
            let text = format!("{before}\u{b7} {value} \u{b7}{after}");
            for owner in [Some(ADA), Some(BOB)] {
                let numeric = value.bytes().next().is_some_and(|b| b.is_ascii_digit());
                // Spaces alone join a short number of somebody else to nothing.
                if numeric && owner == Some(BOB) && value.contains(char::is_whitespace) && number.len() < 9 {
                    continue;
                }
                let from = text.find(&value).unwrap();
                let hits = sweep.text(&text, owner, &[]);
                prop_assert!(
                    hits.iter().any(|hit| hit.span.start <= from && hit.span.end >= from + value.len()),
                    "{text:?} {owner:?} {hits:?}"
                );
            }
        }
    }
}

#[test]
fn a_text_of_megabytes_is_swept_in_linear_time() {
    // 20,000 patients and prose that names nobody: counted in hits and finished in the time other
    // tests take; the figure itself is measured by `cargo xtask bench`.
    let mut builder = KnownValues::builder(&key());
    for n in 0..20_000u32 {
        let name = format!("Q{}a V{}o", syllables(n), syllables(n * 31 + 7));
        builder.insert(EntityType::Patient, &name, Some(SubjectId(n)));
        builder.insert(EntityType::Mrn, &format!("{:08}", 10_000_000 + n * 97), Some(SubjectId(n)));
    }
    let known = builder.build();
    let sweep = Sweep::new(&known);
    let line = "Pt is a 54 yo woman with chest pain since 2 days, BP 120/80, seen by the team.\n";
    let text = line.repeat((4 << 20) / line.len());
    assert_eq!(sweep.text(&text, Some(ADA), &[]).len(), 0);
}

fn syllables(mut n: u32) -> String {
    const PARTS: [&str; 10] = ["ka", "lo", "mi", "ru", "se", "ta", "vo", "wi", "xu", "zy"];
    let mut out = String::new();
    for _ in 0..4 {
        out.push_str(PARTS[(n % 10) as usize]);
        n /= 10;
    }
    out
}
