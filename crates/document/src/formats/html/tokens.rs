//! Tags, text and comments of HTML, after the tokenizer of the standard (13.2.5). Attributes are
//! looked at and not kept.

use super::entities;

/// One piece of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Characters, references not replaced.
    Text(&'a str),
    /// A start tag: its name in small letters, whether it hides what it holds, and whether it holds
    /// nothing, as XML may say.
    Start { name: String, hidden: bool, closed: bool },
    /// An end tag.
    End { name: String },
    /// A comment or instruction.
    Comment,
    /// The declaration of what the document is: it has nothing to read.
    Doctype,
}

/// Elements whose content is no markup (13.2.5.1); what they hold is not shown as text, but for
/// `textarea` and `xmp`.
const RAW: &[&str] =
    &["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"];

/// Reads a page from start to end, once.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    raw: Option<String>,
    /// Tags that end in a slash are closed.
    xml: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(page: &'a str) -> Self {
        Self { rest: page, raw: None, xml: page.trim_start().starts_with("<?xml") }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// Everything up to the end tag of a raw element; all that is left where there is none.
    fn raw_text(&mut self, name: &str) -> Token<'a> {
        let bytes = self.rest.as_bytes();
        let ends = |at: &usize| {
            let tag = &bytes[*at..];
            tag.get(1) == Some(&b'/')
                && tag
                    .get(2..2 + name.len())
                    .is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
                && tag
                    .get(2 + name.len())
                    .is_none_or(|b| b.is_ascii_whitespace() || b"/>".contains(b))
        };
        let end = memchr::memchr_iter(b'<', bytes).find(ends).unwrap_or(bytes.len());
        Token::Text(self.take(end))
    }

    fn comment(&mut self) -> Token<'a> {
        let bytes = self.rest.as_bytes();
        let end = match bytes.strip_prefix(b"<!--") {
            Some(body) if body.starts_with(b">") => 5,
            Some(body) if body.starts_with(b"->") => 6,
            Some(body) => memchr::memmem::find_iter(body, b"--")
                .find_map(|at| match &body[at + 2..] {
                    [b'>', ..] => Some(4 + at + 3),
                    [b'!', b'>', ..] => Some(4 + at + 4),
                    [b'-', b'>', ..] => Some(4 + at + 4),
                    _ => None,
                })
                .unwrap_or(bytes.len()),
            None => memchr::memchr(b'>', bytes).map_or(bytes.len(), |at| at + 1),
        };
        let declares = bytes.get(2..9).is_some_and(|name| name.eq_ignore_ascii_case(b"doctype"));
        self.take(end);
        if declares { Token::Doctype } else { Token::Comment }
    }

    fn end_tag(&mut self) -> Token<'a> {
        self.take(2);
        let name = self.name();
        self.attributes();
        Token::End { name }
    }

    fn start_tag(&mut self) -> Token<'a> {
        self.take(1);
        let name = self.name();
        let before = self.rest;
        let hidden = self.attributes();
        let tag = &before[..before.len() - self.rest.len()];
        let closed = self.xml && tag.ends_with("/>");
        if !closed && RAW.contains(&name.as_str()) {
            self.raw = Some(name.clone());
        }
        Token::Start { name, hidden, closed }
    }

    fn name(&mut self) -> String {
        let end = self.rest.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>');
        let name = self.take(end.unwrap_or(self.rest.len()));
        // No element that matters has a long name, and a page may hold many of them.
        let kept = name.char_indices().nth(40).map_or(name.len(), |(at, _)| at);
        name[..kept].to_ascii_lowercase()
    }

    /// Reads to the end of the tag; says whether an attribute hides the element.
    fn attributes(&mut self) -> bool {
        let mut hides = false;
        loop {
            let trimmed =
                self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            self.rest = trimmed;
            match trimmed.as_bytes().first() {
                None => return hides,
                Some(b'>') => {
                    self.take(1);
                    return hides;
                }
                Some(_) => {}
            }
            let (name, value) = self.attribute();
            hides |= hiding(name, value);
        }
    }

    fn attribute(&mut self) -> (&'a str, &'a str) {
        // An equals sign at its start belongs to the name (13.2.5.32).
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=');
        let end = self.rest[first..].find(ends).map_or(self.rest.len(), |at| at + first);
        let name = self.take(end);
        let after = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let Some(value) = after.strip_prefix('=') else { return (name, "") };
        self.rest = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => {
                self.take(1);
                let end = self.rest.find(quote).unwrap_or(self.rest.len());
                let value = self.take(end);
                self.take(usize::from(!self.rest.is_empty()));
                value
            }
            None => {
                let ends = |c: char| c.is_ascii_whitespace() || c == '>';
                self.take(self.rest.find(ends).unwrap_or(self.rest.len()))
            }
        };
        (name, value)
    }
}

