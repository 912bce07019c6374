//! A small hospital from scan to run, scored as it is and with identifiers put back.

use std::collections::BTreeSet;
use std::sync::Arc;

use anonymed_core::policy::{OnUnclassified, Profile};
use anonymed_core::{Actor, CancelToken, Clock};
use anonymed_vault::{KeyFile, Protection};
use jiff::Timestamp;

use super::*;
use crate::project::{KeyOrigin, POLICY, write_atomic};
use crate::propose::{Wishes, propose};
use crate::run;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

struct Hospital {
    folder: tempfile::TempDir,
    session: Session,
}

impl Hospital {
    /// Writes twelve patients and runs them into a staging area, of which a release's data folder
    /// is a copy.
    fn new(profile: Profile) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFile::create(&folder.path().join("key"), Protection::Plain0600).unwrap();
        let session = Session {
            keys: Arc::new(keys),
            actor: Actor("tester".into()),
            clock: Arc::new(Noon),
            key: KeyOrigin::Opened,
        };
        let hospital = Self { folder, session };
        let options = anonymed_demo::Options { patients: 12, seed: 3 };
        anonymed_demo::write_project(&hospital.input(), &options).unwrap();
        hospital.run(profile);
        hospital
    }

    fn input(&self) -> PathBuf {
        self.folder.path().join("input")
    }

    fn release(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn run(&self, profile: Profile) {
        let (root, key) = (state_of(&self.release()), self.folder.path().join("key"));
        let project =
            Project::create(&root, &self.input(), &key, "", self.session.clone()).unwrap();
        let cancel = CancelToken::default();
        let scanned = scan::scan(&project, "", &(), &cancel).unwrap();
        let wishes = Wishes {
            profile,
            name: "test".into(),
            as_of: jiff::civil::date(2025, 7, 1),
            purpose: "a test".into(),
            on_unclassified: OnUnclassified::Drop,
        };
        let policy = propose(&scanned, &wishes);
        write_atomic(&root.join(POLICY), policy.as_bytes(), "the policy").unwrap();
        plan::plan(&project, plan::Depth::Steps, &(), &cancel).unwrap();
        let done = run::run(&project, &(), &cancel).unwrap();
        let staging = Staging::of(&project, &done.plan);
        for output in self.outputs(&done) {
            let to = self.data(&output);
            fs_err::create_dir_all(to.parent().unwrap()).unwrap();
            fs_err::copy(staging.output(&output), to).unwrap();
        }
    }

    fn outputs(&self, done: &run::Run) -> Vec<Output> {
        let staged = |r: &Record| match &r.result {
            Outcome::Staged(outputs) => outputs.clone(),
            _ => Vec::new(),
        };
        done.records.iter().flat_map(staged).collect()
    }

    fn data(&self, output: &Output) -> PathBuf {
        self.release().join("data").join(&output.path)
    }

    fn score(&self) -> Score {
        score(&self.input(), &self.release(), self.session.clone()).unwrap()
    }

    /// Released files below a folder.
    fn files(&self, folder: &str, wanted: &str) -> Vec<PathBuf> {
        walkdir::WalkDir::new(self.release().join("data").join(folder))
            .sort_by_file_name()
            .into_iter()
            .map(|e| e.unwrap().into_path())
            .filter(|p| p.is_file() && p.to_string_lossy().contains(wanted))
            .collect()
    }

    fn record_numbers(&self) -> String {
        let truth = truth::read(&self.input()).unwrap();
        let numbers: BTreeSet<&str> =
            truth.values().flatten().filter_map(|p| p.line.subject.as_deref()).collect();
        numbers.into_iter().collect::<Vec<_>>().join(" ")
    }
}

fn left(score: &Score, kind: PlaceKind, category: &str) -> u64 {
    score
        .places
        .iter()
        .filter(|l| l.place == kind && l.category == category)
        .map(|l| l.tally.left)
        .sum()
}

