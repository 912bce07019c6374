//! What the tagger says that cannot be: an everyday word, the name of a disease or a scale, a rating,
//! letters behind a name.
//!
//! The tagger judges by likeness. These are the few things that are known, each by what stands right
//! beside the words, and none of them holds behind a title.

use std::ops::Range;

use anonymed_core::{EntityType, HipaaIdentifier};

use crate::lexicon::role;
use crate::page::{Page, Shape, Token};
use crate::tagger::Tagged;

/// The score from which an everyday word in small letters is a name.
const SURE: f32 = 0.9;

/// Scales and scores that are called by a word and followed by a number.
const SCALES: &[&str] = &[
    "apgar",
    "aldrete",
    "asa",
    "asia",
    "ballard",
    "barthel",
    "bishop",
    "borg",
    "braden",
    "child-pugh",
    "ecog",
    "epworth",
    "framingham",
    "gcs",
    "glasgow",
    "gleason",
    "harris",
    "hoehn",
    "hunt",
    "karnofsky",
    "kellgren",
    "lansky",
    "likert",
    "lund-mackay",
    "mallampati",
    "mets",
    "mmse",
    "moca",
    "morse",
    "nihss",
    "norton",
    "nrs",
    "nyha",
    "oswestry",
    "phq",
    "gad",
    "ramsay",
    "rancho",
    "rankin",
    "ranson",
    "rass",
    "richmond",
    "rockall",
    "silverman",
    "tanner",
    "vas",
    "waterlow",
    "wells",
    "zubrod",
];

/// Words between the name of a scale and its number.
const BETWEEN: &[&str] = &[
    "score",
    "scale",
    "stage",
    "grade",
    "index",
    "class",
    "status",
    "performance",
    "treadmill",
    "is",
    "was",
    "of",
    "at",
    "total",
];

/// Words beside a rating of ten.
const RATED: &[&str] = &[
    "pain",
    "pains",
    "scale",
    "severity",
    "intensity",
    "rate",
    "rates",
    "rated",
    "rating",
    "discomfort",
    "ache",
    "aching",
    "hurts",
    "score",
    "scored",
    "strength",
    "cramping",
    "headache",
    "soreness",
];

/// Words that no name stands before, at the start of a sentence: what stands there is told to do.
const OBJECTS: &[&str] = &[
    "the", "a", "an", "his", "her", "their", "my", "our", "your", "this", "that", "these", "any",
    "all",
];

/// Callings of those who treat: beside a patient's `saw a` they are what was done, not who anybody is.
const TREATS: &[&str] = &[
    "chiropractor",
    "dentist",
    "obstetrician",
    "optometrist",
    "orthodontist",
    "pediatrician",
    "paediatrician",
    "physiatrist",
    "physician",
    "podiatrist",
    "psychiatrist",
    "surgeon",
    "neurosurgeon",
];

/// Words before a calling that say whose it is.
const HOLDS: &[&str] = &[
    "as",
    "is",
    "was",
    "retired",
    "former",
    "formerly",
    "occupation",
    "profession",
    "job",
    "employed",
    "works",
    "worked",
    "becoming",
    "became",
    "being",
];

/// Words of which the names of departments and shops are made that are everywhere.
const ANYWHERE: &[&str] = &[
    "high",
    "middle",
    "elementary",
    "grade",
    "school",
    "university",
    "college",
    "care",
    "center",
    "centre",
    "clinic",
    "medicine",
    "maintenance",
    "orthopedic",
    "orthopedics",
    "emergency",
    "room",
    "department",
    "of",
    "the",
    "unit",
    "postoperative",
    "human",
    "resources",
    "rescue",
    "squad",
    "public",
    "health",
    "juvenile",
    "hall",
    "outpatient",
    "inpatient",
    "office",
    "physical",
    "therapy",
    "adult",
    "protective",
    "services",
    "intensive",
    "recovery",
    "surgery",
    "nursing",
    "home",
    "hospital",
];

/// Whether what the tagger found is harmless for a reason that is known.
pub(crate) fn is_harmless(page: &Page<'_>, tagged: &Tagged) -> bool {
    let sure = tagged.finding.score.value() >= SURE;
    !sure && is_plain(page, tagged)
        || is_eponym(page, tagged)
        || is_order(page, tagged)
        || is_opening(page, tagged)
        || is_short_code(page, tagged)
        || is_scale_value(page, tagged)
        || is_rating(page, tagged)
        || is_letters_behind_a_name(page, tagged)
        || is_who_treats(page, tagged)
        || is_anywhere(page, tagged)
        || is_kin(page, tagged)
}

