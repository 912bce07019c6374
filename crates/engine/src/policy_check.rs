//! Reads a policy for rules that cannot work or contradict each other, and says why a field is
//! treated as it is.

use std::path::Path;

use anonymed_core::policy::{
    Action, AttackConfig, ColumnRule, ModelConfig, Policy, Profile, RiskScope, TableRule, TimeMode,
    safe_harbor_forbids,
};
use anonymed_core::{AttributeRole, EntityType, FieldProfile};
use anonymed_table::conditions::Condition;
use anonymed_table::{check_search, life_date, promise};
use serde::Serialize;

use crate::project::Project;
use crate::scan::Entry;
use crate::table_attack::{self, beside};
use crate::{EngineError, scan};

/// One remark on a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Which key or field.
    pub at: String,
    /// What is to say.
    pub text: String,
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.at, self.text)
    }
}

fn remark(at: impl Into<String>, text: impl Into<String>) -> Remark {
    Remark { at: at.into(), text: text.into() }
}

/// Checks a policy text; `folder` is where it lies, and where files that it names have to be. An empty list
/// means there is nothing to say.
///
/// # Errors
///
/// Where the policy cannot be used at all.
pub fn check(text: &str, folder: &Path) -> Result<Vec<Remark>, EngineError> {
    let policy = Policy::parse(text)?;
    contradiction(&policy)?;
    beside::present_in(&policy, folder)?;
    let mut remarks = Vec::new();
    for (n, table) in policy.tables.iter().enumerate() {
        let at = format!("table[{n}]");
        shadowed(&policy, n, &at, &mut remarks);
        table_remarks(&policy, table, &at, &mut remarks);
    }
    if policy.risk.scope == RiskScope::Joint && policy.time.mode == TimeMode::Shift {
        remarks.push(remark(
            "risk.scope",
            "joint anonymity is claimed while shifted dates keep each patient's intervals, which can \
             single a patient out",
        ));
    }
    if policy.purpose.is_empty() {
        remarks.push(remark("purpose", "is empty; the audit log and the report will not say why"));
    }
    Ok(remarks)
}

/// Refuses a policy whose claim cannot hold.
///
/// # Errors
///
/// The first key that contradicts a claim, and what to write instead.
pub fn contradiction(policy: &Policy) -> Result<(), EngineError> {
    anonymed_hl7::check_policy(policy).or_else(|e| refuse("fhir", &e.to_string()))?;
    anonymed_text::check_policy(policy)?;
    models_can_be_counted(policy)?;
    attacks_can_be_made(policy)?;
    life_date_beside_k(policy)?;
    if policy.risk.scope == RiskScope::Joint { uncounted_in_joint_scope(policy) } else { Ok(()) }
}

/// Refuses a policy that claims Safe Harbor and leaves what the rule has removed in columns whose
/// values the scan knows. A column with an `entity` is what the policy says it is; parsing has judged
/// it by that.
///
/// # Errors
///
/// The first such column, and what to write instead.
pub(crate) fn against_scan(policy: &Policy, files: &[Entry]) -> Result<(), EngineError> {
    if policy.profile != Profile::HipaaSafeHarbor {
        return Ok(());
    }
    for entry in files.iter().filter(|e| scan::is_modality(e, "table")) {
        for field in &entry.fields {
            let Some((n, rule)) = undeclared(policy, entry, field) else { continue };
            let forbidden = sure_of(field).and_then(|e| safe_harbor_forbids(e, &rule.action));
            if let (Some(reason), Some(entity)) = (forbidden, field.entity) {
                return refuse(
                    format!("table[{n}].columns.{}", field.name),
                    &format!(
                        "the scan takes it for `{entity}`: {reason}; or say with `entity` what it holds"
                    ),
                );
            }
        }
    }
    Ok(())
}

/// The rule of a field and its table's number, where the rule does not say what the values are.
fn undeclared<'p>(
    policy: &'p Policy,
    entry: &Entry,
    field: &FieldProfile,
) -> Option<(usize, &'p ColumnRule)> {
    let table = policy.table_for(&entry.name, field.part.as_deref())?;
    let n = policy.tables.iter().position(|t| std::ptr::eq(t, table))?;
    let rule = table.column(&field.name).filter(|rule| rule.entity.is_none())?;
    Some((n, rule))
}

/// What a field holds, where the scan is more sure of it than not.
fn sure_of(field: &FieldProfile) -> Option<EntityType> {
    // Half of a column in common names is a column of names.
    field.entity.filter(|e| field.confidence > 0.5 || e.is_person())
}

