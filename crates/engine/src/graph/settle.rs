//! Decides who the patients are: identifiers of one authority are equal wherever they stand, and
//! who has two of one authority, two birth dates or two sexes is a conflict.

use std::collections::BTreeMap;

use anonymed_core::policy::SubjectRule;
use anonymed_core::{EntityType, FileNumber, PatientKey, Sex, SubjectId};
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::document::{DocumentKeys, Owner, assign_documents};
use super::{Contradiction, DOCUMENT, NOBODY, RawGraph, compatible, entity_of};

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

/// Union-find over the raw nodes, after the policy has named the authorities.
pub(super) struct Forest {
    parent: Vec<u32>,
}

impl Forest {
    fn of(raw: &RawGraph) -> Self {
        Self { parent: (0..raw.nodes.len() as u32).map(|n| raw.root(n)).collect() }
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
        // A server's own ids may be many for one person; only the hospital's numbers contradict.
        if !local {
            self.two_ids |= *self.ids.entry(name).or_insert(id) != id;
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
