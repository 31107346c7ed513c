//! The functions of the host. Each takes a grant of its name, in the manifest and from the operator.
//!
//! Away from WebAssembly they go to a [`Fake`] that tests set with [`with`].

use crate::json::{members, Reader, Value, Writer};
use crate::message::Passage;

/// Why the host did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The function.
    pub function: &'static str,
    /// -2 the request is wrong, -3 it is not possible now, -4 asked too often in this call.
    pub code: i32,
}

impl From<Refused> for String {
    fn from(r: Refused) -> String {
        format!("{}: {}", r.function, r.code)
    }
}

/// How grave a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Level {
    Debug = 0,
    Info = 1,
    Warning = 2,
    Error = 3,
}

/// Writes a line into the operator's log.
pub fn log(level: Level, line: &str) {
    imports::log(level as i32, line.as_bytes());
}

/// The operator's configuration of the plugin; none where there is none.
pub fn config() -> Option<Value<'static>> {
    let text = imports::config()?;
    Value::read(std::str::from_utf8(&text).ok()?).map(Value::into_owned)
}

/// The value of a key in the operator's table.
pub fn lookup(key: &str) -> Result<Option<String>, Refused> {
    let value = asked("lookup", imports::lookup(key.as_bytes()))?;
    Ok(value.map(|v| String::from_utf8_lossy(&v).into_owned()))
}

/// A search term, and where in the text it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub term: String,
    pub start: usize,
    pub end: usize,
}

/// The search terms of a text, up to 8 KiB of it. An empty language is detected.
pub fn terms(text: &str, language: &str) -> Result<Vec<Term>, Refused> {
    let request = request(|w| {
        w.name("text").text(text);
        w.name("language").text(language);
    });
    answered("terms", imports::terms(&request), |r| member(r, "terms", |r| r.all(Term::read))).map(Option::unwrap_or_default)
}

impl Term {
    fn read(r: &mut Reader) -> Option<Self> {
        let (mut term, mut start, mut end) = (None, None, None);
        members!(
            r,
            "term" => term = Some(r.text()?.into_owned()),
            "start" => start = r.number()?,
            "end" => end = r.number()?,
        );
        Some(Term { term: term?, start: start? as usize, end: end? as usize })
    }
}

/// What a text is embedded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Query,
    Passage,
}

/// The vectors of up to 50 texts of up to 8,000 bytes, each of length 1; none where the host has no model.
pub fn embed(kind: Kind, texts: &[&str]) -> Result<Option<Vec<Vec<f32>>>, Refused> {
    let request = request(|w| {
        w.name("texts").list(texts, |w, t| w.text(t));
        w.name("kind").text(match kind {
            Kind::Query => "query",
            Kind::Passage => "passage",
        });
    });
    let vector = |r: &mut Reader| r.all(|r| r.number()?.map(|n| n as f32));
    answered("embed", imports::embed(&request), |r| member(r, "vectors", |r| r.all(vector)))
}

/// Hands passages that the asker may see to a function, the best first; up to 20, and up to three times a call.
pub fn search(text: &str, limit: usize, each: impl FnMut(Passage)) -> Result<(), Refused> {
    let request = request(|w| {
        w.name("text").text(text);
        w.name("limit").integer(limit);
    });
    answered("search", imports::search(&request), |r| {
        member(r, "passages", |r| r.all(Passage::read))?.into_iter().for_each(each);
        Some(())
    })
    .map(|_| ())
}

fn request(members: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::default();
    w.object(members);
    w.done()
}

const NONE: i32 = -1;
const WRONG: i32 = -2;

/// What a function has answered, where it is there.
fn asked(function: &'static str, answer: Result<Vec<u8>, i32>) -> Result<Option<Vec<u8>>, Refused> {
    match answer {
        Ok(bytes) => Ok(Some(bytes)),
        Err(NONE) => Ok(None),
        Err(code) => Err(Refused { function, code }),
    }
}

/// What a function has answered in JSON.
fn answered<T>(function: &'static str, answer: Result<Vec<u8>, i32>, read: impl FnOnce(&mut Reader) -> Option<T>) -> Result<Option<T>, Refused> {
    match asked(function, answer)? {
        None => Ok(None),
        Some(bytes) => std::str::from_utf8(&bytes).ok().and_then(|text| Reader::read(text, read)).map(Some).ok_or(Refused { function, code: WRONG }),
    }
}

