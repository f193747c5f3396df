//! `remember`: a note for the rest of the conversation.

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::arguments;
use super::context::ToolContext;
use super::outcome::{Outcome, ToolError};
use super::tool::Tool;
use crate::agent::ToolSpec;

pub(super) struct Remember;

#[async_trait]
impl Tool for Remember {
    fn name(&self) -> &'static str {
        "remember"
    }

    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: self.name(),
            description: "Notes something for later questions of this conversation, such as what the user prefers. A \
                          note of the same namespace and key is replaced. No other conversation sees it.",
            parameters: json!({
                "type": "object",
                "properties": {
                    "namespace": {"type": "string", "description": "A group of notes, such as `preferences`."},
                    "key": {"type": "string", "description": "The note's name in the group."},
                    "content": {"type": "string", "description": "What to remember."}
                },
                "required": ["namespace", "key", "content"]
            }),
        }
    }

    fn stage(&self) -> &'static str {
        "context"
    }

    async fn call(
        &self,
        arguments: &Map<String, Value>,
        context: &ToolContext<'_>,
    ) -> Result<Outcome, ToolError> {
        let namespace = arguments::text(arguments, "namespace")?;
        let key = arguments::text(arguments, "key")?;
        let content = arguments::text(arguments, "content")?;
        let noting = context
            .memory
            .note(context.store, (namespace, key), content);
        match context.stop.or(noting).await?? {
            Ok(()) => Outcome::success(json!({"namespace": namespace, "key": key})),
            Err(error) => Err(ToolError::Failed(error.to_string())),
        }
    }
}
