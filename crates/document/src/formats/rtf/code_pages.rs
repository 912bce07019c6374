//! Which encoding a code page or a character set of a font is (specification 1.9.1, "Character Set"
//! and "Font Table").

use encoding_rs::Encoding;

/// The encoding of a Windows code page; `None` where it is not read.
pub(super) fn of_page(page: i32) -> Option<&'static Encoding> {
    let label = match page {
        0 | 1252 => "windows-1252",
        874 => "windows-874",
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        1250 => "windows-1250",
        1251 => "windows-1251",
        1253 => "windows-1253",
        1254 => "windows-1254",
        1255 => "windows-1255",
        1256 => "windows-1256",
        1257 => "windows-1257",
        1258 => "windows-1258",
        866 => "ibm866",
        10000 => "macintosh",
        10007 => "x-mac-cyrillic",
        20866 => "koi8-r",
        21866 => "koi8-u",
        28592 => "iso-8859-2",
        28595 => "iso-8859-5",
        28605 => "iso-8859-15",
        54936 => "gb18030",
        65001 => "utf-8",
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// The code page of a font's `\fcharset`; `None` where the document's own holds.
pub(super) fn of_charset(charset: i32) -> Option<i32> {
    Some(match charset {
        0 => 1252,
        77 => 10000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_fonts_are_read() {
        for charset in 0..=255 {
            if let Some(page) = of_charset(charset) {
                assert!(of_page(page).is_some(), "{charset}");
            }
        }
        assert!(of_page(437).is_none());
    }
}
