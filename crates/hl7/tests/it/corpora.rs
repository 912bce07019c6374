//! The public FHIR examples, bulk exports and synthetic bundles: nothing that names a patient is
//! left, references still resolve, and numbers are what they were.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Index, Scrubber, Seen, corpora, files, kind, policy, scan_into, transform};
use aho_corasick::AhoCorasick;
use anonymed_core::{EntityType, Operator};
use jiff::civil::Date;
use serde_json::Value;

const EXAMPLES: &[&str] = &["hl7-r4-examples"];
const BULK: &[&str] = &["bulk-10-patients"];
const BUNDLES: &[&str] = &["synthea-ms-r4", "synthea-smart-r4"];

#[expect(clippy::print_stderr, clippy::disallowed_macros, reason = "a skipped test says so")]
fn present() -> bool {
    let present = corpora().is_some();
    if !present {
        eprintln!("SKIPPED: 4 tests need the public corpora (ANONYMED_CORPORA), which are absent");
    }
    present
}

struct Set {
    inputs: Vec<(String, Vec<u8>)>,
    seen: Seen,
    index: Index,
}

fn set(folders: &[&str]) -> Set {
    let mut seen = Seen::default();
    let inputs: Vec<_> =
        files(folders).into_iter().filter(|(_, bytes)| kind(bytes).is_some()).collect();
    for (name, bytes) in &inputs {
        scan_into(bytes, &mut seen).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let index = Index::new(&seen);
    Set { inputs, seen, index }
}

/// One file before and after.
struct Pair {
    name: String,
    before: Vec<Value>,
    after: Vec<Value>,
    text: String,
}

fn run_all(set: &Set, profile: &str) -> Vec<Pair> {
    let scrubber = Scrubber::new(&set.seen);
    let policy = policy(profile);
    set.inputs
        .iter()
        .map(|(name, bytes)| {
            let (text, done) = transform(bytes, &policy, &set.index, &scrubber)
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            for held in &done.quarantined {
                assert!(
                    ["patient-without-key", "two-patients", "unknown-modifier-extension"]
                        .contains(&held.reason.as_str()),
                    "{name}: {held:?}"
                );
            }
            let before = values(std::str::from_utf8(bytes).unwrap());
            Pair { name: name.clone(), before, after: values(&text), text }
        })
        .collect()
}

fn values(text: &str) -> Vec<Value> {
    let text = text.trim_start_matches('\u{feff}');
    serde_json::Deserializer::from_str(text).into_iter().map(|v| v.unwrap()).collect()
}

/// Every known direct identifier of a patient, searched in what was written, except where the
/// output says that a value of ours stands.
fn no_identifier_is_left(set: &Set, profile: &str) {
    let mut words = BTreeSet::new();
    for (_, mention) in &set.seen.mentions {
        for known in &mention.known {
            let value = known.value.expose();
            let searched = known.entity.is_person() && value.contains(' ')
                || matches!(
                    known.entity,
                    EntityType::Street | EntityType::Phone | EntityType::Email
                )
                || (known.entity.is_number() && value.len() > 5);
            if searched && value.len() > 5 {
                words.insert(value.clone());
            }
        }
    }
    assert!(words.len() > 20, "{} words", words.len());
    let words: Vec<String> = words.into_iter().collect();
    let search = AhoCorasick::new(&words).unwrap();
    let scrubber = Scrubber::new(&set.seen);
    let mut hits = BTreeMap::new();
    for (name, bytes) in &set.inputs {
        let (text, _) = transform(bytes, &policy(profile), &set.index, &scrubber).unwrap();
        for found in search.find_iter(&text) {
            // Part of a number with more digits, or the code of a code system that happens to be
            // equal, is no identifier.
            let before = &text[..found.start()];
            let digit = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_digit() || *b == b'.');
            if digit(before.as_bytes().last())
                || digit(text.as_bytes().get(found.end()))
                || before.ends_with("\"code\":\"")
            {
                continue;
            }
            *hits.entry((name.clone(), words[found.pattern().as_usize()].clone())).or_insert(0) +=
                1;
        }
    }
    assert!(hits.is_empty(), "{profile}: {hits:?}");
}

