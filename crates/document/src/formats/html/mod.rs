//! HTML and XHTML: the text that a browser without scripts and style sheets shows.
//!
//! Left out are comments, titles, scripts, styles, attributes (alternative texts, tooltips, values
//! of fields), what is not shown by its element, and what an attribute hides. What a style sheet
//! hides is read as if it were seen. Elements are not built into a tree, so that depth costs
//! nothing; a hidden element that is never closed hides the rest.

pub(super) mod entities;
mod tokens;

use std::collections::BTreeMap;

use encoding_rs::Encoding;

use super::{ReadText, Sniff, TextFormat};
use crate::charset;
use crate::error::Result;
use crate::flow::Flow;
use crate::limits::Limits;
use tokens::{Token, Tokens};

const NAME: &str = "html";

/// Bytes in which the encoding is named (HTML 13.2.3.2).
const HEAD: usize = 1_024;

/// Elements that never have content (13.1.2).
const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
    "keygen", "link", "meta", "param", "source", "track", "wbr",
];

/// Elements that are not shown (15.3.1), or in whose place something else is.
const UNSEEN: &[&str] = &[
    "audio", "canvas", "datalist", "iframe", "noembed", "noframes", "noscript", "object", "script",
    "style", "template", "title", "video",
];

/// Elements with space around them (15.3).
const PARAGRAPHS: &[&str] = &[
    "blockquote",
    "dl",
    "fieldset",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
];

/// Elements on lines of their own (15.3).
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dt",
    "figcaption",
    "footer",
    "form",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "listing",
    "main",
    "menu",
    "nav",
    "optgroup",
    "option",
    "search",
    "section",
    "select",
    "summary",
    "textarea",
    "xmp",
];

/// See the module.
pub(super) struct Html;

impl TextFormat for Html {
    fn name(&self) -> &'static str {
        NAME
    }

    fn media_type(&self) -> &'static str {
        "text/html"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["html", "htm", "xhtml"]
    }

    fn sniff(&self, bytes: &[u8]) -> Sniff {
        let head = &bytes[..bytes.len().min(HEAD)];
        let (encoding, mark) = Encoding::for_bom(head).unwrap_or((encoding_rs::WINDOWS_1252, 0));
        let (text, _) = encoding.decode_without_bom_handling(&head[mark..]);
        let text = text.to_ascii_lowercase();
        let mut start = text.trim_start();
        while let Some((_, after)) = start.strip_prefix("<!--").and_then(|c| c.split_once("-->")) {
            start = after.trim_start();
        }
        let begins =
            ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| start.starts_with(tag));
        match () {
            () if begins || start.starts_with("<?xml") && start.contains("<html") => Sniff::Yes,
            () if text.contains('\0') || start.starts_with("<?xml") => Sniff::No,
            () if memchr::memchr(b'<', bytes).is_some() => Sniff::Perhaps,
            () => Sniff::No,
        }
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<ReadText> {
        limits.input(bytes)?;
        let page = charset::decode(NAME, bytes, named_encoding(bytes))?;
        let mut reader = Reader::new(limits);
        for token in Tokens::of(&page) {
            reader.token(token)?;
        }
        Ok(ReadText { format: NAME, text: reader.flow.finish().into(), left_out: reader.left_out })
    }
}

/// The encoding named in a `meta` element or an XML declaration.
fn named_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(HEAD)].to_ascii_lowercase();
    let find = |place: &[u8], word: &[u8]| memchr::memmem::find(place, word);
    let value = |place: &[u8], word: &[u8]| {
        let after = place[find(place, word)? + word.len()..].trim_ascii_start();
        let label = after.strip_prefix(b"=")?.trim_ascii_start();
        let label = label.strip_prefix(b"\"").or(label.strip_prefix(b"'")).unwrap_or(label);
        let end = label.iter().position(|b| b" \t\r\n\"';>/?".contains(b)).unwrap_or(label.len());
        charset::by_label(&label[..end])
    };
    let declared = head.starts_with(b"<?xml").then(|| {
        let end = find(&head, b"?>").unwrap_or(head.len());
        value(&head[..end], b"encoding")
    });
    declared.flatten().or_else(|| {
        memchr::memmem::find_iter(&head, b"<meta").find_map(|at| {
            let tag = &head[at..];
            let end = memchr::memchr(b'>', tag).unwrap_or(tag.len());
            value(&tag[..end], b"charset")
        })
    })
}

