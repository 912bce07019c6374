//! Writes one resource: every element goes the way its rule says, in the order of the input.
//!
//! The resource's patient is found first ([`super::owner`]); dates move by that patient's shift
//! and text is searched for that patient's identifiers. What is emptied leaves nothing behind.

use std::borrow::Cow;

use anonymed_core::policy::OnUnclassified;
use anonymed_core::{
    Context, EntityType, ModalityError, Operator, Place, QuarantinedRecord, Subject, TextScope,
};

use super::output::Output;
use super::owner;
use super::reference::Entries;
use crate::json::{Json, Kind, NodeId};
use crate::profile::{ExtensionRule, KeepState, Plan, Rule, entity_of};
use crate::schema::{Row, TypeId};

/// The reason extension of FHIR, saying that a value was there.
const MASKED: &str = r#"{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}"#;
/// The security label of a pseudonymised resource (HL7 v3 ObservationValue).
const LABEL: &str = r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"PSEUDED","display":"pseudonymized"}"#;

/// A document at work.
pub(crate) struct Job<'j, 's> {
    pub(crate) json: &'j Json<'s>,
    pub(crate) plan: &'j Plan,
    pub(crate) context: &'j Context<'j>,
    /// Addresses of the bundle around; empty outside of one.
    pub(crate) entries: &'j Entries<'s>,
    pub(crate) line: u64,
}

/// Why a resource did not go on.
pub(crate) enum Stop {
    /// It is held back.
    Quarantine { reason: String, at: String },
    /// The whole file is.
    Fatal(ModalityError),
}

impl From<ModalityError> for Stop {
    fn from(error: ModalityError) -> Self {
        Self::Fatal(error)
    }
}

pub(crate) fn held(reason: &str, at: impl Into<String>) -> Stop {
    Stop::Quarantine { reason: reason.to_owned(), at: at.into() }
}

/// What came of a document or entry.
pub(crate) struct Outcome {
    pub(crate) out: Output,
    pub(crate) quarantined: Vec<QuarantinedRecord>,
    pub(crate) records_in: u64,
    pub(crate) records_out: u64,
}

impl Outcome {
    pub(crate) fn new() -> Self {
        Self { out: Output::new(), quarantined: Vec::new(), records_in: 0, records_out: 0 }
    }

    pub(crate) fn hold(&mut self, line: u64, path: String, reason: String) {
        self.quarantined.push(QuarantinedRecord { place: Place::Element { line, path }, reason });
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.out.append(other.out);
        self.quarantined.extend(other.quarantined);
        self.records_in += other.records_in;
        self.records_out += other.records_out;
    }
}

/// A contained resource's old id and new place.
pub(crate) struct Contained<'s> {
    pub(crate) id: Cow<'s, str>,
    pub(crate) node: NodeId,
    pub(crate) number: Option<usize>,
}

/// Where in the tree of kept elements a node is.
#[derive(Clone, Copy)]
pub(crate) struct Keep {
    pub(crate) state: KeepState,
    pub(crate) verbatim: bool,
}

pub(crate) const NOT_KEPT: Keep = Keep { state: 0, verbatim: false };

pub(crate) struct Walker<'w, 'j, 's> {
    pub(crate) job: &'w Job<'j, 's>,
    pub(crate) outcome: Outcome,
    pub(crate) subject: Option<&'j Subject>,
    pub(crate) contained: Vec<Contained<'s>>,
    /// The number of the contained resource at work.
    pub(crate) inside: Option<usize>,
    /// Texts as written that the text engine left as they are for the patient at work: the text of a
    /// concept mostly repeats the display of its code.
    clean: Vec<&'s str>,
}

pub(crate) type Wrote = Result<bool, Stop>;

impl<'w, 'j, 's> Walker<'w, 'j, 's> {
    pub(crate) fn new(job: &'w Job<'j, 's>) -> Self {
        Self {
            job,
            outcome: Outcome::new(),
            subject: None,
            contained: Vec::new(),
            inside: None,
            clean: Vec::new(),
        }
    }

    /// Turns to another patient.
    fn about(&mut self, subject: Option<&'j Subject>) {
        self.subject = subject;
        self.clean.clear();
    }

    /// Notes a text that stays as it is.
    pub(super) fn note_clean(&mut self, raw: &'s str) {
        const LONGEST: usize = 256;
        const MOST: usize = 16;
        if raw.len() <= LONGEST && self.clean.len() < MOST {
            self.clean.push(raw);
        }
    }

