//! Who goes over to another class by relaxed cuts: nobody whom a reader could name.

use std::collections::BTreeSet;

use anonymed_core::policy::TableConfig;
use anonymed_core::{PseudonymDomain, Pseudonymizer, RootKey};

use crate::unlinked::released_by;

const CONFIG: &str = "[columns]\nage = \"quasi\"\nn = \"keep\"\n[[model]]\nk = 5\n[search]\n\
                      method = \"relaxed\"\nsuppress_max = 0.0\n";

/// The rows of the widest class, where one of 200 people is old.
fn widest(old: usize, key: u8) -> Vec<usize> {
    let row = |n: usize| format!("{},{n}\n", if n == old { 99 } else { 40 });
    let csv = "age,n\n".to_owned() + &(0..200).map(row).collect::<String>();
    let maker = Pseudonymizer::keyed(&RootKey::new([key; 32]), &PseudonymDomain("t".into()));
    let (_, written, _) = released_by(&csv, &TableConfig::parse(CONFIG).unwrap(), &maker);
    let cells = written.lines().skip(1).map(|line| line.split_once(',').unwrap());
    cells.filter(|(age, _)| *age == "*").map(|(_, n)| n.parse().unwrap()).collect()
}

#[test]
fn places_of_rows_do_not_tell_who_is_far() {
    let (mut last, mut first) = (0, 0);
    let mut others = BTreeSet::new();
    for key in 0..60u8 {
        // Everywhere in the table, the same for all keys.
        let old = usize::from(key) * 67 % 200;
        let class = widest(old, key);
        assert_eq!(class.len(), 5);
        assert!(class.contains(&old));
        last += u32::from(class.last() == Some(&old));
        first += u32::from(class.first() == Some(&old));
        others.extend(class.into_iter().filter(|n| *n != old));
    }
    // One in five by chance; 27 of 60 and more have a probability below 1e-5.
    assert!(last < 27 && first < 27, "{last} {first}");
    // Of 240 that went over about 140 differ by chance.
    assert!(others.len() > 110, "{}", others.len());
}

#[test]
fn the_same_key_draws_the_same_people() {
    assert_eq!(widest(7, 3), widest(7, 3));
    assert_ne!(widest(7, 3), widest(7, 4));
}
