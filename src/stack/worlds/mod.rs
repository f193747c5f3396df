//! Private worlds: a database and a set of collections for one harness, on services that many share.
//!
//! A [`World`] has a name of its own. Its database carries that name, and its collections carry it in front of theirs, so
//! that everything of a world, and of a process, can be found and removed by name alone.
//!
//! A process that makes worlds on a shared stack registers first: it holds the lock of a file in the session's directory
//! (`worlds/ID.tenant`) for as long as it has any, and the kernel gives the lock up when the process ends, however it ends.
//! A watcher in a session of its own (`watcher.sh`), one for all processes of a stack, removes the worlds of those that
//! have ended, also when the stack itself stays. It is started with the first registration, and looks at once at what
//! earlier processes may have left. A stack of one process needs none of this: its worlds go with it.

mod background;
mod remove;
mod tenancy;
mod watcher;
mod world;

pub use background::in_background;
pub use world::World;

pub(super) use tenancy::{Tenancy, Tenant};
