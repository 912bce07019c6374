//! A whole table in codes, for figures that look at its columns again and again.

use std::collections::BTreeMap;

use anonymed_core::AttributeRole;

use crate::AssessError;

/// No subject is named.
pub const NOBODY: u32 = u32::MAX;

/// One column: its texts once, and for every row the number of its text.
#[derive(Clone)]
pub struct CodedColumn {
    name: String,
    role: AttributeRole,
    texts: Vec<String>,
    codes: Vec<u32>,
    /// Values below each node of a hierarchy.
    nodes: BTreeMap<String, Vec<String>>,
}

impl std::fmt::Debug for CodedColumn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodedColumn").field("texts", &self.texts.len()).finish_non_exhaustive()
    }
}

impl CodedColumn {
    /// A column of distinct texts (the empty one is a missing value) and the number of each row's text.
    ///
    /// # Errors
    ///
    /// A number that no text has.
    pub fn new(
        name: impl Into<String>,
        role: AttributeRole,
        texts: Vec<String>,
        codes: Vec<u32>,
    ) -> Result<Self, AssessError> {
        match codes.iter().position(|code| *code as usize >= texts.len()) {
            Some(row) => Err(AssessError::NoText { row: row as u64 }),
            None => Ok(Self { name: name.into(), role, texts, codes, nodes: BTreeMap::new() }),
        }
    }

    /// A column of one text in every row.
    pub fn constant(name: impl Into<String>, role: AttributeRole, text: &str, rows: usize) -> Self {
        let texts = vec![text.to_owned()];
        Self { name: name.into(), role, texts, codes: vec![0; rows], nodes: BTreeMap::new() }
    }

    /// Sets what the nodes of the column's hierarchy stand for: values by the label of the node.
    #[must_use]
    pub fn with_nodes(self, nodes: BTreeMap<String, Vec<String>>) -> Self {
        Self { nodes, ..self }
    }

    /// The values below a node.
    pub(crate) fn below(&self, node: &str) -> &[String] {
        self.nodes.get(node).map_or(&[], Vec::as_slice)
    }

    /// The column's header.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The part it plays.
    pub fn role(&self) -> AttributeRole {
        self.role
    }

    /// Distinct texts.
    pub fn values(&self) -> usize {
        self.texts.len()
    }

    /// The number of each row's text.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The text of a number of this column; none where it is empty.
    pub fn text(&self, code: u32) -> Option<&str> {
        let text = &self.texts[code as usize];
        (!text.is_empty()).then_some(text)
    }

    /// Whether a cell says nothing: `*`, or nothing written.
    pub(crate) fn is_open(&self, code: u32) -> bool {
        matches!(self.text(code), None | Some("*"))
    }

    pub(crate) fn with_role(self, role: AttributeRole) -> Self {
        Self { role, ..self }
    }

    /// The rows of these numbers, in their order.
    pub(crate) fn rows(&self, rows: &[u32]) -> Self {
        let codes = rows.iter().map(|row| self.codes[*row as usize]).collect();
        Self { codes, ..self.clone() }
    }
}

/// A table in codes, with whose each row is.
#[derive(Debug, Clone)]
pub struct CodedTable {
    columns: Vec<CodedColumn>,
    subjects: Option<Vec<u32>>,
    rows: usize,
}

impl CodedTable {
    /// A table of columns of equal length; `subjects` numbers the person of each row, [`NOBODY`] where
    /// none is named, and is none where each row is a person.
    ///
    /// # Errors
    ///
    /// Columns of other lengths, or more rows than numbers of 32 bits.
    pub fn new(
        columns: Vec<CodedColumn>,
        subjects: Option<Vec<u32>>,
        rows: usize,
    ) -> Result<Self, AssessError> {
        let lengths = columns.iter().map(|c| c.codes.len()).chain(subjects.iter().map(Vec::len));
        for (column, length) in lengths.enumerate() {
            if length != rows {
                return Err(AssessError::Uneven {
                    column,
                    rows: length as u64,
                    expected: rows as u64,
                });
            }
        }
        if rows >= NOBODY as usize {
            return Err(AssessError::TooManyDistinct { row: rows as u64, most: NOBODY.into() });
        }
        Ok(Self { columns, subjects, rows })
    }

    /// Its columns.
    pub fn columns(&self) -> &[CodedColumn] {
        &self.columns
    }

    /// The column of a header.
    pub fn column(&self, name: &str) -> Option<&CodedColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns of a role.
    pub fn of_role(&self, role: AttributeRole) -> Vec<&CodedColumn> {
        self.columns.iter().filter(|column| column.role == role).collect()
    }

    /// The person of each row; none where each row is one.
    pub fn subjects(&self) -> Option<&[u32]> {
        self.subjects.as_deref()
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

/// Made-up tables for tests.
#[cfg(test)]
pub(crate) mod made {
    use super::*;

    /// Columns by name and role from rows of cells; the last cell names the subject where asked for.
    pub(crate) fn table(
        names: &[(&str, AttributeRole)],
        rows: &[&[&str]],
        by_subject: bool,
    ) -> CodedTable {
        let coded = |at: usize| {
            let mut texts: Vec<String> = Vec::new();
            let codes = rows
                .iter()
                .map(|row| {
                    let found = texts.iter().position(|text| text == row[at]);
                    found.unwrap_or_else(|| {
                        texts.push(row[at].to_owned());
                        texts.len() - 1
                    }) as u32
                })
                .collect();
            (texts, codes)
        };
        let columns = names.iter().enumerate().map(|(at, (name, role))| {
            let (texts, codes) = coded(at);
            CodedColumn::new(*name, *role, texts, codes).unwrap()
        });
        let subjects = by_subject.then(|| {
            let (texts, codes) = coded(names.len());
            let nobody = texts.iter().position(|text| text.is_empty());
            let of = |code: u32| if Some(code as usize) == nobody { NOBODY } else { code };
            codes.into_iter().map(of).collect()
        });
        CodedTable::new(columns.collect(), subjects, rows.len()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused() {
        let column = |texts: &[&str], codes: &[u32]| {
            let texts = texts.iter().map(|t| (*t).to_owned()).collect();
            CodedColumn::new("c", AttributeRole::Quasi, texts, codes.to_vec())
        };
        assert_eq!(column(&["a"], &[0, 1]).err(), Some(AssessError::NoText { row: 1 }));
        let two = column(&["a"], &[0, 0]).unwrap();
        assert_eq!(
            CodedTable::new(vec![two.clone()], None, 3).err(),
            Some(AssessError::Uneven { column: 0, rows: 2, expected: 3 })
        );
        assert!(CodedTable::new(vec![two.clone()], Some(vec![1]), 2).is_err());
        assert!(!format!("{:?}", CodedTable::new(vec![two], None, 2)).contains('"'));
    }
}