/// Whether it is of everyday words in small letters, in a text that has capitals, or of clinical
/// abbreviations.
fn is_plain(page: &Page<'_>, tagged: &Tagged) -> bool {
    let entity = tagged.finding.entity;
    let tokens = &page.tokens[tagged.tokens.clone()];
    let small = |t: &Token| t.shape == Shape::Lower;
    let everyday = |t: &Token| small(t) && t.word.is_common();
    let abbreviation = |t: &Token| t.shape == Shape::Upper && t.is(role::CLINICAL);
    let place =
        matches!(entity, EntityType::Location | EntityType::Organization | EntityType::City);
    let plain =
        entity.is_person() && tokens.iter().all(everyday) || place && tokens.iter().all(small);
    plain && page.tokens.iter().any(|t| t.shape == Shape::Title)
        || (entity.is_person() || entity.hipaa() == Some(HipaaIdentifier::Geographic))
            && tokens.iter().all(abbreviation)
        || matches!(entity, EntityType::Organization | EntityType::Username)
            && tagged.finding.score.value() < SURE
            && tokens.iter().all(abbreviation)
}

/// Whether a person's name is the first part of a disease, sign, device or scale, and no title stands
/// before it: its head stands right behind it, or one word further on, or a scale's number.
fn is_eponym(page: &Page<'_>, tagged: &Tagged) -> bool {
    let Range { start, end } = tagged.tokens;
    if !tagged.finding.entity.is_person() || is_titled(page, start) {
        return false;
    }
    let is_head = |at: usize| page.tokens.get(at).is_some_and(|t| t.is(role::EPONYM_HEAD));
    let close = |at: usize| {
        page.tokens.len() > at && matches!(page.gap(at - 1, at), " " | "\n" | "'s " | "’s ")
    };
    let near = close(end) && is_head(end);
    let last = &page.tokens[end - 1];
    let small = |t: &Token| t.shape == Shape::Lower || page.caps;
    let further = last.is(role::EPONYM)
        && close(end)
        && page.tokens.get(end).is_some_and(small)
        && close(end + 1)
        && is_head(end + 1);
    let scale = end - start == 1
        && is_listed(page, last, SCALES)
        && close(end)
        && page.tokens.get(end).is_some_and(|t| t.shape == Shape::Number && t.len() <= 3);
    near || further || scale
}

/// Whether a title stands before a name; `Sister Mary Joseph nodule` has none.
fn is_titled(page: &Page<'_>, start: usize) -> bool {
    start.checked_sub(1).is_some_and(|at| {
        page.tokens[at].is(role::TITLE)
            && matches!(page.gap(at, start), " " | ". ")
            && !page.word(&page.tokens[at]).eq_ignore_ascii_case("sister")
    })
}

/// `Chase the result`: an everyday word that begins a sentence, before what no name stands before.
fn is_order(page: &Page<'_>, tagged: &Tagged) -> bool {
    let Range { start, end } = tagged.tokens;
    let word = &page.tokens[start];
    tagged.finding.entity.is_person()
        && end - start == 1
        && word.word.is_common()
        && page.begins_sentence(start)
        && page.tokens.get(end).is_some_and(|next| {
            matches!(page.gap(start, end), " " | "\n")
                && (next.shape == Shape::Lower || page.caps)
                && is_listed(page, next, OBJECTS)
        })
}

/// `However, she`: an everyday word that a sentence begins with, of which the tagger is not sure.
fn is_opening(page: &Page<'_>, tagged: &Tagged) -> bool {
    const UNSURE: f32 = 0.6;
    let Range { start, end } = tagged.tokens;
    let word = &page.tokens[start];
    let entity = tagged.finding.entity;
    let place =
        matches!(entity, EntityType::Location | EntityType::Organization | EntityType::City);
    tagged.finding.score.value() < UNSURE
        && (place || entity.is_person() && word.word.given() == 0)
        && end - start == 1
        && word.shape == Shape::Title
        && word.word.is_common()
        && page.begins_sentence(start)
        && page.tokens.get(end).is_some_and(|next| next.shape == Shape::Lower)
}

