//! Where installed programs lie.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::install::recipe_digest;
use crate::stack::{Service, StackConfig, config::user_id};

/// For root, when its cache lies where other users cannot reach it: Postgres refuses to run as root, and whoever it runs as has to
/// reach its programs.
const FOR_ALL_USERS: &str = "/var/cache/kai-e2e";

/// The directory of one service's installed program. Its name holds the digest of the recipe: a changed recipe installs anew.
pub(super) fn directory(config: &StackConfig, service: Service) -> PathBuf {
    let cache = config.cache_directory();
    let root = if user_id() == Some(0) && !is_open_to_all(cache) {
        Path::new(FOR_ALL_USERS)
    } else {
        cache
    };
    root.join("binaries")
        .join(format!("{service}-{}", &recipe_digest(service)[..12]))
}

/// Whether every user may go through a directory and all that are above it, as far as they exist.
pub(super) fn is_open_to_all(path: &Path) -> bool {
    path.ancestors()
        .filter_map(|directory| fs::metadata(directory).ok())
        .all(|metadata| metadata.mode() & 0o001 != 0)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn one_private_directory_above_closes_a_path() {
        let directory = tempfile::tempdir_in("/tmp").unwrap();
        let inside = directory.path().join("a/b");
        fs::create_dir_all(&inside).unwrap();
        let set = |mode| {
            fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).unwrap();
        };

        set(0o755);
        assert!(is_open_to_all(&inside));
        assert!(is_open_to_all(&inside.join("not/yet/there")));
        set(0o700);
        assert!(!is_open_to_all(&inside));
    }
}
