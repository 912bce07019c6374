//! What a mark is of: an entity type, a group of them, or a corpus's own label within a group.
//!
//! Systems differ in the finer types: one says `person` where another says `doctor`. So marks are
//! compared by [`Group`], and counted by the finer name that each side gives.

use anonymed_core::EntityType;
use serde::Serialize;

/// Longest label of a corpus, in bytes.
const LONGEST_LABEL: usize = 64;

/// A group of entity types in which marks are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Group {
    /// Names of people, log-in names.
    Name,
    /// Places, from rooms to countries.
    Location,
    /// Hospitals, departments, other organizations.
    Org,
    /// Dates and times of day.
    Date,
    /// Ages.
    Age,
    /// Telephone numbers and addresses of networks.
    Contact,
    /// Numbers and codes.
    Id,
    /// Callings.
    Profession,
    /// What a corpus marks beside.
    Other,
}

impl Group {
    /// Every group, in the order of reports.
    pub const EACH: [Self; 9] = [
        Self::Name,
        Self::Location,
        Self::Org,
        Self::Date,
        Self::Age,
        Self::Contact,
        Self::Id,
        Self::Profession,
        Self::Other,
    ];

    /// The name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Location => "LOCATION",
            Self::Org => "ORG",
            Self::Date => "DATE",
            Self::Age => "AGE",
            Self::Contact => "CONTACT",
            Self::Id => "ID",
            Self::Profession => "PROFESSION",
            Self::Other => "OTHER",
        }
    }

    /// Reads the name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|group| group.as_str().eq_ignore_ascii_case(name))
    }

    /// The group of an entity type.
    pub fn of(entity: EntityType) -> Self {
        use EntityType as E;
        match entity {
            E::Patient | E::Doctor | E::Staff | E::Relative | E::Person | E::Username => Self::Name,
            E::Room
            | E::Street
            | E::City
            | E::County
            | E::State
            | E::Zip
            | E::Country
            | E::Location => Self::Location,
            E::Hospital | E::Organization | E::Department => Self::Org,
            E::Date | E::Time => Self::Date,
            E::Age => Self::Age,
            E::Phone | E::Fax | E::Pager | E::Email | E::Url | E::IpAddress | E::MacAddress => {
                Self::Contact
            }
            E::Profession => Self::Profession,
            E::Ssn
            | E::Mrn
            | E::HealthPlan
            | E::Account
            | E::Licence
            | E::Vehicle
            | E::Device
            | E::Accession
            | E::NationalId
            | E::BankAccount
            | E::Biometric
            | E::OtherId => Self::Id,
        }
    }
}

/// What a mark is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind {
    group: Group,
    name: String,
}

impl Kind {
    /// Reads a type, which is an entity type's or a group's name, and a corpus's finer label for it. A label
    /// alone is read as a type. `None` where the type is unknown, or the label is no word of at most 64
    /// letters, digits and `_ - . /`.
    pub fn read(kind: Option<&str>, label: Option<&str>) -> Option<Self> {
        let (group, name) = known(kind.or(label)?)?;
        match label {
            Some(label) if is_label(label) => {
                let name = known(label).map_or_else(|| folded(label), |(_, name)| name.to_owned());
                Some(Self { group, name })
            }
            Some(_) => None,
            None => Some(Self { group, name: name.to_owned() }),
        }
    }

    /// The group it is compared in.
    pub fn group(&self) -> Group {
        self.group
    }

    /// The finer name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl From<EntityType> for Kind {
    fn from(entity: EntityType) -> Self {
        Self { group: Group::of(entity), name: entity.as_str().to_owned() }
    }
}

/// The group of a type's or group's name, and the name as reports write it.
fn known(name: &str) -> Option<(Group, &'static str)> {
    if let Some(entity) = EntityType::from_name(&folded(name)) {
        return Some((Group::of(entity), entity.as_str()));
    }
    let group = Group::from_name(name)?;
    let name = match group {
        Group::Name => "name",
        Group::Org => "org",
        Group::Contact => "contact",
        Group::Id => "id",
        Group::Other => "other",
        // These are types' names, too.
        Group::Location | Group::Date | Group::Age | Group::Profession => return None,
    };
    Some((group, name))
}

pub(super) fn is_label(label: &str) -> bool {
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./".contains(&b))
}

/// Small letters, and hyphens for underscores.
fn folded(name: &str) -> String {
    name.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Which marks are compared: those of some types, or all but some. What it leaves out is left out
/// on both sides.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    only: Vec<String>,
    without: Vec<String>,
}