/// `B12`, `C5`: a vitamin, a vertebra; no place is called so but a room.
fn is_short_code(page: &Page<'_>, tagged: &Tagged) -> bool {
    let Range { start, end } = tagged.tokens;
    let word = &page.tokens[start];
    matches!(tagged.finding.entity, EntityType::Location | EntityType::City)
        && end - start == 1
        && word.shape == Shape::Code
        && word.len() <= 3
}

/// The number behind a scale: `Karnofsky 80`, `Duke treadmill score 5`.
fn is_scale_value(page: &Page<'_>, tagged: &Tagged) -> bool {
    let Range { start, end } = tagged.tokens;
    let number = &page.tokens[start];
    if end - start != 1 || number.shape != Shape::Number || number.len() > 3 {
        return false;
    }
    let mut at = start;
    for _ in 0..3 {
        let Some(before) = at.checked_sub(1) else { return false };
        if !matches!(page.gap(before, at), " " | "\n" | ": " | "=" | " = " | ":" | "-") {
            return false;
        }
        let word = &page.tokens[before];
        let scale = is_listed(page, word, SCALES) || at < start && word.is(role::EPONYM);
        if scale {
            return !is_titled(page, before);
        }
        if !is_listed(page, word, BETWEEN) {
            return false;
        }
        at = before;
    }
    false
}

/// `7/10` beside a word for pain: a rating, and no date.
fn is_rating(page: &Page<'_>, tagged: &Tagged) -> bool {
    const BEFORE: usize = 8;
    const BEHIND: usize = 4;
    if !matches!(tagged.finding.entity, EntityType::Date | EntityType::Time) {
        return false;
    }
    let text = &page.text[tagged.finding.span.clone()];
    let ten = text.trim_end().strip_suffix("10").and_then(|rest| rest.trim_end().strip_suffix('/'));
    let rating = ten.is_some_and(|from| {
        from.split('-').count() <= 2
            && from.split('-').all(|part| part.trim().parse::<u8>().is_ok_and(|value| value <= 10))
    });
    let Range { start, end } = tagged.tokens;
    let around = start.saturating_sub(BEFORE)..(end + BEHIND).min(page.tokens.len());
    rating && page.tokens[around].iter().any(|t| is_listed(page, t, RATED))
}

/// `MD`, `MB BCh` by themselves: what somebody has learned, and not who it is.
fn is_letters_behind_a_name(page: &Page<'_>, tagged: &Tagged) -> bool {
    let entity = tagged.finding.entity;
    let tokens = &page.tokens[tagged.tokens.clone()];
    (entity.is_person()
        || matches!(
            entity,
            EntityType::Organization
                | EntityType::Hospital
                | EntityType::Department
                | EntityType::Location
                | EntityType::Profession
                | EntityType::Age
        ))
        && tokens.iter().all(|t| t.is(role::CREDENTIAL) && t.shape != Shape::Lower)
}

/// `seen by a gynecologist`: a specialist whom the patient sees.
fn is_who_treats(page: &Page<'_>, tagged: &Tagged) -> bool {
    let Range { start, end } = tagged.tokens;
    let last = page.word(&page.tokens[end - 1]).to_ascii_lowercase();
    let treats = last.ends_with("ologist") || TREATS.contains(&last.as_str());
    let before = page.tokens[start.saturating_sub(3)..start].iter();
    tagged.finding.entity == EntityType::Profession
        && treats
        && end - start <= 2
        && page.field_at(tagged.finding.span.start).is_none()
        && !before.into_iter().any(|t| is_listed(page, t, HOLDS) || t.is(role::RELATION))
}

/// `the Orthopedic Clinic`, `High School`: one of many, by words that every town has.
fn is_anywhere(page: &Page<'_>, tagged: &Tagged) -> bool {
    matches!(
        tagged.finding.entity,
        EntityType::Hospital
            | EntityType::Department
            | EntityType::Organization
            | EntityType::Location
            | EntityType::City
    ) && page.tokens[tagged.tokens.clone()].iter().all(|t| is_listed(page, t, ANYWHERE))
}

