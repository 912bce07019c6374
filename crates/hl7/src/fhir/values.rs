//! Writes single values: texts, dates, places, identifiers, references.

use anonymed_core::{EntityType, Operator, PatientKey, Resolution, ScrubbedText, zip3};

use super::attachment::{self, Media};
use super::dates::{self, DateKind};
use super::narrative::{Dialect, Markup};
use super::reference::{self, BASE, IDENTIFIER_SYSTEM, PATIENT_SYSTEM, Target};
use super::walk::{Keep, NOT_KEPT, Stop, Walker, Wrote, held};
use crate::json::{Kind, NodeId};
use crate::profile::{Rule, in_value_set};
use crate::schema::{Row, TypeId};

impl Walker<'_, '_, '_> {
    pub(super) fn scrub(&self, text: &str) -> Result<ScrubbedText, Stop> {
        self.job
            .context
            .text
            .scrub(text, self.scope())
            .map_err(|e| held(&format!("text engine: {}", e.reason), "text"))
    }

    /// Free text, through the text engine.
    pub(super) fn text(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        let Some(text) = json.text(node) else { return Ok(false) };
        let raw = json.raw(node);
        if !text.chars().any(char::is_alphanumeric) || self.is_known_clean(raw) {
            return Ok(self.copy(node));
        }
        let scrubbed = self.scrub(&text)?;
        if scrubbed.items.is_empty() && scrubbed.text == text {
            self.note_clean(raw);
            return Ok(self.copy(node));
        }
        self.out().scrubbed_string(&scrubbed.text, &scrubbed.items);
        Ok(!scrubbed.text.is_empty())
    }

    pub(super) fn date(&mut self, row: Row, rule: Rule, node: NodeId) -> bool {
        let kind = match (rule, row.of().name()) {
            (Rule::Birth, _) => DateKind::Birth,
            (_, "instant") => DateKind::Instant,
            _ => DateKind::Partial,
        };
        let json = self.job.json;
        let moved = json
            .text(node)
            .and_then(|text| dates::rewrite(&text, kind, self.subject, self.job.context));
        match moved {
            Some((_, Operator::Keep)) => {
                self.out().count(EntityType::Date, Operator::Keep);
                self.copy(node)
            }
            Some((text, operator)) => {
                self.out().replaced_string(&text, EntityType::Date, operator);
                true
            }
            None => {
                self.out().count(EntityType::Date, Operator::Drop);
                false
            }
        }
    }

    pub(super) fn id(&mut self, row: Row, node: NodeId) -> bool {
        let json = self.job.json;
        let Some(id) = json.text(node) else { return false };
        if let Some(number) = self.inside {
            self.out().raw_string(&format!("c{number}"));
            return true;
        }
        let code = match self.subject.filter(|_| row.owner().name() == "Patient") {
            Some(subject) => subject.pseudonym.code(),
            None => reference::resource_key(row.owner(), &id, self.job.context).code(),
        };
        self.out().replaced_string(&code, EntityType::OtherId, Operator::Pseudonym);
        true
    }

    /// The address of a definition or code system. What points to an instance is re-keyed, and
    /// what may hold a query or an account is left out.
    pub(super) fn canonical(&mut self, node: NodeId) -> bool {
        let json = self.job.json;
        let Some(text) = json.text(node) else { return false };
        let instance = match reference::parse(&text) {
            Target::Local { of, .. } => self.job.plan.profiled(of),
            Target::Uuid(_) => true,
            _ => false,
        };
        if instance {
            return self.rekeyed(&text);
        }
        let plain = text.len() <= 512
            && !text.contains(['@', '?'])
            && !text.chars().any(|c| c.is_whitespace() || c.is_control());
        if plain {
            return self.copy(node);
        }
        self.out().count(EntityType::Url, Operator::Drop);
        false
    }

    fn rekeyed(&mut self, text: &str) -> bool {
        match self.rekey(text) {
            Some(new) => {
                self.out().replaced_string(&new, EntityType::OtherId, Operator::Pseudonym);
                true
            }
            None => {
                self.out().count(EntityType::OtherId, Operator::Drop);
                false
            }
        }
    }

    fn rekey(&self, text: &str) -> Option<String> {
        let contained = |id: &str| {
            if id.is_empty() {
                return Some("#".to_owned());
            }
            let found = self.contained.iter().find(|c| c.id == id)?;
            found.number.map(|n| format!("#c{n}"))
        };
        reference::rekey(text, self.job.entries, contained, self.job.context)
    }

    /// Three digits of a US postal code; other countries' have no table of inhabitants.
    pub(super) fn zip(&mut self, node: NodeId) -> bool {
        let json = self.job.json;
        let country = json.parent(node).and_then(|a| json.member_text(a, "country"));
        let american = country.is_none_or(|c| {
            let country = c.trim().to_ascii_uppercase();
            matches!(&*country, "" | "US" | "USA" | "UNITED STATES" | "UNITED STATES OF AMERICA")
        });
        match json.text(node).filter(|_| american).and_then(|text| zip3(&text)) {
            Some(prefix) => {
                self.out().replaced_string(&prefix, EntityType::Zip, Operator::Generalize);
                true
            }
            None => {
                self.out().count(EntityType::Zip, Operator::Drop);
                false
            }
        }
    }

    pub(super) fn sampled(&mut self, node: NodeId) -> bool {
        let json = self.job.json;
        let numbers = json
            .text(node)
            .is_some_and(|t| t.bytes().all(|b| b.is_ascii_digit() || b" .-+EeUL".contains(&b)));
        numbers && self.copy(node)
    }

    pub(super) fn uid(&mut self, node: NodeId) -> bool {
        let json = self.job.json;
        let Some(text) = json.text(node) else { return false };
        let (prefix, uid) = match text.strip_prefix("urn:oid:") {
            Some(uid) => ("urn:oid:", uid),
            None => ("", &*text),
        };
        let new = self.job.context.pseudonymizer.pseudonym("dicom-uid", "", uid).oid();
        let new = format!("{prefix}{new}");
        self.out().replaced_string(&new, EntityType::OtherId, Operator::Pseudonym);
        true
    }

    /// The only identifier of a patient that is released: the pseudonym.
    pub(super) fn patient_identifier(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        let count = if json.kind(node) == Kind::Array { json.children(node).count() } else { 1 };
        for _ in 0..count {
            self.out().count(EntityType::Mrn, Operator::Pseudonym);
        }
        let Some(subject) = self.subject else { return Ok(false) };
        let code = subject.pseudonym.code();
        self.out().raw("[");
        self.coded(PATIENT_SYSTEM, &code);
        self.out().raw("]");
        Ok(true)
    }

    /// Writes an Identifier of ours.
    fn coded(&mut self, system: &str, code: &str) {
        self.out().raw("{\"system\":\"");
        self.out().raw(system);
        self.out().raw("\",\"value\":");
        self.out().replaced_string(code, EntityType::OtherId, Operator::Pseudonym);
        self.out().raw("}");
    }

    /// A business identifier: its use and type stay, its value is re-keyed under our own system.
    pub(super) fn identifier(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        let Some((system, code)) = self.identifier_code(node, Of::Anything) else {
            return Ok(false);
        };
        self.out().raw("{");
        let known = |usage: &str| in_value_set("use", usage) == Some(true);
        let usage = json.member(node, "use");
        if let Some(usage) = usage.filter(|n| json.text(*n).is_some_and(|text| known(&text))) {
            self.out().key("use");
            self.copy(usage);
        }
        let kind = json.member(node, "type").filter(|n| json.kind(*n) == Kind::Object);
        if let (Some(kind), Some(of)) = (kind, TypeId::of("CodeableConcept")) {
            let mark = self.out().mark();
            self.out().key("type");
            if !self.object(of, kind, NOT_KEPT)? {
                self.out().back_to(mark);
            }
        }
        self.out().key("system");
        self.out().raw_string(system);
        self.out().key("value");
        self.out().replaced_string(&code, EntityType::OtherId, Operator::Pseudonym);
        self.out().raw("}");
        Ok(true)
    }

    /// The new system and value of an Identifier. Only where a patient is meant is it looked up as
    /// a patient's: an encounter's number under the same system is something else.
    fn identifier_code(&self, node: NodeId, of: Of) -> Option<(&'static str, String)> {
        let json = self.job.json;
        let value = json.member_text(node, "value").filter(|v| !v.trim().is_empty())?;
        let system = json.member_text(node, "system").unwrap_or_default();
        let context = self.job.context;
        let patient = PatientKey::new(&format!("fhir:{system}"), &value)
            .filter(|_| of == Of::Patient)
            .map(|key| context.subjects.resolve(&key));
        Some(match patient {
            Some(Resolution::Known(subject)) => (PATIENT_SYSTEM, subject.pseudonym.code()),
            _ => {
                let code = reference::identifier_key(&system, &value, context).code();
                (IDENTIFIER_SYSTEM, code)
            }
        })
    }

    /// A Reference: re-keyed, with its type; its display is a name more often than not.
    pub(super) fn reference(&mut self, node: NodeId) -> bool {
        let json = self.job.json;
        self.out().raw("{");
        let empty = self.out().mark();
        if let Some(text) = json.member_text(node, "reference") {
            let mark = self.out().mark();
            self.out().key("reference");
            if !self.rekeyed(&text) {
                self.out().back_to(mark);
            }
        }
        if let Some(of) = json.member_text(node, "type").and_then(|t| TypeId::of(&t)) {
            self.out().key("type");
            self.out().raw_string(of.name());
        }
        let identifier = json.member(node, "identifier").filter(|n| json.kind(*n) == Kind::Object);
        let named = json.member_text(node, "type").is_none_or(|t| t == "Patient")
            && json.member_text(node, "reference").is_none_or(|r| r.contains("Patient"));
        let of = if named { Of::Patient } else { Of::Anything };
        if let Some((system, code)) = identifier.and_then(|n| self.identifier_code(n, of)) {
            self.out().key("identifier");
            self.coded(system, &code);
        }
        if json.member(node, "display").is_some() {
            self.out().count(EntityType::Person, Operator::Drop);
        }
        if self.out().unchanged_since(empty) {
            return false;
        }
        self.out().raw("}");
        true
    }

    /// Addresses in a bundle: of an entry, of a request, of a condition.
    pub(super) fn url(&mut self, row: Row, node: NodeId) -> bool {
        let json = self.job.json;
        let Some(text) = json.text(node) else { return false };
        let new = match row.name() {
            "fullUrl" => self.full_url(&text),
            "url" => self.request_url(&text),
            _ => self.condition(node, &text),
        };
        let Some(new) = new else {
            self.out().count(EntityType::Url, Operator::Drop);
            return false;
        };
        if new == text {
            return self.copy(node);
        }
        self.out().replaced_string(&new, EntityType::OtherId, Operator::Pseudonym);
        true
    }

    fn full_url(&self, text: &str) -> Option<String> {
        match self.rekey(text) {
            Some(new) if new.starts_with("urn:") => Some(new),
            Some(new) => Some(format!("{BASE}/{new}")),
            None => None,
        }
    }

    /// The address of a request; of a search that is not by identifier only the type is left.
    fn request_url(&self, text: &str) -> Option<String> {
        if let Some(new) = self.rekey(text) {
            return Some(new);
        }
        let path = text.split(['?', '/']).next()?;
        TypeId::of(path).filter(|t| t.is_resource()).map(|t| t.name().to_owned())
    }

    fn condition(&self, node: NodeId, text: &str) -> Option<String> {
        let json = self.job.json;
        let entry = json.parent(json.parent(node)?)?;
        let of = json.member_text(json.member(entry, "resource")?, "resourceType")?;
        match self.rekey(&format!("{of}?{}", text.trim_start_matches('?'))) {
            Some(new) => new.split_once('?').map(|(_, query)| query.to_owned()),
            None => None,
        }
    }

    /// A Narrative whose text went through the engine, or nothing where it cannot be read.
    pub(super) fn narrative(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        let div = json.member_text(node, "div").unwrap_or_default();
        let Some(markup) = Markup::parse(&div, Dialect::Xhtml) else {
            self.out().count(EntityType::OtherId, Operator::Drop);
            return Ok(false);
        };
        let scrubbed = self.scrub(&markup.text)?;
        let new = markup.rebuild(&scrubbed);
        self.out().raw("{");
        let known = |status: &str| in_value_set("status", status) == Some(true);
        let status = json.member(node, "status");
        if let Some(status) = status.filter(|n| json.text(*n).is_some_and(|text| known(&text))) {
            self.out().key("status");
            self.copy(status);
        }
        self.out().key("div");
        self.out().scrubbed_string(&new.document, &new.items);
        self.out().raw("}");
        Ok(true)
    }

    /// An Attachment: text in it is scrubbed; other content, addresses and hashes go.
    pub(super) fn attachment(&mut self, node: NodeId, keep: Keep) -> Wrote {
        let json = self.job.json;
        self.out().raw("{");
        let empty = self.out().mark();
        let media = json.member_text(node, "contentType").and_then(|t| attachment::media(&t));
        for child in json.children(node) {
            let key = json.key(child);
            let mark = self.out().mark();
            self.out().key(key);
            let wrote = match (key, json.kind(child)) {
                ("contentType", Kind::String) => self.media_type(child)?,
                ("language", Kind::String) => self.language(child),
                ("title", Kind::String) => self.text(child)?,
                ("creation", Kind::String) => {
                    let row = TypeId::of("Attachment").and_then(|t| t.element("creation"));
                    row.is_some_and(|row| self.date(row, Rule::Date, child))
                }
                ("data", Kind::String) if keep.verbatim => self.copy(child),
                ("data", Kind::String) => self.attached(media, child)?,
                _ => false,
            };
            if !wrote {
                self.out().back_to(mark);
            }
        }
        if self.out().unchanged_since(empty) {
            return Ok(false);
        }
        self.out().raw("}");
        Ok(true)
    }

    fn attached(&mut self, media: Option<Media>, node: NodeId) -> Wrote {
        let json = self.job.json;
        let text = json.text(node).filter(|_| media.is_some());
        let Some(text) = text.and_then(|data| attachment::decode(&data)) else {
            self.out().count(EntityType::Biometric, Operator::Drop);
            return Ok(false);
        };
        let (new, items) = if media == Some(Media::Html) {
            let Some(markup) = Markup::parse(&text, Dialect::Html) else {
                self.out().count(EntityType::OtherId, Operator::Drop);
                return Ok(false);
            };
            let rebuilt = markup.rebuild(&self.scrub(&markup.text)?);
            (rebuilt.document, rebuilt.items)
        } else {
            let scrubbed = self.scrub(&text)?;
            (scrubbed.text, scrubbed.items)
        };
        self.out().raw("\"");
        let start = self.out().bytes.len();
        self.out().raw(&attachment::encode(&new));
        for item in &items {
            let range = attachment::encoded_range(&item.output);
            self.out().span_at(start + range.start, start + range.end, item.entity, item.operator);
        }
        self.out().raw("\"");
        Ok(true)
    }
}

/// Whose an identifier may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Patient,
    Anything,
}
