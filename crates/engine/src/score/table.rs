//! Judges tables: each planted cell at its own row and column of every released form.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anonymed_core::policy::{TableFormat, TimeMode};
use anonymed_table::{ColumnOutcome, StringBatch, TableOutcome, released};
use hashbrown::HashMap;

use super::tally::{Fate, PlaceKind};
use super::truth::{At, Planted};
use super::words::{holds, masked, squeezed};
use super::{File, Findings, Stage};
use crate::EngineError;
use crate::staging::Output;
use crate::verify::dates::{Precision, find_dates};

/// Judges all outputs of a table file.
pub(super) fn judge(
    stage: &Stage,
    file: &File<'_>,
    outputs: &[Output],
    found: &mut Findings,
) -> Result<(), EngineError> {
    let mut fates: BTreeMap<usize, Fate> = BTreeMap::new();
    let mut unseen: Vec<usize> = Vec::new();
    for (n, planted) in file.planted.iter().enumerate() {
        match &planted.at {
            At::Cell { sheet, .. } if outputs.iter().any(|o| o.sheet == *sheet) => {}
            At::Cell { .. } | At::Comment | At::Property => unseen.push(n),
            _ => {}
        }
    }
    let mut texts = BTreeSet::new();
    let mut kinds: HashMap<usize, PlaceKind> = HashMap::new();
    for output in outputs {
        let Some(outcome) = &output.table else { continue };
        let sheet = Sheet::new(stage, file, output, outcome)?;
        for n in &sheet.planted {
            let column = sheet.column_of(file.planted[*n]);
            let prose = column.is_some_and(|c| c.action == "text");
            kinds.insert(*n, cell_kind(file, prose));
        }
        sheet.read(&mut fates, found, (!unseen.is_empty()).then_some(&mut texts))?;
    }
    for (n, fate) in fates {
        let kind = kinds.get(&n).copied().unwrap_or_else(|| cell_kind(file, false));
        found.add(kind, fate, file.planted[n], file);
    }
    for n in unseen {
        let planted = &file.planted[n];
        let left = texts.iter().any(|text| holds(text, &planted.line.value));
        found.add(hidden_kind(planted), if left { Fate::Left } else { Fate::Gone }, planted, file);
    }
    Ok(())
}

/// The kind of a cell, by the file it is in.
pub(super) fn cell_kind(file: &File<'_>, prose: bool) -> PlaceKind {
    match (file.entry.name.rsplit('.').next().unwrap_or_default(), prose) {
        ("parquet", _) => PlaceKind::ParquetCell,
        ("xlsx", false) => PlaceKind::XlsxCell,
        ("xlsx", true) => PlaceKind::XlsxText,
        (_, false) => PlaceKind::CsvCell,
        (_, true) => PlaceKind::CsvText,
    }
}

fn hidden_kind(planted: &Planted) -> PlaceKind {
    match planted.at {
        At::Comment => PlaceKind::Comment,
        At::Property => PlaceKind::Property,
        _ => PlaceKind::HiddenSheet,
    }
}

/// One released form of one sheet, with what was planted in it.
struct Sheet<'a> {
    stage: &'a Stage,
    file: &'a File<'a>,
    output: &'a Output,
    outcome: &'a TableOutcome,
    /// Planted values, by number in the file's list.
    planted: Vec<usize>,
    /// The same by input row.
    rows: HashMap<u64, Vec<usize>>,
    columns: HashMap<&'a str, &'a ColumnOutcome>,
    /// What we wrote inside prose cells, by output row and column.
    written: HashMap<(u64, u32), Vec<Range<usize>>>,
}

impl<'a> Sheet<'a> {
    fn new(
        stage: &'a Stage,
        file: &'a File<'a>,
        output: &'a Output,
        outcome: &'a TableOutcome,
    ) -> Result<Self, EngineError> {
        let mut written: HashMap<(u64, u32), Vec<Range<usize>>> = HashMap::new();
        for cell in stage.staging.written_cells(output)? {
            let span = cell.start as usize..cell.end as usize;
            written.entry((cell.row, cell.column)).or_default().push(span);
        }
        let mut rows: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut numbers = Vec::new();
        for (n, planted) in file.planted.iter().enumerate() {
            if let At::Cell { sheet, row, .. } = &planted.at
                && *sheet == output.sheet
            {
                rows.entry(*row).or_default().push(n);
                numbers.push(n);
            }
        }
        let columns = outcome.columns.iter().map(|c| (c.name.as_str(), c)).collect();
        Ok(Self { stage, file, output, outcome, planted: numbers, rows, columns, written })
    }

