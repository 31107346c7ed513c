//! Finds personal data in a text, in one pass: what is looked at of a place has a bound, whatever the text is.

use crate::accounts::{card, iban};
use crate::cues::{Cue, Words};
use crate::digits::{digit, invisible, latin, letter, mark, Mark};
use crate::email::email;
use crate::ids;
use crate::kinds::{Certainty, Kind, Kinds};
use crate::phones::phone;
use crate::region::Region;
use crate::numbers::{Chain, Gap, Number};
use std::cell::LazyCell;
use std::ops::Deref;

/// A part of a text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// What a word says of a number.
#[derive(Clone, Copy)]
struct Naming {
    kinds: Kinds,
    /// No other number stands between them.
    direct: bool,
}

/// What is known of a text.
struct Reader<'a> {
    text: &'a str,
    language: Region,
    wanted: Kinds,
    cues: Vec<Cue>,
}

/// How far a word may be from the number that it names, in bytes, and how far the letters that tell a language.
const NEAR: usize = 96;
const BEHIND: usize = 32;
const AROUND: usize = 160;
/// The fewest digits of a number that is looked for.
const SHORTEST: usize = 8;
/// How far above a column's head is looked for, and in how long lines.
const COLUMN: usize = 4096;
const LINE: usize = 1024;

/// The personal data of the kinds that are wanted, in its order in the text.
pub fn find(text: &str, language: &str, words: &Words, wanted: Kinds) -> Vec<Found> {
    let reader = Reader { text, language: Region::of_language(language), wanted, cues: words.find(text) };
    let mut all: Vec<Found> = Vec::new();
    let (mut past, mut before, mut earlier) = (0, ' ', ' ');
    for (at, c) in text.char_indices() {
        if invisible(c) {
            continue;
        }
        if at >= past && begins(c, before) {
            past = reader.at(at, c, before, earlier, &mut all).max(past);
        }
        (earlier, before) = (before, c);
    }
    all
}

/// Whether something may begin with a character after another, or have its sign there.
fn begins(c: char, before: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' => !before.is_ascii_alphanumeric(),
        '0'..='9' => !before.is_ascii_digit(),
        _ => !c.is_ascii() || matches!(c, '+' | '(' | '@' | ':'),
    }
}

