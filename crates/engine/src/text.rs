//! One text, or many, without a project: find identifiers, say why, replace them.

use std::io::{Read, Write};
use std::sync::Arc;

use anonymed_core::policy::Action;
use anonymed_core::{
    DateShifter, EntityType, Finding, KeyRing, KnownIdentifier, PatientKey, Policy, PseudonymMode,
    Pseudonymizer, RootKey, ScrubbedText, Sensitive, Subject, SubjectId, TextScope, TextScrubber,
};
use anonymed_text::Scrubber;
pub use anonymed_text::{
    Decision, Explanation, Language, Options, Preset, Reason, StreamError, Tier, Written,
};

use crate::EngineError;

/// What a text engine is made of.
pub struct TextRequest<'a> {
    /// The policy; without one, [`BUILT_IN`].
    pub policy: Option<Policy>,
    /// The keys that surrogates and shifts come from; without any, everything is redacted.
    pub keys: Option<&'a dyn KeyRing>,
    /// Whose the texts are.
    pub subject: Option<&'a str>,
    /// How the texts are searched.
    pub options: Options,
}

/// The policy where none is given: dates shift by the subject's days, names become other names.
pub const BUILT_IN: &str = "schema = 1\nname = \"text\"\nprofile = \"research-linked\"\n";
/// The same without keys: every identifier becomes the name of its type.
const WITHOUT_KEYS: &str = "schema = 1\nname = \"text\"\nprofile = \"research-linked\"\n[text]\nnames = \"redact\"\nnumbers = \"redact\"\n";
/// The authority of a subject where the policy names none.
const AUTHORITY: &str = "patient";

/// Finds and replaces identifiers in texts of nobody, or of one subject.
pub struct TextEngine {
    scrubber: Scrubber,
    subject: Option<Subject>,
}

impl TextEngine {
    /// # Errors
    ///
    /// [`EngineError::Usage`] where the policy needs keys and there are none, or a subject is given
    /// that cannot have a code; the policy's own.
    pub fn new(request: TextRequest<'_>) -> Result<Self, EngineError> {
        let policy = match (request.policy, request.keys) {
            (Some(policy), _) => policy,
            (None, Some(_)) => Policy::parse(BUILT_IN)?,
            (None, None) => Policy::parse(WITHOUT_KEYS)?,
        };
        let keyed = |action: &Action| matches!(action, Action::Surrogate | Action::Pseudonym);
        if request.keys.is_none()
            && (keyed(&policy.text.names)
                || keyed(&policy.text.numbers)
                || request.subject.is_some())
        {
            return Err(EngineError::Usage(
                "surrogates, codes and shifted dates come from a key: give --key-file, or let the policy \
                 redact names and numbers and give no subject"
                    .into(),
            ));
        }
        Self::made(request.keys, request.subject, &policy, request.options)
    }

    /// An engine that only finds: what the policy says of replacing is not asked for, and no key is.
    ///
    /// # Errors
    ///
    /// The policy's.
    pub fn to_find(request: TextRequest<'_>) -> Result<Self, EngineError> {
        let policy = match request.policy {
            Some(policy) => policy,
            None => Policy::parse(WITHOUT_KEYS)?,
        };
        Self::made(request.keys, None, &policy, request.options)
    }

    fn made(
        keys: Option<&dyn KeyRing>,
        of: Option<&str>,
        policy: &Policy,
        options: Options,
    ) -> Result<Self, EngineError> {
        // Where nothing is derived, the key is never asked for anything that shows.
        let nobody = RootKey::of_seed(b"no key");
        let keys = keys.unwrap_or(&nobody);
        let codes = Arc::new(Pseudonymizer::keyed(keys, &policy.keys.domain));
        let subject = of.map(|id| subject(id, policy, keys, &codes)).transpose()?;
        let scrubber = Scrubber::with_options(codes, policy, options)
            .map_err(|e| EngineError::Usage(e.to_string()))?;
        Ok(Self { scrubber, subject })
    }

    fn scope(&self) -> TextScope<'_> {
        TextScope { subject: self.subject.as_ref(), ..TextScope::default() }
    }

    /// Finds identifiers, in order and without overlap.
    pub fn find(&self, text: &str) -> Vec<Finding> {
        self.scrubber.find(text, self.scope())
    }

    /// Finds identifiers and says how each came about.
    pub fn explain(&self, text: &str) -> Explanation {
        self.scrubber.explain(text, self.scope())
    }

    /// Replaces identifiers.
    ///
    /// # Errors
    ///
    /// Where the text cannot be made safe.
    pub fn scrub(&self, text: &str) -> Result<ScrubbedText, EngineError> {
        self.scrubber.scrub(text, self.scope()).map_err(|e| EngineError::Internal(e.to_string()))
    }

    /// Replaces identifiers in a text of any length, in bounded memory.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, is no UTF-8, or cannot be written.
    pub fn stream(&self, input: impl Read, output: impl Write) -> Result<Written, StreamError> {
        self.scrubber.scrub_stream(input, output, self.scope())
    }
}

fn subject(
    id: &str,
    policy: &Policy,
    keys: &dyn KeyRing,
    codes: &Pseudonymizer,
) -> Result<Subject, EngineError> {
    if policy.keys.mode == PseudonymMode::Random {
        return Err(EngineError::Usage(
            "the policy draws its codes, and only a project keeps them: a single text has no code for a \
             subject; use a policy with keys.mode = \"keyed\", or no subject"
                .into(),
        ));
    }
    let authority = policy.subject.authorities.first().map_or(AUTHORITY, |(name, _)| name.as_str());
    let key = PatientKey::new(authority, id)
        .ok_or_else(|| EngineError::Usage("--subject holds no letter or digit".into()))?;
    let shifter =
        DateShifter::new(keys, &policy.keys.domain, policy.time.range_days, policy.time.weekdays);
    Ok(Subject {
        number: SubjectId(0),
        pseudonym: codes.pseudonym("patient", authority, key.id().expose()),
        shift: shifter.shift(&key),
        sex: None,
        known: vec![KnownIdentifier {
            entity: EntityType::Mrn,
            value: Sensitive::new(id.to_owned()),
        }],
    })
}
