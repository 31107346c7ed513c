//! Finds passages that address a language model instead of the reader: instructions to put instructions aside, to say
//! or hide something, to play a role, to send a conversation somewhere; in fifteen languages, and whatever letters they
//! are written with. Hidden text is one: tag characters, and what stands between characters without width.
//!
//! At `passages` such a passage is dropped, or noted where the configuration has `{"action": "note"}`; at `document` the
//! annotation `suspicious` says why.
//!
//! Start with [`signs::reasons`]. It knows words and not what they mean: an article about such attacks that quotes one is
//! dropped too, and an attack in words that nobody thought of is not.

pub mod plain;
pub mod signs;
pub mod words;

use naru_guest::json::Value;
use naru_guest::*;
use signs::reasons;

struct InjectionGuard;

export!(InjectionGuard: document, passages);

/// Whether passages are noted, and not dropped.
fn notes() -> Result<bool, Failure> {
    match host::config().unwrap_or(Value::Null).get("action").map(|a| a.text().unwrap_or("")) {
        None | Some("drop") => Ok(false),
        Some("note") => Ok(true),
        Some(other) => Err(["the configuration's action is ", other, ", and neither drop nor note"].concat()),
    }
}

impl Plugin for InjectionGuard {
    fn document(request: DocumentRequest) -> Result<DocumentResponse, Failure> {
        let reasons = reasons(&request.document.text);
        let mut response = DocumentResponse::default();
        if !reasons.is_empty() {
            response.annotate.push(("suspicious".into(), reasons.into_iter().map(String::from).collect()));
        }
        Ok(response)
    }

    fn passages(request: PassagesRequest) -> Result<PassagesResponse, Failure> {
        let notes = notes()?;
        let mut response = PassagesResponse::default();
        let mut kept = Vec::new();
        for (i, p) in request.passages.iter().enumerate() {
            let reasons = reasons(&p.text);
            if reasons.is_empty() {
                kept.push(i);
            } else if notes {
                response.notes.push(Note { passage: i, note: ["it may address a language model: ", &reasons.join(", ")].concat() });
            }
        }
        if !notes && kept.len() < request.passages.len() {
            response.order = Some(kept);
        }
        Ok(response)
    }
}
