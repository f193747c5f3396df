//! Values that one process of a session leaves for the others.

use std::{fs, io, path::Path};

use serde::{Serialize, de::DeserializeOwned};

use super::write_private;
use crate::stack::{StackError, if_there};

/// The value in a file; `None` when there is no such file. One that cannot be read as such a value, of another version
/// perhaps, counts as none.
pub(in crate::stack) fn read_state_file<T: DeserializeOwned>(
    path: &Path,
) -> Result<Option<T>, StackError> {
    let content = if_there(fs::read(path)).map_err(StackError::state("read", path))?;
    Ok(content.and_then(|content| serde_json::from_slice(&content).ok()))
}

/// Writes a value under another name first: others read it without a lock.
pub(in crate::stack) fn write_state_file<T: Serialize>(
    path: &Path,
    value: &T,
) -> Result<(), StackError> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    let write = || -> io::Result<()> {
        write_private(Path::new(&draft), &serde_json::to_vec_pretty(value)?)?;
        fs::rename(&draft, path)
    };
    write().map_err(StackError::state("write", path))
}
