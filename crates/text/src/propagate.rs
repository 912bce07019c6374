//! Looks for values that are already known: every identifier of the patient from the whole
//! project, and names found with certainty elsewhere in the same text. The second mention of a
//! found name is what detectors that judge place by place miss.
//!
//! Names are matched by their parts, so that the full name, parts, upper case, possessive,
//! `Last, First` and `J. Smith` need no list of spellings; numbers by letters and digits alone, so
//! that separators do not matter.

use anonymed_core::{EntityType, Finding, Subject, normalise};
use hashbrown::HashMap;

use crate::lexicon::role;
use crate::names::is_initial;
use crate::page::{Page, Shape, Token, found, tokens};
use crate::sequences::Sequences;

/// The name of findings that are known values.
pub(crate) const KNOWN: &str = "known";
/// The name of findings that repeat one of the same text.
const ECHO: &str = "echo";

/// Fewest letters and digits of a number that is looked for without its label.
const SHORTEST_NUMBER: usize = 5;

/// The spellings of a name of two words or more, each as the hashes of its words.
fn staff_forms(name: &str) -> Vec<Vec<u64>> {
    let words = |part: &str| -> Vec<(u64, u64)> {
        let initial = |text: &str| {
            let letter = text.chars().next().map(String::from).unwrap_or_default();
            tokens(&letter).first().map_or(0, |t| t.hash)
        };
        tokens(part)
            .iter()
            .filter(|t| !t.is(role::TITLE | role::CREDENTIAL | role::SUFFIX) || t.len() > 3)
            .map(|t| (t.hash, initial(&part[t.span()])))
            .collect()
    };
    let (given, family) = match name.split_once(',') {
        Some((family, given)) => (words(given), words(family)),
        None => {
            let mut given = words(name);
            let family = given.pop().into_iter().collect();
            (given, family)
        }
    };
    let whole = |parts: &[(u64, u64)]| parts.iter().map(|p| p.0).collect::<Vec<_>>();
    let Some(first) = given.first().filter(|_| !family.is_empty()) else { return Vec::new() };
    let family = whole(&family);
    let mut forms = vec![
        [whole(&given), family.clone()].concat(),
        [family.clone(), whole(&given)].concat(),
        [vec![first.0], family.clone()].concat(),
        [family.clone(), vec![first.0]].concat(),
        [vec![first.1], family].concat(),
    ];
    forms.sort();
    forms.dedup();
    forms
}

/// What is looked for.
#[derive(Default)]
pub(crate) struct Known {
    names: HashMap<u64, EntityType>,
    sequences: Sequences<EntityType>,
    numbers: Vec<(String, EntityType)>,
    /// The first bytes of each number, up to [`START`] of them, with its place; in order.
    starts: Vec<(Start, u32)>,
    initials: Vec<(Vec<char>, EntityType)>,
    echo: bool,
    /// Only words with a capital, an initial with its point, are meant.
    capital: bool,
}

impl Known {
    /// What is known of a patient.
    pub(crate) fn of(subject: &Subject) -> Self {
        let mut known = Self::default();
        for identifier in &subject.known {
            known.add(identifier.entity, identifier.value.expose());
        }
        known.starts.sort_unstable();
        known
    }

