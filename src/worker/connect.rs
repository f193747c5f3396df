//! A Temporal client for a [`TemporalTarget`].

use std::time::Duration;

use temporalio_client::errors::ClientConnectError;
use temporalio_client::{Client, ClientOptions, Connection, ConnectionOptions};
use url::Url;

use super::temporal_address::temporal_url;
use super::{ConfigError, TemporalTarget, WorkerError, temporal_environment};

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
    let address = place(&connection.target);
    let failed = |reason: String| WorkerError::Connect {
        address: address.clone(),
        reason,
    };
    let connection = tokio::time::timeout(CONNECT_TIMEOUT * 2, Connection::connect(connection))
        .await
        .map_err(|_| {
            failed(format!(
                "no answer within {} s",
                2 * CONNECT_TIMEOUT.as_secs()
            ))
        })?
        .map_err(|error| failed(cause(&error)))?;
    Client::new(connection, client).map_err(|error| failed(error.to_string()))
}

fn options(target: &TemporalTarget) -> Result<(ConnectionOptions, ClientOptions), ConfigError> {
    match target {
        TemporalTarget::Address { address, namespace } => Ok((
            // Who made the target knows by what it was set: `TEMPORAL_HOST`, an option, a test.
            ConnectionOptions::new(temporal_url("the address of Temporal", address)?).build(),
            ClientOptions::new(namespace.clone()).build(),
        )),
        TemporalTarget::Environment => temporal_environment::options(),
    }
}

/// `HOST:PORT`.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Why nobody answered, in one plain cause: the SDK's own texts hold dumps of Rust's structures.
fn cause(error: &ClientConnectError) -> String {
    match error {
        ClientConnectError::TonicTransportError(error) => innermost(error),
        ClientConnectError::SystemInfoCallError(status) => {
            let code = status.code().description();
            match status.message() {
                "" => code.to_owned(),
                message => format!("{message} ({code})"),
            }
        }
        ClientConnectError::InvalidUri(error) => error.to_string(),
        other => crate::contract::error_chain(other),
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refused(address: &str) -> WorkerError {
        match connect(&TemporalTarget::at(address), "test").await {
            Ok(_) => panic!("somebody is at {address}"),
            Err(error) => error,
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_told_with_one_plain_cause() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        drop(listener);
        assert_eq!(
            refused(&address).await.to_string(),
            format!("temporal at {address} cannot be reached: Connection refused (os error 111)")
        );
    }

    #[tokio::test]
    async fn an_address_with_a_password_is_no_address_and_is_not_repeated() {
        let error = refused("http://user:hunter2@127.0.0.1:1").await;
        assert!(matches!(error, WorkerError::Config(_)), "{error:?}");
        let said = error.to_string();
        let begin = "the address of Temporal is `[redacted]`: it must be HOST:PORT";
        assert!(
            said.starts_with(begin) && !said.contains("hunter2"),
            "{said}"
        );
    }
}
