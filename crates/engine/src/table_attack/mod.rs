//! Attacks on a released table: reads it with the raw table and whatever else the attacker has, and judges
//! every attack of `assess` by the configuration's `[attack]` section.

pub(crate) mod beside;
mod source;

use std::path::{Path, PathBuf};

pub use anonymed_assess::attacks::Verdict;
use anonymed_assess::attacks::{self, AttackReport};
use anonymed_assess::{
    AssessError, AttackInput, Claims, Exposure, QuasiColumn, Table, ValueTree, Whose,
};
use anonymed_core::policy::{ColumnConfig, RiskScope, TableConfig};
use anonymed_core::{Action, AttributeRole, CancelToken, PolicyError};
use anonymed_table::Tables;
use anonymed_table::single::Wanted;
use serde::Serialize;

use crate::table_input::{self, TableInput};
use crate::{EngineError, table_risk};
use beside::Beside;
pub(crate) use source::{RowKey, Source};

/// Exit code where an attack is above its threshold.
pub const REFUSED: u8 = 5;

/// What the attacker has, and how the release is judged.
#[derive(Debug, Clone, Copy)]
pub struct Attacker<'a> {
    /// The raw table.
    pub raw: &'a Path,
    /// Its sheet, for workbooks of several.
    pub sheet: Option<&'a str>,
    /// The released table.
    pub released: &'a Path,
    /// The configuration; hierarchy files are looked for beside it.
    pub config: &'a Path,
    /// A table from elsewhere with some of the quasi-identifiers.
    pub outside: Option<&'a Path>,
    /// People of the same kind who are not in the release.
    pub control: Option<&'a Path>,
    /// Planted people.
    pub canaries: Option<&'a Path>,
    /// Earlier releases of the same people.
    pub earlier: &'a [PathBuf],
    /// A column that raw and released table have and that names the row.
    pub key: Option<&'a str>,
    /// How likely a cell is wrong in the copy of the raw table that is linked.
    pub perturb: Option<f64>,
    /// Whether who knows a row of somebody knows its kept cells.
    pub sequence_kept: bool,
    /// The attacks to make, by name; all where there is none.
    pub only: &'a [String],
}

/// What the attacks achieved.
#[derive(Debug, Clone, Serialize)]
pub struct TableAttackReport {
    /// Rows of the raw table.
    pub rows: u64,
    /// Rows of the release.
    pub released_rows: u64,
    /// Classes of the release.
    pub classes: u64,
    /// How the people of the released rows were told apart.
    pub people_known_by: Whose,
    /// People that the models ask for in every class.
    pub k: u64,
    /// Whether no attack is above its threshold and every required one was made.
    pub passed: bool,
    /// By attack.
    pub attacks: Vec<Told>,
}

/// One attack.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// The sensitive column, where it is about one.
    pub on: Option<String>,
    /// Whether the configuration requires it.
    pub required: bool,
    /// Where it is published.
    pub citation: &'static str,
    /// What it achieved.
    #[serde(flatten)]
    pub report: AttackReport,
}

impl Told {
    /// Whether it refuses the release.
    pub fn refuses(&self) -> bool {
        match self.report.verdict {
            Verdict::Fail => true,
            Verdict::NotRun => self.required,
            Verdict::Pass | Verdict::Told => false,
        }
    }
}

/// Attacks a released table.
///
/// # Errors
///
/// Where a table or the configuration cannot be used, or the release is of another table than the raw one. An
/// attack above its threshold is no error: see [`TableAttackReport::passed`].
pub fn attack(
    attacker: Attacker<'_>,
    cancel: &CancelToken,
) -> Result<TableAttackReport, EngineError> {
    let config = table_input::config_of_values(attacker.config)?;
    table_input::with_labels(&config, "an attack")?;
    if !known(attacker.only) {
        return Err(EngineError::Usage(format!("--only takes names of {}", names().join(", "))));
    }
    if attacker.perturb.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
        return Err(EngineError::Usage("--perturb is a probability from 0 to 1".into()));
    }
    let beside = beside(attacker, &config)?;
    let input = read(attacker, &beside, &config, cancel)?;
    let chosen =
        |name: &&str| attacker.only.is_empty() || attacker.only.iter().any(|only| only == name);
    let chosen: Vec<&str> = names().into_iter().filter(chosen).collect();
    judge(&input, &config, &chosen, cancel)
}

