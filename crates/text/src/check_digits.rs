//! Check digits: what tells a number of a kind from any other of its length.

/// The digits of a text.
pub(crate) fn digits(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect()
}

/// The Luhn check (ISO/IEC 7812-1, annex B), over digits with an amount added first.
pub(crate) fn luhn(digits: &[u8], start: u32) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            let doubled = u32::from(*d) * if i % 2 == 1 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    (sum + start).is_multiple_of(10)
}

/// The sum of digits by their weights; what has no weight does not count.
pub(crate) fn weighted(digits: &[u8], weights: impl IntoIterator<Item = u32>) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// The remainder of a number of any length.
pub(crate) fn remainder(digits: &[u8], divisor: u32) -> u32 {
    digits.iter().fold(0, |rest, digit| (rest * 10 + u32::from(*digit)) % divisor)
}

/// The Verhoeff check, over the dihedral group of ten (J. Verhoeff, Error Detecting Decimal Codes,
/// 1969): finds every wrong digit and every two that changed places.
pub(crate) fn verhoeff(digits: &[u8]) -> bool {
    let sum = digits.iter().rev().enumerate().fold(0, |sum, (at, digit)| {
        let turned = (0..at % 8).fold(*digit, |digit, _| TURN[usize::from(digit % 10)]);
        times(sum, turned)
    });
    !digits.is_empty() && sum == 0
}

/// What the permutation of the Verhoeff check makes of each digit.
const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// The product in the dihedral group: 0 to 4 are turns, 5 to 9 are mirrored ones.
fn times(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// The check of ISO/IEC 7064, MOD 11,10: the last digit checks the others.
pub(crate) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((last, others)) = digits.split_last() else { return false };
    let product = others.iter().fold(10, |product, digit| {
        let sum = (u32::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(*last)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every way to get one digit wrong.
    fn wrong(right: &str) -> impl Iterator<Item = Vec<u8>> {
        let right = digits(right);
        (0..right.len()).flat_map(move |at| {
            let right = right.clone();
            (1..10).map(move |more| {
                let mut wrong = right.clone();
                wrong[at] = (wrong[at] + more) % 10;
                wrong
            })
        })
    }

    #[test]
    fn one_wrong_digit_is_told() {
        assert!(luhn(&digits("4111 1111 1111 1111"), 0));
        assert!(wrong("4111111111111111").all(|w| !luhn(&w, 0)));
        // The examples of Verhoeff's book and of the standard.
        for right in ["2363", "123451", "234123412346"] {
            assert!(verhoeff(&digits(right)), "{right}");
            assert!(wrong(right).all(|w| !verhoeff(&w)), "{right}");
        }
        assert!(mod_11_10(&digits("07945")));
        assert!(wrong("07945").all(|w| !mod_11_10(&w)));
        assert!(!verhoeff(&[]) && !mod_11_10(&[]));
    }

    #[test]
    fn verhoeff_tells_two_that_changed_places() {
        assert!(!verhoeff(&digits("243123412346")));
        assert!(!verhoeff(&digits("234123412364")));
    }

    #[test]
    fn sums_and_remainders() {
        assert_eq!(weighted(&[1, 2, 3], [3, 2]), 7);
        assert_eq!(remainder(&digits("1850578006084"), 97), 6);
    }
}