fn refuse(key: impl Into<String>, reason: &str) -> Result<(), EngineError> {
    let (key, reason) = (key.into(), reason.to_owned());
    Err(EngineError::Policy(anonymed_core::PolicyError { key, reason, span: None }))
}

/// Refuses to release notes, FHIR or prose columns under joint scope: what they tell of a patient is
/// in no signature, so the claim would be about less than what is released.
fn uncounted_in_joint_scope(policy: &Policy) -> Result<(), EngineError> {
    const OTHERWISE: &str = "cannot be counted in the joint risk; take it out, or set [risk] scope = \
                             \"table\" and claim no anonymity for the release";
    if !policy.text.files.is_empty() {
        return refuse(
            "text.files",
            &format!("notes are asked for, and what they tell {OTHERWISE}"),
        );
    }
    if !policy.fhir.keep_elements.is_empty() || !policy.fhir.keep_extensions.is_empty() {
        return refuse("fhir", &format!("FHIR is asked for, and what it tells {OTHERWISE}"));
    }
    for (n, table) in policy.tables.iter().enumerate() {
        if let Some((name, _)) = table.columns.iter().find(|(_, c)| c.action == Action::Text) {
            return refuse(
                format!("table[{n}].columns.{name}"),
                &format!("what prose tells {OTHERWISE}"),
            );
        }
    }
    Ok(())
}

/// Refuses models that are none, and such as could not be counted again in the output: shares of people
/// need the column that tells them apart.
fn models_can_be_counted(policy: &Policy) -> Result<(), EngineError> {
    for (n, table) in policy.tables.iter().enumerate() {
        check_search(&table.search)
            .or_else(|error| refuse(format!("table[{n}].search"), &error.to_string()))?;
        let key = format!("table[{n}].model");
        if table.models.iter().any(|model| Condition::of(model).is_some()) {
            let instead = "is of one table by itself; [risk] max_average bounds a project's risk";
            return refuse(key, instead);
        }
        if table.models.iter().any(ModelConfig::is_of_items) {
            return refuse(
                key,
                "`k` with `m` is of one table by itself (`anonymed table anonymize`)",
            );
        }
        let promises = match promise::promises(&table.models) {
            Ok(promises) => promises,
            Err(error) => return refuse(key, &error.to_string()),
        };
        if promises.iter().any(promise::Promise::is_of_one_table) {
            let instead = "asks for more than the people of each class, which is held for one table by itself alone \
                           (`anonymed table anonymize`)";
            return refuse(key, instead);
        }
        if let Some(on) = table.models.iter().filter_map(|model| model.on.as_ref()).find(|on| {
            table.column(on).is_some_and(|c| matches!(c.action, Action::Drop | Action::Redact))
        }) {
            return refuse(
                key,
                &format!(
                    "a model is about `{on}`, of which nothing is released: it would promise nothing; \
                     release the column, or take the model away"
                ),
            );
        }
        let subject = table.subject.as_ref().map(|name| table.column(name));
        let hidden = subject.is_some_and(|rule| {
            rule.is_none_or(|rule| matches!(rule.action, Action::Drop | Action::Redact))
        });
        if hidden && promises.iter().any(|promise| !promise.is_count()) {
            return refuse(
                key,
                "asks for shares of people, which can be counted again only where the release tells \
                 people apart; give the subject column the action \"pseudonym\"",
            );
        }
    }
    Ok(())
}

/// Refuses attacks that are none or that a project cannot make.
fn attacks_can_be_made(policy: &Policy) -> Result<(), EngineError> {
    for (n, table) in policy.tables.iter().enumerate() {
        let Some(attack) = &table.attack else { continue };
        let key = format!("table[{n}].attack");
        table_attack::check_required(&attack.required, &key)?;
        let lacks = attack.required.iter().find_map(|a| Some((a, beside::lacking(a, attack)?)));
        if let Some((name, table)) = lacks {
            return refuse(
                format!("{key}.required"),
                &format!(
                    "`{name}` needs a table beside the raw and the released one; name it with `{table}`, \
                     or let `anonymed table attack` make it"
                ),
            );
        }
        others_have_the_columns(table, attack, &key)?;
        let is_known = |(name, c): &(String, ColumnRule)| {
            c.role == AttributeRole::Quasi
                && c.action != Action::Drop
                && table.subject.as_ref() != Some(name)
        };
        if !table.columns.iter().any(is_known) {
            return refuse(key, "the table has no quasi-identifier to attack by");
        }
    }
    Ok(())
}

