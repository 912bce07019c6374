//! Folders of texts: corpora in which people marked what identifies, and plain documents.
//!
//! A folder is walked in the order of its names. An `.xml` file is a document of i2b2 2014 or the
//! records of i2b2 2006; a `.txt` file is a text, with its marks where an `.ann` file of BRAT lies
//! beside it; every other file is read as [`super::source`] reads it.

use std::collections::VecDeque;
use std::io::Read;
use std::path::{Path, PathBuf};

use anonymed_core::labels::{Meaning, Scheme, label, meaning};
use anonymed_core::{EntityType, Finding};
use anonymed_document::standoff::{AnnotatedDocument, Span, brat, i2b2, i2b2_inline};
use anonymed_document::{DocumentError, Limits};
use anonymed_text::plain_text;

use super::source::{self, Source};
use crate::EngineError;

/// Longest text of a folder, in bytes.
const LONGEST: u64 = 64 << 20;

/// A form in which texts with marks are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorpusForm {
    /// The XML of the i2b2 and n2c2 tasks of 2014.
    I2b2,
    /// The text with an `.ann` file beside it, as the BRAT tool has them.
    Brat,
}

/// A text of a folder.
pub struct CorpusText {
    /// What it is called: its path in the folder without the ending, or the record's number.
    pub id: String,
    /// The text.
    pub text: String,
    /// What people marked; `None` where the file is no form of a corpus.
    pub marks: Option<Vec<CorpusMark>>,
}

/// A mark in a text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorpusMark {
    /// First byte.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
    /// What it means; `None` where the label is of no scheme that is known.
    pub entity: Option<EntityType>,
    /// The corpus's label.
    pub label: String,
}

/// The texts of a file or folder.
pub struct Corpus {
    root: PathBuf,
    files: VecDeque<PathBuf>,
    ready: VecDeque<CorpusText>,
}

impl Corpus {
    /// Whether texts are read from here as from a corpus: a folder, or a file of XML.
    pub fn is_one(path: &Path) -> bool {
        path.is_dir() || has_ending(path, "xml")
    }

    /// # Errors
    ///
    /// Where the folder cannot be read or holds no file.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        let mut files = VecDeque::new();
        for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
            let entry = entry.map_err(|e| {
                EngineError::io("the folder of texts", "read")(
                    e.into_io_error().unwrap_or_else(|| std::io::Error::other("walk")),
                )
            })?;
            let hidden =
                entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".");
            let marks =
                has_ending(entry.path(), "ann") && entry.path().with_extension("txt").is_file();
            if entry.file_type().is_file() && !hidden && !marks {
                files.push_back(entry.into_path());
            }
        }
        if files.is_empty() {
            return Err(EngineError::Usage("the folder of texts holds no file".into()));
        }
        let root = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        Ok(Self { root: root.to_owned(), files, ready: VecDeque::new() })
    }

    /// The next text.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read.
    pub fn next_text(&mut self) -> Result<Option<CorpusText>, EngineError> {
        loop {
            if let Some(text) = self.ready.pop_front() {
                return Ok(Some(text));
            }
            let Some(file) = self.files.pop_front() else { return Ok(None) };
            let id = self.id(&file);
            self.ready = read(&file, &id)?.into();
        }
    }

    fn id(&self, file: &Path) -> String {
        let inside = file.strip_prefix(&self.root).unwrap_or(file).with_extension("");
        let parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
        parts.collect::<Vec<_>>().join("/")
    }
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

fn read(file: &Path, id: &str) -> Result<Vec<CorpusText>, EngineError> {
    let unread = |error| EngineError::io("a text of the folder", "read")(error);
    let refused = |error: DocumentError| EngineError::Usage(format!("{id}: {error}"));
    let limits = Limits::default();
    if has_ending(file, "xml") {
        let bytes = bounded(file)?;
        return match i2b2::read(id, &bytes, &limits) {
            Ok(document) => Ok(vec![marked(document, &[Scheme::I2b2])]),
            Err(error) => match i2b2_inline::read(&bytes, &limits) {
                Ok(records) if !records.is_empty() => Ok(records
                    .into_iter()
                    .map(|record| marked(record, &[Scheme::I2b2Inline]))
                    .collect()),
                _ => Err(refused(error)),
            },
        };
    }
    let marks = file.with_extension("ann");
    if has_ending(file, "txt") && marks.is_file() {
        let document =
            brat::read(id, &bounded(file)?, &bounded(&marks)?, &limits).map_err(refused)?;
        return Ok(vec![marked(document, &[Scheme::Meddocan, Scheme::I2b2, Scheme::Generic])]);
    }
    let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let text = match source::open(&name, fs_err::File::open(file).map_err(unread)?) {
        Ok(Source::Document(read)) => read.text.expose().clone(),
        Ok(Source::Plain(input)) => utf8(input, id)?,
        Err(EngineError::Usage(why)) => return Err(EngineError::Usage(format!("{id}: {why}"))),
        Err(error) => return Err(error),
    };
    Ok(vec![CorpusText { id: id.to_owned(), text, marks: None }])
}

