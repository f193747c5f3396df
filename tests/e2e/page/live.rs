//! A run of the harness, seen while it happens.

use std::time::Duration;

use kai_e2e::contract::Event;
use kai_e2e::harness::{Harness, HarnessSettings, harness};
use rstest::rstest;
use serde_json::{Value, json};

use super::{no_complaints, session, texts};
use crate::browser::Browser;
use crate::support::{CANONICAL, Result, patient_sender};

#[rstest]
#[tokio::test]
async fn a_run_is_seen_from_its_first_event_to_its_end(#[future(awt)] harness: Harness) -> Result {
    // A delivery is held for as long as the browser takes to be looked at.
    let settings = HarnessSettings {
        sender: patient_sender(),
        ..HarnessSettings::from_env()?
    };
    let harness = Harness::on(harness.shared_stack(), settings).await?;
    // The same question streams the same events, so a first run says which delivery to stop a second one at.
    let first = harness.ask(CANONICAL).await?;
    let kinds = first.event_kinds();
    let third_token = kinds
        .iter()
        .enumerate()
        .filter(|(_, kind)| **kind == "token");
    let (middle, _) = third_token
        .clone()
        .nth(2)
        .ok_or("fewer than three tokens")?;

    let id = format!("page-{}", uuid::Uuid::new_v4().simple());
    let capture = harness.capture();
    let browser = Browser::open(&capture.page_url(&session(&id))).await?;
    browser.until_part("connection", "Live").await?;
    browser.until_part("state", "waiting").await?;
    assert_eq!(browser.part("name").await?, id);

    let hold = capture.hold_reply(&session(&id), middle as u64 + 1, Duration::from_secs(60));
    let running = harness.ask(CANONICAL).conversation(&id).start().await?;
    hold.reached(Duration::from_secs(60)).await?;

    // In the middle: three tokens of the answer, the statement and its rows are there, and no end.
    let so_far: String = third_token
        .take(3)
        .filter_map(|(at, _)| match &first.events()[at].event {
            Event::Token { content } => Some(content.as_str()),
            _ => None,
        })
        .collect();
    browser.until_part("answer", &so_far).await?;
    assert_eq!(browser.part("state").await?, "running");
    let counted = format!("{} events", middle + 1);
    assert!(
        browser.part("facts").await?.starts_with(&counted),
        "{}",
        browser.part("facts").await?
    );
    let sql = first.sql_result().ok_or("no rows")?;
    browser
        .until_is(&texts("pre.sql"), json!([sql.sql]))
        .await?;
    browser
        .until_is(&texts("table thead th"), json!(sql.columns))
        .await?;
    browser
        .until_is(&texts(".statement .badge"), json!(["5 rows"]))
        .await?;
    assert!(browser.title().await?.contains("running"));
    hold.release();

    let run = running.finish().await?;
    run.check()?;
    browser.until_part("state", "done").await?;
    browser
        .until_part("connection", "Complete: nothing more follows")
        .await?;
    let result = run.result()?;
    assert_eq!(browser.part("answer").await?, result.final_answer);
    // Nothing to say but how it ended: the tokens are the answer, and nothing is missing.
    let notes: Vec<String> = browser.value(&texts("[data-part=notes] li")).await?;
    assert!(
        notes.len() == 1 && notes[0].starts_with("completed after "),
        "{notes:?}"
    );

    // The rows are those of the event, digit for digit.
    let shown: Vec<Vec<String>> = browser
        .value("[...document.querySelectorAll('table tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))")
        .await?;
    let sql = run.sql_result().ok_or("no rows")?;
    let text = |cell: &Value| {
        cell.as_str()
            .map_or_else(|| cell.to_string(), str::to_owned)
    };
    let wanted: Vec<Vec<String>> = sql
        .data
        .iter()
        .map(|row| {
            sql.columns
                .iter()
                .map(|column| text(&row[column]))
                .collect()
        })
        .collect();
    assert_eq!(shown, wanted);
    assert_eq!(shown.len(), 5);

    // The timeline has every event: the tokens in one row, the others in one each, and the attempt's beginning.
    let rows: Vec<String> = browser.value(&texts(".event .type")).await?;
    let tokens = run
        .event_kinds()
        .iter()
        .filter(|kind| **kind == "token")
        .count();
    assert_eq!(rows.len(), run.events().len() - tokens + 1, "{rows:?}");
    assert!(rows.contains(&format!("token × {tokens}")), "{rows:?}");
    assert_eq!(
        browser
            .value::<usize>("document.querySelectorAll('.marker.attempt').length")
            .await?,
        1
    );
    no_complaints(&browser).await?;
    harness.stop().await?;
    Ok(())
}
