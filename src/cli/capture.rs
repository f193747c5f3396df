//! `kai-e2e capture` and `kai-e2e replay`: the receiver as a process of its own.

use super::Exit;
use super::capture_args::{CaptureArgs, ReplayArgs, of_option};
use super::console::out;
use super::signals::stop_signal;
use crate::capture::{CaptureConfig, CaptureServer, Transcript};
use crate::contract::Secret;

pub(super) async fn capture(args: CaptureArgs) -> Result<(), Exit> {
    let (config, made) = args.receiver.config();
    let config = CaptureConfig {
        transcripts: args.transcripts,
        ..args.bounds.apply(config)
    };
    let locked = config.access != crate::capture::Access::Open;
    let server = CaptureServer::start(config).await.map_err(of_option)?;
    out(&greeting(&server, locked, made.as_ref()));
    stop_signal().await?;
    server.shutdown().await?;
    Ok(())
}

/// What somebody needs to know in order to post and read.
fn greeting(server: &CaptureServer, locked: bool, made: Option<&Secret>) -> String {
    let (address, page) = (server.address(), server.start_page_url());
    if !locked {
        return format!(
            "listening on {address}\n  callback_url  http://{address}/events/SESSION\n  stream        curl -N http://{address}/stream/SESSION\n  page          {page}"
        );
    }
    let token = match made {
        Some(token) => format!("\n  token         {}", token.reveal()),
        None => String::new(),
    };
    format!(
        "listening on {address}{token}\n  a session     curl -X POST -H 'Authorization: Bearer TOKEN' -d '{{\"session_id\": \"SESSION\"}}' http://{address}/sessions\n  page          {page} with a session's stream_url, or its page_url"
    )
}

pub(super) async fn replay(args: ReplayArgs) -> Result<(), Exit> {
    let transcript = Transcript::read(&args.transcript)?;
    let (mut config, _) = args.receiver.config();
    // It was within the bounds of its recording, and it is the only session.
    let limits = &mut config.limits;
    (limits.session_events, limits.session_bytes) = (usize::MAX, usize::MAX);
    limits.total_bytes = usize::MAX;
    let server = CaptureServer::start(config).await.map_err(of_option)?;
    let session = &transcript.session_id;
    out(&format!(
        "listening on {}\n  events  {}\n  stream  curl -N '{}'\n  page    {}",
        server.address(),
        transcript.events.len(),
        server.stream_url(session),
        server.page_url(session)
    ));
    let play = async {
        server.subscribed(session).await;
        server.replay(&transcript, args.pace.into()).await
    };
    tokio::select! {
        signal = stop_signal() => {
            signal?;
        }
        played = play => {
            played?;
            stop_signal().await?;
        }
    }
    server.shutdown().await?;
    Ok(())
}
