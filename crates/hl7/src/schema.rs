//! The element types of FHIR R4, looked up by owner type and JSON element name.

use crate::generated::element_types::{ELEMENTS, TYPES};

/// A type of the table: a resource, a data type, a backbone element or a primitive.
pub(crate) struct TypeDef {
    pub(crate) name: &'static str,
    pub(crate) first: u16,
    pub(crate) end: u16,
}

/// An element of a type, under the name JSON gives it.
pub(crate) struct Element {
    pub(crate) name: &'static str,
    pub(crate) of: u16,
    pub(crate) owner: u16,
    /// Length of the name without the suffix of a choice.
    pub(crate) base: u8,
}

/// A type's place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) u16);

/// An element's place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Row(pub(crate) u16);

/// All rows.
pub(crate) const fn rows() -> usize {
    ELEMENTS.len()
}

/// The number of types.
pub(crate) const fn types() -> usize {
    TYPES.len()
}

impl TypeId {
    /// The type of a name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        TYPES.binary_search_by(|t| t.name.cmp(name)).ok().map(|n| Self(n as u16))
    }

    pub(crate) fn name(self) -> &'static str {
        TYPES[usize::from(self.0)].name
    }

    /// Whether the type has elements of its own.
    pub(crate) fn is_complex(self) -> bool {
        let def = &TYPES[usize::from(self.0)];
        def.first < def.end
    }

    /// Whether the type is a resource: it has `implicitRules`, which no data type has.
    pub(crate) fn is_resource(self) -> bool {
        self.element("implicitRules").is_some()
    }

    /// The element of a name.
    pub(crate) fn element(self, name: &str) -> Option<Row> {
        let def = &TYPES[usize::from(self.0)];
        let rows = &ELEMENTS[usize::from(def.first)..usize::from(def.end)];
        let at = rows.binary_search_by(|e| e.name.cmp(name)).ok()?;
        Some(Row(def.first + at as u16))
    }

    /// The elements of a name without its choice suffix: one, or every form of a choice.
    pub(crate) fn elements_of(self, base: &str) -> Vec<Row> {
        let base = base.strip_suffix("[x]").unwrap_or(base);
        self.rows().filter(|row| row.base() == base || row.name() == base).collect()
    }

    /// All elements.
    pub(crate) fn rows(self) -> impl Iterator<Item = Row> {
        let def = &TYPES[usize::from(self.0)];
        (def.first..def.end).map(Row)
    }
}

impl Row {
    fn get(self) -> &'static Element {
        &ELEMENTS[usize::from(self.0)]
    }

    pub(crate) fn name(self) -> &'static str {
        self.get().name
    }

    /// The name without the suffix of a choice.
    pub(crate) fn base(self) -> &'static str {
        let element = self.get();
        &element.name[..usize::from(element.base)]
    }

    /// The type of the values.
    pub(crate) fn of(self) -> TypeId {
        TypeId(self.get().of)
    }

    /// The type the element belongs to.
    pub(crate) fn owner(self) -> TypeId {
        TypeId(self.get().owner)
    }
}

/// Rows of a path such as `Patient.contact.name`, every form of a choice counted; empty where the
/// path matches no element.
pub(crate) fn resolve(path: &str) -> Vec<Vec<Row>> {
    let mut parts = path.split('.');
    let Some(root) = parts.next().and_then(TypeId::of).filter(|t| t.is_complex()) else {
        return Vec::new();
    };
    let mut ends: Vec<(TypeId, Vec<Row>)> = vec![(root, Vec::new())];
    for part in parts {
        ends = ends
            .iter()
            .flat_map(|(of, rows)| {
                of.elements_of(part).into_iter().map(|row| {
                    let mut rows = rows.clone();
                    rows.push(row);
                    (row.of(), rows)
                })
            })
            .collect();
    }
    ends.into_iter().map(|(_, rows)| rows).filter(|rows| !rows.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_resolve_over_types() {
        let check = |path: &str, count: usize| assert_eq!(resolve(path).len(), count, "{path}");
        check("Patient.name.family", 1);
        check("Patient.contact.name.given", 1);
        check("Patient.deceased[x]", 2);
        check("Patient.deceased", 2);
        check("Patient.deceasedBoolean", 1);
        check("HumanName.family", 1);
        check("Patient.nmae", 0);
        check("Pateint.name", 0);
        check("Patient", 0);
        check("", 0);
    }

    #[test]
    fn resources_are_told_from_data_types() {
        let check = |name: &str, expect: bool| {
            assert_eq!(TypeId::of(name).is_some_and(TypeId::is_resource), expect, "{name}");
        };
        check("Patient", true);
        check("Bundle", true);
        check("HumanName", false);
        check("Patient.contact", false);
        check("string", false);
        check("patient", false);
    }
}
