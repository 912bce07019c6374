//! Documents made here, and what is seen of them.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const ROOT: &str = r#"<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>"#;

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn document(body: &str) -> Vec<u8> {
    let main = format!("<?xml version=\"1.0\"?><w:document><w:body>{body}</w:body></w:document>");
    package(&[("_rels/.rels", ROOT.as_bytes()), ("word/document.xml", main.as_bytes())])
}

fn read(bytes: &[u8]) -> Result<ReadText> {
    Docx.read(bytes, &Limits::default())
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

#[test]
fn seen_text_is_read() {
    let check = |body: &str, expect: &str| {
        assert_eq!(read(&document(body)).unwrap().text.expose(), expect, "{body}");
    };
    let (a, b) = (paragraph("a"), paragraph("b"));
    check(&format!("{a}<w:p/>{b}"), "a\n\nb\n");
    check(
        "<w:p><w:r><w:t>Name: </w:t></w:r><w:r><w:t>Jane</w:t><w:tab/><w:t>R&amp;D</w:t><w:br/><w:t>x</w:t></w:r></w:p>",
        "Name: Jane\tR&D\nx\n",
    );
    check(
        "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr><w:r><w:noBreakHyphen/><w:sym w:char=\"F0FE\"/></w:r></w:p>",
        "-☒\n",
    );
    check(
        &format!(
            "<w:tbl><w:tr><w:tc>{a}</w:tc><w:tc>{a}{b}</w:tc></w:tr><w:tr><w:tc>{b}</w:tc></w:tr></w:tbl>"
        ),
        "a\ta b\nb\n",
    );
    check(
        &format!(
            "<w:p><w:r><w:t>x</w:t><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>{a}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:txbxContent>{a}</w:txbxContent></mc:Fallback></mc:AlternateContent><w:t>y</w:t></w:r></w:p>{b}"
        ),
        "xy\na\nb\n",
    );
    check(
        &format!(
            "<w:p><w:ins w:author=\"Jane\"><w:r><w:t>new</w:t></w:r></w:ins></w:p><w:sdt><w:sdtPr><w:alias w:val=\"Jane\"/></w:sdtPr><w:sdtContent>{a}</w:sdtContent></w:sdt>"
        ),
        "new\na\n",
    );
}

#[test]
fn unseen_text_is_left_out() {
    let check = |body: &str, expect: &str, what: &str| {
        let read = read(&document(body)).unwrap();
        assert_eq!(read.text.expose(), expect, "{body}");
        assert!(what.is_empty() || read.left_out.contains_key(what), "{body}");
    };
    let run = |properties: &str| {
        format!(
            "<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>Jane</w:t><w:tab/></w:r><w:r><w:t>b</w:t></w:r></w:p>"
        )
    };
    check(&run("<w:vanish/>"), "b\n", "hidden-text");
    check(&run("<w:vanish w:val=\"0\"/>"), "Jane\tb\n", "");
    check(&run("<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>"), "Jane\tb\n", "");
    check(
        "<w:p><w:del w:author=\"Jane\"><w:r><w:delText>Jane</w:delText></w:r></w:del><w:r><w:t>b</w:t></w:r></w:p>",
        "b\n",
        "deleted-text",
    );
    check("<w:p><w:moveFrom><w:r><w:t>Jane</w:t></w:r></w:moveFrom></w:p>", "", "deleted-text");
    check("<w:p><w:r><w:instrText>AUTHOR Jane</w:instrText></w:r></w:p>", "", "");
    check(
        "<w:p><w:r><w:drawing><wp:docPr descr=\"Jane\" title=\"Roe\"/><a:blip r:embed=\"x\"/></w:drawing></w:r></w:p>",
        "",
        "image",
    );
    check("<!-- Jane -->stray<w:altChunk r:id=\"x\"/>", "", "embedded");
}

#[test]
fn all_parts_are_read_in_order() {
    let relations = r#"<Relationships>
        <Relationship Id="1" Type="http://x/footer" Target="footer1.xml"/>
        <Relationship Id="2" Type="http://x/header" Target="/word/header1.xml"/>
        <Relationship Id="3" Type="http://x/footnotes" Target="footnotes.xml"/>
        <Relationship Id="4" Type="http://x/comments" Target="comments.xml"/>
        <Relationship Id="5" Type="http://x/header" Target="header1.xml"/>
        <Relationship Id="6" Type="http://x/header" Target="missing.xml"/>
        <Relationship Id="7" Type="http://x/header" Target="http://x/" TargetMode="External"/>
        </Relationships>"#;
    let part = |text: &str| format!("<x>{}</x>", paragraph(text)).into_bytes();
    let (main, header, footer) = (part("Body"), part("Clinic"), part("End"));
    let (notes, comments) = (part("by taxi"), part("checked"));
    let bytes = package(&[
        ("_rels/.rels", ROOT.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
        ("word/document.xml", &main),
        ("word/header1.xml", &header),
        ("word/footer1.xml", &footer),
        ("word/footnotes.xml", &notes),
        ("word/comments.xml", &comments),
        ("docProps/core.xml", b"<x><creator>Jane Roe</creator></x>"),
    ]);
    assert_eq!(Docx.sniff(&bytes), Sniff::Yes);
    let text = read(&bytes).unwrap().text;
    assert_eq!(text.expose(), "Clinic\n\nBody\n\nby taxi\n\nEnd\n\nchecked\n");
}

#[test]
fn bombs_are_not_opened() {
    let spaces = " ".repeat(20 << 20);
    let error = read(&document(&spaces)).unwrap_err();
    assert_eq!(error, DocumentError::Bomb { format: NAME, ratio: 200 });
    let limits = Limits { ratio: usize::MAX, output_bytes: 1 << 20, ..Limits::default() };
    let error = Docx.read(&document(&spaces), &limits).unwrap_err();
    assert!(matches!(error, DocumentError::Bomb { .. }), "{error:?}");
    let names: Vec<String> = (0..20).map(|i| format!("word/document{i}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let limits = Limits { parts: 10, ..Limits::default() };
    let error = Docx.read(&package(&parts), &limits).unwrap_err();
    assert!(matches!(error, DocumentError::TooMany { limit: 10, .. }), "{error:?}");
}

#[test]
fn hostile_documents_end() {
    let check = |body: &str, expect: fn(&DocumentError) -> bool| {
        let error = read(&document(body)).unwrap_err();
        assert!(expect(&error), "{error:?}");
    };
    check(&("<w:p>".repeat(20_000) + &"</w:p>".repeat(20_000)), |e| {
        matches!(e, DocumentError::TooDeep { .. })
    });
    let rows = "<w:tr><w:tc>".repeat(200) + &"</w:tc></w:tr>".repeat(200);
    check(&rows, |e| matches!(e, DocumentError::TooDeep { .. }));
    check("<w:p>", |e| matches!(e, DocumentError::Broken { .. }));
    check("&jane;", |e| matches!(e, DocumentError::Entities { .. }));
    let main = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>";
    let error = read(&package(&[("word/document.xml", main.as_bytes())])).unwrap_err();
    assert!(matches!(error, DocumentError::Entities { .. }), "{error:?}");
    let error = read(&package(&[("word/other.xml", b"<x/>")])).unwrap_err();
    assert!(matches!(error, DocumentError::Broken { .. }), "{error:?}");
    let whole = document(&paragraph("text"));
    for end in 0..whole.len() {
        assert!(read(&whole[..end]).is_err(), "{end}");
    }
    assert_eq!(Docx.sniff(&package(&[("xl/workbook.xml", b"<x/>")])), Sniff::No);
}
