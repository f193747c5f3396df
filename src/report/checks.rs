//! The catalogue of checks, for people.

use std::fmt::Write;

use crate::checks::{Scenario, Severity, catalogue};

/// One line for each check.
pub fn checks_text() -> String {
    catalogue()
        .iter()
        .map(|check| format!("{:<34} {}", check.id, check.asserts))
        .collect::<Vec<_>>()
        .join("\n")
}

/// What `docs/checks.md` holds.
pub fn checks_markdown() -> String {
    let mut text = String::from(
        "# Checks

`kai-e2e check` judges a worker by these. `kai-e2e checks --format markdown` writes this page.

A check is *held*, *broken*, or *not judged* when what it looks at could not be seen; the evidence says which and why. One run of
a test (`Run::check`) is judged by the checks of the scenario `answered` and of every run.

",
    );
    let mut family = "";
    for check in catalogue() {
        if check.family() != family {
            family = check.family();
            let _ = write!(
                text,
                "\n## {family}\n\n| check | asserts | why | severity | seen in |\n| --- | --- | --- | --- | --- |\n"
            );
        }
        let severity = match check.severity {
            Severity::Critical => "critical",
            Severity::Major => "major",
            _ => "minor",
        };
        let seen = check.scenario().map_or("every run", Scenario::id);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {severity} | {seen} |",
            check.id, check.asserts, check.why
        );
    }
    text.push_str("\n## Scenarios\n\n| scenario | what is done |\n| --- | --- |\n");
    for scenario in Scenario::ALL {
        let _ = writeln!(text, "| `{scenario}` | {} |", scenario.description());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_the_catalogue() {
        let page = include_str!("../../docs/checks.md");
        let begins = checks_markdown();
        assert!(
            page.starts_with(&begins),
            "docs/checks.md is not what `kai-e2e checks --format markdown` writes"
        );
    }
}
