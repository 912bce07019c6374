//! What a configuration of one table may not ask for together: each check names the key that is too much.

use super::table_actions;
use super::{
    Aggregate, COUNT, ColumnConfig, ModelConfig, OutputConfig, OutputForm, PolicyError, RiskScope,
    SearchConfig, Unplaced,
};
use crate::AttributeRole;

/// Refuses aggregates whose values an attacker cannot read: a mean stands for no value of the raw table.
pub(super) fn attackable(columns: &[(String, ColumnConfig)]) -> Result<(), PolicyError> {
    let unread = columns.iter().find_map(|(name, column)| {
        column.aggregate.filter(|aggregate| *aggregate != Aggregate::Mode).map(|_| name)
    });
    match unread {
        Some(name) => Err(PolicyError::new(
            format!("columns.{name}.aggregate"),
            "a mean or median says of nobody which value is theirs, so attacks cannot read it and no release \
             would pass; leave [attack] out, or the aggregate",
        )),
        None => Ok(()),
    }
}

/// Refuses a limit that would limit nothing: rows of one table are held in memory, whatever is searched.
pub(super) fn unlimited(search: &SearchConfig) -> Result<(), PolicyError> {
    match search.memory {
        Some(_) => Err(PolicyError::new(
            "search.memory",
            "is of a project's tables; one table by itself is held in memory. Leave it out, or make a project",
        )),
        None => Ok(()),
    }
}

/// Refuses a target that no search goes by.
pub(super) fn told(
    search: &SearchConfig,
    columns: &[(String, ColumnConfig)],
) -> Result<(), PolicyError> {
    let Some(target) = &search.target else { return Ok(()) };
    let is_sensitive = |(name, column): &(String, ColumnConfig)| {
        name == target && column.role == AttributeRole::Sensitive
    };
    let reason = if !columns.iter().any(is_sensitive) {
        "names a column that has not the role \"sensitive\""
    } else if !["mondrian", "relaxed"].contains(&search.method.as_str()) {
        "only `method = \"mondrian\"` and \"relaxed\" cut by what a column tells"
    } else {
        return Ok(());
    };
    Err(PolicyError::new("search.target", reason))
}

/// Refuses to compare with values that stand in no raw table.
pub(super) fn compared(
    columns: &[(String, ColumnConfig)],
    is_attacked: bool,
    has_population: bool,
) -> Result<(), PolicyError> {
    let (what, section) = match (is_attacked, has_population) {
        (true, _) => ("attacks compare", "[attack]"),
        (_, true) => ("a population is compared", "[population]"),
        _ => return Ok(()),
    };
    match columns.iter().find(|(_, column)| column.is_rewritten_in_classes()) {
        Some((name, _)) => Err(PolicyError::new(
            format!("columns.{name}.action"),
            format!("{what} with values as they are; leave the action out, or {section}"),
        )),
        None => Ok(()),
    }
}

/// Refuses actions where nobody could say whose cell was rewritten, and codes that join lists of items.
pub(super) fn apart(
    columns: &[(String, ColumnConfig)],
    models: &[ModelConfig],
    form: OutputForm,
) -> Result<(), PolicyError> {
    let refused = |is_odd: fn(&ColumnConfig) -> bool, reason: &str| match columns
        .iter()
        .find(|(_, column)| is_odd(column))
    {
        Some((name, _)) => Err(PolicyError::new(format!("columns.{name}.action"), reason)),
        None => Ok(()),
    };
    if form == OutputForm::Aggregated {
        refused(
            ColumnConfig::is_rewritten,
            "a line of the aggregated form is of several people; leave the action out, or the form",
        )?;
    }
    if models.iter().any(ModelConfig::is_of_items) {
        refused(
            table_actions::joins_rows,
            "joins somebody's lists of different rows, and `m` is of each list; leave the action out, or the model",
        )?;
    }
    Ok(())
}

/// Refuses limits of suppressed cells where none are, and cells where classes are not of labels.
pub(super) fn suppressed_cells(
    columns: &[(String, ColumnConfig)],
    output: &OutputConfig,
    scope: RiskScope,
) -> Result<(), PolicyError> {
    if output.suppressed != Unplaced::Cells {
        let limited = columns.iter().find(|(_, column)| column.cells_max.is_some());
        return match limited {
            Some((name, _)) => Err(PolicyError::new(
                format!("columns.{name}.cells_max"),
                "is about `[output] suppressed = \"cells\"`",
            )),
            None => Ok(()),
        };
    }
    let aggregated = columns.iter().any(|(_, column)| column.aggregate.is_some());
    let beside = match scope {
        RiskScope::Joint => "`scope`, which makes all rows of a person alike",
        _ if aggregated => "`aggregate`, which writes one value where members differ",
        _ => return Ok(()),
    };
    let reason = format!("\"cells\" is of classes by their labels; leave out {beside}");
    Err(PolicyError::new("output.suppressed", reason))
}

/// Refuses columns that an aggregated form has no place for.
pub(super) fn aggregates(columns: &[(String, ColumnConfig)]) -> Result<(), PolicyError> {
    let odd = columns.iter().find(|(name, column)| {
        let of_classes = matches!(column.role, AttributeRole::Quasi | AttributeRole::Sensitive);
        column.is_released() && (!of_classes || name == COUNT)
    });
    match odd {
        Some((name, _)) => Err(PolicyError::new(
            format!("columns.{name}"),
            "the aggregated form has classes, sensitive values and their `count`; kept columns have no place",
        )),
        None => Ok(()),
    }
}

/// Refuses models of items on other columns, and other models on columns of items.
pub(super) fn of_items(
    models: &[ModelConfig],
    columns: &[(String, ColumnConfig)],
) -> Result<(), PolicyError> {
    for (n, model) in models.iter().enumerate() {
        let on = columns.iter().find(|(name, _)| Some(name) == model.on.as_ref());
        let has_items = on.is_some_and(|(_, column)| column.items.is_some());
        if has_items != model.is_of_items() {
            let reason = "`k` with `m` is of a column of `items`, and no other model is";
            return Err(PolicyError::new(format!("model[{n}].on"), reason));
        }
        let twice = models[..n].iter().any(|m| m.is_of_items() && m.on == model.on);
        if twice && model.is_of_items() {
            let reason = "one k with one m of a column's items: the larger of each holds for both";
            return Err(PolicyError::new(format!("model[{n}].on"), reason));
        }
        let m = model.numbers.get("m").filter(|_| model.is_of_items());
        if m.is_some_and(|m| m.fract() != 0.0 || !(1.0..=8.0).contains(m)) {
            return Err(PolicyError::new(format!("model[{n}].m"), "a whole number from 1 to 8"));
        }
    }
    Ok(())
}
