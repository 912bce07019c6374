//! What the fuzz target calls, so that tests replay its files by the same way.
//!
//! It panics where a promise of the scrubber is broken: findings in order, apart and on borders of
//! characters; nothing altered outside of them; a stream scrubbed as the text is.

use std::sync::{Arc, OnceLock};

use anonymed_core::policy::{Preset, TextSearch, Tier};
use anonymed_core::{
    DateShift, EntityType, KnownIdentifier, Policy, Pseudonym, PseudonymDomain, Pseudonymizer,
    RootKey, Subject, SubjectId, TextScope, TextScrubber,
};

use crate::scrub::Scrubber;
use crate::stream::StreamError;

const POLICY: &str = "schema = 1\nname = \"fuzz\"\nprofile = \"research-linked\"\n[text]\n\
                      allow = [\"Glasgow Coma Scale\"]\ndeny = [\"Blue Heron\"]\n\
                      [[text.recognizer]]\nname = \"trial\"\nentity = \"other-id\"\n\
                      patterns = [{ regex = '\\bzz-[a-z]{4}\\b', score = 0.5 }]\ncontext = [\"trial\"]\n";

/// Scrubs a text. The first byte chooses tier, preset, and whether the patient is known.
///
/// # Panics
///
/// Where a promise is broken.
pub fn scrub(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let Ready { engines, subject } = ready();
    let engine = &engines[usize::from(choice & 3)];
    let scope = TextScope { subject: (choice & 4 != 0).then_some(subject), ..TextScope::default() };
    // The policy's pattern never gives up.
    let findings = engine.find(&text, scope).expect("the text is searched whole");
    let mut at = 0;
    for finding in &findings {
        assert!(finding.span.start >= at && finding.span.start < finding.span.end, "in order");
        assert!(text.get(finding.span.clone()).is_some(), "on borders of characters");
        at = finding.span.end;
    }
    let scrubbed = engine.scrub(&text, scope).expect("the text is searched whole");
    let (mut source, mut output) = (0, 0);
    for item in &scrubbed.items {
        assert!(findings.iter().any(|f| f.span == item.source), "what is replaced was found");
        let kept = &text[source..item.source.start];
        assert!(kept == &scrubbed.text[output..item.output.start], "what is between stays");
        (source, output) = (item.source.end, item.output.end);
    }
    assert!(text[source..] == scrubbed.text[output..], "the rest stays");
    let mut streamed = Vec::new();
    let written = engine.scrub_stream(text.as_bytes(), &mut streamed, scope);
    if text.contains('\0') {
        assert!(matches!(written, Err(StreamError::Zero(_))), "a stream is no text with zeros");
        return;
    }
    assert!(written.is_ok_and(|w| w.read == text.len() as u64), "the stream is read whole");
    assert!(streamed == scrubbed.text.as_bytes(), "a stream is scrubbed as the text is");
}

struct Ready {
    engines: [Scrubber; 4],
    subject: Subject,
}

fn ready() -> &'static Ready {
    static READY: OnceLock<Ready> = OnceLock::new();
    READY.get_or_init(|| {
        let policy = Policy::parse(POLICY).expect("the policy above is one");
        let domain = PseudonymDomain("fuzz".into());
        let keys = Arc::new(Pseudonymizer::keyed(&RootKey::new([7; 32]), &domain));
        let engine = |tier, preset| {
            let search = TextSearch { tier, preset, ..TextSearch::default() };
            Scrubber::searching(Arc::clone(&keys), &policy, search).expect("the policy works")
        };
        let known = |entity, value: &str| KnownIdentifier { entity, value: value.into() };
        Ready {
            engines: [
                engine(Tier::Default, Preset::Balanced),
                engine(Tier::Rules, Preset::Balanced),
                engine(Tier::Rules, Preset::Recall),
                engine(Tier::Rules, Preset::Utility),
            ],
            subject: Subject {
                number: SubjectId(1),
                pseudonym: Pseudonym::from_bytes([3; 16]),
                shift: DateShift::new(-40).expect("40 days are a shift"),
                sex: None,
                known: vec![
                    known(EntityType::Patient, "Zebulon Q. Quill-Roe"),
                    known(EntityType::Mrn, "00471-2288"),
                    known(EntityType::Phone, "617-555-0134"),
                    known(EntityType::Street, "12 Alder Row"),
                ],
            },
        }
    })
}
