//! The staging area: what a run has written and nobody may see yet, and a sealed record of each
//! file. Records and the places of what we wrote are sealed, since the verification trusts them:
//! who can write the state folder but has no key can neither excuse a value nor add a file.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anonymed_core::{
    EntityType, FileNumber, Operator, Place, QuarantinedRecord, SubjectId, Transformed, WrittenSpan,
};
use anonymed_table::{TableOutcome, WrittenCell};
use anonymed_vault::SealedKeyRing;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::plan::{Plan, Step};
use crate::project::{Project, private_dir};
use crate::project_attack::TableAttacks;
use crate::{EngineError, scan as scanning};

/// What was done with one file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Which.
    pub file: FileNumber,
    /// The plan it was done under.
    pub plan: String,
    /// The modality.
    pub modality: String,
    /// What came of it.
    pub result: Outcome,
    /// Seconds it took; not part of any digest.
    pub seconds: f64,
}

/// What came of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is staged.
    Staged(Vec<Output>),
    /// It is held back, and why; by number the sealed original is found.
    Quarantined(String),
    /// It was staged, and the verification took it out again, and why.
    Withdrawn(String),
}

/// One staged output.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Output {
    /// Path below the release's `data` folder.
    pub path: String,
    /// `csv`, `parquet`, `text`, `ndjson`, `json`.
    pub form: String,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
    /// The sheet it comes from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sheet: Option<String>,
    /// The patient of a document.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<SubjectId>,
    /// What was done.
    pub transformed: Transformed,
    /// The replaced parts; where they are many, they lie in a file of their own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub spans: Option<Spans>,
    /// What was done to a table.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub table: Option<TableOutcome>,
    /// What attacks on a table achieved, where the policy asks for them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attacks: Option<TableAttacks>,
}

/// Where a plan is staged.
#[derive(Clone)]
pub struct Staging {
    root: PathBuf,
    keys: Arc<SealedKeyRing>,
}

impl Staging {
    /// The staging area of a plan.
    pub fn of(project: &Project, plan: &str) -> Self {
        Self {
            root: project.state("staging").join(&plan[..plan.len().min(16)]),
            keys: Arc::clone(&project.session().keys),
        }
    }

    /// Seals what the verification trusts; whole or not at all against a killed process.
    fn seal(&self, path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
        let sealed = anonymed_vault::seal(&*self.keys, &self.name(path), bytes)?;
        write_quick(path, &sealed)
    }

    /// What was sealed under a path; `None` where nothing was.
    fn open<T: DeserializeOwned>(&self, path: &Path) -> Result<Option<T>, EngineError> {
        if !path.exists() {
            return Ok(None);
        }
        let bytes = fs_err::read(path).map_err(EngineError::io("the staging area", "read"))?;
        let plain = anonymed_vault::open(&*self.keys, &self.name(path), &bytes)?;
        let value = postcard::from_bytes(&plain)
            .map_err(|_| EngineError::Integrity("the staging area cannot be read".into()))?;
        Ok(Some(value))
    }

    /// What a sealed file is bound to: its place below the state folder.
    fn name(&self, path: &Path) -> String {
        let plan = self.root.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        format!("staging/{plan}/{}", below.display())
    }

    /// A folder of the area.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Folder of the data files.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// A data file.
    pub fn output(&self, output: &Output) -> PathBuf {
        self.data().join(&output.path)
    }

    fn record(&self, file: FileNumber) -> PathBuf {
        self.root.join("done").join(format!("{:05}.sealed", file.0))
    }

