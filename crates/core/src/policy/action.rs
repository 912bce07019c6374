//! The one action vocabulary: the same verbs mean the same in every modality.

use super::PolicyError;

/// What is done with a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Left as it is.
    Keep,
    /// Left out: the column or element is not in the output.
    Drop,
    /// Replaced by a tag or an empty value.
    Redact,
    /// Letters and digits replaced by `X`, separators kept.
    Mask,
    /// Replaced by the code of the value in the pseudonym domain.
    Pseudonym,
    /// Replaced by a realistic fake.
    Surrogate,
    /// Moved in time by the patient's shift, or cut to the year, as `[time]` says.
    Shift,
    /// Made coarser.
    Generalize(Generalization),
    /// Numbers moved by keyed noise.
    Perturb(Perturbation),
    /// Encrypted so that the key holder can read it again.
    Encrypt,
    /// Sent through the text engine.
    Text,
}

/// How a value is made coarser.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Generalization {
    /// Three digits of a US postal code, `000` where fewer than 20,000 people live
    /// (45 CFR 164.514(b)(2)(i)(B)).
    Zip3,
    /// The year of a date.
    Year,
    /// The year and month of a date.
    Month,
    /// An age in years, those over the cap as one group (45 CFR 164.514(b)(2)(i)(C)).
    AgeCap,
    /// Numbers in ranges of this width.
    Bins(u32),
    /// The first characters.
    Prefix(u8),
    /// A level of a hierarchy file in ARX's form (`value;level 1;level 2;…`).
    Hierarchy {
        /// The file, beside the policy.
        file: String,
        /// 1 is the first generalization.
        level: u8,
    },
}

/// How a number is moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Perturbation {
    /// Largest move either way: a share of the value.
    pub span: f64,
    /// Digits after the point.
    pub round_to: u8,
}

impl Action {
    /// The verb.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Drop => "drop",
            Self::Redact => "redact",
            Self::Mask => "mask",
            Self::Pseudonym => "pseudonym",
            Self::Surrogate => "surrogate",
            Self::Shift => "shift",
            Self::Generalize(_) => "generalize",
            Self::Perturb(_) => "perturb",
            Self::Encrypt => "encrypt",
            Self::Text => "text",
        }
    }

    pub(super) fn build(
        verb: &str,
        to: Option<&str>,
        level: Option<u8>,
        span: Option<f64>,
        round_to: Option<u8>,
        key: &str,
    ) -> Result<Self, PolicyError> {
        let action = match verb {
            "keep" => Self::Keep,
            "drop" => Self::Drop,
            "redact" => Self::Redact,
            "mask" => Self::Mask,
            "pseudonym" => Self::Pseudonym,
            "surrogate" => Self::Surrogate,
            "shift" => Self::Shift,
            "encrypt" => Self::Encrypt,
            "text" => Self::Text,
            "generalize" => {
                let to = to.ok_or_else(|| {
                    PolicyError::new(
                        key,
                        "generalize needs `to`: zip3, year, month, age-cap, bins-N, prefix-N or \
                         the name of a hierarchy file",
                    )
                })?;
                Self::Generalize(generalization(to, level, key)?)
            }
            "perturb" => {
                let span = span.filter(|s| *s > 0.0 && *s <= 1.0).ok_or_else(|| {
                    PolicyError::new(key, "perturb needs `span`, a share above 0 and up to 1")
                })?;
                Self::Perturb(Perturbation { span, round_to: round_to.unwrap_or(0).min(28) })
            }
            other => {
                return Err(PolicyError::new(
                    key,
                    format!(
                        "`{other}` is no action; the actions are keep, drop, redact, mask, \
                         pseudonym, surrogate, shift, generalize, perturb, encrypt, text"
                    ),
                ));
            }
        };
        let stray = match action {
            Self::Generalize(_) => span.map(|_| "span"),
            Self::Perturb(_) => to.map(|_| "to").or(level.map(|_| "level")),
            _ => to.map(|_| "to").or(level.map(|_| "level")).or(span.map(|_| "span")),
        };
        match stray {
            Some(stray) => {
                Err(PolicyError::new(key, format!("`{stray}` means nothing with action `{verb}`")))
            }
            None => Ok(action),
        }
    }
}

fn generalization(to: &str, level: Option<u8>, key: &str) -> Result<Generalization, PolicyError> {
    let number = |prefix: &str| to.strip_prefix(prefix).and_then(|n| n.parse::<u32>().ok());
    let simple = match to {
        "zip3" => Some(Generalization::Zip3),
        "year" => Some(Generalization::Year),
        "month" => Some(Generalization::Month),
        "age-cap" => Some(Generalization::AgeCap),
        _ => number("bins-").filter(|w| *w > 0).map(Generalization::Bins).or_else(|| {
            number("prefix-").and_then(|n| u8::try_from(n).ok()).map(Generalization::Prefix)
        }),
    };
    match (simple, level) {
        (Some(simple), None) => Ok(simple),
        (Some(_), Some(_)) => {
            Err(PolicyError::new(key, "`level` goes with a hierarchy file alone"))
        }
        (None, Some(0)) if to.ends_with(".csv") => Err(PolicyError::new(
            key,
            "level 1 is the first generalization; to release values as they are, write \"keep\"",
        )),
        (None, level) if to.ends_with(".csv") => {
            Ok(Generalization::Hierarchy { file: to.to_owned(), level: level.unwrap_or(1) })
        }
        (None, _) => Err(PolicyError::new(
            key,
            format!(
                "`{to}` is no generalization: zip3, year, month, age-cap, bins-N, prefix-N or a .csv hierarchy"
            ),
        )),
    }
}
