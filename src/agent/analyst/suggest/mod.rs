//! Questions to ask next, each of which the analyst understands.
//!
//! A neighbour of what was asked (the other end of a ranking, another breakdown, the whole) is put into words, and the words are
//! read as any question would be: only when exactly one query comes out, and another one than was asked for, are they offered.
//! What the words would find in the glossary is searched for first, so the reading is the one that will happen.

mod variations;
mod wording;

use super::interpret::{Interpretation, LookUp, Understood, interpret};
use super::language::Language;
use super::plan::plan;
use super::told::Told;

/// Most questions that are offered.
const MOST_OFFERED: usize = 3;
/// Most questions that are tried.
const MOST_TRIED: usize = 5;

/// Neighbours of a question, in words. Nothing says yet that the words are understood.
pub(super) fn candidates(understood: &Understood, language: Language) -> Vec<String> {
    let Understood {
        world,
        intent,
        plan: asked,
    } = understood;
    let mut known = vec![asked.sql.clone()];
    let mut texts = Vec::new();
    for varied in variations::variations(world, intent) {
        let Ok(plan) = plan(world, &varied, language) else {
            continue;
        };
        if known.contains(&plan.sql) {
            continue;
        }
        texts.push(wording::question(world, &varied, &plan, language));
        known.push(plan.sql);
    }
    texts.truncate(MOST_TRIED);
    texts
}

/// Those of the candidates that mean one query, each another one than was asked for.
pub(super) fn understood(
    candidates: Vec<String>,
    asked: &Understood,
    told: &Told,
    language: Language,
    looked_up: &mut LookUp<'_>,
) -> Vec<String> {
    let mut known = vec![asked.plan.sql.clone()];
    let mut is_new = |text: &String| {
        let Interpretation::Query(found) = interpret(told.world(text), text, language, looked_up)
        else {
            return false;
        };
        let is_new = !known.contains(&found.plan.sql);
        known.push(found.plan.sql);
        is_new
    };
    candidates
        .into_iter()
        .filter(|text| is_new(text))
        .take(MOST_OFFERED)
        .collect()
}