/// An element that is not shown, and how many of its name are open in it.
struct Unseen {
    name: String,
    open: usize,
}

struct Reader {
    flow: Flow,
    unseen: Option<Unseen>,
    /// For each table in a table: whether a row is open.
    tables: Vec<bool>,
    pre: usize,
    left_out: BTreeMap<&'static str, u64>,
}

impl Reader {
    fn new(limits: &Limits) -> Self {
        Self {
            flow: Flow::new(NAME, limits.output_bytes, limits.depth),
            unseen: None,
            tables: Vec::new(),
            pre: 0,
            left_out: BTreeMap::new(),
        }
    }

    fn token(&mut self, token: Token<'_>) -> Result<()> {
        if let Some(unseen) = &mut self.unseen {
            match token {
                Token::Start { name, closed: false, .. } if name == unseen.name => unseen.open += 1,
                Token::End { name } if name == unseen.name => unseen.open -= 1,
                _ => {}
            }
            if unseen.open == 0 {
                self.unseen = None;
            }
            return Ok(());
        }
        match token {
            Token::Text(text) => {
                let text = entities::decode(text);
                if self.pre > 0 { self.flow.exact(&text) } else { self.flow.collapsed(&text) }
            }
            Token::Start { name, hidden, closed } => {
                let empty = closed || VOID.contains(&name.as_str());
                self.start(name, hidden, empty)
            }
            Token::End { name } => {
                self.end(&name);
                Ok(())
            }
            Token::Comment => {
                self.leave_out("comment");
                Ok(())
            }
            Token::Doctype => Ok(()),
        }
    }

    fn leave_out(&mut self, what: &'static str) {
        *self.left_out.entry(what).or_default() += 1;
    }

    fn start(&mut self, name: String, hidden: bool, empty: bool) -> Result<()> {
        let name_is = name.as_str();
        if hidden || UNSEEN.contains(&name_is) {
            self.leave_out(match name_is {
                "title" => "title",
                "script" | "style" | "template" | "noscript" => "script-or-style",
                "audio" | "video" | "canvas" | "object" | "iframe" => "embedded",
                _ => "hidden-text",
            });
            if !empty {
                self.unseen = Some(Unseen { name, open: 1 });
            }
            return Ok(());
        }
        match name_is {
            "br" => self.flow.line_break(),
            "img" => self.leave_out("image"),
            "table" => self.open_table(),
            "tr" => self.open_row()?,
            "td" | "th" => self.open_cell()?,
            "pre" | "listing" | "textarea" | "xmp" if !empty => {
                self.flow.block();
                self.pre += 1;
            }
            name => self.border(name),
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "table" => self.close_table(),
            "tr" => self.close_row(),
            "td" | "th" => self.flow.close_cell(),
            "pre" | "listing" | "textarea" | "xmp" => {
                self.flow.block();
                self.pre = self.pre.saturating_sub(1);
            }
            name => self.border(name),
        }
    }

    fn border(&mut self, name: &str) {
        if PARAGRAPHS.contains(&name) {
            self.flow.paragraph();
        } else if BLOCKS.contains(&name) {
            self.flow.block();
        }
    }

    fn open_table(&mut self) {
        // A table directly in a table ends that (13.2.6.4.9).
        if self.tables.last() == Some(&false) {
            self.tables.pop();
        }
        self.flow.paragraph();
        self.tables.push(false);
    }

    fn close_table(&mut self) {
        self.close_row();
        if self.tables.pop().is_some() {
            self.flow.paragraph();
        }
    }

    fn open_row(&mut self) -> Result<()> {
        self.close_row();
        match self.tables.last_mut() {
            Some(row) => {
                *row = true;
                self.flow.open_row()
            }
            None => {
                self.flow.block();
                Ok(())
            }
        }
    }

    fn close_row(&mut self) {
        if self.tables.last() == Some(&true) {
            self.flow.close_row();
            if let Some(row) = self.tables.last_mut() {
                *row = false;
            }
        }
    }

    fn open_cell(&mut self) -> Result<()> {
        if self.tables.last() == Some(&false) {
            self.open_row()?;
        }
        if self.tables.is_empty() {
            self.flow.block();
            return Ok(());
        }
        self.flow.close_cell();
        self.flow.open_cell()
    }
}

#[cfg(test)]
mod tests;
