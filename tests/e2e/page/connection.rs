//! Connections that are lost, refused or over.

use std::time::Duration;

use serde_json::{Value, json};

use super::cutting_proxy::CuttingProxy;
use super::{IDS, do_not_join, done, no_complaints, post, receiver, session, texts, token};
use crate::browser::Browser;
use crate::support::Result;

#[tokio::test]
async fn a_stream_that_is_cut_anywhere_goes_on_without_loss_or_repetition() -> Result {
    const EVENTS: u64 = 150;
    let server = receiver(|config| config.retry = Duration::from_millis(1)).await?;
    // In the answer's head, in ids, in the middle of letters, and after thousands of bytes.
    let cuts = [
        1, 150, 230, 251, 252, 253, 254, 300, 333, 1_000, 2_500, 5_000,
    ];
    let proxy = CuttingProxy::start(server.address(), cuts).await?;
    let page = server
        .page_url(&session("s"))
        .replace(&server.address().to_string(), &proxy.address().to_string());
    let browser = Browser::open(&page).await?;
    do_not_join(&browser).await?;
    for seq in 1..EVENTS {
        post(&server, "s", (1, seq), &token(format!("{seq}. é 漢 👍 "))).await?;
    }
    post(&server, "s", (1, EVENTS), &done("completed", "")).await?;

    // A browser may drop what came shortly before a cut, and the page waits longer after each connection that brought nothing.
    // So it is told to go on at once, as a user would tell it.
    let going_on = "((view, retry) => {
        if (view.textContent.startsWith('Connection lost')) retry.click();
        return view.textContent;
    })(...['connection', 'retry'].map((part) => document.querySelector(`[data-part=\"${part}\"]`)))";
    browser
        .until_is(going_on, "Complete: nothing more follows")
        .await?;
    // The rows are drawn with the next picture.
    let wanted: Vec<_> = (1..=EVENTS).map(|seq| format!("1-1-{seq}")).collect();
    browser.until_is(IDS, wanted).await?;
    let answer: String = (1..EVENTS).map(|seq| format!("{seq}. é 漢 👍 ")).collect();
    assert_eq!(browser.part("answer").await?, answer);
    assert_eq!(proxy.cut(), cuts.len(), "every cut was made");
    assert_eq!(
        browser
            .value::<usize>("document.querySelectorAll('.marker.gap, .marker.dropped').length")
            .await?,
        0
    );
    Ok(())
}

#[tokio::test]
async fn a_connection_that_says_nothing_any_more_is_given_up() -> Result {
    let server = receiver(|config| {
        config.keep_alive = Duration::from_millis(50);
        config.retry = Duration::from_millis(1);
    })
    .await?;
    post(&server, "s", (1, 1), &token("a")).await?;
    let proxy = CuttingProxy::hanging(server.address(), [400]).await?;
    let page = server
        .page_url(&session("s"))
        .replace(&server.address().to_string(), &proxy.address().to_string());
    let browser = Browser::open(&page).await?;
    browser.until_part("answer", "a").await?;
    browser
        .until("the connection to hang", "1", |_| proxy.cut() == 1)
        .await?;
    post(&server, "s", (1, 2), &token("b")).await?;
    browser.until_part("answer", "ab").await?;
    browser.until_part("connection", "Live").await
}

