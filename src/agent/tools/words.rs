//! Finding terms in a question as whole words.

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
    fn letters_of_every_script_count() {
        assert!(Question::new("Jumlah KOPÉRASI?").mentions("kopérasi"));
        assert!(!Question::new("koperasi").mentions("kopérasi"));
    }
}
