//! The programs of the three services on this machine: where they are found, and how missing ones are installed.
//!
//! For each service the first of these is used: the program that its variable names; one in `PATH`; one in the usual places
//! of distributions; one in the cache. A missing one is installed into the cache, from the same packages and with the same
//! pinned checksums as the images that are built here (`fixtures/images`), without touching the system.

mod cache;
mod find;
mod install;
mod program;
mod status;

pub use install::install;
pub use program::{Binaries, Binary, BinarySource};
pub use status::{BinaryStatus, status};

pub(super) use install::resolve;
