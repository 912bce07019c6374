//! PDF (ISO 32000-1): the text layer, line by line as it stands on the page, and what forms and
//! boxes of text show.
//!
//! A page that draws something and has no text, whose fonts do not say which letters they show, or
//! that a picture covers beside a few words, is refused as a whole document: it is the image
//! path's. Text that draws nothing is read where the page has a picture, as the layer that OCR adds
//! to a scan, and is left out where it has none. Properties, notes, bookmarks and attachments are
//! not read. Encrypted documents are refused. The parser is our own, so that no file makes it hold
//! more than the limits allow.

mod annotations;
mod cmap;
mod content;
mod encodings;
mod file;
mod filters;
mod fonts;
mod layout;
mod matrix;
mod syntax;

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use super::{ReadText, Sniff, TextFormat};
use crate::error::{DocumentError, Result};
use crate::limits::Limits;
use content::{Fonts, Found, Interpreter};
use file::File;
use matrix::Matrix;
use syntax::{Dictionary, Object};

const NAME: &str = "pdf";

/// Bytes in which the header stands (annex H, note 13 of ISO 32000-1).
const HEAD: usize = 1_024;

/// A picture that covers this part of a page is the page, unless there are as many letters.
const COVERED: f64 = 0.5;
const FEW_LETTERS: usize = 200;

/// Boxes of text and fields on one page.
const ANNOTATIONS: usize = 10_000;

/// See the module.
pub(super) struct Pdf;

