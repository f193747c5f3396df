//! The lists as they come, and the documents that they become.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::agent::catalogue::slug;
use crate::contract::documents::{GlossaryEntry, Instruction, Skill};

/// Most entries of one list.
const MOST_ENTRIES: usize = 10_000;

/// The rules of a connection.
pub(super) fn instructions(
    connection: &str,
    list: &Value,
    now: i64,
) -> Result<Vec<Instruction>, String> {
    #[derive(Deserialize)]
    struct Given {
        condition: Option<String>,
        rules: String,
        is_default: Option<bool>,
    }
    let given: Vec<Given> = entries(list, &["condition"])?;
    unless_empty(&given, "rules", |entry| &entry.rules)?;
    let documents = given
        .into_iter()
        .enumerate()
        .map(|(index, entry)| Instruction {
            id: format!("{connection}.instruction.{:03}", index + 1),
            db_connection_id: connection.to_owned(),
            condition: entry.condition.unwrap_or_default(),
            rules: entry.rules,
            is_default: entry.is_default.unwrap_or_default(),
            created_at: now,
        });
    Ok(documents.collect())
}

/// The business terms of a connection.
pub(super) fn glossary(
    connection: &str,
    list: &Value,
    now: i64,
) -> Result<Vec<GlossaryEntry>, String> {
    #[derive(Deserialize)]
    struct Given {
        metric: String,
        alias: Option<Vec<String>>,
        sql: Option<String>,
        metadata: Option<Value>,
    }
    let given: Vec<Given> = entries(list, &["metric"])?;
    unique(given.iter().map(|entry| entry.metric.as_str()), "metric")?;
    let documents = given.into_iter().enumerate().map(|(index, entry)| {
        Ok(GlossaryEntry {
            id: format!("{connection}.glossary.{}", slug(&entry.metric)),
            db_connection_id: connection.to_owned(),
            metadata: metadata(entry.metadata)
                .ok_or_else(|| named(index, &entry.metric, "metadata must be an object"))?,
            metric: entry.metric,
            alias: entry.alias.unwrap_or_default(),
            sql: entry.sql.unwrap_or_default(),
            created_at: now,
        })
    });
    documents.collect()
}

/// The procedures of a connection.
pub(super) fn skills(connection: &str, list: &Value, now: i64) -> Result<Vec<Skill>, String> {
    #[derive(Deserialize)]
    struct Given {
        #[serde(alias = "id")]
        skill_id: String,
        name: String,
        description: Option<String>,
        content: String,
        category: Option<String>,
        tags: Option<Vec<String>>,
        #[serde(alias = "active")]
        is_active: Option<bool>,
    }
    let list = without_document_ids(list);
    let given: Vec<Given> = entries(&list, &["name", "skill_id", "id"])?;
    unique(
        given.iter().map(|entry| entry.skill_id.as_str()),
        "skill_id",
    )?;
    unless_empty(&given, "name", |entry| &entry.name)?;
    let documents = given.into_iter().map(|entry| Skill {
        id: format!("{connection}.skill.{}", slug(&entry.skill_id)),
        db_connection_id: connection.to_owned(),
        skill_id: entry.skill_id,
        name: entry.name,
        description: entry.description.unwrap_or_default(),
        content: entry.content,
        category: entry.category.unwrap_or_default(),
        tags: entry.tags.unwrap_or_default(),
        is_active: entry.is_active.unwrap_or(true),
        created_at: now,
        updated_at: now,
    });
    Ok(documents.collect())
}

/// A stored skill has a document's `id` beside its `skill_id`; one that people write has only one of them.
fn without_document_ids(list: &Value) -> Value {
    let mut list = list.clone();
    for entry in list
        .as_array_mut()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        if entry.contains_key("skill_id") {
            entry.remove("id");
        }
    }
    list
}

/// Metadata as JSON text: an object, or the text of one.
fn metadata(given: Option<Value>) -> Option<String> {
    match given {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) if text.trim().is_empty() => Some(String::new()),
        Some(Value::String(text)) => {
            let object: Value = serde_json::from_str(&text).ok()?;
            object.is_object().then_some(text)
        }
        Some(object @ Value::Object(_)) => Some(object.to_string()),
        Some(_) => None,
    }
}

