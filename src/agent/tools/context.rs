//! What the tools of one run work with.

use tokio::sync::OnceCell;

use crate::agent::connection::{Databases, Target};
use crate::agent::sql::Executed;
use crate::agent::stop::Stop;
use crate::agent::store::{Store, StoreError};
use crate::contract::documents::{Skill, TableDescription};

/// What was read before the model was asked.
pub(crate) struct Known {
    pub(crate) skills: Vec<Skill>,
    /// Nothing, when they could not be read.
    pub(crate) tables: Option<Vec<TableDescription>>,
}

/// One run's services. It lives as long as the run, and nothing of it is kept.
pub(crate) struct ToolContext<'a> {
    pub(super) store: &'a Store,
    pub(super) databases: &'a Databases,
    pub(super) target: &'a Target,
    pub(super) stop: &'a Stop,
    executed: Executed,
    skills: Vec<Skill>,
    tables: OnceCell<Vec<TableDescription>>,
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
            executed: Executed::default(),
            skills: known.skills,
            tables: OnceCell::new_with(known.tables),
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

    /// The connection's skills, those not in use included.
    pub(super) fn skills(&self) -> &[Skill] {
        &self.skills
    }

    /// The connection's tables, read once in a run: the schema that the model saw is the one that its SQL is held to.
    pub(super) async fn tables(&self) -> Result<&[TableDescription], StoreError> {
        let read = || self.store.tables(self.connection_id());
        self.tables.get_or_try_init(read).await.map(Vec::as_slice)
    }
}
