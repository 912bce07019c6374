//! What one column of a table by itself is: the keys below `[columns]` of its configuration.

use serde::Deserialize;

use super::table_actions::{Asked, Treatment};
use super::toml_fault::fault;
use super::{Action, Aggregate, HierarchyConfig, PolicyError};
use crate::entity::named;
use crate::{AttributeRole, EntityType};

named! {
    /// What becomes of a row that states nothing in a column.
    Nulls {
        /// Nothing stated is a value of its own.
        Value = "value",
        /// The row is left out.
        Drop = "drop",
        /// There is no release.
        Refuse = "refuse",
    }
}

/// What one column is and how it may be generalised.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnConfig {
    /// The part it plays.
    pub role: AttributeRole,
    /// Its generalization hierarchy.
    pub hierarchy: Option<HierarchyConfig>,
    /// How much its detail is worth beside the others'.
    pub weight: f64,
    /// Texts that stand for a missing value, beside the empty cell.
    pub missing: Vec<String>,
    /// What is written in place of the range or set of a class.
    pub aggregate: Option<Aggregate>,
    /// What parts the items of a cell, where a cell is a set of them.
    pub items: Option<String>,
    /// Where its numbers end, whatever else becomes of them.
    pub ends: Option<Ends>,
    /// What becomes of rows that state nothing in it.
    pub nulls: Nulls,
    /// Highest share of the released rows that may be `*` in it, where cells are suppressed.
    pub cells_max: Option<f64>,
    /// What is done with its values before anything else sees them.
    pub action: Action,
    /// What its values are, where the configuration says so.
    pub entity: Option<EntityType>,
}

/// Top and bottom coding: numbers beyond an end are written by it (Hundepool et al., *Statistical disclosure
/// control*, 2012).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ends {
    /// Numbers below it are `<18`.
    pub bottom: Option<f64>,
    /// It and numbers above it are `90+`.
    pub top: Option<f64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    role: Option<String>,
    action: Option<String>,
    entity: Option<String>,
    to: Option<String>,
    level: Option<u8>,
    span: Option<f64>,
    round_to: Option<u8>,
    hierarchy: Option<toml::Value>,
    weight: Option<f64>,
    #[serde(default)]
    missing: Vec<String>,
    aggregate: Option<String>,
    items: Option<String>,
    bottom: Option<f64>,
    top: Option<f64>,
    nulls: Option<String>,
    cells_max: Option<f64>,
}

impl RawColumn {
    /// A role by itself, or an action.
    fn of_word(word: String) -> Self {
        match AttributeRole::ALL.iter().any(|role| role.as_str() == word) {
            true => Self { role: Some(word), ..Self::default() },
            false => Self { action: Some(word), ..Self::default() },
        }
    }

    fn treatment(&self, key: &str) -> Result<Treatment, PolicyError> {
        let asked = Asked {
            action: self.action.as_deref(),
            role: self.role.as_deref(),
            entity: self.entity.as_deref(),
            to: self.to.as_deref(),
            level: self.level,
            span: self.span,
            round_to: self.round_to,
        };
        asked.read(key)
    }

    fn ends(&self, role: AttributeRole, key: &str) -> Result<Option<Ends>, PolicyError> {
        let ends = Ends { bottom: self.bottom, top: self.top };
        let numbers: Vec<f64> = [ends.bottom, ends.top].into_iter().flatten().collect();
        if numbers.is_empty() {
            return Ok(None);
        }
        let refused = |reason: &str| Err(PolicyError::new(key, reason));
        if numbers.iter().any(|end| !end.is_finite()) || numbers.windows(2).any(|w| w[0] >= w[1]) {
            return refused("`bottom` and `top` are numbers, `bottom` the lower one");
        }
        let is_released = matches!(
            role,
            AttributeRole::Quasi | AttributeRole::Sensitive | AttributeRole::Insensitive
        );
        if !is_released || self.items.is_some() {
            return refused(
                "`bottom` and `top` are of numbers with the role \"quasi\", \"sensitive\" or \"keep\"",
            );
        }
        if self.hierarchy.is_some() {
            return refused(
                "a hierarchy says itself what the lowest and the highest values become, as \"interval\" \
                 does by a `bottom` and `top` of its own; leave it out, or these",
            );
        }
        Ok(Some(ends))
    }

