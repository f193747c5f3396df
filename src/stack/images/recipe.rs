//! The recipe of the images, carried inside this program so that it works without its source tree.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::stack::{PostgresMajor, Service};

macro_rules! recipe_files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../fixtures/images/", $name)))),*]
    };
}

/// Every file of `fixtures/images` that takes part in a build, by name.
const FILES: &[(&str, &str)] = recipe_files![
    "bake-typesense.sh",
    "build.sh",
    "checksums.txt",
    "common.sh",
    "debian.sh",
    "engine.sh",
    "host-packages.sh",
    "postgres-entrypoint.sh",
    "postgres.sh",
    "recipe.sh",
    "temporal.sh",
    "tree.sh",
    "typesense.sh",
    "wheel.sh",
];

/// Every file of the recipe, by name, with its content.
pub(in crate::stack) fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}

/// The digest of the recipe and, for Postgres, of the one choice that it leaves open, in hexadecimal.
pub(super) fn digest(service: Service, major: PostgresMajor) -> String {
    let mut hash = Sha256::new();
    for (name, content) in FILES {
        for part in [name.as_bytes(), content.as_bytes()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    if service == Service::Postgres {
        hash.update(major.as_str());
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Writes the recipe under the cache directory, in a directory named after its content, and gives that. Several processes
/// may do so at once: each file appears whole, and is the same whoever writes it.
pub(super) fn unpack(cache: &Path) -> io::Result<PathBuf> {
    let directory = cache
        .join("recipes")
        .join(&digest(Service::Temporal, PostgresMajor::default())[..12]);
    fs::create_dir_all(&directory)?;
    for (name, content) in FILES {
        let mut file = tempfile::NamedTempFile::new_in(&directory)?;
        file.write_all(content.as_bytes())?;
        file.persist(directory.join(name))?;
    }
    Ok(directory)
}

/// One file of the recipe.
#[cfg(test)]
pub(super) fn file(name: &str) -> Option<&'static str> {
    FILES
        .iter()
        .find(|(file, _)| *file == name)
        .map(|(_, content)| *content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_what_the_directory_holds() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/images");
        let mut there: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            // Prose changes no image.
            .filter(|name| !name.ends_with(".md"))
            .collect();
        there.sort();
        let listed: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();

        assert_eq!(listed, there);
    }

    #[test]
    fn it_is_unpacked_whole_and_may_be_unpacked_again() {
        let cache = tempfile::tempdir().unwrap();

        let first = unpack(cache.path()).unwrap();
        let second = unpack(cache.path()).unwrap();

        assert_eq!(first, second);
        assert_eq!(fs::read_dir(&first).unwrap().count(), FILES.len());
        assert_eq!(
            fs::read_to_string(first.join("build.sh")).unwrap(),
            file("build.sh").unwrap()
        );
    }

    #[test]
    fn the_digest_covers_the_postgres_version_for_postgres_alone() {
        let of =
            |service| [PostgresMajor::V16, PostgresMajor::V17].map(|major| digest(service, major));
        let ([pg_16, pg_17], [temporal_16, temporal_17]) =
            (of(Service::Postgres), of(Service::Temporal));

        assert_ne!(pg_16, pg_17);
        assert_eq!(temporal_16, temporal_17);
        assert_eq!(pg_17.len(), 64);
    }
}
