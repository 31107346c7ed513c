//! The example plugin's hook `passages`, and one that does nothing, for Extism: the peer in bench/plugins.go.

use extism_pdk::*;
use naru_guest::{Note, PassagesRequest, PassagesResponse};

#[plugin_fn]
pub fn passages(request: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(naru_guest::exports::answer(&request, reorder))
}

fn reorder(request: PassagesRequest) -> Result<PassagesResponse, String> {
    let mut response = PassagesResponse { order: Some(Vec::new()), ..Default::default() };
    for (i, p) in request.passages.iter().enumerate().filter(|(_, p)| !p.text.contains("DROP ME")) {
        response.order.get_or_insert_default().insert(0, i);
        if let Some(date) = p.modified.get(..10) {
            response.notes.push(Note { passage: i, note: format!("as of {date}") });
        }
    }
    Ok(response)
}

#[plugin_fn]
pub fn noop(_request: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(Vec::new())
}
