//! A pass of patterns over the output: identifiers that nobody knew of and the detectors missed.
//!
//! Scanners written by hand for this module alone, so that a wrong expression of the detectors
//! does not excuse itself. They are stricter than a detector: a release is held back for a hit, so
//! each asks for a shape that is hardly anything else, and is tested with the measurements and
//! codes that look like it.

use std::ops::Range;

use anonymed_core::{AttributeRole, EntityType, Pseudonym};

use super::is_excused;
use super::normal::{Shape, Tokens};

/// An identifier by its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResidualHit {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What it looks like.
    pub entity: EntityType,
    /// The stable reason.
    pub reason: &'static str,
}

/// Where a text stands, which says what numbers mean there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Free text.
    Prose,
    /// A code, system, unit or canonical address of a standard (`coding.code`).
    Code,
    /// A cell of a column with this role.
    Cell(AttributeRole),
}

/// Finds shapes of identifiers outside of the excused spans, which are in order.
pub fn residual(text: &str, position: Position, excused: &[Range<usize>]) -> Vec<ResidualHit> {
    let look = match position {
        Position::Code => Look::Contacts,
        Position::Cell(AttributeRole::Identifier) => return Vec::new(),
        Position::Prose | Position::Cell(AttributeRole::FreeText) => Look::All,
        Position::Cell(_) => Look::Shapes,
    };
    let mut hits = Vec::new();
    let mut tokens = Tokens::default();
    let mut base = 0;
    for line in text.split_inclusive('\n') {
        if worth(line) {
            tokens.cut(line);
            Line { text: line, bytes: line.as_bytes(), tokens: &tokens, look }
                .scan(base, &mut hits);
        }
        base += line.len();
    }
    hits.retain(|hit: &ResidualHit| !is_excused(&hit.span, excused));
    hits.sort_by(|a, b| (a.span.start, b.span.end).cmp(&(b.span.start, a.span.end)));
    // Of hits one inside another, the outer says it all.
    let mut end = 0;
    hits.retain(|hit| {
        let inside = hit.span.end <= end;
        end = end.max(hit.span.end);
        !inside
    });
    hits
}

/// Whether a line can hold anything: a digit, an at sign, or a title.
fn worth(line: &str) -> bool {
    line.bytes().any(|b| {
        b.is_ascii_digit() || b == b'@' || b == b':' || b.is_ascii_uppercase() || b == b'w'
    })
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    /// E-mail addresses and formatted numbers of persons.
    Contacts,
    /// What has a shape of its own.
    Shapes,
    /// That, and long numbers, labels, titles and addresses.
    All,
}

struct Line<'l> {
    text: &'l str,
    bytes: &'l [u8],
    tokens: &'l Tokens,
    look: Look,
}

