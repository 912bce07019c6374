//! The plan: what will happen to each file, bound by a hash to inputs, policy, keys and software.
//!
//! `run` executes exactly this: it refuses where any of the four has changed.

use std::collections::BTreeMap;

use anonymed_core::policy::{OnUnclassified, Policy, RiskScope};
use anonymed_core::{
    CancelToken, FileNumber, Format, KeyRing, Progress, SubjectIndex, TextScrubber,
};
use anonymed_table::{Part, TablePreview, Tables};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::graph::{DocumentOwner, KeyIndex, SubjectGraph};
use crate::project::{Project, write_atomic};
use crate::samples::{Sample, samples};
use crate::scan::{Entry, Scan, Status};
use crate::subjects::{Patients, pseudonymizer};
use crate::{EngineError, job, propose};

/// Version of the plan's form; part of its hash.
const SCHEMA: u32 = 1;

/// What will happen to the input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// What the hash is over.
    pub bound: Bound,
    /// SHA-256 over [`Plan::bound`], in hexadecimal.
    pub hash: String,
    /// Before and after on a sample, with expected k and suppression; not part of the hash.
    #[serde(default)]
    pub previews: Vec<Preview>,
    /// One note and one resource of each type in masked shapes; not part of the hash.
    #[serde(default)]
    pub samples: Vec<Sample>,
}

/// What a plan's hash covers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bound {
    /// Version of this form.
    pub schema: u32,
    /// Version of the program.
    pub software: String,
    /// Digest of the inventory.
    pub inventory: String,
    /// SHA-256 of the policy file.
    pub policy: String,
    /// Public name of the key.
    pub key_id: String,
    /// SHA-256 of each table that the policy's attacks are made with, by its key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beside: BTreeMap<String, String>,
    /// The SHA-256 of the files of the model that finds entities in texts, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub model: BTreeMap<String, String>,
    /// The day ages are reckoned on.
    pub as_of: Date,
    /// Patients seen, and how many of them are conflicts.
    pub subjects: SubjectCounts,
    /// What happens to each file, in order of number.
    pub items: Vec<Item>,
}

/// Patients by state.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct SubjectCounts {
    /// All.
    pub total: u64,
    /// Those whose records disagree; they are quarantined.
    pub conflicts: u64,
}

/// What happens to one file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    /// Which.
    pub file: FileNumber,
    /// What it is, where it was recognised.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub format: Option<Format>,
    /// What happens.
    pub step: Step,
    /// What a reader of the file would not see and the output will not have, by kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub unseen: BTreeMap<String, u64>,
}

/// What happens to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// It is de-identified into the release, under this stem.
    Transform {
        /// Path below the release's `data` folder, without a suffix. Holds no input name.
        stem: String,
    },
    /// It is held back, and why.
    Quarantine(String),
    /// It is listed and left out, and why.
    LeaveOut(String),
}

/// What one table will look like.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Preview {
    /// Which file.
    pub file: FileNumber,
    /// Which sheet.
    pub sheet: Option<String>,
    /// Masked samples and expectations.
    pub table: TablePreview,
}

impl std::fmt::Display for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, ", sheet {sheet}")?;
        }
        if let Some(model) = &self.table.model {
            write!(
                f,
                ": {} classes over {}, smallest {} patients, {} rows of {} patients suppressed",
                model.classes,
                model.quasi.join(", "),
                model.smallest_class_subjects,
                model.suppressed_rows,
                model.suppressed_subjects
            )?;
            if let Some(parts) = model.parts {
                write!(f, "; solved in {parts} parts")?;
            }
        }
        for column in &self.table.columns {
            let before = column.before.join(" | ");
            let after = if column.after.is_empty() { "-".into() } else { column.after.join(" | ") };
            write!(f, "\n  {:<24} {:<10} {before}  →  {after}", column.name, column.action)?;
        }
        Ok(())
    }
}

/// How much a plan looks ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Decides for each file.
    Steps,
    /// Solves the tables too, for the expected k and suppression, and shows samples of everything.
    Previews,
}

