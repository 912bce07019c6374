//! Notes as files: told by content, inspected, written.

use std::io::Cursor;

use anonymed_core::{
    CancelToken, Context, Document, EntityType, FieldProfile, FileNumber, InspectSink, Modality,
    ModalityError, PatientKey, Place, QuarantinedRecord, Resolution, Sensitive, Sex, Subject,
    SubjectMention, Transformed, modality::SubjectIndex,
};
use anonymed_text::Notes;

use crate::support::{john, keys, policy, scrubber};

#[derive(Default)]
struct Sink {
    fields: Vec<FieldProfile>,
    mentions: Vec<SubjectMention>,
}

impl InspectSink for Sink {
    fn field(&mut self, field: FieldProfile) {
        self.fields.push(field);
    }
    fn subject(&mut self, _: Place, mention: SubjectMention) {
        self.mentions.push(mention);
    }
    fn records(&mut self, _: u64) {}
    fn unseen(&mut self, _: &'static str, _: u64) {}
    fn rejected(&mut self, _: QuarantinedRecord) {}
}

enum Whose {
    Known(Subject),
    Conflict,
    Unknown,
}

impl SubjectIndex for Whose {
    fn resolve(&self, _: &PatientKey) -> Resolution<'_> {
        self.of_document(FileNumber(1))
    }
    fn of_document(&self, _: FileNumber) -> Resolution<'_> {
        match self {
            Self::Known(subject) => Resolution::Known(subject),
            Self::Conflict => Resolution::Conflict,
            Self::Unknown => Resolution::Unknown,
        }
    }
}

const NOTE: &str = "Riverside Clinic\nName: Smith, John A.   MRN: 0012345\nDOB: 5/5/1955  Sex: M\n\
    Phone: (617) 867-5309\nAttending: Jane Roe, MD\n\nSeen on 1/2/2011 and 2/3/2011.\n";

fn inspect(bytes: &[u8]) -> Result<Sink, ModalityError> {
    let format = Notes.sniff(bytes, bytes.len() as u64).expect("a note");
    let mut sink = Sink::default();
    let name = Sensitive::from("smith.txt");
    let mut data = Cursor::new(bytes.to_vec());
    let length = bytes.len() as u64;
    let mut document = Document { file: FileNumber(1), name: &name, length, data: &mut data };
    Notes.inspect(&mut document, &format, &mut sink).map(|()| sink)
}

fn transform(bytes: &[u8], whose: &Whose) -> Result<(Transformed, String), ModalityError> {
    let format = Notes.sniff(bytes, bytes.len() as u64).expect("a note");
    let policy = policy("research-linked", "");
    let (text, keys) = (scrubber("research-linked"), keys());
    let cancel = CancelToken::default();
    let context = Context {
        policy: &policy,
        pseudonymizer: &keys,
        subjects: whose,
        text: &text,
        as_of: jiff::civil::date(2024, 6, 30),
        cancel: &cancel,
        progress: &(),
    };
    let name = Sensitive::from("smith.txt");
    let mut data = Cursor::new(bytes.to_vec());
    let length = bytes.len() as u64;
    let mut document = Document { file: FileNumber(1), name: &name, length, data: &mut data };
    let mut out = Vec::new();
    let done = Notes.transform(&mut document, &format, &context, &mut out)?;
    Ok((done, String::from_utf8(out).expect("UTF-8 is written")))
}

#[test]
fn the_header_says_who_it_is() {
    let sink = inspect(NOTE.as_bytes()).unwrap();
    let [mention] = sink.mentions.as_slice() else { panic!("one mention") };
    assert_eq!(mention.keys, [PatientKey::new("note:mrn", "0012345").unwrap()]);
    assert_eq!(mention.sex, Some(Sex::Male));
    assert_eq!(mention.birth.map(|b| b.to_string()).as_deref(), Some("1955-05-05"));
    let known = |entity| {
        mention
            .known
            .iter()
            .filter(|k| k.entity == entity)
            .map(|k| k.value.expose().as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(known(EntityType::Patient), ["Smith, John A."]);
    assert_eq!(known(EntityType::Doctor), ["Jane Roe"]);
    assert_eq!(known(EntityType::Phone), ["(617) 867-5309"]);
    let dates: Vec<_> = mention.dates.iter().map(ToString::to_string).collect();
    assert!(dates.contains(&"2011-01-02".to_owned()) && dates.contains(&"2011-02-03".to_owned()));
    let names: Vec<_> = sink.fields.iter().map(|f| f.name.as_str()).collect();
    assert!(
        names.contains(&"mrn") && names.contains(&"dob") && names.contains(&"name"),
        "{names:?}"
    );
    assert!(sink.fields.iter().all(|f| f.examples.iter().all(|e| !e.contains("Smith"))));
}

#[test]
fn two_numbers_under_one_key_are_two_patients() {
    let sink = inspect(b"MRN: 11111\ntext\nMRN: 22222\n").unwrap();
    assert_eq!(sink.mentions.len(), 2);
    let sink = inspect(b"MRN: 11111\nPatient ID: 22222\nMRN: 11111\n").unwrap();
    assert_eq!(sink.mentions.len(), 1);
    assert_eq!(sink.mentions[0].keys.len(), 2);
    let sink = inspect(b"ACCT: 77123\ntext").unwrap();
    assert_eq!(sink.mentions[0].keys.len(), 1);
    let sink = inspect(b"no header at all").unwrap();
    assert!(sink.mentions[0].keys.is_empty());
}

#[test]
fn notes_are_written_in_utf8() {
    let (done, text) = transform(NOTE.as_bytes(), &Whose::Known(john())).unwrap();
    for secret in ["Smith", "John A", "0012345", "5/5/1955", "867-5309", "Roe", "1/2/2011"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert!(text.contains("2/1/2011") && text.contains("3/5/2011"), "{text}");
    assert_eq!(done.records_out, 1);
    assert!(done.written.iter().all(|w| w.end <= text.len() as u64 && w.start < w.end));
    let latin = b"Patient: Jos\xe9 Smith is well today and eats";
    let (_, text) = transform(latin, &Whose::Unknown).unwrap();
    assert!(text.ends_with("is well today and eats") && !text.contains("Jos"), "{text}");
}

#[test]
fn a_conflict_is_held_back() {
    let error = transform(NOTE.as_bytes(), &Whose::Conflict).unwrap_err();
    assert!(matches!(error, ModalityError::Malformed { .. }));
    assert!(!error.to_string().contains("Smith"));
}

#[test]
fn other_files_are_no_notes() {
    let check = |bytes: &[u8]| assert_eq!(Notes.sniff(bytes, bytes.len() as u64), None);
    check(b"");
    check(b"PK\x03\x04\x14\0");
    check(&[0x80, 0x81, 0x9d, 0x00, 0x1f]);
    check(b"abc\0def");
}

#[test]
fn too_large_a_note_is_refused() {
    let format = Notes.sniff(b"text", 4).expect("a note");
    let name = Sensitive::from("x");
    let mut data = Cursor::new(b"text".to_vec());
    let mut document =
        Document { file: FileNumber(1), name: &name, length: 65 << 20, data: &mut data };
    let error = Notes.inspect(&mut document, &format, &mut Sink::default()).unwrap_err();
    assert!(matches!(error, ModalityError::Limit { .. }));
}
