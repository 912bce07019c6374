//! The subject graph: which identifier in which file is which patient.
//!
//! A scan writes down what records say ([`RawGraph`]): these identifiers are one person, who has
//! these names, this birth date. Nothing is decided there. [`SubjectGraph::build`] decides, by the
//! policy's authorities: identifiers of one authority are equal wherever they stand, a document
//! belongs to the one patient its identifiers point to, and a person with two record numbers of
//! one authority, two birth dates or two sexes is a conflict, quarantined and never guessed.

use std::collections::BTreeMap;

use anonymed_core::policy::SubjectRule;
use anonymed_core::sensitive::masked_shape;
use anonymed_core::{
    EntityType, FileNumber, PartialDate, PatientKey, Sensitive, Sex, SubjectId, SubjectMention,
    normalise,
};
use hashbrown::{HashMap, HashSet};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

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

    /// Proposes which raw authorities are one: those that share most of their identifiers and do
    /// not contradict each other about birth and sex. The largest group comes first.
    pub fn propose_authorities(&self) -> Vec<(String, Vec<String>)> {
        let mut by_authority: Vec<HashMap<&str, u32>> =
            vec![HashMap::new(); self.authorities.len()];
        for ((authority, id), node) in &self.keys {
            by_authority[*authority as usize].insert(id, *node);
        }
        let mut order: Vec<usize> =
            (0..self.authorities.len()).filter(|a| self.authorities[*a] != DOCUMENT).collect();
        order.sort_by_key(|a| {
            (rank(&self.authorities[*a]), std::cmp::Reverse(by_authority[*a].len()), *a)
        });
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for authority in order {
            let joined = groups.iter().position(|group| {
                group.iter().any(|other| self.same(&by_authority[authority], &by_authority[*other]))
            });
            match joined {
                Some(group) => groups[group].push(authority),
                None => groups.push(vec![authority]),
            }
        }
        let mut names: Vec<String> = Vec::new();
        groups
            .into_iter()
            .map(|group| {
                let raws: Vec<String> =
                    group.iter().map(|a| self.authorities[*a].clone()).collect();
                let mut name = short_name(&raws[0]);
                while names.contains(&name) {
                    name.push_str("-2");
                }
                names.push(name.clone());
                (name, raws)
            })
            .collect()
    }

    fn same(&self, a: &HashMap<&str, u32>, b: &HashMap<&str, u32>) -> bool {
        let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let mut shared = 0usize;
        let mut against = 0usize;
        for (id, node) in small {
            if let Some(other) = large.get(id) {
                shared += 1;
                let (x, y) = (self.root(*node) as usize, self.root(*other) as usize);
                let (x, y) = (&self.nodes[x], &self.nodes[y]);
                let births = matches!((x.birth, y.birth), (Some(p), Some(q)) if !compatible(p, q));
                let sexes = matches!((x.sex, y.sex), (Some(p), Some(q)) if p != q);
                against += usize::from(births || sexes);
            }
        }
        shared > 0 && shared * 2 >= small.len() && against * 10 <= shared
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

/// A document that is about one patient, as the scan saw it.
#[derive(Debug, Clone)]
pub struct DocumentKeys {
    /// Which file.
    pub file: FileNumber,
    /// Parts of its name that may be an identifier.
    pub name_tokens: Vec<Sensitive<String>>,
    /// Numbers in its text that may be one; asked only where nothing else names its patient.
    pub numbers: Vec<Sensitive<String>>,
}

/// Patients, decided.
pub struct SubjectGraph {
    /// Canonical key of each subject.
    pub keys: Vec<PatientKey>,
    /// Sex where known.
    pub sexes: Vec<Option<Sex>>,
    /// Why a subject is a conflict, where it is one.
    pub conflicts: Vec<Option<&'static str>>,
    /// Which subject an identifier belongs to, by authority (of the policy) and id.
    pub index: HashMap<(Box<str>, Box<str>), SubjectId>,
    /// Documents: their subject, a conflict, or nobody.
    pub documents: BTreeMap<FileNumber, DocumentOwner>,
    /// Known values by subject, `None` for nobody's.
    known: Vec<(Option<SubjectId>, EntityType, u32, u16)>,
    /// Dates by subject, as days since 0000-03-01 counted by jiff.
    pub dates: Vec<(SubjectId, i32)>,
}

/// Whose a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentOwner {
    /// One patient.
    Subject(SubjectId),
    /// Its identifiers point to more than one.
    Conflict,
    /// Nobody known.
    Nobody,
}

