//! Decides who the patients are: identifiers of one authority are equal wherever they stand, and
//! who has two of one authority, two birth dates or two sexes is a conflict.
//!
//! What is decided is kept as numbers beside the raw graph, which has the texts.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use anonymed_core::policy::SubjectRule;
use anonymed_core::{EntityType, FileNumber, Sex, SubjectId};
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use serde::{Deserialize, Serialize};

use super::document::{DocumentKeys, Owner, assign_documents};
use super::texts::TextAt;
use super::{Contradiction, DOCUMENT, NOBODY, RawGraph, compatible, entity_of};

/// Patients, decided.
pub struct SubjectGraph {
    /// Node of the canonical key of each subject.
    canonical: Vec<u32>,
    /// Sex where known.
    pub sexes: Vec<Option<Sex>>,
    /// Why a subject is a conflict, where it is one.
    pub conflicts: Vec<Option<Conflict>>,
    /// Subject of each raw node, [`NOBODY`] where it has none.
    subject_of: Vec<u32>,
    names: Names,
    /// Documents: their subject, a conflict, or nobody.
    pub documents: BTreeMap<FileNumber, DocumentOwner>,
    /// Dates by subject, as days since 1970-01-01.
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

/// How records disagree about a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// One person with two identifiers of one authority.
    Identifiers,
    /// One identifier with two birth dates.
    Births,
    /// One identifier with two sexes.
    Sexes,
}

impl Conflict {
    /// In words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Identifiers => "one person with two identifiers of one authority",
            Self::Births => "one identifier with two birth dates",
            Self::Sexes => "one identifier with two sexes",
        }
    }
}

impl SubjectGraph {
    /// Decides by the policy's authorities.
    pub fn build(raw: &RawGraph, rule: &SubjectRule, documents: &[DocumentKeys]) -> Self {
        let mut forest = Forest::of(raw);
        let (authority_of, ranks) = raw.named_authorities(rule);
        let mut names = Names::new(&authority_of, raw.nodes.len());
        for (number, node) in (0..).zip(&raw.nodes) {
            if authority_of[node.authority as usize] == DOCUMENT {
                continue;
            }
            let first = names.insert(raw, number);
            forest.union(first, number);
        }
        let owners = assign_documents(raw, &mut forest, &names, documents);
        forest.settle(raw, names, &ranks, owners)
    }

    /// Number of subjects.
    pub fn len(&self) -> usize {
        self.canonical.len()
    }

    /// Whether nobody was seen.
    pub fn is_empty(&self) -> bool {
        self.canonical.is_empty()
    }

    /// The canonical key of a subject: authority (of the policy) and identifier.
    pub fn key<'a>(&'a self, raw: &'a RawGraph, subject: SubjectId) -> Option<(&'a str, &'a str)> {
        let node = *self.canonical.get(subject.0 as usize)?;
        Some((self.names.of_node(raw, node), raw.id(node)))
    }

    /// All identifiers of subjects; the numbers that documents have here are nobody's.
    pub fn ids<'a>(&'a self, raw: &'a RawGraph) -> impl Iterator<Item = (&'a str, SubjectId)> {
        let own = raw.authorities.iter().position(|authority| authority == DOCUMENT);
        let subjects = (0..).zip(&self.subject_of).filter(move |(node, subject)| {
            **subject != NOBODY && own != Some(usize::from(raw.nodes[*node as usize].authority))
        });
        subjects.map(|(node, subject)| (raw.id(node), SubjectId(*subject)))
    }

    /// Known values, each with its subject; `None` for nobody's.
    pub fn known<'a>(
        &'a self,
        raw: &'a RawGraph,
    ) -> impl Iterator<Item = (Option<SubjectId>, EntityType, &'a str)> {
        raw.known.iter().map(|known| {
            let subject = self.subject_of.get(known.node as usize).copied();
            let subject = subject.filter(|subject| *subject != NOBODY).map(SubjectId);
            (subject, entity_of(known.entity), raw.value(known))
        })
    }
}

/// Which subject an identifier belongs to, by authority (of the policy) and id.
pub struct KeyIndex {
    raw: RawGraph,
    names: Names,
    subject_of: Vec<u32>,
}

impl KeyIndex {
    /// An index of what was decided of a raw graph; its known values are given up.
    pub fn new(mut raw: RawGraph, graph: SubjectGraph) -> Self {
        raw.forget_values();
        Self { raw, names: graph.names, subject_of: graph.subject_of }
    }