fn numbers(value: &Value, into: &mut BTreeMap<String, i64>, sign: i64) {
    match value {
        Value::Number(n) => *into.entry(n.to_string()).or_default() += sign,
        Value::Array(items) => items.iter().for_each(|i| numbers(i, into, sign)),
        Value::Object(map) => map.values().for_each(|i| numbers(i, into, sign)),
        _ => {}
    }
}

fn collect(value: &Value, references: &mut Vec<String>, targets: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|i| collect(i, references, targets)),
        Value::Object(map) => {
            if let (Some(Value::String(of)), Some(Value::String(id))) =
                (map.get("resourceType"), map.get("id"))
            {
                targets.insert(format!("{of}/{id}"));
            }
            if let Some(Value::String(of)) = map.get("resourceType")
                && let Some(Value::Array(identifiers)) = map.get("identifier")
            {
                for identifier in identifiers {
                    let text = |k: &str| identifier[k].as_str().unwrap_or_default();
                    targets.insert(format!("{of}?identifier={}|{}", text("system"), text("value")));
                }
            }
            if let Some(Value::String(address)) = map.get("fullUrl") {
                targets.insert(address.clone());
            }
            if let Some(Value::String(reference)) = map.get("reference") {
                references.push(reference.clone());
            }
            map.values().for_each(|i| collect(i, references, targets));
        }
        _ => {}
    }
}

fn resolving(values: &[&Value]) -> (usize, usize, Vec<String>) {
    let (mut references, mut targets) = (Vec::new(), BTreeSet::new());
    values.iter().for_each(|v| collect(v, &mut references, &mut targets));
    let all = references.len();
    let mut dangling = Vec::new();
    for reference in references {
        let relative = reference
            .split("/_history/")
            .next()
            .map(|r| r.rsplitn(3, '/').take(2).collect::<Vec<_>>())
            .map(|mut parts| {
                parts.reverse();
                parts.join("/")
            })
            .unwrap_or_default();
        if !targets.contains(&reference) && !targets.contains(&relative) {
            dangling.push(reference);
        }
    }
    (all - dangling.len(), all, dangling)
}

#[test]
fn examples_of_the_standard() {
    if !present() {
        return;
    }
    let set = set(EXAMPLES);
    assert_eq!(set.inputs.len(), 368);
    for profile in ["research-linked", "hipaa-safe-harbor", "hipaa-limited"] {
        for pair in run_all(&set, profile) {
            let mut counts = BTreeMap::new();
            pair.before.iter().for_each(|v| numbers(v, &mut counts, 1));
            pair.after.iter().for_each(|v| numbers(v, &mut counts, -1));
            let made: Vec<_> = counts.iter().filter(|(n, c)| **c < 0 && *n != "90").collect();
            assert!(made.is_empty(), "{}: numbers changed {made:?}", pair.name);
        }
    }
    no_identifier_is_left(&set, "research-linked");
}

#[test]
fn bulk_exports() {
    if !present() {
        return;
    }
    let set = set(BULK);
    no_identifier_is_left(&set, "research-linked");
    no_identifier_is_left(&set, "hipaa-safe-harbor");
    let pairs = run_all(&set, "research-linked");
    let before: Vec<&Value> = pairs.iter().flat_map(|p| &p.before).collect();
    let after: Vec<&Value> = pairs.iter().flat_map(|p| &p.after).collect();
    assert_eq!(before.len(), after.len(), "no resource is lost");
    let (resolved, all, _) = resolving(&before);
    let (kept, written, _) = resolving(&after);
    assert_eq!((kept, written), (resolved, all), "references resolve as they did");
    intervals(&set, &pairs);
    let codings = codings_are_kept(&pairs);
    assert!(codings > 10_000, "{codings} codings compared");
}

/// Every coding of the same element is what it was, but for the labels of `meta`: all those of
/// the corpora are of public terminologies. Their number.
fn codings_are_kept(pairs: &[Pair]) -> usize {
    let mut count = 0;
    for pair in pairs {
        for (before, after) in pair.before.iter().zip(&pair.after) {
            same_codings(before, after, &pair.name, &mut count);
        }
    }
    count
}

