//! What is done once for a stack, whichever of its users comes first.

use std::{fs, future::Future, io, path::Path, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{
    OwnedStack, RunningStack, SharedStack, Silent, StackError,
    seed::hex,
    session::{ExclusiveLock, SessionDirectory, write_private},
};

/// How long one user may work while the others wait for its result.
const WORK_BOUND: Duration = Duration::from_secs(120);

macro_rules! once {
    ($stack:ty) => {
        impl $stack {
            /// The result of `work`, which one user of the stack does and all others get, in this process and in any
            /// other, for as long as the stack runs. A failure is not remembered; the next one tries again.
            ///
            /// # Errors
            ///
            /// Those of the work, and when the session's directory cannot be used.
            pub async fn once<T, E, W>(
                &self,
                key: &'static str,
                work: impl FnOnce() -> W + Send,
            ) -> Result<T, E>
            where
                T: Serialize + DeserializeOwned + Send,
                E: From<StackError> + Send,
                W: Future<Output = Result<T, E>> + Send,
            {
                remembered(self.session_directory(), self, key, work).await
            }
        }
    };
}

once!(SharedStack);
once!(OwnedStack);

async fn remembered<T, E, W>(
    directory: &SessionDirectory,
    stack: &RunningStack,
    key: &'static str,
    work: impl FnOnce() -> W + Send,
) -> Result<T, E>
where
    T: Serialize + DeserializeOwned + Send,
    E: From<StackError> + Send,
    W: Future<Output = Result<T, E>> + Send,
{
    let name = format!("once-{key}-{}", launch(stack));
    let file = directory.file(&format!("{name}.json"));
    if let Some(done) = read(&file)? {
        return Ok(done);
    }
    let lock = directory.file(&format!("{name}.lock"));
    let _lock =
        ExclusiveLock::acquire(&lock, "do what is done once a stack", WORK_BOUND, &Silent).await?;
    if let Some(done) = read(&file)? {
        return Ok(done);
    }
    let done = work().await?;
    write(&directory.file(&format!("{name}.draft")), &file, &done)
        .map_err(StackError::state("write", &file))?;
    Ok(done)
}

/// A stack that died is replaced by another in the same session. Their random keys tell them apart.
fn launch(stack: &RunningStack) -> String {
    let key = &stack.endpoints().typesense.api_key;
    hex(&Sha256::digest(key.reveal()))[..8].to_owned()
}

/// A file that cannot be read as one, of another version perhaps, counts as none.
fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, StackError> {
    match fs::read(file) {
        Ok(content) => Ok(serde_json::from_slice(&content).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StackError::state("read", file)(error)),
    }
}

/// Written under another name first: others read it without a lock.
fn write<T: Serialize>(draft: &Path, file: &Path, value: &T) -> io::Result<()> {
    write_private(draft, &serde_json::to_vec(value)?)?;
    fs::rename(draft, file)
}
