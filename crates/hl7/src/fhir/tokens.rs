//! Writes values that are nearly codes: codes of the standard, media types, languages, units, versions,
//! states and countries, addresses of definitions.
//!
//! Nothing of them is copied for its type alone. What is in the value set or grammar of its element
//! stays; where there is none that is small, what the text engine would not touch; the rest is left
//! out.

use anonymed_core::{EntityType, Operator};

use super::codings::{System, system_of};
use super::walk::{Stop, Walker, Wrote};
use crate::json::NodeId;
use crate::profile::{
    in_value_set, is_code, is_country, is_public, is_public_definition, is_state, is_unit,
};
use crate::schema::{Row, TypeId};

/// The longest code in upper case, in bytes: currencies, times of a day, methods.
const CAPITALS: usize = 6;
/// The longest code, in bytes.
const LONGEST: usize = 64;

/// Top-level media types (RFC 6838, RFC 8081).
const MEDIA: [&str; 9] =
    ["application", "audio", "font", "image", "message", "model", "multipart", "text", "video"];
/// Subtypes that need no second look.
const SUBTYPES: &str = "plain html xhtml+xml xml json fhir+json fhir+xml hl7-v3+xml pdf rtf csv markdown \
                        cql fhirpath elm+xml signature+xml dicom jpeg jpg png gif tiff bmp svg+xml mpeg \
                        mp4 ogg wav octet-stream zip msword txt";
/// Scripts that a language tag may name (ISO 15924).
const SCRIPTS: [&str; 12] = [
    "Arab", "Cyrl", "Deva", "Grek", "Hans", "Hant", "Hebr", "Jpan", "Kore", "Latn", "Thai", "Armn",
];

impl Walker<'_, '_, '_> {
    /// A value of type `code`.
    pub(super) fn token(&mut self, row: Row, node: NodeId) -> Wrote {
        let Some(text) = self.job.json.text(node) else { return Ok(false) };
        let fits = match row.name() {
            "contentType" => return self.media_type(node),
            "language" => is_language(&text),
            name => match in_value_set(name, &text) {
                Some(fits) => fits,
                None => is_code(&text) || (has_shape(&text) && self.names_nobody(&text)?),
            },
        };
        Ok(self.copied(node, fits))
    }

    /// A media type without its parameters, which hold file names.
    pub(super) fn media_type(&mut self, node: NodeId) -> Wrote {
        let Some(text) = self.job.json.text(node) else { return Ok(false) };
        let bare = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let subtype =
            bare.split_once('/').filter(|(top, _)| MEDIA.contains(top)).map(|(_, sub)| sub);
        let fits = match subtype {
            Some(subtype) if SUBTYPES.split_ascii_whitespace().any(|known| known == subtype) => {
                true
            }
            Some(subtype) => {
                let plain = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
                !subtype.is_empty()
                    && subtype.len() <= LONGEST
                    && subtype.bytes().all(plain)
                    && self.is_clean(&words_of(subtype))?
            }
            None => false,
        };
        if fits && bare != text {
            self.out().raw_string(&bare);
            return Ok(true);
        }
        Ok(self.copied(node, fits))
    }

    /// A tag of a language.
    pub(super) fn language(&mut self, node: NodeId) -> bool {
        let fits = self.job.json.text(node).is_some_and(|text| is_language(&text));
        self.copied(node, fits)
    }

    /// A unit, or another short text that stays whole or goes.
    pub(super) fn label(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        let Some(text) = json.text(node) else { return Ok(false) };
        // Units are numbers in SNOMED CT.
        let numbered = text.bytes().all(|b| b.is_ascii_digit())
            && json.key(node) == "code"
            && json
                .parent(node)
                .and_then(|quantity| json.member_text(quantity, "system"))
                .is_some_and(|system| is_public(&system));
        let fits = numbered || is_unit(&text) || is_loinc_path(&text) || self.is_clean(&text)?;
        Ok(self.copied(node, fits))
    }

    /// The version of a code system: a number or day of its publisher.
    pub(super) fn version(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        let Some(text) = json.text(node) else { return Ok(false) };
        let public = json.parent(node).is_some_and(|c| system_of(json, c) == System::Public);
        let fits = (public && is_version(&text))
            || is_public_definition(&text)
            || (text.len() <= LONGEST && self.is_clean(&words_of(&text))?);
        Ok(self.copied(node, fits))
    }

    /// A state of the United States: 45 CFR 164.514(b)(2)(i)(B) lets that stay.
    pub(super) fn state(&mut self, node: NodeId) -> bool {
        let fits = self.job.json.text(node).is_some_and(|text| is_state(&text));
        self.place(node, fits)
    }

    /// A country.
    pub(super) fn country(&mut self, node: NodeId) -> bool {
        let fits = self.job.json.text(node).is_some_and(|text| is_country(&text));
        self.place(node, fits)
    }

    fn place(&mut self, node: NodeId, fits: bool) -> bool {
        if !fits {
            self.out().count(EntityType::Location, Operator::Drop);
        }
        fits && self.copy(node)
    }

    /// The address of a definition that is published for everybody.
    pub(super) fn definition(&mut self, node: NodeId) -> bool {
        let fits = self.job.json.text(node).is_some_and(|text| is_public_definition(&text));
        if !fits {
            self.out().count(EntityType::Url, Operator::Drop);
        }
        fits && self.copy(node)
    }

    /// Whether no part of a code that no value set has is a name.
    fn names_nobody(&self, code: &str) -> Result<bool, Stop> {
        let mut words = code.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| w.len() > 2);
        let known = TypeId::of(code).is_some() || code.len() <= CAPITALS && is_upper(code);
        Ok(known || (!words.any(|word| self.is_name(word)) && self.is_clean(&words_of(code))?))
    }

    /// Whether the text engine would leave a text as it is.
    fn is_clean(&self, text: &str) -> Result<bool, Stop> {
        let scrubbed = self.scrub(text)?;
        Ok(scrubbed.items.is_empty() && scrubbed.text == text)
    }

    fn copied(&mut self, node: NodeId, fits: bool) -> bool {
        if !fits {
            self.out().count(EntityType::OtherId, Operator::Drop);
        }
        fits && self.copy(node)
    }
}

