//! What is done once for a stack, whichever of its users comes first.

use std::future::Future;

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{
    OwnedStack, RunningStack, SharedStack, Silent, StackError, bounds,
    seed::hex,
    session::{ExclusiveLock, SessionDirectory, read_state_file, write_state_file},
};

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
    if let Some(done) = read_state_file(&file)? {
        return Ok(done);
    }
    let lock = directory.file(&format!("{name}.lock"));
    let _lock = ExclusiveLock::acquire(
        &lock,
        "do what is done once a stack",
        bounds::ONCE.get(),
        &Silent,
    )
    .await?;
    if let Some(done) = read_state_file(&file)? {
        return Ok(done);
    }
    let done = work().await?;
    write_state_file(&file, &done)?;
    Ok(done)
}

/// A stack that died is replaced by another in the same session. Their random keys tell them apart.
fn launch(stack: &RunningStack) -> String {
    let key = &stack.endpoints().typesense.api_key;
    hex(&Sha256::digest(key.reveal()))[..8].to_owned()
}
