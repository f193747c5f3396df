//! The connection to the engine.

use std::{io, time::Duration};

use bollard::{API_DEFAULT_VERSION, Docker};

use super::{EngineAddress, explain};
use crate::stack::StackError;

/// A container engine that answered.
#[derive(Debug, Clone)]
pub(in crate::stack) struct Engine {
    pub(super) docker: Docker,
    address: EngineAddress,
}

/// How long one call may take. Removing containers of a busy engine has been seen to take seconds.
const CALL_TIMEOUT_SECONDS: u64 = 120;

/// How long the engine may take to say that it is there.
const PING_TIMEOUT: Duration = Duration::from_secs(10);

impl Engine {
    /// Connects and asks for a sign of life.
    pub(in crate::stack) async fn connect() -> Result<Self, StackError> {
        let address = EngineAddress::find();
        let docker =
            Self::client(&address).map_err(|error| explain::unavailable(&address, error.into()))?;
        let refuse = |source| explain::unavailable(&address, source);
        match tokio::time::timeout(PING_TIMEOUT, docker.ping()).await {
            Ok(Ok(_)) => Ok(Self { docker, address }),
            Ok(Err(error)) => Err(refuse(error.into())),
            Err(_) => Err(refuse(io::Error::from(io::ErrorKind::TimedOut).into())),
        }
    }

    fn client(address: &EngineAddress) -> Result<Docker, bollard::errors::Error> {
        let url = address.url();
        if let Some(socket) = address.socket() {
            return Docker::connect_with_unix(socket, CALL_TIMEOUT_SECONDS, API_DEFAULT_VERSION);
        }
        if url.starts_with("tcp://") || url.starts_with("http://") {
            return Docker::connect_with_http(url, CALL_TIMEOUT_SECONDS, API_DEFAULT_VERSION);
        }
        Err(bollard::errors::Error::UnsupportedURISchemeError {
            uri: format!("{url} (unix:// and tcp:// can be used)"),
        })
    }

    /// Where it is.
    pub(in crate::stack) fn address(&self) -> &EngineAddress {
        &self.address
    }
}
