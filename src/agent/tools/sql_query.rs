//! `sql_query`: one read-only query.

use futures::future::FutureExt;

use super::context::ToolContext;
use super::outcome::{Outcome, ToolError};
use super::tool::{Call, Kind, Parameters, Tool};
use crate::agent::chart::{Chart, suiting};
use crate::agent::error::fatal;
use crate::agent::sql::{Relations, ResultSet, SqlError, execute, guard};
use crate::contract::{Event, SqlResultEvent, error_chain};

/// How many rows the event carries (contract §5).
const EVENT_ROWS: usize = 100;

pub(super) const SQL_QUERY: Tool = Tool {
    name: "sql_query",
    description: "Runs one read-only PostgreSQL query (SELECT) over the tables of get_database_schema and returns its \
                  rows. The user sees them with a chart that suits them: columns of names first, then the figure.",
    parameters: Parameters::Texts(&[("query", "One SELECT statement.")]),
    kind: Kind::Action { stage: "query" },
    run: |call| query(call).boxed(),
};

/// The rows for those who watch.
fn event(sql: &str, result: &ResultSet) -> Event {
    let data: Vec<_> = result.rows.iter().take(EVENT_ROWS).cloned().collect();
    Event::SqlResult(SqlResultEvent {
        sql: sql.to_owned(),
        columns: result.columns.clone(),
        truncated: result.truncated || data.len() < result.rows.len(),
        data,
        row_count: u64::try_from(result.row_count).unwrap_or(u64::MAX),
    })
}

async fn query(call: Call<'_>) -> Result<Outcome, ToolError> {
    let context = call.context;
    let query = call.text("query")?;
    let tables = context.stop.or(context.tables()).await??;
    let query = guard(query, &Relations::of(tables)).map_err(ToolError::Refused)?;
    let result = execute(
        context.databases,
        context.target,
        &query,
        context.stop,
        context.executed(),
    )
    .await
    .map_err(|error| told(error, context))?;
    let mut outcome = Outcome::success(&result)?;
    outcome.rows = Some(result.row_count);
    if result.row_count > 0 {
        outcome.events.push(event(query.sql(), &result));
        outcome.events.extend(suiting(&result).map(Chart::event));
    }
    context.returned(result);
    Ok(outcome)
}

fn told(error: SqlError, context: &ToolContext<'_>) -> ToolError {
    match fatal(error, context.stop.check()) {
        Ok(fatal) => ToolError::Fatal(fatal),
        Err(failure) => ToolError::Failed(error_chain(&failure)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value};

    fn result(rows: usize, truncated: bool) -> ResultSet {
        let row = |n| Map::from_iter([("n".to_owned(), Value::from(n))]);
        ResultSet {
            columns: vec!["n".to_owned()],
            rows: (0..rows).map(row).collect(),
            row_count: rows,
            truncated,
        }
    }

    fn shape(event: Event) -> (usize, u64, bool) {
        match event {
            Event::SqlResult(event) => (event.data.len(), event.row_count, event.truncated),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_event_carries_a_hundred_rows_at_most() {
        assert_eq!(shape(event("", &result(2, false))), (2, 2, false));
        assert_eq!(shape(event("", &result(100, false))), (100, 100, false));
        assert_eq!(shape(event("", &result(101, false))), (100, 101, true));
        assert_eq!(shape(event("", &result(3, true))), (3, 3, true));
    }
}
