//! Redacts personal data: national numbers of nine countries, telephone numbers, payment cards, bank accounts and
//! addresses of electronic mail, in digits of every script.
//!
//! At `document` it is gone before anything is indexed; at `answer` it is hidden from who reads, and stays in the index.
//! The configuration, where there is one, names what is redacted: `{"kinds": ["kr-rrn", "phone"]}`; otherwise all is.
//!
//! Start with [`find::find`]. A number counts by its form and check digits, and, where many numbers have that form, by
//! the words and letters around it: see [`kinds::Certainty`]. What it does not find: numbers across lines, in addresses of
//! web pages, and in words.

pub mod accounts;
pub mod cues;
pub mod digits;
pub mod email;
pub mod find;
pub mod ids;
pub mod kinds;
pub mod numbers;
pub mod phones;
pub mod region;

use cues::Words;
use find::find;
use kinds::{Kind, Kinds};
use naru_guest::json::Value;
use naru_guest::*;

struct RedactPii;

export!(RedactPii: document, answer);

/// The kinds that the configuration names.
fn wanted() -> Result<Kinds, Failure> {
    let config = host::config().unwrap_or(Value::Null);
    let Some(named) = config.get("kinds") else { return Ok(Kinds::ALL) };
    let mut kinds = Kinds::NONE;
    for name in named.list() {
        let name = name.text().unwrap_or("");
        let kind = Kind::ALL.into_iter().find(|k| k.name() == name);
        kinds = kinds.with(kind.ok_or_else(|| ["the configuration's kinds name ", name, ", which is none"].concat())?);
    }
    if kinds.is_empty() {
        return Err("the configuration's kinds are no list of kinds".into());
    }
    Ok(kinds)
}

/// What is redacted of a text.
fn redactions(text: &str, language: &str, words: &Words, kinds: Kinds) -> impl Iterator<Item = Redaction> {
    find(text, language, words, kinds).into_iter().map(|f| Redaction { start: f.start, end: f.end, kind: f.kind.name().into() })
}

impl Plugin for RedactPii {
    fn document(request: DocumentRequest) -> Result<DocumentResponse, Failure> {
        let d = &request.document;
        Ok(DocumentResponse { redact: redactions(&d.text, &d.language, &Words::new(), wanted()?).collect(), ..Default::default() })
    }

    fn answer(request: AnswerRequest) -> Result<AnswerResponse, Failure> {
        let (kinds, words) = (wanted()?, Words::new());
        let mut redact = Vec::new();
        for (i, s) in request.sentences.iter().enumerate() {
            let language = s.passages.first().and_then(|p| request.passages.get(*p)).map_or(&request.language, |p| &p.language);
            redact.extend(redactions(&s.text, language, &words, kinds).map(|r| r.of(Of::Sentence(i))));
        }
        for (i, p) in request.passages.iter().enumerate() {
            redact.extend(redactions(&p.text, &p.language, &words, kinds).map(|r| r.of(Of::Passage(i))));
        }
        Ok(AnswerResponse { redact, ..Default::default() })
    }
}
