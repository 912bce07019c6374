//! Documents made here, and what is seen of them.

use std::io::Write as _;

use super::*;

/// A file of objects, numbered from 1, the first being the catalogue.
fn file(objects: &[&[u8]]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    for (index, object) in objects.iter().enumerate() {
        out.extend(format!("{} 0 obj\n", index + 1).bytes());
        out.extend_from_slice(object);
        out.extend(b"\nendobj\n");
    }
    out.extend(b"trailer << /Root 1 0 R >>\n%%EOF");
    out
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut out = format!("<< {dictionary} /Length {} >>\nstream\n", data.len()).into_bytes();
    out.extend_from_slice(data);
    out.extend(b"\nendstream");
    out
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

const CATALOGUE: &[u8] = b"<< /Type /Catalog /Pages 2 0 R >>";
const PAGES: &[u8] = b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800] >>";
const FONT: &str =
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

/// One page with fonts F (Helvetica) and G (object 6), a form X (object 7) and a content.
fn page(content: &str, extra: &str, others: &[&[u8]]) -> Vec<u8> {
    let page = format!(
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R /G 6 0 R >> /XObject << /X 7 0 R >> >> {extra} >>"
    );
    let content = stream("", content.as_bytes());
    let mut objects: Vec<&[u8]> =
        vec![CATALOGUE, PAGES, page.as_bytes(), &content, FONT.as_bytes()];
    objects.extend(others);
    file(&objects)
}

fn read(bytes: &[u8]) -> Result<ReadText> {
    Pdf.read(bytes, &Limits::default())
}

fn text(bytes: &[u8]) -> String {
    read(bytes).unwrap().text.expose().clone()
}

#[test]
fn text_is_read_as_it_stands() {
    let check = |content: &str, expect: &str| {
        assert_eq!(text(&page(content, "", &[])), expect, "{content}");
    };
    check(
        "BT /F 12 Tf 50 700 Td (Name: Jane Roe) Tj 0 -14 Td (MRN: 12) Tj ET",
        "Name: Jane Roe\nMRN: 12\n",
    );
    check("BT /F 12 Tf 14 TL 50 700 Td (a) Tj T* (b) Tj (c) ' 1 2 (d) \" ET", "a\nb\nc\nd\n");
    check(
        "BT /F 12 Tf 50 700 Td (MRN) Tj 200 0 Td (12) Tj ET BT /F 12 Tf 50 686 Td (Sex) Tj 200 0 Td (f) Tj ET",
        "MRN\t12\nSex\tf\n",
    );
    check(
        "BT /F 12 Tf 1 0 0 1 50 100 Tm (last) Tj 1 0 0 1 50 700 Tm (first) Tj ET",
        "first\n\nlast\n",
    );
    check("BT /F 12 Tf 50 700 Td [(Ja) -20 (ne) -300 (R) 10 (oe)] TJ ET", "Jane Roe\n");
    check("q .5 0 0 .5 0 0 cm BT /F 24 Tf 100 1400 Td (Jos\\351 \\200) Tj ET Q", "José €\n");
    check("BT /F 12 Tf 0 1 -1 0 50 300 Tm (side) Tj 1 0 0 1 80 700 Tm (up) Tj ET", "up\n\nside\n");
    check("BT /F 12 Tf 50 700 Td <4A616E65> Tj (\\() Tj ET % (x) Tj", "Jane(\n");
    check(
        "BI /W 1 /H 1 ID \0EI(x) Tj EI BT /F 12 Tf 50 700 Td (Patient is well and was sent home with his usual drugs; he comes back in a week.) Tj ET",
        "Patient is well and was sent home with his usual drugs; he comes back in a week.\n",
    );
}

#[test]
fn pages_follow_each_other_and_turn() {
    let one = stream("", b"BT /F 12 Tf 50 700 Td (one) Tj ET");
    let two = stream("", b"BT /F 12 Tf 0 1 -1 0 50 300 Tm (two) Tj ET");
    let objects: &[&[u8]] = &[
        CATALOGUE,
        b"<< /Kids [3 0 R 8 0 R] /Resources << /Font << /F 5 0 R >> >> /Rotate 0 >>",
        b"<< /Type /Page /Contents [4 0 R] >>",
        &one,
        FONT.as_bytes(),
        b"<< /Type /Page /Contents 7 0 R /Rotate 90 /MediaBox [0 0 600 800] >>",
        &two,
        b"<< /Kids [6 0 R 2 0 R] >>",
    ];
    assert_eq!(text(&file(objects)), "one\n\ntwo\n");
}

