//! Tells FHIR from its first bytes: a JSON object with `resourceType`, alone or one a line.

use std::collections::BTreeMap;

use anonymed_core::Format;

use crate::json::{Limits, parse};
use crate::schema::TypeId;

/// Lines looked at for one that reads as a resource, so that a broken first line does not hide a
/// file.
const LINES: usize = 20;

pub(crate) fn sniff(head: &[u8], length: u64) -> Option<Format> {
    let text = valid_prefix(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head));
    let start = text.trim_start();
    if !start.starts_with('{') {
        return None;
    }
    let whole = head.len() as u64 >= length;
    let kind = match parse(start, Limits::default()) {
        Ok(first) => {
            let named = first.member_text(first.root(), "resourceType");
            let known = named.is_some_and(|n| is_resource(&n));
            let after = start[first.end()..].trim();
            match (known, after.is_empty()) {
                (true, true) if whole => "json",
                (true, true) if start[..first.end()].contains('\n') => "json",
                (true, _) => "ndjson",
                (false, _) => lines(start)?,
            }
        }
        Err(_) if lines(start).is_some() => "ndjson",
        Err(_) => open_document(start)?,
    };
    let details = BTreeMap::from([("encoding".to_owned(), "utf-8".to_owned())]);
    Some(Format { modality: "fhir".to_owned(), kind: kind.to_owned(), details })
}

/// The head may end inside a character.
fn valid_prefix(head: &[u8]) -> &str {
    match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or(""),
    }
}

fn is_resource(name: &str) -> bool {
    TypeId::of(name).is_some_and(TypeId::is_resource)
}

/// Whether one of the first lines is a whole resource, where there is more than one line.
fn lines(text: &str) -> Option<&'static str> {
    let one = text.lines().take(LINES).any(|line| {
        let line = line.trim();
        parse(line, Limits::default()).is_ok_and(|json| {
            line[json.end()..].is_empty()
                && json.member_text(json.root(), "resourceType").is_some_and(|n| is_resource(&n))
        })
    });
    (one && text.contains('\n')).then_some("ndjson")
}

/// A first object that goes on after the head: over several lines it is one document, on one line
/// it is a bundle or the first of many. Of a bundle only its reader learns which.
fn open_document(text: &str) -> Option<&'static str> {
    let named = text
        .match_indices("\"resourceType\"")
        .filter_map(|(at, key)| {
            let rest = text[at + key.len()..].trim_start().strip_prefix(':')?.trim_start();
            rest.strip_prefix('"')?.split('"').next()
        })
        .find(|name| is_resource(name))?;
    let document = text.contains('\n') || text.contains("\"Bundle\"");
    let _ = named;
    Some(if document { "json" } else { "ndjson" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fhir_is_told_by_its_content() {
        let check = |text: &str, kind: Option<&str>| {
            let format = sniff(text.as_bytes(), text.len() as u64);
            assert_eq!(format.map(|f| f.kind).as_deref(), kind, "{text:.60}");
        };
        check(r#"{"resourceType":"Patient"}"#, Some("json"));
        check("\u{feff}{\n  \"id\": \"1\",\n  \"resourceType\": \"Patient\"\n}\n", Some("json"));
        check("{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\"}\n", Some("ndjson"));
        check("{\"resourceType\":\"Patient\n{\"resourceType\":\"Patient\"}\n", Some("ndjson"));
        check("{\"resourceType\":\"Patient\"}\n{\"resourceTy", Some("ndjson"));
        check("{\"resourceType\":\"Bundle\",\"entry\":[{", Some("json"));
        check("{\"resourceType\":\"Patient\",\n\"name\":[", Some("json"));
        check(r#"{"resourceType":"Nonsense"}"#, None);
        check(r#"{"exportId":"e"}"#, None);
        check("{}", None);
        check("[1,2]", None);
        check("a,b,c\n1,2,3\n", None);
        check("", None);
        check("{", None);
    }

    #[test]
    fn a_head_that_is_cut_is_enough() {
        let long = format!("{{\"resourceType\":\"Observation\",\"note\":\"{}", "x".repeat(70_000));
        assert_eq!(
            sniff(&long.as_bytes()[..65536], 1 << 30).map(|f| f.kind).as_deref(),
            Some("ndjson")
        );
        let cut = "{\"resourceType\":\"Patient\",\"a\":\"é".as_bytes();
        assert!(sniff(&cut[..cut.len() - 1], 1 << 20).is_some());
    }
}
