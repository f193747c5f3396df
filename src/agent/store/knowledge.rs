//! The questions that the agent asks of its knowledge.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::error::StoreError;
use super::filter;
use crate::agent::memory::{Memory, Scope};
use crate::agent::verified::VerifiedSql;
use crate::agent::{AgentError, TypesenseConfig};
use crate::contract::documents::{
    BUSINESS_GLOSSARIES, CONTEXT_STORES, DATABASE_CONNECTIONS, DatabaseConnection, GlossaryEntry,
    INSTRUCTIONS, Instruction, KAI_MEMORIES, SKILLS, Skill, TABLE_DESCRIPTIONS, TableDescription,
};

/// The collections whose documents belong to a connection, and to no conversation over it.
pub(crate) const CONNECTION_COLLECTIONS: [&str; 5] = [
    TABLE_DESCRIPTIONS,
    INSTRUCTIONS,
    BUSINESS_GLOSSARIES,
    SKILLS,
    CONTEXT_STORES,
];

/// A document of any collection, as it is stored.
pub(crate) type Document = Map<String, Value>;

/// The agent's knowledge.
pub(crate) struct Store {
    client: Client,
}

impl Store {
    /// Prepares to ask; nothing is sent yet.
    pub(crate) fn new(config: &TypesenseConfig) -> Result<Self, AgentError> {
        Client::new(config).map(|client| Self { client })
    }

    /// The stored connection with this id, its URI still encrypted.
    pub(crate) async fn connection(
        &self,
        id: &str,
    ) -> Result<Option<DatabaseConnection>, StoreError> {
        self.client.get(DATABASE_CONNECTIONS, id).await
    }

    /// Stores a connection, replacing one with the same id.
    pub(crate) async fn put_connection(
        &self,
        connection: &DatabaseConnection,
    ) -> Result<(), StoreError> {
        self.client
            .upsert(DATABASE_CONNECTIONS, std::slice::from_ref(connection))
            .await
    }

    /// The tables of a connection, by id, without their example rows and DDL: those are a third of the bytes, and
    /// nothing of a run reads them.
    pub(crate) async fn tables(
        &self,
        connection: &str,
    ) -> Result<Vec<TableDescription>, StoreError> {
        let without = ("exclude_fields", "examples,table_schema");
        let of_connection = [("db_connection_id", connection)];
        self.listed(TABLE_DESCRIPTIONS, &of_connection, &[without])
            .await
    }

    /// One table of a connection, whole.
    pub(crate) async fn table(
        &self,
        connection: &str,
        id: &str,
    ) -> Result<Option<TableDescription>, StoreError> {
        let table: Option<TableDescription> = self.client.get(TABLE_DESCRIPTIONS, id).await?;
        Ok(table.filter(|table| table.db_connection_id == connection))
    }

    /// The tables of a connection, by id, whole.
    pub(crate) async fn whole_tables(
        &self,
        connection: &str,
    ) -> Result<Vec<TableDescription>, StoreError> {
        self.of(TABLE_DESCRIPTIONS, connection).await
    }

    /// Writes tables, replacing those with the same ids.
    pub(crate) async fn put_tables(&self, tables: &[TableDescription]) -> Result<(), StoreError> {
        self.client.upsert(TABLE_DESCRIPTIONS, tables).await
    }

    /// The rules of a connection, by id.
    pub(crate) async fn instructions(
        &self,
        connection: &str,
    ) -> Result<Vec<Instruction>, StoreError> {
        self.of(INSTRUCTIONS, connection).await
    }

    /// Writes rules, replacing those with the same ids.
    pub(crate) async fn put_instructions(&self, rules: &[Instruction]) -> Result<(), StoreError> {
        self.client.upsert(INSTRUCTIONS, rules).await
    }

    /// The business terms of a connection, by id.
    pub(crate) async fn glossary(
        &self,
        connection: &str,
    ) -> Result<Vec<GlossaryEntry>, StoreError> {
        self.of(BUSINESS_GLOSSARIES, connection).await
    }

