//! The workflows: one that answers a prompt, and one that prepares a connection.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use temporalio_common::data_converters::RawValue;
use temporalio_common::{RetryPolicy, UntypedActivity};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{
    ActivityCancellationType, ActivityOptions, ApplicationFailure, WorkflowContext, WorkflowResult,
};

use super::payload::{decode_arguments, encode};
use super::{ActivityTimeouts, RetrySettings};
use crate::contract::{
    CHAT_STREAMING_ACTIVITY, ChatInput, FailureType, InputError, SCAN_SCHEMA_ACTIVITY,
    STORE_CONNECTION_ACTIVITY, TEST_CONNECTION_ACTIVITY,
};
use crate::mutants::{self, Mutant};

/// The type of [`KaiSetupWorkflow`]. Ours: KAI's callers start these activities from workflows of their own.
pub const SETUP_WORKFLOW: &str = "KaiSetupWorkflow";

/// Makes a connection's instructions, skills, glossary and descriptions what is given: connection id, instructions, skills,
/// glossary, semantic model; null for what shall stay.
pub const SYNC_CONFIG_ACTIVITY: &str = "sync_config";
/// Makes a semantic model of a connection's scanned tables: connection id, table names or null for all.
pub const GENERATE_MDL_ACTIVITY: &str = "generate_mdl";

/// The activities that prepare a connection.
const SETUP_ACTIVITIES: [&str; 5] = [
    STORE_CONNECTION_ACTIVITY,
    TEST_CONNECTION_ACTIVITY,
    SCAN_SCHEMA_ACTIVITY,
    SYNC_CONFIG_ACTIVITY,
    GENERATE_MDL_ACTIVITY,
];

/// Runs `chat_streaming` for one prompt and returns its result unchanged (contract §1).
#[workflow]
#[derive(Default)]
pub struct KaiChatWorkflow {
    timeouts: ActivityTimeouts,
    retry: RetrySettings,
}

impl KaiChatWorkflow {
    /// A workflow whose activity gets these time-outs and this retry policy.
    pub(super) fn new(timeouts: ActivityTimeouts, retry: RetrySettings) -> Self {
        Self { timeouts, retry }
    }
}

#[workflow_methods]
impl KaiChatWorkflow {
    /// One argument, an object with `prompt` and `connection_id`; anything else fails the workflow at once, unless it names
    /// a callback URL: then the activity fails it, after it has ended the stream.
    #[run]
    pub async fn run(
        ctx: &mut WorkflowContext<Self>,
        argument: RawValue,
    ) -> WorkflowResult<RawValue> {
        let arguments = match activity_arguments(&argument) {
            _ if mutants::is(Mutant::WorkflowTaskFails) && chat_input(&argument).is_err() => {
                panic!("the argument is wrong")
            }
            arguments => arguments.map_err(invalid_input)?,
        };
        let (timeouts, retry) = ctx.state(|workflow| (workflow.timeouts, workflow.retry));
        if mutants::is(Mutant::OtherDecisions) {
            ctx.timer(std::time::Duration::from_millis(1)).await;
        }
        if mutants::is(Mutant::ActivityTwice) {
            let unheard = [&arguments[0], &arguments[1], &Value::Null, &Value::Null];
            ctx.execute_activity(
                UntypedActivity::new(CHAT_STREAMING_ACTIVITY),
                RawValue::new(unheard.map(encode).to_vec()),
                options(timeouts, retry),
            )
            .await?;
        }
        let result = ctx
            .execute_activity(
                UntypedActivity::new(CHAT_STREAMING_ACTIVITY),
                RawValue::new(arguments.iter().map(encode).collect()),
                options(timeouts, retry),
            )
            .await?;
        Ok(result)
    }
}

/// What [`KaiSetupWorkflow`] is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SetupStep {
    /// One of the activities that prepare a connection.
    pub(crate) activity: String,
    /// Its positional arguments.
    pub(crate) arguments: Vec<Value>,
}

/// Runs one of the activities that prepare a connection (`store_connection`, `test_connection`, `scan_schema`, `sync_config`,
/// `generate_mdl`) and returns its result unchanged.
#[workflow]
#[derive(Default)]
pub struct KaiSetupWorkflow {
    timeouts: ActivityTimeouts,
    retry: RetrySettings,
}

impl KaiSetupWorkflow {
    /// A workflow whose activity gets these time-outs and this retry policy.
    pub(super) fn new(timeouts: ActivityTimeouts, retry: RetrySettings) -> Self {
        Self { timeouts, retry }
    }
}

#[workflow_methods]
impl KaiSetupWorkflow {
    /// One argument: `{"activity": name, "arguments": [..]}`.
    #[run]
    pub async fn run(
        ctx: &mut WorkflowContext<Self>,
        argument: RawValue,
    ) -> WorkflowResult<RawValue> {
        let step = setup_step(&argument).map_err(invalid_input)?;
        let (timeouts, retry) = ctx.state(|workflow| (workflow.timeouts, workflow.retry));
        let result = ctx
            .execute_activity(
                UntypedActivity::new(step.activity),
                RawValue::new(step.arguments.iter().map(encode).collect()),
                options(timeouts, retry),
            )
            .await?;
        Ok(result)
    }
}

