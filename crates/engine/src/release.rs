//! The release: a verified staging area packed, signed and made visible in one rename.
//!
//! `data/`, `manifest.json`, `policy.toml`, `evidence.json` and `report.html` hold no time: equal
//! inputs give equal bytes. Who released it, when, and the audit log's state then are the
//! attestation, signed with the project's Ed25519 key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anonymed_core::release::{Evidence, Sink, Staged, Verified, verify as gate};
use anonymed_core::{Actor, Policy, Progress};
use anonymed_vault::{Attestation, PublicKey};
use jiff::Timestamp;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::EngineError;
use crate::manifest::{Manifest, manifest, outputs};
use crate::project::{Project, outside, private_dir, sync_dir};
use crate::propose;
use crate::report;
use crate::staging::{self, Outcome, Record, Staging};
use crate::verification::{self, CELLS_OUT, RECORDS_OUT, Verification};

const MANIFEST: &str = "manifest.json";
const ATTESTATION: &str = "attestation.json";
const SIGNATURE: &str = "attestation.sig";

/// What the signer attests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Statement {
    /// Version of this form.
    pub schema: u32,
    /// SHA-256 of `manifest.json`.
    pub manifest: String,
    /// Who signed.
    pub actor: Actor,
    /// When.
    pub time: Timestamp,
    /// Who approved, in order.
    pub approvals: Vec<Approval>,
    /// The audit log's checkpoint, which covers everything up to the release.
    pub audit_checkpoint: String,
}

/// One approval.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub actor: Actor,
    /// When.
    pub time: Timestamp,
    /// The evidence they saw, by digest.
    pub evidence: String,
}

/// Where a release stands.
#[derive(Debug, Clone, Serialize)]
pub struct Standing {
    /// Digest of the staged data.
    pub data: String,
    /// Whether the evidence passes the gate.
    pub verified: bool,
    /// Approvals given, and needed.
    pub approvals: Vec<Approval>,
    /// Needed.
    pub approvals_needed: u32,
    /// Where it was published.
    pub published: Option<PathBuf>,
}

/// A candidate waits in the state folder until it is signed; sealed, so that nobody without the key
/// can approve.
const CANDIDATE: &str = "candidate.sealed";

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Candidate {
    out: PathBuf,
    plan: String,
    data: String,
    evidence: String,
    approvals: Vec<Approval>,
    creator: Actor,
    published: bool,
}

/// Passes the gate and makes a candidate. Where the policy asks for no approval it is signed and
/// published at once.
///
/// # Errors
///
/// [`EngineError::Rejected`] where the gate refuses; otherwise as the stages before.
pub fn create(
    project: &Project,
    out: &Path,
    progress: &dyn Progress,
) -> Result<Standing, EngineError> {
    let policy = project.policy()?;
    if out.exists() {
        return own(project, out)?
            .ok_or_else(|| EngineError::Usage("the output folder exists already".into()));
    }
    outside(&project.settings.input, out)?;
    let passed = Passed::of(project)?;
    something(&passed.records)?;
    let candidate_state = Candidate {
        out: absolute(out)?,
        plan: passed.verification.plan.clone(),
        data: passed.gate.get().digest().to_owned(),
        evidence: digest_of(&passed.verification.evidence)?,
        approvals: Vec::new(),
        creator: project.session().actor.clone(),
        published: false,
    };
    // An operation whose event cannot be written is not done.
    project.record(
        &project
            .event("release.create", &policy.purpose)
            .digest("data", &candidate_state.data)
            .digest("plan", &candidate_state.plan),
    )?;
    store(project, &candidate_state)?;
    if policy.release.approvals == 0 {
        return sign_passed(project, &policy, passed, progress);
    }
    stands(&policy, &candidate_state, true)
}

/// Where the output is this project's own release, whole and signed, it stands as published: a kill
/// may have come between the rename and the note of it.
pub(crate) fn own(project: &Project, out: &Path) -> Result<Option<Standing>, EngineError> {
    let Ok(mut state) = load(project) else { return Ok(None) };
    let key = project.keys().public_key();
    let whole = absolute(out)? == state.out
        && verify(out, Some(&key)).is_ok_and(|p| p.manifest.bound.data == state.data);
    if !whole {
        return Ok(None);
    }
    if !state.published {
        state.published = true;
        store(project, &state)?;
    }
    standing(project).map(Some)
}

