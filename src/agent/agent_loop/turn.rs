//! One turn of the model, and what its pieces become.

use async_trait::async_trait;

use super::conversation::Conversation;
use super::speech::{Answer, Speech};
use crate::agent::stop::Stop;
use crate::agent::{
    AgentError, ChatModel, DeltaSink, EventSink, ModelDelta, ModelError, ModelRequest, ModelTurn,
    ToolSpec,
};

#[async_trait]
impl DeltaSink for Speech<'_> {
    async fn delta(&mut self, delta: ModelDelta) {
        match delta {
            ModelDelta::Thinking(content) => self.thinks(content).await,
            ModelDelta::Text(piece) => self.says(piece).await,
            ModelDelta::ToolCall => self.calls().await,
        }
    }
}

/// What a turn was.
pub(super) enum Step {
    /// The model wants to run tools.
    Tools(ModelTurn),
    /// The model answered; its `token`s were told.
    Answered(ModelTurn),
}

/// Lets the model take its turn.
pub(super) async fn take(
    model: &dyn ChatModel,
    conversation: &Conversation,
    tools: &[ToolSpec],
    events: &mut dyn EventSink,
    answer: &mut Answer,
    stop: &Stop,
) -> Result<Step, AgentError> {
    let request = ModelRequest {
        messages: conversation.messages(),
        tools,
    };
    let mut speech = Speech::new(events, answer);
    let turn = stop.or(model.turn(request, &mut speech)).await??;
    // A model need not stream, but what it streams must be what it says.
    if speech.text().is_empty() {
        speech.says(turn.content.clone()).await;
    }
    if speech.text() != turn.content {
        return Err(refused(
            model,
            "the pieces that it streamed are not its answer",
        ));
    }
    if !turn.tool_calls.is_empty() {
        speech.ends_with_calls().await;
        return Ok(Step::Tools(turn));
    }
    if turn.content.trim().is_empty() {
        return Err(AgentError::EmptyAnswer {
            model: model.name().to_owned(),
        });
    }
    if speech.is_calling() {
        return Err(refused(model, "it began a tool call and made none"));
    }
    stop.or(speech.ends_as_answer()).await?;
    Ok(Step::Answered(turn))
}

fn refused(model: &dyn ChatModel, reason: &str) -> AgentError {
    let (model, reason) = (model.name().to_owned(), reason.to_owned());
    ModelError::Refused { model, reason }.into()
}
