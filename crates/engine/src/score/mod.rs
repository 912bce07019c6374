//! The score of a release of the fake hospital: what of the planted identifiers is left, whether
//! each patient has one code and one date shift everywhere, and whether every defect was found.
//!
//! The released files are read for themselves and held against the ground truth, each value at its
//! own place. From the project's state come only the map from input to output (files, rows and
//! lines left out) and which bytes of an output we wrote: a surrogate that happens to be another
//! planted value is no leak.

mod align;
mod defects;
mod fhir;
mod note;
mod patients;
mod show;
mod table;
mod tally;
mod truth;
mod words;

use std::ops::Range;
use std::path::{Path, PathBuf};

use anonymed_core::policy::TimeMode;
use hashbrown::HashMap;
use serde::Serialize;

pub use defects::DefectLine;
pub use patients::Consistency;
pub use tally::{Fate, Left, PlaceKind, PlaceLine, Tally};

use crate::deidentify::state_of;
use crate::project::{Project, Session};
use crate::scan::Entry;
use crate::staging::{Outcome, Output, Record, Staging};
use crate::{EngineError, plan, scan};
use truth::{At, Planted};

/// Share of the values in running text that must be gone.
const PROSE_GOAL: f64 = 0.99;

/// How a release compares with the ground truth.
#[derive(Debug, Clone, Serialize)]
pub struct Score {
    /// The policy's profile.
    pub profile: String,
    /// Figures by kind of place and category.
    pub places: Vec<PlaceLine>,
    /// All values that a field holds.
    pub structured: Tally,
    /// All values in notes.
    pub notes: Tally,
    /// All values in other running text: prose cells, narratives, attachments.
    pub other_prose: Tally,
    /// Where values are left: some of each kind.
    pub left: Vec<Left>,
    /// Letters and digits of notes and attachments, outside of planted values, that were replaced
    /// all the same: their share.
    pub unplanted_changed: f64,
    /// Texts whose output is not the input outside of what was written; they are judged by counting.
    pub unaligned_texts: u64,
    /// Patients over all modalities.
    pub consistency: Consistency,
    /// Whether dates are shifted, so that one shift a patient is asked for.
    pub dates_shifted: bool,
    /// Planted defects.
    pub defects: Vec<DefectLine>,
}

impl Score {
    /// Whether nothing structured is left, at most one in a hundred in running text, every patient
    /// is one, and every defect was found.
    pub fn passed(&self) -> bool {
        let c = &self.consistency;
        self.structured.left == 0
            && self.notes.share_gone() >= PROSE_GOAL
            && self.other_prose.share_gone() >= PROSE_GOAL
            && c.one_code == c.patients
            && c.shared_codes == 0
            && (!self.dates_shifted || c.one_shift == c.with_dates)
            && self.defects.iter().all(|d| d.found == d.total)
    }
}

/// Scores a release made of the fake hospital in `dir`.
///
/// # Errors
///
/// Where the truth, the release or its state cannot be read.
pub fn score(dir: &Path, release: &Path, session: Session) -> Result<Score, EngineError> {
    let truth = truth::read(dir)?;
    let project = Project::open(&state_of(release), session)?;
    let policy = project.policy()?;
    project.record(&project.event("score.begin", &policy.purpose))?;
    let scanned = scan::load(&project)?;
    let plan = plan::read(&project)?;
    let staging = Staging::of(&project, &plan.hash);
    let records: HashMap<_, _> = staging.records(&plan)?.into_iter().map(|r| (r.file, r)).collect();
    let stage = Stage {
        input: dir.to_owned(),
        data: release.join("data"),
        staging,
        mode: policy.time.mode,
    };
    let entries: HashMap<&str, &Entry> =
        scanned.inventory.files.iter().map(|e| (e.name.as_str(), e)).collect();
    let mut found = Findings::default();
    for (name, planted) in &truth {
        let entry = entries.get(name.as_str()).ok_or(EngineError::Drift("the input folder"))?;
        let all: Vec<&Planted> = planted.iter().collect();
        let values: Vec<&Planted> = planted.iter().filter(|p| p.defect().is_none()).collect();
        let file = File { entry, record: records.get(&entry.number), planted: &values };
        found.defects.judge(&file, &all);
        stage.judge(&file, &mut found)?;
    }
    Ok(found.finish(policy.profile.as_str(), policy.time.mode))
}

