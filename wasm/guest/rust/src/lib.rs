//! Plugins for Naru in Rust.
//!
//! A plugin is a type that implements [`Plugin`] and is exported with [`export!`], which names the
//! hooks that it implements:
//!
//! ```
//! use naru_guest::{export, Plugin, QueryRequest, QueryResponse, Failure};
//!
//! struct Ferries;
//!
//! impl Plugin for Ferries {
//!     fn query(request: QueryRequest) -> Result<QueryResponse, Failure> {
//!         let mut response = QueryResponse::default();
//!         if request.question.contains("ferry") {
//!             response.variants.push(request.question.replace("ferry", "boat"));
//!         }
//!         Ok(response)
//!     }
//! }
//!
//! export!(Ferries: query);
//! # fn main() {
//! let said = naru_guest::call::<Ferries>(2, br#"{"abi":1,"hook":"query","now":"","question":"a ferry?","language":"en"}"#);
//! assert_eq!(String::from_utf8(said).unwrap(), r#"{"variants":["a boat?"]}"#);
//! # }
//! ```
//!
//! The messages are in [`message`], the functions of the host in [`host`], JSON for configurations in [`json`]. A hook that a plugin does not implement
//! leaves everything as it is. The interface itself, byte by byte, is SPEC.md in Naru's package abi.
//!
//! # What it promises
//!
//! A function of the host's that a plugin does not call is not imported, so that it needs no grant. Requests with
//! members that nobody knows are read. Memory that a call has used is free before the next one.
//!
//! # What it does not
//!
//! A panic traps: the host throws the instance away, and says what the operator chose for that.

mod dispatch;
pub mod host;
pub mod json;
pub mod message;

#[doc(hidden)]
pub mod exports;

pub use dispatch::{call, Failure, Plugin};
pub use message::*;
