//! Text that remembers where its identifiers are, so that offsets in the ground truth cannot be
//! wrong: everything is appended through here, and case and line ends are changed here only.

use std::ops::Range;

use anonymed_core::EntityType;

/// A planted identifier inside a text, by byte range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) bytes: Range<usize>,
    pub(crate) entity: EntityType,
}

/// A text and its planted identifiers, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prose {
    text: String,
    spans: Vec<Span>,
}

impl Prose {
    /// Text without identifiers.
    pub(crate) fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), spans: Vec::new() }
    }

    /// Appends text without identifiers.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends an identifier.
    pub(crate) fn plant(&mut self, entity: EntityType, value: &str) {
        if value.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(value);
        self.spans.push(Span { bytes: start..self.text.len(), entity });
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The identifiers with their values.
    pub(crate) fn planted(&self) -> impl Iterator<Item = (&Span, &str)> {
        self.spans.iter().map(|s| (s, &self.text[s.bytes.clone()]))
    }

    /// The same in capitals. Only ASCII letters change, so no byte moves.
    pub(crate) fn into_upper(mut self) -> Self {
        self.text.make_ascii_uppercase();
        self
    }

    /// Breaks lines longer than `width` at the last space, inside names too, as transcription
    /// systems do. A space becomes a line feed, so no byte moves.
    pub(crate) fn wrapped(mut self, width: usize) -> Self {
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        let (mut line, mut space) = (0, None);
        for at in 0..bytes.len() {
            match bytes[at] {
                b'\n' => (line, space) = (at + 1, None),
                b' ' if at > line && bytes[at - 1] != b' ' => space = Some(at),
                _ => {}
            }
            if at >= line + width
                && let Some(gap) = space.take()
            {
                bytes[gap] = b'\n';
                line = gap + 1;
            }
        }
        self.text = String::from_utf8(bytes).expect("only ASCII spaces were changed");
        self
    }

    /// The same with each character mapped to text (CRLF line ends, XML escapes), spans moved
    /// along.
    pub(crate) fn mapped(&self, map: impl Fn(char) -> Option<&'static str>) -> Self {
        let mut out = Self::default();
        let mut spans = self.spans.iter().peekable();
        let mut start = 0;
        for (at, c) in self.text.char_indices() {
            if spans.peek().is_some_and(|s| s.bytes.start == at) {
                start = out.text.len();
            }
            match map(c) {
                Some(text) => out.text.push_str(text),
                None => out.text.push(c),
            }
            if let Some(span) = spans.next_if(|s| s.bytes.end == at + c.len_utf8()) {
                out.spans.push(Span { bytes: start..out.text.len(), entity: span.entity });
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Prose {
        let mut prose = Prose::plain("Patient ");
        prose.plant(EntityType::Patient, "Grace Long");
        prose.push(",\nseen ");
        prose.plant(EntityType::Date, "5/5/1955");
        prose
    }

    fn values(prose: &Prose) -> Vec<&str> {
        prose.planted().map(|(_, v)| v).collect()
    }

    #[test]
    fn spans_follow_every_change() {
        assert_eq!(values(&sample()), ["Grace Long", "5/5/1955"]);
        assert_eq!(values(&sample().into_upper()), ["GRACE LONG", "5/5/1955"]);
        assert_eq!(values(&sample().wrapped(14)), ["Grace\nLong", "5/5/1955"]);
        let crlf = sample().mapped(|c| (c == '\n').then_some("\r\n"));
        assert_eq!(values(&crlf), ["Grace Long", "5/5/1955"]);
        assert!(crlf.text().contains(",\r\nseen"));
    }
}