    /// Whose identifier this is.
    pub fn find(&self, authority: &str, id: &str) -> Option<SubjectId> {
        let node = self.names.find(&self.raw, authority, id)?;
        let subject = self.subject_of[node as usize];
        (subject != NOBODY).then_some(SubjectId(subject))
    }
}

/// Nodes by the authority that the policy has for them, and their identifier.
pub(super) struct Names {
    /// Authorities of the policy, distinct.
    names: Vec<String>,
    /// For each raw authority, which of them it is.
    name_of: Vec<u16>,
    nodes: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Names {
    fn new(authority_of: &[String], nodes: usize) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut name_of = Vec::with_capacity(authority_of.len());
        for name in authority_of {
            let at = names.iter().position(|n| n == name).unwrap_or_else(|| {
                names.push(name.clone());
                names.len() - 1
            });
            name_of.push(at as u16);
        }
        let nodes = HashTable::with_capacity(nodes);
        Self { names, name_of, nodes, hasher: DefaultHashBuilder::default() }
    }

    /// Adds a node, unless one of the same name and identifier is there; gives the first of them.
    fn insert(&mut self, raw: &RawGraph, number: u32) -> u32 {
        let Self { name_of, nodes, hasher, .. } = self;
        let key = |n: u32| {
            let node = &raw.nodes[n as usize];
            (name_of[node.authority as usize], raw.texts.get(node.id))
        };
        // Equal texts have equal places.
        let same = |n: &u32| {
            let (a, b) = (&raw.nodes[*n as usize], &raw.nodes[number as usize]);
            (name_of[a.authority as usize], a.id) == (name_of[b.authority as usize], b.id)
        };
        let hash = hasher.hash_one(key(number));
        let entry = nodes.entry(hash, same, |n| hasher.hash_one(key(*n)));
        *entry.or_insert(number).get()
    }

    /// The first node of a name and identifier.
    pub(super) fn find(&self, raw: &RawGraph, name: &str, id: &str) -> Option<u32> {
        let name = self.names.iter().position(|n| n == name)? as u16;
        let hash = self.hasher.hash_one((name, id));
        let same = |n: &u32| {
            let node = &raw.nodes[*n as usize];
            self.name_of[node.authority as usize] == name && raw.texts.get(node.id) == id
        };
        self.nodes.find(hash, same).copied()
    }

    pub(super) fn all(&self) -> &[String] {
        &self.names
    }

    /// The authority of the policy that a node is of.
    fn of_node(&self, raw: &RawGraph, node: u32) -> &str {
        &self.names[self.number(raw, node) as usize]
    }

    fn number(&self, raw: &RawGraph, node: u32) -> u16 {
        self.name_of[raw.nodes[node as usize].authority as usize]
    }
}

/// Union-find over the raw nodes, after the policy has named the authorities.
pub(super) struct Forest {
    parent: Vec<u32>,
}

impl Forest {
    fn of(raw: &RawGraph) -> Self {
        let mut parent: Vec<u32> = Vec::with_capacity(raw.nodes.len());
        for (number, node) in (0..).zip(&raw.nodes) {
            // A parent comes before its children.
            parent.push(if node.parent == number { number } else { parent[node.parent as usize] });
        }
        Self { parent }
    }

    pub(super) fn root(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            let up = self.parent[node as usize];
            self.parent[node as usize] = self.parent[up as usize];
            node = up;
        }
        node
    }

    pub(super) fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.parent[a.max(b) as usize] = a.min(b);
        }
    }

    fn settle(
        mut self,
        raw: &RawGraph,
        mut names: Names,
        ranks: &[usize],
        owners: BTreeMap<FileNumber, Owner>,
    ) -> SubjectGraph {
        let nodes = raw.nodes.len() as u32;
        let mut people = People::default();
        // Of each root.
        let mut number = vec![NOBODY; raw.nodes.len()];
        for node in 0..nodes {
            if names.of_node(raw, node) == DOCUMENT {
                continue;
            }
            let subject = &mut number[self.root(node) as usize];
            if *subject == NOBODY {
                *subject = people.next(node);
            }
            people.add(*subject, node, raw, &names, ranks);
        }
        let subject_of: Vec<u32> = (0..nodes).map(|n| number[self.root(n) as usize]).collect();
        drop((self, number));
        // The name of a document finds its patient as well.
        for node in 0..nodes {
            if subject_of[node as usize] != NOBODY && names.of_node(raw, node) == DOCUMENT {
                names.insert(raw, node);
            }
        }
        let subject = |node: u32| {
            let subject = subject_of[node as usize];
            (subject != NOBODY).then_some(SubjectId(subject))
        };
        let mut dates: Vec<(SubjectId, i32)> =
            raw.dates.iter().filter_map(|(node, day)| Some((subject(*node)?, *day))).collect();
        dates.sort_unstable();
        dates.dedup();
        let documents = owners
            .into_iter()
            .map(|(file, owner)| {
                let owner = match owner {
                    Owner::Node(node) => {
                        subject(node).map_or(DocumentOwner::Nobody, DocumentOwner::Subject)
                    }
                    Owner::Conflict => DocumentOwner::Conflict,
                    Owner::Nobody => DocumentOwner::Nobody,
                };
                (file, owner)
            })
            .collect();
        let conflicts = people.facts.iter().map(Facts::conflict).collect();
        let sexes = people.facts.iter().map(|facts| facts.sex).collect();
        let canonical = people.canonical;
        SubjectGraph { canonical, sexes, conflicts, subject_of, names, documents, dates }
    }
}

