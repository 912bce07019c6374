//! What keeps the tables of a release apart under joint scope: codes of each table's own, and rows
//! in an order of each table's own.
//!
//! Where row 7 of one file is row 7 of another, no code is needed to join them. Rows are therefore
//! written in the order of keyed bytes of their running number, which only the key holder can make
//! again: the verifier does, to hold each row against its own in the input.

use anonymed_core::{DateShift, FileNumber, Pseudonym, Pseudonymizer, Subject, SubjectId};

/// The name under which a table has codes and an order of its own.
pub fn table_scope(file: FileNumber, sheet: Option<&str>) -> String {
    format!("{file}/{}", sheet.unwrap_or_default())
}

/// The code of a patient in one table, from the code the patient has elsewhere.
pub fn table_code(maker: &Pseudonymizer, scope: &str, code: &str) -> String {
    table_pseudonym(maker, scope, code).code()
}

fn table_pseudonym(maker: &Pseudonymizer, scope: &str, code: &str) -> Pseudonym {
    maker.pseudonym(&format!("table-patient:{scope}"), "", code)
}

/// The kind under which a table keys the values that other tables key under `kind`.
pub fn table_kind(kind: &str, scope: &str) -> String {
    format!("{kind}@{scope}")
}

/// A patient under the code of one table, so that fakes made for them are the table's own too.
pub(crate) fn table_subject(maker: &Pseudonymizer, scope: &str, subject: &Subject) -> Subject {
    let pseudonym = table_pseudonym(maker, scope, &subject.pseudonym.code());
    Subject { pseudonym, ..subject.clone() }
}

/// Nobody known, under the code of a value.
pub(crate) fn nobody(pseudonym: Pseudonym) -> Subject {
    Subject {
        number: SubjectId(u32::MAX),
        pseudonym,
        shift: DateShift::new(1).expect("one day is a shift"),
        sex: None,
        known: Vec::new(),
    }
}

/// Where each released row stands in the output: by its running number in the input, both from 0.
/// Keeps 24 bytes a row.
pub fn row_positions(maker: &Pseudonymizer, scope: &str, rows: u64) -> Vec<usize> {
    let mut keyed: Vec<([u8; 16], usize)> = (0..rows)
        .map(|row| {
            let bytes = maker.bytes("row-order", scope, &row.to_string());
            let mut key = [0; 16];
            key.copy_from_slice(&bytes[..16]);
            (key, row as usize)
        })
        .collect();
    keyed.sort_unstable();
    let mut positions = vec![0; keyed.len()];
    for (position, (_, row)) in keyed.into_iter().enumerate() {
        positions[row] = position;
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::{KeyRing, PseudonymDomain, RootKey};

    fn maker(domain: &str) -> Pseudonymizer {
        let key = RootKey::new([7; 32]);
        Pseudonymizer::keyed(&key as &dyn KeyRing, &PseudonymDomain(domain.into()))
    }

    #[test]
    fn each_table_has_an_order_of_its_own() {
        let maker = maker("t");
        let (one, two) = (table_scope(FileNumber(1), None), table_scope(FileNumber(2), None));
        let order = row_positions(&maker, &one, 1000);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1000), "every row has a place of its own");
        assert_eq!(order, row_positions(&maker, &one, 1000));
        let other = row_positions(&maker, &two, 1000);
        // A random pair of orders has one row in the same place on average; 12 or more have a
        // probability below 1e-9.
        let same = |a: &[usize], b: &[usize]| a.iter().zip(b).filter(|(x, y)| x == y).count();
        assert!(same(&order, &other) < 12);
        assert!(same(&order, &(0..1000).collect::<Vec<_>>()) < 12);
    }

    #[test]
    fn codes_of_two_tables_have_nothing_in_common() {
        let maker = maker("t");
        assert_ne!(table_code(&maker, "1/", "A"), table_code(&maker, "2/", "A"));
        assert_eq!(table_code(&maker, "1/", "A"), table_code(&maker, "1/", "A"));
    }
}
