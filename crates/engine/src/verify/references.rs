//! Whether references between released FHIR records still point at something.
//!
//! A reference resolves when a released resource has its type and id, when an entry has it as its
//! `fullUrl`, or, for `#id`, when its own resource contains it. References that the released
//! records could not resolve among themselves before we touched them are no fault of ours: that
//! count, file by file, is the baseline.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anonymed_core::{FileNumber, Locator, Place};
use hashbrown::{HashMap, HashSet};
use siphasher::sip::SipHasher13;

use super::HitCollector;
use super::json::{Json, Kind};

/// Collects ids and references over files.
#[derive(Debug, Clone, Default)]
pub struct References {
    /// Ids of resources, with their type.
    targets: HashSet<u64>,
    /// What entries of bundles go by.
    urls: HashSet<u64>,
    pending: HashMap<(u64, FileNumber), Pending>,
    /// Of an input: the types of which resources are released. Then what may become a reference to
    /// a record, searches and absolute addresses, counts too.
    released: Option<Arc<HashSet<String>>>,
    types: HashSet<String>,
    uncertain: BTreeMap<FileNumber, u64>,
    paths: Vec<String>,
    path_numbers: HashMap<String, u32>,
    counts: ReferenceCounts,
    contained: BTreeMap<FileNumber, u64>,
    local: HitCollector,
}

#[derive(Debug, Clone, Copy)]
struct Pending {
    times: u64,
    line: u64,
    path: u32,
}

/// Numbers over what was added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReferenceCounts {
    /// Resources, contained ones included.
    pub resources: u64,
    /// References of any kind.
    pub references: u64,
    /// Absolute ones to other servers, searches, and logical ones without a target.
    pub external: u64,
    /// `#id` without such a contained resource.
    pub dangling_contained: u64,
    /// Ids that two resources of a type have.
    pub duplicate_ids: u64,
}

/// What the references of a release came to.
#[derive(Debug, Clone)]
pub struct ReferenceReport {
    /// Numbers.
    pub counts: ReferenceCounts,
    /// References without a target.
    pub dangling: u64,
    /// Those beyond the baseline: more than the released records of a file had as they came in.
    pub excess: u64,
    /// Places of references without a target, one for each missing target.
    pub hits: HitCollector,
}

impl References {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing yet, of the input that these were released from: whatever may become a reference to
    /// a record counts as one, and resources of a type that none is released of are no target.
    #[must_use]
    pub fn of_input(&self) -> Self {
        Self { released: Some(Arc::new(self.types.clone())), ..Self::default() }
    }