impl Selection {
    /// Compares marks of these types, labels and groups (all, where none is named), but for those.
    /// A name that is both a type's and a group's means the group.
    pub fn new(only: &[String], without: &[String]) -> Self {
        let folded = |words: &[String]| words.iter().map(|word| folded(word.trim())).collect();
        Self { only: folded(only), without: folded(without) }
    }

    pub(super) fn takes(&self, kind: &Kind) -> bool {
        let named = |words: &[String]| words.iter().any(|word| names(word, kind));
        (self.only.is_empty() || named(&self.only)) && !named(&self.without)
    }

    /// A word that is no type and no group, and the label of none of these.
    pub(super) fn stray<'a>(
        &'a self,
        kinds: impl Iterator<Item = &'a Kind> + Clone,
    ) -> Option<&'a str> {
        let stray =
            |word: &&String| known(word).is_none() && !kinds.clone().any(|kind| names(word, kind));
        self.only.iter().chain(&self.without).find(stray).map(String::as_str)
    }
}

fn names(word: &str, kind: &Kind) -> bool {
    match Group::from_name(word) {
        Some(group) => kind.group == group,
        None => kind.name == word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_groups_and_labels_are_read() {
        let check = |kind: Option<&str>, label: Option<&str>, expect: Option<(Group, &str)>| {
            let read = Kind::read(kind, label);
            let read = read.as_ref().map(|kind| (kind.group(), kind.name()));
            assert_eq!(read, expect, "{kind:?} {label:?}");
        };
        check(Some("patient"), None, Some((Group::Name, "patient")));
        check(Some("IP_ADDRESS"), None, Some((Group::Contact, "ip-address")));
        check(Some("NAME"), None, Some((Group::Name, "name")));
        check(Some("Date"), None, Some((Group::Date, "date")));
        check(Some("NAME"), Some("PATIENT"), Some((Group::Name, "patient")));
        check(Some("NAME"), Some("PER"), Some((Group::Name, "per")));
        check(Some("OTHER"), Some("SEXO_SUJETO"), Some((Group::Other, "sexo-sujeto")));
        check(None, Some("PATIENT"), Some((Group::Name, "patient")));
        check(None, Some("PER"), None);
        check(Some("PER"), None, None);
        check(Some("PER"), Some("patient"), None);
        check(None, None, None);
        check(Some("NAME"), Some(""), None);
        check(Some("NAME"), Some("Ann Roe"), None);
        check(Some("NAME"), Some("\u{1b}[2J"), None);
        check(Some("NAME"), Some(&"x".repeat(65)), None);
    }

    #[test]
    fn every_type_and_group_reads_back() {
        for entity in EntityType::ALL {
            let kind = Kind::read(Some(entity.as_str()), None);
            assert_eq!(kind, Some(Kind::from(*entity)));
        }
        for group in Group::EACH {
            let kind = Kind::read(Some(group.as_str()), None);
            assert_eq!(kind.map(|kind| kind.group()), Some(group));
        }
    }

    #[test]
    fn selections_take_types_labels_and_groups() {
        let words = |text: &str| -> Vec<String> {
            text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let check = |only: &str, without: &str, kind: (&str, Option<&str>), expect: bool| {
            let selection = Selection::new(&words(only), &words(without));
            let kind = Kind::read(Some(kind.0), kind.1).unwrap();
            assert_eq!(selection.takes(&kind), expect, "{only} {without} {kind:?}");
        };
        check("", "", ("patient", None), true);
        check("name", "", ("patient", None), true);
        check("NAME", "doctor", ("patient", None), true);
        check("name", "doctor", ("doctor", None), false);
        check("patient", "", ("doctor", None), false);
        check("date", "", ("time", None), true);
        check("", "age,profession", ("age", None), false);
        check("", "Ip_Address", ("ip-address", None), false);
        check("", "SEXO_SUJETO", ("OTHER", Some("SEXO_SUJETO")), false);
        check("", "sexo-sujeto", ("OTHER", Some("FAMILIARES")), true);
        let kinds = [Kind::read(Some("OTHER"), Some("SEXO")).unwrap()];
        let stray =
            |only: &str| Selection::new(&words(only), &[]).stray(kinds.iter()).map(str::to_owned);
        assert_eq!(stray("age,NAME,sexo"), None);
        assert_eq!(stray("age,pateint"), Some("pateint".to_owned()));
    }
}
