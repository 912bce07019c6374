//! How a column's generalization hierarchy is come by: a file, or a rule that builds it from the values.
//!
//! `hierarchy = "age.csv"` names a file, `hierarchy = "icd10cm"` a builder that needs nothing more, and
//! `hierarchy = { build = "interval", width = 5 }` a builder with its keys. What each level then says is the
//! builder's; here its keys are read and held to what makes levels nest.

use super::PolicyError;
use super::hierarchy_keys::{Nothing, RawLoinc, keys};

/// Where the lines of a hierarchy come from.
#[derive(Debug, Clone, PartialEq)]
pub enum HierarchyConfig {
    /// A file in the `;`-separated form of ARX, beside the configuration.
    File(String),
    /// A rule.
    Build(HierarchyBuild),
}

/// A rule that builds a hierarchy from a column's values.
#[derive(Debug, Clone, PartialEq)]
pub enum HierarchyBuild {
    /// Years of age, with 90 and above as one.
    Age,
    /// WHO's anatomical therapeutic chemical codes of drugs.
    Atc,
    /// Dates.
    Date(DateSteps),
    /// Diagnoses of ICD-10-CM and ICD-10.
    Icd10Cm,
    /// Diagnoses of ICD-9-CM.
    Icd9Cm,
    /// Numbers, in intervals.
    Interval(IntervalSteps),
    /// LOINC codes by class.
    Loinc {
        /// The user's own `Loinc.csv` or `LoincTableCore.csv`, beside the configuration.
        file: String,
    },
    /// Successive values together.
    Order(OrderSteps),
    /// Frequent values stay themselves longest.
    Priority(PrioritySteps),
    /// Characters are masked one by one.
    Redaction(RedactionSteps),
    /// US postal codes.
    Zip,
}

/// How many of the first level's groups a group of each level holds: the first number is 1, and each is a
/// multiple of the one before, so that levels nest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth(pub(super) Vec<u64>);

/// Intervals of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalSteps {
    /// Where the first level's intervals end.
    pub scale: IntervalScale,
    /// How intervals grow.
    pub growth: Growth,
    /// Numbers below are one group, on every level.
    pub bottom: Option<f64>,
    /// Numbers from here on are one group, on every level.
    pub top: Option<f64>,
}

/// The ends of the first level's intervals.
#[derive(Debug, Clone, PartialEq)]
pub enum IntervalScale {
    /// Equally wide.
    Width {
        /// Above 0.
        width: f64,
        /// An end, from which the others are counted.
        origin: f64,
    },
    /// These, ascending; what is below the first or not below the last is one group each.
    Edges(Vec<f64>),
}

/// Groups of successive values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSteps {
    /// Values of a group of the first level.
    pub width: u64,
    /// How groups grow.
    pub growth: Growth,
    /// All values in their order; without them numbers go by size and other texts by the alphabet.
    pub order: Vec<String>,
}

/// The levels of a date, finest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateSteps {
    /// Each nests in the next.
    pub by: Vec<Granularity>,
    /// How dates are written, as `%d.%m.%Y`; ISO 8601 without it.
    pub input: Option<String>,
}

/// What a level says of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Granularity {
    /// The day.
    Day,
    /// The week of ISO 8601; years above it are then those of its weeks.
    Week,
    /// The month.
    Month,
    /// The quarter.
    Quarter,
    /// The year.
    Year,
    /// Two years.
    TwoYears,
    /// Five years.
    FiveYears,
    /// Ten years.
    Decade,
}

/// How many of the most frequent values stay themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrioritySteps {
    /// The number per level.
    pub keep: Keep,
    /// What the others are called.
    pub other: String,
}

/// Numbers of values that stay themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// As many on each level, descending.
    Counts(Vec<u64>),
    /// Half as many on each of so many levels as on the one below.
    Halves(u8),
}

/// How characters are masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedactionSteps {
    /// Where masking begins.
    pub from: Side,
    /// What stands for a masked character.
    pub character: char,
    /// Characters masked more with each level, 1 or more.
    pub step: u32,
}

/// An end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Its beginning.
    Left,
    /// Its end.
    Right,
}