    /// Nothing yet, of the same side: for another thread.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { released: self.released.clone(), ..Self::default() }
    }

    /// Takes one record: a resource, or a bundle without the entries of these indices.
    pub fn add(&mut self, file: FileNumber, line: u64, json: &Json<'_>, without: &BTreeSet<usize>) {
        let left_out = entries(json, without);
        let mut ids: HashMap<usize, Resource<'_>> = HashMap::new();
        let mut strings = Vec::new();
        let mut urls = Vec::new();
        for at in 0..json.nodes.len() {
            if json.nodes[at].kind != Kind::String
                || left_out.iter().any(|span| span.contains(&json.nodes[at].span().start))
            {
                continue;
            }
            let Some(object) = json.object_of(at) else { continue };
            match json.key(at) {
                "resourceType" => ids.entry(object).or_default().kind = Some(json.raw(at)),
                "id" => ids.entry(object).or_default().id = Some(json.raw(at)),
                "fullUrl" => urls.push((object, at)),
                "reference" => strings.push(at),
                _ => {}
            }
        }
        let mut contained: HashSet<(usize, &str)> = HashSet::new();
        for (node, resource) in &ids {
            let Some(kind) = resource.kind else { continue };
            self.counts.resources += 1;
            if self.released.as_ref().is_some_and(|types| !types.contains(kind)) {
                urls.retain(|(entry, _)| json.object_of(*node) != Some(*entry));
                continue;
            }
            if !self.types.contains(kind) {
                self.types.insert(kind.to_owned());
            }
            let Some(id) = resource.id else { continue };
            if json.name(*node) == "contained" {
                contained.insert((holder(json, *node), id));
            } else if !self.targets.insert(hash(format!("{kind}/{id}").as_bytes())) {
                self.counts.duplicate_ids += 1;
            }
        }
        for (_, url) in urls {
            self.urls.insert(hash(json.string(url).as_bytes()));
        }
        for at in strings {
            self.reference(json, at, &contained, &ids, file, line);
        }
    }

    /// Adds what was collected elsewhere, of the same side (input or release).
    pub fn absorb(&mut self, other: Self) {
        for id in other.targets {
            self.counts.duplicate_ids += u64::from(!self.targets.insert(id));
        }
        self.urls.extend(other.urls);
        self.types.extend(other.types);
        let numbers: Vec<u32> = other.paths.iter().map(|path| self.path_number(path)).collect();
        for (key, theirs) in other.pending {
            let theirs = Pending { path: numbers[theirs.path as usize], ..theirs };
            self.pending
                .entry(key)
                .and_modify(|ours| {
                    let times = ours.times + theirs.times;
                    let first = if theirs.line < ours.line { theirs } else { *ours };
                    *ours = Pending { times, ..first };
                })
                .or_insert(theirs);
        }
        for (into, from) in
            [(&mut self.uncertain, other.uncertain), (&mut self.contained, other.contained)]
        {
            for (file, times) in from {
                *into.entry(file).or_insert(0) += times;
            }
        }
        let counts = &mut self.counts;
        counts.resources += other.counts.resources;
        counts.references += other.counts.references;
        counts.external += other.counts.external;
        counts.dangling_contained += other.counts.dangling_contained;
        counts.duplicate_ids += other.counts.duplicate_ids;
        self.local.absorb(other.local);
    }

    fn reference(
        &mut self,
        json: &Json<'_>,
        at: usize,
        contained: &HashSet<(usize, &str)>,
        ids: &HashMap<usize, Resource<'_>>,
        file: FileNumber,
        line: u64,
    ) {
        self.counts.references += 1;
        let text = json.string(at);
        let target = match Target::of(&text) {
            Target::External => {
                self.counts.external += 1;
                if self.released.is_some() {
                    *self.uncertain.entry(file).or_insert(0) += 1;
                }
                return;
            }
            Target::Contained("") => return,
            Target::Contained(id) => {
                let outer = outermost(json, at, ids);
                if !contained.contains(&(outer, id)) {
                    self.counts.dangling_contained += 1;
                    *self.contained.entry(file).or_insert(0) += 1;
                    let place = Place::Element { line, path: path(json, at, ids) };
                    self.local.push(Locator::new(file, place), None, "dangling-contained");
                }
                return;
            }
            Target::Record(target) => hash(target.as_bytes()),
        };
        let number = self.path_number(&path(json, at, ids));
        let first = Pending { times: 0, line, path: number };
        let pending = self.pending.entry((target, file)).or_insert(first);
        pending.times += 1;
        if line < pending.line {
            *pending = Pending { times: pending.times, ..first };
        }
    }

    fn path_number(&mut self, path: &str) -> u32 {
        if let Some(number) = self.path_numbers.get(path) {
            return *number;
        }
        let number = self.paths.len() as u32;
        self.paths.push(path.to_owned());
        self.path_numbers.insert(path.to_owned(), number);
        number
    }

    fn resolves(&self, target: &u64) -> bool {
        self.targets.contains(target) || self.urls.contains(target)
    }

    /// References without a target so far, by file: over the released records as they came in,
    /// the baseline.
    pub fn dangling(&self) -> BTreeMap<FileNumber, u64> {
        let mut files = self.uncertain.clone();
        for ((target, file), pending) in &self.pending {
            if !self.resolves(target) {
                *files.entry(*file).or_insert(0) += pending.times;
            }
        }
        for (file, times) in &self.contained {
            *files.entry(*file).or_insert(0) += times;
        }
        files
    }

    /// What came out, against the baseline of the input.
    pub fn finish(mut self, baseline: &BTreeMap<FileNumber, u64>) -> ReferenceReport {
        let files = self.dangling();
        let mut hits = std::mem::take(&mut self.local);
        let mut missing: Vec<(FileNumber, u64, u32)> = self
            .pending
            .iter()
            .filter(|((target, _), _)| !self.resolves(target))
            .map(|((_, file), pending)| (*file, pending.line, pending.path))
            .collect();
        missing.sort_unstable();
        for (file, line, path) in missing {
            let path = self.paths[path as usize].clone();
            hits.push(
                Locator::new(file, Place::Element { line, path }),
                None,
                "dangling-reference",
            );
        }
        let had = |file: &FileNumber| baseline.get(file).copied().unwrap_or(0);
        let excess = files.iter().map(|(file, times)| times.saturating_sub(had(file))).sum();
        let dangling = files.values().sum();
        ReferenceReport { counts: self.counts, dangling, excess, hits }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Resource<'j> {
    kind: Option<&'j str>,
    id: Option<&'j str>,
}

