//! Fake places and institutions, from lists of invented names.

use anonymed_core::EntityType;

use super::{LISTS, Surrogates, cased};
use crate::page::{Token, tokens};

const STREET_KINDS: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "boulevard",
    "blvd",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "place",
    "pl",
    "way",
    "terrace",
    "ter",
    "circle",
    "cir",
    "square",
    "sq",
    "parkway",
    "pkwy",
    "highway",
    "hwy",
    "trail",
    "trl",
    "turnpike",
    "row",
    "alley",
    "loop",
    "crescent",
    "close",
    "mews",
    "pike",
    "plaza",
    "walk",
    "path",
    "run",
    "cove",
    "crossing",
    "heights",
    "manor",
    "ridge",
    "union",
    "view",
    "vale",
    "grove",
    "gardens",
    "spur",
    "landing",
    "meadow",
    "route",
    "box",
];

const HOSPITAL_KINDS: &[&str] = &[
    "hospital",
    "hospitals",
    "clinic",
    "clinics",
    "medical",
    "med",
    "center",
    "centre",
    "ctr",
    "health",
    "healthcare",
    "care",
    "system",
    "hospice",
    "infirmary",
    "sanatorium",
    "nursing",
    "home",
    "rehabilitation",
    "rehab",
    "cancer",
    "surgery",
    "surgical",
    "skilled",
    "facility",
    "group",
    "family",
    "practice",
    "physicians",
    "regional",
    "memorial",
    "community",
    "general",
    "children's",
    "childrens",
    "veterans",
];

impl Surrogates<'_> {
    pub(super) fn city(&self, value: &str) -> String {
        cased(value, self.pick("city", value, &LISTS.cities))
    }

    pub(super) fn county(&self, value: &str) -> String {
        let words = tokens(value);
        let named = words.last().filter(|t| value[t.span()].eq_ignore_ascii_case("county"));
        let fake = cased(value, self.pick("county", value, &LISTS.cities));
        match named {
            Some(kind) => format!("{fake} {}", &value[kind.span()]),
            None => fake,
        }
    }

    /// Another number and name; the kind of street stays, and digits of a unit change.
    pub(super) fn street(&self, value: &str) -> String {
        let words = tokens(value);
        let is_kind =
            |t: &Token| STREET_KINDS.contains(&value[t.span()].to_ascii_lowercase().as_str());
        let kind = words.iter().skip(1).position(is_kind).map(|at| at + 1);
        let numbered =
            words.first().is_some_and(|t| value.as_bytes()[t.start as usize].is_ascii_digit());
        let house = match words.first().filter(|_| numbered) {
            Some(first) => self.number(EntityType::Street, &value[..first.end as usize]) + " ",
            None => String::new(),
        };
        let name = cased(
            name_of(value, &words, numbered, kind),
            self.pick("street", value, &LISTS.streets),
        );
        match kind {
            Some(kind) => {
                let tail = &value[words[kind].start as usize..];
                let (word, unit) = tail.split_at(words[kind].len());
                format!("{house}{name} {word}{}", self.unit(unit))
            }
            None => format!("{house}{name} {}", cased(value, "Street")),
        }
    }

    /// What follows the kind of street: words stay, digits change.
    fn unit(&self, unit: &str) -> String {
        let mut stream = self.stream("unit", unit, 0);
        unit.chars()
            .map(|c| match c.is_ascii_digit() {
                true => char::from(b'1' + stream.next().unwrap_or(0) % 9),
                false => c,
            })
            .collect()
    }

    pub(super) fn hospital(&self, value: &str) -> String {
        let words = tokens(value);
        let mut kind = words.len();
        while kind > 0
            && HOSPITAL_KINDS.contains(&value[words[kind - 1].span()].to_ascii_lowercase().as_str())
        {
            kind -= 1;
        }
        let fake = self.pick("hospital", value, &LISTS.hospitals);
        let model = words.first().map_or(value, |t| &value[t.span()]);
        match words.get(kind) {
            Some(first) => format!("{} {}", cased(model, fake), &value[first.start as usize..]),
            None => format!("{} {}", cased(model, fake), cased(model, "Hospital")),
        }
    }

    pub(super) fn organization(&self, value: &str) -> String {
        let fake = self.pick("organization", value, &LISTS.streets);
        format!("{} {}", cased(value, fake), cased(value, "Company"))
    }
}

fn name_of<'v>(value: &'v str, words: &[Token], numbered: bool, kind: Option<usize>) -> &'v str {
    let first = usize::from(numbered);
    let last = kind.unwrap_or(words.len());
    match (words.get(first), last.checked_sub(1).and_then(|l| words.get(l))) {
        (Some(a), Some(b)) if a.start < b.end => &value[a.start as usize..b.end as usize],
        _ => value,
    }
}
