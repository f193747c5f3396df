//! Answers to what was asked back: `rata-rata`, `Kota Bandung`, `yang perempuan`.

use super::failure::Failure;
use super::stated::telling;
use super::tokens::words;

/// The question with what was missing in it. None when the text does not answer what was asked back.
pub(super) fn clarified(question: &str, failure: &Failure, answer: &str) -> Option<String> {
    match failure {
        // Where it stands in the sentence does not matter.
        Failure::WhichAggregate { .. }
        | Failure::WhichPart { .. }
        | Failure::WhichDate { .. }
        | Failure::WhatAboutIt { .. } => Some(format!("{question} {answer}")),
        Failure::WhichYear { words } => question
            .contains(words)
            .then(|| question.replacen(words, &format!("{words} {answer}"), 1)),
        Failure::AmbiguousValue { text, options } => replaced(question, text, options, answer),
        Failure::NoSuchName { text, similar, .. } => replaced(question, text, similar, answer),
        _ => None,
    }
}

/// Puts the one option that the answer means in the place of the text that could mean several.
fn replaced(question: &str, text: &str, options: &[String], answer: &str) -> Option<String> {
    let said = telling(answer);
    let fits = |option: &&String| {
        let words = words(option);
        !said.is_empty() && said.iter().all(|word| words.contains(word))
    };
    let mut meant: Vec<&String> = options.iter().filter(fits).collect();
    // `Kota Bandung` is a part of `KOTA BANDUNG BARAT`, and means the one with these words alone.
    if meant.len() > 1 {
        meant.retain(|option| words(option) == said);
    }
    let [option] = meant[..] else { return None };
    question
        .contains(text)
        .then(|| question.replacen(text, option, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(answer: &str) -> Option<String> {
        let failure = Failure::AmbiguousValue {
            text: "Bandung".to_owned(),
            options: [
                "KABUPATEN BANDUNG",
                "KABUPATEN BANDUNG BARAT",
                "KOTA BANDUNG",
            ]
            .map(str::to_owned)
            .to_vec(),
        };
        clarified("Berapa koperasi di Bandung?", &failure, answer)
    }

    #[test]
    fn an_option_is_meant_by_words_that_only_it_has() {
        for (answer, option) in [
            ("Kota Bandung", "KOTA BANDUNG"),
            ("yang kota", "KOTA BANDUNG"),
            ("barat", "KABUPATEN BANDUNG BARAT"),
            ("kabupaten Bandung", "KABUPATEN BANDUNG"),
        ] {
            let whole = format!("Berapa koperasi di {option}?");
            assert_eq!(answered(answer), Some(whole), "{answer}");
        }
        for answer in [
            "kabupaten",
            "Bandung",
            "Jakarta",
            "ya",
            "",
            "kota atau kabupaten",
        ] {
            assert_eq!(answered(answer), None, "{answer}");
        }
    }

    #[test]
    fn only_what_was_asked_back_is_answered() {
        assert_eq!(clarified("q", &Failure::NoMetric, "a"), None);
        assert_eq!(clarified("q", &Failure::NothingToRank, "a"), None);
    }
}
