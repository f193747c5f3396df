//! How a stack is reached, as environment variables: those of the contract, so that any worker can use them.

use super::live::encrypt_key;
use crate::stack::Endpoints;

/// The variables of contract §6 for a stack, and `KAI_CONNECTION_ID` and `KAI_POSTGRES_URL` for callers.
pub fn stack_variables(endpoints: &Endpoints, connection_id: &str) -> Vec<(&'static str, String)> {
    let typesense = &endpoints.typesense;
    let postgres = &endpoints.postgres;
    vec![
        ("TEMPORAL_HOST", endpoints.temporal_address.clone()),
        ("TEMPORAL_ADDRESS", endpoints.temporal_address.clone()),
        ("TEMPORAL_NAMESPACE", "default".to_owned()),
        (
            "TEMPORAL_UI",
            endpoints.temporal_ui.clone().unwrap_or_default(),
        ),
        ("TYPESENSE_HOST", typesense.host.clone()),
        ("TYPESENSE_PORT", typesense.port.to_string()),
        ("TYPESENSE_PROTOCOL", typesense.protocol.clone()),
        ("TYPESENSE_API_KEY", typesense.api_key.reveal().to_owned()),
        ("ENCRYPT_KEY", encrypt_key(endpoints)),
        ("KAI_POSTGRES_URL", postgres.reader_url(&postgres.database)),
        ("KAI_CONNECTION_ID", connection_id.to_owned()),
    ]
}
