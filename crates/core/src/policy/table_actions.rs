//! What is done with the values of one table beside generalising them: a policy's actions with the keys they
//! need, in the configuration of a table by itself.

use super::raw::{self, RawKeys, RawTime, Sections};
use super::{Action, ColumnConfig, Policy, PolicyError, PseudonymMode, TimeMode};
use crate::{AttributeRole, EntityType, column_authority};

/// The keys of a column that say what becomes of its values.
pub(super) struct Asked<'a> {
    pub(super) action: Option<&'a str>,
    pub(super) role: Option<&'a str>,
    pub(super) entity: Option<&'a str>,
    pub(super) to: Option<&'a str>,
    pub(super) level: Option<u8>,
    pub(super) span: Option<f64>,
    pub(super) round_to: Option<u8>,
}

/// What becomes of a column's values.
pub(super) struct Treatment {
    pub(super) role: AttributeRole,
    pub(super) entity: Option<EntityType>,
    pub(super) action: Action,
}

impl Asked<'_> {
    /// The role without which the action decides, and the action without which the role does.
    pub(super) fn read(&self, key: &str) -> Result<Treatment, PolicyError> {
        let role = raw::optional(key, self.role, AttributeRole::ALL, AttributeRole::as_str)?;
        let entity = raw::optional(key, self.entity, EntityType::ALL, EntityType::as_str)?;
        let verb = match (self.action, role) {
            (Some(verb), _) => verb,
            (
                None,
                Some(AttributeRole::Quasi | AttributeRole::Sensitive | AttributeRole::Insensitive),
            ) => "keep",
            (None, Some(AttributeRole::FreeText)) => "text",
            (None, Some(AttributeRole::Identifier | AttributeRole::Unknown)) => "drop",
            (None, None) => return Err(PolicyError::new(key, "needs `action` or `role`")),
        };
        let action = Action::build(verb, self.to, self.level, self.span, self.round_to, key)?;
        let role = role.unwrap_or(match action {
            Action::Keep => AttributeRole::Insensitive,
            Action::Generalize(_) => AttributeRole::Quasi,
            Action::Text => AttributeRole::FreeText,
            _ => AttributeRole::Identifier,
        });
        if role == AttributeRole::Identifier && action == Action::Keep {
            return Err(PolicyError::new(key, "an identifier cannot be kept"));
        }
        Ok(Treatment { role, entity, action })
    }
}

/// What the actions of one table go by: the sections of a policy, and the numbering of its people.
pub(super) struct Grounds {
    pub(super) keys: RawKeys,
    pub(super) time: RawTime,
    pub(super) text: super::text_rule::RawText,
    pub(super) authority: Option<String>,
    pub(super) subject: Option<String>,
}

/// The policy that the actions of a table go by; none where no action changes a value.
pub(super) fn policy(
    grounds: Grounds,
    columns: &[(String, ColumnConfig)],
) -> Result<Option<Policy>, PolicyError> {
    let Grounds { keys, time, text, authority, subject } = grounds;
    if !text.files.is_empty() {
        return Err(PolicyError::new("text.files", "is of a project's notes; leave it out"));
    }
    let authority = match (authority, &subject) {
        (Some(name), Some(subject)) => Some((name, column_authority(subject))),
        (Some(_), None) => {
            return Err(PolicyError::new(
                "authority",
                "names the numbering of `subject`, which is not there",
            ));
        }
        (None, _) => None,
    };
    let has_domain = keys.domain.as_ref().is_some_and(|domain| !domain.trim().is_empty());
    let policy = raw::of_sections(Sections { keys, time, text, authority })?;
    if policy.keys.mode == PseudonymMode::Random {
        let reason = "codes are drawn for the crosswalk of a project, which one table has not; \"keyed\", or \
                      `anonymed init`";
        return Err(PolicyError::new("keys.mode", reason));
    }
    columns.iter().try_for_each(|(name, column)| fits(name, column, subject.is_some()))?;
    if !columns.iter().any(|(_, column)| column.is_rewritten()) {
        return Ok(None);
    }
    if needs_key(&policy, columns) && !has_domain {
        let reason = "\"NAME\": the set of releases in which a patient keeps one pseudonym and one date shift; \
                      pseudonym, surrogate, shift, perturb, encrypt and text need it";
        return Err(PolicyError::new("keys.domain", reason));
    }
    Ok(Some(policy))
}

/// Whether what is done with the columns depends on a key.
pub(super) fn needs_key(policy: &Policy, columns: &[(String, ColumnConfig)]) -> bool {
    columns.iter().any(|(_, column)| match column.action {
        Action::Pseudonym
        | Action::Surrogate
        | Action::Encrypt
        | Action::Perturb(_)
        | Action::Text => true,
        Action::Shift => policy.time.mode == TimeMode::Shift,
        Action::Keep | Action::Drop | Action::Redact | Action::Mask | Action::Generalize(_) => {
            false
        }
    })
}

