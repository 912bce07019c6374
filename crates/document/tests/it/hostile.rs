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
