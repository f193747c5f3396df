//! The same conversation with the offline analyst, a recorded model and a live server.

use kai_e2e::agent::models::ModelChoice;
use kai_e2e::harness::{Harness, harness};
use rstest::rstest;

use super::scripts::FOLLOW_UP;
use super::{live, recording, with_model};
use crate::conversations::by_capital;
use crate::questions::assert_same_rows;
use crate::support::{Result, golden};

#[rstest]
#[tokio::test]
async fn gives_clean_streams_and_the_same_rows_with_every_model(
    #[future(awt)] harness: Harness,
) -> Result {
    let server = FOLLOW_UP.server().await?;
    let rows = [
        golden(&harness, &by_capital("DESC", 5)).await?,
        golden(&harness, &by_capital("ASC", 5)).await?,
    ];
    let models = [
        ("the offline analyst", ModelChoice::Offline),
        (
            "a recorded model",
            ModelChoice::replay(recording(FOLLOW_UP.name)),
        ),
        ("a live server", live(&server)?),
    ];
    for (name, model) in models {
        let with = with_model(&harness, model).await?;
        for (question, rows) in FOLLOW_UP.questions.iter().zip(&rows) {
            let run = with.ask(*question).continuing("talk").await?;
            run.check()
                .map_err(|broken| format!("{name}, {question}: {broken}"))?;
            run.expect_events(
                "… tool_start(sql_query) tool_end(sql_query) sql_result chart_config … token+ … done",
            )
            .map_err(|differs| format!("{name}, {question}: {differs}"))?;
            assert_same_rows(&run, rows);
            // Each answer names what the rows say, in its own words.
            let answer = &run.result()?.final_answer;
            for row in rows {
                let province = row[0].as_deref().unwrap_or_default();
                assert!(
                    answer.contains(province),
                    "{name}, {question}: no {province} in {answer}"
                );
            }
        }
        with.stop().await?;
    }
    Ok(())
}