#[tokio::test]
async fn a_receiver_that_was_started_anew_is_read_anew_and_that_is_said() -> Result {
    let server = receiver(|config| config.retry = Duration::from_secs(60)).await?;
    let listen = server.address();
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    do_not_join(&browser).await?;
    for seq in 1..=3 {
        post(&server, "s", (1, seq), &token(seq)).await?;
    }
    browser.until_part("answer", "123").await?;
    browser.until_part("connection", "Live").await?;
    server.shutdown().await?;
    browser
        .until_part("connection", "Connection lost; trying again")
        .await?;
    // What was seen stays.
    assert_eq!(browser.part("answer").await?, "123");
    let can_be_pressed = "document.querySelector('[data-part=retry]').checkVisibility()";
    assert!(browser.value::<bool>(can_be_pressed).await?);

    let server = receiver(|config| config.listen = listen).await?;
    post(&server, "s", (1, 1), &token("other ")).await?;
    // Sooner than it would by itself.
    browser.click("[data-part=retry]").await?;
    browser.until_part("answer", "other ").await?;
    post(&server, "s", (1, 2), &token("log")).await?;
    browser.until_part("answer", "other log").await?;
    browser
        .until_is(IDS, json!(["1-1-1", "1-1-2", "1-1-3", "1-1-1", "1-1-2"]))
        .await?;
    browser
        .until_is(
            &texts(".marker.dropped"),
            json!(["History dropped: events after 1-1-3 before 1-1-1 are gone, and this page has not seen them"]),
        )
        .await?;
    assert_eq!(
        browser
            .value::<usize>("document.querySelectorAll('.marker.gap').length")
            .await?,
        0
    );
    Ok(())
}

#[tokio::test]
async fn a_long_silence_is_said_and_watching_goes_on_when_something_comes() -> Result {
    let server = receiver(|config| config.silence = Duration::from_millis(300)).await?;
    post(&server, "s", (1, 1), &token("a")).await?;
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    browser
        .until_part("connection", "Closed by the receiver after a long silence")
        .await?;
    assert_eq!(browser.part("retry").await?, "Watch on");
    // Nobody presses it: the page learns that there is more.
    post(&server, "s", (1, 2), &token("b")).await?;
    post(&server, "s", (1, 3), &done("completed", "ab")).await?;
    browser.until_part("answer", "ab").await?;
    browser
        .until_part("connection", "Complete: nothing more follows")
        .await?;
    // Asked by hand, it says the same again.
    browser.click("[data-part=retry]").await?;
    browser
        .until_part("connection", "Complete: nothing more follows")
        .await?;
    do_not_join(&browser).await?;
    browser
        .until_is(IDS, json!(["1-1-1", "1-1-2", "1-1-3"]))
        .await?;
    no_complaints(&browser).await
}

#[tokio::test]
async fn a_worker_cannot_end_the_watch_by_a_type_of_the_receivers() -> Result {
    let server = receiver(|_| {}).await?;
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    do_not_join(&browser).await?;
    let events = [
        json!({"type": "timeout"}),
        json!({"type": "history_dropped", "after": "1-1-1", "before": "1-1-9"}),
        token("still here"),
    ];
    super::post_all(&server, "s", 1, &events).await?;
    browser.until_part("answer", "still here").await?;
    browser.until_part("connection", "Live").await?;
    browser
        .until_is(IDS, json!(["1-1-1", "1-1-2", "1-1-3"]))
        .await?;
    assert_eq!(
        browser
            .value::<usize>("document.querySelectorAll('.marker.dropped').length")
            .await?,
        0
    );
    no_complaints(&browser).await
}

#[tokio::test]
async fn what_the_receiver_refuses_is_said_in_its_words() -> Result {
    let server = receiver(|_| {}).await?;
    let browser = Browser::open(&format!("{}#/stream/a%0Ab", server.start_page_url())).await?;
    browser
        .until_part(
            "connection-detail",
            "the session's id has control characters or line separators in it",
        )
        .await?;
    browser.until_part("connection", "Refused").await?;
    for (fragment, wanted) in [
        (
            "#/stream/%zz",
            "The address of this page names no session: after the # it has /stream/ and the session’s id.",
        ),
        (
            "#nonsense",
            "The address of this page names no session: after the # it has /stream/ and the session’s id.",
        ),
    ] {
        browser
            .run::<Value>("location.hash = arguments[0]", vec![json!(fragment)])
            .await?;
        browser.until_part("welcome-error", wanted).await?;
    }
    browser
        .run::<Value>(
            "location.hash = '#/stream/' + encodeURIComponent('..')",
            vec![],
        )
        .await?;
    browser.until_part("connection", "Refused").await?;
    assert!(
        browser
            .part("connection-detail")
            .await?
            .starts_with("no URL can name this session")
    );
    Ok(())
}
