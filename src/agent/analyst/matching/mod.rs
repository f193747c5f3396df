//! Which words of the question are known, and as what.

mod phrasebook;
mod senses;
mod spans;

pub(super) use phrasebook::Phrasebook;
pub(super) use senses::Sense;
pub(super) use spans::{Span, spans};
