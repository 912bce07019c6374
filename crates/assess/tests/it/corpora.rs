//! The UCI hospital table as it is, where it is at hand: set `ANONYMED_CORPORA` to the folder, or
//! put it beside the workspace as `../shared/data`.

use std::path::PathBuf;

use anonymed_assess::risk::Prosecutor;
use anonymed_assess::{ClassIndex, Multiplicity, RiskInput, RiskModel, Shape, SignatureIndex};

#[test]
fn visits_are_not_patients() {
    let folder = std::env::var_os("ANONYMED_CORPORA").map_or_else(
        || {
            PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap())
                .join("../../../shared/data")
        },
        PathBuf::from,
    );
    let Ok(file) = fs_err::File::open(folder.join("diabetes130/diabetic_data.csv")) else {
        eprintln!("CORPUS MISSING: 1 test not run; set ANONYMED_CORPORA");
        return;
    };
    let mut reader = csv::Reader::from_reader(file);
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|h| h == name).unwrap();
    let (subject, quasi) = (at("patient_nbr"), ["race", "gender", "age"].map(at));
    let mut people = ClassIndex::new(Shape::with_subject(3, 0));
    let mut rows = ClassIndex::new(Shape::by_rows(3, 0));
    let mut joint = SignatureIndex::new(Multiplicity::Ignored);
    for record in reader.records() {
        let record = record.unwrap();
        let cells = quasi.map(|q| record.get(q));
        people.add(&cells, record.get(subject), &[]).unwrap();
        rows.add(&cells, None, &[]).unwrap();
        joint.add(record.get(subject), 0, &cells).unwrap();
    }
    let (by_people, by_rows) = (people.report(5), rows.report(5));
    assert_eq!((by_people.rows, by_people.subjects), (101_766, 71_518));
    assert!(by_people.classes_below_k >= by_rows.classes_below_k);
    assert!(by_people.average_class_rows > 100.0);
    let input = RiskInput { classes: (&people).into(), population: None, threshold: 0.2 };
    let risk = Prosecutor.assess(&input);
    let joint = joint.report(5);
    assert_eq!(joint.subjects, 71_518);
    eprintln!(
        "Diabetes by race, gender, age: {} classes, smallest {} rows {} patients, highest risk {}, \
         {} patients unique by sequence",
        by_people.classes,
        by_rows.smallest_class_rows,
        by_people.smallest_class_subjects,
        risk.highest,
        joint.unique_subjects
    );
}
