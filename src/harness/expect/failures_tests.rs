//! What people read when something does not hold, word by word.

use std::time::Duration;

use serde_json::json;

use super::testing::{answered, failed, judged, seen, told, with_events};
use super::{Call, Expectations, Is, Reason, Trajectory};
use crate::checks::RunEvidence;

/// What each of these says, one below the other.
fn texts(run: &RunEvidence, all: &[fn(Expectations<'_>) -> Expectations<'_>]) -> String {
    let texts: Vec<String> = all.iter().map(|expect| told(run, expect)).collect();
    texts.join("\n\n")
}

#[test]
fn events_that_do_not_match() {
    insta::assert_snapshot!(texts(
        &answered(),
        &[
            |expect| expect.events("… sql_result done"),
            |expect| expect.events("todo_update (tool_start tool_end)+ sql_result token+ done"),
            |expect| expect.events(
                "… tool_start(sql_query, query~\"kabupaten\") tool_end sql_result token+ done"
            ),
            |expect| expect.events("… token+"),
            |expect| expect
                .events("… sql_result … (chart_config | no_data_warning) … suggestions done"),
            |expect| expect.events("token{3} error(\"time\")? done"),
        ]
    ));
}

#[test]
fn a_long_stream_is_folded() {
    let pairs: Vec<String> = (0..30)
        .map(|n| match n % 2 {
            0 => "tool_start:sql_query tool_end:sql_query sql_result".to_owned(),
            _ => "tool_start:list_tables tool_end:list_tables".to_owned(),
        })
        .collect();
    let run = with_events(&format!("{} {} done", pairs.join(" "), "token ".repeat(37)));
    insta::assert_snapshot!(texts(
        &run,
        &[
            |expect| expect
                .events("(tool_start tool_end sql_result?){30} suggestions token{37} done"),
            |expect| expect.events("… sql_result … suggestions done"),
            |expect| expect.tools(Trajectory::Exact, ["sql_query", "list_tables"]),
        ]
    ));
}

#[test]
fn counts_and_order_that_do_not_hold() {
    insta::assert_snapshot!(texts(
        &answered(),
        &[
            |expect| expect.count("token", 3),
            |expect| expect.count("tool_end(sql_query)", 2..),
            |expect| expect.count("chart_config", 1..=2),
            |expect| expect.count("error", 1..),
            |expect| expect.before("sql_result", "tool_end(sql_query)"),
            |expect| expect.before("sql_result", "chart_config"),
            |expect| expect.all_before("tool_end", "thinking"),
            |expect| expect.each_before("sql_result", "tool_end"),
            |expect| expect.first_within("token", Duration::from_millis(90)),
            |expect| expect.first_within("chart_config", Duration::from_millis(90)),
        ]
    ));
}

#[test]
fn tools_that_are_others() {
    insta::assert_snapshot!(texts(
        &answered(),
        &[
            |expect| expect.tools(
                Trajectory::Exact,
                ["get_instructions", "list_tables", "sql_query"]
            ),
            |expect| expect.tools(Trajectory::AnyOrder, ["sql_query", "get_instructions"]),
            |expect| expect.tools(Trajectory::AtLeast, ["sql_query", "sql_query"]),
            |expect| expect.tools(
                Trajectory::AtMost,
                ["sql_query", "list_tables", "get_instructions"]
            ),
            |expect| expect.call(
                Call::to("sql_query")
                    .with("query", Is::containing("kabupaten"))
                    .with("limit", 5)
                    .output("row_count", 3)
                    .output("rows[7].provinsi", "Bali")
            ),
            |expect| expect.call(Call::to("sql_query").nth(1)),
            |expect| expect.call(Call::to("list_tables").every()),
        ]
    ));
}

#[test]
fn answers_and_cells_that_are_others() {
    insta::assert_snapshot!(texts(
        &answered(),
        &[
            |expect| expect.answer(Is::containing("Jawa Barat")),
            |expect| expect.answer(Is::matching("(?m)^1 +Bali")),
            |expect| expect.answer(Is::near(106_137_069.0, 0.005)),
            |expect| expect.answer(Is::percent(44.0, 0.5)),
            |expect| expect.cell(0, "provinsi", "Bali"),
            |expect| expect.cell(
                ("provinsi", "Bali"),
                "rata_rata",
                Is::near(77_910_491.0, 0.1)
            ),
            |expect| expect.answer_cell(
                ("Provinsi", "Bali"),
                "Rata-rata modal awal",
                Is::near(77e6, 1e5)
            ),
            |expect| expect.fails_with("UnknownConnection"),
        ]
    ));
}

#[test]
fn what_cannot_be_judged() {
    let run = answered();
    let mut quiet = answered();
    quiet.streamed = false;
    quiet.events.clear();
    let empty = with_events("");
    let texts = [
        told(&quiet, |expect| {
            expect
                .events("… done")
                .count("error", 0)
                .tools(Trajectory::AtMost, ["sql_query"])
        }),
        told(&empty, |expect| {
            expect
                .events("…")
                .count("error", 0)
                .first_token_within(Duration::MAX)
        }),
        told(&failed(), |expect| {
            expect
                .answer(Is::containing("x"))
                .completes()
                .cell(0, "a", 1)
                .answer_cell(0, "a", 1)
        }),
        told(&run, |expect| {
            expect
                .cell(7, "provinsi", "Bali")
                .cell(0, "kabupaten", "Bali")
                .cell(("provinsi", "Aceh"), "rata_rata", 1)
                .cell(("rata_rata", Is::there()), "provinsi", "Bali")
                .answer_cell(0, "Kabupaten", "Bali")
        }),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn expectations_that_are_wrong_themselves() {
    let run = answered();
    insta::assert_snapshot!(told(&run, |expect| {
        expect
            .events("… tool_start(sql_query done")
            .events("… tokn+ done")
            .count("tool_start(sql_qury)", 0)
            .count("token+", 1)
            .count("tool_start(drop_everything)", 0)
            .tools(Trajectory::AtMost, ["sql-query"])
            .call(Call::to("sqlquery"))
            .call(Call::to("sql_query").with("a..b", 1))
            .call(Call::to("sql_query").output("row_count", f64::NAN))
            .answer(Is::near(f64::NAN, 1.0))
            .answer(Is::matching("("))
            .cell(0, "provinsi", Is::containing(""))
            .cell(("provinsi", Is::matching("[")), "rata_rata", 1)
    }));
}

#[test]
fn reasons_tell_what_is_to_blame() {
    let reason = |run: &RunEvidence, expect: fn(Expectations<'_>) -> Expectations<'_>| {
        let error = judged(run, expect).expect_err("it does not hold");
        error
            .unmet()
            .iter()
            .map(super::Unmet::reason)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        reason(&answered(), |expect| expect
            .count("token", 1)
            .count("tokn", 1)
            .cell(9, "x", 1)),
        [Reason::Differs, Reason::Unreadable, Reason::NotJudged]
    );
    assert_eq!(
        reason(&failed(), |expect| expect.completes()),
        [Reason::NotJudged]
    );
}

/// What holds of the run that was answered.
fn all(expect: Expectations<'_>) -> Expectations<'_> {
    expect
        .events("todo_update … sql_result token+ done")
        .count("token", 6)
        .count("error", 0)
        .before("tool_end(sql_query)", "sql_result")
        .all_before("thinking", "token")
        .each_before("tool_start", "tool_end")
        .tools(
            Trajectory::Exact,
            [
                "get_instructions",
                "search_metrics_in_question",
                "sql_query",
            ],
        )
        .tools(Trajectory::AtLeast, ["sql_query"])
        .tools(
            Trajectory::AtMost,
            [
                "sql_query",
                "sql_query",
                "get_instructions",
                "search_metrics_in_question",
            ],
        )
        .call(
            Call::to("sql_query")
                .with("query", Is::containing("GROUP BY"))
                .output("row_count", 3),
        )
        .call(
            Call::to("search_metrics_in_question")
                .nth(0)
                .every()
                .with("/question", Is::there()),
        )
        .answer(Is::containing("DKI Jakarta"))
        .answer(Is::near(87_177_475.36, 0.0))
        .answer(Is::near(271.2e6, 1.0))
        .answer(Is::percent(44.77, 0.0))
        .cell(2, "provinsi", "Bali")
        .cell(("provinsi", "Bali"), "rata_rata", 77_910_491.19)
        .answer_cell(0, "Provinsi", "DKI Jakarta")
        .answer_cell(
            ("Provinsi", "Bali"),
            "Rata-rata modal awal",
            Is::near(77_910_491.19, 0.0),
        )
        .first_within("_", Duration::from_millis(20))
        .first_token_within(Duration::from_secs(1))
        .completes()
}

#[test]
fn what_holds_is_silent_and_what_does_not_is_told_together() {
    let run = answered();
    judged(&run, all).expect("all of it holds");
    judged(&failed(), |expect| {
        expect
            .fails_with("UnknownConnection")
            .events("error(\"no connection\") done")
    })
    .expect("it failed so");
    let error = judged(&run, |expect| {
        all(expect).count("token", 3).count("error", 1..)
    })
    .unwrap_err();
    let text = error.to_string();
    let head = "2 of 24 expectations do not hold for \"Tampilkan top 3 ";
    assert!(text.starts_with(head), "{text}");
    assert_eq!(format!("{error:?}"), text);
}

#[test]
fn names_of_ones_own_can_be_declared() {
    let run = answered();
    judged(&run, |expect| {
        expect
            .knowing(["my_tool", "my_event"])
            .count("tool_start(my_tool)", 0)
            .count("my_event", ..1)
    })
    .expect("they are known");
    let mut other = answered();
    other.events = seen(vec![
        json!({"type": "my_event", "tool": "my_tool"}),
        json!({"type": "done"}),
    ]);
    judged(&other, |expect| expect.events("my_event(my_tool) done")).expect("the run has them");
}

#[test]
fn no_secret_is_shown_not_even_half_of_one() {
    let secret = "hunter2-hunter2";
    let mut run = answered();
    let leak = format!("{}{secret}{}", "x".repeat(25), "y".repeat(400));
    if let Some(result) = &mut run.result {
        result.final_answer = format!("the password is {secret} postgres://u:other-password@h/d");
    }
    run.failure = Some(format!("Broken: {secret}"));
    run.events = seen(vec![
        json!({"type": "tool_start", "tool": "sql_query", "input": {"query": leak}}),
        json!({"type": "tool_end", "tool": "sql_query", "output": format!("{{\"rows\": \"{leak}\"}}")}),
        json!({"type": "sql_result", "sql": "", "columns": [secret], "data": [{secret: secret}], "row_count": 1, "truncated": false}),
        json!({"type": secret, "tool": secret}),
    ]);
    let text = told(&run, |expect| {
        expect
            .events("tool_start(sql_query, query~\"z\")")
            .events("_ _ _ done")
            .answer(Is::containing("z"))
            .call(Call::to("sql_query").with("query", 1).output("rows", 1))
            .cell(0, "a", 1)
            .cell(("a", "z"), "a", 1)
            .answer_cell(0, "a", 1)
            .fails_with("X")
    });
    assert!(text.contains("[redacted]"), "{text}");
    for part in ["hunter2", "unter2-hu", "other-password"] {
        assert!(!text.contains(part), "{part} in {text}");
    }
}
