//! `kai-e2e capture`: the receiver as a process of its own.

use super::Exit;
use super::args::CaptureArgs;
use super::console::out;
use super::signals::stop_signal;
use crate::capture::{CaptureConfig, CaptureServer};

pub(super) async fn capture(args: CaptureArgs) -> Result<(), Exit> {
    let config = CaptureConfig {
        listen: args.listen,
        ..CaptureConfig::default()
    };
    let server = CaptureServer::start(config).await?;
    let address = server.address();
    out(&format!(
        "listening on {address}\n  callback_url  http://{address}/events/SESSION\n  stream        curl -N http://{address}/stream/SESSION"
    ));
    stop_signal().await?;
    server.shutdown().await;
    Ok(())
}
