//! `search_metrics_in_question`: the business terms that a question uses.

use serde::Serialize;

use super::found::found;
use super::glossary::{Term, names};
use super::outcome::ToolError;
use super::tool::{Call, Kind, Parameters, Tool};
use crate::agent::words::Question;
use crate::contract::documents::GlossaryEntry;

pub(super) const SEARCH_METRICS: Tool = Tool {
    name: "search_metrics_in_question",
    description: "The business terms in a question: metrics and dimensions with the SQL that they stand for, whole \
                  statements for indicators that no single expression can say, and how tables are joined. Use their SQL as it is.",
    parameters: Parameters::Texts(&[("question", "The user's question, unchanged.")]),
    kind: Kind::Lookup,
    run: |call| found(mentioned(call)),
};

#[derive(Debug, Default, Serialize)]
struct Output<'a> {
    metrics: Vec<Term<'a>>,
    dimensions: Vec<Term<'a>>,
    statements: Vec<Term<'a>>,
    relations: Vec<Term<'a>>,
}

async fn mentioned(call: Call<'_>) -> Result<Output<'_>, ToolError> {
    let question = call.text("question")?;
    search(question, call.context.glossary().await?)
}

/// The terms that the question mentions by their name or another word for them. Relations say how tables are joined,
/// which no question mentions, so all of them are there.
fn search<'a>(question: &str, glossary: &'a [GlossaryEntry]) -> Result<Output<'a>, ToolError> {
    let question = Question::new(question);
    let mut output = Output::default();
    for entry in glossary {
        let term = Term::of(entry)?;
        let (list, always) = match term.kind() {
            "relation" => (&mut output.relations, true),
            "metric" => (&mut output.metrics, false),
            "dimension" => (&mut output.dimensions, false),
            "statement" => (&mut output.statements, false),
            // A kind of a newer catalogue.
            _ => continue,
        };
        if always || names(entry).any(|word| question.mentions(word)) {
            list.push(term);
        }
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::super::glossary::testing::entry;
    use super::*;

    #[test]
    fn terms_are_split_by_kind_and_relations_are_always_there() {
        let glossary = vec![
            entry("modal awal", &["initial capital"], r#"{"unit":"IDR"}"#),
            entry("provinsi", &["province"], r#"{"kind":"dimension"}"#),
            entry("kabupaten", &[], r#"{"kind":"dimension"}"#),
            entry("a ke b", &[], r#"{"kind":"relation"}"#),
            entry("modal", &[], ""),
            entry("provinsi lain", &["provinsi"], r#"{"kind":"newer"}"#),
            entry(
                "indeks",
                &["capital per provinsi"],
                r#"{"kind":"statement"}"#,
            ),
        ];
        let output = search("Initial capital per provinsi?", &glossary).expect("a search");
        assert_eq!(
            serde_json::to_string(&output).expect("serialises"),
            concat!(
                r#"{"metrics":[{"metric":"modal awal","alias":["initial capital"],"sql":"SUM(1)","metadata":{"unit":"IDR"}}],"#,
                r#""dimensions":[{"metric":"provinsi","alias":["province"],"sql":"SUM(1)","metadata":{"kind":"dimension"}}],"#,
                r#""statements":[{"metric":"indeks","alias":["capital per provinsi"],"sql":"SUM(1)","metadata":{"kind":"statement"}}],"#,
                r#""relations":[{"metric":"a ke b","alias":[],"sql":"SUM(1)","metadata":{"kind":"relation"}}]}"#
            )
        );
    }
}
