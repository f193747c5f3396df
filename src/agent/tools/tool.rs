//! What a tool is: how the model sees it, and what a call of it does.

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::arguments;
use super::context::ToolContext;
use super::outcome::{Outcome, ToolError};
use crate::agent::ToolSpec;

/// One tool.
pub(super) struct Tool {
    /// Its name (contract §8).
    pub(super) name: &'static str,
    /// What it does and when to use it.
    pub(super) description: &'static str,
    /// Its arguments.
    pub(super) parameters: Parameters,
    /// What kind of thing it does.
    pub(super) kind: Kind,
    /// Does it.
    pub(super) run: for<'a> fn(Call<'a>) -> Running<'a>,
}

/// A call under way.
pub(super) type Running<'a> = BoxFuture<'a, Result<Outcome, ToolError>>;

/// The arguments of a tool.
pub(super) enum Parameters {
    /// Texts that must all be there: what each is called, and what it means.
    Texts(&'static [(&'static str, &'static str)]),
    /// Anything else, as a JSON schema of an object.
    Schema(fn() -> Value),
}

/// What kind of thing a tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It reads what is known and changes nothing, so that neighbouring calls can run at once.
    Lookup,
    /// Anything else. It listens itself for the run's end.
    Action {
        /// The stage of a run that is completed when it succeeds.
        stage: &'static str,
    },
}

impl Kind {
    /// The stage of a run that is completed when it succeeds.
    pub(super) fn stage(self) -> &'static str {
        match self {
            Self::Lookup => "context",
            Self::Action { stage } => stage,
        }
    }
}

/// One call of a tool.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    /// What the model gave it.
    pub(super) arguments: &'a Map<String, Value>,
    /// What the run knows.
    pub(super) context: &'a ToolContext<'a>,
}

impl<'a> Call<'a> {
    /// A text that must be there.
    pub(super) fn text(self, key: &str) -> Result<&'a str, ToolError> {
        arguments::text(self.arguments, key)
    }
}

impl Tool {
    /// How the model sees it.
    pub(super) fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: self.name,
            description: self.description,
            parameters: match self.parameters {
                Parameters::Texts(texts) => schema_of(texts),
                Parameters::Schema(schema) => schema(),
            },
        }
    }
}

fn schema_of(texts: &[(&str, &str)]) -> Value {
    let properties: Map<String, Value> = texts
        .iter()
        .map(|(name, meaning)| {
            let argument = json!({"type": "string", "description": meaning});
            ((*name).to_owned(), argument)
        })
        .collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if !texts.is_empty() {
        schema["required"] = texts.iter().map(|(name, _)| *name).collect();
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_described_as_what_must_be_there() {
        assert_eq!(
            schema_of(&[("what", "What to say.")]),
            json!({
                "type": "object",
                "properties": {"what": {"type": "string", "description": "What to say."}},
                "required": ["what"]
            })
        );
        assert_eq!(schema_of(&[]), json!({"type": "object", "properties": {}}));
    }
}