/// Makes a plan and stores it.
///
/// # Errors
///
/// Where there is no scan, the policy cannot be used or leaves a table or column undecided under
/// `on_unclassified = "block"`, or the state cannot be written.
pub fn plan(
    project: &Project,
    depth: Depth,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Plan, EngineError> {
    let policy = project.policy()?;
    let scan = crate::scan::load(project)?;
    project.record(&project.event("plan.begin", &policy.purpose))?;
    let graph = graph(&policy, &scan);
    let bound = bind(project, &policy, &scan, &graph)?;
    let hash = hash(&bound)?;
    let mut plan = Plan { bound, hash, previews: Vec::new(), samples: Vec::new() };
    if depth == Depth::Previews {
        (plan.previews, plan.samples) =
            previews(project, &policy, scan, graph, &plan, progress, cancel)?;
    }
    let json =
        serde_json::to_vec_pretty(&plan).map_err(|e| EngineError::Internal(e.to_string()))?;
    write_atomic(&project.state("plan.json"), &json, "the plan")?;
    project.record(
        &project
            .event("plan.end", &policy.purpose)
            .count("files", plan.bound.items.len() as u64)
            .digest("plan", &plan.hash),
    )?;
    Ok(plan)
}

/// Reads the stored plan and checks that inputs, policy, key and software are still those it
/// binds. The inputs themselves are checked again as each is read. Gives the patients as well, who
/// are a part of what is bound.
///
/// # Errors
///
/// [`EngineError::Drift`] naming what changed.
pub fn load(
    project: &Project,
    policy: &Policy,
    scan: &Scan,
) -> Result<(Plan, SubjectGraph), EngineError> {
    let plan = unchanged(project)?;
    let graph = graph(policy, scan);
    let now = bind(project, policy, scan, &graph)?;
    for (what, was, is) in [
        ("the software", &plan.bound.software, &now.software),
        ("the inventory", &plan.bound.inventory, &now.inventory),
    ] {
        if was != is {
            return Err(EngineError::Drift(what));
        }
    }
    if hash(&now)? != plan.hash {
        return Err(EngineError::Drift("the project"));
    }
    Ok((plan, graph))
}

/// Reads the stored plan as it is.
///
/// # Errors
///
/// Where there is none or it cannot be read.
pub fn read(project: &Project) -> Result<Plan, EngineError> {
    let bytes = fs_err::read(project.state("plan.json"))
        .map_err(|_| EngineError::Order { missing: "plan", command: "plan" })?;
    serde_json::from_slice(&bytes)
        .map_err(|_| EngineError::Integrity("the plan cannot be read".into()))
}

/// Reads the plan and holds policy and key against those it was made with: what is created, approved or
/// signed is what was planned, run and verified.
///
/// # Errors
///
/// [`EngineError::Drift`] naming what changed; [`EngineError::Integrity`] where the plan was edited.
pub fn unchanged(project: &Project) -> Result<Plan, EngineError> {
    let plan = read(project)?;
    if hash(&plan.bound)? != plan.hash {
        return Err(EngineError::Integrity(
            "the plan was edited; run `anonymed plan` again".into(),
        ));
    }
    if policy_digest(project)? != plan.bound.policy {
        return Err(EngineError::Drift("the policy"));
    }
    if plan.bound.key_id != project.settings.key_id {
        return Err(EngineError::Drift("the key"));
    }
    Ok(plan)
}

fn policy_digest(project: &Project) -> Result<String, EngineError> {
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(project.policy_text()?)))
}

fn hash(bound: &Bound) -> Result<String, EngineError> {
    let bytes = anonymed_vault::canonical_json(bound).map_err(EngineError::from)?;
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)))
}

/// The graph a policy makes of a scan.
fn graph(policy: &Policy, scan: &Scan) -> SubjectGraph {
    SubjectGraph::build(&scan.graph, &policy.subject, &scan.inventory.documents())
}

