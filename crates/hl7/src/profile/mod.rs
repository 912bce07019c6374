//! What happens to every element: the allow-list profiles, deny by default.
//!
//! The tables beside this file are the rules: `resources.csv` by resource type, `datatypes.csv` by
//! data type, `extensions.csv` by extension address. Each row names its basis, a letter standing
//! for the paragraph of 45 CFR 164.514(b)(2)(i) it answers. What no row names is dropped.
//! `terminologies.csv` lists the code systems whose codes stay as they are, `definitions.csv` the hosts
//! whose definitions do, and `codes.csv`, `places.csv` and `units.csv` the words of elements that are
//! nearly codes.

mod entity;
mod table;
mod terminologies;
mod words;

use std::sync::LazyLock;

use anonymed_core::{ModalityError, Policy, Profile};
use hashbrown::HashMap;

use crate::schema::{self, Row, TypeId};
pub(crate) use entity::entity_of;
pub(crate) use table::{Rule, Table};
pub(crate) use terminologies::{is_public, is_public_definition};
pub(crate) use words::{in_value_set, is_code, is_country, is_state, is_unit};

static TABLE: LazyLock<Result<Table, String>> = LazyLock::new(Table::load);

/// The shipped tables.
pub(crate) fn table() -> Result<&'static Table, ModalityError> {
    TABLE.as_ref().map_err(|e| ModalityError::Internal(e.clone()))
}

/// What is done with the extension of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExtensionRule {
    /// Left out, and said so by name.
    Drop,
    /// Its value goes by its data type.
    Type,
    /// Its texts stay as they are.
    Keep,
}

/// A place in the tree of elements that the policy keeps; 0 is outside of it.
pub(crate) type KeepState = u16;

/// The rules of one policy, by row.
pub(crate) struct Plan {
    rules: Vec<Rule>,
    masked: &'static [bool],
    types: &'static [Rule],
    extensions: HashMap<String, ExtensionRule, foldhash::fast::FixedState>,
    /// `(state, row)` to state.
    keeps: HashMap<(KeepState, Row), KeepState, foldhash::fast::FixedState>,
    /// Whether the element of a state is kept.
    kept: Vec<bool>,
    profiled: &'static [bool],
}

impl Plan {
    /// The rules of a policy.
    ///
    /// # Errors
    ///
    /// Where the policy keeps an element that is not in the standard, or that its profile must
    /// remove.
    pub(crate) fn new(policy: &Policy) -> Result<Self, ModalityError> {
        let table = table()?;
        let limited = policy.profile == Profile::HipaaLimited;
        let mut plan = Self {
            rules: if limited { table.limited.clone() } else { table.rules.clone() },
            masked: &table.masked,
            types: &table.types,
            extensions: HashMap::default(),
            keeps: HashMap::default(),
            kept: vec![false],
            profiled: &table.profiled,
        };
        for (url, rule, _) in &table.extensions {
            plan.extensions.insert(url.clone(), *rule);
        }
        for url in &policy.fhir.keep_extensions {
            plan.extensions.insert(url.clone(), ExtensionRule::Type);
        }
        for path in &policy.fhir.keep_elements {
            plan.keep(path, policy.profile, table)?;
        }
        Ok(plan)
    }

    fn keep(&mut self, path: &str, profile: Profile, table: &Table) -> Result<(), ModalityError> {
        let ends = schema::resolve(path);
        if ends.is_empty() {
            return Err(ModalityError::Policy(format!(
                "fhir.keep_elements: `{path}` matches no element of FHIR R4"
            )));
        }
        for rows in ends {
            if let Some(last) = rows.last()
                && profile == Profile::HipaaSafeHarbor
                && rows.iter().any(|r| table.rules[usize::from(r.0)] == Rule::Drop)
                && let Some(letter) = rows.iter().find_map(|r| table.letter(*r))
            {
                return Err(ModalityError::Policy(format!(
                    "fhir.keep_elements: `{path}` ({}) is removed under \
                     45 CFR 164.514(b)(2)(i)({letter}) by profile hipaa-safe-harbor",
                    last.name(),
                )));
            }
            let root = rows.first().map(|r| r.owner());
            if root.is_some_and(|t| !t.is_resource()) {
                // A path that begins at a data type or backbone element holds wherever it occurs.
                if let [row] = rows[..] {
                    self.rules[usize::from(row.0)] = Rule::Keep;
                    continue;
                }
                return Err(ModalityError::Policy(format!(
                    "fhir.keep_elements: `{path}` begins at a data type and names more than one \
                     element; begin at a resource type"
                )));
            }
            let mut state = 0;
            for row in rows {
                let next = self.kept.len() as KeepState;
                let entry = *self.keeps.entry((state, row)).or_insert(next);
                if entry == next {
                    self.kept.push(false);
                }
                state = entry;
            }
            self.kept[usize::from(state)] = true;
        }
        Ok(())
    }

    /// What is done with the values of a row.
    pub(crate) fn rule(&self, row: Row) -> Rule {
        self.rules[usize::from(row.0)]
    }

