//! The activities that a worker registers (contract §1). Arguments are positional and read leniently.

use std::sync::Arc;

use serde_json::Value;
use temporalio_common::data_converters::RawValue;
use temporalio_macros::activities;
use temporalio_sdk::ApplicationFailure;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::attempt::{self, Attempt, Outcome};
use super::heartbeat::Heartbeats;
use super::payload::decode_arguments;
use super::sender::{CallbackSender, Destination};
use super::{HeartbeatSettings, SenderSettings, parse_callback_url};
use crate::agent::{Agent, AgentError, ConnectionTest, MdlReport, ScanReport, SyncReport};
use crate::contract::documents::DatabaseConnection;
use crate::contract::{ChatInput, ChatResult, FailureType, InputError, SessionId};

/// What the activities share.
pub struct KaiActivities {
    pub(super) agent: Agent,
    pub(super) http: reqwest::Client,
    pub(super) heartbeats: HeartbeatSettings,
    pub(super) sender: SenderSettings,
}

#[activities]
impl KaiActivities {
    #[activity(name = "chat_streaming")]
    pub async fn chat_streaming(
        self: Arc<Self>,
        ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<ChatResult, ActivityError> {
        let input = chat_input(&arguments, 4)?;
        self.answer(ctx, input).await
    }

    #[activity(name = "chat")]
    pub async fn chat(
        self: Arc<Self>,
        ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<ChatResult, ActivityError> {
        let input = chat_input(&arguments, 3)?;
        self.answer(ctx, input).await
    }

    #[activity(name = "autonomous_chat")]
    pub async fn autonomous_chat(
        self: Arc<Self>,
        ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<ChatResult, ActivityError> {
        let input = chat_input(&arguments, 3)?;
        self.answer(ctx, input).await
    }

    #[activity(name = "store_connection")]
    pub async fn store_connection(
        self: Arc<Self>,
        _ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<DatabaseConnection, ActivityError> {
        let arguments = Arguments::read(&arguments, 3)?;
        let id = arguments.text(0, "connection_id")?;
        let uri = arguments.text(1, "connection_uri")?;
        let alias = arguments.text(2, "alias")?;
        self.agent
            .store_connection(id, uri, alias)
            .await
            .map_err(failed)
    }

    #[activity(name = "test_connection")]
    pub async fn test_connection(
        self: Arc<Self>,
        _ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<ConnectionTest, ActivityError> {
        let arguments = Arguments::read(&arguments, 1)?;
        let id = arguments.text(0, "connection_id")?;
        self.agent.test_connection(id).await.map_err(failed)
    }

    #[activity(name = "scan_schema")]
    pub async fn scan_schema(
        self: Arc<Self>,
        ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<ScanReport, ActivityError> {
        let arguments = Arguments::read(&arguments, 2)?;
        let id = arguments.text(0, "connection_id")?;
        let tables = arguments.texts(1, "table_names")?;
        let _heartbeats = Heartbeats::start(Arc::new(ctx), self.heartbeats.interval);
        self.agent
            .scan_schema(id, tables.as_deref())
            .await
            .map_err(failed)
    }

    #[activity(name = "sync_config")]
    pub async fn sync_config(
        self: Arc<Self>,
        ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<SyncReport, ActivityError> {
        let arguments = Arguments::read(&arguments, 5)?;
        let id = arguments.text(0, "connection_id")?;
        let _heartbeats = Heartbeats::start(Arc::new(ctx), self.heartbeats.interval);
        // Instructions, skills, glossary and model, in this order.
        let given = [1, 2, 3, 4].map(|position| arguments.value(position));
        self.agent.sync_config(id, given).await.map_err(failed)
    }

    #[activity(name = "generate_mdl")]
    pub async fn generate_mdl(
        self: Arc<Self>,
        _ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<MdlReport, ActivityError> {
        let arguments = Arguments::read(&arguments, 2)?;
        let id = arguments.text(0, "connection_id")?;
        let tables = arguments.texts(1, "table_names")?;
        self.agent
            .generate_mdl(id, tables.as_deref())
            .await
            .map_err(failed)
    }
}

impl KaiActivities {
    async fn answer(
        &self,
        ctx: ActivityContext,
        input: ChatInput,
    ) -> Result<ChatResult, ActivityError> {
        input.validate().map_err(invalid)?;
        let url = parse_callback_url(input.callback_url.as_deref())
            .map_err(|error| permanent(FailureType::InvalidCallbackUrl, error))?;
        let info = ctx.info();
        let attempt = Attempt {
            number: info.attempt,
            maximum: info
                .retry_policy
                .as_ref()
                .map_or(0, |policy| policy.maximum_attempts()),
        };
        // The id of the run is the same for every attempt; a standalone activity has only its own id.
        let run_key = info.workflow_run_id.as_deref().unwrap_or(&info.activity_id);
        let destination = url.map(|url| Destination {
            url,
            session: SessionId::of_run(input.conversation_id.as_deref(), run_key),
            attempt: attempt.number,
        });
        let (cancel, _watch) = cancellation(&ctx);
        let heartbeats = Heartbeats::start(Arc::new(ctx), self.heartbeats.interval);
        let sender = CallbackSender::start(
            self.http.clone(),
            destination,
            self.sender,
            heartbeats.listener(),
        );
        let counts = heartbeats.counts();
        let Outcome { result, failure } =
            attempt::run(&self.agent, &input, attempt, sender, &counts, &cancel).await;
        match failure {
            Some(failure) => Err(failed(failure)),
            None => Ok(result),
        }
    }
}

/// A token that follows the activity's own cancellation, as the agent knows nothing of Temporal.
fn cancellation(ctx: &ActivityContext) -> (CancellationToken, DropGuard) {
    let cancel = CancellationToken::new();
    let ended = CancellationToken::new();
    tokio::spawn({
        let (ctx, cancel, ended) = (ctx.clone(), cancel.clone(), ended.clone());
        async move {
            tokio::select! {
                () = ctx.cancelled() => cancel.cancel(),
                () = ended.cancelled() => {}
            }
        }
    });
    (cancel, ended.drop_guard())
}

fn chat_input(raw: &RawValue, at_most: usize) -> Result<ChatInput, ActivityError> {
    let arguments = Arguments::read(raw, at_most)?;
    Ok(ChatInput {
        prompt: arguments.text(0, "prompt")?.to_owned(),
        connection_id: arguments.text(1, "connection_id")?.to_owned(),
        conversation_id: arguments
            .optional_text(2, "conversation_id")?
            .map(str::to_owned),
        callback_url: arguments
            .optional_text(3, "callback_url")?
            .map(str::to_owned),
    })
}

/// Positional arguments; trailing ones may be left out.
struct Arguments(Vec<Value>);

impl Arguments {
    fn read(raw: &RawValue, at_most: usize) -> Result<Self, ActivityError> {
        let values = decode_arguments(raw).map_err(invalid)?;
        if values.len() > at_most {
            return Err(invalid(ArgumentError::TooMany {
                came: values.len(),
                at_most,
            }));
        }
        Ok(Self(values))
    }

    /// An argument of whatever type; null when it is missing.
    fn value(&self, position: usize) -> &Value {
        self.0.get(position).unwrap_or(&Value::Null)
    }

    fn text(&self, position: usize, name: &'static str) -> Result<&str, ActivityError> {
        self.optional_text(position, name)?
            .ok_or_else(|| invalid(InputError::Missing { key: name }))
    }

    fn optional_text(
        &self,
        position: usize,
        name: &'static str,
    ) -> Result<Option<&str>, ActivityError> {
        match self.0.get(position) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(invalid(ArgumentError::NotText { name })),
        }
    }

    fn texts(
        &self,
        position: usize,
        name: &'static str,
    ) -> Result<Option<Vec<String>>, ActivityError> {
        match self.0.get(position) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value.clone())
                .map(Some)
                .map_err(|_| invalid(ArgumentError::NotTexts { name })),
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum ArgumentError {
    #[error("{came} arguments came; at most {at_most} are understood")]
    TooMany { came: usize, at_most: usize },
    #[error("`{name}` must be a string")]
    NotText { name: &'static str },
    #[error("`{name}` must be a list of strings, or null")]
    NotTexts { name: &'static str },
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> ActivityError {
    permanent(FailureType::InvalidInput, error)
}

fn permanent(
    kind: FailureType,
    error: impl std::error::Error + Send + Sync + 'static,
) -> ActivityError {
    ApplicationFailure::builder(error)
        .type_name(kind.as_str().to_owned())
        .non_retryable(true)
        .build()
        .into()
}

/// An agent's failure as Temporal shall see it: cancelled, or typed and retryable or not.
fn failed(error: AgentError) -> ActivityError {
    if error.is_cancelled() {
        return ActivityError::cancelled();
    }
    let kind = error.failure_type();
    ApplicationFailure::builder(error.chain())
        .type_name(kind.as_str().to_owned())
        .non_retryable(kind.is_permanent())
        .build()
        .into()
}
