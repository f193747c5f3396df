//! Defects of a stream: what becomes of an event before it is numbered and posted.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Mutant, is, secret};
use crate::contract::{Event, SessionId};

/// An event as it is posted.
type Object = Map<String, Value>;

/// By how much the first event is late, more than `timing.first-event` allows.
const LATE: Duration = Duration::from_secs(11);

/// The ends of the sessions that runs of this process have used.
static ENDED: LazyLock<Mutex<HashMap<SessionId, Object>>> = LazyLock::new(Mutex::default);

/// The events of one attempt on their way out. Of a healthy worker it changes nothing.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    /// What is held back.
    held: Vec<Object>,
    /// The tokens that were sent.
    told: HashSet<String>,
    /// Whether the defect has shown: most show once.
    shown: bool,
}

impl Outgoing {
    /// What the first event of a session must wait for, and what comes before it.
    pub(crate) async fn begin(&mut self, session: &SessionId) -> Vec<Object> {
        if is(Mutant::FirstEventLate) {
            tokio::time::sleep(LATE).await;
        }
        let ended = ENDED.lock().unwrap_or_else(PoisonError::into_inner);
        ended.get(session).cloned().into_iter().collect()
    }

    /// What is sent instead of an event.
    pub(crate) fn event(&mut self, event: &Event) -> Vec<Object> {
        let mut object = event.to_object();
        let kind = kind(&object).to_owned();
        let is_first = |shown: &mut bool, wanted: &str| {
            let first = kind == wanted && !*shown;
            *shown |= first;
            first
        };
        let shown = &mut self.shown;
        if is(Mutant::AllAtTheEnd) {
            self.held.push(object);
            return Vec::new();
        }
        if is(Mutant::ToolWithoutEnd) && is_first(shown, "tool_end") {
            return Vec::new();
        }
        if is(Mutant::SqlLeftOut) && kind == "sql_result" {
            object.insert("sql".to_owned(), json!(""));
        }
        if is(Mutant::RowCountWrong) && kind == "sql_result" {
            let count = object.get("row_count").and_then(Value::as_u64);
            object.insert("row_count".to_owned(), json!(count.unwrap_or(0) + 1));
        }
        if is(Mutant::RowsChanged) && kind == "sql_result" {
            change_a_cell(&mut object);
        }
        if is(Mutant::FieldMissing) && is_first(shown, "tool_end") {
            object.remove("output");
        }
        if is(Mutant::SecretInStream) && is_first(shown, "tool_end") {
            object.insert("output".to_owned(), json!(secret()));
        }
        if is(Mutant::SqlResultEarly) || is(Mutant::ChartEarly) || is(Mutant::KnowledgeLate) {
            return self.swapped(object);
        }
        if kind == "token" {
            return self.token(object);
        }
        vec![object]
    }

    /// What is sent in the end, `last` among it.
    pub(crate) fn end(&mut self, session: &SessionId, last: Option<&Event>) -> Vec<Object> {
        let mut objects = std::mem::take(&mut self.held);
        if is(Mutant::TokenLost) {
            objects.pop();
        }
        let Some(last) = last else { return objects };
        let mut done = last.to_object();
        if is(Mutant::DoneMissing) || (is(Mutant::DoneMissingAfterFailure) && failed(&done)) {
            return objects;
        }
        if is(Mutant::DoneWithoutResult) {
            done.insert("result".to_owned(), json!({}));
        }
        if is(Mutant::DoneDiffers)
            && let Some(Value::Object(result)) = done.get_mut("result")
        {
            result.insert("task_id".to_owned(), json!("0".repeat(32)));
        }
        if is(Mutant::StaleDone) {
            let mut ended = ENDED.lock().unwrap_or_else(PoisonError::into_inner);
            ended.insert(session.clone(), done.clone());
        }
        if is(Mutant::ErrorYetCompleted) && !failed(&done) {
            objects.push(error("it went wrong").to_object());
        }
        let again = is(Mutant::DoneTwice).then(|| done.clone());
        let more = is(Mutant::EventAfterDone).then(|| thinking("after the end").to_object());
        objects.push(done);
        objects.extend(again);
        objects.extend(more);
        objects
    }

    /// Two events in the wrong order.
    fn swapped(&mut self, object: Object) -> Vec<Object> {
        let (early, late) = if is(Mutant::SqlResultEarly) {
            ("sql_result", "tool_end")
        } else if is(Mutant::ChartEarly) {
            ("chart_config", "sql_result")
        } else {
            ("tool_start", "skill_loaded")
        };
        let is_early = kind(&object) == early;
        if kind(&object) == late {
            // What it waits for comes next, if it comes at all.
            let before = std::mem::replace(&mut self.held, vec![object]);
            return before;
        }
        let held = std::mem::take(&mut self.held);
        match is_early {
            true => [vec![object], held].concat(),
            // Knowledge waits for the first tool, however much comes before it.
            false if is(Mutant::KnowledgeLate) => {
                self.held = held;
                vec![object]
            }
            false => [held, vec![object]].concat(),
        }
    }

    fn token(&mut self, object: Object) -> Vec<Object> {
        let text = object
            .get("content")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if is(Mutant::TokensDeduplicated) {
            let words: Vec<_> = text.split_inclusive(' ').map(str::to_owned).collect();
            let new = words
                .into_iter()
                .filter(|word| self.told.insert(word.clone()));
            return new.map(|word| token(&word).to_object()).collect();
        }
        if is(Mutant::TokenLost) {
            return std::mem::replace(&mut self.held, vec![object]);
        }
        if is(Mutant::TokenTwice) && !self.shown {
            self.shown = true;
            return vec![object.clone(), object];
        }
        vec![object]
    }
}

fn kind(object: &Object) -> &str {
    object
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn failed(done: &Object) -> bool {
    done.get("result").and_then(|result| result.get("status")) == Some(&json!("failed"))
}

fn error(text: &str) -> Event {
    Event::Error {
        error: text.to_owned(),
    }
}

fn token(text: &str) -> Event {
    Event::Token {
        content: text.to_owned(),
    }
}

fn thinking(text: &str) -> Event {
    Event::Thinking {
        content: text.to_owned(),
    }
}

/// The last cell of the first row becomes a number that no database returned.
fn change_a_cell(object: &mut Object) {
    let row = object
        .get_mut("data")
        .and_then(Value::as_array_mut)
        .and_then(|rows| rows.first_mut());
    match row {
        Some(Value::Array(cells)) => {
            if let Some(cell) = cells.last_mut() {
                *cell = json!(-987_654_321);
            }
        }
        Some(Value::Object(cells)) => {
            if let Some(cell) = cells.values_mut().last() {
                *cell = json!(-987_654_321);
            }
        }
        _ => {}
    }
}
