//! Temporal as a process.

use std::io;

use super::{
    listening::free_port,
    supervised::{ServiceCommand, ServiceDirectory},
};
use crate::stack::{
    Binary, Service,
    provider::{Order, Ports},
    services::{TEMPORAL_UI_PORT, temporal_arguments},
};

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
    let command = ServiceCommand {
        program: binary.path.clone(),
        arguments: temporal_arguments("127.0.0.1", port, ui_port),
        environment: Vec::new(),
        user: None,
    };
    let pid = directory
        .spawn(Service::Temporal, order.labels, &command)
        .await?;
    let mut ports = Ports::from([(Service::Temporal.container_port(), port)]);
    ports.extend(ui_port.map(|port| (TEMPORAL_UI_PORT, port)));
    Ok((pid, ports))
}
