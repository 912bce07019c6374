//! The patients of a job: pseudonyms and shifts by canonical key, and whose a key or a document is.

use std::collections::BTreeMap;

use anonymed_core::policy::{PseudonymMode, SubjectRule};
use anonymed_core::{
    DateShifter, EntityType, FileNumber, KeyRing, KnownIdentifier, PatientKey, Policy,
    Pseudonymizer, Resolution, Sensitive, Subject, SubjectId, SubjectIndex,
};
use hashbrown::HashMap;

use crate::graph::{DocumentOwner, RawGraph, SubjectGraph};

/// Numbers of events, and known values of other kinds, kept for one patient to look for in free text;
/// beyond this many the first are used.
const KNOWN_MOST: usize = 400;

/// Whether free text will be scrubbed, so that known values are needed in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownValuesNeed {
    /// Notes or free-text fields are in the plan.
    ForText,
    /// None are.
    None,
}

/// The index the modalities ask.
pub struct Patients {
    subjects: Vec<Subject>,
    conflicts: Vec<Option<&'static str>>,
    index: HashMap<(Box<str>, Box<str>), SubjectId>,
    documents: BTreeMap<FileNumber, DocumentOwner>,
    rule: SubjectRule,
    staff: Vec<Sensitive<String>>,
}

/// The maker of codes that a policy asks for.
pub fn pseudonymizer(policy: &Policy, keys: &dyn KeyRing, inputs: &str) -> Pseudonymizer {
    match policy.keys.mode {
        PseudonymMode::Keyed => Pseudonymizer::keyed(keys, &policy.keys.domain),
        PseudonymMode::Random => Pseudonymizer::drawn(keys, &policy.keys.domain, inputs),
    }
}

impl Patients {
    /// Gives every subject of a graph its code and shift.
    pub fn new(
        policy: &Policy,
        keys: &dyn KeyRing,
        codes: &Pseudonymizer,
        raw: &RawGraph,
        graph: SubjectGraph,
        need: KnownValuesNeed,
    ) -> Self {
        let shifter = DateShifter::new(
            keys,
            &policy.keys.domain,
            policy.time.range_days,
            policy.time.weekdays,
        );
        let mut subjects: Vec<Subject> = graph
            .keys
            .iter()
            .zip(&graph.sexes)
            .enumerate()
            .map(|(n, (key, sex))| Subject {
                number: SubjectId(n as u32),
                pseudonym: match policy.keys.mode {
                    PseudonymMode::Keyed => {
                        codes.pseudonym("patient", key.authority(), key.id().expose())
                    }
                    PseudonymMode::Random => codes.draw(n as u64),
                },
                shift: shifter.shift(key),
                sex: *sex,
                known: Vec::new(),
            })
            .collect();
        let mut staff = Vec::new();
        if need == KnownValuesNeed::ForText {
            fill_known(&mut subjects, raw, &graph);
            staff = staff_names(raw, &graph);
        }
        Self {
            staff,
            subjects,
            conflicts: graph.conflicts,
            index: graph.index,
            documents: graph.documents,
            rule: policy.subject.clone(),
        }
    }

    /// Names of those who treat, as tables and resources give them: they stand in anybody's notes.
    pub fn staff(&self) -> impl Iterator<Item = &str> {
        self.staff.iter().map(|name| name.expose().as_str())
    }

    /// All patients, in order of number.
    pub fn all(&self) -> &[Subject] {
        &self.subjects
    }

    /// Patients whose records disagree, and how.
    pub fn conflicts(&self) -> impl Iterator<Item = (SubjectId, &'static str)> + '_ {
        self.conflicts
            .iter()
            .enumerate()
            .filter_map(|(n, c)| c.map(|reason| (SubjectId(n as u32), reason)))
    }

    /// A patient by number, or that it is a conflict.
    pub fn get(&self, number: SubjectId) -> Resolution<'_> {
        match (self.subjects.get(number.0 as usize), self.conflicts.get(number.0 as usize)) {
            (Some(_), Some(Some(_))) => Resolution::Conflict,
            (Some(subject), _) => Resolution::Known(subject),
            (None, _) => Resolution::Unknown,
        }
    }

    /// Whose a document is.
    pub fn owner(&self, file: FileNumber) -> DocumentOwner {
        self.documents.get(&file).copied().unwrap_or(DocumentOwner::Nobody)
    }
}

/// Whether a number is given to an event (a visit, a specimen) and not to the person.
fn is_of_event(entity: EntityType) -> bool {
    matches!(entity, EntityType::Account | EntityType::Accession | EntityType::OtherId)
}

fn fill_known(subjects: &mut [Subject], raw: &RawGraph, graph: &SubjectGraph) {
    for (subject, entity, value) in graph.known(raw) {
        let Some(subject) = subject.and_then(|s| subjects.get_mut(s.0 as usize)) else { continue };
        // A patient may have thousands of encounter numbers; they do not crowd out the names.
        let same_kind =
            subject.known.iter().filter(|k| is_of_event(k.entity) == is_of_event(entity)).count();
        let known = KnownIdentifier { entity, value: Sensitive::from(value) };
        if same_kind < KNOWN_MOST && !subject.known.contains(&known) {
            subject.known.push(known);
        }
    }
    for (subject, key) in subjects.iter_mut().zip(&graph.keys) {
        let known = KnownIdentifier { entity: EntityType::Mrn, value: key.id().clone() };
        if !subject.known.contains(&known) {
            subject.known.push(known);
        }
    }
}

fn staff_names(raw: &RawGraph, graph: &SubjectGraph) -> Vec<Sensitive<String>> {
    let treats = |entity| matches!(entity, EntityType::Doctor | EntityType::Staff);
    let names: hashbrown::HashSet<&str> =
        graph.known(raw).filter(|(_, e, _)| treats(*e)).map(|(.., name)| name).collect();
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.into_iter().map(|name| Sensitive::from(name.to_owned())).collect()
}

/// A borrowed look into the index.
struct KeyRef<'a>(&'a str, &'a str);

impl std::hash::Hash for KeyRef<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.0, self.1).hash(state);
    }
}

impl hashbrown::Equivalent<(Box<str>, Box<str>)> for KeyRef<'_> {
    fn equivalent(&self, key: &(Box<str>, Box<str>)) -> bool {
        *self.0 == *key.0 && *self.1 == *key.1
    }
}

impl SubjectIndex for Patients {
    fn resolve(&self, key: &PatientKey) -> Resolution<'_> {
        let authority =
            self.rule.authority_of(key.authority()).map_or(key.authority(), |(_, name)| name);
        match self.index.get(&KeyRef(authority, key.id().expose())) {
            Some(number) => self.get(*number),
            None => Resolution::Unknown,
        }
    }

    fn of_document(&self, file: FileNumber) -> Resolution<'_> {
        match self.owner(file) {
            DocumentOwner::Subject(number) => self.get(number),
            DocumentOwner::Conflict => Resolution::Conflict,
            DocumentOwner::Nobody => Resolution::Unknown,
        }
    }
}
