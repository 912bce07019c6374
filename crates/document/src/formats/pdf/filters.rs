//! How streams are packed (ISO 32000-1, 7.4), unpacked up to a bound.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::NAME;
use super::syntax::bytes_of_digits;
use crate::error::{DocumentError, Result};

/// A filter with its parameters.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub(super) name: Vec<u8>,
    pub(super) predictor: usize,
    pub(super) colors: usize,
    pub(super) bits: usize,
    pub(super) columns: usize,
    /// LZW codes grow one code early.
    pub(super) early: bool,
}

/// Why a stream is not unpacked.
pub(super) enum Refusal {
    /// It is a picture's, or in a filter that is not known.
    NotText,
    /// It unpacks to more than is allowed.
    TooLong,
}

/// Unpacks by one filter; data that break off give what there was before.
pub(super) fn unpack(
    filter: &Filter,
    data: &[u8],
    most: usize,
) -> std::result::Result<Vec<u8>, Refusal> {
    let out = match filter.name.as_slice() {
        b"FlateDecode" | b"Fl" => inflate(data, most),
        b"LZWDecode" | b"LZW" => lzw(data, filter.early, most),
        b"ASCIIHexDecode" | b"AHx" => {
            let data = data.split(|b| *b == b'>').next().unwrap_or_default();
            bytes_of_digits(data.iter().filter_map(|b| char::from(*b).to_digit(16)))
        }
        b"ASCII85Decode" | b"A85" => ascii_85(data, most),
        b"RunLengthDecode" | b"RL" => run_length(data, most),
        _ => return Err(Refusal::NotText),
    };
    if out.len() > most {
        return Err(Refusal::TooLong);
    }
    Ok(predicted(filter, out))
}

/// The error of a refusal.
pub(super) fn refused(refusal: &Refusal, ratio: usize) -> DocumentError {
    match refusal {
        Refusal::TooLong => DocumentError::Bomb { format: NAME, ratio },
        Refusal::NotText => DocumentError::Broken {
            format: NAME,
            what: "a stream is packed in a way that is not read",
            at: 0,
        },
    }
}

fn inflate(data: &[u8], most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    // A broken end leaves what was read; a checksum does not matter here.
    let _ = ZlibDecoder::new(data).take(most as u64 + 1).read_to_end(&mut out);
    out
}

fn run_length(data: &[u8], most: usize) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(length) = data.get(at).copied().filter(|_| out.len() <= most) {
        at += 1;
        match length {
            128 => break,
            0..=127 => {
                let end = (at + usize::from(length) + 1).min(data.len());
                out.extend_from_slice(&data[at..end]);
                at = end;
            }
            129..=255 => {
                let Some(byte) = data.get(at) else { break };
                out.extend(std::iter::repeat_n(*byte, 257 - usize::from(length)));
                at += 1;
            }
        }
    }
    out
}

fn ascii_85(data: &[u8], most: usize) -> Vec<u8> {
    let (mut out, mut group) = (Vec::new(), Vec::with_capacity(5));
    for byte in data {
        match byte {
            b'~' => break,
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ => {}
        }
        if group.len() == 5 {
            out.extend(base_85(&group));
            group.clear();
        }
        if out.len() > most {
            return out;
        }
    }
    if group.len() > 1 {
        let kept = group.len() - 1;
        group.resize(5, 84);
        out.extend(&base_85(&group)[..kept]);
    }
    out
}

fn base_85(group: &[u32]) -> [u8; 4] {
    group.iter().fold(0u32, |sum, digit| sum.wrapping_mul(85).wrapping_add(*digit)).to_be_bytes()
}

fn lzw(data: &[u8], early: bool, most: usize) -> Vec<u8> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let mut out: Vec<u8> = Vec::new();
    // Each code from 258 is a place and a length in what was written.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    let (mut bits, mut held, mut width) = (0u32, 0u32, 9u32);
    for byte in data {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        if held < width {
            continue;
        }
        held -= width;
        let code = (bits >> held) as usize;
        bits &= (1 << held) - 1;
        if code == END || out.len() > most {
            return out;
        }
        if code == CLEAR {
            table.clear();
            (last, width) = (None, 9);
            continue;
        }
        let start = out.len();
        match (table.get(code.wrapping_sub(258)).copied(), last) {
            (_, _) if code < 256 => out.push(code as u8),
            (Some((from, length)), _) => out.extend_from_within(from..from + length),
            (None, Some((from, length))) if code == 258 + table.len() => {
                out.extend_from_within(from..from + length);
                out.push(out[start]);
            }
            _ => return out,
        }
        if let Some((from, length)) = last.filter(|_| table.len() < 4096 - 258) {
            // The bytes before and the first of these stand side by side.
            table.push((from, length + 1));
        }
        last = Some((start, out.len() - start));
        let codes = 258 + table.len() + usize::from(early);
        // The table holds one entry less than the writer's.
        width = match codes + 1 {
            0..=512 => 9,
            513..=1024 => 10,
            1025..=2048 => 11,
            _ => 12,
        };
    }
    out
}

