//! The second fence: running a query read-only, bounded by the server.
//!
//! One query takes five round trips on an open connection: begin; limits and prepare; bind; fetch; reset. The query
//! itself only ever travels in the extended protocol, which cannot hold a second statement.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::guard::Guarded;
use super::in_flight::InFlight;
use super::result_set::{Collector, ResultSet};
use super::{SqlError, values};
use crate::agent::SqlLimits;
use crate::agent::connection::{ConnectionError, Databases, Target, said};
use crate::agent::stop::Stop;
use crate::mutants::{self, Mutant};

/// How many rows are fetched at once, so that the size can be judged before all of them are here.
const FETCH: usize = 200;
/// How much longer than the server's own limit its answer may take before the server counts as gone.
const GRACE: Duration = Duration::from_secs(5);
/// How long a broken-off statement may take to end.
const SETTLE: Duration = Duration::from_secs(2);

/// The statements that were executed, in order, exactly as sent.
#[derive(Debug, Default)]
pub(crate) struct Executed(Mutex<Vec<String>>);

impl Executed {
    fn note(&self, sql: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(sql.to_owned());
    }

    /// Takes them out.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs a query on the target's database and brings its rows.
///
/// # Errors
/// [`SqlError`]; an unreachable database is [`SqlError::Connection`].
pub(crate) async fn execute(
    databases: &Databases,
    target: &Target,
    query: &Guarded,
    stop: &Stop,
    executed: &Executed,
) -> Result<ResultSet, SqlError> {
    let limits = databases.limits();
    let mut session = match stop.or(databases.session(target)).await {
        Ok(session) => session?,
        Err(_) => return Err(SqlError::Stopped),
    };
    loop {
        let mut attempt = Attempt {
            target,
            limits,
            query,
            executed,
        };
        let outcome = attempt.until(stop, &mut session.client).await;
        match outcome {
            // A kept connection whose server is gone: nothing was executed, so a fresh one may try.
            Err(Failure::NotBegun(error)) if session.reused => {
                tracing::debug!(connection = target.id(), reason = %error, "a kept connection was broken");
                // Its place must be free before another is asked for.
                drop(session);
                session = match stop.or(databases.connect(target)).await {
                    Ok(fresh) => fresh?,
                    Err(_) => return Err(SqlError::Stopped),
                };
            }
            Err(Failure::NotBegun(error)) => return Err(error.into()),
            Err(Failure::Statement(error)) => {
                // After an error of the statement the session is fine; after any other it is not used again.
                if matches!(
                    error,
                    SqlError::Statement { .. }
                        | SqlError::TimedOut { .. }
                        | SqlError::Column { .. }
                ) {
                    databases.give_back(session);
                }
                return Err(error);
            }
            Ok(rows) => {
                databases.give_back(session);
                return Ok(rows);
            }
        }
    }
}

enum Failure {
    /// The connection broke before the transaction began.
    NotBegun(ConnectionError),
    /// Anything after that.
    Statement(SqlError),
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Self {
        Self::Statement(error)
    }
}

struct Attempt<'a> {
    target: &'a Target,
    limits: &'a SqlLimits,
    query: &'a Guarded,
    executed: &'a Executed,
}

