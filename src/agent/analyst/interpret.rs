//! From the question to the one query that it means: all meanings of its words are tried, and exactly one must remain.

use std::collections::BTreeSet;

use super::failure::Failure;
use super::intent::Intent;
use super::language::Language;
use super::matching::{Phrasebook, Sense, Span, spans};
use super::places::{self, Lookup};
use super::plan::{Plan, plan};
use super::reading::{Unit, read};
use super::tokens::Token;
use super::world::World;

/// Most combinations of meanings that are tried.
const MOST_READINGS: usize = 4096;

/// What is to be done about a question.
#[derive(Debug)]
pub(super) enum Interpretation {
    /// Names have to be looked up first.
    Lookup(Lookup),
    /// A query answers it.
    Query(Box<Understood>),
    /// Nothing can be done.
    Failure(Failure),
}

/// A question that was understood.
#[derive(Debug)]
pub(super) struct Understood {
    /// What it is about; the places in `intent` are in its lists.
    pub world: World,
    /// What it asks for.
    pub intent: Intent,
    /// The query that answers it.
    pub plan: Plan,
}

/// Gives the names that a lookup found, once it has been made.
pub(super) type LookUp<'a> = dyn FnMut(&Lookup) -> Option<Vec<String>> + 'a;

/// From the words of a text, each with one meaning, to what it asks for.
pub(super) type Read<'a> = dyn Fn(&World, Vec<Unit>) -> Result<Intent, Failure> + 'a;

/// A question that has been cut into phrases.
#[derive(Debug)]
pub(super) struct Question {
    /// Its words.
    pub tokens: Vec<Token>,
    /// Its phrases.
    pub spans: Vec<Span>,
}

impl Question {
    /// Cuts a question with the phrases of a world.
    pub fn new(world: &World, text: &str) -> Self {
        let book = Phrasebook::new(world);
        let tokens = book.read(text);
        let spans = spans(&tokens, &book);
        Self { tokens, spans }
    }
}

/// Interprets a whole question.
pub(super) fn interpret(
    world: World,
    text: &str,
    language: Language,
    looked_up: &mut LookUp<'_>,
) -> Interpretation {
    let question = Wording {
        text,
        language,
        is_fragment: false,
    };
    understand(world, question, looked_up, &read)
}

/// A text to be understood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wording<'a> {
    /// In the user's words.
    pub text: &'a str,
    /// Its language.
    pub language: Language,
    /// Whether it continues another one, so that a name alone says something.
    pub is_fragment: bool,
}

/// Understands a text by a way to read it.
pub(super) fn understand(
    mut world: World,
    wording: Wording<'_>,
    looked_up: &mut LookUp<'_>,
    read: &Read<'_>,
) -> Interpretation {
    let question = Question::new(&world, wording.text);
    let conclude =
        |world: &World, question: &Question| conclude(world, question, wording.language, read);
    let Some(lookup) = places::wanted(&world, &question, wording.is_fragment) else {
        return concluded(conclude(&world, &question), world);
    };
    // Nothing is looked up for a question that would not be understood whatever the name meant.
    let with_places = Question {
        spans: lookup.assumed.clone(),
        tokens: question.tokens.clone(),
    };
    if let Err(failure) = conclude(&world, &with_places)
        && !matches!(
            failure,
            Failure::AmbiguousValue { .. } | Failure::TwoReadings
        )
    {
        let first = conclude(&world, &question).map_err(|_| failure);
        return concluded(first, world);
    }
    let Some(names) = looked_up(&lookup) else {
        return Interpretation::Lookup(lookup);
    };
    world.add_names(lookup.column, names.clone());
    let question = Question::new(&world, wording.text);
    match places::missing(&world, &question, &lookup, &names) {
        Some(failure) => Interpretation::Failure(failure),
        None => concluded(conclude(&world, &question), world),
    }
}

