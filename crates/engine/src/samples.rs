//! What a plan shows of notes and FHIR: of one note and one resource of each type, how many values of
//! each kind would change and how, and some of them before and after. Values are masked shapes, as
//! those of tables are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::sync::{Mutex, PoisonError};

use anonymed_core::sensitive::masked_shape;
use anonymed_core::{
    Context, Document, EntityType, FileNumber, Finding, Format, Modality, ModalityError, Operator,
    Resolution, ScrubError, ScrubbedText, Sensitive, TextScope, TextScrubber, Transformed,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::{Item, Step};
use crate::project::Project;
use crate::scan::{Entry, Inventory};
use crate::{EngineError, job, registry};

/// Most of a file that is read for a sample.
const READ: u64 = 4 << 20;
/// Files that are read for samples, of each modality.
const FILES: usize = 40;
/// Lines of a file that are looked at.
const LINES: usize = 200;
/// Values shown of a sample.
const SHOWN: usize = 12;

/// What one note or resource would look like.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sample {
    /// The file it is of.
    pub file: FileNumber,
    /// `note`, or the type of the resource.
    pub what: String,
    /// How many of its values of a type an operator would be applied to.
    pub changes: BTreeMap<EntityType, BTreeMap<Operator, u64>>,
    /// Some of them.
    pub examples: Vec<Example>,
}

/// A value before and after, masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The path of an element as the standard names it, or what the value in the text is.
    pub name: String,
    /// The operator, where the value is a part of a text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operator: Option<Operator>,
    /// Its shape.
    pub before: String,
    /// The shape of what stands in its place.
    pub after: String,
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}: ", self.file, self.what)?;
        let changes = self.changes.iter().flat_map(|(entity, operators)| {
            operators.iter().map(move |(operator, n)| format!("{n} × {entity} {operator}"))
        });
        let changes: Vec<String> = changes.collect();
        match changes.is_empty() {
            true => f.write_str("nothing would change")?,
            false => f.write_str(&changes.join(", "))?,
        }
        for Example { name, operator, before, after } in &self.examples {
            let operator = operator.map_or("", Operator::as_str);
            let after = if after.is_empty() { "-" } else { after };
            write!(f, "\n  {name:<24} {operator:<10} {before}  →  {after}")?;
        }
        Ok(())
    }
}

/// Takes samples of the notes and FHIR files that a plan transforms.
///
/// # Errors
///
/// Where an input is gone, or the audit log refuses. A file that cannot be sampled has no sample: the
/// run says why.
pub(crate) fn samples(
    project: &Project,
    inventory: &Inventory,
    items: &[Item],
    context: &Context<'_>,
) -> Result<Vec<Sample>, EngineError> {
    let sampler = Sampler { project, inventory, context, modalities: registry::modalities() };
    let mut samples = sampler.note(items)?;
    samples.extend(sampler.resources(items)?);
    Ok(samples)
}

struct Sampler<'a> {
    project: &'a Project,
    inventory: &'a Inventory,
    context: &'a Context<'a>,
    modalities: Vec<Box<dyn Modality>>,
}

impl Sampler<'_> {
    /// The files of a modality that are transformed, with their formats.
    fn files<'p>(
        &'p self,
        items: &'p [Item],
        modality: &'p str,
    ) -> impl Iterator<Item = (&'p Entry, &'p Format)> {
        items.iter().filter(|item| matches!(item.step, Step::Transform { .. })).filter_map(
            move |item| {
                let format = item.format.as_ref().filter(|f| f.modality == modality)?;
                Some((self.inventory.file(item.file)?, format))
            },
        )
    }

    /// One note; a patient's rather than nobody's.
    fn note(&self, items: &[Item]) -> Result<Vec<Sample>, EngineError> {
        let owned = |entry: &Entry| {
            matches!(self.context.subjects.of_document(entry.number), Resolution::Known(_))
        };
        let mut files: Vec<_> =
            self.files(items, "text").filter(|(e, _)| e.length <= READ).collect();
        files.sort_by_key(|(entry, _)| !owned(entry));
        for (entry, format) in files.into_iter().take(FILES) {
            let text = self.head(entry)?;
            if let Some((sample, _)) = self.sample(entry, format, "note", &text) {
                return Ok(vec![sample]);
            }
        }
        Ok(Vec::new())
    }

    /// One resource of each type.
    fn resources(&self, items: &[Item]) -> Result<Vec<Sample>, EngineError> {
        let mut seen = BTreeSet::new();
        let mut samples = Vec::new();
        let files = self.files(items, "fhir").filter(|(entry, format)| {
            let names = entry.fields.iter().filter_map(|f| f.name.split('.').next());
            (format.kind == "ndjson" || entry.length <= READ) && names.count() > 0
        });
        let mut read = 0;
        for (entry, format) in files {
            let types = entry.fields.iter().filter_map(|f| f.name.split('.').next());
            if types.into_iter().all(|of| seen.contains(of)) || read == FILES {
                continue;
            }
            read += 1;
            let text = self.head(entry)?;
            let lines = text.split(|b| *b == b'\n').take(LINES).filter(|_| format.kind == "ndjson");
            let whole = std::iter::once(text.as_slice()).filter(|_| format.kind != "ndjson");
            for resource in lines.chain(whole) {
                let Ok(before) = serde_json::from_slice::<Value>(resource) else { continue };
                let of = before["resourceType"].as_str().unwrap_or_default();
                if seen.contains(of) {
                    continue;
                }
                let Some((mut sample, after)) = self.sample(entry, format, of, resource) else {
                    continue;
                };
                let Ok(after) = serde_json::from_slice::<Value>(&after) else { continue };
                sample.examples.splice(0..0, compared(&before, &after));
                sample.examples.truncate(SHOWN);
                // The name of a type is of the standard, since a resource of it was written.
                seen.insert(of.to_owned());
                samples.push(sample);
            }
        }
        Ok(samples)
    }

    fn head(&self, entry: &Entry) -> Result<Vec<u8>, EngineError> {
        let purpose = &self.context.policy.purpose;
        self.project.record(&self.project.event("plan.read", purpose).file(entry.number))?;
        let mut bytes = Vec::new();
        let read = job::with_document(self.project, entry, |document| {
            (&mut *document.data).take(READ).read_to_end(&mut bytes)
        })?;
        read.map_err(EngineError::io("an input file", "read"))?;
        Ok(bytes)
    }

    /// Transforms a text by itself; `None` where nothing would be released of it.
    fn sample(
        &self,
        entry: &Entry,
        format: &Format,
        what: &str,
        text: &[u8],
    ) -> Option<(Sample, Vec<u8>)> {
        let modality = registry::of(&self.modalities, format)?;
        let listening = Listening { inner: self.context.text, heard: Mutex::default() };
        let context = Context { text: &listening, ..*self.context };
        let name = Sensitive::new(entry.name.clone());
        let mut data = Cursor::new(text);
        let mut document = Document {
            file: entry.number,
            name: &name,
            length: text.len() as u64,
            data: &mut data,
        };
        let mut out = Vec::new();
        let done: Result<Transformed, ModalityError> =
            job::guarded(|| modality.transform(&mut document, format, &context, &mut out));
        let done = done.ok().filter(|done| done.records_out > 0)?;
        let examples = listening.heard.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (file, what) = (entry.number, what.to_owned());
        Some((Sample { file, what, changes: done.changes, examples }, out))
    }
}

