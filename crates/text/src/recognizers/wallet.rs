//! Wallet addresses: Bitcoin in base 58 with its double SHA-256 check and in Bech32 (BIP 173, BIP 350),
//! Ethereum as 40 hexadecimal digits behind `0x`.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;
use sha2::{Digest, Sha256};

use super::{Recognizer, pattern, stands_alone};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Wallet;

static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc1|BC1)[0-9A-Za-z]{11,71}|0x[0-9A-Fa-f]{40})(?-u:\b)",
    )
});

impl Recognizer for Wallet {
    fn name(&self) -> &'static str {
        "wallet"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?-u:\b)(?:[13][1-9A-HJ-NP-Za-km-z]{25}|(?:bc1|BC1)[0-9A-Za-z]{11}|0x[0-9A-Fa-f]{40})",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in FORM.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            if is_checked(hit.as_str()) && stands_alone(page, &span) {
                out.push(found(span, EntityType::BankAccount, 0.95, self.name()));
            }
        }
    }
}

fn is_checked(text: &str) -> bool {
    match text.get(..3) {
        Some("bc1" | "BC1") => is_bech32(text),
        Some(start) if start.starts_with("0x") => true,
        _ => is_base58(text),
    }
}

/// 25 bytes, the last four of which begin the SHA-256 of the SHA-256 of the others.
fn is_base58(text: &str) -> bool {
    const SIGNS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0u8; 25];
    for sign in text.bytes() {
        let Some(value) = SIGNS.iter().position(|known| *known == sign) else { return false };
        let mut carry = value;
        for byte in bytes.iter_mut().rev() {
            carry += usize::from(*byte) * 58;
            *byte = (carry % 256) as u8;
            carry /= 256;
        }
        if carry > 0 {
            return false;
        }
    }
    let (address, check) = bytes.split_at(21);
    Sha256::digest(Sha256::digest(address))[..4] == *check
}

/// The checksum over the prefix `bc` and what follows the `1`: 1 in BIP 173, another constant in BIP 350.
fn is_bech32(text: &str) -> bool {
    const SIGNS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    const BIP_350: u32 = 0x2bc8_30a3;
    let lower = text.to_ascii_lowercase();
    if lower != text && text.to_ascii_uppercase() != text {
        return false;
    }
    let mut sum = 1u32;
    let mut add = |value: u32| {
        let top = sum >> 25;
        sum = (sum & 0x01ff_ffff) << 5 ^ value;
        for (at, part) in GENERATOR.iter().enumerate() {
            if top >> at & 1 == 1 {
                sum ^= part;
            }
        }
    };
    // The prefix: high bits, a zero, low bits.
    for value in [3, 3, 0, 2, 3] {
        add(value);
    }
    for sign in lower.bytes().skip(3) {
        let Some(value) = SIGNS.iter().position(|known| *known == sign) else { return false };
        add(value as u32);
    }
    sum == 1 || sum == BIP_350
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        let wallet = |text: &str| {
            check(&Wallet, &format!("paid to {text}."), &[(text, EntityType::BankAccount)]);
        };
        // The first block's, and the examples of BIP 173 and BIP 350.
        wallet("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
        wallet("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
        wallet("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4");
        wallet("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0");
        wallet("0x52908400098527886E0F7030069857D2E4169EE7");
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Wallet, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", &[]);
        check(&Wallet, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", &[]);
        check(&Wallet, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3T4", &[]);
        check(&Wallet, "0x52908400098527886E0F7030069857D2E4169EE", &[]);
        check(&Wallet, "3 of 10, bc1 positive", &[]);
    }
}
