//! Keys, policies and patients for the tests.

use std::sync::Arc;

use anonymed_core::{
    DateShift, EntityType, KnownIdentifier, Policy, Pseudonym, PseudonymDomain, Pseudonymizer,
    RootKey, Sex, Subject, SubjectId, TextScope, TextScrubber,
};
use anonymed_text::Scrubber;

pub(crate) fn policy(profile: &str, more: &str) -> Policy {
    Policy::parse(&format!("schema = 1\nname = \"t\"\nprofile = \"{profile}\"\n{more}")).unwrap()
}

pub(crate) fn keys() -> Arc<Pseudonymizer> {
    Arc::new(Pseudonymizer::keyed(&RootKey::new([9; 32]), &PseudonymDomain("test".into())))
}

pub(crate) fn scrubber(profile: &str) -> Scrubber {
    Scrubber::new(keys(), &policy(profile, "")).unwrap()
}

pub(crate) fn scrubber_with(profile: &str, more: &str) -> Scrubber {
    Scrubber::new(keys(), &policy(profile, more)).unwrap()
}

pub(crate) fn subject(sex: Option<Sex>, days: i32, known: &[(EntityType, &str)]) -> Subject {
    Subject {
        number: SubjectId(1),
        pseudonym: Pseudonym::from_bytes([42; 16]),
        shift: DateShift::new(days).unwrap(),
        sex,
        known: known
            .iter()
            .map(|(entity, value)| KnownIdentifier { entity: *entity, value: (*value).into() })
            .collect(),
    }
}

/// John Smith of the acceptance note, whose dates move by 30 days.
pub(crate) fn john() -> Subject {
    subject(
        Some(Sex::Male),
        30,
        &[
            (EntityType::Patient, "John Smith"),
            (EntityType::Mrn, "12345"),
            (EntityType::Phone, "617-555-0199"),
            (EntityType::Email, "jsmith@example.com"),
        ],
    )
}

pub(crate) fn of(subject: &Subject) -> TextScope<'_> {
    TextScope { subject: Some(subject), whole: None, as_of: Some(jiff::civil::date(2024, 6, 30)) }
}

pub(crate) fn nobody() -> TextScope<'static> {
    TextScope { subject: None, whole: None, as_of: Some(jiff::civil::date(2024, 6, 30)) }
}

pub(crate) fn clean(scrubber: &Scrubber, text: &str, scope: TextScope<'_>) -> String {
    let scrubbed = scrubber.scrub(text, scope).unwrap();
    let mut at = 0;
    let mut out_at = 0;
    for item in &scrubbed.items {
        assert_eq!(text[at..item.source.start], scrubbed.text[out_at..item.output.start]);
        at = item.source.end;
        out_at = item.output.end;
    }
    assert_eq!(text[at..], scrubbed.text[out_at..]);
    scrubbed.text
}
