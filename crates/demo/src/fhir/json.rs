//! JSON that remembers where its identifiers are: written in one pass with the FHIRPath-like path
//! of each element, so that places in the ground truth cannot be wrong and decimals keep their
//! digits.

use anonymed_core::EntityType;
use data_encoding::BASE64;

use crate::DemoError;
use crate::prose::Prose;

/// A JSON value with planted identifiers.
#[derive(Debug, Clone)]
pub(crate) enum Json {
    /// A string; the identifiers in it are recorded at the element's path.
    Text(Prose),
    /// XHTML around a text, which is escaped.
    Html(Prose),
    /// The Base64 form of a text.
    Base64(Prose),
    /// A number or boolean, as written.
    Raw(String),
    /// An object in the order given.
    Object(Vec<(&'static str, Json)>),
    /// An array.
    Array(Vec<Json>),
}

/// A string without identifiers.
pub(crate) fn text(value: impl AsRef<str>) -> Json {
    Json::Text(Prose::plain(value.as_ref()))
}

/// A string that is one identifier.
pub(crate) fn id(entity: EntityType, value: impl AsRef<str>) -> Json {
    let mut prose = Prose::default();
    prose.plant(entity, value.as_ref());
    Json::Text(prose)
}

/// A string with an identifier after a prefix, as references have it.
pub(crate) fn after(prefix: &str, entity: EntityType, value: &str) -> Json {
    let mut prose = Prose::plain(prefix);
    prose.plant(entity, value);
    Json::Text(prose)
}

/// A number or boolean as written.
pub(crate) fn raw(value: impl ToString) -> Json {
    Json::Raw(value.to_string())
}

/// An object.
pub(crate) fn object<const N: usize>(fields: [(&'static str, Json); N]) -> Json {
    Json::Object(fields.into())
}

/// An array.
pub(crate) fn array<const N: usize>(items: [Json; N]) -> Json {
    Json::Array(items.into())
}

impl Json {
    /// Adds a field to an object; other values stay as they are.
    pub(crate) fn set(&mut self, name: &'static str, value: Json) {
        if let Self::Object(fields) = self {
            fields.push((name, value));
        }
    }

    /// Puts a field right after `resourceType`, where `id` and `text` belong.
    pub(crate) fn set_early(&mut self, name: &'static str, value: Json) {
        if let Self::Object(fields) = self {
            let at = fields.len().min(2);
            fields.insert(at, (name, value));
        }
    }

    /// Whether this is an empty string, array or object, which FHIR does not allow.
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(prose) => prose.text().is_empty(),
            Self::Array(items) => items.iter().all(Self::is_empty),
            Self::Object(fields) => fields.iter().all(|(_, v)| v.is_empty()),
            _ => false,
        }
    }

    /// Appends the value; `found` hears each identifier with its path.
    pub(crate) fn write(
        &self,
        out: &mut String,
        path: &mut String,
        found: &mut dyn FnMut(&str, EntityType, &str) -> Result<(), DemoError>,
    ) -> Result<(), DemoError> {
        match self {
            Self::Raw(value) => out.push_str(value),
            Self::Text(prose) => string(out, prose.text()),
            Self::Html(prose) => string(out, &html(prose)),
            Self::Base64(prose) => string(out, &BASE64.encode(prose.text().as_bytes())),
            Self::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().filter(|i| !i.is_empty()).enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    let end = path.len();
                    path.push_str(&format!("[{at}]"));
                    item.write(out, path, found)?;
                    path.truncate(end);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (at, (name, value)) in fields.iter().filter(|f| !f.1.is_empty()).enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    string(out, name);
                    out.push(':');
                    let end = path.len();
                    path.push('.');
                    path.push_str(name);
                    value.write(out, path, found)?;
                    path.truncate(end);
                }
                out.push('}');
            }
        }
        if let Self::Text(prose) | Self::Html(prose) | Self::Base64(prose) = self {
            for (span, value) in prose.planted() {
                found(path, span.entity, value)?;
            }
        }
        Ok(())
    }

    /// The resource type of an object.
    pub(crate) fn resource_type(&self) -> &str {
        let Self::Object(fields) = self else { return "" };
        match fields.first() {
            Some(("resourceType", Self::Text(prose))) => prose.text(),
            _ => "",
        }
    }
}

fn html(prose: &Prose) -> String {
    let inner = prose.mapped(|c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\n' => Some("<br/>"),
        _ => None,
    });
    format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{}</p></div>", inner.text())
}

fn string(out: &mut String, value: &str) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_text_agree() {
        let mut value = object([
            ("resourceType", text("Patient")),
            (
                "name",
                array([object([("family", id(EntityType::Patient, "O\"Brien")), ("x", text(""))])]),
            ),
            ("n", raw("20.00")),
        ]);
        value.set("ref", after("Patient/", EntityType::Mrn, "7"));
        let (mut out, mut path, mut seen) = (String::new(), "Patient".to_owned(), Vec::new());
        value
            .write(&mut out, &mut path, &mut |p, e, v| {
                seen.push(format!("{p}={e}:{v}"));
                Ok(())
            })
            .unwrap();
        assert_eq!(
            out,
            r#"{"resourceType":"Patient","name":[{"family":"O\"Brien"}],"n":20.00,"ref":"Patient/7"}"#
        );
        assert_eq!(seen, ["Patient.name[0].family=patient:O\"Brien", "Patient.ref=mrn:7"]);
    }
}
