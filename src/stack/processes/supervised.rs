//! One service as a process, with a shell that waits for it.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Read, Seek, SeekFrom},
    os::unix::{
        fs::{DirBuilderExt, OpenOptionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use super::{
    copy::own,
    table::{exit_code, is_alive, is_stopped, start_time},
    user::User,
};
use crate::stack::{
    Service, bounds, error::ExitCode, if_there, provider::Ports, session::Labels, wait::Backoff,
};

const SUPERVISOR: &str = include_str!("supervise.sh");

/// The file with the ports of a service.
const PORTS: &str = "ports";

/// The directory of one service in the session's data directory.
#[derive(Debug, Clone)]
pub(in crate::stack) struct ServiceDirectory {
    path: PathBuf,
}

/// What has become of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stack) enum State {
    Running,
    Ended(ExitCode),
}

/// A command to run as a service.
#[derive(Debug)]
pub(super) struct ServiceCommand {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    /// All that the process has in its environment, but for its labels and a few variables that every program wants: what is
    /// set where the harness runs is no business of a service.
    pub(super) environment: Vec<(&'static str, String)>,
    pub(super) user: Option<User>,
}

impl ServiceDirectory {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Makes the directory, empty, as the given user's. What a former process of the same service left in it is removed.
    pub(super) fn prepare(&self, user: Option<User>) -> io::Result<()> {
        if_there(fs::remove_dir_all(&self.path))?;
        DirBuilder::new().mode(0o700).create(&self.path)?;
        own(&self.path, user)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(in crate::stack) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Starts a service, whose output goes to its log here, and gives its process id.
    pub(super) async fn spawn(
        &self,
        service: Service,
        labels: &Labels,
        command: &ServiceCommand,
    ) -> io::Result<u32> {
        // A shell that still waits for a former service here writes its exit code under the former name.
        let run = uuid::Uuid::new_v4().simple().to_string();
        fs::write(self.file("run"), &run)?;
        for former in ["pid", "begun", "shell"] {
            if_there(fs::remove_file(self.file(former)))?;
        }
        let log = File::options()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(self.file("log"))?;
        let mut supervisor = Command::new("sh");
        supervisor
            .args(["-c", SUPERVISOR, "kai-e2e-service"])
            .arg(&self.path)
            .arg(service.as_str())
            .arg(&run)
            .arg(&command.program)
            .args(&command.arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", &self.path)
            .env("LANG", "C")
            .env("TZ", "UTC")
            .envs(labels.variables_of_session())
            .envs(command.environment.iter().map(|(key, value)| (key, value)))
            .current_dir(&self.path)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Ctrl-c in a terminal reaches the harness, which cleans up, and not the services.
            .process_group(0);
        if let Some(user) = command.user {
            supervisor.uid(user.uid).gid(user.gid);
        }
        let mut child = supervisor.spawn()?;
        if let Some(begun) = start_time(child.id()) {
            fs::write(self.file("shell"), format!("{} {begun}", child.id()))?;
        }
        // It is no zombie then for as long as this process lives; without a thread it is one, which is no reason to fail.
        let _ = std::thread::Builder::new()
            .name("kai-e2e-service".to_owned())
            .spawn(move || child.wait());
        self.started().await
    }

    async fn started(&self) -> io::Result<u32> {
        let bound = bounds::SPAWN.get();
        let deadline = Instant::now() + bound;
        let mut backoff = Backoff::new();
        loop {
            if let Some(pid) = self.pid() {
                if let Some(begun) = start_time(pid) {
                    fs::write(self.file("begun"), begun.to_string())?;
                }
                return Ok(pid);
            }
            if !backoff.pause_within(deadline).await {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("the shell did not start it within {bound:?}"),
                ));
            }
        }
    }

    /// The process that was last started here.
    pub(in crate::stack) fn pid(&self) -> Option<u32> {
        number(&self.file("pid"))
    }

    /// The shell that waits for that process, as long as there is one.
    fn shell(&self) -> Option<u32> {
        let known = fs::read_to_string(self.file("shell")).ok()?;
        let (pid, begun) = known.split_once(' ')?;
        let (pid, begun): (u32, u64) = (pid.parse().ok()?, begun.parse().ok()?);
        (start_time(pid) == Some(begun) && is_alive(pid)).then_some(pid)
    }

    /// How the present process ended, once the shell has written it.
    fn written(&self) -> Option<ExitCode> {
        let run = fs::read_to_string(self.file("run")).unwrap_or_default();
        number(&self.file(&format!("exit-{run}"))).map(ExitCode)
    }

    /// What has become of that process. `None` when there was none.
    pub(in crate::stack) fn state(&self) -> Option<State> {
        if let Some(code) = self.written() {
            return Some(State::Ended(code));
        }
        let pid = self.pid()?;
        // Not known yet in the instant after the start.
        let begun: Option<u64> = number(&self.file("begun"));
        let is_same = begun.is_none() || begun == start_time(pid);
        if is_same && is_alive(pid) {
            return Some(State::Running);
        }
        // It is about to write how it ended; until then whoever removes the directory would meet its file.
        if self.shell().is_some_and(|shell| !is_stopped(shell)) {
            return Some(State::Running);
        }
        let code = self
            .written()
            .or_else(|| is_same.then(|| exit_code(pid)).flatten().map(ExitCode));
        // Without a word somebody ended the shell, too.
        Some(State::Ended(code.unwrap_or(ExitCode(137))))
    }

    /// Waits until the process has ended. One whose files are gone was removed.
    pub(in crate::stack) async fn ended(&self) -> ExitCode {
        let mut backoff = Backoff::new();
        loop {
            match self.state() {
                Some(State::Running) => backoff.pause().await,
                Some(State::Ended(code)) => return code,
                None => return ExitCode(137),
            }
        }
    }

    /// The end of a file; empty when there is none.
    pub(super) fn end_of(&self, file: &Path, most: u64) -> io::Result<Vec<u8>> {
        let Some(mut log) = if_there(File::open(file))? else {
            return Ok(Vec::new());
        };
        let length = log.metadata()?.len();
        log.seek(SeekFrom::Start(length.saturating_sub(most)))?;
        let mut end = Vec::new();
        log.read_to_end(&mut end)?;
        Ok(end)
    }

    /// Notes down where the service is reached, for whoever finds it later.
    pub(in crate::stack) fn write_ports(&self, ports: &Ports) -> io::Result<()> {
        fs::write(self.file(PORTS), serde_json::to_vec(ports)?)
    }

    /// Where the service is reached; empty when that is not known.
    pub(in crate::stack) fn ports(&self) -> Ports {
        fs::read(self.file(PORTS))
            .ok()
            .and_then(|content| serde_json::from_slice(&content).ok())
            .unwrap_or_default()
    }
}

fn number<T: std::str::FromStr>(path: &Path) -> Option<T> {
    fs::read_to_string(path).ok()?.trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(script: &str) -> ServiceCommand {
        ServiceCommand {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: vec![("GREETING", "hello".into())],
            user: None,
        }
    }

    async fn run(script: &str) -> (tempfile::TempDir, ServiceDirectory, Labels) {
        let parent = tempfile::tempdir().unwrap();
        let directory = ServiceDirectory::new(parent.path().join("temporal"));
        let labels = Labels::new("supervised-test", parent.path(), "1:1", false);
        directory.prepare(None).unwrap();
        directory
            .spawn(Service::Temporal, &labels, &command(script))
            .await
            .unwrap();
        (parent, directory, labels)
    }

    #[tokio::test]
    async fn any_process_can_ask_how_a_service_ended_and_what_it_wrote() {
        let (_parent, directory, _) = run("echo $GREETING $KAI_E2E_SERVICE; exit 7").await;

        assert_eq!(directory.ended().await, ExitCode(7));
        assert_eq!(
            directory.end_of(&directory.file("log"), 1000).unwrap(),
            b"hello temporal\n"
        );
        assert_eq!(
            directory.end_of(&directory.file("log"), 9).unwrap(),
            b"temporal\n"
        );
        assert_eq!(directory.end_of(&directory.file("x"), 9).unwrap(), b"");
    }

    #[tokio::test]
    async fn an_exit_code_that_the_shell_has_not_written_yet_is_no_signal() {
        // The shell that waits for it is stopped first, as it is when the machine is busy.
        let script = "kill -STOP $PPID; until grep -q ') T ' /proc/$PPID/stat; do :; done; exit 7";
        let (_parent, directory, _) = run(script).await;

        assert_eq!(directory.ended().await, ExitCode(7));
        let shell = directory.shell().unwrap();
        Command::new("kill")
            .args(["-CONT", &shell.to_string()])
            .status()
            .unwrap();
        while directory.shell().is_some() {
            tokio::task::yield_now().await;
        }
        assert_eq!(directory.ended().await, ExitCode(7));
    }

    #[tokio::test]
    async fn a_directory_whose_service_has_ended_can_be_removed_at_once() {
        for _ in 0..100 {
            let (_parent, directory, _) = run("exit 7").await;
            assert_eq!(directory.ended().await, ExitCode(7));
            directory.prepare(None).unwrap();
        }
    }

    #[tokio::test]
    async fn a_killed_service_has_ended_with_its_signal() {
        let (_parent, directory, _) = run("kill -KILL $$").await;

        assert_eq!(directory.ended().await, ExitCode(137));
    }

    #[tokio::test]
    async fn the_late_word_of_a_former_service_is_not_the_present_ones() {
        let signal = |name: &str, pid: u32| {
            let pid = pid.to_string();
            assert!(
                Command::new("kill")
                    .args([name, &pid])
                    .status()
                    .unwrap()
                    .success()
            );
        };
        let (_parent, directory, labels) = run("exec sleep 600").await;
        let former = directory.pid().unwrap();
        let stat = fs::read_to_string(format!("/proc/{former}/stat")).unwrap();
        let after_name = stat.rsplit_once(')').unwrap().1;
        let shell: u32 = after_name
            .split_whitespace()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(directory.shell(), Some(shell));
        signal("-STOP", shell);
        signal("-KILL", former);
        assert_eq!(directory.ended().await, ExitCode(137));

        directory.prepare(None).unwrap();
        let present = directory
            .spawn(Service::Temporal, &labels, &command("exec sleep 600"))
            .await
            .unwrap();
        signal("-CONT", shell);
        while Path::new(&format!("/proc/{shell}")).exists() {
            tokio::task::yield_now().await;
        }

        assert_eq!(directory.state(), Some(State::Running));
        signal("-KILL", present);
        assert_eq!(directory.ended().await, ExitCode(137));
    }

    #[tokio::test]
    async fn becoming_another_program_is_no_end() {
        // In the instant of each change the process has no environment.
        let chain = r#"[ "${N:-0}" = 300 ] && exit 3; N=$((N + 1)) exec sh -c "$0" "$0""#;
        let script = format!("exec sh -c '{chain}' '{chain}'");
        let (_parent, directory, _) = run(&script).await;

        while directory.state() == Some(State::Running) {
            tokio::task::yield_now().await;
        }

        assert!(!super::is_alive(directory.pid().unwrap()), "it goes on");
        assert_eq!(directory.ended().await, ExitCode(3));
    }

    #[tokio::test]
    async fn the_environment_of_the_harness_is_not_the_services() {
        let (_parent, directory, labels) = run("env | sort; exit 0").await;
        directory.ended().await;
        let written =
            String::from_utf8(directory.end_of(&directory.file("log"), 10_000).unwrap()).unwrap();

        for (variable, value) in labels.variables_of_session() {
            assert!(
                written.contains(&format!("{variable}={value}\n")),
                "{written}"
            );
        }
        assert!(!written.contains("CARGO"), "{written}");
    }
}
