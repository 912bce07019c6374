//! What becomes of single elements.

use crate::support::{Blind, Index, policy, policy_with, run, run_with, scan, transform};
use serde_json::{Value, json};

const PATIENT: &str = r##"{"resourceType":"Patient","id":"p1","meta":{"versionId":"3","lastUpdated":"2020-01-01T00:00:00Z","profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"]},
"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><b>Jane</b> <i title=\"x\">Roe</i> &amp; son</div>"},
"extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"},
{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3","display":"White"}},{"url":"text","valueString":"White"}]},
{"url":"http://example.org/secret","valueString":"Jane Roe"}],
"identifier":[{"system":"http://hospital.example","value":"MRN-77"},{"type":{"coding":[{"code":"SS"}]},"system":"http://hl7.org/fhir/sid/us-ssn","value":"999-12-3456"}],
"name":[{"family":"Roe","given":["Jane"]}],"telecom":[{"system":"phone","value":"555-0100-77"}],
"gender":"female","birthDate":"1975-03-02","_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthTime","valueDateTime":"1975-03-02T14:35:45-05:00"}]},
"address":[{"line":["1 Elm Street"],"city":"Springfield","state":"IL","postalCode":"62701","country":"US"}],
"contact":[{"name":{"family":"Doe","given":["John"]}}],"multipleBirthInteger":2}"##;

fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

#[test]
fn a_patient_keeps_what_is_no_identifier() {
    let (out, done) = run(PATIENT, "hipaa-safe-harbor");
    let code = at(&out, "/id").as_str().unwrap();
    assert!(anonymed_core::Pseudonym::is_code(code));
    assert_eq!(at(&out, "/identifier"), &json!([{"system":"urn:anonymed:patient","value":code}]));
    assert_eq!(at(&out, "/birthDate"), &json!("1975"));
    assert_eq!(at(&out, "/_birthDate"), &Value::Null);
    assert_eq!(at(&out, "/address"), &json!([{"state":"IL","postalCode":"627","country":"US"}]));
    assert_eq!(at(&out, "/gender"), &json!("female"));
    assert_eq!(at(&out, "/multipleBirthInteger"), &json!(2));
    assert_eq!(at(&out, "/extension").as_array().unwrap().len(), 2);
    assert_eq!(at(&out, "/extension/1/extension/1/valueString"), &json!("White"));
    for gone in ["/name", "/telecom", "/contact", "/meta/versionId", "/meta/lastUpdated"] {
        assert_eq!(at(&out, gone), &Value::Null, "{gone}");
    }
    assert_eq!(at(&out, "/meta/security/0/code"), &json!("PSEUDED"));
    let div = at(&out, "/text/div").as_str().unwrap();
    assert_eq!(
        div,
        "<div xmlns=\"http://www.w3.org/1999/xhtml\"><b>[X]</b><i></i> &amp; son</div>"
    );
    assert_eq!((done.records_in, done.records_out), (1, 1));
}

#[test]
fn nothing_of_a_patient_is_left() {
    for profile in ["hipaa-safe-harbor", "research-linked", "gdpr-anonymous", "ml-training"] {
        let out = run(PATIENT, profile).0.to_string();
        for value in [
            "Roe",
            "Jane",
            "MRN-77",
            "999-12",
            "555-0100",
            "Elm",
            "Springfield",
            "62701",
            "Doe",
            "John",
            "1975-03-02",
            "14:35",
            "secret",
            "\"p1\"",
        ] {
            assert!(!out.contains(value), "{profile}: {value}");
        }
    }
}

#[test]
fn a_limited_data_set_keeps_towns_and_dates() {
    let (out, _) = run(PATIENT, "hipaa-limited");
    assert_eq!(at(&out, "/birthDate"), &json!("1975-03-02"));
    assert_eq!(at(&out, "/address/0/city"), &json!("Springfield"));
    assert_eq!(at(&out, "/address/0/postalCode"), &json!("62701"));
    assert_eq!(at(&out, "/address/0/line"), &Value::Null);
    assert_eq!(at(&out, "/name"), &Value::Null);
}

fn observation(inside: &str) -> String {
    format!(
        "{PATIENT_LINE}\n{{\"resourceType\":\"Observation\",\"id\":\"o1\",\"status\":\"final\",\
         \"subject\":{{\"reference\":\"Patient/p1\",\"display\":\"Jane Roe\"}},{inside}}}\n"
    )
}

