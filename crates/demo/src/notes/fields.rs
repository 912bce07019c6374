//! The fields a template may name, from identifiers to what was found on examination.

use anonymed_core::EntityType as E;
use jiff::civil::Date;

use super::{Scene, clinical_text};
use crate::calendar::{TODAY, clock, days_between, plus_days, plus_minutes, write};
use crate::dice::Dice;
use crate::hospital;
use crate::prose::Prose;

/// A person's name in its parts.
struct Named<'a> {
    entity: E,
    first: &'a str,
    middle: Option<char>,
    last: &'a str,
}

/// Appends a field's text; false where there is no such field.
pub(super) fn fill(
    scene: &Scene<'_>,
    name: &str,
    style: &str,
    dice: &mut Dice,
    out: &mut Prose,
) -> bool {
    if let Some((person, part)) = name.split_once('.')
        && let Some(named) = person_of(scene, person)
        && name_part(&named, part, style, out)
    {
        return true;
    }
    identifier(scene, name, style, out)
        || date(scene, name, style, out)
        || person_words(scene, name, out)
        || place(scene, name, style, out)
        || clinical_text::fill(scene, name, style, dice, out)
}

fn person_of<'a>(scene: &Scene<'a>, person: &str) -> Option<Named<'a>> {
    let doctor = |at: usize| &scene.hospital.doctors()[at];
    let encounter = scene.encounter;
    let staff = match person {
        "pcp" => doctor(scene.patient.pcp),
        "doctor" => doctor(encounter.map_or(scene.patient.pcp, |e| e.doctor)),
        "second" => doctor(encounter.map_or(scene.patient.pcp, |e| e.second)),
        "nurse" => &scene.hospital.nurses()[encounter.map_or(0, |e| e.nurse)],
        "clerk" => {
            let nurses = scene.hospital.nurses();
            &nurses[(scene.patient.index as usize + 3) % nurses.len()]
        }
        _ => {
            return match person {
                "who" => Some(Named {
                    entity: E::Patient,
                    first: &scene.patient.who.first,
                    middle: Some(scene.patient.who.middle),
                    last: &scene.patient.who.last,
                }),
                "contact" | "relative" => {
                    let contact = if person == "contact" {
                        &scene.patient.contact
                    } else {
                        &scene.patient.relative
                    };
                    Some(Named {
                        entity: E::Relative,
                        first: &contact.first,
                        middle: None,
                        last: &contact.last,
                    })
                }
                _ => None,
            };
        }
    };
    let entity = if matches!(person, "nurse" | "clerk") { E::Staff } else { E::Doctor };
    Some(Named { entity, first: &staff.first, middle: None, last: &staff.last })
}

fn name_part(who: &Named<'_>, part: &str, style: &str, out: &mut Prose) -> bool {
    let (first, last) = (who.first, who.last);
    let initial = |name: &str| name.chars().next().unwrap_or('X');
    let middle = who.middle.map_or_else(String::new, |m| format!(" {m}."));
    let text = match part {
        "full" => format!("{first} {last}"),
        "full_middle" => format!("{first}{middle} {last}"),
        "first" => first.to_owned(),
        "last" => last.to_owned(),
        "comma" => format!("{last}, {first}"),
        "comma_middle" => match who.middle {
            Some(m) => format!("{last}, {first} {m}"),
            None => format!("{last}, {first}"),
        },
        "tight" => format!("{last},{first}"),
        "caret" => format!("{last}^{first}"),
        "short" => format!("{}. {last}", initial(first)),
        "initials" => format!("{}.{}.", initial(first), initial(last)),
        "letters" => format!("{}{}", initial(first), initial(last)),
        "dr" => {
            out.push("Dr. ");
            last.to_owned()
        }
        _ => return false,
    };
    let text = if style == "upper" { text.to_uppercase() } else { text };
    out.plant(who.entity, &text);
    true
}

/// Numbers, addresses and contacts.
fn identifier(scene: &Scene<'_>, name: &str, style: &str, out: &mut Prose) -> bool {
    let patient = scene.patient;
    let who = &patient.who;
    let encounter = scene.encounter;
    let doctor = encounter.map_or(patient.pcp, |e| e.doctor);
    let doctor = &scene.hospital.doctors()[doctor];
    let (entity, text): (E, &str) = match name {
        "mrn" => (E::Mrn, &who.mrn),
        "ssn" => (E::Ssn, &who.ssn),
        "ssn4" => {
            out.push("xxx-xx-");
            (E::Ssn, &who.ssn[who.ssn.len() - 4..])
        }
        "member" if who.member.is_empty() => {
            out.push("none (self-pay)");
            return true;
        }
        "member" => (E::HealthPlan, &who.member),
        "visit" => (E::Account, encounter.map_or("V00000000", |e| &e.number)),
        "accession" => (E::Accession, encounter.map_or("00-0000000", |e| &e.accession)),
        "who.phone" => (E::Phone, &who.phone),
        "who.email" if who.email.is_empty() => {
            out.push("none on file");
            return true;
        }
        "who.email" => (E::Email, &who.email),
        "who.street" => (E::Street, &who.street),
        "who.city" => (E::City, who.city_name()),
        "who.county" => (E::County, &who.city.county),
        "who.zip" => (E::Zip, &who.zip),
        "contact.phone" => (E::Phone, &patient.contact.phone),
        "relative.phone" => (E::Phone, &patient.relative.phone),
        "doctor.npi" => (E::Licence, &doctor.npi),
        "doctor.pager" => (E::Pager, &doctor.pager),
        "doctor.email" => (E::Email, &doctor.email),
        "device" => match encounter.and_then(|e| e.device.as_deref()) {
            Some(serial) => (E::Device, serial),
            None => {
                out.push("none");
                return true;
            }
        },
        _ => return false,
    };
    if style == "upper" {
        out.plant(entity, &text.to_uppercase());
    } else {
        out.plant(entity, text);
    }
    true
}