impl Attempt<'_> {
    /// Runs the query until it is over, the run must stop, or the server has been silent for too long.
    async fn until(&mut self, stop: &Stop, client: &mut Client) -> Result<ResultSet, Failure> {
        let mut in_flight = InFlight::new(client.cancel_token());
        let patience = self.limits.statement_timeout.saturating_add(GRACE);
        let outcome = {
            let mut work = pin!(timeout(patience, self.run(client)));
            tokio::select! {
                biased;
                _ = stop.reached() => {
                    if mutants::is(Mutant::StatementLeft) {
                        // What waits for a lock notices nothing of a connection that is gone.
                        in_flight.finished();
                        return Err(Failure::Statement(SqlError::Stopped));
                    }
                    in_flight.cancel().await;
                    // How it ended does not matter; that it ended, and that the server had the time to say so, does.
                    let _ = timeout(SETTLE, work).await;
                    Ok(Err(Failure::Statement(SqlError::Stopped)))
                }
                outcome = &mut work => outcome,
            }
        };
        match outcome {
            Ok(outcome) => {
                in_flight.finished();
                outcome
            }
            Err(_) => Err(Failure::Statement(SqlError::Connection(
                self.target
                    .unreachable(format!("no answer within {} s", patience.as_secs())),
            ))),
        }
    }

    async fn run(&self, client: &mut Client) -> Result<ResultSet, Failure> {
        let begin = client.build_transaction().read_only(true).start();
        let transaction = match timeout(self.limits.connect_timeout, begin).await {
            Ok(Ok(transaction)) => transaction,
            Ok(Err(error)) => return Err(Failure::NotBegun(self.target.unreachable(said(&error)))),
            Err(_) => {
                let waited = self.limits.connect_timeout.as_secs();
                return Err(Failure::NotBegun(
                    self.target
                        .unreachable(format!("no answer within {waited} s")),
                ));
            }
        };
        // A backslash is no escape, whatever the server's configuration says: the guard read it so.
        let settings = format!(
            "{}; SET LOCAL standard_conforming_strings = on",
            self.limits.settings()
        );
        let sql = self.query.sql();
        // Both are sent before either is answered, in this order.
        let (set, prepared) = futures::join!(
            transaction.batch_execute(&settings),
            transaction.prepare(sql)
        );
        set.map_err(|error| self.failed(&error))?;
        let statement = prepared.map_err(|error| self.failed(&error))?;
        for column in statement.columns() {
            if !values::is_supported(column.type_()) {
                return Err(SqlError::Column {
                    column: column.name().to_owned(),
                    kind: column.type_().to_string(),
                }
                .into());
            }
        }
        if mutants::is(Mutant::SqlUnreported) {
            let unreported = format!("SELECT count(*) FROM ({sql}) AS it");
            let counted = transaction.query(&unreported, &[]).await;
            counted.map_err(|error| self.failed(&error))?;
        }
        self.executed.note(sql);
        let portal = transaction
            .bind(&statement, &[])
            .await
            .map_err(|error| self.failed(&error))?;
        let mut collector = Collector::new(
            self.target.id(),
            statement.columns(),
            self.limits.max_rows,
            self.limits.max_result_bytes,
        );
        loop {
            let asked = collector.wanted().min(FETCH);
            let rows = transaction
                .query_portal(&portal, i32::try_from(asked).unwrap_or(i32::MAX))
                .await
                .map_err(|error| self.failed(&error))?;
            for row in &rows {
                collector.take(row)?;
            }
            if rows.len() < asked || collector.wanted() == 0 {
                return Ok(collector.finish());
            }
        }
    }

    fn failed(&self, error: &tokio_postgres::Error) -> SqlError {
        let Some(db) = error.as_db_error() else {
            return self.target.unreachable(said(error)).into();
        };
        let code = db.code();
        // The server ends sessions with these while it stops, crashes or is told to drop them.
        let gone = [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::DATABASE_DROPPED,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ];
        if gone.contains(code) {
            return self.target.unreachable(said(error)).into();
        }
        // 57014 is also said when someone cancels; then the words are "due to user request".
        if *code == SqlState::QUERY_CANCELED && db.message().contains("timeout") {
            return SqlError::TimedOut {
                limit_ms: self.limits.statement_timeout.as_millis(),
            };
        }
        let mut message = db.message().to_owned();
        for (label, text) in [("detail", db.detail()), ("hint", db.hint())] {
            if let Some(text) = text {
                message.push_str(&format!("; {label}: {text}"));
            }
        }
        SqlError::Statement {
            message,
            code: code.code().to_owned(),
        }
    }
}
