//! Markdown (CommonMark 0.31 and the tables of GitHub): the text without its marks.
//!
//! Marks of headings, quotes, emphasis, code and fences, targets of links, pictures with their
//! alternative texts, definitions of links, tags and comments are left out; rows of tables keep
//! their bars. The text is read line by line and not parsed into blocks, so that a mark that means
//! nothing where it stands may be taken for one; letters are never lost by it.

use std::collections::BTreeMap;

use super::{ReadText, Sniff, TextFormat};
use crate::charset;
use crate::error::{DocumentError, Result};
use crate::limits::Limits;

const NAME: &str = "markdown";

/// See the module.
pub(super) struct Markdown;

impl TextFormat for Markdown {
    fn name(&self) -> &'static str {
        NAME
    }

    fn media_type(&self) -> &'static str {
        "text/markdown"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["md", "markdown"]
    }

    fn sniff(&self, bytes: &[u8]) -> Sniff {
        let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        let head = &bytes[..bytes.len().min(1_024)];
        if wide || !head.contains(&0) { Sniff::Perhaps } else { Sniff::No }
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<ReadText> {
        limits.input(bytes)?;
        let source = charset::decode(NAME, bytes, None)?;
        let mut left_out = BTreeMap::new();
        let source = without_comments(&source, &mut left_out);
        let mut text = String::with_capacity(source.len());
        let mut fence: Option<&str> = None;
        for line in source.lines() {
            let bare = line.trim_start();
            let marks = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark));
            match (fence, marks) {
                (None, Some(mark)) => fence = Some(mark),
                (Some(open), Some(mark)) if open == mark => fence = None,
                (Some(_), _) => push_line(&mut text, line),
                (None, None) => prose(line, &mut text, &mut left_out),
            }
            if text.len() > limits.output_bytes {
                return Err(DocumentError::OutputTooLong {
                    format: NAME,
                    limit: limits.output_bytes,
                });
            }
        }
        Ok(ReadText { format: NAME, text: text.into(), left_out })
    }
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn without_comments(source: &str, left_out: &mut BTreeMap<&'static str, u64>) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, comment)) = rest.split_once("<!--") {
        out.push_str(before);
        *left_out.entry("comment").or_default() += 1;
        // A comment that does not end hides the rest, as it does in a page.
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// A line outside of fences.
fn prose(line: &str, text: &mut String, left_out: &mut BTreeMap<&'static str, u64>) {
    let indent = line.len() - line.trim_start().len();
    let mut body = line.trim();
    while let Some(quoted) = body.strip_prefix('>') {
        body = quoted.trim_start();
    }
    if is_rule(body) {
        return;
    }
    if is_definition(body) {
        *left_out.entry("link-target").or_default() += 1;
        return;
    }
    let hashes = body.bytes().take_while(|b| *b == b'#').count();
    if (1..=6).contains(&hashes) && body[hashes..].starts_with([' ', '\t']) {
        body = body[hashes..].trim().trim_end_matches('#').trim_end();
    }
    text.push_str(&line[..indent]);
    inline(body, text, left_out);
    text.push('\n');
}

/// Lines that draw: breaks, underlines of headings, and the rule below the head of a table.
fn is_rule(line: &str) -> bool {
    let marks = line.bytes().filter(|b| b"-=*_".contains(b)).count();
    marks >= 3 && line.bytes().all(|b| b"-=*_|: \t+".contains(&b))
}

/// `[label]: target` defines a link and is not shown (4.7); a footnote `[^1]: text` is.
fn is_definition(line: &str) -> bool {
    line.starts_with('[')
        && !line.starts_with("[^")
        && line.split_once("]:").is_some_and(|(label, target)| {
            !label[1..].contains(['[', ']']) && !target.trim().is_empty()
        })
}

/// Marks inside a line.
fn inline(line: &str, text: &mut String, left_out: &mut BTreeMap<&'static str, u64>) {
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\\' => match after.chars().next().filter(char::is_ascii_punctuation) {
                Some(escaped) => {
                    text.push(escaped);
                    &after[1..]
                }
                None => {
                    text.push(c);
                    after
                }
            },
            '!' if after.starts_with('[') => match link(after) {
                Some((_, end)) => {
                    *left_out.entry("image").or_default() += 1;
                    &after[end..]
                }
                None => {
                    text.push(c);
                    after
                }
            },
            '[' => match link(rest) {
                Some((label, end)) => {
                    *left_out.entry("link-target").or_default() += 1;
                    text.push_str(&label.replace(['*', '`'], ""));
                    &rest[end..]
                }
                None => {
                    text.push(c);
                    after
                }
            },
            '<' => match tag(rest) {
                Some(end) => &rest[end..],
                None => {
                    text.push(c);
                    after
                }
            },
            '`' => after,
            // Emphasis touches a word; a star or underscore by itself, or inside a word, is text.
            '*' | '_' | '~' => {
                let run = rest.bytes().take_while(|b| char::from(*b) == c).count();
                let (marks, behind) = rest.split_at(run);
                if !is_emphasis(c, run, text, behind) {
                    text.push_str(marks);
                }
                behind
            }
            c => {
                text.push(c);
                after
            }
        };
    }
}

