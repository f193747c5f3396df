//! Services as processes of this machine.
//!
//! Each session has a private data directory, beside no other's, in memory where the machine offers that. In it, each service
//! has a directory with its log, its process id, its data and, once it has ended, its exit code: a small shell waits for it,
//! so that any process can ask how it ended. Every process carries the session's labels in its environment, which is how the
//! watcher and the sweep find it whatever became of its parent.

mod copy;
mod data;
mod end;
mod listening;
mod log;
mod postgres;
mod raft;
mod supervised;
mod table;
mod templates;
mod temporal;
mod typesense;
mod user;

pub(super) use data::{DataDirectory, bases};
pub(super) use end::{
    ask_service_to_end, end_session, kill_service, pause_service, resume_service,
};
pub(super) use listening::{Wait, is_taken, until_listening};
pub(super) use log::{log_since, log_tail, statements_since};
pub(super) use postgres::Postgres;
pub(super) use supervised::State;
pub(super) use table::{is_stopped, is_supported, marked};
pub(super) use temporal::{spawn as spawn_temporal, spawn_on as spawn_temporal_on};
pub(super) use typesense::Typesense;
