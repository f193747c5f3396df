use serde_json::json;

use super::super::testing::{answered, judged, seen, told, with_events};
use crate::checks::RunEvidence;

const RUN: &str = "todo_update tool_start:get_instructions tool_end:get_instructions tool_start:sql_query tool_end:sql_query \
    sql_result token token token done";

fn holds(evidence: &RunEvidence, pattern: &str) -> bool {
    judged(evidence, |expect| expect.events(pattern)).is_ok()
}

#[test]
fn matches_whole_and_partial_sequences() {
    let run = with_events(RUN);
    for pattern in [
        "…",
        "… done",
        "todo_update … tool_start(sql_query) tool_end(sql_query) sql_result token+ done",
        "... sql_result token token token done",
        "todo_update tool_start tool_end tool_start tool_end sql_result token+ done",
        "… token+ … done",
        "… token* … done",
        "… token{3} done",
        "… token{2,5} done",
        "… token{2,} done",
        "… token{,3} done",
        "… sql_result chart_config? token+ done",
        "todo_update (tool_start tool_end)+ sql_result token+ done",
        "todo_update (tool_start tool_end){2} sql_result token+ done",
        "… sql_result (error | token token token) done",
        "… (no_data_warning | sql_result (chart_config | token)*) done",
        "… tool_start(sql_query|list_tables) tool_end(list_tables|sql_query) …",
        "_ _ _ … _{3} done",
        "_{10}",
        "(todo_update? …)* done",
    ] {
        assert!(holds(&run, pattern), "{pattern}");
    }
    for pattern in [
        "…  token",
        "todo_update done",
        "… token{4} done",
        "… token{4,} done",
        "… sql_result token{,2} done",
        "… (tool_start tool_end){3} …",
        "… sql_result (error | token token) done",
        "_{9}",
        "_{11}",
        "token* …  sql_result token? done",
        "… tool_start(list_tables) …",
    ] {
        assert!(!holds(&run, pattern), "{pattern}");
    }
}

#[test]
fn arguments_outputs_and_fields_can_be_asked_for() {
    let run = answered();
    for (pattern, wanted) in [
        (r#"… tool_start(sql_query, query~"provinsi") …"#, true),
        (r#"… tool_start(sql_query, query~"kabupaten") …"#, false),
        (
            r#"… tool_end(sql_query, row_count=3, rows[0].provinsi="DKI Jakarta") …"#,
            true,
        ),
        (r#"… tool_end(sql_query, row_count=4) …"#, false),
        (r#"… tool_end(success=true) …"#, true),
        (
            r#"… sql_result(row_count=3, truncated=false, columns~"provinsi") …"#,
            true,
        ),
        (r#"… done(result.status="completed")"#, true),
        (r#"… done(result.status="failed")"#, false),
        (r#"… done(result.no_such_key=1)"#, false),
    ] {
        assert_eq!(holds(&run, pattern), wanted, "{pattern}");
    }
    let mut run = answered();
    run.events = seen(vec![json!({"type": "error", "error": "no connection"})]);
    assert!(holds(&run, r#"error("no conn")"#));
    assert!(!holds(&run, r#"error("timeout")"#));
}

#[test]
fn the_first_difference_is_where_the_pattern_names_the_most_events() {
    let head = |pattern: &str| {
        let text = told(&with_events(RUN), |expect| expect.events(pattern));
        text.lines().next().unwrap_or_default().to_owned()
    };
    for (pattern, wanted) in [
        (
            "… sql_result done",
            "event 7 of 10 is `token`, expected `done`",
        ),
        (
            "… token+",
            "event 10 of 10 is `done`, expected `token+` or the end",
        ),
        (
            "token+",
            "event 1 of 10 is `todo_update`, expected `token+`",
        ),
        (
            "… done done",
            "the stream ends after 10 events, expected `done`",
        ),
        (
            "… sql_result … chart_config … done",
            "the stream ends after 10 events, expected `chart_config`",
        ),
        (
            "todo_update (tool_start tool_end)+ done",
            "event 6 of 10 is `sql_result`, expected `tool_start` or `done`",
        ),
        (
            "… sql_result (error | thinking) …",
            "event 7 of 10 is `token`, expected `error` or `thinking`",
        ),
        (
            "… token{5} done",
            "event 10 of 10 is `done`, expected `token{5}`",
        ),
        ("_{12}", "the stream ends after 10 events, expected `_{12}`"),
    ] {
        assert_eq!(
            head(pattern),
            format!("the events do not match: {wanted}"),
            "{pattern}"
        );
    }
}

#[test]
fn large_streams_and_wild_patterns_are_read_in_time() {
    let run = with_events(&format!("{} done", "token ".repeat(20_000)));
    assert!(holds(&run, "(token? token* … (_ | token)+)+ done"));
    assert!(holds(&run, "… token{1000} done"));
    let text = told(&run, |expect| {
        expect.events("… (token* thinking? …)* error done")
    });
    assert!(text.starts_with("the events do not match"), "{text}");
}
