//! Whose a document is: by the identifiers in it and in its name, or by full name and birth date.

use std::collections::BTreeMap;

use anonymed_core::sensitive::masked_shape;
use anonymed_core::{EntityType, FileNumber, Sensitive, normalise};
use hashbrown::{HashMap, HashSet};

use super::settle::{Forest, Names};
use super::{DOCUMENT, NOBODY, RawGraph, entity_of};

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

#[derive(Clone, Copy)]
pub(super) enum Owner {
    Node(u32),
    Conflict,
    Nobody,
}

/// Finds the patient of each document: by the identifiers in it and in its name, and where there
/// are none by full name and birth date together. A number that only this document knows does not
/// stand against one the tables know, unless both have the same shape.
pub(super) fn assign_documents(
    raw: &RawGraph,
    forest: &mut Forest,
    index: &Names,
    documents: &[DocumentKeys],
) -> BTreeMap<FileNumber, Owner> {
    let mut owners = BTreeMap::new();
    if documents.is_empty() {
        return owners;
    }
    let structured = structured(raw, forest);
    let names: Vec<&str> = {
        let mut names: Vec<&str> = index.all().iter().map(String::as_str).collect();
        names.sort_unstable();
        names.retain(|n| *n != DOCUMENT && *n != "fhir-uuid");
        names
    };
    let people = PeopleByName::of(raw, forest);
    let own: HashMap<&str, u32> = (0..)
        .zip(&raw.nodes)
        .filter(|(_, node)| raw.authorities[node.authority as usize] == DOCUMENT)
        .map(|(number, node)| (raw.texts.get(node.id), number))
        .collect();
    let mut linked: HashMap<u32, Vec<u32>> = HashMap::new();
    for (document, node) in &raw.links {
        linked.entry(*document).or_default().push(*node);
    }
    for document in documents {
        let Some(own) = own.get(document.file.0.to_string().as_str()).copied() else {
            owners.insert(document.file, Owner::Nobody);
            continue;
        };
        let mut candidates: Vec<(u32, String)> = Vec::new();
        let own_root = raw.root(own);
        for node in linked.get(&own).into_iter().flatten() {
            candidates.push((forest.root(*node), masked_shape(raw.id(*node))));
        }
        for token in &document.name_tokens {
            for name in &names {
                let token = token.expose().as_str();
                if let Some(node) = index.find(raw, name, token) {
                    candidates.push((forest.root(node), masked_shape(token)));
                }
            }
        }
        let mut owner = choose(candidates, &structured, || people.find(raw, own_root));
        if matches!(owner, Owner::Nobody) {
            let mentioned = document.numbers.iter().flat_map(|number| {
                names.iter().filter_map(|name| index.find(raw, name, number.expose()))
            });
            let mut roots: Vec<u32> = mentioned.map(|node| forest.root(node)).collect();
            roots.retain(|root| structured[*root as usize]);
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

/// Marks the roots of people whom something else than a document knows.
fn structured(raw: &RawGraph, forest: &mut Forest) -> Vec<bool> {
    let of_record: Vec<bool> =
        raw.authorities.iter().map(|raw| raw != DOCUMENT && !raw.starts_with("note:")).collect();
    let mut structured = vec![false; raw.nodes.len()];
    for (number, node) in (0..).zip(&raw.nodes) {
        if of_record[node.authority as usize] {
            structured[forest.root(number) as usize] = true;
        }
    }
    structured
}

fn choose(
    mut candidates: Vec<(u32, String)>,
    structured: &[bool],
    by_name: impl FnOnce() -> Option<u32>,
) -> Owner {
    candidates.sort();
    candidates.dedup();
    let firm: Vec<&(u32, String)> =
        candidates.iter().filter(|(root, _)| structured[*root as usize]).collect();
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

/// Patients by full name and birth date, for documents that carry no number. Only the names that
/// documents give are kept.
struct PeopleByName {
    by_name: HashMap<NameAndBirth, Option<u32>>,
    in_documents: HashMap<u32, Vec<String>>,
}

impl PeopleByName {
    fn of(raw: &RawGraph, forest: &mut Forest) -> Self {
        let document = raw.authorities.iter().position(|a| a == DOCUMENT);
        let of_document = |root: u32| {
            let authority = raw.nodes[root as usize].authority;
            document == Some(authority as usize)
        };
        let patients = || {
            let named = raw.known.iter().filter(|k| k.node != NOBODY);
            named.filter(|k| entity_of(k.entity) == EntityType::Patient)
        };
        let mut in_documents: HashMap<u32, Vec<String>> = HashMap::new();
        for known in patients() {
            let own = raw.root(known.node);
            if of_document(own) {
                in_documents.entry(own).or_default().push(sorted_words(raw.value(known)));
            }
        }
        let wanted: HashSet<&str> = in_documents.values().flatten().map(String::as_str).collect();
        let mut by_name: HashMap<_, Option<u32>> = HashMap::new();
        for known in patients() {
            let own = raw.root(known.node);
            let Some(birth) = raw.nodes[own as usize].birth else { continue };
            if of_document(own) || wanted.is_empty() {
                continue;
            }
            let name = sorted_words(raw.value(known));
            if !name.contains(' ') || !wanted.contains(name.as_str()) {
                continue;
            }
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
        drop(wanted);
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
