//! The agent itself: what a worker holds.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::agent_loop::{self, Parts};
use super::catalogue::Catalogue;
use super::chat_model::ChatModel;
use super::clock;
use super::configuration::{self, Configuration, SyncReport};
use super::connection::{Databases, Target, said};
use super::crypto::UriCipher;
use super::mdl::MdlReport;
use super::run::{EventSink, RunReport, RunRequest};
use super::schema::{self, ScanReport};
use super::store::Store;
use super::{AgentConfig, AgentError};
use crate::contract::Secret;
use crate::contract::documents::DatabaseConnection;
use crate::mutants::{self, Mutant};

/// What is stored as a connection's dialect.
const DIALECT: &str = "postgresql";

/// The agent. Cheap to clone: clones share its open connections, which close when the last one goes.
#[derive(Clone)]
pub struct Agent {
    inner: Arc<Inner>,
}

struct Inner {
    config: AgentConfig,
    store: Store,
    databases: Databases,
    cipher: UriCipher,
    model: Arc<dyn ChatModel>,
}

/// How many documents of each kind were loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CatalogueCounts {
    /// Rules.
    pub instructions: usize,
    /// Business terms.
    pub glossary: usize,
    /// Questions whose SQL is known.
    pub verified: usize,
    /// Procedures.
    pub skills: usize,
}

/// Whether a stored connection works (contract §1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionTest {
    /// Whether it does.
    pub status: TestStatus,
    /// The server's version, the role and the database; or what is wrong.
    pub message: String,
}

/// Whether a stored connection works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestStatus {
    /// The database answered.
    Success,
    /// It did not.
    Error,
}

