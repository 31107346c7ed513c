//! JSON (RFC 8259), as much as messages need, in little code: modules are small so that they start at once.

use std::borrow::Cow;

/// How deep lists and objects may lie in one another.
const DEEPEST: usize = 64;

/// A value. Texts are borrowed where they stand as they are.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    /// Members in their order; of two of one name the first counts.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

impl<'a> Value<'a> {
    /// Reads a text that is one value, and nothing else.
    pub fn read(text: &'a str) -> Option<Value<'a>> {
        let mut r = Reader { text, at: 0 };
        let value = r.value(0)?;
        r.blanks();
        (r.at == text.len()).then_some(value)
    }

    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.members().iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// Takes a member out of an object.
    pub fn take(&mut self, name: &str) -> Value<'a> {
        match self {
            Value::Object(members) => members.iter_mut().find(|(n, _)| n == name).map_or(Value::Null, |(_, v)| std::mem::replace(v, Value::Null)),
            _ => Value::Null,
        }
    }

    /// The members of an object; none of anything else.
    pub fn members(&self) -> &[(Cow<'a, str>, Value<'a>)] {
        match self {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of a list; none of anything else.
    pub fn list(&self) -> &[Value<'a>] {
        match self {
            Value::List(values) => values,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(t) => Some(t),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(n) => Some(*n),
            _ => None,
        }
    }

    pub fn bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The elements of a list; of anything else, none.
    pub(crate) fn into_list(self) -> Vec<Value<'a>> {
        match self {
            Value::List(values) => values,
            _ => Vec::new(),
        }
    }

    pub(crate) fn into_members(self) -> Vec<(Cow<'a, str>, Value<'a>)> {
        match self {
            Value::Object(members) => members,
            _ => Vec::new(),
        }
    }

    /// A text; empty where it is none.
    pub(crate) fn into_text(self) -> Cow<'a, str> {
        match self {
            Value::Text(t) => t,
            _ => Cow::Borrowed(""),
        }
    }

    /// The same, with all texts of its own.
    pub fn into_owned(self) -> Value<'static> {
        let own = |t: Cow<str>| Cow::Owned(t.into_owned());
        match self {
            Value::Null => Value::Null,
            Value::Bool(b) => Value::Bool(b),
            Value::Number(n) => Value::Number(n),
            Value::Text(t) => Value::Text(own(t)),
            Value::List(l) => Value::List(l.into_iter().map(Value::into_owned).collect()),
            Value::Object(o) => Value::Object(o.into_iter().map(|(n, v)| (own(n), v.into_owned())).collect()),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.next(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is = self.next() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Option<Value<'a>> {
        let is = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        is.then_some(value)
    }

    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        self.blanks();
        if depth > DEEPEST {
            return None;
        }
        match self.next()? {
            b'"' => self.string().map(Value::Text),
            b'[' => {
                self.at += 1;
                let mut values = Vec::new();
                self.sequence(b']', |r| {
                    values.push(r.value(depth + 1)?);
                    Some(())
                })?;
                Some(Value::List(values))
            }
            b'{' => {
                self.at += 1;
                let mut members = Vec::new();
                self.sequence(b'}', |r| {
                    r.blanks();
                    let name = r.string()?;
                    r.blanks();
                    if !r.takes(b':') {
                        return None;
                    }
                    members.push((name, r.value(depth + 1)?));
                    Some(())
                })?;
                Some(Value::Object(members))
            }
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number().map(Value::Number),
        }
    }

