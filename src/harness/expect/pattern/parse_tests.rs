use super::*;

#[track_caller]
fn refused(pattern: &str, column: usize, reason: &str) {
    let error = Pattern::read(pattern).expect_err(pattern);
    assert_eq!(error.column(), column, "{error}");
    assert!(error.reason().contains(reason), "{error}");
}

#[test]
fn every_form_is_read() {
    for pattern in [
        "… done",
        "... done",
        "token+ token* token? token{3} token{2,5} token{2,} token{,5}",
        "tool_start(sql_query) tool_end( sql_query )",
        "tool_start(list_tables|search_tables)",
        r#"tool_start(sql_query, query~"provinsi", limit=5, x="a\"b", y=null, z=-1.5e3)"#,
        r#"tool_end(sql_query, rows[0].provinsi="Bali", /rows/0/n=1)"#,
        r#"error("no connection") done(result.status="completed")"#,
        "_ _{3} (token | (thinking todo_update)+)* done",
        "( tool_start tool_end )+",
        "my_event(my_tool)",
    ] {
        if let Err(error) = Pattern::read(pattern) {
            panic!("{error}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_named_with_its_column_and_what_is_right() {
    refused("", 1, "there is no step; write `type`");
    refused("   ", 1, "there is no step");
    refused("token %", 7, "`%` is no step");
    refused("+", 1, "`+` is no step");
    refused("token 3", 7, "`3` is no step");
    refused("tool_start(sql_query", 11, "the parenthesis is not closed");
    refused("tool_start(", 11, "the parenthesis is not closed");
    refused("tool_start()", 12, "`)` is no argument");
    refused("a(b)c", 5, "`c` cannot follow `a(b)`; write a space");
    refused("token+*", 7, "cannot follow `token+`");
    refused("…+", 2, "cannot follow `…`, which takes any number");
    refused("token) done", 6, "`)` closes or divides no group");
    refused("token | done", 7, "`|` closes or divides no group");
    refused("(token done", 1, "the group is not closed");
    refused("(token|)", 8, "a way of the group is empty");
    refused("done ()", 7, "a way of the group is empty");
    refused("token(sql_query)", 7, "a `token` has no tool");
    refused("token(\"x\")", 7, "a text alone is for `error`");
    refused(
        "tool_start(sql_query, limit=five)",
        29,
        "`five)` is no value",
    );
    refused(
        "tool_start(sql_query, limit=NaN)",
        29,
        "is no value; write a \"text\"",
    );
    refused("tool_start(sql_query, query~x)", 29, "`x)` is no text");
    refused(
        "tool_start(sql_query, query=\"x)",
        29,
        "the text is not closed",
    );
    refused(r#"tool_start(a, b="\x")"#, 19, "a backslash stands before");
    refused(
        "tool_start(a b)",
        14,
        "`b)` is out of place; write `,` or `)`",
    );
    refused("tool_start(a, b..c=1)", 15, "`b..c` is no path");
    refused(
        "tool_start(a, sql_query)",
        15,
        "is no argument; write a tool first",
    );
}

#[test]
fn counts_are_numbers_that_hold_something() {
    for (count, reason) in [
        ("{}", "`{}` is no count up to 1000"),
        ("{,}", "`{,}` is no count"),
        ("{x}", "`{x}` is no count"),
        ("{5,2}", "`{5,2}` holds no number"),
        ("{1001}", "`{1001}` is no count up to 1000"),
        ("{2", "the count is not closed"),
    ] {
        refused(&format!("token{count} done"), 6, reason);
    }
    refused(
        "((token{1000}){100})",
        1,
        "the counts in it are too large together",
    );
    refused(
        &format!("{}token{}", "(".repeat(30), ")".repeat(30)),
        21,
        "too deeply",
    );
}

#[test]
fn one_event_is_one_event() {
    for pattern in ["token", "_", "tool_end(sql_query, row_count=3)"] {
        assert!(Pattern::read_single(pattern).is_ok(), "{pattern}");
    }
    for pattern in ["token+", "token done", "…", "(token)", "token?"] {
        let said = Pattern::read_single(pattern)
            .expect_err(pattern)
            .to_string();
        assert!(said.contains("this must be one event"), "{said}");
    }
}
