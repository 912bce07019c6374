//! Which raw values a released cell may stand for.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::cell::{self, ReleasedCell};
use crate::coded::CodedColumn;

/// The raw values by each released text of a column.
pub(crate) struct Cover {
    /// By released code: raw codes, ascending; none where it may be any of them.
    members: Vec<Option<Vec<u32>>>,
    values: usize,
}

impl Cover {
    /// Reads each released text as a recipient would: a range covers the raw values within, a set its
    /// members, a value itself, a node of the raw column's hierarchy what is below it, `*` and nothing
    /// anything. Any other text covers what became it: `pairs` are the raw and released codes that belong
    /// together, where that is known, and anything otherwise.
    pub(crate) fn of(
        raw: &CodedColumn,
        released: &CodedColumn,
        pairs: Option<&[(u32, u32, u64)]>,
    ) -> Self {
        let codes: HashMap<&str, u32, FixedState> =
            (0..raw.values() as u32).filter_map(|code| Some((raw.text(code)?, code))).collect();
        let mut points: Vec<(f64, u32)> = (0..raw.values() as u32)
            .filter_map(|code| Some((cell::point(raw.text(code)?)?, code)))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut sources: Vec<Vec<u32>> = vec![Vec::new(); released.values()];
        for (raw, released, _) in pairs.unwrap_or_default() {
            sources[*released as usize].push(*raw);
        }
        let members = (0..released.values() as u32).zip(sources).map(|(code, sources)| {
            let text = released.text(code);
            let read = match ReleasedCell::read(text) {
                ReleasedCell::Any => return None,
                ReleasedCell::Missing if pairs.is_none() => return None,
                ReleasedCell::Missing => Vec::new(),
                ReleasedCell::Range { low, high } | ReleasedCell::Open { low, high } => {
                    let own = text.and_then(|text| codes.get(text)).copied();
                    own.into_iter().chain(within(&points, low, high)).collect()
                }
                ReleasedCell::Set { .. } => {
                    let members = text.and_then(cell::members).unwrap_or_default();
                    members.iter().filter_map(|text| codes.get(text.as_str()).copied()).collect()
                }
                ReleasedCell::Number(_) | ReleasedCell::Text => {
                    let itself = text.and_then(|text| codes.get(text)).copied();
                    let below = text.map(|text| raw.below(text)).unwrap_or_default();
                    let below = below.iter().filter_map(|text| codes.get(text.as_str()).copied());
                    itself.into_iter().chain(below).collect()
                }
            };
            let mut all: Vec<u32> = [read, sources].concat();
            all.sort_unstable();
            all.dedup();
            // What nothing is known of may be anything.
            (!all.is_empty()).then_some(all)
        });
        Self { members: members.collect(), values: raw.values() }
    }

    /// The cover of a column as it was: each code stands for itself.
    pub(crate) fn itself(values: usize) -> Self {
        Self { members: (0..values as u32).map(|code| Some(vec![code])).collect(), values }
    }

    /// Spreads rows of a released code evenly over the raw values it may stand for.
    pub(crate) fn spread(&self, released: u32, rows: f64, mut add: impl FnMut(usize, f64)) {
        let part = rows / self.size(released).max(1) as f64;
        match self.members(released) {
            None => (0..self.values).for_each(|value| add(value, part)),
            Some(members) => members.iter().for_each(|value| add(*value as usize, part)),
        }
    }

    /// The released codes.
    pub(crate) fn codes(&self) -> impl Iterator<Item = u32> {
        0..self.members.len() as u32
    }

    /// How many raw values a released code may stand for.
    pub(crate) fn size(&self, released: u32) -> usize {
        self.members[released as usize].as_ref().map_or(self.values, Vec::len)
    }

    /// Which raw codes a released one may stand for; none where it is any.
    pub(crate) fn members(&self, released: u32) -> Option<&[u32]> {
        self.members[released as usize].as_deref()
    }

    /// How many of the raw values that a released code may stand for are chosen.
    pub(crate) fn chosen(&self, released: u32, chosen: &[bool], all_chosen: usize) -> usize {
        match self.members(released) {
            None => all_chosen,
            Some(members) => members.iter().filter(|code| chosen[**code as usize]).count(),
        }
    }
}

fn within(points: &[(f64, u32)], low: f64, high: f64) -> Vec<u32> {
    let from = points.partition_point(|(point, _)| *point < low);
    let until = points.partition_point(|(point, _)| *point <= high);
    points.get(from..until).unwrap_or_default().iter().map(|(_, code)| *code).collect()
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::Quasi;

    use super::*;

    #[test]
    fn ends_cover_the_numbers_beyond_them() {
        let column = |texts: &[&str]| {
            let texts = texts.iter().map(|t| (*t).to_owned()).collect();
            CodedColumn::new("age", Quasi, texts, Vec::new()).unwrap()
        };
        let raw = column(&["17", "18", "90", "93", "90+"]);
        let cover = Cover::of(&raw, &column(&["<18", "90+", "<=18"]), None);
        let got: Vec<Option<&[u32]>> = (0..3).map(|code| cover.members(code)).collect();
        let expect: [Option<&[u32]>; 3] = [Some(&[0]), Some(&[2, 3, 4]), Some(&[0, 1])];
        assert_eq!(got, expect);
    }

    #[test]
    fn released_texts_are_read() {
        let column = |texts: &[&str]| {
            let texts = texts.iter().map(|t| (*t).to_owned()).collect();
            CodedColumn::new("c", Quasi, texts, Vec::new()).unwrap()
        };
        let raw = column(&["20", "30", "40", "a|b", ""]);
        let raw =
            raw.with_nodes([("young".to_owned(), vec!["20".to_owned(), "30".to_owned()])].into());
        let released = column(&["20..30", "{20|a\\|b}", "40", "*", "", "node", "young"]);
        let check = |pairs: Option<&[(u32, u32, u64)]>, expect: [Option<&[u32]>; 7]| {
            let cover = Cover::of(&raw, &released, pairs);
            let got: Vec<Option<&[u32]>> = (0..7).map(|code| cover.members(code)).collect();
            assert_eq!(got, expect);
        };
        let known: [Option<&[u32]>; 4] = [Some(&[0, 1]), Some(&[0, 3]), Some(&[2]), None];
        check(None, [known[0], known[1], known[2], None, None, None, known[0]]);
        let pairs = [(4, 4, 1), (1, 5, 2), (2, 5, 2)];
        check(
            Some(&pairs),
            [known[0], known[1], known[2], None, Some(&[4]), Some(&[1, 2]), known[0]],
        );
    }
}