    /// Writes business terms, replacing those with the same ids.
    pub(crate) async fn put_glossary(&self, entries: &[GlossaryEntry]) -> Result<(), StoreError> {
        self.client.upsert(BUSINESS_GLOSSARIES, entries).await
    }

    /// The skills of a connection, by id, those not in use included.
    pub(crate) async fn skills(&self, connection: &str) -> Result<Vec<Skill>, StoreError> {
        self.of(SKILLS, connection).await
    }

    /// Writes skills, replacing those with the same ids.
    pub(crate) async fn put_skills(&self, skills: &[Skill]) -> Result<(), StoreError> {
        self.client.upsert(SKILLS, skills).await
    }

    /// The questions of a connection whose SQL is known to answer them, by id.
    pub(crate) async fn verified(&self, connection: &str) -> Result<Vec<VerifiedSql>, StoreError> {
        self.of(CONTEXT_STORES, connection).await
    }

    /// Writes questions with their SQL, replacing those with the same ids.
    pub(crate) async fn put_verified(&self, verified: &[VerifiedSql]) -> Result<(), StoreError> {
        self.client.upsert(CONTEXT_STORES, verified).await
    }

    /// What is remembered of a conversation, by id.
    pub(crate) async fn memories(&self, scope: &Scope) -> Result<Vec<Memory>, StoreError> {
        let fields = [
            ("db_connection_id", scope.connection()),
            ("session_id", scope.conversation()),
        ];
        self.listed(KAI_MEMORIES, &fields, &[]).await
    }

    /// Remembers something, replacing what has the same id.
    pub(crate) async fn put_memory(&self, memory: &Memory) -> Result<(), StoreError> {
        self.client
            .upsert(KAI_MEMORIES, std::slice::from_ref(memory))
            .await
    }

    /// Writes how often memories were recalled, and nothing else of them.
    pub(crate) async fn count_recall(&self, memories: &[Memory]) -> Result<(), StoreError> {
        let counts: Vec<Value> = memories
            .iter()
            .map(|memory| json!({"id": memory.id, "access_count": memory.access_count}))
            .collect();
        self.client.update(KAI_MEMORIES, &counts).await
    }

    /// Everything that one collection holds of a connection, by id, whole.
    pub(crate) async fn documents(
        &self,
        collection: &str,
        connection: &str,
    ) -> Result<Vec<Document>, StoreError> {
        self.of(collection, connection).await
    }

    /// Forgets a document of any collection.
    pub(crate) async fn forget(&self, collection: &str, id: &str) -> Result<(), StoreError> {
        self.client.delete(collection, id).await
    }

    /// Writes documents into a collection that is likely not to exist yet.
    pub(crate) async fn fill(
        &self,
        collection: &str,
        documents: &[Document],
    ) -> Result<(), StoreError> {
        self.client.fill(collection, documents).await
    }

    async fn of<T: DeserializeOwned>(
        &self,
        collection: &str,
        connection: &str,
    ) -> Result<Vec<T>, StoreError> {
        self.listed(collection, &[("db_connection_id", connection)], &[])
            .await
    }

    /// The documents whose fields have exactly these values.
    async fn listed<T: DeserializeOwned>(
        &self,
        collection: &str,
        fields: &[(&str, &str)],
        parameters: &[(&str, &str)],
    ) -> Result<Vec<T>, StoreError> {
        let filter = filter::matching(fields);
        let mut narrow = parameters.to_vec();
        narrow.extend(filter.as_deref().map(|filter| ("filter_by", filter)));
        let belongs = |document: &Map<String, Value>| {
            fields
                .iter()
                .all(|(field, value)| document.get(*field).and_then(Value::as_str) == Some(*value))
        };
        self.client.list(collection, &narrow, belongs).await
    }
}
