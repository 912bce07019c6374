//! Fake numbers, contacts and addresses of the network, in the layout of the real ones and in
//! ranges that are never given out where there are such.

use anonymed_core::{EntityType, normalise, zip3};

use super::{LISTS, Surrogates, cased};
use crate::check_digits::{digits, luhn};

impl Surrogates<'_> {
    /// Digits for digits, letters for letters, zeros in front kept; never a real number, and with a
    /// check digit that does not hold where cards and provider numbers have one.
    pub(super) fn number(&self, entity: EntityType, value: &str) -> String {
        let folded = normalise::alphanumeric(value);
        let mut fake = String::new();
        for attempt in 0..16 {
            fake = self.laid_out(entity.as_str(), value, &folded, attempt);
            let new = normalise::alphanumeric(&fake);
            let checked = matches!(entity, EntityType::Licence | EntityType::BankAccount)
                && (luhn(&digits(&fake), 0) || luhn(&digits(&fake), 24));
            if new != folded && !self.is_real_number(&new) && !checked {
                break;
            }
        }
        fake
    }

    fn laid_out(&self, kind: &str, value: &str, folded: &str, attempt: u8) -> String {
        let mut stream = self.stream(kind, folded, attempt);
        let mut next = |n: u8| stream.next().unwrap_or(0) % n;
        let mut leading = true;
        value
            .chars()
            .map(|c| match c {
                '0' if leading => '0',
                '0'..='9' => {
                    // The first digit that is not 0 stays so: the length is part of the layout.
                    let digit = if leading { 1 + next(9) } else { next(10) };
                    leading = false;
                    char::from(b'0' + digit)
                }
                'A'..='Z' => char::from(b'A' + next(26)),
                'a'..='z' => char::from(b'a' + next(26)),
                c if c.is_alphanumeric() => 'x',
                c => c,
            })
            .collect()
    }

    /// The digits of a value replaced by these, in order; the rest as it is.
    fn with_digits(value: &str, digits: &[u8]) -> String {
        let mut digits = digits.iter();
        value
            .chars()
            .map(|c| match c.is_ascii_digit() {
                true => char::from(b'0' + digits.next().copied().unwrap_or(0)),
                false => c,
            })
            .collect()
    }

    /// 555-0100 to 555-0199 behind an area code of a list: set aside for fiction by the North
    /// American Numbering Plan. Short and foreign numbers keep their layout only.
    pub(super) fn phone(&self, value: &str) -> String {
        let real = digits(value);
        let folded: String = real.iter().map(|d| char::from(b'0' + d)).collect();
        let abroad = value.trim_start().starts_with('+') && real.first() != Some(&1);
        let country = usize::from(real.len() >= 11 && real.first() == Some(&1));
        let local = folded.get(country..(country + 10).min(folded.len())).unwrap_or(&folded);
        let mut stream = self.stream("phone", local, 0);
        let mut fill = |n: u8| stream.next().unwrap_or(0) % n;
        let line = [5, 5, 5, 0, 1, fill(10), fill(10)];
        if abroad || real.len() < 7 || (8..=9).contains(&real.len()) {
            let kept = if abroad { 2 } else { 0 };
            let fake: Vec<u8> = real
                .iter()
                .enumerate()
                .map(|(i, d)| if i < kept { *d } else { fill(10) })
                .collect();
            let fake =
                if fake == real { fake.iter().map(|d| (d + 1) % 10).collect() } else { fake };
            return Self::with_digits(value, &fake);
        }
        if real.len() == 7 {
            return Self::with_digits(value, &line);
        }
        let area = digits(self.pick("area-code", &local[..3.min(local.len())], &LISTS.areas));
        let mut fake = real[..country].to_vec();
        fake.extend(area.iter().chain(&line));
        while fake.len() < real.len() {
            fake.push(fill(10));
        }
        Self::with_digits(value, &fake)
    }

    /// Area 900 to 999 with a group below 50: neither a social security number nor a taxpayer
    /// number.
    pub(super) fn social_security(&self, value: &str) -> String {
        let real = digits(value);
        let folded: String = real.iter().map(|d| char::from(b'0' + d)).collect();
        let mut stream = self.stream("ssn", &folded, 0);
        let mut fill = |n: u8| stream.next().unwrap_or(0) % n;
        let mut fake: Vec<u8> = real.iter().map(|_| fill(10)).collect();
        if fake.len() == 9 {
            fake[0] = 9;
            fake[3] = fill(5);
        } else if fake == real {
            fake = fake.iter().map(|d| (d + 1) % 10).collect();
        }
        Self::with_digits(value, &fake)
    }

    /// A made-up person at a domain of RFC 2606.
    pub(super) fn email(&self, value: &str) -> String {
        let (local, domain) = value.split_once('@').unwrap_or((value, ""));
        let given = self.pick(
            "email-given",
            local,
            if value.len().is_multiple_of(2) { &LISTS.women } else { &LISTS.men },
        );
        let family = self.pick("email-family", local, &LISTS.families);
        let mark = local.chars().find(|c| matches!(c, '.' | '_' | '-'));
        let joined = match mark {
            Some(mark) => format!("{given}{mark}{family}"),
            None => format!("{}{family}", &given[..1]),
        };
        let count = local.bytes().filter(u8::is_ascii_digit).count();
        let number: String = self
            .stream("email", local, 0)
            .take(count.min(8))
            .map(|b| char::from(b'0' + b % 10))
            .collect();
        let host = self.pick("email-domain", domain, &LISTS.domains);
        let text = format!("{joined}{number}@{host}").to_lowercase();
        if value.chars().any(char::is_lowercase) { text } else { text.to_uppercase() }
    }

    /// A page of a domain of RFC 2606.
    pub(super) fn url(&self, value: &str) -> String {
        let scheme = value.find("://").map_or("", |at| &value[..at + 3]);
        let www = if value[scheme.len()..].to_ascii_lowercase().starts_with("www.") {
            "www."
        } else {
            ""
        };
        let host = self.pick("url-domain", value, &LISTS.domains);
        let path: String = match value[scheme.len()..].contains('/') {
            true => std::iter::once('/')
                .chain(self.stream("url", value, 0).take(6).map(|b| char::from(b'a' + b % 26)))
                .collect(),
            false => String::new(),
        };
        format!("{scheme}{www}{host}{path}")
    }

    /// The documentation ranges of RFC 5737 and RFC 3849.
    pub(super) fn internet_address(&self, value: &str) -> String {
        let mut stream = self.stream("ip", value, 0);
        let mut byte = || stream.next().unwrap_or(0);
        if value.contains(':') {
            return format!("2001:db8::{:x}{:02x}:{:x}{:02x}", byte(), byte(), byte(), byte());
        }
        let net = ["192.0.2", "198.51.100", "203.0.113"][usize::from(byte() % 3)];
        format!("{net}.{}", 1 + byte() % 254)
    }

    /// The documentation range of RFC 7042.
    pub(super) fn hardware_address(&self, value: &str) -> String {
        let mark = if value.contains('-') { '-' } else { ':' };
        let last = self.stream("mac", value, 0).next().unwrap_or(0);
        let text = format!("00{mark}00{mark}5E{mark}00{mark}53{mark}{last:02X}");
        cased(if value.chars().any(|c| c.is_ascii_lowercase()) { "a" } else { "AA" }, &text)
    }

    /// The three digits that may be kept, and others behind them; other postal codes keep their
    /// layout.
    pub(super) fn zip(&self, value: &str) -> String {
        let Some(kept) = zip3(value) else { return self.number(EntityType::Zip, value) };
        let real = digits(value);
        let folded: String = real.iter().map(|d| char::from(b'0' + d)).collect();
        let mut fake = digits(&kept);
        let mut stream = self.stream("zip", &folded, 0);
        while fake.len() < real.len() {
            fake.push(stream.next().unwrap_or(0) % 10);
        }
        if fake == real {
            fake[4] = (fake[4] + 1) % 10;
        }
        Self::with_digits(value, &fake)
    }
}