fn absolute(path: &Path) -> Result<PathBuf, EngineError> {
    std::path::absolute(path).map_err(EngineError::io("the output folder", "made"))
}

fn store(project: &Project, state: &Candidate) -> Result<(), EngineError> {
    project.seal_json(CANDIDATE, state)
}

fn load(project: &Project) -> Result<Candidate, EngineError> {
    project.open_json(CANDIDATE, "release candidate", "release create")
}

fn digest_of(evidence: &Evidence) -> Result<String, EngineError> {
    let bytes = anonymed_vault::canonical_json(evidence)?;
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)))
}

/// What the gate let through.
struct Passed {
    gate: Verified<Staged>,
    verification: Verification,
    records: Vec<Record>,
}

impl Passed {
    /// Checks the staged bytes against the evidence and asks the gate.
    fn of(project: &Project) -> Result<Self, EngineError> {
        let verification = verification::load(project)?;
        crate::plan::unchanged(project)?;
        let staging = Staging::of(project, &verification.plan);
        let records = verification::staged_records(project, &verification)?;
        let staged = Staged::new(staging.data(), data_digest(&records));
        let gate = gate(staged, verification.evidence.clone())?;
        Ok(Self { gate, verification, records })
    }
}

/// Refuses a release in which nobody's record is: who gets it would take it for an answer.
fn something(records: &[Record]) -> Result<(), EngineError> {
    let released: u64 = outputs(records).map(|o| o.transformed.records_out).sum();
    if released > 0 {
        return Ok(());
    }
    let held = records.iter().any(|r| !matches!(r.result, Outcome::Staged(_)))
        || !crate::run::quarantined(records).is_empty();
    let suppressed = outputs(records).any(|o| o.transformed.records_in > 0);
    let (exit, why) = match (held, suppressed) {
        (true, _) => (6, "every record is in quarantine; read why, mend the input and scan again"),
        (false, true) => {
            (4, "every record is suppressed or left out; generalize more, or accept a smaller k")
        }
        (false, false) => (
            2,
            "no file of the input holds a record the policy names; `anonymed plan` says what becomes \
             of each file",
        ),
    };
    Err(EngineError::Nothing { reason: format!("there is nothing to release: {why}"), exit })
}

/// Digest over the paths and digests of all staged outputs.
pub fn data_digest(records: &[Record]) -> String {
    let mut hasher = Sha256::new();
    for output in outputs(records) {
        hasher.update((output.path.len() as u64).to_be_bytes());
        hasher.update(&output.path);
        hasher.update(&output.sha256);
    }
    data_encoding::HEXLOWER.encode(&hasher.finalize())
}

/// Records an approval by the person who works in this session.
///
/// # Errors
///
/// Where the person made the candidate or approved it before: two people are needed.
pub fn approve(project: &Project) -> Result<Standing, EngineError> {
    crate::plan::unchanged(project)?;
    let policy = project.policy()?;
    let mut state = load(project)?;
    let actor = project.session().actor.clone();
    if actor == state.creator {
        return Err(EngineError::Denied(
            "who made the release candidate cannot approve it; another person has to".into(),
        ));
    }
    if state.approvals.iter().any(|a| a.actor == actor) {
        return Err(EngineError::Denied("you have approved this candidate already".into()));
    }
    project.record(
        &project
            .event("release.approve", &policy.purpose)
            .digest("evidence", &state.evidence)
            .digest("data", &state.data),
    )?;
    state.approvals.push(Approval {
        actor,
        time: project.session().clock.now(),
        evidence: state.evidence.clone(),
    });
    store(project, &state)?;
    standing(project)
}

/// Signs the candidate and publishes it.
///
/// # Errors
///
/// Where approvals are missing, the staged data changed, or the output cannot be written.
pub fn sign(project: &Project, progress: &dyn Progress) -> Result<Standing, EngineError> {
    sign_passed(project, &project.policy()?, Passed::of(project)?, progress)
}