impl SubjectGraph {
    /// Decides by the policy's authorities.
    pub fn build(raw: &RawGraph, rule: &SubjectRule, documents: &[DocumentKeys]) -> Self {
        let mut forest = Forest::of(raw);
        let (authority_of, ranks) = raw.named_authorities(rule);
        let mut index: HashMap<(&str, &str), u32> = HashMap::with_capacity(raw.keys.len());
        let mut keys: Vec<(u32, u16, &str)> =
            raw.keys.iter().map(|((a, id), n)| (*n, *a, id.as_ref())).collect();
        keys.sort_unstable_by_key(|(n, ..)| *n);
        for (node, authority, id) in &keys {
            let name = authority_of[*authority as usize].as_str();
            if name == DOCUMENT {
                continue;
            }
            match index.entry((name, id)) {
                hashbrown::hash_map::Entry::Occupied(first) => forest.union(*first.get(), *node),
                hashbrown::hash_map::Entry::Vacant(slot) => {
                    slot.insert(*node);
                }
            }
        }
        let owners = assign_documents(raw, &mut forest, &index, &keys, &authority_of, documents);
        forest.settle(raw, &keys, &authority_of, &ranks, owners)
    }

    /// Number of subjects.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether nobody was seen.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Known values, each with its subject.
    pub fn known<'a>(
        &'a self,
        raw: &'a RawGraph,
    ) -> impl Iterator<Item = (Option<SubjectId>, EntityType, &'a str)> {
        self.known.iter().map(|(subject, entity, at, len)| {
            let start = *at as usize;
            (*subject, *entity, raw.text.get(start..start + *len as usize).unwrap_or_default())
        })
    }
}

impl RawGraph {
    fn named_authorities(&self, rule: &SubjectRule) -> (Vec<String>, Vec<usize>) {
        self.authorities
            .iter()
            .map(|raw| match rule.authority_of(raw) {
                Some((rank, name)) => (name.to_owned(), rank),
                None => (raw.clone(), usize::MAX),
            })
            .unzip()
    }
}

/// Union-find over the raw nodes, after the policy has named the authorities.
struct Forest {
    parent: Vec<u32>,
}

impl Forest {
    fn of(raw: &RawGraph) -> Self {
        Self { parent: (0..raw.nodes.len() as u32).map(|n| raw.root(n)).collect() }
    }

    fn root(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            let up = self.parent[node as usize];
            self.parent[node as usize] = self.parent[up as usize];
            node = up;
        }
        node
    }

    fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.parent[a.max(b) as usize] = a.min(b);
        }
    }

    fn settle(
        mut self,
        raw: &RawGraph,
        keys: &[(u32, u16, &str)],
        authority_of: &[String],
        ranks: &[usize],
        owners: BTreeMap<FileNumber, Owner>,
    ) -> SubjectGraph {
        let mut number: HashMap<u32, u32> = HashMap::new();
        let mut parts: Vec<Component<'_>> = Vec::new();
        for (node, authority, id) in keys {
            if authority_of[*authority as usize] == DOCUMENT {
                continue;
            }
            let root = self.root(*node);
            let subject = *number.entry(root).or_insert_with(|| {
                parts.push(Component::default());
                (parts.len() - 1) as u32
            });
            parts[subject as usize].add(raw, *node, *authority, id, authority_of, ranks);
        }
        let subject_of: Vec<Option<SubjectId>> = (0..raw.nodes.len() as u32)
            .map(|n| number.get(&self.root(n)).map(|s| SubjectId(*s)))
            .collect();
        let mut index = HashMap::with_capacity(keys.len());
        for (node, authority, id) in keys {
            if let Some(subject) = subject_of[*node as usize] {
                let name: Box<str> = authority_of[*authority as usize].as_str().into();
                index.insert((name, Box::<str>::from(*id)), subject);
            }
        }
        let known = raw
            .known
            .iter()
            .map(|k| {
                let subject = if k.node == NOBODY { None } else { subject_of[k.node as usize] };
                (subject, entity_of(k.entity), k.at, k.len)
            })
            .collect();
        let mut dates: Vec<(SubjectId, i32)> = raw
            .dates
            .iter()
            .filter_map(|(node, day)| Some((subject_of[*node as usize]?, *day)))
            .collect();
        dates.sort_unstable();
        dates.dedup();
        let documents = owners
            .into_iter()
            .map(|(file, owner)| {
                let owner = match owner {
                    Owner::Node(node) => subject_of[node as usize]
                        .map_or(DocumentOwner::Nobody, DocumentOwner::Subject),
                    Owner::Conflict => DocumentOwner::Conflict,
                    Owner::Nobody => DocumentOwner::Nobody,
                };
                (file, owner)
            })
            .collect();
        SubjectGraph {
            conflicts: parts.iter().map(Component::conflict).collect(),
            sexes: parts.iter().map(|p| p.sex).collect(),
            keys: parts.into_iter().filter_map(|p| p.canonical.map(|(_, key)| key)).collect(),
            index,
            documents,
            known,
            dates,
        }
    }
}

