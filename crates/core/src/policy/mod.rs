//! The policy: one TOML file that decides what happens to every field of every modality.
//!
//! Reading is parsing: [`Policy::parse`] gives either a policy in which every rule means something
//! or an error that names the key. Unknown keys are errors, since a misspelt rule that matches
//! nothing is how identifiers pass.

mod action;
mod attack_config;
mod column_config;
mod hierarchy_config;
mod hierarchy_keys;
mod output_config;
mod raw;
mod recognizer_config;
mod safe_harbor;
mod sample_config;
mod table_actions;
mod table_checks;
mod table_config;
mod text_rule;
mod toml_fault;
mod unlinked_config;

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;

use crate::dates::{WeekdayRule, age_on};
use crate::entity::named;
use crate::{AttributeRole, EntityType, PartialDate, PseudonymDomain, Subject};

pub use action::{Action, Generalization, Perturbation};
pub use attack_config::{AttackConfig, AttackTables};
pub use column_config::{ColumnConfig, Ends, Nulls};
pub use hierarchy_config::{
    DateSteps, Granularity, Growth, HierarchyBuild, HierarchyConfig, IntervalScale, IntervalSteps,
    Keep, OrderSteps, PrioritySteps, RedactionSteps, Side,
};
pub use output_config::{Aggregate, OutputConfig, OutputForm, Unplaced};
pub use recognizer_config::{PatternConfig, RecognizerConfig};
pub use safe_harbor::safe_harbor_forbids;
pub use sample_config::{SampleConfig, SampleSize};
pub use table_config::{COUNT, ModelConfig, PopulationConfig, SearchConfig, TableConfig};
pub use text_rule::{Language, Preset, TextRule, TextSearch, Tier};
pub use unlinked_config::GROUP;

named! {
    /// The legal or scientific frame of a release.
    Profile {
        /// 45 CFR 164.514(b)(2): all eighteen identifiers, dates cut to the year.
        HipaaSafeHarbor = "hipaa-safe-harbor",
        /// 45 CFR 164.514(e): a limited data set, under a data use agreement.
        HipaaLimited = "hipaa-limited",
        /// Linked research: keyed pseudonyms and shifted dates, intervals kept.
        ResearchLinked = "research-linked",
        /// Anonymous in the sense of GDPR recital 26: joint risk is gated, links are broken.
        GdprAnonymous = "gdpr-anonymous",
        /// Features for machine learning.
        MlTraining = "ml-training",
    }
}

named! {
    /// What happens to a field the policy does not name. It is never kept.
    OnUnclassified {
        /// The run is refused until the policy names it.
        Block = "block",
        /// It is left out of the release.
        Drop = "drop",
    }
}

named! {
    /// How pseudonyms come about.
    PseudonymMode {
        /// From the identifier by a keyed function: stable over releases of a domain.
        Keyed = "keyed",
        /// Drawn for a crosswalk, derived from no identifier (45 CFR 164.514(c)).
        Random = "random",
    }
}

named! {
    /// What happens to dates.
    TimeMode {
        /// Moved by the patient's shift.
        Shift = "shift",
        /// Cut to the year.
        Year = "year",
        /// Left as they are.
        Keep = "keep",
    }
}

named! {
    /// Over what the release gate counts.
    RiskScope {
        /// Each table by itself; the joint risk is reported as a number.
        Table = "table",
        /// Each patient's signature over everything released together.
        Joint = "joint",
    }
}

/// Longest purpose, in characters: it stands in every event of the audit log.
pub const PURPOSE_MOST: usize = 200;

/// A whole policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Name of the release family.
    pub name: String,
    /// Frame.
    pub profile: Profile,
    /// Why the data are released, for the audit log and the report.
    pub purpose: String,
    /// What happens to what no rule names.
    pub on_unclassified: OnUnclassified,
    /// Pseudonyms.
    pub keys: KeyRule,
    /// Patients.
    pub subject: SubjectRule,
    /// Dates and ages.
    pub time: TimeRule,
    /// Tables, first match wins.
    pub tables: Vec<TableRule>,
    /// Free text.
    pub text: TextRule,
    /// FHIR.
    pub fhir: FhirRule,
    /// The release gate.
    pub risk: RiskGate,
    /// The packaging.
    pub release: ReleaseRule,
}

/// Which pseudonyms.
#[derive(Debug, Clone)]
pub struct KeyRule {
    /// The domain in which a patient keeps one pseudonym.
    pub domain: PseudonymDomain,
    /// How they come about.
    pub mode: PseudonymMode,
}

/// How patients are told apart.
#[derive(Debug, Clone, Default)]
pub struct SubjectRule {
    /// Authorities in order of preference for the canonical key: name to the raw authorities that
    /// mean it (`column:mrn`, `fhir:<system>`, `fhir-id`, `note:mrn`, `file-name`).
    pub authorities: Vec<(String, Vec<String>)>,
}