fn sign_passed(
    project: &Project,
    policy: &Policy,
    passed: Passed,
    progress: &dyn Progress,
) -> Result<Standing, EngineError> {
    let mut state = load(project)?;
    if (state.approvals.len() as u64) < u64::from(policy.release.approvals) {
        return Err(EngineError::Denied(format!(
            "the policy asks for {} approvals and {} are given; run `anonymed release approve`",
            policy.release.approvals,
            state.approvals.len()
        )));
    }
    let Passed { gate, verification, records } = passed;
    if gate.get().digest() != state.data || digest_of(&verification.evidence)? != state.evidence {
        return Err(EngineError::Integrity(
            "the release changed after it was created; run `anonymed release create` again".into(),
        ));
    }
    if !state.published || !state.out.exists() {
        let event = project.event("release.sign", &policy.purpose).digest("data", &state.data);
        project.record(&event)?;
        let publisher = Publisher {
            project,
            policy,
            state: &state,
            verification: &verification,
            records: &records,
            progress,
        };
        publisher.publish(gate)?;
        state.published = true;
        store(project, &state)?;
    }
    stands(policy, &state, true)
}

/// Where the release stands.
///
/// # Errors
///
/// Where there is no candidate.
pub fn show(project: &Project) -> Result<Standing, EngineError> {
    let policy = project.policy()?;
    project.record(&project.event("release.show", &policy.purpose))?;
    standing(project)
}

fn standing(project: &Project) -> Result<Standing, EngineError> {
    stands(&project.policy()?, &load(project)?, Passed::of(project).is_ok())
}

fn stands(policy: &Policy, state: &Candidate, verified: bool) -> Result<Standing, EngineError> {
    Ok(Standing {
        data: state.data.clone(),
        verified,
        approvals: state.approvals.clone(),
        approvals_needed: policy.release.approvals,
        published: (state.published && state.out.exists()).then(|| state.out.clone()),
    })
}

/// The internal report: exact counts, and the places of what was held back.
///
/// # Errors
///
/// Where the project was not verified yet.
pub fn internal_report(project: &Project) -> Result<String, EngineError> {
    let policy = project.policy()?;
    project.record(&project.event("report.read", &policy.purpose))?;
    let verification = verification::load(project)?;
    let plan = crate::plan::read(project)?;
    let records = verification::staged_records(project, &verification)?;
    let manifest = manifest(&policy, &plan, &records, &data_digest(&records), &verification);
    let quarantined: Vec<_> = crate::run::quarantined(&records)
        .into_iter()
        .map(|(file, record)| (file, record.clone()))
        .collect();
    Ok(report::internal(
        &manifest,
        &verification.evidence,
        &verification.risk,
        &report::HeldBack {
            files: &verification.withdrawn,
            records: &quarantined,
            cells: &verification.withheld_cells,
        },
    ))
}

/// Writes the package beside its place and renames it there.
struct Publisher<'a> {
    project: &'a Project,
    policy: &'a Policy,
    state: &'a Candidate,
    verification: &'a Verification,
    records: &'a [Record],
    progress: &'a dyn Progress,
}

impl Sink for Publisher<'_> {
    type Error = EngineError;

    fn publish(&self, release: Verified<Staged>) -> Result<(), EngineError> {
        let out = &self.state.out;
        let parent = out.parent().ok_or_else(|| {
            EngineError::Usage("the output folder needs a folder above it".into())
        })?;
        private_parent(parent)?;
        let partial = partial_path(out);
        if partial.exists() {
            fs_err::remove_dir_all(&partial)
                .map_err(EngineError::io("an unfinished release", "removed"))?;
        }
        private_dir(&partial)?;
        self.fill(&partial, &release)?;
        sync_tree(&partial)?;
        fs_err::rename(&partial, out).map_err(EngineError::io("the release", "published"))?;
        sync_dir(parent, "the release")
    }
}

fn private_parent(parent: &Path) -> Result<(), EngineError> {
    fs_err::create_dir_all(parent).map_err(EngineError::io("the output folder", "made"))
}

/// The evidence as the recipient gets it: no place in the input, no count that tells how many people
/// stand alone, and none of a few records or cells.
fn published_evidence(evidence: &Evidence, min_cell: u32) -> Evidence {
    let mut shown = evidence.clone();
    for check in shown.checks.values_mut() {
        check.hits.clear();
        check.measured.remove("joint_unique_patients");
        let small = |count: f64| count > 0.0 && count < f64::from(min_cell);
        let hidden = ["joint_smallest_signature", RECORDS_OUT, CELLS_OUT];
        check.measured.retain(|name, count| !hidden.contains(&name.as_str()) || !small(*count));
    }
    shown
}

