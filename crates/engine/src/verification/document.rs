//! Checks of released notes and FHIR files.

use std::collections::HashSet as StdHashSet;
use std::io::BufReader;
use std::ops::Range;

use anonymed_core::policy::TimeMode;
use anonymed_core::release::Check;
use anonymed_core::{Locator, Place, Resolution, SubjectId};
use hashbrown::HashMap;
use jiff::civil::Date;
use serde_json::Value;

use super::{Findings, Look, staged};
use crate::EngineError;
use crate::staging::{Output, Record};
use crate::verify::consistency::Consistency;
use crate::verify::dates::{leaked_dates, unwritten_dates};
use crate::verify::fhir::{FhirCheck, FhirSubjects};
use crate::verify::json::{JsonError, Layout, each_record};
use crate::verify::references::References;
use crate::verify::residual::{Position, residual};

impl Look<'_> {
    /// Checks all outputs of a note or FHIR file.
    pub(super) fn documents(&self, record: &Record) -> Result<Findings, EngineError> {
        let mut findings = Findings::default();
        for output in staged(record).into_iter().flatten() {
            if output.form == "text" {
                self.note(record, output, &mut findings)?;
            } else {
                self.fhir(record, output, &mut findings)?;
            }
        }
        Ok(findings)
    }

    fn note(
        &self,
        record: &Record,
        output: &Output,
        findings: &mut Findings,
    ) -> Result<(), EngineError> {
        let text = fs_err::read_to_string(self.staging.output(output))
            .map_err(EngineError::io("a staged note", "read"))?;
        let written: Vec<Range<usize>> = self
            .staging
            .written(output)?
            .iter()
            .map(|w| w.start as usize..w.end as usize)
            .collect();
        let owner = output.subject;
        for hit in self.sweep.text(&text, owner, &written) {
            findings.known.push_span(record.file, &hit.span, Some(hit.entity), hit.reason);
        }
        for hit in residual(&text, Position::Prose, &written) {
            findings.residual.push_span(record.file, &hit.span, Some(hit.entity), hit.reason);
        }
        if self.policy.time.mode != TimeMode::Keep {
            for hit in self.note_dates(&text, owner, &written) {
                findings.dates.push_span(record.file, &hit.0, Some(DATE), hit.1);
            }
            findings.examine(Check::Dates, "notes", 1);
        }
        findings.examine(Check::KnownValues, "notes", 1);
        findings.examine(Check::ResidualPatterns, "notes", 1);
        Ok(())
    }

    fn note_dates(
        &self,
        text: &str,
        owner: Option<SubjectId>,
        written: &[Range<usize>],
    ) -> Vec<(Range<usize>, &'static str)> {
        let mut hits: Vec<(Range<usize>, &'static str)> =
            unwritten_dates(text, written).into_iter().map(|hit| (hit.span, hit.reason)).collect();
        if let Some(owner) = owner
            && let Some(originals) = self.originals.get(&owner)
        {
            let shift = self.shift_of(owner);
            let leaked = leaked_dates(text, originals, shift, written);
            hits.extend(leaked.into_iter().map(|hit| (hit.span, hit.reason)));
        }
        hits
    }

    fn fhir(
        &self,
        record: &Record,
        output: &Output,
        findings: &mut Findings,
    ) -> Result<(), EngineError> {
        let people = People { look: self };
        let check =
            FhirCheck { sweep: &self.sweep, subjects: &people, time: self.policy.time.mode };
        let written = self.staging.written(output)?;
        let report = check
            .file(self.open(output)?, layout(output), &written)
            .map_err(|_| EngineError::Integrity("a staged FHIR file is no JSON".into()))?;
        for found in report.findings {
            if let (Place::Element { line, .. }, "ndjson") = (&found.place, output.form.as_str()) {
                findings.lines.insert(*line);
            }
            let at = Locator::new(record.file, found.place);
            let into = match found.reason {
                reason if reason.contains("date") => &mut findings.dates,
                reason if PATTERNS.iter().any(|p| reason.ends_with(p)) => &mut findings.residual,
                _ => &mut findings.known,
            };
            into.push(at, found.entity, found.reason);
        }
        for check in [Check::KnownValues, Check::Dates, Check::ResidualPatterns] {
            findings.examine(check, "fhir_resources", report.resources);
        }
        findings.examine(Check::KnownValues, "fhir_values", report.values);
        Ok(())
    }

    fn open(&self, output: &Output) -> Result<BufReader<fs_err::File>, EngineError> {
        fs_err::File::open(self.staging.output(output))
            .map(BufReader::new)
            .map_err(EngineError::io("a staged file", "read"))
    }

    pub(super) fn shift_of(&self, owner: SubjectId) -> Option<i32> {
        match (self.policy.time.mode, self.patients.get(owner)) {
            (TimeMode::Shift, Resolution::Known(subject)) => Some(subject.shift.days()),
            _ => None,
        }
    }

    /// Feeds an output to the checks over all files.
    pub(super) fn observe(
        &self,
        record: &Record,
        output: &Output,
        references: &mut References,
        consistency: &mut Consistency,
    ) -> Result<(), EngineError> {
        match output.form.as_str() {
            "text" => {
                let folder = output.path.split('/').nth(1).unwrap_or_default();
                if output.subject.is_some() {
                    let at = Locator::new(record.file, Place::Name);
                    consistency.observe_code(at, "text", output.subject, folder);
                }
                Ok(())
            }
            "ndjson" | "json" => {
                references
                    .add_file(record.file, self.open(output)?, layout(output))
                    .map_err(|_| EngineError::Integrity("a staged FHIR file is no JSON".into()))?;
                self.patient_ids(record, output, consistency)
            }
            _ => Ok(()),
        }
    }

    /// The ids of released Patient resources are codes of the crosswalk.
    fn patient_ids(
        &self,
        record: &Record,
        output: &Output,
        consistency: &mut Consistency,
    ) -> Result<(), EngineError> {
        let unreadable = || EngineError::Integrity("a staged FHIR file is no JSON".into());
        each_record(self.open(output)?, layout(output), |line, _, bytes| {
            if memchr::memmem::find(bytes, b"\"Patient\"").is_some() {
                let value: Value =
                    serde_json::from_slice(bytes).map_err(|_| JsonError::Malformed(0))?;
                let at = || {
                    let path = "Patient.id".to_owned();
                    Locator::new(record.file, Place::Element { line, path })
                };
                patients_in(&value, &mut |id| consistency.observe_code(at(), "fhir", None, id));
            }
            Ok(())
        })
        .map_err(|_| unreadable())
    }
}

