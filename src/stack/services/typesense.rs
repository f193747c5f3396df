//! Typesense.

use std::time::Duration;

use serde::Deserialize;
use testcontainers::{ContainerRequest, GenericImage, ImageExt, core::IntoContainerPort};

use super::Credentials;
use crate::contract::error_chain;
use crate::stack::Service;

pub(super) fn request(
    image: GenericImage,
    prepared: bool,
    credentials: &Credentials,
) -> ContainerRequest<GenericImage> {
    let request = image
        .with_exposed_port(Service::Typesense.container_port().tcp())
        .with_env_var("TYPESENSE_API_KEY", credentials.typesense_key.reveal())
        .with_env_var("TYPESENSE_ENABLE_CORS", "false");
    if prepared {
        // The image's own command names the data directory that holds the snapshot, and the peering address it is for.
        request
    } else {
        // /opt is there in every image, because the server lies in it. The peering address is part of the raft state: with
        // the container's own address, which changes, a start from existing data takes twelve seconds.
        request.with_cmd(["--data-dir", "/opt", "--peering-address", "127.0.0.1"])
    }
}

#[derive(Deserialize)]
struct Health {
    ok: bool,
}

/// Ready when it says so. Until then it answers every other call with 503.
pub(super) async fn probe(url: &str, bound: Duration) -> Result<(), String> {
    let http = reqwest::Client::builder()
        // The environment's proxy is not for the loopback interface.
        .no_proxy()
        .timeout(bound)
        .build()
        .map_err(|error| error_chain(&error))?;
    let answer = http
        .get(format!("{url}/health"))
        .send()
        .await
        .map_err(|error| error_chain(&error))?;
    let status = answer.status();
    match answer.json::<Health>().await {
        Ok(Health { ok: true }) => Ok(()),
        Ok(Health { ok: false }) => Err(format!("GET /health answered {status} with ok: false")),
        Err(error) => Err(format!(
            "GET /health answered {status}: {}",
            error_chain(&error)
        )),
    }
}
