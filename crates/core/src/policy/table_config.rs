//! How one table is anonymized by itself: the keys of a policy's `[[table]]`, in a file of their own.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::attack_config::{AttackConfig, RawAttack};
use super::output_config::RawOutput;
use super::raw::{RawKeys, RawTime};
use super::sample_config::{RawSample, SampleConfig};
use super::table_actions::{self, Grounds};
use super::table_checks;
use super::text_rule::RawText;
use super::toml_fault::fault;
use super::{ColumnConfig, OutputConfig, OutputForm, Policy, PolicyError, RiskScope};
use crate::AttributeRole;

/// A table's columns, models and search.
#[derive(Debug, Clone)]
pub struct TableConfig {
    /// The column that tells people apart; without one each row is a person.
    pub subject: Option<String>,
    /// Whether all rows of a subject are made alike ([`RiskScope::Joint`]), or each row by itself.
    pub scope: RiskScope,
    /// Columns by header, in the file's order. Others are dropped.
    pub columns: Vec<(String, ColumnConfig)>,
    /// What every class has to satisfy.
    pub models: Vec<ModelConfig>,
    /// How the recoding is looked for.
    pub search: SearchConfig,
    /// How attacks on the release are judged.
    pub attack: AttackConfig,
    /// Whether the configuration speaks of attacks: the release is then attacked before it is put in place.
    pub is_attacked: bool,
    /// How rows are written.
    pub output: OutputConfig,
    /// The people that the table's are a part of.
    pub population: Option<PopulationConfig>,
    /// What the actions of columns go by; none where no action changes a value.
    pub actions: Option<Policy>,
    /// The part of the table's people that is released.
    pub sample: Option<SampleConfig>,
}

/// A table of everybody of a population, with the quasi-identifiers of the table that is anonymized.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationConfig {
    /// The file, beside the configuration.
    pub table: String,
    /// Its sheet, for workbooks of several.
    pub sheet: Option<String>,
    /// The column that tells its people apart; without one each row is a person.
    pub subject: Option<String>,
}

/// A privacy model by the letter of its parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// `k`, `l`, `t` and what else the literature calls them, with their numbers.
    pub numbers: BTreeMap<String, f64>,
    /// The kind among models of one letter, as `distinct`.
    pub kind: Option<String>,
    /// The sensitive column.
    pub on: Option<String>,
    /// The hierarchy by which values of it are near or far.
    pub hierarchy: Option<String>,
}

impl ModelConfig {
    /// Whether it compares with the population.
    pub fn is_of_population(&self) -> bool {
        self.numbers.keys().any(|name| POPULATION_MODELS.contains(&name.as_str()))
    }

    /// Whether it is of the items of a set-valued column: k^m-anonymity.
    pub fn is_of_items(&self) -> bool {
        self.numbers.keys().eq(["k", "m"])
    }

    /// The people that it asks for in every class.
    pub fn class_k(&self) -> Option<f64> {
        let of_others = self.is_of_items() || self.numbers.contains_key("l_known");
        self.numbers.get("k").filter(|_| !of_others).copied()
    }

    /// The column and the l of distinct l-diversity, where it is that.
    pub fn distinct_l(&self) -> Option<(&str, u32)> {
        let alone = self.numbers.len() == 1;
        let distinct = self.kind.as_deref().is_none_or(|kind| kind == "distinct");
        let l = self.numbers.get("l").filter(|_| alone && distinct)?;
        Some((self.on.as_deref()?, *l as u32))
    }
}

/// How a recoding is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchConfig {
    /// The method, as `mondrian`.
    pub method: String,
    /// The loss metric, as `loss`.
    pub metric: String,
    /// Highest share of people that may be suppressed.
    pub suppress_max: f64,
    /// After so long the best found is taken.
    pub time_limit: Option<Duration>,
    /// After so many judged candidates the best found is taken; unlike a time, it gives the same result
    /// on every machine.
    pub checks_max: Option<u64>,
    /// The sensitive column that is to be told as well as can be.
    pub target: Option<String>,
    /// The most memory that searching may take, in bytes: what takes more is parted before it is searched. None
    /// sets no limit.
    pub memory: Option<u64>,
}

