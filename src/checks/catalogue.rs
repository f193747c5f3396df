//! The list of checks, and how they are run.

use std::sync::LazyLock;

use super::check::{Check, Verdict};
use super::{
    Evidence, delivery, heartbeat, history, process, protocol, receiver, result, security, session,
    sql, stream,
};

static CATALOGUE: LazyLock<Vec<Check>> = LazyLock::new(|| {
    [
        result::CHECKS,
        sql::CHECKS,
        stream::CHECKS,
        &protocol::CHECKS,
        delivery::CHECKS,
        session::CHECKS,
        history::CHECKS,
        heartbeat::CHECKS,
        security::CHECKS,
        receiver::CHECKS,
        process::CHECKS,
    ]
    .concat()
});

/// Every check, in the order in which they are reported.
pub fn catalogue() -> &'static [Check] {
    &CATALOGUE
}

/// Runs every check that the evidence has something for.
pub fn judge(evidence: &Evidence) -> Vec<Verdict> {
    CATALOGUE
        .iter()
        .filter_map(|check| check.verdict(evidence))
        .collect()
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
