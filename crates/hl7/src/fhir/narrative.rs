//! Markup around free text: the XHTML of a Narrative, and HTML attachments.
//!
//! All text of a document goes through the text engine at once, since a name may be split over
//! tags and a table row is a key and its value; what is replaced is put back where it began.
//! Tags of the FHIR narrative rules stay, attributes go. What is not well-formed is given up, and
//! the caller leaves it out.

use anonymed_core::{Replacement, ScrubbedText};

/// A piece of a document: markup that stays, or a range of the joined text.
enum Piece {
    Markup(String),
    Text(std::ops::Range<usize>),
}

/// A document taken apart.
pub(crate) struct Markup {
    pieces: Vec<Piece>,
    /// The text of all pieces, with line breaks and tabs where blocks and cells end.
    pub(crate) text: String,
}

/// What was replaced in a document put together again, by byte ranges of the new document.
pub(crate) struct Rebuilt {
    pub(crate) document: String,
    pub(crate) items: Vec<Replacement>,
}

/// How strictly a document is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A Narrative: one `div`, every tag closed.
    Xhtml,
    /// An attachment: tags may stay open.
    Html,
}

/// Elements that end a line of the text.
const BLOCKS: &[&str] = &[
    "address",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "ul",
];
/// Elements that stay inside a line.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "big", "cite", "code", "col", "colgroup", "dfn", "em", "font",
    "i", "kbd", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "td", "th", "tt", "u",
    "var",
];
/// Elements without an end tag.
const VOID: &[&str] = &["br", "col", "hr", "img", "meta", "link", "input"];
/// Elements that go with all that is in them.
const GONE: &[&str] = &["script", "style", "object", "iframe", "svg", "form", "map"];

impl Markup {
    /// Takes a document apart; `None` where it is not well-formed or holds what is not allowed.
    pub(crate) fn parse(source: &str, dialect: Dialect) -> Option<Self> {
        let mut reader =
            Reader { rest: source, dialect, open: Vec::new(), out: Self::empty(), closed: false };
        while !reader.rest.is_empty() {
            reader.step()?;
        }
        let whole = dialect == Dialect::Html || (reader.open.is_empty() && reader.closed);
        whole.then_some(reader.out)
    }

    fn empty() -> Self {
        Self { pieces: Vec::new(), text: String::new() }
    }

    fn markup(&mut self, markup: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Markup(last)) => last.push_str(markup),
            _ => self.pieces.push(Piece::Markup(markup.to_owned())),
        }
    }

    fn add_text(&mut self, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        match self.pieces.last_mut() {
            Some(Piece::Text(range)) if range.end == start => range.end = self.text.len(),
            _ => self.pieces.push(Piece::Text(start..self.text.len())),
        }
    }

    /// Puts the document together with the replacements of its text.
    pub(crate) fn rebuild(&self, scrubbed: &ScrubbedText) -> Rebuilt {
        let mut out = Rebuilt { document: String::new(), items: Vec::new() };
        let mut next = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Markup(markup) => out.document.push_str(markup),
                Piece::Text(range) => self.write_text(range.clone(), scrubbed, &mut next, &mut out),
            }
        }
        out
    }

    /// Writes one text piece; a replacement that began in an earlier piece leaves nothing here.
    fn write_text(
        &self,
        range: std::ops::Range<usize>,
        scrubbed: &ScrubbedText,
        next: &mut usize,
        out: &mut Rebuilt,
    ) {
        let mut at = range.start;
        while at < range.end {
            let Some(item) = scrubbed.items.get(*next).filter(|i| i.source.start < range.end)
            else {
                break;
            };
            if item.source.start >= at {
                escape(self.text.get(at..item.source.start).unwrap_or(""), &mut out.document);
            }
            if item.source.start >= range.start {
                let start = out.document.len();
                escape(scrubbed.text.get(item.output.clone()).unwrap_or(""), &mut out.document);
                out.items.push(Replacement { output: start..out.document.len(), ..item.clone() });
            }
            at = item.source.end.max(at);
            if item.source.end > range.end {
                return;
            }
            *next += 1;
        }
        escape(self.text.get(at..range.end).unwrap_or(""), &mut out.document);
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
}

struct Reader<'s> {
    rest: &'s str,
    dialect: Dialect,
    open: Vec<&'s str>,
    out: Markup,
    closed: bool,
}