fn bind(
    project: &Project,
    policy: &Policy,
    scan: &Scan,
    graph: &SubjectGraph,
) -> Result<Bound, EngineError> {
    crate::policy_check::contradiction(policy)?;
    crate::table_attack::beside::present_in(policy, project.root())?;
    crate::policy_check::against_scan(policy, &scan.inventory.files)?;
    let as_of = policy.time.as_of.or_else(|| scan.graph.latest()).ok_or_else(|| {
        EngineError::Usage("no date tells when the data end; set `time.as_of` in the policy".into())
    })?;
    let items = scan
        .inventory
        .files
        .iter()
        .map(|entry| item(policy, graph, entry))
        .collect::<Result<Vec<_>, _>>()?;
    let transforms = |item: &Item| matches!(item.step, Step::Transform { .. });
    if policy.risk.scope == RiskScope::Joint && !items.iter().any(transforms) {
        return Err(EngineError::Policy(anonymed_core::PolicyError {
            key: "risk.scope".into(),
            reason:
                "under joint scope tables alone are released, and no table is named; use another \
                     profile for notes and FHIR"
                    .into(),
            span: None,
        }));
    }
    Ok(Bound {
        schema: SCHEMA,
        software: concat!("anonymed ", env!("CARGO_PKG_VERSION")).to_owned(),
        inventory: scan.inventory.digest.clone(),
        policy: policy_digest(project)?,
        key_id: project.keys().key_id().0,
        beside: crate::table_attack::beside::digests(policy, project.root())?,
        model: crate::text::model::digests(&policy.text, project.root())?,
        as_of,
        subjects: SubjectCounts {
            total: graph.len() as u64,
            conflicts: graph.conflicts.iter().flatten().count() as u64,
        },
        items,
    })
}

/// Why notes and FHIR are not in a release whose risk is counted over everything in it.
const NOT_JOINED: &str = "under joint scope tables alone are released: what this tells of a patient \
                          cannot be counted together with them";

fn item(policy: &Policy, graph: &SubjectGraph, entry: &Entry) -> Result<Item, EngineError> {
    let (format, step) = match &entry.status {
        Status::Unreadable(reason) => (None, Step::Quarantine(reason.clone())),
        Status::LeftOut(reason) => (None, Step::LeaveOut(reason.clone())),
        Status::Recognised(format) => {
            let joint = policy.risk.scope == RiskScope::Joint;
            let step = match format.modality.as_str() {
                "table" => table_step(policy, entry)?,
                _ if joint => Step::LeaveOut(NOT_JOINED.into()),
                "text" => document_step(policy, graph, entry),
                _ => Step::Transform { stem: stem("fhir", &fhir_name(entry), entry.number) },
            };
            (Some(format.clone()), step)
        }
    };
    Ok(Item { file: entry.number, format, step, unseen: entry.unseen.clone() })
}

fn table_step(policy: &Policy, entry: &Entry) -> Result<Step, EngineError> {
    let sheets: Vec<Option<&str>> = entry.fields.iter().map(|f| f.part.as_deref()).collect();
    let ruled = sheets.iter().any(|sheet| policy.table_for(&entry.name, *sheet).is_some());
    if ruled {
        let stem = stem("tables", &propose::safe_stem(&entry.name), entry.number);
        return Ok(Step::Transform { stem });
    }
    if propose::is_side_table(entry) {
        return Ok(Step::LeaveOut("a code list or hierarchy: it speaks of nobody".into()));
    }
    match policy.on_unclassified {
        OnUnclassified::Drop => Ok(Step::LeaveOut("no rule of the policy names this table".into())),
        OnUnclassified::Block => Err(EngineError::Policy(anonymed_core::PolicyError {
            key: "table".into(),
            reason: format!(
                "{} is a table and no rule names it; add one, or set on_unclassified = \"drop\"",
                entry.number
            ),
            span: None,
        })),
    }
}

fn document_step(policy: &Policy, graph: &SubjectGraph, entry: &Entry) -> Step {
    let globs = &policy.text.files;
    let named = globs.iter().any(|glob| {
        anonymed_core::policy::file_matcher(glob).is_some_and(|matches| matches(&entry.name))
    });
    if !globs.is_empty() && !named {
        return Step::LeaveOut("no pattern of the policy's text.files matches it".into());
    }
    let owner = graph.documents.get(&entry.number).copied().unwrap_or(DocumentOwner::Nobody);
    match owner {
        DocumentOwner::Conflict => {
            Step::Quarantine("its identifiers point to more than one patient".into())
        }
        DocumentOwner::Subject(s) if graph.conflicts[s.0 as usize].is_some() => {
            Step::Quarantine("records disagree about its patient".into())
        }
        DocumentOwner::Nobody if !named && !entry.personal => {
            Step::LeaveOut("prose that belongs to no patient".into())
        }
        _ => Step::Transform { stem: stem("notes", "note", entry.number) },
    }
}

