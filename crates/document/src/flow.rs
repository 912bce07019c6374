//! The visible text of a document as it becomes plain text: words, lines, paragraphs, tables and
//! what stands aside of the running text.
//!
//! A row of a table is one line with tabs between its cells, which the text engine reads as
//! fields. A row of one cell, or one with a table inside, is layout and keeps its lines. What
//! stands aside (a footnote, a text box) follows the line it is anchored in.

use crate::error::{DocumentError, Result};

/// Rows, cells and asides in one another. What is inside is copied outwards once a level.
const NESTED: usize = 64;

/// Cells of the rows that are open, together.
const CELLS: usize = 1 << 16;

/// Builds the text; refuses more than a limit.
pub(crate) struct Flow {
    format: &'static str,
    limit: usize,
    depth: usize,
    written: usize,
    /// Cells that are closed in rows that are open.
    cells: usize,
    frames: Vec<Frame>,
}

/// What is being written.
enum Frame {
    /// Running text: the body, a cell or an aside.
    Text(Text),
    /// A row, with the cells that are closed.
    Row(Vec<Text>),
}

#[derive(Default)]
struct Text {
    kind: Kind,
    lines: String,
    /// A space is due before the next word.
    space: bool,
    /// An empty line is due before the next word.
    gap: bool,
    /// What follows the line that is being written.
    asides: Vec<String>,
    /// A row was written into it.
    has_rows: bool,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Body,
    Cell,
    Aside,
}

impl Text {
    fn of(kind: Kind) -> Self {
        Self { kind, ..Self::default() }
    }

    fn at_line_start(&self) -> bool {
        self.lines.is_empty() || self.lines.ends_with('\n')
    }

    fn end_line(&mut self) {
        let kept = self.lines.trim_end_matches([' ', '\t']).len();
        self.lines.truncate(kept);
        self.space = false;
        if !self.at_line_start() {
            self.lines.push('\n');
        }
        for aside in std::mem::take(&mut self.asides) {
            self.lines.push_str(&aside);
        }
    }

    fn is_blank(&self) -> bool {
        self.asides.is_empty() && self.lines.chars().all(char::is_whitespace)
    }
}

impl Flow {
    pub(crate) fn new(format: &'static str, limit: usize, depth: usize) -> Self {
        let frames = vec![Frame::Text(Text::default())];
        Self { format, limit, depth: depth.min(NESTED), written: 0, cells: 0, frames }
    }

    /// Adds text as it is written, but for layout: a line end ends the line, a no-break space is a
    /// space, and other control characters than the tab are left out.
    pub(crate) fn exact(&mut self, text: &str) -> Result<()> {
        self.charge(text.len())?;
        for c in text.chars() {
            match c {
                '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => self.line_break(),
                '\u{a0}' | '\u{202f}' => self.push(' '),
                '\t' => self.push('\t'),
                c if c.is_control() => {}
                c => self.push(c),
            }
        }
        Ok(())
    }

    /// Adds text in which a run of white space is one space, and none at the start of a line.
    pub(crate) fn collapsed(&mut self, text: &str) -> Result<()> {
        self.charge(text.len())?;
        for c in text.chars() {
            match c {
                ' ' | '\t' | '\n' | '\r' | '\u{c}' => self.due_space(),
                '\u{a0}' | '\u{202f}' => self.push(' '),
                c if c.is_control() => {}
                c => self.push(c),
            }
        }
        Ok(())
    }

    /// Ends the line; an empty line stays one.
    pub(crate) fn line_break(&mut self) {
        let Some(text) = self.open() else { return };
        if text.at_line_start() && !text.lines.is_empty() && text.asides.is_empty() {
            text.gap = true;
        } else {
            text.end_line();
        }
    }

    /// Ends the line, if there is one.
    pub(crate) fn block(&mut self) {
        if let Some(text) = self.open() {
            text.end_line();
        }
    }

    /// Ends the line and has an empty one before what comes next.
    pub(crate) fn paragraph(&mut self) {
        if let Some(text) = self.open() {
            text.end_line();
            text.gap = !text.lines.is_empty();
        }
    }

