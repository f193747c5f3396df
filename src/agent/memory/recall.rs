//! Which memories have to do with a question.

use super::Memory;
use super::bounds::MOST_RECALLED;
use super::notes::notes;
use crate::agent::words::likeness;

/// The notes of a conversation, those that are most like the question first, then the newest; so many as fit.
pub(super) fn recalled<'a>(question: &str, memories: &'a [Memory]) -> Vec<&'a Memory> {
    let like = |memory: &Memory| {
        let text = format!(
            "{} {} {}",
            memory.namespace, memory.key, memory.content_text
        );
        likeness(question, &text)
    };
    let mut found: Vec<(f64, &Memory)> = notes(memories)
        .map(|memory| (like(memory), memory))
        .collect();
    found.sort_by(|(a, first), (b, second)| {
        b.total_cmp(a)
            .then(second.updated_at.cmp(&first.updated_at))
            .then(first.id.cmp(&second.id))
    });
    let found = found.into_iter().map(|(_, memory)| memory);
    found.take(MOST_RECALLED).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Scope;
    use super::super::notes::note;
    use super::super::turns::turn;
    use super::*;

    #[test]
    fn what_is_most_like_the_question_comes_first_and_turns_are_no_notes() {
        let scope = Scope::of("c", Some("s")).expect("a scope");
        let mut memories = vec![turn(&scope, "provinsi Bali", "x", 1).expect("a turn")];
        for (number, text) in ["lives in Bali", "likes tables", "provinsi Bali is home"]
            .iter()
            .enumerate()
        {
            let key = format!("k{number}");
            memories
                .push(note(&scope, ("n", &key), text, &memories, number as i64).expect("a note"));
        }
        let texts: Vec<_> = recalled("Berapa di provinsi Bali?", &memories)
            .into_iter()
            .map(|memory| memory.value.as_str())
            .collect();
        assert_eq!(
            texts,
            ["provinsi Bali is home", "lives in Bali", "likes tables"]
        );
    }
}