    /// Whether a text is known to stay as it is.
    pub(super) fn is_known_clean(&self, raw: &str) -> bool {
        self.clean.contains(&raw)
    }

    pub(crate) fn out(&mut self) -> &mut Output {
        &mut self.outcome.out
    }

    /// Writes a resource; `urn` is the UUID of its address in a bundle.
    pub(crate) fn resource(&mut self, node: NodeId, urn: Option<&str>) -> Wrote {
        let json = self.job.json;
        let name = json.member_text(node, "resourceType").unwrap_or_default();
        let Some(of) = TypeId::of(&name).filter(|t| t.is_resource()) else {
            return Err(held("no-resource-type", "Resource"));
        };
        let bundle = of.name() == "Bundle";
        if !bundle {
            self.outcome.records_in += 1;
        }
        if !self.job.plan.profiled(of) {
            if self.job.context.policy.on_unclassified == OnUnclassified::Block {
                return Err(held("resource-type-without-profile", of.name()));
            }
            self.out().count(EntityType::OtherId, Operator::Drop);
            return Ok(false);
        }
        self.contained = self.number_contained(node);
        let subject = owner::of_resource(self.job, of, node, urn, &self.contained)?;
        self.about(subject);
        self.body(of, node)?;
        if !bundle {
            self.outcome.records_out += 1;
        }
        Ok(true)
    }