impl SubjectRule {
    /// The authority a raw one belongs to, with its rank.
    pub fn authority_of(&self, raw: &str) -> Option<(usize, &str)> {
        self.authorities
            .iter()
            .enumerate()
            .find(|(_, (_, raws))| raws.iter().any(|r| r == raw))
            .map(|(rank, (name, _))| (rank, name.as_str()))
    }
}

/// What happens to dates and ages.
#[derive(Debug, Clone)]
pub struct TimeRule {
    /// How.
    pub mode: TimeMode,
    /// Days either way.
    pub range_days: u16,
    /// Whether the weekday is kept.
    pub weekdays: WeekdayRule,
    /// Ages above are written as this number and more.
    pub age_cap: u8,
    /// The day ages are reckoned on; without one, the latest date seen at the scan.
    pub as_of: Option<Date>,
}

impl TimeRule {
    /// De-identifies a date of a patient; `None` means it must be left out. A date without a
    /// patient is cut to its year where years are all a profile gives, and left out where dates
    /// are shifted, since there is no shift to move it by.
    pub fn apply(&self, date: PartialDate, subject: Option<&Subject>) -> Option<PartialDate> {
        match self.mode {
            TimeMode::Keep => Some(date),
            TimeMode::Year => Some(PartialDate::Year(date.year())),
            TimeMode::Shift => subject?.shift.apply_partial(date),
        }
    }

    /// De-identifies a birth date: as [`TimeRule::apply`], but where the age on `as_of` is over
    /// the cap, nothing that tells the age is left (45 CFR 164.514(b)(2)(i)(C)). A shifted birth
    /// date tells the age within the range of the shift and is held to the same rule.
    pub fn apply_birth(
        &self,
        birth: PartialDate,
        subject: Option<&Subject>,
        as_of: Date,
    ) -> Option<PartialDate> {
        let earliest = match birth {
            PartialDate::Day(date) => date,
            PartialDate::Month { year, month } => Date::new(year, month, 1).ok()?,
            PartialDate::Year(year) => Date::new(year, 1, 1).ok()?,
        };
        if self.mode != TimeMode::Keep && age_on(earliest, as_of) > i32::from(self.age_cap) {
            return None;
        }
        self.apply(birth, subject)
    }
}

/// What happens to the tables a glob matches.
#[derive(Debug, Clone)]
pub struct TableRule {
    /// Glob over paths below the input folder.
    pub files: String,
    matcher: GlobMatcher,
    /// The sheet of a workbook; without one, every visible sheet.
    pub sheet: Option<String>,
    /// The column that holds the patient's identifier.
    pub subject: Option<String>,
    /// Columns by header, in the policy's order.
    pub columns: Vec<(String, ColumnRule)>,
    /// Privacy models that the table's quasi-identifiers must satisfy.
    pub models: Vec<ModelConfig>,
    /// How a recoding that satisfies them is looked for.
    pub search: SearchConfig,
    /// How attacks on the released table are judged; without it none are made.
    pub attack: Option<AttackConfig>,
}

impl TableRule {
    /// Whether the rule is for a file.
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }

    /// The rule for a column.
    pub fn column(&self, name: &str) -> Option<&ColumnRule> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, rule)| rule)
    }

    /// The highest k the models ask for.
    pub fn k(&self) -> Option<u32> {
        let asked = self.models.iter().filter_map(|model| model.numbers.get("k"));
        asked.map(|k| *k as u32).max()
    }

    /// The columns on which values of different kinds are asked for, with how many.
    pub fn distinct_l(&self) -> impl Iterator<Item = (&str, u32)> {
        self.models.iter().filter_map(|model| model.distinct_l())
    }
}

/// What happens to one column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnRule {
    /// The part it plays.
    pub role: AttributeRole,
    /// What its values are.
    pub entity: Option<EntityType>,
    /// What is done.
    pub action: Action,
    /// The generalization hierarchy of a quasi-identifier, which models climb from what the action leaves.
    pub hierarchy: Option<HierarchyConfig>,
}

/// What happens to FHIR resources.
#[derive(Debug, Clone, Default)]
pub struct FhirRule {
    /// Extension URLs that are kept, beside the profile's own list.
    pub keep_extensions: Vec<String>,
    /// Element paths that are kept, beside the profile's own list.
    pub keep_elements: Vec<String>,
}

/// What a release must hold to.
#[derive(Debug, Clone)]
pub struct RiskGate {
    /// What is counted together.
    pub scope: RiskScope,
    /// Highest prosecutor risk of any subject, 0 to 1.
    pub max_prosecutor: Option<f64>,
    /// Highest average (marketer) risk.
    pub max_average: Option<f64>,
    /// Counts below this are hidden in what is published.
    pub min_cell: u32,
    /// Share of files that may be quarantined by verification before the release is refused.
    pub max_quarantined: f64,
}

