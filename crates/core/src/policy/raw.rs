//! The policy as it is written, and the way from there to [`Policy`].

use jiff::civil::Date;
use serde::Deserialize;

use super::table_actions::{Asked, Treatment};
use super::text_rule::{RawText, text_rule};
use super::toml_fault::fault;
use super::*;
use crate::PseudonymDomain;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    schema: u32,
    name: String,
    profile: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    on_unclassified: Option<String>,
    #[serde(default)]
    keys: RawKeys,
    #[serde(default)]
    subject: RawSubject,
    #[serde(default)]
    time: RawTime,
    #[serde(default)]
    table: Vec<RawTable>,
    #[serde(default)]
    text: RawText,
    #[serde(default)]
    fhir: RawFhir,
    #[serde(default)]
    risk: RawRisk,
    #[serde(default)]
    release: RawRelease,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKeys {
    pub(super) domain: Option<String>,
    mode: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawSubject {
    #[serde(default)]
    authority: Vec<RawAuthority>,
    on_conflict: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAuthority {
    name: String,
    matches: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTime {
    mode: Option<String>,
    range_days: Option<u16>,
    whole_weeks: Option<bool>,
    age_cap: Option<u8>,
    as_of: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    files: String,
    sheet: Option<String>,
    subject: Option<String>,
    #[serde(default)]
    columns: toml::Table,
    #[serde(default)]
    model: Vec<toml::Table>,
    suppress_max: Option<f64>,
    #[serde(default)]
    search: table_config::RawSearch,
    attack: Option<attack_config::RawAttack>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    action: Option<String>,
    role: Option<String>,
    entity: Option<String>,
    to: Option<String>,
    level: Option<u8>,
    span: Option<f64>,
    round_to: Option<u8>,
    hierarchy: Option<toml::Value>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawFhir {
    #[serde(default)]
    keep_extensions: Vec<String>,
    #[serde(default)]
    keep_elements: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawRisk {
    scope: Option<String>,
    max_prosecutor: Option<f64>,
    max_average: Option<f64>,
    min_cell: Option<u32>,
    max_quarantined: Option<f64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawRelease {
    tables: Option<Vec<String>>,
    approvals: Option<u32>,
    expires: Option<String>,
}

pub(super) fn parse(text: &str) -> Result<Policy, PolicyError> {
    let raw: RawPolicy = toml::from_str(text).map_err(|e| fault(e, None))?;
    if raw.schema != 1 {
        return Err(PolicyError::new("schema", "this version reads schema 1"));
    }
    read(raw)
}

/// The sections of a policy that one table by itself has, too.
pub(super) struct Sections {
    pub(super) keys: RawKeys,
    pub(super) time: RawTime,
    pub(super) text: RawText,
    /// The name of the numbering that the raw authority beside it is of.
    pub(super) authority: Option<(String, String)>,
}

/// A policy that has these sections alone, of linked research.
pub(super) fn of_sections(sections: Sections) -> Result<Policy, PolicyError> {
    let Sections { keys, time, text, authority } = sections;
    let authority = authority.map(|(name, raw)| RawAuthority { name, matches: vec![raw] });
    let subject = RawSubject { authority: authority.into_iter().collect(), on_conflict: None };
    read(RawPolicy {
        schema: 1,
        name: "table".into(),
        profile: Profile::ResearchLinked.as_str().into(),
        purpose: String::new(),
        on_unclassified: Some(OnUnclassified::Drop.as_str().into()),
        keys,
        subject,
        time,
        table: Vec::new(),
        text,
        fhir: RawFhir::default(),
        risk: RawRisk::default(),
        release: RawRelease::default(),
    })
}

fn read(raw: RawPolicy) -> Result<Policy, PolicyError> {
    let profile: Profile = choice("profile", &raw.profile, Profile::ALL, Profile::as_str)?;
    let defaults = profile.defaults();
    let time = time(raw.time, &defaults)?;
    if profile == Profile::HipaaSafeHarbor && time.mode != TimeMode::Year {
        return Err(PolicyError::new(
            "time.mode",
            "Safe Harbor cuts dates to the year (45 CFR 164.514(b)(2)(i)(C)); \
             use profile research-linked or hipaa-limited to shift or keep them",
        ));
    }
    if let Some(rule) = raw.subject.on_conflict.as_deref()
        && rule != "quarantine"
    {
        return Err(PolicyError::new("subject.on_conflict", "the one choice is \"quarantine\""));
    }
    let tables = raw
        .table
        .into_iter()
        .enumerate()
        .map(|(n, t)| table(t, &format!("table[{n}]")))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Policy {
        name: non_empty("name", raw.name.clone())?,
        profile,
        purpose: purpose(raw.purpose)?,
        on_unclassified: optional(
            "on_unclassified",
            raw.on_unclassified.as_deref(),
            OnUnclassified::ALL,
            OnUnclassified::as_str,
        )?
        .unwrap_or(OnUnclassified::Block),
        keys: KeyRule {
            domain: PseudonymDomain(raw.keys.domain.unwrap_or(raw.name)),
            mode: optional(
                "keys.mode",
                raw.keys.mode.as_deref(),
                PseudonymMode::ALL,
                PseudonymMode::as_str,
            )?
            .unwrap_or(defaults.pseudonyms),
        },
        subject: SubjectRule {
            authorities: raw.subject.authority.into_iter().map(|a| (a.name, a.matches)).collect(),
        },
        time,
        tables,
        text: text_rule(raw.text, defaults.names, defaults.numbers)?,
        fhir: FhirRule {
            keep_extensions: raw.fhir.keep_extensions,
            keep_elements: raw.fhir.keep_elements,
        },
        risk: risk(raw.risk, &defaults)?,
        release: release(raw.release)?,
    })
}

fn purpose(text: String) -> Result<String, PolicyError> {
    if text.chars().count() > PURPOSE_MOST {
        let reason = format!("at most {PURPOSE_MOST} characters; give the protocol's number");
        return Err(PolicyError::new("purpose", reason));
    }
    Ok(text)
}

fn time(raw: RawTime, defaults: &Defaults) -> Result<TimeRule, PolicyError> {
    let range_days = raw.range_days.unwrap_or(365);
    if !(1..=3650).contains(&range_days) {
        return Err(PolicyError::new("time.range_days", "between 1 and 3650"));
    }
    let age_cap = raw.age_cap.unwrap_or(89);
    if age_cap > 120 {
        return Err(PolicyError::new("time.age_cap", "at most 120"));
    }
    Ok(TimeRule {
        mode: optional("time.mode", raw.mode.as_deref(), TimeMode::ALL, TimeMode::as_str)?
            .unwrap_or(defaults.time),
        range_days,
        weekdays: if raw.whole_weeks.unwrap_or(false) {
            WeekdayRule::Kept
        } else {
            WeekdayRule::Free
        },
        age_cap,
        as_of: raw.as_of.map(|d| date("time.as_of", &d)).transpose()?,
    })
}

fn table(raw: RawTable, key: &str) -> Result<TableRule, PolicyError> {
    let columns = raw
        .columns
        .into_iter()
        .map(|(name, value)| {
            let key = format!("{key}.columns.{name}");
            Ok((name, column(value, &key)?))
        })
        .collect::<Result<Vec<_>, PolicyError>>()?;
    let ruled = |on: &str| {
        let found = columns.iter().any(|(name, _)| name == on);
        found.then_some(()).ok_or("names a column that has no rule")
    };
    let models = raw
        .model
        .into_iter()
        .map(|table| table_config::model(table, &ruled, &format!("{key}.model")))
        .collect::<Result<Vec<_>, _>>()?;
    climbed(&columns, &models, raw.subject.as_deref(), key)?;
    let mut search = table_config::search(raw.search, &format!("{key}.search"))?;
    if search.time_limit.is_some() {
        return Err(PolicyError::new(
            format!("{key}.search.time_limit"),
            "two runs would not give the same bytes; limit the search with `checks_max`",
        ));
    }
    if search.target.is_some() {
        let reason = "is of a table by itself (`anonymed table anonymize`); leave it out";
        return Err(PolicyError::new(format!("{key}.search.target"), reason));
    }
    if let Some(share) = raw.suppress_max {
        if !(0.0..=1.0).contains(&share) {
            return Err(PolicyError::new(format!("{key}.suppress_max"), "a share from 0 to 1"));
        }
        search.suppress_max = share;
    }
    Ok(TableRule {
        matcher: glob(&raw.files, &format!("{key}.files"))?,
        files: raw.files,
        sheet: raw.sheet,
        subject: raw.subject,
        columns,
        models,
        search,
        attack: raw.attack.map(|attack| attack.parse(&format!("{key}.attack"))).transpose()?,
    })
}

fn column(value: toml::Value, key: &str) -> Result<ColumnRule, PolicyError> {
    let raw = match value {
        toml::Value::String(verb) => RawColumn {
            action: Some(verb),
            role: None,
            entity: None,
            to: None,
            level: None,
            span: None,
            round_to: None,
            hierarchy: None,
        },
        table @ toml::Value::Table(_) => table
            .try_into::<RawColumn>()
            .map_err(|e| PolicyError::new(key, e.message().to_owned()))?,
        _ => return Err(PolicyError::new(key, "an action's name or a table with `action`")),
    };
    let Treatment { role, entity, action } = Asked {
        action: raw.action.as_deref(),
        role: raw.role.as_deref(),
        entity: raw.entity.as_deref(),
        to: raw.to.as_deref(),
        level: raw.level,
        span: raw.span,
        round_to: raw.round_to,
    }
    .read(key)?;
    let hierarchy = raw.hierarchy.map(|value| {
        let key = format!("{key}.hierarchy");
        let wrong = |reason| Err(PolicyError::new(key.as_str(), reason));
        if role != AttributeRole::Quasi {
            return wrong("is of quasi-identifiers; give the column role = \"quasi\"");
        }
        if !matches!(action, Action::Keep | Action::Shift | Action::Generalize(_)) {
            return wrong(
                "climbs from what \"keep\", \"shift\" or \"generalize\" leave of a value",
            );
        }
        HierarchyConfig::read(value, &key)
    });
    Ok(ColumnRule { role, entity, action, hierarchy: hierarchy.transpose()? })
}

/// Refuses a hierarchy that nothing would climb: the values would be released as they are.
fn climbed(
    columns: &[(String, ColumnRule)],
    models: &[ModelConfig],
    subject: Option<&str>,
    key: &str,
) -> Result<(), PolicyError> {
    let Some((name, _)) = columns.iter().find(|(name, column)| {
        column.hierarchy.is_some() && (models.is_empty() || subject == Some(name))
    }) else {
        return Ok(());
    };
    let reason = "a model climbs it, and none does here; ask for one, as model = [{ k = 5 }], of a column \
                  that is not the subject";
    Err(PolicyError::new(format!("{key}.columns.{name}.hierarchy"), reason))
}

fn risk(raw: RawRisk, defaults: &Defaults) -> Result<RiskGate, PolicyError> {
    let share = |key: &str, value: Option<f64>| match value {
        Some(v) if !(0.0..=1.0).contains(&v) => Err(PolicyError::new(key, "a share from 0 to 1")),
        other => Ok(other),
    };
    Ok(RiskGate {
        scope: optional("risk.scope", raw.scope.as_deref(), RiskScope::ALL, RiskScope::as_str)?
            .unwrap_or(defaults.scope),
        max_prosecutor: share("risk.max_prosecutor", raw.max_prosecutor)?,
        max_average: share("risk.max_average", raw.max_average)?,
        min_cell: raw.min_cell.unwrap_or(11),
        max_quarantined: share("risk.max_quarantined", raw.max_quarantined)?.unwrap_or(0.05),
    })
}

fn release(raw: RawRelease) -> Result<ReleaseRule, PolicyError> {
    let tables = raw
        .tables
        .unwrap_or_else(|| vec!["csv".into(), "parquet".into()])
        .iter()
        .map(|t| choice("release.tables", t, TableFormat::ALL, TableFormat::as_str))
        .collect::<Result<Vec<_>, _>>()?;
    if tables.is_empty() {
        return Err(PolicyError::new("release.tables", "at least one of csv, parquet"));
    }
    Ok(ReleaseRule {
        tables,
        approvals: raw.approvals.unwrap_or(0),
        expires: raw.expires.map(|d| date("release.expires", &d)).transpose()?,
    })
}

fn date(key: &str, text: &str) -> Result<Date, PolicyError> {
    text.parse().map_err(|_| PolicyError::new(key, "a date as 2026-01-31"))
}

fn non_empty(key: &str, text: String) -> Result<String, PolicyError> {
    if text.trim().is_empty() { Err(PolicyError::new(key, "may not be empty")) } else { Ok(text) }
}

pub(super) fn choice<T: Copy>(
    key: &str,
    text: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, PolicyError> {
    all.iter().copied().find(|v| name(*v) == text).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|v| name(*v)).collect();
        PolicyError::new(key, format!("`{text}` is none of {}", names.join(", ")))
    })
}

pub(super) fn optional<T: Copy>(
    key: &str,
    text: Option<&str>,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<Option<T>, PolicyError> {
    text.map(|t| choice(key, t, all, name)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n";

    fn reason(body: &str) -> String {
        Policy::parse(&format!("{HEAD}{body}")).expect_err("should be refused").to_string()
    }

    #[test]
    fn a_small_policy_has_the_profile_s_defaults() {
        let policy = Policy::parse(HEAD).unwrap();
        assert_eq!(policy.time.mode, TimeMode::Shift);
        assert_eq!(policy.keys.mode, PseudonymMode::Keyed);
        assert_eq!(policy.on_unclassified, OnUnclassified::Block);
        assert_eq!(policy.time.age_cap, 89);
    }

    #[test]
    fn columns_read_short_and_long() {
        let policy = Policy::parse(&format!(
            "{HEAD}[[table]]\nfiles = \"*.csv\"\nsubject = \"mrn\"\nmodel = [{{ k = 5 }}]\n\
             [table.columns]\nmrn = \"pseudonym\"\nzip = {{ action = \"generalize\", to = \"zip3\", entity = \"zip\" }}\nage = {{ role = \"quasi\" }}\n"
        ))
        .unwrap();
        let table = policy.table_for("a.csv", None).unwrap();
        assert_eq!(table.k(), Some(5));
        assert_eq!(table.column("mrn").unwrap().action, Action::Pseudonym);
        assert_eq!(table.column("zip").unwrap().action, Action::Generalize(Generalization::Zip3));
        assert_eq!(table.column("age").unwrap().action, Action::Keep);
        assert!(policy.table_for("folder/a.csv", None).is_none());
    }

    #[test]
    fn mistakes_are_named() {
        let check = |body: &str, part: &str| {
            let reason = reason(body);
            assert!(reason.contains(part), "{reason:?} lacks {part:?}");
        };
        check("colour = 1\n", "unknown field");
        check("on_unclassified = \"keep\"\n", "on_unclassified: `keep` is none of block, drop");
        check("[time]\nrange_days = 0\n", "time.range_days");
        check("[[table]]\nfiles = \"*\"\n[table.columns]\nx = \"shred\"\n", "`shred` is no action");
        check(
            "[[table]]\nfiles = \"*\"\n[table.columns]\nx = { action = \"drop\", to = \"zip3\" }\n",
            "means nothing",
        );
        check(
            "[[table]]\nfiles = \"*\"\n[table.columns]\nx = { role = \"identifier\", action = \"keep\" }\n",
            "cannot be kept",
        );
        check("[[table]]\nfiles = \"*\"\nmodel = [{ l = 2, on = \"dx\" }]\n", "has no rule");
        check("[[table]]\nfiles = \"*\"\nmodel = [{ k = 1 }]\n", "2 or more");
        check(
            "[[table]]\nfiles = \"*\"\n[table.columns]\n\
             x = { action = \"generalize\", to = \"x.csv\", level = 0 }\n",
            "level 1 is the first",
        );
        check("[[table]]\nfiles = \"[\"\n", "not a file pattern");
        check("[text]\nnames = \"pseudonym\"\n", "surrogate, redact or mask");
    }

    #[test]
    fn hierarchies_are_those_of_one_table() {
        let table = |model: &str, rule: &str| {
            format!(
                "[[table]]\nfiles = \"*\"\nsubject = \"mrn\"\n{model}[table.columns]\nx = {{ {rule} }}\n"
            )
        };
        let k = "model = [{ k = 5 }]\n";
        let read = |rule: &str| {
            let policy = Policy::parse(&format!("{HEAD}{}", table(k, rule))).unwrap();
            policy.tables[0].column("x").unwrap().hierarchy.clone().unwrap()
        };
        let age = HierarchyConfig::Build(HierarchyBuild::Age);
        assert_eq!(read("role = \"quasi\", hierarchy = \"age\""), age);
        let capped = "action = \"generalize\", to = \"age-cap\", hierarchy = \"age\"";
        assert_eq!(read(capped), age);
        let file = HierarchyConfig::File("x.csv".into());
        assert_eq!(read("role = \"quasi\", hierarchy = \"x.csv\""), file);
        let check = |model: &str, rule: &str, part: &str| {
            let reason = reason(&table(model, rule));
            assert!(reason.contains(part), "{reason:?} lacks {part:?}");
            assert!(reason.contains("table[0].columns.x.hierarchy"), "{reason:?}");
        };
        let interval = "role = \"quasi\", hierarchy = { build = \"interval\", width = 0 }";
        check(k, interval, "hierarchy.width: a number above 0");
        check(k, "role = \"quasi\", hierarchy = \"icd11\"", "is no builder");
        check(k, "role = \"sensitive\", hierarchy = \"age\"", "is of quasi-identifiers");
        check(k, "action = \"drop\", role = \"quasi\", hierarchy = \"age\"", "climbs from");
        check("", "role = \"quasi\", hierarchy = \"age\"", "a model climbs it");
    }

    #[test]
    fn a_purpose_has_a_length() {
        let purpose = |n: usize| format!("purpose = \"{}\"\n", "é".repeat(n));
        assert!(Policy::parse(&format!("{HEAD}{}", purpose(200))).is_ok());
        assert!(reason(&purpose(201)).contains("at most 200 characters"));
    }

    #[test]
    fn safe_harbor_refuses_shifted_dates() {
        let text =
            "schema = 1\nname = \"t\"\nprofile = \"hipaa-safe-harbor\"\n[time]\nmode = \"shift\"\n";
        assert!(Policy::parse(text).unwrap_err().reason.contains("164.514(b)(2)(i)(C)"));
    }
}
