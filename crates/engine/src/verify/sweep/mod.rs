//! The sweep: what is known from the input, searched in what was written.
//!
//! A text is cut into tokens ([`super::normal`]); at each token a table of keyed prefixes says
//! which lengths of known values could begin here, and only windows of those lengths are
//! fingerprinted and looked up. So a text is swept in time linear in its length, whatever is
//! known. A window begins and ends with a token and has no regard for what separates the tokens
//! in it, so other separators, case, accents or line breaks do not hide a value.
//!
//! What a match means depends on [`Kind`] and context: full names and long numbers of *any*
//! patient are hits; a name part is one in its owner's text, unless it is an ordinary word used
//! as one; in another patient's text only after a title, beside another part of the same name, or
//! as a whole field. A hit that lies inside a span we wrote is excused.

mod window;

use std::cell::Cell;
use std::ops::Range;

use anonymed_core::{EntityType, SubjectId};

use crate::verify::context::{PLACE_BEFORE, in_list, is_state};
use crate::verify::is_excused;
use crate::verify::known::{self, Entry, Kind, KnownValues, MOST, is_common};
use crate::verify::normal::{Shape, Tokens};

/// Texts are cut into tokens in pieces of this size, so that memory stays bounded.
const PIECE: usize = 256 << 10;
/// Pieces overlap by this much, more than any value with its separators.
const OVERLAP: usize = 1 << 10;

/// A known value found in an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepHit {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What kind of value it is.
    pub entity: EntityType,
    /// The stable reason.
    pub reason: &'static str,
    /// How sure this is.
    pub weight: Weight,
}

/// A name that is no ordinary word, of somebody else than the text is about.
pub(crate) const NAME_OF_ANOTHER: &str = "name-of-another";

/// How sure a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// By itself it may be chance (a cost that equals some patient's number): judged over the
    /// column by [`super::ColumnTally`].
    Chance,
    /// A leak.
    Certain,
}

/// What was done with the column a cell is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellUse {
    /// The value is ours (pseudonym, surrogate, shifted, masked): it may equal anything but what
    /// stood there.
    Written,
    /// Kept or made coarser.
    Kept,
    /// Free text after scrubbing.
    Prose,
}

/// Where a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setting {
    Prose,
    Field,
    Name,
}

/// Searches outputs for known values.
#[derive(Debug)]
pub struct Sweep<'a> {
    known: &'a KnownValues,
    allowed: hashbrown::HashSet<u64>,
    areas: bool,
}

impl<'a> Sweep<'a> {
    /// A sweep for what is known.
    pub fn new(known: &'a KnownValues) -> Self {
        Self { known, allowed: hashbrown::HashSet::new(), areas: true }
    }