    /// Who treats at a hospital: `Roe, Jane`, `Jane Roe`, `J. Roe`. A surname alone is left to what
    /// stands around it.
    pub(crate) fn of_staff<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut known = Self { capital: true, ..Self::default() };
        for form in names.into_iter().flat_map(staff_forms) {
            known.sequences.add(&form, EntityType::Doctor);
        }
        known
    }

    /// The certain names of a text.
    pub(crate) fn of_findings<'f>(text: &str, findings: impl Iterator<Item = &'f Finding>) -> Self {
        let mut known = Self { echo: true, ..Self::default() };
        for finding in findings {
            let certain = finding.score.value() >= 0.75;
            if finding.recognizer == KNOWN || !certain {
                continue;
            }
            let value = &text[finding.span.clone()];
            match finding.entity {
                entity if entity.is_person() => known.add_name(entity, value),
                EntityType::Hospital => known.add_sequence(finding.entity, value),
                _ => {}
            }
        }
        known
    }

    /// Learns the names another one knows, up to so many.
    pub(crate) fn learn(&mut self, other: Self, most: usize) {
        self.echo = true;
        for (hash, entity) in other.names {
            if self.names.len() < most {
                self.names.entry(hash).or_insert(entity);
            }
        }
        self.sequences.learn(other.sequences, most);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.sequences.is_empty() && self.numbers.is_empty()
    }

    fn add(&mut self, entity: EntityType, value: &str) {
        match entity {
            EntityType::Date
            | EntityType::Age
            | EntityType::State
            | EntityType::Country
            | EntityType::Time
            | EntityType::Profession => {}
            entity if entity.is_person() => self.add_name(entity, value),
            entity if entity.is_number() || entity == EntityType::Zip => {
                self.add_number(entity, value);
            }
            _ => self.add_sequence(entity, value),
        }
    }

    fn add_name(&mut self, entity: EntityType, value: &str) {
        let parts = tokens(value);
        let mut initials = Vec::new();
        for part in &parts {
            let text = &value[part.span()];
            initials.extend(text.chars().next().map(|c| c.to_ascii_uppercase()));
            let listed = !part.is(role::TITLE | role::CREDENTIAL | role::SUFFIX | role::PARTICLE)
                || crate::names::weight(part) == 2;
            let article = part.is(role::NOT_NAME) && self.echo;
            let lettered = text.chars().take(2).filter(|c| c.is_alphabetic()).count() == 2;
            let numbered = part.shape == Shape::Code && lettered && !self.echo;
            if part.len() > 1 && (part.is_word() || numbered) && listed && !article {
                let entry = self.names.entry(part.hash).or_insert(entity);
                if entity == EntityType::Patient {
                    *entry = entity;
                }
            }
        }
        if initials.len() >= 2 && entity == EntityType::Patient && !self.echo {
            // `Smith, John` has the initials J.S. like `John Smith`.
            if value.contains(',') {
                initials.rotate_left(1);
            }
            if let (Some(first), Some(last)) = (initials.first(), initials.last()) {
                self.initials.push((vec![*first, *last], entity));
            }
            self.initials.push((initials, entity));
        }
    }

    fn add_sequence(&mut self, entity: EntityType, value: &str) {
        let words = hashes(value);
        let letters = value.chars().filter(|c| c.is_alphanumeric()).count();
        if letters >= 3 {
            self.sequences.add(&words, entity);
        }
    }

    fn add_number(&mut self, entity: EntityType, value: &str) {
        let whole = normalise::alphanumeric(value);
        let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
        let trimmed = digits.trim_start_matches('0').to_owned();
        let mut spellings = vec![whole, digits, trimmed];
        if matches!(entity, EntityType::Phone | EntityType::Fax | EntityType::Pager) {
            // The country's 1 in front is written or not.
            let local = spellings[1].strip_prefix('1').filter(|d| d.len() == 10).map(str::to_owned);
            spellings.extend(local);
        }
        spellings.sort();
        spellings.dedup();
        for spelling in spellings {
            if spelling.len() >= SHORTEST_NUMBER && spelling.bytes().any(|b| b.is_ascii_digit()) {
                let at = self.numbers.len() as u32;
                self.starts.extend((1..=START).map(|n| (start(spelling.as_bytes(), n), at)));
                self.numbers.push((spelling, entity));
            }
        }
    }

    /// Adds the known values of a page.
    pub(crate) fn detect(&self, page: &Page<'_>, out: &mut Vec<Finding>) {
        if self.is_empty() {
            return;
        }
        let mut past = 0;
        for at in 0..page.tokens.len() {
            let token = &page.tokens[at];
            // A name may end in digits (`Aaron697`, as synthetic patients have).
            if token.shape != Shape::Number && at >= past && self.names.contains_key(&token.hash) {
                past = self.name(page, at, out);
            }
            for (words, entity) in self.sequences.at(page, at) {
                self.sequence(page, at, words, *entity, out);
            }
            self.number(page, at, out);
            if !self.initials.is_empty() && is_initial(token) {
                self.dotted_initials(page, at, out);
            }
        }
    }

    /// The run of name parts at a token; gives the token to go on with.
    fn name(&self, page: &Page<'_>, first: usize, out: &mut Vec<Finding>) -> usize {
        let mut end = first + 1;
        let mut entity = self.names[&page.tokens[first].hash];
        let mut parts = 1;
        while let Some(next) = page.tokens.get(end) {
            let gap = page.gap(end - 1, end);
            let wrapped = matches!(gap, ".\n" | ".\r\n") && is_initial(&page.tokens[end - 1]);
            if !joins_name(gap) && !wrapped {
                break;
            }
            let part = (next.shape != Shape::Number).then(|| self.names.get(&next.hash)).flatten();
            // An initial between two parts belongs to the name.
            let between = is_initial(next)
                && page.tokens.get(end + 1).is_some_and(|t| self.names.contains_key(&t.hash))
                && (joins_name(page.gap(end, end + 1))
                    || matches!(page.gap(end, end + 1), ".\n" | ".\r\n" | "\r\n"));
            let particle = next.is(role::PARTICLE)
                && page.tokens.get(end + 1).is_some_and(|t| self.names.contains_key(&t.hash));
            match part {
                Some(part) => {
                    parts += 1;
                    if *part == EntityType::Patient {
                        entity = *part;
                    }
                }
                None if between || particle => {}
                None => break,
            }
            end += 1;
        }
        if parts >= 2 && self.initial_ends(page, end) {
            end += 1;
        }
        let words = &page.tokens[first..end];
        let mut start = first;
        let accepted = if parts >= 2 {
            words.iter().any(|t| !t.word.is_common() && (t.is_capital() || !self.echo))
                || words.iter().all(Token::is_capital)
        } else {
            self.single(page, first)
        };
        if !accepted {
            return first + 1;
        }
        if first > 0
            && is_initial(&page.tokens[first - 1])
            && matches!(page.gap(first - 1, first), ". " | " " | ".")
        {
            start = first - 1;
        }
        let span = page.tokens[start].start as usize..page.tokens[end - 1].end as usize;
        let (score, name) = if self.echo { (0.8, ECHO) } else { (0.97, KNOWN) };
        out.push(found(span, entity, score, name));
        end
    }

    /// Whether a name's last initial stands here: `WHITE, NICOLE L`, and then the line or column
    /// ends.
    fn initial_ends(&self, page: &Page<'_>, at: usize) -> bool {
        page.tokens.get(at).is_some_and(|token| {
            let rest = &page.text[token.end as usize..];
            is_initial(token)
                && page.gap(at - 1, at) == " "
                && (rest.is_empty()
                    || rest.starts_with(['\n', '\r', '.', ',', ')', '\t', '|'])
                    || rest.starts_with("  "))
        })
    }

    /// Whether one part alone is the name here, and no word that happens to equal it.
    fn single(&self, page: &Page<'_>, at: usize) -> bool {
        let token = &page.tokens[at];
        let before = at.checked_sub(1).map(|b| (&page.tokens[b], page.gap(b, at)));
        let titled = before.is_some_and(|(b, gap)| {
            b.is(role::TITLE) && matches!(gap, " " | ". " | ".") && token.is_capital()
        });
        if titled {
            return true;
        }
        let next = page.tokens.get(at + 1);
        let eponym = token.is(role::EPONYM) || token.word.is_common();
        let headed = next.is_some_and(|n| {
            n.is(role::EPONYM_HEAD) && matches!(page.gap(at, at + 1), " " | "'s " | "’s ")
        });
        if headed && eponym {
            return false;
        }
        if token.is(role::NOT_NAME | role::MONTH | role::WEEKDAY) || token.word.is_common() {
            return common_as_name(page, at) || !self.echo && acts_as_person(page, at);
        }
        match token.shape {
            Shape::Lower => !self.echo && token.len() >= 4,
            _ => token.len() >= 2,
        }
    }

    /// Adds so many words at a token, where they are written as what they are known as.
    fn sequence(
        &self,
        page: &Page<'_>,
        at: usize,
        words: usize,
        entity: EntityType,
        out: &mut Vec<Finding>,
    ) {
        let tokens = &page.tokens[at..at + words];
        if self.capital && !self.written(page, at, words) {
            return;
        }
        // `Jackson-Pratt` is no Jackson.
        let last = at + words - 1;
        let joined = page.gap(last, last + 1) == "-"
            && page.tokens.get(last + 1).is_some_and(Token::is_capital);
        if words == 1 && joined && tokens[0].is(role::EPONYM) {
            return;
        }
        let close = (at..last).all(|i| page.gap(i, i + 1).len() <= 3);
        let single = words == 1 && tokens[0].is_word() && entity != EntityType::Username;
        let named = !single
            || if tokens[0].word.is_common() {
                common_as_name(page, at)
            } else {
                tokens[0].is_capital()
            };
        if close && named {
            let span = tokens[0].start as usize..tokens[words - 1].end as usize;
            let (score, name) = if self.echo { (0.8, ECHO) } else { (0.96, KNOWN) };
            out.push(found(span, entity, score, name));
        }
    }

    /// Whether words are written as a name is.
    fn written(&self, page: &Page<'_>, at: usize, words: usize) -> bool {
        (at..at + words).all(|i| {
            let token = &page.tokens[i];
            let pointed = !is_initial(token) || page.text[token.end as usize..].starts_with('.');
            (token.is_capital() || i > at && token.is(role::PARTICLE)) && (pointed || !page.caps)
        })
    }

    /// The known numbers that begin with a token and go on in those behind it.
    fn number(&self, page: &Page<'_>, at: usize, out: &mut Vec<Finding>) {
        if self.starts.is_empty() {
            return;
        }
        let word = page.word(&page.tokens[at]);
        let mut folded_word = None;
        let first = if word.is_ascii() {
            start_of(word.bytes().filter(u8::is_ascii_alphanumeric))
        } else {
            start_of(normalise::alphanumeric(word).bytes())
        };
        let from = self.starts.partition_point(|(start, _)| *start < first);
        let same = self.starts[from..].iter().take_while(|(start, _)| *start == first);
        for (number, entity) in same.filter_map(|(_, at)| self.numbers.get(*at as usize)) {
            let mut rest = number.as_str();
            let mut end = at;
            while let Some(token) = page.tokens.get(end) {
                let gap = if end > at { page.gap(end - 1, end) } else { "" };
                if gap.len() > 3 || gap.contains('\n') && number.len() < 7 {
                    break;
                }
                let left = if end == at {
                    let folded = folded_word.get_or_insert_with(|| normalise::alphanumeric(word));
                    rest.strip_prefix(folded.as_str())
                } else {
                    rest.strip_prefix(normalise::alphanumeric(page.word(token)).as_str())
                };
                let Some(left) = left else { break };
                rest = left;
                end += 1;
                if rest.is_empty() {
                    break;
                }
            }
            if rest.is_empty() && end > at {
                let mut start = page.tokens[at].start as usize;
                if page.text[..start].ends_with('(') {
                    start -= 1;
                }
                let span = start..page.tokens[end - 1].end as usize;
                out.push(found(span, *entity, 0.96, KNOWN));
            }
        }
    }

    /// `J.S.`, `J. S.`
    fn dotted_initials(&self, page: &Page<'_>, at: usize, out: &mut Vec<Finding>) {
        for (letters, entity) in &self.initials {
            let Some(tokens) = page.tokens.get(at..at + letters.len()) else { continue };
            let equal = tokens
                .iter()
                .zip(letters)
                .all(|(t, l)| t.len() == 1 && page.word(t).starts_with(*l));
            let dotted =
                (at..at + letters.len() - 1).all(|i| matches!(page.gap(i, i + 1), "." | ". "));
            let end = tokens[letters.len() - 1].end as usize;
            if equal && dotted && page.text[end..].starts_with('.') {
                out.push(found(tokens[0].start as usize..end + 1, *entity, 0.85, KNOWN));
            }
        }
    }
}

