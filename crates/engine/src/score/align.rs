//! Which bytes of an input text an output replaced. Outside of the written spans an output is the
//! input word for word, so what stands between two spans is found again in order, and what lies
//! between two finds was replaced.

use std::ops::Range;

use super::words::{holds, masked};
use crate::verify::dates::{Precision, find_dates};

/// A replaced part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// In the input.
    pub(super) source: Range<usize>,
    /// In the output.
    pub(super) output: Range<usize>,
}

/// The replaced parts, or `None` where the output is not the input outside of the spans.
pub(super) fn align(input: &str, output: &str, written: &[Range<usize>]) -> Option<Vec<Piece>> {
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut from, mut to) = (0, 0);
    for span in joined(written) {
        let kept = output.get(to..span.start)?;
        let at = if pieces.is_empty() {
            input.starts_with(kept).then_some(0)?
        } else {
            input.get(from..)?.find(kept)? + from
        };
        if let Some(last) = pieces.last_mut() {
            last.source.end = at;
        }
        from = at + kept.len();
        pieces.push(Piece { source: from..from, output: span.clone() });
        to = span.end;
    }
    let rest = output.get(to..)?;
    let Some(last) = pieces.last_mut() else { return (input == output).then_some(pieces) };
    let end = input.len().checked_sub(rest.len()).filter(|end| *end >= from)?;
    (input.get(end..)? == rest).then_some(())?;
    last.source.end = end;
    Some(pieces)
}

/// Spans in order; those that touch are one, since nothing tells where the first one's source ends.
fn joined(written: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut sorted = written.to_vec();
    sorted.sort_by_key(|s| (s.start, s.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for span in sorted {
        match out.last_mut() {
            Some(last) if last.end >= span.start => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}

/// Whether a planted value can still be read, whole or by a telling part.
pub(super) fn is_left(
    input: &str,
    output: &str,
    pieces: &[Piece],
    planted: &Range<usize>,
    is_date: bool,
) -> bool {
    let Some(value) = input.get(planted.clone()) else { return true };
    let touching: Vec<&Piece> = overlapping(pieces, planted).collect();
    if touching.is_empty() {
        return true;
    }
    let cut: Vec<Range<usize>> = touching
        .iter()
        .map(|p| {
            p.source.start.saturating_sub(planted.start)
                ..p.source.end.min(planted.end).saturating_sub(planted.start)
        })
        .collect();
    let rest = masked(value, &cut);
    let kept = if is_date {
        find_dates(&rest).iter().any(|d| d.precision != Precision::MonthDay || !d.weak)
    } else {
        rest.split(|c: char| !c.is_alphanumeric()).any(is_telling)
    };
    let same = |p: &&Piece| {
        output
            .get(p.output.clone())
            .is_some_and(|text| text.len() < 4 * value.len() + 8 && holds(text, value))
    };
    kept || touching.iter().any(same)
}

/// Pieces whose source shares a byte with a range.
pub(super) fn overlapping<'a>(
    pieces: &'a [Piece],
    range: &'a Range<usize>,
) -> impl Iterator<Item = &'a Piece> {
    pieces.iter().filter(|p| p.source.start < range.end && p.source.end > range.start)
}

/// A part of a name or number that tells something by itself: not an initial, not the two digits
/// that tell a member of a family from another.
fn is_telling(token: &str) -> bool {
    token.chars().count() >= 3
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Plain,
    Replaced,
    Planted,
}

/// Letters and digits of a text outside of planted ranges, and how many of them were replaced.
pub(super) fn changed(input: &str, pieces: &[Piece], planted: &[Range<usize>]) -> (u64, u64) {
    let mut marks = vec![Mark::Plain; input.len()];
    let mut mark = |range: &Range<usize>, as_what| {
        if let Some(part) = marks.get_mut(range.clone()) {
            part.fill(as_what);
        }
    };
    pieces.iter().for_each(|p| mark(&p.source, Mark::Replaced));
    planted.iter().for_each(|p| mark(p, Mark::Planted));
    let (mut changed, mut total) = (0, 0);
    for (at, _) in input.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        total += u64::from(marks[at] != Mark::Planted);
        changed += u64::from(marks[at] == Mark::Replaced);
    }
    (changed, total)
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "one span is what is meant")]
mod tests {
    use super::*;

    fn spans(output: &str) -> (String, Vec<Range<usize>>) {
        let (mut text, mut spans, mut open) = (String::new(), Vec::new(), 0);
        for c in output.chars() {
            match c {
                '[' => open = text.len(),
                ']' => spans.push(open..text.len()),
                c => text.push(c),
            }
        }
        (text, spans)
    }

    #[test]
    fn replaced_parts_are_found() {
        let check = |input: &str, marked: &str, expect: Option<&[&str]>| {
            let (output, written) = spans(marked);
            let pieces = align(input, &output, &written);
            let sources = pieces
                .map(|p| p.iter().map(|p| input[p.source.clone()].to_owned()).collect::<Vec<_>>());
            assert_eq!(sources, expect.map(|e| e.iter().map(|s| (*s).to_owned()).collect()));
        };
        check(
            "Mr John Smith, 5/5/1955",
            "Mr [Paul] [Miller], [6/6/1955]",
            Some(&["John", "Smith", "5/5/1955"]),
        );
        check("a b c", "a b c", Some(&[]));
        check("a b c", "a x c", None);
        check("John came", "[P][Q] came", Some(&["John"]));
        check("DOB 1955", "DOB [x] more", None);
    }

    #[test]
    fn parts_that_stay_are_left() {
        let input = "Mr John Smith of Mission";
        let check = |marked: &str, planted: Range<usize>, expect: bool| {
            let (output, written) = spans(marked);
            let pieces = align(input, &output, &written).unwrap();
            assert_eq!(is_left(input, &output, &pieces, &planted, false), expect, "{marked}");
        };
        check("Mr [Paul Miller] of Mission", 3..13, false);
        check("Mr [Paul] Smith of Mission", 3..13, true);
        check("Mr John Smith of [X]", 3..13, true);
        check("Mr [John Smith] of [X]", 3..13, true);
        let (output, written) = spans("Mr [Paul Miller] [o]f Mission");
        let pieces = align(input, &output, &written).unwrap();
        assert_eq!(changed(input, &pieces, &[3..13]), (1, 11));
    }
}