    /// Leaves out texts the policy says are never identifiers (`[text] allow`).
    #[must_use]
    pub fn allowing<'t>(mut self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        let keys = self.known.keys();
        self.allowed.extend(texts.into_iter().map(|text| keys.print(&super::normal::joined(text))));
        self
    }

    /// Leaves out towns and postal codes, which a limited data set may keep
    /// (45 CFR 164.514(e)(2)(ii)).
    #[must_use]
    pub fn keeping_areas(mut self) -> Self {
        self.areas = false;
        self
    }

    /// Sweeps prose. `owner` is the patient it is about; `excused` are the spans we wrote, in
    /// order and without overlap.
    pub fn text(
        &self,
        text: &str,
        owner: Option<SubjectId>,
        excused: &[Range<usize>],
    ) -> Vec<SweepHit> {
        self.sweep(text, owner, excused, Setting::Prose)
    }

    /// Sweeps the value of one field: as prose, and as a whole.
    pub fn field(
        &self,
        value: &str,
        owner: Option<SubjectId>,
        excused: &[Range<usize>],
    ) -> Vec<SweepHit> {
        self.sweep(value, owner, excused, Setting::Field)
    }

    /// Sweeps one cell of a released table, whose row is of `owner`.
    pub fn cell(&self, value: &str, owner: Option<SubjectId>, used: CellUse) -> Vec<SweepHit> {
        match used {
            CellUse::Prose => self.field(value, owner, &[]),
            CellUse::Kept => self.field(value, owner, &[]),
            CellUse::Written => self.unchanged(value, owner).into_iter().collect(),
        }
    }

    /// Sweeps the name of a released file with its folders.
    pub fn name(&self, path: &str) -> Vec<SweepHit> {
        self.sweep(path, None, &[], Setting::Name)
    }

    /// Whether a value we should have replaced still is one of its owner's own.
    pub fn unchanged(&self, value: &str, owner: Option<SubjectId>) -> Option<SweepHit> {
        let owner = owner?;
        let folded = super::normal::joined(value);
        if folded.is_empty() || folded.len() > MOST {
            return None;
        }
        let entries = self.known.of(self.known.keys().print(&folded));
        let entry = entries
            .iter()
            .find(|e| matches!(e.kind, Kind::Full | Kind::Number) && e.belongs_to(owner))?;
        Some(SweepHit {
            span: 0..value.len(),
            entity: entry.entity(),
            reason: "unchanged",
            weight: Weight::Certain,
        })
    }

    /// Whether nothing known lies in the value of a field, of whomever: then it is no hit in
    /// anybody's record.
    pub fn is_quiet(&self, value: &str) -> bool {
        let touched = Cell::new(false);
        self.pass(value, None, &[], Setting::Field, &touched);
        !touched.get()
    }

    /// Whether [`Sweep::unchanged`] finds nothing in a value, whoever's record it is.
    pub fn is_nobodys(&self, value: &str) -> bool {
        let folded = super::normal::joined(value);
        let known = self.known.of(self.known.keys().print(&folded));
        folded.is_empty()
            || folded.len() > MOST
            || !known.iter().any(|e| matches!(e.kind, Kind::Full | Kind::Number))
    }

    fn sweep(
        &self,
        text: &str,
        owner: Option<SubjectId>,
        excused: &[Range<usize>],
        setting: Setting,
    ) -> Vec<SweepHit> {
        self.pass(text, owner, excused, setting, &Cell::new(false))
    }

    /// Sweeps a text, and notes whether a known value was met at all.
    fn pass(
        &self,
        text: &str,
        owner: Option<SubjectId>,
        excused: &[Range<usize>],
        setting: Setting,
        touched: &Cell<bool>,
    ) -> Vec<SweepHit> {
        let mut hits = Vec::new();
        if self.known.is_empty() {
            return hits;
        }
        let mut tokens = Tokens::default();
        let mut from = 0;
        while from < text.len() {
            let to = piece_end(text, from);
            tokens.cut(&text[from..to]);
            let pass = Pass {
                sweep: self,
                text: &text[from..to],
                base: from,
                tokens: &tokens,
                owner,
                excused,
                setting,
                touched,
            };
            pass.run(&mut hits);
            if to == text.len() {
                break;
            }
            from = border(text, to.saturating_sub(OVERLAP).max(from + 1));
        }
        outermost(hits)
    }
}

/// Leaves out hits that lie inside another that is as sure.
fn outermost(mut hits: Vec<SweepHit>) -> Vec<SweepHit> {
    hits.sort_by_key(|hit| {
        (hit.span.start, std::cmp::Reverse(hit.span.end), std::cmp::Reverse(hit.weight))
    });
    let mut end = [0; 2];
    hits.retain(|hit| {
        let inside = end[Weight::Certain as usize].max(match hit.weight {
            Weight::Certain => 0,
            Weight::Chance => end[Weight::Chance as usize],
        }) >= hit.span.end;
        let far = &mut end[hit.weight as usize];
        *far = (*far).max(hit.span.end);
        !inside
    });
    hits
}

/// The end of a piece: a white space near its size, or a character border.
fn piece_end(text: &str, from: usize) -> usize {
    if text.len() - from <= PIECE {
        return text.len();
    }
    border(text, from + PIECE)
}

/// The next place that no word crosses, within reason.
fn border(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let near = (at + 256).min(bytes.len());
    let space = (at..near).find(|i| bytes[*i].is_ascii_whitespace());
    let mut at = space.unwrap_or(at);
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// One piece of text being swept.
struct Pass<'p> {
    sweep: &'p Sweep<'p>,
    text: &'p str,
    base: usize,
    tokens: &'p Tokens,
    owner: Option<SubjectId>,
    excused: &'p [Range<usize>],
    setting: Setting,
    /// Whether a known value was met, hit or not.
    touched: &'p Cell<bool>,
}

