//! What a history says of its activities.

use std::time::Duration;

use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::history::v1::{
    ActivityTaskScheduledEventAttributes, HistoryEvent,
};

use super::history::{failure_type, innermost};
use crate::checks::ActivityEvidence;

/// The activities that were scheduled, in order, each with the number of the event that scheduled it.
#[derive(Default)]
struct Activities(Vec<(i64, ActivityEvidence)>);

/// The activities of a history, in the order in which they were scheduled.
pub(super) fn of(events: &[HistoryEvent]) -> Vec<ActivityEvidence> {
    let mut activities = Activities::default();
    for event in events {
        if let Some(attributes) = &event.attributes {
            activities.read(event.event_id, attributes);
        }
    }
    activities
        .0
        .into_iter()
        .map(|(_, activity)| activity)
        .collect()
}

impl Activities {
    fn read(&mut self, event_id: i64, attributes: &Attributes) {
        match attributes {
            Attributes::ActivityTaskScheduledEventAttributes(it) => {
                self.0.push((event_id, scheduled(it)));
            }
            Attributes::ActivityTaskStartedEventAttributes(it) => {
                if let Some(activity) = self.scheduled_by(it.scheduled_event_id) {
                    activity.attempts = it.attempt;
                    activity.retried_after = kind_and_text(it.last_failure.as_ref());
                }
            }
            Attributes::ActivityTaskCompletedEventAttributes(it) => {
                self.ended(it.scheduled_event_id, "completed", None);
            }
            Attributes::ActivityTaskFailedEventAttributes(it) => {
                self.ended(it.scheduled_event_id, "failed", it.failure.as_ref());
            }
            Attributes::ActivityTaskTimedOutEventAttributes(it) => {
                self.ended(it.scheduled_event_id, "timed out", it.failure.as_ref());
            }
            Attributes::ActivityTaskCanceledEventAttributes(it) => {
                self.ended(it.scheduled_event_id, "cancelled", None);
            }
            _ => {}
        }
    }

    fn scheduled_by(&mut self, id: i64) -> Option<&mut ActivityEvidence> {
        let mut activities = self.0.iter_mut();
        activities
            .find(|(scheduled, _)| *scheduled == id)
            .map(|(_, activity)| activity)
    }

    fn ended(&mut self, id: i64, how: &str, failure: Option<&Failure>) {
        if let Some(activity) = self.scheduled_by(id) {
            how.clone_into(&mut activity.ended);
            activity.failure = kind_and_text(failure);
        }
    }
}

/// The innermost failure: its type and what it says.
fn kind_and_text(failure: Option<&Failure>) -> Option<(String, String)> {
    innermost(failure).map(|failure| (failure_type(failure).to_owned(), failure.message.clone()))
}

fn scheduled(it: &ActivityTaskScheduledEventAttributes) -> ActivityEvidence {
    let name = it.activity_type.as_ref().map(|kind| kind.name.clone());
    let policy = it.retry_policy.as_ref();
    ActivityEvidence {
        name: name.unwrap_or_default(),
        start_to_close: bound(it.start_to_close_timeout),
        heartbeat: bound(it.heartbeat_timeout),
        maximum_attempts: policy.map_or(0, |policy| policy.maximum_attempts),
        ..Default::default()
    }
}

/// A time-out; Temporal writes 0 for none.
fn bound(timeout: Option<impl TryInto<Duration>>) -> Option<Duration> {
    let timeout = timeout?.try_into().ok()?;
    (!timeout.is_zero()).then_some(timeout)
}