fn same_codings(before: &Value, after: &Value, name: &str, count: &mut usize) {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, inner) in a.iter().filter(|(key, _)| *key != "meta") {
                let Some(other) = b.get(key) else { continue };
                if key == "coding" {
                    assert_eq!(inner, other, "{name}");
                    *count += 1;
                    assert!(a.get("text").is_none_or(|t| {
                        let display = |c: &Value| c["display"] == *t;
                        !inner.as_array().unwrap().iter().any(display) || b.get("text") == Some(t)
                    }));
                } else {
                    same_codings(inner, other, name, count);
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).for_each(|(a, b)| same_codings(a, b, name, count));
        }
        _ => {}
    }
}

/// Dates of the same element before and after are apart by the patient's shift, exactly.
fn intervals(set: &Set, pairs: &[Pair]) {
    let mut per_patient: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    let mut dates = 0;
    for pair in pairs {
        for (before, after) in pair.before.iter().zip(&pair.after) {
            let Some(owner) = before["subject"]["reference"]
                .as_str()
                .or(before["patient"]["reference"].as_str())
                .and_then(|r| r.strip_prefix("Patient/"))
            else {
                continue;
            };
            let mut moved = Vec::new();
            shifts(before, after, &mut moved);
            dates += moved.len();
            per_patient.entry(owner.to_owned()).or_default().extend(moved);
        }
    }
    assert!(dates > 5_000, "{dates} dates compared");
    assert!(per_patient.len() >= 10);
    for (owner, shifts) in per_patient {
        let expect = set.index.subject("fhir-id", &owner).shift.days();
        assert_eq!(shifts, BTreeSet::from([expect]), "one shift per patient");
    }
}

fn shifts(before: &Value, after: &Value, into: &mut Vec<i32>) {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, inner) in a {
                if let Some(other) = b.get(key) {
                    shifts(inner, other, into);
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => a.iter().zip(b).for_each(|(a, b)| shifts(a, b, into)),
        (Value::String(a), Value::String(b)) => {
            let day = |t: &str| t.get(..10).and_then(|d| d.parse::<Date>().ok());
            if let (Some(x), Some(y)) = (day(a), day(b)) {
                assert_eq!(a[10..], b[10..], "the time of day stays");
                into.push((y - x).get_days());
            }
        }
        _ => {}
    }
}

#[test]
fn synthetic_bundles() {
    if !present() {
        return;
    }
    let set = set(BUNDLES);
    assert_eq!(set.inputs.len(), 10);
    assert_eq!(set.index.subjects.len(), 8);
    no_identifier_is_left(&set, "hipaa-safe-harbor");
    let pairs = run_all(&set, "research-linked");
    let codings = codings_are_kept(&pairs);
    assert!(codings > 5_000, "{codings} codings compared");
    for pair in pairs {
        let (resolved, all, _) = resolving(&pair.before.iter().collect::<Vec<_>>());
        let (kept, written, dangling) = resolving(&pair.after.iter().collect::<Vec<_>>());
        assert!(all == resolved || !dangling.is_empty());
        assert_eq!(all - resolved, written - kept, "{}: {dangling:.3?}", pair.name);
        let entries = |v: &[Value]| v[0]["entry"].as_array().map_or(0, Vec::len);
        assert_eq!(entries(&pair.before), entries(&pair.after), "{}", pair.name);
        assert!(pair.text.ends_with('\n'));
    }
}

#[test]
fn counts_say_what_was_done() {
    if !present() {
        return;
    }
    let set = set(BULK);
    let scrubber = Scrubber::new(&set.seen);
    let (_, bytes) = set.inputs.iter().find(|(n, _)| n.starts_with("Patient")).unwrap();
    let (_, done) = transform(bytes, &policy("research-linked"), &set.index, &scrubber).unwrap();
    assert_eq!(done.changes[&EntityType::Patient][&Operator::Drop], 13);
    assert!(done.changes[&EntityType::Date][&Operator::Shift] >= 13);
    assert_eq!(done.records_in, done.records_out);
}
