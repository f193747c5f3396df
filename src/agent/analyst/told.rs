//! What the tools told of the domain, and the part of it that one question is about.

use super::outputs::{Entry, GlossaryOutput, SchemaOutput};
use super::period::{DATE_WORDS, Period};
use super::tokens::{tokens, without_ending, words};
use super::world::World;

/// The schema, and the terms of all searches of this run.
#[derive(Debug, Default)]
pub(super) struct Told {
    schema: SchemaOutput,
    glossary: GlossaryOutput,
}

impl Told {
    /// Puts the outputs of the searches together.
    pub fn new(schema: SchemaOutput, searches: Vec<GlossaryOutput>) -> Self {
        let mut glossary = GlossaryOutput::default();
        for found in searches {
            add(&mut glossary.metrics, found.metrics);
            add(&mut glossary.dimensions, found.dimensions);
            add(&mut glossary.statements, found.statements);
            add(&mut glossary.relations, found.relations);
        }
        Self { schema, glossary }
    }

    /// The world of a text: as if it had been searched for alone. What other texts of the conversation mention must not give its
    /// words a meaning.
    pub fn world(&self, text: &str) -> World {
        self.world_of_all(&[text])
    }

    /// The world of several texts that belong together.
    pub fn world_of_all(&self, texts: &[&str]) -> World {
        let texts: Vec<String> = texts.iter().map(|text| folded(&searchable(text))).collect();
        let mentions = |name: &String| {
            let name = folded(name);
            !name.trim().is_empty() && texts.iter().any(|text| text.contains(&name))
        };
        let mentioned = |entries: &[Entry]| -> Vec<Entry> {
            let is = |entry: &&Entry| entry.names().any(mentions);
            entries.iter().filter(is).cloned().collect()
        };
        let glossary = GlossaryOutput {
            metrics: mentioned(&self.glossary.metrics),
            dimensions: mentioned(&self.glossary.dimensions),
            statements: Vec::new(),
            relations: self.glossary.relations.clone(),
        };
        World::new(&self.schema, &glossary)
    }

    /// The indicators that whole statements say.
    pub fn statements(&self) -> &[Entry] {
        &self.glossary.statements
    }
}

fn add(known: &mut Vec<Entry>, found: Vec<Entry>) {
    for entry in found {
        if !known.contains(&entry) {
            known.push(entry);
        }
    }
}

/// A text, and its words without endings of emphasis where it has any, since the search compares whole words; and the words that
/// moments are found by where it names a period.
pub(super) fn searchable(question: &str) -> String {
    let plain: Vec<String> = tokens(question)
        .into_iter()
        .map(|token| match without_ending(&token.text) {
            Some(rest) => rest.to_owned(),
            None => token.text,
        })
        .collect();
    let mut added = Vec::new();
    let is_punctuation = |word: &&String| *word == "," || *word == "-";
    if !plain
        .iter()
        .filter(|word| !is_punctuation(word))
        .eq(words(question).iter())
    {
        added.push(plain.join(" "));
    }
    if Period::is_named_in(question) {
        added.extend(DATE_WORDS.map(str::to_owned));
    }
    match added.is_empty() {
        true => question.to_owned(),
        false => format!("{question} ({})", added.join(" ")),
    }
}

/// A text as the search compares it: its words in lower case, with one blank around each.
fn folded(text: &str) -> String {
    let mut folded = " ".to_owned();
    for token in tokens(text) {
        if token.text.chars().all(char::is_alphanumeric) {
            folded.push_str(&token.text);
            folded.push(' ');
        }
    }
    folded
}
