//! A package of the Open Packaging Conventions (ECMA-376, part 2): parts in a ZIP, and the
//! relations that name them.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use super::NAME;
use crate::error::{DocumentError, Result};
use crate::limits::Limits;
use crate::xml::{self, Piece, Xml};

/// An opened package.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    limits: &'a Limits,
    length: usize,
    /// Bytes that may still be unpacked, over all parts.
    remaining: usize,
}

/// What a part says of another.
pub(super) struct Relation {
    /// The last word of its type: `header`, `footnotes` …
    pub(super) kind: String,
    /// The part's name in the package.
    pub(super) target: String,
}

fn broken(what: &'static str) -> DocumentError {
    DocumentError::Broken { format: NAME, what, at: 0 }
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self> {
        // Before the directory is read: each entry of it begins so (APPNOTE 4.3.12).
        let entries = memchr::memmem::find_iter(bytes, b"PK\x01\x02").take(limits.parts + 1);
        if entries.count() > limits.parts {
            return Err(DocumentError::TooMany {
                format: NAME,
                what: "parts",
                limit: limits.parts,
            });
        }
        let archive = ZipArchive::new(Cursor::new(bytes));
        let archive = archive.map_err(|_| broken("the ZIP cannot be opened"))?;
        Ok(Self { archive, limits, length: bytes.len(), remaining: limits.output_bytes })
    }

    /// The text of a part; `None` where there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>> {
        let entry = match self.archive.by_name(name) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(_) | ZipError::InvalidPassword) => {
                return Err(DocumentError::Encrypted { format: NAME });
            }
            Err(_) => return Err(broken("a part of the ZIP cannot be opened")),
        };
        let packed = usize::try_from(entry.compressed_size()).unwrap_or(usize::MAX);
        let most = self.limits.unpacked(packed.min(self.length)).min(self.remaining);
        let mut bytes = Vec::new();
        let read = entry.take(most as u64 + 1).read_to_end(&mut bytes);
        if bytes.len() > most {
            return Err(self.limits.bomb(NAME));
        }
        read.map_err(|_| broken("a part of the ZIP cannot be unpacked"))?;
        self.remaining -= bytes.len();
        xml::decode(NAME, &bytes).map(Some)
    }

    /// The relations of a part, or of the package where the name is empty.
    pub(super) fn relations(&mut self, of: &str) -> Result<Vec<Relation>> {
        let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
        let slash = if folder.is_empty() { "" } else { "/" };
        let Some(text) = self.part(&format!("{folder}{slash}_rels/{file}.rels"))? else {
            return Ok(Vec::new());
        };
        let mut relations = Vec::new();
        let mut xml = Xml::of(NAME, &text, self.limits.depth);
        while let Some(piece) = xml.next()? {
            let Piece::Start(start) = piece else { continue };
            if start.local_name().as_ref() != "Relationship"
                || xml.attribute(&start, "TargetMode")?.as_deref() == Some("External")
            {
                continue;
            }
            let kind = xml.attribute(&start, "Type")?.unwrap_or_default();
            let target = xml.attribute(&start, "Target")?.unwrap_or_default();
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            relations.push(Relation { kind, target: resolve(folder, &target) });
            if relations.len() > self.limits.parts {
                let limit = self.limits.parts;
                return Err(DocumentError::TooMany { format: NAME, what: "relations", limit });
            }
        }
        Ok(relations)
    }
}

/// A part's name from a target beside a folder.
fn resolve(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|step| !step.is_empty()).collect(),
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_lead_to_parts() {
        let check = |folder: &str, target: &str, expect: &str| {
            assert_eq!(resolve(folder, target), expect, "{folder} {target}");
        };
        check("word", "header1.xml", "word/header1.xml");
        check("word", "/word/header1.xml", "word/header1.xml");
        check("word", "../custom/a.xml", "custom/a.xml");
        check("", "../../word/document.xml", "word/document.xml");
    }
}
