//! One program of this machine.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::stack::{PerService, Service, seed::hex};

/// The programs of a stack.
pub type Binaries = PerService<Binary>;

/// The program of one service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Binary {
    /// Where it is, without symbolic links. For Postgres the server itself, beside which `initdb` lies.
    pub path: PathBuf,
    /// What tells it from any other version of it.
    pub id: String,
    /// Where it comes from.
    pub source: BinarySource,
    /// Where its libraries are, when the system does not have them.
    pub libraries: Option<PathBuf>,
}

/// Where a program comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BinarySource {
    /// The configuration names it.
    Named,
    /// It was found in `PATH` or in one of the usual places.
    System,
    /// It was installed into the cache.
    Installed,
}

/// The oldest PostgreSQL that logs statements in JSON.
const OLDEST_POSTGRES: u32 = 15;

impl Binary {
    /// Looks at a file. The error says why it cannot be used, in a few words.
    pub(super) fn at(
        service: Service,
        path: &Path,
        source: BinarySource,
        libraries: Option<PathBuf>,
    ) -> Result<Self, String> {
        let path = fs::canonicalize(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        })?;
        let metadata = fs::metadata(&path).map_err(|error| error.to_string())?;
        if !metadata.is_file() || metadata.mode() & 0o111 == 0 {
            return Err("it is no program".to_owned());
        }
        let mut hash = Sha256::new();
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update(metadata.len().to_be_bytes());
        hash.update(metadata.mtime().to_be_bytes());
        hash.update(metadata.mtime_nsec().to_be_bytes());
        let binary = Self {
            id: hex(&hash.finalize())[..16].to_owned(),
            path,
            source,
            libraries,
        };
        if service == Service::Postgres {
            binary.check_postgres()?;
        }
        Ok(binary)
    }

    fn check_postgres(&self) -> Result<(), String> {
        if !self.path.with_file_name("initdb").is_file() {
            return Err("initdb does not lie beside it".to_owned());
        }
        let major = self.postgres_major()?;
        if major < OLDEST_POSTGRES {
            return Err(format!(
                "it is PostgreSQL {major}, and the statement log needs {OLDEST_POSTGRES} or newer"
            ));
        }
        Ok(())
    }

    /// The server's major version, as it says itself: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
    pub(super) fn postgres_major(&self) -> Result<u32, String> {
        let mut command = Command::new(&self.path);
        command.arg("--version");
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        let output = command
            .output()
            .map_err(|error| format!("it cannot be run: {error}"))?;
        let said = String::from_utf8_lossy(&output.stdout);
        major_of(&said).ok_or_else(|| {
            format!(
                "it does not say its version (--version printed {:?} {:?})",
                said.trim(),
                String::from_utf8_lossy(&output.stderr).trim()
            )
        })
    }
}

fn major_of(version: &str) -> Option<u32> {
    let (_, rest) = version.split_once("(PostgreSQL) ")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_server_says() {
        for (said, major) in [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
                Some(15),
            ),
            ("postgres (PostgreSQL) 17.0\n", Some(17)),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("sh: not found\n", None),
        ] {
            assert_eq!(major_of(said), major, "{said}");
        }
    }

    #[test]
    fn what_is_no_program_is_refused_with_the_reason() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("temporal");
        fs::write(&file, "").unwrap();
        let at = |path: &Path| {
            Binary::at(Service::Temporal, path, BinarySource::Named, None).unwrap_err()
        };

        assert_eq!(at(&file), "it is no program");
        assert_eq!(at(directory.path()), "it is no program");
        assert_eq!(at(&directory.path().join("x")), "there is no such file");
    }
}
