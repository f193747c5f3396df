//! The two languages in which questions come and answers go.

use crate::agent::catalogue::metadata::Label;

/// The language of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Language {
    /// Bahasa Indonesia, also where a question tells nothing.
    #[default]
    Indonesian,
    /// English.
    English,
}

impl Language {
    /// The text in this language.
    pub fn pick<'a>(self, indonesian: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Indonesian => indonesian,
            Self::English => english,
        }
    }

    /// A catalogue's name in this language.
    pub fn label(self, label: &Label) -> &str {
        self.pick(&label.id, label.english())
    }

    /// `a, b dan c`.
    pub fn list<S: AsRef<str>>(self, items: &[S], last: Conjunction) -> String {
        let word = match last {
            Conjunction::And => self.pick("dan", "and"),
            Conjunction::Or => self.pick("atau", "or"),
        };
        match items {
            [] => String::new(),
            [one] => one.as_ref().to_owned(),
            [most @ .., end] => {
                let most: Vec<_> = most.iter().map(AsRef::as_ref).collect();
                format!("{} {word} {}", most.join(", "), end.as_ref())
            }
        }
    }
}

/// The word before the last item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conjunction {
    /// All of them.
    And,
    /// Any of them.
    Or,
}

/// A text with its first letter in upper case.
pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
