//! `remember`: a note for the rest of the conversation.

use futures::future::FutureExt;
use serde_json::json;

use super::outcome::{Outcome, ToolError};
use super::tool::{Call, Kind, Parameters, Tool};

pub(super) const REMEMBER: Tool = Tool {
    name: "remember",
    description: "Notes something for later questions of this conversation, such as what the user prefers. A note of the \
                  same namespace and key is replaced. No other conversation sees it.",
    parameters: Parameters::Texts(&[
        ("namespace", "A group of notes, such as `preferences`."),
        ("key", "The note's name in the group."),
        ("content", "What to remember."),
    ]),
    kind: Kind::Action { stage: "context" },
    run: |call| note(call).boxed(),
};

async fn note(call: Call<'_>) -> Result<Outcome, ToolError> {
    let (namespace, key) = (call.text("namespace")?, call.text("key")?);
    let content = call.text("content")?;
    let context = call.context;
    let noting = context
        .memory
        .note(context.store, (namespace, key), content);
    match context.stop.or(noting).await?? {
        Ok(()) => Outcome::success(json!({"namespace": namespace, "key": key})),
        Err(error) => Err(ToolError::Failed(error.to_string())),
    }
}
