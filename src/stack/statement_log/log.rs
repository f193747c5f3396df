//! Reading what was executed.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{LoggedStatement, StatementFilter, reader::LogReader};
use crate::stack::{Endpoints, StackError, bounds, services::MAINTENANCE_DATABASE, wait::Backoff};

/// A place in the server's log: what was executed before it, and what after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LogPosition(u64);

/// The server's log of statements.
///
/// It holds an address and no connection, so it may be kept and used from any runtime. Its own statements do not appear in
/// the log.
///
/// ```no_run
/// # async fn example(endpoints: kai_e2e::stack::Endpoints) -> Result<(), kai_e2e::stack::StackError> {
/// use kai_e2e::stack::{StatementFilter, StatementLog};
///
/// let log = StatementLog::of(&endpoints);
/// let before = log.mark().await?;
/// // … the agent works …
/// for statement in log.since(before, &StatementFilter::all().user("kai_reader")).await? {
///     println!("{} {}", statement.at, statement.sql);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct StatementLog {
    admin_url: String,
}

impl StatementLog {
    /// The log of a stack's Postgres.
    pub fn of(endpoints: &Endpoints) -> Self {
        Self {
            admin_url: endpoints.postgres.admin_url(MAINTENANCE_DATABASE),
        }
    }

    /// The present end of the log: behind everything that was executed before this call.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked, or its log does not come.
    pub async fn mark(&self) -> Result<LogPosition, StackError> {
        answered("tell its end", async {
            let mut reader = LogReader::open(&self.admin_url, 0).await?;
            reader.seek_to_end().await?;
            reader.up_to_now().await?;
            Ok(LogPosition(reader.offset()))
        })
        .await
    }

    /// Everything that passes the filter and was logged after `position` and before this call, in the log's order.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked, or its log does not come.
    pub async fn since(
        &self,
        position: LogPosition,
        filter: &StatementFilter,
    ) -> Result<Vec<LoggedStatement>, StackError> {
        let mut statements = answered("be read", async {
            LogReader::open(&self.admin_url, position.0)
                .await?
                .up_to_now()
                .await
        })
        .await?;
        statements.retain(|statement| filter.matches(statement));
        Ok(statements)
    }

    /// Waits for the first statement after `position` that passes the filter and for which `wanted` holds.
    ///
    /// # Errors
    ///
    /// [`StackError::StatementNotSeen`] when none has come within `bound`; it says how many others came and quotes the last.
    pub async fn wait_for(
        &self,
        position: LogPosition,
        filter: &StatementFilter,
        mut wanted: impl FnMut(&LoggedStatement) -> bool,
        bound: Duration,
    ) -> Result<LoggedStatement, StackError> {
        let started = Instant::now();
        let mut reader =
            answered("be opened", LogReader::open(&self.admin_url, position.0)).await?;
        let mut backoff = Backoff::new();
        let mut others = 0_usize;
        let mut last = None;
        loop {
            for statement in answered("be read", reader.statements()).await? {
                if !filter.matches(&statement) {
                    continue;
                }
                if wanted(&statement) {
                    return Ok(statement);
                }
                others += 1;
                last = Some(statement);
            }
            if started.elapsed() > bound {
                return Err(StackError::StatementNotSeen {
                    after: bound,
                    last_seen: match last {
                        None => "there was none at all".to_owned(),
                        Some(last) => {
                            format!("{others} others were seen, the last was: {}", last.sql)
                        }
                    },
                });
            }
            backoff.pause().await;
        }
    }
}

/// Bounds what is asked of a server that may be paused: twice the time for one answer, since the collector has its own.
async fn answered<T>(
    what: &'static str,
    asked: impl Future<Output = Result<T, StackError>>,
) -> Result<T, StackError> {
    let bound = bounds::ANSWER.get() * 2;
    tokio::time::timeout(bound, asked)
        .await
        .unwrap_or_else(|_| {
            Err(StackError::StatementLog {
                reason: format!(
                    "postgres did not let it {what} within {} s (half of it is set by {})",
                    bound.as_secs_f64(),
                    bounds::ANSWER.variable()
                ),
                source: None,
            })
        })
}

// By hand, because the address holds a password.
impl std::fmt::Debug for StatementLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StatementLog").finish_non_exhaustive()
    }
}
