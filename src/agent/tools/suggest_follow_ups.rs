//! `suggest_follow_ups`: questions to offer after the answer.

use std::collections::BTreeSet;

use futures::future::FutureExt;
use serde_json::{Map, Value, json};

use super::outcome::{Outcome, ToolError};
use super::tool::{Call, Kind, Parameters, Tool};

/// Most questions that are offered.
const MOST_QUESTIONS: usize = 5;
/// The longest question, in characters.
const MAX_CHARACTERS: usize = 300;

pub(super) const SUGGEST_FOLLOW_UPS: Tool = Tool {
    name: "suggest_follow_ups",
    description: "Offers the user questions to ask next, which are shown after your answer. Call it once, before you \
                  answer, with questions that this database can answer.",
    parameters: Parameters::Schema(|| {
        json!({
            "type": "object",
            "properties": {
                "questions": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "1 to 5 questions in the user's language."
                }
            },
            "required": ["questions"]
        })
    }),
    kind: Kind::Action { stage: "suggest" },
    run: |call| suggest(call).boxed(),
};

/// The questions, each once, in order.
fn read(arguments: &Map<String, Value>) -> Result<Vec<String>, ToolError> {
    let wrong = |reason: String| {
        ToolError::Failed(format!(
            "the argument `questions` must be a list of 1 to {MOST_QUESTIONS} questions, each a string of at most \
             {MAX_CHARACTERS} characters: {reason}"
        ))
    };
    let list = match arguments.get("questions") {
        Some(Value::Array(list)) => list,
        Some(_) => return Err(wrong("it is no list".to_owned())),
        None => return Err(wrong("it is missing".to_owned())),
    };
    let mut seen = BTreeSet::new();
    let mut questions = Vec::new();
    for (index, question) in list.iter().enumerate() {
        let text = question.as_str().map(str::trim).unwrap_or_default();
        if text.is_empty() || text.chars().count() > MAX_CHARACTERS {
            return Err(wrong(format!("entry {} is none", index + 1)));
        }
        if seen.insert(text) {
            questions.push(text.to_owned());
        }
    }
    if !(1..=MOST_QUESTIONS).contains(&questions.len()) {
        return Err(wrong(format!("it has {}", questions.len())));
    }
    Ok(questions)
}

async fn suggest(call: Call<'_>) -> Result<Outcome, ToolError> {
    let questions = read(call.arguments)?;
    let outcome = Outcome::success(json!({"count": questions.len()}))?;
    call.context.suggest(questions);
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions(value: Value) -> Result<Vec<String>, String> {
        match read(&Map::from_iter([("questions".to_owned(), value)])) {
            Ok(questions) => Ok(questions),
            Err(ToolError::Failed(said)) => Err(said),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn questions_are_offered_once_each() {
        assert_eq!(
            questions(json!([" a? ", "b?", "a?"])),
            Ok(vec!["a?".to_owned(), "b?".to_owned()])
        );
    }

    #[test]
    fn what_is_no_list_of_questions_is_refused() {
        for (value, reason) in [
            (json!("a?"), "it is no list"),
            (json!([]), "it has 0"),
            (json!(["a", " "]), "entry 2 is none"),
            (json!([7]), "entry 1 is none"),
            (json!(["a", "b", "c", "d", "e", "f"]), "it has 6"),
            (json!(["x".repeat(301)]), "entry 1 is none"),
        ] {
            let said = questions(value).expect_err(reason);
            assert!(said.ends_with(reason), "{said}");
        }
    }
}
