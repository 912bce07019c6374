//! A table in codes: each column's texts once, and for every row the number of its text in as few bytes
//! as the column needs.

use anonymed_anonymize::Narrow;
use anonymed_core::policy::{Aggregate, ColumnConfig, Ends, HierarchyConfig, Nulls, TableConfig};
use anonymed_core::{
    Action, AttributeRole, CancelToken, Document, EntityType, Format, ModalityError,
};
use arrow::array::{Array, StringArray};
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

use super::Told;
use crate::batch::{StringBatch, cell};
use crate::model::Dictionary;
use crate::plan::policy;
use crate::source::{self, Part};
use crate::values;

/// A configuration's columns, by their position in the table.
#[derive(Debug)]
pub(super) struct Bound {
    /// Columns that are released, in the table's order.
    pub(super) released: Vec<BoundColumn>,
    /// The column that tells people apart.
    pub(super) subject: Option<usize>,
    /// Its header.
    pub(super) subject_name: Option<String>,
    /// Whether somebody asks for the quasi-identifiers of single rows once their combinations are counted: where
    /// they are written as they are, or averaged.
    pub(super) keeps_rows: bool,
}

/// One released column.
#[derive(Debug)]
pub(super) struct BoundColumn {
    pub(super) name: String,
    /// Position in the table.
    pub(super) source: usize,
    pub(super) role: AttributeRole,
    pub(super) hierarchy: Option<HierarchyConfig>,
    pub(super) weight: f64,
    pub(super) missing: Vec<String>,
    pub(super) aggregate: Option<Aggregate>,
    pub(super) action: Action,
    pub(super) entity: Option<EntityType>,
    pub(super) ends: Option<Ends>,
    pub(super) nulls: Nulls,
    pub(super) cells_max: Option<f64>,
}

impl BoundColumn {
    /// A column of a configuration, by its position in the table.
    pub(super) fn of(name: &str, column: &ColumnConfig, source: usize) -> Self {
        Self {
            name: name.to_owned(),
            source,
            role: column.role,
            hierarchy: column.hierarchy.clone(),
            weight: column.weight,
            missing: column.missing.clone(),
            aggregate: column.aggregate,
            action: column.action.clone(),
            entity: column.entity,
            ends: column.ends,
            nulls: column.nulls,
            cells_max: column.cells_max,
        }
    }

    /// Whether a text states nothing.
    pub(super) fn is_blank(&self, text: &str) -> bool {
        values::is_missing(text) || self.missing.iter().any(|marker| marker == text)
    }
}

impl Bound {
    pub(super) fn new(config: &TableConfig, part: &Part) -> Result<Self, ModalityError> {
        let position = |name: &str| position(part, name);
        let mut released = Vec::new();
        for (name, column) in &config.columns {
            let source = position(name)?;
            if !column.is_released() {
                continue;
            }
            released.push(BoundColumn::of(name, column, source));
        }
        released.sort_by_key(|column| column.source);
        if !released.iter().any(|column| column.role == AttributeRole::Quasi) {
            return Err(policy("no column has the role \"quasi\": there is nothing to generalise"));
        }
        let subject = config.subject.as_deref().map(position).transpose()?;
        let aggregates = released.iter().any(|column| column.aggregate.is_some());
        let keeps_rows = aggregates || config.output.form.is_unlinked();
        Ok(Self { released, subject, subject_name: config.subject.clone(), keeps_rows })
    }

    /// The columns whose values are as they are.
    pub(super) fn as_they_are(config: &TableConfig, part: &Part) -> Result<Self, ModalityError> {
        let mut bound = Self::new(config, part)?;
        bound.released.retain(|column| column.action == Action::Keep);
        Ok(bound)
    }

    /// One column by itself.
    pub(super) fn one(
        name: &str,
        column: &ColumnConfig,
        part: &Part,
    ) -> Result<Self, ModalityError> {
        let bound = BoundColumn::of(name, column, position(part, name)?);
        Ok(Self { released: vec![bound], subject: None, subject_name: None, keeps_rows: true })
    }

