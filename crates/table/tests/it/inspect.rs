//! What a scan says of tables.

use anonymed_core::{AttributeRole as R, EntityType as E, Sex};
use anonymed_table::looks_like_code_list;

use crate::support::inspect;

#[test]
fn rows_tell_of_their_patients() {
    let text = "MRN;First Name;Last Name;DOB;Sex;Mother Name;Phone;Admit Date;Note\n\
                001;Jane;Roe;5/3/1955;F;Mary Roe;(555) 010-4477;1/2/2020;came in with a cough and some fever\n\
                002;John;Doe;5/4/1960;M;?;;1/3/2020;came in with chest pain for two days\n";
    let seen = inspect(text.as_bytes()).unwrap();
    assert!(seen.field("MRN").subject);
    assert_eq!(seen.field("Mother Name").entity, Some(E::Relative));
    assert_eq!(seen.field("Note").role, R::FreeText);
    let (place, mention) = &seen.mentions[0];
    assert_eq!(place.to_string(), "row 1, column 1");
    assert_eq!(mention.keys[0].authority(), "column:mrn");
    assert_eq!(mention.birth.unwrap().to_string(), "1955-05-03");
    assert_eq!(mention.sex, Some(Sex::Female));
    assert_eq!(mention.dates[0].to_string(), "2020-01-02");
    let known: Vec<(E, &str)> =
        mention.known.iter().map(|k| (k.entity, k.value.expose().as_str())).collect();
    for expect in [
        (E::Mrn, "001"),
        (E::Patient, "Jane"),
        (E::Patient, "Roe"),
        (E::Patient, "Jane Roe"),
        (E::Relative, "Mary Roe"),
        (E::Phone, "(555) 010-4477"),
    ] {
        assert!(known.contains(&expect), "{:?}", expect.0);
    }
    assert_eq!(seen.mentions[1].1.known.iter().filter(|k| k.entity == E::Relative).count(), 0);
}

#[test]
fn code_lists_are_told_from_people() {
    let check = |text: &str, expect: bool| {
        let seen = inspect(text.as_bytes()).unwrap();
        assert_eq!(looks_like_code_list(&seen.fields), expect, "{}", text.lines().next().unwrap());
    };
    check("1;acute;*\n2;acute;*\n3;other;*\n", true);
    check("code,description\n1,Emergency\n2,Urgent\n3,Elective\n", true);
    check("mrn,zip\n1,02138\n2,02139\n3,02140\n", false);
    check("name,phone\nA B,555-0100\nC D,555-0101\nE F,555-0102\n", false);
}