fn bounded(file: &Path) -> Result<Vec<u8>, EngineError> {
    let unread = || EngineError::io("a text of the folder", "read");
    let mut bytes = Vec::new();
    let opened = fs_err::File::open(file).map_err(unread())?;
    opened.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unread())?;
    Ok(bytes)
}

fn utf8(input: impl Read, id: &str) -> Result<String, EngineError> {
    let mut bytes = Vec::new();
    input
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(EngineError::io("a text of the folder", "read"))?;
    if bytes.len() as u64 > LONGEST {
        return Err(EngineError::Usage(format!("{id}: longer than 64 MiB; scrub it by itself")));
    }
    plain_text(bytes).map_err(|e| EngineError::Usage(format!("{id}: {e}")))
}

fn marked(document: AnnotatedDocument, schemes: &[Scheme]) -> CorpusText {
    let mark = |span: Span| {
        let known = schemes.iter().find_map(|scheme| meaning(*scheme, &span.label));
        let own = || {
            let name = span.label.to_ascii_lowercase().replace('_', "-");
            EntityType::from_name(&name).map(Meaning::Entity)
        };
        let entity = match known.or_else(own) {
            Some(Meaning::Harmless) => return None,
            Some(Meaning::Entity(entity)) => Some(entity),
            None => None,
        };
        Some(CorpusMark { start: span.start, end: span.end, entity, label: span.label })
    };
    CorpusText {
        id: document.id.expose().clone(),
        text: document.text.expose().clone(),
        marks: Some(document.spans.into_iter().filter_map(mark).collect()),
    }
}

/// Writes texts with what was found in them, a file or two each, into a folder.
pub struct CorpusWriter {
    folder: PathBuf,
    form: CorpusForm,
    /// Findings of types that the form has no label for.
    pub left_out: u64,
}

impl CorpusWriter {
    /// # Errors
    ///
    /// Where the folder cannot be made, or is not empty: what lies there may be other texts' marks.
    pub fn new(folder: &Path, form: CorpusForm) -> Result<Self, EngineError> {
        let unmade = || EngineError::io("the folder for the marks", "written");
        fs_err::create_dir_all(folder).map_err(unmade())?;
        if fs_err::read_dir(folder).map_err(unmade())?.next().is_some() {
            return Err(EngineError::Usage(
                "the folder for the marks is not empty; give a new one".into(),
            ));
        }
        Ok(Self { folder: folder.to_owned(), form, left_out: 0 })
    }

    /// Writes a text and its findings.
    ///
    /// # Errors
    ///
    /// Where the id is no name of a file in the folder, or the form cannot hold the text.
    pub fn write(&mut self, id: &str, text: &str, findings: &[Finding]) -> Result<(), EngineError> {
        let relative = Path::new(id);
        let plain = |part| matches!(part, std::path::Component::Normal(_));
        if id.is_empty() || !relative.components().all(plain) {
            return Err(EngineError::Usage(
                "an id is no name of a file in the folder for the marks".into(),
            ));
        }
        let spans = findings.iter().filter_map(|finding| {
            let label = self.label(finding.entity)?;
            Some(Span { start: finding.span.start, end: finding.span.end, label })
        });
        let spans: Vec<Span> = spans.collect();
        self.left_out += (findings.len() - spans.len()) as u64;
        let document =
            AnnotatedDocument { id: id.to_owned().into(), text: text.to_owned().into(), spans };
        let base = self.folder.join(relative);
        let unwritten = || EngineError::io("the marks", "written");
        if let Some(parent) = base.parent() {
            fs_err::create_dir_all(parent).map_err(unwritten())?;
        }
        let to = |ending: &str, content: &str| {
            let mut name = base.clone().into_os_string();
            name.push(ending);
            fs_err::write(PathBuf::from(name), content).map_err(unwritten())
        };
        let refused = |error: DocumentError| EngineError::Usage(error.to_string());
        match self.form {
            CorpusForm::I2b2 => to(".xml", &i2b2::write(&document).map_err(refused)?),
            CorpusForm::Brat => {
                to(".ann", &brat::write(&document).map_err(refused)?)?;
                to(".txt", text)
            }
        }
    }

