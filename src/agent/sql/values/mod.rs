//! Postgres values as JSON, exactly.
//!
//! A value arrives in Postgres's binary format and leaves as JSON that means the same: a number when a reader of JSON
//! gets back that very number, text otherwise; dates and times as ISO 8601; never anything that JSON cannot hold.

mod array;
mod cell;
mod json;
mod number;
mod time;

pub(crate) use cell::{Cell, ValueError, is_supported};
