//! The elements of a part (ECMA-376, part 1, clause 17) as running text.

use std::collections::BTreeMap;

use quick_xml::events::BytesStart;

use super::NAME;
use crate::error::Result;
use crate::flow::Flow;
use crate::limits::Limits;
use crate::xml::{Piece, Xml};

/// The elements that matter, by their local names; prefixes are the writer's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Paragraph,
    Run,
    RunProperties,
    Text,
    Row,
    Cell,
    TextBox,
    /// Nothing in it is seen.
    Unseen,
    Other,
}

impl Element {
    fn of(name: &str) -> Self {
        match name {
            "p" => Self::Paragraph,
            "r" => Self::Run,
            "rPr" => Self::RunProperties,
            "t" => Self::Text,
            "tr" => Self::Row,
            "tc" => Self::Cell,
            "txbxContent" => Self::TextBox,
            // What was deleted or moved away (17.13.5), fields' instructions (17.16), the second
            // spelling of a drawing (part 3, 10.2.1), and settings.
            "del" | "moveFrom" | "delText" | "instrText" | "delInstrText" | "Fallback" | "pPr"
            | "sdtPr" | "sectPr" | "tblPr" | "trPr" | "tcPr" => Self::Unseen,
            _ => Self::Other,
        }
    }
}

struct Reader<'a> {
    flow: &'a mut Flow,
    left_out: &'a mut BTreeMap<&'static str, u64>,
    path: Vec<Element>,
    /// For each run in a run, whether it is hidden.
    hidden: Vec<bool>,
    /// Depth of the element in which nothing is seen.
    unseen: Option<usize>,
}

/// Adds what a part shows.
pub(super) fn read(
    text: &str,
    limits: &Limits,
    flow: &mut Flow,
    left_out: &mut BTreeMap<&'static str, u64>,
) -> Result<()> {
    let (path, hidden, unseen) = (Vec::new(), Vec::new(), None);
    let mut reader = Reader { flow, left_out, path, hidden, unseen };
    let mut xml = Xml::of(NAME, text, limits.depth);
    while let Some(piece) = xml.next()? {
        match piece {
            Piece::Start(start) => reader.start(&xml, &start)?,
            Piece::End => reader.end(),
            Piece::Text(text) => reader.text(&text)?,
        }
    }
    Ok(())
}

impl Reader<'_> {
    fn start(&mut self, xml: &Xml<'_>, start: &BytesStart<'_>) -> Result<()> {
        let name = start.local_name();
        let name = name.as_ref();
        let parent = self.path.last().copied();
        let element = Element::of(name);
        self.path.push(element);
        if self.unseen.is_some() {
            return Ok(());
        }
        match element {
            Element::Unseen => {
                if matches!(name, "del" | "moveFrom") && parent != Some(Element::RunProperties) {
                    self.leave_out("deleted-text");
                }
                self.unseen = Some(self.path.len());
            }
            Element::Run => self.hidden.push(false),
            Element::Row => self.flow.open_row()?,
            Element::Cell => self.flow.open_cell()?,
            Element::TextBox => self.flow.open_aside()?,
            Element::Other => match parent {
                Some(Element::Run) => self.in_run(xml, start, name)?,
                Some(Element::RunProperties) if matches!(name, "vanish" | "specVanish") => {
                    self.hide(xml, start)?;
                }
                _ => match name {
                    "blip" | "imagedata" => self.leave_out("image"),
                    "altChunk" => self.leave_out("embedded"),
                    _ => {}
                },
            },
            Element::Paragraph | Element::RunProperties | Element::Text => {}
        }
        Ok(())
    }

    /// Elements of a run that stand for letters (17.3.3).
    fn in_run(&mut self, xml: &Xml<'_>, start: &BytesStart<'_>, name: &str) -> Result<()> {
        if self.hidden.last() == Some(&true) {
            return Ok(());
        }
        match name {
            "tab" | "ptab" => self.flow.exact("\t"),
            "br" | "cr" => {
                self.flow.line_break();
                Ok(())
            }
            "noBreakHyphen" => self.flow.exact("-"),
            "sym" => {
                let code = xml.attribute(start, "char")?.unwrap_or_default();
                self.flow.exact(symbol(&code))
            }
            _ => Ok(()),
        }
    }

    /// A run that vanishes (17.3.2.41); its own properties alone, not those it had before.
    fn hide(&mut self, xml: &Xml<'_>, start: &BytesStart<'_>) -> Result<()> {
        let of_run = self.path.len().checked_sub(3).map(|at| self.path[at]) == Some(Element::Run);
        let value = xml.attribute(start, "val")?;
        let on = !matches!(value.as_deref(), Some("0" | "false" | "off"));
        if let Some(hidden) = self.hidden.last_mut().filter(|_| of_run && on) {
            *hidden = true;
            self.leave_out("hidden-text");
        }
        Ok(())
    }

    fn end(&mut self) {
        let depth = self.path.len();
        let Some(element) = self.path.pop() else { return };
        if let Some(unseen) = self.unseen {
            if unseen == depth {
                self.unseen = None;
            }
            return;
        }
        match element {
            Element::Paragraph => self.flow.line_break(),
            Element::Run => {
                self.hidden.pop();
            }
            Element::Row => self.flow.close_row(),
            Element::Cell => self.flow.close_cell(),
            Element::TextBox => self.flow.close_aside(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) -> Result<()> {
        let seen = self.unseen.is_none()
            && self.path.last() == Some(&Element::Text)
            && self.hidden.last() != Some(&true);
        if seen { self.flow.exact(text) } else { Ok(()) }
    }

    fn leave_out(&mut self, what: &'static str) {
        *self.left_out.entry(what).or_default() += 1;
    }
}

/// A letter of a symbol font: boxes that are ticked or not, and signs of lists.
fn symbol(code: &str) -> &'static str {
    match code.to_ascii_uppercase().as_str() {
        "F052" | "F0FD" | "F0FE" => "☒",
        "F06F" | "F0A3" | "F0A8" => "☐",
        _ => "•",
    }
}
