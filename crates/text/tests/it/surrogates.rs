//! Fakes: one person stays one person, numbers keep their layout.

use anonymed_core::{EntityType, Sex, TextScope, TextScrubber};

use crate::support::{clean, john, nobody, of, scrubber, subject};

#[test]
fn one_person_stays_one_in_all_forms() {
    let john = john();
    let engine = scrubber("research-linked");
    let text = clean(&engine, "John Smith|SMITH, JOHN|Mr. Smith's|smith|John|J. Smith", of(&john));
    let forms: Vec<&str> = text.split('|').collect();
    let (given, family) = forms[0].split_once(' ').unwrap();
    assert_ne!((given, family), ("John", "Smith"));
    assert_eq!(forms[1], format!("{}, {}", family.to_uppercase(), given.to_uppercase()));
    assert_eq!(forms[2], format!("Mr. {family}'s"));
    assert_eq!(forms[3], family.to_lowercase());
    assert_eq!(forms[4], given);
    assert_eq!(forms[5], format!("{}. {family}", &given[..1]));
    // The same in another text, and as a single value.
    let again = clean(&engine, "then John Smith came", of(&john));
    assert_eq!(again, format!("then {given} {family} came"));
    assert_eq!(
        engine.surrogate(EntityType::Patient, "Smith, John", of(&john)),
        format!("{family}, {given}")
    );
}

#[test]
fn sex_is_kept() {
    let engine = scrubber("research-linked");
    let women = include_str!("../../data/surrogates/forenames_f.txt");
    let men = include_str!("../../data/surrogates/forenames_m.txt");
    for (sex, list) in [(Sex::Female, women), (Sex::Male, men)] {
        let patient = subject(Some(sex), 5, &[(EntityType::Patient, "Robin Ash")]);
        let fake = engine.surrogate(EntityType::Patient, "Robin Ash", of(&patient));
        let given = fake.split(' ').next().unwrap();
        assert!(list.lines().any(|l| l == given), "{sex} {fake}");
    }
    let fake = engine.surrogate(EntityType::Relative, "Mary", nobody());
    assert!(women.lines().any(|l| l == fake), "{fake}");
}

#[test]
fn found_names_are_found_again() {
    let text = "Attending: Jane Okonkwo, MD\nDr. Okonkwo agrees. OKONKWO'S plan. okonkwo.";
    let out = clean(&scrubber("research-linked"), text, nobody());
    assert!(!out.contains("Okonkwo") && !out.contains("OKONKWO"), "{out}");
}

#[test]
fn numbers_keep_their_layout() {
    let engine = scrubber("research-linked");
    let shape = |s: &str| -> String {
        s.chars()
            .map(|c| match c {
                '0'..='9' => '9',
                'A'..='Z' => 'A',
                'a'..='z' => 'a',
                c => c,
            })
            .collect()
    };
    for (entity, value) in [
        (EntityType::Phone, "(617) 867-5309"),
        (EntityType::Phone, "+1 617.867.5309 x12"),
        (EntityType::Fax, "867-5309"),
        (EntityType::Pager, "4417"),
        (EntityType::Ssn, "123-45-6789"),
        (EntityType::Account, "A-0012/77x"),
        (EntityType::HealthPlan, "1EG4-TE5-MK73"),
        (EntityType::Vehicle, "1HGCM82633A004352"),
        (EntityType::BankAccount, "4111 1111 1111 1111"),
        (EntityType::Accession, "S-11-4521"),
        (EntityType::Room, "412B"),
    ] {
        let fake = engine.surrogate(entity, value, nobody());
        assert_ne!(fake, value);
        assert_eq!(shape(&fake), shape(value), "{entity}");
        assert_eq!(fake, engine.surrogate(entity, value, nobody()));
    }
    let phone = engine.surrogate(EntityType::Phone, "617-867-5309", nobody());
    assert!(phone[4..].starts_with("555-01"), "{phone}");
    let same = engine.surrogate(EntityType::Phone, "(617) 867 5309", nobody());
    assert_eq!(phone.replace('-', ""), same.replace(['(', ')', ' '], ""));
    assert!(engine.surrogate(EntityType::Ssn, "123-45-6789", nobody()).starts_with('9'));
    let mail = engine.surrogate(EntityType::Email, "john.smith7@hospital.org", nobody());
    assert!(mail.contains("@example.") && mail.contains('.'), "{mail}");
    let ip = engine.surrogate(EntityType::IpAddress, "10.2.3.4", nobody());
    assert!(["192.0.2.", "198.51.100.", "203.0.113."].iter().any(|n| ip.starts_with(n)), "{ip}");
}

#[test]
fn places_come_from_lists() {
    let engine = scrubber("research-linked");
    let street = engine.surrogate(EntityType::Street, "12 Oak Street Apt 4", nobody());
    assert!(street.contains(" Street Apt ") && !street.contains("Oak St"), "{street}");
    let hospital = engine.surrogate(EntityType::Hospital, "MERCY GENERAL HOSPITAL", nobody());
    assert!(hospital.ends_with("GENERAL HOSPITAL") && !hospital.contains("MERCY"), "{hospital}");
    assert_ne!(engine.surrogate(EntityType::City, "Mission", nobody()), "Mission");
}

#[test]
fn a_fake_is_never_a_real_name_of_the_text() {
    let engine = scrubber("research-linked");
    let fake = engine.surrogate(EntityType::Doctor, "Okonkwo", nobody());
    // A text that has the fake as another person's real name gets another fake.
    let text = format!("Dr. Okonkwo and Dr. {fake} met.");
    let out = clean(&engine, &text, nobody());
    assert!(!out.contains(&fake), "{out}");
}

#[test]
fn whole_values_are_replaced_whole() {
    let john = john();
    let engine = scrubber("research-linked");
    let whole = |entity, value: &str| {
        let scope = TextScope { whole: Some(entity), ..of(&john) };
        engine.scrub(value, scope).unwrap().text
    };
    assert_eq!(whole(EntityType::Mrn, "12345"), john.pseudonym.code());
    assert_eq!(whole(EntityType::Date, " 2011-05-03 "), " 2011-06-02 ");
    assert_ne!(whole(EntityType::Patient, "will"), "will");
    assert_eq!(whole(EntityType::State, "MA"), "MA");
    assert_eq!(whole(EntityType::Patient, ""), "");
    assert_eq!(whole(EntityType::Department, "Ward 7 North"), "[DEPARTMENT]");
}
