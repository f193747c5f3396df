//! A process that is killed with SIGKILL, at five moments of its life: within five seconds nothing of it is left.
//!
//! The process is this very test binary, which runs [`victim`] alone. It comes to a halt at the moment that it is told, says
//! so, and is killed. Then everything is counted that it could have left: containers, their volumes and networks, processes, and
//! files in its state directory and its temporary one. Databases go with their server.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kai_e2e::harness::{AnyStack, Harness, HarnessSettings, WorkerCommand};
use kai_e2e::stack::{OwnedStack, SeedScale, Silent, StackConfig, create_database};
use rstest::rstest;
use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::support::{CANONICAL, Result, output, shown};

/// How long everything may take to vanish.
const BOUND: Duration = Duration::from_secs(5);

/// How long the process may take to come to its moment: it may have to seed an image first.
const TO_THE_MOMENT: Duration = Duration::from_secs(170);

/// How many of the files that are left a failure names.
const SHOWN_FILES: usize = 20;

/// The variable that tells the process its moment.
const MOMENT: &str = "KAI_E2E_TEST_HALT_AT";

/// What the process says when it has come to its moment.
const REACHED: &str = "the moment has come";

/// The moments that the process comes to by itself, rather than at an event of the library.
const IN_USE: &str = "a harness runs";
const WITH_A_WORKER: &str = "a worker runs as a command";

/// A moment is an event of the library, by its text, and how many of that text come first.
#[rstest]
#[case::while_its_watcher_is_armed("a watcher is being armed", 0)]
#[case::after_one_service_was_begun("a service was begun", 0)]
#[case::while_seeding("a file of the seed is run", 12)]
#[case::with_a_harness_and_databases_open(IN_USE, 0)]
#[case::with_a_worker_as_a_process_and_what_that_started(WITH_A_WORKER, 0)]
#[case::while_stopping("a service was removed", 0)]
#[tokio::test]
async fn nothing_is_left(#[case] event: &str, #[case] before_it: usize) -> Result {
    let place = Place::new()?;
    let mut killed = place.start(event, before_it)?;
    wait_for(&mut killed, event).await?;
    let at_the_moment = place.inventory().await?;
    let belongings = place.belongings().await?;
    killed.kill()?;
    let since = Instant::now();
    killed.wait()?;

    let mut pause = Duration::from_millis(20);
    loop {
        // A look takes its time on a busy machine, and shows what was there when it began.
        let looked = since.elapsed();
        let mut left = place.inventory().await?;
        left.0.extend(still_there(&belongings).await?);
        if left.0.is_empty() {
            break;
        }
        if looked > BOUND {
            return Err(format!(
                "{:.1} s after SIGKILL there is still:\n{left}\nat the moment of death there was:\n{at_the_moment}",
                looked.as_secs_f64()
            )
            .into());
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(200));
    }
    assert!(
        !at_the_moment.0.is_empty(),
        "there was nothing that could have been left"
    );
    Ok(())
}

