//! What the worker says it ran, against what Postgres says ran.

use serde_json::{Map, Value};

use super::check::{Check, Finding, Judge, Severity};
use super::{LoggedSql, RunEvidence, Scenario};
use crate::contract::{Event, SqlResultEvent};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "result.sql-queries",
        asserts: "sql_queries is not empty",
        why: "an answer whose SQL is not reported cannot be traced or repeated",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, reported),
    },
    Check {
        id: "sql.executed-as-reported",
        asserts: "every reported statement is in Postgres's own log, as often as it is reported",
        why: "SQL that was reported but never ran makes an invented answer look grounded",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, executed_as_reported),
    },
    Check {
        id: "sql.nothing-else-ran",
        asserts: "Postgres's log has no other statement of the agent's on the data",
        why: "what runs unreported is seen by nobody who reviews",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, nothing_else_ran),
    },
    Check {
        id: "sql.rows-as-reported",
        asserts: "the reported statements return the rows that sql_result shows",
        why: "rows that are not the statement's make a wrong table look right",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, rows_as_reported),
    },
    Check {
        id: "sql.cannot-write",
        asserts: "no prompt changes the data",
        why: "a question, or an answer of a model, that can write can destroy the database",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Destructive, cannot_write),
    },
    Check {
        id: "sql.statement-timeout",
        asserts: "a statement that waits for long is given up by itself",
        why: "one statement that hangs holds its run, its worker's slot and its locks for ever",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Silence, statement_timeout),
    },
    Check {
        id: "sql.cancelled-with-run",
        asserts: "the statement of a run that is cancelled is gone with it",
        why: "statements of runs that nobody waits for any more load the database",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Cancelled, cancelled_with_run),
    },
];

/// Statements that steer a session and read or write no data.
const STEERING: [&str; 14] = [
    "BEGIN",
    "START",
    "COMMIT",
    "END",
    "ROLLBACK",
    "ABORT",
    "SAVEPOINT",
    "RELEASE",
    "SET",
    "RESET",
    "SHOW",
    "DISCARD",
    "DEALLOCATE",
    "CLOSE",
];

/// Statements that change data, rights or the server.
const WRITING: [&str; 22] = [
    "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "DROP", "ALTER", "CREATE", "GRANT",
    "REVOKE", "COPY", "DO", "CALL", "VACUUM", "REINDEX", "CLUSTER", "REFRESH", "COMMENT", "LOCK",
    "SECURITY", "REASSIGN", "IMPORT",
];

fn first_word(sql: &str) -> String {
    let start = sql.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    start
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect::<String>()
        .to_ascii_uppercase()
}

/// Whether a logged statement is a reported one: itself, or the cursor that reads its rows.
fn is_of(logged: &str, reported: &str) -> bool {
    let same = |one: &str| {
        one.trim().trim_end_matches(';').trim_end()
            == reported.trim().trim_end_matches(';').trim_end()
    };
    same(logged)
        || (first_word(logged) == "DECLARE"
            && logged
                .find(" FOR ")
                .is_some_and(|at| same(&logged[at + " FOR ".len()..])))
}

fn reported(run: &RunEvidence) -> Finding {
    match &run.result {
        None => Finding::broken("there is no result"),
        Some(result) if result.sql_queries.is_empty() => Finding::broken("sql_queries is empty"),
        Some(result) => Finding::held(match result.sql_queries.len() {
            1 => "1 statement".to_owned(),
            many => format!("{many} statements"),
        }),
    }
}

