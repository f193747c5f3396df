//! The words of a question that belong to the language and not to any domain: Indonesian, English, numbers.

mod english;
mod indonesian;
mod numbers;
mod word;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::language::Language;
use super::tokens::tokens;

pub(super) use numbers::number;
pub(super) use word::Word;

/// The phrases of both languages by their words.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    phrases: BTreeMap<Vec<String>, (Word, Vec<Language>)>,
    words: BTreeSet<String>,
    longest: usize,
}

/// The lexicon, put together at the first use.
pub(super) fn lexicon() -> &'static Lexicon {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::new);
    &LEXICON
}

impl Lexicon {
    fn new() -> Self {
        let mut lexicon = Self::default();
        for (phrase, word, language) in phrases() {
            // A comma is a word of its own here, and nothing inside a phrase.
            let key: Vec<String> = tokens(phrase).into_iter().map(|token| token.text).collect();
            lexicon.longest = lexicon.longest.max(key.len());
            lexicon.words.extend(key.iter().cloned());
            let entry = lexicon.phrases.entry(key);
            let (_, languages) = entry.or_insert_with(|| (word, Vec::new()));
            languages.push(language);
        }
        lexicon
    }

    /// What some words together do.
    pub fn word(&self, words: &[String]) -> Option<Word> {
        self.phrases.get(words).map(|(word, _)| *word)
    }

    /// The languages that some words together belong to.
    pub fn languages(&self, words: &[String]) -> &[Language] {
        self.phrases
            .get(words)
            .map_or(&[], |(_, languages)| languages.as_slice())
    }

    /// Whether a word occurs in any phrase.
    pub fn knows(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Every word that occurs in a phrase, and what it does when it is a phrase by itself.
    pub fn all_words(&self) -> impl Iterator<Item = (&str, Option<Word>)> {
        self.words
            .iter()
            .map(|word| (word.as_str(), self.word(std::slice::from_ref(word))))
    }

    /// The number of words of the longest phrase.
    pub fn longest(&self) -> usize {
        self.longest
    }
}

/// Every phrase, what it does in a question, and the language it belongs to.
fn phrases() -> impl Iterator<Item = (&'static str, Word, Language)> {
    [
        (indonesian::PHRASES, Language::Indonesian),
        (english::PHRASES, Language::English),
    ]
    .into_iter()
    .flat_map(|(list, language)| {
        list.iter().flat_map(move |(word, phrases)| {
            phrases
                .split('|')
                .map(move |phrase| (phrase.trim(), *word, language))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_phrase_means_two_things() {
        let mut seen = BTreeMap::new();
        for (phrase, word, _) in phrases() {
            let words: Vec<_> = tokens(phrase).into_iter().map(|token| token.text).collect();
            assert_eq!(words.join(" "), phrase, "written as it is matched");
            if let Some(other) = seen.insert(words, word) {
                assert_eq!(other, word, "{phrase}");
            }
        }
    }
}
