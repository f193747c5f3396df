//! A workflow's history: whole, as the SDK replays it, and step by step, as people read it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use temporalio_client::WorkflowHistory;
use temporalio_common::protos::temporal::api::enums::v1::{TimeoutType, WorkflowTaskFailedCause};
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::history::v1::{
    History, HistoryEvent, WorkflowTaskFailedEventAttributes,
};

use super::{activities, proto_json};
use crate::checks::{ActivityEvidence, HistoryStep};

/// The history of one run.
#[derive(Debug, Clone, Default)]
pub struct RunHistory {
    // Shared, because a run and the record of its test both hold it.
    events: Arc<[HistoryEvent]>,
}

impl RunHistory {
    /// The history that these events make.
    pub fn new(events: Vec<HistoryEvent>) -> Self {
        Self {
            events: events.into(),
        }
    }

    /// The history for the SDK's replayer.
    pub fn for_replay(&self) -> WorkflowHistory {
        History {
            events: self.events.to_vec(),
        }
        .into()
    }

    /// The events.
    pub fn events(&self) -> &[HistoryEvent] {
        &self.events
    }

    /// The history in proto JSON, as `temporal workflow show -o json` writes it and the replayers of all SDKs read it; payloads
    /// of plain JSON are written out, in the shorthand of Temporal's tools.
    pub fn to_json(&self) -> Value {
        // Only a time that no calendar has would not serialise; null says that there was one.
        proto_json::to_value(&self.events).unwrap_or_default()
    }

    /// The activities that were scheduled, in order, with what became of each.
    pub(super) fn activities(&self) -> Vec<ActivityEvidence> {
        activities::of(&self.events)
    }

    /// Every payload and message in it, as text.
    pub(super) fn texts(&self) -> String {
        let mut texts = String::new();
        collect_texts(&self.to_json(), &mut texts);
        texts
    }

    /// One line for each event.
    pub fn steps(&self) -> Vec<HistoryStep> {
        self.events.iter().map(step).collect()
    }
}

fn step(event: &HistoryEvent) -> HistoryStep {
    HistoryStep {
        id: event.event_id,
        kind: kind(event),
        detail: event.attributes.as_ref().map(detail).unwrap_or_default(),
        at: event.event_time.and_then(|time| time.try_into().ok()),
    }
}

/// Appends every string and key of a JSON value, and every payload that is no plain JSON as what it says.
fn collect_texts(value: &Value, texts: &mut String) {
    match value {
        Value::String(text) => {
            texts.push_str(text);
            texts.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(object) => {
            if let Some(text) = proto_json::payload_text(object) {
                texts.push_str(&text);
                texts.push('\n');
            }
            for (key, item) in object {
                texts.push_str(key);
                texts.push('\n');
                collect_texts(item, texts);
            }
        }
        _ => {}
    }
}

/// `EVENT_TYPE_ACTIVITY_TASK_SCHEDULED` as `ActivityTaskScheduled`.
fn kind(event: &HistoryEvent) -> String {
    in_words(event.event_type().as_str_name(), "EVENT_TYPE_")
}

/// A name of Temporal's enumerations as its own tools write it.
fn in_words(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix)
        .split('_')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            format!("{first}{}", rest.to_ascii_lowercase())
        })
        .collect()
}

fn detail(attributes: &Attributes) -> String {
    match attributes {
        Attributes::WorkflowExecutionStartedEventAttributes(started) => started
            .workflow_type
            .as_ref()
            .map(|kind| kind.name.clone())
            .unwrap_or_default(),
        Attributes::ActivityTaskScheduledEventAttributes(scheduled) => {
            let name = scheduled
                .activity_type
                .as_ref()
                .map_or("", |kind| kind.name.as_str());
            let attempts = scheduled
                .retry_policy
                .as_ref()
                .map_or(0, |policy| policy.maximum_attempts);
            format!(
                "{name} start-to-close={} heartbeat={} attempts={attempts}",
                seconds(scheduled.start_to_close_timeout.map(TryInto::try_into)),
                seconds(scheduled.heartbeat_timeout.map(TryInto::try_into)),
            )
        }
        Attributes::ActivityTaskStartedEventAttributes(started) => {
            format!("attempt={}", started.attempt)
        }
        Attributes::ActivityTaskFailedEventAttributes(failed) => failure(failed.failure.as_ref()),
        Attributes::ActivityTaskTimedOutEventAttributes(timed_out) => {
            failure(timed_out.failure.as_ref())
        }
        Attributes::WorkflowTaskTimedOutEventAttributes(timed_out) => {
            match timed_out.timeout_type() {
                // Its worker has gone, and another one is given the task: nothing was tried.
                TimeoutType::ScheduleToStart => HistoryStep::NOT_STARTED.to_owned(),
                _ => "it was started and not completed in time".to_owned(),
            }
        }
        Attributes::WorkflowTaskFailedEventAttributes(failed) => failed_task(failed),
        Attributes::WorkflowExecutionFailedEventAttributes(failed) => {
            failure(failed.failure.as_ref())
        }
        _ => String::new(),
    }
}

