//! Documents in a project: letters as PDF, docx, RTF and HTML are released as text, and what cannot be
//! read whole is held back.

use std::io::Write;

use crate::{Bench, code, stderr, tree};

const LETTER: [&str; 4] = [
    "Patient: Maria Lindqvist",
    "MRN: 4471920",
    "Seen by Dr. Quackenbush on 06/02/2021.",
    "Foley catheter removed.",
];

/// The patient of the letter among others.
fn people() -> String {
    let others =
        (1..30).map(|n| format!("44719{:02},Brastow{n},Quillon,{}\n", 20 + n, ["F", "M"][n % 2]));
    format!("mrn,surname,given,sex\n4471920,Lindqvist,Maria,F\n{}", others.collect::<String>())
}

fn rtf() -> String {
    format!("{{\\rtf1\\ansi {}}}", LETTER.join("\\par "))
}

fn html() -> String {
    format!(
        "<!DOCTYPE html><html><!-- Lindqvist --><body><p>{}</p></body></html>",
        LETTER.join("<br>")
    )
}

fn docx() -> Vec<u8> {
    let paragraphs: String =
        LETTER.iter().map(|line| format!("<w:p><w:r><w:t>{line}</w:t></w:r></w:p>")).collect();
    let main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"
                .to_owned(),
        ),
        (
            "word/document.xml",
            format!("<w:document xmlns:w=\"{main}\"><w:body>{paragraphs}</w:body></w:document>"),
        ),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("its text");
    }
    zip.finish().expect("a package").into_inner()
}

/// A PDF of one page with this content; offsets of its objects are right.
fn pdf(content: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> \
         /XObject << /Im1 6 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 \
         >>\nstream\n0\nendstream".to_owned(),
    ];
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).bytes());
    }
    let table = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    for place in &places {
        file.extend(format!("{place:010} 00000 n \n").bytes());
    }
    file.extend(
        format!(
            "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
            places.len() + 1
        )
        .bytes(),
    );
    file
}

fn letter_pdf() -> Vec<u8> {
    let lines: String = LETTER.iter().map(|line| format!("({line}) Tj 0 -16 Td ")).collect();
    pdf(&format!("BT /F1 12 Tf 72 720 Td {lines} ET"))
}

fn scanned_pdf() -> Vec<u8> {
    pdf("q 612 0 0 792 0 0 cm /Im1 Do Q")
}

#[test]
fn letters_of_all_forms_are_released_as_the_patients_text() {
    let bench = Bench::new();
    bench.write("in/people.csv", people());
    bench.write("in/a.pdf", letter_pdf());
    bench.write("in/b.docx", docx());
    bench.write("in/c.rtf", rtf());
    bench.write("in/d.html", html());
    bench.write("in/e.txt", LETTER.join("\n"));
    let done = bench.deidentify("in", "out", "research-linked", &[]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let notes: Vec<_> = tree(&bench.path("out/data"))
        .into_iter()
        .filter(|(name, _)| name.ends_with(".txt"))
        .collect();
    assert_eq!(notes.len(), 5, "{:?}", notes.iter().map(|n| &n.0).collect::<Vec<_>>());
    let texts: Vec<String> = notes
        .iter()
        .map(|(_, bytes)| String::from_utf8(bytes.clone()).expect("UTF-8").trim().to_owned())
        .collect();
    for (text, (name, _)) in texts.iter().zip(&notes) {
        for gone in ["Maria", "Lindqvist", "4471920", "Quackenbush", "06/02/2021"] {
            assert!(!text.contains(gone), "{gone} in {name}");
        }
        assert!(text.contains("Foley catheter removed."), "{name}: {text}");
    }
    // One patient in every form: the same names, code and days.
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:#?}");
    let folders: std::collections::BTreeSet<_> =
        notes.iter().filter_map(|(name, _)| name.split('/').nth(1)).collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
}

#[test]
fn what_cannot_be_read_whole_is_held_back_with_the_reason() {
    let bench = Bench::new();
    bench.write("in/people.csv", people());
    bench.write("in/scan.pdf", scanned_pdf());
    bench
        .write("in/old.doc", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 1000]].concat());
    bench.write("in/half.rtf", "{\\rtf1 Maria Lindqvist");
    let done = bench.deidentify("in", "out", "research-linked", &[]);
    let said = stderr(&done);
    assert!([0, 6].contains(&code(&done)), "{said}");
    let files = tree(&bench.path("out/data"));
    assert!(files.iter().all(|(name, _)| !name.ends_with(".txt")), "a note was released");
    let inventory = bench.run(&["scan", "--project", "out.state", "--json"]);
    let text = String::from_utf8_lossy(&inventory.stdout).into_owned() + &stderr(&inventory);
    for reason in ["scanned page", "save the document as docx", "ends inside a group"] {
        assert!(text.contains(reason), "{reason}: {text}");
    }
}
