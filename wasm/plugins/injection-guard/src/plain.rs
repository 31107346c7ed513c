//! A text as it is meant, whatever it is written with: small letters, Latin ones without accents and as themselves, words
//! that stand apart letter by letter as words, and nothing that is not seen.

/// A text in its plain form, and what was left out that is not seen.
#[derive(Default)]
pub struct Plain {
    pub text: Vec<char>,
    /// How many tag characters there were (U+E0020 to U+E007E) outside of flags.
    pub tags: usize,
    /// The longest run of characters without width.
    pub widthless: usize,
}

/// The Latin letters from U+00C0 and from U+1E00 on, without their accents.
const LATIN: &str = "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuytyaaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnn..noooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzsb.................f.............oo.............uu...................dddlllnnnaaiioouuuuuuuuuueaaaa....ggkkoooo..jdddgg..nnaa....aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............................";
const ADDITIONAL: &str = "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyas..s.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

/// Cyrillic and Greek letters, and the Latin ones that look like them.
const ALIKE: &[(char, char)] = &[
    ('а', 'a'), ('в', 'b'), ('е', 'e'), ('к', 'k'), ('м', 'm'), ('н', 'h'), ('о', 'o'), ('р', 'p'), ('с', 'c'), ('т', 't'), ('у', 'y'), ('х', 'x'), ('і', 'i'), ('ј', 'j'),
    ('ѕ', 's'), ('ԁ', 'd'), ('ɡ', 'g'), ('ո', 'n'), ('ԛ', 'q'), ('ԝ', 'w'), ('ӏ', 'l'), ('һ', 'h'), ('α', 'a'), ('ο', 'o'), ('ρ', 'p'), ('ν', 'v'), ('ι', 'i'), ('κ', 'k'), ('τ', 't'), ('υ', 'u'),
    ('ε', 'e'), ('η', 'n'), ('χ', 'x'), ('γ', 'y'), ('ѵ', 'v'), ('г', 'r'), ('п', 'n'),
];

/// Digits and signs that stand for letters.
const LEET: &[(char, char)] = &[('0', 'o'), ('1', 'i'), ('3', 'e'), ('4', 'a'), ('5', 's'), ('7', 't'), ('@', 'a'), ('$', 's')];

pub fn plain(text: &str) -> Plain {
    let mut plain = Plain::default();
    let mut seen = Vec::with_capacity(text.len());
    let (mut flag, mut run) = (false, 0);
    for c in text.chars() {
        if matches!(c, '\u{e0020}'..='\u{e007f}') {
            // The flags of some countries are a black flag and tags.
            plain.tags += usize::from(!flag && c != '\u{e007f}');
            continue;
        }
        flag = c == '\u{1f3f4}';
        if widthless(c) {
            run += 1;
            plain.widthless = plain.widthless.max(run);
            continue;
        }
        run = 0;
        folded(c, &mut seen);
    }
    plain.text = words(&joined(&seen));
    plain
}

fn widthless(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{180e}')
}

/// Adds the plain form of a character.
fn folded(c: char, to: &mut Vec<char>) {
    if c.is_ascii() {
        match c {
            'A'..='Z' => to.push(c.to_ascii_lowercase()),
            ',' | ';' | '"' | '*' | '`' | '\t' | '\n' | '\r' => to.push(' '),
            _ => to.push(c),
        }
        return;
    }
    let within = |letters: &str, from: char| letters.as_bytes().get((c as usize).wrapping_sub(from as usize)).map(|b| *b as char).filter(|b| *b != '.');
    if let Some(letter) = within(LATIN, '\u{c0}').or_else(|| within(ADDITIONAL, '\u{1e00}')) {
        to.push(letter);
        match c {
            'ß' | 'ẞ' => to.push('s'),
            'æ' | 'Æ' | 'œ' | 'Œ' => to.push('e'),
            _ => {}
        }
        return;
    }
    match c {
        // Accents that stand for themselves, vowel signs of Arabic, the dot below of Hindi.
        '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{652}' | '\u{670}' | '\u{640}' | '\u{93c}' => {}
        'أ' | 'إ' | 'آ' | 'ٱ' => to.push('ا'),
        'ى' | 'ی' => to.push('ي'),
        'ة' => to.push('ه'),
        'ک' => to.push('ك'),
        '\u{958}'..='\u{95f}' => to.push(['क', 'ख', 'ग', 'ज', 'ड', 'ढ', 'फ', 'य'][c as usize - 0x958]),
        '\u{901}' => to.push('\u{902}'),
        'ё' | 'Ё' => to.push('е'),
        '’' | '‘' | 'ʼ' => to.push('\''),
        '«' | '»' | '“' | '”' | '„' | '、' | '，' | '،' | '；' | '؛' | '「' | '」' | '『' | '』' | '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{2028}' | '\u{2029}' => to.push(' '),
        '：' => to.push(':'),
        '！'..='～' => folded(char::from_u32(c as u32 - 0xfee0).unwrap_or(c), to),
        // Letters of mathematics, in 13 alphabets of 52, and digits; letters in circles.
        '\u{1d400}'..='\u{1d6a3}' => to.push((b'a' + ((c as u32 - 0x1d400) % 26) as u8) as char),
        '\u{1d7ce}'..='\u{1d7ff}' => to.push((b'0' + ((c as u32 - 0x1d7ce) % 10) as u8) as char),
        'Ⓐ'..='Ⓩ' => to.push((b'a' + (c as u32 - 'Ⓐ' as u32) as u8) as char),
        'ⓐ'..='ⓩ' => to.push((b'a' + (c as u32 - 'ⓐ' as u32) as u8) as char),
        // No letter of these has a capital.
        '\u{590}'..='\u{109f}' | '\u{2e80}'..='\u{a63f}' | '\u{ac00}'..='\u{faff}' => to.push(c),
        _ => to.extend(c.to_lowercase().filter(|c| !matches!(c, '\u{300}'..='\u{36f}'))),
    }
}