impl HierarchyConfig {
    /// Reads a text or an inline table; `key` is the place of an error.
    pub(super) fn read(value: toml::Value, key: &str) -> Result<Self, PolicyError> {
        match value {
            toml::Value::String(text) if text.contains('.') => Ok(Self::File(text)),
            toml::Value::String(name) => HierarchyBuild::named(&name, key).map(Self::Build),
            toml::Value::Table(table) => HierarchyBuild::read(table, key).map(Self::Build),
            _ => Err(PolicyError::new(
                key,
                "the name of a file or of a builder, or a table as { build = \"interval\", width = 5 }",
            )),
        }
    }
}

impl HierarchyBuild {
    /// The builders' names, as a configuration writes them.
    pub const NAMES: &[&str] = &[
        "age",
        "atc",
        "date",
        "icd10cm",
        "icd9cm",
        "interval",
        "loinc",
        "order",
        "priority",
        "redaction",
        "zip",
    ];

    /// A builder by its name alone.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] at `key`, where there is none of the name or it needs keys of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// use anonymed_core::policy::HierarchyBuild;
    ///
    /// assert_eq!(HierarchyBuild::named("icd10cm", "--build")?, HierarchyBuild::Icd10Cm);
    /// assert!(HierarchyBuild::named("interval", "--build").is_err());
    /// # Ok::<(), anonymed_core::policy::PolicyError>(())
    /// ```
    pub fn named(name: &str, key: &str) -> Result<Self, PolicyError> {
        let mut table = toml::Table::new();
        table.insert("build".into(), name.into());
        Self::read(table, key)
    }

    /// The builder's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Atc => "atc",
            Self::Date(_) => "date",
            Self::Icd10Cm => "icd10cm",
            Self::Icd9Cm => "icd9cm",
            Self::Interval(_) => "interval",
            Self::Loinc { .. } => "loinc",
            Self::Order(_) => "order",
            Self::Priority(_) => "priority",
            Self::Redaction(_) => "redaction",
            Self::Zip => "zip",
        }
    }

    /// The file it reads beside the configuration.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Loinc { file } => Some(file),
            _ => None,
        }
    }

    fn read(mut table: toml::Table, key: &str) -> Result<Self, PolicyError> {
        let name = match table.remove("build") {
            Some(toml::Value::String(name)) => name,
            _ => return Err(PolicyError::new(format!("{key}.build"), known())),
        };
        match name.as_str() {
            "age" => keys::<Nothing>(table, key).map(|_| Self::Age),
            "atc" => keys::<Nothing>(table, key).map(|_| Self::Atc),
            "date" => DateSteps::new(keys(table, key)?, key).map(Self::Date),
            "icd10cm" => keys::<Nothing>(table, key).map(|_| Self::Icd10Cm),
            "icd9cm" => keys::<Nothing>(table, key).map(|_| Self::Icd9Cm),
            "interval" => IntervalSteps::new(keys(table, key)?, key).map(Self::Interval),
            "loinc" => keys(table, key).map(|RawLoinc { file }| Self::Loinc { file }),
            "order" => OrderSteps::new(keys(table, key)?, key).map(Self::Order),
            "priority" => PrioritySteps::new(keys(table, key)?, key).map(Self::Priority),
            "redaction" => RedactionSteps::new(keys(table, key)?, key).map(Self::Redaction),
            "zip" => keys::<Nothing>(table, key).map(|_| Self::Zip),
            other => Err(PolicyError::new(key, format!("`{other}` is no builder; {}", known()))),
        }
    }
}

fn known() -> String {
    format!(
        "there are {}; a file's name has an ending, as \"age.csv\"",
        HierarchyBuild::NAMES.join(", ")
    )
}

impl Growth {
    /// Groups of the first level in a group of each level.
    pub fn spans(&self) -> &[u64] {
        &self.0
    }
}

impl Granularity {
    /// From fine to coarse.
    pub const ALL: &[Self] = &[
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Quarter,
        Self::Year,
        Self::TwoYears,
        Self::FiveYears,
        Self::Decade,
    ];

