//! The policy's actions on one cell. Everything keyed comes from the core; here a value is read in
//! its column's format, handed over, and written back in that format.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anonymed_core::policy::{Generalization, Perturbation};
use anonymed_core::{
    Action, AttributeRole, Context, EntityType, ModalityError, Operator, PartialDate, Subject,
    TextScope, TimeMode,
};

use crate::cell_date::{self, CellDate};
use crate::guard::{Guard, Kept};
use crate::plan::{ColumnPlan, TablePlan};
use crate::values;

/// Counts of what was done to the cells of one column.
#[derive(Debug, Clone, Default)]
pub(crate) struct CellCounts {
    pub(crate) filled: u64,
    pub(crate) changed: u64,
    pub(crate) emptied: u64,
    pub(crate) changes: BTreeMap<(EntityType, Operator), u64>,
    /// Replaced parts of the last prose cell, taken by who knows its row.
    pub(crate) spans: Vec<(u32, u32)>,
}

impl CellCounts {
    pub(crate) fn absorb(&mut self, other: Self) {
        self.filled += other.filled;
        self.changed += other.changed;
        self.emptied += other.emptied;
        for (key, count) in other.changes {
            *self.changes.entry(key).or_default() += count;
        }
    }

    fn count(&mut self, plan: &ColumnPlan, operator: Operator) {
        self.changed += 1;
        let entity = match (plan.entity, plan.role) {
            (Some(entity), _) => entity,
            (None, AttributeRole::Identifier) => EntityType::OtherId,
            _ => return,
        };
        *self.changes.entry((entity, operator)).or_default() += 1;
    }
}

/// What one action needs beside the value.
pub(crate) struct Cell<'a> {
    pub(crate) table: &'a TablePlan,
    pub(crate) plan: &'a ColumnPlan,
    pub(crate) subject: Option<&'a Subject>,
    pub(crate) ctx: &'a Context<'a>,
}

