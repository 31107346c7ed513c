//! What the module exports. See SPEC.md.

pub use crate::dispatch::{answer, no_hook, op};
use std::cell::RefCell;

/// The request and the response, which the host reads and writes by their addresses. A module has one thread.
#[derive(Default)]
struct Buffers {
    request: Vec<u8>,
    response: Vec<u8>,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// Room for a request.
pub fn alloc(size: u32) -> *mut u8 {
    BUFFERS.with_borrow_mut(|b| {
        b.request.clear();
        b.request.resize(size as usize, 0);
        b.request.as_mut_ptr()
    })
}

/// Hands the request to a hook.
pub fn call(size: u32, hook: impl FnOnce(&str) -> Vec<u8>) -> u64 {
    let request = BUFFERS.with_borrow_mut(|b| std::mem::take(&mut b.request));
    // SAFETY: what the host writes is UTF-8, or zeros.
    let response = hook(unsafe { std::str::from_utf8_unchecked(&request[..(size as usize).min(request.len())]) });
    BUFFERS.with_borrow_mut(|b| {
        b.request = request;
        b.response = response;
        (b.response.as_ptr() as usize as u64) << 32 | b.response.len() as u64
    })
}

/// Lets go of both.
pub fn reset() {
    BUFFERS.with_borrow_mut(|b| *b = Buffers::default());
}

/// Exports a [`Plugin`](crate::Plugin) as the module, with the hooks that it implements: what is not named takes no
/// room.
#[macro_export]
macro_rules! export {
    ($plugin:ident: $($hook:ident),+) => {
        // Away from WebAssembly nothing is exported, and tests call it.
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn(u32, &[u8]) -> Vec<u8> = $crate::call::<$plugin>;

        #[cfg(target_arch = "wasm32")]
        mod naru_exports {
            #[no_mangle]
            extern "C" fn naru_abi() -> u32 {
                1
            }
            #[no_mangle]
            extern "C" fn naru_alloc(size: u32) -> *mut u8 {
                $crate::exports::alloc(size)
            }
            #[no_mangle]
            extern "C" fn naru_call(op: u32, _at: *const u8, size: u32) -> u64 {
                $crate::exports::call(size, |request| match op {
                    $($crate::exports::op::$hook => $crate::exports::answer(request, <super::$plugin as $crate::Plugin>::$hook),)+
                    _ => $crate::exports::no_hook(),
                })
            }
            #[no_mangle]
            extern "C" fn naru_reset() {
                $crate::exports::reset()
            }
        }
    };
}