    /// Begins a row of a table.
    pub(crate) fn open_row(&mut self) -> Result<()> {
        self.block();
        self.enter(Frame::Row(Vec::new()))
    }

    /// Begins a cell of the row.
    pub(crate) fn open_cell(&mut self) -> Result<()> {
        self.charge(0)?;
        match self.frames.last() {
            Some(Frame::Row(_)) => self.enter(Frame::Text(Text::of(Kind::Cell))),
            _ => Ok(()),
        }
    }

    /// Ends the cell, if one is open.
    pub(crate) fn close_cell(&mut self) {
        if !matches!(self.frames.last(), Some(Frame::Text(text)) if text.kind == Kind::Cell) {
            return;
        }
        let Some(Frame::Text(mut cell)) = self.frames.pop() else { return };
        cell.end_line();
        if let Some(Frame::Row(cells)) = self.frames.last_mut() {
            cells.push(cell);
            self.cells += 1;
        }
    }

    /// Ends the row, if one is open.
    pub(crate) fn close_row(&mut self) {
        self.close_cell();
        if !matches!(self.frames.last(), Some(Frame::Row(_))) {
            return;
        }
        let Some(Frame::Row(cells)) = self.frames.pop() else { return };
        self.cells -= cells.len();
        let line = row(&cells);
        let Some(Frame::Text(text)) = self.frames.last_mut() else { return };
        text.has_rows = true;
        if line.is_empty() {
            return;
        }
        if std::mem::take(&mut text.gap) && !text.lines.is_empty() {
            text.lines.push('\n');
        }
        text.lines.push_str(&line);
    }

    /// Whether a row is open that no aside hides.
    pub(crate) fn in_row(&self) -> bool {
        match self.frames.last() {
            Some(Frame::Row(_)) => true,
            Some(Frame::Text(text)) => text.kind == Kind::Cell,
            None => false,
        }
    }

    /// Begins what stands aside of the running text.
    pub(crate) fn open_aside(&mut self) -> Result<()> {
        self.enter(Frame::Text(Text::of(Kind::Aside)))
    }

    /// Ends what stands aside; rows left open in it end too.
    pub(crate) fn close_aside(&mut self) {
        let inside = |frame: &Frame| matches!(frame, Frame::Text(text) if text.kind == Kind::Aside);
        if !self.frames.iter().any(inside) {
            return;
        }
        while !self.frames.last().is_some_and(inside) {
            self.close_row();
        }
        let Some(Frame::Text(mut aside)) = self.frames.pop() else { return };
        aside.end_line();
        if let Some(text) = self.open().filter(|_| !aside.lines.is_empty()) {
            text.asides.push(aside.lines);
        }
    }

    /// The text, with one line end at its end.
    pub(crate) fn finish(mut self) -> String {
        while self.frames.len() > 1 {
            match self.frames.last() {
                Some(Frame::Text(text)) if text.kind == Kind::Aside => self.close_aside(),
                _ => self.close_row(),
            }
        }
        let Some(Frame::Text(mut text)) = self.frames.pop() else { return String::new() };
        text.end_line();
        text.lines
    }

    fn enter(&mut self, frame: Frame) -> Result<()> {
        if self.frames.len() > self.depth {
            return Err(DocumentError::TooDeep { format: self.format, limit: self.depth });
        }
        self.frames.push(frame);
        Ok(())
    }

    fn charge(&mut self, bytes: usize) -> Result<()> {
        self.written = self.written.saturating_add(bytes);
        if self.cells > CELLS {
            let (format, what, limit) = (self.format, "cells in a row", CELLS);
            return Err(DocumentError::TooMany { format, what, limit });
        }
        if self.written > self.limit {
            return Err(DocumentError::OutputTooLong { format: self.format, limit: self.limit });
        }
        Ok(())
    }