/// What the configuration names, unless the command line does.
fn beside(attacker: Attacker<'_>, config: &TableConfig) -> Result<Beside, EngineError> {
    let mut named = config.attack.tables.clone();
    named.outside.take_if(|_| attacker.outside.is_some());
    named.control.take_if(|_| attacker.control.is_some());
    named.canaries.take_if(|_| attacker.canaries.is_some());
    if !attacker.earlier.is_empty() {
        named.earlier.clear();
    }
    let mut beside = Beside::of(&named, folder(attacker.config), "attack")?;
    beside.take(Table::Outside, attacker.outside);
    beside.take(Table::Control, attacker.control);
    beside.take(Table::Canaries, attacker.canaries);
    beside.take_earlier(attacker.earlier);
    Ok(beside)
}

/// Where a configuration lies.
fn folder(place: &Path) -> &Path {
    place.parent().unwrap_or(Path::new("."))
}

/// Refuses a configuration whose attacker has files that are not beside it, or that requires of its own gate an
/// attack with a table that it does not name.
///
/// # Errors
///
/// [`EngineError::Policy`] at the first such key.
pub(crate) fn tables_are_there(place: &Path, config: &TableConfig) -> Result<(), EngineError> {
    Beside::of(&config.attack.tables, folder(place), "attack")?;
    let required = config.attack.required.iter().filter(|_| config.is_attacked);
    let lacks = |name: &String| Some((name.clone(), beside::lacking(name, &config.attack)?));
    match required.filter_map(lacks).next() {
        None => Ok(()),
        Some((name, table)) => Err(wrong(
            "attack.required",
            format!(
                "`{name}` needs a table beside the raw and the released one; name it with `{table}`"
            ),
        )),
    }
}

fn known(names: &[String]) -> bool {
    names.iter().all(|name| attacks::by_name(name).is_some())
}

/// Refuses to require what is no attack.
///
/// # Errors
///
/// [`EngineError::Policy`] at the key of the `[attack]` section.
pub(crate) fn check_required(required: &[String], at: &str) -> Result<(), EngineError> {
    if known(required) {
        return Ok(());
    }
    Err(wrong(&format!("{at}.required"), format!("names of {}", names().join(", "))))
}

/// The names of all attacks.
fn names() -> Vec<&'static str> {
    attacks::ALL.iter().map(|attack| attack.name()).collect()
}

/// Judges a release by some attacks, by their names. A required one that is not among them counts as not
/// made.
///
/// # Errors
///
/// Where it is cancelled.
pub fn judge(
    input: &AttackInput,
    config: &TableConfig,
    chosen: &[&str],
    cancel: &CancelToken,
) -> Result<TableAttackReport, EngineError> {
    let sensitive: Vec<&str> = of_role(config, AttributeRole::Sensitive);
    let mut told = Vec::new();
    for attack in chosen.iter().filter_map(|name| attacks::by_name(name)) {
        cancel.check()?;
        for report in attack.run(input) {
            told.push(Told {
                on: report.column.map(|column| sensitive[column].to_owned()),
                required: config.attack.required.iter().any(|name| name == attack.name()),
                citation: attack.citation(),
                report,
            });
        }
    }
    let made_all = config.attack.required.iter().all(|name| chosen.contains(&name.as_str()));
    let (rows, released_rows) = input.rows();
    Ok(TableAttackReport {
        rows,
        released_rows,
        classes: input.classes(),
        people_known_by: input.whose(),
        k: people(config),
        passed: !told.iter().any(Told::refuses) && made_all,
        attacks: told,
    })
}

