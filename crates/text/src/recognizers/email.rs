//! E-mail addresses (RFC 5322 in its usual form).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Email;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,8}",
    )
});

impl Recognizer for Email {
    fn name(&self) -> &'static str {
        "email"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"[A-Za-z0-9]@[A-Za-z0-9]")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let text = hit.as_str().trim_end_matches(['.', '-']);
            let top = text.rsplit('.').next().unwrap_or_default();
            if top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic()) {
                let span = span.start..span.start + text.len();
                out.push(found(span, EntityType::Email, 0.98, self.name()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(
            &Email,
            "mail john.smith@example.com.",
            &[("john.smith@example.com", EntityType::Email)],
        );
        check(
            &Email,
            "J_R+x@mail.example.co.uk;",
            &[("J_R+x@mail.example.co.uk", EntityType::Email)],
        );
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Email, "pain @ rest", &[]);
        check(&Email, "5@5", &[]);
        check(&Email, "a@b", &[]);
        check(&Email, "user@host", &[]);
        check(&Email, "x@1.2", &[]);
    }
}
