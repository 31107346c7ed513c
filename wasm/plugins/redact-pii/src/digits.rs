//! Characters as those that numbers are written with: digits of every script, hyphens and blanks of every kind.

/// The zeros of all decimal digits (general category Nd of Unicode), after each of which come its one to nine.
#[rustfmt::skip]
const ZEROS: &[u32] = &[
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0,
    0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50,
    0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950,
    0x1FBF0,
];

/// What a digit is worth.
pub fn digit(c: char) -> Option<u8> {
    let c = c as u32;
    if c < 0x80 {
        return (b'0' as u32..=b'9' as u32).contains(&c).then(|| (c - b'0' as u32) as u8);
    }
    let zero = ZEROS[ZEROS.partition_point(|&z| z <= c) - 1];
    (c - zero < 10).then_some((c - zero) as u8)
}

/// The capital of an ASCII letter, or of one as wide as a Chinese character.
pub fn letter(c: char) -> Option<u8> {
    let c = match c {
        'Ａ'..='Ｚ' => (c as u32 - 'Ａ' as u32) as u8 + b'A',
        'ａ'..='ｚ' => (c as u32 - 'ａ' as u32) as u8 + b'A',
        _ => c as u32 as u8 * c.is_ascii_alphabetic() as u8,
    };
    (c != 0).then(|| c.to_ascii_uppercase())
}

/// What may stand between the groups of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Hyphen,
    Blank,
    Dot,
    Slash,
    Open,
    Close,
}

pub fn mark(c: char) -> Option<Mark> {
    Some(match c {
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' | '\u{30fc}' => Mark::Hyphen,
        ' ' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => Mark::Blank,
        '.' | '\u{ff0e}' | '\u{b7}' => Mark::Dot,
        '/' | '\u{ff0f}' => Mark::Slash,
        '(' | '\u{ff08}' => Mark::Open,
        ')' | '\u{ff09}' => Mark::Close,
        _ => return None,
    })
}

/// What is written and not seen: it may stand inside of a number and means nothing there.
pub fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A letter of the Latin alphabet: a number that touches one is part of something else.
pub fn latin(c: char) -> bool {
    c.is_ascii_alphabetic() || letter(c).is_some() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') && c.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script() {
        for (text, want) in [("0123456789", true), ("٠١٢٣٤٥٦٧٨٩", true), ("۰۱۲۳۴۵۶۷۸۹", true), ("०१२३४५६७८९", true), ("๐๑๒๓๔๕๖๗๘๙", true), ("０１２３４５６７８９", true), ("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", true), ("〇一二", false), ("/:aⅤ⑤²", false)] {
            for (i, c) in text.chars().enumerate() {
                assert_eq!(digit(c), want.then_some(i as u8), "{c}");
            }
        }
    }

    #[test]
    fn letters() {
        assert_eq!([letter('z'), letter('Ｚ'), letter('ｚ'), letter('é'), letter('5'), letter('ŀ')], [Some(b'Z'), Some(b'Z'), Some(b'Z'), None, None, None]);
        assert!(latin('é') && latin('ơ') && !latin('한') && !latin('×') && !latin('1'));
    }
}
