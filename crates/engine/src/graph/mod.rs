//! The subject graph: which identifier in which file is which patient.
//!
//! A scan writes down what records say ([`RawGraph`]): these identifiers are one person, who has
//! these names, this birth date. Nothing is decided there. [`SubjectGraph::build`] decides, by the
//! policy's authorities: identifiers of one authority are equal wherever they stand, a document
//! belongs to the one patient its identifiers point to, and a person with two record numbers of
//! one authority, two birth dates or two sexes is a conflict, quarantined and never guessed.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, Hasher};
use std::io::{Read, Write};

use anonymed_core::{EntityType, FileNumber, PartialDate, PatientKey, Sex, SubjectMention};
use hashbrown::{DefaultHashBuilder, HashTable};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

mod authority;
mod document;
mod settle;
mod texts;

pub use authority::{Numbering, Overlap};
pub use document::DocumentKeys;
pub use settle::{Conflict, DocumentOwner, KeyIndex, SubjectGraph};
use texts::{TextAt, Texts};

/// The raw authority of a document that is about one patient.
pub const DOCUMENT: &str = "document";

/// What records said about people, before anything is decided.
///
/// Every text stands once in one string, and nodes and values are a few numbers each: a million
/// patients with three values each take 75 MB, and 50 MB more while records are read.
#[derive(Default)]
pub struct RawGraph {
    authorities: Vec<String>,
    texts: Texts,
    nodes: Vec<Node>,
    known: Vec<Known>,
    dates: Vec<(u32, i32)>,
    /// Documents and the identifiers they name: a hint, not a union, since a note may name two.
    links: Vec<(u32, u32)>,
    latest: Option<Date>,
    reading: Reading,
}

/// What is needed while records are taken in, and empty afterwards.
#[derive(Default)]
struct Reading {
    /// Nodes by authority and identifier.
    keys: HashTable<u32>,
    /// Known values by node, type and text.
    seen: HashTable<u32>,
    /// By node, the hash of what a record said of it last: a table says the same in every row.
    told: Vec<u64>,
    /// Dates from which on the next ones are sorted in.
    dates_settled: usize,
    hasher: DefaultHashBuilder,
    words: foldhash::quality::RandomState,
}

#[derive(Clone, Serialize, Deserialize)]
struct Node {
    id: TextAt,
    parent: u32,
    authority: u16,
    birth: Option<(i16, i8, i8)>,
    sex: Option<Sex>,
    contradiction: Contradiction,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Contradiction {
    birth: bool,
    sex: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Known {
    node: u32,
    text: TextAt,
    entity: u8,
}

/// A known value that belongs to no patient (a doctor, an organization).
const NOBODY: u32 = u32::MAX;

/// The longest known value that is kept, in bytes.
const KNOWN_LONGEST: usize = u16::MAX as usize;

#[derive(Serialize)]
struct Stored<'a> {
    authorities: &'a [String],
    texts: &'a str,
    nodes: &'a [Node],
    known: &'a [Known],
    dates: &'a [(u32, i32)],
    links: &'a [(u32, u32)],
    latest: Option<(i16, i8, i8)>,
}

#[derive(Deserialize)]
struct Loaded {
    authorities: Vec<String>,
    texts: String,
    nodes: Vec<Node>,
    known: Vec<Known>,
    dates: Vec<(u32, i32)>,
    links: Vec<(u32, u32)>,
    latest: Option<(i16, i8, i8)>,
}

impl Loaded {
    /// Whether every number points at something, and every node at itself or an earlier one.
    fn fits_together(&self) -> bool {
        let nodes = self.nodes.len() as u32;
        let roots = (0..nodes).zip(&self.nodes).all(|(n, node)| node.parent <= n);
        let named = self.nodes.iter().all(|n| (n.authority as usize) < self.authorities.len());
        roots
            && named
            && self.known.iter().all(|k| k.node < nodes || k.node == NOBODY)
            && self.dates.iter().all(|(node, _)| *node < nodes)
            && self.links.iter().all(|(d, k)| *d < nodes && *k < nodes)
    }
}

impl RawGraph {
    /// Writes down one record's word. Dates are kept where `keep_dates` says (documents and FHIR;
    /// a table's dates are compared at their own place instead).
    pub fn mention(&mut self, mention: &SubjectMention, keep_dates: KeepDates) {
        for date in &mention.dates {
            self.latest = self.latest.max(Some(*date));
        }
        let Some(first) = mention.keys.first() else {
            for known in &mention.known {
                self.know(NOBODY, known.entity, known.value.expose());
            }
            return;
        };
        let first = self.node(first);
        let told = self.reading.hash_of(mention);
        if self.reading.told[first as usize] != told {
            self.tell(first, mention);
            self.reading.told[first as usize] = told;
        }
        if keep_dates == KeepDates::Yes {
            for date in mention.dates.iter().copied().chain(mention.birth.and_then(day)) {
                self.date(first, days(date));
            }
        }
    }