fn stem(folder: &str, name: &str, number: FileNumber) -> String {
    format!("{folder}/{name}-{:05}", number.0)
}

/// `bundle` for single documents, the resource type of a file of one type, else `resources`.
fn fhir_name(entry: &Entry) -> String {
    let mut types: Vec<&str> =
        entry.fields.iter().filter_map(|f| f.name.split('.').next()).collect();
    types.sort_unstable();
    types.dedup();
    match types.as_slice() {
        [one] if one.bytes().all(|b| b.is_ascii_alphabetic()) => (*one).to_owned(),
        types if types.contains(&"Bundle") => "Bundle".into(),
        _ => "resources".into(),
    }
}

fn previews(
    project: &Project,
    policy: &Policy,
    scan: Scan,
    graph: SubjectGraph,
    plan: &Plan,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<(Vec<Preview>, Vec<Sample>), EngineError> {
    const ROWS: usize = 3;
    let Scan { inventory, graph: raw } = scan;
    let codes = pseudonymizer(policy, project.keys(), &inventory.digest);
    let codes = std::sync::Arc::new(codes);
    let need = crate::run::need(policy, plan);
    let patients = Patients::new(policy, project.keys(), &codes, &raw, &graph, need)
        .with_keys(KeyIndex::new(raw, graph));
    let text = job::scrubber(&codes, policy, project.root(), &patients)?;
    let tables = job::tables(project);
    let context = anonymed_core::Context {
        policy,
        pseudonymizer: &codes,
        subjects: &patients as &dyn SubjectIndex,
        text: &text as &dyn TextScrubber,
        as_of: plan.bound.as_of,
        cancel,
        progress,
    };
    let mut previews = Vec::new();
    let items: Vec<&Item> = plan.bound.items.iter().filter(|i| is_table_step(i)).collect();
    progress.begin("preview", items.len() as u64, "tables");
    for item in items {
        cancel.check()?;
        let entry = inventory.file(item.file).ok_or(EngineError::Drift("the inventory"))?;
        project.record(&project.event("plan.read", &policy.purpose).file(item.file))?;
        previews.extend(preview_file(project, &tables, &context, entry, item, ROWS)?);
        progress.advance("preview", 1);
    }
    progress.end("preview");
    let samples = samples(project, &inventory, &plan.bound.items, &context)?;
    Ok((previews, samples))
}

fn is_table_step(item: &Item) -> bool {
    matches!(item.step, Step::Transform { .. })
        && item.format.as_ref().is_some_and(|f| f.modality == "table")
}

fn preview_file(
    project: &Project,
    tables: &Tables,
    context: &anonymed_core::Context<'_>,
    entry: &Entry,
    item: &Item,
    rows: usize,
) -> Result<Vec<Preview>, EngineError> {
    let failed = |source| EngineError::File { file: entry.number, source };
    let Some(format) = &item.format else { return Ok(Vec::new()) };
    let mut previews = Vec::new();
    let parts: Vec<Part> =
        job::with_document(project, entry, |d| tables.parts(d, format))?.map_err(failed)?;
    for part in parts {
        let Some(rule) = context.policy.table_for(&entry.name, part.sheet.as_deref()) else {
            continue;
        };
        let table = job::with_document(project, entry, |d| {
            tables.preview(d, format, &part, rule, context, rows)
        })?
        .map_err(failed)?;
        previews.push(Preview { file: entry.number, sheet: part.sheet.clone(), table });
    }
    Ok(previews)
}

/// What readers of the transformed files would not see, by kind: none of it is released.
pub fn unseen(plan: &Plan) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    let transformed =
        plan.bound.items.iter().filter(|item| matches!(item.step, Step::Transform { .. }));
    for (kind, count) in transformed.flat_map(|item| &item.unseen) {
        *counts.entry(kind.as_str()).or_default() += count;
    }
    counts
}

/// How many files take each step, for a summary.
pub fn summary(plan: &Plan) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for item in &plan.bound.items {
        let step = match item.step {
            Step::Transform { .. } => "transform",
            Step::Quarantine(_) => "quarantine",
            Step::LeaveOut(_) => "leave-out",
        };
        *counts.entry(step).or_default() += 1;
    }
    counts
}
