//! Every phrase that is known, by its words.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::super::language::Language;
use super::super::lexicon::lexicon;
use super::super::tokens::{Token, tokens, without_ending, words};
use super::super::world::World;
use super::Sense;

/// The phrases of a world, beside those of the language.
#[derive(Debug, Default)]
pub(in super::super) struct Phrasebook {
    senses: BTreeMap<Vec<String>, Vec<Sense>>,
    longest: usize,
    known: BTreeSet<String>,
}

impl Phrasebook {
    /// The phrases of the language and of a world.
    pub fn new(world: &World) -> Self {
        let mut book = Self::default();
        for (index, metric) in world.metrics.iter().enumerate() {
            book.add_all(&metric.phrases, Sense::Metric(index));
        }
        for (index, dimension) in world.dimensions.iter().enumerate() {
            book.add_all(&dimension.phrases, Sense::Dimension(index));
        }
        for (index, date) in world.dates.iter().enumerate() {
            book.add_all(&date.phrases, Sense::Date(index));
        }
        book.add_all(&world.everything, Sense::Everything);
        for (column, known) in world.columns.iter().enumerate() {
            for (value, known) in known.values.iter().enumerate() {
                for form in &known.forms {
                    let weak = is_of_the_language(form);
                    book.add(
                        form.clone(),
                        Sense::Value {
                            column,
                            value,
                            weak,
                        },
                    );
                }
            }
        }
        book.add_tables(world);
        book
    }

    /// Tables by their comments, where nothing else is known by any of the words: the catalogue knows better.
    fn add_tables(&mut self, world: &World) {
        let mut unknown = Vec::new();
        for (index, table) in world.tables.iter().enumerate() {
            for key in table.phrases.iter().map(|phrase| words(phrase)) {
                let is_known = |word: &String| self.known.contains(word) || lexicon().knows(word);
                if !key.iter().any(is_known) {
                    unknown.push((key, Sense::Table(index)));
                }
            }
        }
        for (key, sense) in unknown {
            self.add(key, sense);
        }
    }

    /// What some words together stand for.
    pub fn senses(&self, words: &[String]) -> Vec<Sense> {
        let of_the_domain = self.senses.get(words).into_iter().flatten().copied();
        of_the_domain
            .chain(lexicon().word(words).map(Sense::Word))
            .collect()
    }

    /// The number of words of the longest phrase.
    pub fn longest(&self) -> usize {
        self.longest.max(lexicon().longest())
    }

    /// The question's words, with endings of emphasis cut off where only the rest is known.
    pub fn read(&self, question: &str) -> Vec<Token> {
        let known = |word: &str| self.known.contains(word) || lexicon().knows(word);
        tokens(question)
            .into_iter()
            .map(|token| match without_ending(&token.text) {
                Some(rest) if !known(&token.text) && known(rest) => Token {
                    text: rest.to_owned(),
                    written: token.written,
                },
                _ => token,
            })
            .collect()
    }

    /// The language of a question: that of most of its words, where they tell.
    pub fn language(question: &str) -> Option<Language> {
        let asked = words(question);
        let (mut indonesian, mut english) = (0, 0);
        for length in 1..=lexicon().longest() {
            for part in asked.windows(length) {
                for language in lexicon().languages(part) {
                    match language {
                        Language::Indonesian => indonesian += length,
                        Language::English => english += length,
                    }
                }
            }
        }
        match english.cmp(&indonesian) {
            Ordering::Greater => Some(Language::English),
            Ordering::Less => Some(Language::Indonesian),
            Ordering::Equal => None,
        }
    }

    fn add_all(&mut self, phrases: &[String], sense: Sense) {
        for phrase in phrases {
            self.add(words(phrase), sense);
        }
    }

    fn add(&mut self, key: Vec<String>, sense: Sense) {
        if key.is_empty() {
            return;
        }
        self.longest = self.longest.max(key.len());
        self.known.extend(key.iter().cloned());
        let senses = self.senses.entry(key).or_default();
        if !senses.contains(&sense) {
            senses.push(sense);
        }
    }
}

/// Whether the words are all words of the language.
fn is_of_the_language(form: &[String]) -> bool {
    form.iter()
        .all(|word| lexicon().word(std::slice::from_ref(word)).is_some())
}
