//! No secret goes into a recording: they are committed.

use serde_json::Value;

use super::assembled::Assembled;
use super::exchange::{Exchange, Recording};
use crate::agent::models::redact::find;

/// Where something looks like a secret, and like what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Suspicion {
    pub(super) place: String,
    pub(super) kind: &'static str,
}

/// The first place of a recording that looks like a secret, or holds one of the given ones.
pub(super) fn search(recording: &Recording, known: &[String]) -> Option<Suspicion> {
    let exchanges = recording.exchanges.iter().enumerate();
    exchanges
        .map(|(number, exchange)| of_exchange(number + 1, exchange, known))
        .find_map(|found| found)
}

fn of_exchange(number: usize, exchange: &Exchange, known: &[String]) -> Option<Suspicion> {
    let request = &exchange.request;
    let messages = request.messages.iter().enumerate().map(|(at, message)| {
        let role = message["role"].as_str().unwrap_or("no role");
        (
            format!("message {} ({role}) of request {number}", at + 1),
            message.clone(),
        )
    });
    let rest = [
        (
            format!("the model's name in request {number}"),
            Value::from(request.model.as_str()),
        ),
        (
            format!("a tool of request {number}"),
            Value::from(request.tools.clone()),
        ),
        (
            format!("a parameter of request {number}"),
            Value::from(request.parameters.clone()),
        ),
    ];
    for (place, value) in messages.chain(rest) {
        if let Some(kind) = in_value(&value, known) {
            return Some(Suspicion { place, kind });
        }
    }
    let body = exchange.response.body();
    // A secret may be cut over many pieces; what it is as a whole counts.
    let mut texts = Assembled::of(&body).texts;
    texts.push(String::from_utf8_lossy(&body).into_owned());
    let kind = texts.iter().find_map(|text| in_text(text, known))?;
    let place = format!("the answer to request {number}");
    Some(Suspicion { place, kind })
}

fn in_value(value: &Value, known: &[String]) -> Option<&'static str> {
    match value {
        Value::String(text) => in_text(text, known),
        Value::Array(items) => items.iter().find_map(|item| in_value(item, known)),
        Value::Object(object) => object
            .iter()
            .find_map(|(key, value)| in_text(key, known).or_else(|| in_value(value, known))),
        _ => None,
    }
}

fn in_text(text: &str, known: &[String]) -> Option<&'static str> {
    if known.iter().any(|secret| text.contains(secret.as_str())) {
        return Some("the key that the model was called with");
    }
    find(text).map(|(_, kind)| kind)
}
