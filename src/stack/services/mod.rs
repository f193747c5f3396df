//! How each service is run in a container, and how it shows that it is ready.
//!
//! One file a service: its command, its environment and its probe. A probe is one real request over the published port;
//! its error is what was seen, in a few words, for the message of a start that fails.

mod container;
mod log_tail;
mod postgres;
mod readiness;
mod temporal;
mod typesense;

pub(super) use container::{Credentials, ServiceContainer, port_taken};
pub(super) use log_tail::{
    log_since as container_log_since, log_tail as container_log_tail,
    statements_since as container_statements_since,
};
pub(super) use postgres::{
    ADMIN_USER, DATA_DIRECTORY, INITDB, MAINTENANCE_DATABASE, baking_command,
    connect as connect_to_postgres, quietly, settings as postgres_settings,
};
pub(super) use readiness::{Target, until_ready};
pub(super) use temporal::{UI_PORT as TEMPORAL_UI_PORT, arguments as temporal_arguments};