/// Reads every entry; the first that cannot be read is named by its place and by the first of `names` that it has.
fn entries<T: DeserializeOwned>(list: &Value, names: &[&str]) -> Result<Vec<T>, String> {
    let Value::Array(list) = list else {
        return Err("it must be a list of objects, or null".to_owned());
    };
    if list.len() > MOST_ENTRIES {
        return Err(format!(
            "it has {} entries; at most {MOST_ENTRIES} are accepted",
            list.len()
        ));
    }
    let read = |(index, entry): (usize, &Value)| {
        serde_json::from_value(entry.clone()).map_err(|error| {
            let name = names.iter().find_map(|name| entry.get(name)?.as_str());
            named(index, name.unwrap_or("no name"), &error.to_string())
        })
    };
    list.iter().enumerate().map(read).collect()
}

fn named(index: usize, name: &str, reason: &str) -> String {
    format!("entry {} (`{name}`): {reason}", index + 1)
}

fn unless_empty<T>(entries: &[T], key: &str, text: impl Fn(&T) -> &String) -> Result<(), String> {
    match entries
        .iter()
        .position(|entry| text(entry).trim().is_empty())
    {
        Some(index) => Err(format!("entry {}: {key} is empty", index + 1)),
        None => Ok(()),
    }
}

/// Ids are made of names, so every name must give one, and no two the same.
fn unique<'a>(names: impl Iterator<Item = &'a str>, key: &str) -> Result<(), String> {
    let mut seen = BTreeMap::new();
    for (index, name) in names.enumerate() {
        let slug = slug(name);
        if slug.is_empty() {
            return Err(named(
                index,
                name,
                &format!("{key} must have a letter or a digit"),
            ));
        }
        if let Some(first) = seen.insert(slug, index + 1) {
            return Err(named(
                index,
                name,
                &format!("entry {first} has the same name"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entries_are_read_as_they_are_stored_or_written() {
        let glossary = glossary(
            "c",
            &json!([
                {"metric": "Total Buku", "alias": null, "sql": "COUNT(*)", "metadata": {"unit": "buah"}, "colour": 1},
                {"id": "other.glossary.x", "db_connection_id": "other", "metric": "Y", "metadata": "{\"a\":1}"},
            ]),
            7,
        )
        .expect("a glossary");
        let ids: Vec<_> = glossary.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["c.glossary.total-buku", "c.glossary.y"]);
        assert!(glossary.iter().all(|entry| entry.db_connection_id == "c"));
        assert_eq!(
            (&*glossary[0].metadata, &*glossary[1].metadata),
            (r#"{"unit":"buah"}"#, r#"{"a":1}"#)
        );
        let skills = skills(
            "c",
            &json!([
                {"id": "other.skill.rank", "skill_id": "rank", "name": "Rank", "content": "x", "is_active": false},
                {"id": "trend", "name": "Trend", "content": "y", "tags": ["month"]},
            ]),
            7,
        )
        .expect("skills");
        let ids: Vec<_> = skills
            .iter()
            .map(|skill| (skill.id.as_str(), skill.is_active))
            .collect();
        assert_eq!(ids, [("c.skill.rank", false), ("c.skill.trend", true)]);
        let rules =
            instructions("c", &json!([{"condition": null, "rules": "r"}]), 7).expect("rules");
        assert_eq!((&*rules[0].condition, rules[0].is_default), ("", false));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_place() {
        let said = |result: Result<(), String>| result.expect_err("wrong");
        let of_glossary = |list: Value| said(glossary("c", &list, 0).map(drop));
        let of_skills = |list: Value| said(skills("c", &list, 0).map(drop));
        assert_eq!(
            of_glossary(json!({})),
            "it must be a list of objects, or null"
        );
        assert_eq!(
            of_glossary(json!([{"metric": "A"}, {"metric": 7}])),
            "entry 2 (`no name`): invalid type: integer `7`, expected a string"
        );
        assert_eq!(
            of_glossary(json!([{"metric": "A", "metadata": [1]}])),
            "entry 1 (`A`): metadata must be an object"
        );
        assert_eq!(
            of_glossary(json!([{"metric": "A b"}, {"metric": "a-B"}])),
            "entry 2 (`a-B`): entry 1 has the same name"
        );
        assert_eq!(
            of_glossary(json!([{"metric": "→"}])),
            "entry 1 (`→`): metric must have a letter or a digit"
        );
        assert_eq!(
            of_skills(json!([{"skill_id": "a", "name": "A"}])),
            "entry 1 (`A`): missing field `content`"
        );
        assert_eq!(
            said(instructions("c", &json!([{"rules": " "}]), 0).map(drop)),
            "entry 1: rules is empty"
        );
    }
}
