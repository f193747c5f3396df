//! What the worker says it ran, against what Postgres says ran.

use super::{Finding, RunEvidence};

pub(super) fn reported(run: &RunEvidence) -> Finding {
    match &run.result {
        None => Finding::broken("there is no result"),
        Some(result) if result.sql_queries.is_empty() => Finding::broken("sql_queries is empty"),
        Some(result) => Finding::held(match result.sql_queries.len() {
            1 => "1 statement".to_owned(),
            many => format!("{many} statements"),
        }),
    }
}

pub(super) fn executed_in_postgres(run: &RunEvidence) -> Finding {
    let Some(result) = &run.result else {
        return Finding::broken("there is no result");
    };
    if result.sql_queries.is_empty() {
        return Finding::broken("no statement was reported");
    }
    // A statement that was reported twice must have run twice.
    let mut logged: Vec<_> = run.logged_sql.iter().collect();
    for sql in &result.sql_queries {
        match logged.iter().position(|seen| seen.sql == *sql) {
            Some(position) => {
                logged.remove(position);
            }
            None => {
                return Finding::broken(format!(
                    "Postgres logged {} statements of the agent's, but not this one: {sql}",
                    run.logged_sql.len()
                ));
            }
        }
    }
    Finding::held(format!(
        "{} of {} found in Postgres's log",
        result.sql_queries.len(),
        result.sql_queries.len()
    ))
}
