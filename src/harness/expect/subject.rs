//! What is judged: one run, as far as expectations look at it.

use serde_json::{Map, Value};

use super::Unmet;
use super::layout::{RIGHT, one_line, shortened};
use crate::checks::{RunEvidence, SeenEvent};
use crate::contract::{ChatResult, Event, Secret, SqlResultEvent};
use crate::harness::artefacts::Scrubber;

/// A run's evidence, and what must not be shown of it.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) evidence: &'a RunEvidence,
    /// The database that the run's statements are about, or why it is not known.
    pub(super) database: Result<&'a Secret, &'a str>,
    scrubber: Scrubber,
}

impl<'a> Subject<'a> {
    pub(super) fn new(evidence: &'a RunEvidence, database: Result<&'a Secret, &'a str>) -> Self {
        let secrets = evidence.facts.secrets.iter().map(|(_, secret)| secret);
        Self {
            evidence,
            database,
            scrubber: Scrubber::of_secrets(secrets),
        }
    }

    /// The events, whether a stream was asked for or not.
    pub(super) fn all_events(&self) -> &'a [SeenEvent] {
        &self.evidence.events
    }

    /// The events of the stream.
    ///
    /// # Errors
    /// When there was to be no stream, or there was nothing in it: then nothing can be said about events, not even that there
    /// is none of some type.
    pub(super) fn events(&self) -> Result<&'a [SeenEvent], Unmet> {
        if !self.evidence.streamed {
            return Err(Unmet::not_judged(
                "the run has no stream: it was asked without a callback URL, so there are no events to look at",
            ));
        }
        match &self.evidence.events[..] {
            [] => Err(Unmet::not_judged(format!(
                "the stream is empty: no event was received, and {}",
                self.end()
            ))),
            events => Ok(events),
        }
    }

    /// The result.
    ///
    /// # Errors
    /// When the workflow ended without one.
    pub(super) fn result(&self) -> Result<&'a ChatResult, Unmet> {
        self.evidence
            .result
            .as_ref()
            .ok_or_else(|| Unmet::not_judged(format!("the run has no result: {}", self.end())))
    }

    /// The last `sql_result`.
    pub(super) fn sql_result(&self) -> Result<&'a SqlResultEvent, Unmet> {
        let events = self.events()?;
        let rows = events.iter().rev().find_map(|seen| match &seen.event {
            Event::SqlResult(rows) => Some(rows),
            _ => None,
        });
        rows.ok_or_else(|| {
            Unmet::not_judged(
                "there is no `sql_result` among the events, so there are no rows to look at",
            )
        })
    }

    /// How the workflow ended, in words.
    fn end(&self) -> String {
        let status = match self.evidence.status.as_str() {
            "" => "its end is not known".to_owned(),
            status => format!("the workflow ended as {status}"),
        };
        match &self.evidence.failure {
            Some(failure) => format!("{status} ({})", self.show(failure, 300)),
            None => status,
        }
    }

    /// A text of the run as it may be shown: on one line, no longer than this, and without secrets. They are taken out before
    /// it is cut, for half a secret would be found by nobody.
    pub(super) fn show(&self, text: &str, width: usize) -> String {
        shortened(&one_line(&self.scrub(text)), width)
    }

    /// As [`show`](Self::show), for a value: texts in quotes.
    pub(super) fn show_value(&self, value: &Value, width: usize) -> String {
        self.show(&value.to_string(), width)
    }

    /// An event in a word: its type and its tool.
    pub(super) fn label(&self, event: &Event) -> String {
        let kind = match event.kind() {
            "" => "(no type)",
            kind => kind,
        };
        match event.tool() {
            Some(tool) => self.show(&format!("{kind}({tool})"), RIGHT),
            None => self.show(kind, RIGHT),
        }
    }

    /// The text without secrets.
    pub(super) fn scrub(&self, text: &str) -> String {
        self.scrubber.scrub(text)
    }
}

/// What a step's arguments look at: the input of a `tool_start`, the output of a `tool_end` (read where it is JSON), the fields of
/// every other event.
pub(super) fn looked_at(event: &Event) -> Value {
    match event {
        Event::ToolStart(start) => Value::Object(start.input.clone()),
        Event::ToolEnd(end) => output(&end.output),
        other => {
            let mut fields: Map<String, Value> = other.to_object();
            fields.shift_remove("type");
            Value::Object(fields)
        }
    }
}

/// A tool's output: JSON where it is, else the text.
pub(super) fn output(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}