/// The process that is killed. By itself, without being told a moment, it does nothing.
#[tokio::test]
#[ignore = "the tests of this module start it, and kill it"]
async fn victim() -> Result {
    let Ok(moment) = std::env::var(MOMENT) else {
        return Ok(());
    };
    let (before_it, event) = moment.split_once(' ').ok_or("no moment")?;
    let halt = HaltAt {
        event: event.to_owned(),
        before_it: AtomicUsize::new(before_it.parse()?),
    };
    tracing_subscriber::registry().with(halt).try_init()?;

    let mut config = StackConfig::from_env()?;
    if event == "a file of the seed is run" {
        // Where the seed is kept once it is loaded, only a scale that nobody has used yet is loaded again.
        config = config.with_seed_scale(unused_scale()?);
    }
    let stack = OwnedStack::start(&config, &Silent).await?;
    if event == IN_USE {
        let stack = Arc::new(AnyStack::Owned(stack));
        let harness = Harness::on(Arc::clone(&stack), HarnessSettings::default()).await?;
        harness.ask(CANONICAL).await?.check()?;
        let postgres = &stack.endpoints().postgres;
        create_database(postgres, "left_open", None).await?;
        let url = postgres.admin_url("left_open");
        let (_client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        halt_here();
    }
    if event == WITH_A_WORKER {
        let settings = HarnessSettings {
            worker: false,
            ..HarnessSettings::default()
        };
        let harness = Harness::on(Arc::new(AnyStack::Owned(stack)), settings).await?;
        // What the worker starts leaves its process group, as a daemon does.
        let command = WorkerCommand::new("sh")
            .argument("-c")
            .argument(r#"setsid sleep 600 & exec "$0" worker"#)
            .argument(env!("CARGO_BIN_EXE_kai-e2e"));
        let _worker = harness.start_worker(&command, TO_THE_MOMENT).await?;
        halt_here();
    }
    stack.stop().await?;
    Err(format!("it was not stopped at `{event}`").into())
}

fn unused_scale() -> std::result::Result<SeedScale, Box<dyn std::error::Error + Send + Sync>> {
    let digits = uuid::Uuid::new_v4().as_u128() % 10_000;
    Ok(format!("0.05{digits:04}").parse()?)
}

/// Stops the whole process at an event of the library.
struct HaltAt {
    event: String,
    before_it: AtomicUsize,
}

impl<S: tracing::Subscriber> Layer<S> for HaltAt {
    fn on_event(&self, event: &tracing::Event<'_>, _context: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        if text.0 != self.event || !event.metadata().target().starts_with("kai_e2e") {
            return;
        }
        let others = self
            .before_it
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        if others.is_err() {
            halt_here();
        }
    }
}

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

/// Says that the moment has come, and holds the thread of the test's runtime for ever.
fn halt_here() -> ! {
    let mut out = std::io::stdout().lock();
    // Nobody who could be told is there when this fails.
    let _ = writeln!(out, "{REACHED}").and_then(|()| out.flush());
    drop(out);
    loop {
        std::thread::park();
    }
}

/// The directories of one killed process.
struct Place {
    home: TempDir,
}

impl Place {
    fn new() -> Result<Self> {
        let home = TempDir::with_prefix("kai-e2e-killed-")?;
        fs::create_dir(home.path().join("tmp"))?;
        Ok(Self { home })
    }

    fn state(&self) -> PathBuf {
        self.home.path().join("state")
    }

    fn start(&self, event: &str, before_it: usize) -> Result<Child> {
        Ok(Command::new(std::env::current_exe()?)
            .args(["--exact", "killed::victim", "--ignored", "--nocapture"])
            .env(MOMENT, format!("{before_it} {event}"))
            .env("KAI_E2E_STATE_DIR", self.state())
            .env("KAI_E2E_SEED_SCALE", "0.05")
            .env("TMPDIR", self.home.path().join("tmp"))
            .env("KAI_E2E_DATA_DIR", self.home.path().join("tmp"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?)
    }

    /// Everything there is of the process and what it has started, but for the process itself.
    async fn inventory(&self) -> Result<Inventory> {
        let mut found = BTreeSet::new();
        for container in self.containers().await? {
            found.insert(format!("container {container}"));
        }
        found.extend(self.processes()?);
        files(self.home.path(), &mut found)?;
        Ok(Inventory(found))
    }

    /// The containers of its sessions.
    async fn containers(&self) -> Result<Vec<String>> {
        if !with_containers() {
            return Ok(Vec::new());
        }
        let listed = docker(&[
            "ps",
            "--all",
            "--no-trunc",
            "--filter",
            "label=org.kai-e2e",
            "--format",
            r#"{{.ID}} {{.Label "org.kai-e2e.directory"}}"#,
        ])
        .await?;
        let state = self.state();
        Ok(listed
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter(|(_, directory)| Path::new(directory).starts_with(&state))
            .map(|(id, _)| id.to_owned())
            .collect())
    }

    /// The volumes and the networks of those containers, apart from the network that every engine has.
    async fn belongings(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for container in self.containers().await? {
            let template = r#"{{range .Mounts}}{{if eq .Type "volume"}}{{println "volume" .Name}}{{end}}{{end}}{{range $name, $_ := .NetworkSettings.Networks}}{{println "network" $name}}{{end}}"#;
            let listed = match docker(&["inspect", "--format", template, &container]).await {
                // Its removal was under way.
                Err(error) if error.to_string().contains("No such object") => continue,
                listed => listed?,
            };
            found.extend(
                listed
                    .lines()
                    .filter(|line| !line.is_empty() && *line != "network bridge")
                    .map(str::to_owned),
            );
        }
        Ok(found)
    }

    /// The processes that were started with the process's state directory in their environment or their arguments: all of
    /// its children and theirs.
    fn processes(&self) -> Result<Vec<String>> {
        let state = self.state();
        let state = state.to_str().ok_or("a path in UTF-8")?;
        let names_it = |path: PathBuf| {
            // One that ends while it is looked at, or is another user's, is not one of these.
            fs::read(path).is_ok_and(|text| String::from_utf8_lossy(&text).contains(state))
        };
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let path = entry?.path();
            let is_process = path
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
            if !is_process || !(names_it(path.join("environ")) || names_it(path.join("cmdline"))) {
                continue;
            }
            let name = fs::read_to_string(path.join("comm")).unwrap_or_default();
            if !is_the_victim(&path) {
                found.push(format!("process {} {}", path.display(), name.trim()));
            }
        }
        Ok(found)
    }
}

fn is_the_victim(process: &Path) -> bool {
    fs::read(process.join("cmdline"))
        .is_ok_and(|text| String::from_utf8_lossy(&text).contains("killed::victim"))
}

/// Those of these volumes and networks that exist.
async fn still_there(belongings: &[String]) -> Result<Vec<String>> {
    let mut there = Vec::new();
    for kind in ["volume", "network"] {
        if !belongings.iter().any(|one| one.starts_with(kind)) {
            continue;
        }
        let template = format!("{kind} {{{{.Name}}}}");
        let listed = docker(&[kind, "ls", "--format", &template]).await?;
        there.extend(
            listed
                .lines()
                .filter(|line| belongings.iter().any(|one| one == line))
                .map(str::to_owned),
        );
    }
    Ok(there)
}

/// Every file and directory below, except the two that the test itself has made.
fn files(directory: &Path, found: &mut BTreeSet<String>) -> Result {
    let entries = match fs::read_dir(directory) {
        // Somebody is removing it right now.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if !path.ends_with("tmp") {
            found.insert(format!("file {}", path.display()));
        }
        if path.is_dir() {
            files(&path, found)?;
        }
    }
    Ok(())
}

/// Whether the stacks of this run may be containers.
fn with_containers() -> bool {
    std::env::var("KAI_E2E_PROVIDER").map_or(true, |provider| provider != "processes")
}

async fn docker(arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("docker");
    command.args(arguments);
    let done = output(command).await?;
    if !done.status.success() {
        return Err(shown(&done).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}

/// Waits until the process says that it has come to its moment.
async fn wait_for(process: &mut Child, event: &str) -> Result {
    let out = process.stdout.take().ok_or("its output is not connected")?;
    let reading = tokio::task::spawn_blocking(move || {
        let mut said = String::new();
        let mut lines = BufReader::new(out);
        loop {
            let from = said.len();
            match lines.read_line(&mut said) {
                // libtest writes the test's name without an end of line first.
                Ok(read) if read > 0 && said[from..].contains(REACHED) => return Ok(()),
                Ok(read) if read > 0 => {}
                _ => return Err(said),
            }
        }
    });
    let said = match tokio::time::timeout(TO_THE_MOMENT, reading).await {
        Ok(reached) => match reached? {
            Ok(()) => return Ok(()),
            Err(said) => said,
        },
        Err(_) => format!("nothing of it within {} s", TO_THE_MOMENT.as_secs()),
    };
    // Ended, or about to be: its watcher sees to the rest.
    process.kill()?;
    let mut errors = String::new();
    if let Some(stderr) = process.stderr.take() {
        std::io::Read::read_to_string(&mut BufReader::new(stderr), &mut errors)?;
    }
    Err(format!("the process did not come to `{event}`:\n{said}\n{errors}").into())
}

/// What was found, one thing a line.
#[derive(Debug)]
struct Inventory(BTreeSet<String>);

impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Data directories have hundreds of files, and what keeps them comes first.
        let is_file = |thing: &&String| thing.starts_with("file ");
        let (files, others): (Vec<_>, Vec<_>) = self.0.iter().partition(is_file);
        for thing in others.iter().chain(files.iter().take(SHOWN_FILES)) {
            writeln!(f, "  {thing}")?;
        }
        match files.len().saturating_sub(SHOWN_FILES) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more files"),
        }
    }
}