/// The text engine, and the shapes of what it replaced.
struct Listening<'a> {
    inner: &'a dyn TextScrubber,
    heard: Mutex<Vec<Example>>,
}

impl TextScrubber for Listening<'_> {
    fn find(&self, text: &str, scope: TextScope<'_>) -> Result<Vec<Finding>, ScrubError> {
        self.inner.find(text, scope)
    }

    fn scrub(&self, text: &str, scope: TextScope<'_>) -> Result<ScrubbedText, ScrubError> {
        let scrubbed = self.inner.scrub(text, scope)?;
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        for item in &scrubbed.items {
            let shape = |text: &str, range| text.get(range).map(masked_shape).unwrap_or_default();
            let example = Example {
                name: item.entity.to_string(),
                operator: Some(item.operator),
                before: shape(text, item.source.clone()),
                after: shape(&scrubbed.text, item.output.clone()),
            };
            let same = |e: &Example| e.name == example.name && e.operator == example.operator;
            if heard.len() < SHOWN && !heard.iter().any(same) {
                heard.push(example);
            }
        }
        Ok(scrubbed)
    }

    fn surrogate(&self, entity: EntityType, value: &str, scope: TextScope<'_>) -> String {
        self.inner.surrogate(entity, value, scope)
    }
}

/// Elements that are in both, with another value: what is left out is counted and not shown.
fn compared(before: &Value, after: &Value) -> Vec<Example> {
    let mut examples = Vec::new();
    compare("", before, after, &mut examples);
    examples
}

fn compare(path: &str, before: &Value, after: &Value, examples: &mut Vec<Example>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let of = after.get("resourceType").and_then(Value::as_str);
            let path = of.unwrap_or(path);
            // The names are those of the output: it has no element that the standard does not name.
            for (name, after) in after {
                if let Some(before) = before.get(name) {
                    compare(&format!("{path}.{name}"), before, after, examples);
                }
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (before, after) in before.iter().zip(after) {
                compare(path, before, after, examples);
            }
        }
        (before, after) => {
            let shown = examples.len() >= SHOWN || examples.iter().any(|e| e.name == path);
            if let (Some(before), Some(after), false) = (leaf(before), leaf(after), shown)
                && before != after
            {
                examples.push(Example {
                    name: path.to_owned(),
                    operator: None,
                    before: masked_shape(&before),
                    after: masked_shape(&after),
                });
            }
        }
    }
}

fn leaf(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changed_is_shown_in_shapes() {
        let before = json!({"resourceType": "Patient", "id": "jane", "birthDate": "1975-03-02",
            "name": [{"family": "Roe"}], "gender": "female", "jane roe": 1});
        let after = json!({"resourceType": "Patient", "id": "A1B2", "birthDate": "1975",
            "gender": "female"});
        let shown: Vec<_> = compared(&before, &after)
            .into_iter()
            .map(|e| format!("{} {} {}", e.name, e.before, e.after))
            .collect();
        assert_eq!(shown, ["Patient.id aaaa A9A9", "Patient.birthDate 9999-99-99 9999"]);
    }

    #[test]
    fn bundles_name_their_resources() {
        let bundle = |id: &str| {
            json!({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient",
                "id": id}}]})
        };
        let shown = compared(&bundle("jane"), &bundle("77"));
        assert_eq!(shown[0].name, "Patient.id");
    }
}