/// The shape of codes that the standard defines: lower case with hyphens and digits; a few letters in
/// upper case; the name of a type; a comparison.
fn has_shape(code: &str) -> bool {
    let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let first = code.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    let cased = code.bytes().all(lower) || (code.len() <= CAPITALS && is_upper(code));
    let numbers = code.split(|c: char| !c.is_ascii_digit());
    let short = code.len() <= LONGEST && numbers.into_iter().all(|number| number.len() <= 4);
    (first && cased && short)
        || matches!(code, "<" | "<=" | ">" | ">=" | "=" | "*")
        || TypeId::of(code).is_some()
}

fn is_upper(code: &str) -> bool {
    code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// A code as words, each as a name would be written, so that the text engine finds names in it.
fn words_of(code: &str) -> String {
    let mut words = String::with_capacity(code.len());
    let mut first = true;
    for c in code.chars() {
        if matches!(c, '-' | '_' | '.' | '+') {
            words.push(' ');
            first = true;
        } else if first {
            words.extend(c.to_uppercase());
            first = false;
        } else {
            words.push(c);
        }
    }
    words
}

/// A language with script and region at most (BCP 47): variants and private parts could spell names.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let mut next = parts.next();
    if next.is_some_and(|part| SCRIPTS.contains(&part)) {
        next = parts.next();
    }
    let region = |part: &str| {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic()))
            || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(language.len(), 2 | 3)
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && next.is_none_or(region)
        && parts.next().is_none()
}

/// Codes of LOINC with slashes, as forms number their questions.
fn is_loinc_path(text: &str) -> bool {
    let code = |part: &str| {
        part.split_once('-').is_some_and(|(number, check)| {
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits(number) && number.len() <= 5 && digits(check) && check.len() == 1
        })
    };
    text.trim_start_matches('/').split('/').all(code)
}

/// Numbers with points between them, or a day, month or year.
fn is_version(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts = |by: char, most: usize| text.split(by).all(|p| digits(p) && p.len() <= most);
    let year = text.starts_with("19") || text.starts_with("20");
    let day = text.len() == 8 && digits(text) && year;
    let written = matches!(text.len(), 7 | 10) && year && parts('-', 4);
    text.len() <= 20 && (parts('.', 4) || day || written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_a_shape() {
        for code in
            ["final", "entered-in-error", "4.0.1", "USD", "PATCH", "Patient", "<=", "F", "1"]
        {
            assert!(has_shape(code), "{code}");
        }
        for none in
            ["", "Jane Roe", "JaneRoe", "final by Jane", "WHITAKER", "4471023", "-x", "rn04471"]
        {
            assert!(!has_shape(none), "{none}");
        }
        assert!(!has_shape(&"a".repeat(65)));
    }

    #[test]
    fn languages_are_tags_without_variants() {
        for tag in ["en", "en-US", "deu", "zh-Hans-CN", "es-419", "sr-Latn"] {
            assert!(is_language(tag), "{tag}");
        }
        for none in ["", "English", "en-John", "en-whitaker", "en-x-roe", "en US", "E"] {
            assert!(!is_language(none), "{none}");
        }
    }

    #[test]
    fn versions_are_numbers_or_days() {
        for version in ["2.74", "4.0.1", "20230301", "2023-03", "2023-03-01", "3", "0.3.0"] {
            assert!(is_version(version), "{version}");
        }
        for none in ["", "123-45-6789", "4471023", "2.74 Roe", "1.2.44710", "."] {
            assert!(!is_version(none), "{none}");
        }
    }
}
