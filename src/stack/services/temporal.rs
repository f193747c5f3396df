//! The Temporal development server.

use std::time::Duration;

use temporalio_client::{Client, ClientOptions, Connection, ConnectionOptions, RetryOptions};
use testcontainers::{
    ContainerRequest, GenericImage, ImageExt,
    core::{ContainerPort, IntoContainerPort},
};
use url::Url;

use crate::stack::Service;

/// The port of the web interface inside the container.
pub(in crate::stack) const UI_PORT: u16 = 8233;

/// The development server throttles itself to 20 task transfers a second and looks at its timers once a second: a workflow
/// with one activity takes 100 ms instead of 30, and a retry after 100 ms takes 1.25 s instead of 0.4.
const WITHOUT_THROTTLE: [&str; 4] = [
    "history.transferProcessorMaxPollRPS=10000",
    "history.timerProcessorMaxPollRPS=10000",
    "history.visibilityProcessorMaxPollRPS=10000",
    "history.timerProcessorMaxTimeShift=\"10ms\"",
];

pub(super) fn ports(ui: bool) -> Vec<ContainerPort> {
    let mut ports = vec![Service::Temporal.container_port().tcp()];
    ports.extend(ui.then(|| UI_PORT.tcp()));
    ports
}

/// The file of a container's that keeps the state over its end.
const STATE: &str = "/temporal.db";

pub(super) fn request(
    image: GenericImage,
    ui: bool,
    keeps_state: bool,
) -> ContainerRequest<GenericImage> {
    let state = keeps_state.then_some(STATE);
    let request = ports(ui)
        .into_iter()
        .fold(image, |image, port| image.with_exposed_port(port))
        .with_cmd(command(ui, state));
    match state {
        // The image's own user may write nowhere.
        Some(_) => request.with_user("0"),
        None => request,
    }
}

fn command(ui: bool, state: Option<&str>) -> Vec<String> {
    // Without an address it listens on the container's loopback interface, which no published port reaches.
    arguments(
        "0.0.0.0",
        Service::Temporal.container_port(),
        ui.then_some(UI_PORT),
        state,
    )
}

/// What the server is told, wherever it runs. Without a file for its state it has it in memory.
pub(in crate::stack) fn arguments(
    address: &str,
    port: u16,
    ui_port: Option<u16>,
    state: Option<&str>,
) -> Vec<String> {
    let port = port.to_string();
    let mut command: Vec<String> = ["server", "start-dev", "--log-level", "error"]
        .into_iter()
        .chain(["--ip", address, "--port", &port])
        .map(str::to_owned)
        .collect();
    if let Some(ui_port) = ui_port {
        command.extend(["--ui-port".to_owned(), ui_port.to_string()]);
    } else {
        command.push("--headless".to_owned());
    }
    if let Some(file) = state {
        command.extend(["--db-filename".to_owned(), file.to_owned()]);
    }
    for value in WITHOUT_THROTTLE {
        command.extend(["--dynamic-config-value".to_owned(), value.to_owned()]);
    }
    command
}

/// Ready when the namespace `default` answers a visibility query: that takes the frontend, the namespace registry and the
/// store behind them.
pub(super) async fn probe(address: &str, bound: Duration) -> Result<(), String> {
    let target = Url::parse(&format!("http://{address}")).map_err(|error| error.to_string())?;
    let options = ConnectionOptions::new(target)
        .identity("kai-e2e-probe")
        .connect_timeout(bound)
        .retry_options(RetryOptions::no_retries())
        .dns_load_balancing(None)
        .build();
    let connection = Connection::connect(options)
        .await
        .map_err(|error| format!("cannot connect: {}", crate::contract::error_chain(&error)))?;
    let client = Client::new(connection, ClientOptions::new("default").build())
        .map_err(|error| error.to_string())?;
    client
        .count_workflows("", Default::default())
        .await
        .map(drop)
        .map_err(|error| {
            format!(
                "visibility query failed: {}",
                crate::contract::error_chain(&error)
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_on_all_interfaces_without_its_throttle_and_headless_by_default() {
        let command = command(false, None).join(" ");

        assert!(command.starts_with("server start-dev "), "{command}");
        assert!(command.contains("--ip 0.0.0.0"), "{command}");
        assert!(command.contains("--headless"), "{command}");
        for value in WITHOUT_THROTTLE {
            assert!(
                command.contains(&format!("--dynamic-config-value {value}")),
                "{command}"
            );
        }
    }

    #[test]
    fn its_state_is_in_memory_unless_it_has_to_outlive_it() {
        assert!(!command(false, None).contains(&"--db-filename".to_owned()));
        let command = command(false, Some(STATE)).join(" ");
        assert!(command.contains("--db-filename /temporal.db"), "{command}");
    }

    #[test]
    fn with_the_web_interface_its_port_is_published_too() {
        assert!(!command(true, None).contains(&"--headless".to_owned()));
        assert_eq!(ports(true), [7233.tcp(), 8233.tcp()]);
        assert_eq!(ports(false), [7233.tcp()]);
    }
}
