//! Finding a program.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Binary, BinarySource,
    cache::{directory, is_open_to_all},
};
use crate::stack::{Service, StackConfig, StackError, config::user_id};

/// What a search has come to.
#[derive(Debug)]
pub(super) enum Search {
    /// A program that can be used.
    Found(Binary),
    /// None; and for each that was looked at, why it cannot be used.
    Missing(Vec<String>),
}

/// Looks for the program of a service: the one that is named, else the first of the others that can be used.
///
/// # Errors
///
/// [`StackError::ProgramUnusable`] for a named one that cannot be used.
pub(super) fn find(config: &StackConfig, service: Service) -> Result<Search, StackError> {
    if let Some(path) = config.program(service) {
        let path = match service {
            Service::Postgres => path.join("postgres"),
            Service::Temporal | Service::Typesense => path.to_owned(),
        };
        return usable(config, service, &path, BinarySource::Named, None)
            .map(Search::Found)
            .map_err(|reason| StackError::ProgramUnusable {
                service,
                path,
                variable: service.program_variable(),
                reason,
            });
    }
    let mut refused = Vec::new();
    let candidates = in_path(service)
        .into_iter()
        .chain(usual_places(service))
        .map(|path| (path, BinarySource::System, None))
        .chain(installed(config, service));
    for (path, source, libraries) in candidates {
        if !path.exists() {
            continue;
        }
        match usable(config, service, &path, source, libraries) {
            Ok(binary) => return Ok(Search::Found(binary)),
            Err(reason) => refused.push(format!("{}: {reason}", path.display())),
        }
    }
    Ok(Search::Missing(refused))
}

fn usable(
    config: &StackConfig,
    service: Service,
    path: &Path,
    source: BinarySource,
    libraries: Option<PathBuf>,
) -> Result<Binary, String> {
    let binary = Binary::at(service, path, source, libraries)?;
    if service != Service::Postgres {
        return Ok(binary);
    }
    if user_id() == Some(0) && !is_open_to_all(&binary.path) {
        return Err(
            "Postgres does not run as root, and no other user may reach its program".to_owned(),
        );
    }
    match config.wanted_postgres_major() {
        Some(wanted) if binary.postgres_major()?.to_string() != wanted.as_str() => Err(format!(
            "it is not PostgreSQL {wanted}, which KAI_E2E_POSTGRES_MAJOR asks for"
        )),
        _ => Ok(binary),
    }
}

fn program(service: Service) -> &'static str {
    match service {
        Service::Temporal => "temporal",
        Service::Postgres => "postgres",
        Service::Typesense => "typesense-server",
    }
}

fn in_path(service: Service) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(program(service)))
        .collect()
}

/// Where distributions and installers put what is not in `PATH`.
fn usual_places(service: Service) -> Vec<PathBuf> {
    match service {
        Service::Temporal => std::env::var_os("HOME")
            .map(|home| Path::new(&home).join(".temporalio/bin/temporal"))
            .into_iter()
            .collect(),
        Service::Postgres => {
            let mut found = versions_in("/usr/lib/postgresql", "");
            found.extend(versions_in("/usr", "pgsql-"));
            found.push("/usr/local/pgsql/bin/postgres".into());
            found
        }
        Service::Typesense => vec!["/opt/typesense-server".into()],
    }
}

/// `PREFIXn/bin/postgres` for each version that there is, the newest first.
fn versions_in(directory: &str, prefix: &str) -> Vec<PathBuf> {
    let mut versions: Vec<u32> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.strip_prefix(prefix)?.parse().ok()
        })
        .collect();
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions
        .into_iter()
        .map(|version| {
            Path::new(directory)
                .join(format!("{prefix}{version}"))
                .join("bin/postgres")
        })
        .collect()
}

/// What `install` has put into the cache.
pub(super) fn installed(
    config: &StackConfig,
    service: Service,
) -> Vec<(PathBuf, BinarySource, Option<PathBuf>)> {
    let directory = directory(config, service);
    match service {
        Service::Temporal | Service::Typesense => {
            vec![(
                directory.join(program(service)),
                BinarySource::Installed,
                None,
            )]
        }
        Service::Postgres => {
            let tree = directory.join("usr/lib/postgresql");
            let libraries = directory.join("usr/lib/x86_64-linux-gnu");
            versions_in(&tree.to_string_lossy(), "")
                .into_iter()
                .map(|path| (path, BinarySource::Installed, Some(libraries.clone())))
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first_by_number() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["9", "15", "common", "17"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }

        let found = versions_in(&directory.path().to_string_lossy(), "");

        assert_eq!(
            found,
            ["17", "15", "9"].map(|version| directory.path().join(version).join("bin/postgres"))
        );
    }

    #[test]
    fn a_named_program_that_cannot_be_used_is_an_error_and_nothing_else_is_tried() {
        let config = StackConfig::default().with_program(Service::Temporal, "/nowhere/temporal");

        let message = find(&config, Service::Temporal).unwrap_err().to_string();

        assert!(
            message.contains("KAI_E2E_TEMPORAL_BIN") && message.contains("/nowhere/temporal"),
            "{message}"
        );
    }
}
