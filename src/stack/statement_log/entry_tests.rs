//! Lines as PostgreSQL 17 wrote them for `tokio-postgres` and `psql`, shortened only in keys that are not read.

use super::*;

fn line(severity: &str, rest: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-11-22 17:57:45.210 UTC","user":"kai_reader","dbname":"koperasi","pid":48,"remote_host":"172.17.0.1","remote_port":33538,"session_id":"6b032d19.30","line_num":2,"ps":"SELECT","vxid":"5/2","txid":0,"error_severity":"{severity}",{rest},"backend_type":"client backend","query_id":0}}"#
    )
}

fn logged(severity: &str, rest: &str) -> Option<LoggedStatement> {
    LoggedStatement::of(line(severity, rest).as_bytes())
}

#[test]
fn every_form_of_execution_gives_the_statement_as_it_was_sent() {
    use StatementKind::{Executed, Fetched};
    let cases = [
        (
            r#""message":"statement: START TRANSACTION READ ONLY""#,
            Executed,
            "START TRANSACTION READ ONLY",
        ),
        (
            r#""message":"execute s3/p0: SELECT name, 'a: b' FROM provinces WHERE province_id > $1 ORDER BY 1","detail":"Parameters: $1 = '3'""#,
            Executed,
            "SELECT name, 'a: b' FROM provinces WHERE province_id > $1 ORDER BY 1",
        ),
        (
            r#""message":"execute fetch from s3/p0: SELECT name, 'a: b' FROM provinces WHERE province_id > $1 ORDER BY 1","detail":"Parameters: $1 = '3'""#,
            Fetched,
            "SELECT name, 'a: b' FROM provinces WHERE province_id > $1 ORDER BY 1",
        ),
        (
            r#""message":"execute s4: SELECT count(*)\nFROM districts -- execute x: y""#,
            Executed,
            "SELECT count(*)\nFROM districts -- execute x: y",
        ),
        (
            r#""message":"execute <unnamed>: SELECT 'é: ü'""#,
            Executed,
            "SELECT 'é: ü'",
        ),
        (
            r#""message":"statement: SELECT 1; SELECT 'é: ü'""#,
            Executed,
            "SELECT 1; SELECT 'é: ü'",
        ),
        (
            r#""message":"statement: SET statement_timeout = 50; ""#,
            Executed,
            "SET statement_timeout = 50; ",
        ),
        // SQL's own EXECUTE, sent as a simple statement.
        (
            r#""message":"statement: execute fetch from x: y""#,
            Executed,
            "execute fetch from x: y",
        ),
    ];
    for (rest, kind, sql) in cases {
        let statement = logged("LOG", rest).unwrap();
        assert_eq!((statement.kind, statement.sql.as_str()), (kind, sql));
        assert_eq!(statement.error, None);
    }
}

#[test]
fn an_error_gives_the_statement_and_the_server_s_message() {
    let statement = logged(
        "ERROR",
        r#""state_code":"25006","message":"cannot execute INSERT in a read-only transaction","statement":"INSERT INTO provinces VALUES (1)""#,
    )
    .unwrap();

    assert_eq!(
        statement,
        LoggedStatement {
            at: "2026-11-22T17:57:45.210Z".into(),
            user: "kai_reader".into(),
            database: "koperasi".into(),
            application_name: String::new(),
            pid: 48,
            sql: "INSERT INTO provinces VALUES (1)".into(),
            kind: StatementKind::Error,
            error: Some("cannot execute INSERT in a read-only transaction".into()),
        }
    );
}

#[test]
fn lines_about_something_else_are_no_statements() {
    for (severity, rest) in [
        (
            "LOG",
            r#""message":"database system is ready to accept connections""#,
        ),
        ("LOG", r#""message":"execute without a colon""#),
        ("LOG", r#""message":"kai-e2e fence 0123""#),
        (
            "ERROR",
            r#""message":"a worker failed without a statement""#,
        ),
        (
            "NOTICE",
            r#""message":"statement: not one","statement":"SELECT 1""#,
        ),
    ] {
        assert_eq!(logged(severity, rest), None, "{rest}");
    }
}

#[test]
fn a_line_that_is_cut_off_is_no_statement_wherever_it_is_cut() {
    let whole = line("LOG", r#""message":"statement: SELECT 'é'""#);
    for end in 0..whole.len() {
        assert_eq!(LoggedStatement::of(&whole.as_bytes()[..end]), None);
    }
    assert!(LoggedStatement::of(whole.as_bytes()).is_some());
}

#[test]
fn a_filter_compares_whole_names() {
    use crate::stack::StatementFilter;
    let statement = logged("LOG", r#""message":"statement: SELECT 1""#).unwrap();

    assert!(StatementFilter::all().matches(&statement));
    assert!(
        StatementFilter::all()
            .user("kai_reader")
            .database("koperasi")
            .matches(&statement)
    );
    assert!(!StatementFilter::all().user("kai").matches(&statement));
    assert!(
        !StatementFilter::all()
            .database("koperasi_2")
            .matches(&statement)
    );
    assert!(
        !StatementFilter::all()
            .application("psql")
            .matches(&statement)
    );
}