impl Cell<'_> {
    /// The value as it is released.
    pub(crate) fn apply<'v>(
        &self,
        value: &'v str,
        counts: &mut CellCounts,
    ) -> Result<Cow<'v, str>, ModalityError> {
        if value.is_empty() {
            return Ok(Cow::Borrowed(value));
        }
        counts.filled += 1;
        let plan = self.plan;
        let (text, operator) = match &plan.action {
            Action::Keep => return self.keep(value, counts),
            Action::Drop => (None, Operator::Drop),
            Action::Redact => (Some(String::new()), Operator::Redact),
            Action::Mask => (Some(mask(value)), Operator::Mask),
            Action::Pseudonym => (Some(self.pseudonym(value)), Operator::Pseudonym),
            Action::Encrypt => {
                (Some(self.ctx.pseudonymizer.encrypt(&self.kind(), value)), Operator::Pseudonym)
            }
            Action::Surrogate => (Some(self.surrogate(value)), Operator::Surrogate),
            Action::Text => return self.text(value, counts),
            Action::Shift => {
                let operator = match self.ctx.policy.time.mode {
                    TimeMode::Year => Operator::Generalize,
                    TimeMode::Shift | TimeMode::Keep => Operator::Shift,
                };
                (self.shift(value), operator)
            }
            Action::Generalize(to) => (self.generalize(value, to), Operator::Generalize),
            Action::Perturb(by) => (self.perturb(value, *by), Operator::Generalize),
        };
        match text {
            Some(text) => {
                counts.count(plan, operator);
                Ok(Cow::Owned(text))
            }
            None => {
                if plan.action != Action::Drop && !values::is_missing(value) {
                    counts.emptied += 1;
                }
                counts.count(
                    plan,
                    if plan.action == Action::Drop { operator } else { Operator::Redact },
                );
                Ok(Cow::Borrowed(""))
            }
        }
    }

    /// What values are keyed under. In joint scope it names the table, so that nothing made of a value
    /// can be joined to what another table has of it.
    fn kind(&self) -> Cow<'_, str> {
        match &self.table.scope {
            None => Cow::Borrowed(&self.plan.kind),
            Some(scope) => Cow::Owned(crate::joint::table_kind(&self.plan.kind, scope)),
        }
    }

    /// A kept cell, unless it is not what its column holds as a rule.
    fn keep<'v>(
        &self,
        value: &'v str,
        counts: &mut CellCounts,
    ) -> Result<Cow<'v, str>, ModalityError> {
        let look = |guard: &Guard| guard.look(value, self.ctx.text);
        match self.plan.guard.as_deref().map_or(Kept::AsItIs, look) {
            Kept::AsItIs => Ok(Cow::Borrowed(value)),
            // A label stands for many rows: what one of them says is left out and not rewritten.
            Kept::AsText if !self.plan.is_quasi() => self.text(value, counts),
            Kept::AsText | Kept::Emptied => {
                counts.emptied += 1;
                counts.count(self.plan, Operator::Redact);
                Ok(Cow::Borrowed(""))
            }
        }
    }

    /// The code of a value: the patient's own for the subject column.
    fn pseudonym(&self, value: &str) -> String {
        let maker = self.ctx.pseudonymizer;
        let own = self.subject.filter(|_| self.plan.is_subject).map(|s| s.pseudonym.code());
        match (&self.table.scope, own) {
            (None, Some(code)) => code,
            (Some(scope), Some(code)) => crate::joint::table_code(maker, scope, &code),
            (_, None) => maker.pseudonym(&self.kind(), "", value.trim()).code(),
        }
    }

    fn scope(&self) -> TextScope<'_> {
        TextScope { subject: self.subject, whole: self.plan.entity, as_of: Some(self.ctx.as_of) }
    }

    fn surrogate(&self, value: &str) -> String {
        let entity = self.plan.entity.unwrap_or(EntityType::OtherId);
        let own = self.subject_here(entity, value);
        let subject = own.as_ref().or(self.subject);
        let scope = TextScope { subject, whole: Some(entity), ..self.scope() };
        self.ctx.text.surrogate(entity, value, scope)
    }

    /// Who a fake is made for in joint scope: the patient as this table knows them, and for a value of
    /// nobody the value itself. Dates and ages of nobody take no fake and stay as they are treated.
    fn subject_here(&self, entity: EntityType, value: &str) -> Option<Subject> {
        let scope = self.table.scope.as_deref()?;
        let maker = self.ctx.pseudonymizer;
        match self.subject {
            Some(subject) => Some(crate::joint::table_subject(maker, scope, subject)),
            None if matches!(entity, EntityType::Date | EntityType::Age) => None,
            None => Some(crate::joint::nobody(maker.pseudonym(&self.kind(), "", value.trim()))),
        }
    }

    fn text<'v>(
        &self,
        value: &'v str,
        counts: &mut CellCounts,
    ) -> Result<Cow<'v, str>, ModalityError> {
        let scrubbed = self.ctx.text.scrub(value, self.scope())?;
        if scrubbed.items.is_empty() && scrubbed.text == value {
            return Ok(Cow::Borrowed(value));
        }
        counts.changed += 1;
        for item in &scrubbed.items {
            *counts.changes.entry((item.entity, item.operator)).or_default() += 1;
            counts.spans.push((item.output.start as u32, item.output.end as u32));
        }
        Ok(Cow::Owned(scrubbed.text))
    }

    fn date<'v>(&self, value: &'v str) -> Option<CellDate<'v>> {
        cell_date::read_in(value, self.plan.style)
    }

    fn shift(&self, value: &str) -> Option<String> {
        let read = self.date(value)?;
        let time = &self.ctx.policy.time;
        let moved = if self.plan.is_birth {
            time.apply_birth(read.date, self.subject, self.ctx.as_of)
        } else {
            time.apply(read.date, self.subject)
        }?;
        Some(read.with(moved, self.plan.style))
    }

    fn generalize(&self, value: &str, to: &Generalization) -> Option<String> {
        match to {
            Generalization::Zip3 => zip3(value),
            Generalization::Year | Generalization::Month => self.coarser_date(value, to),
            Generalization::AgeCap => age_cap(value, self.ctx.policy.time.age_cap),
            Generalization::Bins(width) => bin(value, *width),
            Generalization::Prefix(n) => Some(value.trim().chars().take(usize::from(*n)).collect()),
            Generalization::Hierarchy { .. } => {
                let map = self.plan.hierarchy.as_ref()?;
                Some(map.get(value.trim()).cloned().unwrap_or_else(|| "*".into()))
            }
            _ => None,
        }
    }

    /// Year or month of a date. A birth date that tells an age over the cap tells it by its year
    /// already (45 CFR 164.514(b)(2)(i)(C)) and is emptied.
    fn coarser_date(&self, value: &str, to: &Generalization) -> Option<String> {
        let date = self.date(value)?.date;
        let time = &self.ctx.policy.time;
        if self.plan.is_birth && time.mode != TimeMode::Keep {
            let year_only =
                anonymed_core::policy::TimeRule { mode: TimeMode::Year, ..time.clone() };
            year_only.apply_birth(date, self.subject, self.ctx.as_of)?;
        }
        let coarse = match (to, date) {
            (Generalization::Month, PartialDate::Day(d)) => {
                PartialDate::Month { year: d.year(), month: d.month() }
            }
            (Generalization::Month, other) => other,
            (_, other) => PartialDate::Year(other.year()),
        };
        Some(coarse.to_string())
    }

    /// Moves a number by a keyed share of itself: the same patient and value move alike.
    fn perturb(&self, value: &str, by: Perturbation) -> Option<String> {
        // `1,234` is a thousand and more, or one and a little: nobody knows, so it is left out.
        if values::is_grouped(value) {
            return None;
        }
        let number = values::number(value)?;
        let whose = self.subject.map(|s| s.pseudonym.code()).unwrap_or_default();
        let bytes = self.ctx.pseudonymizer.bytes(&self.kind(), &whose, value.trim());
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[..8]);
        // 53 bits to -1..=1.
        let unit = (u64::from_be_bytes(word) >> 11) as f64 / ((1u64 << 53) - 1) as f64;
        let moved = number * (1.0 + by.span * (2.0 * unit - 1.0));
        let text = format!("{moved:.*}", usize::from(by.round_to));
        Some(if values::is_comma_decimal(value) { text.replace('.', ",") } else { text })
    }
}