impl Default for SearchConfig {
    fn default() -> Self {
        Self {
            method: "mondrian".into(),
            metric: "loss".into(),
            suppress_max: 0.05,
            time_limit: None,
            checks_max: None,
            target: None,
            memory: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    subject: Option<String>,
    scope: Option<String>,
    columns: toml::Table,
    #[serde(default)]
    model: Vec<toml::Table>,
    #[serde(default)]
    search: RawSearch,
    #[serde(default)]
    attack: Option<RawAttack>,
    #[serde(default)]
    output: RawOutput,
    population: Option<PopulationConfig>,
    authority: Option<String>,
    #[serde(default)]
    keys: RawKeys,
    #[serde(default)]
    time: RawTime,
    #[serde(default)]
    text: RawText,
    sample: Option<RawSample>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSearch {
    method: Option<String>,
    metric: Option<String>,
    suppress_max: Option<f64>,
    time_limit: Option<String>,
    checks_max: Option<u64>,
    target: Option<String>,
    memory: Option<String>,
}

impl TableConfig {
    /// Reads a configuration from TOML.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] naming the key.
    ///
    /// # Examples
    ///
    /// A census table whose every class shall hold five people:
    ///
    /// ```
    /// use anonymed_core::policy::TableConfig;
    ///
    /// let config = TableConfig::parse(
    ///     "[columns]\nage = { role = \"quasi\" }\noccupation = { role = \"sensitive\" }\n\
    ///      [[model]]\nk = 5\n[search]\nmethod = \"optimal\"\n",
    /// )?;
    /// assert_eq!(config.models[0].numbers["k"], 5.0);
    /// # Ok::<(), anonymed_core::policy::PolicyError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let raw: Raw = toml::from_str(text).map_err(|e| fault(e, None))?;
        let columns = raw
            .columns
            .into_iter()
            .map(|(name, value)| {
                Ok((name.clone(), ColumnConfig::read(value, &format!("columns.{name}"))?))
            })
            .collect::<Result<Vec<_>, PolicyError>>()?;
        let sensitive = |on: &str| {
            let found = columns.iter().any(|(name, c)| {
                name == on && (c.role == AttributeRole::Sensitive || c.items.is_some())
            });
            found.then_some(()).ok_or("names a column that has not the role \"sensitive\"")
        };
        let models = raw
            .model
            .into_iter()
            .enumerate()
            .map(|(n, table)| model(table, &sensitive, &format!("model[{n}]")))
            .collect::<Result<Vec<_>, _>>()?;
        let scope = match raw.scope.as_deref() {
            None | Some("table") => RiskScope::Table,
            Some("joint") if raw.subject.is_some() => RiskScope::Joint,
            Some("joint") => {
                return Err(PolicyError::new(
                    "scope",
                    "\"joint\" needs `subject`: whose rows are one",
                ));
            }
            Some(_) => return Err(PolicyError::new("scope", "table or joint")),
        };
        if let Some(subject) = &raw.subject
            && columns
                .iter()
                .any(|(name, column)| name == subject && column.role != AttributeRole::Identifier)
        {
            return Err(PolicyError::new(
                format!("columns.{subject}"),
                "the subject column tells people apart and is not released as it is; give it no role, or \
                 \"identifier\", with an action as \"pseudonym\" where its code is to be released",
            ));
        }
        let search = search(raw.search, "search")?;
        table_checks::told(&search, &columns)?;
        table_checks::unlimited(&search)?;
        let is_attacked = raw.attack.is_some();
        let attack = raw.attack.unwrap_or_default().parse("attack")?;
        if is_attacked {
            table_checks::attackable(&columns)?;
        }
        let output = raw.output.parse()?;
        table_checks::suppressed_cells(&columns, &output, scope)?;
        if output.form == OutputForm::Aggregated {
            table_checks::aggregates(&columns)?;
            if is_attacked {
                let reason = "attacks are on rows; leave [attack] out, or the aggregated form";
                return Err(PolicyError::new("output.form", reason));
            }
        }
        table_checks::of_items(&models, &columns)?;
        let (subject, population) = (raw.subject, raw.population);
        let grounds = Grounds {
            keys: raw.keys,
            time: raw.time,
            text: raw.text,
            authority: raw.authority,
            subject: subject.clone(),
        };
        let actions = table_actions::policy(grounds, &columns)?;
        if actions.is_some() {
            table_checks::compared(&columns, is_attacked, population.is_some())?;
            table_checks::apart(&columns, &models, output.form)?;
        }
        if population.is_none() && models.iter().any(ModelConfig::is_of_population) {
            let reason =
                "`k_map`, `delta_min` and `delta_max` need `[population] table = \"FILE\"`";
            return Err(PolicyError::new("population", reason));
        }
        let config = Self {
            subject,
            scope,
            columns,
            models,
            search,
            attack,
            is_attacked,
            output,
            population,
            actions,
            sample: raw.sample.map(RawSample::parse).transpose()?,
        };
        super::unlinked_config::check(&config)?;
        Ok(config)
    }

    /// The configuration, for work that compares the values of classes with the raw table's.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] that names a column of theirs with an action.
    pub fn as_they_are(self) -> Result<Self, PolicyError> {
        match self.columns.iter().find(|(_, column)| column.is_rewritten_in_classes()) {
            Some((name, column)) => Err(PolicyError::new(
                format!("columns.{name}.action"),
                format!(
                    "this works on values as they are, and \"{}\" leaves others; leave the action out",
                    column.action.verb()
                ),
            )),
            None => Ok(self),
        }
    }

    /// Whether somebody's rows can be joined in the release: by a code or a fake that stands in all of them.
    pub fn joins_rows(&self) -> bool {
        self.subject.is_some()
            && self.columns.iter().any(|(_, column)| table_actions::joins_rows(column))
    }

    /// Whether what is done with its columns depends on a key.
    pub fn needs_key(&self) -> bool {
        self.actions.as_ref().is_some_and(|policy| table_actions::needs_key(policy, &self.columns))
    }

    /// The columns of a role, in order.
    pub fn of_role(&self, role: AttributeRole) -> impl Iterator<Item = &(String, ColumnConfig)> {
        self.columns.iter().filter(move |(_, column)| column.role == role)
    }
}

/// The column of the aggregated form that says how many rows a line stands for.
pub const COUNT: &str = "count";

/// Parameters of models that compare with the population.
const POPULATION_MODELS: [&str; 3] = ["k_map", "delta_min", "delta_max"];

/// Reads a model; `sensitive` says what is wrong with a column that it is about.
pub(super) fn model(
    table: toml::Table,
    sensitive: &dyn Fn(&str) -> Result<(), &'static str>,
    key: &str,
) -> Result<ModelConfig, PolicyError> {
    let mut model = ModelConfig { numbers: BTreeMap::new(), kind: None, on: None, hierarchy: None };
    for (name, value) in table {
        match (name.as_str(), value) {
            ("kind", toml::Value::String(kind)) => model.kind = Some(kind),
            ("on", toml::Value::String(on)) => model.on = Some(on),
            ("hierarchy", toml::Value::String(file)) => model.hierarchy = Some(file),
            (_, toml::Value::Integer(number)) => {
                model.numbers.insert(name, number as f64);
            }
            (_, toml::Value::Float(number)) => {
                model.numbers.insert(name, number);
            }
            _ => {
                return Err(PolicyError::new(
                    format!("{key}.{name}"),
                    "a number, or `kind`, `on` or `hierarchy` with a text",
                ));
            }
        }
    }
    if let Some(on) = &model.on {
        sensitive(on).map_err(|reason| PolicyError::new(format!("{key}.on"), reason))?;
    }
    let number = |letter: &str| model.numbers.get(letter).copied();
    if number("k").is_some_and(|k| k.fract() != 0.0 || !(2.0..=f64::from(u32::MAX)).contains(&k)) {
        return Err(PolicyError::new(format!("{key}.k"), "a whole number of 2 or more"));
    }
    if number("l").is_some_and(|l| l.is_nan() || l <= 1.0) {
        return Err(PolicyError::new(format!("{key}.l"), "a number above 1"));
    }
    if model.numbers.is_empty() {
        return Err(PolicyError::new(key, "has no parameter, as `k = 5`"));
    }
    Ok(model)
}

pub(super) fn search(raw: RawSearch, key: &str) -> Result<SearchConfig, PolicyError> {
    let base = SearchConfig::default();
    let suppress_max = raw.suppress_max.unwrap_or(base.suppress_max);
    if !(0.0..=1.0).contains(&suppress_max) {
        return Err(PolicyError::new(format!("{key}.suppress_max"), "a share from 0 to 1"));
    }
    Ok(SearchConfig {
        method: raw.method.unwrap_or(base.method),
        metric: raw.metric.unwrap_or(base.metric),
        suppress_max,
        time_limit: raw.time_limit.as_deref().map(duration).transpose()?,
        checks_max: raw.checks_max,
        target: raw.target,
        memory: raw.memory.map(|text| memory(&text, &format!("{key}.memory"))).transpose()?,
    })
}

/// `60s`, `5m`, `500ms`.
fn duration(text: &str) -> Result<Duration, PolicyError> {
    let wrong = || PolicyError::new("search.time_limit", "a time as \"60s\", \"5m\" or \"500ms\"");
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
    match &text[digits..] {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

/// `500kB`, `800MB`, `4GB`: powers of ten.
fn memory(text: &str, key: &str) -> Result<u64, PolicyError> {
    let wrong = || PolicyError::new(key, "an amount of memory as \"4GB\", \"800MB\" or \"500kB\"");
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
    let unit = match &text[digits..] {
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_with_its_unit() {
        let check = |text: &str, expect: Option<u64>| {
            assert_eq!(memory(text, "search.memory").ok(), expect, "{text}");
        };
        check("4GB", Some(4_000_000_000));
        check("800MB", Some(800_000_000));
        check("20kB", Some(20_000));
        check("0MB", None);
        check("4", None);
        check("GB", None);
        check("4 GB", None);
        check("4gb", None);
        check("18446744073709551615GB", None);
    }

    const COLUMNS: &str = "[columns]\nage = { role = \"quasi\", hierarchy = \"age.csv\" }\n\
                           dx = \"sensitive\"\nname = \"identifier\"\n";

    #[test]
    fn a_configuration_is_read() {
        let config = TableConfig::parse(&format!(
            "subject = \"mrn\"\nscope = \"joint\"\n{COLUMNS}[[model]]\nk = 5\n[[model]]\nl = 3\n\
             kind = \"entropy\"\non = \"dx\"\n[search]\nmethod = \"optimal\"\ntime_limit = \"2m\"\n"
        ))
        .unwrap();
        assert_eq!(config.scope, RiskScope::Joint);
        assert_eq!(config.of_role(AttributeRole::Quasi).count(), 1);
        assert_eq!(config.models[1].kind.as_deref(), Some("entropy"));
        assert_eq!(config.search.time_limit, Some(Duration::from_secs(120)));
        assert_eq!(config.search.metric, "loss");
        assert_eq!(config.attack, AttackConfig::default());
    }

    #[test]
    fn thresholds_of_attacks_are_read() {
        let config = TableConfig::parse(&format!(
            "{COLUMNS}[attack]\nlinkage_max = 0.1\nsequence_max_share = 0\nattempts = 50\nseed = 9\n\
             required = [\"linkage\"]\n"
        ))
        .unwrap();
        assert_eq!(
            (config.attack.linkage_max, config.attack.sequence_max_share),
            (Some(0.1), Some(0.0))
        );
        assert_eq!((config.attack.attempts, config.attack.seed), (50, 9));
        assert_eq!(config.attack.required, ["linkage"]);
    }

    #[test]
    fn mistakes_are_named() {
        let check = |body: &str, part: &str| {
            let reason = TableConfig::parse(body).unwrap_err().to_string();
            assert!(reason.contains(part), "{reason:?} lacks {part:?}");
        };
        check("", "missing field `columns`");
        check("colour = 1\n[columns]\n", "unknown field");
        check("scope = \"joint\"\n[columns]\n", "needs `subject`");
        check(&format!("{COLUMNS}[[model]]\nk_map = 5\n"), "need `[population]");
        check(&format!("{COLUMNS}[population]\nfile = \"p.csv\"\n"), "unknown field");
        let items = "[columns]\nage = \"quasi\"\ncodes = { role = \"keep\", items = \";\" }\n";
        check(&format!("{items}[[model]]\nl = 2\non = \"codes\"\n"), "model[0].on");
        check(&format!("{items}[[model]]\nk = 2\nm = 2\n"), "model[0].on");
        check(&format!("{items}[[model]]\nk = 2\nm = 9\non = \"codes\"\n"), "model[0].m");
        check("[columns]\nx = \"keep\"\n[output]\nform = \"aggregated\"\n", "columns.x");
        check("[columns]\nx = \"quasi\"\n[output]\nform = \"cube\"\n", "output.form");
        let cells = "[output]\nsuppressed = \"cells\"\n";
        let limited = "[columns]\nx = { role = \"quasi\", cells_max = 0.1 }\n";
        check(limited, "columns.x.cells_max");
        check(&format!("{limited}[output]\nsuppressed = \"star\"\n"), "columns.x.cells_max");
        assert!(TableConfig::parse(&format!("{limited}{cells}")).is_ok());
        check(
            &format!("subject = \"mrn\"\nscope = \"joint\"\n{limited}{cells}"),
            "leave out `scope`",
        );
        let mode = "[columns]\nx = { role = \"quasi\", aggregate = \"mode\" }\n";
        check(&format!("{mode}{cells}"), "leave out `aggregate`");
        check("subject = \"mrn\"\n[columns]\nmrn = \"keep\"\n", "is not released as it is");
        check(&format!("{COLUMNS}[[model]]\nl = 2\non = \"age\"\n"), "has not the role");
        check(&format!("{COLUMNS}[[model]]\nkind = \"x\"\n"), "has no parameter");
        check(&format!("{COLUMNS}[[model]]\nk = \"5\"\n"), "model[0].k");
        check(&format!("{COLUMNS}[search]\nsuppress_max = 2\n"), "search.suppress_max");
        check(&format!("{COLUMNS}[search]\ntarget = \"age\"\n"), "search.target: names a column");
        let kmember = "[search]\ntarget = \"dx\"\nmethod = \"kmember\"\n";
        check(&format!("{COLUMNS}{kmember}"), "search.target: only");
        check(&format!("{COLUMNS}[search]\ntime_limit = \"soon\"\n"), "search.time_limit");
        check(&format!("{COLUMNS}[search]\nmemory = \"4 GB\"\n"), "search.memory: an amount");
        check(&format!("{COLUMNS}[search]\nmemory = \"4GB\"\n"), "search.memory: is of a project");
        check(&format!("{COLUMNS}[attack]\nlinkage_max = 2.0\n"), "attack.linkage_max");
        check(&format!("{COLUMNS}[attack]\nattempts = 0\n"), "attack.attempts");
        check(&format!("{COLUMNS}[attack]\nlinkage = 0.1\n"), "unknown field");
        check(&format!("{COLUMNS}[attack]\nrequired = []\n"), "attack.required: names no attack");
        let mean = "[columns]\nx = { role = \"quasi\", aggregate = \"mean\" }\n";
        check(&format!("{mean}[attack]\n"), "columns.x.aggregate");
        assert!(TableConfig::parse(mean).is_ok());
        let mode = mean.replace("mean", "mode");
        assert!(TableConfig::parse(&format!("{mode}[attack]\n")).is_ok());
    }
}
