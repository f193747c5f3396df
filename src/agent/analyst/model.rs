//! The offline analyst as a [`ChatModel`]: which turn it is, and what is to be done in it.

use super::conversation::Conversation;
use super::pieces::pieces;
use super::work::{Draft, first_turn, later_turn};
use crate::agent::chat_model::{
    ChatModel, DeltaSink, ModelDelta, ModelError, ModelRequest, ModelTurn, ToolCall,
};
use async_trait::async_trait;

/// A deterministic model without any language model behind it.
///
/// It knows two languages and no domain: tables, metrics, values and joins come from the tools' outputs of the same
/// conversation. It answers a question only when every word of it is explained and exactly one query follows; otherwise it
/// says which part it did not understand and runs nothing. It keeps no state between turns: what a short question continues
/// stands in the messages before it.
#[derive(Debug, Clone, Copy, Default)]
pub struct OfflineAnalyst;

impl OfflineAnalyst {
    /// An analyst.
    pub fn new() -> Self {
        Self
    }
}

#[async_trait]
impl ChatModel for OfflineAnalyst {
    fn name(&self) -> &str {
        "offline-analyst"
    }

    async fn turn(
        &self,
        request: ModelRequest<'_>,
        sink: &mut dyn DeltaSink,
    ) -> Result<ModelTurn, ModelError> {
        let Some(conversation) = Conversation::new(request.messages) else {
            return Err(ModelError::Refused {
                model: self.name().to_owned(),
                reason: "the conversation has no question".to_owned(),
            });
        };
        let draft = if conversation.is_new() {
            first_turn(&conversation)
        } else {
            later_turn(&conversation)
        };
        let Draft {
            thinking,
            content,
            calls,
        } = draft;
        if let Some(thinking) = thinking {
            sink.delta(ModelDelta::Thinking(thinking)).await;
        }
        for piece in pieces(&content) {
            sink.delta(ModelDelta::Text(piece.to_owned())).await;
        }
        let turn = request.messages.len();
        Ok(ModelTurn {
            content,
            tool_calls: calls
                .into_iter()
                .enumerate()
                .map(|(index, (tool, arguments))| ToolCall {
                    id: format!("call_{turn}_{}", index + 1),
                    tool: tool.to_owned(),
                    arguments,
                    unreadable: None,
                })
                .collect(),
            usage: None,
        })
    }
}
