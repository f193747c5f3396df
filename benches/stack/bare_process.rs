//! One service as a process without the harness: the program, an empty data directory, and a poll.

use std::collections::HashMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kai_e2e::stack::{OwnedStack, Programs, Service};
use tokio::process::{Child, Command};

use crate::answers::answers;

/// A bound for everything that is polled here.
const BOUND: Duration = Duration::from_secs(60);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(4);

/// How one service is started by hand: as the stack starts it, on other ports and on data of its own.
pub struct BareProcess {
    service: Service,
    program: PathBuf,
    arguments: Vec<String>,
    environment: HashMap<String, String>,
    user: (u32, u32),
    data: tempfile::TempDir,
    port: u16,
}

impl BareProcess {
    /// Reads off a running stack how a service is started.
    pub fn like(stack: &OwnedStack, service: Service) -> Result<Self> {
        let Programs::Binaries(binaries) = stack.programs() else {
            anyhow::bail!("the stack runs in containers");
        };
        let process = process_of(stack.session(), service)?;
        let owner = fs::metadata(&process)?;
        let user = (owner.uid(), owner.gid());
        let data = tempfile::Builder::new()
            .prefix("kai-e2e-bench-")
            .tempdir_in(if Path::new("/dev/shm").is_dir() {
                "/dev/shm".into()
            } else {
                std::env::temp_dir()
            })?;
        chown(data.path(), Some(user.0), Some(user.1))?;
        let given = words(&process.join("cmdline"))?;
        let port = free_port()?;
        let replaced = replacements(stack, service, &given, data.path(), port)?;
        let arguments = given
            .into_iter()
            .skip(1)
            .map(|word| {
                replaced
                    .iter()
                    .fold(word, |word, (old, new)| match word == *old {
                        true => new.clone(),
                        false if old.starts_with('/') => word.replace(old, new),
                        false => word,
                    })
            })
            .collect();
        let mut environment: HashMap<String, String> = words(&process.join("environ"))?
            .iter()
            .filter_map(|word| word.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        // It must not be taken for the stack's.
        environment.retain(|name, _| !name.starts_with("KAI_E2E_"));
        Ok(Self {
            service,
            program: binaries.get(service).path.clone(),
            arguments,
            environment,
            user,
            data,
            port,
        })
    }

    /// From the start of the program, and of `initdb` before it where there is one, to the first answer to a real request.
    pub async fn ready(&self) -> Result<Duration> {
        let began = Instant::now();
        let directory = self.data.path().join("data");
        fs::create_dir(&directory)?;
        chown(&directory, Some(self.user.0), Some(self.user.1))?;
        if self.service == Service::Postgres {
            let options = "--auth=trust --username=postgres --no-sync --locale=C --encoding=UTF8";
            let made = self
                .command(&self.program.with_file_name("initdb"))
                .args(options.split(' '))
                .arg("--pgdata")
                .arg(&directory)
                .output()
                .await?;
            ensure!(
                made.status.success(),
                "initdb: {}",
                String::from_utf8_lossy(&made.stderr)
            );
        }
        let mut child = self.command(&self.program).args(&self.arguments).spawn()?;
        let answered = self.answered(&mut child, began).await;
        // A Postgres that is asked to end at once takes its own processes with it.
        let signal = match self.service {
            Service::Postgres => "-QUIT",
            _ => "-KILL",
        };
        let id = child.id().context("it has ended")?.to_string();
        Command::new("kill").args([signal, &id]).status().await?;
        child.wait().await?;
        answered
    }

    async fn answered(&self, child: &mut Child, began: Instant) -> Result<Duration> {
        while !answers(self.service, &self.port.to_string(), "bench").await {
            let ended = child.try_wait()?;
            ensure!(ended.is_none(), "{} ended: {ended:?}", self.service);
            ensure!(
                began.elapsed() < BOUND,
                "{} did not answer within {BOUND:?}",
                self.service
            );
            tokio::time::sleep(PAUSE).await;
        }
        Ok(began.elapsed())
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(&self.environment)
            .current_dir(self.data.path())
            .uid(self.user.0)
            .gid(self.user.1)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// What must be different: the ports, and the directory in which the stack keeps the service's data and log.
fn replacements(
    stack: &OwnedStack,
    service: Service,
    given: &[String],
    data: &Path,
    port: u16,
) -> Result<Vec<(String, String)>> {
    let endpoints = stack.endpoints();
    let after = |option: &str| {
        let at = given.iter().position(|word| word == option)?;
        given.get(at + 1).cloned()
    };
    let own = match service {
        Service::Temporal => endpoints
            .temporal_address
            .rsplit_once(':')
            .map(|(_, port)| port.to_owned())
            .context("a port")?,
        Service::Postgres => endpoints.postgres.port.to_string(),
        Service::Typesense => endpoints.typesense.port.to_string(),
    };
    let mut replaced = vec![(own, port.to_string())];
    if let Some(peering) = after("--peering-port") {
        replaced.push((peering, free_port()?.to_string()));
    }
    if let Some(directory) = after("-D").or_else(|| after("--data-dir")) {
        let parent = Path::new(&directory).parent().context("a directory")?;
        replaced.push((parent.display().to_string(), data.display().to_string()));
    }
    Ok(replaced)
}

/// The entry in `/proc` of the service's first process: the one whose parent does not carry the service's name.
fn process_of(session: &str, service: Service) -> Result<PathBuf> {
    let carries = |process: &Path| {
        let found = words(&process.join("environ")).unwrap_or_default();
        found.contains(&format!("KAI_E2E_SESSION={session}"))
            && found.contains(&format!("KAI_E2E_SERVICE={service}"))
    };
    let parent = |process: &Path| -> Option<PathBuf> {
        let stat = fs::read_to_string(process.join("stat")).ok()?;
        let id = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
        Some(Path::new("/proc").join(id))
    };
    fs::read_dir("/proc")?
        .flatten()
        .map(|entry| entry.path())
        .find(|process| carries(process) && !parent(process).is_some_and(|above| carries(&above)))
        .with_context(|| format!("no process of {service}"))
}

/// Words that end with a zero byte, as the kernel gives them.
fn words(file: &Path) -> Result<Vec<String>> {
    let text = fs::read(file)?;
    Ok(String::from_utf8_lossy(&text)
        .split('\0')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
