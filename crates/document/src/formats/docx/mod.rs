//! WordprocessingML (ECMA-376, part 1, clause 17): headers, body with its tables and text boxes,
//! footers, notes and comments.
//!
//! Tracked insertions are read as text, deletions are left out, as are hidden runs, fields'
//! instructions, alternative texts, authors, properties and embedded files. What a style hides is
//! read as if it were seen; numbers of lists are not text and not made.

mod body;
mod package;

use std::collections::{BTreeMap, HashSet};

use super::{ReadText, Sniff, TextFormat};
use crate::error::{DocumentError, Result};
use crate::flow::Flow;
use crate::limits::Limits;
use package::{Package, Relation};

const NAME: &str = "docx";

/// The parts that are seen, by the kind of their relation, in the order of the text.
const BEFORE: &[&str] = &["header"];
const AFTER: &[&str] = &["footnotes", "endnotes", "footer", "comments"];

/// See the module.
pub(super) struct Docx;

impl TextFormat for Docx {
    fn name(&self) -> &'static str {
        NAME
    }

    fn media_type(&self) -> &'static str {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["docx", "docm", "dotx", "dotm"]
    }

    fn sniff(&self, bytes: &[u8]) -> Sniff {
        // Names of parts stand in the file as they are.
        let word = bytes.starts_with(b"PK\x03\x04")
            && memchr::memmem::find(bytes, b"word/document").is_some();
        if word { Sniff::Yes } else { Sniff::No }
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<ReadText> {
        limits.input(bytes)?;
        let mut package = Package::open(bytes, limits)?;
        let main = package
            .relations("")?
            .into_iter()
            .find(|relation| relation.kind == "officeDocument")
            .map_or_else(|| "word/document.xml".to_owned(), |relation| relation.target);
        let relations = package.relations(&main)?;
        let before = BEFORE.iter().flat_map(|kind| targets(&relations, kind));
        let after = AFTER.iter().flat_map(|kind| targets(&relations, kind));
        let mut seen = HashSet::new();
        let mut flow = Flow::new(NAME, limits.output_bytes, limits.depth);
        let mut left_out = BTreeMap::new();
        for name in before.chain([&main]).chain(after).filter(|name| seen.insert(*name)) {
            match package.part(name)? {
                Some(text) => body::read(&text, limits, &mut flow, &mut left_out)?,
                None if *name == main => {
                    let what = "the ZIP holds no main part";
                    return Err(DocumentError::Broken { format: NAME, what, at: 0 });
                }
                None => {}
            }
            flow.paragraph();
        }
        Ok(ReadText { format: NAME, text: flow.finish().into(), left_out })
    }
}

fn targets<'a>(relations: &'a [Relation], kind: &'a str) -> impl Iterator<Item = &'a String> {
    relations.iter().filter(move |relation| relation.kind == kind).map(|relation| &relation.target)
}

#[cfg(test)]
mod tests;
