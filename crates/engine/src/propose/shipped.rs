//! The policy as it goes into a package.

use std::path::Path;

use crate::EngineError;

use super::names::masked_pattern;

/// Keys of tables that an attacker has.
const ATTACKERS: [&str; 4] = ["outside", "control", "canaries", "earlier"];

/// The policy as it goes into the package: without comments, which tell of the input, without the
/// columns that are dropped, the texts that are listed and the tables of an attacker, file patterns
/// masked by their words.
///
/// # Errors
///
/// Where the policy is no TOML.
pub fn shipped(text: &str) -> Result<String, EngineError> {
    let not_toml = |_| EngineError::Integrity("the policy is no TOML".into());
    let mut policy: toml::Table = text.parse().map_err(not_toml)?;
    let mask = |files: &mut toml::Value| {
        if let Some(pattern) = files.as_str() {
            *files = masked_pattern(pattern).into();
        }
    };
    for table in policy.get_mut("table").and_then(toml::Value::as_array_mut).into_iter().flatten() {
        let Some(table) = table.as_table_mut() else { continue };
        table.get_mut("files").into_iter().for_each(mask);
        table.get_mut("sheet").into_iter().for_each(mask);
        if let Some(attack) = table.get_mut("attack").and_then(toml::Value::as_table_mut) {
            // Names of files beside the policy, as those of earlier recipients.
            ATTACKERS.iter().for_each(|key| drop(attack.remove(*key)));
        }
        if let Some(columns) = table.get_mut("columns").and_then(toml::Value::as_table_mut) {
            columns.retain(|_, rule| {
                let action = rule.get("action").unwrap_or(rule);
                action.as_str() != Some("drop")
            });
        }
    }
    if let Some(text) = policy.get_mut("text").and_then(toml::Value::as_table_mut) {
        text.remove("allow");
        text.remove("deny");
        ship_recognizers(text);
        if let Some(model) = text.get_mut("model") {
            let name = model.as_str().and_then(|model| Path::new(model).file_name());
            *model = name.unwrap_or_default().to_string_lossy().into_owned().into();
        }
        let files = text.get_mut("files").and_then(toml::Value::as_array_mut);
        files.into_iter().flatten().for_each(mask);
    }
    let policy = toml::to_string(&policy).map_err(|e| EngineError::Internal(e.to_string()))?;
    Ok(format!(
        "# As it was used, without comments, dropped columns and listed texts; what is not named\n\
         # is never kept.\n{policy}"
    ))
}

/// Leaves the forms that recognizers know, and not the texts: those may be names.
fn ship_recognizers(text: &mut toml::Table) {
    let Some(all) = text.get_mut("recognizer").and_then(toml::Value::as_array_mut) else { return };
    all.retain_mut(|one| {
        let Some(one) = one.as_table_mut() else { return false };
        one.remove("texts");
        one.get("patterns").and_then(toml::Value::as_array).is_some_and(|all| !all.is_empty())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shipped_policy_tells_nothing_of_the_input() {
        let text = "# file 3: 10 rows\nschema = 1\n[text]\ndeny = [\"Jane Roe\"]\n\
            model = \"/srv/Roe/deid\"\n[[text.recognizer]]\nname = \"a\"\nentity = \"mrn\"\n\
            texts = [\"Roe\"]\n[[text.recognizer]]\nname = \"b\"\nentity = \"mrn\"\ntexts = [\"Roe\"]\n\
            patterns = [{ regex = 'ZZ' }]\n[[table]]\n\
            files = \"Roe.csv\"\n[table.columns]\n\"Jane Roe\" = \"drop\"\n\
            ssn = { action = \"drop\" }  # as 999-99-9999\nage = { action = \"keep\" }\n\
            [table.attack]\noutside = \"Roe.csv\"\nearlier = [\"to-Roe.csv\"]\nlinkage_max = 0.1\n";
        let shipped = shipped(text).unwrap();
        for gone in ["Roe", "rows", "ssn", "999"] {
            assert!(!shipped.contains(gone), "{gone}: {shipped}");
        }
        assert!(shipped.contains("age") && shipped.contains("linkage_max"));
        assert!(shipped.contains("ZZ") && shipped.contains("model = \"deid\""), "{shipped}");
    }
}
