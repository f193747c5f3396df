//! Questions to ask next, each of which the analyst understands.
//!
//! A suggestion is made the other way round: a neighbour of what was asked (the other end of a ranking, another breakdown, the
//! whole) is put into words, the words are read as any question would be, and only when the same query comes out are they
//! offered. What the words would find in the glossary is searched for first, so the reading is the one that will happen.

mod variations;
mod wording;

use super::interpret::{Interpretation, LookUp, Understood, interpret};
use super::language::Language;
use super::plan::plan;
use super::told::Told;

/// Most questions that are offered.
const MOST_OFFERED: usize = 3;

/// A question that may be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// In words.
    pub text: String,
    /// The query that it must mean.
    pub sql: String,
}

/// Neighbours of a question, in words. Nothing says yet that the words mean them.
pub(super) fn candidates(understood: &Understood, language: Language) -> Vec<Candidate> {
    let Understood {
        world,
        intent,
        plan: asked,
    } = understood;
    let mut candidates: Vec<Candidate> = Vec::new();
    for varied in variations::variations(world, intent) {
        let Ok(plan) = plan(world, &varied, language) else {
            continue;
        };
        if plan.sql == asked.sql || candidates.iter().any(|known| known.sql == plan.sql) {
            continue;
        }
        candidates.push(Candidate {
            text: wording::question(&plan, language),
            sql: plan.sql,
        });
    }
    candidates
}

/// Those of the candidates that mean what they should.
pub(super) fn understood(
    candidates: Vec<Candidate>,
    told: &Told,
    language: Language,
    looked_up: &mut LookUp<'_>,
) -> Vec<String> {
    let mut meant = |candidate: &Candidate| {
        let world = told.world(&candidate.text);
        match interpret(world, &candidate.text, language, looked_up) {
            Interpretation::Query(found) => found.plan.sql == candidate.sql,
            Interpretation::Lookup(_) | Interpretation::Failure(_) => false,
        }
    };
    candidates
        .into_iter()
        .filter(|candidate| meant(candidate))
        .map(|candidate| candidate.text)
        .take(MOST_OFFERED)
        .collect()
}
