//! What is not as it should be is marked: attempts, gaps, conflicts, late and dropped events.

use kai_e2e::capture::Overflow;
use serde_json::json;

use super::{
    IDS, do_not_join, done, no_complaints, post, post_all, receiver, session, texts, token,
};
use crate::browser::Browser;
use crate::support::Result;

const MARKERS: &str = "[...document.querySelectorAll('.marker')].map((marker) => marker.textContent.replace(/ begins at [0-9:.]+/, ' begins'))";

#[tokio::test]
async fn two_attempts_a_gap_a_conflict_and_a_late_event_are_marked() -> Result {
    let server = receiver(|config| config.reorder_window = 0).await?;
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    browser.until_part("connection", "Live").await?;
    post(&server, "s", (1, 1), &token("lost ")).await?;
    post(&server, "s", (1, 4), &token("words")).await?;
    browser.until_part("answer", "lost words").await?;
    browser
        .until_is(
            MARKERS,
            json!(["Attempt 1 begins", "Gap: numbers 2 to 3 are missing"]),
        )
        .await?;
    browser
        .until_is(
            &texts("[data-part=notes] li"),
            json!(["Events are missing: the answer may have holes."]),
        )
        .await?;
    assert!(browser.part("facts").await?.contains("1 gap"));

    // The second attempt takes over; the first can be looked at again.
    post_all(
        &server,
        "s",
        2,
        &[
            token("The "),
            token("answer."),
            done("completed", "The answer."),
        ],
    )
    .await?;
    browser.until_part("answer", "The answer.").await?;
    browser
        .until_is(
            MARKERS,
            json!([
                "Attempt 1 begins",
                "Gap: numbers 2 to 3 are missing",
                "Attempt 2 begins; attempt 1 ended without a “done”"
            ]),
        )
        .await?;
    browser
        .until_is(
            &texts("[data-part=attempts] button"),
            json!(["Attempt 1", "Attempt 2"]),
        )
        .await?;
    browser.click("[data-part=attempts] button").await?;
    browser.until_part("answer", "lost words").await?;
    browser
        .until_is(
            &texts("[data-part=attempts] [aria-pressed=true]"),
            json!(["Attempt 1"]),
        )
        .await?;

    // What only the receiver knows: another event under a number that was taken, and one that came too late.
    post(&server, "s", (2, 2), &token("lie.")).await?;
    post(&server, "s", (1, 2), &token("late")).await?;
    post(&server, "s", (2, 1), &token("The ")).await?;
    browser
        .until_part("overview", "1 conflict · 1 late · 1 repetition ignored")
        .await?;
    browser.until_part("fault-count", "3").await?;
    let faults: Vec<String> = browser.value(&texts(".faults li")).await?;
    assert_eq!(faults[0], "Gap: number 3 of attempt 1 is missing.");
    assert!(
        faults[1]
            .starts_with("Conflict: number 2 of attempt 2 came twice and said different things"),
        "{faults:?}"
    );
    assert!(
        faults[2].starts_with("Late: number 2 of attempt 1 came when its place had been passed"),
        "{faults:?}"
    );
    browser
        .until_is(
            &format!("{MARKERS}[1]"),
            "Gap: numbers 2 to 3 are missing; 1 came too late",
        )
        .await?;
    do_not_join(&browser).await?;
    let in_conflict = "[...document.querySelectorAll('.event')].filter((event) => event.querySelector('.badge.bad')).map((event) => event.querySelector('.place').textContent)";
    browser.until_is(in_conflict, json!(["1-2-2"])).await?;
    browser
        .run::<serde_json::Value>(
            "document.querySelector('.event:has(.badge.bad) details').open = true",
            vec![],
        )
        .await?;
    browser
        .until(
            "what the other delivery said",
            &texts(".event .body pre"),
            |shown| shown[1].as_str().is_some_and(|text| text.contains("lie.")),
        )
        .await?;
    no_complaints(&browser).await
}

