//! A finished run for people and programs: terminal text and JSON. Nothing here prints; callers do.

mod event_line;
mod json;
mod table;
mod text;

pub use event_line::event_line;
pub use json::run_json;
pub use text::run_text;
