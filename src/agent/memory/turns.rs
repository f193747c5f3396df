//! The questions of a conversation and how they were answered.

use serde::{Deserialize, Serialize};

use super::bounds::{MAX_ANSWER_BYTES, MAX_QUESTION_BYTES, MAX_TURNS};
use super::{Memory, Scope};

/// The namespace of what was asked and answered.
pub(super) const NAMESPACE: &str = "conversation";

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// In the user's words, whole.
    pub(crate) question: String,
    /// The beginning of the answer.
    pub(crate) answer: String,
}

/// The turns among memories, oldest first.
pub(super) fn turns(memories: &[Memory]) -> Vec<Turn> {
    in_order(memories)
        .into_iter()
        .filter_map(|memory| serde_json::from_str(&memory.value).ok())
        .collect()
}

/// The ids of the turns that are forgotten when another one is remembered.
pub(super) fn forgotten(memories: &[Memory]) -> Vec<String> {
    let turns = in_order(memories);
    let kept = MAX_TURNS.saturating_sub(1);
    let old = turns.len().saturating_sub(kept);
    turns[..old]
        .iter()
        .map(|memory| memory.id.clone())
        .collect()
}

/// A turn about to be written. None when the question is too long to be remembered whole.
///
/// Its key begins with the time: turns sort by it, and two runs of one conversation at the same time do not overwrite each
/// other's.
pub(super) fn turn(
    scope: &Scope,
    question: &str,
    answer: &str,
    milliseconds: u128,
) -> Option<Memory> {
    if question.len() > MAX_QUESTION_BYTES {
        return None;
    }
    let turn = Turn {
        question: question.to_owned(),
        answer: beginning(answer),
    };
    let value = serde_json::to_string(&turn).ok()?;
    let seconds = i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX);
    let key = format!("{milliseconds:016}-{}", uuid::Uuid::new_v4().simple());
    Some(Memory {
        id: scope.document_id(NAMESPACE, &key),
        db_connection_id: scope.connection().to_owned(),
        session_id: scope.conversation().to_owned(),
        namespace: NAMESPACE.to_owned(),
        key,
        value,
        content_text: question.to_owned(),
        importance: 0.5,
        access_count: 0,
        created_at: seconds,
        updated_at: seconds,
    })
}

fn in_order(memories: &[Memory]) -> Vec<&Memory> {
    let is_turn = |memory: &&Memory| memory.namespace == NAMESPACE;
    let mut turns: Vec<&Memory> = memories.iter().filter(is_turn).collect();
    turns.sort_by(|a, b| a.key.cmp(&b.key));
    turns
}

fn beginning(answer: &str) -> String {
    if answer.len() <= MAX_ANSWER_BYTES {
        return answer.to_owned();
    }
    let end = answer.floor_char_boundary(MAX_ANSWER_BYTES);
    format!("{}…", &answer[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        Scope::of("c", Some("s")).expect("a scope")
    }

    fn asked(number: usize) -> Memory {
        let question = format!("question {number}");
        turn(&scope(), &question, "answer", number as u128 * 1000).expect("a turn")
    }

    #[test]
    fn turns_come_back_in_the_order_in_which_they_were_asked() {
        let memories: Vec<Memory> = [3, 1, 2].map(asked).to_vec();
        let questions: Vec<_> = turns(&memories)
            .into_iter()
            .map(|turn| turn.question)
            .collect();
        assert_eq!(questions, ["question 1", "question 2", "question 3"]);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let memories: Vec<Memory> = (0..MAX_TURNS + 1).rev().map(asked).collect();
        assert_eq!(
            forgotten(&memories),
            [
                memories[MAX_TURNS].id.clone(),
                memories[MAX_TURNS - 1].id.clone()
            ]
        );
        assert!(forgotten(&memories[..MAX_TURNS - 1]).is_empty());
    }

    #[test]
    fn a_question_is_whole_or_not_there_and_an_answer_is_cut_between_letters() {
        assert!(turn(&scope(), &"x".repeat(MAX_QUESTION_BYTES + 1), "a", 1).is_none());
        let long = "é".repeat(MAX_ANSWER_BYTES);
        let memory = turn(&scope(), "q", &long, 1).expect("a turn");
        let answer = turns(&[memory]).remove(0).answer;
        assert_eq!(answer.chars().count(), MAX_ANSWER_BYTES / 2 + 1);
        assert!(answer.ends_with("é…"));
    }

    #[test]
    fn two_turns_of_the_same_moment_do_not_overwrite_each_other() {
        assert_ne!(asked(1).id, asked(1).id);
    }
}
