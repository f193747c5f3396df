//! The expectations language on real runs: each form holds of the canonical one, and its negation fails with what was seen.

use std::time::Duration;

use kai_e2e::harness::{
    Call, Expectations, Harness, Is, Reason, Run, SameRows, Trajectory, expect_eventually, harness,
};
use rstest::rstest;

use crate::canonical::GOLDEN;
use crate::support::{CANONICAL, Result, golden};

const TOOLS: [&str; 9] = [
    "write_todos",
    "get_instructions",
    "get_database_schema",
    "search_metrics_in_question",
    "find_skills_for_question",
    "lookup_verified_sql",
    "sql_query",
    "write_todos",
    "search_metrics_in_question",
];
const AVERAGE: &str = "rata_rata_modal_awal_koperasi";

/// Every form, of the run that the README shows.
async fn all_that_holds(expect: Expectations<'_>) -> Expectations<'_> {
    let tools = || TOOLS.into_iter().chain(["suggest_follow_ups"]);
    expect
        .events("skill_loaded … sql_result(row_count=5) chart_config(widget_type=\"bar\") … token+ suggestions done")
        .events("… (tool_start tool_end (sql_result chart_config? | todo_update)?)+ … token{2,} _ done")
        .events("… tool_start(sql_query, query~\"GROUP BY\") tool_end(sql_query, rows[0].provinsi=\"DKI Jakarta\") …")
        .events("_* done(result.status=\"completed\")")
        .count("token", 1..)
        .count("sql_result", 1)
        .count("error", 0)
        .count("tool_start(list_tables)", ..=2)
        .before("tool_end(sql_query)", "sql_result")
        .all_before("tool_end", "token")
        .each_before("tool_start", "tool_end")
        .tools(Trajectory::Exact, tools())
        .tools(Trajectory::AnyOrder, tools().rev())
        .tools(Trajectory::AtLeast, ["sql_query", "get_instructions"])
        .tools(Trajectory::AtMost, tools().chain(["list_tables"]))
        .call(
            Call::to("sql_query")
                .with("query", Is::containing("provinces"))
                .output("success", true)
                .output("row_count", 5)
                .output("columns", Is::containing("provinsi"))
                .output("rows[2].provinsi", "Bali"),
        )
        .call(Call::to("search_metrics_in_question").nth(0).with("question", CANONICAL))
        .call(Call::to("write_todos").every().output("success", true))
        .answer(Is::containing("Kalimantan Timur"))
        .answer(Is::matching(r"(?m)^5 +Jawa Barat +Rp 58\.462\.947,75$"))
        .answer(Is::near(106_137_069.01, 0.0))
        .cell(0, "provinsi", "DKI Jakarta")
        .cell(("provinsi", "Bali"), AVERAGE, Is::near(77_910_491.19, 0.005))
        .answer_cell(1, "Provinsi", "Kalimantan Timur")
        .answer_cell(("Provinsi", "Bali"), "Rata-rata modal awal koperasi", Is::near(77_910_491.19, 0.0))
        // So far apart that only a clock that is broken would fail it.
        .first_within("_", Duration::from_secs(100_000))
        .first_token_within(Duration::from_secs(100_000))
        .completes()
        .same_rows(GOLDEN)
        .await
        .same_rows(SameRows::of(GOLDEN).in_any_order().by_place().statement(0))
        .await
        .same_rows(
            SameRows::of(format!("SELECT name AS provinsi, round + 0.4 AS {AVERAGE} FROM ({GOLDEN}) it"))
                .by_name()
                .within(0.5),
        )
        .await
        .same_rows(SameRows::of(format!("SELECT name FROM ({GOLDEN}) it")).further_columns(1))
        .await
}

/// Each of them the other way round.
async fn all_that_does_not(expect: Expectations<'_>) -> Expectations<'_> {
    expect
        .events("… tool_start(sql_query) tool_end(sql_query) sql_result token+ done")
        .events("… tool_start(sql_query, query~\"kabupaten\") tool_end …")
        .count("sql_result", 2..)
        .count("chart_config", 0)
        .before("sql_result", "tool_end(sql_query)")
        .all_before("todo_update", "sql_result")
        .each_before("sql_result", "tool_end")
        .tools(
            Trajectory::Exact,
            ["get_instructions", "get_database_schema", "sql_query"],
        )
        .tools(Trajectory::AtLeast, ["sql_query", "list_tables"])
        .tools(Trajectory::AtMost, TOOLS)
        .call(
            Call::to("sql_query")
                .with("query", Is::containing("districts"))
                .output("row_count", 6),
        )
        .answer(Is::containing("Jawa Timur"))
        .answer(Is::near(106.0, 0.5))
        .cell(2, "provinsi", "Banten")
        .cell(("provinsi", "Banten"), AVERAGE, 1)
        .answer_cell(0, "Provinsi", "Bali")
        .fails_with("UnknownConnection")
        .same_rows(SameRows::of(format!(
            "SELECT * FROM ({GOLDEN}) it ORDER BY 1"
        )))
        .await
        .same_rows(SameRows::of(format!(
            "SELECT name, round + 1 FROM ({GOLDEN}) it"
        )))
        .await
        .same_rows(SameRows::of(GOLDEN).by_name())
        .await
        .same_rows("SELECT name FROM provinces")
        .await
        .same_rows("DELETE FROM provinces RETURNING name")
        .await
        .same_rows(SameRows::of(GOLDEN).statement(3))
        .await
}

#[rstest]
#[tokio::test]
async fn each_form_holds_of_the_canonical_run_and_its_negation_fails(
    #[future(awt)] harness: Harness,
) -> Result {
    let run = harness.ask(CANONICAL).await?;
    all_that_holds(run.expect()).await.check()?;

    let failed = all_that_does_not(run.expect()).await.check();
    let failed = failed.expect_err("none of them holds");
    assert_eq!(failed.unmet().len(), 23, "{failed}");
    let texts: Vec<String> = failed.unmet().iter().map(ToString::to_string).collect();
    let text = texts.join("\n\n");
    let too_wide = text.lines().find(|line| line.chars().count() > 120);
    assert_eq!(too_wide, None);
    insta::assert_snapshot!("what_does_not_hold_of_the_canonical_run", text);
    no_secret_in(&harness, &failed.to_string());

    let first = run.time_to_first("_")?.ok_or("no event")?;
    let token = run.time_to_first("token")?.ok_or("no token")?;
    assert!(first < token, "{first:?} {token:?}");
    assert_eq!(run.time_to_first("error")?, None);
    assert!(run.time_to_first("tokn").is_err());
    let late = run.expect().first_token_within(Duration::ZERO).check();
    let said = late.expect_err("a token takes its time").to_string();
    assert!(said.contains("the first `token` comes too late"), "{said}");
    Ok(())
}

fn no_secret_in(harness: &Harness, text: &str) {
    let endpoints = harness.stack().endpoints();
    for secret in [
        &endpoints.postgres.admin_password,
        &endpoints.postgres.reader_password,
        &endpoints.typesense.api_key,
    ] {
        assert!(!text.contains(secret.reveal()), "a secret in {text}");
    }
}

#[rstest]
#[tokio::test]
async fn rows_are_those_of_the_database_that_was_asked(#[future(awt)] harness: Harness) -> Result {
    let count = "SELECT count(*) FROM cooperative";
    let run = harness.ask("Berapa jumlah koperasi?").await?;
    run.expect().same_rows(count).await.check()?;

    // Both statements are run now, in the world of this harness.
    golden(
        &harness,
        "CREATE TABLE note AS SELECT 1 AS n; GRANT SELECT ON note TO PUBLIC",
    )
    .await?;
    let differs = run.expect().same_rows("SELECT n FROM note").await.check();
    let said = unwrapped(&differs.expect_err("another number"));
    assert!(
        said.contains("no column holds what the golden column 1 (`n`) does"),
        "{said}"
    );

    let postgres = harness.postgres();
    let uri = postgres.reader_url(&postgres.database);
    let connection = harness.connect_database(&uri).await?;
    let run = harness
        .ask("Berapa jumlah koperasi?")
        .connection(connection)
        .await?;
    run.expect().same_rows(count).await.check()?;

    harness.stop().await?;
    let gone = run
        .expect()
        .same_rows(count)
        .await
        .check()
        .expect_err("it is gone");
    assert_eq!(reasons(&gone), [Reason::NotJudged]);
    let said = unwrapped(&gone);
    assert!(
        said.contains("it goes with the harness, which must still be there"),
        "{said}"
    );
    Ok(())
}

/// A text whose long lines are not broken.
fn unwrapped(text: &impl ToString) -> String {
    let text = text.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn reasons(error: &kai_e2e::harness::ExpectationError) -> Vec<Reason> {
    error.unmet().iter().map(|unmet| unmet.reason()).collect()
}

#[rstest]
#[tokio::test]
async fn a_run_without_a_stream_or_a_result_says_so(#[future(awt)] harness: Harness) -> Result {
    let quiet = harness.ask(CANONICAL).without_callback().await?;
    quiet
        .expect()
        .answer(Is::containing("DKI Jakarta"))
        .completes()
        .same_rows(GOLDEN)
        .await
        .check()?;
    let blind = |run: &Run| {
        let expect = run
            .expect()
            .events("…")
            .count("error", 0)
            .tools(Trajectory::AtMost, TOOLS);
        expect.cell(0, "provinsi", "Bali").check()
    };
    let error = blind(&quiet).expect_err("there is nothing to look at");
    assert_eq!(reasons(&error), [Reason::NotJudged; 4]);
    for unmet in error.unmet() {
        let said = unwrapped(unmet);
        assert!(
            said.contains("the run has no stream: it was asked without a callback URL"),
            "{said}"
        );
    }

    let failed = harness
        .ask(CANONICAL)
        .connection("no-such-connection")
        .await?;
    failed
        .expect()
        .events("error(\"no-such-connection\") done(result.status=\"failed\")")
        .fails_with("UnknownConnection")
        .count("token", 0)
        .check()?;
    let error = failed
        .expect()
        .answer(Is::containing("x"))
        .same_rows(GOLDEN)
        .await
        .check();
    let error = error.expect_err("there is no answer");
    assert_eq!(reasons(&error), [Reason::NotJudged; 2]);
    let said = unwrapped(&error);
    assert!(
        said.contains("the run has no result: the workflow ended as Failed (UnknownConnection"),
        "{said}"
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn what_comes_later_is_waited_for(#[future(awt)] harness: Harness) -> Result {
    let polled = expect_eventually(
        "somebody polls the queue",
        || harness.polled(),
        |polled| *polled,
    );
    assert!(polled.await?);
    let mut looks = 0;
    let look = || {
        looks += 1;
        harness.polled()
    };
    let bound = Duration::from_millis(50);
    let waited =
        kai_e2e::harness::expect_eventually_within(bound, "nobody does", look, |polled| !polled);
    let said = waited.await.expect_err("the worker stays").to_string();
    assert!(
        looks > 0 && said.starts_with("not within 50ms: nobody does; "),
        "{said}"
    );
    Ok(())
}
