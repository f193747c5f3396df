use serde_json::{Value, json};

use temporalio_common::protos::temporal::api::history::v1::History;

use super::*;

const OF_THE_CLI: &str =
    include_str!("../../../fixtures/histories/as-the-temporal-cli-writes-it.json");

fn of_the_cli() -> Value {
    serde_json::from_str(OF_THE_CLI).expect("JSON")
}

/// Writes every list of payloads as the CLI does.
fn in_full(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::Array(list) if matches!(key.as_str(), "input" | "result") => {
                        *value = payloads::lengthened(list);
                    }
                    value => in_full(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(in_full),
        _ => {}
    }
}

/// Without the space that a person put between the parts of an argument.
fn decoded(value: &mut Value) {
    match value {
        Value::Object(object) if object.contains_key("data") => {
            let text = payloads::text(object).expect("base64");
            let held: Value = serde_json::from_str(&text).expect("JSON");
            object.insert("data".to_owned(), held);
        }
        Value::Object(object) => object.values_mut().for_each(decoded),
        Value::Array(items) => items.iter_mut().for_each(decoded),
        _ => {}
    }
}

#[test]
fn what_the_cli_wrote_is_written_again_as_it_was() {
    let events = events(&of_the_cli()).expect("a history");
    let (mut written, mut there) = (to_value(&events).expect("writable"), of_the_cli());
    assert_eq!(
        written["events"][0]["workflowExecutionStartedEventAttributes"]["input"][0]["prompt"],
        "Berapa jumlah koperasi di Bali?"
    );

    in_full(&mut written);
    decoded(&mut written);
    decoded(&mut there);
    for (written, there) in written["events"]
        .as_array()
        .into_iter()
        .flatten()
        .zip(there["events"].as_array().into_iter().flatten())
    {
        assert_eq!(written, there);
    }
}

#[test]
fn the_sdks_own_json_and_shorthand_are_read_too() {
    let read = events(&of_the_cli()).expect("a history");
    let own = serde_json::to_value(History {
        events: read.clone(),
    })
    .expect("the SDK's own JSON");
    assert_eq!(
        own["events"][0]["event_type"], 1,
        "it has become proto JSON: {own}"
    );
    assert_eq!(events(&own).expect("read"), read);

    let short = to_value(&read).expect("writable");
    let again = events(&short).expect("read");
    assert_eq!(to_value(&again).expect("writable"), short);
}

#[test]
fn what_is_wrong_is_named_with_its_event() {
    let said = |history: Value| events(&history).expect_err("refused");
    assert_eq!(said(json!([])), "it is no object with a list `events`");
    let with = |path: &str, value: Value| {
        let mut history = of_the_cli();
        *history.pointer_mut(path).expect("there") = value;
        said(history)
    };
    assert_eq!(
        with("/events/4/eventType", json!("EVENT_TYPE_OF_TOMORROW")),
        "event 5: `EVENT_TYPE_OF_TOMORROW` is no number and no name of an enumeration that is known here"
    );
    assert!(with("/events/1/eventTime", json!("yesterday")).starts_with("event 2: "));
    let attributes = with(
        "/events/2",
        json!({ "eventId": "3", "tomorrowsEventAttributes": {} }),
    );
    assert_eq!(
        attributes,
        "event 3: nothing in it is known here as its attributes: eventId, tomorrowsEventAttributes"
    );
    assert_eq!(
        with("/events/2", json!({ "eventId": "3" })),
        "event 3: it has no attributes"
    );
}
