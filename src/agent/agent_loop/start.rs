//! A run from its beginning to its report.

use tokio_util::sync::CancellationToken;

use super::budget::Budget;
use super::calls::Runner;
use super::conversation::Conversation;
use super::empty_results::EmptyResults;
use super::ending;
use super::prompt;
use super::speech::Answer;
use super::stages::Stages;
use super::turn::{self, Step};
use crate::agent::connection::{Databases, Target};
use crate::agent::crypto::UriCipher;
use crate::agent::memory::{ConversationMemory, Scope};
use crate::agent::run::{EventSink, RunReport, RunRequest};
use crate::agent::stop::Stop;
use crate::agent::store::Store;
use crate::agent::tools::{Known, ToolContext, Toolbox, matching_skills};
use crate::agent::{AgentError, ChatModel, LoopBounds, ModelTurn};
use crate::contract::documents::Skill;
use crate::contract::{Event, LoadedSkill, TokenUsage};

/// What a run works with; all of it outlives the run.
#[derive(Clone, Copy)]
pub(in crate::agent) struct Parts<'a> {
    pub(in crate::agent) store: &'a Store,
    pub(in crate::agent) databases: &'a Databases,
    pub(in crate::agent) cipher: &'a UriCipher,
    pub(in crate::agent) model: &'a dyn ChatModel,
    pub(in crate::agent) bounds: &'a LoopBounds,
    pub(in crate::agent) language: &'a str,
}

/// Runs one request.
pub(in crate::agent) async fn run(
    parts: Parts<'_>,
    request: RunRequest<'_>,
    events: &mut dyn EventSink,
    cancel: &CancellationToken,
) -> RunReport {
    let stop = Stop::new(cancel, parts.bounds.wall_time);
    let (target, known) = match prepare(&parts, request, &stop).await {
        Ok(prepared) => prepared,
        Err(failure) => return RunReport::failed(failure),
    };
    let skills = matching_skills(request.prompt, &known.skills);
    let context = ToolContext::new(parts.store, parts.databases, &target, &stop, known);
    let mut done = Done::default();
    done.stages.completed("prepare");
    let answered = answer(&parts, request, &skills, &context, &mut done, events, &stop).await;
    if answered.is_ok() {
        done.stages.completed("answer");
        let told = (request.prompt, done.answer.text());
        ending::follow(&context, parts.store, told, events).await;
    }
    RunReport {
        // Also of a run that failed: what was told as the answer cannot be taken back.
        final_answer: done.answer.into_text(),
        sql_queries: context.executed().take(),
        stages_completed: done.stages.into_names(),
        usage: done.usage,
        failure: answered.err(),
    }
}

/// What a run has come to so far; it counts also when the run fails.
#[derive(Default)]
struct Done {
    stages: Stages,
    answer: Answer,
    usage: Option<TokenUsage>,
}

impl Done {
    fn turn(&mut self, turn: &ModelTurn) {
        if let Some(usage) = turn.usage {
            *self.usage.get_or_insert_default() += usage;
        }
    }
}

/// Reads what must be known before the model is asked, the connection, its skills and the conversation, and with it the
/// tables, which take longest and are always needed.
async fn prepare(
    parts: &Parts<'_>,
    request: RunRequest<'_>,
    stop: &Stop,
) -> Result<(Target, Known), AgentError> {
    let id = request.connection_id;
    let scope = Scope::of(id, request.conversation_id);
    let (stored, skills, tables, memory) = stop
        .or(futures::future::join4(
            parts.store.connection(id),
            parts.store.skills(id),
            parts.store.tables(id),
            ConversationMemory::read(parts.store, scope),
        ))
        .await?;
    let stored = stored?.ok_or_else(|| AgentError::UnknownConnection { id: id.to_owned() })?;
    let target = Target::open(&stored, parts.cipher)?;
    let known = Known {
        skills: skills?,
        // The tool that needs them reads them again, and tells what is wrong.
        tables: tables.ok(),
        memory,
    };
    Ok((target, known))
}

async fn answer(
    parts: &Parts<'_>,
    request: RunRequest<'_>,
    skills: &[Skill],
    context: &ToolContext<'_>,
    done: &mut Done,
    events: &mut dyn EventSink,
    stop: &Stop,
) -> Result<(), AgentError> {
    if let Some(remembered) = context.memory().loaded() {
        events.emit(remembered).await;
    }
    if !skills.is_empty() {
        events.emit(loaded(skills)).await;
    }
    let tools = Toolbox::specs();
    let toolbox = Toolbox::new(context);
    let rules = prompt::rules(parts.language, skills);
    let earlier = context.memory().turns();
    let mut conversation = Conversation::new(rules, earlier, request.prompt, &tools);
    let mut budget = Budget::new(parts.bounds, parts.model);
    let mut empty_results = EmptyResults::default();
    loop {
        conversation.shorten(budget.model_bytes());
        budget.turn(conversation.bytes())?;
        let answer = &mut done.answer;
        let step = turn::take(parts.model, &conversation, &tools, events, answer, stop).await?;
        let turn = match step {
            Step::Answered(turn) => {
                done.turn(&turn);
                return Ok(());
            }
            Step::Tools(turn) => turn,
        };
        done.turn(&turn);
        let calls = turn.tool_calls.clone();
        conversation.said(turn);
        Runner {
            toolbox: &toolbox,
            conversation: &mut conversation,
            budget: &mut budget,
            stages: &mut done.stages,
            events,
            stop,
            empty_results: &mut empty_results,
        }
        .run(&calls)
        .await?;
    }
}

fn loaded(skills: &[Skill]) -> Event {
    let names: Vec<&str> = skills.iter().map(|skill| &*skill.name).collect();
    Event::SkillLoaded {
        message: format!("skills for this question: {}", names.join(", ")),
        skills: skills
            .iter()
            .map(|skill| LoadedSkill {
                skill_id: skill.skill_id.clone(),
                name: skill.name.clone(),
                category: skill.category.clone(),
            })
            .collect(),
    }
}
