//! Writes codings. Codes of public terminologies stay as they are; a code system of the house may
//! number or name anybody, so its codes are re-keyed, unless too plain to tell a person. A display is
//! free text whoever's the system is: anything may stand beside a code.

use anonymed_core::{EntityType, Operator};

use super::walk::{Stop, Walker, Wrote};
use crate::json::{Json, Kind, NodeId};
use crate::profile::is_public;

/// Codes up to this length can be plain.
const PLAIN: usize = 8;

impl Walker<'_, '_, '_> {
    /// The display of a Coding; without system and code it is free text of somebody's.
    pub(super) fn display(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        match json.parent(node).map(|coding| system_of(json, coding)) {
            Some(System::Public | System::Local) => self.text(node),
            _ => {
                self.out().count(EntityType::OtherId, Operator::Drop);
                Ok(false)
            }
        }
    }

    /// The code of a Coding. A re-keyed one is the same wherever its system and code are, so that
    /// records still go together.
    pub(super) fn code(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        let Some(code) = json.text(node) else { return Ok(false) };
        let coding = json.parent(node);
        let public = coding.is_some_and(|c| system_of(json, c) == System::Public);
        if public && is_one_word(&code) || is_dicom(&code) || self.is_plain(&code)? {
            return Ok(self.copy(node));
        }
        let system = coding.and_then(|c| json.member_text(c, "system")).unwrap_or_default();
        let new = self.job.context.pseudonymizer.pseudonym("fhir-code", &system, &code).code();
        self.out().replaced_string(&new, EntityType::OtherId, Operator::Pseudonym);
        Ok(true)
    }

    /// Whether a local code is no name or number of a person: short, in one case, with three
    /// digits at most, and no name where the text engine expects one.
    fn is_plain(&self, code: &str) -> Result<bool, Stop> {
        let letters = || code.bytes().filter(u8::is_ascii_alphabetic);
        let digits = code.bytes().filter(u8::is_ascii_digit).count();
        let short = code.len() <= PLAIN
            && digits <= 3
            && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+/".contains(&b));
        let cased =
            letters().any(|b| b.is_ascii_uppercase()) && letters().any(|b| b.is_ascii_lowercase());
        if !short || cased {
            return Ok(false);
        }
        if letters().count() <= 2 {
            return Ok(true);
        }
        let scrubbed = self.scrub(code)?;
        Ok(scrubbed.items.is_empty() && scrubbed.text == code && !self.is_name(code))
    }

    /// Whether the text engine takes a word for a name behind a title.
    pub(super) fn is_name(&self, word: &str) -> bool {
        let title = "Dr. ";
        let lower = word.to_ascii_lowercase();
        let (first, rest) = lower.split_at(1);
        let text = format!("{title}{}{rest}", first.to_ascii_uppercase());
        // What could not be searched may be one.
        let Ok(found) = self.job.context.text.find(&text, self.scope()) else { return true };
        found.iter().any(|finding| finding.span.end > title.len())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    Public,
    Local,
    /// The system or the code is missing.
    None,
}

pub(super) fn system_of(json: &Json<'_>, coding: NodeId) -> System {
    let filled = |name| {
        let text = (json.kind(coding) == Kind::Object).then(|| json.member_text(coding, name));
        text.flatten().filter(|text| !text.trim().is_empty())
    };
    match (filled("system"), filled("code")) {
        (Some(system), Some(_)) if is_public(&system) => System::Public,
        (Some(_), Some(_)) => System::Local,
        _ => System::None,
    }
}

/// No terminology has codes with white space, or as long as a sentence.
fn is_one_word(code: &str) -> bool {
    const LONGEST: usize = 128;
    code.len() <= LONGEST && !code.contains(char::is_whitespace)
}

/// Whether a code is a unique identifier that DICOM itself gave out (PS3.6), such as that of a
/// class of objects; those of images and studies have other roots.
fn is_dicom(code: &str) -> bool {
    let uid = code.strip_prefix("urn:oid:").unwrap_or(code);
    uid.strip_prefix("1.2.840.10008.")
        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}
