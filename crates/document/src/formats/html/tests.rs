//! Pages and what is seen of them.

use super::*;
use crate::error::DocumentError;

fn read(page: &[u8]) -> String {
    Html.read(page, &Limits::default()).unwrap().text.expose().clone()
}

#[test]
fn seen_text_is_read() {
    let check = |page: &str, expect: &str| assert_eq!(read(page.as_bytes()), expect, "{page}");
    check("<p>Name: Jane\n Roe<br>MRN: 12<p>Seen", "Name: Jane Roe\nMRN: 12\n\nSeen\n");
    check("<div>a<div>b</div></div>c", "a\nb\nc\n");
    check("<ul><li>a<li>b</ul><ol><li>c</ol>", "a\nb\n\nc\n");
    check("<b>Ja</b>ne <i> Roe</i>", "Jane Roe\n");
    check("<pre>a  b\n c</pre>d", "a  b\n c\nd\n");
    check("<table><tr><td>Name<td>Jane<tr><th>MRN<th>12</table>x", "Name\tJane\nMRN\t12\n\nx\n");
    check("<table><td>a<td><p>b<p>c</table>", "a\tb c\n");
    check("<table><tr><td><table><tr><td>a<td>b</table><td>c</table>", "a\tb\nc\n");
    check("<table><table><tr><td>a<td>b</table>", "a\tb\n");
    check("</table></tr></td></p>a", "a\n");
    check("<td>a<tr>b", "a\nb\n");
    check("x&nbsp;&nbsp;y &lt;b&gt;", "x  y <b>\n");
    check("<select><option>a<option>b</select>", "a\nb\n");
    check("<textarea>a &amp; <b></textarea>", "a & <b>\n");
    check("<?xml version='1.0'?><html><title/><p hidden=''/>a</html>", "a\n");
    check("", "");
}

#[test]
fn unseen_text_is_left_out() {
    let check = |page: &str, expect: &str, what: &'static str| {
        let read = Html.read(page.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(read.text.expose(), expect, "{page}");
        assert!(read.left_out.contains_key(what), "{page}: {:?}", read.left_out);
    };
    check("<title>Jane Roe</title>a", "a\n", "title");
    check("a<!-- Jane -->b", "ab\n", "comment");
    check("a<!--[if mso]>Jane<![endif]-->b", "ab\n", "comment");
    check("<script>if (a<b) 'Jane'</script>a", "a\n", "script-or-style");
    check("<style>.Jane{}</style>a", "a\n", "script-or-style");
    check("a<noscript>Jane<p>x</noscript>b", "ab\n", "script-or-style");
    check("<template><p>Jane</template>a", "a\n", "script-or-style");
    check("a<div hidden>Jane<div>x</div>y</div>b", "ab\n", "hidden-text");
    check("a<span style='display: none'>Jane</span>b", "ab\n", "hidden-text");
    check("a<span hidden>Jane", "a\n", "hidden-text");
    check("<img alt='Jane Roe' title='Jane'>a", "a\n", "image");
    check("<object><p>Jane</object>a", "a\n", "embedded");
    check("<input hidden value=Jane>a", "a\n", "hidden-text");
    check(
        "<p title='Jane > Roe' data-x=Jane>a<a href='mailto:jane'>b</a><!-- -->",
        "ab\n",
        "comment",
    );
}

#[test]
fn encodings_are_told() {
    let check = |page: &[u8], expect: &str| assert_eq!(read(page), expect, "{page:?}");
    check(b"<meta charset=iso-8859-2><p>\xc8ern\xfd", "Černý\n");
    check(
        b"<META http-equiv=x content='text/html; charset=windows-1251'>\xc8\xe2\xe0\xed",
        "Иван\n",
    );
    check(b"<?xml version='1.0' encoding='ISO-8859-1'?><html>Jos\xe9</html>", "José\n");
    check(b"<p>Jos\xe9", "José\n");
    check("<p>José".as_bytes(), "José\n");
    let wide: Vec<u8> = "\u{feff}<html>José".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&wide, "José\n");
    assert_eq!(Html.sniff(&wide), Sniff::Yes);
    for page in [&b"<meta charset=utf-8>Jos\xe9"[..], b"<p>a\0b"] {
        let error = Html.read(page, &Limits::default()).unwrap_err();
        assert!(matches!(error, DocumentError::Charset { .. }), "{error:?}");
    }
}

#[test]
fn pages_are_told() {
    let check = |bytes: &[u8], expect: Sniff| assert_eq!(Html.sniff(bytes), expect, "{bytes:?}");
    check(b"\xef\xbb\xbf \n<!DOCTYPE html>", Sniff::Yes);
    check(b"<!-- saved --><HTML>", Sniff::Yes);
    check(b"<?xml version=\"1.0\"?><html xmlns=\"x\">", Sniff::Yes);
    check(b"<?xml version=\"1.0\"?><deIdi2b2>", Sniff::No);
    check(b"<p>part of a page", Sniff::Perhaps);
    check(b"Patient is well.", Sniff::No);
    check(b"PK\x03\x04\0\0<", Sniff::No);
    check(b"", Sniff::No);
}

#[test]
fn hostile_pages_end() {
    let deep = "<div><b><p><font>".repeat(250_000) + "x";
    assert_eq!(read(deep.as_bytes()), "x\n");
    let tables = "<table><tr><td>".repeat(1_000_000) + "x";
    let error = Html.read(tables.as_bytes(), &Limits::default()).unwrap_err();
    assert!(matches!(error, DocumentError::TooDeep { .. }), "{error:?}");
    let limits = Limits { output_bytes: 100, ..Limits::default() };
    let error = Html.read("long ".repeat(30).as_bytes(), &limits).unwrap_err();
    assert!(matches!(error, DocumentError::OutputTooLong { limit: 100, .. }), "{error:?}");
    for page in ["<a b='", "<a b=", "<!--", "<script>", "</a", "&#", "<table><td><table><td>"] {
        let end = Html.read(&page.repeat(100_000).as_bytes()[..99_999], &Limits::default());
        assert!(matches!(end, Ok(_) | Err(DocumentError::TooDeep { .. })), "{page}");
    }
}
