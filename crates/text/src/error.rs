//! What can go wrong before a text is read; texts themselves cannot make the engine fail.

/// The engine cannot be made from its policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The policy asks for something the text engine cannot do.
    #[error(
        "policy, text.{key}: `{verb}` cannot be done in free text; use surrogate, pseudonym, mask or redact"
    )]
    Action {
        /// The key under `[text]`.
        key: &'static str,
        /// The action's verb.
        verb: &'static str,
    },
}