const PATIENT_LINE: &str = r#"{"resourceType":"Patient","id":"p1","birthDate":"1975-03-02","name":[{"family":"Roe","given":["Jane"]}]}"#;

fn second_line(inside: &str, profile: &str) -> (Value, anonymed_core::Transformed, i32) {
    let text = observation(inside);
    let seen = scan(&text);
    let index = Index::new(&seen);
    let scrubber = crate::support::Scrubber::new(&seen);
    let (out, done) = transform(text.as_bytes(), &policy(profile), &index, &scrubber).unwrap();
    let line = out.lines().nth(1).map_or(Value::Null, |l| serde_json::from_str(l).unwrap());
    (line, done, index.subject("fhir-id", "p1").shift.days())
}

fn moved(date: &str, days: i32) -> String {
    let date: jiff::civil::Date = date.parse().unwrap();
    date.checked_add(jiff::ToSpan::days(days)).unwrap().to_string()
}

#[test]
fn dates_move_by_the_patients_shift() {
    let check = |inside: &str, pointer: &str, day: &str, rest: &str| {
        let (out, _, days) = second_line(inside, "research-linked");
        assert_eq!(at(&out, pointer), &json!(format!("{}{rest}", moved(day, days))), "{inside}");
    };
    check(r#""effectiveDateTime":"2020-02-28""#, "/effectiveDateTime", "2020-02-28", "");
    check(
        r#""effectiveDateTime":"2020-02-28T23:59:59.123-05:00""#,
        "/effectiveDateTime",
        "2020-02-28",
        "T23:59:59.123-05:00",
    );
    check(r#""issued":"2020-02-28T00:00:00Z""#, "/issued", "2020-02-28", "T00:00:00Z");
    check(
        r#""effectivePeriod":{"start":"2020-02-28","end":"2021-03-01"}"#,
        "/effectivePeriod/end",
        "2021-03-01",
        "",
    );
    check(
        r#""effectiveTiming":{"event":["2020-02-28","2020-03-01"]}"#,
        "/effectiveTiming/event/1",
        "2020-03-01",
        "",
    );
}

#[test]
fn dates_are_cut_to_the_year() {
    let check = |inside: &str, pointer: &str, expect: Value| {
        let (out, ..) = second_line(inside, "hipaa-safe-harbor");
        assert_eq!(at(&out, pointer), &expect, "{inside}");
    };
    let cut = json!("2020");
    check(r#""effectiveDateTime":"2020-02-28T23:59:59-05:00""#, "/effectiveDateTime", cut.clone());
    check(r#""effectiveDateTime":"2020-02""#, "/effectiveDateTime", cut.clone());
    check(r#""effectivePeriod":{"start":"2020-02-28"}"#, "/effectivePeriod/start", cut);
    // A year alone is no instant.
    check(r#""issued":"2020-02-28T00:00:00Z""#, "/issued", Value::Null);
    // A year so long ago tells that the patient is over 89.
    check(r#""effectiveDateTime":"1933-02-28""#, "/effectiveDateTime", Value::Null);
    check(r#""effectiveDateTime":"last week, says Jane""#, "/effectiveDateTime", Value::Null);
}

#[test]
fn values_stay_digit_for_digit() {
    let check = |number: &str| {
        let text =
            observation(&format!("\"valueQuantity\":{{\"value\":{number},\"unit\":\"mg\"}}"));
        let seen = scan(&text);
        let (out, _) =
            transform(text.as_bytes(), &policy("research-linked"), &Index::new(&seen), &Blind)
                .unwrap();
        assert!(out.contains(&format!("\"value\":{number},\"unit\":\"mg\"")), "{number}");
    };
    check("20.00");
    check("0.000000000000000000000000000001");
    check("1e400");
    check("-0.0");
    check("123456789012345678901234567890.10");
    check(&"9".repeat(10_000));
}

#[test]
fn free_text_goes_through_the_engine() {
    let check = |inside: &str, pointer: &str, expect: Value| {
        let (out, ..) = second_line(inside, "research-linked");
        assert_eq!(at(&out, pointer), &expect, "{inside}");
    };
    check(r#""valueString":"Jane Roe is \"well\"""#, "/valueString", json!("[X] is \"well\""));
    check(
        r#""note":[{"authorString":"Dr. Low","text":"seen Roe"}]"#,
        "/note/0",
        json!({"text":"seen [X]"}),
    );
    check(r#""code":{"text":"for Jane"}"#, "/code/text", json!("for [X]"));
    check(
        r#""code":{"coding":[{"system":"http://loinc.org","code":"1","display":"Jane test"}],"text":"Jane test"}"#,
        "/code/text",
        json!("[X] test"),
    );
    check(r#""code":{"coding":[{"display":"Jane"}]}"#, "/code", Value::Null);
}

#[test]
fn attachments_are_read_and_written() {
    let base64 = |text: &str| data_encoding(text);
    let document = |media: &str, data: &str| {
        format!(
            "{PATIENT_LINE}\n{{\"resourceType\":\"DocumentReference\",\"id\":\"d\",\"subject\":\
             {{\"reference\":\"Patient/p1\"}},\"content\":[{{\"attachment\":{{\"contentType\":\
             \"{media}\",\"data\":\"{data}\",\"url\":\"http://h/jane\",\"hash\":\"AAAA\",\"size\":3}}}}]}}\n"
        )
    };
    let check = |media: &str, inside: &str, expect: Option<&str>| {
        let text = document(media, &base64(inside));
        let seen = scan(&text);
        let (out, done) = transform(
            text.as_bytes(),
            &policy("research-linked"),
            &Index::new(&seen),
            &crate::support::Scrubber::new(&seen),
        )
        .unwrap();
        let line: Value = serde_json::from_str(out.lines().nth(1).unwrap()).unwrap();
        let data = at(&line, "/content/0/attachment/data").as_str().map(str::to_owned);
        assert_eq!(data, expect.map(base64), "{media} {inside}");
        assert!(!out.contains("jane") && !out.contains("AAAA"));
        assert!(done.quarantined.is_empty());
    };
    check("text/plain", "Jane Roe came.", Some("[X] came."));
    check("text/plain; charset=utf-8", "plain", Some("plain"));
    check("text/html", "<p onclick=\"Jane\">Jane Roe</p>", Some("<p>[X]</p>"));
    check("application/pdf", "Jane Roe", None);
}

fn data_encoding(text: &str) -> String {
    const SET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            chunk.iter().enumerate().fold(0u32, |b, (n, c)| b | u32::from(*c) << (16 - 8 * n));
        for n in 0..4 {
            out.push(if n <= chunk.len() {
                SET[(bits >> (18 - 6 * n) & 63) as usize] as char
            } else {
                '='
            });
        }
    }
    out
}

#[test]
fn ages_over_the_cap_are_one_group() {
    let check = |age: &str, expect: Value| {
        let text = format!(
            "{PATIENT_LINE}\n{{\"resourceType\":\"Condition\",\"id\":\"c\",\"subject\":{{\"reference\":\
             \"Patient/p1\"}},{age}}}\n"
        );
        let seen = scan(&text);
        let (out, _) =
            transform(text.as_bytes(), &policy("hipaa-safe-harbor"), &Index::new(&seen), &Blind)
                .unwrap();
        let line: Value = serde_json::from_str(out.lines().nth(1).unwrap()).unwrap();
        assert_eq!(at(&line, "/onsetAge"), at(&expect, "/onsetAge"), "{age}");
        assert_eq!(at(&line, "/onsetRange"), at(&expect, "/onsetRange"), "{age}");
    };
    let over = json!({"value":90,"comparator":">=","unit":"a","system":"http://unitsofmeasure.org","code":"a"});
    check(r#""onsetAge":{"value":89,"unit":"a"}"#, json!({"onsetAge":{"value":89,"unit":"a"}}));
    check(r#""onsetAge":{"value":93.5,"code":"a"}"#, json!({"onsetAge":over}));
    check(r#""onsetAge":{"value":1140,"code":"mo"}"#, json!({"onsetAge":over}));
    check(r#""onsetAge":{"value":400,"code":"mo"}"#, json!({"onsetAge":{"value":400,"code":"mo"}}));
    check(r#""onsetAge":{"value":93,"unit":"Jane"}"#, json!({}));
    check(
        r#""onsetRange":{"low":{"value":80,"unit":"a"},"high":{"value":95,"unit":"a"}}"#,
        json!({"onsetRange":{"low":{"value":80,"unit":"a"}}}),
    );
}

#[test]
fn what_is_not_known_is_dropped_or_stops() {
    let unknown = r#""madeUp":"Jane Roe""#;
    assert_eq!(at(&second_line(unknown, "research-linked").0, "/madeUp"), &Value::Null);
    let typed = r#""status2":{"a":1},"valueString":{"deep":"Jane Roe"}"#;
    assert_eq!(at(&second_line(typed, "research-linked").0, "/valueString"), &Value::Null);
    let modifier = r#""modifierExtension":[{"url":"http://example.org/not","valueBoolean":true}]"#;
    let (out, done, _) = second_line(modifier, "research-linked");
    assert_eq!(out, Value::Null);
    assert_eq!(done.quarantined.len(), 1);
    assert_eq!(done.quarantined[0].reason, "unknown-modifier-extension");
    assert_eq!(done.quarantined[0].place.to_string(), "line 2, modifierExtension");
}

#[test]
fn unclassified_can_block() {
    let block = policy_with("research-linked", "").name.len();
    assert_eq!(block, 1);
    let text = observation(r#""madeUp":"x""#);
    let seen = scan(&text);
    let mut policy = policy("research-linked");
    policy.on_unclassified = anonymed_core::policy::OnUnclassified::Block;
    let (out, done) = transform(text.as_bytes(), &policy, &Index::new(&seen), &Blind).unwrap();
    assert_eq!(out.lines().count(), 1);
    assert_eq!(done.quarantined[0].reason, "unknown-element");
}

#[test]
fn the_policy_keeps_what_it_names() {
    let keep = |fhir: &str| {
        run_with(PATIENT, &policy_with("research-linked", &format!("[fhir]\n{fhir}"))).0
    };
    let out = keep("keep_elements = [\"Patient.address.city\"]");
    assert_eq!(at(&out, "/address/0/city"), &json!("Springfield"));
    assert_eq!(at(&out, "/address/0/line"), &Value::Null);
    let out = keep("keep_extensions = [\"http://example.org/secret\"]");
    assert_eq!(at(&out, "/extension/2/valueString"), &json!("[X]"));
    let out = keep("keep_elements = [\"Patient.contact\"]");
    assert_eq!(at(&out, "/contact/0/name/family"), &json!("Doe"));
}

#[test]
fn contained_resources_are_renamed() {
    let text = r##"{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order",
"contained":[{"resourceType":"Medication","id":"med-jane","code":{"coding":[{"system":"s","code":"c"}]}},
{"resourceType":"Patient","id":"jane","name":[{"family":"Roe"}],"birthDate":"1950-02-03"},
{"resourceType":"Practitioner","id":"dr","name":[{"family":"Low"}]}],
"medicationReference":{"reference":"#med-jane"},"subject":{"reference":"#jane"},"requester":{"reference":"#nobody"},
"authoredOn":"2020-05-06"}"##;
    let (out, _) = run(text, "research-linked");
    assert_eq!(at(&out, "/contained/0/id"), &json!("c1"));
    assert_eq!(at(&out, "/medicationReference/reference"), &json!("#c1"));
    assert_eq!(at(&out, "/subject/reference"), &json!("#c2"));
    assert_eq!(at(&out, "/requester"), &Value::Null);
    assert_eq!(at(&out, "/contained/0/meta"), &Value::Null);
    assert_ne!(at(&out, "/authoredOn"), &json!("2020-05-06"));
    assert!(at(&out, "/authoredOn").is_string());
    let text = out.to_string();
    assert!(!text.contains("jane") && !text.contains("Roe") && !text.contains("1950-02-03"));
}

#[test]
fn what_the_standard_wants_is_masked() {
    let text = r#"{"resourceType":"Patient","id":"p1"}
{"resourceType":"Claim","id":"c","patient":{"reference":"Patient/p1"},"created":"nonsense","provider":{"display":"Dr. Low"}}
"#;
    let seen = scan(text);
    let (out, _) =
        transform(text.as_bytes(), &policy("research-linked"), &Index::new(&seen), &Blind).unwrap();
    let line: Value = serde_json::from_str(out.lines().nth(1).unwrap()).unwrap();
    assert_eq!(at(&line, "/created"), &Value::Null);
    assert_eq!(at(&line, "/_created/extension/0/valueCode"), &json!("masked"));
    assert_eq!(at(&line, "/provider/extension/0/valueCode"), &json!("masked"));
}

#[test]
fn patients_nobody_knows_are_held_back() {
    let text = observation(r#""effectiveDateTime":"2020-01-01""#);
    let index = Index::new(&scan(PATIENT_LINE.replace("p1", "p2").as_str()));
    let (out, done) =
        transform(text.as_bytes(), &policy("research-linked"), &index, &Blind).unwrap();
    assert_eq!(out, "");
    let reasons: Vec<&str> = done.quarantined.iter().map(|q| q.reason.as_str()).collect();
    assert_eq!(reasons, ["patient-unknown", "patient-unknown"]);
    let mut index = Index::new(&scan(&text));
    index.conflicts.insert(anonymed_core::PatientKey::new("fhir-id", "p1").unwrap());
    let (_, done) = transform(text.as_bytes(), &policy("research-linked"), &index, &Blind).unwrap();
    assert!(done.quarantined.iter().all(|q| q.reason == "patient-conflict"));
    assert_eq!(done.quarantined.len(), 2);
}

#[test]
fn resources_of_nobody_have_no_dates_when_dates_are_shifted() {
    let text = r#"{"resourceType":"Practitioner","id":"1","name":[{"family":"Low"}],"gender":"male","qualification":[{"code":{"coding":[{"system":"s","code":"MD"}]},"period":{"start":"1995-01-01"}}]}"#;
    let (out, _) = run(text, "research-linked");
    assert_eq!(at(&out, "/qualification/0/period"), &Value::Null);
    assert_eq!(at(&out, "/gender"), &json!("male"));
    assert_eq!(at(&out, "/name"), &Value::Null);
    let (out, _) = run(text, "hipaa-safe-harbor");
    assert_eq!(at(&out, "/qualification/0/period/start"), &json!("1995"));
}

#[test]
fn other_countries_postal_codes_are_dropped() {
    let check = |address: &str, expect: Value| {
        let text = format!(r#"{{"resourceType":"Patient","id":"p","address":[{address}]}}"#);
        let (out, _) = run(&text, "hipaa-safe-harbor");
        assert_eq!(at(&out, "/address/0"), &expect, "{address}");
    };
    check(r#"{"postalCode":"53113","country":"DE"}"#, json!({"country":"DE"}));
    check(r#"{"postalCode":"03601"}"#, json!({"postalCode":"000"}));
    check(
        r#"{"postalCode":"98028-1830","country":"USA"}"#,
        json!({"postalCode":"980","country":"USA"}),
    );
    check(r#"{"state":"1 Elm Street"}"#, Value::Null);
}

#[test]
fn a_measured_age_is_an_age() {
    let check = |code: &str, value: &str, expect: Value| {
        let inside = format!(
            "\"code\":{{\"coding\":[{{\"system\":\"http://loinc.org\",\"code\":\"{code}\"}}]}},\
             \"valueQuantity\":{{\"value\":{value},\"unit\":\"a\"}}"
        );
        let (out, ..) = second_line(&inside, "hipaa-safe-harbor");
        assert_eq!(at(&out, "/valueQuantity/value"), &expect, "{code} {value}");
    };
    check("30525-0", "93", json!(90));
    check("30525-0", "64", json!(64));
    check("29463-7", "93", json!(93));
}

#[test]
fn local_codes_and_displays_are_not_trusted() {
    let check = |coding: &str, pointer: &str, expect: Value| {
        let inside = format!("\"code\":{{\"coding\":[{{{coding}}}],\"text\":\"Jane\"}}");
        let (out, ..) = second_line(&inside, "research-linked");
        assert_eq!(at(&out, &format!("/code/{pointer}")), &expect, "{coding}");
    };
    let local = |rest: &str| format!("\"system\":\"http://hospital.example/codes\",{rest}");
    // A display is free text, also beside a public code.
    let public = r#""system":"http://loinc.org","code":"1","display":"Jane""#;
    check(public, "coding/0/display", json!("[X]"));
    check(public, "text", json!("[X]"));
    check(
        r#""system":"http://loinc.org","code":"1","display":"Pulse""#,
        "coding/0/display",
        json!("Pulse"),
    );
    let named = local(r#""code":"nur","display":"Nurse of Jane Roe""#);
    check(&named, "coding/0/display", json!("Nurse of [X]"));
    check(&named, "coding/0/code", json!("nur"));
    let same = local(r#""code":"nur","display":"Jane""#);
    check(&same, "text", json!("[X]"));
    check(
        r#""system":"http://hospital.example","display":"Jane""#,
        "coding/0/display",
        Value::Null,
    );
    let check_code = |system: &str, code: &str, kept: bool| {
        let inside =
            format!("\"code\":{{\"coding\":[{{\"system\":\"{system}\",\"code\":\"{code}\"}}]}}");
        let (out, ..) = second_line(&inside, "research-linked");
        let written = at(&out, "/code/coding/0/code").as_str().unwrap().to_owned();
        assert_eq!(written == code, kept, "{code}: {written}");
        assert!(kept || anonymed_core::Pseudonym::is_code(&written), "{code}: {written}");
        written
    };
    let house = "http://hospital.example/codes";
    for code in ["nur", "GMST", "bp-s", "12", "exam", "A1", "OP.3"] {
        check_code(house, code, true);
    }
    // Numbers, names and what could be either.
    for code in
        ["Roe", "ROE", "jane", "Jane Roe", "rn0417", "1200", "MRN-1077", "Rahmani", "specimens"]
    {
        check_code(house, code, false);
    }
    check_code("http://hl7.org/fhir/sid/us-ssn", "999-12-3456", false);
    check_code("http://loinc.org", "12345-6", true);
    check_code("urn:ietf:rfc:3986", "urn:oid:1.2.840.10008.5.1.4.1.1.2", true);
    check_code("urn:ietf:rfc:3986", "urn:oid:1.2.840.113619.2.1", false);
    let twice = (check_code(house, "rn0417", false), check_code(house, "rn0417", false));
    assert_eq!(twice.0, twice.1, "the same code stays the same");
    assert_ne!(twice.0, check_code("http://other.example", "rn0417", false));
}

#[test]
fn labels_of_the_house_are_dropped() {
    let inside = r#""meta":{"source":"http://h/jane","tag":[{"system":"http://h","code":"jane"}],"profile":["http://h/p","http://hl7.org/fhir/StructureDefinition/bp"]}"#;
    let (out, ..) = second_line(inside, "research-linked");
    assert_eq!(at(&out, "/meta/tag"), &Value::Null);
    assert_eq!(at(&out, "/meta/source"), &Value::Null);
    assert_eq!(at(&out, "/meta/profile"), &json!(["http://hl7.org/fhir/StructureDefinition/bp"]));
    assert_eq!(at(&out, "/meta/security/0/code"), &json!("PSEUDED"));
}

#[test]
fn numbers_that_answer_for_an_age_are_ages() {
    let check = |code: &str, value: &str, pointer: &str, expect: Value| {
        let inside = format!("\"code\":{code},{value}");
        let (out, ..) = second_line(&inside, "hipaa-safe-harbor");
        assert_eq!(at(&out, pointer), &expect, "{code} {value}");
    };
    let age = r#"{"coding":[{"system":"http://loinc.org","code":"30525-0"}]}"#;
    check(age, r#""valueInteger":97"#, "/valueInteger", json!(90));
    check(age, r#""valueInteger":64"#, "/valueInteger", json!(64));
    check(age, r#""valueString":"97""#, "/valueString", json!("90+"));
    check(age, r#""valueString":"ninety-seven""#, "/valueString", json!("90+"));
    check(age, r#""valueString":"64, Jane""#, "/valueString", json!("64, [X]"));
    check(
        age,
        r#""valueRange":{"low":{"value":91,"unit":"a"},"high":{"value":95,"unit":"a"}}"#,
        "/valueRange/low/value",
        json!(90),
    );
    let named = r#"{"text":"Patient age"}"#;
    check(named, r#""valueInteger":97"#, "/valueInteger", json!(90));
    check(
        named,
        r#""valueQuantity":{"value":97,"unit":"years"}"#,
        "/valueQuantity/value",
        json!(90),
    );
    check(named, r#""valueQuantity":{"value":97}"#, "/valueQuantity/value", json!(90));
    check(
        named,
        r#""component":[{"code":{"text":"ageAtOnset"},"valueInteger":93}]"#,
        "/component/0/valueInteger",
        json!(90),
    );
    // Near misses: other units, ranks, numbers beyond a life, other questions.
    check(named, r#""valueQuantity":{"value":97,"unit":"%"}"#, "/valueQuantity/value", json!(97));
    check(named, r#""valueInteger":1997"#, "/valueInteger", json!(1997));
    check(r#"{"text":"Age in months"}"#, r#""valueInteger":97"#, "/valueInteger", json!(97));
    check(r#"{"text":"BMI-for-age"}"#, r#""valueInteger":97"#, "/valueInteger", json!(97));
    check(r#"{"text":"Heart rate"}"#, r#""valueInteger":97"#, "/valueInteger", json!(97));
    check(r#"{"text":"Percentage"}"#, r#""valueString":"97""#, "/valueString", json!("97"));
    // Where ages may stay, they stay.
    let inside = format!("\"code\":{age},\"valueInteger\":97");
    let (out, ..) = second_line(&inside, "hipaa-limited");
    let kept = policy("hipaa-limited").time.mode == anonymed_core::TimeMode::Keep;
    assert_eq!(at(&out, "/valueInteger"), &if kept { json!(97) } else { json!(90) });
}

#[test]
fn answers_of_forms_that_are_ages_are_capped() {
    let check = |item: &str, value: &str, pointer: &str, expect: Value| {
        let text = format!(
            "{PATIENT_LINE}\n{{\"resourceType\":\"QuestionnaireResponse\",\"id\":\"q\",\"status\":\"completed\",\
             \"subject\":{{\"reference\":\"Patient/p1\"}},\"item\":[{{{item},\"answer\":[{{{value}}}]}}]}}\n"
        );
        let seen = scan(&text);
        let scrubber = crate::support::Scrubber::new(&seen);
        let (out, _) =
            transform(text.as_bytes(), &policy("hipaa-safe-harbor"), &Index::new(&seen), &scrubber)
                .unwrap();
        let line: Value = serde_json::from_str(out.lines().nth(1).unwrap()).unwrap();
        assert_eq!(at(&line, &format!("/item/0/answer/0/{pointer}")), &expect, "{item} {value}");
    };
    let asked = r#""linkId":"1","text":"How old are you?""#;
    check(asked, r#""valueInteger":97"#, "valueInteger", json!(90));
    check(asked, r#""valueDecimal":97.5"#, "valueDecimal", json!(90));
    check(asked, r#""valueString":"I am 97""#, "valueString", json!("90+"));
    check(asked, r#""valueQuantity":{"value":97,"unit":"yr"}"#, "valueQuantity/value", json!(90));
    check(asked, r#""valueInteger":72"#, "valueInteger", json!(72));
    check(r#""linkId":"patient_age""#, r#""valueInteger":97"#, "valueInteger", json!(90));
    check(r#""linkId":"/30525-0""#, r#""valueInteger":97"#, "valueInteger", json!(90));
    check(r#""linkId":"2","text":"Pulse""#, r#""valueInteger":97"#, "valueInteger", json!(97));
    check(r#""linkId":"2","text":"Language""#, r#""valueString":"97""#, "valueString", json!("97"));
}

/// Elements that are codes or nearly so are not copied for their type: the place of a planted value, and
/// values that stay there.
#[test]
fn nearly_codes_are_not_trusted() {
    let check = |inside: &str, pointer: &str, expect: Value| {
        for profile in ["hipaa-safe-harbor", "research-linked"] {
            let (out, ..) = second_line(inside, profile);
            assert_eq!(at(&out, pointer), &expect, "{profile}: {inside}");
        }
    };
    let coding = |rest: &str| {
        format!(r#""code":{{"coding":[{{"system":"http://loinc.org","code":"1",{rest}}}]}}"#)
    };
    check(r#""language":"John Whitaker""#, "/language", Value::Null);
    check(r#""language":"en-Whitaker""#, "/language", Value::Null);
    check(r#""language":"en-US""#, "/language", json!("en-US"));
    check(
        r#""text":{"status":"John Whitaker","div":"<div>fine</div>"}"#,
        "/text/status",
        Value::Null,
    );
    check(
        r#""identifier":[{"use":"John Whitaker","value":"7"}]"#,
        "/identifier/0/use",
        Value::Null,
    );
    check(r#""identifier":[{"use":"usual","value":"7"}]"#, "/identifier/0/use", json!("usual"));
    let quantity = |unit: &str| format!(r#""valueQuantity":{{"value":3,{unit}}}"#);
    check(&quantity(r#""unit":"mg of Jane Roe""#), "/valueQuantity/unit", Value::Null);
    check(&quantity(r#""unit":"mg/dL""#), "/valueQuantity/unit", json!("mg/dL"));
    check(&quantity(r#""code":"{Roe}""#), "/valueQuantity/code", Value::Null);
    check(&quantity(r#""code":"mm[Hg]""#), "/valueQuantity/code", json!("mm[Hg]"));
    check(
        &quantity(r#""system":"http://snomed.info/sct","code":"258813002""#),
        "/valueQuantity/code",
        json!("258813002"),
    );
    check(&quantity(r#""comparator":"by Jane""#), "/valueQuantity/comparator", Value::Null);
    check(&quantity(r#""comparator":"<=""#), "/valueQuantity/comparator", json!("<="));
    check(&coding(r#""version":"of Jane Roe""#), "/code/coding/0/version", Value::Null);
    check(&coding(r#""version":"2.74""#), "/code/coding/0/version", json!("2.74"));
    check(&coding(r#""display":"Pulse of Jane""#), "/code/coding/0/display", json!("Pulse of [X]"));
    // A code of no terminology: a sentence in the place of one.
    let (out, ..) = second_line(
        r#""code":{"coding":[{"system":"http://loinc.org","code":"Pulse of Jane Roe"}]}"#,
        "hipaa-safe-harbor",
    );
    let code = at(&out, "/code/coding/0/code").as_str().unwrap();
    assert!(anonymed_core::Pseudonym::is_code(code), "{code}");
}

#[test]
fn value_sets_and_places_are_held_to() {
    let check = |inside: &str, pointer: &str, expect: Value| {
        let text = format!(r#"{{"resourceType":"Patient","id":"p",{inside}}}"#);
        for profile in ["hipaa-safe-harbor", "research-linked"] {
            assert_eq!(at(&run(&text, profile).0, pointer), &expect, "{profile}: {inside}");
        }
    };
    check(r#""gender":"john-whitaker""#, "/gender", Value::Null);
    check(r#""gender":"final""#, "/gender", Value::Null);
    check(r#""gender":"other""#, "/gender", json!("other"));
    check(r#""address":[{"state":"John Whitaker"}]"#, "/address", Value::Null);
    check(r#""address":[{"state":"Kansas","country":"USA"}]"#, "/address/0/state", json!("Kansas"));
    check(
        r#""address":[{"country":"John Whitaker","state":"KS"}]"#,
        "/address/0/country",
        Value::Null,
    );
    check(r#""address":[{"use":"john","state":"KS"}]"#, "/address/0/use", Value::Null);
    check(r#""implicitRules":"http://hospital.example/john""#, "/implicitRules", Value::Null);
    let status = |status: &str| {
        let text = format!(r#"{{"resourceType":"Device","id":"d","status":"{status}"}}"#);
        run(&text, "hipaa-safe-harbor").0["status"].clone()
    };
    assert_eq!(status("entered-in-error"), json!("entered-in-error"));
    assert_eq!(status("john-whitaker"), Value::Null);
    check(
        r#""link":[{"type":"John-Whitaker","other":{"reference":"Patient/x"}}]"#,
        "/link/0/type",
        Value::Null,
    );
    check(
        r#""link":[{"type":"seealso","other":{"reference":"Patient/x"}}]"#,
        "/link/0/type",
        json!("seealso"),
    );
    // What the policy keeps by name is kept.
    let text = r#"{"resourceType":"Patient","id":"p","address":[{"state":"Ontario"}]}"#;
    let keep =
        policy_with("research-linked", "[fhir]\nkeep_elements = [\"Patient.address.state\"]");
    assert_eq!(at(&run_with(text, &keep).0, "/address/0/state"), &json!("Ontario"));
    assert_eq!(at(&run(text, "hipaa-limited").0, "/address/0/state"), &json!("Ontario"));
}

#[test]
fn media_types_lose_their_parameters() {
    let check = |media: &str, expect: Value| {
        let text = format!(
            "{PATIENT_LINE}\n{{\"resourceType\":\"DocumentReference\",\"id\":\"d\",\"subject\":\
             {{\"reference\":\"Patient/p1\"}},\"content\":[{{\"attachment\":{{\"contentType\":\
             \"{media}\",\"language\":\"en\"}}}}]}}\n"
        );
        let seen = scan(&text);
        let scrubber = crate::support::Scrubber::new(&seen);
        let policy = policy("hipaa-safe-harbor");
        let (out, _) = transform(text.as_bytes(), &policy, &Index::new(&seen), &scrubber).unwrap();
        let line: Value = serde_json::from_str(out.lines().nth(1).unwrap()).unwrap();
        assert_eq!(at(&line, "/content/0/attachment/contentType"), &expect, "{media}");
    };
    check("text/plain; name=John-Whitaker.txt", json!("text/plain"));
    check("text/plain;charset=utf-8", json!("text/plain"));
    check("application/pdf", json!("application/pdf"));
    check("application/vnd.ms-excel", json!("application/vnd.ms-excel"));
    check("text/jane", Value::Null);
    check("text/plain of Jane", Value::Null);
    check("Jane/plain", Value::Null);
    check("Jane Roe", Value::Null);
}
