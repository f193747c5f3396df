//! The rules that a stream must obey (contract §3 to §5), and a state machine that reads a stream and says which it breaks.
//!
//! ```
//! use kai_e2e::contract::protocol::{Rule, StreamChecker, StreamPlace};
//! use serde_json::json;
//!
//! let mut checker = StreamChecker::default();
//! for event in [json!({"type": "token", "content": "42"}), json!({"type": "error"})] {
//!     checker.read(event.as_object().unwrap(), StreamPlace::default());
//! }
//! let violations = checker.ended();
//! assert_eq!(violations[0].to_string(), "stream.fields: event 2 (error): `error` is missing; it must be a string");
//! assert_eq!(violations[1].rule, Rule::EndsWithDone);
//! ```

mod attempt;
mod checker;
mod fields;
mod result;
mod rule;
mod tokens;
mod violation;

pub use checker::{StreamChecker, StreamPlace};
pub use result::wrong_result;
pub use rule::Rule;
pub(crate) use tokens::first_difference;
pub use violation::Violation;