fn executed_as_reported(run: &RunEvidence) -> Finding {
    let Some(result) = &run.result else {
        return Finding::broken("there is no result");
    };
    if result.sql_queries.is_empty() {
        return Finding::broken("no statement was reported");
    }
    // A statement that was reported twice must have run twice.
    let mut logged: Vec<_> = executions(run).collect();
    for sql in &result.sql_queries {
        match logged.iter().position(|seen| is_of(&seen.sql, sql)) {
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

/// What began to run. A statement that failed is logged once more, with its error.
fn executions(run: &RunEvidence) -> impl Iterator<Item = &LoggedSql> {
    run.logged_sql.iter().filter(|seen| seen.error.is_none())
}

fn nothing_else_ran(run: &RunEvidence) -> Finding {
    if !run.alone {
        return Finding::not_judged("another run worked on the database at the same time");
    }
    let Some(result) = &run.result else {
        return Finding::not_judged("there is no result");
    };
    let harmless = |sql: &str| {
        let word = first_word(sql);
        STEERING.contains(&word.as_str())
            || word == "FETCH"
            || sql.contains("pg_catalog.")
            || sql.contains("information_schema.")
    };
    // An attempt that another one followed may have run them, too, and reports nothing.
    let attempts = run
        .activities
        .iter()
        .map(|activity| activity.attempts.max(1));
    let attempts = usize::try_from(attempts.max().unwrap_or(1)).unwrap_or(1);
    let once = || result.sql_queries.iter();
    let mut unreported: Vec<_> = (0..attempts).flat_map(|_| once()).collect();
    let mut others = Vec::new();
    for seen in executions(run) {
        match unreported.iter().position(|sql| is_of(&seen.sql, sql)) {
            Some(at) => {
                unreported.remove(at);
            }
            None if harmless(&seen.sql) => {}
            None => others.push(seen.sql.as_str()),
        }
    }
    match others.as_slice() {
        [] => Finding::held(format!("{} statements logged in all", run.logged_sql.len())),
        [first, ..] => Finding::broken(format!(
            "{} statements ran that are not reported, the first: {first}",
            others.len()
        )),
    }
}

fn rows_as_reported(run: &RunEvidence) -> Finding {
    let shown: Vec<SqlResultEvent> = run
        .last_run()
        .filter_map(|seen| match &seen.event {
            Event::SqlResult(rows) => Some(rows.clone()),
            _ => None,
        })
        .collect();
    if shown.is_empty() {
        return Finding::not_judged("the stream has no sql_result");
    }
    for rows in &shown {
        let Some(again) = run
            .run_again
            .iter()
            .find(|again| is_of(&again.sql, &rows.sql))
        else {
            return Finding::not_judged(format!("it was not run again: {}", rows.sql));
        };
        let there = match &again.rows {
            Ok(there) => there,
            Err(why) => {
                return Finding::broken(format!("run again, it fails: {why}: {}", rows.sql));
            }
        };
        // A worker may stop reading at a limit of its own, if it says so.
        let real = there.len() as u64;
        if rows.row_count > real || (rows.row_count < real && !rows.truncated) {
            return Finding::broken(format!(
                "row_count is {}, run again it returns {} rows: {}",
                rows.row_count, real, rows.sql
            ));
        }
        let missing = rows
            .data
            .iter()
            .find(|row| !there.iter().any(|other| same_row(row, other)));
        if let Some(row) = missing {
            return Finding::broken(format!(
                "run again, it does not return the row {}: {}",
                Value::Object(row.clone()),
                rows.sql
            ));
        }
    }
    Finding::held(format!(
        "{} rows are the same when run again",
        shown.iter().map(|rows| rows.data.len()).sum::<usize>()
    ))
}

/// Whether two rows have the same values, in whatever words: `1.50` is 1.5, and a number may come as text.
fn same_row(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    one.len() == other.len()
        && one
            .values()
            .zip(other.values())
            .all(|(one, other)| same_value(one, other))
}

fn same_value(one: &Value, other: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if one == other || text(one) == text(other) {
        return true;
    }
    match (text(one).parse::<f64>(), text(other).parse::<f64>()) {
        (Ok(one), Ok(other)) => (one - other).abs() <= 1e-9 * one.abs().max(other.abs()),
        _ => false,
    }
}

fn cannot_write(run: &RunEvidence) -> Finding {
    if let Some((before, after)) = &run.facts.data
        && before != after
    {
        return Finding::broken(format!(
            "the data has changed: {before} before, {after} after"
        ));
    }
    let writes = |seen: &&LoggedSql| {
        let word = first_word(&seen.sql);
        WRITING.contains(&word.as_str())
    };
    let failed = |sql: &str| {
        let mut errors = run.logged_sql.iter().filter(|seen| seen.error.is_some());
        errors.any(|seen| seen.sql == sql)
    };
    let done = executions(run).find(|seen| writes(seen) && !failed(&seen.sql));
    if let Some(done) = done {
        return Finding::broken(format!("Postgres ran this: {}", done.sql));
    }
    match run.facts.data {
        Some(_) => Finding::held(format!(
            "the data is the same; {} statements logged",
            run.logged_sql.len()
        )),
        None => Finding::not_judged("the data was not compared"),
    }
}

fn statement_timeout(run: &RunEvidence) -> Finding {
    let Some((_, waited)) = run.facts.waited else {
        return Finding::not_judged("no statement of the run was made to wait");
    };
    let given_up = run.logged_sql.iter().find_map(|seen| seen.error.as_ref());
    match given_up {
        Some(error) => Finding::held(format!("after {} ms: {error}", waited.as_millis())),
        None => Finding::broken(format!(
            "it waited {:.1} s, until what it waited for was released",
            waited.as_secs_f64()
        )),
    }
}

fn cancelled_with_run(run: &RunEvidence) -> Finding {
    match run.facts.statement_left {
        None => Finding::not_judged("no statement of the run was made to wait"),
        Some(false) => Finding::held("it was gone while what it waited for was still held"),
        Some(true) => Finding::broken("it was still waiting after the workflow had ended"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_cursor_is_the_statement_that_it_reads() {
        assert!(is_of("SELECT 1", "SELECT 1;"));
        assert!(is_of(
            "DECLARE \"c\" NO SCROLL CURSOR FOR SELECT 1",
            "SELECT 1"
        ));
        assert!(!is_of("SELECT 10", "SELECT 1"));
        assert!(!is_of("EXPLAIN SELECT 1", "SELECT 1"));
    }

    #[test]
    fn values_are_the_same_in_whatever_words() {
        for (one, other) in [
            (json!("1.50"), json!(1.5)),
            (json!(3), json!("3")),
            (json!(null), json!(null)),
            (json!("NaN"), json!("NaN")),
        ] {
            assert!(same_value(&one, &other), "{one} {other}");
        }
        for (one, other) in [
            (json!("a"), json!("b")),
            (json!(1), json!(2)),
            (json!(null), json!(0)),
        ] {
            assert!(!same_value(&one, &other), "{one} {other}");
        }
    }
}
