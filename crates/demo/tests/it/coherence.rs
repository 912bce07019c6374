//! What a clinician would check first.

use std::collections::BTreeSet;

use anonymed_core::Sex;
use anonymed_demo::calendar::TODAY;
use anonymed_demo::{Hospital, Options, Patient};

fn people() -> Vec<Patient> {
    Hospital::generate(&Options { patients: 600, seed: 11 }).patients().collect()
}

#[test]
fn life_runs_in_order() {
    for p in people() {
        assert!(p.who.birth <= TODAY);
        assert!((0..=102).contains(&p.age()), "{}", p.age());
        let mut free = p.who.birth;
        for e in &p.encounters {
            assert!(e.start <= e.end && e.start.date() >= free && e.end.date() <= TODAY);
            free = e.end.date();
            assert!(e.labs.iter().all(|l| l.taken >= e.start && l.taken <= e.end));
            assert!(e.vitals.taken >= e.start);
            assert!(e.prescriptions.iter().all(|x| x.stop.is_none_or(|s| s >= x.start)));
        }
        if let Some(death) = p.death {
            assert!(death >= p.who.birth);
            assert_eq!(p.encounters.last().map(|e| (e.died, e.end.date())), Some((true, death)));
        }
    }
}

#[test]
fn illness_fits_age_and_sex() {
    let mut births = 0;
    for p in people() {
        for e in &p.encounters {
            let codes = e.codes();
            let age = p.age_on(e.start.date());
            let has = |start: &str| codes.iter().any(|c| c.starts_with(start));
            if has("O") || has("Z34") || has("C50") {
                assert_eq!(p.who.sex, Sex::Female);
            }
            if has("O80") {
                assert!((18..46).contains(&age));
                births += 1;
            }
            if has("N40") || has("C61") {
                assert!(p.who.sex == Sex::Male && age >= 25);
            }
            if has("G30") || has("I25") {
                assert!(age >= 35, "{age}");
            }
            if has("J21") {
                assert!(age <= 3);
            }
        }
    }
    assert!(births >= 20);
}

#[test]
fn respiratory_disease_is_seasonal() {
    let (mut winter, mut summer) = (0, 0);
    for e in people().iter().flat_map(|p| &p.encounters) {
        if e.codes()[0].starts_with('J') && !e.codes()[0].starts_with("J4") {
            match e.start.month() {
                11 | 12 | 1 | 2 => winter += 1,
                5..=8 => summer += 1,
                _ => {}
            }
        }
    }
    assert!(winter > 8 * summer.max(1), "{winter} in winter, {summer} in summer");
}

#[test]
fn numbers_are_distinct_and_plainly_fake() {
    let people = people();
    let distinct =
        |of: &dyn Fn(&Patient) -> String| people.iter().map(of).collect::<BTreeSet<_>>().len();
    assert_eq!(distinct(&|p| p.who.mrn.clone()), people.len());
    assert_eq!(distinct(&|p| p.who.ssn.clone()), people.len());
    for p in &people {
        assert!(p.who.mrn.len() == 8);
        let ssn: Vec<&str> = p.who.ssn.split('-').collect();
        let (area, group): (u32, u32) = (ssn[0].parse().unwrap(), ssn[1].parse().unwrap());
        assert!((900..=999).contains(&area) && (1..=49).contains(&group) && ssn[2] != "0000");
        assert!(p.who.phone.contains("555"));
        assert!(p.who.email.is_empty() || p.who.email.contains("example"));
    }
}

#[test]
fn a_hospital_has_its_mix() {
    let people = people();
    let share = |test: &dyn Fn(&Patient) -> bool| {
        people.iter().filter(|p| test(p)).count() as f64 / people.len() as f64
    };
    assert!((0.01..0.08).contains(&share(&|p| p.age() > 89)));
    assert!((0.10..0.30).contains(&share(&|p| p.age() < 18)));
    assert!((0.45..0.65).contains(&share(&|p| p.who.sex == Sex::Female)));
    assert!((0.002..0.08).contains(&share(&|p| p.death.is_some())));
    assert!(share(&|p| p.encounters.len() > 1) > 0.7);
    assert!(share(&|p| p.contact.mrn.is_some()) > 0.05);
    assert!(people.iter().any(|p| p.who.full() == "Mark Mission" || p.who.full() == "Grace Long"));
    assert!(people.iter().any(|p| p.who.city_name() == "Mission"));
}

#[test]
fn one_patient_does_not_depend_on_the_number_of_patients() {
    let of = |patients| {
        let p = Hospital::generate(&Options { patients, seed: 1 }).patient(3);
        (p.who.mrn.clone(), p.who.full(), p.encounters.len())
    };
    assert_eq!(of(10), of(500));
}