    /// The positions among the released columns of those of a role.
    pub(super) fn of_role(&self, role: AttributeRole) -> Vec<usize> {
        (0..self.released.len()).filter(|at| self.released[*at].role == role).collect()
    }
}

fn position(part: &Part, name: &str) -> Result<usize, ModalityError> {
    let is_named = |headers: &[String]| headers.iter().any(|header| header == name);
    if is_named(&part.headers.repeated) {
        return Err(ModalityError::Policy(format!(
            "the table has more than one column `{name}`; give each a header of its own"
        )));
    }
    part.columns.iter().position(|column| column == name).ok_or_else(|| {
        ModalityError::Policy(if is_named(&part.headers.unread) {
            format!("column `{name}` has a type that is not read: nested, or bytes")
        } else if part.headers.absent {
            format!(
                "the table has no column `{name}`: no header was found, its columns are named \
                 `column-1` and so on"
            )
        } else {
            format!("the table has no column `{name}`")
        })
    })
}

/// One column in codes.
#[derive(Debug, Default)]
pub(super) struct CodedColumn {
    pub(super) texts: Dictionary,
    pub(super) codes: Narrow,
}

/// A whole table in codes.
#[derive(Debug)]
pub(super) struct CodedTable {
    /// The released columns.
    pub(super) columns: Vec<CodedColumn>,
    pub(super) subjects: Option<CodedColumn>,
    pub(super) rows: usize,
    pub(super) rejected: Vec<(u64, String)>,
    /// Rows that were read, whatever became of them.
    pub(super) read: usize,
    /// Rows that name nobody, though there is a column that tells people apart. They are taken out.
    pub(super) nameless: u64,
    /// Rows whose person is not known or not agreed on, where that matters. They are taken out.
    pub(super) held: u64,
    /// How many people were drawn, and of how many; nothing where all are there.
    pub(super) sampled: Option<(u32, u32)>,
    /// Rows that are left out since they state nothing where something is asked for, in the same codes of the
    /// subjects and of the sensitive columns.
    pub(super) unstated: Option<Box<CodedTable>>,
    /// The rows that are left of those that were read, where some were taken out.
    pub(super) kept: Option<Vec<u32>>,
}

impl CodedTable {
    pub(super) fn read(
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        bound: &Bound,
        cancel: &CancelToken,
    ) -> Result<Self, ModalityError> {
        Self::read_told(document, format, part, bound, Told { cancel, progress: &() })
    }

    /// Reads, and tells how far it is.
    pub(super) fn read_told(
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        bound: &Bound,
        Told { cancel, progress }: Told<'_>,
    ) -> Result<Self, ModalityError> {
        let sources: Vec<usize> =
            bound.released.iter().map(|c| c.source).chain(bound.subject).collect();
        let mut columns: Vec<CodedColumn> =
            sources.iter().map(|_| CodedColumn::default()).collect();
        let mut rejected = Vec::new();
        let mut rows = 0usize;
        progress.begin("read", 0, "rows");
        source::map_in_order(
            (document, format, part),
            cancel,
            |batch: StringBatch| {
                let local: Vec<Option<LocalCodes>> =
                    sources.iter().map(|column| LocalCodes::of(&batch, *column)).collect();
                Ok((batch, local))
            },
            &mut |row, reason| rejected.push((row, reason)),
            &mut |(batch, local): (StringBatch, Vec<Option<LocalCodes>>)| {
                rows += batch.len();
                progress.advance("read", batch.len() as u64);
                for ((column, source), local) in columns.iter_mut().zip(&sources).zip(local) {
                    column.take(&batch, *source, local);
                }
                Ok(())
            },
        )?;
        progress.end("read");
        let subjects = if bound.subject.is_some() { columns.pop() } else { None };
        Ok(Self {
            columns,
            subjects,
            rows,
            rejected,
            read: rows,
            nameless: 0,
            held: 0,
            sampled: None,
            unstated: None,
            kept: None,
        })
    }

    /// Some of its rows, and their texts alone.
    pub(super) fn only(mut self, rows: &[u32]) -> Self {
        for column in self.columns.iter_mut().chain(&mut self.subjects) {
            *column = column.of_rows(rows);
        }
        self.with_rows(rows)
    }

