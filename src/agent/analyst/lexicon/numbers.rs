//! Numbers in digits and words, as rankings use them.

const UNITS: [(&str, u32); 19] = [
    ("satu", 1),
    ("dua", 2),
    ("tiga", 3),
    ("empat", 4),
    ("lima", 5),
    ("enam", 6),
    ("tujuh", 7),
    ("delapan", 8),
    ("sembilan", 9),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("sebuah", 1),
];

const WHOLE: [(&str, u32); 13] = [
    ("sepuluh", 10),
    ("sebelas", 11),
    ("seratus", 100),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("fifteen", 15),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("hundred", 100),
    ("dozen", 12),
];

/// The number that one to three words say, if they say one: `5`, `lima`, `dua belas`, `dua puluh lima`.
pub(in super::super) fn number<S: AsRef<str>>(words: &[S]) -> Option<u32> {
    let unit = |word: &S| lookup(&UNITS, word.as_ref());
    match words {
        [one] => {
            let one = one.as_ref();
            if one.len() <= 9 && one.bytes().all(|b| b.is_ascii_digit()) {
                return one.parse().ok();
            }
            lookup(&UNITS, one).or_else(|| lookup(&WHOLE, one))
        }
        [first, second] => match second.as_ref() {
            "belas" => unit(first).filter(|n| *n > 1).map(|n| 10 + n),
            "puluh" => unit(first).filter(|n| *n > 1).map(|n| 10 * n),
            _ => None,
        },
        [first, middle, last] if middle.as_ref() == "puluh" => {
            Some(10 * unit(first).filter(|n| *n > 1)? + unit(last)?)
        }
        _ => None,
    }
}

fn lookup(table: &[(&str, u32)], word: &str) -> Option<u32> {
    table
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, number)| *number)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn reads_digits_and_words() {
        for (words, expected) in [
            (vec!["5"], Some(5)),
            (vec!["lima"], Some(5)),
            (vec!["sepuluh"], Some(10)),
            (vec!["dua", "belas"], Some(12)),
            (vec!["dua", "puluh"], Some(20)),
            (vec!["tiga", "puluh", "dua"], Some(32)),
            (vec!["twelve"], Some(12)),
            (vec!["satu", "puluh"], None),
            (vec!["banyak"], None),
            (vec!["99999999999999"], None),
        ] {
            assert_eq!(number(&words), expected, "{words:?}");
        }
    }
}