    fn number_contained(&self, node: NodeId) -> Vec<Contained<'s>> {
        let json = self.job.json;
        let mut number = 0;
        json.items(node, "contained")
            .into_iter()
            .filter_map(|node| {
                let id = json.member_text(node, "id")?;
                let of = json.member_text(node, "resourceType").and_then(|t| TypeId::of(&t));
                let number = of.filter(|t| self.job.plan.profiled(*t)).map(|_| {
                    number += 1;
                    number
                });
                Some(Contained { id, node, number })
            })
            .collect()
    }

    fn body(&mut self, of: TypeId, node: NodeId) -> Result<(), Stop> {
        let json = self.job.json;
        self.out().raw("{\"resourceType\":\"");
        self.out().raw(of.name());
        self.out().raw("\"");
        let mut labelled = self.inside.is_some();
        for child in json.children(node) {
            match json.key(child) {
                "resourceType" => {}
                "meta" => {
                    self.meta(child)?;
                    labelled = true;
                }
                key => self.element(of, key, child, NOT_KEPT, true)?,
            }
        }
        if !labelled {
            self.out().key("meta");
            self.out().raw("{\"security\":[");
            self.out().raw(LABEL);
            self.out().raw("]}");
        }
        self.out().raw("}");
        Ok(())
    }

    /// Writes `meta` with the label that says what was done. A contained resource has no label.
    fn meta(&mut self, node: NodeId) -> Result<(), Stop> {
        let json = self.job.json;
        let Some(of) = TypeId::of("Meta").filter(|_| json.kind(node) == Kind::Object) else {
            return Ok(());
        };
        let mark = self.out().mark();
        self.out().key("meta");
        self.out().raw("{");
        let empty = self.out().mark();
        let contained = self.inside.is_some();
        for child in json.children(node) {
            let key = json.key(child);
            if key != "security" && key != "_security" {
                self.element(of, key, child, NOT_KEPT, false)?;
            }
        }
        if contained {
            if self.out().unchanged_since(empty) {
                self.out().back_to(mark);
                return Ok(());
            }
        } else {
            self.out().key("security");
            self.out().raw("[");
            let coding = TypeId::of("Coding").into_iter();
            for (of, label) in
                coding.flat_map(|of| json.items(node, "security").into_iter().map(move |n| (of, n)))
            {
                if json.kind(label) == Kind::Object && !json.raw(label).contains("\"PSEUDED\"") {
                    let mark = self.out().mark();
                    self.out().comma();
                    if !self.object(of, label, NOT_KEPT)? {
                        self.out().back_to(mark);
                    }
                }
            }
            self.out().comma();
            self.out().raw(LABEL);
            self.out().raw("]");
        }
        self.out().raw("}");
        Ok(())
    }

    /// Writes an element's member, or nothing.
    pub(crate) fn element(
        &mut self,
        owner: TypeId,
        key: &'s str,
        node: NodeId,
        keep: Keep,
        at_root: bool,
    ) -> Result<(), Stop> {
        if let Some(base) = key.strip_prefix('_') {
            return match owner.element(base) {
                Some(row) if !row.of().is_complex() => {
                    self.primitive_extension(row, key, node, keep)
                }
                _ => self.unknown(owner),
            };
        }
        let Some(row) = owner.element(key) else { return self.unknown(owner) };
        let keep = self.step(keep, row, at_root);
        let rule = effective(self.job.plan.rule(row), row, keep);
        let mark = self.out().mark();
        self.out().key(key);
        if self.values(row, rule, node, keep)? {
            return Ok(());
        }
        self.out().back_to(mark);
        self.mask(row, key, node);
        Ok(())
    }

    fn step(&self, keep: Keep, row: Row, at_root: bool) -> Keep {
        if keep.verbatim || !self.job.plan.has_keeps() || (keep.state == 0 && !at_root) {
            return keep;
        }
        let (state, verbatim) = self.job.plan.step(keep.state, row, at_root);
        Keep { state, verbatim }
    }

    /// Says that a value the standard wants was there.
    fn mask(&mut self, row: Row, key: &str, node: NodeId) {
        let json = self.job.json;
        if !self.job.plan.masked(row) || json.kind(node) == Kind::Null {
            return;
        }
        let array = json.kind(node) == Kind::Array;
        if row.of().is_complex() {
            self.out().key(key);
        } else {
            let sibling = format!("_{key}");
            let object = json.parent(node);
            if object.is_some_and(|o| json.member(o, &sibling).is_some()) {
                return;
            }
            self.out().key(&sibling);
        }
        self.out().raw(if array { "[" } else { "" });
        self.out().raw(MASKED);
        self.out().raw(if array { "]" } else { "" });
    }

    /// An element that R4 does not have: nothing of it is written, not even its name.
    fn unknown(&mut self, owner: TypeId) -> Result<(), Stop> {
        if self.job.context.policy.on_unclassified == OnUnclassified::Block {
            return Err(held("unknown-element", owner.name()));
        }
        self.out().count(EntityType::OtherId, Operator::Drop);
        Ok(())
    }

    fn primitive_extension(
        &mut self,
        row: Row,
        key: &'s str,
        node: NodeId,
        keep: Keep,
    ) -> Result<(), Stop> {
        let json = self.job.json;
        if effective(self.job.plan.rule(row), row, keep) == Rule::Drop {
            return Ok(());
        }
        let Some(of) = TypeId::of("Element") else { return Ok(()) };
        let mark = self.out().mark();
        self.out().key(key);
        let wrote = match json.kind(node) {
            Kind::Object => self.object(of, node, NOT_KEPT)?,
            Kind::Array => {
                self.out().raw("[");
                let mut any = false;
                for item in json.children(node) {
                    let mark = self.out().mark();
                    self.out().comma();
                    if json.kind(item) == Kind::Object && self.object(of, item, NOT_KEPT)? {
                        any = true;
                    } else {
                        self.out().back_to(mark);
                        self.out().comma();
                        self.out().raw("null");
                    }
                }
                self.out().raw("]");
                any
            }
            _ => false,
        };
        if !wrote {
            self.out().back_to(mark);
        }
        Ok(())
    }

    fn values(&mut self, row: Row, rule: Rule, node: NodeId, keep: Keep) -> Wrote {
        let json = self.job.json;
        match rule {
            Rule::Drop => {
                if json.kind(node) != Kind::Null {
                    let entity = entity_of(row).unwrap_or(EntityType::OtherId);
                    self.out().count(entity, Operator::Drop);
                }
                return Ok(false);
            }
            Rule::PatientIdentifier => return self.patient_identifier(node),
            Rule::Contained => return self.contained_resources(node),
            _ => {}
        }
        if row.name() == "entry" && row.owner().name() == "Bundle" {
            return self.bundle_entries(row.of(), node);
        }
        if json.kind(node) != Kind::Array {
            return self.single(row, rule, node, keep);
        }
        self.out().raw("[");
        let mut any = false;
        for item in json.children(node) {
            let mark = self.out().mark();
            self.out().comma();
            if self.single(row, rule, item, keep)? {
                any = true;
                continue;
            }
            self.out().back_to(mark);
            if !row.of().is_complex() && self.has_extensions_beside(node) {
                self.out().comma();
                self.out().raw("null");
            }
        }
        self.out().raw("]");
        Ok(any)
    }

    /// Whether a list of primitives has a list of extensions whose places must stay the same.
    fn has_extensions_beside(&self, node: NodeId) -> bool {
        let json = self.job.json;
        let key = format!("_{}", json.key(node));
        json.parent(node).is_some_and(|object| json.member(object, &key).is_some())
    }

    /// Writes an object's elements, or nothing where none is left.
    pub(crate) fn object(&mut self, of: TypeId, node: NodeId, keep: Keep) -> Wrote {
        let json = self.job.json;
        let mark = self.out().mark();
        self.out().raw("{");
        let empty = self.out().mark();
        for child in json.children(node) {
            self.element(of, json.key(child), child, keep, false)?;
        }
        if self.out().unchanged_since(empty) {
            self.out().back_to(mark);
            return Ok(false);
        }
        self.out().raw("}");
        Ok(true)
    }

    /// Writes one value.
    fn single(&mut self, row: Row, rule: Rule, node: NodeId, keep: Keep) -> Wrote {
        let json = self.job.json;
        let kind = json.kind(node);
        if kind == Kind::Null {
            return Ok(false);
        }
        if row.of().is_complex() != (kind == Kind::Object) || kind == Kind::Array {
            // The type does not fit its element: nothing is known of the value.
            self.unknown(row.owner())?;
            return Ok(false);
        }
        match rule {
            Rule::Walk => self.object(row.of(), node, keep),
            Rule::Birth if kind == Kind::Object => self.object(row.of(), node, keep),
            Rule::Keep if kind == Kind::Object => {
                self.object(row.of(), node, Keep { state: 0, verbatim: true })
            }
            Rule::Keep => Ok(self.copy(node)),
            Rule::Text => self.text(node),
            Rule::Display => self.display(node),
            Rule::Code => self.code(node),
            Rule::Date | Rule::Birth => Ok(self.date(row, rule, node)),
            Rule::Age => Ok(self.age(node)),
            Rule::Measure => self.measure(row, node, keep),
            Rule::AgeText => self.age_text(row, node),
            Rule::Id => Ok(self.id(row, node)),
            Rule::Canonical => Ok(self.canonical(node)),
            Rule::Zip3 => Ok(self.zip(node)),
            Rule::State => Ok(self.state(node)),
            Rule::Country => Ok(self.country(node)),
            Rule::Token => self.token(row, node),
            Rule::Label => self.label(node),
            Rule::Version => self.version(node),
            Rule::Definition => Ok(self.definition(node)),
            Rule::Attachment => self.attachment(node, keep),
            Rule::Identifier => self.identifier(node),
            Rule::Reference => Ok(self.reference(node)),
            Rule::Narrative => self.narrative(node),
            Rule::Sampled => Ok(self.sampled(node)),
            Rule::Uid => Ok(self.uid(node)),
            Rule::Url => Ok(self.url(row, node)),
            Rule::Extensions => self.extension(node),
            Rule::Modifiers => self.modifier(node),
            Rule::Resource | Rule::Drop | Rule::PatientIdentifier | Rule::Contained => Ok(false),
        }
    }

    /// Writes a primitive as it is.
    pub(crate) fn copy(&mut self, node: NodeId) -> bool {
        let json = self.job.json;
        match json.kind(node) {
            Kind::String => self.out().raw_string(json.raw(node)),
            _ => self.out().raw(json.raw(node)),
        }
        true
    }

    /// Whose text is at work.
    pub(crate) fn scope(&self) -> TextScope<'j> {
        TextScope { subject: self.subject, whole: None, as_of: Some(self.job.context.as_of) }
    }

    fn contained_resources(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        if json.kind(node) != Kind::Array || self.inside.is_some() {
            return Ok(false);
        }
        self.out().raw("[");
        let mut any = false;
        let subject = self.subject;
        for at in 0..self.contained.len() {
            let (item, number) = (self.contained[at].node, self.contained[at].number);
            let of = json.member_text(item, "resourceType").and_then(|t| TypeId::of(&t));
            let (Some(of), Some(number)) = (of, number) else {
                self.out().count(EntityType::OtherId, Operator::Drop);
                continue;
            };
            let owner = owner::of_contained(self.job, of, item, subject, &self.contained)?;
            self.about(owner);
            self.inside = Some(number);
            self.out().comma();
            let done = self.body(of, item);
            self.inside = None;
            done?;
            any = true;
        }
        self.about(subject);
        self.out().raw("]");
        Ok(any)
    }

    fn extension(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        let url = json.member_text(node, "url").unwrap_or_default();
        match self.job.plan.extension(&url) {
            Some(ExtensionRule::Type) => self.extension_body(node, false),
            Some(ExtensionRule::Keep) => self.extension_body(node, true),
            _ => {
                self.out().count(EntityType::OtherId, Operator::Drop);
                Ok(false)
            }
        }
    }

    fn modifier(&mut self, node: NodeId) -> Wrote {
        let json = self.job.json;
        let url = json.member_text(node, "url").unwrap_or_default();
        match self.job.plan.extension(&url) {
            Some(ExtensionRule::Type) => self.extension_body(node, false),
            Some(ExtensionRule::Keep) => self.extension_body(node, true),
            _ => Err(held("unknown-modifier-extension", "modifierExtension")),
        }
    }

    /// Writes an extension: its address, its parts, its value by data type.
    fn extension_body(&mut self, node: NodeId, verbatim: bool) -> Wrote {
        let json = self.job.json;
        let Some(of) = TypeId::of("Extension") else { return Ok(false) };
        let mark = self.out().mark();
        self.out().raw("{");
        let Some(url) = json.member(node, "url") else { return Ok(false) };
        self.out().key("url");
        self.copy(url);
        let empty = self.out().mark();
        for child in json.children(node) {
            match json.key(child) {
                "url" | "_url" | "id" => {}
                "extension" => self.parts(child, verbatim)?,
                key if key.starts_with("value") || key.starts_with("_value") => {
                    self.extension_value(of, key, child, verbatim)?;
                }
                _ => self.unknown(of)?,
            }
        }
        if self.out().unchanged_since(empty) {
            self.out().back_to(mark);
            return Ok(false);
        }
        self.out().raw("}");
        Ok(true)
    }

    /// Parts of an extension: those with a local name follow it, others need a rule of their own.
    fn parts(&mut self, node: NodeId, verbatim: bool) -> Result<(), Stop> {
        let json = self.job.json;
        let mark = self.out().mark();
        self.out().key("extension");
        self.out().raw("[");
        let mut any = false;
        let items: Vec<NodeId> = match json.kind(node) {
            Kind::Array => json.children(node).collect(),
            _ => vec![node],
        };
        for item in items.into_iter().filter(|i| json.kind(*i) == Kind::Object) {
            let url = json.member_text(item, "url").unwrap_or_default();
            let mark = self.out().mark();
            self.out().comma();
            let wrote = if url.contains(':') {
                self.extension(item)?
            } else {
                self.extension_body(item, verbatim)?
            };
            any |= wrote;
            if !wrote {
                self.out().back_to(mark);
            }
        }
        self.out().raw("]");
        if !any {
            self.out().back_to(mark);
        }
        Ok(())
    }

    fn extension_value(
        &mut self,
        of: TypeId,
        key: &'s str,
        node: NodeId,
        verbatim: bool,
    ) -> Result<(), Stop> {
        if key.starts_with('_') {
            return Ok(());
        }
        let Some(row) = of.element(key) else { return self.unknown(of) };
        let rule = effective(self.job.plan.type_rule(row.of()), row, Keep { state: 0, verbatim });
        let mark = self.out().mark();
        self.out().key(key);
        if !self.values(row, rule, node, Keep { state: 0, verbatim })? {
            self.out().back_to(mark);
        }
        Ok(())
    }
}

/// The rule of an element the policy keeps: its texts stay, what is keyed or dated still goes the
/// way of everything else, so that records stay linked.
fn effective(rule: Rule, row: Row, keep: Keep) -> Rule {
    if !keep.verbatim {
        return rule;
    }
    match rule {
        Rule::Drop if row.of().is_complex() => Rule::Walk,
        Rule::Drop
        | Rule::Text
        | Rule::AgeText
        | Rule::Display
        | Rule::Code
        | Rule::Canonical
        | Rule::Zip3
        | Rule::State
        | Rule::Country
        | Rule::Token
        | Rule::Label
        | Rule::Version
        | Rule::Definition
        | Rule::Sampled => Rule::Keep,
        other => other,
    }
}
