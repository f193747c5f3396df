//! `kai-e2e doctor`: what would stop a run, and what to do about it.

use serde_json::json;

use super::Exit;
use super::args::{DoctorArgs, ListFormat};
use super::console::out;
use crate::harness::HarnessSettings;
use crate::stack::{Finding, Severity, diagnose};

pub(super) async fn doctor(args: DoctorArgs) -> Result<(), Exit> {
    let config = args.stack.config()?;
    HarnessSettings::from_env()?;
    let findings = diagnose(&config).await;
    let count = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let (problems, warnings) = (count(Severity::Problem), count(Severity::Warning));
    out(&match args.format {
        ListFormat::Json => {
            json!({ "problems": problems, "warnings": warnings, "findings": findings }).to_string()
        }
        ListFormat::Text => text(&findings),
    });
    match problems {
        0 => Ok(()),
        1 => Err(Exit::Environment("1 problem would stop a run".to_owned())),
        many => Err(Exit::Environment(format!(
            "{many} problems would stop a run"
        ))),
    }
}

fn text(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|finding| {
            let sign = match finding.severity {
                Severity::Fine => "✓",
                Severity::Warning => "!",
                Severity::Problem => "✗",
            };
            let fix = finding
                .fix
                .as_ref()
                .map(|fix| format!("\n    → {fix}"))
                .unwrap_or_default();
            format!("{sign} {:<11} {}{fix}", finding.topic, finding.text)
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_stands_above_the_command_that_mends_it() {
        let findings = [
            Finding {
                topic: "engine",
                severity: Severity::Fine,
                text: "Docker 20.10.24".into(),
                fix: None,
            },
            Finding {
                topic: "commands",
                severity: Severity::Problem,
                text: "the command flock is missing".into(),
                fix: Some("sudo apt-get install --yes util-linux".into()),
            },
        ];
        assert_eq!(
            text(&findings),
            "✓ engine      Docker 20.10.24\n\
             ✗ commands    the command flock is missing\n    → sudo apt-get install --yes util-linux"
        );
    }
}
