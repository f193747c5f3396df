//! The images of the services.

use super::Finding;
use crate::contract::error_chain;
use crate::stack::{ImageSource, ImageStatus, Service, StackConfig, image_status};

const TOPIC: &str = "images";

/// Whether each service has an image to start from.
pub(super) async fn here(config: &StackConfig) -> Vec<Finding> {
    match image_status(config).await {
        Ok(images) => Service::ALL
            .map(|service| {
                let candidates: Vec<_> = images
                    .iter()
                    .filter(|image| image.service == service)
                    .collect();
                of(service, &candidates)
            })
            .into(),
        Err(error) => vec![Finding::problem(
            TOPIC,
            error_chain(&error),
            "docker image ls",
        )],
    }
}

fn of(service: Service, candidates: &[&ImageStatus]) -> Finding {
    if let Some(present) = candidates.iter().find(|image| image.present) {
        return Finding::fine(TOPIC, format!("{service} from {}", present.name));
    }
    match candidates.first() {
        Some(named) if named.source == ImageSource::Named => Finding::warning(
            TOPIC,
            format!(
                "{service}: {} (from {}) is not here; the first run pulls it, or fails",
                named.name,
                service.image_variable()
            ),
            format!("docker pull {}", named.name),
        ),
        _ => Finding::warning(
            TOPIC,
            format!("{service} has no image yet; the first run pulls or builds one"),
            "kai-e2e images build",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::doctor::Severity;

    fn image(name: &str, source: ImageSource, present: bool) -> ImageStatus {
        ImageStatus {
            service: Service::Postgres,
            name: name.into(),
            source,
            present,
        }
    }

    #[test]
    fn the_first_image_that_is_here_counts_and_a_missing_one_is_no_problem_yet() {
        let official = image("postgres:17-alpine", ImageSource::Official, false);
        let built = image("kai-e2e/postgres:17-0", ImageSource::BuiltHere, true);
        let named = image("team/pg:1", ImageSource::Named, false);

        let found = of(Service::Postgres, &[&official, &built]);
        assert_eq!(found.text, "postgres from kai-e2e/postgres:17-0");
        let found = of(Service::Postgres, &[&official]);
        assert_eq!(found.severity, Severity::Warning);
        assert_eq!(found.fix.as_deref(), Some("kai-e2e images build"));
        let found = of(Service::Postgres, &[&named]);
        assert_eq!(found.fix.as_deref(), Some("docker pull team/pg:1"));
        assert!(found.text.contains("KAI_E2E_POSTGRES_IMAGE"), "{found:?}");
    }
}
