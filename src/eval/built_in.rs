//! The questions of this crate, part of the program: it needs no checkout.

use super::Questions;
use super::error::QuestionsError;
use super::read::Reader;

const FILES: [(&str, &str); 6] = [
    (
        "fixtures/questions/core.jsonl",
        include_str!("../../fixtures/questions/core.jsonl"),
    ),
    (
        "fixtures/questions/fresh.jsonl",
        include_str!("../../fixtures/questions/fresh.jsonl"),
    ),
    (
        "fixtures/questions/fresh-2.jsonl",
        include_str!("../../fixtures/questions/fresh-2.jsonl"),
    ),
    (
        "fixtures/questions/kpis.jsonl",
        include_str!("../../fixtures/questions/kpis.jsonl"),
    ),
    (
        "fixtures/questions/without.jsonl",
        include_str!("../../fixtures/questions/without.jsonl"),
    ),
    (
        "fixtures/questions/periods.jsonl",
        include_str!("../../fixtures/questions/periods.jsonl"),
    ),
];

impl Questions {
    /// The questions of `fixtures/questions/`.
    ///
    /// # Errors
    /// When one of them is malformed, which a test excludes.
    pub fn built_in() -> Result<Self, QuestionsError> {
        let mut reader = Reader::default();
        for (name, text) in FILES {
            reader.read(name, text);
        }
        reader.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Right;

    #[test]
    fn the_questions_are_well_formed_and_no_file_is_forgotten() {
        let questions = Questions::built_in().expect("well-formed");
        let answerable = questions
            .iter()
            .filter(|question| matches!(question.right, Right::Rows(_)))
            .count();
        assert_eq!((answerable, questions.len() - answerable), (319, 82));
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/questions");
        let mut there: Vec<_> = std::fs::read_dir(folder)
            .expect("a folder")
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
            .map(|path| {
                let name = path.file_name().expect("a name");
                format!("fixtures/questions/{}", name.to_string_lossy())
            })
            .collect();
        there.sort();
        let mut known: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        known.sort();
        assert_eq!(known, there);
    }
}
