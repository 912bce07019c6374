//! The gate: nothing is published that has not been checked, and the types say so.
//!
//! A job writes into a staging place nobody reads from ([`Staged`]). Checks fill [`Evidence`].
//! [`verify`] alone turns the two into [`Verified`], and every [`Sink`] asks for that.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{HipaaIdentifier, Locator};

/// Output that is complete and that nobody can see yet.
#[derive(Debug)]
pub struct Staged {
    root: PathBuf,
    digest: String,
}

impl Staged {
    /// A staged folder and the digest over its data files.
    pub fn new(root: PathBuf, digest: String) -> Self {
        Self { root, digest }
    }

    /// The staging folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Digest over the data files, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// The checks a release of a project needs. A check that does not apply says so in its evidence;
/// one that is missing refuses the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Every known direct identifier searched in every output and name.
    KnownValues,
    /// Dates compared at their own place within the same patient.
    Dates,
    /// A pass of patterns that shares no code with the detector.
    ResidualPatterns,
    /// References between released records resolve.
    References,
    /// One pseudonym and one shift per patient over all modalities.
    Consistency,
    /// k and risks recomputed from the released tables alone.
    Risk,
    /// Every staged file is accounted for and reads back.
    Inventory,
}

impl Check {
    /// All checks of a whole release.
    pub const ALL: &'static [Self] = &[
        Self::KnownValues,
        Self::Dates,
        Self::ResidualPatterns,
        Self::References,
        Self::Consistency,
        Self::Risk,
        Self::Inventory,
    ];
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Examined, nothing found.
    Passed,
    /// Examined, and the release must not leave as it is.
    Failed,
    /// Nothing to examine: the note says why.
    NotApplicable,
}

/// Which gate a failed check closes; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// A risk or utility threshold is missed (exit code 4).
    Risk,
    /// An identifier is left (exit code 5).
    Residual,
    /// The output is not what was written (exit code 8).
    Integrity,
}

/// One place where something was found, never what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Where in the output.
    pub at: Locator,
    /// What kind of identifier, where it is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub identifier: Option<HipaaIdentifier>,
    /// The stable reason, as `full-name`, `number-without-separators`, `dangling-reference`.
    pub reason: String,
}

/// What one check examined and found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// How it ended.
    pub verdict: Verdict,
    /// The gate it closes when failed.
    pub gate: Gate,
    /// Units examined, named.
    pub examined: BTreeMap<String, u64>,
    /// Numbers it measured (k, highest risk).
    pub measured: BTreeMap<String, f64>,
    /// Places; a long list is cut and `hits_total` says how many there were.
    pub hits: Vec<Hit>,
    /// All hits.
    pub hits_total: u64,
    /// What was missed of limits, in words: the figure and its bound.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<String>,
    /// How it was done, and what it does not show.
    pub note: String,
}

/// What the checks of a release found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Digest of the staged data the checks read.
    pub digest: String,
    /// Results by check.
    pub checks: BTreeMap<Check, CheckResult>,
}

/// Why a release was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// A check that the release needs was not made.
    #[error("the release has no evidence for check {0:?}; run `anonymed verify`")]
    Missing(Check),
    /// The evidence speaks of other bytes.
    #[error("the staged data changed after it was verified; run `anonymed verify` again")]
    Drift,
    /// A check failed.
    #[error(
        "check {check:?} failed with {hits} findings{}; `anonymed report` shows them",
        listed(missed)
    )]
    Failed {
        /// Which.
        check: Check,
        /// Which gate it closes.
        gate: Gate,
        /// How many findings.
        hits: u64,
        /// What was missed of limits.
        missed: Vec<String>,
    },
}

/// Limits that were missed, told in a message.
const TOLD: usize = 5;

fn listed(missed: &[String]) -> String {
    let told = missed.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join("; ");
    match missed.len() {
        0 => told,
        few if few <= TOLD => format!(": {told}"),
        many => format!(": {told}; and {} more", many - TOLD),
    }
}

/// Something that passed the gate. Only [`verify`] makes one.
#[derive(Debug)]
pub struct Verified<T> {
    inner: T,
    evidence: Evidence,
}

