//! The receivers, each as a process of its own.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// How the kernel counts processor time in `/proc` (`USER_HZ`, 100 on every architecture that Rust's Linux targets share).
const TICK: Duration = Duration::from_millis(10);

/// The argument that makes this program the bare receiver.
pub const BARE: &str = "--serve-bare";

/// Which receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ours,
    Fastapi,
    Bare,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Ours, Self::Fastapi, Self::Bare];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "kai-e2e",
            Self::Fastapi => "FastAPI",
            Self::Bare => "bare axum",
        }
    }
}

/// A receiver that runs; killed when dropped.
pub struct Server {
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    pub fn start(kind: Kind) -> Result<Self> {
        Self::start_with(kind, &[])
    }

    pub fn start_with(kind: Kind, arguments: &[&str]) -> Result<Self> {
        let (mut command, port) = match kind {
            Kind::Ours => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_kai-e2e"));
                command.args(["capture", "--listen", "127.0.0.1:0"]);
                // It says of each delivery that it refuses why, and some proofs are made of those.
                command.stderr(Stdio::null());
                (command, None)
            }
            Kind::Bare => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg(BARE);
                (command, None)
            }
            Kind::Fastapi => {
                let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
                let mut command = Command::new(python()?);
                command.arg(peers().join("fastapi/receiver.py"));
                command.arg(port.to_string());
                (command, Some(port))
            }
        };
        let mut child = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let address = match port {
            Some(port) => SocketAddr::from(([127, 0, 0, 1], port)),
            None => {
                let mut line = String::new();
                let output = child.stdout.take().context("no output")?;
                BufReader::new(output).read_line(&mut line)?;
                let address = line.trim().strip_prefix("listening on ");
                address
                    .with_context(|| format!("no address: {line}"))?
                    .parse()?
            }
        };
        let server = Self { address, child };
        let deadline = Instant::now() + Duration::from_secs(30);
        while let Err(error) = TcpStream::connect(address) {
            ensure!(
                Instant::now() < deadline,
                "{} does not listen: {error}",
                kind.name()
            );
            std::thread::yield_now();
        }
        Ok(server)
    }

    /// The processor time that it used so far.
    pub fn cpu(&self) -> Result<Duration> {
        cpu_of(&self.child.id().to_string())
    }

    /// The memory that it holds now, in bytes.
    pub fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes: u64 = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .context("no VmRSS")?
            .parse()?;
        Ok(kibibytes << 10)
    }

    pub fn signal(&self, signal: &str) -> Result<()> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status()?;
        ensure!(sent.success(), "kill {signal} {id} failed");
        Ok(())
    }

    /// Waits for its end, for at most so long, and says how long that took.
    pub async fn ended(&mut self, within: Duration) -> Result<Option<Duration>> {
        let began = Instant::now();
        while began.elapsed() < within {
            if self.child.try_wait()?.is_some() {
                return Ok(Some(began.elapsed()));
            }
            tokio::task::yield_now().await;
        }
        Ok(None)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processor time of a process, `self` for this one.
pub fn cpu_of(process: &str) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in the second field may have spaces in it; fields 14 and 15 are the ticks (proc_pid_stat(5)).
    let (_, after) = stat.rsplit_once(") ").context("no name")?;
    let fields: Vec<_> = after.split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u32>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).context("no ticks")?;
    Ok(TICK * (user + system))
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers")
}

/// The Python of an environment that has exactly what `requirements.txt` names; made on first use.
fn python() -> Result<PathBuf> {
    let requirements = peers().join("fastapi/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)?;
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fastapi");
    let (python, mark) = (home.join("bin/python"), home.join("installed.txt"));
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    eprintln!("installing the FastAPI receiver into {}", home.display());
    let run = |command: &mut Command| -> Result<()> {
        let done = command
            .status()
            .with_context(|| format!("cannot run {command:?}"))?;
        ensure!(done.success(), "{command:?} failed");
        Ok(())
    };
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&home))?;
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--requirement",
        ])
        .arg(&requirements))?;
    std::fs::write(mark, wanted)?;
    Ok(python)
}
