//! How attacks on a released table are judged: the `[attack]` section of a table's configuration.

use std::path::{Component, Path};

use serde::Deserialize;

use super::PolicyError;

/// Thresholds of the attacks. A threshold that is not there does not judge: the number is told alone.
#[derive(Debug, Clone, PartialEq)]
pub struct AttackConfig {
    /// Highest chance of naming somebody rightly; without one, 1 / k of the models.
    pub linkage_max: Option<f64>,
    /// From which belief on a sensitive value counts as guessed.
    pub homogeneity_from: f64,
    /// By how much that belief has to be above what the whole table suggests.
    pub homogeneity_gain: f64,
    /// Highest share of people whose value is guessed so.
    pub homogeneity_max_share: f64,
    /// Most rows of a person that are known.
    pub sequence_points: u32,
    /// Highest share of people whom that many rows single out; without one, 0 in joint scope.
    pub sequence_max_share: Option<f64>,
    /// Highest share of an attacker's statements about exact values that are true.
    pub minimality_max: Option<f64>,
    /// Highest risk, over the control, of singling somebody out.
    pub singling_out_max: Option<f64>,
    /// Highest risk, over the control, of linking two parts of somebody's record.
    pub linkability_max: Option<f64>,
    /// Highest risk, over the control, of inferring a sensitive value.
    pub inference_max: Option<f64>,
    /// Highest share of people who are exposed by several releases and by none of them alone.
    pub composition_max_share: f64,
    /// Highest share of planted people who are found.
    pub canaries_max_share: f64,
    /// Attempts of the attacks that draw, at most 100,000.
    pub attempts: u32,
    /// What they draw from.
    pub seed: u64,
    /// Attacks by name that have to run.
    pub required: Vec<String>,
    /// How likely a cell is wrong in the copy of the raw table that is looked for; without one none is.
    pub perturb: Option<f64>,
    /// What an attacker has beside the raw and the released table.
    pub tables: AttackTables,
}

/// Tables that an attacker has, each a file beside the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttackTables {
    /// A table from elsewhere with some of the quasi-identifiers.
    pub outside: Option<String>,
    /// People of the same kind who are not in the release.
    pub control: Option<String>,
    /// Planted people, with the raw table's columns.
    pub canaries: Option<String>,
    /// Earlier releases of the same people, with the same columns.
    pub earlier: Vec<String>,
}

impl AttackTables {
    /// The files, each with its key.
    pub fn files(&self) -> impl Iterator<Item = (String, &str)> {
        let one =
            [("outside", &self.outside), ("control", &self.control), ("canaries", &self.canaries)];
        let one =
            one.into_iter().filter_map(|(key, file)| Some((key.to_owned(), file.as_deref()?)));
        let earlier = self.earlier.iter().enumerate();
        one.chain(earlier.map(|(n, file)| (format!("earlier[{n}]"), file.as_str())))
    }
}