/// Visits the ids of the Patient resources in a resource or bundle.
fn patients_in(value: &Value, visit: &mut dyn FnMut(&str)) {
    if value["resourceType"] == "Patient"
        && let Some(id) = value["id"].as_str()
    {
        visit(id);
    }
    for entry in value["entry"].as_array().into_iter().flatten() {
        patients_in(&entry["resource"], visit);
    }
}

const DATE: anonymed_core::EntityType = anonymed_core::EntityType::Date;

/// Reasons that come from the patterns and not from known values.
const PATTERNS: [&str; 5] =
    ["-shape", "long-number", "labelled-record-number", "title-and-name", "post-box"];

fn layout(output: &Output) -> Layout {
    if output.form == "ndjson" { Layout::Lines } else { Layout::Whole }
}

/// The crosswalk as the FHIR check asks it.
struct People<'a> {
    look: &'a Look<'a>,
}

impl FhirSubjects for People<'_> {
    fn owner(&self, reference: &str) -> Option<SubjectId> {
        let code = reference.rsplit(['/', ':']).next().unwrap_or(reference);
        self.look.owner(code).or_else(|| self.look.codes.of_uuid(code))
    }

    fn dates(&self, owner: SubjectId) -> Option<(&StdHashSet<Date>, Option<i32>)> {
        let originals = self.look.originals.get(&owner)?;
        Some((originals, self.look.shift_of(owner)))
    }
}

/// Original dates by patient.
pub(super) type Originals = HashMap<SubjectId, StdHashSet<Date>>;
