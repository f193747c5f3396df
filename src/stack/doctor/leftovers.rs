//! What earlier sessions have left, and stacks that were kept.

use std::time::{Duration, SystemTime};

use super::Finding;
use crate::contract::error_chain;
use crate::stack::{StackError, StackStanding, StackStatus};

const TOPIC: &str = "leftovers";
const DOWN: &str = "kai-e2e down";

/// The stacks of this user that nobody uses.
pub(super) fn of(stacks: Result<Vec<StackStatus>, StackError>) -> Vec<Finding> {
    match stacks {
        Ok(stacks) => judged(&stacks, SystemTime::now()),
        Err(error) => vec![Finding::warning(TOPIC, error_chain(&error), DOWN)],
    }
}

fn judged(stacks: &[StackStatus], now: SystemTime) -> Vec<Finding> {
    let mut findings = Vec::new();
    let left: Vec<_> = stacks
        .iter()
        .filter(|stack| stack.standing == StackStanding::LeftOver)
        .collect();
    match left.iter().filter_map(|stack| stack.since).min() {
        _ if left.is_empty() => findings.push(Finding::fine(TOPIC, "none")),
        oldest => {
            let age = oldest
                .and_then(|oldest| now.duration_since(oldest).ok())
                .map(|age| format!(", the oldest for {}", minutes(age)))
                .unwrap_or_default();
            findings.push(Finding::warning(
                TOPIC,
                format!("{} left over{age}; the next start removes them", left.len()),
                DOWN,
            ));
        }
    }
    let broken = stacks
        .iter()
        .filter(|stack| stack.standing == StackStanding::Kept && !stack.is_whole());
    findings.extend(broken.map(|stack| {
        Finding::warning(
            "kept",
            format!(
                "the kept stack in {} is no longer whole; the next use replaces it",
                stack.directory.display()
            ),
            DOWN,
        )
    }));
    findings
}

fn minutes(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::stack::{PerService, ServiceStatus, doctor::Severity};

    fn stack(standing: StackStanding, since: u64) -> StackStatus {
        StackStatus {
            standing,
            directory: "/run/kai-e2e/shared-1".into(),
            since: Some(UNIX_EPOCH + Duration::from_secs(since)),
            services: PerService::<ServiceStatus>::default(),
            temporal_ui: None,
        }
    }

    #[test]
    fn the_oldest_leftover_tells_how_long() {
        let stacks = [
            stack(StackStanding::LeftOver, 900),
            stack(StackStanding::LeftOver, 400),
            stack(StackStanding::InUse, 1),
        ];
        let found = judged(&stacks, UNIX_EPOCH + Duration::from_secs(1000));

        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Warning);
        assert_eq!(
            found[0].text,
            "2 left over, the oldest for 10 min; the next start removes them"
        );
    }

    #[test]
    fn a_kept_stack_with_a_dead_service_is_told() {
        let found = judged(&[stack(StackStanding::Kept, 1)], UNIX_EPOCH);

        assert_eq!(found[0], Finding::fine("leftovers", "none"));
        assert_eq!(found[1].topic, "kept");
        assert_eq!(found[1].fix.as_deref(), Some("kai-e2e down"));
    }
}
