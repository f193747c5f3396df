//! Installing programs into the cache.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use futures::future::{try_join_all, try_join3};
use sha2::{Digest, Sha256};

use super::{
    Binaries, Binary,
    cache::directory,
    find::{Search, find, installed},
};
use crate::stack::{
    Progress, Service, StackConfig, StackError, bounds,
    error::LogTail,
    images::recipe_files,
    script::{Failure, Script},
    seed::hex,
    session::ExclusiveLock,
};

/// The script that installs one program; it uses those that build the images.
const INSTALL: &str = include_str!("../../../fixtures/binaries/install.sh");

/// Finds a program for each service, and installs those that are missing.
pub(in crate::stack) async fn resolve(
    config: &StackConfig,
    progress: &dyn Progress,
) -> Result<Binaries, StackError> {
    let one = |service| resolve_one(config, service, progress);
    let (temporal, postgres, typesense) = try_join3(
        one(Service::Temporal),
        one(Service::Postgres),
        one(Service::Typesense),
    )
    .await?;
    Ok(Binaries {
        temporal,
        postgres,
        typesense,
    })
}

async fn resolve_one(
    config: &StackConfig,
    service: Service,
    progress: &dyn Progress,
) -> Result<Binary, StackError> {
    let first = match find(config, service)? {
        Search::Found(binary) => return Ok(binary),
        Search::Missing(refused) => refused,
    };
    progress.line(&format!(
        "[{service}] no program was found on this machine: installing one into the cache"
    ));
    install_one(config, service, false, progress).await?;
    match find(config, service)? {
        Search::Found(binary) => Ok(binary),
        Search::Missing(refused) => Err(StackError::ProgramMissing {
            service,
            looked_at: first.into_iter().chain(refused).collect(),
            variable: service.program_variable(),
        }),
    }
}

/// Installs the programs of all three services into the cache, whether or not the system has them. Without `force`, those
/// that the present recipe has already installed are left alone.
///
/// # Errors
///
/// [`StackError::ProgramInstall`] with the end of the installation's own output.
pub async fn install(
    config: &StackConfig,
    force: bool,
    progress: &dyn Progress,
) -> Result<Vec<PathBuf>, StackError> {
    try_join_all(Service::ALL.map(|service| install_one(config, service, force, progress))).await
}

async fn install_one(
    config: &StackConfig,
    service: Service,
    force: bool,
    progress: &dyn Progress,
) -> Result<PathBuf, StackError> {
    let is_there = || {
        installed(config, service)
            .into_iter()
            .map(|(path, ..)| path)
            .find(|path| path.is_file())
    };
    let destination = directory(config, service);
    if let Some(path) = is_there().filter(|_| !force) {
        progress.line(&format!("[{service}] {} is there already", path.display()));
        return Ok(path);
    }
    let lock = config
        .cache_directory()
        .join("locks")
        .join(format!("binaries-{service}"));
    let _lock =
        ExclusiveLock::acquire(&lock, "install a program", bounds::BUILD.get(), progress).await?;
    if let Some(path) = is_there().filter(|_| !force) {
        return Ok(path);
    }
    let failed = |Failure { reason, output }| StackError::ProgramInstall {
        service,
        variable: service.program_variable(),
        reason,
        output,
    };
    let script = unpack(config.cache_directory()).map_err(|error| {
        failed(Failure {
            reason: format!("the recipe cannot be written to the cache: {error}"),
            output: LogTail::default(),
        })
    })?;
    let destination = destination.display().to_string();
    Script {
        path: &script,
        arguments: &[service.as_str(), &destination],
        prefix: service.as_str(),
        environment: &[("KAI_E2E_CACHE", config.cache_directory().as_os_str())],
    }
    .run(progress)
    .await
    .map_err(failed)?;
    is_there().ok_or_else(|| {
        failed(Failure {
            reason: format!("there is no program in {destination} after it"),
            output: LogTail::default(),
        })
    })
}

/// The digest of everything that takes part in an installation, in hexadecimal.
pub(super) fn recipe_digest(service: Service) -> String {
    let mut hash = Sha256::new();
    for part in recipe_files()
        .iter()
        .flat_map(|(name, content)| [*name, *content])
        .chain([INSTALL, service.as_str()])
    {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// Writes the recipe under the cache directory as it lies in the source tree, and gives the path of the script.
fn unpack(cache: &Path) -> io::Result<PathBuf> {
    let root = cache.join("recipes").join(format!(
        "binaries-{}",
        &recipe_digest(Service::Temporal)[..12]
    ));
    let script = root.join("binaries/install.sh");
    let images = root.join("images");
    fs::create_dir_all(root.join("binaries"))?;
    fs::create_dir_all(&images)?;
    write(&script, INSTALL)?;
    for (name, content) in recipe_files() {
        write(&images.join(name), content)?;
    }
    Ok(script)
}

/// Several processes may write at once: each file appears whole, and is the same whoever writes it.
fn write(path: &Path, content: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(content.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