/// `Mom`, `Grand Aunt`, `von` by itself: no name.
fn is_kin(page: &Page<'_>, tagged: &Tagged) -> bool {
    let tokens = &page.tokens[tagged.tokens.clone()];
    let kin = |t: &Token| {
        t.is(role::RELATION | role::PARTICLE) || page.word(t).eq_ignore_ascii_case("grand")
    };
    !is_titled(page, tagged.tokens.start)
        && tokens.iter().all(kin)
        && matches!(
            tagged.finding.entity,
            EntityType::Location | EntityType::Organization | EntityType::City
        )
        || tokens.iter().all(|t| t.is(role::PARTICLE)) && tagged.finding.entity.is_person()
}

fn is_listed(page: &Page<'_>, token: &Token, list: &[&str]) -> bool {
    let word = page.word(token);
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::found;
    use crate::tagger::labels::label_of;
    use EntityType::{Age, Date, Doctor, Location, Organization, Patient, Person};

    fn check(text: &str, value: &str, entity: EntityType, score: f32, expect: bool) {
        let page = Page::new(text, text.chars().all(|c| !c.is_lowercase()));
        let at = text.find(value).unwrap();
        let span = at..at + value.len();
        let tokens = page.tokens_over(&span);
        let tagged = Tagged {
            tokens,
            label: label_of(entity),
            finding: found(span, entity, score, "tagger"),
        };
        assert_eq!(is_harmless(&page, &tagged), expect, "{text:?} {value:?}");
    }

    #[test]
    fn eponyms_and_scales() {
        check("Hickman line in place", "Hickman", Patient, 0.95, true);
        check("Dr. Hickman line", "Hickman", Doctor, 0.95, false);
        check("Karnofsky 80.", "Karnofsky", Patient, 0.95, true);
        check("Karnofsky 80.", "80", Age, 0.95, true);
        check("Duke treadmill score 5", "Duke", Patient, 0.5, true);
        check("Duke treadmill score 5", "5", Age, 0.5, true);
        check("TANNER STAGE 4, BORG 9", "9", Age, 0.5, true);
        check("Mr. Borg 80 was seen", "Borg", Patient, 0.95, false);
        check("Mr. Borg 80 was seen", "80", Age, 0.95, false);
        check("Borg came at 80", "80", Age, 0.95, false);
        check("Ms. Roe, 80", "80", Age, 0.95, false);
    }

    #[test]
    fn ratings() {
        check("pain is 6-7/10 today", "6-7/10", Date, 0.9, true);
        check("rates it 10/10", "10/10", Date, 0.9, true);
        check("came back on 6/10", "6/10", Date, 0.9, false);
        check("pain since 12/10", "12/10", Date, 0.9, false);
    }

    #[test]
    fn everyday_words() {
        check("She tried ginger at home", "ginger", Location, 0.5, true);
        check("She tried ginger at home", "ginger", Location, 0.95, false);
        check("Chase the result.", "Chase", Person, 0.93, true);
        check("Chase came in.", "Chase", Person, 0.93, false);
        check("Seen. Grace the nurse", "Grace", Person, 0.93, true);
        check("Well. However, she began", "However", Location, 0.32, true);
        check("Well. Boston, she began", "Boston", Location, 0.32, false);
        check("Well. Hope, she said", "Hope", Person, 0.32, false);
        check("low B12, CBC", "B12", Location, 0.3, true);
    }

    #[test]
    fn who_treats_and_what_is_anywhere() {
        use EntityType::{Hospital, Profession};
        check("She is followed by a gynecologist in town", "gynecologist", Profession, 0.9, true);
        check("had seen the chiropractor since", "chiropractor", Profession, 0.9, true);
        check("He works as a chiropractor.", "chiropractor", Profession, 0.9, false);
        check("He is a retired dentist.", "dentist", Profession, 0.9, false);
        check("Her father, a surgeon, said", "surgeon", Profession, 0.9, false);
        check("Occupation: dentist", "dentist", Profession, 0.9, false);
        check("seen in Orthopedic Clinic until", "Orthopedic Clinic", Hospital, 0.9, true);
        check("seen in Alder Clinic until", "Alder Clinic", Hospital, 0.9, false);
        check("it runs in Mom's side", "Mom", Location, 0.5, true);
        check("with von Hippel-Lindau disease", "von", Doctor, 0.9, true);
    }

    #[test]
    fn letters_behind_a_name() {
        check("Jane Roe, MD MPH", "MD MPH", Organization, 0.8, true);
        check("Jane Roe, MD", "Roe, MD", Doctor, 0.8, false);
    }
}
