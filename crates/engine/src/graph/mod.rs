//! The subject graph: which identifier in which file is which patient.
//!
//! A scan writes down what records say ([`RawGraph`]): these identifiers are one person, who has
//! these names, this birth date. Nothing is decided there. [`SubjectGraph::build`] decides, by the
//! policy's authorities: identifiers of one authority are equal wherever they stand, a document
//! belongs to the one patient its identifiers point to, and a person with two record numbers of
//! one authority, two birth dates or two sexes is a conflict, quarantined and never guessed.

use std::collections::BTreeMap;

use anonymed_core::{EntityType, FileNumber, PartialDate, PatientKey, Sex, SubjectMention};
use hashbrown::{HashMap, HashSet};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

mod authority;
mod document;
mod settle;

pub use authority::{Numbering, Overlap};
pub use document::DocumentKeys;
pub use settle::{DocumentOwner, SubjectGraph};

/// The raw authority of a document that is about one patient.
pub const DOCUMENT: &str = "document";

/// What records said about people, before anything is decided.
#[derive(Default)]
pub struct RawGraph {
    authorities: Vec<String>,
    keys: HashMap<(u16, Box<str>), u32>,
    nodes: Vec<Node>,
    known: Vec<Known>,
    text: Zeroizing<String>,
    seen: HashSet<u64>,
    dates: HashSet<(u32, i32)>,
    /// Documents and the identifiers they name: a hint, not a union, since a note may name two.
    links: Vec<(u32, u32)>,
    latest: Option<Date>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Node {
    authority: u16,
    parent: u32,
    birth: Option<(i16, i8, i8)>,
    sex: Option<Sex>,
    contradiction: Contradiction,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Contradiction {
    birth: bool,
    sex: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Known {
    node: u32,
    entity: u8,
    at: u32,
    len: u16,
}

/// A known value that belongs to no patient (a doctor, an organization).
const NOBODY: u32 = u32::MAX;

#[derive(Serialize)]
struct Stored<'a> {
    authorities: &'a [String],
    ids: Vec<&'a str>,
    nodes: &'a [Node],
    known: &'a [Known],
    text: &'a str,
    dates: Vec<(u32, i32)>,
    links: &'a [(u32, u32)],
    latest: Option<(i16, i8, i8)>,
}

#[derive(Deserialize)]
struct Loaded {
    authorities: Vec<String>,
    ids: Vec<String>,
    nodes: Vec<Node>,
    known: Vec<Known>,
    text: String,
    dates: Vec<(u32, i32)>,
    links: Vec<(u32, u32)>,
    latest: Option<(i16, i8, i8)>,
}

impl RawGraph {
    /// Writes down one record's word. Dates are kept where `keep_dates` says (documents and FHIR;
    /// a table's dates are compared at their own place instead).
    pub fn mention(&mut self, mention: &SubjectMention, keep_dates: KeepDates) {
        for date in &mention.dates {
            self.latest = self.latest.max(Some(*date));
        }
        let nodes: Vec<u32> = mention.keys.iter().map(|k| self.node(k)).collect();
        let Some((first, rest)) = nodes.split_first() else {
            for known in &mention.known {
                self.know(NOBODY, known.entity, known.value.expose());
            }
            return;
        };
        for node in rest {
            self.union(*first, *node);
        }
        let root = self.root(*first);
        for known in &mention.known {
            // A doctor or an organization beside many patients is nobody's own.
            let node = if known.entity.is_person() && known.entity != EntityType::Patient {
                if known.entity == EntityType::Relative { *first } else { NOBODY }
            } else {
                *first
            };
            self.know(node, known.entity, known.value.expose());
        }
        self.fact(root, mention.birth.map(parts), mention.sex);
        if keep_dates == KeepDates::Yes {
            for date in mention.dates.iter().copied().chain(mention.birth.and_then(day)) {
                self.dates.insert((*first, days(date)));
            }
        }
    }

    /// Writes down what a document about one patient says of that patient. The identifiers it names
    /// are hints; [`SubjectGraph::build`] decides whose document it is.
    pub fn document(&mut self, file: FileNumber, mention: &SubjectMention) {
        let Some(own) = PatientKey::new(DOCUMENT, &file.0.to_string()) else { return };
        let own_node = self.node(&own);
        for key in &mention.keys {
            let node = self.node(key);
            self.links.push((own_node, node));
        }
        self.mention(&SubjectMention { keys: vec![own], ..mention.clone() }, KeepDates::Yes);
    }

    fn fact(&mut self, root: u32, birth: Option<(i16, i8, i8)>, sex: Option<Sex>) {
        let node = &mut self.nodes[root as usize];
        match (node.birth, birth) {
            (None, Some(birth)) => node.birth = Some(birth),
            (Some(old), Some(new)) if !compatible(old, new) => node.contradiction.birth = true,
            (Some(old), Some(new)) if new > old => node.birth = Some(new),
            _ => {}
        }
        match (node.sex, sex) {
            (None, Some(sex)) => node.sex = Some(sex),
            (Some(old), Some(new)) if old != new => node.contradiction.sex = true,
            _ => {}
        }
    }

    fn know(&mut self, node: u32, entity: EntityType, value: &str) {
        let value = value.trim();
        let (Ok(len), Ok(at)) = (u16::try_from(value.len()), u32::try_from(self.text.len())) else {
            return;
        };
        if len == 0 {
            return;
        }
        let code = entity_code(entity);
        let seen = hash(&(node, code, value));
        if self.seen.insert(seen) {
            self.text.push_str(value);
            self.known.push(Known { node, entity: code, at, len });
        }
    }

    fn node(&mut self, key: &PatientKey) -> u32 {
        let authority = self.authority(key.authority());
        let id = key.id().expose().as_str();
        if let Some(node) = self.keys.get(&KeyRef(authority, id)) {
            return *node;
        }
        let node = self.nodes.len() as u32;
        self.nodes.push(Node {
            authority,
            parent: node,
            birth: None,
            sex: None,
            contradiction: Contradiction::default(),
        });
        self.keys.insert((authority, id.into()), node);
        node
    }

    fn authority(&mut self, raw: &str) -> u16 {
        if let Some(at) = self.authorities.iter().position(|a| a == raw) {
            return at as u16;
        }
        self.authorities.push(raw.to_owned());
        (self.authorities.len() - 1) as u16
    }

    fn root(&self, mut node: u32) -> u32 {
        while self.nodes[node as usize].parent != node {
            node = self.nodes[node as usize].parent;
        }
        node
    }

    fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let (low, high) = (a.min(b), a.max(b));
        self.nodes[high as usize].parent = low;
        let Node { birth, sex, contradiction, .. } = self.nodes[high as usize].clone();
        self.fact(low, birth, sex);
        let into = &mut self.nodes[low as usize].contradiction;
        into.birth |= contradiction.birth;
        into.sex |= contradiction.sex;
    }

    /// Adds another file's graph; the result depends on the order of the calls alone.
    pub fn absorb(&mut self, other: &Self) {
        let mut ids: Vec<(u32, &(u16, Box<str>))> =
            other.keys.iter().map(|(k, n)| (*n, k)).collect();
        ids.sort_unstable_by_key(|(node, _)| *node);
        let mut map = Vec::with_capacity(ids.len());
        for (_, (authority, id)) in &ids {
            let raw = &other.authorities[*authority as usize];
            // The stored id is normalised already and not empty.
            let key = PatientKey::new(raw, id);
            map.push(key.map_or(0, |key| self.node(&key)));
        }
        for (node, mine) in map.iter().enumerate() {
            let root = map[other.root(node as u32) as usize];
            self.union(root, *mine);
            let Node { birth, sex, contradiction, .. } = other.nodes[node].clone();
            let root = self.root(*mine);
            self.fact(root, birth, sex);
            let into = &mut self.nodes[root as usize].contradiction;
            into.birth |= contradiction.birth;
            into.sex |= contradiction.sex;
        }
        for known in &other.known {
            let node = if known.node == NOBODY { NOBODY } else { map[known.node as usize] };
            self.know(node, entity_of(known.entity), other.value(known));
        }
        self.dates.extend(other.dates.iter().map(|(node, day)| (map[*node as usize], *day)));
        self.links.extend(other.links.iter().map(|(d, k)| (map[*d as usize], map[*k as usize])));
        self.latest = self.latest.max(other.latest);
    }

    fn value(&self, known: &Known) -> &str {
        let start = known.at as usize;
        self.text.get(start..start + known.len as usize).unwrap_or_default()
    }

    /// The latest date any record gave.
    pub fn latest(&self) -> Option<Date> {
        self.latest
    }

    /// Raw authorities, with how many identifiers each gave.
    pub fn authorities(&self) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        for node in &self.nodes {
            *counts.entry(self.authorities[node.authority as usize].as_str()).or_insert(0) += 1;
        }
        counts
    }

