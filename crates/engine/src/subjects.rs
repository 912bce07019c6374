//! The patients of a job: pseudonyms and shifts by canonical key, and whose a key or a document is.

use std::collections::BTreeMap;

use anonymed_core::policy::{PseudonymMode, SubjectRule};
use anonymed_core::{
    DateShifter, EntityType, FileNumber, KeyRing, KnownIdentifier, PatientKey, Policy,
    Pseudonymizer, Resolution, Sensitive, Subject, SubjectId, SubjectIndex,
};
use rayon::prelude::*;

use crate::graph::{Conflict, DocumentOwner, KeyIndex, RawGraph, SubjectGraph};

/// Numbers of events, and known values of other kinds, kept for one patient to look for in free text;
/// beyond this many the first are used.
const KNOWN_MOST: usize = 400;

/// Patients whose codes are made at once, on all threads.
const AT_ONCE: usize = 1 << 14;

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
    conflicts: Vec<Option<Conflict>>,
    keys: Option<KeyIndex>,
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
    /// Gives every subject of a graph its code and shift. Keys are not known before
    /// [`Patients::with_keys`].
    pub fn new(
        policy: &Policy,
        keys: &dyn KeyRing,
        codes: &Pseudonymizer,
        raw: &RawGraph,
        graph: &SubjectGraph,
        need: KnownValuesNeed,
    ) -> Self {
        let shifter = DateShifter::new(
            keys,
            &policy.keys.domain,
            policy.time.range_days,
            policy.time.weekdays,
        );
        let subject = |number: u32| {
            let (authority, id) = graph.key(raw, SubjectId(number))?;
            // The stored identifier is normalised already and not empty.
            let key = PatientKey::new(authority, id)?;
            Some(Subject {
                number: SubjectId(number),
                pseudonym: match policy.keys.mode {
                    PseudonymMode::Keyed => {
                        codes.pseudonym("patient", authority, key.id().expose())
                    }
                    PseudonymMode::Random => codes.draw(u64::from(number)),
                },
                shift: shifter.shift(&key),
                sex: graph.sexes[number as usize],
                known: Vec::new(),
            })
        };
        let all = graph.len() as u32;
        let mut subjects: Vec<Subject> = Vec::with_capacity(graph.len());
        for from in (0..all).step_by(AT_ONCE) {
            let to = all.min(from + AT_ONCE as u32);
            let some: Vec<_> = (from..to).into_par_iter().map(subject).collect();
            subjects.extend(some.into_iter().flatten());
        }
        let mut staff = Vec::new();
        if need == KnownValuesNeed::ForText {
            fill_known(&mut subjects, raw, graph);
            staff = staff_names(raw, graph);
        }
        Self {
            staff,
            subjects,
            conflicts: graph.conflicts.clone(),
            keys: None,
            documents: graph.documents.clone(),
            rule: policy.subject.clone(),
        }
    }

    /// Whose each key is, from now on.
    #[must_use]
    pub fn with_keys(self, keys: KeyIndex) -> Self {
        Self { keys: Some(keys), ..self }
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
            .filter_map(|(n, c)| c.map(|conflict| (SubjectId(n as u32), conflict.reason())))
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
    for subject in subjects {
        let Some((_, id)) = graph.key(raw, subject.number) else { continue };
        let known = KnownIdentifier { entity: EntityType::Mrn, value: Sensitive::from(id) };
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

impl SubjectIndex for Patients {
    fn resolve(&self, key: &PatientKey) -> Resolution<'_> {
        let authority =
            self.rule.authority_of(key.authority()).map_or(key.authority(), |(_, name)| name);
        match self.keys.as_ref().and_then(|keys| keys.find(authority, key.id().expose())) {
            Some(number) => self.get(number),
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
