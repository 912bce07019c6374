//! The whole way in one call: the same stages as the single commands, and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anonymed_core::{CancelToken, Policy, PolicyError, Progress};
use serde::Serialize;

use crate::graph::Overlap;
use crate::plan::{Depth, Item, Plan, Step};
use crate::project::{POLICY, Project, Session, read_policy, write_atomic};
use crate::propose::{Wishes, propose};
use crate::release::Standing;
use crate::run::Run;
use crate::staging::Staging;
use crate::verification::Verification;
use crate::{EngineError, plan, release, run, scan, verification};

/// What the newcomer asks for.
pub struct Request<'a> {
    /// The input folder.
    pub input: &'a Path,
    /// Where the release goes; the project's state lies beside it, in `<out>.state`.
    pub out: &'a Path,
    /// The key file, for the project's settings.
    pub key_file: &'a Path,
    /// A policy to use; without one, one is proposed from the scan.
    pub policy: Option<String>,
    /// Where the policy lies: files that it names are beside it.
    pub policy_folder: Option<&'a Path>,
    /// What a proposed policy says.
    pub wishes: Wishes,
}

/// What came of it.
pub struct Done {
    /// The project, still open.
    pub project: Project,
    /// Authorities of the scan that give the same identifiers and disagree about the people.
    pub overlaps: Vec<Overlap>,
    /// The plan.
    pub plan: Plan,
    /// The run, as the verification left it.
    pub run: Run,
    /// The verification.
    pub verification: Verification,
    /// The release, or why the gate refused it.
    pub standing: Result<Standing, EngineError>,
}

/// Files that are not in the release, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The reason.
    pub reason: String,
    /// How many.
    pub files: u64,
    /// Whether nobody looked at what is in them, as in a file that a link leads to.
    pub unread: bool,
}

impl Done {
    /// What of the input is not in the release, by reason, without what is in quarantine.
    pub fn left_out(&self) -> Vec<LeftOut> {
        left_out(&self.plan.bound.items)
    }
}

fn left_out(items: &[Item]) -> Vec<LeftOut> {
    let mut counts: BTreeMap<(&str, bool), u64> = BTreeMap::new();
    for item in items {
        if let Step::LeaveOut(reason) = &item.step {
            // A file without a format was not opened; in an empty one there is nothing to read.
            let unread = item.format.is_none() && reason != scan::EMPTY;
            *counts.entry((reason, unread)).or_default() += 1;
        }
    }
    let listed = counts.into_iter();
    listed
        .map(|((reason, unread), files)| LeftOut { reason: reason.to_owned(), files, unread })
        .collect()
}

/// Where the state of a one-shot release lies.
pub fn state_of(out: &Path) -> PathBuf {
    let mut name = out.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
    name.push(".state");
    out.with_file_name(name)
}

/// Says before anything is made, a key too, whether a job can begin or go on.
///
/// # Errors
///
/// Where the output exists and is no unfinished release of ours, lies inside the input, there is no
/// input, or the policy cannot be used or has another profile than is asked for.
pub fn ready(request: &Request<'_>) -> Result<(), EngineError> {
    let state = state_of(request.out);
    let begun = state.join("state").join("project.json").exists();
    if !begun && request.out.exists() {
        return Err(EngineError::Usage(
            "the output folder exists already; name a new one, or remove it".into(),
        ));
    }
    if !begun {
        Project::may_create(&state, request.input)?;
    }
    agreed_policy(request).map(|_| ())
}

/// The policy that will be used where there is one already: the one given, or that of a job that was
/// begun. What is claimed is what was asked for, or nothing is done.
fn agreed_policy(request: &Request<'_>) -> Result<Option<Policy>, EngineError> {
    let begun = state_of(request.out).join(POLICY);
    let text = match &request.policy {
        Some(text) => Some(text.clone()),
        None if begun.exists() => Some(read_policy(&begun)?),
        None => None,
    };
    let Some(policy) = text.map(|text| Policy::parse(&text)).transpose()? else { return Ok(None) };
    let (asked, has) = (request.wishes.profile, policy.profile);
    if asked != has {
        return Err(EngineError::Usage(format!(
            "profile {asked} is asked for and the policy has profile {has}; ask for --profile {has}, \
             or change the policy's profile and what depends on it"
        )));
    }
    Ok(Some(policy))
}

