//! How long what belongs to a harness may take, beside the bounds of its stack.

use crate::stack::Bound;

/// One run, from its start to its result.
pub(super) const RUN: Bound = Bound::seconds("KAI_E2E_RUN_TIMEOUT", 120, "one run to end");

/// What follows a run with a delay of its own.
pub(super) const SETTLE: Bound = Bound::seconds(
    "KAI_E2E_SETTLE_TIMEOUT",
    5,
    "the last events, the visibility store and Postgres's log after a run",
);

/// A worker, a connection, a scan of fifteen tables, a catalogue: a second or two.
pub(super) const SETUP: Bound = Bound::seconds(
    "KAI_E2E_SETUP_TIMEOUT",
    60,
    "a harness, or a connection to another database, to be set up",
);

/// One call to Temporal: a server that is paused takes requests and never answers.
pub(super) const CALL: Bound = Bound::seconds("KAI_E2E_CALL_TIMEOUT", 10, "one call to Temporal");

/// A worker that sends no heartbeat is held no longer than this.
pub(super) const HOLD: Bound = Bound::seconds(
    "KAI_E2E_HOLD_TIMEOUT",
    2,
    "the heartbeat of a run that is held in its middle",
);

/// A worker that stops lets what is under way end for ten seconds.
pub(super) const STOP: Bound = Bound::seconds("KAI_E2E_STOP_TIMEOUT", 30, "a worker to stop");

/// A run usually takes a tenth of a second.
pub(super) const LOOK: Bound = Bound::seconds(
    "KAI_E2E_LOOK_TIMEOUT",
    5,
    "a run, before the services are looked at, and then twice as long each time",
);

/// Each of the artefacts by itself; they are collected at the same time.
pub(super) const ARTEFACTS: Bound = Bound::seconds(
    "KAI_E2E_ARTEFACTS_TIMEOUT",
    10,
    "each of the artefacts of a failing test",
);

/// From its registration on it is milliseconds.
pub(super) const NAMESPACE: Bound = Bound::seconds(
    "KAI_E2E_NAMESPACE_TIMEOUT",
    20,
    "a new namespace to be usable",
);

/// A history of some dozen events takes milliseconds.
pub(super) const REPLAY: Bound =
    Bound::seconds("KAI_E2E_REPLAY_TIMEOUT", 30, "a history to be replayed");

/// A gigabyte is read from disk.
pub(super) const MODEL: Bound = Bound::seconds(
    "KAI_E2E_MODEL_TIMEOUT",
    120,
    "the local language model to be ready",
);

/// Nobody knows what a test waits for: as long as people would.
pub(super) const EVENTUALLY: Bound = Bound::seconds(
    "KAI_E2E_EVENTUALLY_TIMEOUT",
    20,
    "what a test expects eventually",
);

/// All of this room.
pub(super) const ALL: [Bound; 12] = [
    RUN, SETTLE, SETUP, CALL, HOLD, STOP, LOOK, ARTEFACTS, NAMESPACE, REPLAY, MODEL, EVENTUALLY,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The table that people read is the one that the code knows.
    #[test]
    fn every_bound_is_in_the_documentation() {
        let documented = include_str!("../../docs/bounds.md");
        for bound in Bound::all().iter().chain(&ALL) {
            let row = format!(
                "| `{}` | {} | {} |",
                bound.variable(),
                bound.default_value().as_secs_f64(),
                bound.meaning()
            );
            assert!(documented.contains(&row), "docs/bounds.md lacks\n{row}");
        }
    }
}