/// Adjacent tokens that spell something known.
#[derive(Clone, Copy)]
struct Window {
    first: usize,
    last: usize,
}

impl Pass<'_> {
    fn run(&self, hits: &mut Vec<SweepHit>) {
        let folded = &self.tokens.folded;
        for (first, token) in self.tokens.list.iter().enumerate() {
            if token.is_empty() {
                continue;
            }
            self.from(first, token.at as usize, hits);
            if token.shape == Shape::Digits && folded[token.at as usize] == b'0' {
                let zeros =
                    self.tokens.text(token).iter().take_while(|digit| **digit == b'0').count();
                if zeros < token.len() {
                    self.from(first, token.at as usize + zeros, hits);
                }
            }
        }
    }

    /// Looks for what may begin at a byte of the folded run.
    #[inline]
    fn from(&self, first: usize, at: usize, hits: &mut Vec<SweepHit>) {
        const SHORT: u64 = 0b1111;
        let known = self.sweep.known;
        let rest = &self.tokens.folded[at..];
        let word = leading(rest);
        let long = match rest.len() {
            5.. => known.lengths(known.keys().mix(word & 0xff_ffff_ffff | 5 << 56)) & !SHORT,
            _ => 0,
        };
        for (last, token) in self.tokens.list.iter().enumerate().skip(first) {
            let length = token.to as usize - at;
            if token.is_empty() || length > MOST {
                return;
            }
            let lengths = if length <= 4 {
                let mask = (1u64 << (8 * length)) - 1;
                known.lengths(known.keys().mix(word & mask | (length as u64) << 56))
            } else {
                long
            };
            if lengths >> (length - 1) & 1 == 1 {
                self.look_up(Window { first, last }, at, hits);
            }
            if length >= 4 && long.checked_shr(length as u32).unwrap_or(0) == 0 {
                return;
            }
        }
    }

    fn look_up(&self, window: Window, at: usize, hits: &mut Vec<SweepHit>) {
        let folded = &self.tokens.folded[at..self.tokens.list[window.last].to as usize];
        let print = self.sweep.known.keys().print(folded);
        let entries = self.sweep.known.of(print);
        if entries.is_empty() || self.sweep.allowed.contains(&print) {
            return;
        }
        self.touched.set(true);
        let span = self.span(window);
        if is_excused(&span, self.excused) || !self.crosses_fairly(window) {
            return;
        }
        let mut rest = entries;
        while let Some(head) = rest.first() {
            let (group, others) = rest.split_at(rest.partition_point(|e| e.kind == head.kind));
            rest = others;
            let own = self.owner.and_then(|owner| known::own(group, owner));
            if let Some((reason, weight)) = self.judge(window, folded, group, own) {
                let entity = own.unwrap_or(head).entity();
                hits.push(SweepHit { span, entity, reason, weight });
                return;
            }
        }
    }

    /// What a match of a kind means here.
    fn judge(
        &self,
        window: Window,
        folded: &[u8],
        group: &[Entry],
        own: Option<&Entry>,
    ) -> Option<(&'static str, Weight)> {
        let head = own.or(group.first())?;
        match head.kind {
            Kind::Full => self.full(window, folded, head, own),
            Kind::Number => self.number(window, folded, own),
            Kind::ShortNumber => self.short_number(window, own),
            Kind::TinyNumber => {
                (own.is_some() && self.one_word(window) && self.is_labelled(window))
                    .then_some(("labelled-number", Weight::Certain))
            }
            Kind::Area => self.area(window, head, own),
            Kind::Part => self.part(window, folded, group, own),
        }
    }

    fn full(
        &self,
        window: Window,
        folded: &[u8],
        head: &Entry,
        own: Option<&Entry>,
    ) -> Option<(&'static str, Weight)> {
        if !self.fits(window, head.words()) || (window.first == window.last && is_common(folded)) {
            return None;
        }
        // `Will Young` and `will young women`.
        if head.is_common() && own.is_none() && !self.is_capital(window) {
            return None;
        }
        let same = self.words(window) == head.words();
        Some((if same { "full-value" } else { "without-separators" }, Weight::Certain))
    }

    fn number(
        &self,
        window: Window,
        folded: &[u8],
        own: Option<&Entry>,
    ) -> Option<(&'static str, Weight)> {
        let one = self.one_word(window);
        let digits = folded.iter().all(u8::is_ascii_digit);
        if own.is_none() && digits && folded.len() < 9 && !one && !self.is_tight(window) {
            return None;
        }
        if own.is_none() && digits && self.is_decimal(window) {
            return None;
        }
        let chance = own.is_none() && digits && self.is_whole(window);
        let weight = if chance { Weight::Chance } else { Weight::Certain };
        Some((if one { "full-value" } else { "without-separators" }, weight))
    }

    fn short_number(&self, window: Window, own: Option<&Entry>) -> Option<(&'static str, Weight)> {
        if self.is_whole(window) && self.setting == Setting::Field {
            return Some(("number-of-patient", Weight::Chance));
        }
        if own.is_some() && !self.is_decimal(window) {
            return Some(("number-of-patient", Weight::Certain));
        }
        let said =
            self.one_word(window) && (self.is_labelled(window) || self.setting == Setting::Name);
        said.then_some(("labelled-number", Weight::Certain))
    }

    fn area(
        &self,
        window: Window,
        head: &Entry,
        own: Option<&Entry>,
    ) -> Option<(&'static str, Weight)> {
        own?;
        if !self.sweep.areas || !self.fits(window, head.words()) {
            return None;
        }
        let hit = ("area-of-patient", Weight::Certain);
        // `Jackson-Pratt drain`
        if self.is_in_eponym(window) || self.has_eponym_head(window) {
            return None;
        }
        if self.is_whole(window) {
            let weight = if head.is_common() { Weight::Chance } else { Weight::Certain };
            return Some(("area-of-patient", weight));
        }
        if self.tokens.list[window.first].shape == Shape::Digits {
            let zip = self.one_word(window)
                && (self.is_labelled(window)
                    || self.before(window).is_some_and(|t| is_state(self.word(t))));
            return zip.then_some(hit);
        }
        if !head.is_common() {
            return Some(hit);
        }
        let placed = self.is_capital(window)
            && (self.before(window).is_some_and(|t| in_list(self.word(t), PLACE_BEFORE))
                || self.after(window).is_some_and(|t| {
                    self.tokens.list[t].shape == Shape::Upper && is_state(self.word(t))
                }));
        placed.then_some(hit)
    }

    fn part(
        &self,
        window: Window,
        folded: &[u8],
        group: &[Entry],
        own: Option<&Entry>,
    ) -> Option<(&'static str, Weight)> {
        let head = own.or(group.first())?;
        if !self.fits(window, head.words()) {
            return None;
        }
        if self.setting == Setting::Name {
            let told = folded.len() >= 4 && !head.is_common();
            return told.then_some(("name-part", Weight::Certain));
        }
        if self.is_in_eponym(window) {
            return None;
        }
        if self.is_titled(window) {
            return Some(("name-part-in-context", Weight::Certain));
        }
        if self.is_whole(window) && self.setting == Setting::Field {
            let rare = !head.is_common();
            return Some(match own {
                Some(_) if rare => ("name-part", Weight::Certain),
                None if rare => (NAME_OF_ANOTHER, Weight::Chance),
                _ => ("name-part", Weight::Chance),
            });
        }
        if self.has_eponym_head(window) {
            return None;
        }
        let together = self.is_beside_part(window, group, own);
        if own.is_none() {
            return together.then_some(("name-part-in-context", Weight::Certain));
        }
        if !head.is_common() {
            return Some(("name-part", Weight::Certain));
        }
        (together || self.is_name_like(window)).then_some(("name-part-in-context", Weight::Certain))
    }
}

fn leading(rest: &[u8]) -> u64 {
    match rest.first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(word)
        }
    }
}

impl Sweep<'_> {
    /// How likely a number of so many digits is to be a known one by chance.
    pub(crate) fn density(&self, digits: usize) -> f64 {
        self.known.density(digits)
    }

    /// Whether a fingerprint, of any kind, is of one of the owner's values.
    pub(crate) fn is_own(&self, print: u64, owner: SubjectId) -> bool {
        self.known.of(print).iter().any(|e| e.belongs_to(owner))
    }

    /// A value's fingerprint: keyed, and the same whatever its case and separators.
    pub(crate) fn print(&self, value: &str) -> u64 {
        self.known.keys().print(&super::normal::joined(value))
    }
}

#[cfg(test)]
mod tests;