/// Begins the tables that attacks on a release of this configuration work on; of each quasi-identifier
/// there is its hierarchy.
pub fn exposure(config: &TableConfig, trees: Vec<Option<ValueTree>>) -> Exposure {
    let quasi = config.of_role(AttributeRole::Quasi).zip(trees);
    let quasi = quasi.map(|((_, column), tree)| {
        let missing = column.missing.clone();
        QuasiColumn { tree, missing }
    });
    let quasi = quasi.collect();
    let sensitive = config.of_role(AttributeRole::Sensitive);
    let sensitive = sensitive.map(|(_, column)| column.missing.clone()).collect();
    Exposure::new(quasi, sensitive, config.subject.is_some())
}

/// What the models of a configuration claim of a release.
pub fn claims(config: &TableConfig) -> Claims {
    let alpha = |name: &&str| {
        let on = config.models.iter().filter(|model| model.on.as_deref() == Some(*name));
        on.filter_map(|model| model.numbers.get("alpha").copied()).reduce(f64::min)
    };
    Claims {
        k: people(config),
        alpha: of_role(config, AttributeRole::Sensitive).iter().map(alpha).collect(),
        joint: config.scope == RiskScope::Joint,
        config: config.attack.clone(),
        perturb: config.attack.perturb,
        sequence_kept: false,
    }
}

/// The most people that a model asks for in every class; 5 where none asks for any, so that linkage is
/// judged all the same.
fn people(config: &TableConfig) -> u64 {
    const UNCLAIMED: f64 = 5.0;
    let asked = config.models.iter().flat_map(|model| {
        // The values of distinct l-diversity are of as many people.
        let distinct = matches!(model.kind.as_deref(), None | Some("distinct"));
        let l = model.numbers.get("l").filter(|_| distinct && !model.numbers.contains_key("c"));
        [model.class_k(), l.copied()].into_iter().flatten()
    });
    asked.reduce(f64::max).unwrap_or(UNCLAIMED) as u64
}

/// The columns that are released as they were.
fn kept(config: &TableConfig) -> Vec<&str> {
    of_kept(config).map(|(name, _)| name.as_str()).collect()
}

fn of_kept(config: &TableConfig) -> impl Iterator<Item = &(String, ColumnConfig)> {
    let kept = config.of_role(AttributeRole::Insensitive);
    kept.filter(|(_, column)| column.items.is_none() && column.action == Action::Keep)
}

/// What a configuration says of its sensitive and of its kept columns.
fn written(config: &TableConfig) -> impl Iterator<Item = &ColumnConfig> {
    let sensitive = config.of_role(AttributeRole::Sensitive);
    sensitive.chain(of_kept(config)).map(|(_, column)| column)
}

fn of_role(config: &TableConfig, role: AttributeRole) -> Vec<&str> {
    config.of_role(role).map(|(name, _)| name.as_str()).collect()
}

fn read(
    attacker: Attacker<'_>,
    beside: &Beside,
    config: &TableConfig,
    cancel: &CancelToken,
) -> Result<AttackInput, EngineError> {
    let tables = Tables::new(table_input::options(attacker.config, config));
    let raw = TableInput { path: attacker.raw, sheet: attacker.sheet };
    let mut exposure = exposure(config, trees(raw, &tables, config, cancel)?);
    let mut see = |place: &Path, table: Table, what: &'static str| {
        let sheet = attacker.sheet.filter(|_| table == Table::Raw);
        let key = attacker.key.map_or(RowKey::None, RowKey::Column);
        let file = Source { place, sheet, table, what, key };
        file.read(&tables, config, &mut exposure, cancel)
    };
    see(attacker.raw, Table::Raw, "the raw table")?;
    see(attacker.released, Table::Released, "the released table")?;
    for (table, place, what) in beside.files() {
        see(place, table, what)?;
    }
    let own = claims(config);
    let claims = Claims {
        perturb: attacker.perturb.or(own.perturb),
        sequence_kept: attacker.sequence_kept,
        ..own
    };
    finish(exposure, claims, config)
}

