//! Finding terms in a question as whole words.

use std::collections::BTreeSet;

/// A text in lower case, its words apart by one blank, everything that is no letter or digit left out.
fn folded(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for c in text.chars() {
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// A question, ready to be searched.
pub(crate) struct Question(String);

impl Question {
    pub(crate) fn new(text: &str) -> Self {
        Self(folded(text))
    }

    /// Whether the term occurs as whole words.
    pub(crate) fn mentions(&self, term: &str) -> bool {
        let term = folded(term);
        !term.trim().is_empty() && self.0.contains(&term)
    }

    /// Whether the term has a word in common with it.
    pub(crate) fn shares_a_word(&self, term: &str) -> bool {
        folded(term)
            .split_whitespace()
            .any(|word| self.mentions(word))
    }
}

/// Whether two terms are the same words, however they are written.
pub(crate) fn same_words(a: &str, b: &str) -> bool {
    let a = folded(a);
    !a.trim().is_empty() && a == folded(b)
}

/// How much two texts have in common, by their different words: 0 to 1 (Sørensen and Dice).
pub(crate) fn likeness(a: &str, b: &str) -> f64 {
    let words = |text: &str| -> BTreeSet<String> {
        let text = folded(text);
        text.split_whitespace().map(str::to_owned).collect()
    };
    let (a, b) = (words(a), words(b));
    let all = a.len() + b.len();
    if all == 0 {
        return 0.0;
    }
    2.0 * a.intersection(&b).count() as f64 / all as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_found_as_whole_words() {
        let question = Question::new("Tampilkan rata-rata MODAL awal, per Kabupaten/Kota?");
        for term in [
            "modal awal",
            "rata rata",
            "Rata-Rata",
            "kabupaten kota",
            "kota",
            "tampilkan",
        ] {
            assert!(question.mentions(term), "{term}");
        }
        for term in ["awa", "odal awal", "", "?!", "awal kabupaten", "tampil"] {
            assert!(!question.mentions(term), "{term}");
        }
    }

    #[test]
    fn texts_are_compared_by_their_words() {
        assert!(same_words("Total-Anggota", "total  anggota?"));
        assert!(!same_words("total", "total anggota"));
        assert!(!same_words("?", "!"));
        assert!(Question::new("jumlah anggota").shares_a_word("Total Anggota"));
        assert!(!Question::new("jumlah").shares_a_word("Total Anggota"));
        assert_eq!(likeness("a b c", "C, b, a!"), 1.0);
        assert_eq!(likeness("a b", "a c"), 0.5);
        assert_eq!(likeness("", "?"), 0.0);
    }

    #[test]
    fn letters_of_every_script_count() {
        assert!(Question::new("Jumlah KOPÉRASI?").mentions("kopérasi"));
        assert!(!Question::new("koperasi").mentions("kopérasi"));
    }
}