/// A letter or digit, or what is near enough to one: the tables of Unicode take longer than all else.
fn lettered(c: char) -> bool {
    c.is_ascii_alphanumeric() || c >= '\u{c0}' && !matches!(c, '\u{2000}'..='\u{206f}' | '\u{20a0}'..='\u{20cf}' | '\u{2190}'..='\u{2bff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff65}')
}

/// How many letters stand apart from each other until they are taken for words.
const APART: usize = 4;

/// Joins letters that stand apart, as in "i g n o r e  a l l", with one space for several.
fn joined(text: &[char]) -> Vec<char> {
    let mut all = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let alone = |i: usize| text.get(i).is_some_and(|c| lettered(*c) && !c.is_ascii_digit()) && !text.get(i + 1).is_some_and(|c| lettered(*c));
        let free = at == 0 || !lettered(text[at - 1]);
        if free && alone(at) {
            let mut letters = vec![text[at]];
            let (mut next, mut count) = (at + 1, 1);
            while let Some(c) = text.get(next) {
                if !matches!(c, ' ' | '.' | '-' | '_' | '·' | '|' | '/') {
                    break;
                }
                let blanks = text[next..].iter().take_while(|c| **c == ' ').count();
                let to = next + blanks.max(1);
                if blanks > 4 || !alone(to) {
                    break;
                }
                if blanks > 1 {
                    letters.push(' ');
                }
                letters.push(text[to]);
                (next, count) = (to + 1, count + 1);
            }
            if count >= APART {
                all.extend(letters);
                at = next;
                continue;
            }
        }
        if text[at] != ' ' || all.last() != Some(&' ') {
            all.push(text[at]);
        }
        at += 1;
    }
    all
}

/// Reads letters and digits that stand for others of their word.
fn words(text: &[char]) -> Vec<char> {
    let mut all = Vec::with_capacity(text.len());
    let belongs = |c: &char| lettered(*c) || matches!(c, '@' | '$');
    let mut at = 0;
    while at < text.len() {
        if !belongs(&text[at]) {
            all.push(text[at]);
            at += 1;
            continue;
        }
        let end = at + text[at..].iter().take_while(|c| belongs(c)).count();
        let word = &text[at..end];
        at = end;
        let latin = word.iter().any(char::is_ascii_lowercase);
        let other = |c: &char| matches!(c, '\u{370}'..='\u{58f}');
        let foreign = latin && word.iter().any(other);
        // With a letter that no Latin one looks like, it is the Latin ones that are out of place.
        let cyrillic = foreign && word.iter().any(|c| other(c) && !ALIKE.iter().any(|(o, _)| o == c));
        let digits = latin && word.iter().any(|c| LEET.iter().any(|(d, _)| d == c));
        all.extend(word.iter().map(|c| {
            let read = |pairs: &[(char, char)], back: bool| pairs.iter().find(|(a, b)| if back { b == c } else { a == c }).map(|(a, b)| if back { *a } else { *b });
            let alike = if foreign { read(ALIKE, cyrillic) } else { None };
            alike.or_else(|| if digits { read(LEET, false) } else { None }).unwrap_or(*c)
        }));
    }
    all
}
