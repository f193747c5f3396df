//! Defaults that depend on the machine.

use std::{fs, os::unix::fs::MetadataExt, path::PathBuf};

/// The user's id, as the owner of this process's own entry in `/proc`, or of the home directory where there is none.
pub(in crate::stack) fn user_id() -> Option<u32> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    [Some(PathBuf::from("/proc/self")), home]
        .into_iter()
        .flatten()
        .find_map(|path| fs::metadata(path).ok())
        .map(|metadata| metadata.uid())
}

/// Where the state directory lies unless it is set: the user's runtime directory, which the system empties at the last
/// logout, or else a directory of this user's under the temporary one.
pub(super) fn state_directory(runtime_directory: Option<String>) -> PathBuf {
    match runtime_directory.map(PathBuf::from) {
        Some(runtime) if runtime.is_absolute() && runtime.is_dir() => runtime.join("kai-e2e"),
        _ => {
            let user = user_id().map_or_else(|| "user".to_owned(), |id| id.to_string());
            std::env::temp_dir().join(format!("kai-e2e-{user}"))
        }
    }
}

/// Where downloads are kept unless it is set: the user's cache directory, or the temporary one for a user without a home.
pub(super) fn cache_directory(cache: Option<String>, home: Option<String>) -> PathBuf {
    let absolute = |path: Option<String>| path.map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(cache)
        .or_else(|| absolute(home).map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
        .join("kai-e2e")
}
