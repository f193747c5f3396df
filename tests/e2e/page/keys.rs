//! Sessions with keys: opened by who has the URL, and by nobody else.

use kai_e2e::capture::Access;
use serde_json::{Value, json};

use super::{done, post, receiver, session, texts, token};
use crate::browser::Browser;
use crate::support::Result;

/// Everything of the page and of the browser's memory in which a key could be left, this page's own address aside.
const TRACES: &str = "[document.title, document.documentElement.outerHTML, ...[...document.links].map((link) => link.href), document.cookie,
  JSON.stringify(localStorage), JSON.stringify(sessionStorage), JSON.stringify(history.state)].join('\\n')";

#[tokio::test]
async fn the_address_of_a_page_opens_its_session_and_no_other() -> Result {
    let server = receiver(|config| config.access = Access::keys()).await?;
    let page = server.page_url(&session("mine <b>"));
    let (_, key) = page.split_once("?key=").ok_or("no key")?;
    post(&server, "mine <b>", (1, 1), &token("secret")).await?;
    let browser = Browser::open(&page).await?;
    browser.until_part("answer", "secret").await?;
    browser.until_part("connection", "Live").await?;
    post(&server, "mine <b>", (1, 2), &token(" answer")).await?;
    browser.until_part("answer", "secret answer").await?;
    assert_eq!(browser.part("name").await?, "mine <b>");
    assert!(
        browser.title().await?.starts_with("mine <b> · running"),
        "{}",
        browser.title().await?
    );
    assert!(!browser.value::<String>(TRACES).await?.contains(key));
    // There is no list to be seen, and none was asked for.
    let listed = "document.querySelector('[data-part=listed]').checkVisibility()";
    assert!(!browser.value::<bool>(listed).await?);
    let asked: Vec<String> = browser
        .value(
            "performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname)",
        )
        .await?;
    assert!(!asked.contains(&"/sessions".to_owned()), "{asked:?}");
    // Loaded again, it is still there.
    browser.reload().await?;
    browser.until_part("answer", "secret answer").await?;

    // Another session under this key.
    browser.go("about:blank").await?;
    browser.go(&page.replace("mine", "other")).await?;
    browser.until_part("connection", "Refused").await?;
    browser
        .until_part(
            "connection-detail",
            "the URL has no `key` of this session, or a wrong one; use the URLs of POST /sessions as they are",
        )
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_pasted_url_opens_its_session_and_its_key_stays_in_the_page() -> Result {
    let server = receiver(|config| config.access = Access::keys()).await?;
    for id in ["one", "two"] {
        post(&server, id, (1, 1), &token(id)).await?;
        post(&server, id, (1, 2), &done("completed", id)).await?;
    }
    let browser = Browser::open(&server.start_page_url()).await?;
    let open = async |url: &str| {
        browser.type_into("#address", url).await?;
        browser.click("form button").await
    };
    open("not a URL").await?;
    browser
        .until_part(
            "open-error",
            "This is no stream URL: that has /stream/ and the session’s id in it.",
        )
        .await?;
    browser
        .run::<Value>("document.querySelector('#address').value = ''", vec![])
        .await?;
    for id in ["one", "two"] {
        let url = server.stream_url(&session(id));
        open(&url).await?;
        browser.until_part("answer", id).await?;
        browser
            .until_part("connection", "Complete: nothing more follows")
            .await?;
        let (_, key) = url.split_once("?key=").ok_or("no key")?;
        assert!(!browser.value::<String>(TRACES).await?.contains(key));
        assert!(
            !browser
                .value::<String>("location.href")
                .await?
                .contains(key),
            "it would stay in the history"
        );
    }
    // Both can be gone back to, by the list of what was opened and by the browser's own way back.
    browser
        .until_is(&texts("[data-part=opened] .name"), json!(["two", "one"]))
        .await?;
    browser.run::<Value>("history.back()", vec![]).await?;
    browser.until_part("answer", "one").await?;
    browser.click("[data-part=opened] a").await?;
    browser.until_part("answer", "two").await?;

    // Where the key is gone, what is wanted is said.
    browser.reload().await?;
    browser.until_part("connection", "Refused").await?;
    browser
        .until_part(
            "connection-detail",
            "This session needs its key: open it by its whole stream URL, which ends in “?key=…”.",
        )
        .await?;
    let shown = "document.querySelector('[data-part=panes]').checkVisibility()";
    browser.until_is(shown, false).await?;
    Ok(())
}
