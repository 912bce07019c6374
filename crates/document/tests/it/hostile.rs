//! Whatever the bytes, a reader ends with a text within its limits or with an error, and no message
//! repeats the document.

use anonymed_document::{Limits, TextFormat, formats};
use proptest::prelude::*;

/// Pieces of every format, to be put together in any order.
const PIECES: &[&str] = &[
    "{\\rtf1",
    "{",
    "}",
    "\\par ",
    "\\trowd",
    "\\intbl ",
    "\\cell ",
    "\\row ",
    "\\u-10179?",
    "\\u233?",
    "\\'e9",
    "\\bin3 ",
    "{\\*\\shpinst",
    "{\\shptxt ",
    "{\\footnote ",
    "\\uc0",
    "\\v ",
    "\\fonttbl",
    "\\fcharset128 ",
    "\\f1 ",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "</td>",
    "<p hidden>",
    "</p>",
    "<pre>",
    "</pre>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<br>",
    "<a b='",
    "'>",
    "<",
    ">",
    "&",
    "&amp;",
    "&#x41;",
    "&#",
    "<?xml?>",
    "<title>",
    "/>",
    "[",
    "](",
    "](x)",
    "![",
    "*",
    "**",
    "_",
    "`",
    "```\n",
    "# ",
    "> ",
    "|",
    "---\n",
    "\n",
    "\t",
    " ",
    "Jane Roe",
    "José",
    "山",
    "\u{feff}",
    "\0",
    "\\",
    ";",
    "%PDF-1.4\n",
    "1 0 obj\n",
    "<<",
    ">>",
    "stream\n",
    "endstream\n",
    "endobj\n",
    "(",
    ")",
    "/Type",
    "/ObjStm",
    " 0 R",
    "trailer",
    "/Root",
    "/Pages",
    "/Kids",
    "/Contents",
    "BT ",
    "Tj ",
    "ET ",
];

fn soup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn check(format: &dyn TextFormat, bytes: &[u8]) -> Result<(), TestCaseError> {
    let limits = Limits { output_bytes: 4_096, ..Limits::default() };
    match format.read(bytes, &limits) {
        // Row and line ends are added to what is charged.
        Ok(read) => prop_assert!(read.text.expose().len() <= 2 * limits.output_bytes),
        Err(error) => prop_assert!(!error.to_string().contains("Jane")),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn readers_end(bytes in soup()) {
        for format in formats::ALL {
            check(*format, &bytes)?;
        }
        for start in ["{\\rtf1 ", "<html>"] {
            let bytes = [start.as_bytes(), &bytes].concat();
            for format in formats::ALL {
                check(*format, &bytes)?;
            }
        }
    }
}

/// Reads a PDF that was made to be read again and again; ends soon, whatever the end is.
fn ends(bytes: &[u8]) {
    let pdf = formats::ALL.iter().find(|format| format.name() == "pdf").expect("PDF is read");
    let _ = pdf.read(bytes, &Limits::default());
}

#[test]
fn no_part_of_a_pdf_is_read_once_for_each_word_in_it() {
    for piece in [
        "trailer",
        "trailer%",
        "trailer obj",
        "trailerobj",
        "1 0 obj%",
        "1 0 obj<</Length 9>>stream\n",
        "1 0 obj[",
        "trailer<<",
        "obj",
        "%",
    ] {
        ends(("%PDF-1.4\n".to_owned() + &piece.repeat(4_000_000 / piece.len())).as_bytes());
    }
    let streams = "1 0 obj<</Length 400000>>stream\nendstream endobj ".repeat(8_000);
    ends(("%PDF-1.4\n".to_owned() + &streams + &" ".repeat(3_000_000)).as_bytes());
}

#[test]
fn what_pages_share_is_not_copied_for_each() {
    let names: String = (0..30_000).map(|at| format!("/N{at} 1 ")).collect();
    let kids = "<</Type/Page>>".repeat(4_000);
    let tree = |kids: &str| {
        format!(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[{kids}]\
             /Resources<<{names}>>>>endobj 3 0 obj<</Type/Page>>endobj trailer<</Root 1 0 R>>"
        )
    };
    ends(tree(&kids).as_bytes());
    ends(tree(&"3 0 R ".repeat(4_000)).as_bytes());
}
