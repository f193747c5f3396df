//! Questions that somebody has answered before with a whole statement: verified SQL, and indicators that no single expression
//! can say. They are taken only where the words are the same, but for words that say nothing.

use super::language::Language;
use super::lexicon::{Word, lexicon};
use super::outputs::{Entry, VerifiedQuery};
use super::tokens::words;
use crate::agent::catalogue::metadata::{Format, Metadata, Style};

/// A statement, and how its rows are told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stated {
    /// The statement.
    pub sql: String,
    /// What the figures are.
    pub title: String,
    /// What the columns before the figure are, where that is known.
    pub groups: Vec<String>,
    /// How the figures are written.
    pub format: Format,
    /// What a reader must know.
    pub note: Option<String>,
}

/// The verified statement for a question.
pub(super) fn verified(question: &str, queries: &[VerifiedQuery]) -> Option<Stated> {
    let query = queries
        .iter()
        .find(|query| same(question, &query.prompt_text))?;
    Some(Stated {
        sql: query.sql.clone(),
        title: query
            .prompt_text
            .trim()
            .trim_end_matches('?')
            .trim()
            .to_owned(),
        groups: Vec::new(),
        // Whole numbers are written as they are.
        format: Format {
            style: Style::Decimal,
            ..Format::default()
        },
        note: None,
    })
}

/// The statement of the indicator that a question names. Where two have the name, none is meant.
pub(super) fn indicator(question: &str, entries: &[Entry], language: Language) -> Option<Stated> {
    let mut named = entries
        .iter()
        .filter(|entry| entry.names().any(|name| same(question, name)));
    let (Some(entry), None) = (named.next(), named.next()) else {
        return None;
    };
    let Ok(Metadata::Statement(meta)) = Metadata::from_value(&entry.metadata) else {
        return None;
    };
    let groups = meta.groups.iter();
    Some(Stated {
        sql: entry.sql.clone(),
        title: language.label(&meta.label).to_owned(),
        groups: groups
            .map(|label| language.label(label).to_owned())
            .collect(),
        format: meta.format,
        note: meta.note.map(|note| language.label(&note).to_owned()),
    })
}

fn same(question: &str, name: &str) -> bool {
    let question = telling(question);
    !question.is_empty() && question == telling(name)
}

/// The words of a text without politeness, commands to show, `what is`, and `yang`.
pub(super) fn telling(text: &str) -> Vec<String> {
    let words: Vec<String> = words(text);
    let says_nothing = |part: &[String]| {
        let word = lexicon().word(part);
        matches!(
            word,
            Some(Word::Filler | Word::Compute | Word::What | Word::Is | Word::That)
        )
    };
    let mut told = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let most = lexicon().longest().min(words.len() - at);
        match (1..=most)
            .rev()
            .find(|length| says_nothing(&words[at..at + length]))
        {
            Some(length) => at += length,
            None => {
                told.push(words[at].clone());
                at += 1;
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entries() -> Vec<Entry> {
        serde_json::from_value(json!([
            {"metric": "Indeks Ragam Buku", "alias": ["book variety index"], "sql": "SELECT 1",
             "metadata": {"kind": "statement", "label": {"id": "indeks ragam", "en": "variety"}, "groups": [{"id": "cabang", "en": "branch"}]}},
            {"metric": "Dua", "sql": "SELECT 2", "metadata": {"kind": "statement", "label": {"id": "dua"}}},
            {"metric": "dua", "sql": "SELECT 3", "metadata": {"kind": "statement", "label": {"id": "dua"}}}
        ]))
        .expect("entries")
    }

    #[test]
    fn an_indicator_is_named_with_the_same_words_and_no_others() {
        let of = |question| indicator(question, &entries(), Language::English);
        for question in [
            "Indeks ragam buku",
            "Tolong tampilkan indeks ragam buku!",
            "What is the book variety index?",
        ] {
            let stated = of(question).expect(question);
            assert_eq!(
                (&*stated.sql, &*stated.title, &*stated.groups[0]),
                ("SELECT 1", "variety", "branch")
            );
        }
        for question in [
            "Indeks ragam buku di Utara",
            "Indeks buku",
            "Berapa indeks ragam buku?",
            "Dua",
            "tolong",
            "",
        ] {
            assert_eq!(of(question), None, "{question}");
        }
    }

    #[test]
    fn a_verified_question_is_told_in_its_own_words() {
        let queries: Vec<VerifiedQuery> = serde_json::from_value(
            json!([{"prompt_text": "Cabang mana yang belum punya buku?", "sql": "SELECT 1"}]),
        )
        .expect("queries");
        let stated =
            verified("cabang mana yang belum punya buku", &queries).expect("the same question");
        assert_eq!(stated.title, "Cabang mana yang belum punya buku");
        assert_eq!(verified("Cabang mana yang punya buku?", &queries), None);
    }
}