    fn column_of(&self, planted: &Planted) -> Option<&'a ColumnOutcome> {
        let At::Cell { column, .. } = &planted.at else { return None };
        self.columns.get(column.as_str()).copied()
    }

    /// Reads the released form and judges row by row.
    fn read(
        &self,
        fates: &mut BTreeMap<usize, Fate>,
        found: &mut Findings,
        mut texts: Option<&mut BTreeSet<String>>,
    ) -> Result<(), EngineError> {
        let dropped = &self.outcome.dropped_rows;
        for n in &self.planted {
            // Rows that do not come by below are not in the output.
            fates.entry(*n).or_insert(Fate::Withheld);
        }
        let format = TableFormat::from_name(&self.output.form)
            .ok_or_else(|| EngineError::Integrity("a released table has no known form".into()))?;
        let unreadable = |e: released::ReadBackError| EngineError::Integrity(e.to_string());
        let path = self.stage.path(self.output);
        let (mut input_row, mut output_row) = (0, 0);
        for batch in released::read(&path, format).map_err(unreadable)? {
            let batch = batch.map_err(unreadable)?;
            for at in 0..batch.len() {
                output_row += 1;
                input_row += 1;
                while dropped.binary_search(&input_row).is_ok() {
                    input_row += 1;
                }
                let row = Row { sheet: self, batch: &batch, at, number: output_row };
                for n in self.rows.get(&input_row).into_iter().flatten() {
                    let fate = row.judge(self.file.planted[*n], found);
                    fates.entry(*n).and_modify(|f| *f = (*f).max(fate)).or_insert(fate);
                }
                if let Some(texts) = texts.as_deref_mut() {
                    texts.extend(row.unwritten());
                }
            }
        }
        Ok(())
    }
}

/// One released row.
struct Row<'a> {
    sheet: &'a Sheet<'a>,
    batch: &'a StringBatch,
    at: usize,
    /// From 1.
    number: u64,
}

impl Row<'_> {
    fn judge(&self, planted: &Planted, found: &mut Findings) -> Fate {
        let Some(column) = self.sheet.column_of(planted) else { return Fate::Left };
        let Some(position) = column.output_position else { return Fate::Gone };
        let cell = self.batch.value(position, self.at);
        self.observe(planted, column, cell, found);
        let value = planted.line.value.as_str();
        let left = match column.action.as_str() {
            "text" => holds(&self.outside(position, cell), value),
            _ if planted.is_date() => date_is_left(value, cell, self.sheet.stage.mode),
            _ if planted.line.category == "age" => cell.trim() == value,
            _ => holds(cell, value),
        };
        if left { Fate::Left } else { Fate::Gone }
    }

    fn observe(&self, planted: &Planted, column: &ColumnOutcome, cell: &str, found: &mut Findings) {
        let Some(subject) = &planted.line.subject else { return };
        match column.action.as_str() {
            "pseudonym" if planted.line.category == "mrn" => {
                found.seen.code("table", subject, cell);
            }
            "shift" if planted.is_date() && self.sheet.stage.mode == TimeMode::Shift => {
                found.seen.dates("table", subject, &planted.line.value, cell);
            }
            _ => {}
        }
    }

    /// A prose cell without what we wrote in it.
    fn outside(&self, position: usize, cell: &str) -> String {
        let spans = self.sheet.written.get(&(self.number, position as u32));
        masked(cell, spans.map_or(&[][..], Vec::as_slice))
    }

    /// The row's cells that are as they came in.
    fn unwritten(&self) -> Vec<String> {
        self.sheet
            .outcome
            .columns
            .iter()
            .filter_map(|column| {
                let position = column.output_position?;
                let cell = self.batch.value(position, self.at);
                match column.action.as_str() {
                    _ if cell.is_empty() => None,
                    "text" => Some(self.outside(position, cell)),
                    "keep" | "generalize" => Some(cell.to_owned()),
                    _ => None,
                }
            })
            .collect()
    }
}

/// Whether a date stands where it stood, or one finer than the policy lets through.
pub(super) fn date_is_left(value: &str, cell: &str, mode: TimeMode) -> bool {
    let after = find_dates(cell);
    match mode {
        TimeMode::Keep => false,
        TimeMode::Year => !after.is_empty(),
        TimeMode::Shift => {
            // The first readings: `3/4` moved to `4/3` is the same pair of readings.
            let first = |text: &str| {
                let found = find_dates(text).into_iter().find(|d| d.precision == Precision::Day)?;
                found.readings().next()
            };
            let before = first(value);
            squeezed(cell) == squeezed(value) || (before.is_some() && before == first(cell))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_compared_at_their_place() {
        let check = |value: &str, cell: &str, mode, expect: bool| {
            assert_eq!(date_is_left(value, cell, mode), expect, "{value} {cell}");
        };
        check("2020-03-04", "2020-03-04", TimeMode::Shift, true);
        check("2020-03-04", "2020-03-04 00:00:00", TimeMode::Shift, true);
        check("03/04/2020 10:20", "03/18/2020 10:20", TimeMode::Shift, false);
        check("03/04/2020 10:20", "04/03/2020 10:20", TimeMode::Shift, false);
        check("2020-03-04", "", TimeMode::Shift, false);
        check("2020-03-04", "2020", TimeMode::Year, false);
        check("2020-03-04", "2020-03", TimeMode::Year, true);
        check("2020-03-04", "2020-03-04", TimeMode::Keep, false);
    }
}
