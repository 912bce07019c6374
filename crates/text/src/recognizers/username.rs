//! Log-in names behind their label, and the handles of social media: `@zolly_q`.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, pattern, template};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Username;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    labelled(r"user[ \t]?name|user[ \t]?id|login|logged[ \t]+in[ \t]+as", r"user|login")
});

/// A handle, the mark before it, and no domain behind.
static HANDLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"@(?P<id>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)"));

impl Recognizer for Username {
    fn name(&self) -> &'static str {
        "username"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)user|login|logged[ \t]+in|@[a-z_]")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let template = template(EntityType::Username, 0.8, self.name());
        number_behind_label(&LABEL, page, &line, &template, out);
        for captures in HANDLE.captures_iter(&page.text[line.clone()]) {
            let Some(id) = captures.name("id") else { continue };
            let span = line.start + id.start()..line.start + id.end();
            if is_handle(page, &span) {
                out.push(found(span, EntityType::Username, 0.8, self.name()));
            }
        }
    }
}

/// Notes write `@` for `at` (`@bedside`, `seen @clinic`): a plain word that is met in lower case,
/// or a short one, is no handle. In `a@b.org` and `@NAME@` something stands beside.
fn is_handle(page: &Page<'_>, span: &Range<usize>) -> bool {
    let before = page.text[..span.start - 1].chars().next_back();
    let free =
        before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-' | '+' | '@'));
    let id = &page.text[span.clone()];
    let closed = !page.text[span.end..].starts_with(['@', '-']);
    if !free || !closed || id.len() < 3 {
        return false;
    }
    if id.bytes().any(|b| b.is_ascii_digit() || b == b'_') {
        return true;
    }
    let mut words = page.tokens_in(span).map(|at| &page.tokens[at]).peekable();
    id.len() >= 4 && words.peek().is_some() && words.any(|token| !token.word.is_common())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Username, "User ID: jsmith42", &[("jsmith42", EntityType::Username)]);
        check(&Username, "logged in as rn0417", &[("rn0417", EntityType::Username)]);
        check(&Username, "posts as @zolly_q.", &[("zolly_q", EntityType::Username)]);
        check(&Username, "Instagram: @rahmani.k", &[("rahmani.k", EntityType::Username)]);
        check(&Username, "(@jroe1975)", &[("jroe1975", EntityType::Username)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Username, "IV drug user for 12 years", &[]);
        check(&Username, "username unknown", &[]);
        check(&Username, "write to j.roe@example.org", &[]);
        check(&Username, "insulin @ 5 mg, O2 @2L", &[]);
        check(&Username, "pain @rest, seen @bedside and @home", &[]);
        check(&Username, "signed @NAME@ on @TODAY@", &[]);
        check(&Username, "@ER", &[]);
    }
}
