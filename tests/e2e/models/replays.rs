//! The recordings of `fixtures/recordings/`.

use std::time::Duration;

use kai_e2e::agent::models::{ChatSettings, Endpoint, ModelChoice, Recorder, Recording};
use kai_e2e::contract::Event;
use kai_e2e::harness::{Harness, Run, harness};
use rstest::rstest;

use super::scripts::{
    ALL, Conversation, FOLLOW_UP, MODEL, PARALLEL_CALLS, RANKING, SPLIT_CHARACTER, TOOL_ERRORS,
};
use super::{live, recording, with_model};
use crate::support::Result;

const AGAIN: &str = "cargo test --test e2e models::replays::record_again -- --ignored";

#[rstest]
#[case::one_tool_after_the_other(
    RANKING,
    "… thinking tool_start(search_metrics_in_question) tool_end tool_start(sql_query) tool_end sql_result chart_config token+ done"
)]
#[case::a_short_question_after_a_whole_one(
    FOLLOW_UP,
    "… tool_start(sql_query) tool_end sql_result chart_config token+ done"
)]
#[case::tools_that_fail(
    TOOL_ERRORS,
    "… tool_start(sql_query) tool_end tool_start(sql_query) tool_end tool_start(hitung_koperasi) tool_end \
     tool_start(sql_query) tool_end sql_result chart_config token+ done"
)]
#[case::calls_at_once(
    PARALLEL_CALLS,
    "… tool_start(write_todos) tool_end todo_update tool_start(get_instructions) tool_end \
     tool_start(find_skills_for_question) tool_end tool_start(sql_query) tool_end sql_result chart_config \
     tool_start(sql_query) tool_end sql_result chart_config token+ done"
)]
#[case::a_character_in_two_chunks(
    SPLIT_CHARACTER,
    "… thinking+ tool_start(sql_query) tool_end sql_result chart_config token+ done"
)]
#[tokio::test]
async fn a_recorded_conversation_is_replayed_as_it_was(
    #[future(awt)] harness: Harness,
    #[case] conversation: Conversation,
    #[case] events: &str,
) -> Result {
    let server = conversation.server().await?;
    let live = with_model(&harness, live(&server)?).await?;
    let model = ModelChoice::replay(recording(conversation.name));
    let replayed = with_model(&harness, model).await?;

    for question in conversation.questions {
        let original = live.ask(*question).continuing(conversation.name).await?;
        let replay = replayed
            .ask(*question)
            .continuing(conversation.name)
            .await?;

        let said = replay.result()?;
        assert_eq!(
            said.error, None,
            "the recording no longer fits what the agent asks; make it again: {AGAIN}"
        );
        for run in [&original, &replay] {
            run.check()?;
            run.expect_events(events)?;
        }
        assert_eq!(tokens(&replay), tokens(&original));
        assert_eq!(replay.normal_form(), original.normal_form());
    }
    Ok(())
}

/// Piece by piece, as the model said them.
fn tokens(run: &Run) -> Vec<String> {
    let tokens = run.events().iter().filter_map(|seen| match &seen.event {
        Event::Token { content } => Some(content.clone()),
        _ => None,
    });
    tokens.collect()
}

#[rstest]
#[tokio::test]
async fn a_replay_of_another_question_fails_and_shows_what_was_recorded(
    #[future(awt)] harness: Harness,
) -> Result {
    let model = ModelChoice::replay(recording(TOOL_ERRORS.name));
    let replayed = with_model(&harness, model).await?;
    let run = replayed.ask("Berapa jumlah koperasi di Bali?").await?;
    run.expect_events("… error done")?;
    let said = run.result()?.error.clone().unwrap_or_default();
    for part in [
        "nothing was recorded for this request; the nearest is request 1 of 5",
        "message 2, user, differs from character 27 on",
        "recorded: Berapa jumlah koperasi di Jawa Barat?",
        "asked:    Berapa jumlah koperasi di Bali?",
    ] {
        assert!(said.contains(part), "`{part}` is not in\n{said}");
    }
    Ok(())
}

/// What the recordings are made for is in them.
#[test]
fn the_recordings_have_what_they_are_for() -> Result {
    let lines = |conversation: Conversation| std::fs::read_to_string(recording(conversation.name));
    for conversation in ALL {
        let read = Recording::read(recording(conversation.name))?;
        assert_eq!(read.model(), MODEL);
    }
    assert!(lines(SPLIT_CHARACTER)?.contains(r#"{"hex":"e2"}"#));
    let errors = lines(TOOL_ERRORS)?;
    assert_eq!(errors.matches(r#""success":false"#).count(), 3);
    assert!(lines(PARALLEL_CALLS)?.contains(r#""index":2,"#));
    Ok(())
}

/// Makes the recordings again: the same scripts, the tools of today.
#[rstest]
#[tokio::test]
#[ignore = "writes fixtures/recordings; run it when the agent's rules, tools or catalogue have changed"]
async fn record_again(#[future(awt)] harness: Harness) -> Result {
    for conversation in ALL {
        let server = conversation.server().await?;
        let upstream = Endpoint::new(&server.url())?;
        let recorder = Recorder::start(&upstream, Duration::from_secs(5)).await?;
        let through = ChatSettings::new(Endpoint::new(&recorder.url())?, MODEL);
        let context_bytes = through.context_bytes;
        let recorded = with_model(&harness, ModelChoice::chat(through)).await?;
        for question in conversation.questions {
            let asked = recorded.ask(*question).continuing(conversation.name);
            asked.await?.check()?;
        }
        recorder
            .write(recording(conversation.name), Some(context_bytes))
            .await?;
    }
    Ok(())
}
