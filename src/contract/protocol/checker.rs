//! The state machine: one event after the other, and what is wrong with each.

use serde_json::{Map, Value};

use super::attempt::Attempt;
use super::fields::wrong_fields;
use super::{Rule, Violation};
use crate::contract::EventId;

/// Where an event stands, as far as the stream says.
///
/// A stream of a receiver that knows only KAI has no ids: everything is one run and one attempt then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamPlace {
    /// The event's id.
    pub id: Option<EventId>,
}

impl From<EventId> for StreamPlace {
    fn from(id: EventId) -> Self {
        Self { id: Some(id) }
    }
}

/// Reads a stream and says which of the [`Rule`]s it breaks, and at which event.
///
/// A session may hold several runs, one after the other, and a run several attempts: each run has its own `done`, and an
/// attempt that another one superseded need not have finished anything.
#[derive(Debug, Default)]
pub struct StreamChecker {
    events: usize,
    run: u32,
    attempt_number: u32,
    attempt: Attempt,
    /// Where the run's `done` was.
    done_at: Option<usize>,
    violations: Vec<Violation>,
}

impl StreamChecker {
    /// Takes the next event of the stream in.
    pub fn read(&mut self, event: &Map<String, Value>, place: StreamPlace) {
        self.events += 1;
        let kind = event
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mut broken: Vec<(Rule, String)> = wrong_fields(event)
            .into_iter()
            .map(|wrong| (Rule::Fields, wrong))
            .collect();
        let superseded = self.enter(place, &mut broken);
        if let (Some(id), false) = (place.id, superseded) {
            self.attempt.number(id.seq, &mut broken);
        }
        match self.done_at {
            // What follows the end must not be judged by what was before it.
            Some(done_at) => {
                let rule = match kind {
                    "done" => Rule::DoneOnce,
                    _ => Rule::NothingAfterDone,
                };
                broken.push((rule, format!("the run's done was event {done_at}")));
            }
            None if superseded => {}
            None => {
                broken.extend(self.attempt.read(event, self.events));
                if kind == "done" {
                    self.done_at = Some(self.events);
                }
            }
        }
        self.violations
            .extend(broken.into_iter().map(|(rule, detail)| Violation {
                rule,
                event: Some(self.events),
                kind: kind.to_owned(),
                id: place.id,
                detail,
            }));
    }

    /// Moves to the event's run and attempt; true when that attempt was superseded before.
    fn enter(&mut self, place: StreamPlace, broken: &mut Vec<(Rule, String)>) -> bool {
        let (run, attempt) = place.id.map_or((1, 1), |id| (id.run, id.attempt));
        let (here, there) = ((self.run, self.attempt_number), (run, attempt));
        if there == here {
            return false;
        }
        if there < here {
            let detail = match run < self.run {
                true => format!("run {run} comes after run {}", self.run),
                false => format!(
                    "attempt {attempt} comes after attempt {}",
                    self.attempt_number
                ),
            };
            broken.push((Rule::AttemptsMonotonic, detail));
            return true;
        }
        if run > self.run {
            if self.run > 0 {
                self.end_of_run();
            }
            self.done_at = None;
        }
        self.run = run;
        self.attempt_number = attempt;
        self.attempt = Attempt::default();
        false
    }

    fn end_of_run(&mut self) {
        if self.done_at.is_none() {
            let detail = match self.run {
                0 => "the stream has no event at all".to_owned(),
                run => format!("run {run} has no done"),
            };
            self.violations.push(Violation {
                rule: Rule::EndsWithDone,
                event: None,
                kind: String::new(),
                id: None,
                detail,
            });
        }
    }

    /// What is wrong so far, in the order of the events. Whether the last run has its `done` is not asked.
    pub fn so_far(&self) -> &[Violation] {
        &self.violations
    }

    /// What is wrong with a stream that has ended, in the order of the events.
    pub fn ended(mut self) -> Vec<Violation> {
        self.end_of_run();
        self.violations
    }
}

#[cfg(test)]
pub(super) use tests::samples;

#[cfg(test)]
#[path = "checker_tests.rs"]
mod tests;