impl Reader<'_> {
    /// Adds what begins at a place, or has its sign there, and returns where to go on; 0 is at the next character.
    fn at(&self, at: usize, c: char, before: char, earlier: char, all: &mut Vec<Found>) -> usize {
        let rest = &self.text[at..];
        if c == ':' {
            let end = || rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | ')') || !c.is_ascii()).unwrap_or(rest.len());
            return if rest.starts_with("://") { at + end() } else { 0 };
        }
        if c == '@' || c == '＠' {
            let Some((start, end)) = email(self.text, at).filter(|_| self.wanted.has(Kind::Email)) else { return 0 };
            // An address may begin with what was a number.
            while all.last().is_some_and(|f| f.end > start) {
                all.pop();
            }
            all.push(Found { start, end, kind: Kind::Email });
            return end;
        }
        if let Some(first) = letter(c) {
            let found = if latin(before) || digit(before).is_some() { None } else { self.with_letter(at, first, c.len_utf8()) };
            all.extend(found);
            return found.map_or(0, |f| f.end);
        }
        let next = || rest[c.len_utf8()..].chars().find(|c| !invisible(*c));
        let starts = digit(c).is_some() || matches!(c, '+' | '＋') || mark(c) == Some(Mark::Open) && next().is_some_and(|n| digit(n).is_some() || n == '+');
        if !starts {
            return 0;
        }
        let chain = Chain::read(self.text, at);
        // A word may be written against the number that it names: TEL03-….
        let free = apart(before, earlier) || latin(before) && self.cues.binary_search_by_key(&at, |c| c.end).is_ok();
        let mut past = 0;
        for start in chain.starts().filter(|s| *s > 0 || free) {
            let region = LazyCell::new(|| {
                let (from, to) = chain.numbers(start, 1).next().map_or((at, at), |n| (n.start(), n.end()));
                self.language.and(Region::of_letters(around(self.text, from, to, AROUND)))
            });
            let longest_first = chain.numbers(start, SHORTEST);
            if let Some(found) = longest_first.filter(|n| n.start() >= past).find_map(|n| self.number(n, &region)) {
                all.push(found);
                past = found.end;
            }
        }
        chain.end().max(past)
    }

    /// What begins with a letter: an account, or the number of a foreigner in Spain.
    fn with_letter(&self, at: usize, first: u8, size: usize) -> Option<Found> {
        let account = self.wanted.has(Kind::Iban) && self.text.as_bytes().get(at + 2).is_some_and(|b| b.is_ascii_digit() || *b >= 0x80);
        if let Some(length) = account.then(|| iban(&self.text[at..])).flatten() {
            return Some(Found { start: at, end: at + length, kind: Kind::Iban });
        }
        if !(b'X'..=b'Z').contains(&first) || !self.wanted.has(Kind::EsDni) {
            return None;
        }
        let rest = &self.text[at + size..];
        let skipped = rest.chars().next().filter(|c| matches!(mark(*c), Some(Mark::Hyphen | Mark::Blank))).map_or(0, char::len_utf8);
        digit(rest[skipped..].chars().next()?)?;
        let chain = Chain::read(self.text, at + size + skipped);
        let mut longest_first = chain.numbers(0, SHORTEST - 1);
        longest_first.find_map(|n| {
            let (l, end, _) = letter_after(self.text, n.end())?;
            let certainty = ids::spanish_foreigner(first, n, l)?;
            self.named(at, end, &[(Kind::EsDni, certainty)])
        })
    }

    /// What a number is, where it ends as a number does.
    fn number(&self, n: Number, region: &dyn Deref<Target = Region>) -> Option<Found> {
        let blank = n.gaps().any(|g| g == Gap::Blank);
        if n.follows() && blank {
            return None;
        }
        let (start, end) = (n.start(), n.end());
        if let Some((l, end, small)) = letter_after(self.text, end).filter(|_| self.wanted.has(Kind::EsDni)) {
            if let Some(certainty) = ids::read_with_letter(n, l) {
                return self.named(start, end, &[(Kind::EsDni, if small { Certainty::Named } else { certainty })]);
            }
        }
        let account = card(n).map(|c| (Kind::Card, c));
        let call = phone(n, region).map(|c| (Kind::Phone, c));
        let mut candidates: Vec<(Kind, Certainty)> = ids::read(n).chain(account).chain(call).filter(|(k, _)| self.wanted.has(*k)).collect();
        if candidates.is_empty() {
            return None;
        }
        let after = Ending::of(self.text, end);
        if !after.ends(n) {
            return None;
        }
        for (kind, certainty) in &mut candidates {
            if *certainty == Certainty::InRegion {
                *certainty = if region.has(home(*kind)) { Certainty::Likely } else { Certainty::Named };
            }
            if !n.plus() && (after.unit() || priced(&self.text[..start])) {
                *certainty = (*certainty).min(Certainty::Named);
            }
        }
        self.named(start, end, &candidates)
    }

    /// The candidate that the words around a place leave: what they name first, then what is surest.
    fn named(&self, start: usize, end: usize, candidates: &[(Kind, Certainty)]) -> Option<Found> {
        if candidates.is_empty() {
            return None;
        }
        let cue = self.cue(start, end);
        // Of several numbers after a word it names the first, and those telephone numbers that look like one.
        let named = |kind: Kind, certainty| match kind {
            Kind::Phone => cue.is_some_and(|c| c.kinds.has(kind) && (c.direct || certainty > Certainty::Named)),
            Kind::Card => cue.is_some_and(|c| c.kinds.has(kind)),
            _ => cue.is_some_and(|c| c.kinds.has(kind)) || self.line(start).any(|c| c.kinds.has(kind)),
        };
        let other = cue.is_some_and(|c| c.kinds.is_empty());
        let (kind, _) = candidates.iter().copied().filter(|(kind, certainty)| named(*kind, *certainty) || *certainty == Certainty::Sure || *certainty >= Certainty::Likely && !other).max_by(|a, b| {
            // Of equals the first.
            (named(a.0, a.1), a.1).cmp(&(named(b.0, b.1), b.1)).then(std::cmp::Ordering::Greater)
        })?;
        Some(Found { start, end, kind })
    }

    /// What the word names that belongs to a number: the nearest one before it in its line, one behind it, or the head
    /// of its column.
    fn cue(&self, start: usize, end: usize) -> Option<Naming> {
        let after = self.cues.partition_point(|c| c.start < end);
        if let Some(c) = self.cues[..after].iter().rev().find(|c| c.end <= start) {
            let between = &self.text[c.end..start];
            let near = between.len() <= NEAR;
            let bare = near && !between.chars().any(char::is_alphanumeric);
            let direct = near && !between.chars().any(|c| digit(c).is_some());
            let counts = near && !between.contains('\n') && (!c.kinds.is_empty() || between.len() <= BEHIND && direct);
            // What stands in one column does not name what stands in the next.
            if (bare || counts) && !between.contains(['|', '\t']) {
                return Some(Naming { kinds: c.kinds, direct });
            }
        }
        if let Some(c) = self.cues.get(after) {
            let between = &self.text[end..c.start];
            if between.len() <= 4 && between.trim_start().starts_with(['(', '（', '[']) {
                return Some(Naming { kinds: c.kinds, direct: true });
            }
        }
        self.column(start).map(|kinds| Naming { kinds, direct: true })
    }

    /// The words before a place in its line that are near: of a number of a person it is enough that one names it.
    fn line(&self, at: usize) -> impl Iterator<Item = &Cue> {
        let before = self.cues.partition_point(|c| c.end <= at);
        self.cues[..before].iter().rev().take_while(move |c| at - c.end <= NEAR && !self.text.as_bytes()[c.end..at].iter().any(|b| matches!(b, b'\n' | b'|' | b'\t')))
    }

    /// What the head of the column names that a place is in.
    fn column(&self, at: usize) -> Option<Kinds> {
        let bytes = self.text.as_bytes();
        let line = at - bytes[at.saturating_sub(LINE)..at].iter().rev().position(|b| *b == b'\n')?;
        let whole = bytes[line..(at + LINE).min(bytes.len())].split(|b| *b == b'\n').next()?;
        let delimiter = *b"|\t;,".iter().find(|d| whole.contains(d))?;
        let columns = |from: usize, to: usize| bytes[from..to].iter().filter(|b| **b == delimiter).count();
        let top = at.saturating_sub(COLUMN);
        let above = self.cues.partition_point(|c| c.end < line);
        let head = |c: &Cue| c.start - bytes[top..c.start].iter().rev().position(|b| *b == b'\n').unwrap_or(c.start - top);
        // A table has columns in all of its lines.
        let table = |from: usize| bytes[from..line - 1].split(|b| *b == b'\n').all(|l| l.contains(&delimiter));
        let mut heads = self.cues[..above].iter().rev().take(16).take_while(|c| c.start >= top);
        heads.find(|c| columns(head(c), c.start) == columns(line, at) && table(head(c))).map(|c| c.kinds)
    }
}

