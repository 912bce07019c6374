//! Delimited text files in the dialects that exports come in.

use std::io::{BufWriter, Write};
use std::path::Path;

use fs_err::File;

use crate::DemoError;
use crate::cell::Cell;
use crate::truth::{Spot, Truth};

/// How the bytes are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-8.
    Utf8,
    /// UTF-16, little endian, with a byte order mark.
    Utf16,
}

/// A delimited file that is being written.
pub(crate) struct Delimited {
    out: BufWriter<File>,
    name: &'static str,
    headers: &'static [&'static str],
    separator: char,
    encoding: Encoding,
    rows: u64,
}

impl Delimited {
    /// Opens the file and writes its header.
    pub(crate) fn create(
        dir: &Path,
        name: &'static str,
        headers: &'static [&'static str],
        separator: char,
        encoding: Encoding,
    ) -> Result<Self, DemoError> {
        let out = BufWriter::with_capacity(1 << 18, File::create(dir.join(name))?);
        let mut file = Self { out, name, headers, separator, encoding, rows: 0 };
        match encoding {
            Encoding::Utf8Bom => file.out.write_all(b"\xef\xbb\xbf")?,
            Encoding::Utf16 => file.out.write_all(b"\xff\xfe")?,
            Encoding::Utf8 => {}
        }
        file.line(headers.iter().copied())?;
        Ok(file)
    }

    /// Writes a row and records its identifiers.
    pub(crate) fn row(
        &mut self,
        cells: &[Cell],
        subject: Option<&str>,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        self.rows += 1;
        self.line(cells.iter().map(Cell::text))?;
        let spot = Spot { file: self.name, subject };
        for (header, cell) in self.headers.iter().zip(cells) {
            if cell.planted().next().is_some() {
                truth.plant_all(spot, &format!("row:{}/column:{header}", self.rows), cell)?;
            }
        }
        Ok(())
    }

    /// The number of the last row written, from 1.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// The file's path inside the project.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    fn line<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), DemoError> {
        let mut line = String::with_capacity(256);
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                line.push(self.separator);
            }
            let special = [self.separator, '"', '\n', '\r'];
            if cell.contains(special) {
                line.push('"');
                line.push_str(&cell.replace('"', "\"\""));
                line.push('"');
            } else {
                line.push_str(cell);
            }
        }
        line.push_str("\r\n");
        match self.encoding {
            Encoding::Utf16 => {
                let bytes: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
                self.out.write_all(&bytes)?;
            }
            _ => self.out.write_all(line.as_bytes())?,
        }
        Ok(())
    }

    /// Closes the file.
    pub(crate) fn finish(mut self) -> Result<(), DemoError> {
        self.out.flush()?;
        Ok(())
    }
}
