//! From an [`Intent`](super::intent::Intent) to a query, and to what its answer must say.

mod build;
mod columns;
mod fact;
mod having;
mod names;
mod narrowing;
mod ratio;
mod titles;
mod whole;

use crate::agent::catalogue::metadata::{Format, Label};

pub(super) use build::plan;
pub(super) use fact::begins;

/// A query, and what is known of its result beforehand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    /// The statement.
    pub sql: String,
    /// What the figures are, such as `rata-rata modal awal koperasi`.
    pub title: String,
    /// What the groups are, in the order of the columns before the figure.
    pub groups: Vec<String>,
    /// What narrows everything, such as `di provinsi Bali`; empty when nothing does.
    pub scope: String,
    /// How figures are written.
    pub format: Format,
    /// Values that the question names one by one, each of which should have a row.
    pub compared: Vec<String>,
    /// The order that was asked for.
    pub order: Option<super::intent::Order>,
    /// Whether groups without any row are left out of figures that would be 0 for them.
    pub counts_present_only: bool,
    /// What a reader must know.
    pub notes: Vec<Label>,
    /// Whether there is no figure: the one column holds names.
    pub names_only: bool,
    /// How many joins apart the parts of the question are; of two readings the closer one is meant.
    pub distance: usize,
}
