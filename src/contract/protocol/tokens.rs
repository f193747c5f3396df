//! Tokens that do not make the answer.

/// Where the joined tokens and the answer part.
pub(crate) fn first_difference(tokens: &str, answer: &str) -> String {
    let same = tokens
        .chars()
        .zip(answer.chars())
        .take_while(|(token, answer)| token == answer)
        .count();
    let from = |text: &str| text.chars().skip(same).take(40).collect::<String>();
    format!(
        "they differ from character {}: tokens have {:?}, final_answer has {:?}",
        same + 1,
        from(tokens),
        from(answer)
    )
}
