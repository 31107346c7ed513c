//! Reading, straight into what a message is kept in.

use super::plain::plain;
use super::Value;
use std::borrow::Cow;

/// How deep lists and objects may lie in one another.
const DEEPEST: usize = 64;

/// Reads a text from its beginning: a message straight into what keeps it, without a [`Value`] between. What it
/// returns is none where the text is no JSON, or has something else where an object is asked for; where a text, a
/// number or a list is, something else counts as empty, and is passed by.
pub struct Reader<'a> {
    /// What is not read yet: UTF-8, for only what stands for itself and single signs of ASCII are taken off.
    rest: &'a [u8],
    depth: usize,
    /// Whether a list or an object was opened just now.
    opened: bool,
}

impl<'a> Reader<'a> {
    /// Reads a text that is one value, and nothing else.
    pub fn read<T>(text: &'a str, value: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut r = Reader { rest: text.as_bytes(), depth: 0, opened: false };
        r.blanks();
        let value = value(&mut r)?;
        r.blanks();
        r.rest.is_empty().then_some(value)
    }

    /// Any value.
    pub fn value(&mut self) -> Option<Value<'a>> {
        match self.next()? {
            b'"' => self.string().map(Value::Text),
            b'[' => self.all(Reader::value).map(Value::List),
            b'{' => {
                let mut members = Vec::new();
                self.object()?;
                while let Some(name) = self.member()? {
                    members.push((name, self.value()?));
                }
                Some(Value::Object(members))
            }
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.digit_by_digit().map(Value::Number),
        }
    }

    /// Passes a value by.
    pub fn skip(&mut self) -> Option<()> {
        self.value().map(|_| ())
    }

    /// A text; empty where it is none.
    #[inline]
    pub fn text(&mut self) -> Option<Cow<'a, str>> {
        if self.next()? == b'"' {
            return self.string();
        }
        self.skip()?;
        Some(Cow::Borrowed(""))
    }

    /// Puts a text where it is kept.
    pub fn fill(&mut self, kept: &mut Cow<'a, str>) -> Option<()> {
        *kept = self.text()?;
        Some(())
    }

    /// A number; none where it is no number.
    pub fn number(&mut self) -> Option<Option<f64>> {
        match self.next()? {
            b'-' | b'0'..=b'9' => self.digit_by_digit().map(Some),
            _ => self.skip().map(|_| None),
        }
    }

    /// The values of a list; none of anything else.
    pub fn all<T>(&mut self, value: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut values = Vec::new();
        if self.next()? != b'[' {
            self.skip()?;
            return Some(values);
        }
        self.open()?;
        while self.more(b']')? {
            values.push(value(self)?);
        }
        Some(values)
    }

    /// Begins an object, the members of which come after it.
    pub fn object(&mut self) -> Option<()> {
        (self.next()? == b'{').then_some(())?;
        self.open()
    }

    /// The name of the next member of an object, before its value; none at its end.
    pub fn member(&mut self) -> Option<Option<Cow<'a, str>>> {
        // As the host writes it.
        if let ([b',', b'"', rest @ ..], false) | ([b'"', rest @ ..], true) = (self.rest, self.opened) {
            let (name, rest) = rest.split_at(plain(rest));
            if let [b'"', b':', rest @ ..] = rest {
                self.opened = false;
                self.rest = rest;
                self.blanks();
                return Some(Some(Cow::Borrowed(utf8(name))));
            }
        }
        if !self.more(b'}')? {
            return Some(None);
        }
        let name = self.string()?;
        self.blanks();
        if !self.takes(b':') {
            return None;
        }
        self.blanks();
        Some(Some(name))
    }

    fn open(&mut self) -> Option<()> {
        self.pass();
        self.depth += 1;
        self.opened = true;
        (self.depth <= DEEPEST).then_some(())
    }

    /// Whether there is one more in what is open, before it; ends what is open where there is not.
    fn more(&mut self, end: u8) -> Option<bool> {
        let first = std::mem::take(&mut self.opened);
        self.blanks();
        if self.takes(end) {
            self.depth -= 1;
            return Some(false);
        }
        if !first {
            if !self.takes(b',') {
                return None;
            }
            self.blanks();
        }
        Some(true)
    }

    fn next(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn pass(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    /// Passes blanks by, which the host does not write.
    fn blanks(&mut self) {
        if self.next().is_some_and(|b| b <= b' ') {
            self.rest = blanks(self.rest);
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is = self.next() == Some(byte);
        if is {
            self.pass();
        }
        is
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Option<Value<'a>> {
        self.rest = self.rest.strip_prefix(word.as_bytes())?;
        Some(value)
    }

    #[inline(always)]
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let [b'"', rest @ ..] = self.rest else { return None };
        let (whole, rest) = rest.split_at(plain(rest));
        let [b'"', behind @ ..] = rest else { return self.pieces().map(Cow::Owned) };
        self.rest = behind;
        Some(Cow::Borrowed(utf8(whole)))
    }

    /// A string with escapes.
    #[cold]
    fn pieces(&mut self) -> Option<String> {
        let mut text = String::new();
        self.pass();
        loop {
            match self.next()? {
                b'"' => {
                    self.pass();
                    return Some(text);
                }
                b'\\' => {
                    self.pass();
                    text.push(self.escaped()?);
                }
                0..=0x1f => return None,
                _ => {
                    let (plain, rest) = self.rest.split_at(plain(self.rest));
                    text.push_str(utf8(plain));
                    self.rest = rest;
                }
            }
        }
    }

    /// What stands behind a backslash.
    fn escaped(&mut self) -> Option<char> {
        let c = self.next()?;
        self.pass();
        Some(match c {
            b'"' | b'\\' | b'/' => c as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hexadecimal()?;
                match unit {
                    0xd800..=0xdbff if self.rest.starts_with(b"\\u") => {
                        let before = self.rest;
                        self.rest = &self.rest[2..];
                        match self.hexadecimal()? {
                            low @ 0xdc00..=0xdfff => char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))?,
                            _ => {
                                self.rest = before; // a half without its other
                                char::REPLACEMENT_CHARACTER
                            }
                        }
                    }
                    _ => char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER),
                }
            }
            _ => return None,
        })
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        let mut n = 0;
        for _ in 0..4 {
            n = n * 16 + (self.next()? as char).to_digit(16)?;
            self.pass();
        }
        Some(n)
    }

    fn digits(&mut self, mut each: impl FnMut(u8)) -> bool {
        let before = self.rest.len();
        while let Some(c @ b'0'..=b'9') = self.next() {
            each(c - b'0');
            self.pass();
        }
        self.rest.len() < before
    }

    /// A number: of more than nineteen digits the rest is left out, and the last bits are not those of a correct
    /// rounding, which nothing here needs.
    fn digit_by_digit(&mut self) -> Option<f64> {
        let negative = self.takes(b'-');
        let (mut mantissa, mut exponent) = (0u64, 0i32);
        let mut add = |d: u8, fraction: bool| {
            if mantissa < 1_000_000_000_000_000_000 {
                mantissa = mantissa * 10 + u64::from(d);
                exponent -= i32::from(fraction);
            } else {
                exponent += i32::from(!fraction);
            }
        };
        if !self.digits(|d| add(d, false)) || self.takes(b'.') && !self.digits(|d| add(d, true)) {
            return None;
        }
        if self.takes(b'e') || self.takes(b'E') {
            let below = self.takes(b'-');
            if !below {
                self.takes(b'+');
            }
            let mut n = 0i32;
            if !self.digits(|d| n = n.saturating_mul(10).saturating_add(i32::from(d))) {
                return None;
            }
            exponent = exponent.saturating_add(if below { -n } else { n });
        }
        let mut value = mantissa as f64;
        let (mut power, mut n) = (10f64, exponent.unsigned_abs().min(400));
        while n > 0 {
            if n & 1 == 1 {
                value = if exponent < 0 { value / power } else { value * power };
            }
            power *= power;
            n >>= 1;
        }
        Some(if negative { -value } else { value })
    }
}

/// A part of a text between two signs of ASCII.
fn utf8(part: &[u8]) -> &str {
    // SAFETY: a reader begins with UTF-8, and no character goes across a sign of ASCII.
    unsafe { std::str::from_utf8_unchecked(part) }
}

#[cold]
#[inline(never)]
fn blanks(mut rest: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\n' | b'\r', behind @ ..] = rest {
        rest = behind;
    }
    rest
}

/// Reads an object: each member by its name, and what nobody knows is passed by.
macro_rules! members {
    ($r:ident, $($name:literal => $read:expr),+ $(,)?) => {
        $r.object()?;
        while let Some(name) = $r.member()? {
            match &*name {
                $($name => $read,)+
                _ => $r.skip()?,
            }
        }
    };
}
pub(crate) use members;
