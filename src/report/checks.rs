//! The catalogue of checks, for people.

use std::fmt::Write;

use crate::checks::{Scenario, Severity, catalogue};
use crate::mutants::Mutant;

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

A scenario is run again, up to twice, when what was seen says too little of the worker: a busy Temporal may have lost a task of it,
or did not answer; a service that nobody broke was too busy for it; two runs that were to overlap did not.

",
    );
    let mut families = Vec::new();
    for check in catalogue() {
        if !families.contains(&check.family()) {
            families.push(check.family());
        }
    }
    for family in families {
        let _ = write!(
            text,
            "\n## {family}\n\n| check | asserts | why | severity | seen in |\n| --- | --- | --- | --- | --- |\n"
        );
        push_checks(&mut text, family);
    }
    text.push_str("\n## Scenarios\n\n| scenario | what is done |\n| --- | --- |\n");
    for scenario in Scenario::ALL {
        let _ = writeln!(text, "| `{scenario}` | {} |", scenario.description());
    }
    text.push_str(
        "
## Mutants

Defects on purpose, which prove that the checks find them: `KAI_MUTANT=done-twice kai-e2e worker` is a worker with that one. A test
runs each in the scenarios that show it, and asserts that the checks named here are broken and no others, but for those in brackets:
what follows from such a defect depends on what comes first.

| mutant | of the | defect | seen in | broken |
| --- | --- | --- | --- | --- |
",
    );
    for mutant in Mutant::all() {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            mutant.name(),
            mutant.part(),
            mutant.defect(),
            mutant.scenarios().join(", "),
            mutant
                .breaks()
                .iter()
                .map(|id| format!("`{id}`"))
                .chain(mutant.may_break().iter().map(|id| format!("(`{id}`)")))
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    text
}

fn push_checks(text: &mut String, family: &str) {
    for check in catalogue().iter().filter(|check| check.family() == family) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_the_catalogue() {
        let page = include_str!("../../docs/checks.md");
        let written = checks_markdown();
        assert!(
            page == written.trim_end().to_owned() + "\n",
            "docs/checks.md is not what `kai-e2e checks --format markdown` writes"
        );
    }
}
