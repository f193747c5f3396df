use std::path::{Path, PathBuf};

use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/histories")
}

/// What every build asks: do runs that were begun with an older workflow go on with today's?
#[tokio::test]
async fn every_recorded_history_replays_on_todays_workflow() {
    let files = RunHistory::files(&folder()).expect("there are histories");
    let mut wrong = Vec::new();
    for file in files {
        let replayed = match RunHistory::read(&file) {
            Ok(history) => history.replay().await,
            Err(error) => Err(error),
        };
        if let Err(error) = replayed {
            wrong.push(format!("{}: {error}", file.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "a change of the workflow breaks runs that are under way; docs/workflow-changes.md says what to do\n{}",
        wrong.join("\n")
    );
}

/// Histories that somebody has cut something out of.
#[tokio::test]
async fn a_history_with_a_gap_or_a_repetition_is_unreadable() {
    let file = folder().join("completed.json");
    let whole = RunHistory::read(&file).expect("readable");
    let mut gap = whole.events().to_vec();
    gap.remove(5);
    let mut twice = whole.events().to_vec();
    twice.insert(5, twice[5].clone());
    for (events, said) in [
        (gap, "event 7 stands where event 6"),
        (twice, "event 6 stands where event 7"),
    ] {
        let error = RunHistory::new(events)
            .replay()
            .await
            .expect_err("it is not whole");
        assert!(
            matches!(error, HistoryError::Unreadable { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains(said), "{error}");
    }
}

/// One history for each way in which a run can go.
#[test]
fn the_histories_are_of_every_kind() {
    let mut kinds = std::collections::BTreeSet::new();
    for file in RunHistory::files(&folder()).expect("there are histories") {
        let history = RunHistory::read(&file).expect("readable");
        for step in history.steps() {
            if step.detail.starts_with("attempt=") && step.detail != "attempt=1" {
                kinds.insert("a further attempt".to_owned());
            }
            kinds.insert(step.kind);
        }
    }
    for kind in [
        "WorkflowExecutionCompleted",
        "WorkflowExecutionFailed",
        "WorkflowExecutionCanceled",
        "ActivityTaskFailed",
        "ActivityTaskTimedOut",
        "ActivityTaskCanceled",
        "a further attempt",
    ] {
        assert!(kinds.contains(kind), "no history has {kind}: {kinds:?}");
    }
}

/// They are published: no secret, no name of a machine or a person in them.
#[test]
fn the_histories_name_no_machine_and_hold_no_secret() {
    for file in RunHistory::files(&folder()).expect("there are histories") {
        let text = std::fs::read_to_string(&file).expect("readable");
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let history = RunHistory::from_json(text.as_bytes()).expect("a history");
        let shareable: serde_json::Value =
            serde_json::from_str(&history.shareable(None)).expect("JSON");
        // What would be written today is what is there: nothing was left to take out.
        let again = RunHistory::from_json(json.to_string().as_bytes()).expect("a history");
        assert_eq!(again.to_json(), shareable, "{}", file.display());
        for word in ["postgresql://", "password", "kai-worker-", "@"] {
            assert!(
                !history.texts().contains(word),
                "{word} in {}",
                file.display()
            );
        }
    }
}

fn altered(from: &str, to: &str) -> RunHistory {
    let text = std::fs::read_to_string(folder().join("completed.json")).expect("readable");
    assert!(text.contains(from), "{from} in {text}");
    RunHistory::from_json(text.replace(from, to).as_bytes()).expect("still a history")
}

#[tokio::test]
async fn a_history_of_another_decision_differs_and_the_event_is_named() {
    for (from, to, event, reason) in [
        (
            r#""chat_streaming""#,
            r#""chat""#,
            "event 5, ActivityTaskScheduled (chat start-to-close=900s heartbeat=60s attempts=3)",
            "Activity type of scheduled event 'chat' does not match activity type of activity command 'chat_streaming'",
        ),
        (
            r#""activityId": "1""#,
            r#""activityId": "2""#,
            "event 5, ActivityTaskScheduled",
            "Activity id of scheduled event '2'",
        ),
    ] {
        match altered(from, to).replay().await {
            Err(HistoryError::Differs {
                event: found,
                reason: said,
            }) => {
                assert!(found.starts_with(event), "{found}");
                assert!(said.contains(reason), "{said}");
            }
            other => panic!("{from} became {to}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_run_that_is_under_way_replays_as_far_as_it_goes() {
    let whole = altered("a", "a");
    for events in 3..whole.events().len() {
        let begun = RunHistory::new(whole.events()[..events].to_vec());
        begun.replay().await.expect("the same decisions");
    }
}

#[tokio::test]
async fn what_cannot_be_replayed_is_refused_at_once() {
    let whole = altered("a", "a");
    let said = async |history: RunHistory| history.replay().await.expect_err("refused").to_string();
    let without_task = RunHistory::new(whole.events()[..2].to_vec());
    assert!(
        said(without_task)
            .await
            .ends_with("no workflow task was started in it")
    );
    let without_start = RunHistory::new(whole.events()[1..].to_vec());
    assert!(
        said(without_start)
            .await
            .ends_with("it does not begin with a WorkflowExecutionStarted")
    );
    let other = altered(r#""KaiChatWorkflow""#, r#""OrderWorkflow""#);
    assert!(
        said(other)
            .await
            .starts_with("it is the history of a `OrderWorkflow`")
    );
}

#[test]
fn files_that_hold_no_history_are_named() {
    let empty = tempfile::tempdir().expect("a directory");
    let said = RunHistory::files(empty.path())
        .expect_err("empty")
        .to_string();
    assert!(
        said.ends_with("cannot be read: no file in it ends in .json"),
        "{said}"
    );
    let missing = empty.path().join("missing.json");
    let said = RunHistory::files(&missing)
        .expect_err("missing")
        .to_string();
    assert!(
        said.starts_with(&format!("{} cannot be read: ", missing.display())),
        "{said}"
    );
    for (text, reason) in [
        ("events", "it is no JSON: "),
        ("{}", "it is no object with a list `events`"),
        (r#"{"events": []}"#, "it has no event"),
    ] {
        let said = RunHistory::from_json(text.as_bytes())
            .expect_err("refused")
            .to_string();
        assert!(said.contains(reason), "{said}");
    }
}
