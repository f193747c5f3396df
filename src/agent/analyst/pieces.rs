//! An answer cut into pieces of a few words, as a model would stream it.

/// The fewest words in a piece.
const WORDS: usize = 3;
/// The most pieces of an answer: a long one is cut into longer pieces, since each costs a delivery of its own.
const PIECES: usize = 8;

/// Cuts a text after every few words. The pieces joined are the text.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let in_a_piece = text.split_whitespace().count().div_ceil(PIECES).max(WORDS);
    let mut pieces = Vec::new();
    let (mut start, mut words, mut in_word) = (0, 0, false);
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            in_word = false;
        } else if !in_word {
            in_word = true;
            if words == in_a_piece {
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
    use super::{PIECES, pieces};

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
        assert_eq!(pieces("a b c d e f g"), ["a b c ", "d e f ", "g"]);
    }

    #[test]
    fn a_long_text_has_longer_pieces_not_more() {
        let text = "word ".repeat(100);
        assert_eq!(pieces(&text).len(), PIECES);
        assert_eq!(pieces(&text).concat(), text);
    }
}
