//! What a configuration may ask for where quasi-identifiers are written as they are and a sensitive value is
//! known of groups alone: the forms `anatomy` and `permuted`.
//!
//! Whoever knows somebody's quasi-identifiers finds their group with certainty in such a release. So a promise
//! about labels cannot be kept, and every sensitive column needs one about its values.

use super::{ModelConfig, OutputForm, PolicyError, TableConfig, Unplaced};
use crate::AttributeRole;

/// The column that numbers the groups, in both tables of the anatomy form and in the permuted one.
pub const GROUP: &str = "group";

/// Letters of models that speak of labels: whom they fit, and how many share them.
const OF_LABELS: [&str; 8] = [
    "average_risk",
    "delta_max",
    "delta_min",
    "k_map",
    "l_known",
    "m",
    "population_uniques",
    "sample_uniques",
];

/// Refuses what such a form cannot make true, and its keys without it.
///
/// # Errors
///
/// [`PolicyError`] naming the key.
pub(super) fn check(config: &TableConfig) -> Result<(), PolicyError> {
    let output = &config.output;
    let draws = output.form == OutputForm::Permuted || config.search.method == "relaxed";
    if output.seed.is_some() && !draws {
        return Err(PolicyError::new(
            "output.seed",
            "only `form = \"permuted\"` and `method = \"relaxed\"` draw anything",
        ));
    }
    if !output.form.is_unlinked() {
        return Ok(());
    }
    if output.suppressed != Unplaced::Drop {
        let reason =
            "quasi-identifiers are written as they are; rows that no group can take are left out";
        return Err(PolicyError::new("output.suppressed", reason));
    }
    if config.is_attacked {
        let reason = "attacks read the labels of classes, and this form writes none; leave [attack] out, or \
                      the form";
        return Err(PolicyError::new("output.form", reason));
    }
    if let Some((name, _)) = config.columns.iter().find(|(_, column)| column.is_rewritten()) {
        let reason = "rows stand in an order of their own in this form, so that nobody could say whose cell was \
                      rewritten how; leave the action out, or the form";
        return Err(PolicyError::new(format!("columns.{name}.action"), reason));
    }
    config.models.iter().enumerate().try_for_each(|(n, model)| of_groups(n, model))?;
    columns(config)
}

fn of_groups(n: usize, model: &ModelConfig) -> Result<(), PolicyError> {
    let of_labels = |letter: &&String| OF_LABELS.contains(&letter.as_str());
    match model.numbers.keys().find(of_labels) {
        None => Ok(()),
        Some(letter) => Err(PolicyError::new(
            format!("model[{n}].{letter}"),
            "is about labels that people share, and quasi-identifiers are written as they are; ask for k, l, \
             alpha, t, delta or beta of the groups, or leave the form out",
        )),
    }
}