impl Default for AttackConfig {
    fn default() -> Self {
        Self {
            linkage_max: None,
            homogeneity_from: 0.8,
            homogeneity_gain: 0.1,
            homogeneity_max_share: 0.05,
            sequence_points: 4,
            sequence_max_share: None,
            minimality_max: None,
            singling_out_max: None,
            linkability_max: None,
            inference_max: None,
            composition_max_share: 0.0,
            canaries_max_share: 0.0,
            attempts: 2000,
            seed: 1,
            required: Vec::new(),
            perturb: None,
            tables: AttackTables::default(),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAttack {
    linkage_max: Option<f64>,
    homogeneity_from: Option<f64>,
    homogeneity_gain: Option<f64>,
    homogeneity_max_share: Option<f64>,
    sequence_points: Option<u32>,
    sequence_max_share: Option<f64>,
    minimality_max: Option<f64>,
    singling_out_max: Option<f64>,
    linkability_max: Option<f64>,
    inference_max: Option<f64>,
    composition_max_share: Option<f64>,
    canaries_max_share: Option<f64>,
    attempts: Option<u32>,
    seed: Option<u64>,
    required: Option<Vec<String>>,
    perturb: Option<f64>,
    outside: Option<String>,
    control: Option<String>,
    canaries: Option<String>,
    earlier: Option<Vec<String>>,
}

impl RawAttack {
    /// Reads the section; `at` is its key.
    pub(super) fn parse(self, at: &str) -> Result<AttackConfig, PolicyError> {
        let base = AttackConfig::default();
        let share = |key: &str, value: Option<f64>| match value {
            Some(share) if !(0.0..=1.0).contains(&share) => {
                Err(PolicyError::new(format!("{at}.{key}"), "a share from 0 to 1"))
            }
            value => Ok(value),
        };
        let within = |key: &str, value: Option<u32>, base: u32, most: u32| match value {
            Some(number) if !(1..=most).contains(&number) => Err(PolicyError::new(
                format!("{at}.{key}"),
                format!("a whole number from 1 to {most}"),
            )),
            value => Ok(value.unwrap_or(base)),
        };
        if self.required.as_ref().is_some_and(Vec::is_empty) {
            return Err(PolicyError::new(
                format!("{at}.required"),
                "names no attack; leave it out where none has to be made",
            ));
        }
        if self.earlier.as_ref().is_some_and(Vec::is_empty) {
            return Err(PolicyError::new(
                format!("{at}.earlier"),
                "names no release; leave it out where there is none",
            ));
        }
        let tables = AttackTables {
            outside: self.outside,
            control: self.control,
            canaries: self.canaries,
            earlier: self.earlier.unwrap_or_default(),
        };
        plain(&tables, at)?;
        Ok(AttackConfig {
            perturb: share("perturb", self.perturb)?,
            tables,
            linkage_max: share("linkage_max", self.linkage_max)?,
            homogeneity_from: share("homogeneity_from", self.homogeneity_from)?
                .unwrap_or(base.homogeneity_from),
            homogeneity_gain: share("homogeneity_gain", self.homogeneity_gain)?
                .unwrap_or(base.homogeneity_gain),
            homogeneity_max_share: share("homogeneity_max_share", self.homogeneity_max_share)?
                .unwrap_or(base.homogeneity_max_share),
            sequence_points: within(
                "sequence_points",
                self.sequence_points,
                base.sequence_points,
                32,
            )?,
            sequence_max_share: share("sequence_max_share", self.sequence_max_share)?,
            minimality_max: share("minimality_max", self.minimality_max)?,
            singling_out_max: share("singling_out_max", self.singling_out_max)?,
            linkability_max: share("linkability_max", self.linkability_max)?,
            inference_max: share("inference_max", self.inference_max)?,
            composition_max_share: share("composition_max_share", self.composition_max_share)?
                .unwrap_or(base.composition_max_share),
            canaries_max_share: share("canaries_max_share", self.canaries_max_share)?
                .unwrap_or(base.canaries_max_share),
            attempts: within("attempts", self.attempts, base.attempts, 100_000)?,
            seed: self.seed.unwrap_or(base.seed),
            required: self.required.unwrap_or_default(),
        })
    }
}

/// Refuses names that lead elsewhere than beside the configuration.
fn plain(tables: &AttackTables, at: &str) -> Result<(), PolicyError> {
    let is_plain = |name: &str| {
        let mut parts = Path::new(name).components();
        matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
            && !name.contains(['/', '\\'])
    };
    match tables.files().find(|(_, name)| !is_plain(name)) {
        Some((key, _)) => Err(PolicyError::new(
            format!("{at}.{key}"),
            "the plain name of a file beside the configuration",
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<AttackConfig, PolicyError> {
        toml::from_str::<RawAttack>(text).unwrap().parse("table[0].attack")
    }

    #[test]
    fn tables_of_an_attacker_lie_beside_the_configuration() {
        let config = read(
            "outside = \"voters.csv\"\ncontrol = \"control.csv\"\ncanaries = \"c.csv\"\n\
             earlier = [\"2024.csv\", \"2025.parquet\"]\nperturb = 0.1\n",
        )
        .unwrap();
        let files: Vec<(String, &str)> = config.tables.files().collect();
        let expect = [
            ("outside", "voters.csv"),
            ("control", "control.csv"),
            ("canaries", "c.csv"),
            ("earlier[0]", "2024.csv"),
            ("earlier[1]", "2025.parquet"),
        ];
        assert!(files.iter().map(|(key, file)| (key.as_str(), *file)).eq(expect));
        assert_eq!(
            (config.perturb, read("").unwrap().tables),
            (Some(0.1), AttackTables::default())
        );
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let check = |text: &str, key: &str| {
            assert_eq!(read(text).unwrap_err().key, format!("table[0].attack.{key}"), "{text}");
        };
        for name in ["../voters.csv", "/etc/passwd", "a/b.csv", "", ".", "..", "a/", "a\\\\b.csv"] {
            check(&format!("outside = \"{name}\""), "outside");
        }
        check("earlier = [\"a.csv\", \"b/c.csv\"]", "earlier[1]");
        check("earlier = []", "earlier");
        check("control = \"../c.csv\"", "control");
        check("perturb = 1.5", "perturb");
    }
}
