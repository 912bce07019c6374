//! The columns of a frequency table: a dictionary of values each, and what is known of their
//! order. A missing value is an entry of its own (`None`) and never a wildcard.

use std::sync::Arc;

use anonymed_core::PartialDate;
use jiff::civil::Date;

use crate::{AnonymizeError, Hierarchy, HierarchyFile};

/// What a quasi-identifier's values are to each other.
#[derive(Debug, Clone)]
pub enum QuasiKind {
    /// Numbers: generalised to ranges. The number of each code, not a number for a missing value.
    Numeric(Arc<[f64]>),
    /// Dates, years or months in ISO form: generalised to ranges. Days since 1970 of each code.
    Date(Arc<[f64]>),
    /// Names without order: generalised to sets.
    Categorical,
    /// Names with a hierarchy: generalised to its nodes.
    Hierarchical(Arc<Hierarchy>),
}

/// A quasi-identifier: its dictionary and kind.
#[derive(Debug, Clone)]
pub struct QuasiColumn {
    name: String,
    kind: QuasiKind,
    values: Arc<[Option<String>]>,
    weight: f64,
}

impl QuasiColumn {
    /// A column of numbers; the dictionary may be in any order.
    ///
    /// # Errors
    ///
    /// An entry that is no finite number, or a repeated one.
    pub fn numeric(name: &str, values: Vec<Option<String>>) -> Result<Self, AnonymizeError> {
        let points = points(name, &values, "a number", |text| {
            text.trim().parse::<f64>().ok().filter(|n| n.is_finite())
        })?;
        Self::build(name, values, QuasiKind::Numeric(points.into()))
    }

    /// A column of dates as `2026-01-31`, `2026-01` or `2026`.
    ///
    /// # Errors
    ///
    /// An entry that is no such date, or a repeated one.
    pub fn date(name: &str, values: Vec<Option<String>>) -> Result<Self, AnonymizeError> {
        let points = points(name, &values, "an ISO date", |text| {
            PartialDate::parse_iso(text.trim()).and_then(day_number)
        })?;
        Self::build(name, values, QuasiKind::Date(points.into()))
    }

    /// A column of names without order.
    ///
    /// # Errors
    ///
    /// A repeated entry.
    pub fn categorical(name: &str, values: Vec<Option<String>>) -> Result<Self, AnonymizeError> {
        Self::build(name, values, QuasiKind::Categorical)
    }

    /// A column of names with a hierarchy.
    ///
    /// # Errors
    ///
    /// A value the hierarchy does not have, or a repeated entry.
    pub fn hierarchical(
        name: &str,
        values: Vec<Option<String>>,
        hierarchy: &HierarchyFile,
    ) -> Result<Self, AnonymizeError> {
        let hierarchy = hierarchy
            .bind(&values)
            .map_err(|source| AnonymizeError::Hierarchy { column: name.to_owned(), source })?;
        Self::build(name, values, QuasiKind::Hierarchical(Arc::new(hierarchy)))
    }

    fn build(
        name: &str,
        values: Vec<Option<String>>,
        kind: QuasiKind,
    ) -> Result<Self, AnonymizeError> {
        let mut seen = hashbrown::HashSet::with_capacity(values.len());
        if let Some(code) = values.iter().position(|v| !seen.insert(v.as_deref())) {
            return Err(AnonymizeError::DuplicateEntry {
                column: name.to_owned(),
                code: code as u32,
            });
        }
        drop(seen);
        Ok(Self { name: name.to_owned(), kind, values: values.into(), weight: 1.0 })
    }

    /// Sets how much the column's detail is worth beside the others; 1 unless set.
    #[must_use]
    pub fn with_weight(mut self, weight: f64) -> Self {
        self.weight = if weight.is_finite() { weight.max(0.0) } else { 1.0 };
        self
    }

    /// The header.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the values are to each other.
    pub fn kind(&self) -> &QuasiKind {
        &self.kind
    }

    /// The dictionary: the value of each code, `None` for the missing value.
    pub fn values(&self) -> &[Option<String>] {
        &self.values
    }

    /// How much the column's detail is worth.
    pub fn weight(&self) -> f64 {
        self.weight
    }
}

/// A sensitive column: its name and how many distinct values it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveColumn {
    /// The header.
    pub name: String,
    /// Codes run from 0 to one below this.
    pub values: u32,
}

fn points(
    column: &str,
    values: &[Option<String>],
    expected: &'static str,
    read: impl Fn(&str) -> Option<f64>,
) -> Result<Vec<f64>, AnonymizeError> {
    values
        .iter()
        .enumerate()
        .map(|(code, value)| match value {
            None => Ok(f64::NAN),
            Some(text) => read(text).ok_or_else(|| AnonymizeError::NotOrdered {
                column: column.to_owned(),
                code: code as u32,
                expected,
            }),
        })
        .collect()
}

fn day_number(date: PartialDate) -> Option<f64> {
    let first = date.first_day()?;
    let epoch = Date::new(1970, 1, 1).ok()?;
    epoch.until(first).ok().map(|span| f64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|v| (!v.is_empty()).then(|| (*v).to_owned())).collect()
    }

    #[test]
    fn numbers_and_dates_are_read() {
        let check = |column: Result<QuasiColumn, _>, expect: &[f64]| match column.unwrap().kind() {
            QuasiKind::Numeric(points) | QuasiKind::Date(points) => assert_eq!(&points[..], expect),
            other => panic!("{other:?}"),
        };
        check(QuasiColumn::numeric("n", dictionary(&["10", "-2.5", "1e2"])), &[10.0, -2.5, 100.0]);
        check(
            QuasiColumn::date("d", dictionary(&["1970-01-02", "1970", "1970-02"])),
            &[1.0, 0.0, 31.0],
        );
    }

    #[test]
    fn errors_name_the_place_and_not_the_value() {
        let check = |column: Result<QuasiColumn, AnonymizeError>, expect: &str| {
            assert_eq!(column.unwrap_err().to_string(), expect);
        };
        check(
            QuasiColumn::numeric("age", dictionary(&["1", "Smith"])),
            "column `age`: entry 1 of the dictionary is not a number",
        );
        check(
            QuasiColumn::numeric("age", dictionary(&["inf"])),
            "column `age`: entry 0 of the dictionary is not a number",
        );
        check(
            QuasiColumn::date("born", dictionary(&["", "2020-02-30"])),
            "column `born`: entry 1 of the dictionary is not an ISO date",
        );
        check(
            QuasiColumn::categorical("sex", dictionary(&["F", "", ""])),
            "column `sex`: entry 2 of the dictionary repeats an earlier one",
        );
    }
}
