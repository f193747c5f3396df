//! The synchronisation.

use serde_json::Value;

use super::lists;
use super::report::{SyncCounts, SyncReport};
use crate::agent::mdl::{Mdl, describe};
use crate::agent::store::{Store, StoreError};
use crate::agent::{AgentError, clock};
use crate::contract::documents::{
    BUSINESS_GLOSSARIES, GlossaryEntry, INSTRUCTIONS, Instruction, SKILLS, Skill, TableDescription,
};

/// What is given; null where a kind shall stay as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Configuration<'a> {
    pub(crate) instructions: &'a Value,
    pub(crate) skills: &'a Value,
    pub(crate) glossary: &'a Value,
    pub(crate) mdl: &'a Value,
}

/// What was given, read.
struct Read {
    instructions: Option<Vec<Instruction>>,
    skills: Option<Vec<Skill>>,
    glossary: Option<Vec<GlossaryEntry>>,
    tables: Option<Vec<TableDescription>>,
}

/// Makes a connection's configuration what is given. Everything is read before anything is written: a configuration that
/// cannot be used changes nothing.
pub(crate) async fn sync(
    store: &Store,
    connection: &str,
    given: Configuration<'_>,
) -> Result<SyncReport, AgentError> {
    let read = read(store, connection, given).await?;
    let count = |entries: Option<usize>| entries.unwrap_or_default();
    let counts = SyncCounts {
        instructions: count(read.instructions.as_ref().map(Vec::len)),
        skills: count(read.skills.as_ref().map(Vec::len)),
        glossary: count(read.glossary.as_ref().map(Vec::len)),
        mdl: count(read.tables.as_ref().map(Vec::len)),
    };
    if let Some(rules) = &read.instructions {
        store.put_instructions(rules).await?;
        let ids = rules.iter().map(|rule| rule.id.as_str());
        forget_others(store, INSTRUCTIONS, connection, ids.collect()).await?;
    }
    if let Some(skills) = &read.skills {
        store.put_skills(skills).await?;
        let ids = skills.iter().map(|skill| skill.id.as_str());
        forget_others(store, SKILLS, connection, ids.collect()).await?;
    }
    if let Some(glossary) = &read.glossary {
        store.put_glossary(glossary).await?;
        let ids = glossary.iter().map(|entry| entry.id.as_str());
        forget_others(store, BUSINESS_GLOSSARIES, connection, ids.collect()).await?;
    }
    if let Some(tables) = &read.tables {
        store.put_tables(tables).await?;
    }
    Ok(SyncReport::of(counts))
}

async fn read(
    store: &Store,
    connection: &str,
    given: Configuration<'_>,
) -> Result<Read, AgentError> {
    let now = clock::seconds();
    Ok(Read {
        instructions: list("instructions", given.instructions, |list| {
            lists::instructions(connection, list, now)
        })?,
        skills: list("skills", given.skills, |list| {
            lists::skills(connection, list, now)
        })?,
        glossary: list("glossary", given.glossary, |list| {
            lists::glossary(connection, list, now)
        })?,
        tables: match list("mdl", given.mdl, mdl)? {
            Some(mdl) => {
                let tables = store.whole_tables(connection).await?;
                Some(describe(&mdl, &tables).map_err(|error| wrong("mdl", error.to_string()))?)
            }
            None => None,
        },
    })
}

fn list<T>(
    argument: &'static str,
    given: &Value,
    read: impl Fn(&Value) -> Result<T, String>,
) -> Result<Option<T>, AgentError> {
    match given {
        Value::Null => Ok(None),
        given => read(given)
            .map(Some)
            .map_err(|reason| wrong(argument, reason)),
    }
}

/// The semantic model, which may come as the text of one.
fn mdl(given: &Value) -> Result<Mdl, String> {
    let read = match given {
        Value::String(text) => serde_json::from_str(text),
        Value::Object(_) => serde_json::from_value(given.clone()),
        _ => return Err("it must be an object with `models`, or null".to_owned()),
    };
    read.map_err(|error| error.to_string())
}

fn wrong(argument: &'static str, reason: String) -> AgentError {
    AgentError::Configuration { argument, reason }
}

async fn forget_others(
    store: &Store,
    collection: &str,
    connection: &str,
    kept: Vec<&str>,
) -> Result<(), StoreError> {
    for document in store.documents(collection, connection).await? {
        let id = document.get("id").and_then(Value::as_str);
        if let Some(id) = id.filter(|id| !kept.contains(id)) {
            store.forget(collection, id).await?;
        }
    }
    Ok(())
}
