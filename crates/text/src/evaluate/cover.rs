//! What a set of spans covers, and the words of a text.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// Spans joined where they touch, in order.
#[derive(Debug, Default)]
pub(super) struct Cover(Vec<Range<usize>>);

impl Cover {
    pub(super) fn of<'a>(spans: impl IntoIterator<Item = &'a Range<usize>>) -> Self {
        let mut spans: Vec<Range<usize>> = spans.into_iter().cloned().collect();
        spans.sort_unstable_by_key(|span| (span.start, span.end));
        let mut joined: Vec<Range<usize>> = Vec::with_capacity(spans.len());
        for span in spans {
            match joined.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => joined.push(span),
            }
        }
        Self(joined)
    }

    /// The joined spans that share bytes with a span.
    fn over<'a>(&'a self, span: &'a Range<usize>) -> impl Iterator<Item = &'a Range<usize>> {
        let first = self.0.partition_point(|joined| joined.end <= span.start);
        self.0[first..].iter().take_while(|joined| joined.start < span.end)
    }

    /// Whether anything of a span is covered.
    pub(super) fn touches(&self, span: &Range<usize>) -> bool {
        self.over(span).next().is_some()
    }

    /// Whether all of a span is covered.
    pub(super) fn holds(&self, span: &Range<usize>) -> bool {
        self.over(span).next().is_some_and(|j| j.start <= span.start && span.end <= j.end)
    }

    /// Whether all is covered that another cover has of a span.
    pub(super) fn holds_of(&self, other: &Self, span: &Range<usize>) -> bool {
        other.over(span).all(|of| self.holds(&(of.start.max(span.start)..of.end.min(span.end))))
    }
}

/// The words of a text: runs of letters and digits, with the marks that combine with them and
/// underscores inside.
pub(super) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = characters.find(|(_, c)| c.is_alphanumeric())?;
        let mut end = start + first.len_utf8();
        while let Some((at, c)) = characters.next_if(|(_, c)| goes_on(*c)) {
            end = at + c.len_utf8();
        }
        Some(start..end)
    })
}

fn goes_on(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_joined() {
        let cover = Cover::of(&[5..8, 0..2, 2..3, 6..7]);
        assert_eq!(cover.0, [0..3, 5..8]);
        let check = |span: Range<usize>, touches, holds| {
            assert_eq!(cover.touches(&span), touches, "{span:?}");
            assert_eq!(cover.holds(&span), holds, "{span:?}");
        };
        check(0..3, true, true);
        check(1..2, true, true);
        check(2..6, true, false);
        check(3..5, false, false);
        check(7..9, true, false);
        check(8..9, false, false);
    }

    #[test]
    fn what_another_covers_is_asked_for_alone() {
        let removed = Cover::of(&[3..5, 5..6]);
        let check = |gold: Range<usize>, word: Range<usize>, expect| {
            assert_eq!(removed.holds_of(&Cover::of(&[gold]), &word), expect);
        };
        check(3..5, 0..9, true);
        check(2..5, 0..9, false);
        check(2..5, 3..9, true);
    }

    #[test]
    fn words_are_runs() {
        let check = |text: &str, expect: &[&str]| {
            let found: Vec<&str> = words(text).map(|word| &text[word]).collect();
            assert_eq!(found, expect, "{text:?}");
        };
        check("O'Brien, 45-year-old.", &["O", "Brien", "45", "year", "old"]);
        check("jo_roe@x.org ____", &["jo_roe", "x", "org"]);
        check("Jose\u{301} é", &["Jose\u{301}", "é"]);
        check(" -- ", &[]);
        check("", &[]);
    }
}
