//! Large and hostile input in bounded memory: each file either comes out or is held back with the
//! limit it passes, and the program's highest resident set stays below 512 MB.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::{Bench, code, deidentify, stderr};

/// What became of the file.
enum Fate<'a> {
    Released,
    /// It, or a record of it, is held back, and the reason says this.
    Held(&'a str),
}

fn check(name: &str, bytes: &[u8], fate: &Fate<'_>) {
    let bench = Bench::new();
    bench.write(&format!("in/{name}"), bytes);
    let rows: String = (0..12).map(|n| format!("A1000{n:02},F,I10\n")).collect();
    bench.write("in/good.csv", format!("mrn,sex,diagnosis\n{rows}"));
    let done = bench.bounded(&deidentify("in", "out", "research-linked"));
    let said = stderr(&done);
    match fate {
        Fate::Released => assert_eq!(code(&done), 0, "{name}: {said}"),
        Fate::Held(reason) => {
            assert_eq!(code(&done), 6, "{name}: {said}");
            let plan = fs_err::read_to_string(bench.path("out.state/state/plan.json"))
                .expect("it can be made or read");
            let manifest = fs_err::read_to_string(bench.path("out/manifest.json"))
                .expect("it can be made or read");
            let told = [plan, manifest, said].concat();
            assert!(told.contains(reason), "{name}: {told}");
        }
    }
}

#[test]
fn notes() {
    let prose = "The patient was seen on the ward and is doing well today, with no complaint.\n";
    let head = "PATIENT: JOHN SMITH\nMRN: 12345678\nDOB: 5/5/1955\n";
    check("long.txt", format!("{head}{}", prose.repeat(20_000)).as_bytes(), &Fate::Released);
    let dense = "Seen 1/1/2011 by Dr. Jane Roe, 617-555-0134, a.b@example.org.\n";
    check("dense.txt", format!("{head}{}", dense.repeat(20_000)).as_bytes(), &Fate::Released);
    let over = format!("{head}{}", prose.repeat(2_800_000));
    check("over.txt", over.as_bytes(), &Fate::Held("the length of a note is over the limit of"));
}

