//! What is to be done in a turn: asking the tools, running the one query, offering what to ask next, answering.

use serde_json::{Map, Value};

use super::answer;
use super::conversation::Conversation;
use super::failure::Failure;
use super::follow_up::Thread;
use super::interpret::{Interpretation, LookUp, Understood, interpret};
use super::language::Language;
use super::outputs::{InstructionsOutput, RowsOutput, TermsOutput, VerifiedOutput};
use super::places::Lookup;
use super::plan::Plan;
use super::spelling::{self, Vocabulary};
use super::stated::{self, Stated};
use super::suggest;
use super::todos::{Stage, todos};
use super::tokens::words;
use super::told::{Told, searchable};

/// The search for business terms, which is asked for the question, and again for the questions that may be offered.
const SEARCH: &str = "search_metrics_in_question";
/// All business terms, which are asked for where a word may be misspelt.
const GLOSSARY: &str = "get_business_glossary";
const SUGGEST: &str = "suggest_follow_ups";

/// A turn before it is streamed.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Reasoning.
    pub thinking: Option<String>,
    /// The answer, when nothing is called.
    pub content: String,
    /// The tools to call.
    pub calls: Vec<(&'static str, Map<String, Value>)>,
}

/// Asks the tools for all that is known.
pub(super) fn first_turn(conversation: &Conversation<'_>) -> Draft {
    let told = Told::default();
    let language = thread(conversation, &told).language(conversation.question);
    let asked = argument("question", searchable(conversation.question));
    Draft {
        calls: vec![
            ("write_todos", todos(Stage::Reading, language)),
            ("get_instructions", Map::new()),
            ("get_database_schema", Map::new()),
            (SEARCH, argument("question", everything(conversation))),
            ("find_skills_for_question", asked),
            (
                "lookup_verified_sql",
                argument("question", conversation.question.to_owned()),
            ),
        ],
        ..Draft::default()
    }
}

/// What a question turned out to be.
enum Meaning {
    /// Names have to be looked up first.
    Lookup(Lookup),
    /// A query answers it.
    Query(Box<Understood>),
    /// Somebody's statement answers it.
    Stated(Stated),
    /// Nothing can be done.
    Failure(Failure),
}

/// Goes on where the turn before ended. Once all business terms are known, misspelt words are read as what they are meant to be,
/// and searched for as such.
pub(super) fn later_turn(conversation: &Conversation<'_>) -> Draft {
    let Some(terms) = conversation.output::<TermsOutput>(GLOSSARY) else {
        return go_on(conversation);
    };
    let schema = conversation
        .output("get_database_schema")
        .unwrap_or_default();
    let vocabulary = Vocabulary::new(&schema, &terms);
    let (question, corrections) = spelling::corrected(conversation.question, &vocabulary);
    let earlier: Vec<String> = conversation
        .earlier
        .iter()
        .map(|text| spelling::corrected(text, &vocabulary).0)
        .collect();
    let earlier: Vec<&str> = earlier.iter().map(String::as_str).collect();
    if corrections.is_empty() && earlier == conversation.earlier {
        return go_on(conversation);
    }
    let conversation = conversation.with(&question, earlier);
    let searched = everything(&conversation);
    if !conversation.has_asked(SEARCH, &searched) {
        return Draft {
            calls: vec![(SEARCH, argument("question", searched))],
            ..Draft::default()
        };
    }
    let mut draft = go_on(&conversation);
    let language = thread(&conversation, &Told::default()).language(&question);
    if let Some(said) = spelling::said(&corrections, language)
        && !draft.content.is_empty()
    {
        draft.content = format!("{said}\n\n{}", draft.content);
    }
    draft
}

/// What must be searched for: the question, and what a short one continues.
fn everything(conversation: &Conversation<'_>) -> String {
    let all = conversation.earlier.iter().chain([&conversation.question]);
    let all: Vec<String> = all.map(|text| searchable(text)).collect();
    all.join("\n")
}

/// Goes on with the words as they are.
fn go_on(conversation: &Conversation<'_>) -> Draft {
    let told = Told::new(
        conversation
            .output("get_database_schema")
            .unwrap_or_default(),
        conversation.outputs(SEARCH),
    );
    let thread = thread(conversation, &told);
    let language = thread.language(conversation.question);
    let mut lookup_error = None;
    let mut looked_up = |lookup: &Lookup| {
        let found = conversation.rows(&lookup.sql)?;
        if !found.success {
            lookup_error = Some(found.error);
            return Some(Vec::new());
        }
        Some(names(&found))
    };
    let meaning = meaning(conversation, &thread, language, &mut looked_up);
    let draft = match meaning {
        Meaning::Lookup(lookup) => query(None, &lookup.sql),
        Meaning::Failure(failure)
            if failure.may_be_misspelt()
                && !conversation.has_called(GLOSSARY)
                && std::iter::once(&conversation.question)
                    .chain(&conversation.earlier)
                    .any(|text| spelling::may_be_misspelt(text)) =>
        {
            Draft {
                calls: vec![(GLOSSARY, Map::new())],
                ..Draft::default()
            }
        }
        Meaning::Failure(failure) => {
            let world = told.world(conversation.question);
            text(answer::refusal(&failure, &world, language))
        }
        Meaning::Stated(stated) => match conversation.rows(&stated.sql) {
            None => run(answer::as_stated(&stated, language), &stated.sql, language),
            Some(result) if !result.success => text(answer::nothing_ran(&result.error, language)),
            Some(result) => text(answer::stated(&stated, &result, language)),
        },
        Meaning::Query(understood) => match conversation.rows(&understood.plan.sql) {
            None => begin(conversation, &understood, language),
            Some(result) if !result.success => text(answer::nothing_ran(&result.error, language)),
            Some(result) => {
                let offered = offer(
                    conversation,
                    &told,
                    &understood,
                    &result,
                    language,
                    &mut looked_up,
                );
                offered.unwrap_or_else(|| text(answer::answer(&understood.plan, &result, language)))
            }
        },
    };
    match lookup_error {
        Some(error) => text(answer::nothing_ran(&error, language)),
        None => draft,
    }
}