    /// BRAT has labels of anybody's own; i2b2 has its own.
    fn label(&self, entity: EntityType) -> Option<String> {
        match self.form {
            CorpusForm::I2b2 => label(Scheme::I2b2, entity).map(str::to_owned),
            CorpusForm::Brat => Some(entity.as_str().to_ascii_uppercase().replace('-', "_")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::modality::finding;

    #[test]
    fn what_is_written_is_read_back() {
        let place = tempfile::tempdir().unwrap();
        let text = "Seen by Dr. Müller on 3/4/2015 at 10:30.\n";
        let at = |value: &str| text.find(value).map(|at| at..at + value.len()).unwrap();
        let findings = [
            finding(at("Müller"), EntityType::Doctor, 0.9, "test"),
            finding(at("3/4/2015"), EntityType::Date, 0.9, "test"),
            finding(at("10:30"), EntityType::Time, 0.9, "test"),
        ];
        for (form, kept) in [(CorpusForm::I2b2, 2), (CorpusForm::Brat, 3)] {
            let folder = place.path().join(format!("{form:?}"));
            let mut writer = CorpusWriter::new(&folder, form).unwrap();
            writer.write("ward/110-01", text, &findings).unwrap();
            assert_eq!(writer.left_out, 3 - kept);
            let mut corpus = Corpus::open(&folder).unwrap();
            let read = corpus.next_text().unwrap().unwrap();
            assert_eq!((read.id.as_str(), read.text.as_str()), ("ward/110-01", text));
            let marks: Vec<_> =
                read.marks.unwrap().into_iter().map(|m| (m.start..m.end, m.entity)).collect();
            let expect: Vec<_> = findings[..kept as usize]
                .iter()
                .map(|f| (f.span.clone(), Some(f.entity)))
                .collect();
            assert_eq!(marks, expect);
            assert!(corpus.next_text().unwrap().is_none());
            assert!(CorpusWriter::new(&folder, form).is_err());
        }
    }

    #[test]
    fn folders_hold_documents_of_all_forms() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs_err::write(place.path().join(name), text).unwrap();
        write("a.txt", "Seen by Dr. Roe.");
        write("b.html", "<html><p>Dr. Poe</html>");
        write(
            "c.xml",
            "<ROOT><RECORD ID=\"7\"><TEXT>Dr. <PHI TYPE=\"DOCTOR\">Doe</PHI></TEXT></RECORD></ROOT>",
        );
        write(".hidden", "x");
        let mut corpus = Corpus::open(place.path()).unwrap();
        let mut read = Vec::new();
        while let Some(text) = corpus.next_text().unwrap() {
            let marks = text.marks.map(|marks| marks.len());
            read.push((text.id, text.text.trim().to_owned(), marks));
        }
        let expect = |id: &str, text: &str, marks| (id.to_owned(), text.to_owned(), marks);
        let all = [
            expect("a", "Seen by Dr. Roe.", None),
            expect("b", "Dr. Poe", None),
            expect("7", "Dr. Doe", Some(1)),
        ];
        assert_eq!(read, all);
        write("d.pdf", "none");
        let mut corpus = Corpus::open(place.path()).unwrap();
        let error = std::iter::repeat_with(|| corpus.next_text()).find_map(Result::err).unwrap();
        assert!(error.to_string().starts_with("d: the file is named as pdf"), "{error}");
    }

    #[test]
    fn ids_stay_in_the_folder() {
        let place = tempfile::tempdir().unwrap();
        let mut writer = CorpusWriter::new(&place.path().join("out"), CorpusForm::Brat).unwrap();
        for id in ["", "../x", "/etc/x", "a/../../x"] {
            assert!(writer.write(id, "text", &[]).is_err(), "{id}");
        }
    }
}
