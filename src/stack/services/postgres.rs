//! PostgreSQL, tuned for data that may be lost, with a log of every statement.

use std::{collections::HashMap, time::Duration};

use testcontainers::{ContainerRequest, GenericImage, ImageExt, core::IntoContainerPort};
use tokio_postgres::{Client, Config, NoTls};

use super::Credentials;
use crate::contract::{Secret, error_chain};
use crate::stack::{Service, bounds, statement_log};

/// The superuser.
pub(in crate::stack) const ADMIN_USER: &str = "postgres";

/// The database that every server has; others are made and removed from it.
pub(in crate::stack) const MAINTENANCE_DATABASE: &str = "postgres";

/// In memory, so that neither the disk's speed nor its write throttling matters. Set explicitly: newer official images
/// have another default.
pub(in crate::stack) const DATA_DIRECTORY: &str = "/var/lib/postgresql/data";

/// What parallel queries may share.
pub(super) const SHARED_MEMORY_BYTES: i64 = 256 * 1024 * 1024;

/// The order of text is that of its bytes, whichever C library the image has; nothing waits for a disk; and the log of changes
/// comes in pieces of 1 MB instead of 16, because a data directory is copied with them.
pub(in crate::stack) const INITDB: &str = "--no-sync --locale=C --encoding=UTF8 --wal-segsize=1";

const SETTINGS: [&str; 19] = [
    // A crash loses the data, and a crashed stack is thrown away.
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    // Room for hundreds of harnesses at once, each with a connection or two of its worker and one of its own.
    "max_connections=1000",
    "shared_buffers=256MB",
    // Background work makes timings uneven, and compiling plans takes longer than the small queries it is meant to speed up.
    "autovacuum=off",
    "jit=off",
    "timezone=UTC",
    // Every statement, as one JSON object a line, in one file that SQL can read. Outside the data directory, which is in
    // memory and cannot be read once the container has ended.
    "logging_collector=on",
    "log_destination=jsonlog",
    "log_rotation_size=0",
    "log_rotation_age=0",
    "log_timezone=UTC",
    "log_statement=all",
    "log_checkpoints=off",
    "lc_messages=C",
    "log_error_verbosity=default",
];

pub(super) fn request(
    image: GenericImage,
    seeded: bool,
    credentials: &Credentials,
) -> ContainerRequest<GenericImage> {
    let request = image
        .with_exposed_port(Service::Postgres.container_port().tcp())
        .with_cmd(command())
        .with_env_var("PGDATA", DATA_DIRECTORY);
    if seeded {
        // Its passwords came with its data.
        return request;
    }
    request
        .with_env_var("POSTGRES_USER", ADMIN_USER)
        .with_env_var("POSTGRES_PASSWORD", credentials.postgres_admin.reveal())
        .with_env_var("POSTGRES_INITDB_ARGS", INITDB)
}

pub(super) fn tmpfs() -> HashMap<String, String> {
    HashMap::from([(DATA_DIRECTORY.to_owned(), "rw,noexec,nosuid".to_owned())])
}

/// What the server is told, wherever it runs, with its log in the given directory: each setting after a `-c`.
pub(in crate::stack) fn settings(log_directory: &str) -> Vec<String> {
    let log_file = [
        format!("log_directory={log_directory}"),
        format!("log_filename={}", statement_log::FILE),
    ];
    SETTINGS
        .iter()
        .map(ToString::to_string)
        .chain(log_file)
        .flat_map(|setting| ["-c".to_owned(), setting])
        .collect()
}

fn command() -> Vec<String> {
    let mut command = vec!["postgres".to_owned()];
    command.extend(settings(statement_log::DIRECTORY));
    command
}

/// The command of a server that is filled and then made an image of: nothing is logged to files, and as little as possible of the log of
/// changes stays behind.
pub(in crate::stack) fn baking_command() -> Vec<String> {
    let mut command = vec!["postgres".to_owned()];
    for setting in SETTINGS
        .iter()
        .filter(|setting| !setting.starts_with("log"))
        .chain(&["min_wal_size=2MB", "max_wal_size=2MB"])
    {
        command.extend(["-c".to_owned(), (*setting).to_owned()]);
    }
    command
}

/// Opens a connection whose traffic a task of the current runtime carries; the task ends with the client.
pub(in crate::stack) async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let mut config: Config = url.parse()?;
    // For reaching the port alone; what follows is bounded by those who ask.
    config.connect_timeout(bounds::PROBE.get());
    if config.get_application_name().is_none() {
        config.application_name("kai-e2e");
    }
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// The URI for a connection whose statements the server does not log: the harness's own, which no test is about, some of
/// which hold passwords. Only a superuser may ask for this.
pub(in crate::stack) fn quietly(admin_url: &str) -> String {
    format!("{admin_url}?options=-c%20log_statement%3Dnone%20-c%20log_min_error_statement%3Dpanic")
}

/// Ready when a query is answered.
pub(super) async fn probe(
    host: &str,
    port: u16,
    password: &Secret,
    bound: Duration,
) -> Result<(), String> {
    let mut config = Config::new();
    config
        .host(host)
        .port(port)
        .user(ADMIN_USER)
        .password(password.reveal())
        .dbname(MAINTENANCE_DATABASE)
        .application_name("kai-e2e-probe")
        .options("-c log_statement=none")
        .connect_timeout(bound);
    let (client, connection) = config
        .connect(NoTls)
        .await
        .map_err(|error| format!("cannot connect: {}", error_chain(&error)))?;
    let driver = tokio::spawn(connection);
    let answer = client.simple_query("SELECT 1").await;
    driver.abort();
    answer
        .map(drop)
        .map_err(|error| format!("SELECT 1 failed: {}", error_chain(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_is_given_once() {
        let command = command();
        let mut names: Vec<&str> = command
            .iter()
            .filter_map(|word| word.split_once('='))
            .map(|(name, _)| name)
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();

        assert_eq!(names.len(), all);
        assert_eq!(command.len(), 1 + 2 * all);
        assert_eq!(command[0], "postgres");
    }
}
