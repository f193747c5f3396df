//! An answer cut into pieces of a few words, as a model would stream it.

/// Words in a piece: enough of them that the pieces of an answer cost less to deliver than its SQL to run.
const WORDS: usize = 8;

/// Cuts a text after every few words. The pieces joined are the text.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut words, mut in_word) = (0, 0, false);
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            in_word = false;
        } else if !in_word {
            in_word = true;
            if words == WORDS {
                pieces.push(&text[start..at]);
                (start, words) = (at, 0);
            }
            words += 1;
        }
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn joined_pieces_are_the_text() {
        for text in [
            "",
            " ",
            "one",
            "a b c d e f g",
            "  é – ü\n\n1.234,5  x y z  ",
            "a\tb\u{2028}c d",
        ] {
            assert_eq!(pieces(text).concat(), text);
        }
        assert_eq!(pieces("1 2 3 4 5 6 7 8 9 10"), ["1 2 3 4 5 6 7 8 ", "9 10"]);
    }
}