/// Whether what is released of a column says which rows are of one person.
pub(super) fn joins_rows(column: &ColumnConfig) -> bool {
    column.role == AttributeRole::Identifier
        && matches!(
            column.action,
            Action::Pseudonym | Action::Surrogate | Action::Encrypt | Action::Shift
        )
}

/// Refuses an action that does not go with the part a column plays.
fn fits(name: &str, column: &ColumnConfig, has_subject: bool) -> Result<(), PolicyError> {
    let wrong = |reason: &str| Err(PolicyError::new(format!("columns.{name}"), reason));
    let action = &column.action;
    if *action == Action::Keep {
        return Ok(());
    }
    if *action == Action::Drop {
        let plays_a_part = matches!(column.role, AttributeRole::Quasi | AttributeRole::Sensitive)
            || column.items.is_some();
        return match plays_a_part {
            true => wrong(
                "a column that is dropped is in no class and has no items; leave its role out",
            ),
            false => Ok(()),
        };
    }
    match column.role {
        AttributeRole::Quasi if !matches!(action, Action::Shift | Action::Generalize(_)) => {
            return wrong(
                "a quasi-identifier is generalised from what \"keep\", \"shift\" or \"generalize\" leaves",
            );
        }
        AttributeRole::Sensitive
            if !matches!(action, Action::Shift | Action::Generalize(_) | Action::Perturb(_)) =>
        {
            return wrong(
                "models are about what is released of a sensitive value; \"keep\", \"shift\", \"generalize\" or \
                 \"perturb\" it",
            );
        }
        AttributeRole::FreeText if !matches!(action, Action::Text | Action::Redact) => {
            return wrong(
                "prose is sent through the text engine (\"text\"), or redacted or dropped",
            );
        }
        _ => {}
    }
    if column.items.is_some() {
        return wrong("a column of `items` takes no action");
    }
    if column.aggregate.is_some() {
        return wrong("`aggregate` is of values as they are; leave the action out");
    }
    if matches!(action, Action::Shift | Action::Text | Action::Surrogate) && !has_subject {
        return wrong(
            "whose date shift, names and fakes these are is told by `subject`: a column with people's identifiers",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::policy::{Action, TableConfig};

    #[test]
    fn actions_are_read_and_what_does_not_go_is_refused() {
        let parse = |columns: &str, more: &str| {
            TableConfig::parse(&format!(
                "{more}\n[columns]\nage = \"quasi\"\n{columns}\n[[model]]\nk = 5\n"
            ))
        };
        let config = parse(
            "mrn = \"pseudonym\"\nnote = \"text\"",
            "subject = \"mrn\"\nauthority = \"hospital\"\nkeys = { domain = \"d\" }",
        )
        .unwrap();
        assert!(config.needs_key());
        let policy = config.actions.as_ref().expect("a policy");
        assert_eq!(policy.keys.domain.0, "d");
        assert_eq!(policy.subject.authorities[0].1, ["column:mrn"]);
        assert!(!parse("name = \"drop\"", "").unwrap().needs_key());
        let masked = parse("name = \"mask\"", "").unwrap();
        assert_eq!(masked.columns[1].1.action, Action::Mask);
        assert!(masked.actions.is_some() && !masked.needs_key());
        let check = |columns: &str, more: &str, expect: &str| {
            let error = parse(columns, more).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        check("note = \"text\"", "keys = { domain = \"d\" }", "is told by `subject`");
        check("mrn = \"pseudonym\"", "", "keys.domain");
        check("mrn = \"pseudonym\"", "keys = { mode = \"random\" }", "keys.mode");
        check(
            "mrn = { role = \"identifier\", action = \"keep\" }",
            "",
            "an identifier cannot be kept",
        );
        check("mrn = \"hide\"", "", "`hide` is no action");
        check("dx = { role = \"sensitive\", action = \"mask\" }", "", "columns.dx");
        check("zip = { role = \"quasi\", action = \"mask\" }", "", "columns.zip");
        check("x = { role = \"keep\", span = 0.5 }", "", "`span` means nothing");
        check("x = \"keep\"", "authority = \"mrn\"", "authority");
        check("x = \"keep\"", "text = { files = [\"*.txt\"] }", "text.files");
        check("x = \"keep\"", "time = { range_days = 0 }", "time.range_days");
        let population = "population = { table = \"p.csv\" }";
        let zip = "zip = { role = \"quasi\", action = \"generalize\", to = \"zip3\" }";
        check(zip, population, "columns.zip.action");
        check(zip, "attack = {}", "columns.zip.action");
        check("zip = { role = \"quasi\", action = \"drop\" }", "", "leave its role out");
        check("dx = { role = \"sensitive\", action = \"drop\" }", "", "leave its role out");
        check(zip, "output = { form = \"aggregated\" }", "columns.zip.action");
        let codes = "mrn = \"pseudonym\"\nc = { role = \"keep\", items = \";\" }\n[[model]]\nk = 3\nm = 2\non = \"c\"";
        check(codes, "subject = \"mrn\"\nkeys = { domain = \"d\" }", "joins somebody's lists");
    }
}
