//! Business terms as the tools show them.

use serde::Serialize;
use serde_json::{Map, Value};

use super::found::found;
use super::outcome::ToolError;
use super::tool::{Call, Kind, Parameters, Tool};
use crate::contract::documents::GlossaryEntry;

pub(super) const GET_BUSINESS_GLOSSARY: Tool = Tool {
    name: "get_business_glossary",
    description: "All business terms of this database with the SQL that they stand for. For a question, \
                  search_metrics_in_question is shorter; for one term, lookup_metric.",
    parameters: Parameters::Texts(&[]),
    kind: Kind::Lookup,
    run: |call| found(all(call)),
};

/// What the glossary says of a term.
#[derive(Debug, Serialize)]
pub(super) struct Term<'a> {
    metric: &'a str,
    alias: &'a [String],
    sql: &'a str,
    metadata: Map<String, Value>,
}

impl<'a> Term<'a> {
    pub(super) fn of(entry: &'a GlossaryEntry) -> Result<Self, ToolError> {
        Ok(Self {
            metric: &entry.metric,
            alias: &entry.alias,
            sql: &entry.sql,
            metadata: metadata(entry)?,
        })
    }

    /// What kind of term it is; one of the existing system's, which has no kinds, is a metric.
    pub(super) fn kind(&self) -> &str {
        let kind = self.metadata.get("kind").and_then(Value::as_str);
        kind.unwrap_or("metric")
    }
}

/// The words that an entry is found by.
pub(super) fn names(entry: &GlossaryEntry) -> impl Iterator<Item = &String> {
    std::iter::once(&entry.metric).chain(&entry.alias)
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

#[derive(Serialize)]
struct Output<'a> {
    terms: Vec<Term<'a>>,
}

async fn all(call: Call<'_>) -> Result<Output<'_>, ToolError> {
    let terms = call.context.glossary().await?.iter().map(Term::of);
    Ok(Output {
        terms: terms.collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// An entry of the connection `c`.
    pub(in crate::agent::tools) fn entry(
        metric: &str,
        alias: &[&str],
        metadata: &str,
    ) -> GlossaryEntry {
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
}

#[cfg(test)]
mod tests {
    use super::testing::entry;
    use super::*;

    #[test]
    fn metadata_that_is_no_object_is_named() {
        match Term::of(&entry("m", &[], "[]")) {
            Err(ToolError::Failed(said)) => assert!(
                said.starts_with("the glossary entry `c.m` has metadata"),
                "{said}"
            ),
            other => panic!("{other:?}"),
        }
    }
}
