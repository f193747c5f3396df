//! Tools that only look something up: texts in, what is known out.

use async_trait::async_trait;
use futures::future::{BoxFuture, FutureExt};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::arguments;
use super::context::ToolContext;
use super::outcome::{Outcome, ToolError};
use super::tool::Tool;
use crate::agent::ToolSpec;

/// The longest output of a look-up. A model that is given more at once only loses its way in it.
const MAX_OUTPUT_BYTES: usize = 512 * 1024;

/// A tool that reads what is known and changes nothing: neighbouring look-ups of a turn run at once.
pub(super) struct Lookup {
    /// The tool's name.
    pub(super) name: &'static str,
    /// What it does and when to use it.
    pub(super) description: &'static str,
    /// Its arguments, all of them texts that must be there: what each is called, and what it means.
    pub(super) arguments: &'static [(&'static str, &'static str)],
    /// Does it.
    pub(super) look: for<'a> fn(Call<'a>) -> Found<'a>,
}

/// What a look-up found, as the model is told.
pub(super) type Found<'a> = BoxFuture<'a, Result<Outcome, ToolError>>;

/// One call of a look-up.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    arguments: &'a Map<String, Value>,
    /// What the run knows.
    pub(super) context: &'a ToolContext<'a>,
}

impl<'a> Call<'a> {
    /// An argument.
    pub(super) fn text(self, key: &str) -> Result<&'a str, ToolError> {
        arguments::text(self.arguments, key)
    }
}

/// The output that says what was found.
pub(super) fn found<'a, T: Serialize>(
    look: impl Future<Output = Result<T, ToolError>> + Send + 'a,
) -> Found<'a> {
    look.map(|found| bounded(Outcome::success(found?)?)).boxed()
}

fn bounded(outcome: Outcome) -> Result<Outcome, ToolError> {
    let bytes = outcome.output.len();
    if bytes <= MAX_OUTPUT_BYTES {
        return Ok(outcome);
    }
    Err(ToolError::Failed(format!(
        "the output would have {bytes} bytes; at most {MAX_OUTPUT_BYTES} are given at once: ask for a part of it, such \
         as one table or one metric"
    )))
}

#[async_trait]
impl Tool for Lookup {
    fn name(&self) -> &'static str {
        self.name
    }

    fn spec(&self) -> ToolSpec {
        let properties: Map<String, Value> = self
            .arguments
            .iter()
            .map(|(name, meaning)| {
                let argument = json!({"type": "string", "description": meaning});
                ((*name).to_owned(), argument)
            })
            .collect();
        let mut parameters = json!({"type": "object", "properties": properties});
        if !self.arguments.is_empty() {
            parameters["required"] = self.arguments.iter().map(|(name, _)| *name).collect();
        }
        ToolSpec {
            name: self.name,
            description: self.description,
            parameters,
        }
    }

    fn stage(&self) -> &'static str {
        "context"
    }

    fn is_lookup(&self) -> bool {
        true
    }

    async fn call(
        &self,
        arguments: &Map<String, Value>,
        context: &ToolContext<'_>,
    ) -> Result<Outcome, ToolError> {
        (self.look)(Call { arguments, context }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECHO: Lookup = Lookup {
        name: "echo",
        description: "Says it again.",
        arguments: &[("what", "What to say.")],
        look: |call| found(async move { call.text("what").map(|what| json!({"said": what})) }),
    };

    #[test]
    fn arguments_are_described_as_texts_that_must_be_there() {
        assert_eq!(
            ECHO.spec().parameters,
            json!({
                "type": "object",
                "properties": {"what": {"type": "string", "description": "What to say."}},
                "required": ["what"]
            })
        );
    }

    #[test]
    fn an_output_that_is_too_long_is_refused_with_advice() {
        let long = |bytes: usize| {
            let outcome = Outcome::success(json!({"text": "x".repeat(bytes)}));
            bounded(outcome.expect("an output"))
        };
        assert!(long(1000).is_ok());
        match long(MAX_OUTPUT_BYTES) {
            Err(ToolError::Failed(said)) => assert!(said.contains("ask for a part"), "{said}"),
            other => panic!("{other:?}"),
        }
    }
}
