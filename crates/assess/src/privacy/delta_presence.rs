//! delta-presence: how likely somebody of the population who fits a class is in the table.

use super::{Better, ClassValues, PrivacyMeasure, TableValues};

const CITATION: &str = "Nergiz, Atzori & Clifton, Hiding the presence of individuals from shared databases, SIGMOD 2007";

/// The table's people of a class by the population's: the highest share, and the lowest, which is 0 where
/// somebody of the population fits no class.
#[derive(Debug)]
pub(super) struct Presence {
    name: &'static str,
    better: Better,
}

/// The most that is believed of anybody.
pub(super) const MOST: Presence = Presence { name: "delta-presence-max", better: Better::Lower };
/// The least.
pub(super) const LEAST: Presence = Presence { name: "delta-presence-min", better: Better::Higher };

impl PrivacyMeasure for Presence {
    fn name(&self) -> &'static str {
        self.name
    }

    fn citation(&self) -> &'static str {
        CITATION
    }

    fn better(&self) -> Better {
        self.better
    }

    fn of_class(&self, class: &ClassValues<'_>, table: &TableValues<'_>) -> Option<f64> {
        let population = class.population?;
        if self.better == Better::Higher && table.outside > 0 {
            return Some(0.0);
        }
        // Whom the population lacks is surely in the table.
        Some(if population == 0 { 1.0 } else { class.people as f64 / population as f64 })
    }
}
