//! One text, or many, without a project: find identifiers, say why, replace them.

pub mod corpus;
pub(crate) mod model;
pub mod source;

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use anonymed_core::policy::Action;
pub use anonymed_core::policy::{Language, Preset, TextSearch, Tier};
use anonymed_core::{
    DateShifter, EntityType, Finding, KeyRing, KnownIdentifier, PatientKey, Policy, PseudonymMode,
    Pseudonymizer, RootKey, ScrubError, ScrubbedText, Sensitive, Subject, SubjectId, TextScope,
    TextScrubber,
};
use anonymed_text::Scrubber;
pub use anonymed_text::{Decision, Explanation, Reason, StreamError, Written, plain_text};

use crate::EngineError;
pub use crate::verify::ResidualHit;
use crate::verify::{Position, residual_patterns};

/// What a text engine is made of.
pub struct TextRequest<'a> {
    /// What is done to which texts.
    pub policy: &'a Policy,
    /// The keys that surrogates and shifts come from; without any, everything is redacted.
    pub keys: Option<&'a dyn KeyRing>,
    /// Whose the texts are.
    pub subject: Option<&'a str>,
    /// Where the policy lies: files that it names are beside it.
    pub folder: &'a Path,
}

/// The policy where none is given. With keys, dates shift by the subject's days and names become
/// other names; without, every identifier becomes the name of its type.
///
/// # Errors
///
/// None that input brings about.
pub fn built_in(keyed: bool) -> Result<Policy, EngineError> {
    const POLICY: &str = "schema = 1\nname = \"text\"\nprofile = \"research-linked\"\n";
    const WITHOUT_KEYS: &str = "[text]\nnames = \"redact\"\nnumbers = \"redact\"\n";
    Ok(Policy::parse(&format!("{POLICY}{}", if keyed { "" } else { WITHOUT_KEYS }))?)
}

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
    pub fn new(request: &TextRequest<'_>) -> Result<Self, EngineError> {
        let text = &request.policy.text;
        let keyed = |action: &Action| matches!(action, Action::Surrogate | Action::Pseudonym);
        if request.keys.is_none()
            && (keyed(&text.names) || keyed(&text.numbers) || request.subject.is_some())
        {
            return Err(EngineError::Usage(
                "surrogates, codes and shifted dates come from a key: give --key-file, or let the policy \
                 redact names and numbers and give no subject"
                    .into(),
            ));
        }
        Self::made(request.policy, request.folder, request.keys, request.subject)
    }

    /// An engine that only finds: what the policy says of replacing is not asked for, and no key is. `folder` is
    /// where the policy lies.
    ///
    /// # Errors
    ///
    /// The policy's.
    pub fn to_find(policy: &Policy, folder: &Path) -> Result<Self, EngineError> {
        Self::made(policy, folder, None, None)
    }

    fn made(
        policy: &Policy,
        folder: &Path,
        keys: Option<&dyn KeyRing>,
        of: Option<&str>,
    ) -> Result<Self, EngineError> {
        // Where nothing is derived, the key is never asked for anything that shows.
        let nobody = RootKey::of_seed(b"no key");
        let keys = keys.unwrap_or(&nobody);
        let codes = Arc::new(Pseudonymizer::keyed(keys, &policy.keys.domain));
        let subject = of.map(|id| subject(id, policy, keys, &codes)).transpose()?;
        let scrubber = Scrubber::new(codes, policy)?;
        let scrubber = match model::load(&policy.text, folder)? {
            Some(model) => scrubber.with_model(model),
            None => scrubber,
        };
        Ok(Self { scrubber, subject })
    }

    fn scope(&self) -> TextScope<'_> {
        TextScope { subject: self.subject.as_ref(), ..TextScope::default() }
    }

    /// Finds identifiers, in order and without overlap.
    ///
    /// # Errors
    ///
    /// Where the text could not be searched whole.
    pub fn find(&self, text: &str) -> Result<Vec<Finding>, EngineError> {
        self.scrubber.find(text, self.scope()).map_err(stopped)
    }

    /// Finds identifiers and says how each came about.
    ///
    /// # Errors
    ///
    /// As [`Self::find`].
    pub fn explain(&self, text: &str) -> Result<Explanation, EngineError> {
        self.scrubber.explain(text, self.scope()).map_err(stopped)
    }

    /// Replaces identifiers.
    ///
    /// # Errors
    ///
    /// As [`Self::find`].
    pub fn scrub(&self, text: &str) -> Result<ScrubbedText, EngineError> {
        self.scrubber.scrub(text, self.scope()).map_err(stopped)
    }

    /// What still looks like an identifier in a text that was scrubbed, by code that shares nothing with the
    /// detectors: places in the new text, what was written there left out.
    pub fn residual(&self, done: &ScrubbedText) -> Vec<ResidualHit> {
        let written: Vec<_> = done.items.iter().map(|item| item.output.clone()).collect();
        residual_patterns(&done.text, Position::Prose, &written)
    }

    /// Replaces identifiers in a text of any length, in bounded memory.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, is no UTF-8, could not be searched whole, or cannot be written.
    pub fn stream(&self, input: impl Read, output: impl Write) -> Result<Written, StreamError> {
        self.scrubber.scrub_stream(input, output, self.scope())
    }
}

/// What the policy asks for is what stops a text: its own patterns.
fn stopped(error: ScrubError) -> EngineError {
    EngineError::Usage(error.reason)
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
