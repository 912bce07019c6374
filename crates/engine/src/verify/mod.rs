//! Attacks the output before it leaves: a second look that shares no code with the first.
//!
//! The detectors decide what to replace; this module reads what was written and tries to find
//! what should no longer be there. It has a normaliser ([`normal`]), a date grammar ([`dates`]),
//! scanners ([`residual`]) and a JSON reader ([`json`]) of its own, so a fault of the detectors is
//! not repeated here:
//!
//! - [`known`] and [`sweep`]: every direct identifier seen on the way in, searched in every output;
//! - [`dates`]: dates compared at their own place, or within the same patient;
//! - [`residual`]: patterns of identifiers nobody knew of;
//! - [`references`]: references between released FHIR records resolve;
//! - [`consistency`]: one pseudonym and one shift a patient, by the [`crosswalk`];
//! - [`fhir`]: all of these over a FHIR file, element by element.
//!
//! Everything returns places and reasons, and never a value.

use std::ops::Range;

use anonymed_core::release::Hit;
use anonymed_core::{EntityType, FileNumber, Locator, Place};

pub mod column;
pub mod consistency;
mod context;
pub mod crosswalk;
pub mod dates;
pub mod fhir;
pub mod json;
pub mod known;
#[cfg(test)]
mod linear;
mod names;
pub mod normal;
pub(crate) mod quiet;
pub mod references;
pub mod residual;
pub mod sweep;

pub use column::{ColumnTally, Quiet};
pub use consistency::{Consistency, ConsistencyReport};
pub use crosswalk::Crosswalk;
pub use dates::{DateHit, PlaceMode, leaked_dates, observed_shift, same_place, unwritten_dates};
pub use fhir::{FhirCheck, FhirFinding, FhirReport, FhirSubjects};
pub use known::{KnownValues, KnownValuesBuilder};
pub use references::{ReferenceCounts, ReferenceReport, References};
pub use residual::{Position, ResidualHit, residual as residual_patterns};
pub use sweep::{CellUse, Sweep, SweepHit, Weight};

/// Hits kept with their place when nothing else is asked for.
pub const SHOWN_HITS: usize = 200;

/// Collects the places of hits: the first few by place, all of them counted.
///
/// Which are kept depends on the places alone and not on the order of the calls, so that the
/// evidence is the same at any thread count.
#[derive(Debug, Clone)]
pub struct HitCollector {
    cap: usize,
    total: u64,
    hits: std::collections::BTreeMap<(Locator, String), Hit>,
}

impl Default for HitCollector {
    fn default() -> Self {
        Self::new(SHOWN_HITS)
    }
}

impl HitCollector {
    /// A collector that keeps `cap` places.
    pub fn new(cap: usize) -> Self {
        Self { cap, total: 0, hits: std::collections::BTreeMap::new() }
    }

    /// Takes a hit.
    pub fn push(&mut self, at: Locator, entity: Option<EntityType>, reason: &str) {
        self.total += 1;
        self.keep(Hit {
            at,
            identifier: entity.and_then(EntityType::hipaa),
            reason: reason.into(),
        });
    }

    /// Takes a hit in a span of a text file.
    pub fn push_span(
        &mut self,
        file: FileNumber,
        span: &Range<usize>,
        entity: Option<EntityType>,
        reason: &str,
    ) {
        let place = Place::Span { start: span.start, end: span.end };
        self.push(Locator::new(file, place), entity, reason);
    }

    /// Adds what another collector took.
    pub fn absorb(&mut self, other: Self) {
        self.total += other.total;
        for hit in other.hits.into_values() {
            self.keep(hit);
        }
    }

    /// How many hits were taken.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The kept hits by place, and the number of all.
    pub fn finish(self) -> (Vec<Hit>, u64) {
        (self.hits.into_values().collect(), self.total)
    }

    fn keep(&mut self, hit: Hit) {
        self.hits.insert((hit.at.clone(), hit.reason.clone()), hit);
        if self.hits.len() > self.cap {
            self.hits.pop_last();
        }
    }
}

/// Whether a span lies inside one of the excused spans, which are in order and do not overlap.
pub(crate) fn is_excused(span: &Range<usize>, excused: &[Range<usize>]) -> bool {
    let after = excused.partition_point(|e| e.start <= span.start);
    after > 0 && excused[after - 1].end >= span.end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_places_are_kept_whatever_the_order() {
        let place = |n: u32| Locator::new(FileNumber(n), Place::Whole);
        let mut up = HitCollector::new(3);
        let mut down = HitCollector::new(3);
        for n in 0..10 {
            up.push(place(n), Some(EntityType::Ssn), "full-value");
            down.push(place(9 - n), Some(EntityType::Ssn), "full-value");
        }
        let (hits, total) = up.finish();
        assert_eq!((hits.clone(), total), down.finish());
        assert_eq!((hits.len(), total), (3, 10));
        assert_eq!(hits[2].at.file, FileNumber(2));
    }

    #[test]
    fn excuses_cover_whole_spans_only() {
        let excused = [2..5, 9..12];
        let check = |span: Range<usize>, expect| assert_eq!(is_excused(&span, &excused), expect);
        check(2..5, true);
        check(3..4, true);
        check(9..12, true);
        check(1..3, false);
        check(4..6, false);
        check(5..9, false);
        check(4..10, false);
        check(12..13, false);
    }
}