    /// Takes a record's keys, values and facts; to do so again changes nothing.
    fn tell(&mut self, first: u32, mention: &SubjectMention) {
        // All nodes first: their numbers are in the order of the keys.
        let rest: Vec<u32> = mention.keys[1..].iter().map(|key| self.node(key)).collect();
        for node in rest {
            self.union(first, node);
        }
        let root = self.root(first);
        for known in &mention.known {
            // A doctor or an organization beside many patients is nobody's own.
            let node = if known.entity.is_person() && known.entity != EntityType::Patient {
                if known.entity == EntityType::Relative { first } else { NOBODY }
            } else {
                first
            };
            self.know(node, known.entity, known.value.expose());
        }
        self.fact(root, mention.birth.map(parts), mention.sex);
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
        if value.is_empty() || value.len() > KNOWN_LONGEST {
            return;
        }
        let known = Known { node, text: self.texts.place(value), entity: entity_code(entity) };
        let Self { reading: Reading { seen, hasher, .. }, known: all, .. } = self;
        let hash = hasher.hash_one(known);
        if seen.find(hash, |n| all[*n as usize] == known).is_none() {
            let number = all.len() as u32;
            all.push(known);
            seen.insert_unique(hash, number, |n| hasher.hash_one(all[*n as usize]));
        }
    }

    fn date(&mut self, node: u32, day: i32) {
        self.dates.push((node, day));
        if self.dates.len() > 2 * self.reading.dates_settled + (1 << 16) {
            self.settle_dates();
        }
    }

    fn settle_dates(&mut self) {
        self.dates.sort_unstable();
        self.dates.dedup();
        self.reading.dates_settled = self.dates.len();
    }

    fn node(&mut self, key: &PatientKey) -> u32 {
        let authority = self.authority(key.authority());
        self.node_of(authority, key.id().expose())
    }