/// Bytes of a number by which it is found.
const START: usize = 3;

/// How many bytes a number or word begins with, up to [`START`], and which.
type Start = [u8; START + 1];

fn start_of(folded: impl Iterator<Item = u8>) -> Start {
    let mut start = [0; START + 1];
    for (at, byte) in folded.take(START).enumerate() {
        start[0] = at as u8 + 1;
        start[at + 1] = byte.to_ascii_lowercase();
    }
    start
}

/// The first `n` bytes of a folded number.
fn start(number: &[u8], n: usize) -> Start {
    start_of(number.iter().copied().take(n))
}

/// A word of everyday is a name where it has a capital that nothing else explains.
fn common_as_name(page: &Page<'_>, at: usize) -> bool {
    let token = &page.tokens[at];
    let relation = at > 0 && page.tokens[at - 1].is(role::RELATION);
    if page.caps {
        return false;
    }
    match token.shape {
        Shape::Title => !page.begins_sentence(at) || relation,
        // `YOUNG` amid mixed case, not `PLAN` as a heading.
        Shape::Upper => {
            token.len() > 2
                && !page.begins_sentence(at)
                && !page.text[token.end as usize..].starts_with(':')
                && token.word.clinical < 5
                && at.checked_sub(1).is_some_and(|b| page.tokens[b].shape != Shape::Upper)
        }
        _ => false,
    }
}

