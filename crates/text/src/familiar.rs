//! What the engine has worked out of a patient: made once, used for many texts of the same patient.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use anonymed_core::{Pseudonym, Pseudonymizer, Subject, SubjectId};
use hashbrown::DefaultHashBuilder;

use crate::propagate::Known;
use crate::surrogate::{Real, Surrogates};

/// Patients kept at a time. Records of a patient stand together, and threads are few.
const SLOTS: usize = 256;

/// What is known of a patient, ready to be looked for and never to be written.
#[derive(Default)]
pub(crate) struct Familiar {
    /// What to look for.
    pub(crate) known: Known,
    /// What is no fake.
    pub(crate) real: Arc<Real>,
}

impl Familiar {
    fn of(codes: &Pseudonymizer, subject: &Subject) -> Self {
        Self { known: Known::of(subject), real: Arc::new(Surrogates::real_of(codes, subject)) }
    }
}

/// The last patients seen, each in the slot of its number. It only ever saves time: an entry is used
/// for the same patient with the same known values alone.
pub(crate) struct Familiars {
    slots: Vec<Mutex<Option<Slot>>>,
    nobody: Arc<Familiar>,
    hasher: DefaultHashBuilder,
}

/// Whose it is, with a hash of the known values it was made of.
struct Slot {
    subject: (SubjectId, Pseudonym),
    known: u64,
    familiar: Arc<Familiar>,
}

impl Default for Familiars {
    fn default() -> Self {
        let slots = (0..SLOTS).map(|_| Mutex::new(None)).collect();
        Self { slots, nobody: Arc::default(), hasher: DefaultHashBuilder::default() }
    }
}

impl Familiars {
    /// What is known of a text's patient.
    pub(crate) fn of(&self, codes: &Pseudonymizer, subject: Option<&Subject>) -> Arc<Familiar> {
        let Some(subject) = subject else { return Arc::clone(&self.nobody) };
        let slot = &self.slots[subject.number.0 as usize % SLOTS];
        let (person, known) = ((subject.number, subject.pseudonym), self.print(subject));
        if let Ok(slot) = slot.lock()
            && let Some(kept) = &*slot
            && kept.subject == person
            && kept.known == known
        {
            return Arc::clone(&kept.familiar);
        }
        let familiar = Arc::new(Familiar::of(codes, subject));
        if let Ok(mut slot) = slot.lock() {
            *slot = Some(Slot { subject: person, known, familiar: Arc::clone(&familiar) });
        }
        familiar
    }

    /// A hash of what is known of a patient.
    fn print(&self, subject: &Subject) -> u64 {
        let mut state = self.hasher.build_hasher();
        subject.sex.hash(&mut state);
        for known in &subject.known {
            (known.entity, known.value.expose()).hash(&mut state);
        }
        state.finish()
    }
}
