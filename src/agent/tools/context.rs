//! What the tools of one run work with.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::agent::connection::{Databases, Target};
use crate::agent::memory::ConversationMemory;
use crate::agent::sql::{Executed, ResultSet};
use crate::agent::stop::Stop;
use crate::agent::store::{Store, StoreError};
use crate::contract::documents::{GlossaryEntry, Skill, TableDescription};

/// What was read before the model was asked.
pub(crate) struct Known {
    pub(crate) skills: Vec<Skill>,
    /// Nothing, when they could not be read.
    pub(crate) tables: Option<Vec<TableDescription>>,
    pub(crate) memory: ConversationMemory,
}

/// One run's services. It lives as long as the run, and nothing of it is kept.
pub(crate) struct ToolContext<'a> {
    pub(super) store: &'a Store,
    pub(super) databases: &'a Databases,
    pub(super) target: &'a Target,
    pub(super) stop: &'a Stop,
    /// What is remembered of the conversation. Its scope is the run's own: no argument of a tool can change it.
    pub(super) memory: ConversationMemory,
    executed: Executed,
    skills: Vec<Skill>,
    tables: OnceCell<Vec<TableDescription>>,
    glossary: OnceCell<Vec<GlossaryEntry>>,
    last_result: Mutex<Option<Arc<ResultSet>>>,
    suggestions: Mutex<Vec<String>>,
}

impl<'a> ToolContext<'a> {
    pub(crate) fn new(
        store: &'a Store,
        databases: &'a Databases,
        target: &'a Target,
        stop: &'a Stop,
        known: Known,
    ) -> Self {
        Self {
            store,
            databases,
            target,
            stop,
            memory: known.memory,
            executed: Executed::default(),
            skills: known.skills,
            tables: OnceCell::new_with(known.tables),
            glossary: OnceCell::new(),
            last_result: Mutex::default(),
            suggestions: Mutex::default(),
        }
    }

    /// The id of the run's connection.
    pub(super) fn connection_id(&self) -> &str {
        self.target.id()
    }

    /// The statements that were executed.
    pub(crate) fn executed(&self) -> &Executed {
        &self.executed
    }

    /// The conversation's memory.
    pub(crate) fn memory(&self) -> &ConversationMemory {
        &self.memory
    }

    /// The connection's skills, those not in use included.
    pub(super) fn skills(&self) -> &[Skill] {
        &self.skills
    }

    /// The connection's tables, read once in a run: the schema that the model saw is the one that its SQL is held to.
    pub(super) async fn tables(&self) -> Result<&[TableDescription], StoreError> {
        let read = || self.store.tables(self.connection_id());
        self.tables.get_or_try_init(read).await.map(Vec::as_slice)
    }

    /// The connection's business terms, read once in a run.
    pub(super) async fn glossary(&self) -> Result<&[GlossaryEntry], StoreError> {
        let read = || self.store.glossary(self.connection_id());
        self.glossary.get_or_try_init(read).await.map(Vec::as_slice)
    }

    /// The rows of the last statement that ran.
    pub(super) fn last_result(&self) -> Option<Arc<ResultSet>> {
        locked(&self.last_result).clone()
    }

    /// Keeps the rows of a statement for those who draw them.
    pub(super) fn returned(&self, result: ResultSet) {
        *locked(&self.last_result) = Some(Arc::new(result));
    }

    /// Keeps questions to offer after the answer, instead of any others.
    pub(super) fn suggest(&self, questions: Vec<String>) {
        *locked(&self.suggestions) = questions;
    }

    /// Takes the questions to offer out.
    pub(crate) fn suggestions(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.suggestions))
    }
}

/// What is behind a lock is replaced as a whole, so a panic leaves nothing half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
