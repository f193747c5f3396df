//! Receivers that misbehave.

use std::time::SystemTime;

use serde_json::Value;

use super::BatteryError;
use super::battery::Bench;
use crate::capture::{Misbehaviour, MistreatedRequest};
use crate::checks::{Delivery, RunEvidence};
use crate::contract::SessionId;

/// Every event is answered with 500.
pub(super) async fn refusing(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    unheard(bench, Misbehaviour::Status(500)).await
}

/// No event is ever answered.
pub(super) async fn hanging(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    unheard(bench, Misbehaviour::Hang).await
}

/// Every connection is closed in the middle of its answer. The events are taken in.
pub(super) async fn closing(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    let session = bench.new_session();
    let capture = bench.harness.capture();
    let cutting = capture.misbehave(&session, 1..=u64::MAX, Misbehaviour::HalfAnswer);
    let ask = bench.ask(&bench.settings.prompt);
    let ask = ask
        .conversation(session.as_str())
        .without_watching_progress();
    let asked = ask.start().await?;
    let run = asked.ended_or_given_up(bench.settings.give_up).await?;
    drop(cutting);
    Ok(run.evidence().clone())
}

/// A run of whose events none is taken: nobody can subscribe to anything, and only the receiver knows what came.
async fn unheard(bench: &Bench<'_>, what: Misbehaviour) -> Result<RunEvidence, BatteryError> {
    let session: SessionId = bench.new_session();
    let capture = bench.harness.capture();
    let misbehaving = capture.misbehave(&session, 1..=u64::MAX, what);
    let url = capture.callback_url(&session);
    let ask = bench.ask(&bench.settings.prompt);
    let ask = ask
        .conversation(session.as_str())
        .without_callback()
        .edit_argument(move |argument| {
            argument.insert("callback_url".to_owned(), Value::from(url));
        });
    let asked = ask.start().await?;
    let run = asked.ended_or_given_up(bench.settings.give_up).await?;
    let mut evidence = run.evidence().clone();
    evidence.deliveries = misbehaving.requests().iter().map(delivery).collect();
    Ok(evidence)
}

fn delivery(request: &MistreatedRequest) -> Delivery {
    let refused = request
        .callback
        .is_none()
        .then(|| "the body is no callback of the contract".to_owned());
    let nothing = Delivery {
        at: SystemTime::UNIX_EPOCH,
        kind: String::new(),
        session: String::new(),
        attempt: None,
        seq: None,
        run: None,
        status: None,
        refused: None,
    };
    match &request.callback {
        None => Delivery {
            at: request.at,
            status: request.status,
            refused,
            ..nothing
        },
        Some(callback) => Delivery {
            at: request.at,
            kind: callback
                .event
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            session: callback.session_id.clone(),
            attempt: callback.attempt,
            seq: callback.seq,
            run: None,
            status: request.status,
            refused,
        },
    }
}
