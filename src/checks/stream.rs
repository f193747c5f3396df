//! What a subscriber of the stream saw.

use super::{Finding, RunEvidence};

const BEFORE_THE_END: [&str; 3] = ["tool_start", "token", "tool_end"];

pub(super) fn before_end(run: &RunEvidence) -> Finding {
    if !run.streamed {
        return Finding::broken("no callback URL was given, so nothing was streamed");
    }
    let Some(ended_at) = run.ended_at() else {
        return Finding::broken("the history has no end to compare with");
    };
    let mut leads = Vec::new();
    for kind in BEFORE_THE_END {
        let Some(first) = run.events.iter().find(|seen| seen.event.kind() == kind) else {
            return Finding::broken(format!("no {kind} was received"));
        };
        match ended_at.duration_since(first.received_at) {
            Ok(lead) => leads.push(format!("{kind} {} ms", lead.as_millis())),
            Err(late) => {
                return Finding::broken(format!(
                    "the first {kind} was received {} ms after the workflow had ended",
                    late.duration().as_millis()
                ));
            }
        }
    }
    Finding::held(format!("before the end: {}", leads.join(", ")))
}