/// Attacks a release that is about to be put in place: who is in which of its rows is known, since
/// `raw_rows` has for each the row of the raw table that it was made from.
///
/// # Errors
///
/// Where a table cannot be read again, or the work is cancelled.
pub(crate) fn gate(
    (raw, released): (TableInput<'_>, TableInput<'_>),
    (place, config): (&Path, &TableConfig),
    raw_rows: &[u32],
    cancel: &CancelToken,
) -> Result<TableAttackReport, EngineError> {
    let tables = Tables::new(table_input::options(place, config));
    let mut exposure = exposure(config, trees(raw, &tables, config, cancel)?);
    let mut see = |input: TableInput<'_>, table, what, key| {
        let file = Source { place: input.path, sheet: input.sheet, table, what, key };
        file.read(&tables, config, &mut exposure, cancel)
    };
    see(raw, Table::Raw, "the raw table", RowKey::Number)?;
    see(released, Table::Released, "the released table", RowKey::Of(raw_rows))?;
    let beside = Beside::of(&config.attack.tables, folder(place), "attack")?;
    for (table, path, what) in beside.files() {
        see(TableInput { path, sheet: None }, table, what, RowKey::None)?;
    }
    let input = finish(exposure, claims(config), config)?;
    judge(&input, config, &beside.attacks(), cancel)
}

/// The raw row of each released one, from 0; none where it cannot be told.
///
/// # Errors
///
/// Where a table cannot be read, or the work is cancelled.
pub(crate) fn raw_rows(
    (raw, released): (TableInput<'_>, &Path),
    (place, config): (&Path, &TableConfig),
    cancel: &CancelToken,
) -> Result<Option<Vec<u32>>, EngineError> {
    let tables = Tables::new(table_input::options(place, config));
    let mut exposure = exposure(config, trees(raw, &tables, config, cancel)?);
    for (input, table, what) in [
        (raw, Table::Raw, "the raw table"),
        (TableInput { path: released, sheet: None }, Table::Released, "the released table"),
    ] {
        let (place, sheet, key) = (input.path, input.sheet, RowKey::None);
        let file = Source { place, sheet, table, what, key };
        file.read(&tables, config, &mut exposure, cancel)?;
    }
    // Means and the like stand for no raw value: whose the rows are is not known then.
    let input = exposure.finish(claims(config)).ok();
    Ok(input.and_then(|input| input.raw_rows().map(<[u32]>::to_vec)))
}

/// The hierarchies of the quasi-identifiers of a raw table.
fn trees(
    raw: TableInput<'_>,
    tables: &Tables,
    config: &TableConfig,
    cancel: &CancelToken,
) -> Result<Vec<Option<ValueTree>>, EngineError> {
    let quasi: Vec<Wanted<'_>> =
        table_risk::wanted(config).filter(|w| w.role == AttributeRole::Quasi).collect();
    raw.open(tables, |document, format, part| {
        tables.value_trees(document, format, part, &quasi, cancel)
    })
}

fn finish(
    exposure: Exposure,
    claims: Claims,
    config: &TableConfig,
) -> Result<AttackInput, EngineError> {
    exposure.finish(claims).map_err(|error| match error {
        AssessError::Unread { column, labels } => EngineError::Usage(format!(
            "column `{}` of the release has {labels} texts that stand for no value of the raw table: the \
             release is of another table, or was made with another hierarchy",
            of_role(config, AttributeRole::Quasi)[column]
        )),
        other => EngineError::Usage(other.to_string()),
    })
}

fn wrong(key: &str, reason: String) -> EngineError {
    EngineError::Policy(PolicyError { key: key.into(), reason, span: None })
}
