//! One run: what is asked, who listens, how it ended.

use async_trait::async_trait;

use super::AgentError;
use crate::contract::{Event, TokenUsage};

/// What a caller asks.
#[derive(Debug, Clone, Copy)]
pub struct RunRequest<'a> {
    /// The question, in the user's words.
    pub prompt: &'a str,
    /// The id under which the database was stored.
    pub connection_id: &'a str,
    /// The conversation that the question belongs to.
    pub conversation_id: Option<&'a str>,
}

/// Takes a run's events, in order: all but `error` and `done`, which the caller makes of the [`RunReport`].
#[async_trait]
pub trait EventSink: Send {
    /// Takes the next event. The run waits, so a sink bounds its own time. A run that is given up while it waits has handed the
    /// event over: the sink tells it all the same.
    async fn emit(&mut self, event: Event);
}

/// How a run ended.
#[derive(Debug)]
pub struct RunReport {
    /// The answer: exactly the `token` events joined. Of a run that failed, what had been told by then.
    pub final_answer: String,
    /// Every statement that was executed, in order, exactly as sent to Postgres; also those that failed in execution.
    pub sql_queries: Vec<String>,
    /// The stages that were completed, in order, each once: `prepare` (connection and skills read), `plan` (steps
    /// written), `context` (knowledge looked up), `query` (a statement returned), `suggest` (questions to ask next offered),
    /// `answer`.
    pub stages_completed: Vec<String>,
    /// What the model's turns cost together, when it says so.
    pub usage: Option<TokenUsage>,
    /// Why there is no answer.
    pub failure: Option<AgentError>,
}

impl RunReport {
    /// The report of a run that came to nothing.
    pub fn failed(failure: AgentError) -> Self {
        Self {
            final_answer: String::new(),
            sql_queries: Vec::new(),
            stages_completed: Vec::new(),
            usage: None,
            failure: Some(failure),
        }
    }
}