/// The cause is the server's own word, and comes first: what follows is whatever the worker says.
fn failed_task(failed: &WorkflowTaskFailedEventAttributes) -> String {
    let cause = in_words(failed.cause().as_str_name(), "WORKFLOW_TASK_FAILED_CAUSE_");
    match failed.cause() {
        WorkflowTaskFailedCause::UnhandledCommand => HistoryStep::OVERTAKEN.to_owned(),
        _ => format!("{cause}: {}", failure(failed.failure.as_ref())),
    }
}

fn seconds<E>(bound: Option<Result<Duration, E>>) -> String {
    match bound {
        Some(Ok(bound)) => format!("{}s", bound.as_secs_f64()),
        Some(Err(_)) | None => "none".to_owned(),
    }
}

/// The innermost failure, which is the one that tells: the outer ones only say "activity failed".
fn failure(failure: Option<&Failure>) -> String {
    innermost(failure)
        .map(|failure| match failure_type(failure) {
            "" => failure.message.clone(),
            kind => format!("{kind}: {}", failure.message),
        })
        .unwrap_or_default()
}

pub(super) fn innermost(failure: Option<&Failure>) -> Option<&Failure> {
    let mut failure = failure?;
    while let Some(cause) = failure.cause.as_deref() {
        failure = cause;
    }
    Some(failure)
}

pub(super) fn failure_type(failure: &Failure) -> &str {
    use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
    match &failure.failure_info {
        Some(FailureInfo::ApplicationFailureInfo(info)) => &info.r#type,
        Some(FailureInfo::CanceledFailureInfo(_)) => "Cancelled",
        Some(FailureInfo::TimeoutFailureInfo(_)) => "Timeout",
        Some(FailureInfo::TerminatedFailureInfo(_)) => "Terminated",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use temporalio_common::protos::temporal::api::enums::v1::EventType;

    #[test]
    fn events_are_named_as_temporal_names_them() {
        let event = HistoryEvent {
            event_id: 5,
            event_type: EventType::ActivityTaskScheduled as i32,
            ..Default::default()
        };
        let step = step(&event);
        assert_eq!((step.id, step.kind.as_str()), (5, "ActivityTaskScheduled"));
    }

    #[test]
    fn its_texts_are_what_payloads_say_of_whatever_encoding() {
        use temporalio_common::protos::temporal::api::common::v1::{Payload, Payloads};
        use temporalio_common::protos::temporal::api::history::v1::WorkflowExecutionStartedEventAttributes;

        for encoding in ["json/plain", "binary/plain"] {
            let payload = Payload {
                metadata: [("encoding".to_owned(), encoding.into())].into(),
                data: br#"{"uri": "postgresql://user:hunter2@host"}"#.to_vec(),
                ..Default::default()
            };
            let started = WorkflowExecutionStartedEventAttributes {
                input: Some(Payloads {
                    payloads: vec![payload],
                }),
                ..Default::default()
            };
            let history = RunHistory::new(vec![HistoryEvent {
                attributes: Some(started.into()),
                ..Default::default()
            }]);
            assert!(history.texts().contains("hunter2"), "{encoding}");
        }
    }

    fn failed_step(cause: WorkflowTaskFailedCause, message: &str) -> HistoryStep {
        let failed = WorkflowTaskFailedEventAttributes {
            cause: cause as i32,
            failure: Some(Failure {
                message: message.to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        step(&HistoryEvent {
            event_type: EventType::WorkflowTaskFailed as i32,
            attributes: Some(failed.into()),
            ..Default::default()
        })
    }

    #[test]
    fn a_decision_that_a_new_event_overtook_is_no_failure() {
        let overtaken = failed_step(
            WorkflowTaskFailedCause::UnhandledCommand,
            "UnhandledCommand",
        );
        assert!(!overtaken.is_failed_task(), "{overtaken:?}");
    }

    #[test]
    fn a_worker_cannot_say_that_its_failure_is_none() {
        let cause = WorkflowTaskFailedCause::WorkflowWorkerUnhandledFailure;
        for said in [HistoryStep::OVERTAKEN, HistoryStep::NOT_STARTED] {
            let failed = failed_step(cause, said);
            assert!(failed.is_failed_task(), "{failed:?}");
            assert_eq!(
                failed.detail,
                format!("WorkflowWorkerUnhandledFailure: {said}")
            );
        }
    }

    #[test]
    fn the_innermost_failure_is_told() {
        let inner = Failure {
            message: "no connection `x`".to_owned(),
            ..Default::default()
        };
        let outer = Failure {
            message: "activity failed".to_owned(),
            cause: Some(Box::new(inner)),
            ..Default::default()
        };
        assert_eq!(failure(Some(&outer)), "no connection `x`");
    }
}
