//! Long sessions: what the page holds is bounded, and what it hides is said.

use kai_e2e::capture::{CaptureServer, Pace, Transcript};
use serde_json::{Value, json};

use super::{IDS, do_not_join, no_complaints, post, receiver, session, token};
use crate::browser::Browser;
use crate::support::Result;

/// The most elements that the page may have, whatever it shows.
const ELEMENTS: usize = 4_000;

const COUNT: &str = "document.querySelectorAll('*').length";

/// A receiver with a session of many events, as a recording brings them.
async fn with_events(count: u64, event: impl Fn(u64) -> Value) -> Result<CaptureServer> {
    let server = receiver(|config| config.limits.session_events = 100_000).await?;
    let events: Vec<Value> = (1..=count)
        .map(|seq| {
            json!({"run": 1, "attempt": 1, "seq": seq, "delivery": seq, "received_at": "2026-01-01T00:00:00Z", "sent_at": null, "streamed": true, "event": event(seq)})
        })
        .collect();
    let transcript = json!({"session_id": "s", "finished": false, "attempts": [], "events": events, "faults": [], "duplicates": 0, "refused": 0});
    let transcript = Transcript::from_json(transcript.to_string().as_bytes())?;
    server.replay(&transcript, Pace::Full).await?;
    Ok(server)
}

#[tokio::test]
async fn twenty_thousand_events_leave_the_page_small_and_all_can_be_reached() -> Result {
    const EVENTS: u64 = 20_000;
    let event = |seq| json!({"type": "tool_start", "tool": "search_tables", "input": {"pattern": format!("p{seq}")}});
    let server = with_events(EVENTS, event).await?;
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    // The attempt's beginning is a row too.
    browser
        .until_part(
            "window",
            "Rows 19,802 to 20,001 of 20,001 · 19,801 earlier not shown",
        )
        .await?;
    let elements: usize = browser.value(COUNT).await?;
    assert!(elements < ELEMENTS, "{elements} elements");
    let shown: Vec<String> = browser.value(IDS).await?;
    assert_eq!(shown.len(), 200);
    assert_eq!(shown.last().map(String::as_str), Some("1-1-20000"));

    // One event more changes little: one row comes, one goes.
    browser
        .run::<Value>(
            "window.changed = 0;
             new MutationObserver((changes) => {
               for (const change of changes) window.changed += change.addedNodes.length + change.removedNodes.length;
             }).observe(document.querySelector('[data-part=session]'), { childList: true, subtree: true })",
            vec![],
        )
        .await?;
    post(&server, "s", (1, EVENTS + 1), &event(EVENTS + 1)).await?;
    browser
        .until_is(&format!("{IDS}.at(-1)"), "1-1-20001")
        .await?;
    let changed: usize = browser.value("window.changed").await?;
    assert!(changed < 40, "{changed} nodes came or went for one event");

    // The oldest is reached, and from there on nothing moves under the reader.
    browser.click("[data-part=oldest]").await?;
    browser.until_is(&format!("{IDS}[0]"), "1-1-1").await?;
    browser
        .until_part("window", "Rows 1 to 200 of 20,002 · 19,802 later not shown")
        .await?;
    post(&server, "s", (1, EVENTS + 2), &event(EVENTS + 2)).await?;
    browser
        .until_part("window", "Rows 1 to 200 of 20,003 · 19,803 later not shown")
        .await?;
    browser.click("[data-part=later]").await?;
    browser
        .until_part(
            "window",
            "Rows 101 to 300 of 20,003 · 100 earlier not shown · 19,703 later not shown",
        )
        .await?;
    browser.click("[data-part=newest]").await?;
    browser
        .until_is(&format!("{IDS}.at(-1)"), "1-1-20002")
        .await?;
    let elements: usize = browser.value(COUNT).await?;
    assert!(elements < ELEMENTS, "{elements} elements");

    // One type alone: a needle in the hay.
    post(
        &server,
        "s",
        (1, EVENTS + 3),
        &json!({"type": "needle", "n": 1}),
    )
    .await?;
    browser
        .until_is(
            "document.querySelectorAll('[data-part=type] option').length",
            3,
        )
        .await?;
    browser
        .run::<Value>(
            "const choice = document.querySelector('[data-part=type]'); choice.value = 'needle'; choice.dispatchEvent(new Event('change'))",
            vec![],
        )
        .await?;
    browser.until_is(IDS, json!(["1-1-20003"])).await?;
    no_complaints(&browser).await
}

