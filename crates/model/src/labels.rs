//! What a model's labels mean: a place in an entity, and its type.

use std::collections::BTreeMap;

use anonymed_core::EntityType;
use anonymed_core::labels::{Meaning, meaning_of};

use crate::error::ModelError;

/// Where in an entity a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    First,
    Inside,
    Last,
    Only,
    /// The scheme of the labels does not say.
    Any,
}

/// A label that marks something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) place: Place,
    pub(crate) entity: EntityType,
}

/// The labels, in their order; nothing where one marks nothing that identifies. `own` are meanings the
/// policy gives, before those that are known.
pub(crate) fn labels(
    names: &[String],
    own: &BTreeMap<String, Option<EntityType>>,
) -> Result<Vec<Option<Label>>, ModelError> {
    let mut strange = Vec::new();
    let labels = names
        .iter()
        .map(|name| {
            if name == "O" {
                return None;
            }
            let (place, name) = split(name);
            let given = own.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
            let entity = match (given, meaning_of(name)) {
                (Some((_, entity)), _) => *entity,
                (None, Some(Meaning::Entity(entity))) => Some(entity),
                (None, Some(Meaning::Harmless)) => None,
                (None, None) => {
                    strange.push(name);
                    None
                }
            };
            entity.map(|entity| Label { place, entity })
        })
        .collect();
    strange.sort_unstable();
    strange.dedup();
    match strange.is_empty() {
        true => Ok(labels),
        false => Err(ModelError::Labels { labels: shown(&strange) }),
    }
}

/// Labels as a message shows them: they come from a file that nobody has looked at.
fn shown(labels: &[&str]) -> String {
    const MOST: usize = 20;
    let clean = |label: &&str| -> String {
        label.chars().filter(|c| c.is_ascii_graphic()).take(40).collect()
    };
    let mut shown: Vec<String> = labels.iter().take(MOST).map(clean).collect();
    if labels.len() > MOST {
        shown.push(format!("and {} more", labels.len() - MOST));
    }
    shown.join(", ")
}

/// The place that a label's first letter says, and the label without it: IOB, BIOES, BILOU.
fn split(label: &str) -> (Place, &str) {
    // `E-MAIL` is no end of a `MAIL`.
    let known = meaning_of(label).is_some();
    let parts = label.split_once(['-', '_']).filter(|_| !known);
    let Some((first, rest)) = parts else { return (Place::Any, label) };
    let place = match first {
        "B" => Place::First,
        "I" | "M" => Place::Inside,
        "E" | "L" => Place::Last,
        "S" | "U" => Place::Only,
        _ => return (Place::Any, label),
    };
    (place, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        names: &[&str],
        own: &[(&str, Option<EntityType>)],
    ) -> Result<Vec<Option<Label>>, ModelError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        labels(&names, &own.iter().map(|(name, entity)| ((*name).to_owned(), *entity)).collect())
    }

    #[test]
    fn schemes_and_types_are_known() {
        use EntityType::{Doctor, Patient, Person};
        let label = |place, entity| Some(Label { place, entity });
        let labels = read(&["O", "B-PATIENT", "I_PER", "U-DOCTOR", "PERSON"], &[]).unwrap();
        let expect = [
            None,
            label(Place::First, Patient),
            label(Place::Inside, Person),
            label(Place::Only, Doctor),
            label(Place::Any, Person),
        ];
        assert_eq!(labels, expect);
    }

    #[test]
    fn strange_labels_are_refused_until_the_policy_says() {
        let error = read(&["O", "B-SPECIES", "I-SPECIES", "LABEL_0"], &[]).unwrap_err();
        assert!(error.to_string().contains("labels LABEL_0, SPECIES mean"), "{error}");
        let own = [("species", None), ("LABEL_0", Some(EntityType::Mrn))];
        let labels = read(&["O", "B-SPECIES", "LABEL_0"], &own).unwrap();
        assert_eq!(labels[1], None);
        assert_eq!(labels[2], Some(Label { place: Place::Any, entity: EntityType::Mrn }));
    }
}
