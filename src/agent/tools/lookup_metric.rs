//! `lookup_metric`: one business term by its name.

use serde::Serialize;

use super::found::found;
use super::glossary::{Term, names};
use super::outcome::ToolError;
use super::tool::{Call, Kind, Parameters, Tool};
use crate::agent::words::{Question, same_words};
use crate::contract::documents::GlossaryEntry;

/// Most names that an error offers instead.
const MOST_SIMILAR: usize = 10;

pub(super) const LOOKUP_METRIC: Tool = Tool {
    name: "lookup_metric",
    description: "One business term by its name or another word for it: the SQL that it stands for, its grain, and \
                  whether its figures add up.",
    parameters: Parameters::Texts(&[(
        "metric_name",
        "The term, such as the name of an indicator.",
    )]),
    kind: Kind::Lookup,
    run: |call| found(named(call)),
};

#[derive(Debug, Serialize)]
struct Output<'a> {
    terms: Vec<Term<'a>>,
}

async fn named(call: Call<'_>) -> Result<Output<'_>, ToolError> {
    let name = call.text("metric_name")?;
    find(name, call.context.glossary().await?)
}

/// The terms of that name: several where a word stands for several things (`status`).
fn find<'a>(name: &str, glossary: &'a [GlossaryEntry]) -> Result<Output<'a>, ToolError> {
    let terms = glossary
        .iter()
        .filter(|entry| names(entry).any(|word| same_words(word, name)))
        .map(Term::of)
        .collect::<Result<Vec<_>, _>>()?;
    if terms.is_empty() {
        return Err(ToolError::Failed(unknown(name, glossary)));
    }
    Ok(Output { terms })
}

fn unknown(name: &str, glossary: &[GlossaryEntry]) -> String {
    let asked = Question::new(name);
    let similar: Vec<&str> = glossary
        .iter()
        .filter(|entry| asked.shares_a_word(&entry.metric))
        .map(|entry| entry.metric.as_str())
        .take(MOST_SIMILAR)
        .collect();
    let similar = match &similar[..] {
        [] => "get_business_glossary has all of them".to_owned(),
        similar => format!("similar are {}", similar.join(", ")),
    };
    format!("the glossary has no term `{name}`; {similar}")
}

#[cfg(test)]
mod tests {
    use super::super::glossary::testing::entry;
    use super::*;

    #[test]
    fn a_term_is_found_by_any_of_its_names_and_nothing_else() {
        let glossary = [
            entry("Total Anggota", &["member count"], ""),
            entry("Status", &["keadaan"], r#"{"kind":"dimension"}"#),
            entry("Status Lain", &["status"], r#"{"kind":"dimension"}"#),
        ];
        let named = |name: &str| match find(name, &glossary) {
            Ok(output) => Ok(output
                .terms
                .iter()
                .map(|term| term.kind().to_owned())
                .collect::<Vec<_>>()),
            Err(ToolError::Failed(said)) => Err(said),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(named("total-ANGGOTA").map(|found| found.len()), Ok(1));
        assert_eq!(named("Member Count").map(|found| found.len()), Ok(1));
        assert_eq!(named("status").map(|found| found.len()), Ok(2));
        assert_eq!(
            named("Total Gerai"),
            Err("the glossary has no term `Total Gerai`; similar are Total Anggota".to_owned())
        );
        assert_eq!(
            named("?"),
            Err("the glossary has no term `?`; get_business_glossary has all of them".to_owned())
        );
    }
}
