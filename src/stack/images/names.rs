//! What the images are called: the one place that names them.

use super::recipe;
use crate::stack::{PostgresMajor, Service};

/// The official image of a service, at the version that the tests were run with.
pub(in crate::stack) fn official(service: Service, major: PostgresMajor) -> String {
    match service {
        Service::Temporal => "temporalio/temporal:1.9.1".to_owned(),
        Service::Postgres => format!("postgres:{major}-alpine"),
        Service::Typesense => "typesense/typesense:30.1".to_owned(),
    }
}

/// The image that is built here. Its name holds the digest of the recipe, so that a changed recipe makes a new image and
/// an unchanged one never does.
pub(super) fn built_here(service: Service, major: PostgresMajor) -> String {
    let version = match service {
        Service::Temporal => "1.9.1",
        Service::Postgres => major.as_str(),
        Service::Typesense => "0.24.1",
    };
    format!(
        "kai-e2e/{service}:{version}-{}",
        &recipe::digest(service, major)[..12]
    )
}

/// The image that a Typesense image without a snapshot is turned into.
pub(super) fn with_snapshot(image_id: &str) -> String {
    let digest = image_id.strip_prefix("sha256:").unwrap_or(image_id);
    let short = digest.get(..12).unwrap_or(digest);
    format!("kai-e2e/typesense-ready:{short}")
}

/// The image that a Postgres image is turned into by loading the seed.
pub(super) fn with_seed(key: &str) -> String {
    format!("kai-e2e/postgres-seeded:{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_images_are_named_after_version_and_recipe() {
        let name = built_here(Service::Postgres, PostgresMajor::V15);
        let (version, digest) = name
            .strip_prefix("kai-e2e/postgres:")
            .and_then(|tag| tag.split_once('-'))
            .unwrap();

        assert_eq!(version, "15");
        assert_eq!(digest.len(), 12);
        assert!(digest.bytes().all(|b| b.is_ascii_hexdigit()));
    }

    #[test]
    fn versions_are_those_that_the_recipe_pins() {
        for (service, line) in [
            (Service::Temporal, "temporal"),
            (Service::Typesense, "typesense-server"),
        ] {
            let pinned = recipe::file("checksums.txt")
                .unwrap()
                .lines()
                .map(|line| line.split_whitespace().collect::<Vec<_>>())
                .find(|words| words.first() == Some(&"binary") && words.get(1) == Some(&line))
                .unwrap();

            let name = built_here(service, PostgresMajor::V17);
            assert!(name.starts_with(&format!("kai-e2e/{service}:{}-", pinned[2])));
        }
    }

    #[test]
    fn a_snapshot_image_is_named_after_its_base() {
        assert_eq!(
            with_snapshot("sha256:0123456789abcdef0123"),
            "kai-e2e/typesense-ready:0123456789ab"
        );
    }
}
