//! A pattern's characters, read one after the other.

use super::PatternError;

pub(super) struct Reader<'a> {
    pattern: &'a str,
    chars: Vec<char>,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(pattern: &'a str) -> Self {
        Self {
            pattern,
            chars: pattern.chars().collect(),
            at: 0,
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    /// Takes a character if it is the next.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    /// Takes a text if it is next.
    pub(super) fn take_text(&mut self, wanted: &str) -> bool {
        let length = wanted.chars().count();
        let there = self.chars[self.at..]
            .iter()
            .take(length)
            .copied()
            .eq(wanted.chars());
        self.at += if there { length } else { 0 };
        there
    }

    pub(super) fn spaces(&mut self) {
        self.take_while(char::is_whitespace);
    }

    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let from = self.at;
        while self.peek().is_some_and(&fits) {
            self.at += 1;
        }
        self.chars[from..self.at].iter().collect()
    }

    /// The next character's place, from 0.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to a place.
    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The text from a place on to the next character.
    pub(super) fn since(&self, from: usize) -> String {
        self.chars[from..self.at].iter().collect()
    }

    /// What is wrong with the next character.
    pub(super) fn wrong(&self, reason: impl Into<String>) -> PatternError {
        self.wrong_at(self.at, reason)
    }

    /// What is wrong at a place.
    pub(super) fn wrong_at(&self, at: usize, reason: impl Into<String>) -> PatternError {
        PatternError::new(self.pattern, at + 1, reason)
    }

    /// The next word, for a message.
    pub(super) fn found(&self) -> String {
        let word: String = self.chars[self.at..]
            .iter()
            .take_while(|c| !c.is_whitespace())
            .take(24)
            .collect();
        match word.is_empty() {
            true => "the pattern ends".to_owned(),
            false => format!("`{word}`"),
        }
    }
}

/// Whether a name may have this character.
pub(super) fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}