impl Line<'_> {
    fn scan(&self, base: usize, hits: &mut Vec<ResidualHit>) {
        let mut add = |span: Option<Range<usize>>, entity, reason| {
            if let Some(span) = span {
                hits.push(ResidualHit { span: base + span.start..base + span.end, entity, reason });
            }
        };
        for at in memchr::memchr_iter(b'@', self.bytes) {
            add(self.email(at), EntityType::Email, "e-mail-shape");
        }
        if self.look == Look::Contacts {
            for i in 0..self.tokens.list.len() {
                if self.tokens.list[i].shape == Shape::Digits {
                    add(self.ssn(i), EntityType::Ssn, "social-security-shape");
                }
            }
            return;
        }
        // What begins inside of an address is part of it, and is not read again.
        let mut past = 0;
        for at in memchr::memmem::find_iter(self.bytes, "://") {
            if at >= past
                && let Some(url) = self.url(at)
            {
                past = url.end;
                add(Some(url), EntityType::Url, "url-shape");
            }
        }
        let mut past = 0;
        for (i, token) in self.tokens.list.iter().enumerate() {
            match token.shape {
                Shape::Digits => {
                    add(self.ssn(i), EntityType::Ssn, "social-security-shape");
                    add(self.phone(i), EntityType::Phone, "telephone-shape");
                    add(self.ip(i), EntityType::IpAddress, "ip-address-shape");
                    add(self.hardware(i), EntityType::MacAddress, "hardware-address-shape");
                    if self.look == Look::All {
                        add(self.long_number(i), EntityType::OtherId, "long-number");
                        add(self.street(i), EntityType::Street, "street-address-shape");
                    }
                }
                Shape::Code => {}
                _ => {
                    add(self.hardware(i), EntityType::MacAddress, "hardware-address-shape");
                    if self.word(i) == b"www"
                        && self.start(i) >= past
                        && let Some(url) = self.www(i)
                    {
                        past = url.end;
                        add(Some(url), EntityType::Url, "url-shape");
                    }
                    if self.look == Look::All {
                        add(self.labelled(i), EntityType::Mrn, "labelled-record-number");
                        add(self.titled(i), EntityType::Person, "title-and-name");
                        add(self.post_box(i), EntityType::Street, "post-box");
                    }
                }
            }
        }
    }

    fn word(&self, i: usize) -> &[u8] {
        self.tokens.text(&self.tokens.list[i])
    }

    fn start(&self, i: usize) -> usize {
        self.tokens.list[i].start as usize
    }

    fn end(&self, i: usize) -> usize {
        self.tokens.list[i].end as usize
    }

    /// The text between a token and the next; `None` after the last.
    fn gap(&self, i: usize) -> Option<&str> {
        (i + 1 < self.tokens.list.len()).then(|| self.text.get(self.end(i)..self.start(i + 1)))?
    }

    fn before(&self, i: usize) -> Option<u8> {
        self.start(i).checked_sub(1).map(|at| self.bytes[at])
    }

    fn after(&self, i: usize) -> Option<u8> {
        self.bytes.get(self.end(i)).copied()
    }

    /// The digits of a token of so many, if it is one.
    fn digits(&self, i: usize, n: usize) -> Option<&[u8]> {
        let token = self.tokens.list.get(i)?;
        (token.shape == Shape::Digits && token.len() == n).then(|| self.word(i))
    }

    /// Whether any of the tokens before, up to four, is one of these words.
    fn said_before(&self, i: usize, words: &[&str]) -> bool {
        (i.saturating_sub(4)..i).any(|t| is_in(self.word(t), words))
    }

    /// Whether tokens from `first` to `last` stand by themselves: no letter, digit, dash or point
    /// with a digit goes on at either side.
    fn apart(&self, first: usize, last: usize) -> bool {
        let joins = |b: Option<u8>| {
            b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        let point = self.after(last) == Some(b'.')
            && self.bytes.get(self.end(last) + 1).is_some_and(u8::is_ascii_digit);
        !(joins(self.before(first)) || joins(self.after(last)) || point)
    }

    fn ssn(&self, i: usize) -> Option<Range<usize>> {
        let area = self.digits(i, 3)?;
        let (group, serial) = (self.digits(i + 1, 2)?, self.digits(i + 2, 4)?);
        let gaps = (self.gap(i)?, self.gap(i + 1)?);
        let dashed = matches!(gaps, ("-", "-") | ("‐", "‐") | ("–", "–"));
        let spaced = matches!(gaps, (" ", " ") | (".", "."))
            && self.said_before(i, &["ssn", "social", "security"]);
        let issued = area != b"000"
            && area != b"666"
            && area[0] != b'9'
            && group != b"00"
            && serial != b"0000";
        ((dashed || spaced) && issued && self.apart(i, i + 2))
            .then(|| self.start(i)..self.end(i + 2))
    }

    fn phone(&self, i: usize) -> Option<Range<usize>> {
        const SAID: &[&str] = &[
            "phone",
            "tel",
            "telephone",
            "call",
            "fax",
            "pager",
            "cell",
            "mobile",
            "ph",
            "contact",
            "beeper",
            "home",
            "work",
            "ext",
        ];
        if self.before(i).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
            && !self.bytes[..self.start(i)].ends_with(b"1-")
            && !self.bytes[..self.start(i)].ends_with(b"1.")
        {
            return None;
        }
        if let (Some(area), Some(exchange), Some(_)) =
            (self.digits(i, 3), self.digits(i + 1, 3), self.digits(i + 2, 4))
        {
            let gaps = (self.gap(i)?, self.gap(i + 1)?);
            let shaped = match gaps {
                ("-", "-") | (".", ".") => true,
                (") " | ")" | ")-", "-" | "." | " ") => self.before(i) == Some(b'('),
                (" " | "  " | "-" | ".", " " | "-" | ".") => {
                    self.said_before(i, SAID) || self.before(i) == Some(b'+')
                }
                _ => false,
            };
            let real = area[0] > b'1' && exchange[0] > b'0' || self.said_before(i, SAID);
            return (shaped && real && !self.goes_on(i + 2))
                .then(|| self.start(i)..self.end(i + 2));
        }
        let local = self.digits(i, 3).is_some() && self.digits(i + 1, 4).is_some();
        (local && self.gap(i) == Some("-") && self.said_before(i, SAID) && !self.goes_on(i + 1))
            .then(|| self.start(i)..self.end(i + 1))
    }

    fn goes_on(&self, i: usize) -> bool {
        self.after(i).is_some_and(|b| b.is_ascii_digit() || b == b'-')
            && self.bytes.get(self.end(i) + 1).is_some_and(u8::is_ascii_digit)
    }

    fn ip(&self, i: usize) -> Option<Range<usize>> {
        if i + 3 >= self.tokens.list.len() || !self.apart(i, i + 3) || self.before(i) == Some(b'.')
        {
            return None;
        }
        let mut large = 0;
        for t in i..i + 4 {
            let token = &self.tokens.list[t];
            if token.shape != Shape::Digits
                || token.len() > 3
                || (t < i + 3 && self.gap(t) != Some("."))
            {
                return None;
            }
            let value: u32 = std::str::from_utf8(self.word(t)).ok()?.parse().ok()?;
            if value > 255 {
                return None;
            }
            large += u32::from(value >= 10);
        }
        // `1.2.3.4` is a heading.
        (large >= 2 || self.said_before(i, &["ip", "address", "host"]))
            .then(|| self.start(i)..self.end(i + 3))
    }

    /// Six pairs of hexadecimal digits (IEEE 802), or an IPv6 address (RFC 4291).
    fn hardware(&self, i: usize) -> Option<Range<usize>> {
        let from = self.start(i);
        if self.before(i).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-')) {
            return None;
        }
        let rest = &self.bytes[from..];
        let length = rest
            .iter()
            .take(48)
            .take_while(|b| b.is_ascii_hexdigit() || **b == b':' || **b == b'-')
            .count();
        let run = rest[..length].trim_ascii_end();
        if length < 17 || rest.get(length).is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        let groups: Vec<&[u8]> = run.split(|b| matches!(b, b':' | b'-')).collect();
        let mac = groups.len() == 6 && groups.iter().all(|g| g.len() == 2);
        let v6 = !run.contains(&b'-')
            && groups.len() == 8
            && groups.iter().all(|g| (1..=4).contains(&g.len()));
        (mac || v6).then(|| from..from + run.len())
    }

    fn long_number(&self, i: usize) -> Option<Range<usize>> {
        const CODED: &[&str] = &[
            "snomed", "sct", "ct", "icd", "loinc", "rxnorm", "rxcui", "ndc", "cpt", "cvx", "code",
            "hcpcs", "atc", "oid", "pmid", "nct",
        ];
        const UNITS: &[&str] = &[
            "units", "unit", "iu", "u", "copies", "cfu", "cells", "mg", "ml", "mcg", "l", "mm",
            "ul", "dollars", "usd",
        ];
        let token = &self.tokens.list[i];
        let digits = self.word(i);
        if digits.len() < 7 || digits.len() == 8 && is_date(digits) {
            return None;
        }
        let decimal = self.before(i) == Some(b'.')
            && self.start(i) >= 2
            && self.bytes[self.start(i) - 2].is_ascii_digit();
        let oid = self.after(i) == Some(b'.')
            && self.bytes.get(self.end(i) + 1).is_some_and(u8::is_ascii_digit);
        let round = digits.ends_with(b"0000");
        let measured = i + 1 < self.tokens.list.len()
            && self.gap(i).is_some_and(|g| matches!(g, "" | " " | "/"))
            && is_in(self.word(i + 1), UNITS);
        if decimal || oid || round || measured || self.said_before(i, CODED) {
            return None;
        }
        // A code of ours may have lost its case; its letters and digits are one word.
        let word = self.whole_word(i);
        if Pseudonym::is_code(&self.text[word].to_ascii_uppercase()) {
            return None;
        }
        Some(token.start as usize..token.end as usize)
    }

    /// The word that a token is part of, or as much of it as no code or number is longer than.
    fn whole_word(&self, i: usize) -> Range<usize> {
        const MOST: usize = 64;
        let (mut first, mut last) = (i, i);
        while first > 0 && self.tokens.list[first].glued && i - first < MOST {
            first -= 1;
        }
        while self.tokens.list.get(last + 1).is_some_and(|t| t.glued) && last - i < MOST {
            last += 1;
        }
        self.start(first)..self.end(last)
    }

    fn labelled(&self, i: usize) -> Option<Range<usize>> {
        let word = self.word(i);
        let is =
            |t: usize, words: &[&str]| t < self.tokens.list.len() && is_in(self.word(t), words);
        let mut next = match word {
            b"mrn" | b"csn" | b"acct" => i + 1,
            b"medical" if is(i + 1, &["record"]) => i + 2,
            b"account" | b"chart" | b"file" | b"record" if is(i + 1, &["number", "no", "num"]) => {
                i + 2
            }
            b"patient" if is(i + 1, &["id", "number", "no"]) => i + 2,
            b"file" | b"chart" | b"mr" | b"account"
                if self.gap(i).is_some_and(|g| g.contains('#')) =>
            {
                i + 1
            }
            _ => return None,
        };
        while is(next, &["number", "no", "num", "is", "id"]) {
            next += 1;
        }
        let token = self.tokens.list.get(next)?;
        let gap = self.gap(next - 1)?;
        let reads_on = gap.len() <= 8
            && gap.chars().all(|c| c.is_whitespace() || matches!(c, ':' | '#' | '.' | '-' | '='));
        if !reads_on || token.shape == Shape::Code {
            return None;
        }
        let mut word = self.whole_word(next);
        // `A-12345` is one number.
        while word.len() <= LABELLED
            && self.bytes.get(word.end) == Some(&b'-')
            && let Some(more) = self.tokens.list[next..]
                .iter()
                .take_while(|t| t.start as usize <= word.end + 1)
                .position(|t| t.start as usize == word.end + 1)
        {
            next += more;
            word.end = self.whole_word(next).end;
        }
        let digits = self.bytes[word.clone()].iter().filter(|b| b.is_ascii_digit()).count();
        let fits =
            digits >= 3 && word.len() <= LABELLED && !Pseudonym::is_code(&self.text[word.clone()]);
        fits.then_some(word)
    }

    fn titled(&self, i: usize) -> Option<Range<usize>> {
        const AFTER: &[&str] = &[
            "visit",
            "appointment",
            "office",
            "note",
            "notes",
            "on",
            "at",
            "and",
            "the",
            "or",
            "in",
            "to",
            "of",
            "for",
            "will",
            "is",
            "was",
            "has",
            "name",
            "notified",
            "aware",
            "called",
            "contin",
            "angiogram",
            "angiography",
            "imaging",
            "brain",
            "spine",
            "scan",
            "md",
            "order",
        ];
        let title = &self.text[self.start(i)..self.end(i)];
        let gap = self.gap(i)?;
        let spelt = matches!(title, "Mr" | "Mrs" | "Ms" | "Dr" | "Miss" | "Prof");
        let shouted = matches!(title, "MR" | "MRS" | "MS" | "DR" | "PROF") && gap.starts_with('.');
        let reads_on = matches!(gap, "." | ". " | " " | ".  ");
        if !(spelt || shouted) || !reads_on || self.tokens.list[i].glued {
            return None;
        }
        let name = &self.tokens.list[i + 1];
        let named = name.is_capital() && name.len() >= 2 && !is_in(self.word(i + 1), AFTER);
        // `12 Elm Dr Springfield` is a street.
        let street = title == "Dr"
            && i >= 2
            && self.tokens.list[i - 1].is_capital()
            && self.tokens.list[i - 2].shape == Shape::Digits;
        (named && !street).then(|| self.start(i + 1)..self.whole_word(i + 1).end)
    }

    fn street(&self, i: usize) -> Option<Range<usize>> {
        const LONG: &[&str] = &[
            "street",
            "avenue",
            "road",
            "drive",
            "lane",
            "boulevard",
            "court",
            "terrace",
            "highway",
            "parkway",
            "blvd",
            "ave",
            "rd",
            "ln",
            "hwy",
            "pkwy",
        ];
        const SHORT: &[&str] = &["St", "Dr", "Ct", "Pl", "Cir", "Ter", "Way", "Place", "Circle"];
        const NOT: &[&str] =
            &["hour", "day", "lead", "view", "phase", "week", "year", "month", "mg", "ml"];
        let number = &self.tokens.list[i];
        if number.len() > 6
            || !self
                .before(i)
                .is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b',' | b':' | b'('))
        {
            return None;
        }
        for t in i + 1..(i + 6).min(self.tokens.list.len()) {
            let token = &self.tokens.list[t];
            let gap = self.gap(t - 1)?;
            if !matches!(gap, " " | "  " | ". " | "" | "-" | "'") || token.shape == Shape::Code {
                return None;
            }
            if is_in(self.word(t), NOT) {
                return None;
            }
            let written = &self.text[token.start as usize..token.end as usize];
            let suffix =
                token.is_capital() && (is_in(self.word(t), LONG) || SHORT.contains(&written));
            if suffix && t > i + 1 && gap == " " {
                return Some(self.start(i)..self.end(t));
            }
            let ordinal = |t: usize| {
                t < self.tokens.list.len() && matches!(self.word(t), b"th" | b"st" | b"nd" | b"rd")
            };
            let named = token.is_capital()
                || ordinal(t)
                || token.shape == Shape::Digits && (t == i + 1 || ordinal(t + 1));
            if !named {
                return None;
            }
        }
        None
    }

    fn post_box(&self, i: usize) -> Option<Range<usize>> {
        let at = match self.word(i) {
            b"po" => i + 1,
            b"p" if self.tokens.list.get(i + 1).is_some_and(|_| self.word(i + 1) == b"o") => i + 2,
            _ => return None,
        };
        let boxed = at + 1 < self.tokens.list.len()
            && self.word(at) == b"box"
            && self.tokens.list[at + 1].shape == Shape::Digits;
        (boxed && self.tokens.list[i].is_capital()).then(|| self.start(i)..self.end(at + 1))
    }

    fn email(&self, at: usize) -> Option<Range<usize>> {
        let local = |b: &u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+' | b'%') || *b >= 0x80
        };
        let host = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
        let from = at - self.bytes[..at].iter().rev().take_while(|b| local(b)).count();
        let mut to = at + 1 + self.bytes[at + 1..].iter().take_while(|b| host(b)).count();
        while to > at + 1 && matches!(self.bytes[to - 1], b'.' | b'-') {
            to -= 1;
        }
        let domain = &self.bytes[at + 1..to];
        let top = domain.rsplit(|b| *b == b'.').next()?;
        let shaped = from < at
            && domain.contains(&b'.')
            && top.len() >= 2
            && top.iter().all(u8::is_ascii_alphabetic);
        shaped.then_some(from..to)
    }

    fn url(&self, at: usize) -> Option<Range<usize>> {
        let letters = self.bytes[..at].iter().rev().take(SCHEME + 1);
        let from = at - letters.take_while(|b| b.is_ascii_alphabetic()).count();
        if !matches!(
            &self.text[from..at].to_ascii_lowercase()[..],
            "http" | "https" | "ftp" | "ftps" | "sftp"
        ) {
            return None;
        }
        let end =
            |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'<' | b'>' | b')' | b'\'');
        let rest = &self.bytes[at + 3..];
        let host = rest
            .iter()
            .take(HOST)
            .take_while(|b| !end(b) && !matches!(b, b'/' | b'?' | b'#' | b':'));
        let host = &rest[..host.count()];
        let found = !host.is_empty() && !is_standard(host);
        found.then(|| from..at + 3 + rest.iter().take_while(|b| !end(b)).count())
    }

    fn www(&self, i: usize) -> Option<Range<usize>> {
        if self.after(i) != Some(b'.') || self.before(i) == Some(b'/') {
            return None;
        }
        let from = self.start(i);
        let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b'.' | b'-' | b'/');
        let rest = &self.bytes[from..];
        let host = rest.iter().take(HOST).take_while(part).take_while(|b| **b != b'/').count();
        let found = host > 6 && !is_standard(&rest[..host]);
        found.then(|| from..from + rest.iter().take_while(part).count())
    }
}

