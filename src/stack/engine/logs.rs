//! What a service wrote.

use std::time::{SystemTime, UNIX_EPOCH};

use bollard::{
    errors::Error,
    query_parameters::{DownloadFromContainerOptionsBuilder, LogsOptionsBuilder},
};
use futures::StreamExt;
use tokio::{fs::File, io::AsyncWriteExt};

use super::{
    Engine,
    tar::{BLOCK, member_size},
};
use crate::stack::{StackError, error::Cause};

impl Engine {
    /// The last lines that a container wrote to its standard output and error, also when it has ended.
    pub(in crate::stack) async fn output(
        &self,
        id: &str,
        lines: usize,
    ) -> Result<String, StackError> {
        self.logs(id, LogsOptionsBuilder::new().tail(&lines.to_string()))
            .await
    }

    /// Everything that a container wrote to its standard output and error since a moment, also when it has ended. The engine
    /// counts in whole seconds, so what was written up to a second earlier may be there too.
    pub(in crate::stack) async fn output_since(
        &self,
        id: &str,
        since: SystemTime,
    ) -> Result<String, StackError> {
        let seconds = since
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i32::try_from(since.as_secs()).ok())
            .unwrap_or(0);
        self.logs(id, LogsOptionsBuilder::new().since(seconds).tail("all"))
            .await
    }

    async fn logs(&self, id: &str, options: LogsOptionsBuilder) -> Result<String, StackError> {
        let options = options.stdout(true).stderr(true).build();
        let mut chunks = self.docker.logs(id, Some(options));
        let mut text = String::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(StackError::engine_call(format!(
                "read the log of container {id}"
            )))?;
            text.push_str(&String::from_utf8_lossy(&chunk.into_bytes()));
        }
        Ok(text)
    }

    /// Writes a path inside a container, with everything below it, to a file, as a tar archive whose first member is named
    /// after the path's last part. Also when the container has ended.
    pub(in crate::stack) async fn archive(
        &self,
        id: &str,
        path: &str,
        file: &mut File,
    ) -> Result<(), Cause> {
        let options = DownloadFromContainerOptionsBuilder::new()
            .path(path)
            .build();
        let mut chunks = self.docker.download_from_container(id, Some(options));
        while let Some(chunk) = chunks.next().await {
            file.write_all(&chunk?).await?;
        }
        file.flush().await?;
        Ok(())
    }

    /// The last `length` bytes of one file inside a container, also when it has ended; `None` when there is no such file.
    ///
    /// The engine gives files as a tar archive with one member, whose content follows a header of one block.
    pub(in crate::stack) async fn end_of_file(
        &self,
        id: &str,
        path: &str,
        length: usize,
    ) -> Result<Option<Vec<u8>>, StackError> {
        let options = DownloadFromContainerOptionsBuilder::new()
            .path(path)
            .build();
        let mut chunks = self.docker.download_from_container(id, Some(options));
        let mut header = Vec::with_capacity(BLOCK);
        let mut kept: Vec<u8> = Vec::new();
        let mut left = None;
        while let Some(chunk) = chunks.next().await {
            let chunk = match chunk {
                Ok(chunk) => chunk,
                Err(Error::DockerResponseServerError {
                    status_code: 404, ..
                }) => return Ok(None),
                Err(error) => {
                    return Err(StackError::engine_call(format!(
                        "read {path} of container {id}"
                    ))(error));
                }
            };
            let mut bytes = &chunk[..];
            if header.len() < BLOCK {
                let (head, rest) = bytes.split_at(bytes.len().min(BLOCK - header.len()));
                header.extend_from_slice(head);
                bytes = rest;
            }
            if header.len() < BLOCK {
                continue;
            }
            let size = left.get_or_insert_with(|| member_size(&header));
            let content = &bytes[..bytes.len().min(*size)];
            *size -= content.len();
            kept.extend_from_slice(content);
            // Twice the length is the most that is ever held, so that a log of any length can be read.
            if kept.len() > 2 * length {
                kept.drain(..kept.len() - length);
            }
        }
        kept.drain(..kept.len().saturating_sub(length));
        Ok(Some(kept))
    }
}