    /// Serialises the graph; the caller seals the bytes.
    ///
    /// # Errors
    ///
    /// A message without a value.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, String> {
        let mut ids = vec![""; self.nodes.len()];
        for ((_, id), node) in &self.keys {
            ids[*node as usize] = id;
        }
        let mut dates: Vec<_> = self.dates.iter().copied().collect();
        dates.sort_unstable();
        let stored = Stored {
            authorities: &self.authorities,
            ids,
            nodes: &self.nodes,
            known: &self.known,
            text: &self.text,
            dates,
            links: &self.links,
            latest: self.latest.map(|d| (d.year(), d.month(), d.day())),
        };
        postcard::to_stdvec(&stored).map(Zeroizing::new).map_err(|e| e.to_string())
    }

    /// Reads what [`RawGraph::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// A message without a value.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let loaded: Loaded = postcard::from_bytes(bytes).map_err(|e| e.to_string())?;
        if loaded.ids.len() != loaded.nodes.len() {
            return Err("the subject graph does not fit together".into());
        }
        let keys = loaded
            .ids
            .into_iter()
            .zip(&loaded.nodes)
            .enumerate()
            .map(|(n, (id, node))| ((node.authority, id.into_boxed_str()), n as u32))
            .collect();
        Ok(Self {
            authorities: loaded.authorities,
            keys,
            nodes: loaded.nodes,
            known: loaded.known,
            text: Zeroizing::new(loaded.text),
            seen: HashSet::new(),
            dates: loaded.dates.into_iter().collect(),
            links: loaded.links,
            latest: loaded.latest.and_then(|(y, m, d)| Date::new(y, m, d).ok()),
        })
    }
}

