//! `kai-e2e status`: the stacks of this user.

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::Exit;
use super::args::{ListFormat, StatusArgs};
use super::console::out;
use crate::stack::{self, StackStanding, StackStatus};

pub(super) async fn status(args: StatusArgs) -> Result<(), Exit> {
    let stacks = stack::status(&args.stack.config()?).await?;
    out(&match args.format {
        ListFormat::Json => json!({ "stacks": stacks }).to_string(),
        ListFormat::Text => text(&stacks, SystemTime::now()),
    });
    Ok(())
}

fn text(stacks: &[StackStatus], now: SystemTime) -> String {
    if stacks.is_empty() {
        return "no stack".to_owned();
    }
    stacks
        .iter()
        .map(|stack| one(stack, now))
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn one(stack: &StackStatus, now: SystemTime) -> String {
    let standing = match stack.standing {
        StackStanding::Kept => "kept: it stays until `kai-e2e down`",
        StackStanding::InUse if stack.directory.exists() => "in use: it goes with its last user",
        StackStanding::InUse => "its directory is not to be seen from here, so nobody can tell",
        StackStanding::LeftOver => "left over: `kai-e2e down` or the next start removes it",
    };
    let age = stack
        .since
        .and_then(|since| now.duration_since(since).ok())
        .map(|age| format!(", {} old", coarse(age)))
        .unwrap_or_default();
    let mut lines = vec![format!(
        "{} ({standing}{age})",
        stack
            .directory
            .file_name()
            .unwrap_or(stack.directory.as_os_str())
            .to_string_lossy()
    )];
    for (service, found) in stack.services.iter() {
        lines.push(
            format!(
                "  {:<10} {:<8} {}",
                service.as_str(),
                found.state.as_deref().unwrap_or("missing"),
                found.address.as_deref().unwrap_or_default()
            )
            .trim_end()
            .to_owned(),
        );
    }
    if let Some(url) = &stack.temporal_ui {
        lines.push(format!("  web        {url}"));
    }
    lines.push(format!("  locks in   {}", stack.directory.display()));
    lines.join("\n")
}

/// An age in its largest unit.
pub(super) fn coarse(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::stack::{PerService, ServiceStatus};

    #[test]
    fn a_stack_is_shown_with_its_standing_and_its_addresses() {
        let running = |port: u16| ServiceStatus {
            state: Some("running".into()),
            address: Some(format!("127.0.0.1:{port}")),
        };
        let stack = StackStatus {
            standing: StackStanding::Kept,
            directory: "/run/user/1000/kai-e2e/shared-0123456789abcdef".into(),
            since: Some(UNIX_EPOCH + Duration::from_secs(1_000)),
            services: PerService {
                temporal: running(7233),
                postgres: ServiceStatus {
                    state: Some("exited".into()),
                    address: None,
                },
                typesense: ServiceStatus::default(),
            },
            temporal_ui: Some("http://127.0.0.1:8233".into()),
        };

        assert_eq!(
            text(&[stack], UNIX_EPOCH + Duration::from_secs(1_300)),
            "shared-0123456789abcdef (kept: it stays until `kai-e2e down`, 5 min old)\n  \
             temporal   running  127.0.0.1:7233\n  \
             postgres   exited\n  \
             typesense  missing\n  \
             web        http://127.0.0.1:8233\n  \
             locks in   /run/user/1000/kai-e2e/shared-0123456789abcdef"
        );
        assert_eq!(text(&[], UNIX_EPOCH), "no stack");
    }

    #[test]
    fn ages_are_told_in_their_largest_unit() {
        for (seconds, told) in [
            (5, "5 s"),
            (119, "119 s"),
            (600, "10 min"),
            (7200, "2 h"),
            (200_000, "2 days"),
        ] {
            assert_eq!(coarse(Duration::from_secs(seconds)), told);
        }
    }
}
