//! The page's pure functions, in the browser that they are for.

use std::path::Path;

use kai_e2e::capture::Transcript;
use serde_json::{Value, json};

use super::{no_complaints, receiver};
use crate::browser::Browser;
use crate::support::Result;

async fn page() -> Result<(kai_e2e::capture::CaptureServer, Browser)> {
    let server = receiver(|_| {}).await?;
    let browser = Browser::open(&server.start_page_url()).await?;
    Ok((server, browser))
}

/// The text of a recorded stream, with whatever ends lines, and its frames.
fn recorded(name: &str, line_end: &str) -> Result<(String, Vec<Value>)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/streams")
        .join(name);
    let transcript = Transcript::read(&file)?;
    let mut text = format!("\u{feff}: hello{line_end}retry: 250{line_end}");
    let mut frames = Vec::new();
    for event in transcript.events.iter().filter(|event| event.streamed) {
        let (id, kind, data) = (event.id().to_string(), event.kind(), event.event.text());
        let lines = [
            ": received 2026-01-01T00:00:00.000001Z".to_owned(),
            format!("id: {id}"),
            format!("event: {kind}"),
            format!("data: {data}"),
            String::new(),
            ": keep-alive".to_owned(),
        ];
        text.push_str(&lines.join(line_end));
        text.push_str(line_end);
        frames.push(json!({"id": id, "type": kind, "data": data, "received": "2026-01-01T00:00:00.000001Z"}));
    }
    Ok((text, frames))
}

#[tokio::test]
async fn streams_are_read_however_they_are_cut() -> Result {
    let (_server, browser) = page().await?;
    for line_end in ["\n", "\r", "\r\n"] {
        for name in ["two-attempts.json", "ranking.json"] {
            let (text, frames) = recorded(name, line_end)?;
            let read: Value = browser
                .wait(
                    "const [text, wanted] = arguments_;
                     const { SseParser } = await import(new URL('page/sse.js', document.baseURI));
                     const bytes = new TextEncoder().encode(text);
                     const read = (cuts) => {
                       const parser = new SseParser();
                       const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
                       const frames = [];
                       let start = 0;
                       for (const cut of [...cuts, bytes.length]) {
                         frames.push(...parser.push(decoder.decode(bytes.subarray(start, cut), { stream: true })));
                         start = cut;
                       }
                       return JSON.stringify([frames, parser.retry]);
                     };
                     const whole = read([]);
                     let cuts = 0;
                     // In two pieces, at every byte, where that is not too many; in pieces of a few bytes; byte by byte.
                     const step = bytes.length > 4000 ? 97 : 1;
                     for (let at = 1; at < bytes.length; at += step, cuts += 1) {
                       if (read([at]) !== whole) throw new Error(`cut at ${at}`);
                     }
                     for (const size of [1, 2, 3, 7, 64]) {
                       const all = Array.from({ length: Math.floor(bytes.length / size) }, (_, at) => (at + 1) * size);
                       if (read(all) !== whole) throw new Error(`in pieces of ${size}`);
                     }
                     return { frames: JSON.parse(whole)[0], retry: JSON.parse(whole)[1], cuts };",
                    vec![json!(text), json!(frames)],
                )
                .await?;
            assert_eq!(read["frames"], json!(frames), "{name} {line_end:?}");
            assert_eq!(read["retry"], json!(250));
            assert!(
                read["cuts"].as_u64().is_some_and(|cuts| cuts > 100),
                "{read}"
            );
        }
    }
    no_complaints(&browser).await
}

#[tokio::test]
async fn manners_of_other_servers_are_understood() -> Result {
    let (_server, browser) = page().await?;
    let read = |text: &'static str| {
        browser.wait::<Value>(
            "const { SseParser } = await import(new URL('page/sse.js', document.baseURI));
             return new SseParser().push(arguments_[0]).map(({ id, type, data }) => [id, type, data]);",
            vec![json!(text)],
        )
    };
    let frames = read(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n").await?;
    assert_eq!(
        frames,
        json!([
            ["1", "message", "first event"],
            ["", "message", "second event"],
            [null, "message", " third event"]
        ])
    );
    let frames = read("data\n\ndata\ndata\n\nevent: a:b\ndata::c: \n\nevent: nothing without data\n\nid: bad\u{0}id\nevent: add\nevent: remove\ndata: x\n\ndata: not ended\n").await?;
    assert_eq!(
        frames,
        json!([
            [null, "message", ""],
            [null, "message", "\n"],
            [null, "a:b", ":c: "],
            [null, "remove", "x"]
        ])
    );
    Ok(())
}

