//! What a connection's owner configures from outside (`sync_config`, contract §1): instructions, skills, glossary, and
//! descriptions of tables as a semantic model.
//!
//! Each list is the whole of what shall be there: entries that it leaves out are forgotten. A list that is not given at all
//! (null) stays as it is. Entries are read leniently, as another component may write them, and get ids of their own: an id
//! that came along could be that of another connection's document.

mod lists;
mod report;
mod sync;

pub use report::{SyncCounts, SyncReport, SyncStatus};
pub(crate) use sync::{Configuration, sync};