/// Whether an attribute hides its element: `hidden`, or a style that says so. Rules of style sheets
/// are not looked at: what they hide is read as if it were seen.
fn hiding(name: &str, value: &str) -> bool {
    if name.eq_ignore_ascii_case("hidden") {
        return true;
    }
    if !name.eq_ignore_ascii_case("style") {
        return false;
    }
    let style: String = entities::decode(value)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    style.split(';').any(|rule| {
        let rule = rule.trim_end_matches("!important");
        ["display:none", "visibility:hidden", "mso-hide:all", "font-size:0", "font-size:0px"]
            .contains(&rule)
    })
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            return Some(self.raw_text(&name));
        }
        let bytes = self.rest.as_bytes();
        let token = match bytes {
            [] => return None,
            [b'<', b'/', letter, ..] if letter.is_ascii_alphabetic() => self.end_tag(),
            [b'<', letter, ..] if letter.is_ascii_alphabetic() => self.start_tag(),
            [b'<', b'!' | b'?', ..] | [b'<', b'/', _, ..] => self.comment(),
            _ => {
                let next = memchr::memchr(b'<', &bytes[1..]).map_or(bytes.len(), |at| at + 1);
                Token::Text(self.take(next))
            }
        };
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_fall_into_tokens() {
        let check = |page: &str, expect: &[&str]| {
            let tokens: Vec<String> = Tokens::of(page)
                .map(|token| match token {
                    Token::Text(text) => format!("={text}"),
                    Token::Start { name, hidden, closed } => {
                        let (hidden, closed) =
                            (["", "!"][usize::from(hidden)], ["", "/"][usize::from(closed)]);
                        format!("<{name}{hidden}{closed}")
                    }
                    Token::End { name } => format!("/{name}"),
                    Token::Comment => "#".to_owned(),
                    Token::Doctype => "!".to_owned(),
                })
                .collect();
            assert_eq!(tokens, expect, "{page}");
        };
        check("a<B x=1>b</b >", &["=a", "<b", "=b", "/b"]);
        check("a < b <3", &["=a ", "=< b ", "=<3"]);
        check("<p title='a > b' hidden>x", &["<p!", "=x"]);
        check("<p title=\"<b>", &["<p"]);
        check("<p ==hidden /style = \"Display : none\">", &["<p!"]);
        check("<p style='color:red;display&colon;none'>", &["<p!"]);
        check("<p style='display:nonesuch' data-hidden=1 aria-hidden=true>", &["<p"]);
        check("a<!-- b > --c --->d", &["=a", "#", "=d"]);
        check("<!-->a<!--->b<!--x--!>c<!-- open", &["#", "=a", "#", "=b", "#", "=c", "#"]);
        check("<!doctype html><?xml x?><![CDATA[x]]></ x>y", &["!", "#", "#", "#", "=y"]);
        check(
            "<SCRIPT>a<b></scripty></Script >c",
            &["<script", "=a<b></scripty>", "/script", "=c"],
        );
        check("<?xml?><script src='a'/><b/>c", &["#", "<script/", "<b/", "=c"]);
        check("<title>a", &["<title", "=a"]);
        check("<é>", &["=<é>"]);
        check("</", &["=</"]);
        check("<", &["=<"]);
    }
}