#[tokio::test]
async fn each_run_of_a_session_is_an_attempt_of_its_own_and_the_stream_goes_on() -> Result {
    let server = receiver(|_| {}).await?;
    post_all(&server, "s", 1, &[token("one"), done("failed", "")]).await?;
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    browser
        .until_part("connection", "Complete: nothing more follows")
        .await?;
    browser.until_part("state", "failed").await?;
    // A second run begins after the stream was closed: the page finds out and reads on.
    let id = session("s");
    for event in [token("two"), done("completed", "two")] {
        super::send(
            &server.callback_url(&id),
            &json!({"session_id": "s", "event": event}),
        )
        .await?;
    }
    browser.until_part("answer", "two").await?;
    browser.until_part("state", "done").await?;
    browser
        .until_is(
            MARKERS,
            json!(["Attempt 1 begins", "Run 2, attempt 1 begins"]),
        )
        .await?;
    do_not_join(&browser).await?;
    browser
        .until_is(IDS, json!(["1-1-1", "1-1-2", "2-1-1", "2-1-2"]))
        .await?;
    no_complaints(&browser).await
}

#[tokio::test]
async fn dropped_history_is_marked_and_is_no_gap() -> Result {
    let server = receiver(|config| {
        config.limits.session_events = 3;
        config.limits.overflow = Overflow::DropOldest;
    })
    .await?;
    post_all(
        &server,
        "s",
        1,
        &[token("a"), token("b"), token("c"), token("d"), token("e")],
    )
    .await?;
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    browser
        .until_is(
            MARKERS,
            json!([
                "History dropped: events before 1-1-3 are gone, and this page has not seen them",
                "Attempt 1 begins"
            ]),
        )
        .await?;
    browser.until_part("answer", "cde").await?;
    do_not_join(&browser).await?;
    browser
        .until_is(IDS, json!(["1-1-3", "1-1-4", "1-1-5"]))
        .await?;
    browser
        .until_is(
            &texts("[data-part=notes] li"),
            json!(["Events are missing: the answer may have holes."]),
        )
        .await?;
    browser.until_part("overview", "2 dropped").await?;
    // What is refused or said differently in `done` is said.
    post(&server, "s", (1, 6), &done("completed", "abcde")).await?;
    browser.until_part("state", "done").await?;
    no_complaints(&browser).await
}

#[tokio::test]
async fn an_answer_that_is_not_its_tokens_and_a_failure_are_said() -> Result {
    let server = receiver(|_| {}).await?;
    post_all(
        &server,
        "differs",
        1,
        &[token("1.000"), done("completed", "1.000.000")],
    )
    .await?;
    post_all(&server, "untold", 1, &[done("completed", "Only here.")]).await?;
    let error = json!({"type": "error", "error": "no connection is stored under the id `x`"});
    post_all(&server, "failed", 1, &[error, done("failed", "")]).await?;
    let notes = texts("[data-part=notes] li");
    let browser = Browser::open(&server.page_url(&session("differs"))).await?;
    browser
        .until_is(
            &notes,
            json!([
                "completed after 1 ms",
                "The tokens together are not the answer of “done”."
            ]),
        )
        .await?;
    browser.go(&server.page_url(&session("untold"))).await?;
    browser.until_part("answer", "Only here.").await?;
    browser
        .until_is(
            &notes,
            json!([
                "completed after 1 ms",
                "No token was streamed; this is the answer of “done”."
            ]),
        )
        .await?;
    browser.go(&server.page_url(&session("failed"))).await?;
    browser
        .until_is(
            &notes,
            json!([
                "Error: no connection is stored under the id `x`",
                "failed after 1 ms"
            ]),
        )
        .await?;
    assert_eq!(
        browser.part("no-answer").await?,
        "It ended without an answer."
    );
    no_complaints(&browser).await
}
