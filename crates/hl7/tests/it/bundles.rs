//! References and ids, within a document and over several.

use crate::support::{Index, Scrubber, Seen, policy, run, scan_into, transform};
use anonymed_core::{Document, FileNumber, Format, Layout, Modality, Sensitive};
use anonymed_hl7::Fhir;
use serde_json::Value;

fn texts(value: &Value, key: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if name == key
                    && let Value::String(text) = inner
                {
                    into.push(text.clone());
                }
                texts(inner, key, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|i| texts(i, key, into)),
        _ => {}
    }
}

const A: &str = "d88f994a-5efa-421d-9c40-5f116d2114a6";
const B: &str = "11111111-2222-4333-8444-555555555555";

#[test]
fn urn_references_follow_their_entries() {
    let check = |patient_id: &str| {
        let text = format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[
{{"fullUrl":"urn:uuid:{A}","resource":{{"resourceType":"Patient"{patient_id}}},"request":{{"method":"POST","url":"Patient"}}}},
{{"fullUrl":"urn:uuid:{B}","resource":{{"resourceType":"Encounter","id":"e-9","status":"finished","class":{{"code":"AMB"}},"subject":{{"reference":"urn:uuid:{A}"}}}},"request":{{"method":"PUT","url":"Encounter/e-9"}}}},
{{"resource":{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"s","code":"c"}}]}},"subject":{{"reference":"urn:uuid:{A}"}},"encounter":{{"reference":"urn:uuid:{B}"}},"derivedFrom":[{{"reference":"Encounter/e-9"}}]}},"request":{{"method":"POST","url":"Observation","ifNoneExist":"identifier=http://x|9"}}}}]}}"#
        );
        let (out, done) = run(&text, "research-linked");
        assert_eq!((done.records_in, done.records_out), (3, 3), "{:?}", done.quarantined);
        let patient = out["entry"][0]["fullUrl"].as_str().unwrap();
        let encounter = out["entry"][1]["fullUrl"].as_str().unwrap();
        assert!(patient.starts_with("urn:uuid:") && !patient.contains(A));
        let observation = &out["entry"][2]["resource"];
        assert_eq!(observation["subject"]["reference"], patient);
        assert_eq!(observation["encounter"]["reference"], encounter);
        let id = out["entry"][1]["resource"]["id"].as_str().unwrap();
        assert_eq!(observation["derivedFrom"][0]["reference"], format!("Encounter/{id}"));
        assert_eq!(out["entry"][1]["request"]["url"], format!("Encounter/{id}"));
        assert_eq!(out["entry"][0]["request"]["url"], "Patient");
        let condition = out["entry"][2]["request"]["ifNoneExist"].as_str().unwrap();
        assert!(condition.starts_with("identifier=urn:anonymed:identifier|"), "{condition}");
        let all = out.to_string();
        assert!(!all.contains(A) && !all.contains(B) && !all.contains("e-9"));
    };
    check("");
    check(&format!(r#","id":"{A}""#));
    check(r#","id":"other""#);
}

#[test]
fn one_patient_is_one_in_every_file_and_form() {
    let files = [
        format!(
            r#"{{"resourceType":"Patient","id":"{A}","identifier":[{{"system":"http://h.example","value":"77"}}]}}"#
        ),
        format!(r#"{{"resourceType":"Condition","id":"c","subject":{{"reference":"Patient/{A}"}},"onsetDateTime":"2020-01-10"}}"#),
        format!(r#"{{"resourceType":"Condition","id":"d","subject":{{"reference":"urn:uuid:{A}"}},"onsetDateTime":"2020-01-10"}}"#),
        format!(r#"{{"resourceType":"Condition","id":"e","subject":{{"reference":"https://a.example/fhir/Patient/{A}/_history/4"}},"onsetDateTime":"2020-01-10"}}"#),
        r#"{"resourceType":"Condition","id":"f","subject":{"reference":"Patient?identifier=http://h.example|77"},"onsetDateTime":"2020-01-10"}"#.to_owned(),
        r#"{"resourceType":"Condition","id":"g","subject":{"identifier":{"system":"http://h.example","value":"77"}},"onsetDateTime":"2020-01-10"}"#.to_owned(),
    ];
    let mut seen = Seen::default();
    for file in &files {
        scan_into(file.as_bytes(), &mut seen).unwrap();
    }
    // A project's graph joins `fhir-uuid` of a lone reference with the id, as the engine does.
    let mut join = anonymed_core::SubjectMention::default();
    for authority in ["fhir-id", "fhir-uuid"] {
        join.keys.push(anonymed_core::PatientKey::new(authority, A).unwrap());
    }
    seen.mentions.push((anonymed_core::Place::Whole, join));
    let index = Index::new(&seen);
    assert_eq!(index.subjects.len(), 1);
    let scrubber = Scrubber::new(&seen);
    let outs: Vec<Value> = files
        .iter()
        .map(|f| {
            let (out, done) =
                transform(f.as_bytes(), &policy("research-linked"), &index, &scrubber).unwrap();
            assert!(done.quarantined.is_empty(), "{:?}", done.quarantined);
            serde_json::from_str(&out).unwrap()
        })
        .collect();
    let id = outs[0]["id"].as_str().unwrap();
    let uuid = index.subjects[0].pseudonym.uuid();
    assert_eq!(outs[1]["subject"]["reference"], format!("Patient/{id}"));
    assert_eq!(outs[2]["subject"]["reference"], format!("urn:uuid:{uuid}"));
    assert_eq!(outs[3]["subject"]["reference"], format!("Patient/{id}"));
    let conditional = format!("Patient?identifier=urn:anonymed:patient|{id}");
    assert_eq!(outs[4]["subject"]["reference"], conditional);
    assert_eq!(outs[5]["subject"]["identifier"]["value"], id);
    let dates: Vec<&Value> = outs[1..].iter().map(|o| &o["onsetDateTime"]).collect();
    assert!(dates.windows(2).all(|w| w[0] == w[1] && w[0].is_string()), "{dates:?}");
}

#[test]
fn conditional_references_meet_the_identifier_they_name() {
    let text = r#"{"resourceType":"Practitioner","id":"1","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"9999974592"}]}
{"resourceType":"Encounter","id":"2","status":"finished","class":{"code":"AMB"},"participant":[{"individual":{"reference":"Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9999974592","display":"Dr. Low"}}]}
"#;
    let mut seen = Seen::default();
    scan_into(text.as_bytes(), &mut seen).unwrap();
    let (out, _) = transform(
        text.as_bytes(),
        &policy("research-linked"),
        &Index::new(&seen),
        &Scrubber::new(&seen),
    )
    .unwrap();
    let lines: Vec<Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let identifier = &lines[0]["identifier"][0];
    let text = format!(
        "Practitioner?identifier={}|{}",
        identifier["system"].as_str().unwrap(),
        identifier["value"].as_str().unwrap()
    );
    assert_eq!(lines[1]["participant"][0]["individual"], serde_json::json!({"reference": text}));
    assert!(!out.contains("9999974592") && !out.contains("Low"));
}

#[test]
fn absolute_addresses_lose_their_server() {
    let text = r#"{"resourceType":"Bundle","type":"searchset","total":2,"link":[{"relation":"self","url":"http://h.example/Patient?name=Roe"}],"entry":[
{"fullUrl":"http://h.example/fhir/Patient/7","resource":{"resourceType":"Patient","id":"7"},"search":{"mode":"match"}},
{"fullUrl":"http://h.example/fhir/Condition/8","resource":{"resourceType":"Condition","id":"8","subject":{"reference":"http://h.example/fhir/Patient/7"}}},
{"fullUrl":"http://h.example/fhir/ValueSet/9","resource":{"resourceType":"ValueSet","id":"9"}}]}"#;
    let (out, done) = run(text, "research-linked");
    let id = out["entry"][0]["resource"]["id"].as_str().unwrap();
    assert_eq!(out["entry"][0]["fullUrl"], format!("https://fhir.invalid/Patient/{id}"));
    let mut references = Vec::new();
    texts(&out, "reference", &mut references);
    assert_eq!(references, [format!("Patient/{id}")]);
    assert_eq!(out["entry"].as_array().unwrap().len(), 2);
    assert_eq!((done.records_in, done.records_out), (3, 2));
    assert!(!out.to_string().contains("h.example"));
}

#[test]
fn one_entry_held_back_stops_no_other() {
    let text = r#"{"resourceType":"Bundle","type":"collection","entry":[
{"resource":{"resourceType":"Patient","id":"7"}},
{"resource":{"resourceType":"Condition","id":"8","subject":{"reference":"Patient/7"},"modifierExtension":[{"url":"http://a/not","valueBoolean":true}]}},
{"resource":{"resourceType":"Condition","id":"9","subject":{"reference":"Patient/7"}}}]}"#;
    let (out, done) = run(text, "research-linked");
    assert_eq!(out["entry"].as_array().unwrap().len(), 2);
    assert_eq!(done.quarantined.len(), 1);
    let place = done.quarantined[0].place.to_string();
    assert_eq!(place, "line 1, Bundle.entry[1]: modifierExtension");
    assert_eq!((done.records_in, done.records_out), (3, 2));
}

#[test]
fn threads_do_not_change_a_byte() {
    let patients: Vec<String> = (0..3)
        .map(|n| {
            format!(r#"{{"resourceType":"Patient","id":"p{n}","birthDate":"1980-01-0{}"}}"#, n + 1)
        })
        .collect();
    let conditions: Vec<String> = (0..700)
        .map(|n| {
            format!(
                r#"{{"resourceType":"Condition","id":"c{n}","subject":{{"reference":"Patient/p{}"}},"onsetDateTime":"2020-01-10"}}"#,
                n % 4
            )
        })
        .collect();
    let resources = [patients, conditions].concat();
    let entries: Vec<String> = resources.iter().map(|r| format!("{{\"resource\":{r}}}")).collect();
    let bundle = format!(
        "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{}]}}",
        entries.join(",")
    );
    for text in [resources.join("\n"), bundle] {
        let mut seen = Seen::default();
        scan_into(text.as_bytes(), &mut seen).unwrap();
        let mut index = Index::new(&seen);
        index.conflicts.insert(anonymed_core::PatientKey::new("fhir-id", "p3").unwrap());
        let run = |threads: usize| {
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| {
                transform(
                    text.as_bytes(),
                    &policy("research-linked"),
                    &index,
                    &Scrubber::new(&seen),
                )
                .unwrap()
            })
        };
        let one = run(1);
        assert_eq!(one.1.quarantined.len(), 175);
        for threads in [2, 4] {
            assert!(run(threads) == one, "{threads} threads");
        }
    }
}

/// A bundle of one patient on one line, whose observation says much.
fn one_line(id: &str, said: usize) -> String {
    format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{{"resourceType":"Patient","id":"{id}"}}}},{{"resource":{{"resourceType":"Observation","id":"o-{id}","status":"final","subject":{{"reference":"Patient/{id}"}},"valueString":"{}"}}}}]}}"#,
        "well ".repeat(said)
    ) + "\n"
}