    fn nulls(&self, role: AttributeRole, key: &str) -> Result<Nulls, PolicyError> {
        let Some(text) = &self.nulls else { return Ok(Nulls::Value) };
        if !matches!(role, AttributeRole::Quasi | AttributeRole::Sensitive) {
            let reason = "`nulls` is of quasi-identifiers and sensitive columns";
            return Err(PolicyError::new(key, reason));
        }
        super::raw::choice(&format!("{key}.nulls"), text, Nulls::ALL, Nulls::as_str)
    }

    fn cells_max(&self, role: AttributeRole, key: &str) -> Result<Option<f64>, PolicyError> {
        let Some(most) = self.cells_max else { return Ok(None) };
        let key = format!("{key}.cells_max");
        if role != AttributeRole::Quasi {
            return Err(PolicyError::new(key, "is of quasi-identifiers"));
        }
        if !(0.0..=1.0).contains(&most) {
            return Err(PolicyError::new(key, "a share from 0 to 1"));
        }
        Ok(Some(most))
    }
}

impl ColumnConfig {
    /// A column of which no more is said than its role.
    pub fn of_role(role: AttributeRole) -> Self {
        Self {
            role,
            hierarchy: None,
            weight: 1.0,
            missing: Vec::new(),
            aggregate: None,
            items: None,
            ends: None,
            nulls: Nulls::Value,
            cells_max: None,
            action: Action::Keep,
            entity: None,
        }
    }

    /// Whether it is in the release.
    pub fn is_released(&self) -> bool {
        self.action != Action::Drop
    }

    /// Whether it is in the release with other values than it had.
    pub fn is_rewritten(&self) -> bool {
        !matches!(self.action, Action::Keep | Action::Drop)
    }

    /// Whether classes are made of values that stand in no raw table.
    pub fn is_rewritten_in_classes(&self) -> bool {
        let of_classes = matches!(self.role, AttributeRole::Quasi | AttributeRole::Sensitive);
        of_classes && self.is_rewritten()
    }