/// Runs all stages. A state folder left by an interrupted call is used again.
///
/// # Errors
///
/// As the stages. What the gate refuses is no error here: everything up to it was done, and the
/// refusal stands in the place of the release.
pub fn deidentify(
    request: &Request<'_>,
    session: Session,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Done, EngineError> {
    ready(request)?;
    let purpose = agreed_policy(request)?
        .map_or_else(|| request.wishes.purpose.clone(), |policy| policy.purpose);
    let project = open(request, &purpose, session)?;
    let scanned = scan::scan(&project, &purpose, progress, cancel)?;
    let policy_file = project.root().join(POLICY);
    if let Some(policy) = &request.policy {
        write_atomic(&policy_file, policy.as_bytes(), "the policy")?;
        if let Some(folder) = request.policy_folder {
            bring(&Policy::parse(policy)?, folder, project.root())?;
        }
    } else if !policy_file.exists() {
        let policy = propose(&scanned, &request.wishes);
        write_atomic(&policy_file, policy.as_bytes(), "the policy")?;
    }
    let overlaps = scanned.graph.overlaps();
    // Each stage reads what it needs of the scan from the project's state.
    drop(scanned);
    let plan = plan::plan(&project, Depth::Steps, progress, cancel)?;
    let run = run::run(&project, progress, cancel)?;
    let verification = verification::verify(&project, progress, cancel)?;
    // What the verification took out is no longer what the run says it released.
    let records = Staging::of(&project, &run.plan).unchecked_records(&plan)?;
    let run = Run { records, ..run };
    let standing = match release::create(&project, request.out, progress) {
        Err(e) if !matches!(e, EngineError::Rejected(_) | EngineError::Nothing { .. }) => {
            return Err(e);
        }
        standing => standing,
    };
    Ok(Done { project, overlaps, plan, run, verification, standing })
}

/// Copies what a policy names beside itself, as far as it is there, into the state that will stand for its folder.
fn bring(policy: &Policy, from: &Path, to: &Path) -> Result<(), EngineError> {
    if policy.text.model.as_ref().is_some_and(|model| model.is_relative()) {
        return Err(EngineError::Policy(PolicyError {
            key: "text.model".to_owned(),
            reason: "is beside a policy that is copied; write the folder from the root on"
                .to_owned(),
            span: None,
        }));
    }
    for name in policy.files() {
        let plain = Path::new(&name).file_name().is_some_and(|file| file == name.as_str());
        let file = from.join(&name);
        if plain && name != POLICY && file.is_file() {
            fs_err::copy(file, to.join(&name))
                .map_err(EngineError::io("a file beside the policy", "copied"))?;
        }
    }
    Ok(())
}

fn open(request: &Request<'_>, purpose: &str, session: Session) -> Result<Project, EngineError> {
    let root = state_of(request.out);
    if !root.join("state").join("project.json").exists() {
        return Project::create(&root, request.input, request.key_file, purpose, session);
    }
    let settings = Project::settings(&root)?;
    let input =
        fs_err::canonicalize(request.input).map_err(EngineError::io("the input folder", "read"))?;
    if settings.input != input {
        return Err(EngineError::Usage(
            "the state folder beside the output belongs to another input; choose another output"
                .into(),
        ));
    }
    Project::open(&root, session)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::{FileNumber, Format};

    #[test]
    fn what_is_left_out_is_counted_by_reason() {
        let note = || Format {
            modality: "text".into(),
            kind: "note".into(),
            details: std::collections::BTreeMap::new(),
        };
        let item = |number, format, step| Item {
            file: FileNumber(number),
            format,
            step,
            unseen: std::collections::BTreeMap::new(),
        };
        let leave = |reason: &str| Step::LeaveOut(reason.into());
        let items = [
            item(1, None, leave("a link")),
            item(2, None, leave("a link")),
            item(3, None, leave(scan::EMPTY)),
            item(4, Some(note()), leave("prose")),
            item(5, Some(note()), Step::Quarantine("damaged".into())),
        ];
        let left = |reason: &str, files, unread| LeftOut { reason: reason.into(), files, unread };
        let expect = [left("a link", 2, true), left("empty", 1, false), left("prose", 1, false)];
        assert_eq!(left_out(&items), expect);
    }
}