fn thread<'a>(conversation: &'a Conversation<'_>, told: &'a Told) -> Thread<'a> {
    Thread {
        earlier: &conversation.earlier,
        told,
    }
}

/// What people have verified goes before what the words say; a question of its own goes before one that continues another.
fn meaning(
    conversation: &Conversation<'_>,
    thread: &Thread<'_>,
    language: Language,
    looked_up: &mut LookUp<'_>,
) -> Meaning {
    let question = conversation.question;
    let verified: VerifiedOutput = conversation
        .output("lookup_verified_sql")
        .unwrap_or_default();
    if let Some(stated) = stated::verified(question, &verified.queries) {
        return Meaning::Stated(stated);
    }
    let world = thread.told.world(question);
    let failure = match interpret(world, question, language, looked_up) {
        Interpretation::Query(understood) => {
            return match thread.referring(question, &understood, looked_up) {
                Some(Interpretation::Query(continued)) => Meaning::Query(continued),
                Some(Interpretation::Lookup(lookup)) => Meaning::Lookup(lookup),
                Some(Interpretation::Failure(_)) | None => Meaning::Query(understood),
            };
        }
        Interpretation::Lookup(lookup) => return Meaning::Lookup(lookup),
        Interpretation::Failure(failure) => failure,
    };
    if let Some(stated) = stated::indicator(question, thread.told.statements(), language) {
        return Meaning::Stated(stated);
    }
    match thread.continued(question, looked_up) {
        Some(Interpretation::Query(understood)) => Meaning::Query(understood),
        Some(Interpretation::Lookup(lookup)) => Meaning::Lookup(lookup),
        Some(Interpretation::Failure(other)) if other.weight() > failure.weight() => {
            Meaning::Failure(other)
        }
        None if thread.leads_on(question) && failure.weight() < Failure::NothingBefore.weight() => {
            Meaning::Failure(Failure::NothingBefore)
        }
        _ => Meaning::Failure(failure),
    }
}

/// Runs the query, and has searched what the questions that may be offered would find.
fn begin(conversation: &Conversation<'_>, understood: &Understood, language: Language) -> Draft {
    let plan = &understood.plan;
    let rules = rules(conversation, plan);
    let mut draft = run(
        answer::understood(plan, &rules, language),
        &plan.sql,
        language,
    );
    let candidates = suggest::candidates(understood, language);
    let texts: Vec<String> = candidates.iter().map(|text| searchable(text)).collect();
    if !texts.is_empty() {
        draft
            .calls
            .push((SEARCH, argument("question", texts.join("\n"))));
    }
    draft
}

/// Offers what to ask next, once, when there was an answer to this.
fn offer(
    conversation: &Conversation<'_>,
    told: &Told,
    understood: &Understood,
    result: &RowsOutput,
    language: Language,
    looked_up: &mut LookUp<'_>,
) -> Option<Draft> {
    if conversation.has_called(SUGGEST) || result.rows.is_empty() {
        return None;
    }
    let candidates = suggest::candidates(understood, language);
    let questions = suggest::understood(candidates, understood, told, language, looked_up);
    (!questions.is_empty()).then(|| Draft {
        calls: vec![(SUGGEST, argument("questions", questions))],
        ..Draft::default()
    })
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

/// The names that a lookup found: its one column.
fn names(found: &RowsOutput) -> Vec<String> {
    let names = found.rows.iter().filter_map(|row| row.values().next());
    names
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

fn argument(name: &str, value: impl Into<Value>) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value.into())])
}

fn query(thinking: Option<String>, sql: &str) -> Draft {
    Draft {
        thinking,
        calls: vec![("sql_query", argument("query", sql))],
        ..Draft::default()
    }
}

/// The query that answers, and the plan with it.
fn run(thinking: String, sql: &str, language: Language) -> Draft {
    let mut draft = query(Some(thinking), sql);
    draft
        .calls
        .push(("write_todos", todos(Stage::Answering, language)));
    draft
}

fn text(content: String) -> Draft {
    Draft {
        content,
        ..Draft::default()
    }
}
