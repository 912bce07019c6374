//! Files that are broken, or want to break us.

use std::sync::Arc;

use anonymed_core::{Format, Modality, ModalityError};
use anonymed_table::Tables;
use arrow::array::{ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;

use crate::support::{Seen, inspect, policy, run, sniff, with_document};

const KEEP: &str =
    "[[table]]\nfiles = \"**\"\n[table.columns]\na = \"keep\"\nb = \"keep\"\nc = \"keep\"\n";

fn csv() -> Format {
    sniff(b"a,b,c\n1,2,3\n4,5,6\n").unwrap()
}

fn inspect_as(bytes: &[u8], format: &Format) -> Result<Seen, ModalityError> {
    let mut seen = Seen::default();
    with_document(bytes, |d| Tables::default().inspect(d, format, &mut seen))?;
    Ok(seen)
}

#[test]
fn an_empty_file_is_no_table_and_no_panic() {
    assert!(sniff(b"").is_none());
    let error = inspect_as(b"", &csv()).err().unwrap();
    assert_eq!(error.to_string(), "the file has no header line");
}

#[test]
fn ragged_rows_are_listed_and_the_rest_goes_on() {
    let bytes = b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n7,8,9\n";
    let seen = inspect(bytes).unwrap();
    assert_eq!(seen.records, 4);
    let reasons: Vec<String> =
        seen.rejected.iter().map(|r| format!("{}: {}", r.place, r.reason)).collect();
    assert_eq!(
        reasons,
        [
            "row 2, column 0: the row has 2 fields and the header 3",
            "row 3, column 0: the row has 4 fields and the header 3"
        ]
    );
    let done = run(bytes, &policy(KEEP)).unwrap();
    assert_eq!(done.lines(), ["a,b,c", "1,2,3", "7,8,9"]);
    assert_eq!(done.outcome.dropped_rows, [2, 3]);
    assert_eq!((done.outcome.transformed.records_in, done.outcome.transformed.records_out), (4, 2));
}

#[test]
fn a_huge_cell_costs_its_row_only() {
    let mut bytes = b"a,b,c\n1,2,3\n1,".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 10 << 20));
    bytes.extend(b",3\n4,5,6\n");
    let seen = inspect(&bytes).unwrap();
    assert_eq!(seen.records, 3);
    assert_eq!(seen.rejected[0].reason, "a cell is longer than 1 MiB");
    assert_eq!(run(&bytes, &policy(KEEP)).unwrap().lines(), ["a,b,c", "1,2,3", "4,5,6"]);
}

#[test]
fn an_unclosed_quote_does_not_fill_the_memory() {
    let mut bytes = b"a,b,c\n1,2,3\n1,\"2,3\n".to_vec();
    bytes.extend(b"4,5,6\n".repeat(4 << 20));
    let error = inspect_as(&bytes, &csv()).err().unwrap().to_string();
    assert!(error.contains("in line 3 is never closed"), "{error}");
}

#[test]
fn a_quote_that_swallows_rows_makes_the_file_unreadable() {
    let check = |text: &str, expect: Option<&str>| {
        let seen = inspect(text.as_bytes());
        match expect {
            Some(part) => {
                let error = seen.err().expect("unreadable").to_string();
                assert!(error.contains(part), "{error}");
            }
            None => assert!(seen.is_ok_and(|s| s.rejected.is_empty()), "{text:?}"),
        }
    };
    let rows = "2,b,c\n".repeat(50);
    check(&format!("a,b,c\n1,\"b,c\n{rows}3,\"b\",c\n"), Some("line 2 runs over several lines"));
    check(&format!("a,b,c\n1,\"b,c\n{rows}3,b\",c,d\n"), Some("its row has not the header's"));
    check(&format!("a,b,c\n{rows}1,b,\"c\n"), Some("line 52 is never closed"));
    check(&format!("a,b\n1,\"b\n{}", "2,b\n".repeat(50)), Some("line 2 is never closed"));
    check(&format!("a,b,c\n1,\"b\nof \"\"two\"\" lines\",c\n{rows}"), None);
}

#[test]
fn wide_tables_read_up_to_the_limit() {
    let wide = |n: usize| {
        let line = |v: &str| vec![v; n].join(",");
        let header: Vec<String> = (0..n).map(|i| format!("c{i}")).collect();
        format!("{}\n{}\n{}\n", header.join(","), line("1"), line("2")).into_bytes()
    };
    assert_eq!(inspect(&wide(200)).unwrap().fields.len(), 200);
    let error = inspect(&wide(5000)).err().unwrap();
    assert_eq!(error.to_string(), "the number of columns is over the limit of 4096 columns");
}

#[test]
fn nul_bytes_make_a_file_unreadable_with_the_reason() {
    let error = inspect(b"a,b,c\n1,\x002,3\n4,5,6\n").err().unwrap();
    assert!(error.to_string().starts_with("the text holds a NUL byte in line 2,"), "{error}");
    // Beyond what is looked at first, they cost their row.
    let mut bytes = b"a,b,c\n".to_vec();
    bytes.extend(b"1,2,3\n".repeat(20_000));
    bytes.extend(b"1,\x00,3\n");
    let seen = inspect(&bytes).unwrap();
    assert_eq!(seen.rejected.len(), 1);
    assert_eq!(seen.records, 20_001);
}

