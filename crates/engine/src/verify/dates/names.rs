//! Names of months in German, French, Spanish, Italian, Portuguese and Dutch, without accents.

/// How sure a name is one of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// An English name or its abbreviation.
    English,
    /// A whole name of another language.
    Name,
    /// Its abbreviation.
    Short,
    /// Another word too, as `set` and `out`.
    Word,
}

use Trust::{Name, Short, Word};

/// In the order of their bytes, for the search.
#[rustfmt::skip]
const FOREIGN: &[(&[u8], u32, Trust)] = &[
    (b"abr", 4, Short), (b"abril", 4, Name), (b"ago", 8, Word), (b"agosto", 8, Name),
    (b"aout", 8, Name), (b"aprile", 4, Name), (b"augustus", 8, Name), (b"avr", 4, Short),
    (b"avril", 4, Name), (b"decembre", 12, Name), (b"dez", 12, Short), (b"dezember", 12, Name),
    (b"dezembro", 12, Name), (b"dic", 12, Word), (b"dicembre", 12, Name), (b"diciembre", 12, Name),
    (b"ene", 1, Short), (b"enero", 1, Name), (b"febbraio", 2, Name), (b"feber", 2, Name),
    (b"febrero", 2, Name), (b"februar", 2, Name), (b"februari", 2, Name), (b"fev", 2, Short),
    (b"fevereiro", 2, Name), (b"fevr", 2, Short), (b"fevrier", 2, Name), (b"gen", 1, Word),
    (b"gennaio", 1, Name), (b"giu", 6, Short), (b"giugno", 6, Name), (b"jaenner", 1, Name),
    (b"janeiro", 1, Name), (b"janner", 1, Name), (b"januar", 1, Name), (b"januari", 1, Name),
    (b"janv", 1, Short), (b"janvier", 1, Name), (b"juil", 7, Short), (b"juillet", 7, Name),
    (b"juin", 6, Name), (b"julho", 7, Name), (b"juli", 7, Name), (b"julio", 7, Word),
    (b"junho", 6, Name), (b"juni", 6, Name), (b"junio", 6, Name), (b"lug", 7, Word),
    (b"luglio", 7, Name), (b"maart", 3, Name), (b"maerz", 3, Name), (b"mag", 5, Word),
    (b"maggio", 5, Name), (b"mai", 5, Name), (b"maio", 5, Name), (b"marco", 3, Word),
    (b"mars", 3, Name), (b"marz", 3, Name), (b"marzo", 3, Name), (b"mayo", 5, Name),
    (b"mei", 5, Name), (b"mrt", 3, Short), (b"mrz", 3, Short), (b"novembre", 11, Name),
    (b"novembro", 11, Name), (b"noviembre", 11, Name), (b"octobre", 10, Name),
    (b"octubre", 10, Name), (b"okt", 10, Short), (b"oktober", 10, Name), (b"ott", 10, Word),
    (b"ottobre", 10, Name), (b"out", 10, Word), (b"outubro", 10, Name), (b"septembre", 9, Name),
    (b"septiembre", 9, Name), (b"set", 9, Word), (b"setembro", 9, Name), (b"setiembre", 9, Name),
    (b"sett", 9, Word), (b"settembre", 9, Name),
];

/// Letters of the longest name.
const LONGEST: usize = 10;

/// By the first letter of a name, its second letters: most words are told from names by these.
const SECONDS: [u32; 26] = {
    let mut seconds = [0; 26];
    let mut at = 0;
    while at < FOREIGN.len() {
        let name = FOREIGN[at].0;
        seconds[(name[0] - b'a') as usize] |= 1 << (name[1] - b'a');
        at += 1;
    }
    seconds
};

/// Whether a name, English ones too, begins with the first two letters of a word.
pub(super) fn may_name(word: &[u8]) -> bool {
    let [first, second, ..] = word else { return false };
    let letter = |b: &u8| b.to_ascii_lowercase().wrapping_sub(b'a');
    let seconds = SECONDS.get(letter(first) as usize).copied().unwrap_or(0);
    letter(second) < 26 && seconds >> letter(second) & 1 == 1
}

/// The month that a word names.
pub(super) fn foreign(word: &[u8]) -> Option<(u32, Trust)> {
    let mut lower = [0; LONGEST];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let at = FOREIGN.binary_search_by(|(name, ..)| (*name).cmp(&*lower)).ok()?;
    let (_, month, trust) = FOREIGN.get(at)?;
    Some((*month, *trust))
}

/// The month that a Roman numeral in capitals names, with the numeral's length.
pub(super) fn roman(bytes: &[u8]) -> Option<(u32, usize)> {
    const NUMERALS: [&[u8]; 12] =
        [b"I", b"II", b"III", b"IV", b"V", b"VI", b"VII", b"VIII", b"IX", b"X", b"XI", b"XII"];
    let length = bytes.iter().take(5).take_while(|b| b"IVX".contains(b)).count();
    let month = NUMERALS.iter().position(|numeral| *numeral == &bytes[..length])?;
    Some((month as u32 + 1, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_found() {
        assert!(FOREIGN.is_sorted_by(|(a, ..), (b, ..)| a < b));
        for (name, month, trust) in FOREIGN {
            assert_eq!(foreign(&name.to_ascii_uppercase()), Some((*month, *trust)));
        }
        assert_eq!(foreign(b"may"), None);
        assert_eq!(foreign(b"mediastinum"), None);
        for word in
            ["January", "feb", "MAR", "apr", "may", "june", "aug", "sep", "oct", "nov", "dec"]
        {
            assert!(may_name(word.as_bytes()), "{word}");
        }
        assert!(FOREIGN.iter().all(|(name, ..)| may_name(name)));
        assert!(!may_name(b"patient") && !may_name(b"m") && !may_name(b"m4"));
    }

    #[test]
    fn numerals() {
        assert_eq!(roman(b"III/2021"), Some((3, 3)));
        assert_eq!(roman(b"IIII"), None);
        assert_eq!(roman(b"iv"), None);
    }
}
