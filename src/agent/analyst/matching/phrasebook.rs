//! Every phrase that is known, by its words.

use std::collections::{BTreeMap, BTreeSet};

use super::super::language::Language;
use super::super::lexicon::{Word, phrases};
use super::super::tokens::{Token, tokens, without_ending, words};
use super::super::world::World;
use super::Sense;

/// The known phrases.
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
        for (phrase, word, _) in phrases() {
            // A comma is a word of its own here, and nothing in a phrase.
            let key = tokens(phrase).into_iter().map(|token| token.text).collect();
            book.add(key, Sense::Word(word));
        }
        for (index, metric) in world.metrics.iter().enumerate() {
            book.add_all(&metric.phrases, Sense::Metric(index));
        }
        for (index, dimension) in world.dimensions.iter().enumerate() {
            book.add_all(&dimension.phrases, Sense::Dimension(index));
        }
        book.add_all(&world.everything, Sense::Everything);
        for (column, known) in world.columns.iter().enumerate() {
            for (value, known) in known.values.iter().enumerate() {
                for form in &known.forms {
                    let weak = book.is_of_the_language(form);
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
        book
    }

    /// What some words together stand for.
    pub fn senses(&self, words: &[String]) -> &[Sense] {
        self.senses.get(words).map_or(&[], Vec::as_slice)
    }

    /// The number of words of the longest phrase.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The question's words, with endings of emphasis cut off where only the rest is known.
    pub fn read(&self, question: &str) -> Vec<Token> {
        tokens(question)
            .into_iter()
            .map(|token| match without_ending(&token.text) {
                Some(rest) if !self.known.contains(&token.text) && self.known.contains(rest) => {
                    Token {
                        text: rest.to_owned(),
                        written: token.written,
                    }
                }
                _ => token,
            })
            .collect()
    }

    /// The language of a question: that of most of its words; Indonesian where they tell nothing.
    pub fn language(question: &str) -> Language {
        let asked = words(question);
        let mut votes = BTreeMap::new();
        for (phrase, word, language) in phrases() {
            let phrase = words(phrase);
            let times = asked
                .windows(phrase.len().max(1))
                .filter(|w| *w == phrase)
                .count();
            if word != Word::Comma {
                *votes.entry(language == Language::English).or_insert(0) += times * phrase.len();
            }
        }
        if votes.get(&true) > votes.get(&false) {
            Language::English
        } else {
            Language::Indonesian
        }
    }

    /// Whether the words are all words of the language.
    fn is_of_the_language(&self, form: &[String]) -> bool {
        form.iter().all(|word| {
            self.senses(std::slice::from_ref(word))
                .iter()
                .any(|sense| matches!(sense, Sense::Word(_)))
        })
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
