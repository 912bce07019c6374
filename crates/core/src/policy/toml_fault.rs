//! What a TOML file has at a key and what it should have there. The parser's own words quote the value and name types
//! of the program; these name the key and give an example.

use super::PolicyError;

/// The fault of a file, or of a value at a key.
pub(super) fn fault(mut error: toml::de::Error, key: Option<&str>) -> PolicyError {
    let reason = reason(error.message());
    let span = error.span();
    // Without the text of the file the error is told by its keys.
    error.set_input(None);
    let told = error.to_string();
    let path = told.lines().last().and_then(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    let key = match (key, path) {
        (None, None) => "file".to_owned(),
        (Some(key), None) => key.to_owned(),
        (None, Some(path)) => path.to_owned(),
        (Some(key), Some(path)) => format!("{key}.{path}"),
    };
    PolicyError { key, reason, span }
}

/// The parser's words without the value.
fn reason(message: &str) -> String {
    // A text may hold these words too; what is expected comes last.
    let Some((fault, expected)) = message.rsplit_once(", expected ") else {
        return message.to_owned();
    };
    if let Some(found) = fault.strip_prefix("invalid type: ") {
        let (expected, found) = (expected_words(expected), found_words(found));
        return format!("{expected} is expected here, and not {found}");
    }
    let quoting = ["invalid value: ", "invalid length ", "unknown variant "];
    match quoting.iter().any(|words| fault.starts_with(words)) {
        true => format!("{} is expected here", expected_words(expected)),
        false => message.to_owned(),
    }
}

/// What stands there, by the first words of the parser's.
fn found_words(found: &str) -> &'static str {
    let kinds = [
        ("string", "a text"),
        ("integer", "a whole number"),
        ("floating point", "a number"),
        ("boolean", "`true` or `false`"),
        ("map", "a table"),
        ("sequence", "a list"),
    ];
    kinds
        .iter()
        .find(|(kind, _)| found.starts_with(kind))
        .map_or("what is there", |(_, words)| words)
}

/// What should stand there, with an example.
fn expected_words(expected: &str) -> String {
    match expected {
        "f64" | "f32" => "a number, as `0.05`,".to_owned(),
        "u8" => "a whole number from 0 to 255, as `5`,".to_owned(),
        "u16" => "a whole number from 0 to 65535, as `5`,".to_owned(),
        "u32" => "a whole number from 0 to 4294967295, as `5`,".to_owned(),
        "u64" | "usize" => "a whole number of 0 or more, as `5`,".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number, as `5`,".to_owned(),
        "a string" => "a text in quotes, as `\"age\"`,".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        "a sequence" => "a list, as `[\"a\", \"b\"]`,".to_owned(),
        "a map" => "a table, as `{ key = \"value\" }`,".to_owned(),
        table if table.starts_with("struct ") => "a table, as `{ key = \"value\" }`,".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::{Policy, TableConfig};

    #[test]
    fn wrong_types_are_told_by_key_and_example_and_never_by_value() {
        let check = |text: &str, key: &str, reason: &str| {
            let error = TableConfig::parse(text).unwrap_err();
            assert_eq!(error.key, key, "{text}");
            assert!(error.reason.contains(reason), "{text}: {}", error.reason);
            for value in ["secret", "4711", "invalid", "f64", "struct"] {
                assert!(!error.to_string().contains(value), "{text}: {error}");
            }
        };
        let ground = "[[model]]\nk = 5\n[columns]\nage = { role = \"quasi\" }\n";
        let with = |text: &str| format!("{ground}{text}");
        check(
            &with("[search]\nsuppress_max = \"secret, expected f64\"\n"),
            "search.suppress_max",
            "a number, as `0.05`, is expected here, and not a text",
        );
        check(&with("[search]\nmethod = 4711\n"), "search.method", "a text in quotes");
        check(&with("sex = { role = 4711 }\n"), "columns.sex.role", "and not a whole number");
        check(
            &with("sex = { role = \"quasi\", missing = \"secret\" }\n"),
            "columns.sex.missing",
            "a list, as",
        );
        check("columns = \"secret\"\n", "columns", "a table, as");
        check("model = 4711\n", "model", "a list, as");
        check(
            &with(
                "sex = { role = \"quasi\", hierarchy = { build = \"interval\", width = \"secret\" } }\n",
            ),
            "columns.sex.hierarchy.width",
            "a number, as `0.05`,",
        );
        check(
            &with(
                "sex = { role = \"quasi\", hierarchy = { build = \"interval\", factor = \"secret\" } }\n",
            ),
            "columns.sex.hierarchy.factor",
            "a number, as `2`, or a list of them",
        );
        let policy = "schema = \"secret\"\nname = \"a\"\nprofile = \"research-linked\"\n";
        let error = Policy::parse(policy).unwrap_err();
        assert_eq!((error.key.as_str(), error.reason.contains("whole number")), ("schema", true));
        let people = "a whole number from 0 to 4294967295, as `5`, is expected here";
        check(&with("[sample]\npeople = -4711\n"), "sample.people", people);
        // What is no wrong type is told in the parser's words.
        check(
            &with("[search]\nmethods = \"optimal\"\n"),
            "search",
            "unknown field `methods`, expected one of",
        );
        let error = TableConfig::parse("columns = \"\n").unwrap_err();
        assert!(error.key == "file" && error.reason.contains("string"), "{error}");
    }
}
