//! Misspelt words: a word that nothing knows is read as the one known word that is one edit away.
//!
//! Only words for what is measured, what it is listed by and what is asked of it are read into a text. Values, places, periods and
//! numbers never are, since a wrong one is a wrong answer; nor are words that turn the sense around. The answer says what was read.

mod edits;
mod others;
mod vocabulary;

use edits::{is_plausible, one_edit_apart};
pub(super) use vocabulary::Vocabulary;

use super::language::Language;
use super::lexicon::lexicon;
use super::tokens::without_ending;

/// The fewest letters of a word that can be told from another one by one edit.
const FEWEST_LETTERS: usize = 5;

/// A word that was read as another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Correction {
    /// As it was written.
    pub written: String,
    /// As it was read.
    pub read: String,
}

/// Whether a text has a word that may be misspelt, as far as the language alone can tell.
pub(super) fn may_be_misspelt(text: &str) -> bool {
    parts(text).any(|part| is_word(part) && !lexicon().knows(&part.to_lowercase()))
}

/// The text with its misspelt words put right, and what was put right.
pub(super) fn corrected(text: &str, vocabulary: &Vocabulary) -> (String, Vec<Correction>) {
    let mut read = String::new();
    let mut corrections: Vec<Correction> = Vec::new();
    let mut before = String::new();
    for part in parts(text) {
        let word = part.to_lowercase();
        // After `di` and `kota` stands a name.
        let known = (is_word(part) && !vocabulary.leads_to_name(&before))
            .then(|| meant(&word, vocabulary))
            .flatten();
        match known {
            Some(known) => {
                read.push_str(&known);
                let correction = Correction {
                    written: part.to_owned(),
                    read: known,
                };
                if !corrections.contains(&correction) {
                    corrections.push(correction);
                }
            }
            None => read.push_str(part),
        }
        if word.chars().any(char::is_alphanumeric) {
            before = word;
        } else if !word.trim().is_empty() {
            before.clear();
        }
    }
    (read, corrections)
}

/// What was read as what, for the beginning of an answer.
pub(super) fn said(corrections: &[Correction], language: Language) -> Option<String> {
    let said: Vec<String> = corrections
        .iter()
        .map(|one| match language {
            Language::Indonesian => {
                format!("Saya membaca “{}” sebagai “{}”.", one.written, one.read)
            }
            Language::English => format!("I read “{}” as “{}”.", one.written, one.read),
        })
        .collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// The one known word that a word in lower case is meant to be.
fn meant(word: &str, vocabulary: &Vocabulary) -> Option<String> {
    if let Some(known) = neighbour(word, vocabulary) {
        return Some(known.to_owned());
    }
    let stem = without_ending(word).filter(|stem| is_word(stem))?;
    let known = neighbour(stem, vocabulary)?;
    Some(format!("{known}{}", &word[stem.len()..]))
}

fn neighbour<'v>(word: &str, vocabulary: &'v Vocabulary) -> Option<&'v str> {
    let stem = without_ending(word).unwrap_or(word);
    if vocabulary.knows(word) || vocabulary.knows(stem) || others::is_another_word(word) {
        return None;
    }
    let mut near = vocabulary
        .words()
        .filter(|known| one_edit_apart(word, known));
    let only = near.next().filter(|_| near.next().is_none())?;
    let fits = vocabulary.may_be_read(only) && is_plausible(word, only);
    fits.then_some(only)
}

fn is_word(part: &str) -> bool {
    part.chars().count() >= FEWEST_LETTERS && part.chars().all(char::is_alphabetic)
}

/// A text cut between words and what stands between them. Joined they are the text.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let of_a_word = first.is_alphanumeric();
        let end = rest
            .find(|c: char| c.is_alphanumeric() != of_a_word)
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

#[cfg(test)]
mod spelling_tests;
