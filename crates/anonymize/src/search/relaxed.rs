//! Relaxed Mondrian: regions may share their ends (LeFevre, DeWitt & Ramakrishnan, *Mondrian multidimensional
//! k-anonymity*, ICDE 2006, section 3.2).
//!
//! It cuts as [`Mondrian`](super::Mondrian) does. Where a side of a cut has too few people, some of those who
//! have the value next to it go over, the nearest first, until the side holds: the others keep the narrower
//! region. So a few large values no longer hold everybody else in a wide range with them.

use super::mondrian::{self, Strictness};
use super::{Found, Search};
use crate::{AnonymizeError, Problem};

/// Multidimensional relaxed Mondrian over subjects.
///
/// # Guarantee
///
/// As [`Mondrian`](super::Mondrian), where nobody can say who went over: pieces have to be numbered in an order
/// that no reader of the release knows, since of equal people the first ones go.
///
/// # Citation
///
/// LeFevre, DeWitt & Ramakrishnan, *Mondrian multidimensional k-anonymity*, ICDE 2006.
///
/// # Cost
///
/// As [`Mondrian`](super::Mondrian) over pieces of combinations, and for each cut that needs people from the
/// other side O(c·q) more for the c pieces of a part.
///
/// # Utility
///
/// As a rule less is lost than by [`Mondrian`](super::Mondrian): on the 1994 census at k = 5 a twentieth less. As
/// each cut changes all that follow, single tables may lose more.
#[derive(Debug, Clone, Copy, Default)]
pub struct RelaxedMondrian;

impl Search for RelaxedMondrian {
    fn name(&self) -> &'static str {
        "relaxed"
    }

    fn citation(&self) -> &'static str {
        "LeFevre, DeWitt & Ramakrishnan, Mondrian multidimensional k-anonymity, ICDE 2006"
    }

    fn parts_people(&self) -> bool {
        true
    }

    fn search(&self, problem: &Problem<'_>) -> Result<Found, AnonymizeError> {
        mondrian::cut(problem, Strictness::Relaxed)
    }
}
