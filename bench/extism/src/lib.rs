//! The example plugin's hook `passages`, and one that does nothing, for Extism: the peer in bench/plugins.go.

use extism_pdk::*;
use naru_guest::{Note, PassagesRequest, PassagesResponse};

#[plugin_fn]
pub fn passages(request: Vec<u8>) -> FnResult<Vec<u8>> {
    // SAFETY: as in a module for Naru, whose host writes UTF-8.
    Ok(naru_guest::exports::answer(unsafe { std::str::from_utf8_unchecked(&request) }, reorder))
}

fn reorder(request: PassagesRequest) -> Result<PassagesResponse, String> {
    let drop = memchr::memmem::Finder::new("DROP ME");
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

#[plugin_fn]
pub fn noop(_request: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(Vec::new())
}