    fn node_of(&mut self, authority: u16, id: &str) -> u32 {
        let id = self.texts.place(id);
        let Self { reading: Reading { keys, told, hasher, .. }, nodes, .. } = self;
        let hash = hasher.hash_one((authority, id));
        let same = |n: &u32| {
            let node = &nodes[*n as usize];
            (node.authority, node.id) == (authority, id)
        };
        if let Some(node) = keys.find(hash, same) {
            return *node;
        }
        let number = nodes.len() as u32;
        let (birth, sex, contradiction) = (None, None, Contradiction::default());
        nodes.push(Node { id, parent: number, authority, birth, sex, contradiction });
        told.push(0);
        keys.insert_unique(hash, number, |n| {
            let node = &nodes[*n as usize];
            hasher.hash_one((node.authority, node.id))
        });
        number
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
    pub fn absorb(&mut self, other: Self) {
        if self.nodes.is_empty() && self.known.is_empty() {
            let latest = self.latest.max(other.latest);
            *self = Self { latest, ..other };
            return;
        }
        let mut map = Vec::with_capacity(other.nodes.len());
        for node in &other.nodes {
            let authority = self.authority(&other.authorities[node.authority as usize]);
            map.push(self.node_of(authority, other.texts.get(node.id)));
        }
        for (number, mine) in map.iter().enumerate() {
            let root = map[other.root(number as u32) as usize];
            self.union(root, *mine);
            let Node { birth, sex, contradiction, .. } = other.nodes[number].clone();
            let root = self.root(*mine);
            self.fact(root, birth, sex);
            let into = &mut self.nodes[root as usize].contradiction;
            into.birth |= contradiction.birth;
            into.sex |= contradiction.sex;
        }
        for known in &other.known {
            let node = if known.node == NOBODY { NOBODY } else { map[known.node as usize] };
            self.know(node, entity_of(known.entity), other.texts.get(known.text));
        }
        for (node, day) in &other.dates {
            self.date(map[*node as usize], *day);
        }
        self.links.extend(other.links.iter().map(|(d, k)| (map[*d as usize], map[*k as usize])));
        self.latest = self.latest.max(other.latest);
    }

    /// Ends the taking in of records: gives up the tables that only that needs.
    pub fn settle(&mut self) {
        self.settle_dates();
        self.texts.settle();
        self.reading = Reading::default();
        self.nodes.shrink_to_fit();
        self.known.shrink_to_fit();
    }

    /// Gives up the known values and dates; identifiers and authorities stay.
    pub fn forget_values(&mut self) {
        self.known = Vec::new();
        self.dates = Vec::new();
        self.links = Vec::new();
    }

    fn id(&self, node: u32) -> &str {
        self.texts.get(self.nodes[node as usize].id)
    }

    fn value(&self, known: &Known) -> &str {
        self.texts.get(known.text)
    }

    /// The latest date any record gave.
    pub fn latest(&self) -> Option<Date> {
        self.latest
    }

    /// Raw authorities, with how many identifiers each gave.
    pub fn authorities(&self) -> BTreeMap<&str, u64> {
        let mut counts = vec![0; self.authorities.len()];
        self.nodes.iter().for_each(|node| counts[node.authority as usize] += 1);
        self.authorities.iter().map(String::as_str).zip(counts).collect()
    }

    /// Writes a settled graph; the caller seals the bytes.
    ///
    /// # Errors
    ///
    /// A message without a value, also where identifiers were too many to be held.
    pub fn write(&self, mut out: impl Write) -> Result<(), String> {
        if self.texts.is_full() {
            return Err("the identifiers of this input are over the limit of 4 GiB".into());
        }
        let stored = Stored {
            authorities: &self.authorities,
            texts: self.texts.as_str(),
            nodes: &self.nodes,
            known: &self.known,
            dates: &self.dates,
            links: &self.links,
            latest: self.latest.map(|d| (d.year(), d.month(), d.day())),
        };
        let texts = self.authorities.iter().map(String::len).sum::<usize>() + stored.texts.len();
        out.write_all(&(texts as u64).to_le_bytes()).map_err(|e| e.kind().to_string())?;
        postcard::to_io(&stored, out).map(|_| ()).map_err(|e| e.to_string())
    }

    /// Reads what [`RawGraph::write`] wrote: `length` bytes at most. A graph that was read takes no
    /// more records.
    ///
    /// # Errors
    ///
    /// A message without a value.
    pub fn read(mut from: impl Read, length: u64) -> Result<Self, String> {
        let broken = || String::from("the subject graph does not fit together");
        let mut texts = [0; 8];
        from.read_exact(&mut texts).map_err(|e| e.kind().to_string())?;
        let texts = u64::from_le_bytes(texts);
        if texts > length {
            return Err(broken());
        }
        // The reader copies every text through this; of the rest it needs a few bytes.
        let mut scratch = Zeroizing::new(vec![0; texts as usize + 64]);
        let (loaded, _): (Loaded, _) =
            postcard::from_io((from, &mut scratch[..])).map_err(|e| e.to_string())?;
        if !loaded.fits_together() {
            return Err(broken());
        }
        Ok(Self {
            authorities: loaded.authorities,
            texts: Texts::of(loaded.texts),
            nodes: loaded.nodes,
            known: loaded.known,
            dates: loaded.dates,
            links: loaded.links,
            latest: loaded.latest.and_then(|(y, m, d)| Date::new(y, m, d).ok()),
            reading: Reading::default(),
        })
    }
}

impl Reading {
    /// The hash of what a record says but for its dates; never 0.
    fn hash_of(&self, mention: &SubjectMention) -> u64 {
        let mut hasher = self.words.build_hasher();
        mention.keys.len().hash(&mut hasher);
        for key in &mention.keys {
            (key.authority(), key.id().expose()).hash(&mut hasher);
        }
        for known in &mention.known {
            (entity_code(known.entity), known.value.expose()).hash(&mut hasher);
        }
        (mention.birth.map(parts), mention.sex.map(|sex| sex as u8)).hash(&mut hasher);
        hasher.finish() | 1
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
        for part in [tables, fhir, notes] {
            raw.absorb(part);
        }
        raw.settle();
        let mut bytes = Vec::new();
        raw.write(&mut bytes).unwrap();
        let raw = RawGraph::read(&bytes[..], bytes.len() as u64).unwrap();
        let documents = [7, 8, 9, 10, 11, 12].map(|n| DocumentKeys {
            file: FileNumber(n),
            name_tokens: if n == 9 { vec!["M002".into()] } else { vec![] },
            numbers: if n == 12 { vec!["00000".into(), "M002".into()] } else { vec![] },
        });
        let graph = SubjectGraph::build(&raw, &rule(), &documents);
        assert_eq!(graph.len(), 2);
        assert_eq!(graph.key(&raw, SubjectId(0)), Some(("mrn", "M001")));
        assert_eq!(graph.conflicts, [None, None]);
        assert_eq!(graph.documents[&FileNumber(7)], DocumentOwner::Subject(SubjectId(0)));
        assert_eq!(graph.documents[&FileNumber(8)], DocumentOwner::Subject(SubjectId(0)));
        assert_eq!(graph.documents[&FileNumber(9)], DocumentOwner::Subject(SubjectId(1)));
        assert_eq!(graph.documents[&FileNumber(10)], DocumentOwner::Nobody);
        // The running numbers of the documents are nobody's identifiers.
        let ids: Vec<&str> = graph.ids(&raw).map(|(id, _)| id).collect();
        assert!(ids.contains(&"M001") && !ids.contains(&"7"), "{ids:?}");
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
        let index = KeyIndex::new(raw, graph);
        assert!(index.find("mrn", "B1").is_some());
        assert_eq!(index.find("mrn", "B1"), index.find("mrn", "B2"));
        assert_ne!(index.find("mrn", "B1"), index.find("mrn", "C1"));
        assert_eq!(index.find("mrn", "C2"), None);
        assert_eq!(index.find("fhir:urn:mrn", "C1"), None);
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
