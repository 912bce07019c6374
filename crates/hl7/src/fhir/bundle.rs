//! The entries of a bundle, each written by itself and in parallel, in the order of the input.

use rayon::prelude::*;

use super::walk::{Job, NOT_KEPT, Outcome, Stop, Walker, Wrote};
use crate::json::{Kind, NodeId};
use crate::schema::TypeId;

/// Entries whose outputs are held at once.
const BATCH: usize = 1024;
/// Entries a worker takes at once.
const GRAIN: usize = 16;

impl Walker<'_, '_, '_> {
    /// Writes the list of entries; an entry whose resource is held back or left out is not in it.
    pub(super) fn bundle_entries(&mut self, of: TypeId, node: NodeId) -> Wrote {
        let json = self.job.json;
        let items: Vec<NodeId> = match json.kind(node) {
            Kind::Array => json.children(node).collect(),
            _ => vec![node],
        };
        self.out().bytes.reserve(json.span(node).len());
        self.out().raw("[");
        let mut any = false;
        for (batch, items) in items.chunks(BATCH).enumerate() {
            for outcome in entries_of(self.job, of, items, batch * BATCH) {
                let outcome = outcome?;
                if !outcome.out.bytes.is_empty() {
                    self.out().comma();
                    any = true;
                }
                self.outcome.append(outcome);
            }
        }
        self.out().raw("]");
        Ok(any)
    }

    /// Writes one entry, or nothing where its resource is left out.
    fn entry(&mut self, of: TypeId, node: NodeId) -> Wrote {
        let json = self.job.json;
        if json.kind(node) != Kind::Object {
            return Ok(false);
        }
        let mark = self.out().mark();
        let urn = json.member_text(node, "fullUrl").and_then(|address| {
            let urn = address.strip_prefix("urn:uuid:");
            urn.or_else(|| address.strip_prefix("urn:oid:")).map(str::to_ascii_lowercase)
        });
        self.out().raw("{");
        let empty = self.out().mark();
        for child in json.children(node) {
            let key = json.key(child);
            if key != "resource" {
                self.element(of, key, child, NOT_KEPT, false)?;
                continue;
            }
            self.out().key(key);
            // A resource has state of its own: its patient, what it contains.
            let mut inner = Walker::new(self.job);
            let wrote = inner.resource(child, urn.as_deref());
            self.outcome.records_in += inner.outcome.records_in;
            inner.outcome.records_in = 0;
            let wrote = wrote?;
            self.outcome.append(inner.outcome);
            if !wrote {
                self.out().back_to(mark);
                return Ok(false);
            }
        }
        if self.out().unchanged_since(empty) {
            self.out().back_to(mark);
            return Ok(false);
        }
        self.out().raw("}");
        Ok(true)
    }
}

/// Writes some entries in parallel; `first` is the number of the first in its bundle.
fn entries_of(
    job: &Job<'_, '_>,
    of: TypeId,
    items: &[NodeId],
    first: usize,
) -> Vec<Result<Outcome, Stop>> {
    items
        .par_iter()
        .enumerate()
        .with_min_len(GRAIN)
        .map(|(number, item)| {
            job.context.cancel.check().map_err(|c| Stop::Fatal(c.into()))?;
            let mut walker = Walker::new(job);
            match walker.entry(of, *item) {
                Ok(_) => Ok(walker.outcome),
                Err(Stop::Quarantine { reason, at }) => {
                    let mut outcome = Outcome::new();
                    outcome.records_in = walker.outcome.records_in;
                    let path = format!("Bundle.entry[{}]: {at}", first + number);
                    outcome.hold(job.line, path, reason);
                    Ok(outcome)
                }
                Err(fatal) => Err(fatal),
            }
        })
        .collect()
}
