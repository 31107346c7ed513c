//! Finds what says the same in other words: an operator's synonyms, abbreviations and transliterations.
//!
//! The configuration has `groups`: lists of words that stand for one another, such as
//! `{"groups": [["심근경색", "심장마비", "myocardial infarction"]]}`.

mod variants;

use naru_guest::json::Value;
use naru_guest::{export, host, Failure, Plugin, QueryRequest, QueryResponse};

struct Glossary;

export!(Glossary: query);

/// The groups of the configuration.
fn groups() -> Option<Vec<Vec<String>>> {
    let config = host::config()?;
    let words = |group: &Value| Some(group.list().iter().filter_map(|w| w.text().map(String::from)).collect());
    config.get("groups")?.list().iter().map(words).collect()
}

impl Plugin for Glossary {
    fn query(request: QueryRequest) -> Result<QueryResponse, Failure> {
        let groups = groups().ok_or("the configuration has no groups: lists of words that stand for one another")?;
        Ok(QueryResponse { variants: variants::variants(&request.question, &groups), ..Default::default() })
    }
}
