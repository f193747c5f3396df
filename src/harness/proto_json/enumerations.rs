//! The names of enumerations' values in the messages of a history.

use temporalio_common::protos::temporal::api::enums::v1 as enums;

/// One function that finds a name in any of these, and one that finds the name of a field's value.
macro_rules! enumerations {
    ($($kind:ident: $field:pat,)+) => {
        /// The number of a name. Names of Temporal's enumerations are unique: each begins with its enumeration's.
        pub(super) fn number(name: &str) -> Option<i32> {
            None$(.or_else(|| enums::$kind::from_str_name(name).map(|value| value as i32)))+
        }

        /// The name of a message's value in one of its fields; none when the field is no enumeration that is known here.
        pub(super) fn name(message: &str, field: &str, number: i32) -> Option<&'static str> {
            match (message, field) {
                $($field => enums::$kind::try_from(number).ok().map(|value| value.as_str_name()),)+
                _ => None,
            }
        }
    };
}

enumerations! {
    EventType: (_, "event_type"),
    TaskQueueKind: ("TaskQueue", "kind"),
    RetryState: (_, "retry_state"),
    TimeoutType: (_, "timeout_type"),
    WorkflowTaskFailedCause: ("WorkflowTaskFailedEventAttributes", "cause"),
    ActivityTaskFailedCause: ("ActivityTaskFailedEventAttributes", "cause"),
    StartChildWorkflowExecutionFailedCause: ("StartChildWorkflowExecutionFailedEventAttributes", "cause"),
    SignalExternalWorkflowExecutionFailedCause: ("SignalExternalWorkflowExecutionFailedEventAttributes", "cause"),
    CancelExternalWorkflowExecutionFailedCause: ("RequestCancelExternalWorkflowExecutionFailedEventAttributes", "cause"),
    ContinueAsNewInitiator: (_, "initiator"),
    ContinueAsNewVersioningBehavior: (_, "initial_versioning_behavior" | "continue_as_new_initial_versioning_behavior"),
    ParentClosePolicy: (_, "parent_close_policy"),
    SuggestContinueAsNewReason: (_, "suggest_continue_as_new_reasons"),
    UpdateAdmittedEventOrigin: (_, "origin"),
    VersioningBehavior: (_, "versioning_behavior") | ("VersioningOverride", "behavior"),
    WorkerVersioningMode: (_, "worker_versioning_mode"),
    WorkflowIdReusePolicy: (_, "workflow_id_reuse_policy"),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_number_of_its_name() {
        let scheduled = enums::EventType::ActivityTaskScheduled as i32;
        assert_eq!(
            number("EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"),
            Some(scheduled)
        );
        assert_eq!(
            name("HistoryEvent", "event_type", scheduled),
            Some("EVENT_TYPE_ACTIVITY_TASK_SCHEDULED")
        );
        assert_eq!(number("EVENT_TYPE_OF_TOMORROW"), None);
        assert_eq!(
            name("ActivityTaskStartedEventAttributes", "attempt", 1),
            None
        );
    }
}
