//! Explaining that nothing was recorded for a request.

use serde_json::{Map, Value};

use super::canonical::canonical;
use super::exchange::Exchange;
use super::request::{RecordedRequest, comparable};

/// How many characters are shown before and after where two texts part.
const BEFORE: usize = 60;
const AFTER: usize = 120;

/// The recorded request that is most like the one that was asked, and how they differ.
pub(super) fn explain(asked: &RecordedRequest, recorded: &[Exchange]) -> String {
    let nearest = recorded
        .iter()
        .enumerate()
        .map(|(at, exchange)| (at, &exchange.request))
        .max_by_key(|(at, request)| (likeness(asked, request), std::cmp::Reverse(*at)));
    let Some((at, nearest)) = nearest else {
        return "nothing was recorded".to_owned();
    };
    let mut lines = vec![format!(
        "nothing was recorded for this request; the nearest is request {} of {}",
        at + 1,
        recorded.len()
    )];
    lines.extend(differences(asked, nearest));
    lines.join("\n")
}

/// The more messages are the same from the beginning on, the nearer.
fn likeness(asked: &RecordedRequest, recorded: &RecordedRequest) -> (usize, bool, bool, bool) {
    let same = common(&asked.messages, &recorded.messages);
    (
        same,
        same == asked.messages.len() && same == recorded.messages.len(),
        asked.model == recorded.model,
        asked.tools == recorded.tools,
    )
}

fn common(asked: &[Value], recorded: &[Value]) -> usize {
    asked
        .iter()
        .zip(recorded)
        .take_while(|(asked, recorded)| comparable(asked) == comparable(recorded))
        .count()
}

fn differences(asked: &RecordedRequest, recorded: &RecordedRequest) -> Vec<String> {
    let mut lines = Vec::new();
    if asked.model != recorded.model {
        lines.push(format!(
            "its model is `{}`, and `{}` is asked",
            recorded.model, asked.model
        ));
    }
    lines.extend(parameters(&asked.parameters, &recorded.parameters));
    lines.extend(tools(&asked.tools, &recorded.tools));
    lines.extend(messages(&asked.messages, &recorded.messages));
    lines
}

fn parameters(asked: &Map<String, Value>, recorded: &Map<String, Value>) -> Option<String> {
    let mut keys: Vec<_> = asked.keys().chain(recorded.keys()).collect();
    keys.sort();
    let shown = |value: Option<&Value>| match value {
        Some(value) => value.to_string(),
        None => "nothing".to_owned(),
    };
    let key = keys
        .into_iter()
        .find(|key| asked.get(*key).map(canonical) != recorded.get(*key).map(canonical))?;
    Some(format!(
        "its parameter `{key}` is {}, and {} is asked",
        shown(recorded.get(key)),
        shown(asked.get(key))
    ))
}

fn tools(asked: &[Value], recorded: &[Value]) -> Option<String> {
    let name = |tool: &Value| {
        let name = tool["function"]["name"].as_str();
        name.unwrap_or("without a name").to_owned()
    };
    let (asked_names, recorded_names): (Vec<_>, Vec<_>) = (
        asked.iter().map(name).collect(),
        recorded.iter().map(name).collect(),
    );
    if let Some(missing) = recorded_names
        .iter()
        .find(|name| !asked_names.contains(name))
    {
        return Some(format!(
            "it has the tool `{missing}`, which is not asked with"
        ));
    }
    if let Some(more) = asked_names
        .iter()
        .find(|name| !recorded_names.contains(name))
    {
        return Some(format!("it has no tool `{more}`, which is asked with"));
    }
    let (asked, recorded) = asked
        .iter()
        .zip(recorded)
        .find(|(asked, recorded)| canonical(asked) != canonical(recorded))?;
    Some(format!(
        "the tool `{}` differs{}",
        name(recorded),
        parted(&canonical(asked), &canonical(recorded))
    ))
}

fn messages(asked: &[Value], recorded: &[Value]) -> Option<String> {
    let same = common(asked, recorded);
    match (asked.get(same), recorded.get(same)) {
        (None, None) => None,
        (None, Some(_)) => Some(format!(
            "it has {} messages, of which the first {same} are asked",
            recorded.len()
        )),
        (Some(asked), None) => Some(format!(
            "it ends after message {same}; asked is also message {}, {}: {}",
            same + 1,
            role(asked),
            beginning(&text(asked))
        )),
        (Some(asked), Some(recorded)) => Some(format!(
            "message {}, {}, differs{}",
            same + 1,
            role(recorded),
            parted(&text(asked), &text(recorded))
        )),
    }
}

fn role(message: &Value) -> String {
    let role = message["role"].as_str().unwrap_or("without a role");
    match message["tool_call_id"].as_str() {
        Some(call) => format!("{role} ({call})"),
        None => role.to_owned(),
    }
}

/// What a message says: its text alone, when that is all there is.
fn text(message: &Value) -> String {
    let comparable = comparable(message);
    match message["content"].as_str() {
        Some(text) if message.get("tool_calls").is_none() => text.to_owned(),
        _ => comparable,
    }
}

fn beginning(text: &str) -> String {
    let short: String = text.chars().take(AFTER).collect();
    match short.len() < text.len() {
        true => format!("{short}…"),
        false => short,
    }
}

/// Where two texts part, with a little of what is around.
fn parted(asked: &str, recorded: &str) -> String {
    let same = asked
        .chars()
        .zip(recorded.chars())
        .take_while(|(asked, recorded)| asked == recorded)
        .count();
    let around = |text: &str| {
        let from = same.saturating_sub(BEFORE);
        let shown: String = text
            .chars()
            .skip(from)
            .take(same - from + AFTER)
            .collect::<String>();
        let before = if from > 0 { "…" } else { "" };
        let after = match text.chars().count() > same + AFTER {
            true => "…",
            false => "",
        };
        format!("{before}{shown}{after}")
    };
    format!(
        " from character {} on\n  recorded: {}\n  asked:    {}",
        same + 1,
        around(recorded),
        around(asked)
    )
}
