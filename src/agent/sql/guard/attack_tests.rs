//! Every statement of `fixtures/attacks/statements.jsonl` that the guard is meant to stop, and the rule that stops it: one that
//! is stopped by another rule than the one that knows it is stopped by luck.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::GuardError;
use super::tests::table;
use super::{Relations, guard};

#[derive(Deserialize)]
struct Attack {
    id: String,
    kind: String,
    text: String,
    /// The rule by which the guard refuses it; none for what the guard lets through and the limits of a statement bound.
    refused_as: Option<String>,
}

fn attacks() -> Vec<Attack> {
    include_str!("../../../../fixtures/attacks/statements.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("an attack"))
        .collect()
}

/// The tables that the statements name, with their real columns.
fn relations() -> Relations {
    let table = |name: &str, columns: &[&str]| table("public", name, columns);
    Relations::of(&[
        table("provinces", &["province_id", "code", "name"]),
        table(
            "cooperative",
            &["cooperative_id", "provinceId", "capital", "name"],
        ),
        table("cooperative_members", &["cooperativeId", "gender"]),
    ])
}

fn rule(error: &GuardError) -> &'static str {
    match error {
        GuardError::Empty => "empty",
        GuardError::TooLong { .. } => "too-long",
        GuardError::Nul => "nul",
        GuardError::TooComplex { .. } => "too-complex",
        GuardError::Syntax { .. } => "syntax",
        GuardError::NotOne { .. } => "not-one",
        GuardError::NotAQuery { .. } => "not-a-query",
        GuardError::Clause { .. } => "clause",
        GuardError::Relation { .. } => "relation",
        GuardError::Column { .. } => "column",
        GuardError::Name { .. } => "name",
        GuardError::Function { .. } => "function",
        GuardError::Type { .. } => "type",
        GuardError::Expression { .. } => "expression",
        GuardError::Ambiguous => "ambiguous",
    }
}

#[test]
fn no_statement_that_it_is_meant_to_stop_passes() {
    let relations = relations();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut surprises = Vec::new();
    for attack in attacks() {
        let seen = guard(&attack.text, &relations);
        let seen = seen.as_ref().err().map(rule);
        if seen != attack.refused_as.as_deref() {
            surprises.push(format!(
                "{} {}: refused as {seen:?}, and not as {:?}",
                attack.id, attack.text, attack.refused_as
            ));
        }
        *kinds.entry(attack.kind).or_default() += 1;
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    // A corpus that has lost its statements would pass too.
    let stopped: usize = kinds.values().sum();
    assert!(stopped >= 250 && kinds.len() >= 15, "{kinds:?}");
}