/// Refuses tables of people from elsewhere beside columns that nobody has in the released form: what an
/// attacker cannot know would be taken for protection.
fn others_have_the_columns(
    table: &TableRule,
    attack: &AttackConfig,
    key: &str,
) -> Result<(), EngineError> {
    let plays = |c: &ColumnRule| {
        matches!(c.role, AttributeRole::Quasi | AttributeRole::Sensitive)
            && c.action != Action::Drop
    };
    let is_subject = |name: &String| table.subject.as_ref() == Some(name);
    let playing = || table.columns.iter().filter(|(name, c)| plays(c) && !is_subject(name));
    let tables = &attack.tables;
    for (file, called) in [(&tables.control, "control"), (&tables.canaries, "canaries")] {
        let keyed = playing().find(|(_, c)| !outsiders_have(&c.action)).filter(|_| file.is_some());
        if let Some((name, column)) = keyed {
            return refuse(
                format!("{key}.{called}"),
                &format!(
                    "column `{name}` is released by `{}`, so people from elsewhere have nothing to compare \
                     with it; use `keep` or `generalize` there, or take the key away",
                    column.action.verb()
                ),
            );
        }
    }
    let quasi = |(_, c): &&(String, ColumnRule)| c.role == AttributeRole::Quasi;
    if tables.outside.is_some() && !playing().filter(quasi).any(|(_, c)| outsiders_have(&c.action))
    {
        return refuse(
            format!("{key}.outside"),
            "no quasi-identifier is released as others have it: kept or generalised",
        );
    }
    Ok(())
}

/// Whether what an action leaves can be made by who has the value and no key.
pub(crate) fn outsiders_have(action: &Action) -> bool {
    matches!(action, Action::Keep | Action::Generalize(_))
}

/// Refuses a policy that claims k for a table and releases a birth or death date beside it: anybody
/// can look such a date up, so the classes would hold fewer people than the claim says.
fn life_date_beside_k(policy: &Policy) -> Result<(), EngineError> {
    for (n, table) in policy.tables.iter().enumerate().filter(|(_, t)| t.k().is_some()) {
        for (name, column) in &table.columns {
            if life_date(name).is_some()
                && column.entity.is_none_or(|e| e == EntityType::Date)
                && column.role != AttributeRole::Quasi
                && shows(&column.action)
            {
                return refuse(
                    format!("table[{n}].columns.{name}"),
                    "the table claims k and this date, which anybody can look up, is released outside \
                     of it; write { action = \"generalize\", to = \"year\", role = \"quasi\" } or \
                     \"drop\", or take the model away",
                );
            }
        }
    }
    Ok(())
}

/// Whether anything of a value can be read off what the action leaves.
fn shows(action: &Action) -> bool {
    !matches!(
        action,
        Action::Drop | Action::Redact | Action::Mask | Action::Pseudonym | Action::Encrypt
    )
}

fn shadowed(policy: &Policy, n: usize, at: &str, remarks: &mut Vec<Remark>) {
    let table = &policy.tables[n];
    let earlier = policy.tables[..n]
        .iter()
        .position(|t| t.files == table.files && (t.sheet.is_none() || t.sheet == table.sheet));
    if let Some(earlier) = earlier {
        remarks.push(remark(
            at,
            format!("is never reached: table[{earlier}] takes the same files first"),
        ));
    }
}

fn table_remarks(policy: &Policy, table: &TableRule, at: &str, remarks: &mut Vec<Remark>) {
    let quasi = table.columns.iter().any(|(_, c)| c.role == AttributeRole::Quasi);
    if quasi && table.models.is_empty() {
        remarks.push(remark(at, "has quasi-identifiers and no model; add model = [{ k = 5 }]"));
    }
    if !quasi && table.k().is_some() {
        remarks.push(remark(at, "asks for k and names no quasi-identifier to reach it with"));
    }
    for model in &table.models {
        if let Some(on) = &model.on
            && table.column(on).is_some_and(|c| c.role != AttributeRole::Sensitive)
        {
            remarks.push(remark(format!("{at}.model"), format!("`{on}` is not marked sensitive")));
        }
    }
    match &table.subject {
        Some(subject) if table.column(subject).is_none() => remarks.push(remark(
            format!("{at}.subject"),
            format!("`{subject}` has no rule in columns, so it is left out of the release"),
        )),
        _ => {}
    }
    for (name, column) in &table.columns {
        if column.action == Action::Shift && policy.time.mode == TimeMode::Keep {
            let at = format!("{at}.columns.{name}");
            remarks.push(remark(at, "is to be shifted while [time] keeps dates"));
        }
    }
}