    /// The name in a configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
            Self::TwoYears => "2-years",
            Self::FiveYears => "5-years",
            Self::Decade => "decade",
        }
    }

    pub(super) fn nests_in(self, coarser: Self) -> bool {
        let crosses = matches!(
            (self, coarser),
            (Self::Week, Self::Month | Self::Quarter) | (Self::TwoYears, Self::FiveYears)
        );
        self < coarser && !crosses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<HierarchyConfig, PolicyError> {
        let mut table: toml::Table = format!("h = {text}").parse().unwrap();
        HierarchyConfig::read(table.remove("h").unwrap(), "columns.x.hierarchy")
    }

    #[test]
    fn files_have_an_ending_and_builders_have_none() {
        assert_eq!(read("\"age.csv\"").unwrap(), HierarchyConfig::File("age.csv".into()));
        assert_eq!(read("\"zip\"").unwrap(), HierarchyConfig::Build(HierarchyBuild::Zip));
    }

    #[test]
    fn every_name_is_known_by_itself_or_says_what_it_needs() {
        for name in HierarchyBuild::NAMES {
            match HierarchyBuild::named(name, "--build") {
                Ok(build) => assert_eq!(build.name(), *name),
                Err(error) => assert!(
                    ["interval", "loinc"].contains(name) && error.to_string().contains("--build"),
                    "{name}: {error}"
                ),
            }
        }
    }

    #[test]
    fn intervals_have_their_numbers() {
        let build = "{ build = \"interval\", width = 5, factor = [2, 5], bottom = 18, top = 90 }";
        let HierarchyConfig::Build(HierarchyBuild::Interval(steps)) = read(build).unwrap() else {
            panic!("no interval");
        };
        assert_eq!(steps.growth.spans(), [1, 2, 10]);
        assert_eq!(steps.scale, IntervalScale::Width { width: 5.0, origin: 0.0 });
        assert_eq!((steps.bottom, steps.top), (Some(18.0), Some(90.0)));
    }

    #[test]
    fn mistakes_are_named() {
        let check = |text: &str, part: &str| {
            let reason = read(text).unwrap_err().to_string();
            assert!(reason.contains("columns.x.hierarchy"), "{reason}");
            assert!(reason.contains(part), "{reason:?} lacks {part:?}");
        };
        check("3", "the name of a file");
        check("\"icd11\"", "`icd11` is no builder; there are age, atc");
        check("{ width = 3 }", "hierarchy.build: there are age");
        check("{ build = \"zip\", width = 3 }", "unknown field `width`");
        check("\"loinc\"", "missing field `file`");
        check("\"interval\"", "either `width` or `edges`");
        check("{ build = \"interval\", width = 0 }", "width: a number above 0");
        check("{ build = \"interval\", width = nan }", "finite");
        check("{ build = \"interval\", width = 1, edges = [1, 2] }", "either `width`");
        check("{ build = \"interval\", edges = [1, 2], top = 3 }", "edges: stands without");
        check("{ build = \"interval\", edges = [2, 1] }", "ascending");
        check("{ build = \"interval\", width = 1, bottom = 3, top = 3 }", "is below `top`");
        check("{ build = \"interval\", width = 1, factor = 1 }", "factor: 2 or more");
        check("{ build = \"interval\", width = 1, factor = 1000, levels = 9 }", "levels: so many");
        check("{ build = \"interval\", width = 1, factor = [2], levels = 4 }", "but the first");
        check("{ build = \"interval\", width = 1, levels = 0 }", "levels: 1 to 16");
        check("{ build = \"order\", width = 1 }", "width: 2 or more");
        check("{ build = \"order\", order = [\"a\", \"a\"] }", "order: names a value twice");
        check("{ build = \"date\", by = [\"fortnight\"] }", "none of day, week");
        check("{ build = \"date\", by = [\"week\", \"month\"] }", "within no month");
        check("{ build = \"date\", by = [\"2-years\", \"5-years\"] }", "not within five");
        check("{ build = \"date\", by = [\"year\", \"day\"] }", "from fine to coarse");
        check("{ build = \"date\", by = [] }", "from fine to coarse");
        check("{ build = \"priority\", keep = [3, 3] }", "keep: numbers of values");
        check("{ build = \"priority\", keep = [3], levels = 1 }", "leave out `levels`");
        check("{ build = \"priority\", other = \" \" }", "other: may not be empty");
        check("{ build = \"redaction\", from = \"top\" }", "from: right or left");
        check("{ build = \"redaction\", character = \"xx\" }", "character: one character");
        check("{ build = \"redaction\", step = 0 }", "step: 1 or more");
    }
}