    /// Reads what lies between commas, up to a closing sign.
    fn sequence(&mut self, end: u8, mut each: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.blanks();
        if self.takes(end) {
            return Some(());
        }
        loop {
            each(self)?;
            self.blanks();
            if self.takes(end) {
                return Some(());
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        if !self.takes(b'"') {
            return None;
        }
        let plain = self.plain();
        if self.takes(b'"') {
            return Some(Cow::Borrowed(plain));
        }
        let mut text = String::from(plain);
        loop {
            match self.next()? {
                b'"' => {
                    self.at += 1;
                    return Some(Cow::Owned(text));
                }
                b'\\' => {
                    self.at += 1;
                    text.push(self.escaped()?);
                }
                0..=0x1f => return None,
                _ => text.push_str(self.plain()),
            }
        }
    }

    /// What stands for itself in a string, up to its end, an escape or a byte that may not be in it. Most of a
    /// message is that, and is read eight bytes at a time: what is to be found makes a byte of a word wrap around,
    /// as a zero does in Mycroft's test, and the lowest of them is where it is.
    fn plain(&mut self) -> &'a str {
        const ONES: u64 = u64::MAX / 255;
        let from = self.at;
        let bytes = self.text.as_bytes();
        while let Some(eight) = bytes.get(self.at..).and_then(|b| b.first_chunk()) {
            let word = u64::from_le_bytes(*eight);
            let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word;
            let found = (below(word, 0x20) | below(word ^ (ONES * 0x22), 1) | below(word ^ (ONES * 0x5c), 1)) & (ONES << 7);
            if found != 0 {
                self.at += found.trailing_zeros() as usize / 8;
                return &self.text[from..self.at];
            }
            self.at += 8;
        }
        while self.next().is_some_and(|b| !matches!(b, b'"' | b'\\' | 0..=0x1f)) {
            self.at += 1;
        }
        &self.text[from..self.at]
    }

    /// What stands behind a backslash.
    fn escaped(&mut self) -> Option<char> {
        let c = self.next()?;
        self.at += 1;
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
                    0xd800..=0xdbff if self.text[self.at..].starts_with("\\u") => {
                        let before = self.at;
                        self.at += 2;
                        match self.hexadecimal()? {
                            low @ 0xdc00..=0xdfff => char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))?,
                            _ => {
                                self.at = before; // a half without its other
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
            self.at += 1;
        }
        Some(n)
    }

    fn digits(&mut self, mut each: impl FnMut(u8)) -> bool {
        let from = self.at;
        while let Some(c @ b'0'..=b'9') = self.next() {
            each(c - b'0');
            self.at += 1;
        }
        self.at > from
    }

    /// A number: of more than nineteen digits the rest is left out, and the last bits are not those of a correct
    /// rounding, which nothing here needs.
    fn number(&mut self) -> Option<f64> {
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

/// Writes messages.
#[derive(Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// What was written.
    pub fn done(self) -> Vec<u8> {
        self.out
    }

    /// Puts a comma where something stands before.
    fn apart(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }

    /// An object, whose members the function writes.
    pub fn object(&mut self, members: impl FnOnce(&mut Writer)) {
        self.apart();
        self.out.push(b'{');
        members(self);
        self.out.push(b'}');
    }

    /// The name of a member, before its value.
    pub fn name(&mut self, name: &str) -> &mut Writer {
        self.text(name);
        self.out.push(b':');
        self
    }

    /// A list, with what the function writes for each.
    pub fn list<T>(&mut self, values: &[T], mut each: impl FnMut(&mut Writer, &T)) {
        self.apart();
        self.out.push(b'[');
        values.iter().for_each(|v| each(self, v));
        self.out.push(b']');
    }

    /// A member that is a list; nothing where that is empty.
    pub fn some<T>(&mut self, name: &str, values: &[T], each: impl FnMut(&mut Writer, &T)) {
        if !values.is_empty() {
            self.name(name).list(values, each);
        }
    }

    pub fn text(&mut self, text: &str) {
        self.apart();
        self.out.push(b'"');
        for &b in text.as_bytes() {
            match b {
                b'"' | b'\\' => self.out.extend([b'\\', b]),
                0..=0x1f => {
                    let digit = |n: u8| b"0123456789abcdef"[usize::from(n)];
                    self.out.extend([b'\\', b'u', b'0', b'0', digit(b >> 4), digit(b & 15)]);
                }
                _ => self.out.push(b),
            }
        }
        self.out.push(b'"');
    }

    pub fn integer(&mut self, n: usize) {
        self.apart();
        self.digits(n);
    }

    /// A number that is not below zero, to a thousandth.
    pub fn thousandths(&mut self, n: f64) {
        self.apart();
        let n = (n * 1000.0 + 0.5) as usize;
        self.digits(n / 1000);
        let rest = n % 1000;
        self.out.extend([b'.', b'0' + (rest / 100) as u8, b'0' + (rest / 10 % 10) as u8, b'0' + (rest % 10) as u8]);
    }

    fn digits(&mut self, mut n: usize) {
        let from = self.out.len();
        loop {
            self.out.push(b'0' + (n % 10) as u8);
            n /= 10;
            if n == 0 {
                break;
            }
        }
        self.out[from..].reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(t: &str) -> Value<'_> {
        Value::Text(t.into())
    }

    #[test]
    fn values() {
        for (written, want) in [
            ("null", Some(Value::Null)),
            (" true ", Some(Value::Bool(true))),
            ("-12.5e1", Some(Value::Number(-125.0))),
            ("1e-7", Some(Value::Number(1e-7))),
            ("0.9841", Some(Value::Number(0.9841))),
            ("123456789012345678901234567890", Some(Value::Number(123456789012345678901234567890.0))),
            ("1e999999999999", Some(Value::Number(f64::INFINITY))),
            (r#""나루""#, Some(text("나루"))),
            (r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, Some(text("\"\\/\u{8}\u{c}\n\r\té😀"))),
            (r#""\ud83d x\ud83d\u0041\ude00""#, Some(text("\u{fffd} x\u{fffd}A\u{fffd}"))),
            ("[]", Some(Value::List(vec![]))),
            ("[1, [2] ,{}]", Some(Value::List(vec![Value::Number(1.0), Value::List(vec![Value::Number(2.0)]), Value::Object(vec![])]))),
            (r#"{"a":1,"b":"x"}"#, Some(Value::Object(vec![("a".into(), Value::Number(1.0)), ("b".into(), text("x"))]))),
            ("", None), ("nul", None), ("1 2", None), ("[1,]", None), ("[1", None), ("{\"a\"}", None), ("{a:1}", None), ("\"a", None), ("\"\\x\"", None),
            ("\"\\u12\"", None), ("\"\n\"", None), ("-", None), ("1.", None), (".5", None), ("1e", None), ("tru", None), ("\"\\", None), ("+1", None),
        ] {
            assert_eq!(Value::read(written), want, "{written}");
        }
        assert_eq!(Value::read(&"[".repeat(100_000)), None);
        assert!(Value::read(&format!("{}{}", "[".repeat(50), "]".repeat(50))).is_some());
    }

    #[test]
    fn long_texts_end_where_they_end() {
        for n in 0..40 {
            let plain = "\u{7f}é!~".repeat(n)[..].chars().take(n).collect::<String>();
            assert_eq!(Value::read(&format!("\"{plain}\"")), Some(text(&plain)));
            assert_eq!(Value::read(&format!("[\"{plain}\\n{plain}\",1]")), Some(Value::List(vec![text(&format!("{plain}\n{plain}")), Value::Number(1.0)])));
            for wrong in ["\"{}", "\"{}\n\"", "\"{}\u{1f}{}\"", "\"{}\\n{}\0\"", "\"{}\\n{}"] {
                assert_eq!(Value::read(&wrong.replace("{}", &plain)), None, "{wrong} {n}");
            }
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut w = Writer::default();
        w.object(|w| {
            w.name("text").text("\"\\\n\u{1}나루😀");
            w.name("list").list(&[1usize, 0, 4294967295], |w, n| w.integer(*n));
            w.name("factor").thousandths(1.5);
            w.some("none", &[] as &[u8], |_, _| ());
            w.name("inner").object(|w| w.name("x").text(""));
        });
        let written = String::from_utf8(w.done()).unwrap();
        assert_eq!(written, r#"{"text":"\"\\\u000a\u0001나루😀","list":[1,0,4294967295],"factor":1.500,"inner":{"x":""}}"#);
        let read = Value::read(&written).unwrap();
        assert_eq!(read.get("text").and_then(Value::text), Some("\"\\\n\u{1}나루😀"));
        assert_eq!(read.get("factor").and_then(Value::number), Some(1.5));
        assert_eq!(read.get("inner").and_then(|v| v.get("x")), Some(&text("")));
    }

    #[test]
    fn any_bytes() {
        let seed = r#"{"a":[1.5e-3,"\ud83d\ude00",true,null,{"b":"나루"}],"c":-0}"#;
        let mut state = 1u64;
        for _ in 0..20_000 {
            let mut bytes = seed.as_bytes().to_vec();
            for _ in 0..3 {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let at = (state >> 33) as usize % bytes.len();
                bytes[at] = (state >> 56) as u8 & 0x7f;
            }
            if let Ok(text) = std::str::from_utf8(&bytes) {
                Value::read(text);
            }
        }
    }
}