impl<'s> Reader<'s> {
    fn step(&mut self) -> Option<()> {
        if let Some(rest) = self.rest.strip_prefix("<!--") {
            self.rest = &rest[rest.find("-->")? + 3..];
        } else if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
            let end = rest.find("]]>")?;
            self.out.add_text(&rest[..end]);
            self.rest = &rest[end + 3..];
        } else if self.rest.starts_with("<?") || self.rest.starts_with("<!") {
            self.rest = &self.rest[self.rest.find('>')? + 1..];
        } else if self.rest.starts_with("</") {
            self.end_tag()?;
        } else if self.rest.starts_with('<') {
            self.start_tag()?;
        } else {
            self.characters()?;
        }
        Some(())
    }

    fn characters(&mut self) -> Option<()> {
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let outside = self.open.is_empty() && self.dialect == Dialect::Xhtml;
        if outside {
            return text.trim().is_empty().then_some(());
        }
        self.out.add_text(&entities(text)?);
        Some(())
    }

    fn end_tag(&mut self) -> Option<()> {
        let end = self.rest.find('>')?;
        let name = self.rest[2..end].trim();
        self.rest = &self.rest[end + 1..];
        let name = canonical_name(name)?;
        match self.dialect {
            Dialect::Xhtml => {
                if self.open.pop()? != name {
                    return None;
                }
                self.closed |= self.open.is_empty();
            }
            Dialect::Html if VOID.contains(&name) => return Some(()),
            Dialect::Html => {}
        }
        self.out.markup(&format!("</{name}>"));
        self.separate(name);
        Some(())
    }

    /// Ends the line or cell in the joined text, so that neighbours do not run together.
    fn separate(&mut self, name: &str) {
        let gap = if BLOCKS.contains(&name) {
            '\n'
        } else if matches!(name, "td" | "th") {
            '\t'
        } else {
            return;
        };
        // The gap belongs to the text the engine sees and to no piece that is written.
        if !self.out.text.is_empty() {
            self.out.text.push(gap);
        }
    }

    fn start_tag(&mut self) -> Option<()> {
        let end = tag_end(self.rest)?;
        let tag = &self.rest[1..end];
        self.rest = &self.rest[end + 1..];
        let (tag, closed) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let split = tag.find(|c: char| c.is_whitespace()).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(split);
        if GONE.contains(&name.to_ascii_lowercase().as_str()) {
            return if closed { Some(()) } else { self.skip(name) };
        }
        if matches!(name, "img" | "meta" | "link" | "input") {
            // Pictures and addresses go; in XHTML their end tag must be here too.
            if !closed && self.dialect == Dialect::Xhtml {
                self.rest = self.rest.trim_start().strip_prefix(&format!("</{name}>"))?;
            }
            return Some(());
        }
        let name = canonical_name(name)?;
        if BLOCKS.contains(&name) {
            self.separate(name);
        }
        let root = self.open.is_empty() && self.dialect == Dialect::Xhtml;
        if root && (name != "div" || self.closed) {
            return None;
        }
        let mut markup = format!("<{name}");
        if root {
            markup.push_str(" xmlns=\"http://www.w3.org/1999/xhtml\"");
        }
        for span in ["colspan", "rowspan"] {
            if let Some(count) = number_attribute(attributes, span) {
                markup.push_str(&format!(" {span}=\"{count}\""));
            }
        }
        markup.push_str(if closed { "/>" } else { ">" });
        self.out.markup(&markup);
        if closed {
            self.closed |= root;
        } else if self.dialect == Dialect::Xhtml {
            self.open.push(name);
        }
        Some(())
    }

    fn skip(&mut self, name: &str) -> Option<()> {
        let end =
            self.rest.to_ascii_lowercase().find(&format!("</{}", name.to_ascii_lowercase()))?;
        let rest = &self.rest[end..];
        self.rest = &rest[rest.find('>')? + 1..];
        Some(())
    }
}

/// Where a tag ends, `>` in quoted attributes not counted.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            (None, b'>') => return Some(at),
            (None, b'<') if at > 0 => return None,
            _ => {}
        }
    }
    None
}

fn canonical_name(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    BLOCKS.iter().chain(INLINE).find(|n| **n == lower).copied()
}

