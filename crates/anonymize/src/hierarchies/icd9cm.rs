//! Diagnoses of ICD-9-CM: code, category of three digits, section, chapter, with the supplementary V and E
//! codes. Codes may be written without the point and without leading zeros before it; without both, four
//! digits are read as a code whose zeros are there.
//!
//! Sections and chapters: the tabular list of NCHS and CMS, which is in the public domain
//! (`data/icd9cm_sections.csv`, `data/icd9cm_chapters.csv`).

use std::sync::LazyLock;

use anonymed_core::policy::HierarchyBuild;

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};
use crate::code_ranges::CodeRanges;

const SECTIONS: &str = include_str!("../../data/icd9cm_sections.csv");
const CHAPTERS: &str = include_str!("../../data/icd9cm_chapters.csv");
static TABLES: LazyLock<(CodeRanges, CodeRanges)> =
    LazyLock::new(|| (CodeRanges::read(SECTIONS), CodeRanges::read(CHAPTERS)));

/// See the module.
#[derive(Debug)]
pub(super) struct Icd9Cm;

impl HierarchyBuilder for Icd9Cm {
    fn name(&self) -> &'static str {
        "icd9cm"
    }

    fn source(&self) -> &'static str {
        "ICD-9-CM tabular list, NCHS and CMS, version 32"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        _: &ColumnValues<'_>,
        _: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        matches!(build, HierarchyBuild::Icd9Cm).then(|| Ok(Box::new(climb) as Climb<'a>))
    }
}

fn climb(text: &str) -> Option<Path> {
    let category = category(text)?;
    let (sections, chapters) = &*TABLES;
    let chapter = chapters.name(&category)?;
    let section = sections.name(&category).unwrap_or(chapter);
    Some(Path { base: None, labels: vec![category, section.to_owned(), chapter.to_owned()] })
}

/// `250`, `V58` or `E849`.
fn category(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let (letter, body) = match code.strip_prefix(['E', 'V']) {
        Some(body) => (&code[..1], body),
        None => ("", code.as_str()),
    };
    let (whole, part) = match body.split_once('.') {
        Some((whole, part)) => (whole, part),
        None => (body, ""),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    // What the category has, and what may follow it: E codes have one digit more before the point.
    let (width, more) = match letter {
        "E" => (3, 1),
        "V" => (2, 2),
        _ => (3, 2),
    };
    let pointed = body.contains('.');
    let longest = if pointed { width } else { width + more };
    // Zeros are lost of numbers alone.
    let shortest = if letter.is_empty() { 1 } else { width };
    if !(shortest..=longest).contains(&whole.len())
        || part.len() > more
        || !digits(whole)
        || !digits(part)
    {
        return None;
    }
    let head = &whole[..whole.len().min(width)];
    Some(format!("{letter}{head:0>width$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_climb() {
        let check = |text: &str, expect: Option<&str>| {
            let labels = climb(text).map(|path| path.labels.join(" "));
            assert_eq!(labels.as_deref(), expect, "{text}");
        };
        check("250.83", Some("250 249-259 240-279"));
        check("25083", Some("250 249-259 240-279"));
        check("8", Some("008 001-009 001-139"));
        check("41.5", Some("041 030-041 001-139"));
        check("0415", Some("041 030-041 001-139"));
        check("042", Some("042 042 001-139"));
        check("043", Some("043 001-139 001-139"));
        check("327.23", Some("327 327 320-389"));
        check("280.9", Some("280 280-289 280-289"));
        check("V58.69", Some("V58 V50-V59 V01-V91"));
        check("V5869", Some("V58 V50-V59 V01-V91"));
        check("v01", Some("V01 V01-V09 V01-V91"));
        check("E849.0", Some("E849 E846-E849 E000-E999"));
        check("E8490", Some("E849 E846-E849 E000-E999"));
        check("E000", Some("E000 E000 E000-E999"));
        // Near misses.
        check("000", None);
        check("V92", None);
        check("2500.1", None);
        check("250.123", None);
        check("250083", None);
        check("E11.9", None);
        check("V1", None);
        check("J45", None);
        check("250,8", None);
        check("V", None);
        check("", None);
    }

    #[test]
    fn each_section_lies_in_one_chapter_and_chapters_leave_no_gap() {
        let sections = CodeRanges::assert_sound(SECTIONS);
        let chapters = CodeRanges::assert_sound(CHAPTERS);
        assert_eq!((sections.iter().count(), chapters.iter().count()), (158, 19));
        for (first, last, name) in sections.iter() {
            assert!(name == first || name == format!("{first}-{last}"), "{name}");
            assert_eq!(chapters.name(last), chapters.name(first), "{name}");
            assert!(chapters.name(first).is_some(), "{name}");
        }
        for number in 1..1000 {
            assert!(chapters.name(&format!("{number:03}")).is_some(), "{number}");
        }
    }

    #[test]
    fn the_categories_that_no_section_has_are_few() {
        let unlisted = (1..1000)
            .map(|number| format!("{number:03}"))
            .filter(|category| TABLES.0.name(category).is_none());
        // Numbers that volume 1 leaves free.
        assert!(unlisted.count() < 70);
    }
}