/// Hidden, and beside the output, so that the rename stays on one file system.
fn partial_path(out: &Path) -> PathBuf {
    let name = out.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    out.with_file_name(format!(".{name}.partial"))
}

impl Publisher<'_> {
    fn fill(&self, package: &Path, release: &Verified<Staged>) -> Result<(), EngineError> {
        let (policy, records) = (self.policy, self.records);
        let plan = crate::plan::read(self.project)?;
        self.copy_data(package)?;
        let digest = release.get().digest();
        let mut manifest = manifest(policy, &plan, records, digest, self.verification);
        let policy_text = propose::shipped(&self.project.policy_text()?)?;
        let shown = published_evidence(release.evidence(), policy.risk.min_cell);
        let evidence = pretty(&shown)?;
        let html = report::published(&manifest, &shown, &self.verification.risk);
        let documents: [(&str, &[u8]); 3] = [
            ("policy.toml", policy_text.as_bytes()),
            ("evidence.json", &evidence),
            ("report.html", html.as_bytes()),
        ];
        for (name, bytes) in documents {
            write(&package.join(name), bytes)?;
            manifest
                .documents
                .insert(name.to_owned(), data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)));
        }
        let manifest = pretty(&manifest)?;
        write(&package.join(MANIFEST), &manifest)?;
        self.attest(package, &manifest)
    }

    fn copy_data(&self, package: &Path) -> Result<(), EngineError> {
        let staging = Staging::of(self.project, &self.verification.plan);
        let bytes = outputs(self.records).map(|o| o.bytes).sum();
        self.progress.begin("release", bytes, "B");
        outputs(self.records).collect::<Vec<_>>().into_par_iter().try_for_each(|output| {
            let to = package.join("data").join(&output.path);
            copy(&staging.output(output), &to, &output.sha256)?;
            self.progress.advance("release", output.bytes);
            Ok::<_, EngineError>(())
        })?;
        self.progress.end("release");
        Ok(())
    }

    fn attest(&self, package: &Path, manifest: &[u8]) -> Result<(), EngineError> {
        let statement = Statement {
            schema: 1,
            manifest: data_encoding::HEXLOWER.encode(&Sha256::digest(manifest)),
            actor: self.project.session().actor.clone(),
            time: self.project.session().clock.now(),
            approvals: self.state.approvals.clone(),
            audit_checkpoint: self.project.checkpoint()?,
        };
        let bytes = pretty(&statement)?;
        let attestation = Attestation::sign(self.project.keys().signer(), &bytes)?;
        write(&package.join(ATTESTATION), &bytes)?;
        write(&package.join(SIGNATURE), attestation.to_text().as_bytes())
    }
}

/// Copies a staged file, and holds what was read against the digest the gate has seen. A link would
/// leave the release and the state one file, which editing the one would change in the other.
fn copy(from: &Path, to: &Path, sha256: &str) -> Result<(), EngineError> {
    let mut source = fs_err::File::open(from).map_err(EngineError::io("a staged file", "read"))?;
    let mut target = staging::Sink::create(to)?;
    std::io::copy(&mut source, &mut target).map_err(EngineError::io("the release", "written"))?;
    let (written, _) = target.finish()?;
    if written != sha256 {
        return Err(EngineError::Integrity("a staged file changed after the gate".into()));
    }
    Ok(())
}

fn pretty<T: Serialize>(value: &T) -> Result<Vec<u8>, EngineError> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|e| EngineError::Internal(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    fs_err::write(path, bytes).map_err(EngineError::io("the release", "written"))
}

/// Makes a whole tree durable.
fn sync_tree(root: &Path) -> Result<(), EngineError> {
    // One wait for the file system in place of one for each of many thousand notes.
    #[cfg(target_os = "linux")]
    {
        let folder = fs_err::File::open(root).map_err(EngineError::io("the release", "written"))?;
        rustix::fs::syncfs(&folder).map_err(|e| EngineError::io("the release", "written")(e.into()))
    }
    #[cfg(not(target_os = "linux"))]
    {
        for entry in walkdir::WalkDir::new(root).contents_first(true) {
            let entry = entry.map_err(|e| EngineError::io("the release", "written")(e.into()))?;
            fs_err::File::open(entry.path())
                .and_then(|f| f.sync_all())
                .map_err(EngineError::io("the release", "written"))?;
        }
        Ok(())
    }
}

