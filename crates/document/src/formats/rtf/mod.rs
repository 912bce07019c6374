//! Rich Text Format 1.9.1: body, headers, footers, notes, comments, text boxes and tables.
//!
//! Left out are hidden and deleted text, the authors of comments, fields' instructions, document
//! properties, pictures and every destination that this page does not name. Bytes are letters of
//! the font's character set, else of the document's code page; a letter of a code page that is not
//! read is refused. What stands behind the last group is no part of the document.

mod code_pages;
mod tokens;

use std::collections::{BTreeMap, HashMap};

use encoding_rs::Encoding;

use super::{ReadText, Sniff, TextFormat};
use crate::error::{DocumentError, Result};
use crate::flow::Flow;
use crate::limits::Limits;
use tokens::{Token, Tokens};

const NAME: &str = "rtf";

/// See the module.
pub(super) struct Rtf;

impl TextFormat for Rtf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn media_type(&self) -> &'static str {
        "application/rtf"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["rtf"]
    }

    fn sniff(&self, bytes: &[u8]) -> Sniff {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        if bytes.starts_with(b"{\\rtf") { Sniff::Yes } else { Sniff::No }
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<ReadText> {
        limits.input(bytes)?;
        let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut tokens = Tokens::of(body);
        let mut reader = Reader::new(limits);
        let mut opened = false;
        while let Some(token) = tokens.next()? {
            reader.at = tokens.at();
            reader.token(token)?;
            opened |= !reader.groups.is_empty();
            if opened && reader.groups.is_empty() {
                break;
            }
        }
        if !opened || !reader.groups.is_empty() {
            return Err(reader.broken("the document ends inside a group"));
        }
        Ok(ReadText { format: NAME, text: reader.flow.finish().into(), left_out: reader.left_out })
    }
}

/// What a group holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    /// Text that is seen.
    Text,
    /// The font table.
    Fonts,
    /// A drawing, or a text in two spellings: what in it is seen says so.
    Drawing,
    /// Something that is not read.
    Dropped,
}

/// What holds up to the end of a group.
#[derive(Debug, Clone)]
struct State {
    destination: Destination,
    /// Letters that stand for one `\u`.
    fallback: usize,
    font: i32,
    hidden: bool,
    deleted: bool,
    /// A new line follows the group.
    ends_line: bool,
    /// The group stands aside of the running text.
    aside: bool,
}

struct Reader {
    flow: Flow,
    depth: usize,
    at: usize,
    state: State,
    groups: Vec<State>,
    /// The group began with `\*`: what is not known in it is skipped.
    starred: bool,
    /// Code page of the document.
    page: i32,
    /// Code page by font.
    fonts: HashMap<i32, i32>,
    /// Bytes that are not decoded.
    bytes: Vec<u8>,
    /// First half of a character outside the basic plane.
    surrogate: Option<u16>,
    /// Letters that are still to be skipped after `\u`.
    skip: usize,
    left_out: BTreeMap<&'static str, u64>,
}

impl Reader {
    fn new(limits: &Limits) -> Self {
        let state = State {
            destination: Destination::Text,
            fallback: 1,
            font: -1,
            hidden: false,
            deleted: false,
            ends_line: false,
            aside: false,
        };
        Self {
            flow: Flow::new(NAME, limits.output_bytes, limits.depth),
            depth: limits.depth,
            at: 0,
            state,
            groups: Vec::new(),
            starred: false,
            page: 1252,
            fonts: HashMap::new(),
            bytes: Vec::new(),
            surrogate: None,
            skip: 0,
            left_out: BTreeMap::new(),
        }
    }

    fn broken(&self, what: &'static str) -> DocumentError {
        DocumentError::Broken { format: NAME, what, at: self.at }
    }

    fn token(&mut self, token: Token<'_>) -> Result<()> {
        if !matches!(token, Token::Byte(_)) {
            self.decode()?;
        }
        match token {
            Token::Open => self.open(),
            Token::Close => self.close(),
            Token::Word(word, number) => self.control(word, number),
            Token::Symbol(symbol) => self.symbol(symbol),
            Token::Binary => {
                self.skip = self.skip.saturating_sub(1);
                Ok(())
            }
            Token::Byte(_) if self.skip > 0 => {
                self.skip -= 1;
                Ok(())
            }
            Token::Byte(byte) => {
                if self.seen() {
                    self.bytes.push(byte);
                }
                Ok(())
            }
            Token::Text(text) => {
                let skipped = self.skip.min(text.len());
                self.skip -= skipped;
                self.text(&text[skipped..])
            }
        }
    }

