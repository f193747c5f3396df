//! The koperasi database: loading it, cloning it, and proving that two of them are the same.

mod database;
mod digest;
mod files;
mod load;
mod takeover;
mod template;
mod verifier;

pub(super) use database::drop_unused_database;
pub use database::{create_database, drop_database};
pub use digest::{DatabaseDigest, TableDigest, dump_digest};
pub use load::seed_database;
pub use template::clone_database;

pub(super) use files::{digest as seed_digest, filling_digest, hex};
pub(super) use load::{DATABASE, READER};
pub(super) use takeover::take_over;
pub(super) use template::{fill_server, make_template};