/// A borrowed look into the key map.
struct KeyRef<'a>(u16, &'a str);

impl std::hash::Hash for KeyRef<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.0, self.1).hash(state);
    }
}

impl hashbrown::Equivalent<(u16, Box<str>)> for KeyRef<'_> {
    fn equivalent(&self, key: &(u16, Box<str>)) -> bool {
        self.0 == key.0 && *self.1 == *key.1
    }
}

/// Whether a record's dates are kept for the later comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepDates {
    /// Kept by patient.
    Yes,
    /// Not kept.
    No,
}

fn parts(date: PartialDate) -> (i16, i8, i8) {
    match date {
        PartialDate::Year(year) => (year, 0, 0),
        PartialDate::Month { year, month } => (year, month, 0),
        PartialDate::Day(d) => (d.year(), d.month(), d.day()),
    }
}

fn compatible(a: (i16, i8, i8), b: (i16, i8, i8)) -> bool {
    a.0 == b.0 && (a.1 == 0 || b.1 == 0 || a.1 == b.1) && (a.2 == 0 || b.2 == 0 || a.2 == b.2)
}

fn day(date: PartialDate) -> Option<Date> {
    match date {
        PartialDate::Day(d) => Some(d),
        _ => None,
    }
}

/// Days since 1970-01-01.
pub fn days(date: Date) -> i32 {
    let epoch = Date::constant(1970, 1, 1);
    date.since(epoch).map_or(i32::MIN, |span| span.get_days())
}

/// The date of a number of days, as [`days`] counts them.
pub fn date_of(days: i32) -> Option<Date> {
    use jiff::ToSpan;
    Date::constant(1970, 1, 1).checked_add(days.days()).ok()
}

fn entity_code(entity: EntityType) -> u8 {
    EntityType::ALL.iter().position(|e| *e == entity).map_or(u8::MAX, |n| n as u8)
}

fn entity_of(code: u8) -> EntityType {
    EntityType::ALL.get(code as usize).copied().unwrap_or(EntityType::OtherId)
}