#[test]
fn fonts_say_their_letters() {
    let check = |font: &[u8], map: &[u8], shown: &str, expect: &str| {
        let content = format!("BT /G 12 Tf 50 700 Td {shown} Tj ET");
        let map = stream("", map);
        let bytes = page(&content, "", &[font, b"null", &map]);
        assert_eq!(text(&bytes), expect, "{shown}");
    };
    check(
        b"<< /Type /Font /Subtype /Type1 /Encoding << /BaseEncoding /WinAnsiEncoding /Differences [1 /J /a /n /e /space /uni00E9] >> >>",
        b"",
        "<010203040506>",
        "Jane é\n",
    );
    check(
        b"<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 8 0 R /DescendantFonts [<< /W [1 [600 600] 3 4 500] >>] >>",
        b"2 beginbfchar <0001> <004A> <0002> <00660066> endbfchar 1 beginbfrange <0003> <0004> <006F> endbfrange",
        "<0001000200030004>",
        "Jffop\n",
    );
    check(
        b"<< /Type /Font /Subtype /Type0 /Encoding /UniGB-UCS2-H >>",
        b"",
        "<5C714A00>",
        "山\u{4a00}\n",
    );
    check(
        b"<< /Type /Font /Subtype /TrueType /ToUnicode 8 0 R >>",
        b"1 beginbfchar <41> <0042> endbfchar",
        "(A)",
        "B\n",
    );
}

#[test]
fn forms_and_fields_are_read() {
    let form = stream(
        "/Subtype /Form /Matrix [1 0 0 1 50 0] /BBox [0 0 9 9] /Resources << /Font << /F 5 0 R >> >>",
        b"BT /F 12 Tf 0 700 Td (in a form) Tj ET /X Do",
    );
    let error =
        read(&page("/X Do", "", &[b"null", &stream("/Subtype /Form", b"/X Do")])).unwrap_err();
    assert!(matches!(error, DocumentError::TooDeep { limit: 16, .. }), "{error:?}");
    assert_eq!(text(&page("/X Do", "", &[b"null", &form])), "in a form\n");
    let fields = "/Annots [<< /Subtype /Widget /Rect [50 600 150 620] /AP << /N 8 0 R >> >> << /Subtype /Widget /F 2 /Rect [50 500 150 520] /AP << /N 8 0 R >> >> << /Subtype /Text /Contents (a note of Jane) >> << /Subtype /Widget /AS /On /Rect [50 550 60 560] /AP << /N << /Off 9 0 R /On 10 0 R >> >> >>]";
    let resources = "/Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F 5 0 R >> >>";
    let field = stream(resources, b"/Tx BMC BT /F 12 Tf 2 5 Td (Jane Roe) Tj ET EMC");
    let (off, on) =
        (stream(resources, b"BT /F 9 Tf (off) Tj ET"), stream(resources, b"BT /F 9 Tf (on) Tj ET"));
    let content = "BT /F 12 Tf 50 640 Td (Name) Tj ET";
    let bytes = page(content, fields, &[b"null", b"null", &field, &off, &on]);
    assert_eq!(text(&bytes), "Name\n\nJane Roe\n\non\n");
}

#[test]
fn packed_files_are_read() {
    let content = deflated(b"BT /F 12 Tf 50 700 Td (packed) Tj ET");
    let content = stream("/Filter [/FlateDecode]", &content);
    let page = b"<< /Type /Page /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>";
    let inner = format!(
        "1 0 2 {} 3 {} {} {} {}",
        CATALOGUE.len() + 1,
        CATALOGUE.len() + PAGES.len() + 2,
        String::from_utf8_lossy(CATALOGUE),
        String::from_utf8_lossy(PAGES),
        String::from_utf8_lossy(page)
    );
    let first = inner.find("<<").unwrap();
    let objects = stream(
        &format!("/Type /ObjStm /N 3 /First {first} /Filter /FlateDecode"),
        &deflated(inner.as_bytes()),
    );
    let table = stream("/Type /XRef /Root 1 0 R", b"what a table may say is not asked");
    let mut out = b"%PDF-1.7\n".to_vec();
    for (number, object) in [(4, &content[..]), (5, FONT.as_bytes()), (6, &objects), (7, &table)] {
        out.extend(format!("{number} 0 obj ").bytes());
        out.extend_from_slice(object);
        out.extend(b" endobj\n");
    }
    assert_eq!(text(&out), "packed\n");
    // Appended changes count.
    out.extend(b"4 0 obj\n<< /Length 99 >>\nstream\nBT /F 9 Tf 50 700 Td (changed) Tj ET\nendstream endobj");
    assert_eq!(text(&out), "changed\n");
}

