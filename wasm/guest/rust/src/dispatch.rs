//! From a message to the plugin, and back.

use crate::message::*;
use crate::json::{Reader, Writer};

/// Why a plugin could not do its work. The operator reads it, and the asker does not.
pub type Failure = String;

/// A plugin. Each hook that it implements has to be in its manifest.
pub trait Plugin {
    /// A document was read.
    fn document(_request: DocumentRequest) -> Result<DocumentResponse, Failure> {
        Ok(Default::default())
    }
    /// A question was understood.
    fn query(_request: QueryRequest) -> Result<QueryResponse, Failure> {
        Ok(Default::default())
    }
    /// Passages were found.
    fn passages(_request: PassagesRequest) -> Result<PassagesResponse, Failure> {
        Ok(Default::default())
    }
    /// An answer stands.
    fn answer(_request: AnswerRequest) -> Result<AnswerResponse, Failure> {
        Ok(Default::default())
    }
}

/// Hands a request to a plugin, and returns its response: what `naru_call` does, for tests.
pub fn call<P: Plugin>(op: u32, request: &[u8]) -> Vec<u8> {
    let Ok(request) = std::str::from_utf8(request) else { return failed(NOT_JSON) };
    match op {
        op::document => answer(request, P::document),
        op::query => answer(request, P::query),
        op::passages => answer(request, P::passages),
        op::answer => answer(request, P::answer),
        _ => no_hook(),
    }
}

/// The numbers of the hooks.
#[allow(non_upper_case_globals)]
pub mod op {
    pub const document: u32 = 1;
    pub const query: u32 = 2;
    pub const passages: u32 = 3;
    pub const answer: u32 = 4;
}

/// Hands a request to one hook.
pub fn answer<'a, Q: Request<'a>, R: Response>(request: &'a str, hook: fn(Q) -> Result<R, Failure>) -> Vec<u8> {
    let Some(request) = Reader::read(request, Q::read) else { return failed(NOT_JSON) };
    match hook(request) {
        Ok(response) => {
            let mut w = Writer::default();
            w.object(|w| response.write(w));
            w.done()
        }
        Err(error) => failed(&error),
    }
}

/// The response at a hook that a plugin does not have.
pub fn no_hook() -> Vec<u8> {
    failed("there is no such hook")
}

const NOT_JSON: &str = "the request is not JSON";

fn failed(error: &str) -> Vec<u8> {
    let mut w = Writer::default();
    w.object(|w| w.name("error").text(error));
    w.done()
}