/// The bytes of a bundle's entries, by their indices.
fn entries(json: &Json<'_>, wanted: &BTreeSet<usize>) -> Vec<std::ops::Range<usize>> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let list = (0..json.nodes.len())
        .find(|at| json.key(*at) == "entry" && json.nodes[*at].parent == 0 && *at != 0);
    let Some(list) = list else { return Vec::new() };
    (0..json.nodes.len())
        .filter(|at| json.nodes[*at].parent as usize == list && *at != list)
        .enumerate()
        .filter(|(index, _)| wanted.contains(index))
        .map(|(_, at)| json.nodes[at].span())
        .collect()
}

enum Target<'t> {
    /// `Type/id` or a `urn:`, without a version.
    Record(&'t str),
    /// `#id`.
    Contained(&'t str),
    External,
}

impl<'t> Target<'t> {
    fn of(text: &'t str) -> Self {
        if let Some(id) = text.strip_prefix('#') {
            return Self::Contained(id);
        }
        if text.starts_with("urn:uuid:") || text.starts_with("urn:oid:") {
            return Self::Record(text);
        }
        let bare = text.split_once("/_history/").map_or(text, |(bare, _)| bare);
        let mut parts = bare.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(kind), Some(id), None)
                if kind.starts_with(|c: char| c.is_ascii_uppercase())
                    && !id.is_empty()
                    && !bare.contains(['?', ':']) =>
            {
                Self::Record(bare)
            }
            _ => Self::External,
        }
    }
}

/// The object a contained resource is contained in.
fn holder(json: &Json<'_>, node: usize) -> usize {
    json.object_of(node).unwrap_or(0)
}

/// The resource a reference stands in, that contained ones are looked up in.
fn outermost(json: &Json<'_>, at: usize, ids: &HashMap<usize, Resource<'_>>) -> usize {
    let mut node = at;
    while let Some(object) = json.object_of(node) {
        node = object;
        let resource = ids.get(&node).is_some_and(|r| r.kind.is_some());
        if resource && json.name(node) != "contained" {
            break;
        }
    }
    node
}

fn path(json: &Json<'_>, at: usize, ids: &HashMap<usize, Resource<'_>>) -> String {
    let root = outermost(json, at, ids);
    let kind = ids.get(&root).and_then(|r| r.kind).unwrap_or("?");
    format!("{kind}.{}", json.path(at, root))
}

