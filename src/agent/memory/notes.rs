//! Notes: what a model wants to know again later in the conversation.

use super::bounds::{MAX_NAME_BYTES, MAX_NOTE_BYTES, MAX_NOTES};
use super::turns::NAMESPACE;
use super::{Memory, Scope};

/// Why something is not remembered. The text is for the model.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoteError {
    #[error("this run belongs to no conversation, so there is nothing to remember it for")]
    NoConversation,
    #[error(
        "the argument `{argument}` must have 1 to {MAX_NAME_BYTES} letters, digits, `_`, `-` or `.`"
    )]
    Name { argument: &'static str },
    #[error(
        "the namespace `{NAMESPACE}` belongs to the questions and answers themselves: take another"
    )]
    Reserved,
    #[error("the argument `content` has {bytes} bytes; at most {MAX_NOTE_BYTES} are remembered")]
    TooLong { bytes: usize },
    #[error(
        "this conversation has {MAX_NOTES} notes, the most there may be: overwrite one, by its namespace and key"
    )]
    TooMany,
}

/// A note about to be written. One of the same name is replaced.
pub(super) fn note(
    scope: &Scope,
    (namespace, key): (&str, &str),
    content: &str,
    known: &[Memory],
    now: i64,
) -> Result<Memory, NoteError> {
    for (argument, name) in [("namespace", namespace), ("key", key)] {
        if !is_name(name) {
            return Err(NoteError::Name { argument });
        }
    }
    if namespace == NAMESPACE {
        return Err(NoteError::Reserved);
    }
    if content.len() > MAX_NOTE_BYTES {
        let bytes = content.len();
        return Err(NoteError::TooLong { bytes });
    }
    let id = scope.document_id(namespace, key);
    let before = known.iter().find(|memory| memory.id == id);
    if before.is_none() && notes(known).count() >= MAX_NOTES {
        return Err(NoteError::TooMany);
    }
    Ok(Memory {
        id,
        db_connection_id: scope.connection().to_owned(),
        session_id: scope.conversation().to_owned(),
        namespace: namespace.to_owned(),
        key: key.to_owned(),
        value: content.to_owned(),
        content_text: content.to_owned(),
        importance: 1.0,
        access_count: before.map_or(0, |memory| memory.access_count),
        created_at: before.map_or(now, |memory| memory.created_at),
        updated_at: now,
    })
}

/// The notes among memories.
pub(super) fn notes(memories: &[Memory]) -> impl Iterator<Item = &Memory> {
    memories
        .iter()
        .filter(|memory| memory.namespace != NAMESPACE)
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    (1..=MAX_NAME_BYTES).contains(&text.len()) && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        Scope::of("c", Some("s")).expect("a scope")
    }

    fn written(namespace: &str, key: &str, content: &str) -> Result<Memory, NoteError> {
        note(&scope(), (namespace, key), content, &[], 7)
    }

    #[test]
    fn a_note_belongs_to_the_scope_whatever_it_is_called() {
        let memory = written("user", "name", "Budi").expect("a note");
        assert!(scope().owns(&memory));
        assert_eq!((&*memory.value, memory.created_at), ("Budi", 7));
        for name in [
            "",
            "a b",
            "a`b",
            "x&&session_id:=y",
            "a:=b",
            "../x",
            "a/b",
            &"x".repeat(65),
        ] {
            assert_eq!(
                written(name, "k", "x"),
                Err(NoteError::Name {
                    argument: "namespace"
                }),
                "{name}"
            );
            assert_eq!(
                written("n", name, "x"),
                Err(NoteError::Name { argument: "key" }),
                "{name}"
            );
        }
    }

    #[test]
    fn the_past_cannot_be_forged() {
        assert_eq!(written(NAMESPACE, "turn", "x"), Err(NoteError::Reserved));
    }

    #[test]
    fn notes_are_bounded_in_size_and_number() {
        assert!(written("n", "k", &"x".repeat(MAX_NOTE_BYTES)).is_ok());
        let long = "x".repeat(MAX_NOTE_BYTES + 1);
        assert_eq!(
            written("n", "k", &long),
            Err(NoteError::TooLong {
                bytes: MAX_NOTE_BYTES + 1
            })
        );
        let known: Vec<Memory> = (0..MAX_NOTES)
            .map(|number| written("n", &format!("k{number}"), "x").expect("a note"))
            .collect();
        assert_eq!(
            note(&scope(), ("n", "new"), "x", &known, 9),
            Err(NoteError::TooMany)
        );
        let over = note(&scope(), ("n", "k5"), "y", &known, 9).expect("an old name");
        assert_eq!((over.created_at, over.updated_at), (7, 9));
    }
}