impl TextFormat for Pdf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn media_type(&self) -> &'static str {
        "application/pdf"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["pdf"]
    }

    fn sniff(&self, bytes: &[u8]) -> Sniff {
        let head = &bytes[..bytes.len().min(HEAD)];
        match memchr::memmem::find(head, b"%PDF-") {
            Some(0) => Sniff::Yes,
            Some(_) => Sniff::Perhaps,
            None => Sniff::No,
        }
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<ReadText> {
        limits.input(bytes)?;
        let mut file = File::open(bytes, limits)?;
        let pages = pages(&file, limits)?;
        let mut text = String::new();
        let mut left_out = BTreeMap::new();
        let mut fonts = Fonts::default();
        let (mut remaining, mut letters) = (limits.output_bytes, 0);
        for (index, page) in pages.iter().enumerate() {
            let limit = limits.output_bytes;
            let interpreter = Interpreter::new(&mut file, &mut fonts, &mut remaining, limit);
            let found = page.read(interpreter)?;
            page.judge(&found, index + 1)?;
            letters += found.glyphs;
            page.write(found, &mut text, &mut left_out);
        }
        if letters == 0 {
            let what = "no page shows text";
            return Err(DocumentError::NoTextLayer { page: 1, what });
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        Ok(ReadText { format: NAME, text: text.into(), left_out })
    }
}

/// A page, with what it has from the nodes above it (7.7.3.4).
#[derive(Debug, Clone, Default)]
struct Page {
    dictionary: Dictionary,
    /// Shared: one node may stand above thousands.
    resources: Option<Rc<Object>>,
    area: Option<[f64; 4]>,
    rotation: i64,
}

/// The pages in their order.
fn pages(file: &File<'_>, limits: &Limits) -> Result<Vec<Page>> {
    let root = file.catalog()?.get("Pages").cloned().unwrap_or(Object::Null);
    let mut waiting = vec![(root, Page::default())];
    let (mut pages, mut seen, mut nodes) = (Vec::new(), HashSet::new(), 0usize);
    while let Some((node, above)) = waiting.pop() {
        nodes += 1;
        let limit = limits.parts;
        if pages.len() >= limit || nodes > limit.saturating_mul(4) {
            return Err(DocumentError::TooMany { format: NAME, what: "pages", limit });
        }
        if matches!(node, Object::Reference(number) if !seen.insert(number)) {
            continue;
        }
        let page = above.below(file, file.dictionary(&node)?)?;
        match file.get(&page.dictionary, "Kids")? {
            Object::Array(kids) => {
                let most = limit.saturating_mul(4).saturating_sub(waiting.len());
                if kids.len() > most {
                    return Err(DocumentError::TooMany { format: NAME, what: "pages", limit });
                }
                let above = Page { dictionary: Dictionary::default(), ..page };
                waiting.extend(kids.into_iter().rev().map(|kid| (kid, above.clone())));
            }
            _ if page.dictionary.len() > 0 => pages.push(page),
            _ => {}
        }
    }
    if pages.is_empty() {
        let what = "there is no page";
        return Err(DocumentError::Broken { format: NAME, what, at: 0 });
    }
    Ok(pages)
}

impl Page {
    fn below(&self, file: &File<'_>, dictionary: Dictionary) -> Result<Self> {
        let area = match dictionary.get("CropBox").or(dictionary.get("MediaBox")) {
            Some(area) => file.numbers(area)?.try_into().ok(),
            None => self.area,
        };
        let rotation = match file.get(&dictionary, "Rotate")?.number() {
            Some(degrees) => degrees as i64 / 90,
            None => self.rotation,
        };
        let resources = match dictionary.get("Resources") {
            Some(own) => Some(Rc::new(own.clone())),
            None => self.resources.clone(),
        };
        Ok(Self { dictionary, resources, area, rotation })
    }

    fn read(&self, mut interpreter: Interpreter<'_, '_>) -> Result<Found> {
        let turned = Matrix::rotation(self.rotation);
        let resources = self.resources.as_deref().unwrap_or(&Object::Null);
        let content = interpreter.contents(&self.dictionary)?;
        interpreter.read(&content, resources, turned)?;
        interpreter.annotations(&self.dictionary, turned, ANNOTATIONS)?;
        Ok(interpreter.found)
    }

    /// Refuses a page that has more to show than its text.
    fn judge(&self, found: &Found, page: usize) -> Result<()> {
        let [x0, y0, x1, y1] = self.area.unwrap_or([0.0, 0.0, 612.0, 792.0]);
        let area = ((x1 - x0) * (y1 - y0)).abs();
        let covered = found.largest_image > COVERED * area;
        let what = match () {
            () if found.glyphs == 0 && found.images > 0 => "it shows a picture and no text",
            () if found.glyphs == 0 && found.drawings => "it shows drawings and no text",
            () if found.unreadable * 10 > found.glyphs => {
                "its fonts do not say which letters they show"
            }
            () if covered && found.glyphs < FEW_LETTERS && found.unseen.is_empty() => {
                "a picture covers it, with few letters beside"
            }
            () => return Ok(()),
        };
        Err(DocumentError::NoTextLayer { page, what })
    }

    fn write(&self, found: Found, text: &mut String, left_out: &mut BTreeMap<&'static str, u64>) {
        let mut chunks = found.seen;
        let mut leave_out = |what, count: u64| {
            if count > 0 {
                *left_out.entry(what).or_default() += count;
            }
        };
        leave_out("image", found.images);
        if found.images > 0 {
            chunks.extend(found.unseen);
        } else {
            leave_out("hidden-text", found.unseen.len() as u64);
        }
        let all = chunks.len();
        chunks.retain(|chunk| self.shows(chunk));
        leave_out("text-outside-page", (all - chunks.len()) as u64);
        if !text.is_empty() && !chunks.is_empty() {
            text.push('\n');
        }
        layout::write(chunks, text);
    }

    /// Whether a piece of text begins or ends on the page.
    fn shows(&self, chunk: &layout::Chunk) -> bool {
        let Some([x0, y0, x1, y1]) = self.area else { return true };
        let corner = |x, y| {
            let [.., x, y] = Matrix::translation(x, y).then(Matrix::rotation(self.rotation)).0;
            (x, y)
        };
        let (one, other) = (corner(x0, y0), corner(x1, y1));
        let within = |value: f64, a: f64, b: f64| {
            value >= a.min(b) - chunk.size && value <= a.max(b) + chunk.size
        };
        let on_page = |along: f64| {
            let (x, y) = match chunk.turns {
                0 => (along, -chunk.down),
                1 => (chunk.down, along),
                2 => (-along, chunk.down),
                _ => (-chunk.down, -along),
            };
            within(x, one.0, other.0) && within(y, one.1, other.1)
        };
        on_page(chunk.from) || on_page(chunk.to)
    }
}

#[cfg(test)]
mod tests;
