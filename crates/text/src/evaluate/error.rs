//! Why marks cannot be compared. No message holds a part of a text.

/// Marks that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// A mark lies outside the text, covers nothing, or cuts a character in two.
    #[error(
        "{what} {number} does not lie in the text on borders of characters; see which unit its offsets count"
    )]
    Span {
        /// `gold span`, `predicted span` or `negative`.
        what: &'static str,
        /// Which of the document, from 1.
        number: usize,
    },
    /// The name of a negative's kind is none.
    #[error("negative {number}: the kind is no word of at most 64 letters, digits and `_ - . /`")]
    NegativeKind {
        /// Which of the document, from 1.
        number: usize,
    },
    /// More types and labels than are told apart.
    #[error(
        "there are more than {most} different types, labels and kinds; give the group in `type` and leave `label` out"
    )]
    TooManyKinds {
        /// How many at most.
        most: usize,
    },
    /// What was to be compared or left out is nowhere.
    #[error("`{0}` is no type and no group, and no span has it for a label")]
    Stray(String),
    /// No document was given.
    #[error("there is no document to score")]
    Nothing,
}
