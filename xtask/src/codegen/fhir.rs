//! Makes `crates/hl7/src/generated/element_types.rs` from the table of R4 element types.
//!
//! The source is tab-separated: owner type, JSON element name, type, element name without the
//! choice suffix (`value` of `valueQuantity`), made from the StructureDefinitions of FHIR R4
//! 4.0.1. A type that begins with `@` is a content reference to another owner.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const HEAD: &str = "\
//! Element types of FHIR R4 4.0.1, from its StructureDefinitions (CC0).
//!
//! Made by `cargo xtask codegen`; do not edit.

use crate::schema::{Element, TypeDef};

";

/// Writes the Rust source of the table. Lines that are not four fields are left out.
pub(super) fn generate(tsv: &str) -> String {
    let mut owners: BTreeMap<&str, BTreeMap<&str, (&str, &str)>> = BTreeMap::new();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for line in tsv.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [owner, element, of, base] = fields[..] else { continue };
        let of = of.strip_prefix('@').unwrap_or(of);
        names.extend([owner, of]);
        owners.entry(owner).or_default().insert(element, (of, base));
    }
    let numbers: BTreeMap<&str, usize> = names.iter().enumerate().map(|(n, t)| (*t, n)).collect();
    let mut types = String::new();
    let mut elements = String::new();
    let mut row = 0;
    for name in &names {
        let first = row;
        for (element, (of, base)) in owners.get(name).into_iter().flatten() {
            let base = base.len().min(element.len());
            let _ = writeln!(
                elements,
                "    Element {{ name: \"{element}\", of: {}, owner: {}, base: {base} }},",
                numbers[of], numbers[name],
            );
            row += 1;
        }
        let _ = writeln!(types, "    TypeDef {{ name: \"{name}\", first: {first}, end: {row} }},");
    }
    format!(
        "{HEAD}/// Types by name; `first..end` are the rows of their elements.\n\
         #[rustfmt::skip]\npub(crate) static TYPES: &[TypeDef] = &[\n{types}];\n\n\
         /// Elements by owner, then by name.\n\
         #[rustfmt::skip]\npub(crate) static ELEMENTS: &[Element] = &[\n{elements}];\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_follow_their_owner() {
        let out = generate("B\tvalueCode\tcode\tvalue\nA\tb\tB\tb\nB\tpart\t@A\tpart\nbroken\n");
        assert!(out.contains("TypeDef { name: \"A\", first: 0, end: 1 }"), "{out}");
        assert!(out.contains("TypeDef { name: \"B\", first: 1, end: 3 }"), "{out}");
        assert!(out.contains("Element { name: \"valueCode\", of: 2, owner: 1, base: 5 }"), "{out}");
        assert!(out.contains("Element { name: \"part\", of: 0, owner: 1, base: 4 }"), "{out}");
    }
}
