//! Writes the released rows. Every cell is one of few texts, so each text is prepared once and a row is
//! put together from pieces.

use std::io::Write;

use anonymed_anonymize::SUPPRESSED;
use anonymed_core::policy::{COUNT, TableFormat};
use anonymed_core::{AttributeRole, ModalityError};
use arrow::array::{StringArray, StringBuilder};
use hashbrown::HashMap;

use super::Told;
use super::coded::{Bound, CodedTable};
use super::solve::Solved;
use crate::batch::BATCH_ROWS;
use crate::write::{PreparedCells, TableWriter};

/// What the cells of a released column are taken from.
enum Column<'a> {
    /// The label of the row's class.
    Label { texts: Vec<&'a str>, label_of: &'a [u32] },
    /// The row's own text.
    Own { texts: Vec<&'a str>, column: usize },
}

impl Column<'_> {
    fn texts(&self) -> &[&str] {
        match self {
            Self::Label { texts, .. } | Self::Own { texts, .. } => texts,
        }
    }

    #[inline]
    fn text(&self, table: &CodedTable, row: usize, class: u32) -> usize {
        match self {
            Self::Label { label_of, .. } => label_of[class as usize] as usize,
            Self::Own { column, .. } => table.columns[*column].codes.at(row) as usize,
        }
    }
}

/// Where the cells of each released column come from.
fn columns<'a>(table: &'a CodedTable, bound: &Bound, solved: &'a Solved) -> Vec<Column<'a>> {
    let quasi = bound.of_role(AttributeRole::Quasi);
    (0..bound.released.len())
        .map(|at| match quasi.iter().position(|q| *q == at) {
            Some(label) => Column::Label {
                texts: solved.labels[label].texts.iter().map(String::as_str).collect(),
                label_of: &solved.labels[label].of_class,
            },
            None => Column::Own { texts: table.columns[at].texts.texts(), column: at },
        })
        .collect()
}

/// Rows between two looks at who might stop the work.
const STEP: usize = 1 << 18;

/// Writes the rows that have a class, in their order.
pub(super) fn write(
    table: &CodedTable,
    bound: &Bound,
    solved: &Solved,
    Told { cancel, progress }: Told<'_>,
    outputs: &mut [(TableFormat, &mut dyn Write)],
) -> Result<(), ModalityError> {
    let columns = columns(table, bound, solved);
    let names: Vec<&str> = bound.released.iter().map(|c| c.name.as_str()).collect();
    let kept = solved.class_of_row.iter().filter(|class| **class != SUPPRESSED).count();
    progress.begin("write", (kept * outputs.len()) as u64, "rows");
    for (format, out) in outputs {
        let mut writer = TableWriter::new(*format, &names, &mut **out)?;
        match &mut writer {
            TableWriter::Csv(csv) => {
                let cells: Vec<PreparedCells> =
                    columns.iter().map(|column| PreparedCells::new(column.texts())).collect();
                for (row, class) in solved.class_of_row.iter().enumerate() {
                    if row.is_multiple_of(STEP) {
                        cancel.check()?;
                        progress.advance("write", STEP as u64);
                    }
                    if *class != SUPPRESSED {
                        let texts = columns.iter().map(|column| column.text(table, row, *class));
                        csv.prepared(cells.iter().zip(texts))?;
                    }
                }
            }
            TableWriter::Parquet(_) => {
                let mut left = (0..solved.class_of_row.len())
                    .filter(|row| solved.class_of_row[*row] != SUPPRESSED);
                let mut rows: Vec<usize> = Vec::with_capacity(BATCH_ROWS);
                loop {
                    rows.clear();
                    rows.extend(left.by_ref().take(BATCH_ROWS));
                    if rows.is_empty() {
                        break;
                    }
                    cancel.check()?;
                    progress.advance("write", rows.len() as u64);
                    let batch: Vec<StringArray> =
                        columns.iter().map(|c| texts_of(c, table, solved, &rows)).collect();
                    writer.write(&batch)?;
                }
            }
        }
        writer.finish()?;
    }
    progress.end("write");
    Ok(())
}

fn texts_of(
    column: &Column<'_>,
    table: &CodedTable,
    solved: &Solved,
    rows: &[usize],
) -> StringArray {
    let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * 8);
    let texts = column.texts();
    for row in rows {
        builder.append_value(texts[column.text(table, *row, solved.class_of_row[*row])]);
    }
    builder.finish()
}

/// Writes the aggregated form: for every class and its sensitive values one line with the number of its
/// rows, in the order of the first of them. Gives the rows that the lines stand for, one after the other.
pub(super) fn write_lines(
    table: &CodedTable,
    bound: &Bound,
    solved: &Solved,
    Told { cancel, progress }: Told<'_>,
    outputs: &mut [(TableFormat, &mut dyn Write)],
) -> Result<Vec<u32>, ModalityError> {
    let columns = columns(table, bound, solved);
    let lines = lines(table, bound, solved);
    let mut names: Vec<&str> = bound.released.iter().map(|c| c.name.as_str()).collect();
    names.push(COUNT);
    progress.begin("write", (lines.len() * outputs.len()) as u64, "lines");
    for (format, out) in outputs {
        let mut writer = TableWriter::new(*format, &names, &mut **out)?;
        for lines in lines.chunks(BATCH_ROWS) {
            cancel.check()?;
            let firsts: Vec<usize> = lines.iter().map(|rows| rows[0] as usize).collect();
            let mut batch: Vec<StringArray> =
                columns.iter().map(|c| texts_of(c, table, solved, &firsts)).collect();
            batch.push(lines.iter().map(|rows| Some(rows.len().to_string())).collect());
            writer.write(&batch)?;
            progress.advance("write", lines.len() as u64);
        }
        writer.finish()?;
    }
    progress.end("write");
    Ok(lines.concat())
}

/// The rows of each line.
fn lines(table: &CodedTable, bound: &Bound, solved: &Solved) -> Vec<Vec<u32>> {
    let sensitive = bound.of_role(AttributeRole::Sensitive);
    let key = |row: usize| -> Vec<u32> {
        let class = solved.class_of_row[row];
        let labels = solved.labels.iter().map(|labels| labels.of_class[class as usize]);
        let values = sensitive.iter().map(|at| table.columns[*at].codes.at(row) as u32);
        labels.chain(values).collect()
    };
    let mut number: HashMap<Vec<u32>, usize> = HashMap::new();
    let mut lines: Vec<Vec<u32>> = Vec::new();
    let kept = (0..table.rows).filter(|row| solved.class_of_row[*row] != SUPPRESSED);
    for row in kept {
        let next = lines.len();
        let line = *number.entry(key(row)).or_insert(next);
        if line == next {
            lines.push(Vec::new());
        }
        lines[line].push(row as u32);
    }
    lines
}
