//! The questions that the agent asks of its knowledge.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::client::Client;
use super::error::StoreError;
use super::filter;
use crate::agent::{AgentError, TypesenseConfig};
use crate::contract::documents::{
    BUSINESS_GLOSSARIES, DATABASE_CONNECTIONS, DatabaseConnection, GlossaryEntry, INSTRUCTIONS,
    Instruction, SKILLS, Skill, TABLE_DESCRIPTIONS, TableDescription,
};

/// The collections whose documents belong to a connection.
pub(crate) const CONNECTION_COLLECTIONS: [&str; 4] = [
    TABLE_DESCRIPTIONS,
    INSTRUCTIONS,
    BUSINESS_GLOSSARIES,
    SKILLS,
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
        self.listed(TABLE_DESCRIPTIONS, connection, &[without])
            .await
    }

    /// Writes tables, replacing those with the same ids.
    pub(crate) async fn put_tables(&self, tables: &[TableDescription]) -> Result<(), StoreError> {
        self.client.upsert(TABLE_DESCRIPTIONS, tables).await
    }

    /// Forgets a table.
    pub(crate) async fn delete_table(&self, id: &str) -> Result<(), StoreError> {
        self.client.delete(TABLE_DESCRIPTIONS, id).await
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

    /// Everything that one collection holds of a connection, by id, whole.
    pub(crate) async fn documents(
        &self,
        collection: &str,
        connection: &str,
    ) -> Result<Vec<Document>, StoreError> {
        self.of(collection, connection).await
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
        self.listed(collection, connection, &[]).await
    }

    async fn listed<T: DeserializeOwned>(
        &self,
        collection: &str,
        connection: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Vec<T>, StoreError> {
        let filter = filter::of_connection(connection);
        let mut narrow = parameters.to_vec();
        narrow.extend(filter.as_deref().map(|filter| ("filter_by", filter)));
        let belongs = |document: &Map<String, Value>| {
            document.get("db_connection_id").and_then(Value::as_str) == Some(connection)
        };
        self.client.list(collection, &narrow, belongs).await
    }
}