/// What is gathered of each subject while its nodes are gone through in order.
#[derive(Default)]
struct People {
    canonical: Vec<u32>,
    facts: Vec<Facts>,
    /// The first hospital's number of each subject, with its authority.
    first_ids: Vec<Option<(u16, TextAt)>>,
    /// Those of further authorities.
    other_ids: HashMap<(u32, u16), TextAt>,
}

#[derive(Default)]
struct Facts {
    two_ids: bool,
    birth: Option<(i16, i8, i8)>,
    sex: Option<Sex>,
    contradiction: Contradiction,
}

impl People {
    fn next(&mut self, node: u32) -> u32 {
        self.canonical.push(node);
        self.facts.push(Facts::default());
        self.first_ids.push(None);
        (self.canonical.len() - 1) as u32
    }

    fn add(&mut self, subject: u32, node: u32, raw: &RawGraph, names: &Names, ranks: &[usize]) {
        let known = &raw.nodes[node as usize];
        // A server's own ids may be many for one person; only the hospital's numbers contradict.
        if !raw.authorities[known.authority as usize].starts_with("fhir-") {
            let id = self.id(subject, names.number(raw, node), known.id);
            self.facts[subject as usize].two_ids |= id != known.id;
        }
        let best = &mut self.canonical[subject as usize];
        if *best != node && order(raw, names, ranks, node).lt(order(raw, names, ranks, *best)) {
            *best = node;
        }
        self.facts[subject as usize].add(known);
    }

    /// The identifier a subject has of an authority: this one, or an earlier.
    fn id(&mut self, subject: u32, name: u16, id: TextAt) -> TextAt {
        let first = self.first_ids[subject as usize].get_or_insert((name, id));
        match first {
            (first_name, first_id) if *first_name == name => *first_id,
            _ => *self.other_ids.entry((subject, name)).or_insert(id),
        }
    }
}

/// What decides which node gives a subject its key: the rank of its authority, then the texts of
/// authority and identifier with a slash between them.
fn order<'a>(
    raw: &'a RawGraph,
    names: &'a Names,
    ranks: &[usize],
    node: u32,
) -> impl Iterator<Item = u64> + 'a {
    let rank = ranks[raw.nodes[node as usize].authority as usize] as u64;
    let text = names.of_node(raw, node).bytes().chain(*b"/").chain(raw.id(node).bytes());
    std::iter::once(rank).chain(text.map(u64::from))
}

impl Facts {
    fn add(&mut self, node: &super::Node) {
        match (self.birth, node.birth) {
            (None, birth) => self.birth = birth,
            (Some(a), Some(b)) if !compatible(a, b) => self.contradiction.birth = true,
            _ => {}
        }
        match (self.sex, node.sex) {
            (None, sex) => self.sex = sex,
            (Some(a), Some(b)) if a != b => self.contradiction.sex = true,
            _ => {}
        }
        self.contradiction.birth |= node.contradiction.birth;
        self.contradiction.sex |= node.contradiction.sex;
    }

    fn conflict(&self) -> Option<Conflict> {
        if self.two_ids {
            Some(Conflict::Identifiers)
        } else if self.contradiction.birth {
            Some(Conflict::Births)
        } else if self.contradiction.sex {
            Some(Conflict::Sexes)
        } else {
            None
        }
    }
}