    /// Says which rows its columns have now.
    pub(super) fn with_rows(mut self, rows: &[u32]) -> Self {
        self.kept = Some(rows.iter().map(|row| self.read_as(*row)).collect());
        self.rows = rows.len();
        self
    }

    /// Takes out the rows of people who are not known, by the code of their identifier.
    pub(super) fn keep_known<T>(self, people: &[Option<T>]) -> Self {
        let Some(subjects) = &self.subjects else { return self };
        let codes = (0u32..).zip(subjects.codes.iter());
        let known: Vec<u32> = codes
            .filter(|(_, code)| people[*code as usize].is_some())
            .map(|(row, _)| row)
            .collect();
        let held = (self.rows - known.len()) as u64;
        Self { held, ..self.only(&known) }
    }

    /// The number that a row had among those that were read.
    pub(super) fn read_as(&self, row: u32) -> u32 {
        self.kept.as_ref().map_or(row, |kept| kept[row as usize])
    }

    /// The number of a row in its file, from 1: rows that could not be read have theirs.
    pub(super) fn row_number(&self, row: usize) -> u64 {
        let read = u64::from(self.read_as(row as u32)) + 1;
        let mut unread: Vec<u64> = self.rejected.iter().map(|(number, _)| *number).collect();
        unread.sort_unstable();
        unread.into_iter().fold(read, |number, unread| number + u64::from(unread <= number))
    }
}

/// The texts of one batch of one column, numbered among themselves.
struct LocalCodes {
    codes: Vec<u32>,
    /// The row in which each number was met first.
    firsts: Vec<u32>,
}

impl LocalCodes {
    /// Nothing where the batch has numbers itself.
    fn of(batch: &StringBatch, column: usize) -> Option<Self> {
        batch.words(column).is_none().then(|| Self::of_texts(batch.column(column)))
    }

    fn of_texts(texts: &StringArray) -> Self {
        let hasher = DefaultHashBuilder::default();
        let rows = texts.len();
        let mut codes = Vec::with_capacity(rows);
        let mut firsts: Vec<u32> = Vec::new();
        let mut numbers: HashTable<u32> = HashTable::new();
        let mut last: Option<(&str, u32)> = None;
        for row in 0..rows {
            let text = cell(texts, row);
            if let Some((same, code)) = last
                && same == text
            {
                codes.push(code);
                continue;
            }
            let hash = hasher.hash_one(text);
            let of = |code: &u32| cell(texts, firsts[*code as usize] as usize);
            let code = match numbers.find(hash, |code| of(code) == text) {
                Some(code) => *code,
                None => {
                    let code = firsts.len() as u32;
                    numbers.insert_unique(hash, code, |code| hasher.hash_one(of(code)));
                    firsts.push(row as u32);
                    code
                }
            };
            last = Some((text, code));
            codes.push(code);
        }
        Self { codes, firsts }
    }
}

impl CodedColumn {
    /// How many rows have each text.
    pub(super) fn rows(&self) -> Vec<u64> {
        let mut rows = vec![0; self.texts.len()];
        self.codes.iter().for_each(|code| rows[code as usize] += 1);
        rows
    }

    /// Some of its rows, and their texts alone: what nobody has is no part of a distribution.
    pub(super) fn of_rows(&self, rows: &[u32]) -> Self {
        let texts = self.texts.texts();
        let mut number = vec![None; texts.len()];
        let mut some = Self::default();
        for row in rows {
            let old = self.codes.at(*row as usize) as usize;
            let new = *number[old].get_or_insert_with(|| some.texts.number(texts[old]));
            some.codes.push(u64::from(new));
        }
        some
    }

    /// One more row.
    pub(super) fn push(&mut self, text: &str) {
        let number = self.texts.number(text);
        self.codes.push(u64::from(number));
    }

