//! Addresses of electronic mail (RFC 5321, and RFC 6531 for letters beyond ASCII).

use crate::digits::invisible;

/// The longest parts that are looked at, in bytes.
const LOCAL: usize = 64 * 4;
const DOMAIN: usize = 255;

/// The address around the sign that stands at a place.
pub fn email(text: &str, at: usize) -> Option<(usize, usize)> {
    let sign = text[at..].chars().next()?.len_utf8();
    let start = local(&text[..at])?;
    let end = at + sign + domain(&text[at + sign..])?;
    Some((start, end))
}

fn atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'' | '&' | '~' | '!' | '#' | '$' | '*' | '/' | '=' | '?' | '^' | '`' | '{' | '|' | '}')
}

fn wide(c: char) -> bool {
    matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '．' | '＿' | '－')
}

/// Where the part before the sign begins. Words of other scripts are written against an address without a blank, so
/// that the letters of one kind belong to it which stand next to the sign.
fn local(before: &str) -> Option<usize> {
    let last = before.chars().next_back()?;
    let belongs: fn(char) -> bool = match last {
        c if c.is_ascii() => |c| atom(c) || invisible(c),
        c if wide(c) => wide,
        _ => |c| c.is_alphanumeric() || is_mark(c) || matches!(c, '.' | '_' | '-'),
    };
    let mut start = before.len();
    for (i, c) in before.char_indices().rev() {
        if !belongs(c) {
            break;
        }
        if before.len() - i > LOCAL {
            return None;
        }
        start = i;
    }
    // What may stand in an address, and does not begin one.
    let begun = &before[start..];
    let trimmed = begun.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_' && c != '+');
    let trimmed = trimmed.rsplit(['/', '=', '|', '`', '{', '?', '*']).next().unwrap_or("");
    (!trimmed.is_empty() && last != '.').then(|| before.len() - trimmed.len())
}

/// Vowel signs, tones and the like.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{64b}'..='\u{65f}')
}

/// Where the name of the domain ends.
fn domain(after: &str) -> Option<usize> {
    let first = after.chars().next()?;
    let belongs: fn(char) -> bool = match first {
        c if c.is_ascii_alphanumeric() => |c| c.is_ascii_alphanumeric() || c == '-' || c == '.',
        c if wide(c) => wide,
        c if c.is_alphabetic() => |c| c.is_alphanumeric() || is_mark(c) || c == '-' || c == '.',
        _ => return None,
    };
    let size = after.char_indices().find(|(_, c)| !belongs(*c)).map_or(after.len(), |(i, _)| i);
    let name = after[..size].trim_end_matches(['.', '-', '．', '－']);
    let dot = name.rfind(['.', '．'])?;
    let mut top = name[dot..].chars().skip(1);
    let good = name.len() <= DOMAIN && dot > 0 && !name.contains("..") && name[dot..].chars().count() > 2 && top.all(|c| c.is_alphabetic() || is_mark(c) || c == '-');
    good.then_some(name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, want) in [
            ("a@example.org", "a@example.org"),
            ("Mail to jane.doe+news@mail.example.co.uk.", "jane.doe+news@mail.example.co.uk"),
            ("메일은hong@example.kr으로", "hong@example.kr"),
            ("メールはtaro_y@example.jpまで", "taro_y@example.jp"),
            ("<mailto:a@example.org>", "a@example.org"),
            ("почта иван@пример.рф, тел.", "иван@пример.рф"),
            ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ"),
            ("(a@example.org)", "a@example.org"),
            ("q=a@example.org", "a@example.org"),
            ("@home", ""),
            ("a@b", ""),
            ("a @ example.org", ""),
            ("3 kg @ 2.50", ""),
            ("a@1.2.3", ""),
            ("a@example..org", ""),
            ("me@.org", ""),
            ("me@", ""),
        ] {
            let at = text.find(['@', '＠']).unwrap();
            let got = email(text, at).map_or("", |(start, end)| &text[start..end]);
            assert_eq!(got, want, "{text}");
        }
    }
}
