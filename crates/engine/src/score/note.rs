//! Judges running text: notes, and texts attached to FHIR resources.

use std::ops::Range;

use anonymed_core::policy::TimeMode;

use super::align::{Piece, align, changed, is_left, overlapping};
use super::tally::{Fate, PlaceKind};
use super::truth::{At, Planted};
use super::words::{holds, masked, occurrences};
use super::{File, Findings, Stage};
use crate::EngineError;
use crate::staging::Output;

/// A text before and after.
pub(super) struct Texts<'a> {
    pub(super) input: &'a str,
    pub(super) output: &'a str,
    /// What we wrote, in the output.
    pub(super) written: &'a [Range<usize>],
}

/// Judges a note.
pub(super) fn judge(
    stage: &Stage,
    file: &File<'_>,
    output: &Output,
    found: &mut Findings,
) -> Result<(), EngineError> {
    let bytes = fs_err::read(stage.input(file.entry)).map_err(EngineError::io("a note", "read"))?;
    let input = String::from_utf8_lossy(&bytes);
    let input = input.strip_prefix('\u{feff}').unwrap_or(&input);
    let released = stage.read(output)?;
    let released = String::from_utf8_lossy(&released);
    let written = stage.written(output)?;
    let texts = Texts { input, output: &released, written: &written };
    let planted: Vec<(Range<usize>, &Planted)> = file
        .planted
        .iter()
        .filter_map(|p| match &p.at {
            At::Bytes(range) => Some((range.clone(), *p)),
            _ => None,
        })
        .collect();
    text(stage, &texts, PlaceKind::Note, &planted, file, found);
    let folder = output.path.strip_prefix("notes/").and_then(|p| p.split_once('/'));
    let subject = planted.iter().find_map(|(_, p)| p.line.subject.as_deref());
    if let (Some((code, _)), Some(subject)) = (folder, subject)
        && code != "unassigned"
    {
        found.seen.code("note", subject, code);
    }
    Ok(())
}

/// Judges the values planted in one text.
pub(super) fn text(
    stage: &Stage,
    texts: &Texts<'_>,
    kind: PlaceKind,
    planted: &[(Range<usize>, &Planted)],
    file: &File<'_>,
    found: &mut Findings,
) {
    let modality = if kind == PlaceKind::Note { "note" } else { "fhir" };
    let Some(pieces) = align(texts.input, texts.output, texts.written) else {
        found.unaligned += 1;
        for (fate, planted) in counted(texts, planted) {
            found.add(kind, fate, planted, file);
        }
        return;
    };
    for (range, planted) in planted {
        if planted.is_date() && stage.mode == TimeMode::Keep {
            continue;
        }
        let left = is_left(texts.input, texts.output, &pieces, range, planted.is_date())
            && !(planted.line.category == "age" && is_capped(texts, &pieces, range));
        found.add(kind, if left { Fate::Left } else { Fate::Gone }, planted, file);
        if planted.is_date() && stage.mode == TimeMode::Shift {
            pair(texts, &pieces, range, planted, modality, found);
        }
    }
    let ranges: Vec<Range<usize>> = planted.iter().map(|(range, _)| range.clone()).collect();
    let (lost, total) = changed(texts.input, &pieces, &ranges);
    found.prose_changed += lost;
    found.prose_total += total;
}

/// Whether an age was written over as `90+`, which holds the number and is no exact age.
fn is_capped(texts: &Texts<'_>, pieces: &[Piece], range: &Range<usize>) -> bool {
    let capped = |p: &Piece| texts.output.get(p.output.clone()).is_some_and(|t| t.contains('+'));
    overlapping(pieces, range).any(capped)
}

/// Compares a date with what stands in its place.
fn pair(
    texts: &Texts<'_>,
    pieces: &[Piece],
    range: &Range<usize>,
    planted: &Planted,
    modality: &'static str,
    found: &mut Findings,
) {
    let touching: Vec<&Piece> = overlapping(pieces, range).collect();
    let ([piece], Some(subject)) = (touching.as_slice(), &planted.line.subject) else { return };
    let (Some(before), Some(after)) =
        (texts.input.get(piece.source.clone()), texts.output.get(piece.output.clone()))
    else {
        return;
    };
    found.seen.dates(modality, subject, before, after);
}

/// Without an alignment: a value may stand outside of what we wrote as often as it stood outside of
/// what was planted, and no more.
fn counted<'p>(
    texts: &Texts<'_>,
    planted: &[(Range<usize>, &'p Planted)],
) -> Vec<(Fate, &'p Planted)> {
    let mut ranges: Vec<Range<usize>> = planted.iter().map(|(range, _)| range.clone()).collect();
    ranges.sort_by_key(|r| r.start);
    let mut written = texts.written.to_vec();
    written.sort_by_key(|r| r.start);
    let (before, after) = (masked(texts.input, &ranges), masked(texts.output, &written));
    let mut spent: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    planted
        .iter()
        .map(|(_, planted)| {
            let value = planted.line.value.as_str();
            let spent = spent.entry(value).or_default();
            let excess = occurrences(&after, value).saturating_sub(occurrences(&before, value));
            let other_case = value.contains(' ') && holds(&after, value) && !holds(&before, value);
            let left = excess > *spent || other_case;
            *spent += 1;
            (if left { Fate::Left } else { Fate::Gone }, *planted)
        })
        .collect()
}

/// Finds values in a text in the order they were planted.
pub(super) fn located<'p>(
    text: &str,
    planted: &[&'p Planted],
) -> Option<Vec<(Range<usize>, &'p Planted)>> {
    let mut at = 0;
    planted
        .iter()
        .map(|planted| {
            let value = planted.line.value.as_str();
            let start = text.get(at..)?.find(value)? + at;
            at = start + value.len();
            Some((start..at, *planted))
        })
        .collect()
}
