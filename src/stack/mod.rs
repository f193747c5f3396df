//! The three services that a run needs, Temporal, Postgres and Typesense: started, reached, shared and removed.
//!
//! There are two ways to have a stack, and the type says which it is:
//!
//! - [`OwnedStack`] is this process's own: it may be stopped, and its services may be killed, because nobody else uses them;
//! - [`SharedStack`] is one for all processes of a machine with the same configuration: whoever comes first starts it, the
//!   others attach, and it goes with its last user. What was attached to cannot be stopped.
//!
//! The services run in containers, or as processes of this machine where there is no container engine
//! ([`ProviderChoice`]). Either way [`Endpoints`] says how they are reached, and whatever happens to this process, SIGKILL
//! included, they and their data are removed within seconds. [`up`] keeps a stack beyond that, until [`down`].
//!
//! A service is ready when a real request to it was answered over its published port, never because of a line in its log.
//! Every error of a start names the service and carries the end of its log. This is the only room that knows of containers
//! and processes; it knows nothing of workflows, agents and streams.

mod binaries;
mod bounds;
mod config;
mod doctor;
mod endpoints;
mod engine;
mod error;
mod if_there;
mod images;
mod kept;
mod lasting_port;
mod launch;
mod once;
mod owned;
mod processes;
mod programs;
mod progress;
mod provider;
mod running;
mod script;
mod seed;
mod service;
mod services;
mod session;
mod shared;
mod statement_log;
mod status;
mod wait;
mod worlds;

pub(crate) use bounds::parse as parse_bound;
pub(crate) use if_there::if_there;
pub(crate) use session::Leash;

pub use binaries::{
    Binaries, Binary, BinarySource, BinaryStatus, install as install_binaries,
    status as binary_status,
};
pub use bounds::Bound;
pub use config::{PostgresMajor, ProviderChoice, SeedScale, StackConfig};
pub use doctor::{Finding, Severity, diagnose};
pub use endpoints::{Endpoints, PostgresEndpoint, TypesenseEndpoint};
pub use error::{ExitCode, LogTail, StackError};
pub use images::{
    ImageSource, ImageStatus, Images, ServiceImage, build as build_images,
    resolve as resolve_images, status as image_status,
};
pub use kept::{Removed, down, up};
pub use lasting_port::free_port;
pub use owned::OwnedStack;
pub use programs::Programs;
pub use progress::{Progress, Silent};
pub use running::{RunningStack, StartTimings};
pub use seed::{
    DatabaseDigest, TableDigest, clone_database, create_database, drop_database, dump_digest,
    seed_database,
};
pub use service::{PerService, Service};
pub use shared::{Attachment, SharedStack};
pub(crate) use wait::Backoff;

pub use statement_log::{
    LogPosition, LoggedStatement, StatementFilter, StatementKind, StatementLog,
};
pub use status::{ServiceStatus, StackStanding, StackStatus, status};
pub use worlds::{World, in_background};
