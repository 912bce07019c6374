//! Excel workbooks, friendly and hostile.

use std::io::{Cursor, Write};

use anonymed_core::ModalityError;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Note, Workbook};
use zip::write::SimpleFileOptions;

use crate::support::{inspect, policy, run, sniff};

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = book.add_worksheet();
    sheet.set_name("Visits").unwrap();
    for (n, header) in ["mrn", "admit_date", "value", "flag"].iter().enumerate() {
        sheet.write_string(2, n as u16, *header).unwrap();
    }
    sheet.write_string(0, 0, "Printed for ward 3").unwrap();
    for row in 0..3u32 {
        sheet.write_string(3 + row, 0, format!("00{row}")).unwrap();
        let date = ExcelDateTime::from_ymd(2020, 1, 30).unwrap();
        sheet.write_datetime_with_format(3 + row, 1, &date, &day).unwrap();
        sheet.write_number(3 + row, 2, 1.5 + f64::from(row)).unwrap();
        sheet.write_boolean(3 + row, 3, row == 0).unwrap();
    }
    sheet.insert_note(3, 2, &Note::new("CANARY comment")).unwrap();
    let hidden = book.add_worksheet();
    hidden.set_name("Key").unwrap().set_hidden(true);
    hidden.write_string(0, 0, "CANARY hidden").unwrap();
    book.define_name("Secret", "=Visits!$A$4").unwrap();
    book.set_properties(&DocProperties::new().set_author("CANARY author"));
    book.save_to_buffer().unwrap()
}

#[test]
fn visible_sheets_are_read_and_the_rest_is_counted() {
    let bytes = workbook();
    assert_eq!(sniff(&bytes).unwrap().kind, "xlsx");
    let seen = inspect(&bytes).unwrap();
    assert_eq!(seen.unseen.get("hidden-sheet"), Some(&1));
    assert_eq!(seen.unseen.get("cell-comment"), Some(&1));
    assert_eq!(seen.unseen.get("defined-name"), Some(&1));
    assert!(seen.unseen.contains_key("document-property"));
    assert_eq!(seen.records, 3);
    assert_eq!(seen.field("mrn").part.as_deref(), Some("Visits"));
    assert!(seen.field("mrn").subject);
    let body = "[[table]]\nfiles = \"**\"\nsubject = \"mrn\"\n[table.columns]\n\
                admit_date = \"shift\"\nvalue = \"keep\"\nflag = \"keep\"\n";
    let done = run(&bytes, &policy(body)).unwrap();
    assert_eq!(
        done.lines(),
        [
            "admit_date,value,flag",
            "2020-02-09,1.5,TRUE",
            "2020-01-20,2.5,FALSE",
            "2020-02-09,3.5,FALSE"
        ]
    );
    assert!(!String::from_utf8(done.csv).unwrap().contains("CANARY"));
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn zip_bombs_are_refused_by_what_they_unpack_to() {
    let zeros = vec![b' '; 40 << 20];
    let bomb =
        archive(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    let error = inspect(&bomb).err().unwrap();
    assert!(matches!(error, ModalityError::Limit { .. }), "{error}");
    let names: Vec<String> = (0..10_001).map(|n| format!("xl/worksheets/s{n}.xml")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b""[..])).collect();
    let error = inspect(&archive(&entries)).err().unwrap();
    assert_eq!(error.to_string(), "the number of entries of a workbook is over the limit of 10000");
}

#[test]
fn broken_workbooks_are_malformed() {
    let whole = workbook();
    for cut in (200..whole.len()).step_by(211) {
        if sniff(&whole[..cut]).is_some() {
            let error = inspect(&whole[..cut]).err().unwrap();
            assert!(matches!(error, ModalityError::Malformed { .. }), "{error}");
        }
    }
    for at in (30..whole.len()).step_by(37) {
        let mut bent = whole.clone();
        bent[at] ^= 0x55;
        if sniff(&bent).is_some_and(|f| f.kind == "xlsx") {
            let _ = inspect(&bent);
        }
    }
}