fn number_attribute(attributes: &str, name: &str) -> Option<u16> {
    let rest = &attributes[attributes.find(name)? + name.len()..];
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quoted = rest.strip_prefix(['"', '\''])?;
    quoted[..quoted.find(['"', '\''])?].trim().parse().ok()
}

fn entities(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let end = at + rest[at..].find(';').filter(|n| *n < 12)?;
        out.push(entity(&rest[at + 1..end])?);
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Some(out)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "hellip" => '…',
        "bull" => '•',
        "middot" => '·',
        "deg" => '°',
        "micro" => 'µ',
        "plusmn" => '±',
        "times" => '×',
        "frac12" => '½',
        "le" => '≤',
        "ge" => '≥',
        "copy" => '©',
        "reg" => '®',
        "eacute" => 'é',
        "egrave" => 'è',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "ntilde" => 'ñ',
        "aacute" => 'á',
        "iacute" => 'í',
        "oacute" => 'ó',
        "uacute" => 'ú',
        "ccedil" => 'ç',
        "agrave" => 'à',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::{EntityType, Operator};

    fn replace(source: &str, dialect: Dialect, find: &str, new: &str) -> Option<String> {
        let markup = Markup::parse(source, dialect)?;
        let mut text = String::new();
        let mut items = Vec::new();
        let mut last = 0;
        for (at, _) in markup.text.match_indices(find) {
            text.push_str(&markup.text[last..at]);
            let start = text.len();
            text.push_str(new);
            items.push(Replacement {
                source: at..at + find.len(),
                output: start..text.len(),
                entity: EntityType::Patient,
                operator: Operator::Surrogate,
            });
            last = at + find.len();
        }
        text.push_str(&markup.text[last..]);
        let rebuilt = markup.rebuild(&ScrubbedText { text, items });
        for item in &rebuilt.items {
            assert!(rebuilt.document.is_char_boundary(item.output.start));
        }
        Some(rebuilt.document)
    }

    const DIV: &str = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";

    #[test]
    fn text_is_replaced_and_markup_stays() {
        let check = |inside: &str, expect: &str| {
            let source = format!("{DIV}{inside}</div>");
            let found = replace(&source, Dialect::Xhtml, "Jane Roe", "X");
            assert_eq!(found, Some(format!("{DIV}{expect}</div>")), "{inside}");
        };
        check("Seen: Jane Roe.", "Seen: X.");
        check(
            "<p><b>Jane</b> Roe</p> & Jane Roe".replace('&', "&amp;").as_str(),
            "<p><b>X</b></p> &amp; X",
        );
        check("<p title=\"Jane Roe\" class=\"a\">a &lt; b</p>", "<p>a &lt; b</p>");
        check(
            "<table><tr><td colspan=\"2\">Jane</td><td>Roe</td></tr></table>",
            "<table><tr><td colspan=\"2\">Jane</td><td>Roe</td></tr></table>",
        );
        check("a<br/>b<!-- Jane Roe -->", "a<br/>b");
        check("<img src=\"jane.png\" alt=\"Jane Roe\"/>x", "x");
        check("<a href=\"http://h/Jane%20Roe\">link</a>", "<a>link</a>");
        check("Jane R&#111;e", "X");
        check("", "");
    }

    #[test]
    fn what_is_not_well_formed_is_given_up() {
        let check =
            |source: &str| assert!(Markup::parse(source, Dialect::Xhtml).is_none(), "{source}");
        check("");
        check("plain");
        check("<p>no div</p>");
        check("<div>open");
        check("<div><b></div></b>");
        check("<div>&unknown;</div>");
        check("<div>& alone</div>");
        check("<div><blink>x</blink></div>");
        check("<div></div><div></div>");
        check("<div></div>after");
        check("<div <p></div>");
        check("<div>x</div");
        check("<div><!-- open</div>");
    }

    #[test]
    fn html_may_leave_tags_open() {
        let found = replace("<html><body><p>Jane Roe<br>x", Dialect::Html, "Jane Roe", "X");
        assert_eq!(found.as_deref(), Some("<html><body><p>X<br>x"));
        let found = replace("<script>var n='Jane'</script><p>y", Dialect::Html, "Jane Roe", "X");
        assert_eq!(found.as_deref(), Some("<p>y"));
    }
}
