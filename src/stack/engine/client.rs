//! The connection to the engine.

use std::io;

use bollard::{API_DEFAULT_VERSION, Docker};

use super::{EngineAddress, explain};
use crate::stack::{StackError, bounds};

/// A container engine that answered.
#[derive(Debug, Clone)]
pub(in crate::stack) struct Engine {
    pub(super) docker: Docker,
    address: EngineAddress,
}

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::stack) struct EngineVersion {
    pub(in crate::stack) name: String,
    pub(in crate::stack) version: String,
    /// The version of its interface, such as `1.41`.
    pub(in crate::stack) api: String,
}

impl Engine {
    /// Connects and asks for a sign of life.
    pub(in crate::stack) async fn connect() -> Result<Self, StackError> {
        let address = EngineAddress::find();
        let docker =
            Self::client(&address).map_err(|error| explain::unavailable(&address, error.into()))?;
        let refuse = |source| explain::unavailable(&address, source);
        match tokio::time::timeout(bounds::PING.get(), docker.ping()).await {
            Ok(Ok(_)) => Ok(Self { docker, address }),
            Ok(Err(error)) => Err(refuse(error.into())),
            Err(_) => Err(refuse(io::Error::from(io::ErrorKind::TimedOut).into())),
        }
    }

    fn client(address: &EngineAddress) -> Result<Docker, bollard::errors::Error> {
        let url = address.url();
        // The client counts in whole seconds.
        let seconds = bounds::ENGINE_CALL.get().as_secs().max(1);
        if let Some(socket) = address.socket() {
            return Docker::connect_with_unix(socket, seconds, API_DEFAULT_VERSION);
        }
        if url.starts_with("tcp://") || url.starts_with("http://") {
            return Docker::connect_with_http(url, seconds, API_DEFAULT_VERSION);
        }
        Err(bollard::errors::Error::UnsupportedURISchemeError {
            uri: format!("{url} (unix:// and tcp:// can be used)"),
        })
    }

    /// What it is.
    pub(in crate::stack) async fn version(&self) -> Result<EngineVersion, StackError> {
        let said = self
            .docker
            .version()
            .await
            .map_err(StackError::engine_call("tell its version"))?;
        // Podman says so; Docker's own name is left out by old releases.
        let name = said.platform.map(|platform| platform.name);
        Ok(EngineVersion {
            name: name
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| "Docker".to_owned()),
            version: said.version.unwrap_or_default(),
            api: said.api_version.unwrap_or_default(),
        })
    }

    /// The directory on its machine in which it keeps images and containers.
    pub(in crate::stack) async fn root_directory(&self) -> Result<Option<String>, StackError> {
        self.docker
            .info()
            .await
            .map(|info| info.docker_root_dir)
            .map_err(StackError::engine_call("describe itself"))
    }

    /// Where it is.
    pub(in crate::stack) fn address(&self) -> &EngineAddress {
        &self.address
    }
}
