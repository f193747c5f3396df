//! Who uses a stack, and who cleans up when nobody does.
//!
//! Each stack has a directory of its own under the state directory. A user holds a shared lock on `users.lock` in it for
//! as long as it lives; the kernel gives the lock up when the process ends, however it ends. A watcher in a session of its
//! own (`reaper.sh`), started before the first service, waits for the lock to be free and then removes everything
//! that carries the session's labels. What even that misses, because the machine went down for instance, is swept at the
//! next start.
//!
//! `Drop` is not the way to clean up: it does not run after SIGKILL, and never for statics.

mod directory;
mod exclusive_lock;
mod handshake;
mod labels;
mod lease;
mod leash;
mod reaper;
mod state_file;
mod state_root;
mod sweep;

pub(super) use directory::{DATA, DATA_PREFIX, SessionDirectory, locked, open_lock};
pub(super) use exclusive_lock::ExclusiveLock;
pub(super) use handshake::{Watcher, discard};
pub(super) use labels::{
    Labels, OWNER, SERVICE, SESSION, STACK, label_of_variable, owner, owner_filter,
    variable_of_label,
};
pub(super) use lease::Lease;
pub(crate) use leash::Leash;
pub(super) use state_file::{read_state_file, write_state_file};
pub(super) use state_root::{StateRoot, write_private};
pub(super) use sweep::{LeftOver, Standing, survey, sweep};
