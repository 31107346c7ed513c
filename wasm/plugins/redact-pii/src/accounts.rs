//! Payment cards and bank accounts.

use crate::digits::{digit, invisible, letter};
use crate::ids::luhn;
use crate::kinds::Certainty;
use crate::numbers::{Gap, Number};

/// A payment card: the issuers' numbers (ISO/IEC 7812) of the schemes in use, and Luhn's check.
pub fn card(n: Number) -> Option<Certainty> {
    let length = n.digits().len();
    if !(14..=19).contains(&length) || n.plus() || n.uniform() || n.lettered() {
        return None;
    }
    let (two, three, four) = (n.value(0, 2), n.value(0, 3), n.value(0, 4));
    let issued = match length {
        14 => matches!(three, 300..=305 | 309) || matches!(two, 36 | 38 | 39),
        15 => matches!(two, 34 | 37),
        16 => n.digits()[0] == 4 || matches!(two, 51..=55 | 62 | 65) || matches!(four, 2200..=2204 | 2221..=2720 | 3528..=3589 | 5018 | 5020 | 5038 | 5893 | 6011 | 6304 | 6759 | 6761..=6763 | 9792) || matches!(three, 508 | 605 | 606 | 644..=649 | 968),
        _ => two == 62 || n.digits()[0] == 4 && length == 19 || matches!(four, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763),
    };
    let grouped = n.parted_by(&[Gap::Blank, Gap::Hyphen]) && [&[4, 4, 4, 4][..], &[4, 6, 5], &[4, 6, 4], &[4, 4, 4, 4, 3], &[4, 4, 4, 4, 2], &[6, 13], &[4, 4, 4, 2], &[4, 4, 4, 3]].iter().any(|s| n.shaped(s));
    (issued && (grouped || n.groups() == 1) && luhn(n.digits())).then_some(if grouped { Certainty::Sure } else { Certainty::Likely })
}

/// Where the international bank account number (ISO 13616) that begins here ends.
pub fn iban(text: &str) -> Option<usize> {
    let mut read = 0;
    let mut country = [0; 2];
    let mut want = 4;
    let (mut sum, mut head) = (0u32, 0u32);
    let mut blanks = 0;
    for (i, c) in text.char_indices() {
        if matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-') && read > 0 && read < want {
            // In groups of four.
            blanks += 1;
            if read % 4 != 0 || blanks > 1 {
                return None;
            }
            continue;
        }
        if invisible(c) {
            continue;
        }
        blanks = 0;
        let value = match (digit(c), letter(c)) {
            (Some(d), _) if read >= 2 => u32::from(d),
            (_, Some(l)) if !(2..4).contains(&read) => {
                if read < 2 {
                    country[read] = l;
                }
                u32::from(l - b'A') + 10
            }
            _ => return None,
        };
        let append = |n: u32| (n * if value > 9 { 100 } else { 10 } + value) % 97;
        match read {
            0..=3 => head = append(head),
            _ => sum = append(sum),
        }
        read += 1;
        if read == 2 {
            want = length(country)?;
        }
        if read == want {
            let end = i + c.len_utf8();
            // The country and the check digits go to the end: two letters of two digits each, and two digits.
            let right = (sum * (1_000_000 % 97) + head) % 97 == 1;
            let goes_on = text[end..].chars().find(|c| !invisible(*c)).is_some_and(|c| digit(c).is_some() || letter(c).is_some());
            return (right && !goes_on).then_some(end);
        }
    }
    None
}

/// How long a country's numbers are, by the registry of SWIFT.
fn length(country: [u8; 2]) -> Option<usize> {
    Some(match &country {
        b"NO" => 15,
        b"BE" => 16,
        b"DK" | b"FI" | b"FO" | b"GL" | b"NL" | b"SD" => 18,
        b"MK" | b"SI" => 19,
        b"AT" | b"BA" | b"EE" | b"KZ" | b"LT" | b"LU" | b"XK" | b"MN" => 20,
        b"CH" | b"HR" | b"LI" | b"LV" => 21,
        b"BG" | b"BH" | b"CR" | b"DE" | b"GB" | b"GE" | b"IE" | b"ME" | b"RS" | b"VA" => 22,
        b"AE" | b"GI" | b"IL" | b"IQ" | b"TL" | b"OM" | b"SO" => 23,
        b"AD" | b"CZ" | b"ES" | b"MD" | b"PK" | b"RO" | b"SA" | b"SE" | b"SK" | b"TN" | b"VG" => 24,
        b"LY" | b"PT" | b"ST" => 25,
        b"IS" | b"TR" => 26,
        b"FR" | b"GR" | b"IT" | b"MC" | b"MR" | b"SM" | b"BI" | b"DJ" => 27,
        b"AL" | b"AZ" | b"BY" | b"CY" | b"DO" | b"GT" | b"HU" | b"LB" | b"PL" | b"SV" | b"NI" => 28,
        b"BR" | b"EG" | b"PS" | b"QA" | b"UA" => 29,
        b"JO" | b"KW" | b"MU" | b"YE" => 30,
        b"MT" | b"SC" => 31,
        b"LC" => 32,
        b"RU" => 33,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts() {
        for (text, want) in [
            ("DE89370400440532013000", true),
            ("DE89 3704 0044 0532 0130 00.", true),
            ("SA03 8000 0000 6080 1016 7519", true),
            ("FR14 2004 1010 0505 0001 3M02 606", true),
            ("ＤＥ８９３７０４００４４０５３２０１３０００", true),
            ("de89370400440532013000", true),
            ("DE88370400440532013000", false),
            ("DE8937040044053201300012", false),
            ("DE89 370 400440532013000", false),
            ("XX89370400440532013000", false),
            ("DE", false),
            ("", false),
        ] {
            assert_eq!(iban(text).is_some(), want, "{text}");
        }
    }
}