/// Whether a word does what only a person does, so that it is the patient's name though it begins
/// a sentence: `Grace slept well`, `White's belongings`, `explained to⏎Dawn and her husband`.
fn acts_as_person(page: &Page<'_>, at: usize) -> bool {
    const VERBS: &[&str] = &[
        "agreed",
        "agrees",
        "ambulated",
        "ambulates",
        "appears",
        "arrived",
        "asked",
        "asks",
        "ate",
        "came",
        "comes",
        "complained",
        "complains",
        "continues",
        "cried",
        "denied",
        "denies",
        "drank",
        "enjoys",
        "feels",
        "felt",
        "fell",
        "had",
        "has",
        "here",
        "is",
        "left",
        "lives",
        "lived",
        "presented",
        "presents",
        "refused",
        "refuses",
        "remembers",
        "reported",
        "reports",
        "requested",
        "requests",
        "returned",
        "returns",
        "said",
        "says",
        "slept",
        "sleeps",
        "smiled",
        "speaks",
        "spoke",
        "stated",
        "states",
        "takes",
        "tells",
        "thinks",
        "told",
        "tolerated",
        "tolerates",
        "took",
        "understands",
        "uses",
        "verbalized",
        "verbalizes",
        "voiced",
        "walked",
        "walks",
        "wants",
        "was",
        "went",
        "wishes",
        "woke",
        "works",
    ];
    const WEAK: &[&str] = &["had", "has", "is", "was", "appears", "continues", "left", "fell"];
    const LINKS: &[&str] = &[
        "to", "with", "for", "by", "and", "from", "of", "that", "told", "saw", "informed", "asked",
        "met", "called", "when", "if", "while", "because", "helped", "thank",
    ];
    let token = &page.tokens[at];
    if !token.is_capital() || token.len() < 2 {
        return false;
    }
    let rest = &page.text[token.end as usize..];
    if ["'s ", "’s ", "'S ", "’S "].iter().any(|mark| rest.starts_with(mark)) {
        return true;
    }
    let word = |i: usize| page.tokens.get(i).map_or("", |t| page.word(t)).to_ascii_lowercase();
    let gap = page.gap(at, at + 1);
    let next = if gap == " " || page.is_wrap(at, at + 1) { word(at + 1) } else { String::new() };
    let with_own = next == "and" && matches!(word(at + 2).as_str(), "her" | "his" | "their");
    if with_own {
        return true;
    }
    if page.caps || token.shape == Shape::Upper {
        // `12/21  06:35  WHITE TO XRAY VIA W/C`
        let before = at.checked_sub(1).map_or("", |b| page.gap(b, at));
        let entry = at > 0
            && before.len() >= 2
            && before.bytes().all(|b| matches!(b, b' ' | b'\t'))
            && page.tokens[at - 1].shape == Shape::Number;
        let acts = VERBS.contains(&next.as_str()) && !WEAK.contains(&next.as_str());
        return entry && (next == "to" || acts);
    }
    // `May is`, `Hand was`: what is no forename, or a month, may be the thing itself.
    let forename = token.word.given() > 5 && !token.is(role::MONTH);
    let acts = VERBS.contains(&next.as_str()) && (forename || !WEAK.contains(&next.as_str()));
    let linked = at > 0 && page.is_wrap(at - 1, at) && LINKS.contains(&word(at - 1).as_str());
    acts || linked
}