fn concluded(conclusion: Result<(Intent, Plan), Failure>, world: World) -> Interpretation {
    match conclusion {
        Ok((intent, plan)) => Interpretation::Query(Box::new(Understood {
            world,
            intent,
            plan,
        })),
        Err(failure) => Interpretation::Failure(failure),
    }
}

/// A choice of meanings, and the query that follows from it.
#[derive(Debug)]
struct Reading {
    senses: Vec<Sense>,
    intent: Intent,
    plan: Plan,
}

/// Tries all meanings. Of the queries that follow, the ones that cost least are meant; they must be one.
fn conclude(
    world: &World,
    question: &Question,
    language: Language,
    read: &Read<'_>,
) -> Result<(Intent, Plan), Failure> {
    let Some(choices) = choices(&question.spans) else {
        return Err(Failure::TwoReadings);
    };
    let mut least = usize::MAX;
    let mut found: Vec<Reading> = Vec::new();
    let mut failures = Vec::new();
    for senses in choices {
        let outcome = read(world, units(question, &senses))
            .and_then(|intent| plan(world, &intent, language).map(|plan| (intent, plan)));
        match outcome {
            Ok((intent, plan)) => {
                let cost = cost(question, &senses) + plan.distance;
                if cost < least {
                    least = cost;
                    found.clear();
                }
                if cost == least && found.iter().all(|known| known.plan.sql != plan.sql) {
                    found.push(Reading {
                        senses,
                        intent,
                        plan,
                    });
                }
            }
            Err(failure) => failures.push(failure),
        }
    }
    if found.len() > 1 {
        return Err(two_readings(world, question, &found));
    }
    match found.pop() {
        Some(reading) => Ok((reading.intent, reading.plan)),
        None => {
            // Of equally telling failures the first: `max_by_key` would take the last.
            let telling = failures.into_iter().rev().max_by_key(Failure::weight);
            Err(telling.unwrap_or(Failure::NoMetric))
        }
    }
}

/// Every choice of one meaning a phrase, or nothing when there are too many to try: leaving some out would be picking.
fn choices(spans: &[Span]) -> Option<Vec<Vec<Sense>>> {
    let mut all: Vec<Vec<Sense>> = vec![Vec::new()];
    for span in spans {
        if all.len() * span.senses.len() > MOST_READINGS {
            return None;
        }
        all = span
            .senses
            .iter()
            .flat_map(|sense| {
                all.iter().map(move |before| {
                    let mut reading = before.clone();
                    reading.push(*sense);
                    reading
                })
            })
            .collect();
    }
    Some(all)
}

/// A word that the catalogue knows should not be read as a mere word of the language.
fn cost(question: &Question, senses: &[Sense]) -> usize {
    question
        .spans
        .iter()
        .zip(senses)
        .filter(|(span, sense)| {
            !sense.is_of_the_domain() && span.senses.iter().any(|other| other.is_of_the_domain())
        })
        .count()
}

fn units(question: &Question, senses: &[Sense]) -> Vec<Unit> {
    question
        .spans
        .iter()
        .zip(senses)
        .map(|(span, sense)| Unit {
            sense: *sense,
            written: span.written(&question.tokens),
            quantified: span.quantified,
            used: false,
        })
        .collect()
}

/// Names the word that can mean two things.
fn two_readings(world: &World, question: &Question, found: &[Reading]) -> Failure {
    for (at, span) in question.spans.iter().enumerate() {
        let meanings: BTreeSet<String> = found
            .iter()
            .filter_map(|reading| match reading.senses.get(at) {
                Some(Sense::Value { column, value, .. }) => {
                    Some(world.value(*column, *value).to_owned())
                }
                Some(Sense::Metric(metric)) => Some(world.metrics[*metric].meta.label.id.clone()),
                Some(Sense::Dimension(dimension)) => {
                    Some(world.dimensions[*dimension].label.id.clone())
                }
                _ => None,
            })
            .collect();
        if meanings.len() > 1 {
            return Failure::AmbiguousValue {
                text: span.written(&question.tokens),
                options: meanings.into_iter().collect(),
            };
        }
    }
    Failure::TwoReadings
}
