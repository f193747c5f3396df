//! Where a harness's services and data are, and the worker's configuration that follows from it.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use sha2::{Digest, Sha256};

use super::HarnessSettings;
use super::faults::Links;
use crate::agent::{AgentConfig, TypesenseConfig};
use crate::contract::Secret;
use crate::stack::{Endpoints, PostgresEndpoint, World};
use crate::worker::{TemporalTarget, WorkerConfig};

/// The namespace that a Temporal server begins with.
pub(super) const DEFAULT_NAMESPACE: &str = "default";

/// One stack's services, and within them the part that is one harness's.
#[derive(Debug, Clone)]
pub(super) struct Wiring {
    /// The stack's, with the harness's own database as the database.
    pub(super) endpoints: Endpoints,
    pub(super) namespace: String,
    pub(super) collection_prefix: String,
    /// Where the worker finds the services, when that is elsewhere: behind links.
    pub(super) links: Option<Arc<Links>>,
}

impl Wiring {
    /// The master world: KAI's own names.
    pub(super) fn master(endpoints: &Endpoints) -> Self {
        Self {
            endpoints: endpoints.clone(),
            namespace: DEFAULT_NAMESPACE.to_owned(),
            collection_prefix: String::new(),
            links: None,
        }
    }

    /// A private world.
    pub(super) fn private(endpoints: &Endpoints, world: &World) -> Self {
        let mut wiring = Self::master(endpoints);
        wiring.endpoints.postgres = world.postgres().clone();
        wiring.collection_prefix = world.collection_prefix();
        wiring
    }

    /// The same, past the links.
    pub(super) fn without_links(&self) -> Self {
        Self {
            links: None,
            ..self.clone()
        }
    }

    /// The services as the worker sees them.
    pub(super) fn for_worker(&self) -> Cow<'_, Endpoints> {
        match &self.links {
            Some(links) => Cow::Owned(links.endpoints(&self.endpoints)),
            None => Cow::Borrowed(&self.endpoints),
        }
    }

    pub(super) fn postgres(&self) -> &PostgresEndpoint {
        &self.endpoints.postgres
    }

    /// What nobody but the worker may see, by the name of each.
    pub(super) fn secrets(&self) -> Vec<(String, Secret)> {
        let postgres = self.postgres();
        [
            ("the connection's URI", Secret::new(self.reader_url())),
            ("the reader's password", postgres.reader_password.clone()),
            ("the superuser's password", postgres.admin_password.clone()),
            (
                "Typesense's API key",
                self.endpoints.typesense.api_key.clone(),
            ),
            (
                "the encryption key",
                Secret::new(encrypt_key(&self.endpoints)),
            ),
        ]
        .map(|(name, secret)| (name.to_owned(), secret))
        .to_vec()
    }

    /// The URI that the agent's connection is stored with.
    pub(super) fn reader_url(&self) -> String {
        let seen = self.for_worker();
        seen.postgres.reader_url(&seen.postgres.database)
    }

    /// Temporal as the harness sees it.
    pub(super) fn temporal(&self) -> TemporalTarget {
        self.temporal_of(&self.endpoints)
    }

    fn temporal_of(&self, endpoints: &Endpoints) -> TemporalTarget {
        TemporalTarget::Address {
            address: endpoints.temporal_address.clone(),
            namespace: self.namespace.clone(),
        }
    }

    pub(super) fn worker_config(
        &self,
        settings: &HarnessSettings,
        task_queue: &str,
    ) -> WorkerConfig {
        let seen = self.for_worker();
        let typesense = &seen.typesense;
        let typesense = TypesenseConfig::new(typesense.url(), typesense.api_key.clone())
            .with_collection_prefix(&self.collection_prefix);
        let key = Secret::new(encrypt_key(&self.endpoints));
        let agent = AgentConfig {
            sql: settings.sql.clone(),
            bounds: settings.bounds.clone(),
            ..AgentConfig::new(typesense, key)
        };
        WorkerConfig {
            task_queue: task_queue.to_owned(),
            timeouts: settings.timeouts,
            retry: settings.retry,
            cached_workflows: settings.cached_workflows,
            sender: settings.sender,
            threads: 1,
            ..WorkerConfig::new(self.temporal_of(&seen), agent)
        }
    }
}

/// The Fernet key of a stack's stored connections: derived from a secret that only its users have, so that every
/// process that is attached to the stack has the same.
pub(in crate::harness) fn encrypt_key(endpoints: &Endpoints) -> String {
    let mut digest = Sha256::new();
    digest.update(b"kai-e2e stored connections\0");
    digest.update(endpoints.typesense.api_key.reveal().as_bytes());
    base64::engine::general_purpose::URL_SAFE.encode(digest.finalize())
}

/// The id of a new connection to a database with the koperasi schema.
pub(super) fn new_connection_id() -> String {
    format!("koperasi-{}", short_id())
}

/// Twelve random hexadecimal digits.
pub(super) fn short_id() -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    id[..12].to_owned()
}
