//! The output of one record: its bytes, which of them we wrote in place of an identifier, and how
//! often what was done.

use anonymed_core::{EntityType, Operator, Replacement, Transformed, WrittenSpan};

use crate::json::escape_into;

/// Bytes with their spans. What is begun can be taken back, so that emptied objects leave nothing.
pub(crate) struct Output {
    pub(crate) bytes: Vec<u8>,
    written: Vec<WrittenSpan>,
    /// How often what was done; a record has few kinds of changes.
    counts: Vec<((EntityType, Operator), u32)>,
}

/// A point of an output to go back to.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    bytes: usize,
    written: usize,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { bytes: Vec::new(), written: Vec::new(), counts: Vec::new() }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { bytes: self.bytes.len(), written: self.written.len() }
    }

    /// Takes back what was written since a mark; the counts stay.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.bytes.truncate(mark.bytes);
        self.written.truncate(mark.written);
    }

    /// Whether nothing was written since a mark.
    pub(crate) fn unchanged_since(&self, mark: Mark) -> bool {
        self.bytes.len() == mark.bytes
    }

    /// Writes as it is.
    pub(crate) fn raw(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Writes `"name":`, with a comma where it is not the first member.
    pub(crate) fn key(&mut self, name: &str) {
        self.comma();
        self.bytes.push(b'"');
        self.raw(name);
        self.raw("\":");
    }

    /// Writes a comma unless a list or object has just begun.
    pub(crate) fn comma(&mut self) {
        if !matches!(self.bytes.last(), Some(b'{' | b'[') | None) {
            self.bytes.push(b',');
        }
    }

    /// Writes a string from its raw inside.
    pub(crate) fn raw_string(&mut self, inside: &str) {
        self.bytes.push(b'"');
        self.raw(inside);
        self.bytes.push(b'"');
    }

    /// Writes a string that stands for an identifier, and records it.
    pub(crate) fn replaced_string(&mut self, text: &str, entity: EntityType, operator: Operator) {
        self.bytes.push(b'"');
        let start = self.bytes.len();
        escape_into(text, &mut self.bytes);
        self.span(start, entity, operator);
        self.bytes.push(b'"');
    }

    /// Writes a string part of which was replaced: `items` give the output ranges in `text`.
    pub(crate) fn scrubbed_string(&mut self, text: &str, items: &[Replacement]) {
        self.bytes.push(b'"');
        let mut at = 0;
        for item in items {
            let (Some(before), Some(inside)) =
                (text.get(at..item.output.start), text.get(item.output.clone()))
            else {
                continue;
            };
            escape_into(before, &mut self.bytes);
            let start = self.bytes.len();
            escape_into(inside, &mut self.bytes);
            self.span(start, item.entity, item.operator);
            at = item.output.end;
        }
        escape_into(text.get(at..).unwrap_or(""), &mut self.bytes);
        self.bytes.push(b'"');
    }

    /// Records the bytes from `start` to here, and counts the change.
    pub(crate) fn span(&mut self, start: usize, entity: EntityType, operator: Operator) {
        self.span_at(start, self.bytes.len(), entity, operator);
    }

    /// Records a range, and counts the change.
    pub(crate) fn span_at(
        &mut self,
        start: usize,
        end: usize,
        entity: EntityType,
        operator: Operator,
    ) {
        self.count(entity, operator);
        if start < end {
            self.written.push(WrittenSpan {
                start: start as u64,
                end: end as u64,
                entity,
                operator,
            });
        }
    }

    /// Counts a change that left no byte.
    pub(crate) fn count(&mut self, entity: EntityType, operator: Operator) {
        self.add((entity, operator), 1);
    }

    fn add(&mut self, change: (EntityType, Operator), times: u32) {
        match self.counts.iter_mut().find(|(c, _)| *c == change) {
            Some((_, count)) => *count = count.saturating_add(times),
            None => self.counts.push((change, times)),
        }
    }

    /// Moves another output to the end of this one.
    pub(crate) fn append(&mut self, other: Self) {
        let offset = self.bytes.len() as u64;
        self.bytes.extend_from_slice(&other.bytes);
        self.written.extend(other.written.into_iter().map(|w| WrittenSpan {
            start: w.start + offset,
            end: w.end + offset,
            ..w
        }));
        for (change, times) in other.counts {
            self.add(change, times);
        }
    }

    /// Hands over the bytes, and adds spans and counts to a result at an offset.
    pub(crate) fn into_transformed(self, done: &mut Transformed, offset: u64) -> Vec<u8> {
        let mut part = Transformed { written: self.written, ..Transformed::default() };
        for ((entity, operator), times) in self.counts {
            part.changed(entity, operator, u64::from(times));
        }
        done.absorb(part, offset);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_the_escapes() {
        let mut out = Output::new();
        let items = [Replacement {
            source: 0..3,
            output: 2..5,
            entity: EntityType::Patient,
            operator: Operator::Surrogate,
        }];
        out.scrubbed_string("\"\nA\"B end", &items);
        let mut done = Transformed::default();
        let bytes = out.into_transformed(&mut done, 100);
        let span = &done.written[0];
        let inside = &bytes[(span.start - 100) as usize..(span.end - 100) as usize];
        assert_eq!(inside, b"A\\\"B");
        assert_eq!(bytes, br#""\"\nA\"B end""#);
    }

    #[test]
    fn what_is_taken_back_leaves_nothing() {
        let mut out = Output::new();
        out.raw("{");
        let mark = out.mark();
        out.key("a");
        out.replaced_string("x", EntityType::Date, Operator::Shift);
        out.back_to(mark);
        assert!(out.unchanged_since(mark));
        let mut done = Transformed::default();
        assert_eq!(out.into_transformed(&mut done, 0), b"{");
        assert!(done.written.is_empty());
    }
}