/// Letters and digits become `X`, everything else stays.
fn mask(value: &str) -> String {
    value.chars().map(|c| if c.is_alphanumeric() { 'X' } else { c }).collect()
}

fn zip3(value: &str) -> Option<String> {
    let value = value.trim();
    let three = value.len() == 3 && value.bytes().all(|b| b.is_ascii_digit());
    if three { anonymed_core::zip3(&format!("{value}00")) } else { anonymed_core::zip3(value) }
}

/// Ages over the cap become one group; ranges such as `[90-100)` count by their upper end.
fn age_cap(value: &str, cap: u8) -> Option<String> {
    let text = value.trim();
    if values::is_missing(text) {
        return None;
    }
    let over = format!("{}+", u32::from(cap) + 1);
    let numbers: Vec<f64> = text
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter(|p| !p.is_empty())
        .map(|p| p.parse::<f64>())
        .collect::<Result<_, _>>()
        .ok()?;
    let unit: String =
        text.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    let young = [
        "m", "mo", "mos", "month", "months", "w", "wk", "weeks", "week", "d", "day", "days", "h",
        "hours",
    ]
    .contains(&unit.as_str());
    let known = young
        || unit.is_empty()
        || ["y", "yr", "yrs", "year", "years", "yo", "jahre", "a"].contains(&unit.as_str());
    if !known {
        return None;
    }
    // A half-open range ends below its upper number.
    let top = match numbers.as_slice() {
        [age] => age.floor(),
        [low, high] if high > low => {
            if text.ends_with(')') {
                high - 1.0
            } else {
                *high
            }
        }
        _ => return None,
    };
    let open = text.starts_with(['>', '≥']) || text.ends_with('+');
    let is_over = !young && (top > f64::from(cap) || (open && top >= f64::from(cap)));
    Some(if is_over { over } else { value.to_owned() })
}

/// The half-open range of a width that holds a number, `[40-50)`.
fn bin(value: &str, width: u32) -> Option<String> {
    let number = values::number(value)?;
    let width = f64::from(width);
    let low = (number / width).floor() * width;
    Some(format!("[{}-{})", low, low + width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_over_the_cap_are_one_group() {
        let check = |value: &str, expect: Option<&str>| {
            assert_eq!(age_cap(value, 89).as_deref(), expect, "{value}");
        };
        check("39", Some("39"));
        check("89", Some("89"));
        check("89.9", Some("89.9"));
        check("90", Some("90+"));
        check("104 years", Some("90+"));
        check("[80-90)", Some("[80-90)"));
        check("[90-100)", Some("90+"));
        check("85-95", Some("90+"));
        check("90+", Some("90+"));
        check(">89", Some("90+"));
        check("95 months", Some("95 months"));
        check("100 days", Some("100 days"));
        check("?", None);
        check("old", None);
        check("1930-01-01", None);
    }

    #[test]
    fn small_generalizations() {
        assert_eq!(mask("AB-12 c"), "XX-XX X");
        assert_eq!(bin("47", 10).as_deref(), Some("[40-50)"));
        assert_eq!(bin("-3", 10).as_deref(), Some("[-10-0)"));
        assert_eq!(bin("4,7", 5).as_deref(), Some("[0-5)"));
        assert_eq!(bin("x", 5), None);
        assert_eq!(zip3("02138").as_deref(), Some("021"));
        assert_eq!(zip3("021").as_deref(), Some("021"));
        assert_eq!(zip3("036").as_deref(), Some("000"));
        assert_eq!(zip3("EC1A"), None);
    }
}
