//! How long everything may take, and the variable that changes it.
//!
//! No wait in this crate is without a bound. Two belong to a configuration ([`StackConfig`](super::StackConfig) and the
//! harness's settings); all others are the environment's, because they are about the machine and not about one stack.

use std::time::Duration;

/// A bound on a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    variable: &'static str,
    default: Duration,
    meaning: &'static str,
}

/// What a bound may be set to.
pub(super) const EXPECTED: &str = "a number of seconds from 0.001 to 86400, such as 60 or 2.5";

/// One probe of a service: one that accepts connections but does not answer, or is paused.
pub(super) const PROBE: Bound =
    Bound::seconds("KAI_E2E_PROBE_TIMEOUT", 3, "one probe of a service");

/// A service that was ready once: it is running, so this is generous, for a machine on which it hardly comes to run.
pub(super) const ANSWER: Bound = Bound::seconds(
    "KAI_E2E_ANSWER_TIMEOUT",
    30,
    "a running service, or a statement of the harness, to be answered",
);

/// One start is longer than any of its parts, image builds aside.
pub(super) const STARTER: Bound = Bound::seconds(
    "KAI_E2E_STARTER_TIMEOUT",
    600,
    "another process that starts the shared stack",
);

/// Thirteen times the rows take about fifteen seconds on two busy cores.
pub(super) const SEED: Bound = Bound::seconds("KAI_E2E_SEED_TIMEOUT", 300, "loading the seed");

/// The removal of a former session in the same directory.
pub(super) const REMOVAL: Bound = Bound::seconds(
    "KAI_E2E_REMOVAL_TIMEOUT",
    90,
    "the removal of a former stack before the next may start",
);

/// The watcher says at once that it watches; starting a process takes long only on a machine that is out of memory.
pub(super) const ARMING: Bound =
    Bound::seconds("KAI_E2E_WATCHER_TIMEOUT", 20, "the watcher to be ready");

/// After an orderly stop the watcher only deletes a directory; after a failed start it looks for containers first.
pub(super) const CLEAN_UP: Bound = Bound::seconds(
    "KAI_E2E_CLEANUP_TIMEOUT",
    30,
    "the watcher to end after its stack was stopped",
);

/// The engine's sign of life.
pub(super) const PING: Bound = Bound::seconds(
    "KAI_E2E_ENGINE_PING_TIMEOUT",
    10,
    "the container engine to say that it is there",
);

/// Removing containers of a busy engine has been seen to take seconds.
pub(super) const ENGINE_CALL: Bound = Bound::seconds(
    "KAI_E2E_ENGINE_TIMEOUT",
    120,
    "one call to the container engine",
);

/// Where there is no registry, the engine's own time-outs would cost minutes.
pub(super) const REGISTRY: Bound = Bound::seconds(
    "KAI_E2E_REGISTRY_TIMEOUT",
    8,
    "a registry to begin its answer",
);

/// A pull that has begun.
pub(super) const PULL_SILENCE: Bound = Bound::seconds(
    "KAI_E2E_PULL_TIMEOUT",
    60,
    "a pull that has begun to make progress",
);

/// From nothing, with downloads: half a minute on a good day.
pub(super) const BUILD: Bound = Bound::seconds(
    "KAI_E2E_BUILD_TIMEOUT",
    1800,
    "building an image, here or in another process",
);

/// What is done once is a scan of the schema and the filling of a few collections.
pub(super) const ONCE: Bound = Bound::seconds(
    "KAI_E2E_ONCE_TIMEOUT",
    120,
    "another user to do what is done once a stack",
);

/// Deletions queue up behind each other, a hundredth of a second each.
pub(super) const DELETION: Bound = Bound::seconds(
    "KAI_E2E_DELETION_TIMEOUT",
    60,
    "Typesense to delete one collection of a world",
);

/// A registration takes milliseconds.
pub(super) const REGISTRATION: Bound = Bound::seconds(
    "KAI_E2E_REGISTRATION_TIMEOUT",
    30,
    "others to register for worlds",
);

/// The shell that begins it does nothing else.
pub(super) const SPAWN: Bound =
    Bound::seconds("KAI_E2E_SPAWN_TIMEOUT", 20, "a process to be begun");

/// A fresh server is ready after about three seconds.
pub(super) const SNAPSHOT: Bound = Bound::seconds(
    "KAI_E2E_SNAPSHOT_TIMEOUT",
    30,
    "the making of Typesense's snapshot",
);

/// Once, when the prepared data is made.
pub(super) const ORDERLY_END: Bound = Bound::seconds(
    "KAI_E2E_ORDERLY_END_TIMEOUT",
    60,
    "Postgres to write down everything and end",
);

/// A process in the middle of a disk access goes only after that.
pub(super) const SURE_END: Bound = Bound::seconds(
    "KAI_E2E_KILL_TIMEOUT",
    10,
    "processes to be gone after SIGKILL",
);

/// All of this room.
const ALL: [Bound; 19] = [
    PROBE,
    ANSWER,
    STARTER,
    SEED,
    REMOVAL,
    ARMING,
    CLEAN_UP,
    PING,
    ENGINE_CALL,
    REGISTRY,
    PULL_SILENCE,
    BUILD,
    ONCE,
    DELETION,
    REGISTRATION,
    SPAWN,
    SNAPSHOT,
    ORDERLY_END,
    SURE_END,
];

impl Bound {
    /// A bound with its variable, its default in whole seconds, and what is waited for.
    pub(crate) const fn seconds(
        variable: &'static str,
        default: u64,
        meaning: &'static str,
    ) -> Self {
        Self {
            variable,
            default: Duration::from_secs(default),
            meaning,
        }
    }

    /// Every bound of this room.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The variable that sets it, in seconds.
    pub fn variable(self) -> &'static str {
        self.variable
    }

    /// What it is unless it is set.
    pub fn default_value(self) -> Duration {
        self.default
    }

    /// What is waited for.
    pub fn meaning(self) -> &'static str {
        self.meaning
    }

    /// What it is in this process. A value that cannot be used counts as unset here: whoever reads the settings of a stack
    /// or a harness from the environment has refused it before.
    pub fn get(self) -> Duration {
        std::env::var(self.variable)
            .ok()
            .and_then(|value| parse(&value).ok().flatten())
            .unwrap_or(self.default)
    }
}

/// Reads a bound; an empty text is none. The error is what would be right.
pub(crate) fn parse(text: &str) -> Result<Option<Duration>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=86_400.0).contains(&seconds) => {
            Ok(Some(Duration::from_secs_f64(seconds)))
        }
        _ => Err(EXPECTED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_a_number_of_seconds() {
        assert_eq!(parse("2.5"), Ok(Some(Duration::from_millis(2500))));
        assert_eq!(parse(" "), Ok(None));
        for text in ["0", "-1", "soon", "NaN", "100000"] {
            assert_eq!(parse(text), Err(EXPECTED), "{text}");
        }
    }

    #[test]
    fn each_bound_has_a_variable_of_its_own() {
        let mut variables: Vec<_> = Bound::all().iter().map(|bound| bound.variable()).collect();
        let all = variables.len();
        variables.sort_unstable();
        variables.dedup();

        assert_eq!(variables.len(), all);
    }
}