/// Where the numbers of a kind that many numbers look like are at home.
fn home(kind: Kind) -> Region {
    match kind {
        Kind::JpMyNumber => Region::JAPANESE,
        Kind::VnCccd => Region::VIETNAMESE,
        Kind::ThId => Region::THAI,
        _ => Region::ARABIC,
    }
}

/// Whether a number may begin after two characters.
fn apart(before: char, earlier: char) -> bool {
    let glued = latin(earlier) || digit(earlier).is_some();
    match before {
        '_' | '@' | '#' | '$' | '€' | '£' | '¥' | '₩' | '₫' | '฿' | '₹' | '\\' | '~' => false,
        ',' => true,
        _ if latin(before) => false,
        _ => match mark(before) {
            Some(Mark::Hyphen) => !glued,
            Some(Mark::Dot) => digit(earlier).is_none(),
            _ => true,
        },
    }
}

/// Whether an amount of money is named before a number, with a blank between.
fn priced(before: &str) -> bool {
    before.ends_with([' ', '\u{a0}']) && before.trim_end().ends_with(['$', '€', '£', '¥', '₩', '₫', '฿', '₹', '#', '№'])
}

/// The letter that ends a number, where it ends, and whether it is a small one: written against the number, or after a
/// hyphen or blank.
fn letter_after(text: &str, at: usize) -> Option<(u8, usize, bool)> {
    let mut chars = text[at..].char_indices().filter(|(_, c)| !invisible(*c));
    let (mut i, mut c) = chars.next()?;
    if matches!(mark(c), Some(Mark::Hyphen | Mark::Blank)) {
        (i, c) = chars.next()?;
    }
    let ends = !chars.next().is_some_and(|(_, n)| latin(n) || digit(n).is_some());
    letter(c).filter(|_| ends).map(|l| (l, at + i + c.len_utf8(), c.is_lowercase()))
}