/// The four arguments of the activity (contract §1). What cannot be answered is passed on all the same where somebody listens.
fn activity_arguments(argument: &RawValue) -> Result<[Value; 4], InputError> {
    let refused = match chat_input(argument) {
        Ok(input) => {
            return Ok([
                Value::from(input.prompt),
                Value::from(input.connection_id),
                Value::from(input.conversation_id),
                Value::from(input.callback_url),
            ]);
        }
        Err(refused) => refused,
    };
    match decode_arguments(argument)?.as_slice() {
        [Value::Object(object)] if names_a_listener(object) => {
            Ok(
                ["prompt", "connection_id", "conversation_id", "callback_url"]
                    .map(|key| object.get(key).cloned().unwrap_or_default()),
            )
        }
        _ => Err(refused),
    }
}

fn names_a_listener(object: &Map<String, Value>) -> bool {
    let url = object.get("callback_url").and_then(Value::as_str);
    url.is_some_and(|url| !url.trim().is_empty())
}

fn chat_input(argument: &RawValue) -> Result<ChatInput, InputError> {
    match decode_arguments(argument)?.as_slice() {
        [] => Err(InputError::NotAnObject {
            found: "no argument at all".to_owned(),
        }),
        [value] => ChatInput::from_value(value),
        more => Err(InputError::NotAnObject {
            found: format!("{} arguments", more.len()),
        }),
    }
}

#[derive(Debug, thiserror::Error)]
enum SetupError {
    #[error(transparent)]
    Argument(#[from] InputError),
    #[error("the argument of {SETUP_WORKFLOW} must be an object with `activity` and `arguments`")]
    Shape,
    #[error(
        "`{name}` is no activity that prepares a connection; these are: {}",
        SETUP_ACTIVITIES.join(", ")
    )]
    Activity { name: String },
}

fn setup_step(argument: &RawValue) -> Result<SetupStep, SetupError> {
    let mut arguments = decode_arguments(argument)?;
    let step: SetupStep = arguments
        .pop()
        .filter(|_| arguments.is_empty())
        .and_then(|value| serde_json::from_value(value).ok())
        .ok_or(SetupError::Shape)?;
    if SETUP_ACTIVITIES.contains(&step.activity.as_str()) {
        Ok(step)
    } else {
        Err(SetupError::Activity {
            name: step.activity,
        })
    }
}

fn invalid_input(error: impl std::error::Error + Send + Sync + 'static) -> ApplicationFailure {
    ApplicationFailure::builder(error)
        .type_name(FailureType::InvalidInput.as_str().to_owned())
        .non_retryable(true)
        .build()
}

fn options(timeouts: ActivityTimeouts, retry: RetrySettings) -> ActivityOptions {
    let heartbeat = (!mutants::is(Mutant::NoHeartbeatTimeout)).then_some(timeouts.heartbeat);
    let maximum_attempts = match mutants::is(Mutant::RetriesWithoutEnd) {
        true => 0,
        false => retry.maximum_attempts,
    };
    ActivityOptions::with_start_to_close_timeout(timeouts.start_to_close)
        .maybe_heartbeat_timeout(heartbeat)
        // The stream must end with its `done` before the workflow ends as cancelled.
        .cancellation_type(ActivityCancellationType::WaitCancellationCompleted)
        .retry_policy(
            RetryPolicy::builder()
                .initial_interval(retry.initial_interval)
                .backoff_coefficient(retry.backoff)
                .maximum_interval(retry.maximum_interval)
                .maximum_attempts(maximum_attempts)
                .build(),
        )
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn raw(values: &[Value]) -> RawValue {
        RawValue::new(values.iter().map(encode).collect())
    }

    #[test]
    fn an_argument_that_is_missing_or_doubled_is_named() {
        let said = |values: &[Value]| chat_input(&raw(values)).unwrap_err().to_string();
        assert!(
            said(&[]).ends_with("it was no argument at all"),
            "{}",
            said(&[])
        );
        assert!(said(&[json!({}), json!({})]).ends_with("it was 2 arguments"));
        assert!(said(&[Value::Null]).ends_with("it was null"));
    }

    #[test]
    fn a_wrong_argument_is_passed_on_only_where_somebody_listens() {
        let wrong =
            json!({"prompt": 7, "connection_id": "c", "callback_url": "http://host/events/s"});
        assert_eq!(
            activity_arguments(&raw(&[wrong])),
            Ok([
                json!(7),
                json!("c"),
                Value::Null,
                json!("http://host/events/s")
            ])
        );
        for url in [json!(" "), Value::Null, json!(7)] {
            let wrong = json!({"prompt": 7, "connection_id": "c", "callback_url": url});
            assert!(activity_arguments(&raw(&[wrong])).is_err());
        }
        let right = json!({"prompt": "p", "connection_id": "c", "callback_url": "", "more": 1});
        assert_eq!(
            activity_arguments(&raw(&[right])),
            Ok([json!("p"), json!("c"), Value::Null, json!("")])
        );
    }

    #[test]
    fn only_activities_that_prepare_a_connection_can_be_set_up() {
        let step =
            |activity: &str| setup_step(&raw(&[json!({"activity": activity, "arguments": []})]));
        for activity in SETUP_ACTIVITIES {
            assert!(step(activity).is_ok(), "{activity}");
        }
        let refused = step("chat_streaming").unwrap_err().to_string();
        assert!(
            refused.starts_with("`chat_streaming` is no activity"),
            "{refused}"
        );
        assert!(setup_step(&raw(&[json!("x")])).is_err());
    }
}
