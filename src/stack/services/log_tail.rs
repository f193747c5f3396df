//! The log of a service in a container.

use std::time::SystemTime;

use crate::stack::{
    LoggedStatement, Service, StackError,
    engine::Engine,
    statement_log::{self, LoggedSince},
};

/// How much of the end of Postgres's log an error message is taken from.
const TAIL_BYTES: usize = 64 * 1024;

/// The most of Postgres's log that is looked at for what was written since some moment.
const SINCE_BYTES: usize = 16 * 1024 * 1024;

/// The last `lines` lines that a service wrote, also when it has ended.
///
/// Postgres writes to its standard error only until its log collector runs; what it writes from then on is in a file.
pub(in crate::stack) async fn log_tail(
    engine: &Engine,
    service: Service,
    container: &str,
    lines: usize,
) -> Result<String, StackError> {
    let mut text = engine.output(container, lines).await?;
    if service == Service::Postgres
        && let Some(log) = postgres_log(engine, container, TAIL_BYTES).await?
    {
        text.push_str(&statement_log::as_text(&log));
    }
    let mut kept: Vec<&str> = text.lines().collect();
    kept.drain(..kept.len().saturating_sub(lines));
    Ok(kept.join("\n"))
}

/// What a service wrote since a moment, also when it has ended.
pub(in crate::stack) async fn log_since(
    engine: &Engine,
    service: Service,
    container: &str,
    since: SystemTime,
) -> Result<String, StackError> {
    let mut text = engine.output_since(container, since).await?;
    if service == Service::Postgres
        && let Some(log) = postgres_log(engine, container, SINCE_BYTES).await?
    {
        text.push_str(&LoggedSince::of(since).text(&log));
    }
    Ok(text)
}

/// The statements that Postgres logged since a moment, out of its file: also when it has ended or does not answer.
pub(in crate::stack) async fn statements_since(
    engine: &Engine,
    container: &str,
    since: SystemTime,
) -> Result<Vec<LoggedStatement>, StackError> {
    let log = postgres_log(engine, container, SINCE_BYTES).await?;
    Ok(LoggedSince::of(since).statements(&log.unwrap_or_default()))
}

async fn postgres_log(
    engine: &Engine,
    container: &str,
    length: usize,
) -> Result<Option<Vec<u8>>, StackError> {
    let path = format!("{}/{}", statement_log::DIRECTORY, statement_log::JSON_FILE);
    engine.end_of_file(container, &path, length).await
}