fn columns(config: &TableConfig) -> Result<(), PolicyError> {
    if config.of_role(AttributeRole::Sensitive).next().is_none() {
        let reason = "parts quasi-identifiers from sensitive values, and no column has the role \"sensitive\"";
        return Err(PolicyError::new("output.form", reason));
    }
    for (name, column) in &config.columns {
        let key = || format!("columns.{name}");
        if name == GROUP && column.role != AttributeRole::Identifier {
            let reason = "is what this form calls the number of a row's group; give the column another header";
            return Err(PolicyError::new(key(), reason));
        }
        if column.aggregate.is_some() {
            let reason = "this form writes every value as it is";
            return Err(PolicyError::new(format!("{}.aggregate", key()), reason));
        }
        let is_bounded = || config.models.iter().any(|model| model.on.as_ref() == Some(name));
        if column.role == AttributeRole::Sensitive && !is_bounded() {
            let reason = "a sensitive column beside quasi-identifiers as they are needs a model `on` it: \
                          alpha = 0.34 with k = 3 bounds what is learnt of anybody, k alone does not";
            return Err(PolicyError::new(key(), reason));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &str = "[columns]\nage = \"quasi\"\ndx = \"sensitive\"\n";
    const L: &str = "[[model]]\nl = 3\non = \"dx\"\n";

    #[test]
    fn what_holds_of_groups_is_taken() {
        for form in ["anatomy", "permuted"] {
            for models in [L, "[[model]]\nalpha = 0.34\nk = 3\non = \"dx\"\n[[model]]\nk = 5\n"] {
                let text = format!("{COLUMNS}{models}[output]\nform = \"{form}\"\n");
                let config = TableConfig::parse(&text).unwrap();
                assert!(config.output.form.is_unlinked());
                assert_eq!(config.output.seed, None);
            }
        }
        let seeded =
            format!("{COLUMNS}{L}[output]\nform = \"permuted\"\nseed = \"zqxseven-zqxseven\"\n");
        let seed = TableConfig::parse(&seeded).unwrap().output.seed;
        assert_eq!(seed.map(|seed| seed.expose().clone()).as_deref(), Some("zqxseven-zqxseven"));
        // A seed is a secret: no message holds it.
        let number = seeded.replace("\"zqxseven-zqxseven\"", "8675309");
        let reason = TableConfig::parse(&number).unwrap_err().to_string();
        assert!(reason.contains("output.seed") && !reason.contains("8675309"), "{reason}");
        // Near miss: rows and lines of classes have labels.
        for form in ["rows", "aggregated"] {
            let text = format!("{COLUMNS}[[model]]\nk = 3\n[output]\nform = \"{form}\"\n");
            assert!(TableConfig::parse(&text).is_ok(), "{form}");
        }
    }

    #[test]
    fn a_project_s_tables_have_no_such_form() {
        let text = "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n[[table]]\nfiles = \"a.csv\"\n\
                    [table.output]\nform = \"permuted\"\n";
        let reason = crate::Policy::parse(text).unwrap_err().to_string();
        assert!(reason.contains("unknown field `output`"), "{reason}");
    }

    #[test]
    fn what_cannot_hold_is_refused() {
        let check = |before: &str, output: &str, part: &str| {
            for form in ["anatomy", "permuted"] {
                let text = format!("{before}[output]\nform = \"{form}\"\n{output}");
                let reason = TableConfig::parse(&text).unwrap_err().to_string();
                assert!(reason.contains(part), "{reason:?} lacks {part:?}");
            }
        };
        let base = format!("{COLUMNS}{L}");
        check(&base, "suppressed = \"star\"\n", "output.suppressed");
        check(&base, "[attack]\n", "leave [attack] out");
        let masked = base.replace("[[model]]", "name = \"mask\"\n[[model]]");
        check(&masked, "", "columns.name.action");
        for model in [
            "average_risk = 0.1",
            "sample_uniques = 0.1",
            "population_uniques = 0.1\npopulation = 100",
            "l_known = 2\nk = 3\nc = 0.5\non = \"dx\"",
        ] {
            let key = format!("model[1].{}", model.split(' ').next().unwrap());
            check(&format!("{base}[[model]]\n{model}\n"), "", &key);
        }
        let population = "[[model]]\nk_map = 3\n[population]\ntable = \"p.csv\"\n";
        check(&format!("{base}{population}"), "", "model[1].k_map");
        check("[columns]\nage = \"quasi\"\n[[model]]\nk = 3\n", "", "no column has the role");
        check(&format!("{COLUMNS}[[model]]\nk = 3\n"), "", "columns.dx");
        check(&format!("{COLUMNS}group = \"keep\"\n{L}"), "", "columns.group");
        let mode = base.replace("\"quasi\"", "{ role = \"quasi\", aggregate = \"mode\" }");
        check(&mode, "", "columns.age.aggregate");
        let sets = "codes = { role = \"keep\", items = \";\" }\n";
        let km = "[[model]]\nk = 3\nm = 2\non = \"codes\"\n";
        check(&format!("{COLUMNS}{sets}{L}{km}"), "", "model[1].m");
        let seeded =
            format!("{base}[output]\nform = \"anatomy\"\nseed = \"a long text of somebody\"\n");
        let reason = TableConfig::parse(&seeded).unwrap_err().to_string();
        assert!(reason.contains("output.seed"), "{reason}");
    }
}
