//! Server-sent events as text, by hand: the field values come from outside, and axum's own `Event` panics on some.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::json;

use super::EventId;

/// The longest `event:` field, in bytes. The type is kept whole in the data; the field only names it.
const LONGEST_KIND: usize = 256;

/// Keeps an idle connection open; every parser skips it.
///
/// Without a blank line: one ends a frame, and some clients (httpx-sse 0.4) make an event without data of it once they
/// have seen an id.
pub(super) const KEEP_ALIVE: &str = ": keep-alive\n";

/// The last frame of a stream that was silent for too long (contract §4). It has no id: nothing stands there.
pub(super) const TIMEOUT: &str = "event: timeout\ndata: {}\n\n";

/// The type of the frame which says that events were dropped before the subscriber read them.
pub(super) const HISTORY_DROPPED: &str = "history_dropped";

/// JSON text on one line, for parsers that split lines as the standard says (LF, CR) and for those that split by
/// Unicode (U+0085, U+2028 and U+2029 too). The value stays the same.
///
/// `json` must be valid JSON: then line feeds and returns are only found between tokens, where a space says the same,
/// and the others only inside strings, where an escape does.
pub(super) fn one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        let (before, found) = rest.split_at(at);
        line.push_str(before);
        let mut chars = found.chars();
        match chars.next() {
            Some('\u{85}') => line.push_str("\\u0085"),
            Some('\u{2028}') => line.push_str("\\u2028"),
            Some('\u{2029}') => line.push_str("\\u2029"),
            _ => line.push(' '),
        }
        rest = chars.as_str();
    }
    line.push_str(rest);
    line
}

/// The fields of a frame after its id, with the blank line that ends it, and where the data starts in it.
///
/// `data` must be on one line. Control characters and line separators of the type become U+FFFD, which cannot end a
/// line; the type is whole in the data.
pub(super) fn body(kind: &str, data: &str) -> (String, usize) {
    let mut text = String::with_capacity(kind.len().min(LONGEST_KIND) + data.len() + 16);
    text.push_str("event: ");
    let end = text.len() + LONGEST_KIND;
    for c in kind.chars() {
        let safe = match c {
            '\u{2028}' | '\u{2029}' => char::REPLACEMENT_CHARACTER,
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            c => c,
        };
        if text.len() + safe.len_utf8() > end {
            break;
        }
        text.push(safe);
    }
    text.push_str("\ndata: ");
    let start = text.len();
    text.push_str(data);
    text.push_str("\n\n");
    (text, start)
}

/// Appends how long a client is to wait before it connects again. To be followed by a frame: alone it would make an
/// empty event in some clients, as [`KEEP_ALIVE`] would.
pub(super) fn push_retry(text: &mut Vec<u8>, retry: Duration) {
    let _ = writeln!(text, "retry: {}", retry.as_millis());
}

/// Appends the frame which says that events were dropped that the subscriber has not seen: between the last one it
/// saw, if any, and the one that follows, if there is one already.
///
/// It has no id, so that it cannot be taken for an event of a worker.
pub(super) fn push_history_dropped(
    text: &mut Vec<u8>,
    after: Option<EventId>,
    before: Option<EventId>,
) {
    let id = |id: Option<EventId>| id.map(|id| id.to_string());
    let data = json!({ "type": HISTORY_DROPPED, "after": id(after), "before": id(before) });
    let _ = write!(text, "event: {HISTORY_DROPPED}\ndata: {data}\n\n");
}

/// Appends when the event of the frame that follows was received: a comment, so that no client takes it for a field.
pub(super) fn push_received(text: &mut Vec<u8>, at: SystemTime) {
    if let Ok(at) = Timestamp::try_from(at) {
        let _ = writeln!(text, ": received {at:.6}");
    }
}

/// Appends the frame's first line.
pub(super) fn push_id(text: &mut Vec<u8>, id: EventId) {
    // Writing to memory cannot fail.
    let _ = writeln!(text, "id: {id}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn json_on_several_lines_becomes_one_line_of_the_same_value() {
        let json = "{\r\n  \"a\": \"x\u{2028}y\u{2029}z\u{85}\",\n\"b\": [1.10,\r2]\n}";
        let line = one_line(json);
        assert!(
            !line.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']),
            "{line:?}"
        );
        assert!(line.contains("1.10"), "numbers keep their digits: {line}");
        let read = |text: &str| serde_json::from_str::<Value>(text).expect("valid JSON");
        assert_eq!(read(&line), read(json));
    }

    #[test]
    fn a_plain_line_stays_as_it_is() {
        let json = r#"{"type":"token","content":"Rp 1.000 – é 漢 👍"}"#;
        assert_eq!(one_line(json), json);
    }

    #[test]
    fn a_type_cannot_end_its_line() {
        let (text, start) = body("x\n\ndata: forged\r\0\u{2028}\u{85}", "{}");
        assert_eq!(
            text,
            "event: x\u{fffd}\u{fffd}data: forged\u{fffd}\u{fffd}\u{fffd}\u{fffd}\ndata: {}\n\n"
        );
        assert_eq!(&text[start..], "{}\n\n");
    }

    #[test]
    fn a_long_type_is_cut_at_a_character() {
        let (text, _) = body(&"é".repeat(4_000), "{}");
        let field = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("event: "))
            .expect("a field");
        assert_eq!(field, "é".repeat(LONGEST_KIND / 2));
    }
}