#[derive(Default)]
struct Component<'a> {
    canonical: Option<((usize, String), PatientKey)>,
    ids: BTreeMap<&'a str, &'a str>,
    two_ids: bool,
    birth: Option<(i16, i8, i8)>,
    sex: Option<Sex>,
    contradiction: Contradiction,
}

impl<'a> Component<'a> {
    fn add(
        &mut self,
        raw: &RawGraph,
        node: u32,
        authority: u16,
        id: &'a str,
        authority_of: &'a [String],
        ranks: &[usize],
    ) {
        let name = authority_of[authority as usize].as_str();
        let local = raw.authorities[authority as usize].starts_with("fhir-");
        match self.ids.get(name) {
            Some(other) if *other != id && !local => self.two_ids = true,
            Some(_) => {}
            None => {
                self.ids.insert(name, id);
            }
        }
        let order = (ranks[authority as usize], format!("{name}/{id}"));
        if self.canonical.as_ref().is_none_or(|(best, _)| order < *best)
            && let Some(key) = PatientKey::new(name, id)
        {
            self.canonical = Some((order, key));
        }
        let facts = &raw.nodes[node as usize];
        match (self.birth, facts.birth) {
            (None, birth) => self.birth = birth,
            (Some(a), Some(b)) if !compatible(a, b) => self.contradiction.birth = true,
            _ => {}
        }
        match (self.sex, facts.sex) {
            (None, sex) => self.sex = sex,
            (Some(a), Some(b)) if a != b => self.contradiction.sex = true,
            _ => {}
        }
        self.contradiction.birth |= facts.contradiction.birth;
        self.contradiction.sex |= facts.contradiction.sex;
    }

    fn conflict(&self) -> Option<&'static str> {
        if self.two_ids {
            Some("one person with two identifiers of one authority")
        } else if self.contradiction.birth {
            Some("one identifier with two birth dates")
        } else if self.contradiction.sex {
            Some("one identifier with two sexes")
        } else {
            None
        }
    }
}

#[derive(Clone, Copy)]
enum Owner {
    Node(u32),
    Conflict,
    Nobody,
}

/// Finds the patient of each document: by the identifiers in it and in its name, and where there
/// are none by full name and birth date together. A number that only this document knows does not
/// stand against one the tables know, unless both have the same shape.
fn assign_documents<'a>(
    raw: &'a RawGraph,
    forest: &mut Forest,
    index: &HashMap<(&'a str, &'a str), u32>,
    keys: &[(u32, u16, &'a str)],
    authority_of: &'a [String],
    documents: &[DocumentKeys],
) -> BTreeMap<FileNumber, Owner> {
    let structured: HashSet<u32> = keys
        .iter()
        .filter(|(_, a, _)| {
            let raw_name = raw.authorities[*a as usize].as_str();
            raw_name != DOCUMENT && !raw_name.starts_with("note:")
        })
        .map(|(node, ..)| *node)
        .collect();
    let structured: HashSet<u32> = structured.into_iter().map(|n| forest.root(n)).collect();
    let names: Vec<&str> = {
        let mut names: Vec<&str> = authority_of.iter().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|n| *n != DOCUMENT && *n != "fhir-uuid");
        names
    };
    let people = PeopleByName::of(raw, forest);
    let own: HashMap<&str, u32> = keys
        .iter()
        .filter(|(_, a, _)| raw.authorities[*a as usize] == DOCUMENT)
        .map(|(node, _, id)| (*id, *node))
        .collect();
    let ids: HashMap<u32, &str> = keys.iter().map(|(node, _, id)| (*node, *id)).collect();
    let mut linked: HashMap<u32, Vec<u32>> = HashMap::new();
    for (document, node) in &raw.links {
        linked.entry(*document).or_default().push(*node);
    }
    let mut owners = BTreeMap::new();
    for document in documents {
        let Some(own) = own.get(document.file.0.to_string().as_str()).copied() else {
            owners.insert(document.file, Owner::Nobody);
            continue;
        };
        let mut candidates: Vec<(u32, String)> = Vec::new();
        let own_root = raw.root(own);
        for node in linked.get(&own).into_iter().flatten() {
            let shape = ids.get(node).map(|id| masked_shape(id)).unwrap_or_default();
            candidates.push((forest.root(*node), shape));
        }
        for token in &document.name_tokens {
            for name in &names {
                let token = token.expose().as_str();
                if let Some(node) = index.get(&(*name, token)) {
                    candidates.push((forest.root(*node), masked_shape(token)));
                }
            }
        }
        let mut owner = choose(candidates, &structured, || people.find(raw, own_root));
        if matches!(owner, Owner::Nobody) {
            let mentioned = document.numbers.iter().flat_map(|number| {
                names.iter().filter_map(|name| index.get(&(*name, number.expose().as_str())))
            });
            let mut roots: Vec<u32> = mentioned.map(|node| forest.root(*node)).collect();
            roots.retain(|root| structured.contains(root));
            roots.sort_unstable();
            roots.dedup();
            owner = match roots.as_slice() {
                [] => Owner::Nobody,
                [one] => Owner::Node(*one),
                _ => Owner::Conflict,
            };
        }
        owners.insert(document.file, owner);
    }
    for (file, owner) in &owners {
        if let Owner::Node(node) = owner
            && let Some(own) = own.get(file.0.to_string().as_str())
        {
            forest.union(*node, *own);
        }
    }
    owners
}

