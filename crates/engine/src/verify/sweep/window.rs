//! Facts about a window of tokens, and what stands around it.

use std::ops::Range;

use super::{Pass, Setting, Window};
use crate::verify::context::{
    DATE_BEFORE, EPONYM_HEADS, EPONYMS, MONTHS, NAME_BEFORE, NAME_LABELS, NUMBER_LABELS,
    TITLE_BEFORE, in_list,
};
use crate::verify::is_excused;
use crate::verify::known::{Entry, Kind};
use crate::verify::normal::Shape;

impl Pass<'_> {
    pub(super) fn span(&self, window: Window) -> Range<usize> {
        let list = &self.tokens.list;
        self.base + list[window.first].start as usize..self.base + list[window.last].end as usize
    }

    pub(super) fn word(&self, token: usize) -> &[u8] {
        self.tokens.text(&self.tokens.list[token])
    }

    /// The text between a token and the one after it.
    pub(super) fn gap(&self, token: usize) -> &str {
        let list = &self.tokens.list;
        let from = list[token].end as usize;
        let to = list.get(token + 1).map_or(self.text.len(), |t| t.start as usize);
        self.text.get(from..to).unwrap_or_default()
    }

    /// The token before, on the same line and near.
    pub(super) fn before(&self, window: Window) -> Option<usize> {
        let at = window.first.checked_sub(1)?;
        let gap = self.gap(at);
        (gap.len() <= 8 && !gap.contains('\n')).then_some(at)
    }

    /// The token after, on the same line and near.
    pub(super) fn after(&self, window: Window) -> Option<usize> {
        let at = window.last + 1;
        let gap = self.gap(window.last);
        (at < self.tokens.list.len() && gap.len() <= 8 && !gap.contains('\n')).then_some(at)
    }

    pub(super) fn words(&self, window: Window) -> usize {
        1 + self.tokens.list[window.first + 1..=window.last].iter().filter(|t| !t.glued).count()
    }

    pub(super) fn one_word(&self, window: Window) -> bool {
        self.words(window) == 1
    }

    pub(super) fn is_whole(&self, window: Window) -> bool {
        self.setting != Setting::Prose
            && window.first == 0
            && window.last + 1 == self.tokens.list.len()
            && self.base == 0
    }

    pub(super) fn is_capital(&self, window: Window) -> bool {
        let tokens = &self.tokens.list[window.first..=window.last];
        tokens.iter().all(|t| t.is_capital() || t.glued || t.shape == Shape::Digits)
    }

    /// Whether the words of a window may be those of a value of so many words: not more, unless
    /// what splits them is no space (`Smi-\nth`) or every letter stands alone (`S M I T H`).
    pub(super) fn fits(&self, window: Window, words: usize) -> bool {
        let far = (window.first..window.last).any(|t| self.gap(t).len() > 24);
        if far {
            return false;
        }
        let splits = (window.first..window.last).filter(|t| {
            let gap = self.gap(*t);
            !gap.is_empty() && (gap.starts_with(char::is_whitespace) || gap.trim().len() != 1)
        });
        splits.count() < words
            || self.words(window) <= words
            || self.tokens.list[window.first..=window.last].iter().all(|t| t.len() == 1)
    }

    /// Whether no white space and no decimal point alone is between the tokens.
    pub(super) fn is_tight(&self, window: Window) -> bool {
        let mut gaps = (window.first..window.last).map(|t| self.gap(t));
        let decimal =
            window.last == window.first + 1 && matches!(self.gap(window.first), "." | ",");
        !decimal && gaps.all(|gap| !gap.contains(char::is_whitespace))
    }

    /// Whether the digits go on before or after a decimal point.
    pub(super) fn is_decimal(&self, window: Window) -> bool {
        let is_point = |t: usize| matches!(self.gap(t), "." | ",");
        let digits = |t: usize| self.tokens.list[t].shape == Shape::Digits;
        let before = window.first.checked_sub(1).is_some_and(|t| is_point(t) && digits(t));
        let next = window.last + 1;
        let after = next < self.tokens.list.len() && is_point(window.last) && digits(next);
        before || after
    }

    /// A window partly inside what we wrote counts where it reads on: on one line, without a
    /// label between, and with more than a letter outside.
    pub(super) fn crosses_fairly(&self, window: Window) -> bool {
        let list = &self.tokens.list;
        let outside = |t: usize| {
            let token = &list[t];
            let span = self.base + token.start as usize..self.base + token.end as usize;
            if is_excused(&span, self.excused) { 0 } else { token.len() }
        };
        let all: usize = (window.first..=window.last).map(|t| list[t].len()).sum();
        let free: usize = (window.first..=window.last).map(outside).sum();
        free == all
            || (free >= 2
                && (window.first..window.last)
                    .all(|t| !self.gap(t).contains(['\n', ':', '|', '\t'])))
    }

    pub(super) fn is_titled(&self, window: Window) -> bool {
        self.is_capital(window)
            && self.before(window).is_some_and(|t| {
                in_list(self.word(t), TITLE_BEFORE)
                    && self.tokens.list[t].is_capital()
                    && self.gap(t).chars().all(|c| c == '.' || c == ' ')
            })
    }

    /// Whether a label before says that a number or code follows.
    pub(super) fn is_labelled(&self, window: Window) -> bool {
        let mut at = window.first;
        for _ in 0..3 {
            let Some(before) = at.checked_sub(1) else { break };
            let gap = self.gap(before);
            if gap.len() > 8 || gap.contains('\n') {
                break;
            }
            if gap.contains('#') || in_list(self.word(before), NUMBER_LABELS) {
                return true;
            }
            at = before;
        }
        self.text[..self.tokens.list[window.first].start as usize].trim_end().ends_with('#')
    }

    /// `Parkinson disease`, `Bell's palsy`: a name of a thing and not of its owner.
    pub(super) fn has_eponym_head(&self, window: Window) -> bool {
        let mut at = window.last;
        for _ in 0..2 {
            let Some(next) = self.after(Window { first: at, last: at }) else { return false };
            let word = self.word(next);
            if in_list(word, EPONYM_HEADS) {
                return true;
            }
            // Step over a possessive, or the second half of a double eponym.
            let double = self.gap(at) == "-";
            if word != b"s" && !double {
                return false;
            }
            at = next;
        }
        false
    }

    /// Whether the window is of a name that is a thing's: `Sister Mary Joseph nodule`.
    pub(super) fn is_in_eponym(&self, window: Window) -> bool {
        let spells = |eponym: &[&str], first: usize| {
            eponym.iter().enumerate().all(|(i, word)| {
                let joined = i == 0 || matches!(self.gap(first + i - 1).trim(), "" | "-");
                joined
                    && self
                        .tokens
                        .list
                        .get(first + i)
                        .is_some_and(|t| self.tokens.text(t) == word.as_bytes())
            })
        };
        EPONYMS.iter().any(|eponym| {
            let from = (window.last + 1).saturating_sub(eponym.len());
            (from..=window.first)
                .any(|first| first + eponym.len() > window.last && spells(eponym, first))
        })
    }

    /// Whether another part of the same person's name stands next to this one.
    pub(super) fn is_beside_part(
        &self,
        window: Window,
        group: &[Entry],
        own: Option<&Entry>,
    ) -> bool {
        let near = [self.before(window), self.after(window)];
        near.into_iter().flatten().any(|t| {
            let token = &self.tokens.list[t];
            let span = self.base + token.start as usize..self.base + token.end as usize;
            let gap = self.gap(t.min(window.last));
            let near = gap.len() <= 2 && !gap.contains([':', '.', '/', '(', ')']);
            if !near
                || !token.is_capital()
                || token.len() < 2
                || !self.is_capital(window)
                || is_excused(&span, self.excused)
            {
                return false;
            }
            let folded = self.tokens.text(token);
            let same = &self.tokens.folded[self.tokens.list[window.first].at as usize
                ..self.tokens.list[window.last].to as usize];
            let known = self.sweep.known;
            folded != same
                && parts(known.of(known.keys().print(folded))).is_some_and(|others| match own {
                    Some(own) => others.iter().any(|e| e.owner() == own.owner()),
                    None => shares_owner(group, others),
                })
        })
    }

    /// Whether an ordinary word that is a name of the owner is used as a name.
    pub(super) fn is_name_like(&self, window: Window) -> bool {
        if !self.is_capital(window) {
            return false;
        }
        let folded = self.word(window.first);
        let list = &self.tokens.list;
        let before = self.before(window);
        let after = self.after(window);
        let is_initial = |t: usize, gap: &str| {
            list[t].len() == 1
                && list[t].is_capital()
                && (gap.contains('.') || !matches!(self.word(t), b"a" | b"i"))
        };
        if let Some(t) = before
            && is_initial(t, self.gap(t))
            && matches!(self.gap(t), "." | ". " | " ")
        {
            return true;
        }
        if let Some(t) = after {
            let gap = self.gap(window.last);
            if matches!(gap, " " | ", ") && is_initial(t, self.gap(t)) {
                return true;
            }
            if matches!(gap, "'" | "’") && self.word(t) == b"s" {
                return true;
            }
        }
        let Some(t) = before else { return false };
        let gap = self.gap(t);
        let word = self.word(t);
        if gap.contains(':') && in_list(word, NAME_LABELS) {
            return true;
        }
        let month = in_list(folded, MONTHS);
        let dated = month
            && (after.is_some_and(|n| list[n].shape == Shape::Digits)
                || in_list(word, DATE_BEFORE)
                || list[t].shape == Shape::Digits);
        if dated {
            return false;
        }
        if gap.trim().is_empty() && in_list(word, NAME_BEFORE) {
            return true;
        }
        // `told Rose that`: a capital in the middle of a sentence, but not in a heading.
        let heading = after.is_some_and(|n| list[n].is_capital() && self.gap(window.last) == " ");
        list[window.first].shape == Shape::Capitalised
            && list[t].shape == Shape::Lower
            && matches!(gap, " " | ", ")
            && !heading
    }
}

fn parts(entries: &[Entry]) -> Option<&[Entry]> {
    let first = entries.partition_point(|e| e.kind < Kind::Part);
    let parts = &entries[first..];
    (!parts.is_empty()).then_some(parts)
}

/// Whether two lists of entries, each by owner, have an owner in common. Two very frequent names
/// are taken to: some patient has both.
fn shares_owner(a: &[Entry], b: &[Entry]) -> bool {
    const MANY: usize = 4096;
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    if few.len() > MANY {
        return true;
    }
    few.iter().any(|e| {
        e.owner().is_some() && many.binary_search_by(|o| o.owner().cmp(&e.owner())).is_ok()
    })
}