/// What judging needs.
pub(crate) struct Stage {
    input: PathBuf,
    data: PathBuf,
    staging: Staging,
    mode: TimeMode,
}

/// One file with what was planted in it.
pub(crate) struct File<'a> {
    entry: &'a Entry,
    record: Option<&'a Record>,
    planted: &'a [&'a Planted],
}

/// What was found so far.
#[derive(Default)]
struct Findings {
    figures: tally::Figures,
    seen: patients::Seen,
    defects: defects::Defects,
    prose_changed: u64,
    prose_total: u64,
    unaligned: u64,
}

impl Findings {
    fn add(&mut self, kind: PlaceKind, fate: Fate, planted: &Planted, file: &File<'_>) {
        self.figures.add(kind, fate, planted, file.entry.number);
    }

    fn finish(self, profile: &str, mode: TimeMode) -> Score {
        let (places, left) = self.figures.finish();
        let total = |wanted: &dyn Fn(PlaceKind) -> bool| {
            let mut tally = Tally::default();
            places.iter().filter(|l| wanted(l.place)).for_each(|l| tally.absorb(&l.tally));
            tally
        };
        Score {
            profile: profile.to_owned(),
            structured: total(&|kind| !kind.is_prose()),
            notes: total(&|kind| kind == PlaceKind::Note),
            other_prose: total(&|kind| kind.is_prose() && kind != PlaceKind::Note),
            places,
            left,
            unplanted_changed: self.prose_changed as f64 / self.prose_total.max(1) as f64,
            unaligned_texts: self.unaligned,
            consistency: self.seen.finish(),
            dates_shifted: mode == TimeMode::Shift,
            defects: self.defects.finish(),
        }
    }
}

impl Stage {
    fn input(&self, entry: &Entry) -> PathBuf {
        self.input.join(&entry.name)
    }

    fn path(&self, output: &Output) -> PathBuf {
        self.data.join(&output.path)
    }

    fn read(&self, output: &Output) -> Result<Vec<u8>, EngineError> {
        fs_err::read(self.path(output)).map_err(EngineError::io("a released file", "read"))
    }

    fn written(&self, output: &Output) -> Result<Vec<Range<usize>>, EngineError> {
        let mut spans: Vec<Range<usize>> = self
            .staging
            .written(output)?
            .iter()
            .map(|w| w.start as usize..w.end as usize)
            .collect();
        spans.sort_by_key(|s| (s.start, s.end));
        Ok(spans)
    }

    fn judge(&self, file: &File<'_>, found: &mut Findings) -> Result<(), EngineError> {
        let outputs = match file.record.map(|r| &r.result) {
            Some(Outcome::Staged(outputs)) if !outputs.is_empty() => outputs,
            _ => {
                for planted in file.planted {
                    found.add(kind_of(file, planted), Fate::Withheld, planted, file);
                }
                return Ok(());
            }
        };
        for planted in file.planted.iter().filter(|p| p.at == At::Name) {
            let left = outputs.iter().any(|o| words::holds(&o.path, &planted.line.value));
            let fate = if left { Fate::Left } else { Fate::Gone };
            found.add(PlaceKind::FileName, fate, planted, file);
        }
        if outputs.iter().any(|o| o.table.is_some()) {
            return table::judge(self, file, outputs, found);
        }
        for output in outputs {
            match output.form.as_str() {
                "text" => note::judge(self, file, output, found)?,
                _ => fhir::judge(self, file, output, found)?,
            }
        }
        Ok(())
    }
}

/// The kind of a place in a file nothing of which is released.
fn kind_of(file: &File<'_>, planted: &Planted) -> PlaceKind {
    match &planted.at {
        At::Name => PlaceKind::FileName,
        At::Bytes(_) => PlaceKind::Note,
        At::Element { .. } => fhir::kind_of(planted),
        At::Comment => PlaceKind::Comment,
        At::Property => PlaceKind::Property,
        _ => table::cell_kind(file, false),
    }
}

#[cfg(test)]
mod tests;