fn is_emphasis(mark: char, run: usize, before: &str, behind: &str) -> bool {
    let before = before.chars().next_back().unwrap_or('\n');
    let behind = behind.chars().next().unwrap_or('\n');
    let inside = before.is_alphanumeric() && behind.is_alphanumeric();
    match mark {
        '~' => run == 2,
        '_' if inside => false,
        // "2 * 3" and a bullet are no emphasis.
        _ => run <= 3 && !(before.is_whitespace() && behind.is_whitespace()),
    }
}

/// How many bytes a link or tag may reach.
const REACH: usize = 2_048;

/// The label of `[label](target)` or `[label][reference]`, and the length of the whole.
fn link(text: &str) -> Option<(&str, usize)> {
    let within = &text.as_bytes()[..text.len().min(REACH)];
    let close = 1 + memchr::memchr2(b'[', b']', &within[1..])?;
    let end = match (within[close], within.get(close + 1)?) {
        (b'[', _) => return None,
        (_, b'(') => memchr::memchr(b')', &within[close..])?,
        (_, b'[') => memchr::memchr(b']', &within[close + 1..])? + 1,
        _ => return None,
    };
    Some((&text[1..close], close + end + 1))
}

/// The length of a tag. `<https://…>` and `<jane@…>` are shown, without their brackets, by whoever
/// shows the page, and no tags.
fn tag(text: &str) -> Option<usize> {
    let body = text.strip_prefix('<')?;
    let name = body.strip_prefix('/').unwrap_or(body);
    let letters = name.bytes().take(32).take_while(u8::is_ascii_alphanumeric).count();
    let ends = name[letters..].starts_with([' ', '>', '/', '\t']);
    if letters == 0 || !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !ends {
        return None;
    }
    let end = memchr::memchr(b'>', &body.as_bytes()[..body.len().min(REACH)])?;
    Some(1 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> ReadText {
        Markdown.read(source.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn marks_are_left_out() {
        let check = |source: &str, expect: &str| {
            assert_eq!(read(source).text.expose(), expect, "{source}");
        };
        check("# Letter #\n\nSeen", "Letter\n\nSeen\n");
        check("Title\n=====\n***\nx", "Title\nx\n");
        check("**Name:** Jane *Roe* __b__ _c_ ~~d~~", "Name: Jane Roe b c d\n");
        check("2 * 3, a_b_c, * item, _", "2 * 3, a_b_c, * item, _\n");
        check("  - item\n    1. b", "  - item\n    1. b\n");
        check("> > quoted", "quoted\n");
        check("| Name | MRN |\n|:--|--:|\n| Jane | 12 |", "| Name | MRN |\n| Jane | 12 |\n");
        check(
            "see [the **page**](http://x/jane) and [b][1]\n[1]: http://x/jane",
            "see the page and b\n",
        );
        check("![Jane](jane.png)a", "a\n");
        check("a [1] b [x", "a [1] b [x\n");
        check("```yaml\n**Jane** <b>\n```\nx", "**Jane** <b>\nx\n");
        check("`code` \\*a\\* C:\\x", "code *a* C:\\x\n");
        check("a<br/>b <b class='x'>c</b> 1<2 <j@x.org>", "ab c 1<2 <j@x.org>\n");
        check("a<!-- Jane\nRoe -->b<!-- c", "ab\n");
        check("[^1]: a note", "[^1]: a note\n");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let read = read("<!-- x -->![a](b)[c](d)");
        assert_eq!(read.left_out, [("comment", 1), ("image", 1), ("link-target", 1)].into());
    }

    #[test]
    fn hostile_texts_end() {
        for piece in ["[", "![", "<a ", "<!--", "*", "\\", "`", ">", "[a](", "#"] {
            read(&piece.repeat(200_000));
            read(&format!("{piece}\n").repeat(100_000));
        }
    }
}
