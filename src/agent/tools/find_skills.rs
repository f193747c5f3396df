//! `find_skills_for_question`: the procedures that suit a question.

use serde::Serialize;

use super::found::found;
use super::outcome::ToolError;
use super::tool::{Call, Kind, Parameters, Tool};
use crate::agent::words::Question;
use crate::contract::documents::Skill;

pub(super) const FIND_SKILLS: Tool = Tool {
    name: "find_skills_for_question",
    description: "Procedures for questions of this kind. Follow the ones that fit.",
    parameters: Parameters::Texts(&[("question", "The user's question, unchanged.")]),
    kind: Kind::Lookup,
    run: |call| found(suitable(call)),
};

#[derive(Serialize)]
struct Output {
    skills: Vec<Procedure>,
}

/// A skill as the model reads it.
#[derive(Debug, Serialize)]
pub(super) struct Procedure {
    skill_id: String,
    name: String,
    category: String,
    description: String,
    content: String,
}

impl Procedure {
    pub(super) fn of(skill: Skill) -> Self {
        Self {
            skill_id: skill.skill_id,
            name: skill.name,
            category: skill.category,
            description: skill.description,
            content: skill.content,
        }
    }
}

async fn suitable(call: Call<'_>) -> Result<Output, ToolError> {
    let found = matching_skills(call.text("question")?, call.context.skills());
    Ok(Output {
        skills: found.into_iter().map(Procedure::of).collect(),
    })
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

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A skill of the connection `c`.
    pub(in crate::agent::tools) fn skill(
        id: &str,
        name: &str,
        tags: &[&str],
        is_active: bool,
    ) -> Skill {
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
}

#[cfg(test)]
mod tests {
    use super::testing::skill;
    use super::*;

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
