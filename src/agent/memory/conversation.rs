//! A run's part in its conversation: what it found there, and what it leaves.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::json;

use super::notes::{self, NoteError};
use super::{Memory, Scope, Turn, recall, turns};
use crate::agent::clock;
use crate::agent::store::{Store, StoreError};
use crate::contract::documents::KAI_MEMORIES;
use crate::contract::{Event, counted};

/// The memory of a run's conversation; empty, and deaf, for a run that belongs to none.
pub(crate) struct ConversationMemory {
    scope: Option<Scope>,
    memories: Mutex<Vec<Memory>>,
}

impl ConversationMemory {
    /// Reads what is remembered. A memory that cannot be read does not keep a question from being answered.
    pub(crate) async fn read(store: &Store, scope: Option<Scope>) -> Self {
        let memories = match &scope {
            Some(scope) => store.memories(scope).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the memory of a conversation could not be read");
                Vec::new()
            }),
            None => Vec::new(),
        };
        Self {
            scope,
            memories: Mutex::new(memories),
        }
    }

    /// The earlier questions and answers, oldest first.
    pub(crate) fn turns(&self) -> Vec<Turn> {
        turns::turns(&self.known())
    }

    /// What is told before the agent starts, when anything is remembered (contract §5).
    pub(crate) fn loaded(&self) -> Option<Event> {
        let known = self.known();
        let notes = notes::notes(&known).count();
        let turns = known.len() - notes;
        (turns + notes > 0).then(|| Event::MemoryLoaded {
            message: format!(
                "remembered of this conversation: {}, {}",
                counted(turns, "earlier question"),
                counted(notes, "note")
            ),
            stats: json!({"turns": turns, "notes": notes}),
        })
    }

    /// Writes a note for the rest of the conversation.
    pub(crate) async fn note(
        &self,
        store: &Store,
        (namespace, key): (&str, &str),
        content: &str,
    ) -> Result<Result<(), NoteError>, StoreError> {
        let Some(scope) = &self.scope else {
            return Ok(Err(NoteError::NoConversation));
        };
        let noted = notes::note(
            scope,
            (namespace, key),
            content,
            &self.known(),
            clock::seconds(),
        );
        let memory = match noted {
            Ok(memory) => memory,
            Err(error) => return Ok(Err(error)),
        };
        store.put_memory(&memory).await?;
        let mut known = self.known();
        known.retain(|other| other.id != memory.id);
        known.push(memory);
        Ok(Ok(()))
    }

    /// The notes that have to do with a question. That they were asked for is counted, where that is possible.
    pub(crate) async fn recall(&self, store: &Store, question: &str) -> Vec<Memory> {
        let found = {
            let mut known = self.known();
            let found = recall::recalled(question, &known);
            let ids: Vec<String> = found.iter().map(|memory| memory.id.clone()).collect();
            let mut found: Vec<Memory> = found.into_iter().cloned().collect();
            for memory in known.iter_mut().filter(|memory| ids.contains(&memory.id)) {
                memory.access_count += 1;
            }
            for memory in &mut found {
                memory.access_count += 1;
            }
            found
        };
        if let Err(error) = store.count_recall(&found).await {
            tracing::debug!(%error, "a recalled memory could not be counted");
        }
        found
    }

    /// Remembers what was asked and answered, for the next question of the conversation. A memory that cannot be written does
    /// not undo an answer.
    pub(crate) async fn remember_turn(&self, store: &Store, question: &str, answer: &str) {
        let Some(scope) = &self.scope else { return };
        let Some(turn) = turns::turn(scope, question, answer, clock::milliseconds()) else {
            return;
        };
        let forgotten = turns::forgotten(&self.known());
        let written = async {
            store.put_memory(&turn).await?;
            for id in &forgotten {
                store.forget(KAI_MEMORIES, id).await?;
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = written.await {
            tracing::warn!(%error, "a question could not be remembered");
        }
    }

    fn known(&self) -> MutexGuard<'_, Vec<Memory>> {
        // A list of documents cannot be half changed.
        self.memories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