    /// Reads a role or an action by itself, or a table of keys.
    pub(super) fn read(value: toml::Value, key: &str) -> Result<Self, PolicyError> {
        let raw = match value {
            toml::Value::String(word) => RawColumn::of_word(word),
            value => value.try_into().map_err(|e| fault(e, Some(key)))?,
        };
        let Treatment { role, entity, action } = raw.treatment(key)?;
        if role == AttributeRole::Unknown {
            return Err(PolicyError::new(key, "identifier, quasi, sensitive, text or keep"));
        }
        if raw.items.as_ref().is_some_and(|items| items.trim().is_empty()) {
            return Err(PolicyError::new(format!("{key}.items"), "what parts items, as \";\""));
        }
        if raw.items.is_some() && role != AttributeRole::Insensitive {
            return Err(PolicyError::new(key, "a column of `items` has the role \"keep\""));
        }
        let has_tree = raw.hierarchy.is_some() && raw.items.is_none();
        let of_quasi = has_tree || raw.weight.is_some() || raw.aggregate.is_some();
        if role != AttributeRole::Quasi && of_quasi {
            let reason = "`hierarchy`, `weight` and `aggregate` are of quasi-identifiers";
            return Err(PolicyError::new(key, reason));
        }
        let aggregate = raw.aggregate.as_ref().map(|text| {
            let key = format!("{key}.aggregate");
            super::raw::choice(&key, text, Aggregate::ALL, Aggregate::as_str)
        });
        let aggregate = aggregate.transpose()?;
        let weight = raw.weight.unwrap_or(1.0);
        if !(weight > 0.0 && weight.is_finite()) {
            return Err(PolicyError::new(key, "`weight` is a number above 0"));
        }
        let ends = raw.ends(role, key)?;
        if ends.is_some() && aggregate.is_some_and(|aggregate| aggregate != Aggregate::Mode) {
            let reason = "what is beyond `bottom` or `top` has no number for a mean or median; take \
                          \"mode\", or leave them out";
            return Err(PolicyError::new(format!("{key}.aggregate"), reason));
        }
        let (nulls, cells_max) = (raw.nulls(role, key)?, raw.cells_max(role, key)?);
        let hierarchy = raw
            .hierarchy
            .map(|value| HierarchyConfig::read(value, &format!("{key}.hierarchy")))
            .transpose()?;
        let (missing, items) = (raw.missing, raw.items);
        Ok(Self {
            role,
            hierarchy,
            weight,
            missing,
            aggregate,
            items,
            ends,
            nulls,
            cells_max,
            action,
            entity,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::TableConfig;
    use super::*;

    fn read(keys: &str) -> Result<ColumnConfig, String> {
        let config = TableConfig::parse(&format!("[columns]\nx = {keys}\n"));
        config.map(|config| config.columns[0].1.clone()).map_err(|e| e.to_string())
    }

    #[test]
    fn ends_are_numbers() {
        let check = |keys: &str, bottom: Option<f64>, top: Option<f64>| {
            let column = read(&format!("{{ role = {keys} }}")).unwrap();
            assert_eq!(column.ends, Some(Ends { bottom, top }), "{keys}");
        };
        check("\"quasi\", top = 90", None, Some(90.0));
        check("\"sensitive\", bottom = 18", Some(18.0), None);
        check("\"keep\", bottom = -0.5, top = 1e3", Some(-0.5), Some(1000.0));
        check("\"quasi\", top = 90, aggregate = \"mode\"", None, Some(90.0));
    }

    #[test]
    fn what_states_nothing_is_a_value_unless_said() {
        let nulls = |keys: &str| read(&format!("{{ role = {keys} }}")).unwrap().nulls;
        assert_eq!(nulls("\"quasi\""), Nulls::Value);
        assert_eq!(nulls("\"quasi\", nulls = \"drop\""), Nulls::Drop);
        assert_eq!(nulls("\"sensitive\", nulls = \"refuse\""), Nulls::Refuse);
    }

    #[test]
    fn mistakes_are_named() {
        let check = |keys: &str, part: &str| {
            let reason = read(keys).unwrap_err();
            assert!(reason.contains(part), "{reason:?} lacks {part:?}");
        };
        check("\"quasy\"", "columns.x");
        check("\"unknown\"", "identifier, quasi, sensitive, text or keep");
        check("{ role = \"quasi\", items = \";\" }", "has the role");
        check("{ role = \"keep\", items = \" \" }", "columns.x.items");
        check("{ role = \"keep\", weight = 2.0 }", "are of quasi-identifiers");
        check("{ role = \"quasi\", aggregate = \"sum\" }", "none of mean");
        check(
            "{ role = \"quasi\", hierarchy = { build = \"interval\" } }",
            "columns.x.hierarchy.width",
        );
        check("{ role = \"quasi\", top = \"90\" }", "columns.x");
        check("{ role = \"quasi\", top = nan }", "are numbers");
        check("{ role = \"keep\", nulls = \"drop\" }", "`nulls` is of");
        check("{ role = \"quasi\", nulls = \"none\" }", "columns.x.nulls");
        check("{ role = \"sensitive\", cells_max = 0.1 }", "columns.x.cells_max");
        check("{ role = \"quasi\", cells_max = 1.1 }", "columns.x.cells_max");
        check("{ role = \"quasi\", bottom = 90, top = 90 }", "the lower one");
        check("{ role = \"identifier\", top = 90 }", "with the role");
        check("{ role = \"keep\", items = \";\", top = 90 }", "with the role");
        check("{ role = \"quasi\", hierarchy = \"age.csv\", top = 90 }", "says itself");
        check("{ role = \"quasi\", aggregate = \"median\", top = 90 }", "columns.x.aggregate");
    }
}