#[test]
fn what_is_put_back_is_left() {
    let hospital = Hospital::new(Profile::ResearchLinked);
    let clean = hospital.score();
    assert_eq!(left(&clean, PlaceKind::CsvCell, "mrn"), 0);
    assert_eq!(left(&clean, PlaceKind::FhirElement, "mrn"), 0);
    assert!(clean.notes.planted > 100 && clean.structured.gone > 100);
    let c = &clean.consistency;
    assert!(c.patients > 5 && c.one_code == c.patients && c.one_shift == c.with_dates, "{c:?}");
    assert!(clean.to_string().contains("structured places"));
    let numbers = hospital.record_numbers();

    let table = hospital.files("tables", ".csv").into_iter().next_back().unwrap();
    let text = fs_err::read_to_string(&table).unwrap();
    let replaced: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(n, line)| match line.split_once(',') {
            Some((_, rest)) if n > 0 => format!("{numbers},{rest}"),
            _ => line.to_owned(),
        })
        .collect();
    fs_err::write(&table, replaced.join("\n")).unwrap();

    let file = hospital.files("fhir", "Patient").remove(0);
    let text = fs_err::read_to_string(&file).unwrap();
    let end = text.rfind('}').unwrap();
    fs_err::write(&file, format!("{},\"x\":\"{numbers}\"{}", &text[..end], &text[end..])).unwrap();

    // The longest note: which one comes first depends on the key.
    let notes = hospital.files("notes", "note");
    let note = notes.into_iter().max_by_key(|n| fs_err::metadata(n).unwrap().len()).unwrap();
    let number: u32 = note.file_stem().unwrap().to_string_lossy()[5..].parse().unwrap();
    let project = Project::open(&state_of(&hospital.release()), hospital.session.clone()).unwrap();
    let inventory = scan::load(&project).unwrap().inventory;
    let entry = inventory.file(anonymed_core::FileNumber(number)).unwrap();
    fs_err::copy(hospital.input().join(&entry.name), &note).unwrap();
    drop(project);

    let score = hospital.score();
    assert!(!score.passed());
    let cells = [PlaceKind::CsvCell, PlaceKind::XlsxCell, PlaceKind::ParquetCell];
    let in_cells: u64 = cells.iter().map(|kind| left(&score, *kind, "mrn")).sum();
    assert!(in_cells > 0);
    assert!(left(&score, PlaceKind::FhirElement, "mrn") > 0);
    assert!(score.notes.left > clean.notes.left + 5);
    assert!(score.consistency.one_code < score.consistency.patients);
    assert!(!score.to_string().contains(numbers.split(' ').next().unwrap()));
    assert!(score.left.iter().any(|l| l.file == entry.number));
}

#[test]
fn a_staged_file_that_cannot_be_read_back_stops_no_other() {
    let hospital = Hospital::new(Profile::ResearchLinked);
    let project = Project::open(&state_of(&hospital.release()), hospital.session).unwrap();
    let plan = plan::read(&project).unwrap();
    let staging = Staging::of(&project, &plan.hash);
    let records = staging.records(&plan).unwrap();
    let mut record = records.iter().find(|r| r.modality == "fhir").unwrap().clone();
    let Outcome::Staged(outputs) = &mut record.result else { panic!("it is staged") };
    fs_err::write(staging.output(&outputs[0]), "{\"resourceType\":").unwrap();
    let bytes = fs_err::read(staging.output(&outputs[0])).unwrap();
    outputs[0].sha256 = scan::hash(&mut std::io::Cursor::new(bytes)).unwrap().1;
    staging.store(&record).unwrap();
    let done = crate::verification::verify(&project, &(), &CancelToken::default()).unwrap();
    assert!(done.withdrawn.iter().any(|(file, _)| *file == record.file));
    assert!(done.withdrawn.len() < records.len());
    let hit = done.withdrawn_hits.iter().find(|hit| hit.at.file == record.file).unwrap();
    assert_eq!(hit.reason, "output-that-cannot-be-read");
}
