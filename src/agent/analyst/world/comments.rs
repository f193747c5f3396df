//! Comments in the database as names: `indonesian[, synonym …] (english[, synonym …])`.

use crate::agent::catalogue::metadata::Label;

/// The names in a comment, and the first of each language as the label. `None` when the comment is empty.
pub(super) fn names(comment: &str) -> Option<(Label, Vec<String>)> {
    let (indonesian, english) = match comment.split_once('(') {
        Some((before, rest)) => (before, rest.trim_end().trim_end_matches(')')),
        None => (comment, ""),
    };
    let list = |text: &str| -> Vec<String> {
        text.split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    };
    let (indonesian, english) = (list(indonesian), list(english));
    let label = Label {
        id: indonesian.first().or(english.first())?.clone(),
        en: english.first().cloned(),
    };
    Some((label, [indonesian, english].concat()))
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn takes_both_languages_apart() {
        let (label, all) = names("tipe gerai, jenis gerai (outlet type)").expect("names");
        assert_eq!(
            (label.id.as_str(), label.english()),
            ("tipe gerai", "outlet type")
        );
        assert_eq!(all, ["tipe gerai", "jenis gerai", "outlet type"]);
        assert_eq!(names("branch").expect("one name").1, ["branch"]);
        assert!(names(" ").is_none());
    }
}
