//! Workers are not trusted: whatever they send is text.

use serde_json::{Value, json};

use super::{do_not_join, no_complaints, post_all, receiver, session, texts};
use crate::browser::Browser;
use crate::support::Result;

/// Texts that are markup, script, address or line end to somebody.
const TEXTS: [&str; 6] = [
    "<script>window.ran = 1</script>",
    "</script><img src=x onerror='window.ran = 2'>",
    "\"'><svg onload=window.ran=3>",
    "javascript:window.ran=4",
    "a\u{2028}b\u{2029}c\u{85}d\u{202e}e\0f\r\ng",
    "{{constructor}} ${window.ran = 5} __proto__",
];

/// Nothing ran, nothing was loaded, and the page has the scripts that it came with.
async fn untouched(browser: &Browser) -> Result {
    let seen: Value = browser
        .value(
            "{ ran: typeof window.ran, scripts: document.scripts.length, images: document.images.length, svg: document.querySelectorAll('svg').length,
               polluted: ({}).polluted ?? null,
               handlers: document.querySelectorAll('[onerror], [onload], [onclick], [style]').length,
               links: [...document.links].filter((link) => !link.hash.startsWith('#/stream/') || link.origin !== location.origin).length }",
        )
        .await?;
    let wanted = json!({"ran": "undefined", "scripts": 1, "images": 1, "svg": 0, "polluted": null, "handlers": 0, "links": 0});
    assert_eq!(seen, wanted);
    no_complaints(browser).await
}

#[tokio::test]
async fn hostile_texts_are_shown_as_they_are_and_nothing_of_them_runs() -> Result {
    let server = receiver(|_| {}).await?;
    let mut events = Vec::new();
    for text in TEXTS {
        events.extend([
            json!({"type": "token", "content": text}),
            json!({"type": text, "content": text, text: text}),
            json!({"type": "tool_start", "tool": "sql_query", "input": {"query": text}}),
            json!({"type": "tool_end", "tool": "sql_query", "output": json!({"success": false, "error": text}).to_string()}),
            json!({"type": "sql_result", "sql": text, "columns": [text, "__proto__"], "data": [[text, {"a": text}], {"__proto__": {"polluted": 1}}, text], "row_count": 3, "truncated": false}),
            json!({"type": "error", "error": text}),
            json!({"type": "no_data_warning", "message": text}),
            json!({"type": "suggestions", "content": text}),
            json!({"type": "skill_loaded", "message": text, "skills": [{"name": text}, null, 1]}),
            json!({"type": "todo_update", "todos": [{"content": text, "status": "in_progress"}, null]}),
        ]);
    }
    events.push(json!({"type": "done", "result": {"status": TEXTS[0], "final_answer": TEXTS[1], "error": TEXTS[2]}, "execution_time_ms": TEXTS[3]}));
    post_all(&server, "s", 1, &events).await?;
    let browser = Browser::open(&server.page_url(&session("s"))).await?;
    browser.until_part("state", "done").await?;
    do_not_join(&browser).await?;
    browser
        .run::<Value>(
            "for (const details of document.querySelectorAll('details')) details.open = true",
            vec![],
        )
        .await?;
    browser
        .until_is(
            "document.querySelectorAll('.event .body pre').length",
            events.len(),
        )
        .await?;

    assert_eq!(browser.part("answer").await?, TEXTS.concat());
    let statements: Vec<String> = browser.value(&texts("pre.sql")).await?;
    assert_eq!(
        statements.len(),
        10,
        "the last of them, and it is said how many more there are"
    );
    assert_eq!(
        browser.part("hidden-statements").await?,
        "2 earlier statements not shown; they are in the timeline."
    );
    assert!(statements.contains(&TEXTS[1].to_owned()), "{statements:?}");
    assert_eq!(browser.part("suggestions").await?, TEXTS[5]);
    // The JSON is shown as it came, each as the value that was sent.
    let shown: Vec<String> = browser.value(&texts(".event .body pre")).await?;
    for (shown, sent) in shown.iter().zip(&events) {
        assert_eq!(&serde_json::from_str::<Value>(shown)?, sent);
    }
    untouched(&browser).await
}

#[tokio::test]
async fn a_sessions_id_is_any_text() -> Result {
    let server = receiver(|_| {}).await?;
    let long = "<b>é漢👍".repeat(60).chars().take(200).collect::<String>();
    let ids = [
        "\"><script>window.ran = 6</script>".to_owned(),
        "'a' & <b> % %41 # ? / \\ + ;=:@".to_owned(),
        "#/stream/other?key=x".to_owned(),
        "../../etc".to_owned(),
        " spaces ".to_owned(),
        "\u{202e}sdrawkcab\u{200b}".to_owned(),
        "é".repeat(256),
        long,
    ];
    for id in &ids {
        super::post(&server, id, (1, 1), &super::token(id)).await?;
    }
    let browser = Browser::open(&server.start_page_url()).await?;
    let names = texts(".sessions .name");
    let listed: Vec<_> = ids.iter().rev().collect();
    browser.until_is(&names, json!(listed)).await?;
    for id in &ids {
        // From the list, and from the address that the receiver gives out.
        browser
            .run::<Value>(
                "[...document.querySelectorAll('.sessions a')].find((link) => link.querySelector('.name').textContent === arguments[0]).click()",
                vec![json!(id)],
            )
            .await?;
        browser.until_part("answer", id).await?;
        assert_eq!(&browser.part("name").await?, id);
        browser.go(&server.page_url(&session(id))).await?;
        browser.until_part("answer", id).await?;
        browser.until_is("[...document.querySelectorAll('.sessions [aria-current] .name')].map((name) => name.textContent)", json!([id])).await?;
    }
    untouched(&browser).await
}

#[tokio::test]
async fn the_browser_itself_keeps_markup_and_scripts_out() -> Result {
    let server = receiver(|_| {}).await?;
    let browser = Browser::open(&server.start_page_url()).await?;
    // What a mistake in the page would do.
    let refused: Vec<String> = browser
        .run(
            "const refused = [];
             for (const [name, act] of Object.entries({
               markup: () => (document.body.innerHTML = '<b>x</b>'),
               script: () => (document.createElement('script').text = 'window.ran = 7'),
               handler: () => document.body.setAttribute('onclick', 'window.ran = 8'),
             })) {
               try { act(); } catch (error) { refused.push(name); }
             }
             return refused;",
            vec![],
        )
        .await?;
    assert_eq!(refused, ["markup", "script", "handler"]);
    let elsewhere = browser
        .wait::<bool>(
            "return fetch('http://127.0.0.1:1/').then(() => true)",
            vec![],
        )
        .await;
    assert!(elsewhere.is_err(), "{elsewhere:?}");
    assert_eq!(
        browser.value::<String>("typeof window.ran").await?,
        "undefined"
    );
    let complaints = browser.complaints().await?.join("\n");
    assert!(
        complaints.contains("Content Security Policy"),
        "{complaints}"
    );
    Ok(())
}
