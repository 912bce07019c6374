//! Why a model cannot be used.

/// A model that cannot be read or run. Messages name files and keys of the model, never a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A file of its folder cannot be read.
    #[error("the model's {file} cannot be read: {reason}")]
    Unread {
        /// Which.
        file: &'static str,
        /// The cause, without the path.
        reason: String,
    },
    /// A file is longer than a model's file is.
    #[error("the model's {file} is longer than {most} bytes")]
    TooLong {
        /// Which.
        file: &'static str,
        /// The most bytes of it.
        most: u64,
    },
    /// A file is not what its name says.
    #[error("the model's {file} is broken: {reason}")]
    Broken {
        /// Which.
        file: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A model of a kind that is not run here.
    #[error("the model's {key} is `{value}`, which is not run here; {known} are")]
    Unknown {
        /// The key of `config.json`.
        key: &'static str,
        /// What it says.
        value: String,
        /// What it may say.
        known: &'static str,
    },
    /// Labels whose types are not known.
    #[error(
        "the model's labels {labels} mean no entity type that is known here; say what they are under \
         [text.model_labels] of the policy, or `ignore`"
    )]
    Labels {
        /// Which, between commas.
        labels: String,
    },
    /// The weights do not fit the configuration.
    #[error("the model's weights do not fit its config.json: {0}")]
    Weights(String),
    /// It did not run.
    #[error("the model did not run: {0}")]
    Run(String),
}