#[test]
fn the_layout_is_that_of_what_was_written() {
    let layout = |text: &str| {
        let mut seen = Seen::default();
        scan_into(text.as_bytes(), &mut seen).unwrap();
        let policy = policy("research-linked");
        let (out, done) =
            transform(text.as_bytes(), &policy, &Index::new(&seen), &Scrubber::new(&seen)).unwrap();
        (done.layout, out.lines().count(), done.records_out)
    };
    // The first bytes of both are the beginning of a bundle.
    let long = one_line("a", 20_000);
    assert_eq!(layout(&long), (Layout::Document, 1, 2));
    let three = [long, one_line("b", 1), one_line("c", 1)].concat();
    assert_eq!(layout(&three), (Layout::Lines, 3, 6));
    assert_eq!(layout(&one_line("a", 1)), (Layout::Document, 1, 2));
}

#[test]
fn bundles_that_are_too_many_for_a_document_are_read_line_by_line() {
    let three = [one_line("a", 20_000), one_line("b", 1), one_line("c", 1)].concat();
    let format = Format {
        modality: "fhir".to_owned(),
        kind: "json".to_owned(),
        details: std::collections::BTreeMap::new(),
    };
    let check = |text: &str, records: u64, ok: bool| {
        let name = Sensitive::from("name");
        let mut data = std::io::Cursor::new(text.as_bytes().to_vec());
        // As long as it says, and not as it is: no test writes 64 MiB.
        let length = (64 << 20) + 1;
        let mut document = Document { file: FileNumber(1), name: &name, length, data: &mut data };
        let mut seen = Seen::default();
        assert_eq!(Fhir.inspect(&mut document, &format, &mut seen).is_ok(), ok);
        assert_eq!(seen.records, records);
    };
    check(&three, 6, true);
    check(&three.replace(",\"entry\"", ",\n\"entry\""), 0, false);
}
