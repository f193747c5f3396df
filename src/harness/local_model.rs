//! A small language model on this machine.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use super::{HarnessError, bounds};
use crate::agent::models::{ChatSettings, ChatTimeouts, Endpoint, ModelChoice};
use crate::stack::StackConfig;

/// What serves it: llama.cpp, through its Python package.
const SERVE: &str = include_str!("../../fixtures/model/serve.py");
const NAME: &str = "qwen2.5-coder-1.5b-instruct-q4_k_m";
/// Tokens of context: rules, tools, the schema of fifteen tables, and room for an answer.
const CONTEXT: usize = 16 * 1024;
/// Its tokens are three bytes long on average, in schemas and in Indonesian.
const CONTEXT_BYTES: usize = 44 * 1024;

/// A small language model that runs on this machine for as long as this lives. `make model` installs it.
///
/// It shows that the plumbing works with a real model, and no more: it is far too small to be right about most questions.
#[derive(Debug)]
#[must_use = "a model that is dropped stops"]
pub struct LocalModel {
    endpoint: Endpoint,
    _server: Child,
}

impl LocalModel {
    /// Starts the model that is installed in the cache.
    ///
    /// # Errors
    /// [`HarnessError::LocalModel`] when it is not installed, or does not start.
    pub async fn start(config: &StackConfig) -> Result<Self, HarnessError> {
        let directory = config.cache_directory().join("model");
        let file = installed(&directory)?;
        let failed = |reason: String| HarnessError::LocalModel { reason };
        let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get() / 2);
        let mut server = Command::new("python3")
            .args(["-c", SERVE])
            .arg(file)
            .arg(directory.join("python"))
            .args([CONTEXT.to_string(), threads.max(1).to_string()])
            // It ends with whoever holds this, however they end.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(format!("python3 cannot be started: {error}")))?;
        let bound = bounds::MODEL.get();
        let address = tokio::time::timeout(bound, address(&mut server))
            .await
            .map_err(|_| failed(format!("it was not ready within {} s", bound.as_secs_f64())))?
            .map_err(failed)?;
        let endpoint = Endpoint::new(&format!("{address}/v1"))
            .map_err(|error| failed(format!("its address `{address}` is none: {error}")))?;
        Ok(Self {
            endpoint,
            _server: server,
        })
    }

    /// The model, for [`HarnessSettings::model`](super::HarnessSettings::model). It reads slowly: its time-outs are long.
    pub fn choice(&self) -> ModelChoice {
        let long = Duration::from_secs(10 * 60);
        ModelChoice::chat(ChatSettings {
            temperature: Some(0.0),
            context_bytes: CONTEXT_BYTES,
            timeouts: ChatTimeouts {
                first: long,
                turn: long,
                ..ChatTimeouts::default()
            },
            ..ChatSettings::new(self.endpoint.clone(), NAME)
        })
    }
}

fn installed(directory: &Path) -> Result<PathBuf, HarnessError> {
    let file = directory.join(format!("{NAME}.gguf"));
    match (file.is_file(), directory.join("python/xllamacpp").is_dir()) {
        (true, true) => Ok(file),
        _ => Err(HarnessError::LocalModel {
            reason: format!(
                "it is not installed in {}: `make model` installs it (1.2 GB)",
                directory.display()
            ),
        }),
    }
}

/// The first line that the server prints. What it prints later is thrown away: a full pipe would stop it.
async fn address(server: &mut Child) -> Result<String, String> {
    let (Some(stdout), Some(mut stderr)) = (server.stdout.take(), server.stderr.take()) else {
        return Err("its output cannot be read".to_owned());
    };
    let log = tokio::spawn(async move {
        let (mut log, mut buffer) = (Vec::new(), [0; 4096]);
        while let Ok(read @ 1..) = stderr.read(&mut buffer).await {
            log.extend_from_slice(&buffer[..read]);
            let start = log.len().saturating_sub(4096);
            log.drain(..start);
        }
        String::from_utf8_lossy(&log).into_owned()
    });
    let mut lines = BufReader::new(stdout).lines();
    match lines.next_line().await {
        Ok(Some(address)) => {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            Ok(address)
        }
        _ => {
            let log = log.await.unwrap_or_default();
            let last: Vec<_> = log.lines().rev().take(10).collect();
            let last: Vec<_> = last.into_iter().rev().collect();
            Err(format!("its server ended; it said:\n{}", last.join("\n")))
        }
    }
}