fn hash(bytes: &[u8]) -> u64 {
    SipHasher13::new_with_keys(0, 0).hash(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(references: &mut References, records: &[&str]) {
        for (line, record) in records.iter().enumerate() {
            let json = Json::read(record.as_bytes()).unwrap();
            references.add(FileNumber(1), line as u64 + 1, &json, &BTreeSet::new());
        }
    }

    /// What a release of patients and groups is held against.
    fn released() -> References {
        let mut released = References::new();
        let records =
            [r#"{"resourceType":"Patient","id":"1"}"#, r#"{"resourceType":"Group","id":"1"}"#];
        add(&mut released, &records);
        released.of_input()
    }

    #[test]
    fn types_that_are_not_released_are_no_targets() {
        let mut references = released();
        let bundle = r#"{"resourceType":"Bundle","entry":[
            {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Basic","id":"b"}},
            {"resource":{"resourceType":"Group","id":"g","m":{"reference":"urn:uuid:1"},
             "n":{"reference":"Basic/b"},"o":{"reference":"Group/g"}}}]}"#;
        add(&mut references, &[bundle]);
        assert_eq!(references.dangling()[&FileNumber(1)], 2);
    }

    #[test]
    fn references_resolve_over_files_in_any_order() {
        let mut references = References::new();
        add(
            &mut references,
            &[
                r#"{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/p"}}"#,
                r#"{"resourceType":"Patient","id":"p","link":[{"other":{"reference":"Patient/p/_history/2"}}]}"#,
                r##"{"resourceType":"Claim","id":"c","contained":[{"resourceType":"Coverage","id":"k"}],"insurance":[{"coverage":{"reference":"#k"}}],"a":{"reference":"#"}}"##,
                r#"{"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Group","id":"g","m":{"reference":"urn:uuid:1"}}}]}"#,
                r#"{"resourceType":"Group","id":"h","m":{"reference":"http://other.example/Patient/9"},"n":{"reference":"Patient?identifier=1"}}"#,
            ],
        );
        let report = references.finish(&BTreeMap::new());
        assert_eq!((report.dangling, report.excess), (0, 0));
        assert_eq!(report.counts.references, 7);
        assert_eq!(report.counts.external, 2);
        assert_eq!(report.counts.resources, 7);
    }

    #[test]
    fn missing_targets_are_hits_beyond_the_baseline() {
        let records = [
            r#"{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/q"}}"#,
            r##"{"resourceType":"Claim","id":"c","b":{"reference":"#nope"}}"##,
            r#"{"resourceType":"Encounter","id":"e"}"#,
        ];
        let mut references = References::new();
        add(&mut references, &records);
        let baseline = BTreeMap::from([(FileNumber(1), 1)]);
        assert_eq!(references.dangling(), BTreeMap::from([(FileNumber(1), 2)]));
        let report = references.finish(&baseline);
        assert_eq!((report.dangling, report.excess, report.counts.duplicate_ids), (2, 1, 1));
        let (hits, _) = report.hits.finish();
        let paths: Vec<_> = hits.iter().map(|h| h.at.place.to_string()).collect();
        assert_eq!(paths, ["line 1, Encounter.subject.reference", "line 2, Claim.b.reference"]);
    }

    #[test]
    fn parts_come_to_the_same_as_the_whole() {
        let records = [
            r#"{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/q"}}"#,
            r##"{"resourceType":"Claim","id":"c","b":{"reference":"#nope"},"d":{"reference":"Encounter/e"}}"##,
            r#"{"resourceType":"Encounter","id":"e","a":{"reference":"Patient/q"},"subject":{"reference":"Patient/q"}}"#,
        ];
        let json: Vec<_> = records.iter().map(|r| Json::read(r.as_bytes()).unwrap()).collect();
        let add = |into: &mut References, at: usize| {
            into.add(FileNumber(1), at as u64 + 1, &json[at], &BTreeSet::new());
        };
        let mut whole = References::new();
        (0..3).for_each(|at| add(&mut whole, at));
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let mut joined = References::new();
            for at in order {
                let mut part = joined.fork();
                add(&mut part, at);
                joined.absorb(part);
            }
            let (joined, whole) =
                (joined.finish(&BTreeMap::new()), whole.clone().finish(&BTreeMap::new()));
            assert_eq!(joined.counts, whole.counts);
            assert_eq!((joined.dangling, joined.excess), (whole.dangling, whole.excess));
            assert_eq!(joined.hits.finish(), whole.hits.finish());
        }
    }

    #[test]
    fn entries_that_are_held_are_no_targets() {
        let bundle = r#"{"resourceType":"Bundle","entry":[
            {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"p"}},
            {"resource":{"resourceType":"Group","id":"g","m":{"reference":"urn:uuid:1"}}}]}"#;
        let dangling = |without: &[usize]| {
            let mut references = released();
            let without = without.iter().copied().collect();
            let json = Json::read(bundle.as_bytes()).unwrap();
            references.add(FileNumber(1), 1, &json, &without);
            references.dangling().values().sum::<u64>()
        };
        assert_eq!(dangling(&[]), 0);
        assert_eq!(dangling(&[0]), 1);
        assert_eq!(dangling(&[0, 1]), 0);
    }

    #[test]
    fn an_input_counts_what_may_become_a_reference() {
        let record = r#"{"resourceType":"Group","n":{"reference":"Patient?identifier=1"}}"#;
        let mut references = released();
        add(&mut references, &[record]);
        assert_eq!(references.dangling()[&FileNumber(1)], 1);
    }
}
