//! Diagnoses of ICD-10-CM: code, category of three characters, block, chapter. Codes may be written without
//! the point. Categories of WHO's ICD-10 fall into the same blocks with few exceptions; one that is in no
//! block of the US edition has its chapter as block.
//!
//! Blocks and chapters: the tabular list of NCHS and CMS, which is in the public domain
//! (`data/icd10cm_blocks.csv`, `data/icd10cm_chapters.csv`).

use std::sync::LazyLock;

use anonymed_core::policy::HierarchyBuild;

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};
use crate::code_ranges::CodeRanges;

const BLOCKS: &str = include_str!("../../data/icd10cm_blocks.csv");
const CHAPTERS: &str = include_str!("../../data/icd10cm_chapters.csv");
static TABLES: LazyLock<(CodeRanges, CodeRanges)> =
    LazyLock::new(|| (CodeRanges::read(BLOCKS), CodeRanges::read(CHAPTERS)));

/// Letters and digits of the longest code.
const LONGEST: usize = 7;

/// See the module.
#[derive(Debug)]
pub(super) struct Icd10Cm;

impl HierarchyBuilder for Icd10Cm {
    fn name(&self) -> &'static str {
        "icd10cm"
    }

    fn source(&self) -> &'static str {
        "ICD-10-CM tabular list, NCHS and CMS, FY 2026"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        _: &ColumnValues<'_>,
        _: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        matches!(build, HierarchyBuild::Icd10Cm).then(|| Ok(Box::new(climb) as Climb<'a>))
    }
}

fn climb(text: &str) -> Option<Path> {
    let category = category(text)?;
    let (blocks, chapters) = &*TABLES;
    let chapter = chapters.name(&category)?;
    let block = blocks.name(&category).unwrap_or(chapter);
    Some(Path { base: None, labels: vec![category, block.to_owned(), chapter.to_owned()] })
}

/// The three characters a code begins with: a letter, a digit (or `QA0`), a digit or letter.
fn category(text: &str) -> Option<String> {
    // WHO marks a cause by a dagger and a manifestation by an asterisk.
    let code = text.trim().trim_end_matches(['*', '+', '†', '!']).to_ascii_uppercase();
    let bytes = code.as_bytes();
    let (head, tail) = bytes.split_at_checked(3)?;
    let tail = tail.strip_prefix(b".").unwrap_or(tail);
    let letters = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_alphanumeric);
    let fits = head[0].is_ascii_uppercase()
        && (head[1].is_ascii_digit() || head.starts_with(b"QA"))
        && letters(head)
        && letters(tail)
        && head.len() + tail.len() <= LONGEST;
    fits.then(|| code[..3].to_owned())
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
        check("A00.1", Some("A00 A00-A09 A00-B99"));
        check("E119", Some("E11 E08-E13 E00-E89"));
        check("e11.9", Some("E11 E08-E13 E00-E89"));
        check("I10", Some("I10 I10-I1A I00-I99"));
        check("I1A.0", Some("I1A I10-I1A I00-I99"));
        check("S72.001A", Some("S72 S70-S79 S00-T88"));
        check("C7A.0", Some("C7A C7A C00-D49"));
        check("C77.9", Some("C77 C76-C80 C00-D49"));
        check("C80.1", Some("C80 C76-C80 C00-D49"));
        check("C4A.9", Some("C4A C43-C44 C00-D49"));
        check("D3A.0", Some("D3A D3A C00-D49"));
        check("D48", Some("D48 D37-D48 C00-D49"));
        check("D50.0", Some("D50 D50-D53 D50-D89"));
        check("M1A.9", Some("M1A M05-M14 M00-M99"));
        check("Z3A.20", Some("Z3A Z30-Z39 Z00-Z99"));
        check("U07.1", Some("U07 U00-U49 U00-U85"));
        check("QA0.0", Some("QA0 QA0 Q00-QA0"));
        // WHO's own categories.
        check("F00.1*", Some("F00 F01-F09 F01-F99"));
        check("T91.3", Some("T91 S00-T88 S00-T88"));
        check("X64", Some("X64 V00-Y99 V00-Y99"));
        // Near misses.
        check("250.00", None);
        check("E1", None);
        check("E11.", Some("E11 E08-E13 E00-E89"));
        check("E11.90123", None);
        check("A00-A09", None);
        check("ß10", None);
        check("", None);
    }

    #[test]
    fn each_block_lies_in_one_chapter_and_chapters_leave_no_gap() {
        let blocks = CodeRanges::assert_sound(BLOCKS);
        let chapters = CodeRanges::assert_sound(CHAPTERS);
        assert_eq!((blocks.iter().count(), chapters.iter().count()), (289, 22));
        for (first, last, name) in blocks.iter() {
            let chapter = chapters.name(first).expect("a chapter");
            assert_eq!(chapters.name(last), Some(chapter), "{name}");
            let (low, high) = name.split_once('-').unwrap_or((name, name));
            assert!(chapters.name(low).is_some() && chapters.name(high) == Some(chapter), "{name}");
        }
        for letter in b'A'..=b'Z' {
            for number in 0..100 {
                let category = format!("{}{number:02}", letter as char);
                assert!(chapters.name(&category).is_some(), "{category}");
            }
        }
    }

    #[test]
    fn a_name_is_of_one_run_of_blocks() {
        // Only blocks that letters interrupt have several lines.
        let blocks = CodeRanges::read(BLOCKS);
        let mut names: Vec<&str> = blocks.iter().map(|(_, _, name)| name).collect();
        names.sort_unstable();
        let twice: Vec<&str> = names.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0]).collect();
        assert_eq!(twice, ["C43-C44", "C76-C80", "D37-D48", "M05-M14"]);
    }
}
