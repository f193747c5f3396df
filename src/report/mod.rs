//! A finished run for people and programs: terminal text and JSON. Nothing here prints; callers do.

mod battery;
mod checks;
mod eval;
mod event_line;
mod json;
mod table;
mod text;

pub use battery::{battery_json, battery_junit, battery_text};
pub use checks::{checks_markdown, checks_text};
pub use eval::{eval_json, eval_text};
pub use event_line::event_line;
pub use json::run_json;
pub(crate) use text::indented;
pub use text::run_text;
