//! A catalogue as the documents that a worker keeps in Typesense (contract §7).

use crate::agent::VerifiedSql;
use crate::contract::documents::{GlossaryEntry, Instruction, Skill};

use super::Catalogue;

/// The documents of one connection. Ids are made of the connection's id and the entry's name or number, so that loading
/// a catalogue twice replaces it; times are 0, which says that they are not known.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogueDocuments {
    /// The rules.
    pub instructions: Vec<Instruction>,
    /// The terms.
    pub glossary: Vec<GlossaryEntry>,
    /// The questions whose SQL is known.
    pub verified: Vec<VerifiedSql>,
    /// The procedures.
    pub skills: Vec<Skill>,
}

impl Catalogue {
    /// The documents of this catalogue for a connection.
    pub fn documents(&self, connection_id: &str) -> CatalogueDocuments {
        CatalogueDocuments {
            instructions: self
                .instructions
                .iter()
                .enumerate()
                .map(|(index, instruction)| Instruction {
                    id: format!("{connection_id}.instruction.{:03}", index + 1),
                    db_connection_id: connection_id.to_owned(),
                    condition: instruction.condition.clone(),
                    rules: instruction.rules.clone(),
                    is_default: instruction.is_default,
                    created_at: 0,
                })
                .collect(),
            glossary: self
                .glossary
                .iter()
                .map(|(term, metadata)| GlossaryEntry {
                    id: format!("{connection_id}.glossary.{}", slug(&term.metric)),
                    db_connection_id: connection_id.to_owned(),
                    metric: term.metric.clone(),
                    alias: term.search_words(metadata),
                    sql: term.sql.clone(),
                    metadata: term.metadata.to_string(),
                    created_at: 0,
                })
                .collect(),
            verified: self
                .verified
                .iter()
                .map(|entry| VerifiedSql {
                    id: format!("{connection_id}.verified.{}", slug(&entry.prompt_text)),
                    db_connection_id: connection_id.to_owned(),
                    prompt_text: entry.prompt_text.clone(),
                    sql: entry.sql.clone(),
                    labels: entry.labels.clone(),
                    created_at: 0,
                })
                .collect(),
            skills: self
                .skills
                .iter()
                .map(|skill| Skill {
                    id: format!("{connection_id}.skill.{}", slug(&skill.id)),
                    db_connection_id: connection_id.to_owned(),
                    skill_id: skill.id.clone(),
                    name: skill.name.clone(),
                    description: skill.description.clone(),
                    content: skill.content.clone(),
                    category: skill.category.clone(),
                    tags: skill.tags.clone(),
                    is_active: skill.active,
                    created_at: 0,
                    updated_at: 0,
                })
                .collect(),
        }
    }
}

/// A name as a part of an id: letters and digits in lower case, one hyphen between.
pub(crate) fn slug(name: &str) -> String {
    name.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}
