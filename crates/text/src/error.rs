//! What can go wrong before a text is read; texts themselves cannot make the engine fail.

/// The engine cannot be made from its policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The policy asks for something the text engine cannot do.
    #[error("`{verb}` cannot be done in free text; use surrogate, pseudonym, mask or redact")]
    Action {
        /// The key under `[text]`.
        key: &'static str,
        /// The action's verb.
        verb: &'static str,
    },
    /// A pattern of the policy's own recognizers is none.
    #[error(
        "pattern {number} of `{recognizer}` is no regular expression; see the syntax of Rust's regex crate, with look-around"
    )]
    Pattern {
        /// The recognizer's name.
        recognizer: String,
        /// Which of its patterns, from 1.
        number: usize,
    },
    /// The tagger's weights in this binary are not the ones it was built with.
    #[error(
        "the tagger's weights do not have the checksum they were built with; install the binary anew"
    )]
    Model,
}

impl TextError {
    /// The key of the policy that has to change; none where it is not the policy's fault.
    pub fn key(&self) -> Option<String> {
        match self {
            Self::Action { key, .. } => Some(format!("text.{key}")),
            Self::Pattern { .. } => Some("text.recognizer.patterns".to_owned()),
            Self::Model => None,
        }
    }
}