impl<T> Verified<T> {
    /// What was verified.
    pub fn get(&self) -> &T {
        &self.inner
    }

    /// The evidence it passed with.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// Turns staged output and complete, passing evidence about the same bytes into a verified
/// release.
///
/// # Errors
///
/// [`Rejected`] where a check is missing, the digest differs, or a check failed; of several failed
/// checks the one that closes the strictest gate.
pub fn verify(staged: Staged, evidence: Evidence) -> Result<Verified<Staged>, Rejected> {
    if evidence.digest != staged.digest {
        return Err(Rejected::Drift);
    }
    if let Some(missing) = Check::ALL.iter().find(|c| !evidence.checks.contains_key(c)) {
        return Err(Rejected::Missing(*missing));
    }
    let failed = evidence
        .checks
        .iter()
        .filter(|(_, result)| result.verdict == Verdict::Failed)
        .max_by_key(|(_, result)| result.gate);
    match failed {
        Some((check, result)) => Err(Rejected::Failed {
            check: *check,
            gate: result.gate,
            hits: result.hits_total,
            missed: result.missed.clone(),
        }),
        None => Ok(Verified { inner: staged, evidence }),
    }
}

/// A place a verified release is put. One method, so a destination cannot be written otherwise.
pub trait Sink {
    /// The destination's error.
    type Error;

    /// Publishes the release, whole or not at all.
    ///
    /// # Errors
    ///
    /// The destination's own; nothing is visible then.
    fn publish(&self, release: Verified<Staged>) -> Result<(), Self::Error>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staged() -> Staged {
        Staged::new(PathBuf::from("/staging"), "d1".into())
    }

    fn evidence(verdict: Verdict, gate: Gate) -> Evidence {
        let result = CheckResult {
            verdict,
            gate,
            examined: BTreeMap::new(),
            measured: BTreeMap::new(),
            hits: vec![],
            hits_total: 0,
            missed: vec![],
            note: String::new(),
        };
        Evidence {
            digest: "d1".into(),
            checks: Check::ALL.iter().map(|c| (*c, result.clone())).collect(),
        }
    }

    #[test]
    fn complete_evidence_passes() {
        assert!(verify(staged(), evidence(Verdict::Passed, Gate::Residual)).is_ok());
        assert!(verify(staged(), evidence(Verdict::NotApplicable, Gate::Risk)).is_ok());
    }

    #[test]
    fn a_refusal_names_what_was_missed() {
        let check = |missed: &[&str], expect: &str| {
            let missed: Vec<String> = missed.iter().map(|words| (*words).to_owned()).collect();
            let hits = missed.len() as u64;
            let refused = Rejected::Failed { check: Check::Risk, gate: Gate::Risk, hits, missed };
            assert_eq!(refused.to_string(), expect);
        };
        check(&[], "check Risk failed with 0 findings; `anonymed report` shows them");
        check(&["a", "b"], "check Risk failed with 2 findings: a; b; `anonymed report` shows them");
        check(
            &["a", "b", "c", "d", "e", "f", "g"],
            "check Risk failed with 7 findings: a; b; c; d; e; and 2 more; `anonymed report` shows them",
        );
    }

    #[test]
    fn missing_drifted_or_failed_evidence_is_refused() {
        for check in Check::ALL {
            let mut partial = evidence(Verdict::Passed, Gate::Risk);
            partial.checks.remove(check);
            assert_eq!(verify(staged(), partial).unwrap_err(), Rejected::Missing(*check));
        }
        let mut drifted = evidence(Verdict::Passed, Gate::Risk);
        drifted.digest = "d2".into();
        assert_eq!(verify(staged(), drifted).unwrap_err(), Rejected::Drift);
        let mut failed = evidence(Verdict::Passed, Gate::Risk);
        for (check, gate) in [(Check::Risk, Gate::Risk), (Check::Dates, Gate::Residual)] {
            if let Some(result) = failed.checks.get_mut(&check) {
                result.verdict = Verdict::Failed;
                result.gate = gate;
            }
        }
        assert!(matches!(
            verify(staged(), failed).unwrap_err(),
            Rejected::Failed { check: Check::Dates, gate: Gate::Residual, .. }
        ));
    }
}
