//! Rows of text: the one form in which every table passes through this crate. All values are
//! text, as written, so a postal code keeps its zeros and a decimal its digits.

use arrow::array::{Array, ArrayRef, StringArray, StringBuilder};
use std::sync::{Arc, OnceLock};

/// Rows in a batch.
pub(crate) const BATCH_ROWS: usize = 8192;
/// Bytes after which a batch is closed early.
pub(crate) const BATCH_BYTES: usize = 8 << 20;

/// Cells after which a batch is closed early, however short they are.
pub(crate) const BATCH_CELLS: usize = 1 << 18;

/// Rows of a batch of so many columns: a reader makes room for all cells of a batch at once.
pub(crate) fn batch_rows(columns: usize) -> usize {
    BATCH_ROWS.min(BATCH_CELLS / columns.max(1)).max(1)
}

/// Some rows of a table, column by column. A missing value is the empty text.
#[derive(Debug, Clone)]
pub struct StringBatch {
    rows: Vec<u64>,
    columns: Vec<BatchColumn>,
}

/// The cells of one column of a batch.
#[derive(Debug, Clone)]
pub(crate) enum BatchColumn {
    Texts(StringArray),
    Words(Words),
}

/// Cells by the number of their text, each text once; as Parquet packs them. They are spelled out for who
/// asks.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    words: StringArray,
    codes: Vec<u32>,
    texts: OnceLock<StringArray>,
}

impl Words {
    pub(crate) fn new(words: StringArray, codes: Vec<u32>) -> Self {
        Self { words, codes, texts: OnceLock::new() }
    }

    /// The texts by number; some may be equal.
    pub(crate) fn words(&self) -> &StringArray {
        &self.words
    }

    /// The number of each cell's text.
    pub(crate) fn codes(&self) -> &[u32] {
        &self.codes
    }

    fn texts(&self) -> &StringArray {
        self.texts.get_or_init(|| {
            let texts = self.codes.iter().map(|code| Some(cell(&self.words, *code as usize)));
            StringArray::from_iter(texts)
        })
    }
}

impl BatchColumn {
    fn texts(&self) -> &StringArray {
        match self {
            Self::Texts(texts) => texts,
            Self::Words(words) => words.texts(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::Words(words) => words.codes.len(),
        }
    }
}

impl StringBatch {
    /// A batch of columns of equal length, with the 1-based number each row has in its source.
    pub fn new(rows: Vec<u64>, columns: Vec<StringArray>) -> Self {
        Self::of(rows, columns.into_iter().map(BatchColumn::Texts).collect())
    }

    /// A batch of columns in either form.
    pub(crate) fn of(rows: Vec<u64>, columns: Vec<BatchColumn>) -> Self {
        debug_assert!(columns.iter().all(|c| c.len() == rows.len()));
        Self { rows, columns }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many columns.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The 1-based data row numbers in the source, ascending.
    pub fn rows(&self) -> &[u64] {
        &self.rows
    }

    /// A column.
    pub fn column(&self, column: usize) -> &StringArray {
        self.columns[column].texts()
    }

    /// A column that has each text once.
    pub(crate) fn words(&self, column: usize) -> Option<&Words> {
        match &self.columns[column] {
            BatchColumn::Texts(_) => None,
            BatchColumn::Words(words) => Some(words),
        }
    }

    /// A value; empty where it is missing.
    pub fn value(&self, column: usize, row: usize) -> &str {
        match &self.columns[column] {
            BatchColumn::Texts(texts) => cell(texts, row),
            BatchColumn::Words(words) => cell(&words.words, words.codes[row] as usize),
        }
    }

    /// The first rows, at most `rows` of them.
    #[must_use]
    pub fn head(&self, rows: usize) -> Self {
        let rows = rows.min(self.len());
        let columns = self.columns.iter().map(|c| c.texts().slice(0, rows)).collect();
        Self::new(self.rows[..rows].to_vec(), columns)
    }

    /// The columns as Arrow arrays.
    pub fn arrays(&self) -> Vec<ArrayRef> {
        self.columns.iter().map(|c| Arc::new(c.texts().clone()) as ArrayRef).collect()
    }
}

/// A value of a column; empty where it is missing.
pub(crate) fn cell(column: &StringArray, row: usize) -> &str {
    if column.is_null(row) { "" } else { column.value(row) }
}

/// Collects rows into a batch.
pub(crate) struct BatchBuilder {
    rows: Vec<u64>,
    columns: Vec<StringBuilder>,
    bytes: usize,
}

impl BatchBuilder {
    pub(crate) fn new(width: usize) -> Self {
        Self {
            rows: Vec::new(),
            columns: (0..width).map(|_| StringBuilder::new()).collect(),
            bytes: 0,
        }
    }

    /// Adds a row of exactly the batch's width.
    pub(crate) fn push<'a>(&mut self, row: u64, values: impl Iterator<Item = &'a str>) {
        self.rows.push(row);
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.append_value(value);
            self.bytes += value.len();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= BATCH_ROWS
            || self.bytes >= BATCH_BYTES
            || self.rows.len() * self.columns.len() >= BATCH_CELLS
    }

    /// The batch so far; the builder begins anew.
    pub(crate) fn finish(&mut self) -> StringBatch {
        self.bytes = 0;
        StringBatch::new(
            std::mem::take(&mut self.rows),
            self.columns.iter_mut().map(StringBuilder::finish).collect(),
        )
    }
}
