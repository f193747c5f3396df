//! `load_skill`: one procedure by its id.

use super::find_skills::Procedure;
use super::found::found;
use super::outcome::ToolError;
use super::tool::{Call, Kind, Parameters, Tool};
use crate::contract::documents::Skill;

pub(super) const LOAD_SKILL: Tool = Tool {
    name: "load_skill",
    description: "The steps of one procedure. The skills that suit the question are named before you begin.",
    parameters: Parameters::Texts(&[("skill_id", "The skill's id.")]),
    kind: Kind::Lookup,
    run: |call| found(load(call)),
};

async fn load(call: Call<'_>) -> Result<Procedure, ToolError> {
    find(call.text("skill_id")?, call.context.skills())
}

fn find(id: &str, skills: &[Skill]) -> Result<Procedure, ToolError> {
    let in_use = || skills.iter().filter(|skill| skill.is_active);
    match in_use().find(|skill| skill.skill_id == id.trim()) {
        Some(skill) => Ok(Procedure::of(skill.clone())),
        None => {
            let known: Vec<&str> = in_use().map(|skill| skill.skill_id.as_str()).collect();
            let known = match &known[..] {
                [] => "there are none".to_owned(),
                known => format!("there are {}", known.join(", ")),
            };
            Err(ToolError::Failed(format!(
                "there is no skill `{id}`; {known}"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::find_skills::testing::skill;
    use super::*;

    #[test]
    fn only_skills_in_use_are_loaded() {
        let skills = [
            skill("rank", "Peringkat", &[], true),
            skill("off", "Lama", &[], false),
        ];
        let loaded =
            serde_json::to_value(find(" rank ", &skills).expect("a skill")).expect("serialises");
        assert_eq!(loaded["content"], "steps");
        for id in ["off", "c.rank", "x"] {
            match find(id, &skills) {
                Err(ToolError::Failed(said)) => {
                    assert_eq!(said, format!("there is no skill `{id}`; there are rank"));
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
