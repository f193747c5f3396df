//! A Temporal client for a [`TemporalTarget`].

use std::time::Duration;

use temporalio_client::envconfig::LoadClientConfigProfileOptions;
use temporalio_client::{Client, ClientOptions, Connection, ConnectionOptions};
use url::Url;

use super::{ConfigError, TemporalTarget, WorkerError};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Connects to Temporal. Every worker needs a connection of its own: the SDK refuses two workers of one queue on one.
///
/// # Errors
/// When the address is no address, the environment configuration cannot be loaded, or nobody answers within 5 seconds.
pub async fn connect(target: &TemporalTarget, identity: &str) -> Result<Client, WorkerError> {
    let (mut connection, client) = options(target)?;
    connection.identity = identity.to_owned();
    connection.connect_timeout.get_or_insert(CONNECT_TIMEOUT);
    let address = connection.target.to_string();
    let failed = |reason: String| WorkerError::Connect {
        address: address.clone(),
        reason,
    };
    let connection = tokio::time::timeout(CONNECT_TIMEOUT * 2, Connection::connect(connection))
        .await
        .map_err(|_| failed(format!("no answer within {:?}", CONNECT_TIMEOUT * 2)))?
        .map_err(|error| failed(crate::contract::error_chain(&error)))?;
    Client::new(connection, client).map_err(|error| failed(error.to_string()))
}

fn options(target: &TemporalTarget) -> Result<(ConnectionOptions, ClientOptions), ConfigError> {
    match target {
        TemporalTarget::Address { address, namespace } => {
            let url = Url::parse(&format!("http://{address}"))
                .ok()
                .filter(|url| url.host().is_some() && !url.host_str().unwrap_or("").is_empty())
                .ok_or_else(|| ConfigError::Invalid {
                    variable: "TEMPORAL_HOST",
                    value: address.clone(),
                    wanted: "it must be `host:port`, such as localhost:7233".to_owned(),
                })?;
            Ok((
                ConnectionOptions::new(url).build(),
                ClientOptions::new(namespace.clone()).build(),
            ))
        }
        TemporalTarget::Environment => ClientOptions::load_from_config(
            LoadClientConfigProfileOptions::default(),
        )
        .map_err(|error| ConfigError::Temporal {
            reason: error.to_string(),
        }),
    }
}
