//! The programs of the services.

use super::Finding;
use crate::contract::error_chain;
use crate::stack::{BinaryStatus, StackConfig, binary_status};

const TOPIC: &str = "binaries";

/// Whether each service has a program to start as a process.
pub(super) fn here(config: &StackConfig) -> Vec<Finding> {
    match binary_status(config) {
        Ok(binaries) => binaries.into_iter().map(of).collect(),
        Err(error) => vec![Finding::problem(
            TOPIC,
            error_chain(&error),
            "unset KAI_E2E_TEMPORAL_BIN KAI_E2E_POSTGRES_BIN_DIR KAI_E2E_TYPESENSE_BIN",
        )],
    }
}

fn of(binary: BinaryStatus) -> Finding {
    let service = binary.service;
    match binary.found {
        Some((path, _)) => Finding::fine(TOPIC, format!("{service} from {}", path.display())),
        None => {
            let refused: String = binary
                .refused
                .iter()
                .map(|why| format!("; not {why}"))
                .collect();
            Finding::warning(
                TOPIC,
                format!("{service} has no program yet; the first run installs one{refused}"),
                "kai-e2e binaries install",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::{BinarySource, Service, doctor::Severity};

    #[test]
    fn a_program_that_is_missing_is_no_problem_yet() {
        let binary = |found, refused: &[&str]| {
            of(BinaryStatus {
                service: Service::Postgres,
                found,
                refused: refused.iter().map(ToString::to_string).collect(),
            })
        };

        let found = binary(Some(("/pg/postgres".into(), BinarySource::System)), &[]);
        assert_eq!(found.text, "postgres from /pg/postgres");
        let missing = binary(None, &["/old/postgres: it is PostgreSQL 14"]);
        assert_eq!(missing.severity, Severity::Warning);
        assert!(missing.text.contains("PostgreSQL 14"), "{missing:?}");
        assert_eq!(missing.fix.as_deref(), Some("kai-e2e binaries install"));
    }
}
