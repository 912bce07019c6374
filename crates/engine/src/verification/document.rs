//! Checks of released notes and FHIR files.

use std::collections::{BTreeSet, HashSet as StdHashSet};
use std::io::BufReader;
use std::ops::Range;

use anonymed_core::policy::TimeMode;
use anonymed_core::release::Check;
use anonymed_core::{Locator, Place, Resolution, SubjectId};
use hashbrown::HashMap;
use jiff::civil::Date;

use super::{Findings, Look, staged};
use crate::EngineError;
use crate::staging::{Output, Record};
use crate::verify::dates::{leaked_dates, unwritten_dates};
use crate::verify::fhir::{FhirCheck, FhirReport, FhirSubjects, patient_ids};
use crate::verify::json::{Json, JsonError, Layout, fold_records};
use crate::verify::references::References;
use crate::verify::residual::{Position, residual};

/// What came of a note or FHIR file.
#[derive(Default)]
pub(super) struct Examined {
    pub(super) findings: Findings,
    /// The references of its records.
    pub(super) references: References,
    /// Codes of patients that stand in it, and where.
    pub(super) codes: Vec<Code>,
}

/// A released code of a patient.
pub(super) struct Code {
    pub(super) at: Locator,
    pub(super) modality: &'static str,
    /// Whose record it is by the input, where that is known.
    pub(super) subject: Option<SubjectId>,
    pub(super) code: String,
}

/// What came of a run of records.
#[derive(Default)]
struct Records {
    report: FhirReport,
    references: References,
    codes: Vec<Code>,
}

impl Look<'_> {
    /// Checks all outputs of a note or FHIR file.
    pub(super) fn documents(&self, record: &Record) -> Result<Examined, EngineError> {
        let mut examined = Examined::default();
        for output in staged(record).into_iter().flatten() {
            if output.form == "text" {
                self.note(record, output, &mut examined.findings)?;
                let folder = output.path.split('/').nth(1).unwrap_or_default();
                if output.subject.is_some() {
                    examined.codes.push(Code {
                        at: Locator::new(record.file, Place::Name),
                        modality: "text",
                        subject: output.subject,
                        code: folder.to_owned(),
                    });
                }
            } else {
                self.fhir(record, output, &mut examined)?;
            }
        }
        Ok(examined)
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
        examined: &mut Examined,
    ) -> Result<(), EngineError> {
        let people = People { look: self };
        let check =
            FhirCheck { sweep: &self.sweep, subjects: &people, time: self.policy.time.mode };
        let written = self.staging.written(output)?;
        let excused: Vec<Range<usize>> =
            written.iter().map(|w| w.start as usize..w.end as usize).collect();
        let mut report = FhirReport::default();
        let Examined { findings, references, codes } = examined;
        let read = fold_records(
            self.open(output)?,
            layout(output),
            Records::default,
            |part, read| {
                let json = Json::read(read.bytes)?;
                check.record((read.line, read.base), &json, &excused, &mut part.report);
                part.references.add(record.file, read.line, &json, &BTreeSet::new());
                part.codes.extend(patient_ids(&json).map(|id| {
                    let path = "Patient.id".to_owned();
                    let at = Locator::new(record.file, Place::Element { line: read.line, path });
                    Code { at, modality: "fhir", subject: None, code: id.into_owned() }
                }));
                Ok(())
            },
            |part| {
                report.absorb(part.report);
                references.absorb(part.references);
                codes.extend(part.codes);
            },
        );
        match read {
            Ok(()) => {}
            Err(JsonError::Read(kind)) => {
                return Err(EngineError::Io { what: "a staged file", verb: "read", kind });
            }
            // What cannot be read cannot be checked: the file goes, and stops no other.
            Err(_) => {
                findings.known.push(Locator::new(record.file, Place::Whole), None, UNREADABLE);
                return Ok(());
            }
        }
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
        if report.opaque_attachments > 0 {
            let unit = "attachments_that_are_no_text_and_were_not_read";
            findings.examine(Check::KnownValues, unit, report.opaque_attachments);
        }
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
}

/// The reason a FHIR file is taken out with that the second reader cannot read.
const UNREADABLE: &str = "output-that-cannot-be-read";

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