/// Letters of the longest scheme, `https`.
const SCHEME: usize = 5;
/// Bytes of the longest name of a host (RFC 1035, 2.3.4).
const HOST: usize = 255;
/// Bytes of the longest number behind a label.
const LABELLED: usize = 24;

/// Hosts that publish standards and terminologies, not persons.
fn is_standard(host: &[u8]) -> bool {
    const HOSTS: &[&str] = &[
        "hl7.org",
        "loinc.org",
        "snomed.info",
        "unitsofmeasure.org",
        "w3.org",
        "fhir.org",
        "nlm.nih.gov",
        "who.int",
        "ama-assn.org",
        "nubc.org",
        "ietf.org",
        "iana.org",
        "dicom.nema.org",
        "cdc.gov",
    ];
    let host = String::from_utf8_lossy(host).to_ascii_lowercase();
    HOSTS.iter().any(|known| {
        host == *known || host.strip_suffix(known).is_some_and(|sub| sub.ends_with('.'))
    })
}

fn is_in(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|entry| entry.as_bytes() == word)
}

/// Eight digits that are a date of our time: the date check judges those.
fn is_date(digits: &[u8]) -> bool {
    let text = std::str::from_utf8(digits).unwrap_or_default();
    matches!(super::dates::find_dates(text).as_slice(), [found] if found.span == (0..8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(text: &str, position: Position) -> Vec<(&'static str, String)> {
        residual(text, position, &[])
            .into_iter()
            .map(|hit| (hit.reason, text[hit.span].to_owned()))
            .collect()
    }

    #[test]
    fn shapes_of_identifiers_are_found_in_prose() {
        let check = |text: &str, reason: &str, value: &str| {
            let expect = vec![(reason, value.to_owned())];
            let found = reasons(text, Position::Prose);
            let found: Vec<_> = found.iter().map(|(r, v)| (*r, v.clone())).collect();
            assert_eq!(found, expect, "{text}");
        };
        check("SSN 123-45-6789.", "social-security-shape", "123-45-6789");
        check("ssn: 123 45 6789", "social-security-shape", "123 45 6789");
        check("call (617) 555-0100 today", "telephone-shape", "617) 555-0100");
        check("617-555-0100", "telephone-shape", "617-555-0100");
        check("617.555.0100", "telephone-shape", "617.555.0100");
        check("1-617-555-0100", "telephone-shape", "617-555-0100");
        check("phone 617 555 0100", "telephone-shape", "617 555 0100");
        check("tel 555-0100", "telephone-shape", "555-0100");
        check("write to j.roe@example.org.", "e-mail-shape", "j.roe@example.org");
        check("see http://example.com/p/1", "url-shape", "http://example.com/p/1");
        check("see www.example.com now", "url-shape", "www.example.com");
        let nested = "http://hl7.org/?next=http://example.com/p";
        check(nested, "url-shape", "http://example.com/p");
        check("from 192.168.10.4 at", "ip-address-shape", "192.168.10.4");
        check("00:1A:2b:3c:4d:5e", "hardware-address-shape", "00:1A:2b:3c:4d:5e");
        check("id 48213377 noted", "long-number", "48213377");
        check("MRN: 12345", "labelled-record-number", "12345");
        check("FILE #: 12345", "labelled-record-number", "12345");
        check("Medical record number A-12345", "labelled-record-number", "A-12345");
        check("seen by Dr. Okafor", "title-and-name", "Okafor");
        check("MRS. OKAFOR was", "title-and-name", "OKAFOR");
        check("lives at 12 Elm Street with", "street-address-shape", "12 Elm Street");
        check("at 1200 N Oak Ridge Ave", "street-address-shape", "1200 N Oak Ridge Ave");
        check("12 W 4th St", "street-address-shape", "12 W 4th St");
        check("P.O. Box 77", "post-box", "P.O. Box 77");
    }

    #[test]
    fn measurements_and_codes_are_left() {
        let check = |text: &str| assert_eq!(reasons(text, Position::Prose), vec![], "{text}");
        check("C5/6 and C6/7, series 12 image 20");
        check("0.8 x 0.9 x 0.7 CM (anterior-posterior by transverse)");
        check("platelets 250000, WBC 12500, viral load 1500000 copies/mL");
        check("0.12345678 mg");
        check("SNOMED CT 271737000");
        check("LOINC 12345-6, NDC 12345-678-90");
        check("OID 1.2.840.113619.2.55");
        check("version 1.2.3.4");
        check("on 20190304 and 2019-03-04");
        check("000-12-3456");
        check("MR angiography of the brain; MS Contin 15 mg");
        check("Dr. notified");
        check("12 LEAD ST changes; 3 Phase Liver CT");
        check("2 Day Course");
        check("BP 120/80 at 12:30:45");
        check("pain 120-1500 range");
        check("see http://hl7.org/fhir and http://www.w3.org/1999/xhtml");
        check("MRN: [MRN]");
        check("@ 5 mg");
        check("");
    }

    #[test]
    fn codes_of_ours_are_left() {
        let code = Pseudonym::from_bytes([0x11; 16]).code();
        assert_eq!(reasons(&format!("MRN: {code}"), Position::Prose), vec![]);
    }

    #[test]
    fn position_decides_what_a_number_means() {
        let count = |text: &str, position| residual(text, position, &[]).len();
        assert_eq!(count("271737000", Position::Code), 0);
        assert_eq!(count("271737001", Position::Cell(AttributeRole::Quasi)), 0);
        assert_eq!(count("123-45-6789", Position::Cell(AttributeRole::Quasi)), 1);
        assert_eq!(count("123-45-6789", Position::Cell(AttributeRole::Identifier)), 0);
        assert_eq!(count("a@example.org", Position::Code), 1);
        assert_eq!(count("123-45-6789", Position::Code), 1);
        assert_eq!(count("2345-7", Position::Code), 0);
        assert_eq!(count("id 48213377", Position::Cell(AttributeRole::FreeText)), 1);
    }

    #[test]
    fn what_we_wrote_is_excused() {
        let text = "call 617-555-0100 or 617-555-0101";
        let ours = 5..17;
        let hits = residual(text, Position::Prose, std::slice::from_ref(&ours));
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].span, 21..33);
    }
}