    fn open(&mut self) -> Result<()> {
        if self.groups.len() >= self.depth {
            return Err(DocumentError::TooDeep { format: NAME, limit: self.depth });
        }
        self.skip = 0;
        self.groups.push(self.state.clone());
        self.state.ends_line = false;
        self.state.aside = false;
        self.starred = false;
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let outer =
            self.groups.pop().ok_or_else(|| self.broken("a group ends that did not begin"))?;
        let inner = std::mem::replace(&mut self.state, outer);
        self.skip = 0;
        self.starred = false;
        if inner.aside {
            self.flow.close_aside();
        } else if inner.ends_line {
            self.flow.paragraph();
        }
        Ok(())
    }

    fn seen(&self) -> bool {
        self.state.destination == Destination::Text && !self.state.hidden && !self.state.deleted
    }

    fn text(&mut self, text: &str) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.starred = false;
        if self.state.destination != Destination::Text {
            return Ok(());
        }
        if self.surrogate.is_some() {
            return Err(self.broken("a character is only half written"));
        }
        if self.state.hidden {
            *self.left_out.entry("hidden-text").or_default() += 1;
        } else if self.state.deleted {
            *self.left_out.entry("deleted-text").or_default() += 1;
        } else {
            self.flow.exact(text)?;
        }
        Ok(())
    }

    /// Adds the bytes that wait, in the code page of their font.
    fn decode(&mut self) -> Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.bytes);
        let page = self.fonts.get(&self.state.font).copied().unwrap_or(self.page);
        let encoding: &'static Encoding =
            code_pages::of_page(page).ok_or(DocumentError::Charset {
                format: NAME,
                what: "a letter is in a code page that is not read",
            })?;
        let (text, broken) = encoding.decode_without_bom_handling(&bytes);
        if broken {
            return Err(self.broken("a byte has no character in its code page"));
        }
        self.text(&text)
    }

    fn symbol(&mut self, symbol: u8) -> Result<()> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(());
        }
        match symbol {
            b'*' => self.starred = true,
            b'\\' | b'{' | b'}' => self.text(char::from(symbol).encode_utf8(&mut [0; 4]))?,
            b'~' => self.text(" ")?,
            b'_' => self.text("-")?,
            b'\r' | b'\n' => self.layout(Flow::line_break),
            b'\t' => self.text("\t")?,
            // An optional hyphen is not seen inside a line; other symbols mark index entries.
            _ => {}
        }
        Ok(())
    }

    fn layout(&mut self, act: fn(&mut Flow)) {
        if self.seen() {
            act(&mut self.flow);
        }
    }

    fn control(&mut self, word: &str, number: Option<i32>) -> Result<()> {
        if self.skip > 0 && word != "u" && word != "uc" {
            self.skip -= 1;
            return Ok(());
        }
        let starred = std::mem::take(&mut self.starred);
        let on = number != Some(0);
        match word {
            "u" => return self.unicode(number.unwrap_or(0)),
            "uc" => self.state.fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(0).min(16),
            "ansicpg" => self.page = number.unwrap_or(0),
            "mac" => self.page = 10_000,
            "pc" => self.page = 437,
            "pca" => self.page = 850,
            "deff" if self.state.font < 0 => self.state.font = number.unwrap_or(-1),
            "f" => self.state.font = number.unwrap_or(0),
            "fcharset" if self.state.destination == Destination::Fonts => {
                let page = number.and_then(code_pages::of_charset);
                if let (Some(page), true) = (page, self.fonts.len() < 65_536) {
                    self.fonts.insert(self.state.font, page);
                }
            }
            "v" => self.state.hidden = on,
            "deleted" => self.state.deleted = on,
            "plain" => {
                self.state.hidden = false;
                self.state.deleted = false;
            }
            _ => return self.content(word, starred),
        }
        Ok(())
    }

    /// Words that are text, layout or the beginning of a destination.
    fn content(&mut self, word: &str, starred: bool) -> Result<()> {
        match word {
            "par" | "line" | "sect" | "page" | "column" | "softline" | "softpage" => {
                self.layout(Flow::line_break);
            }
            "tab" => self.text("\t")?,
            "emdash" => self.text("—")?,
            "endash" => self.text("–")?,
            "lquote" => self.text("‘")?,
            "rquote" => self.text("’")?,
            "ldblquote" => self.text("“")?,
            "rdblquote" => self.text("”")?,
            "bullet" => self.text("•")?,
            "emspace" | "enspace" | "qmspace" => self.text(" ")?,
            "trowd" | "intbl" => self.row()?,
            "cell" if self.seen() => {
                self.row()?;
                self.flow.open_cell()?;
                self.flow.close_cell();
            }
            "row" => self.layout(Flow::close_row),
            // A table in a cell: its rows are lines of the cell.
            "nestcell" => self.text("\t")?,
            _ => return self.destination(word, starred),
        }
        Ok(())
    }

    /// Begins a row, where none is open.
    fn row(&mut self) -> Result<()> {
        if self.seen() && !self.flow.in_row() {
            self.flow.open_row()?;
        }
        Ok(())
    }

    fn destination(&mut self, word: &str, starred: bool) -> Result<()> {
        let outside = self.groups.last().map_or(Destination::Text, |state| state.destination);
        let (seen, drawn) = (outside == Destination::Text, outside == Destination::Drawing);
        match word {
            "fonttbl" => self.state.destination = Destination::Fonts,
            "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr"
            | "footerf"
                if seen =>
            {
                self.flow.paragraph();
                self.state.ends_line = true;
            }
            "footnote" | "annotation" if seen => self.aside()?,
            "shptxt" | "dptxbxtext" if drawn => self.aside()?,
            "ud" if drawn => self.state.destination = Destination::Text,
            "upr" | "shpinst" | "do" => self.leave(Destination::Drawing),
            "nesttableprops" => {
                self.layout(Flow::line_break);
                self.leave(Destination::Dropped);
            }
            "pict" => {
                *self.left_out.entry("image").or_default() += 1;
                self.leave(Destination::Dropped);
            }
            "info" => {
                *self.left_out.entry("document-property").or_default() += 1;
                self.leave(Destination::Dropped);
            }
            _ if starred || UNSEEN.contains(&word) => self.leave(Destination::Dropped),
            _ => {}
        }
        Ok(())
    }

    fn aside(&mut self) -> Result<()> {
        self.state.aside = true;
        self.state.destination = Destination::Text;
        self.flow.open_aside()
    }

    fn leave(&mut self, destination: Destination) {
        if matches!(self.state.destination, Destination::Text | Destination::Drawing) {
            self.state.destination = destination;
        }
    }

    /// `\uN`: a unit of UTF-16, with letters behind it for readers that do not know it.
    fn unicode(&mut self, number: i32) -> Result<()> {
        self.skip = self.state.fallback;
        if !self.seen() {
            return Ok(());
        }
        let unit = u16::try_from(number).or_else(|_| i16::try_from(number).map(i16::cast_unsigned));
        let unit = unit.map_err(|_| self.broken("a character has a number that is none"))?;
        let units = match (self.surrogate.take(), unit) {
            (_, 0xd800..=0xdbff) => {
                self.surrogate = Some(unit);
                return Ok(());
            }
            (Some(first), unit) => vec![first, unit],
            (None, unit) => vec![unit],
        };
        let text = String::from_utf16(&units);
        let text = text.map_err(|_| self.broken("a character is only half written"))?;
        self.text(&text)
    }
}

/// Destinations without `\*` whose text is not shown as it is written.
const UNSEEN: &[&str] = &[
    "atnid",
    "atnauthor",
    "author",
    "colortbl",
    "comment",
    "datafield",
    "filetbl",
    "fldinst",
    "footnotesep",
    "ftnsep",
    "ftnsepc",
    "ftncn",
    "aftnsep",
    "aftnsepc",
    "aftncn",
    "keywords",
    "listtable",
    "listoverridetable",
    "nonesttables",
    "nonshppict",
    "objclass",
    "objdata",
    "objname",
    "private",
    "revtbl",
    "shprslt",
    "sn",
    "sp",
    "stylesheet",
    "sv",
    "tc",
    "template",
    "title",
    "txe",
    "xe",
];

#[cfg(test)]
mod tests;
