//! A made-up run, for tests to expect something of.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{ExpectationError, Expectations};
use crate::checks::{Facts, RunEvidence, SeenEvent};
use crate::contract::Secret;

pub(super) const PROMPT: &str =
    "Tampilkan top 3 provinsi dengan rata-rata modal awal koperasi tertinggi";
pub(super) const ANSWER: &str = "3 provinsi dengan rata-rata modal awal koperasi tertinggi:\n\n\
    No  Provinsi          Rata-rata modal awal\n\
    ------------------------------------------\n\
    1   DKI Jakarta          Rp 106.137.069,01\n\
    2   Kalimantan Timur      Rp 87.177.475,36\n\
    3   Bali                  Rp 77.910.491,19\n\n\
    Ketiganya 44,77 % dari total, sekitar 271,2 juta.";
pub(super) const SQL: &str = "SELECT p.name AS provinsi, round(avg(c.capital), 2) AS rata_rata FROM cooperative c JOIN provinces p \
    ON p.code = c.\"provinceId\"::text GROUP BY p.name ORDER BY 2 DESC LIMIT 3";

/// When the run was started; its events come 20 ms apart.
pub(super) fn at(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + millis)
}

pub(super) fn seen(events: Vec<Value>) -> Vec<SeenEvent> {
    (1..)
        .zip(events)
        .map(|(number, event)| SeenEvent {
            event: serde_json::from_value(event).expect("an event"),
            id: None,
            received_at: at(20 * number),
        })
        .collect()
}

/// Events in words: `tool_start:sql_query`, `token`, `error`; they have no fields but their tool.
pub(super) fn words(text: &str) -> Vec<SeenEvent> {
    let event = |word: &str| match word.split_once(':') {
        Some((kind, tool)) => json!({"type": kind, "tool": tool}),
        None => json!({"type": word}),
    };
    seen(text.split_whitespace().map(event).collect())
}

fn call(tool: &str, input: Value, output: &Value) -> [Value; 2] {
    [
        json!({"type": "tool_start", "tool": tool, "input": input}),
        json!({"type": "tool_end", "tool": tool, "output": output.to_string()}),
    ]
}

fn result() -> Value {
    json!({
        "task_id": "0".repeat(32), "status": "completed", "final_answer": ANSWER, "sql_queries": [SQL],
        "execution_time_ms": 40, "error": null, "mission_id": "", "stages_completed": [], "events_sent": 16,
        "events_failed": 0
    })
}

/// A run that was answered: 16 events.
pub(super) fn answered() -> RunEvidence {
    let rows = json!([
        {"provinsi": "DKI Jakarta", "rata_rata": 106_137_069.01},
        {"provinsi": "Kalimantan Timur", "rata_rata": 87_177_475.36},
        {"provinsi": "Bali", "rata_rata": 77_910_491.19},
    ]);
    let mut events = vec![json!({"type": "todo_update", "todos": []})];
    events.extend(call(
        "get_instructions",
        json!({}),
        &json!({"success": true, "instructions": []}),
    ));
    events.extend(call(
        "search_metrics_in_question",
        json!({"question": PROMPT}),
        &json!({"success": true, "metrics": [{"metric": "Modal Awal"}]}),
    ));
    events.push(json!({"type": "thinking", "content": "modal awal menurut provinsi"}));
    events.extend(call(
        "sql_query",
        json!({"query": SQL}),
        &json!({"success": true, "columns": ["provinsi", "rata_rata"], "rows": rows, "row_count": 3}),
    ));
    events.push(json!({
        "type": "sql_result", "sql": SQL, "columns": ["provinsi", "rata_rata"], "data": rows, "row_count": 3,
        "truncated": false
    }));
    let pieces: Vec<&str> = ANSWER.split_inclusive("\n\n").collect();
    for piece in pieces.iter().flat_map(|piece| [&piece[..3], &piece[3..]]) {
        events.push(json!({"type": "token", "content": piece}));
    }
    events.push(json!({"type": "done", "result": result(), "execution_time_ms": 40}));
    RunEvidence {
        workflow_id: "kai-e2e-0123456789abcdef0123456789abcdef".to_owned(),
        streamed: true,
        started_at: Some(at(0)),
        events: seen(events),
        result: serde_json::from_value(result()).ok(),
        status: "Completed".to_owned(),
        facts: Facts {
            secrets: vec![(
                "the reader's password".to_owned(),
                Secret::from("hunter2-hunter2"),
            )],
            ..Facts::default()
        },
        ..RunEvidence::default()
    }
}

/// A run with these events.
pub(super) fn with_events(text: &str) -> RunEvidence {
    RunEvidence {
        events: words(text),
        ..answered()
    }
}

/// A run that failed.
pub(super) fn failed() -> RunEvidence {
    RunEvidence {
        events: seen(vec![
            json!({"type": "error", "error": "no connection `x` is stored"}),
            json!({"type": "done"}),
        ]),
        result: None,
        failure: Some("UnknownConnection: no connection `x` is stored".to_owned()),
        status: "Failed".to_owned(),
        ..answered()
    }
}

/// Judges a made-up run.
pub(super) fn judged(
    evidence: &RunEvidence,
    expect: impl FnOnce(Expectations<'_>) -> Expectations<'_>,
) -> Result<(), ExpectationError> {
    let database = Err("a made-up run has no database");
    expect(Expectations::over(evidence, PROMPT, database)).check()
}

/// What a run that does not hold is told with, without the head of the error.
#[track_caller]
pub(super) fn told(
    evidence: &RunEvidence,
    expect: impl FnOnce(Expectations<'_>) -> Expectations<'_>,
) -> String {
    let error = judged(evidence, expect).expect_err("it does not hold");
    let texts: Vec<String> = error.unmet().iter().map(ToString::to_string).collect();
    let text = texts.join("\n");
    let too_wide = text.lines().find(|line| line.chars().count() > 120);
    assert_eq!(too_wide, None);
    text
}
