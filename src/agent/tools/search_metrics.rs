//! `search_metrics_in_question`: the business terms that a question uses.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::arguments;
use super::context::ToolContext;
use super::outcome::{Outcome, ToolError};
use super::tool::Tool;
use super::words::Question;
use crate::agent::ToolSpec;
use crate::contract::documents::GlossaryEntry;

pub(super) struct SearchMetrics;

#[derive(Debug, Default, Serialize)]
struct Output {
    metrics: Vec<Term>,
    dimensions: Vec<Term>,
    relations: Vec<Term>,
}

#[derive(Debug, Serialize)]
struct Term {
    metric: String,
    alias: Vec<String>,
    sql: String,
    metadata: Map<String, Value>,
}

/// The terms that the question mentions by their name or another word for them. Relations say how tables are joined,
/// which no question mentions, so all of them are there.
fn search(question: &str, glossary: Vec<GlossaryEntry>) -> Result<Output, ToolError> {
    let question = Question::new(question);
    let mut output = Output::default();
    for entry in glossary {
        let metadata = metadata(&entry)?;
        let kind = metadata
            .get("kind")
            .and_then(Value::as_str)
            .unwrap_or("metric");
        let list = match kind {
            "relation" => &mut output.relations,
            "metric" | "dimension" => {
                let mut words = std::iter::once(&entry.metric).chain(&entry.alias);
                if !words.any(|word| question.mentions(word)) {
                    continue;
                }
                if kind == "metric" {
                    &mut output.metrics
                } else {
                    &mut output.dimensions
                }
            }
            // A kind of a newer catalogue.
            _ => continue,
        };
        list.push(Term {
            metric: entry.metric,
            alias: entry.alias,
            sql: entry.sql,
            metadata,
        });
    }
    Ok(output)
}

fn metadata(entry: &GlossaryEntry) -> Result<Map<String, Value>, ToolError> {
    if entry.metadata.trim().is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(&entry.metadata).map_err(|error| {
        ToolError::Failed(format!(
            "the glossary entry `{}` has metadata that is no JSON object: {error}",
            entry.id
        ))
    })
}

#[async_trait]
impl Tool for SearchMetrics {
    fn name(&self) -> &'static str {
        "search_metrics_in_question"
    }

    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: self.name(),
            description: "The business terms in a question: metrics and dimensions with the SQL that they stand for, \
                          and how tables are joined. Use their SQL as it is.",
            parameters: json!({
                "type": "object",
                "properties": {"question": {"type": "string", "description": "The user's question, unchanged."}},
                "required": ["question"]
            }),
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
        let question = arguments::text(arguments, "question")?;
        let glossary = context.store.glossary(context.connection_id()).await?;
        Outcome::success(search(question, glossary)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(metric: &str, alias: &[&str], metadata: &str) -> GlossaryEntry {
        GlossaryEntry {
            id: format!("c.{metric}"),
            db_connection_id: "c".to_owned(),
            metric: metric.to_owned(),
            alias: alias.iter().map(|word| (*word).to_owned()).collect(),
            sql: "SUM(1)".to_owned(),
            metadata: metadata.to_owned(),
            created_at: 0,
        }
    }

    #[test]
    fn terms_are_split_by_kind_and_relations_are_always_there() {
        let glossary = vec![
            entry("modal awal", &["initial capital"], r#"{"unit":"IDR"}"#),
            entry("provinsi", &["province"], r#"{"kind":"dimension"}"#),
            entry("kabupaten", &[], r#"{"kind":"dimension"}"#),
            entry("a ke b", &[], r#"{"kind":"relation"}"#),
            entry("modal", &[], ""),
            entry("provinsi lain", &["provinsi"], r#"{"kind":"newer"}"#),
        ];
        let output = search("Initial capital per provinsi?", glossary).expect("a search");
        assert_eq!(
            serde_json::to_string(&output).expect("serialises"),
            concat!(
                r#"{"metrics":[{"metric":"modal awal","alias":["initial capital"],"sql":"SUM(1)","metadata":{"unit":"IDR"}}],"#,
                r#""dimensions":[{"metric":"provinsi","alias":["province"],"sql":"SUM(1)","metadata":{"kind":"dimension"}}],"#,
                r#""relations":[{"metric":"a ke b","alias":[],"sql":"SUM(1)","metadata":{"kind":"relation"}}]}"#
            )
        );
    }

    #[test]
    fn metadata_that_is_no_object_is_named() {
        match search("x", vec![entry("m", &[], "[]")]) {
            Err(ToolError::Failed(said)) => assert!(
                said.starts_with("the glossary entry `c.m` has metadata"),
                "{said}"
            ),
            other => panic!("{other:?}"),
        }
    }
}
