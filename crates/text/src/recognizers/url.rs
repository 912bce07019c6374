//! Web addresses.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Url;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:(?:https?|ftp)://|www\.)[A-Za-z0-9][A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]{2,500}")
});

static BARE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,62}){0,3}\.(?:com|org|net|edu|gov|info|health|io)(?-u:\b)(?:/[A-Za-z0-9._~/?#=&%-]{0,300})?",
    )
});

/// A host of any common end, when a path follows; ends that are everyday words (`in`, `no`, `pt`) are none.
static WITH_PATH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)[a-z0-9][a-z0-9-]{1,62}(?:\.[a-z0-9-]{1,62}){0,3}\.(?:com|org|net|edu|gov|info|health|io|us|uk|ca|au|nz|ie|de|fr|es|nl|ch|se|dk|fi|pl|eu|jp|cn|br|mx|ru|app|dev|biz|care|clinic|hospital|online|site|cloud)/[a-z][A-Za-z0-9._~/?#=&%-]{2,300}",
    )
});

impl Recognizer for Url {
    fn name(&self) -> &'static str {
        "url"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)://|www\.|\.(?:com|org|net|edu|gov|info|health|io)|\.[a-z]{2,8}/[a-z]")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let first = out.len();
        for (pattern, score) in [(&PATTERN, 0.95), (&WITH_PATH, 0.9), (&BARE, 0.7)] {
            // Those of the patterns before, in their order; those of one pattern are apart.
            out[first..].sort_unstable_by_key(|f| f.span.start);
            let known = out.len();
            for hit in pattern.find_iter(&page.text[line.clone()]) {
                let start = line.start + hit.start();
                let text = hit.as_str().trim_end_matches(['.', ',', ';', ':', ')', ']', '!', '?']);
                let span = start..start + text.len();
                let mail = page.text[..start].ends_with(['@', '.'])
                    || page.text[span.end..].starts_with('@');
                let before = out[first..known].partition_point(|f| f.span.end <= start);
                let inside = out[first..known].get(before).is_some_and(|f| f.span.start < span.end);
                if !mail && !inside && text.len() >= 6 {
                    out.push(found(span, EntityType::Url, score, self.name()));
                }
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
            &Url,
            "see https://portal.example.org/p?id=12.",
            &[("https://portal.example.org/p?id=12", EntityType::Url)],
        );
        check(&Url, "at www.smithfamily.example,", &[("www.smithfamily.example", EntityType::Url)]);
        check(&Url, "visit janeroe.com today", &[("janeroe.com", EntityType::Url)]);
        check(&Url, "at roeclinic.us/account.", &[("roeclinic.us/account", EntityType::Url)]);
        check(
            &Url,
            "janeroe.com or https://a.example/b",
            &[("https://a.example/b", EntityType::Url), ("janeroe.com", EntityType::Url)],
        );
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Url, "mail a@b.com", &[]);
        check(&Url, "3.org", &[]);
        check(&Url, "e.g. pain", &[]);
        check(&Url, "ratio 1://2", &[]);
        check(&Url, "www", &[]);
        check(&Url, "went home.PT/OT to see", &[]);
        check(&Url, "a.m./p.m. and q.d./prn", &[]);
    }
}