#[tokio::test]
async fn twenty_thousand_tokens_are_one_row_and_a_bounded_answer() -> Result {
    let server = with_events(20_000, |seq| token(format!("{seq:>9} "))).await?;
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    browser.until_part("window", "Rows 1 to 2 of 2").await?;
    browser.until_is(IDS, json!(["1-1-1 … 20000"])).await?;
    browser
        .until_part(
            "more-answer",
            "100,000 characters more not shown; Copy has all.",
        )
        .await?;
    let length: usize = browser
        .value("document.querySelector('[data-part=answer]').textContent.length")
        .await?;
    assert_eq!(length, 100_000);
    browser
        .run::<Value>(
            "document.querySelector('.event details').open = true",
            vec![],
        )
        .await?;
    let pieces =
        "[...document.querySelectorAll('.pieces .place')].map((place) => place.textContent)";
    browser.until_is(&format!("{pieces}.length"), 200).await?;
    browser
        .until_is(&format!("{pieces}.at(-1)"), "1-1-20000")
        .await?;
    post(&server, "s", (1, 20_001), &token("end")).await?;
    browser
        .until_is(&format!("{pieces}.at(-1)"), "1-1-20001")
        .await?;
    browser.until_is(&format!("{pieces}.length"), 200).await?;
    do_not_join(&browser).await?;
    browser
        .until_part(
            "window",
            "Rows 19,803 to 20,002 of 20,002 · 19,802 earlier not shown",
        )
        .await?;
    let elements: usize = browser.value(COUNT).await?;
    assert!(elements < ELEMENTS, "{elements} elements");
    no_complaints(&browser).await
}

#[tokio::test]
async fn a_thousand_events_that_come_one_by_one_are_followed() -> Result {
    let server = receiver(|_| {}).await?;
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    do_not_join(&browser).await?;
    for seq in 1..=1_000 {
        post(&server, "s", (1, seq), &token(seq)).await?;
    }
    browser
        .until_part(
            "window",
            "Rows 802 to 1,001 of 1,001 · 801 earlier not shown",
        )
        .await?;
    let wanted: Vec<_> = (801..=1_000).map(|seq| format!("1-1-{seq}")).collect();
    browser.until_is(IDS, json!(wanted)).await?;
    let at_end = "(() => { const pane = document.querySelector('[data-part=pane]'); return pane.scrollHeight - pane.scrollTop - pane.clientHeight < 24; })()";
    browser.until_is(at_end, true).await?;
    // Whoever scrolls up is left there.
    browser
        .run::<Value>(
            "document.querySelector('[data-part=pane]').scrollTop = 0",
            vec![],
        )
        .await?;
    browser
        .until_is(
            "document.querySelector('[data-part=follow]').checked",
            false,
        )
        .await?;
    post(&server, "s", (1, 1_001), &token("x")).await?;
    browser
        .until_part(
            "window",
            "Rows 802 to 1,001 of 1,002 · 801 earlier not shown · 1 later not shown",
        )
        .await?;
    browser
        .until_is("document.querySelector('[data-part=pane]').scrollTop", 0)
        .await?;
    no_complaints(&browser).await
}

#[tokio::test]
async fn as_many_types_attempts_and_statements_as_events_leave_the_page_small() -> Result {
    let server = receiver(|_| {}).await?;
    for attempt in 1..=300 {
        let event = json!({"type": format!("type {attempt}"), "n": attempt});
        post(&server, "s", (attempt, 1), &event).await?;
    }
    for seq in (2..=400).step_by(2) {
        let begins = json!({"type": "tool_start", "tool": "sql_query", "input": {"query": format!("SELECT {seq}")}});
        let rows: Vec<_> = (0..150).map(|n| json!(vec![n; 60])).collect();
        let columns: Vec<_> = (0..60).map(|n| format!("c{n}")).collect();
        let ends = json!({"type": "sql_result", "sql": "", "columns": columns, "data": rows, "row_count": 150, "truncated": false});
        post(&server, "s", (300, seq), &begins).await?;
        if seq > 390 {
            post(&server, "s", (300, seq + 1), &ends).await?;
        }
    }
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    browser
        .until(
            "all rows",
            "document.querySelector('[data-part=window]').textContent",
            |said| {
                said.as_str()
                    .is_some_and(|said| said.contains("earlier not shown"))
            },
        )
        .await?;
    browser
        .until_part(
            "hidden-statements",
            "195 earlier statements not shown; they are in the timeline.",
        )
        .await?;
    let types: Vec<String> = browser
        .value(&super::texts("[data-part=type] option"))
        .await?;
    assert_eq!(
        (types.len(), types.last().map(String::as_str)),
        (52, Some("The first 50 types can be chosen"))
    );
    assert_eq!(
        browser
            .value::<usize>("document.querySelectorAll('[data-part=attempts] button').length")
            .await?,
        40
    );
    assert_eq!(
        browser.part("attempts").await?.split("Attempt").next(),
        Some("260 earlier not shown")
    );
    let hidden: Vec<String> = browser.value(&super::texts(".statement .hint")).await?;
    assert!(
        hidden
            .iter()
            .all(|said| said == "10 more columns not shown · 100 of 150 rows shown")
            && hidden.len() == 5,
        "{hidden:?}"
    );
    no_complaints(&browser).await
}
