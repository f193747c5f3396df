//! Temporal as a process.

use std::io;

use super::supervised::{ServiceCommand, ServiceDirectory};
use crate::stack::{
    Binary, Service, free_port,
    provider::{Order, Ports},
    services::{TEMPORAL_UI_PORT, temporal_arguments},
};

/// The file in the service directory that keeps the state over an end of the server.
const STATE: &str = "temporal.db";

/// Starts the development server, and gives its process and its ports.
pub(in crate::stack) async fn spawn(
    order: &Order<'_>,
    binary: &Binary,
    directory: &ServiceDirectory,
) -> io::Result<(u32, Ports)> {
    let port = match order.port() {
        Some(port) => port.get(),
        None => free_port()?,
    };
    let ui_port = order.config.temporal_ui().then(free_port).transpose()?;
    directory.prepare(None)?;
    let pid = spawn_on(order, binary, directory, port, ui_port).await?;
    let mut ports = Ports::from([(Service::Temporal.container_port(), port)]);
    ports.extend(ui_port.map(|port| (TEMPORAL_UI_PORT, port)));
    Ok((pid, ports))
}

/// Starts the server on given ports, with the state that is there, and gives its process.
pub(in crate::stack) async fn spawn_on(
    order: &Order<'_>,
    binary: &Binary,
    directory: &ServiceDirectory,
    port: u16,
    ui_port: Option<u16>,
) -> io::Result<u32> {
    let state = directory.file(STATE).display().to_string();
    let state = order.config.restarts().then_some(&*state);
    let command = ServiceCommand {
        program: binary.path.clone(),
        arguments: temporal_arguments("127.0.0.1", port, ui_port, state),
        environment: Vec::new(),
        user: None,
    };
    directory
        .spawn(Service::Temporal, order.labels, &command)
        .await
}
