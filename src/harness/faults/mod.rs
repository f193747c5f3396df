//! Making what a worker depends on fail, on purpose and at a moment that a test chooses.
//!
//! - **The network** between the worker and each service, and the receiver: [`Links`], with
//!   [`HarnessSettings::links`](super::HarnessSettings::links). Works on a stack that others use too, and for workers of any language.
//! - **A moment of the run**: [`Point`], at which [`Ask::hold_at`](super::Ask::hold_at) holds the worker by delaying the receiver's
//!   reply.
//! - **The receiver's answers**: [`Ask::misbehave`](super::Ask::misbehave).
//! - **The worker's process**: [`WorkerProcess`](super::WorkerProcess), which may be killed.
//! - **A statement's middle**: [`TableLock`], for which it waits.
//! - **The services themselves**: [`OwnedStack`](crate::stack::OwnedStack) kills, ends, freezes them and starts them again with their state.

mod link;
mod links;
mod table_lock;
mod wire;

pub use crate::capture::Point;
pub use link::{Condition, Link};
pub use links::{Links, Peer};
pub use table_lock::TableLock;
pub(in crate::harness) use table_lock::connect;
