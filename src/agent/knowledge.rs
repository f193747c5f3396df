//! Everything that is known of one connection, to be taken to another.

use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::store::{CONNECTION_COLLECTIONS, Document};
use super::{Agent, AgentError};

/// Everything that Typesense holds of one connection but the connection itself: tables, instructions, business terms and
/// skills, as they are stored. Read it with [`Agent::knowledge`], write it for another connection with
/// [`Agent::load_knowledge`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Knowledge {
    connection_id: String,
    collections: Vec<(String, Vec<Document>)>,
}

impl Knowledge {
    /// The connection that it was read from.
    pub fn connection_id(&self) -> &str {
        &self.connection_id
    }

    /// The same, belonging to another connection. Ids of documents begin with their connection's, so they change too.
    #[must_use]
    pub fn of_connection(&self, connection_id: &str) -> Self {
        let mut moved = self.clone();
        for document in moved
            .collections
            .iter_mut()
            .flat_map(|(_, documents)| documents)
        {
            if let Some(Value::String(id)) = document.get_mut("id")
                && let Some(rest) = id.strip_prefix(&self.connection_id)
            {
                *id = format!("{connection_id}{rest}");
            }
            document.insert("db_connection_id".to_owned(), connection_id.into());
        }
        moved.connection_id = connection_id.to_owned();
        moved
    }
}

impl Agent {
    /// Reads everything that is known of a connection.
    ///
    /// # Errors
    /// When Typesense cannot be asked.
    pub async fn knowledge(&self, connection_id: &str) -> Result<Knowledge, AgentError> {
        let collections = CONNECTION_COLLECTIONS.map(|collection| async move {
            let documents = self.store().documents(collection, connection_id).await?;
            Ok::<_, AgentError>((collection.to_owned(), documents))
        });
        Ok(Knowledge {
            connection_id: connection_id.to_owned(),
            collections: try_join_all(collections).await?,
        })
    }

    /// Writes what is known of one connection for another one, into collections that are created when they are missing.
    ///
    /// # Errors
    /// When Typesense cannot be written to.
    pub async fn load_knowledge(
        &self,
        connection_id: &str,
        knowledge: &Knowledge,
    ) -> Result<(), AgentError> {
        let moved = knowledge.of_connection(connection_id);
        let filled = moved
            .collections
            .iter()
            .map(|(collection, documents)| self.store().fill(collection, documents));
        try_join_all(filled).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_change_their_connection_and_nothing_else() {
        let read = |value: Value| serde_json::from_value::<Knowledge>(value).unwrap();
        let one = read(json!({"connection_id": "a", "collections": [["skills", [
            {"id": "a.skill.x", "db_connection_id": "a", "content": "a.skill.x", "tags": ["a"]},
            {"id": "other", "db_connection_id": "a"},
        ]]]}));

        let two = read(json!({"connection_id": "b-2", "collections": [["skills", [
            {"id": "b-2.skill.x", "db_connection_id": "b-2", "content": "a.skill.x", "tags": ["a"]},
            {"id": "other", "db_connection_id": "b-2"},
        ]]]}));
        assert_eq!(one.of_connection("b-2"), two);
        assert_eq!(two.of_connection("a"), one);
    }
}