#[test]
fn encodings_and_marks_come_out_as_plain_utf8() {
    let text = "a,b,c\nJosé,2,3\nZoë,5,6\n";
    let expect = ["a,b,c", "José,2,3", "Zoë,5,6"];
    let check = |bytes: &[u8]| assert_eq!(run(bytes, &policy(KEEP)).unwrap().lines(), expect);
    check(text.as_bytes());
    check(&[b"\xef\xbb\xbf", text.as_bytes()].concat());
    let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    check(&le);
    check(&be);
    check(&[&b"\xff\xfe"[..], &le].concat());
    check(&[&b"\xfe\xff"[..], &be].concat());
    check(&encoding_rs::WINDOWS_1252.encode(text).0);
}

#[test]
fn a_byte_of_another_encoding_costs_its_row() {
    let bytes =
        [b"a,b,c\n".as_slice(), "é,2,3\n".repeat(20_000).as_bytes(), b"\xe9,2,3\n"].concat();
    let seen = inspect(&bytes).unwrap();
    assert_eq!(seen.rejected.len(), 1);
    assert_eq!(seen.rejected[0].reason, "a character cannot be read in the file's encoding");
}

#[test]
fn truncated_and_lying_parquet_is_malformed() {
    let source = b"a,b,c\n1,2,3\n4,5,6\n";
    let whole = run(source, &policy(KEEP)).unwrap().parquet;
    assert_eq!(sniff(&whole).unwrap().kind, "parquet");
    assert_eq!(run(&whole, &policy(KEEP)).unwrap().lines(), ["a,b,c", "1,2,3", "4,5,6"]);
    for cut in (4..whole.len()).step_by(7) {
        let error = inspect(&whole[..cut]).err().unwrap();
        assert!(matches!(error, ModalityError::Malformed { .. }), "{error}");
    }
    for at in (4..whole.len()).step_by(3) {
        let mut bent = whole.clone();
        bent[at] ^= 0xff;
        // Either it reads or it is refused; it never panics through.
        let _ = inspect(&bent);
    }
}

#[test]
fn duplicate_and_empty_headers_get_their_position() {
    let seen = inspect(b"id,id,,x\n1,2,3,4\n5,6,7,8\n").unwrap();
    let names: Vec<&str> = seen.fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["id", "column-2", "column-3", "x"]);
}

#[test]
fn no_message_holds_a_value() {
    let bytes = b"a,b,c\nCANARY-1,2,3\nCANARY-2,2\nCANARY-3,2,3,4\n";
    let seen = inspect(bytes).unwrap();
    let told = format!("{:?} {:?}", seen.rejected, seen.fields);
    assert!(!told.contains("CANARY"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Some(format) = sniff(&bytes) {
            let _ = inspect_as(&bytes, &format);
        }
        let _ = inspect_as(&bytes, &csv());
    }

    #[test]
    fn text_that_is_kept_reads_back(rows in proptest::collection::vec("[ -~éß\"',;\n]{0,12}", 1..20)) {
        let quote = |v: &str| format!("\"{}\"", v.replace('"', "\"\""));
        let mut text = String::from("a,b,c\n0,0,0\n");
        for row in &rows {
            text.push_str(&format!("{},x,{}\n", quote(row), quote(row)));
        }
        let format = csv();
        let seen = inspect_as(text.as_bytes(), &format).unwrap();
        prop_assert_eq!(seen.records, rows.len() as u64 + 1);
        prop_assert!(seen.rejected.is_empty());
    }
}

/// A Parquet file whose rows all point to one word of its dictionary.
fn one_word(word: &str, rows: usize) -> Vec<u8> {
    let keys = Int32Array::from(vec![0; rows]);
    let texts = DictionaryArray::new(keys, Arc::new(StringArray::from(vec![word])));
    let numbers: Vec<String> = (0..rows).map(|n| format!("A{n:06}")).collect();
    let columns: [(&str, ArrayRef); 2] =
        [("mrn", Arc::new(StringArray::from(numbers))), ("comment", Arc::new(texts))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn a_dictionary_does_not_make_gigabytes_of_a_small_file() {
    let word = "word and ".repeat(100_000);
    let bomb = one_word(&word, 1_300);
    assert!(bomb.len() < 1 << 20);
    let told = inspect(&bomb).err().unwrap().to_string();
    assert!(told.contains("text in the cells of the Parquet file"), "{told}");
    assert!(told.contains("1024 MiB"), "{told}");
    assert_eq!(inspect(&one_word(&word, 20)).unwrap().records, 20);
    // Many rows that say the same are no fault.
    assert_eq!(inspect(&one_word("Springfield", 200_000)).unwrap().records, 200_000);
}