fn joins_name(gap: &str) -> bool {
    matches!(
        gap,
        " " | ", " | "," | "-" | ". " | "  " | "\n" | " \n" | "\r\n" | "^" | "_" | "." | "/"
    )
}

/// Texts that the policy says always are identifiers, or never.
pub(crate) struct Listed(Sequences<()>);

impl Listed {
    pub(crate) fn new(texts: &[String]) -> Self {
        let mut listed = Sequences::default();
        for text in texts {
            listed.add(&hashes(text), ());
        }
        Self(listed)
    }

    /// Whether a text is one of the list.
    pub(crate) fn holds(&self, text: &str) -> bool {
        !self.0.is_empty() && self.0.holds(&hashes(text))
    }

    /// Adds every place of the list's texts.
    pub(crate) fn detect(&self, page: &Page<'_>, out: &mut Vec<Finding>) {
        if self.0.is_empty() {
            return;
        }
        for (at, token) in page.tokens.iter().enumerate() {
            for (words, ()) in self.0.at(page, at) {
                let span = token.start as usize..page.tokens[at + words - 1].end as usize;
                out.push(found(span, EntityType::OtherId, 1.0, "deny"));
            }
        }
    }
}

fn hashes(text: &str) -> Vec<u64> {
    tokens(text).iter().map(|t| t.hash).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::{DateShift, KnownIdentifier, Pseudonym, SubjectId};

    fn subject(known: &[(EntityType, &str)]) -> Subject {
        Subject {
            number: SubjectId(1),
            pseudonym: Pseudonym::from_bytes([1; 16]),
            shift: DateShift::new(10).unwrap(),
            sex: None,
            known: known
                .iter()
                .map(|(entity, value)| KnownIdentifier { entity: *entity, value: (*value).into() })
                .collect(),
        }
    }

    fn check(known: &[(EntityType, &str)], text: &str, expect: &[&str]) {
        let page = Page::new(text, crate::page::is_caps(text));
        let mut out = Vec::new();
        Known::of(&subject(known)).detect(&page, &mut out);
        let mut read: Vec<_> = out.iter().map(|f| &text[f.span.clone()]).collect();
        read.dedup();
        assert_eq!(read, expect, "{text:?}");
    }

    #[test]
    fn names_in_every_form() {
        let john = [(EntityType::Patient, "John Quincy Smith")];
        check(&john, "John Smith's leg", &["John Smith"]);
        check(&john, "SMITH, JOHN Q. came", &["SMITH, JOHN Q"]);
        check(&john, "told mr smith", &["smith"]);
        check(&john, "J. Smith and John\nSmith", &["J. Smith", "John\nSmith"]);
        check(&john, "J.Q.S. and J. S. agree, J.T. not", &["J.Q.S.", "J. S."]);
        check(&john, "the blacksmith", &[]);
        check(&[(EntityType::Patient, "O'Brien, Mary")], "Mary OBRIEN", &["Mary OBRIEN"]);
    }

    #[test]
    fn staff_are_known_by_their_full_names() {
        let staff = Known::of_staff(["Young, Wanda", "April Marshall", "Dr. Rosa de la Cruz"]);
        let check = |text: &str, expect: &[&str]| {
            let page = Page::new(text, crate::page::is_caps(text));
            let mut out = Vec::new();
            staff.detect(&page, &mut out);
            let read: Vec<_> = out.iter().map(|f| &text[f.span.clone()]).collect();
            assert_eq!(read, expect, "{text:?}");
        };
        check("Recheck 6 March 2017 w/ W. Young", &["W. Young"]);
        check("assistant April Marshall; scrub", &["April Marshall"]);
        check("ASST MARSHALL, APRIL", &["MARSHALL, APRIL"]);
        check("with Rosa de la Cruz", &["Rosa de la Cruz"]);
        check("a young man in April, marshall of the parade", &[]);
        check("THE FLOW YOUNG PATIENTS", &[]);
        check("Young women", &[]);
    }

    #[test]
    fn names_that_end_in_digits() {
        let known = [(EntityType::Patient, "Sumiko254 Larue605 Medhurst46")];
        check(
            &known,
            "Sumiko254 Larue605\n is 60. Mrs. Medhurst46 has B12 deficiency and L5 pain.",
            &["Sumiko254 Larue605", "Medhurst46"],
        );
    }

    #[test]
    fn common_words_need_a_place() {
        let rose = [(EntityType::Patient, "Rose Young")];
        check(&rose, "the young woman rose early", &[]);
        check(&rose, "then Rose Young came", &["Rose Young"]);
        check(&rose, "told Mrs. Young that", &["Young"]);
        check(&rose, "we saw Young again", &["Young"]);
        check(&rose, "Young adults do well", &[]);
        check(&rose, "Stable.\nYoung's husband called.", &["Young"]);
        check(&rose, "S: Young here for follow up", &["Young"]);
        check(&rose, "Well. Rose lives at home, then rose early.", &["Rose"]);
        check(&rose, "NAME: YOUNG, ROSE A\nPLAN", &["YOUNG, ROSE A"]);
        check(&rose, "12/21  06:35  YOUNG TO XRAY VIA W/C", &["YOUNG"]);
        let dawn = [(EntityType::Patient, "Dawn Short")];
        check(
            &dawn,
            "The findings in this 42-year-old woman were explained to\nDawn and her husband",
            &["Dawn"],
        );
        check(&dawn, "Woke. Dawn slept well until dawn, short of breath", &["Dawn"]);
        check(&dawn, "Short gastric arteries. SHORT OF BREATH", &[]);
        check(&dawn, "Short was the stay", &[]);
        check(&rose, "A YOUNG WOMAN WITH PAIN", &[]);
        check(&[(EntityType::City, "Mission")], "lives in Mission alone", &["Mission"]);
        check(&[(EntityType::City, "Mission")], "her mission is", &[]);
        check(&[(EntityType::Patient, "Ann Foley")], "Foley catheter", &[]);
    }

    #[test]
    fn numbers_with_any_separator() {
        let phone = [(EntityType::Phone, "617-555-0134")];
        check(&phone, "at (617) 555 0134 or 6175550134", &["(617) 555 0134", "6175550134"]);
        check(&phone, "call (617)\n555-0134 now", &["(617)\n555-0134"]);
        check(&phone, "617 556 0134", &[]);
        check(
            &[(EntityType::Mrn, "MRN00012345")],
            "no 12345 or MRN 00012345",
            &["12345", "MRN 00012345", "00012345"],
        );
        check(&[(EntityType::Mrn, "123")], "123 mg", &[]);
        check(&[(EntityType::Street, "12 Oak Street")], "at 12 Oak Street,", &["12 Oak Street"]);
    }
}
