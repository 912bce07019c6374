//! Reads a policy for rules that cannot work or contradict each other, and says why a field is
//! treated as it is.

use anonymed_core::policy::{Action, ModelRule, Policy, Profile, RiskScope, TableRule, TimeMode};
use anonymed_core::{AttributeRole, EntityType};
use serde::Serialize;

use crate::project::Project;
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

/// Checks a policy text. An empty list means there is nothing to say.
///
/// # Errors
///
/// Where the policy cannot be used at all.
pub fn check(text: &str) -> Result<Vec<Remark>, EngineError> {
    let policy = Policy::parse(text)?;
    anonymed_hl7::check_policy(&policy).map_err(|e| {
        EngineError::Policy(anonymed_core::PolicyError {
            key: "fhir".into(),
            reason: e.to_string(),
            span: None,
        })
    })?;
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
        if let ModelRule::DistinctLDiversity { on, .. } = model
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
        let at = format!("{at}.columns.{name}");
        let kept = column.action == Action::Keep;
        let named = column.entity.and_then(EntityType::hipaa);
        if policy.profile == Profile::HipaaSafeHarbor && kept && named.is_some() {
            remarks.push(remark(
                at.clone(),
                "is kept although 45 CFR 164.514(b)(2)(i) has its kind removed",
            ));
        }
        if column.action == Action::Shift && policy.time.mode == TimeMode::Keep {
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

    const HEAD: &str =
        "schema = 1\nname = \"t\"\npurpose = \"p\"\nprofile = \"hipaa-safe-harbor\"\n";

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
        check(
            "[[table]]\nfiles = \"a\"\n[table.columns]\nphone = { action = \"keep\", entity = \"phone\" }\n",
            "164.514(b)(2)(i)",
        );
    }
}
