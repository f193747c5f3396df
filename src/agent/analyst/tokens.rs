//! A text as words: lower case, punctuation dropped except for what carries meaning (`,`, `%`, and the dash of `2024-2025`).

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// In lower case, as it is matched.
    pub text: String,
    /// As it was written.
    pub written: String,
}

/// Splits a text into words the way that the glossary search folds it: runs of letters and digits.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut rest = text.chars().chain([' ']);
    while let Some(c) = rest.next() {
        if c.is_alphanumeric() {
            word.push(c);
            continue;
        }
        let stretch = matches!(c, '-' | '–') && is_year(&word) && {
            let next: String = rest.clone().take_while(|c| c.is_alphanumeric()).collect();
            is_year(&next)
        };
        if !word.is_empty() {
            found.push(token(std::mem::take(&mut word)));
        }
        if matches!(c, ',' | '%') {
            found.push(token(c.to_string()));
        }
        if stretch {
            found.push(token("-".to_owned()));
        }
    }
    found
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit())
}

/// The words of a phrase, for looking it up.
pub(super) fn words(phrase: &str) -> Vec<String> {
    tokens(phrase)
        .into_iter()
        .map(|token| token.text)
        .filter(|text| text != "," && text != "-")
        .collect()
}

/// Endings that change nothing but the emphasis (`koperasinya`, `berapakah`). Nothing else is ever cut off: stemmers
/// turn `terendah` into `endah`.
const ENDINGS: [&str; 3] = ["nya", "kah", "lah"];

/// The word without such an ending, when it has one and something is left.
pub(super) fn without_ending(word: &str) -> Option<&str> {
    ENDINGS
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .filter(|rest| rest.len() >= 2)
}

fn token(written: String) -> Token {
    Token {
        text: written.to_lowercase(),
        written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_letters_digits_commas_and_percent_signs() {
        assert_eq!(
            words("Rata-rata BI-checking'nya? 50%"),
            ["rata", "rata", "bi", "checking", "nya", "50", "%"]
        );
        let texts: Vec<_> = tokens("Bali, NTB").into_iter().map(|t| t.text).collect();
        assert_eq!(texts, ["bali", ",", "ntb"]);
        let texts: Vec<_> = tokens("2024-2025, 10-12")
            .into_iter()
            .map(|t| t.text)
            .collect();
        assert_eq!(texts, ["2024", "-", "2025", ",", "10", "12"]);
    }

    #[test]
    fn cuts_only_endings_of_emphasis() {
        assert_eq!(without_ending("koperasinya"), Some("koperasi"));
        assert_eq!(without_ending("berapakah"), Some("berapa"));
        assert_eq!(without_ending("terendah"), None);
        assert_eq!(without_ending("nya"), None);
    }
}
