//! The words that are known: those of the language, of all business terms, and of the schema's values.

use std::collections::{BTreeMap, BTreeSet};

use super::FEWEST_LETTERS;
use crate::agent::analyst::lexicon::{Word, lexicon};
use crate::agent::analyst::outputs::{Entry, SchemaOutput, TermsOutput};
use crate::agent::analyst::period::DATE_WORDS;
use crate::agent::analyst::tokens::words;
use crate::agent::catalogue::metadata::Metadata;

/// The known words, and whether a misspelt one may be read as each.
#[derive(Debug, Default)]
pub(in super::super) struct Vocabulary {
    words: BTreeMap<String, bool>,
    never: BTreeSet<String>,
    prefixes: Vec<String>,
}

impl Vocabulary {
    /// The words of the language, the schema and the glossary.
    pub fn new(schema: &SchemaOutput, terms: &TermsOutput) -> Self {
        let mut vocabulary = Self::default();
        for entry in &terms.terms {
            vocabulary.add_term(entry);
        }
        let columns = schema.tables.iter().flat_map(|table| &table.columns);
        for value in columns.flat_map(|column| &column.categories) {
            vocabulary.add_value(value);
        }
        for word in DATE_WORDS {
            vocabulary.add(word, false);
        }
        for (word, phrase) in lexicon().all_words() {
            let is_asked = phrase.is_some_and(asks);
            vocabulary.add(word, is_asked);
            if !is_asked {
                vocabulary.never.insert(word.to_owned());
            }
        }
        vocabulary
    }

    /// Whether a word is known.
    pub fn knows(&self, word: &str) -> bool {
        self.words.contains_key(word)
    }

    /// Every known word.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }

    /// Whether a misspelt word may be read as this one.
    pub fn may_be_read(&self, word: &str) -> bool {
        let long = word.chars().count() >= FEWEST_LETTERS;
        long && self.words.get(word) == Some(&true) && !self.never.contains(word)
    }

    /// Whether what follows a word is a name: that of a place is never put right.
    pub fn leads_to_name(&self, word: &str) -> bool {
        let is_place = matches!(
            lexicon().word(&[word.to_owned()]),
            Some(Word::In | Word::Of | Word::Between)
        );
        is_place || self.prefixes.iter().any(|prefix| prefix == word)
    }

    fn add_term(&mut self, entry: &Entry) {
        match Metadata::from_value(&entry.metadata) {
            Ok(Metadata::Metric(_)) => {
                for name in entry.names() {
                    self.add(name, true);
                }
            }
            Ok(Metadata::Dimension(meta)) => {
                let values: Vec<Vec<String>> = meta
                    .values
                    .iter()
                    .flat_map(|(value, others)| std::iter::once(value).chain(others))
                    .map(|value| words(value))
                    .collect();
                for name in entry.names() {
                    self.add(name, !values.contains(&words(name)));
                }
                for value in values {
                    self.add_value(&value.join(" "));
                }
            }
            Ok(Metadata::Relation(meta)) => {
                for (prefix, others) in meta.names.into_iter().flat_map(|names| names.prefixes) {
                    let all = std::iter::once(prefix).chain(others);
                    self.prefixes.extend(all.flat_map(|prefix| words(&prefix)));
                }
            }
            Ok(Metadata::Statement(_)) | Err(_) => {
                for name in entry.names() {
                    self.add(name, false);
                }
            }
        }
    }

    fn add(&mut self, phrase: &str, readable: bool) {
        for word in words(phrase) {
            *self.words.entry(word).or_default() |= readable;
        }
    }

    /// A word that is a value by itself is not read into a text, whatever else it is a part of.
    fn add_value(&mut self, value: &str) {
        self.add(value, false);
        if let [word] = &words(value)[..] {
            self.never.insert(word.clone());
        }
    }
}

/// Words that only say what is asked for. Those that turn the sense around, rank, or say nothing are never read into a text.
fn asks(word: Word) -> bool {
    matches!(
        word,
        Word::HowMany
            | Word::Total
            | Word::Tally
            | Word::Sum
            | Word::Average
            | Word::Share
            | Word::Spread
            | Word::Makeup
            | Word::Per
    )
}