#[tokio::test]
async fn json_is_laid_out_and_read_without_losing_a_digit() -> Result {
    let (_server, browser) = page().await?;
    let sent = r#"{"a":[],"b":{},"n":[12345678901234567890.10,1.50,-1e400],"t":"x{,}: \" \\","l":[[1],{"c":null}]}"#;
    let shown = browser
        .call("json_text.js", "pretty", json!([sent]))
        .await?;
    let wanted = "{\n  \"a\": [],\n  \"b\": {},\n  \"n\": [\n    12345678901234567890.10,\n    1.50,\n    -1e400\n  ],\n  \"t\": \"x{,}: \\\" \\\\\",\n  \"l\": [\n    [\n      1\n    ],\n    {\n      \"c\": null\n    }\n  ]\n}";
    assert_eq!(shown, json!(wanted));
    for text in ["", "nonsense", "{\"a\": ", "]]}}", "\"open"] {
        // What is no JSON is no reason to fail.
        assert!(
            browser
                .call("json_text.js", "pretty", json!([text]))
                .await?
                .is_string(),
            "{text}"
        );
    }
    let cells: Value = browser
        .wait(
            "const { parseExactly } = await import(new URL('page/json_text.js', document.baseURI));
             const { tableOf } = await import(new URL('page/run_model.js', document.baseURI));
             const table = tableOf(parseExactly(arguments_[0]));
             return [table.columns, table.rows.map((row) => row.map(String)), table.rowCount, table.truncated];",
            vec![json!(r#"{"columns":["a","b"],"data":[[12345678901234567890.10,1.50],{"b":2,"a":null},"x"],"row_count":7,"truncated":true}"#)],
        )
        .await?;
    assert_eq!(
        cells,
        json!([
            ["a", "b"],
            [["12345678901234567890.10", "1.50"], ["null", "2"], ["x"]],
            7,
            true
        ])
    );
    no_complaints(&browser).await
}

#[tokio::test]
async fn addresses_name_sessions_and_come_back_from_them() -> Result {
    let (_server, browser) = page().await?;
    for (text, wanted) in [
        (
            "http://h:1/stream/a%2Fb%20c?key=K-_",
            json!({"id": "a/b c", "key": "K-_"}),
        ),
        (
            "https://h/some/path/stream/s",
            json!({"id": "s", "key": null}),
        ),
        (
            "  /stream/s?last_event_id=1-1-1&key=x ",
            json!({"id": "s", "key": "x"}),
        ),
        ("#/stream/s?key=x", json!({"id": "s", "key": "x"})),
        (
            "http://h/#/stream/%23%3F?key=x",
            json!({"id": "#?", "key": "x"}),
        ),
        (
            "http://h/sessions/s/transcript?key=x",
            json!({"id": "s", "key": "x"}),
        ),
        (
            "http://h/events/s?key=writes",
            json!({"id": "s", "key": null}),
        ),
        ("http://h/stream/", Value::Null),
        ("http://h/stream/a/b", Value::Null),
        ("/stream/%zz", Value::Null),
        ("/stream/%FF", Value::Null),
        ("s", Value::Null),
        ("", Value::Null),
    ] {
        assert_eq!(
            browser
                .call("address.js", "parseAddress", json!([text]))
                .await?,
            wanted,
            "{text}"
        );
    }
    for id in [
        "a/b?c#d",
        "100%",
        "é 漢 👍",
        "'\"<>&",
        "%2F",
        "..",
        "stream/x",
        "{id}",
    ] {
        let fragment = browser
            .call("address.js", "fragmentOf", json!([id]))
            .await?;
        let back = browser
            .call("address.js", "parseAddress", json!([fragment]))
            .await?;
        assert_eq!(back, json!({"id": id, "key": null}), "{fragment}");
    }
    let url = browser
        .call(
            "address.js",
            "urlOf",
            json!(["faults", {"id": "a/b", "key": "k&="}, {}]),
        )
        .await?;
    assert_eq!(url, json!("sessions/a%2Fb/faults?key=k%26%3D"));
    Ok(())
}

#[tokio::test]
async fn ids_are_ordered_and_gaps_counted_beyond_what_a_double_can() -> Result {
    let (_server, browser) = page().await?;
    let answers: Value = browser
        .wait(
            "const { parseId, compareIds, gapBefore, formatId } = await import(new URL('page/event_id.js', document.baseURI));
             const gap = (before, after) => {
               const found = gapBefore(before && parseId(before), parseId(after));
               return found && [String(found.first), String(found.last), String(found.count)];
             };
             return {
               none: ['', '1-1', '0-1-1', '1-1-0', '1-1-1-1', 'a-b-c', ' 1-1-1', null].map((text) => parseId(text)),
               same: formatId(parseId('1-2-18446744073709551615')),
               order: [['1-1-9', '1-1-10'], ['1-9-9', '2-1-1'], ['1-1-18446744073709551614', '1-1-18446744073709551615'], ['1-1-1', '1-1-1']]
                 .map(([one, other]) => Math.sign(compareIds(parseId(one), parseId(other)))),
               gaps: [gap(null, '1-1-1'), gap(null, '1-1-4'), gap('1-1-4', '1-1-5'), gap('1-1-4', '1-1-7'), gap('1-1-9', '1-2-2'), gap('1-1-1', '1-1-18446744073709551615')],
             };",
            vec![],
        )
        .await?;
    let wanted = json!({
        "none": [null, null, null, null, null, null, null, null],
        "same": "1-2-18446744073709551615",
        "order": [-1, -1, -1, 0],
        "gaps": [null, ["1", "3", "3"], null, ["5", "6", "2"], ["1", "1", "1"], ["2", "18446744073709551614", "18446744073709551613"]],
    });
    assert_eq!(answers, wanted);
    Ok(())
}

#[tokio::test]
async fn figures_and_texts_are_written_for_people() -> Result {
    let (_server, browser) = page().await?;
    for (function, arguments, wanted) in [
        ("counted", json!([1, "event"]), "1 event"),
        ("counted", json!([12345, "event"]), "12,345 events"),
        ("span", json!([42]), "0.042 s"),
        ("span", json!([75_300]), "75.3 s"),
        ("span", json!([185_000]), "3 min 5 s"),
        ("span", json!([7_500_000]), "2 h 5 min"),
        ("ago", json!([-5_000]), "now"),
        ("ago", json!([59_000]), "59 s ago"),
        ("ago", json!([3_600_000]), "1 h ago"),
        (
            "oneLine",
            json!(["a\n\tb\u{0}c\u{2028}d"]),
            "a b\u{fffd}c d",
        ),
        ("oneLine", json!(["x".repeat(1_000), 5]), "xxxxx…"),
        ("cut", json!(["a👍", 2]), "a"),
        ("quoted", json!(["a\nb"]), "\"a\\nb\""),
        (
            "gist",
            json!(["todo_update", {"todos": [{"content": "x", "status": "in_progress"}, {"status": "completed"}]}]),
            "1 of 2: x",
        ),
        (
            "gist",
            json!(["done", {"result": {"status": "completed"}, "execution_time_ms": 1234}]),
            "completed after 1,234 ms",
        ),
        (
            "gist",
            json!(["new_kind", {"type": "new_kind", "a": 1}]),
            "{\"a\":1}",
        ),
        (
            "gist",
            json!(["tool_start", {"tool": "sql_query", "input": {"query": "SELECT 1"}}]),
            "sql_query SELECT 1",
        ),
    ] {
        assert_eq!(
            browser
                .call("format.js", function, arguments.clone())
                .await?,
            json!(wanted),
            "{function} {arguments}"
        );
    }
    // Events of the known types with nothing of what they should have.
    for kind in [
        "token",
        "thinking",
        "error",
        "skill_loaded",
        "todo_update",
        "tool_start",
        "tool_end",
        "sql_result",
        "chart_config",
        "done",
        "x",
    ] {
        let hollow = json!({"skills": 1, "todos": {}, "input": null, "data": "x", "columns": 5, "result": "x", "execution_time_ms": "y", "content": [1]});
        for event in [json!({}), hollow] {
            assert!(
                browser
                    .call("format.js", "gist", json!([kind, event]))
                    .await?
                    .is_string(),
                "{kind}"
            );
        }
    }
    Ok(())
}