/// A member of an object that has to be there.
fn member<'a, T>(r: &mut Reader<'a>, name: &str, mut read: impl FnMut(&mut Reader<'a>) -> Option<T>) -> Option<T> {
    let mut found = None;
    r.object()?;
    while let Some(other) = r.member()? {
        if other == name {
            found = Some(read(r)?);
        } else {
            r.skip()?;
        }
    }
    found
}

#[cfg(target_arch = "wasm32")]
mod imports {
    #[link(wasm_import_module = "naru")]
    extern "C" {
        #[link_name = "result"]
        fn naru_result(at: *mut u8);
        #[link_name = "log"]
        fn naru_log(level: i32, at: *const u8, size: usize);
        #[link_name = "config"]
        fn naru_config() -> i32;
        #[link_name = "lookup"]
        fn naru_lookup(at: *const u8, size: usize) -> i32;
        #[link_name = "terms"]
        fn naru_terms(at: *const u8, size: usize) -> i32;
        #[link_name = "embed"]
        fn naru_embed(at: *const u8, size: usize) -> i32;
        #[link_name = "search"]
        fn naru_search(at: *const u8, size: usize) -> i32;
    }

    /// Takes the result of the function that was called last.
    fn take(size: i32) -> Result<Vec<u8>, i32> {
        if size < 0 {
            return Err(size);
        }
        let mut bytes = vec![0; size as usize];
        unsafe { naru_result(bytes.as_mut_ptr()) };
        Ok(bytes)
    }

    pub fn log(level: i32, line: &[u8]) {
        unsafe { naru_log(level, line.as_ptr(), line.len()) }
    }

    pub fn config() -> Option<Vec<u8>> {
        take(unsafe { naru_config() }).ok()
    }

    pub fn lookup(key: &[u8]) -> Result<Vec<u8>, i32> {
        take(unsafe { naru_lookup(key.as_ptr(), key.len()) })
    }

    pub fn terms(request: &[u8]) -> Result<Vec<u8>, i32> {
        take(unsafe { naru_terms(request.as_ptr(), request.len()) })
    }

    pub fn embed(request: &[u8]) -> Result<Vec<u8>, i32> {
        take(unsafe { naru_embed(request.as_ptr(), request.len()) })
    }

    pub fn search(request: &[u8]) -> Result<Vec<u8>, i32> {
        take(unsafe { naru_search(request.as_ptr(), request.len()) })
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub use imports::{with, Fake};

#[cfg(not(target_arch = "wasm32"))]
mod imports {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    type Asked = Box<dyn Fn(&[u8]) -> Result<Vec<u8>, i32>>;

    /// A host for tests. The default has nothing.
    #[derive(Default)]
    pub struct Fake {
        pub config: Option<String>,
        pub table: BTreeMap<String, String>,
        /// What terms, embed and search answer to a request in JSON.
        pub terms: Option<Asked>,
        pub embed: Option<Asked>,
        pub search: Option<Asked>,
        /// What was logged.
        pub log: Vec<(i32, String)>,
    }

    thread_local! {
        static FAKE: RefCell<Fake> = RefCell::default();
    }

    /// Runs a test with a host, and returns that afterwards.
    pub fn with(fake: Fake, test: impl FnOnce()) -> Fake {
        FAKE.replace(fake);
        test();
        FAKE.take()
    }

    fn ask(function: impl Fn(&Fake) -> &Option<Asked>, request: &[u8]) -> Result<Vec<u8>, i32> {
        FAKE.with_borrow(|f| function(f).as_ref().map_or(Err(super::NONE), |answer| answer(request)))
    }

    pub fn log(level: i32, line: &[u8]) {
        FAKE.with_borrow_mut(|f| f.log.push((level, String::from_utf8_lossy(line).into_owned())));
    }

    pub fn config() -> Option<Vec<u8>> {
        FAKE.with_borrow(|f| f.config.clone().map(String::into_bytes))
    }

    pub fn lookup(key: &[u8]) -> Result<Vec<u8>, i32> {
        let key = String::from_utf8_lossy(key).into_owned();
        FAKE.with_borrow(|f| f.table.get(&key).cloned().map(String::into_bytes).ok_or(super::NONE))
    }

    pub fn terms(request: &[u8]) -> Result<Vec<u8>, i32> {
        ask(|f| &f.terms, request)
    }

    pub fn embed(request: &[u8]) -> Result<Vec<u8>, i32> {
        ask(|f| &f.embed, request)
    }

    pub fn search(request: &[u8]) -> Result<Vec<u8>, i32> {
        ask(|f| &f.search, request)
    }
}