/// Says what happens to a column or element of a project, and why.
///
/// # Errors
///
/// Where there is no scan or policy, or nothing has that name.
pub fn explain(project: &Project, field: &str) -> Result<Vec<Remark>, EngineError> {
    let policy = project.policy()?;
    project.record(&project.event("policy.explain", &policy.purpose))?;
    let scan = scan::load(project)?;
    let mut remarks = Vec::new();
    for entry in &scan.inventory.files {
        for profile in entry.fields.iter().filter(|f| f.name == field) {
            let rule = policy
                .table_for(&entry.name, profile.part.as_deref())
                .and_then(|t| t.column(field));
            let action = match (rule, scan::is_modality(entry, "table")) {
                (Some(rule), _) => format!("{} as {}", rule.action.verb(), rule.role),
                (None, true) => format!("left out: no rule names it ({})", policy.on_unclassified),
                (None, false) => format!("by profile {}", policy.profile),
            };
            remarks.push(remark(
                entry.number.to_string(),
                format!("{action}; {} ({:.0} %)", profile.reason, profile.confidence * 100.0),
            ));
        }
    }
    if remarks.is_empty() {
        return Err(EngineError::Usage("no column or element has that name".into()));
    }
    Ok(remarks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Vec<Remark>, EngineError> {
        super::check(text, Path::new("."))
    }

    const HEAD: &str =
        "schema = 1\nname = \"t\"\npurpose = \"p\"\nprofile = \"hipaa-safe-harbor\"\n";

    #[test]
    fn k_is_not_claimed_beside_a_birth_date() {
        let table = |columns: &str, model: &str| {
            check(&format!(
                "{HEAD}[[table]]\nfiles = \"a\"\n{model}[table.columns]\nsex = {{ role = \"quasi\" }}\n{columns}\n"
            ))
        };
        let k = "model = [{ k = 5 }]\n";
        let refused = |columns: &str| {
            let reason = table(columns, k).expect_err(columns).to_string();
            assert!(reason.contains("claims k"), "{reason}");
        };
        refused("birth_date = \"shift\"");
        refused("dob = { action = \"shift\", role = \"keep\", entity = \"date\" }");
        refused("death_date = { action = \"generalize\", to = \"year\", role = \"keep\" }");
        for columns in [
            "birth_date = \"drop\"",
            "birth_date = { action = \"generalize\", to = \"year\", role = \"quasi\" }",
            "admit_date = \"shift\"",
            "birth_place = \"keep\"",
        ] {
            assert!(table(columns, k).is_ok(), "{columns}");
        }
        assert!(table("birth_date = \"shift\"", "").is_ok());
    }

    #[test]
    fn joint_scope_refuses_what_it_cannot_count() {
        let head = HEAD.replace("hipaa-safe-harbor", "gdpr-anonymous");
        let checked = |body: &str| check(&format!("{head}{body}"));
        for body in [
            "[text]\nfiles = [\"notes/*\"]\n",
            "[fhir]\nkeep_extensions = [\"http://example.org/x\"]\n",
            "[[table]]\nfiles = \"a\"\n[table.columns]\nremark = \"text\"\n",
        ] {
            let reason = checked(body).expect_err(body).to_string();
            assert!(reason.contains("joint risk"), "{reason}");
            assert!(check(&format!("{HEAD}{body}")).is_ok(), "{body}");
        }
        let table = "[[table]]\nfiles = \"a\"\n[table.columns]\nsex = { role = \"quasi\" }\n";
        assert!(checked(table).is_ok());
    }

    #[test]
    fn contradictions_are_named() {
        let remarks = |body: &str| check(&format!("{HEAD}{body}")).unwrap();
        assert_eq!(remarks(""), []);
        let check = |body: &str, part: &str| {
            let found = remarks(body);
            assert!(found.iter().any(|r| r.text.contains(part)), "{found:?} lacks {part:?}");
        };
        check("[[table]]\nfiles = \"a\"\n[[table]]\nfiles = \"a\"\n", "never reached");
        check(
            "[[table]]\nfiles = \"a\"\n[table.columns]\nsex = { role = \"quasi\" }\n",
            "no model",
        );
        check("[[table]]\nfiles = \"a\"\nmodel = [{ k = 5 }]\n", "no quasi-identifier");
        check("[[table]]\nfiles = \"a\"\nsubject = \"mrn\"\n", "left out of the release");
    }
}
