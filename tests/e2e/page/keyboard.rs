//! Without a mouse, and without a screen.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::{done, no_complaints, post, post_all, receiver, session, texts, token};
use crate::browser::Browser;
use crate::support::Result;

const FOCUSED: &str = "document.activeElement.dataset.part ?? document.activeElement.querySelector('.name')?.textContent ?? document.activeElement.tagName";

fn key(key: Key) -> String {
    char::from(key).to_string()
}

#[tokio::test]
async fn a_session_is_found_and_read_by_keyboard() -> Result {
    let server = receiver(|_| {}).await?;
    for n in 1..=5 {
        post(&server, &format!("conv-{n}"), (1, 1), &token(n)).await?;
    }
    let browser = Browser::open(&server.start_page_url()).await?;
    browser.until_part("list-status", "5 sessions").await?;
    // From the top: what skips the list, the form, the search, and the first session.
    let mut order = Vec::new();
    for _ in 0..6 {
        browser.press(&key(Key::Tab)).await?;
        order.push(browser.value::<String>(FOCUSED).await?);
    }
    assert_eq!(
        order,
        [
            "skip",
            "address",
            "BUTTON",
            "search",
            "state-filter",
            "conv-5"
        ]
    );
    browser.press(&key(Key::Down)).await?;
    browser.press(&key(Key::Down)).await?;
    browser.until_is(FOCUSED, "conv-3").await?;

    // The list is put in another order meanwhile; the focus stays where it is.
    post(&server, "conv-3", (1, 2), &token("again")).await?;
    let names = texts(".sessions .name");
    browser
        .until_is(
            &names,
            json!(["conv-3", "conv-5", "conv-4", "conv-2", "conv-1"]),
        )
        .await?;
    browser.until_is(FOCUSED, "conv-3").await?;
    browser.press(&key(Key::Enter)).await?;
    browser.until_part("name", "conv-3").await?;
    browser.until_is(FOCUSED, "title").await?;

    // An event is unfolded by keyboard, and what it is can be read.
    browser
        .run::<Value>("document.querySelector('.event summary').focus()", vec![])
        .await?;
    browser.press(&key(Key::Enter)).await?;
    browser
        .until_is(
            "document.querySelector('.event .pieces')?.childElementCount",
            2,
        )
        .await?;
    no_complaints(&browser).await
}

#[tokio::test]
async fn everything_has_a_name_and_a_place() -> Result {
    let server = receiver(|_| {}).await?;
    let events = [
        json!({"type": "tool_start", "tool": "sql_query", "input": {"query": "SELECT 1"}}),
        json!({"type": "tool_end", "tool": "sql_query", "output": "{\"success\": true}"}),
        json!({"type": "sql_result", "sql": "SELECT 1", "columns": ["n"], "data": [[1]], "row_count": 1, "truncated": false}),
        token("One."),
        done("completed", "One."),
    ];
    post_all(&server, "s", 1, &events[..2]).await?;
    post_all(&server, "s", 2, &events).await?;
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    browser.until_part("state", "done").await?;
    browser
        .run::<Value>(
            "for (const details of document.querySelectorAll('details')) details.open = true",
            vec![],
        )
        .await?;
    browser
        .until_is(
            "document.querySelectorAll('.event .body pre').length",
            events.len() + 2,
        )
        .await?;

    // What can be used has a name; what scrolls can be reached; what is a list, a table or a heading is one.
    let nameless: Vec<String> = browser
        .value(
            "[...document.querySelectorAll('button, input, select, a, summary, [tabindex], [role=group], nav, section, article')]
               .filter((found) => found.checkVisibility() && !found.matches('h2'))
               .filter((found) => {
                 const by = found.getAttribute('aria-labelledby');
                 const name = found.getAttribute('aria-label')
                   ?? (by ? document.getElementById(by)?.textContent : null)
                   ?? (found.labels?.length ? found.labels[0].textContent : null)
                   ?? (found.matches('button, a, summary') ? found.textContent : '');
                 return name.trim() === '';
               })
               .map((found) => found.outerHTML.slice(0, 120))",
        )
        .await?;
    assert_eq!(nameless, Vec::<String>::new());
    let headings: Vec<String> = browser
        .value("[...document.querySelectorAll('h1, h2, h3, h4')].filter((found) => found.checkVisibility()).map((found) => found.tagName)")
        .await?;
    assert_eq!(
        headings,
        ["H1", "H2", "H3", "H3", "H4", "H3"],
        "no level is left out"
    );
    for (what, selector) in [
        (
            "the states are announced",
            "[role=status][data-part=connection]",
        ),
        ("a table's columns are", "table th[scope=col]"),
        ("a table has a caption", "table caption"),
        ("times are for machines too", ".event time[datetime]"),
        ("there is one main part", "html[lang=en] main"),
        (
            "attempts say which is shown",
            "[data-part=attempts] button[aria-pressed=true]",
        ),
    ] {
        let found: usize = browser
            .run(
                "return document.querySelectorAll(arguments[0]).length",
                vec![json!(selector)],
            )
            .await?;
        assert!(found > 0, "{what}: {selector}");
    }
    no_complaints(&browser).await
}