#[test]
fn fhir_documents() {
    let entry = |n: usize| {
        format!(
            r#"{{"fullUrl":"urn:uuid:{n:08x}-0000-4000-8000-000000000000","resource":{{"resourceType":"Observation","id":"o{n}","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4"}}]}},"subject":{{"reference":"Patient/p1"}},"effectiveDateTime":"2019-03-04","valueQuantity":{{"value":72.0,"unit":"/min"}}}}}}"#
        )
    };
    let patient = r#"{"fullUrl":"Patient/p1","resource":{"resourceType":"Patient","id":"p1","birthDate":"1950-01-02"}}"#;
    let bundle = |entries: usize| {
        let mut text =
            format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{patient}"#);
        for n in 0..entries {
            text.push(',');
            text.push_str(&entry(n));
        }
        text.push_str("]}");
        text
    };
    check("bundle.json", bundle(110_000).as_bytes(), &Fate::Released);
    let over = bundle(300_000);
    check("over.json", over.as_bytes(), &Fate::Held("write it as NDJSON, one resource a line"));
    let many = format!(r#"{{"resourceType":"Bundle","x":[{}1]}}"#, "1,".repeat(3 << 20));
    check("many.json", many.as_bytes(), &Fate::Held("the number of values in a JSON document"));
    let line = format!(
        "{{\"resourceType\":\"Patient\",\"id\":\"p1\"}}\n{{\"resourceType\":\"Patient\",\"id\":\"p2\",\"x\":\"{}\"}}\n",
        "x".repeat(50 << 20)
    );
    check("line.ndjson", line.as_bytes(), &Fate::Held("the line is longer than the limit of"));
}

#[test]
fn delimited_tables() {
    let cell = "x".repeat(10 << 20);
    let row = format!("A1,\"{cell}\"\n");
    check(
        "cells.csv",
        format!("mrn,comment\nA0,b\n{}", row.repeat(6)).as_bytes(),
        &Fate::Held("a cell is longer than"),
    );
    let many = format!("A1,\"{}\"\n", "word and ".repeat(100_000));
    check("full.csv", format!("mrn,comment\n{}", many.repeat(6)).as_bytes(), &Fate::Released);
    let open = format!("mrn,comment\nA1,\"b\n{}", "A2,c\n".repeat(20 << 20));
    check("open.csv", open.as_bytes(), &Fate::Held("in line 2 is never closed"));
    let header: Vec<String> = (0..4000).map(|n| format!("c{n}")).collect();
    let wide =
        format!("mrn,{}\n{}", header.join(","), format!("A1{}\n", ",".repeat(4000)).repeat(9000));
    check("wide.csv", wide.as_bytes(), &Fate::Released);
    let header: Vec<String> = (0..4096).map(|n| format!("c{n}")).collect();
    let row = |r: usize| (0..4096).map(|c| format!("v{r}x{c}")).collect::<Vec<_>>().join(",");
    let rows: String = (0..300).map(|r| row(r) + "\n").collect();
    let full = format!("{}\n{rows}", header.join(","));
    check("full-and-wide.csv", full.as_bytes(), &Fate::Released);
    let dates = "2021-03-04,".repeat(4095) + "2021-03-04\n";
    let header: Vec<String> = (0..4096).map(|n| format!("d{n}_date")).collect();
    let dated = format!("{}\n{}", header.join(","), dates.repeat(300));
    check("dated-and-wide.csv", dated.as_bytes(), &Fate::Released);
}

fn parquet(values: &[&str], copies: usize) -> Vec<u8> {
    let mrn: Vec<String> = (0..values.len() * copies).map(|n| format!("A{n:06}")).collect();
    let text: Vec<&str> = values.iter().copied().cycle().take(mrn.len()).collect();
    let columns: [(&str, ArrayRef); 2] =
        [("mrn", Arc::new(StringArray::from(mrn))), ("comment", Arc::new(StringArray::from(text)))];
    let batch = RecordBatch::try_from_iter(columns).expect("it can be made or read");
    let mut writer =
        ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("it can be made or read");
    writer.write(&batch).expect("it can be made or read");
    writer.into_inner().expect("it can be made or read")
}

#[test]
fn parquet_files() {
    let letters: Vec<String> = ["p", "q", "r", "s", "t"].map(|c| c.repeat(20 << 20)).into();
    let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
    check("cells.parquet", &parquet(&letters, 1), &Fate::Held("a cell is longer than"));
    let page = "u".repeat(80 << 20);
    check("page.parquet", &parquet(&[&page], 1), &Fate::Held("a page of the Parquet file is over"));
    // A word of a dictionary that every row points to.
    let word = "word and ".repeat(100_000);
    check("words.parquet", &parquet(&[&word], 8), &Fate::Released);
}

fn workbook(parts: &[(&str, &str)]) -> Vec<u8> {
    const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
    const ROOT: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
    let fixed = [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    // Stored and not packed: then no limit on packing stops it.
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in fixed.iter().chain(parts) {
        zip.start_file(*name, stored).expect("it can be made or read");
        zip.write_all(content.as_bytes()).expect("it can be made or read");
    }
    zip.finish().expect("it can be made or read").into_inner()
}

#[test]
fn workbooks() {
    const MAIN: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let sheet = |rows: &str| format!("<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>");
    let strings = |items: &str| format!("<sst {MAIN}>{items}</sst>");
    let head = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>mrn</t></is></c><c r="B1" t="inlineStr"><is><t>comment</t></is></c></row>"#;
    let one = r#"<row r="2"><c r="A2" t="inlineStr"><is><t>A1</t></is></c><c r="B2" t="s"><v>0</v></c></row>"#;
    let small = sheet(&format!("{head}{one}"));
    let many = strings(&"<si><t>a</t></si>".repeat(2_800_000));
    check(
        "many.xlsx",
        &workbook(&[("xl/sharedStrings.xml", &many), ("xl/worksheets/sheet1.xml", &small)]),
        &Fate::Released,
    );
    let over = strings(&"<si><t>a</t></si>".repeat(5_000_000));
    check(
        "over.xlsx",
        &workbook(&[("xl/sharedStrings.xml", &over), ("xl/worksheets/sheet1.xml", &small)]),
        &Fate::Held("what the workbook unpacks to is over the limit of"),
    );
    // One long string in thousands of cells of each row.
    let long = strings(&format!("<si><t>{}</t></si>", "x".repeat(32_000)));
    let cells = r#"<c t="s"><v>0</v></c>"#.repeat(4000);
    let rows: String = (2..10).map(|n| format!("<row r=\"{n}\">{cells}</row>")).collect();
    check(
        "rows.xlsx",
        &workbook(&[
            ("xl/sharedStrings.xml", &long),
            ("xl/worksheets/sheet1.xml", &sheet(&format!("{head}{rows}"))),
        ]),
        &Fate::Held("the row is longer than the limit of"),
    );
}
