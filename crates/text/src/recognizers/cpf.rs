//! CPF of Brazil: eleven digits, the last two by the check of eleven (Receita Federal).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::{digits, weighted};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Cpf;

static FORM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}(?-u:\b)"));

const NUMBER: National = National {
    name: "cpf",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &["cpf"],
    bare: None,
    check: is_checked,
};

impl Recognizer for Cpf {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)cpf")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

fn is_checked(text: &str) -> bool {
    let digits = digits(text);
    let right = |count: usize, first: u32| {
        weighted(&digits[..count], (2..=first).rev()) * 10 % 11 % 10 == u32::from(digits[count])
    };
    digits.len() == 11 && right(9, 10) && right(10, 11) && digits.iter().any(|d| *d != digits[0])
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Cpf, "CPF 111.444.777-35", &[("111.444.777-35", EntityType::NationalId)]);
        check(&Cpf, "CPF: 11144477735", &[("11144477735", EntityType::NationalId)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Cpf, "CPF 111.444.777-36", &[]);
        check(&Cpf, "111.444.777-35", &[]);
        check(&Cpf, "CPF 111.111.111-11", &[]);
    }
}
