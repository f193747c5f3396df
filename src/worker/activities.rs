//! The activities that a worker registers (contract §1). Arguments are positional and read leniently.

use std::sync::Arc;

use serde_json::Value;
use temporalio_client::Client;
use temporalio_common::data_converters::RawValue;
use temporalio_macros::activities;
use temporalio_sdk::ApplicationFailure;
use temporalio_sdk::activities::{ActivityContext, ActivityError};

use super::attempt::{self, Attempt, Outcome};
use super::cancellation::{Cancellation, Stopping};
use super::control_plane::ActiveSessions;
use super::heartbeat::Heartbeats;
use super::payload::decode_arguments;
use super::sender::{CallbackSender, Destination};
use super::supersession::Supersession;
use super::{
    CallbackHosts, HeartbeatSettings, SenderSettings, callback_resolver, parse_callback_url,
};
use crate::agent::{Agent, AgentError, ConnectionTest, MdlReport, ScanReport, SyncReport};
use crate::contract::documents::DatabaseConnection;
use crate::contract::{ChatInput, ChatResult, FailureType, InputError, SessionId};
use crate::mutants::{self, Mutant};

/// What the activities share.
pub struct KaiActivities {
    pub(super) agent: Agent,
    pub(super) http: reqwest::Client,
    pub(super) heartbeats: HeartbeatSettings,
    pub(super) sender: SenderSettings,
    pub(super) callback_hosts: Option<CallbackHosts>,
    pub(super) stopping: Stopping,
    pub(super) sessions: ActiveSessions,
    /// For questions about the attempts that it runs.
    pub(super) client: Client,
}

#[activities]
impl KaiActivities {
    #[activity(name = "chat_streaming")]
    pub async fn chat_streaming(
        self: Arc<Self>,
        ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<ChatResult, ActivityError> {
        self.answer(ctx, &Arguments::read(&arguments, 4)?).await
    }

    #[activity(name = "chat")]
    pub async fn chat(
        self: Arc<Self>,
        ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<ChatResult, ActivityError> {
        self.answer(ctx, &Arguments::read(&arguments, 3)?).await
    }

    #[activity(name = "autonomous_chat")]
    pub async fn autonomous_chat(
        self: Arc<Self>,
        ctx: ActivityContext,
        arguments: RawValue,
    ) -> Result<ChatResult, ActivityError> {
        self.answer(ctx, &Arguments::read(&arguments, 3)?).await
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
        arguments: &Arguments,
    ) -> Result<ChatResult, ActivityError> {
        let _session = self.sessions.begin();
        let url = arguments.optional(3, "callback_url").map_err(invalid)?;
        if mutants::is(Mutant::EmptyUrlKills) && url == Some("") {
            return Err(invalid(ArgumentError::NotText {
                name: "callback_url",
            }));
        }
        let url = parse_callback_url(url)
            .map_err(|error| permanent(FailureType::InvalidCallbackUrl, error))?;
        if let (Some(hosts), Some(url)) = (&self.callback_hosts, &url) {
            callback_resolver::verify(hosts, url, self.sender.request_timeout)
                .await
                .map_err(|error| permanent(FailureType::InvalidCallbackUrl, error))?;
        }
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
        let conversation = arguments.optional(2, "conversation_id");
        let destination = url.map(|url| Destination {
            url,
            session: SessionId::of_run(conversation.unwrap_or_default(), run_key),
            attempt: attempt.number,
        });
        let supersession = Supersession::of(&self.client, info);
        let cancellation = Cancellation::of(&ctx, &self.stopping);
        let interval = match mutants::is(Mutant::NoHeartbeatUnheard) && destination.is_none() {
            true => self.heartbeats.interval * 3600,
            false => self.heartbeats.interval,
        };
        let heartbeats = Heartbeats::start(Arc::new(ctx), interval);
        let sender = CallbackSender::start(
            self.http.clone(),
            destination,
            self.sender,
            heartbeats.listener(),
        );
        let input = match chat_input(arguments) {
            Ok(input) => input,
            Err(error) => {
                // Whoever listens must not wait for a run that never begins.
                attempt::refuse(sender, error.to_string()).await;
                return Err(invalid(error));
            }
        };
        let counts = heartbeats.counts();
        let run = attempt::Run {
            agent: &self.agent,
            input: &input,
            attempt,
            counts: &counts,
            cancellation: &cancellation,
            supersession: supersession.as_ref(),
        };
        let Outcome { result, failure } = run.carry_out(sender).await;
        match failure {
            Some(failure) => Err(failed(failure)),
            None => Ok(result),
        }
    }
}

fn chat_input(arguments: &Arguments) -> Result<ChatInput, ArgumentError> {
    let optional = |position, name| {
        let text = arguments.optional(position, name)?;
        Ok::<_, ArgumentError>(text.map(str::to_owned))
    };
    let input = ChatInput {
        prompt: arguments.required(0, "prompt")?.to_owned(),
        connection_id: arguments.required(1, "connection_id")?.to_owned(),
        conversation_id: optional(2, "conversation_id")?,
        callback_url: optional(3, "callback_url")?,
    };
    input.validate()?;
    Ok(input)
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
        self.required(position, name).map_err(invalid)
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

    /// As [`text`](Self::text), for whoever has something to do before the activity fails.
    fn required(&self, position: usize, name: &'static str) -> Result<&str, ArgumentError> {
        let missing = InputError::Missing { key: name };
        Ok(self.optional(position, name)?.ok_or(missing)?)
    }

    fn optional(&self, position: usize, name: &'static str) -> Result<Option<&str>, ArgumentError> {
        match self.0.get(position) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ArgumentError::NotText { name }),
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
    #[error(transparent)]
    Input(#[from] InputError),
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
        .non_retryable(kind.is_permanent() && !mutants::is(Mutant::PermanentErrorRetried))
        .maybe_next_retry_delay(error.retry_after())
        .build()
        .into()
}