    fn spans(&self, output: &str) -> PathBuf {
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(output)[..12]);
        self.root.join("spans").join(digest)
    }

    /// The replaced parts of an output.
    ///
    /// # Errors
    ///
    /// Where they cannot be read.
    pub fn written(&self, output: &Output) -> Result<Vec<WrittenSpan>, EngineError> {
        if let Some(Spans(spans)) = &output.spans {
            return Ok(spans.clone());
        }
        let spans: Option<Spans> = self.open(&self.spans(&output.path))?;
        Ok(spans.map(|spans| spans.0).unwrap_or_default())
    }

    /// Keeps the replaced parts of an output: the few of a note with its record, the many of a large
    /// file beside it.
    pub(crate) fn keep_spans(
        &self,
        output: &mut Output,
        spans: Vec<WrittenSpan>,
    ) -> Result<(), EngineError> {
        const FEW: usize = 1_000;
        output.spans = None;
        if spans.len() <= FEW {
            output.spans = Some(Spans(spans));
            return Ok(());
        }
        let bytes = postcard::to_stdvec(&Packed(&spans))
            .map_err(|e| EngineError::Internal(e.to_string()))?;
        self.seal(&self.spans(&output.path), &bytes)
    }

    /// The replaced parts of the prose cells of a table.
    ///
    /// # Errors
    ///
    /// Where they cannot be read.
    pub fn written_cells(&self, output: &Output) -> Result<Vec<WrittenCell>, EngineError> {
        Ok(self.open(&self.spans(&output.path))?.unwrap_or_default())
    }

    pub(crate) fn store_cells(
        &self,
        output: &str,
        cells: &[WrittenCell],
    ) -> Result<(), EngineError> {
        if cells.is_empty() {
            // Of an earlier version of the table nothing may be excused.
            return match fs_err::remove_file(self.spans(output)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    Err(EngineError::io("the staging area", "written")(e))
                }
                _ => Ok(()),
            };
        }
        let bytes = postcard::to_stdvec(cells).map_err(|e| EngineError::Internal(e.to_string()))?;
        self.seal(&self.spans(output), &bytes)
    }

    /// The record of a file that need not be done again: its outputs are there as written.
    pub(crate) fn stored(&self, file: FileNumber, plan: &str) -> Option<Record> {
        self.sealed_record(file).filter(|record| record.plan == plan && self.has_outputs(record))
    }

    fn has_outputs(&self, record: &Record) -> bool {
        match &record.result {
            Outcome::Quarantined(_) | Outcome::Withdrawn(_) => true,
            Outcome::Staged(outputs) => outputs.iter().all(|o| self.is_whole(o)),
        }
    }

    fn sealed_record(&self, file: FileNumber) -> Option<Record> {
        let path = self.record(file);
        let bytes = fs_err::read(&path).ok()?;
        let bytes = anonymed_vault::open(&*self.keys, &self.name(&path), &bytes).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    fn is_whole(&self, output: &Output) -> bool {
        fs_err::File::open(self.output(output))
            .and_then(|mut f| scanning::hash(&mut f))
            .is_ok_and(|(_, sha256)| sha256 == output.sha256)
    }

    /// The records of a finished run, each output with its digest checked.
    ///
    /// # Errors
    ///
    /// Where the run is not complete or a staged file changed.
    pub fn records(&self, plan: &Plan) -> Result<Vec<Record>, EngineError> {
        let records = self.unchecked_records(plan)?;
        let whole = records.par_iter().all(|record| self.has_outputs(record));
        if whole { Ok(records) } else { Err(INCOMPLETE) }
    }

    /// The records of a finished run as they are sealed; their outputs are not read.
    ///
    /// # Errors
    ///
    /// Where the run is not complete.
    pub fn unchecked_records(&self, plan: &Plan) -> Result<Vec<Record>, EngineError> {
        plan.bound
            .items
            .par_iter()
            .filter(|i| !matches!(i.step, Step::LeaveOut(_)))
            .map(|item| {
                self.sealed_record(item.file)
                    .filter(|record| record.plan == plan.hash)
                    .ok_or(INCOMPLETE)
            })
            .collect()
    }

    /// Takes single lines out of a staged NDJSON file; the rest of it stays.
    ///
    /// # Errors
    ///
    /// Where the staging area cannot be read or written.
    pub fn withdraw_lines(
        &self,
        record: &Record,
        lines: &BTreeSet<u64>,
        reason: &str,
    ) -> Result<Record, EngineError> {
        let mut record = record.clone();
        if let Outcome::Staged(outputs) = &mut record.result {
            for output in outputs.iter_mut().filter(|o| o.form == "ndjson") {
                self.cut(output, lines, reason)?;
            }
        }
        self.store(&record)?;
        Ok(record)
    }

    fn cut(
        &self,
        output: &mut Output,
        lines: &BTreeSet<u64>,
        reason: &str,
    ) -> Result<(), EngineError> {
        use std::io::BufRead;
        let spans = self.written(output)?;
        let mut unwritten = std::mem::take(&mut output.transformed.unwritten_lines);
        let mut cut_lines = Vec::new();
        let mut input_line = 0;
        let path = self.output(output);
        let source = fs_err::File::open(&path).map_err(EngineError::io("a staged file", "read"))?;
        let mut source = std::io::BufReader::new(source);
        let mut sink = Sink::create(&path)?;
        let mut kept = Vec::with_capacity(spans.len());
        let (mut at, mut gone, mut next) = (0u64, 0u64, 0usize);
        let mut line = Vec::new();
        for number in 1u64.. {
            line.clear();
            let read = source
                .read_until(b'\n', &mut line)
                .map_err(EngineError::io("a staged file", "read"))?;
            if read == 0 {
                break;
            }
            let end = at + read as u64;
            input_line += 1;
            while unwritten.binary_search(&input_line).is_ok() {
                input_line += 1;
            }
            let cut = lines.contains(&number);
            while let Some(span) = spans.get(next).filter(|s| s.start < end) {
                if !cut {
                    kept.push(WrittenSpan {
                        start: span.start - gone,
                        end: span.end - gone,
                        ..span.clone()
                    });
                }
                next += 1;
            }
            if cut {
                gone += read as u64;
                cut_lines.push(input_line);
                output.transformed.records_out = output.transformed.records_out.saturating_sub(1);
                let path = "record".to_owned();
                output.transformed.quarantined.push(QuarantinedRecord {
                    place: Place::Element { line: input_line, path },
                    reason: reason.to_owned(),
                });
            } else {
                sink.write_all(&line).map_err(EngineError::io("the staging area", "written"))?;
            }
            at = end;
        }
        unwritten.extend(cut_lines);
        unwritten.sort_unstable();
        output.transformed.unwritten_lines = unwritten;
        (output.sha256, output.bytes) = sink.finish()?;
        self.keep_spans(output, kept)
    }

    /// Marks prose cells of tables, by keyed marks of their input text, to be left blank, and has
    /// their files done again by the next run.
    ///
    /// # Errors
    ///
    /// Where the staging area cannot be written.
    pub fn withhold_cells(
        &self,
        marks: &BTreeSet<String>,
        files: &BTreeSet<FileNumber>,
    ) -> Result<(), EngineError> {
        let mut all = self.withheld_cells();
        all.extend(marks.iter().cloned());
        let json = serde_json::to_vec(&all).map_err(|e| EngineError::Internal(e.to_string()))?;
        write_quick(&self.root.join("withheld.json"), &json)?;
        for file in files {
            match fs_err::remove_file(self.record(*file)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(EngineError::io("the staging area", "written")(e));
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(crate) fn withheld_cells(&self) -> BTreeSet<String> {
        fs_err::read(self.root.join("withheld.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Takes a file's outputs out of the staging area and marks it quarantined.
    ///
    /// # Errors
    ///
    /// Where the staging area cannot be written.
    pub fn withdraw(&self, record: &Record, reason: &str) -> Result<Record, EngineError> {
        if let Outcome::Staged(outputs) = &record.result {
            for output in outputs {
                match fs_err::remove_file(self.output(output)) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                        return Err(EngineError::io("a staged file", "removed")(e));
                    }
                    _ => {}
                }
            }
        }
        let record = Record { result: Outcome::Withdrawn(reason.to_owned()), ..record.clone() };
        self.store(&record)?;
        Ok(record)
    }

    pub(crate) fn store(&self, record: &Record) -> Result<(), EngineError> {
        let bytes = serde_json::to_vec(record).map_err(|e| EngineError::Internal(e.to_string()))?;
        self.seal(&self.record(record.file), &bytes)
    }
}

/// There is a file without a record, or without its outputs.
const INCOMPLETE: EngineError = EngineError::Order { missing: "complete run", command: "run" };

/// Writes a file whole or not at all against a killed process; the release makes it durable.
fn write_quick(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let temporary = path.with_extension("part");
    fs_err::write(&temporary, bytes).map_err(EngineError::io("the staging area", "written"))?;
    fs_err::rename(&temporary, path).map_err(EngineError::io("the staging area", "written"))
}

/// A file under a temporary name that is hashed as it is written.
pub(crate) struct Sink {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<fs_err::File>,
    hasher: Sha256,
    bytes: u64,
    done: bool,
}

impl Sink {
    pub(crate) fn create(path: &Path) -> Result<Self, EngineError> {
        if let Some(folder) = path.parent() {
            private_dir(folder)?;
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file =
            fs_err::File::create(&part).map_err(EngineError::io("the staging area", "written"))?;
        Ok(Self {
            path: path.to_owned(),
            part,
            file: BufWriter::with_capacity(256 * 1024, file),
            hasher: Sha256::new(),
            bytes: 0,
            done: false,
        })
    }

    /// Puts another name in the place of the first, in the same folder.
    pub(crate) fn named(mut self, path: &Path) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    pub(crate) fn finish(mut self) -> Result<(String, u64), EngineError> {
        self.file.flush().map_err(EngineError::io("the staging area", "written"))?;
        fs_err::rename(&self.part, &self.path)
            .map_err(EngineError::io("the staging area", "written"))?;
        self.done = true;
        Ok((data_encoding::HEXLOWER.encode(&self.hasher.finalize_reset()), self.bytes))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs_err::remove_file(&self.part);
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Spans as they are stored, each as far from the one before: a large file has millions.
struct Packed<'a>(&'a [WrittenSpan]);

/// Spans, packed where they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans(Vec<WrittenSpan>);

/// Distance, length, place of the type and of the operator in their lists.
type PackedSpan = (u64, u64, u8, u8);

impl Serialize for Spans {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Packed(&self.0).serialize(serializer)
    }
}

impl Serialize for Packed<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let code = |n: Option<usize>| n.map_or(u8::MAX, |n| n as u8);
        let mut last = 0;
        serializer.collect_seq(self.0.iter().map(|s| -> PackedSpan {
            let start = s.start.wrapping_sub(last);
            last = s.start;
            (
                start,
                s.end.saturating_sub(s.start),
                code(EntityType::ALL.iter().position(|e| *e == s.entity)),
                code(Operator::ALL.iter().position(|o| *o == s.operator)),
            )
        }))
    }
}

impl<'de> Deserialize<'de> for Spans {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> serde::de::Visitor<'de> for List {
            type Value = Spans;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("packed spans")
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<Spans, A::Error> {
                let mut spans = Vec::with_capacity(list.size_hint().unwrap_or(0).min(1 << 20));
                let mut at = 0u64;
                while let Some((start, length, entity, operator)) =
                    list.next_element::<PackedSpan>()?
                {
                    at = at.wrapping_add(start);
                    let entity = EntityType::ALL.get(entity as usize).copied();
                    let operator = Operator::ALL.get(operator as usize).copied();
                    spans.push(WrittenSpan {
                        start: at,
                        end: at.saturating_add(length),
                        entity: entity.unwrap_or(EntityType::OtherId),
                        operator: operator.unwrap_or(Operator::Keep),
                    });
                }
                Ok(Spans(spans))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_pack_and_unpack() {
        let span = |start, end| WrittenSpan {
            start,
            end,
            entity: EntityType::Doctor,
            operator: Operator::Surrogate,
        };
        let spans = vec![span(3, 9), span(9, 9), span(2, 4), span(1 << 40, (1 << 40) + 7)];
        let bytes = postcard::to_stdvec(&Packed(&spans)).unwrap();
        assert_eq!(postcard::from_bytes::<Spans>(&bytes).unwrap().0, spans);
    }
}