/// How a release is packed.
#[derive(Debug, Clone)]
pub struct ReleaseRule {
    /// Table formats.
    pub tables: Vec<TableFormat>,
    /// Approvals before signing.
    pub approvals: u32,
    /// Last day of use, for the manifest.
    pub expires: Option<Date>,
}

named! {
    /// A format tables are released in.
    TableFormat {
        /// Comma-separated UTF-8 with a header, text cells guarded against formulas.
        Csv = "csv",
        /// Apache Parquet.
        Parquet = "parquet",
    }
}

/// A policy that cannot be used, and the key that is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy, {key}: {reason}")]
pub struct PolicyError {
    /// The key, as `table[2].columns.zip`.
    pub key: String,
    /// What is wrong and what would be right.
    pub reason: String,
    /// Byte range in the file, where it is known.
    pub span: Option<std::ops::Range<usize>>,
}

impl PolicyError {
    fn new(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { key: key.into(), reason: reason.into(), span: None }
    }
}

impl Policy {
    /// Reads a policy from TOML.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] naming the key: unknown key, unknown action, a contradiction such as kept
    /// dates under Safe Harbor, a model on a column that is not there.
    pub fn parse(toml: &str) -> Result<Self, PolicyError> {
        let policy = raw::parse(toml)?;
        safe_harbor::check(&policy)?;
        Ok(policy)
    }

    /// The files that lie beside it by its rules: hierarchies, tables of codes, tables of an attacker.
    pub fn files(&self) -> std::collections::BTreeSet<String> {
        let mut files = std::collections::BTreeSet::new();
        for table in &self.tables {
            for (_, column) in &table.columns {
                if let Action::Generalize(Generalization::Hierarchy { file, .. }) = &column.action {
                    files.insert(file.clone());
                }
                match &column.hierarchy {
                    Some(HierarchyConfig::File(file)) => files.insert(file.clone()),
                    Some(HierarchyConfig::Build(build)) => {
                        build.file().is_some_and(|file| files.insert(file.to_owned()))
                    }
                    None => false,
                };
            }
            files.extend(table.models.iter().filter_map(|model| model.hierarchy.clone()));
            let attack = table.attack.iter().flat_map(|attack| attack.tables.files());
            files.extend(attack.map(|(_, file)| file.to_owned()));
        }
        files
    }

    /// The first table rule for a path (and sheet).
    pub fn table_for(&self, path: &str, sheet: Option<&str>) -> Option<&TableRule> {
        self.tables
            .iter()
            .find(|t| t.matches(path) && (t.sheet.is_none() || t.sheet.as_deref() == sheet))
    }
}

fn glob(pattern: &str, key: &str) -> Result<GlobMatcher, PolicyError> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map(|g| g.compile_matcher())
        .map_err(|e| PolicyError::new(key, format!("not a file pattern: {}", e.kind())))
}

/// Compiles a file pattern as `[[table]] files` reads it; `None` where it is not one.
pub fn file_matcher(pattern: &str) -> Option<impl Fn(&str) -> bool> {
    let matcher = glob(pattern, "files").ok()?;
    Some(move |path: &str| matcher.is_match(path))
}

/// The settings a profile begins with; a policy's own keys go over them.
#[derive(Debug, Clone)]
struct Defaults {
    pseudonyms: PseudonymMode,
    time: TimeMode,
    scope: RiskScope,
    names: &'static str,
    numbers: &'static str,
}

impl Profile {
    fn defaults(self) -> Defaults {
        let (pseudonyms, time, scope) = match self {
            Self::HipaaSafeHarbor => (PseudonymMode::Random, TimeMode::Year, RiskScope::Table),
            Self::HipaaLimited => (PseudonymMode::Keyed, TimeMode::Keep, RiskScope::Table),
            Self::ResearchLinked | Self::MlTraining => {
                (PseudonymMode::Keyed, TimeMode::Shift, RiskScope::Table)
            }
            Self::GdprAnonymous => (PseudonymMode::Random, TimeMode::Year, RiskScope::Joint),
        };
        Defaults { pseudonyms, time, scope, names: "surrogate", numbers: "surrogate" }
    }

    /// The time mode a profile begins with.
    pub fn time_mode(self) -> TimeMode {
        self.defaults().time
    }

    /// The pseudonym mode a profile begins with.
    pub fn pseudonym_mode(self) -> PseudonymMode {
        self.defaults().pseudonyms
    }

    /// The risk scope a profile begins with.
    pub fn risk_scope(self) -> RiskScope {
        self.defaults().scope
    }
}

/// Column rules by name, for callers that look many up.
pub fn columns_by_name(rule: &TableRule) -> BTreeMap<&str, &ColumnRule> {
    rule.columns.iter().map(|(name, rule)| (name.as_str(), rule)).collect()
}