    /// The text that is being written; `None` between the cells of a row.
    fn open(&mut self) -> Option<&mut Text> {
        match self.frames.last_mut() {
            Some(Frame::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn due_space(&mut self) {
        if let Some(text) = self.open().filter(|text| !text.at_line_start()) {
            text.space = true;
        }
    }

    fn push(&mut self, c: char) {
        // Text between cells belongs to a cell that was not marked.
        if matches!(self.frames.last(), Some(Frame::Row(_))) {
            self.frames.push(Frame::Text(Text::of(Kind::Cell)));
        }
        let Some(text) = self.open() else { return };
        if std::mem::take(&mut text.gap) && !text.lines.is_empty() {
            text.lines.push('\n');
        }
        if std::mem::take(&mut text.space) && !text.lines.ends_with([' ', '\n']) {
            text.lines.push(' ');
        }
        text.lines.push(c);
    }
}

/// The line or lines of a row.
fn row(cells: &[Text]) -> String {
    let filled = cells.iter().filter(|cell| !cell.is_blank()).count();
    if filled <= 1 || cells.iter().any(|cell| cell.has_rows) {
        return cells.iter().map(|cell| cell.lines.as_str()).filter(|l| !l.is_empty()).collect();
    }
    let mut line = String::new();
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            line.push('\t');
        }
        let words = cell.lines.split(['\n', '\t']).map(str::trim).filter(|part| !part.is_empty());
        for (index, part) in words.enumerate() {
            if index > 0 {
                line.push(' ');
            }
            line.push_str(part);
        }
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow() -> Flow {
        Flow::new("test", 1_000, 8)
    }

    #[test]
    fn lines_and_paragraphs() {
        let mut f = flow();
        f.collapsed("  Seen \n in\u{a0}clinic ").unwrap();
        f.block();
        f.block();
        f.collapsed("today").unwrap();
        f.paragraph();
        f.paragraph();
        f.exact("a  b\tc\r\n\nd\u{1}").unwrap();
        assert_eq!(f.finish(), "Seen in clinic\ntoday\n\na  b\tc\n\nd\n");
    }

    #[test]
    fn rows_are_lines() {
        let mut f = flow();
        f.collapsed("Head").unwrap();
        for cells in [&["Name", "Jane\nRoe", "x"][..], &["", "alone"], &["", ""]] {
            f.open_row().unwrap();
            for cell in cells {
                f.open_cell().unwrap();
                f.exact(cell).unwrap();
                f.close_cell();
            }
            f.close_row();
        }
        assert_eq!(f.finish(), "Head\nName\tJane Roe\tx\nalone\n");
    }

    #[test]
    fn tables_in_cells_keep_their_rows() {
        let mut f = flow();
        f.open_row().unwrap();
        f.open_cell().unwrap();
        f.exact("left").unwrap();
        f.close_cell();
        f.open_cell().unwrap();
        f.open_row().unwrap();
        for cell in ["MRN", "12"] {
            f.open_cell().unwrap();
            f.exact(cell).unwrap();
            f.close_cell();
        }
        f.close_row();
        f.close_row();
        assert_eq!(f.finish(), "left\nMRN\t12\n");
    }

    #[test]
    fn asides_follow_their_line() {
        let mut f = flow();
        f.exact("Sent home").unwrap();
        f.open_aside().unwrap();
        f.exact("by taxi").unwrap();
        f.close_aside();
        f.exact(" today").unwrap();
        f.line_break();
        f.exact("End").unwrap();
        assert_eq!(f.finish(), "Sent home today\nby taxi\nEnd\n");
    }

    #[test]
    fn limits_hold() {
        let mut f = Flow::new("test", 3, 2);
        assert!(matches!(f.exact("four"), Err(DocumentError::OutputTooLong { limit: 3, .. })));
        let mut f = Flow::new("test", 1, 2);
        f.open_row().unwrap();
        let cells = (0..=CELLS + 1).try_for_each(|_| {
            let opened = f.open_cell();
            f.close_cell();
            opened
        });
        assert!(matches!(cells, Err(DocumentError::TooMany { limit: CELLS, .. })));
        f.close_row();
        assert_eq!(f.cells, 0);
        let mut f = Flow::new("test", 3, 2);
        f.open_row().unwrap();
        f.open_cell().unwrap();
        assert!(matches!(f.open_row(), Err(DocumentError::TooDeep { limit: 2, .. })));
        f.close_aside();
        f.close_row();
        f.close_row();
        assert_eq!(f.finish(), "");
    }
}