impl Agent {
    /// Makes an agent. Nothing is contacted yet.
    ///
    /// # Errors
    /// When the Typesense URL, its key or the Fernet key cannot be used.
    pub fn new(config: AgentConfig, model: Arc<dyn ChatModel>) -> Result<Self, AgentError> {
        let cipher = UriCipher::new(&config.encrypt_key).ok_or_else(|| AgentError::Config {
            setting: "encrypt_key",
            reason: "it must be a Fernet key: 32 bytes in URL-safe base64 (44 characters)"
                .to_owned(),
        })?;
        let store = Store::new(&config.typesense)?;
        let databases = Databases::new(config.sql.clone());
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                store,
                databases,
                cipher,
                model,
            }),
        })
    }

    /// Answers one question, handing every event to `events`.
    ///
    /// Cancelling `cancel` ends the run at once: the running statement is broken off in Postgres, every `tool_start`
    /// still gets its `tool_end`, and the report says [`AgentError::Cancelled`].
    pub async fn run(
        &self,
        request: RunRequest<'_>,
        events: &mut dyn EventSink,
        cancel: &CancellationToken,
    ) -> RunReport {
        let inner = &*self.inner;
        let parts = Parts {
            store: &inner.store,
            databases: &inner.databases,
            cipher: &inner.cipher,
            model: &*inner.model,
            bounds: &inner.config.bounds,
            language: &inner.config.language,
        };
        agent_loop::run(parts, request, events, cancel).await
    }

    /// Stores a database under an id, its URI encrypted; an id that is stored already is replaced.
    ///
    /// # Errors
    /// When the id or the URI cannot be used (the error never shows the URI), or Typesense cannot be written to.
    pub async fn store_connection(
        &self,
        id: &str,
        uri: &str,
        alias: &str,
    ) -> Result<DatabaseConnection, AgentError> {
        let uri = Secret::from(uri);
        let target = Target::check(id, uri.clone())?;
        let connection = DatabaseConnection {
            id: id.to_owned(),
            alias: alias.to_owned(),
            dialect: DIALECT.to_owned(),
            connection_uri: self.inner.cipher.seal(&uri),
            schemas: target.schemas().to_vec(),
            metadata: "{}".to_owned(),
            created_at: clock::seconds(),
        };
        self.inner.store.put_connection(&connection).await?;
        Ok(connection)
    }

    /// Opens a stored connection and asks it who it is. A database that does not answer is a result, not an error.
    ///
    /// # Errors
    /// When no such connection is stored, or Typesense cannot be asked.
    pub async fn test_connection(&self, id: &str) -> Result<ConnectionTest, AgentError> {
        let stored = self.stored(id).await?;
        let failed = |message| ConnectionTest {
            status: TestStatus::Error,
            message,
        };
        let target = match Target::open(&stored, &self.inner.cipher) {
            Ok(target) => target,
            Err(error) => return Ok(failed(error.to_string())),
        };
        let session = match self.inner.databases.connect(&target).await {
            Ok(session) => session,
            Err(error) => return Ok(failed(error.to_string())),
        };
        let question = "SELECT current_setting('server_version'), current_user::text, current_database()::text";
        let limit = self.inner.config.sql.connect_timeout;
        let answer = tokio::time::timeout(limit, session.client.query_one(question, &[])).await;
        let row = match answer {
            Ok(Ok(row)) => row,
            Ok(Err(error)) => return Ok(failed(target.unreachable(said(&error)).to_string())),
            Err(_) => {
                let reason = format!("no answer within {} s", limit.as_secs());
                return Ok(failed(target.unreachable(reason).to_string()));
            }
        };
        let text = |at| row.try_get::<_, String>(at).unwrap_or_default();
        Ok(ConnectionTest {
            status: TestStatus::Success,
            message: format!(
                "connected to PostgreSQL {} as {} on {}",
                text(0),
                text(1),
                text(2)
            ),
        })
    }

    /// Reads the schema of a stored connection into Typesense: the named tables (`table` or `schema.table`), or all
    /// when none is named, which also forgets tables that are gone.
    ///
    /// # Errors
    /// When no such connection is stored, a named table does not exist, or a service cannot be asked.
    pub async fn scan_schema(
        &self,
        id: &str,
        tables: Option<&[String]>,
    ) -> Result<ScanReport, AgentError> {
        let target = Target::open(&self.stored(id).await?, &self.inner.cipher)?;
        schema::scan(
            &self.inner.store,
            &self.inner.databases,
            &target,
            tables,
            clock::seconds(),
        )
        .await
    }

    /// Makes a stored connection's instructions, skills and glossary the lists that are given, and describes its tables as a
    /// semantic model says (see [`Mdl`](super::Mdl)). What is null stays as it is.
    ///
    /// # Errors
    /// When no such connection is stored, something that is given cannot be used (nothing is written then), or Typesense
    /// cannot be asked.
    pub async fn sync_config(
        &self,
        id: &str,
        [instructions, skills, glossary, mdl]: [&Value; 4],
    ) -> Result<SyncReport, AgentError> {
        self.stored(id).await?;
        let given = Configuration {
            instructions,
            skills,
            glossary,
            mdl,
        };
        configuration::sync(&self.inner.store, id, given).await
    }

    /// The semantic model of a stored connection's scanned tables: the named ones (`table` or `schema.table`), or all when none
    /// is named.
    ///
    /// # Errors
    /// When no such connection is stored, a named table was not scanned, or Typesense cannot be asked.
    pub async fn generate_mdl(
        &self,
        id: &str,
        tables: Option<&[String]>,
    ) -> Result<MdlReport, AgentError> {
        self.stored(id).await?;
        let known = self.inner.store.tables(id).await?;
        let named =
            schema::select(known, tables).map_err(|(table, known)| AgentError::UnknownTable {
                connection_id: id.to_owned(),
                table,
                known,
            })?;
        Ok(MdlReport::of_tables(id, &named.iter().collect::<Vec<_>>()))
    }

    /// Loads instructions, glossary, verified SQL and skills for a connection; entries with the same ids are replaced, others stay.
    ///
    /// # Errors
    /// When Typesense cannot be written to.
    pub async fn load_catalogue(
        &self,
        connection_id: &str,
        catalogue: &Catalogue,
    ) -> Result<CatalogueCounts, AgentError> {
        let documents = catalogue.documents(connection_id);
        let store = &self.inner.store;
        futures::try_join!(
            store.put_instructions(&documents.instructions),
            store.put_glossary(&documents.glossary),
            store.put_verified(&documents.verified),
            store.put_skills(&documents.skills),
        )?;
        Ok(CatalogueCounts {
            instructions: documents.instructions.len(),
            glossary: documents.glossary.len(),
            verified: documents.verified.len(),
            skills: documents.skills.len(),
        })
    }

    /// Executes a text on a connection's database, with all that the connection's role may do: what a mutant does with prompts.
    /// What comes of it is of no interest to it.
    pub(crate) async fn execute_as_it_is(&self, id: &str, text: &str) {
        if !mutants::is(Mutant::ReadPathWrites) {
            return;
        }
        let Ok(connection) = self.stored(id).await else {
            return;
        };
        let Ok(target) = Target::open(&connection, &self.inner.cipher) else {
            return;
        };
        if let Ok(session) = self.inner.databases.session(&target).await {
            let verbs = ["DROP", "DELETE", "UPDATE", "CREATE"];
            let begins = verbs.iter().filter_map(|verb| text.find(verb)).min();
            let sql = text.get(begins.unwrap_or(text.len())..).unwrap_or_default();
            for statement in ["SET default_transaction_read_only = off", sql] {
                let _ = session.client.batch_execute(statement).await;
            }
        }
    }

    pub(super) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Closes the database connections that no run uses at the moment, so that a database can be dropped.
    pub fn close_idle_connections(&self) {
        self.inner.databases.close_idle();
    }

    async fn stored(&self, id: &str) -> Result<DatabaseConnection, AgentError> {
        let stored = self.inner.store.connection(id).await?;
        stored.ok_or_else(|| AgentError::UnknownConnection { id: id.to_owned() })
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent")
            .field("model", &self.inner.model.name())
            .field("config", &self.inner.config)
            .finish_non_exhaustive()
    }
}
