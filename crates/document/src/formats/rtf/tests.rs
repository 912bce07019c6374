//! Documents and what is seen of them.

use super::*;

fn read(document: &[u8]) -> Result<ReadText> {
    Rtf.read(document, &Limits::default())
}

#[test]
fn seen_text_is_read() {
    let check = |body: &str, expect: &str| {
        let document = format!("{{\\rtf1\\ansi\\ansicpg1252\\deff0 {body}}}");
        assert_eq!(read(document.as_bytes()).unwrap().text.expose(), expect, "{body}");
    };
    check("Name: Jane\r\n Roe\\par MRN: 12\\line x", "Name: Jane Roe\nMRN: 12\nx\n");
    check("a\\par\\par b", "a\n\nb\n");
    check("{\\b Ja}ne\\~Roe \\{x\\}\\\\\\_\\-", "Jane Roe {x}\\-\n");
    check("Jos\\'e9 \\endash\\ldblquote a\\rdblquote  \\'80", "José –“a” €\n");
    check("\\u1048?\\u1074'\\uc0\\u-10179\\u-8704 x", "Ив😀x\n");
    check(
        "\\uc2\\u233\\'c3\\'a9b{\\uc1\\u233 ?c}\\u233\\par dd",
        "éb\u{e9}cé\n".replace("é\n", "éd\n").as_str(),
    );
    check(
        "{\\fonttbl{\\f0\\fcharset0 Jane;}{\\f1\\fcharset204 Roe;}}\\f1\\'c8\\'e2\\f0\\'c8",
        "ИвÈ\n",
    );
    check("{\\fonttbl{\\f0\\fcharset128 x;}}\\f0\\'8e\\'52\\'93\\'63", "山田\n");
    check(
        "{\\footnote by taxi}sent{\\*\\annotation seen {\\*\\atnref 1}twice}\\par b",
        "sent\nby taxi\nseen twice\nb\n",
    );
    check("{\\header Clinic\\par}{\\footer End}Body", "Clinic\n\nEnd\n\nBody\n");
    check("{\\field{\\*\\fldinst HYPERLINK \"x\"}{\\fldrslt link}} a", "link a\n");
    check("{\\upr{Jose}{\\*\\ud{Jos\\u233e}}}x", "Joséx\n");
    check(
        "{\\shp{\\*\\shpinst{\\sp{\\sn a}{\\sv b}}{\\shptxt Box\\par}}{\\shprslt{\\*\\do{\\dptxbxtext Box}}}}a",
        "a\nBox\n",
    );
    check("{\\object{\\*\\objdata 0102}{\\result shown}}", "shown\n");
    check("{\\listtext\\'b7\\tab}item", "·\titem\n");
}

#[test]
fn rows_are_lines() {
    let check = |body: &str, expect: &str| {
        let document = format!("{{\\rtf1 {body}}}");
        assert_eq!(read(document.as_bytes()).unwrap().text.expose(), expect, "{body}");
    };
    check(
        "Head\\par\\trowd\\cellx1\\cellx2\\pard\\intbl Name\\cell Jane\\par Roe\\cell\\row\\trowd\\pard\\intbl MRN\\cell 12\\cell\\row\\pard End",
        "Head\nName\tJane Roe\nMRN\t12\nEnd\n",
    );
    check("\\pard\\intbl\\cell b\\cell c\\cell\\row x", "\tb\tc\nx\n");
    check("\\trowd\\intbl{a\\cell}{b\\cell}{\\trowd\\row}\\pard c", "a\tb\nc\n");
    check(
        "\\trowd\\intbl\\itap2 a\\nestcell b\\nestcell{\\*\\nesttableprops\\trowd\\nestrow}{\\nonesttables\\par}c\\cell\\row",
        "a\tb\nc\n",
    );
    check("\\trowd\\intbl a\\cell", "a\n");
}

#[test]
fn unseen_text_is_left_out() {
    let check = |body: &str, expect: &str, what: &str| {
        let document = format!("{{\\rtf1 {body}}}");
        let read = read(document.as_bytes()).unwrap();
        assert_eq!(read.text.expose(), expect, "{body}");
        assert!(what.is_empty() || read.left_out.contains_key(what), "{body}");
    };
    check("a{\\v Jane}b\\v Roe\\v0 c\\v x\\plain d", "abcd\n", "hidden-text");
    check("a{\\deleted Jane}b", "ab\n", "deleted-text");
    check("{\\info{\\author Jane Roe}{\\title Roe}}a", "a\n", "document-property");
    check("{\\pict\\wmetafile8 010203}a", "a\n", "image");
    check("{\\pict\\bin5 }}}}}a}b", "b\n", "image");
    check("{\\*\\generator Jane;}{\\stylesheet{\\s0 Jane;}}{\\colortbl;\\red0;}a", "a\n", "");
    check("{\\*\\unknown{\\b Jane}\\par{\\*\\ud Jane}}a", "a\n", "");
    check("{\\xe Jane}a{\\*\\atnauthor Jane}", "a\n", "");
    assert_eq!(read(b"{\\rtf1 a}{\\rtf1 Jane}Roe").unwrap().text.expose(), "a\n");
}

#[test]
fn broken_documents_are_refused() {
    let check = |document: &[u8]| {
        let error = read(document).unwrap_err();
        assert!(matches!(error, DocumentError::Broken { .. }), "{error:?}");
    };
    check(b"{\\rtf1 a");
    check(b"{\\rtf1 {a}");
    check(b"}");
    check(b"");
    check(b"{\\rtf1 \\bin2147483647 a}");
    check(b"{\\rtf1 \\'x}");
    check(b"{\\rtf1 \\u-10179?\\u65?}");
    check(b"{\\rtf1 \\u70000?}");
    check(b"{\\rtf1\\ansicpg932 \\'8e}");
    let error = read(b"{\\rtf1\\ansicpg437 \\'8e}").unwrap_err();
    assert!(matches!(error, DocumentError::Charset { .. }), "{error:?}");
    assert_eq!(read(b"{\\rtf1\\ansicpg437 plain}").unwrap().text.expose(), "plain\n");
}

#[test]
fn hostile_documents_end() {
    let error = read("{".repeat(1_000_000).as_bytes()).unwrap_err();
    assert!(matches!(error, DocumentError::TooDeep { limit: 1_024, .. }), "{error:?}");
    let rows =
        format!("{{\\rtf1 {}}}", "{\\footnote\\trowd\\intbl a".repeat(500) + &"}".repeat(500));
    let error = read(rows.as_bytes()).unwrap_err();
    assert!(matches!(error, DocumentError::TooDeep { .. }), "{error:?}");
    let limits = Limits { output_bytes: 10, ..Limits::default() };
    let error = Rtf.read(b"{\\rtf1 more than ten letters}", &limits).unwrap_err();
    assert!(matches!(error, DocumentError::OutputTooLong { .. }), "{error:?}");
    let error = Rtf.read(b"{\\rtf1}", &Limits { input_bytes: 3, ..limits }).unwrap_err();
    assert!(matches!(error, DocumentError::InputTooLong { limit: 3 }), "{error:?}");
}
