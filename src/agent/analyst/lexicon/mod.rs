//! The words of a question that belong to the language and not to any domain: Indonesian, English, numbers.

mod english;
mod indonesian;
mod numbers;
mod word;

use super::language::Language;

pub(super) use numbers::number;
pub(super) use word::Word;

/// Every phrase of the lexicon, what it does in a question, and the language it belongs to.
pub(super) fn phrases() -> impl Iterator<Item = (&'static str, Word, Language)> {
    let indonesian = indonesian::PHRASES
        .iter()
        .flat_map(|(word, phrases)| phrases.iter().map(|p| (*p, *word, Language::Indonesian)));
    let english = english::PHRASES
        .iter()
        .flat_map(|(word, phrases)| phrases.iter().map(|p| (*p, *word, Language::English)));
    indonesian.chain(english)
}

#[cfg(test)]
mod tests {
    use super::super::tokens::words;
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn no_phrase_means_two_things() {
        let mut seen = BTreeMap::new();
        for (phrase, word, _) in phrases() {
            if let Some(other) = seen.insert(words(phrase), word) {
                assert_eq!(other, word, "{phrase}");
            }
            assert_eq!(
                words(phrase).join(" "),
                phrase,
                "phrases are written as they are matched"
            );
        }
    }
}