/// Undoes what was predicted from neighbours (7.4.4.4).
fn predicted(filter: &Filter, data: Vec<u8>) -> Vec<u8> {
    if filter.predictor < 2 {
        return data;
    }
    let pixel = (filter.colors.clamp(1, 32) * filter.bits.clamp(1, 16)).div_ceil(8);
    let width =
        (filter.columns.clamp(1, 1 << 20) * filter.colors.clamp(1, 32) * filter.bits.clamp(1, 16))
            .div_ceil(8);
    if filter.predictor == 2 {
        let mut data = data;
        for row in data.chunks_mut(width).filter(|_| filter.bits == 8) {
            for at in pixel..row.len() {
                row[at] = row[at].wrapping_add(row[at - pixel]);
            }
        }
        return data;
    }
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0; width];
    for row in data.chunks(width + 1) {
        let (kind, row) = (row[0], &row[1..]);
        let mut current = vec![0; width];
        for (at, byte) in row.iter().enumerate() {
            let left = at.checked_sub(pixel).map_or(0, |at| current[at]);
            let corner = at.checked_sub(pixel).map_or(0, |at| above[at]);
            let guess = match kind {
                1 => left,
                2 => above[at],
                3 => ((u16::from(left) + u16::from(above[at])) / 2) as u8,
                4 => paeth(left, above[at], corner),
                _ => 0,
            };
            current[at] = byte.wrapping_add(guess);
        }
        out.extend_from_slice(&current[..row.len()]);
        above = current;
    }
    out
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let guess = a + b - c;
    let (to_a, to_b, to_c) = ((guess - a).abs(), (guess - b).abs(), (guess - c).abs());
    match () {
        () if to_a <= to_b && to_a <= to_c => left,
        () if to_b <= to_c => above,
        () => corner,
    }
}

/// What a refusal is worth to a caller that must have the stream.
pub(super) fn whole(
    result: std::result::Result<Vec<u8>, Refusal>,
    ratio: usize,
) -> Result<Vec<u8>> {
    result.map_err(|refusal| refused(&refusal, ratio))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn filter(name: &str) -> Filter {
        Filter { name: name.into(), early: true, ..Filter::default() }
    }

    fn check(filter: &Filter, data: &[u8], expect: &[u8]) {
        assert_eq!(unpack(filter, data, 1_000).ok().as_deref(), Some(expect), "{filter:?}");
    }

    fn deflated(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn streams_are_unpacked() {
        check(&filter("FlateDecode"), &deflated(b"Jane Roe"), b"Jane Roe");
        check(&filter("AHx"), b"4A 61 6e65 >00", b"Jane");
        check(&filter("A85"), b"87cUR\nD]i,\"Ebo80~>", b"Hello World!");
        check(&filter("A85"), b"z87~>", b"\0\0\0\0H");
        check(&filter("RL"), b"\x02abc\xfed\x80x", b"abcddd");
        // ISO 32000-1, 7.4.4.2, example.
        check(
            &filter("LZW"),
            &[0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01],
            &[45, 45, 45, 45, 45, 65, 45, 45, 45, 66],
        );
    }

    #[test]
    fn predictions_are_undone() {
        let png = Filter { predictor: 15, colors: 1, bits: 8, columns: 3, ..filter("Fl") };
        let rows = [0, 1, 2, 3, 2, 1, 1, 1, 1, 1, 1, 1, 4, 1, 0, 0, 3, 9, 9, 9];
        check(&png, &deflated(&rows), &[1, 2, 3, 2, 3, 4, 1, 2, 3, 2, 2, 3, 10, 15, 18]);
        let tiff = Filter { predictor: 2, ..png };
        check(&tiff, &deflated(&[1, 1, 1, 2, 2, 2]), &[1, 2, 3, 2, 4, 6]);
    }

    #[test]
    fn long_streams_are_refused() {
        let zeros = deflated(&[0; 2_000]);
        assert!(matches!(unpack(&filter("Fl"), &zeros, 1_000), Err(Refusal::TooLong)));
        assert!(matches!(
            unpack(&filter("RL"), &[0x81, 0].repeat(100), 1_000),
            Err(Refusal::TooLong)
        ));
        assert!(matches!(unpack(&filter("DCTDecode"), &zeros, 1_000), Err(Refusal::NotText)));
        for name in ["Fl", "LZW", "A85", "AHx", "RL"] {
            let noise: Vec<u8> = (0..=255).rev().cycle().take(700).collect();
            let _ = unpack(&filter(name), &noise, 1_000);
        }
    }
}