fn hash<T: std::hash::Hash>(value: &T) -> u64 {
    use std::hash::BuildHasher;
    foldhash::quality::FixedState::with_seed(0).hash_one(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::policy::SubjectRule;
    use anonymed_core::{KnownIdentifier, SubjectId};
    use jiff::civil::date;

    fn mention(keys: &[(&str, &str)]) -> SubjectMention {
        SubjectMention {
            keys: keys.iter().filter_map(|(a, id)| PatientKey::new(a, id)).collect(),
            ..SubjectMention::default()
        }
    }

    fn rule() -> SubjectRule {
        SubjectRule {
            authorities: vec![
                ("mrn".into(), vec!["column:mrn".into(), "fhir:urn:mrn".into(), "note:mrn".into()]),
                ("fhir-id".into(), vec!["fhir-id".into()]),
            ],
        }
    }

    fn add(raw: &mut RawGraph, keys: &[(&str, &str)], birth: Option<Date>, name: Option<&str>) {
        let mut m = mention(keys);
        m.birth = birth.map(PartialDate::Day);
        m.known = name
            .map(|n| KnownIdentifier { entity: EntityType::Patient, value: n.into() })
            .into_iter()
            .collect();
        raw.mention(&m, KeepDates::Yes);
    }

    #[test]
    fn one_patient_over_three_modalities() {
        let mut tables = RawGraph::default();
        add(&mut tables, &[("column:mrn", "M001")], Some(date(1960, 1, 2)), Some("Ann Poe"));
        add(&mut tables, &[("column:mrn", "M002")], None, None);
        let mut fhir = RawGraph::default();
        add(&mut fhir, &[("fhir-id", "p9"), ("fhir:urn:mrn", "m001")], None, Some("Ann Poe"));
        let mut notes = RawGraph::default();
        notes.document(FileNumber(7), &mention(&[("note:mrn", "M001")]));
        let mut unnumbered = mention(&[]);
        unnumbered.birth = Some(PartialDate::Day(date(1960, 1, 2)));
        unnumbered.known =
            vec![KnownIdentifier { entity: EntityType::Patient, value: "POE, ANN".into() }];
        notes.document(FileNumber(8), &unnumbered);
        notes.document(FileNumber(9), &mention(&[]));
        notes.document(FileNumber(10), &mention(&[]));
        notes.document(FileNumber(12), &mention(&[]));
        notes.document(FileNumber(11), &mention(&[("note:mrn", "M001"), ("note:mrn", "M002")]));
        let mut raw = RawGraph::default();
        for part in [&tables, &fhir, &notes] {
            raw.absorb(part);
        }
        let raw = RawGraph::from_bytes(&raw.to_bytes().unwrap()).unwrap();
        let documents = [7, 8, 9, 10, 11, 12].map(|n| DocumentKeys {
            file: FileNumber(n),
            name_tokens: if n == 9 { vec!["M002".into()] } else { vec![] },
            numbers: if n == 12 { vec!["00000".into(), "M002".into()] } else { vec![] },
        });
        let graph = SubjectGraph::build(&raw, &rule(), &documents);
        assert_eq!(graph.len(), 2);
        assert_eq!(graph.keys[0].authority(), "mrn");
        assert_eq!(graph.conflicts, [None, None]);
        assert_eq!(graph.documents[&FileNumber(7)], DocumentOwner::Subject(SubjectId(0)));
        assert_eq!(graph.documents[&FileNumber(8)], DocumentOwner::Subject(SubjectId(0)));
        assert_eq!(graph.documents[&FileNumber(9)], DocumentOwner::Subject(SubjectId(1)));
        assert_eq!(graph.documents[&FileNumber(10)], DocumentOwner::Nobody);
        assert_eq!(graph.documents[&FileNumber(12)], DocumentOwner::Subject(SubjectId(1)));
        assert_eq!(graph.documents[&FileNumber(11)], DocumentOwner::Conflict);
    }

    #[test]
    fn conflicts_are_named_and_not_guessed() {
        let mut raw = RawGraph::default();
        add(&mut raw, &[("column:mrn", "A1")], Some(date(1960, 1, 2)), None);
        add(&mut raw, &[("column:mrn", "A1")], Some(date(1971, 3, 4)), None);
        add(&mut raw, &[("column:mrn", "B1")], None, None);
        add(&mut raw, &[("column:mrn", "B2")], None, None);
        add(&mut raw, &[("fhir:urn:mrn", "B1"), ("fhir:urn:mrn", "B2")], None, None);
        add(&mut raw, &[("column:mrn", "C1")], None, None);
        let graph = SubjectGraph::build(&raw, &rule(), &[]);
        let reasons: Vec<_> = graph.conflicts.iter().map(|c| c.is_some()).collect();
        assert!(reasons.iter().any(|c| *c), "{:?}", graph.conflicts);
        assert_eq!(
            graph.index[&("mrn".into(), "B1".into())],
            graph.index[&("mrn".into(), "B2".into())]
        );
    }

    #[test]
    fn authorities_are_one_where_they_share_identifiers() {
        let mut raw = RawGraph::default();
        for n in 0..20 {
            let id = format!("M{n:04}");
            add(&mut raw, &[("column:mrn", &id)], None, None);
            add(&mut raw, &[("column:patient_no", &id)], None, None);
            add(&mut raw, &[("fhir-id", &format!("f{n}")), ("fhir:urn:h", &id)], None, None);
            add(&mut raw, &[("column:donor", &format!("D{n}"))], None, None);
        }
        let groups = raw.propose_authorities();
        let main = groups.iter().find(|(_, raws)| raws.contains(&"column:mrn".into())).unwrap();
        assert!(
            main.1.contains(&"column:patient_no".into()) && main.1.contains(&"fhir:urn:h".into())
        );
        assert!(!main.1.contains(&"column:donor".into()));
    }

    #[test]
    fn numbers_that_differ_within_records_are_two_numberings() {
        let mut raw = RawGraph::default();
        for n in 0..20 {
            let id = format!("5c9d{n:04}");
            // Some servers keep the hospital's number as their own id, and some do not.
            let own = if n % 4 == 0 { format!("aa{n:04}") } else { id.clone() };
            add(&mut raw, &[("fhir-id", &own), ("fhir:urn:h", &id)], None, None);
        }
        let groups = raw.propose_authorities();
        assert_eq!(groups.len(), 2, "{groups:?}");
        let rule = SubjectRule { authorities: groups };
        let graph = SubjectGraph::build(&raw, &rule, &[]);
        assert_eq!((graph.len(), graph.conflicts.iter().flatten().count()), (20, 0));
    }

    /// Two sources of twenty patients: the second has every second sex the other way.
    fn two_sources(name: impl Fn(i8) -> String, born: impl Fn(i8) -> Date) -> RawGraph {
        let mut raw = RawGraph::default();
        for n in 1..=20 {
            let id = format!("M{n:04}");
            let person = |keys: &[(&str, &str)], sex, name: String, born| SubjectMention {
                birth: Some(PartialDate::Day(born)),
                sex: Some(sex),
                known: vec![KnownIdentifier {
                    entity: EntityType::Patient,
                    value: name.as_str().into(),
                }],
                ..mention(keys)
            };
            let keys = [("column:mrn", id.as_str())];
            let own = format!("Jane Poe{}", "x".repeat(n as usize));
            raw.mention(&person(&keys, Sex::Female, own, date(1950, 1, n)), KeepDates::No);
            let other = if n % 2 == 0 { Sex::Male } else { Sex::Female };
            let keys = [("fhir-id", format!("p{n}")), ("fhir:urn:h", id.clone())];
            let keys: Vec<(&str, &str)> = keys.iter().map(|(a, b)| (*a, b.as_str())).collect();
            raw.mention(&person(&keys, other, name(n), born(n)), KeepDates::No);
        }
        raw
    }

    #[test]
    fn sources_that_contradict_each_other_about_the_same_people_are_one_numbering() {
        let check = |raw: &RawGraph, numbering: Numbering, people: usize, conflicts: usize| {
            let groups = raw.propose_authorities();
            let together = groups.iter().any(|(_, raws)| {
                ["column:mrn", "fhir:urn:h"].iter().all(|r| raws.contains(&(*r).to_owned()))
            });
            assert_eq!(together, numbering == Numbering::One, "{groups:?}");
            let overlaps = raw.overlaps();
            let [overlap] = overlaps.as_slice() else { panic!("{overlaps:?}") };
            assert_eq!((overlap.shared, overlap.of), (20, 20));
            assert_eq!(overlap.taken_for, numbering);
            let graph = SubjectGraph::build(raw, &SubjectRule { authorities: groups }, &[]);
            assert_eq!(graph.len(), people);
            assert_eq!(graph.conflicts.iter().flatten().count(), conflicts);
        };
        let same = |n: i8| format!("POE{}, JANE", "X".repeat(n as usize));
        let other = |n: i8| format!("Bob Roe{}", "y".repeat(n as usize));
        // The names agree, or the births do: who has two sexes is a conflict.
        check(&two_sources(same, |n| date(1950, 1, n)), Numbering::One, 20, 10);
        check(&two_sources(other, |n| date(1950, 1, n)), Numbering::One, 20, 10);
        check(&two_sources(same, |n| date(1980, 2, n)), Numbering::One, 20, 20);
        // Nothing agrees: two numberings, and a person is told.
        check(&two_sources(other, |n| date(1980, 2, n)), Numbering::Two, 40, 0);
    }

    #[test]
    fn one_number_of_two_people_does_not_join_authorities() {
        let mut raw = RawGraph::default();
        for n in 1..20 {
            let id = n.to_string();
            add(&mut raw, &[("column:patient_id", &id)], Some(date(1950, 1, n)), None);
            add(&mut raw, &[("column:donor_id", &id)], Some(date(1980, 2, n)), None);
        }
        assert_eq!(raw.propose_authorities().len(), 2);
    }
}
