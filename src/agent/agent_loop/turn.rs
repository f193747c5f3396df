//! One turn of the model, and what its pieces become.

use async_trait::async_trait;

use super::conversation::Conversation;
use crate::agent::stop::Stop;
use crate::agent::{
    AgentError, ChatModel, DeltaSink, EventSink, ModelDelta, ModelError, ModelRequest, ModelTurn,
    ToolSpec,
};
use crate::contract::Event;

/// Takes a turn's pieces. Reasoning is told at once. Text is kept until the turn is whole, because only then it is
/// known whether it is the answer or a word before a tool call, and a `token` cannot be taken back.
struct Pieces<'a> {
    events: &'a mut dyn EventSink,
    texts: Vec<String>,
}

#[async_trait]
impl DeltaSink for Pieces<'_> {
    async fn delta(&mut self, delta: ModelDelta) {
        match delta {
            ModelDelta::Thinking(content) if content.is_empty() => {}
            ModelDelta::Thinking(content) => self.events.emit(Event::Thinking { content }).await,
            ModelDelta::Text(text) if text.is_empty() => {}
            ModelDelta::Text(text) => self.texts.push(text),
        }
    }
}

/// What a turn was.
pub(super) enum Step {
    /// The model wants to run tools.
    Tools(ModelTurn),
    /// The model answered; its `token`s were told.
    Answer(String),
}

/// Lets the model take its turn.
pub(super) async fn take(
    model: &dyn ChatModel,
    conversation: &Conversation,
    tools: &[ToolSpec],
    events: &mut dyn EventSink,
    stop: &Stop,
) -> Result<Step, AgentError> {
    let request = ModelRequest {
        messages: conversation.messages(),
        tools,
    };
    let mut pieces = Pieces {
        events,
        texts: Vec::new(),
    };
    let turn = stop.or(model.turn(request, &mut pieces)).await??;
    let Pieces { events, texts } = pieces;
    if !turn.tool_calls.is_empty() {
        if !turn.content.trim().is_empty() {
            events
                .emit(Event::Thinking {
                    content: turn.content.clone(),
                })
                .await;
        }
        return Ok(Step::Tools(turn));
    }
    if turn.content.trim().is_empty() {
        return Err(AgentError::EmptyAnswer {
            model: model.name().to_owned(),
        });
    }
    // A model need not stream, but what it streams must be what it says.
    let texts = if texts.is_empty() {
        vec![turn.content.clone()]
    } else {
        texts
    };
    if texts.concat() != turn.content {
        return Err(ModelError::Refused {
            model: model.name().to_owned(),
            reason: "the pieces that it streamed are not its answer".to_owned(),
        }
        .into());
    }
    for content in texts {
        stop.check()?;
        events.emit(Event::Token { content }).await;
    }
    Ok(Step::Answer(turn.content))
}