fn choose(
    mut candidates: Vec<(u32, String)>,
    structured: &HashSet<u32>,
    by_name: impl FnOnce() -> Option<u32>,
) -> Owner {
    candidates.sort();
    candidates.dedup();
    let firm: Vec<&(u32, String)> =
        candidates.iter().filter(|(root, _)| structured.contains(root)).collect();
    let distinct = |list: &[&(u32, String)]| {
        let mut roots: Vec<u32> = list.iter().map(|(r, _)| *r).collect();
        roots.dedup();
        roots
    };
    match distinct(&firm).as_slice() {
        [one] => {
            let rivals = candidates.iter().any(|(root, shape)| {
                root != one && firm.iter().any(|(_, firm_shape)| firm_shape == shape)
            });
            if rivals { Owner::Conflict } else { Owner::Node(*one) }
        }
        [] => {
            let all: Vec<&(u32, String)> = candidates.iter().collect();
            match (distinct(&all).as_slice(), by_name()) {
                (_, Some(named)) => Owner::Node(named),
                ([one], None) => Owner::Node(*one),
                ([], None) => Owner::Nobody,
                (_, None) => Owner::Conflict,
            }
        }
        _ => Owner::Conflict,
    }
}

/// Words of a full name in order of the alphabet, and the birth date.
type NameAndBirth = (String, (i16, i8, i8));

/// Patients by full name and birth date, for documents that carry no number.
struct PeopleByName {
    by_name: HashMap<NameAndBirth, Option<u32>>,
    in_documents: HashMap<u32, Vec<String>>,
}

impl PeopleByName {
    fn of(raw: &RawGraph, forest: &mut Forest) -> Self {
        let mut by_name: HashMap<_, Option<u32>> = HashMap::new();
        let mut in_documents: HashMap<u32, Vec<String>> = HashMap::new();
        let document = raw.authorities.iter().position(|a| a == DOCUMENT);
        for known in raw.known.iter().filter(|k| k.node != NOBODY) {
            if entity_of(known.entity) != EntityType::Patient {
                continue;
            }
            let own = raw.root(known.node);
            let node = &raw.nodes[own as usize];
            let name = sorted_words(raw.value(known));
            if document == Some(node.authority as usize) {
                in_documents.entry(own).or_default().push(name);
                continue;
            }
            let (Some(birth), true) = (node.birth, name.contains(' ')) else { continue };
            let root = forest.root(known.node);
            by_name
                .entry((name, birth))
                .and_modify(|found| {
                    if *found != Some(root) {
                        *found = None;
                    }
                })
                .or_insert(Some(root));
        }
        Self { by_name, in_documents }
    }

    fn find(&self, raw: &RawGraph, own: u32) -> Option<u32> {
        let birth = raw.nodes[own as usize].birth?;
        self.in_documents
            .get(&own)?
            .iter()
            .find_map(|name| self.by_name.get(&(name.clone(), birth)).copied().flatten())
    }
}

fn sorted_words(name: &str) -> String {
    let words = normalise::words(name);
    let mut parts: Vec<&str> = words.split(' ').filter(|w| w.len() > 1).collect();
    parts.sort_unstable();
    parts.join(" ")
}

/// Record numbers lead, FHIR's own ids and what notes say follow.
fn rank(raw: &str) -> u8 {
    match raw {
        _ if raw.starts_with("column:") => 0,
        _ if raw.starts_with("fhir:") => 1,
        "fhir-id" => 2,
        _ if raw.starts_with("note:") => 4,
        _ => 3,
    }
}

fn short_name(raw: &str) -> String {
    let tail = raw.rsplit([':', '/']).next().unwrap_or(raw);
    let name: String = tail
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    if name.is_empty() { "patient".into() } else { name }
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
    use anonymed_core::KnownIdentifier;
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
