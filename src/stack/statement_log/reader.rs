//! Reading the log file through SQL.

use std::time::Instant;

use tokio_postgres::Client;
use uuid::Uuid;

use super::{LoggedStatement, fields::LogFields};
use crate::stack::{
    StackError, bounds,
    services::{connect_to_postgres, quietly},
    wait::Backoff,
};

/// How much is read at once.
const CHUNK_BYTES: i64 = 1024 * 1024;

/// A connection that reads the log, and leaves no trace of its own statements in it.
pub(super) struct LogReader {
    client: Client,
    path: String,
    offset: u64,
}

impl LogReader {
    /// Opens the log at a byte offset.
    pub(super) async fn open(admin_url: &str, offset: u64) -> Result<Self, StackError> {
        let client = connect_to_postgres(&quietly(admin_url))
            .await
            .map_err(|error| failed("cannot connect", error))?;
        let row = client
            .query_one("SELECT pg_current_logfile('jsonlog')", &[])
            .await
            .map_err(|error| failed("cannot ask for its place", error))?;
        let path: Option<String> = row
            .try_get(0)
            .map_err(|error| failed("cannot ask for its place", error))?;
        let path = path.ok_or_else(|| StackError::StatementLog {
            reason: "the server does not log in JSON".to_owned(),
            source: None,
        })?;
        Ok(Self {
            client,
            path,
            offset,
        })
    }

    /// The offset of the first line that was not read yet.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Goes to the present end of the file.
    pub(super) async fn seek_to_end(&mut self) -> Result<(), StackError> {
        let row = self
            .client
            .query_one("SELECT size FROM pg_stat_file($1)", &[&self.path])
            .await
            .map_err(|error| failed("cannot ask for its size", error))?;
        let size: i64 = row
            .try_get(0)
            .map_err(|error| failed("cannot ask for its size", error))?;
        self.offset = u64::try_from(size).unwrap_or(0);
        Ok(())
    }

    /// The complete lines from the offset on, which moves behind them. Empty when there is nothing new.
    async fn lines(&mut self) -> Result<Vec<Vec<u8>>, StackError> {
        let mut length = CHUNK_BYTES;
        loop {
            let offset = i64::try_from(self.offset).unwrap_or(i64::MAX);
            let row = self
                .client
                .query_one(
                    "SELECT pg_read_binary_file($1, $2, $3)",
                    &[&self.path, &offset, &length],
                )
                .await
                .map_err(|error| failed("cannot read it", error))?;
            let bytes: Vec<u8> = row
                .try_get(0)
                .map_err(|error| failed("cannot read it", error))?;
            let is_full = i64::try_from(bytes.len()).is_ok_and(|read| read == length);
            match bytes.iter().rposition(|byte| *byte == b'\n') {
                Some(end) => {
                    self.offset += end as u64 + 1;
                    return Ok(bytes[..end]
                        .split(|byte| *byte == b'\n')
                        .map(<[u8]>::to_vec)
                        .collect());
                }
                // One line longer than the chunk.
                None if is_full => length *= 4,
                None => return Ok(Vec::new()),
            }
        }
    }

    /// The statements from the offset on, as far as the server has written them.
    pub(super) async fn statements(&mut self) -> Result<Vec<LoggedStatement>, StackError> {
        let lines = self.lines().await?;
        Ok(lines
            .iter()
            .filter_map(|line| LoggedStatement::of(line))
            .collect())
    }

    /// The statements from the offset on, up to a line that this call has the server write. A backend hands its lines to the
    /// collector before it executes, and the collector keeps their order: so everything that had been executed when this
    /// was called is among them.
    pub(super) async fn up_to_now(&mut self) -> Result<Vec<LoggedStatement>, StackError> {
        let fence = format!("kai-e2e fence {}", Uuid::new_v4().simple());
        self.client
            .batch_execute(&format!(
                "DO $fence$ BEGIN RAISE LOG '{fence}'; END $fence$"
            ))
            .await
            .map_err(|error| failed("cannot write to it", error))?;
        let started = Instant::now();
        let mut backoff = Backoff::new();
        let mut statements = Vec::new();
        loop {
            let lines = self.lines().await?;
            if lines.is_empty() {
                // It writes at once, so only a stopped or starved server is slower.
                if started.elapsed() > bounds::ANSWER.get() {
                    return Err(StackError::StatementLog {
                        reason: format!(
                            "a line that was written did not appear within {} s",
                            bounds::ANSWER.get().as_secs_f64()
                        ),
                        source: None,
                    });
                }
                backoff.pause().await;
            }
            let is_fence =
                |line: &Vec<u8>| LogFields::of(line).is_some_and(|entry| entry.message == fence);
            let end = lines.iter().position(is_fence);
            let before = &lines[..end.unwrap_or(lines.len())];
            statements.extend(before.iter().filter_map(|line| LoggedStatement::of(line)));
            if let Some(end) = end {
                // What follows in the same chunk was executed while this ran: it belongs to the next reading.
                let beyond: usize = lines[end + 1..].iter().map(|line| line.len() + 1).sum();
                self.offset -= beyond as u64;
                return Ok(statements);
            }
        }
    }
}

fn failed(what: &str, error: tokio_postgres::Error) -> StackError {
    StackError::StatementLog {
        reason: what.to_owned(),
        source: Some(error.into()),
    }
}
