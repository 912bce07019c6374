//! What the labels of a corpus mean, and which label a type of ours is written as.
//!
//! The table is `labels.csv`: a label's meaning, and the types that are written as it. A meaning
//! that is left empty marks what identifies nobody by the rules kept here (a patient's sex).

use std::sync::OnceLock;

use crate::EntityType;

const TABLE: &str = include_str!("labels.csv");

/// A set of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// i2b2 2014 and n2c2: `NAME/PATIENT`.
    I2b2,
    /// i2b2 2006: `PATIENT`.
    I2b2Inline,
    /// MEDDOCAN (Marimon and others, IberLEF 2019): `NOMBRE_SUJETO_ASISTENCIA`.
    Meddocan,
    /// Names, places and organizations of the usual corpora: `PER`, `LOC`, `ORG`.
    Generic,
    /// The entities of Presidio: `US_SSN`.
    Presidio,
    /// What public models for de-identification call what they find: `STAFF`, `FIRSTNAME`.
    Model,
}

impl Scheme {
    /// Every scheme.
    pub const EACH: [Self; 6] =
        [Self::I2b2, Self::I2b2Inline, Self::Meddocan, Self::Generic, Self::Presidio, Self::Model];

    /// The name in the table and on command lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::I2b2 => "i2b2-2014",
            Self::I2b2Inline => "i2b2-2006",
            Self::Meddocan => "meddocan",
            Self::Generic => "generic",
            Self::Presidio => "presidio",
            Self::Model => "model",
        }
    }

    /// Reads the name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|scheme| scheme.as_str() == name)
    }
}

/// What a label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// What it marks identifies, as this type.
    Entity(EntityType),
    /// What it marks identifies nobody.
    Harmless,
}

struct Row {
    scheme: &'static str,
    label: &'static str,
    meaning: Meaning,
    written_for: Vec<EntityType>,
}

fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| TABLE.lines().skip(1).filter_map(row).collect())
}

fn row(line: &'static str) -> Option<Row> {
    let mut cells = line.split(',');
    let (scheme, label) = (cells.next()?, cells.next()?);
    let meaning = match cells.next()? {
        "" => Meaning::Harmless,
        name => Meaning::Entity(EntityType::from_name(name)?),
    };
    let written_for = cells.next()?.split_whitespace().map(EntityType::from_name);
    Some(Row { scheme, label, meaning, written_for: written_for.collect::<Option<_>>()? })
}

/// What a label of a scheme means; `None` where the scheme has no such label. Case does not count,
/// and of `NAME/PATIENT` the second word is enough.
///
/// ```
/// use anonymed_core::EntityType;
/// use anonymed_core::labels::{Meaning, Scheme, meaning};
///
/// assert_eq!(meaning(Scheme::I2b2, "NAME/PATIENT"), Some(Meaning::Entity(EntityType::Patient)));
/// assert_eq!(meaning(Scheme::Meddocan, "SEXO_SUJETO_ASISTENCIA"), Some(Meaning::Harmless));
/// ```
pub fn meaning(scheme: Scheme, label: &str) -> Option<Meaning> {
    let of_scheme = || rows().iter().filter(|row| row.scheme == scheme.as_str());
    let whole = of_scheme().find(|row| row.label.eq_ignore_ascii_case(label));
    let second = |row: &&Row| {
        row.label.split_once('/').is_some_and(|(_, second)| second.eq_ignore_ascii_case(label))
    };
    whole.or_else(|| of_scheme().find(second)).map(|row| row.meaning)
}

/// What a label means whose scheme is not known: the first that any scheme says, else a type's own name.
pub fn meaning_of(label: &str) -> Option<Meaning> {
    let known = Scheme::EACH.into_iter().find_map(|scheme| meaning(scheme, label));
    let own = || EntityType::from_name(&label.to_ascii_lowercase().replace('_', "-"));
    known.or_else(|| own().map(Meaning::Entity))
}

/// The label that a type is written as; `None` where the scheme marks no such thing.
pub fn label(scheme: Scheme, entity: EntityType) -> Option<&'static str> {
    rows()
        .iter()
        .find(|row| row.scheme == scheme.as_str() && row.written_for.contains(&entity))
        .map(|row| row.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(rows().len(), TABLE.lines().count() - 1);
        for row in rows() {
            let scheme = Scheme::from_name(row.scheme).unwrap();
            assert_eq!(meaning(scheme, row.label), Some(row.meaning), "{}", row.label);
            for entity in &row.written_for {
                assert_eq!(label(scheme, *entity), Some(row.label), "{} twice", entity.as_str());
            }
            // A label that is written for anything is written for what it means.
            if let (Meaning::Entity(entity), false) = (row.meaning, row.written_for.is_empty()) {
                let own = row.written_for.contains(&entity) || row.label == "OTRO_NUMERO_IDENTIF";
                assert!(own, "{}", row.label);
            }
        }
    }

    #[test]
    fn types_without_a_label_are_known() {
        let without = |scheme| -> Vec<&str> {
            let types = EntityType::ALL.iter().filter(|entity| label(scheme, **entity).is_none());
            types.map(|entity| entity.as_str()).collect()
        };
        assert_eq!(without(Scheme::I2b2), ["time"]);
        assert_eq!(
            without(Scheme::I2b2Inline),
            ["username", "profession", "time", "email", "url", "ip-address", "mac-address"]
        );
        assert_eq!(without(Scheme::Meddocan), ["username", "time"]);
        assert_eq!(without(Scheme::Generic).len(), 22);
        assert_eq!(without(Scheme::Presidio).len(), EntityType::ALL.len());
        assert_eq!(without(Scheme::Model).len(), EntityType::ALL.len());
    }

    #[test]
    fn labels_are_read_in_their_spellings() {
        let check = |scheme, label: &str, expect: Option<EntityType>| {
            assert_eq!(meaning(scheme, label), expect.map(Meaning::Entity), "{label}");
        };
        check(Scheme::I2b2, "PATIENT", Some(EntityType::Patient));
        check(Scheme::I2b2, "contact/ipaddr", Some(EntityType::IpAddress));
        check(Scheme::I2b2, "LOCATION/OTHER", Some(EntityType::Location));
        check(Scheme::I2b2, "PER", None);
        check(Scheme::Generic, "PER", Some(EntityType::Person));
    }
}