/// What follows a number.
struct Ending<'a> {
    rest: &'a str,
    next: Option<char>,
    then: Option<char>,
}

/// What a number counts that stands before one of these.
const UNITS: &[&str] = &[
    "%", "€", "$", "£", "₩", "¥", "₫", "원", "円", "元", "万", "億", "억", "만", "ريال", "درهم", "บาท", "đồng", "VND", "EUR", "USD", "KRW", "JPY", "SAR", "THB", "Euro", "euros", "dollars", "people", "명",
    "人", "Personen", "personas", "habitants", "Einwohner", "habitantes", "inhabitants", "bytes", "km", "kg", "ms", "개", "건",
];

impl Ending<'_> {
    fn of(text: &str, at: usize) -> Ending<'_> {
        let rest = &text[at..];
        let mut chars = rest.chars().filter(|c| !invisible(*c));
        Ending { rest, next: chars.next(), then: chars.next() }
    }

    /// Whether a unit follows: the number counts something.
    fn unit(&self) -> bool {
        let word = self.rest.trim_start_matches([' ', '\u{a0}']);
        UNITS.iter().any(|u| word.starts_with(u))
    }

    /// Whether the digits after a comma are those of a fraction.
    fn fraction(&self) -> bool {
        let digits = self.rest.chars().skip(1).take(4).take_while(|c| digit(*c).is_some()).count();
        let then = self.rest.chars().nth(digits + 1);
        matches!(self.next, Some(',' | '，')) && (1..=3).contains(&digits) && then.is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ')' | '%' | '€' | '$'))
    }

    /// Whether a number ends here.
    fn ends(&self, n: Number) -> bool {
        let (Some(next), then) = (self.next, self.then) else { return true };
        let more = then.is_some_and(|c| digit(c).is_some());
        if latin(next) || digit(next).is_some() || matches!(next, '@' | '_') {
            return false;
        }
        match mark(next) {
            Some(Mark::Hyphen) => !more && !then.is_some_and(latin),
            Some(Mark::Dot) => !more,
            Some(Mark::Slash) => !more || n.gaps().any(|g| g == Gap::Hyphen),
            Some(Mark::Blank) => !more || !n.gaps().any(|g| g == Gap::Blank),
            _ if next == ':' => !more,
            _ => n.groups() > 1 || !self.fraction(),
        }
    }
}

/// The text around a part of it, about so many bytes to each side.
fn around(text: &str, start: usize, end: usize, bytes: usize) -> &str {
    let (mut from, mut to) = (start.saturating_sub(bytes), (end + bytes).min(text.len()));
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    while !text.is_char_boundary(to) {
        to += 1;
    }
    &text[from..to]
}
