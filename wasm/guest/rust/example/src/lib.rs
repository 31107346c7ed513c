//! The example plugin, as EXAMPLE.md in Naru's package abitest describes it.

use naru_guest::host::{self, Kind, Level};
use naru_guest::json::Value;
use naru_guest::*;

struct Example;

export!(Example: document, query, passages, answer);

const DROP: &str = "DROP ME";

impl Plugin for Example {
    fn document(request: DocumentRequest) -> Result<DocumentResponse, Failure> {
        let text = &request.document.text;
        if text.contains("DO NOT INDEX") {
            return Ok(DocumentResponse { skip: "it says so itself".into(), ..Default::default() });
        }
        let mut annotate = vec![("length".into(), vec![if text.len() < 1000 { "short" } else { "long" }.into()])];
        if let Some(topic) = request.document.metadata.get("topic").filter(|t| !t.is_empty()) {
            annotate.push(("topic".into(), vec![topic.into()]));
        }
        Ok(DocumentResponse { redact: secrets(text).collect(), annotate, ..Default::default() })
    }

    fn query(request: QueryRequest) -> Result<QueryResponse, Failure> {
        if let Some((command, argument)) = request.question.split_once(' ') {
            if let Some(response) = obey(command, argument, &request.now)? {
                return Ok(response);
            }
        }
        let config = host::config().unwrap_or(Value::Null);
        let text = |name: &str| config.get(name).and_then(Value::text);
        let mut synonyms: Vec<_> = config.get("synonyms").map_or(&[][..], Value::members).iter().collect();
        synonyms.sort_by(|a, b| a.0.cmp(&b.0));
        let known = synonyms.into_iter().filter(|(word, _)| request.question.contains(&**word));
        Ok(QueryResponse {
            variants: known.take(4).map(|(word, other)| request.question.replace(&**word, other.text().unwrap_or(""))).collect(),
            filters: text("language").map(|l| condition("language", l)).into_iter().collect(),
            boosts: text("topic").map(|t| Boost { when: condition("annotations.example.topic", t), factor: 2.0 }).into_iter().collect(),
        })
    }

    fn passages(request: PassagesRequest) -> Result<PassagesResponse, Failure> {
        if request.passages.is_empty() {
            return Ok(Default::default());
        }
        let drop = memchr::memmem::Finder::new(DROP);
        let (mut order, mut notes) = (Vec::new(), Vec::new());
        for (i, p) in request.passages.iter().enumerate().filter(|(_, p)| drop.find(p.text.as_bytes()).is_none()) {
            order.push(i);
            if let Some(date) = p.modified.get(..10) {
                notes.push(Note { passage: i, note: format!("as of {date}") });
            }
        }
        order.reverse();
        Ok(PassagesResponse { order: Some(order), notes })
    }

    fn answer(request: AnswerRequest) -> Result<AnswerResponse, Failure> {
        let mut response = AnswerResponse::default();
        for (i, s) in request.sentences.iter().enumerate() {
            if s.text.contains(DROP) {
                response.drop.push(i);
            }
            response.redact.extend(secrets(&s.text).map(|r| r.of(Of::Sentence(i))));
            if s.text.bytes().any(|b| b.is_ascii_digit()) {
                response.flags.push(Flag { sentence: i, flag: "check the number".into() });
            }
        }
        for (i, p) in request.passages.iter().enumerate() {
            response.redact.extend(secrets(&p.text).map(|r| r.of(Of::Passage(i))));
        }
        Ok(response)
    }
}

fn secrets(text: &str) -> impl Iterator<Item = Redaction> + '_ {
    text.match_indices("secret").map(|(start, word)| Redaction { start, end: start + word.len(), kind: word.into() })
}

fn condition(field: &str, value: &str) -> Condition {
    Condition { field: field.into(), any: vec![value.into()], ..Default::default() }
}

/// Does what a question commands; none where it is no command.
fn obey(command: &str, argument: &str, now: &str) -> Result<Option<QueryResponse>, Failure> {
    let said = match command {
        "fail" => return Err(argument.into()),
        "trap" => panic!(),
        "log" => {
            host::log(Level::Info, argument);
            return Ok(Some(Default::default()));
        }
        "lookup" => host::lookup(argument)?.unwrap_or_else(none),
        "terms" => host::terms(argument, "")?.into_iter().map(|t| t.term).collect::<Vec<_>>().join(" "),
        "embed" => host::embed(Kind::Query, &[argument])?.map_or_else(none, |vectors| vectors[0].len().to_string()),
        "search" => {
            let mut ids = Vec::new();
            host::search(argument, 3, |p| ids.push(p.id.into_owned()))?;
            if ids.is_empty() {
                none()
            } else {
                ids.join(" ")
            }
        }
        "now" => now.into(),
        _ => return Ok(None),
    };
    Ok(Some(QueryResponse { variants: vec![said], ..Default::default() }))
}

fn none() -> String {
    "none".into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use naru_guest::host::{with, Fake};

    #[test]
    fn synonyms_of_the_configuration() {
        with(Fake { config: Some(r#"{"synonyms":{"ferry":"boat"}}"#.into()), ..Default::default() }, || {
            let said = call::<Example>(2, br#"{"abi":1,"hook":"query","now":"","question":"a ferry?","language":"en"}"#);
            assert_eq!(String::from_utf8(said).unwrap(), r#"{"variants":["a boat?"]}"#);
        });
    }

    #[test]
    fn lines_of_the_log() {
        let after = with(Fake::default(), || {
            call::<Example>(2, r#"{"abi":1,"hook":"query","now":"","question":"log 나루","language":"ko"}"#.as_bytes());
        });
        assert_eq!(after.log, [(1, "나루".to_string())]);
    }
}