    /// What is done with the values of a type, whatever their element.
    pub(crate) fn type_rule(&self, of: TypeId) -> Rule {
        self.types[usize::from(of.0)]
    }

    /// Whether a lost value is replaced by the data-absent-reason `masked`.
    pub(crate) fn masked(&self, row: Row) -> bool {
        self.masked[usize::from(row.0)]
    }

    /// Whether a resource type has a profile.
    pub(crate) fn profiled(&self, resource: TypeId) -> bool {
        self.profiled[usize::from(resource.0)]
    }

    /// What is done with an extension; `None` for one that no list names.
    pub(crate) fn extension(&self, url: &str) -> Option<ExtensionRule> {
        self.extensions.get(url).copied()
    }

    /// Whether any element is kept by the policy.
    pub(crate) fn has_keeps(&self) -> bool {
        self.kept.len() > 1
    }

    /// One step down the tree of kept elements: the state there, and whether the element is kept.
    pub(crate) fn step(&self, state: KeepState, row: Row, at_root: bool) -> (KeepState, bool) {
        if state == 0 && !at_root {
            return (0, false);
        }
        match self.keeps.get(&(state, row)) {
            Some(next) => (*next, self.kept[usize::from(*next)]),
            None => (0, false),
        }
    }
}

/// Checks what a policy says of FHIR, before anything is read.
///
/// # Errors
///
/// [`ModalityError::Policy`] where `fhir.keep_elements` names a path that no element type has, or
/// one that the profile must remove.
pub fn check_policy(policy: &Policy) -> Result<(), ModalityError> {
    Plan::new(policy).map(|_| ())
}

/// The address of the elements by which a resource type points to its patient, best first.
pub(crate) fn compartment(resource: TypeId) -> &'static [&'static str] {
    TABLE.as_ref().ok().and_then(|t| t.compartment.get(&resource)).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(profile: &str, fhir: &str) -> Policy {
        Policy::parse(&format!(
            "schema = 1\nname = \"t\"\nprofile = \"{profile}\"\n[fhir]\n{fhir}\n"
        ))
        .unwrap()
    }

    fn row(path: &str) -> Row {
        *schema::resolve(path)[0].last().unwrap()
    }

    #[test]
    fn tables_load_and_name_real_elements() {
        assert!(TABLE.is_ok(), "{:?}", TABLE.as_ref().err());
    }

    #[test]
    fn names_are_dropped_and_codes_kept() {
        let plan = Plan::new(&policy("research-linked", "")).unwrap();
        let check = |path: &str, rule: Rule| assert_eq!(plan.rule(row(path)), rule, "{path}");
        check("Patient.name", Rule::Drop);
        check("Patient.birthDate", Rule::Birth);
        check("Patient.deceasedDateTime", Rule::Date);
        check("Patient.gender", Rule::Token);
        check("Quantity.unit", Rule::Label);
        check("Meta.profile", Rule::Definition);
        check("Address.country", Rule::Country);
        check("Patient.identifier", Rule::PatientIdentifier);
        check("Encounter.identifier", Rule::Identifier);
        check("Encounter.period", Rule::Walk);
        check("Observation.valueString", Rule::AgeText);
        check("Observation.valueInteger", Rule::Measure);
        check("Condition.note", Rule::Walk);
        check("Annotation.text", Rule::Text);
        check("Meta.tag", Rule::Drop);
        check("Observation.extension", Rule::Extensions);
        check("Observation.component.modifierExtension", Rule::Modifiers);
        check("Address.city", Rule::Drop);
        check("Condition.note", Rule::Walk);
        check("ValueSet.name", Rule::Drop);
        check("Bundle.entry.resource", Rule::Resource);
    }

    #[test]
    fn a_limited_data_set_keeps_the_town() {
        let plan = Plan::new(&policy("hipaa-limited", "")).unwrap();
        assert_eq!(plan.rule(row("Address.city")), Rule::Keep);
        assert_eq!(plan.rule(row("Address.line")), Rule::Drop);
    }

    #[test]
    fn policies_that_mean_nothing_are_refused() {
        let check = |profile: &str, fhir: &str, ok: bool| {
            assert_eq!(check_policy(&policy(profile, fhir)).is_ok(), ok, "{fhir}");
        };
        check("research-linked", "keep_elements = [\"Patient.address.city\"]", true);
        check("research-linked", "keep_elements = [\"Observation.value[x]\"]", true);
        check("research-linked", "keep_elements = [\"Address.city\"]", true);
        check("research-linked", "keep_elements = [\"Patient.adress.city\"]", false);
        check("research-linked", "keep_elements = [\"Patinet.name\"]", false);
        check("hipaa-safe-harbor", "keep_elements = [\"Patient.name\"]", false);
        check("hipaa-safe-harbor", "keep_elements = [\"Patient.address.city\"]", false);
        check("hipaa-safe-harbor", "keep_elements = [\"Observation.status\"]", true);
    }
}
