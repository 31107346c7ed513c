//! JSON (RFC 8259), as much as messages need, in little code: modules are small so that they start at once.

mod plain;
mod reader;
mod writer;

use std::borrow::Cow;

#[doc(hidden)]
pub use reader::Reader;
pub(crate) use reader::members;
pub use writer::Writer;

/// A value. Texts are borrowed where they stand as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value<'a> {
    #[default]
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
        Reader::read(text, Reader::value)
    }

    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.members().iter().find(|(n, _)| n == name).map(|(_, v)| v)
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
        for n in 0..150 {
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
