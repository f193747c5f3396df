//! SQL as text: identifiers, literals, and one layout for every query.

pub(super) mod ident;
pub(super) mod lookup;
mod select;

pub(super) use select::{Output, Select};
