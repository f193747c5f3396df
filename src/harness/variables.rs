//! How a stack is reached, as environment variables: those of the contract, so that any worker can use them.

use super::Harness;
use super::wiring::{Wiring, encrypt_key};
use crate::stack::Endpoints;
use crate::worker::COLLECTION_PREFIX;

/// The variables of contract §6 for a stack, and `KAI_CONNECTION_ID` and `KAI_POSTGRES_URL` for callers.
pub fn stack_variables(endpoints: &Endpoints, connection_id: &str) -> Vec<(&'static str, String)> {
    variables(&Wiring::master(endpoints), connection_id)
}

impl Harness {
    /// The variables of contract §6 with which a worker reaches what this harness works on, and `KAI_CONNECTION_ID` and
    /// `KAI_POSTGRES_URL` for callers. The task queue is not among them.
    ///
    /// In a private world `TYPESENSE_COLLECTION_PREFIX` is one of them, which workers other than this crate's do not know:
    /// give those the master world ([`Isolation::Master`](super::Isolation::Master)).
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        variables(&self.wiring, &self.connection_id)
    }
}

fn variables(wiring: &Wiring, connection_id: &str) -> Vec<(&'static str, String)> {
    let endpoints = &*wiring.for_worker();
    let typesense = &endpoints.typesense;
    let mut variables = vec![
        ("TEMPORAL_HOST", endpoints.temporal_address.clone()),
        ("TEMPORAL_ADDRESS", endpoints.temporal_address.clone()),
        ("TEMPORAL_NAMESPACE", wiring.namespace.clone()),
        (
            "TEMPORAL_UI",
            endpoints.temporal_ui.clone().unwrap_or_default(),
        ),
        ("TYPESENSE_HOST", typesense.host.clone()),
        ("TYPESENSE_PORT", typesense.port.to_string()),
        ("TYPESENSE_PROTOCOL", typesense.protocol.clone()),
        ("TYPESENSE_API_KEY", typesense.api_key.reveal().to_owned()),
        ("ENCRYPT_KEY", encrypt_key(endpoints)),
        ("KAI_POSTGRES_URL", wiring.reader_url()),
        ("KAI_CONNECTION_ID", connection_id.to_owned()),
    ];
    if !wiring.collection_prefix.is_empty() {
        variables.push((COLLECTION_PREFIX, wiring.collection_prefix.clone()));
    }
    variables
}