#[test]
fn pages_without_text_are_refused() {
    let check = |bytes: &[u8], expect: &str| {
        let error = read(bytes).unwrap_err();
        let DocumentError::NoTextLayer { page: 1, what } = error else {
            unreachable!("a page was refused: {error:?}")
        };
        assert!(what.contains(expect), "{what}");
        assert!(error.to_string().ends_with("scanned page: goes to the image path"));
    };
    let image = stream("/Subtype /Image /Filter /DCTDecode", b"\xff\xd8");
    let draw = "q 600 0 0 800 0 0 cm /X Do Q ";
    check(&page(draw, "", &[b"null", &image]), "a picture and no text");
    check(&page("0 0 m 9 9 l S", "", &[]), "drawings and no text");
    check(
        &page(&format!("{draw} BT /F 12 Tf 50 700 Td (Page 1) Tj ET"), "", &[b"null", &image]),
        "covers it",
    );
    check(
        &page(
            "BT /G 12 Tf 50 700 Td <00010002> Tj ET",
            "",
            &[b"<< /Subtype /Type0 /Encoding /Identity-H >>"],
        ),
        "do not say",
    );
    check(&page("", "", &[]), "no page shows text");
    let layer = format!("{draw} BT 3 Tr /F 12 Tf 50 700 Td (read by OCR) Tj ET");
    let read = read(&page(&layer, "", &[b"null", &image])).unwrap();
    assert_eq!(read.text.expose(), "read by OCR\n");
    assert_eq!(read.left_out, [("image", 1)].into());
}

#[test]
fn unseen_text_is_left_out() {
    let check = |content: &str, what: &str| {
        let read = read(&page(content, "", &[])).unwrap();
        assert_eq!(read.text.expose(), "seen\n", "{content}");
        assert!(read.left_out.contains_key(what), "{content}");
    };
    check("BT /F 12 Tf 50 700 Td (seen) Tj 3 Tr 0 -20 Td (Jane) Tj ET", "hidden-text");
    check("BT /F 12 Tf 50 700 Td (seen) Tj 0 -2000 Td (Jane) Tj ET", "text-outside-page");
}

#[test]
fn encrypted_files_are_refused() {
    let mut bytes = page("", "", &[]);
    bytes.extend(b"\ntrailer << /Root 1 0 R /Encrypt 9 0 R >>");
    assert_eq!(read(&bytes), Err(DocumentError::Encrypted { format: NAME }));
}

#[test]
fn bombs_are_not_opened() {
    let packed = deflated(&vec![b' '; 40 << 20]);
    let content = stream("/Filter /FlateDecode", &packed);
    let twice = stream("/Filter [/FlateDecode /FlateDecode]", &deflated(&packed));
    let objects = stream("/Type /ObjStm /N 9 /First 9 /Filter /FlateDecode", &packed);
    for bomb in [content, twice, objects] {
        let bytes = file(&[CATALOGUE, PAGES, b"<< /Contents 4 0 R >>", &bomb]);
        let error = read(&bytes).unwrap_err();
        assert!(matches!(error, DocumentError::Bomb { .. }), "{error:?}");
    }
    // One form draws the next ten times, and so on.
    let forms: Vec<Vec<u8>> = (8..22)
        .map(|next| {
            stream(
                &format!("/Subtype /Form /Resources << /XObject << /X {next} 0 R >> >>"),
                "/X Do ".repeat(10).as_bytes(),
            )
        })
        .collect();
    let mut others: Vec<&[u8]> = vec![b"null"];
    others.extend(forms.iter().map(Vec::as_slice));
    let error = read(&page("/X Do", "", &others)).unwrap_err();
    assert!(
        matches!(error, DocumentError::Bomb { .. } | DocumentError::TooMany { .. }),
        "{error:?}"
    );
}

#[test]
fn hostile_files_end() {
    let check = |bytes: &[u8]| {
        let _ = read(bytes);
    };
    let whole = page("BT /F 12 Tf 50 700 Td (Jane) Tj ET", "", &[]);
    for end in 0..whole.len() {
        check(&whole[..end]);
    }
    for piece in [
        "1 0 obj ",
        "1 0 obj (",
        "1 0 obj <<",
        "1 0 obj [",
        "trailer <<",
        "1 0 obj << >> stream ",
        "obj",
    ] {
        check(format!("%PDF-{}", piece.repeat(200_000)).as_bytes());
    }
    check(&file(&[b"<< /Pages 1 0 R /Kids [1 0 R 2 0 R] >>", b"<< /Kids [1 0 R 2 0 R 2 0 R] >>"]));
    check(&file(&[b"1 0 R", b"3 0 R", b"2 0 R"]));
    check(&page(&"[".repeat(1_000), "", &[]));
    check(&page(&"0 ".repeat(1_000_000), "", &[]));
    check(&page(&"q ".repeat(1_000_000), "", &[]));
    let limits = Limits { output_bytes: 200, ..Limits::default() };
    let long = format!("BT /F 12 Tf 50 700 Td ({}) Tj ET", "long ".repeat(100));
    assert!(Pdf.read(&page(&long, "", &[]), &limits).is_err());
    let limits = Limits { parts: 0, ..Limits::default() };
    assert!(matches!(Pdf.read(&whole, &limits), Err(DocumentError::TooMany { .. })));
}