fn date(scene: &Scene<'_>, name: &str, style: &str, out: &mut Prose) -> bool {
    let patient = scene.patient;
    let birth = patient.who.birth;
    let encounter = scene.encounter;
    let start = encounter.map_or(TODAY, |e| e.start.date());
    let end = encounter.map_or(TODAY, |e| e.end.date());
    let within = |date: Date| date.max(birth);
    let date = match name {
        "dob" => birth,
        "admit" => start,
        "discharge" => end,
        "typed" => plus_days(end, 1),
        "followup" => plus_days(end, 14),
        "due" => plus_days(end, 91),
        "prior" => within(
            patient
                .encounters
                .iter()
                .rev()
                .map(|e| e.start.date())
                .find(|d| *d < start)
                .unwrap_or_else(|| plus_days(start, -47)),
        ),
        "onset" => within(plus_days(start, -4)),
        "day2" => plus_days(start, 1).min(end),
        _ => return false,
    };
    let style = if style.is_empty() { "us0" } else { style };
    match write(date, style) {
        Some(text) => out.plant(E::Date, &text),
        None => return false,
    }
    true
}

/// Sex, pronouns and age.
fn person_words(scene: &Scene<'_>, name: &str, out: &mut Prose) -> bool {
    let female = scene.patient.who.female();
    let by_sex = |f: &'static str, m: &'static str| if female { f } else { m };
    let day = scene.encounter.map_or(TODAY, |e| e.start.date());
    let age = scene.patient.age_on(day);
    let text = match name {
        "sex" => by_sex("F", "M"),
        "Sex" => by_sex("Female", "Male"),
        "sexword" => match (age, female) {
            (..2, true) => "baby girl",
            (..2, false) => "baby boy",
            (2..18, true) => "girl",
            (2..18, false) => "boy",
            (_, true) => "woman",
            (_, false) => "man",
        },
        "he" => by_sex("she", "he"),
        "He" => by_sex("She", "He"),
        "his" => by_sex("her", "his"),
        "His" => by_sex("Her", "His"),
        "him" => by_sex("her", "him"),
        "Mr" => match (age, female) {
            (..14, true) => "Miss",
            (..14, false) => "Master",
            (_, true) if scene.patient.who.marital == "Married" => "Mrs.",
            (_, true) => "Ms.",
            (_, false) => "Mr.",
        },
        "race" => scene.patient.who.race,
        "marital" => scene.patient.who.marital,
        "contact.relation" => scene.patient.contact.relation,
        "relative.relation" => scene.patient.relative.relation,
        "Contact.relation" | "Relative.relation" => {
            let relation = if name.starts_with('C') {
                scene.patient.contact.relation
            } else {
                scene.patient.relative.relation
            };
            out.push(&relation[..1].to_uppercase());
            &relation[1..]
        }
        "age" | "aged" => {
            age_words(age, days_between(scene.patient.who.birth, day), name == "aged", out);
            return true;
        }
        _ => return false,
    };
    out.push(text);
    true
}

/// `73`, or `73-year-old`; small children in days, weeks or months.
fn age_words(age: i32, days: i64, phrase: bool, out: &mut Prose) {
    let (number, unit) = match days {
        _ if age >= 2 => (i64::from(age), "year"),
        ..14 => (days, "day"),
        14..70 => (days / 7, "week"),
        _ => (days / 30, "month"),
    };
    if age > 89 {
        out.plant(E::Age, &number.to_string());
    } else {
        out.push(&number.to_string());
    }
    match (phrase, unit) {
        (true, _) => out.push(&format!("-{unit}-old")),
        (false, "year") => {}
        (false, "month") => out.push(" mo"),
        (false, "week") => out.push(" wk"),
        (false, _) => out.push(" d"),
    }
}

/// The hospital, rooms, times.
fn place(scene: &Scene<'_>, name: &str, style: &str, out: &mut Prose) -> bool {
    let who = &scene.patient.who;
    let encounter = scene.encounter;
    let planted = match name {
        "hospital" => Some((E::Hospital, hospital::NAME)),
        "hospital.street" => Some((E::Street, hospital::STREET)),
        "hospital.city" => Some((E::City, hospital::CITY)),
        "hospital.zip" => Some((E::Zip, hospital::ZIP)),
        "hospital.phone" => Some((E::Phone, hospital::PHONE)),
        "hospital.fax" => Some((E::Fax, hospital::FAX)),
        _ => None,
    };
    if let Some((entity, text)) = planted {
        let upper = style == "upper";
        out.plant(entity, &if upper { text.to_uppercase() } else { text.to_owned() });
        return true;
    }
    match name {
        "hospital.state" => out.push(hospital::STATE),
        "who.state" => out.push(who.state()),
        "insurer" => out.push(&who.insurer.name),
        "room" => match encounter.map(|e| e.room.as_str()) {
            Some(room) if !room.is_empty() => out.plant(E::Room, room),
            _ => out.push("n/a"),
        },
        "department" => {
            out.push(encounter.map_or("Clinic", |e| e.main.department.as_str()));
        }
        "admit_time" => out.push(&encounter.map_or_else(String::new, |e| clock(e.start))),
        "discharge_time" => out.push(&encounter.map_or_else(String::new, |e| clock(e.end))),
        "t1" | "t2" | "t3" | "t4" => {
            let minutes = i64::from(name.as_bytes()[1] - b'0') * 95;
            let at = encounter.map(|e| clock(plus_minutes(e.start, minutes)));
            out.push(&at.unwrap_or_default());
        }
        _ => return false,
    }
    true
}
