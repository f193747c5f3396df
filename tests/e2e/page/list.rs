//! Picking one of many sessions.

use futures::StreamExt;
use serde_json::{Value, json};

use super::{done, no_complaints, post, receiver, texts, token};
use crate::browser::Browser;
use crate::support::Result;

const NAMES: &str =
    "[...document.querySelectorAll('.sessions .name')].map((name) => name.textContent)";

#[tokio::test]
async fn one_of_three_hundred_is_found_and_the_list_keeps_up() -> Result {
    let server = receiver(|_| {}).await?;
    let begin = async |n: usize| {
        let id = format!("conv-{n:03}");
        post(&server, &id, (1, 1), &token(n)).await?;
        match n % 3 {
            0 => post(&server, &id, (1, 2), &done("completed", "")).await,
            1 => post(&server, &id, (1, 2), &done("failed", "")).await,
            _ => Ok(()),
        }
    };
    let begun: Vec<Result> = futures::stream::iter(0..300)
        .map(begin)
        .buffer_unordered(16)
        .collect()
        .await;
    begun.into_iter().collect::<Result<Vec<()>>>()?;

    let browser = Browser::open(&server.start_page_url()).await?;
    browser
        .until_part(
            "list-status",
            "300 sessions; the newest 200 are shown, search for others",
        )
        .await?;
    let shown: usize = browser
        .value("document.querySelectorAll('.sessions a').length")
        .await?;
    assert_eq!(shown, 200);

    browser.type_into("#search", "CONV-017").await?;
    browser.until_is(NAMES, json!(["conv-017"])).await?;
    browser
        .until_part("list-status", "1 of 300 sessions")
        .await?;
    browser
        .until("state and events", &texts(".sessions .about"), |said| {
            said[0]
                .as_str()
                .is_some_and(|said| said.starts_with("running1 event"))
        })
        .await?;
    browser.click(".sessions a").await?;
    browser.until_part("name", "conv-017").await?;
    browser.until_part("answer", "17").await?;
    let current = "[...document.querySelectorAll('.sessions [aria-current]')].map((link) => link.querySelector('.name').textContent)";
    browser.until_is(current, json!(["conv-017"])).await?;

    // It ends while it is watched, and both the list and the page say so.
    post(&server, "conv-017", (1, 2), &done("failed", "17")).await?;
    browser
        .until_is(&texts(".sessions .state"), json!(["failed"]))
        .await?;
    browser
        .until_is(&texts(".session .title .state"), json!(["failed"]))
        .await?;

    // One state alone, then all again with a new session first.
    browser
        .run::<Value>("document.querySelector('#search').value = ''", vec![])
        .await?;
    browser
        .run::<Value>(
            "const choice = document.querySelector('#state-filter'); choice.value = 'failed'; choice.dispatchEvent(new Event('change'))",
            vec![],
        )
        .await?;
    browser
        .until_part("list-status", "101 of 300 sessions")
        .await?;
    browser
        .run::<Value>(
            "const choice = document.querySelector('#state-filter'); choice.value = ''; choice.dispatchEvent(new Event('change'))",
            vec![],
        )
        .await?;
    post(&server, "a new one", (1, 1), &token("x")).await?;
    browser
        .until_is(&format!("{NAMES}[0]"), "a new one")
        .await?;
    browser
        .until_part(
            "list-status",
            "301 sessions; the newest 200 are shown, search for others",
        )
        .await?;
    no_complaints(&browser).await
}

#[tokio::test]
async fn a_receiver_without_sessions_says_so_and_shows_the_first_that_comes() -> Result {
    let server = receiver(|_| {}).await?;
    let browser = Browser::open(&server.start_page_url()).await?;
    browser
        .until_part(
            "list-status",
            "No session yet. They appear here when a worker posts to one.",
        )
        .await?;
    post(&server, "first", (1, 1), &token("x")).await?;
    browser.until_is(NAMES, json!(["first"])).await?;
    // Without keys an id is enough, in the field as well.
    browser.type_into("#address", " first ").await?;
    browser.click("form button").await?;
    browser.until_part("name", "first").await?;
    browser.until_part("answer", "x").await?;
    // What is in the page stays: only what changed is made again.
    browser
        .run::<Value>("document.querySelector('.sessions li').kept = true", vec![])
        .await?;
    post(&server, "first", (1, 2), &token("y")).await?;
    post(&server, "second", (1, 1), &token("y")).await?;
    browser.until_is(NAMES, json!(["second", "first"])).await?;
    let kept = "[...document.querySelectorAll('.sessions li')].map((item) => item.kept === true)";
    browser.until_is(kept, json!([false, true])).await?;
    no_complaints(&browser).await
}
