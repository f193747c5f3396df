//! The offline analyst as a [`ChatModel`]: which turn it is, and what is to be done in it.

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::answer;
use super::conversation::Conversation;
use super::interpret::{Interpretation, interpret};
use super::matching::Phrasebook;
use super::outputs::{GlossaryOutput, InstructionsOutput, SchemaOutput};
use super::pieces::pieces;
use super::plan::Plan;
use super::todos::{Stage, todos};
use super::tokens::{tokens, without_ending, words};
use super::world::World;
use crate::agent::chat_model::{
    ChatModel, DeltaSink, ModelDelta, ModelError, ModelRequest, ModelTurn, ToolCall,
};

/// A deterministic model without any language model behind it.
///
/// It knows two languages and no domain: tables, metrics, values and joins come from the tools' outputs of the same
/// conversation. It answers a question only when every word of it is explained and exactly one query follows; otherwise it
/// says which part it did not understand and runs nothing. It keeps no state between turns.
#[derive(Debug, Clone, Copy, Default)]
pub struct OfflineAnalyst;

impl OfflineAnalyst {
    /// An analyst.
    pub fn new() -> Self {
        Self
    }
}

/// A turn before it is streamed.
struct Draft {
    thinking: Option<String>,
    content: String,
    calls: Vec<(&'static str, Map<String, Value>)>,
}

#[async_trait]
impl ChatModel for OfflineAnalyst {
    fn name(&self) -> &str {
        "offline-analyst"
    }

    async fn turn(
        &self,
        request: ModelRequest<'_>,
        sink: &mut dyn DeltaSink,
    ) -> Result<ModelTurn, ModelError> {
        let Some(conversation) = Conversation::new(request.messages) else {
            return Err(ModelError::Refused {
                model: self.name().to_owned(),
                reason: "the conversation has no question".to_owned(),
            });
        };
        let draft = if conversation.is_new() {
            first_turn(conversation.question)
        } else {
            later_turn(&conversation)
        };
        if let Some(thinking) = draft.thinking {
            sink.delta(ModelDelta::Thinking(thinking)).await;
        }
        for piece in pieces(&draft.content) {
            sink.delta(ModelDelta::Text(piece.to_owned())).await;
        }
        let turn = request.messages.len();
        Ok(ModelTurn {
            content: draft.content,
            tool_calls: draft
                .calls
                .into_iter()
                .enumerate()
                .map(|(index, (tool, arguments))| ToolCall {
                    id: format!("call_{turn}_{}", index + 1),
                    tool: tool.to_owned(),
                    arguments,
                    unreadable: None,
                })
                .collect(),
            usage: None,
        })
    }
}

/// Asks the tools for all that is known.
fn first_turn(question: &str) -> Draft {
    let language = Phrasebook::language(question);
    let asked = Map::from_iter([("question".to_owned(), Value::from(searchable(question)))]);
    Draft {
        thinking: None,
        content: String::new(),
        calls: vec![
            ("write_todos", todos(Stage::Reading, language)),
            ("get_instructions", Map::new()),
            ("get_database_schema", Map::new()),
            ("search_metrics_in_question", asked.clone()),
            ("find_skills_for_question", asked),
        ],
    }
}

/// The question, and its words without endings of emphasis where it has any: the search compares whole words.
fn searchable(question: &str) -> String {
    let plain: Vec<String> = tokens(question)
        .into_iter()
        .map(|token| match without_ending(&token.text) {
            Some(rest) => rest.to_owned(),
            None => token.text,
        })
        .collect();
    if plain
        .iter()
        .filter(|word| *word != ",")
        .eq(words(question).iter())
    {
        question.to_owned()
    } else {
        format!("{question} ({})", plain.join(" "))
    }
}

fn later_turn(conversation: &Conversation<'_>) -> Draft {
    let language = Phrasebook::language(conversation.question);
    let schema: SchemaOutput = conversation
        .output("get_database_schema")
        .unwrap_or_default();
    let glossary: GlossaryOutput = conversation
        .output("search_metrics_in_question")
        .unwrap_or_default();
    let world = World::new(&schema, &glossary);
    let mut lookup_error = None;
    let interpretation = interpret(world, conversation.question, language, |lookup| {
        let found = conversation.rows(&lookup.sql)?;
        if !found.success {
            lookup_error = Some(found.error);
            return Some(Vec::new());
        }
        let names = found.rows.iter().filter_map(|row| row.values().next());
        Some(
            names
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
        )
    });
    if let Some(error) = lookup_error {
        return text(answer::nothing_ran(&error, language));
    }
    match interpretation {
        Interpretation::Lookup(lookup) => query(None, &lookup.sql),
        Interpretation::Failure(failure) => text(answer::refusal(
            &failure,
            &World::new(&schema, &glossary),
            language,
        )),
        Interpretation::Query(plan) => match conversation.rows(&plan.sql) {
            None => {
                let rules = rules(conversation, &plan);
                let mut draft = query(Some(answer::understood(&plan, &rules, language)), &plan.sql);
                draft
                    .calls
                    .push(("write_todos", todos(Stage::Answering, language)));
                draft
            }
            Some(result) if !result.success => text(answer::nothing_ran(&result.error, language)),
            Some(result) => text(answer::answer(&plan, &result, language)),
        },
    }
}

/// The conditions of the instructions that a plan touches: those of which a word stands in its title or groups.
fn rules(conversation: &Conversation<'_>, plan: &Plan) -> Vec<String> {
    let output: InstructionsOutput = conversation.output("get_instructions").unwrap_or_default();
    let about: Vec<String> = std::iter::once(&plan.title)
        .chain([&plan.scope])
        .chain(&plan.groups)
        .map(|text| format!(" {} ", words(text).join(" ")))
        .collect();
    output
        .instructions
        .into_iter()
        .filter(|rule| {
            !rule.is_default
                && rule.condition.split(',').any(|part| {
                    let part = format!(" {} ", words(part).join(" "));
                    about.iter().any(|text| text.contains(&part))
                })
        })
        .map(|rule| rule.condition)
        .collect()
}

fn query(thinking: Option<String>, sql: &str) -> Draft {
    Draft {
        thinking,
        content: String::new(),
        calls: vec![(
            "sql_query",
            Map::from_iter([("query".to_owned(), Value::from(sql))]),
        )],
    }
}

fn text(content: String) -> Draft {
    Draft {
        thinking: None,
        content,
        calls: Vec::new(),
    }
}
