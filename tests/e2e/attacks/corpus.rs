//! The attacks as data.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::canary::Canary;
use crate::support::Result;

/// One attempt.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    pub id: String,
    pub kind: String,
    /// How it comes in.
    pub enters: String,
    /// What is sent, planted or asked.
    pub text: String,
    /// What it tries.
    #[serde(rename = "tries")]
    pub _tries: String,
    /// The guard's rule that stops a statement.
    #[serde(rename = "refused_as")]
    pub _refused_as: Option<String>,
    /// `limits` where the guard lets a statement through, and the server's limits bound it.
    pub stopped_by: Option<String>,
}

/// The attacks of a file, with the canary's address where they call out.
pub fn attacks(file: &str, canary: &Canary) -> Result<Vec<Attack>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/attacks")
        .join(file);
    let mut attacks = Vec::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let mut attack: Attack = serde_json::from_str(line)?;
        attack.text = canary.named_in(&attack.text);
        attacks.push(attack);
    }
    Ok(attacks)
}

impl Attack {
    /// The call that a `tool-call` is.
    pub fn call(&self) -> Result<(String, Value)> {
        let call: Value = serde_json::from_str(&self.text)?;
        let tool = call["tool"].as_str().ok_or("a tool")?;
        Ok((tool.to_owned(), call["arguments"].clone()))
    }
}

#[test]
fn ids_are_unique_and_there_are_enough_of_every_way_in() -> Result {
    let canary = Canary::unused();
    let mut ids = std::collections::BTreeSet::new();
    let mut ways = std::collections::BTreeMap::<String, usize>::new();
    for (file, least) in [
        ("statements.jsonl", 250),
        ("tool-calls.jsonl", 34),
        ("planted.jsonl", 24),
        ("prompts.jsonl", 28),
        ("arguments.jsonl", 37),
    ] {
        let attacks = attacks(file, &canary)?;
        assert!(attacks.len() >= least, "{file} has {}", attacks.len());
        for attack in attacks {
            assert!(!attack.text.contains("{canary"), "{}", attack.text);
            *ways.entry(attack.enters).or_default() += 1;
            assert!(
                ids.insert(attack.id.clone()),
                "{} is there twice",
                attack.id
            );
        }
    }
    let ways: Vec<&str> = ways.keys().map(String::as_str).collect();
    assert_eq!(
        ways,
        [
            "callback-url",
            "cell",
            "column-comment",
            "connection-id",
            "conversation-id",
            "glossary",
            "instruction",
            "memory",
            "prompt",
            "skill",
            "sql",
            "table-comment",
            "tool-call",
            "verified-sql"
        ]
    );
    Ok(())
}
