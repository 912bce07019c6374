//! Device serial numbers and unique device identifiers (21 CFR 830; the GS1 form begins `(01)`).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, pattern, template};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Device;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    labelled(r"serial|s/n|udi|sn[ \t]*[:\#]", r"device|implant|lot|model[ \t]*serial|lead")
});

/// GS1 element strings: the device identifier and what follows it.
static UDI: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\(01\)[0-9]{14}(?:\([0-9]{2,3}\)[A-Za-z0-9-]{1,20}){0,6}"));

impl Recognizer for Device {
    fn name(&self) -> &'static str {
        "device"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?i)serial|s/n|udi|sn[ \t]*[:\#]|(?:device|implant|lot|lead)[ \t]*(?:n|id|#)|\(01\)[0-9]",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let template = template(EntityType::Device, 0.8, self.name());
        number_behind_label(&LABEL, page, &line, &template, out);
        for hit in UDI.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            out.push(found(span, EntityType::Device, 0.95, self.name()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Device, "Serial number: PJN123456H", &[("PJN123456H", EntityType::Device)]);
        check(&Device, "S/N 00443-A1", &[("00443-A1", EntityType::Device)]);
        check(
            &Device,
            "UDI (01)00643169007222(21)AB12345",
            &[("(01)00643169007222(21)AB12345", EntityType::Device)],
        );
        check(&Device, "lot #4471A", &[("4471A", EntityType::Device)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Device, "serial 12 lead tracings", &[]);
        check(&Device, "serial exams", &[]);
        check(&Device, "lead noted", &[]);
        check(&Device, "(01) first", &[]);
    }
}
