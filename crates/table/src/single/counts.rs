//! The second table of Anatomy: of each group, how many people have each sensitive value.

use std::io::Write;

use anonymed_core::policy::{COUNT, GROUP, TableFormat};
use anonymed_core::{CancelToken, ModalityError};
use arrow::array::StringArray;

use crate::batch::BATCH_ROWS;
use crate::write::TableWriter;

/// The column that names the sensitive column.
pub(super) const COLUMN: &str = "column";
/// The column of its values.
pub(super) const VALUE: &str = "value";

/// Lines of group, sensitive column, value and people.
#[derive(Debug, Clone, Default)]
pub struct SensitiveCounts {
    lines: Vec<Line>,
    columns: Vec<String>,
}

#[derive(Debug, Clone)]
struct Line {
    group: u32,
    column: usize,
    value: String,
    people: u64,
}

impl SensitiveCounts {
    pub(super) fn push(&mut self, group: u32, column: &str, value: &str, people: u64) {
        let at = self.columns.iter().position(|name| name == column).unwrap_or_else(|| {
            self.columns.push(column.to_owned());
            self.columns.len() - 1
        });
        self.lines.push(Line { group, column: at, value: value.to_owned(), people });
    }

    /// Puts the lines group by group; those of a group stay in their order.
    pub(super) fn sort_by_group(&mut self) {
        self.lines.sort_by_key(|line| line.group);
    }

    /// Writes the table: `group`, `column`, `value` and `count`, a line for each value of a group in a column.
    /// The counts of a group's column are its people; who states nothing is counted by the text that says so.
    ///
    /// # Errors
    ///
    /// Where it cannot be written, or the work is cancelled.
    pub fn write(
        &self,
        format: TableFormat,
        out: &mut dyn Write,
        cancel: &CancelToken,
    ) -> Result<(), ModalityError> {
        let mut writer = TableWriter::new(format, &[GROUP, COLUMN, VALUE, COUNT], out)?;
        for lines in self.lines.chunks(BATCH_ROWS) {
            cancel.check()?;
            let own = |text: &dyn Fn(&Line) -> String| -> StringArray {
                lines.iter().map(|line| Some(text(line))).collect()
            };
            writer.write(&[
                own(&|line| line.group.to_string()),
                own(&|line| self.columns[line.column].clone()),
                own(&|line| line.value.clone()),
                own(&|line| line.people.to_string()),
            ])?;
        }
        writer.finish().map(|_| ())
    }
}
