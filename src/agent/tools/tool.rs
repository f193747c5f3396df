//! What a tool is.

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::context::ToolContext;
use super::outcome::{Outcome, ToolError};
use crate::agent::ToolSpec;

/// One tool.
#[async_trait]
pub(super) trait Tool: Sync {
    /// The tool's name.
    fn name(&self) -> &'static str;

    /// How the model sees it.
    fn spec(&self) -> ToolSpec;

    /// The stage of a run that is completed when it succeeds.
    fn stage(&self) -> &'static str;

    /// Whether calls only look something up in Typesense, so that neighbouring ones can run at once.
    fn is_lookup(&self) -> bool {
        false
    }

    /// Does it.
    async fn call(
        &self,
        arguments: &Map<String, Value>,
        context: &ToolContext<'_>,
    ) -> Result<Outcome, ToolError>;
}