    /// The same rows with another text for each code; what has none is empty.
    pub(super) fn renamed(&self, name: impl Fn(u64) -> Option<String>) -> Self {
        let mut renamed = Self::default();
        let number = |code| renamed.texts.number(&name(code).unwrap_or_default());
        let numbers: Vec<u32> = (0..self.texts.len() as u64).map(number).collect();
        self.codes.iter().for_each(|code| renamed.codes.push(u64::from(numbers[code as usize])));
        renamed
    }

    /// The column with other texts; equal ones become one.
    pub(super) fn rewritten(&self, written: &[String]) -> Self {
        let mut texts = Dictionary::default();
        let number_of: Vec<u32> = written.iter().map(|text| texts.number(text)).collect();
        let mut changed = Self { texts, ..Self::default() };
        self.codes.iter().for_each(|code| changed.codes.push(u64::from(number_of[code as usize])));
        changed
    }

    /// Some of its rows, with the numbers that all texts have.
    pub(super) fn at_rows(&self, rows: &[u32]) -> Self {
        let mut codes = Narrow::default();
        rows.iter().for_each(|row| codes.push(self.codes.at(*row as usize)));
        Self { texts: self.texts.clone(), codes }
    }

    /// Each row so many times.
    pub(super) fn repeated(&self, times: &[u64]) -> Narrow {
        let mut codes = Narrow::default();
        for (code, times) in self.codes.iter().zip(times) {
            (0..*times).for_each(|_| codes.push(code));
        }
        codes
    }

    fn take(&mut self, batch: &StringBatch, source: usize, local: Option<LocalCodes>) {
        match (local, batch.words(source)) {
            (Some(local), _) => {
                let texts = batch.column(source);
                let words = local.firsts.iter().map(|row| cell(texts, *row as usize));
                self.extend(words, &local.codes);
            }
            (None, Some(words)) => {
                let texts = words.words();
                self.extend((0..texts.len()).map(|word| cell(texts, word)), words.codes());
            }
            (None, None) => {}
        }
    }

    fn extend<'w>(&mut self, words: impl Iterator<Item = &'w str>, codes: &[u32]) {
        let numbers: Vec<u32> = words.map(|word| self.texts.number(word)).collect();
        let codes: Vec<u32> = codes.iter().map(|code| numbers[*code as usize]).collect();
        self.codes.extend(&codes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{BatchColumn, Words};
    use crate::source::Headers;

    #[test]
    fn a_column_that_cannot_be_had_says_why() {
        let part = |headers: Headers| Part {
            sheet: None,
            columns: vec!["a".into(), "column-2".into()],
            headers,
        };
        let check = |headers: Headers, name: &str, expect: &str| {
            let error = position(&part(headers), name).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        let names = |name: &str| vec![name.to_owned()];
        let repeated = Headers { repeated: names("a"), ..Headers::default() };
        check(repeated.clone(), "a", "more than one column `a`");
        let unread = Headers { unread: names("bin"), ..Headers::default() };
        check(unread, "bin", "a type that is not read");
        check(Headers { absent: true, ..Headers::default() }, "b", "no header was found");
        check(Headers::default(), "b", "the table has no column `b`");
        // Near miss: another column may be repeated.
        assert_eq!(position(&part(repeated), "column-2").unwrap(), 1);
    }

    #[test]
    fn codes_give_back_the_texts() {
        let batches = [vec!["a", "b", "a", "", "b"], vec!["c", "a", "a"], vec![], vec!["c", "b"]];
        let mut column = CodedColumn::default();
        for (n, cells) in batches.iter().enumerate() {
            let rows = (0..cells.len() as u64).collect();
            let texts = StringArray::from(cells.clone());
            let batch = match n {
                // Each cell a word of its own.
                3 => {
                    let words = Words::new(texts, (0..cells.len() as u32).collect());
                    StringBatch::of(rows, vec![BatchColumn::Words(words)])
                }
                _ => StringBatch::new(rows, vec![texts]),
            };
            let local = LocalCodes::of(&batch, 0);
            column.take(&batch, 0, local);
        }
        let texts = column.texts.texts();
        let read: Vec<&str> = column.codes.iter().map(|code| texts[code as usize]).collect();
        assert_eq!(read, batches.concat());
        assert_eq!(texts, ["a", "b", "", "c"]);
    }
}
