//! `find_skills_for_question`: the procedures that suit a question.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::arguments;
use super::context::ToolContext;
use super::outcome::{Outcome, ToolError};
use super::tool::Tool;
use super::words::Question;
use crate::agent::ToolSpec;
use crate::contract::documents::Skill;

pub(super) struct FindSkills;

#[derive(Serialize)]
struct Output {
    skills: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    skill_id: String,
    name: String,
    category: String,
    description: String,
    content: String,
}

/// The skills in use whose name or a tag occurs in the question.
pub(crate) fn matching_skills(question: &str, skills: &[Skill]) -> Vec<Skill> {
    let question = Question::new(question);
    let matches = |skill: &&Skill| {
        skill.is_active
            && std::iter::once(&skill.name)
                .chain(&skill.tags)
                .any(|word| question.mentions(word))
    };
    skills.iter().filter(matches).cloned().collect()
}

#[async_trait]
impl Tool for FindSkills {
    fn name(&self) -> &'static str {
        "find_skills_for_question"
    }

    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: self.name(),
            description: "Procedures for questions of this kind. Follow the ones that fit.",
            parameters: json!({
                "type": "object",
                "properties": {"question": {"type": "string", "description": "The user's question, unchanged."}},
                "required": ["question"]
            }),
        }
    }

    fn stage(&self) -> &'static str {
        "context"
    }

    fn is_lookup(&self) -> bool {
        true
    }

    async fn call(
        &self,
        arguments: &Map<String, Value>,
        context: &ToolContext<'_>,
    ) -> Result<Outcome, ToolError> {
        let question = arguments::text(arguments, "question")?;
        let found = matching_skills(question, context.skills())
            .into_iter()
            .map(|skill| Found {
                skill_id: skill.skill_id,
                name: skill.name,
                category: skill.category,
                description: skill.description,
                content: skill.content,
            });
        Outcome::success(Output {
            skills: found.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skill(id: &str, name: &str, tags: &[&str], is_active: bool) -> Skill {
        Skill {
            id: format!("c.{id}"),
            db_connection_id: "c".to_owned(),
            skill_id: id.to_owned(),
            name: name.to_owned(),
            description: String::new(),
            content: "steps".to_owned(),
            category: String::new(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            is_active,
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn skills_in_use_are_found_by_name_or_tag() {
        let skills = vec![
            skill("rank", "Peringkat", &["tertinggi", "top"], true),
            skill("off", "Tertinggi", &[], false),
            skill("name", "modal awal", &[], true),
            skill("none", "Tren", &["bulan"], true),
        ];
        let found = matching_skills("Provinsi dengan modal awal tertinggi", &skills);
        assert_eq!(
            found
                .iter()
                .map(|skill| &*skill.skill_id)
                .collect::<Vec<_>>(),
            ["rank", "name"]
        );
    }
}