/// What `release verify` found.
#[derive(Debug, Clone, Serialize)]
pub struct PackageCheck {
    /// Data files that have their digest.
    pub files: u64,
    /// Whether the signature was held against a key the caller trusts.
    pub trusted: bool,
    /// The manifest.
    pub manifest: Manifest,
    /// Who signed, when.
    pub statement: Statement,
}

/// Checks a package offline: every file has its digest and nothing else lies there, the manifest
/// is the one that was signed, and the signature is of the given key. Without a key the answer is
/// on integrity alone.
///
/// # Errors
///
/// [`EngineError::Integrity`] naming the first file that is missing, changed or not listed.
pub fn verify(package: &Path, key: Option<&PublicKey>) -> Result<PackageCheck, EngineError> {
    if !package.is_dir() {
        return Err(EngineError::Io {
            what: "the package",
            verb: "read",
            kind: std::io::ErrorKind::NotFound,
        });
    }
    let read = |name: &str| {
        fs_err::read(package.join(name))
            .map_err(|_| EngineError::Integrity(format!("the package has no {name}")))
    };
    let statement_bytes = read(ATTESTATION)?;
    let signature = String::from_utf8(read(SIGNATURE)?)
        .map_err(|_| EngineError::Integrity("the signature cannot be read".into()))?;
    let attestation = Attestation::parse(&signature)
        .map_err(|_| EngineError::Integrity("the signature cannot be read".into()))?;
    match key {
        Some(key) => attestation.verify(key, &statement_bytes)?,
        None => attestation.verify_integrity_only(&statement_bytes)?,
    }
    let broken = |what: &str| EngineError::Integrity(format!("{what} cannot be read"));
    let statement: Statement =
        serde_json::from_slice(&statement_bytes).map_err(|_| broken("the attestation"))?;
    let manifest_bytes = read(MANIFEST)?;
    if data_encoding::HEXLOWER.encode(&Sha256::digest(&manifest_bytes)) != statement.manifest {
        return Err(EngineError::Integrity("the manifest is not the one that was signed".into()));
    }
    let manifest: Manifest =
        serde_json::from_slice(&manifest_bytes).map_err(|_| broken("the manifest"))?;
    let mut expected: BTreeMap<String, &str> = manifest
        .files
        .iter()
        .map(|f| (format!("data/{}", f.path), f.sha256.as_str()))
        .chain(manifest.documents.iter().map(|(name, sha)| (name.clone(), sha.as_str())))
        .collect();
    let folders: BTreeSet<String> = expected
        .keys()
        .flat_map(|name| Path::new(name).ancestors().skip(1))
        .map(|folder| folder.to_string_lossy().into_owned())
        .chain(["data".to_owned()])
        .collect();
    for entry in walkdir::WalkDir::new(package).sort_by_file_name() {
        let entry = entry.map_err(|_| broken("the package"))?;
        let name = entry
            .path()
            .strip_prefix(package)
            .unwrap_or(entry.path())
            .to_string_lossy()
            .into_owned();
        if entry.file_type().is_dir() {
            if !name.is_empty() && !folders.contains(&name) {
                return Err(EngineError::Integrity(format!(
                    "{name} is in the package and not in its manifest"
                )));
            }
            continue;
        }
        if !entry.file_type().is_file() {
            return Err(EngineError::Integrity(format!("{name} is no regular file")));
        }
        if [MANIFEST, ATTESTATION, SIGNATURE].contains(&name.as_str()) {
            continue;
        }
        let sha256 = expected.remove(&name).ok_or_else(|| {
            EngineError::Integrity(format!("{name} is in the package and not in its manifest"))
        })?;
        let same = fs_err::File::open(entry.path())
            .and_then(|mut f| crate::scan::hash(&mut f))
            .is_ok_and(|(_, is)| is == sha256);
        if !same {
            return Err(EngineError::Integrity(format!("{name} was changed after signing")));
        }
    }
    if let Some((name, _)) = expected.first_key_value() {
        return Err(EngineError::Integrity(format!("{name} is missing from the package")));
    }
    Ok(PackageCheck {
        files: manifest.files.len() as u64,
        trusted: key.is_some(),
        manifest,
        statement,
    })
}
