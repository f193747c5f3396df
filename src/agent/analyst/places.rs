//! Names that are too many to be known: they are looked up by a query of their own, so that a name which does not exist
//! is said to be missing instead of being counted as 0, and one that stands for two places is asked back.

use super::failure::Failure;
use super::interpret::Question;
use super::lexicon::Word;
use super::matching::{Sense, Span};
use super::sql::lookup::lookup;
use super::tokens::words;
use super::world::World;

/// Names that have to be looked up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lookup {
    /// The column that holds them.
    pub column: usize,
    /// The names, as matched.
    pub names: Vec<Name>,
    /// The question's phrases if they all exist.
    pub assumed: Vec<Span>,
    /// The query that looks for them.
    pub sql: String,
}

/// One name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    /// Its words as matched.
    pub words: Vec<String>,
    /// As it was written.
    pub written: String,
    /// Whether the question cannot be understood without it.
    pub needed: bool,
}

/// The names of a question that have to be looked up, if any. In a fragment a name may also stand alone.
pub(super) fn wanted(world: &World, question: &Question, is_fragment: bool) -> Option<Lookup> {
    let column = world
        .columns
        .iter()
        .position(|column| column.lookup.is_some())?;
    let mut names = Vec::new();
    let mut assumed: Vec<Span> = Vec::new();
    let mut at = 0;
    while at < question.spans.len() {
        match run(world, question, at) {
            Some(end)
                if is_in_place(world, question, &assumed, column)
                    || is_fragment && is_alone(question, &assumed, end) =>
            {
                let span = Span {
                    start: question.spans[at].start,
                    end: question.spans[end - 1].end,
                    senses: vec![Sense::Place { column }],
                    quantified: false,
                };
                names.push(name(question, &span, true));
                assumed.push(span);
                at = end;
            }
            _ => {
                let mut span = question.spans[at].clone();
                // `kota Jambi`: a known place after the beginning of a name may be another one.
                if is_place(world, &span) && after_prefix(world, question, at, column) {
                    names.push(name(question, &span, false));
                    span.senses.push(Sense::Place { column });
                }
                assumed.push(span);
                at += 1;
            }
        }
    }
    if names.is_empty() {
        return None;
    }
    let sql = lookup(
        &world.columns[column],
        names.iter().map(|name| name.words.join(" ")),
    );
    Some(Lookup {
        column,
        names,
        assumed,
        sql,
    })
}

/// The first name that the question needs and that was not found.
pub(super) fn missing(
    world: &World,
    question: &Question,
    lookup: &Lookup,
    found: &[String],
) -> Option<Failure> {
    let known = |name: &Name| {
        question.spans.iter().any(|span| {
            let here = span.words(&question.tokens);
            here.windows(name.words.len()).any(|part| part == name.words)
                && span
                    .senses
                    .iter()
                    .any(|sense| matches!(sense, Sense::Value { column, .. } if *column == lookup.column))
        })
    };
    let name = lookup
        .names
        .iter()
        .find(|name| name.needed && !known(name))?;
    let similar = found
        .iter()
        .filter(|text| {
            words(text)
                .windows(name.words.len())
                .any(|part| part == name.words)
        })
        .take(5)
        .cloned()
        .collect();
    Some(Failure::NoSuchName {
        text: name.written.clone(),
        label: world.columns[lookup.column].label.clone(),
        similar,
    })
}

/// The end of a run of unknown words that begins at a span; known places beside them belong to it (`Aceh Selatan`).
fn run(world: &World, question: &Question, at: usize) -> Option<usize> {
    let spans = &question.spans;
    let mut end = at;
    let mut unknown = false;
    while end < spans.len() && (is_unknown(&spans[end]) || is_place(world, &spans[end])) {
        unknown |= is_unknown(&spans[end]);
        end += 1;
    }
    let letters = question.tokens[spans[at].start
        ..spans
            .get(end.wrapping_sub(1))
            .map_or(0, |span| span.end)
            .max(spans[at].start)]
        .iter()
        .all(|token| token.text.chars().all(char::is_alphabetic));
    (unknown && letters).then_some(end)
}

/// Whether a name is all that follows after `bagaimana dengan`. Without that, any word might be one.
fn is_alone(question: &Question, before: &[Span], end: usize) -> bool {
    let says_nothing = |span: &Span| has_word(span, &[Word::Filler, Word::Lead, Word::And]);
    before.iter().any(|span| has_word(span, &[Word::Lead]))
        && before
            .iter()
            .chain(&question.spans[end..])
            .all(says_nothing)
}

/// Whether a name may stand after these spans: after a preposition, the beginning of a name, or another name.
fn is_in_place(world: &World, question: &Question, before: &[Span], column: usize) -> bool {
    let mut rest = before;
    while let Some((last, others)) = rest.split_last() {
        if has_word(last, &[Word::Filler, Word::Compute]) {
            rest = others;
            continue;
        }
        let prefix = is_prefix(world, question, last, column);
        let listed = has_word(last, &[Word::And, Word::Or, Word::Comma, Word::Versus])
            && others.last().is_some_and(|span| {
                is_place(world, span) || span.senses.contains(&Sense::Place { column })
            });
        return prefix || listed || has_word(last, &[Word::In, Word::Of, Word::Between]);
    }
    false
}

fn has_word(span: &Span, words: &[Word]) -> bool {
    span.senses
        .iter()
        .any(|sense| matches!(sense, Sense::Word(word) if words.contains(word)))
}

fn after_prefix(world: &World, question: &Question, at: usize, column: usize) -> bool {
    at > 0 && is_prefix(world, question, &question.spans[at - 1], column)
}

/// Whether a phrase is one of the words that names of the column begin with.
fn is_prefix(world: &World, question: &Question, span: &Span, column: usize) -> bool {
    let here = span.words(&question.tokens);
    let prefixes = world.columns[column].lookup.iter().flatten();
    let named = span.senses.iter().any(
        |sense| matches!(sense, Sense::Dimension(dimension) if world.dimensions[*dimension].column == column),
    );
    named
        || prefixes
            .flat_map(|(prefix, others)| std::iter::once(prefix).chain(others))
            .any(|prefix| words(prefix) == here)
}

fn is_unknown(span: &Span) -> bool {
    span.senses == [Sense::Unknown]
}

fn is_place(world: &World, span: &Span) -> bool {
    span.senses
        .iter()
        .any(|sense| matches!(sense, Sense::Value { column, .. } if world.columns[*column].place))
}

fn name(question: &Question, span: &Span, needed: bool) -> Name {
    Name {
        words: span.words(&question.tokens),
        written: span.written(&question.tokens),
        needed,
    }
}
