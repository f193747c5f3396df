//! The rules of the stream, judged by what a subscriber saw.

use super::{Finding, RunEvidence};
use crate::contract::protocol::{Rule, Violation};

/// How many violations of one rule are shown; the rest are counted.
const SHOWN: usize = 3;

/// What the stream says of one rule.
pub(super) fn finding(rule: Rule, run: &RunEvidence, stream: &[Violation]) -> Finding {
    if !run.streamed {
        return Finding::broken("no callback URL was given, so nothing was streamed");
    }
    let broken: Vec<_> = stream.iter().filter(|broken| broken.rule == rule).collect();
    if broken.is_empty() {
        return Finding::held(match run.events.len() {
            1 => "1 event".to_owned(),
            many => format!("{many} events"),
        });
    }
    let mut said: Vec<_> = broken
        .iter()
        .take(SHOWN)
        .map(|broken| broken.place_and_detail())
        .collect();
    if broken.len() > SHOWN {
        said.push(format!("and {} more", broken.len() - SHOWN));
    }
    Finding::broken(said.join("; "))
}
