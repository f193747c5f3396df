//! Services as processes of this machine, whichever provider the other tests run on: they are found, reached, told when they die,
//! and gone when their user is.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kai_e2e::stack::{
    OwnedStack, ProviderChoice, Service, Silent, StackConfig, StackError, binary_status, down,
    status, up,
};
use tempfile::TempDir;

use crate::kept_stack::RemovedAtTheEnd;
use crate::process_table::{of_session, of_state};
use crate::support::{CANONICAL, Result, kai_e2e, link_commands, query, shown};

fn config(state: &TempDir) -> Result<StackConfig> {
    Ok(StackConfig::from_env()?
        .with_provider(ProviderChoice::Processes)
        .with_seed_scale("0.05".parse()?)
        .with_state_directory(state.path()))
}

#[tokio::test]
async fn a_service_that_dies_is_named_with_its_log_and_its_end() -> Result {
    let state = TempDir::new()?;
    let stack = OwnedStack::start(&config(&state)?, &Silent).await?;
    stack.check().await?;
    for (service, line) in [
        (Service::Postgres, "database system is ready"),
        (Service::Typesense, "peering service is running"),
    ] {
        let log = stack.logs(service, 1000).await?;
        assert!(log.contains(line), "{service}: {log}");
    }

    stack.kill(Service::Postgres).await?;
    let gone = stack.check().await.expect_err("postgres is dead");

    assert!(
        matches!(
            gone,
            StackError::Gone {
                service: Service::Postgres,
                ..
            }
        ),
        "{gone}"
    );
    let said = gone.to_string();
    assert!(said.contains("signal 9"), "{said}");
    assert!(said.contains("database system is ready"), "{said}");
    // This user may have other stacks, which are listed too.
    let all = status(&config(&state)?).await?;
    let mut own = all
        .iter()
        .filter(|seen| seen.directory.starts_with(state.path()));
    let (Some(seen), None) = (own.next(), own.next()) else {
        return Err(format!("one stack of this state directory, not {all:?}").into());
    };
    assert_eq!(seen.services.postgres.state.as_deref(), Some("exited"));
    assert_eq!(seen.services.temporal.state.as_deref(), Some("running"));
    assert_eq!(
        seen.services.temporal.address.as_deref(),
        Some(stack.endpoints().temporal_address.as_str())
    );
    assert!(!seen.is_whole());

    let session = stack.session().to_owned();
    stack.stop().await?;
    assert_eq!(of_session(&session), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn only_the_loopback_interface_and_the_stacks_own_passwords_open_it() -> Result {
    let state = TempDir::new()?;
    let config = config(&state)?;
    let stack = OwnedStack::start(&config, &Silent).await?;
    let postgres = &stack.endpoints().postgres;

    let rows = query(
        &postgres.admin_url("postgres"),
        "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')",
    )
    .await?;
    assert_eq!(rows, [[Some("127.0.0.1".to_owned()), Some(String::new())]]);
    let reader = query(&postgres.reader_url("koperasi"), "SELECT 1").await?;
    assert_eq!(reader.len(), 1);
    // The data came with passwords of its own, which are for nobody to use.
    let templates = std::fs::read_dir(config.cache_directory().join("templates"))?;
    let mut tried = 0;
    for template in templates.flatten() {
        let Ok(password) = std::fs::read_to_string(template.path().join("password")) else {
            continue;
        };
        let url = postgres
            .admin_url("postgres")
            .replace(postgres.admin_password.reveal(), &password);
        assert!(query(&url, "SELECT 1").await.is_err());
        tried += 1;
    }
    assert!(tried > 0, "a started stack has left a template");
    let log = std::fs::read_to_string(
        query(
            &postgres.admin_url("postgres"),
            "SELECT pg_current_logfile('jsonlog')",
        )
        .await?[0][0]
            .as_deref()
            .ok_or("a log")?,
    )?;
    assert!(!log.contains("ALTER ROLE"), "passwords are set quietly");
    stack.stop().await?;
    Ok(())
}

/// A command that works through prompts on a stack of its own, without any command of a container engine in its path.
fn asking(state: &TempDir, commands: &Path) -> Result<Child> {
    let needed = [
        "sh", "setsid", "flock", "grep", "cut", "sort", "readlink", "cat", "sleep", "mkdir",
        "touch", "rm", "mv", "rmdir", "sed", "ipcrm",
    ];
    link_commands(commands, &needed)?;
    let config = config(state)?;
    let mut command = kai_e2e();
    command
        .args(["ask", "--provider", "processes", "--format", "jsonl"])
        .args(["--concurrency", "1", "--prompts", "-"])
        .env("KAI_E2E_STATE_DIR", state.path())
        .env("KAI_E2E_SEED_SCALE", "0.05")
        .env("PATH", commands)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    // The programs themselves may be looked for in the path.
    let mut binaries = binary_status(&config)?;
    if binaries.iter().any(|binary| binary.found.is_none()) {
        let installed = kai_e2e().args(["binaries", "install"]).output()?;
        assert!(installed.status.success(), "{}", shown(&installed));
        binaries = binary_status(&config)?;
    }
    for binary in binaries {
        if let Some((path, _)) = binary.found {
            let path = match binary.service {
                Service::Postgres => path.with_file_name(""),
                _ => path,
            };
            command.env(binary.service.program_variable(), path);
        }
    }
    let mut child = command.spawn()?;
    let mut prompts = child.stdin.take().ok_or("piped")?;
    for _ in 0..500 {
        writeln!(prompts, "{CANONICAL}")?;
    }
    Ok(child)
}

/// Waits until nothing of a state directory's stacks is left, and says after how long; at most five seconds.
fn gone(state: &TempDir, sessions: &[String]) -> Result<Duration> {
    let began = Instant::now();
    loop {
        // A look takes its time on a busy machine, and shows what was there when it began.
        let looked = began.elapsed();
        let mut left: Vec<String> = of_state(state.path())
            .iter()
            .map(|process| format!("process {}", process.pid))
            .collect();
        left.extend(sessions.iter().flat_map(|session| of_session(session)));
        if let Ok(entries) = std::fs::read_dir(state.path()) {
            left.extend(
                entries
                    .flatten()
                    .map(|entry| entry.path().display().to_string()),
            );
        }
        if left.is_empty() {
            return Ok(began.elapsed());
        }
        if looked > Duration::from_secs(5) {
            return Err(format!("left after 5 s: {left:?}").into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn sessions(state: &TempDir) -> Vec<String> {
    let mut sessions: Vec<String> = of_state(state.path())
        .into_iter()
        .map(|process| process.labels["KAI_E2E_SESSION"].clone())
        .collect();
    sessions.sort();
    sessions.dedup();
    sessions
}

#[test]
fn killed_at_work_the_user_of_a_stack_leaves_nothing_behind() -> Result {
    let (state, commands) = (TempDir::new()?, TempDir::new()?);
    let mut child = asking(&state, commands.path())?;
    let stdout = child.stdout.take().ok_or("piped")?;
    BufReader::new(stdout)
        .lines()
        .next()
        .ok_or("the first run was printed")??;
    let sessions = sessions(&state);
    assert_eq!(sessions.len(), 1);
    assert!(of_session(&sessions[0]).len() > 3);

    child.kill()?;
    child.wait()?;

    gone(&state, &sessions)?;
    Ok(())
}

#[test]
fn killed_while_it_starts_the_user_of_a_stack_leaves_nothing_behind() -> Result {
    let (state, commands) = (TempDir::new()?, TempDir::new()?);
    let mut child = asking(&state, commands.path())?;
    let began = Instant::now();
    // The very first process that there is.
    while of_state(state.path()).is_empty() {
        assert!(child.try_wait()?.is_none(), "it has ended by itself");
        assert!(began.elapsed() < Duration::from_secs(60), "no process yet");
        std::thread::yield_now();
    }
    let sessions = sessions(&state);

    child.kill()?;
    child.wait()?;

    gone(&state, &sessions)?;
    Ok(())
}

/// A process that looks like a part of somebody's stack, until it is dropped.
struct Lookalike(Child);

impl Lookalike {
    fn new(owner: &str, directory: &str) -> Result<Self> {
        Ok(Self(
            Command::new("cat")
                .env("KAI_E2E_SESSION", "0123456789abcdef")
                .env("KAI_E2E_OWNER", owner)
                .env("KAI_E2E_DIRECTORY", directory)
                .stdin(Stdio::piped())
                .spawn()?,
        ))
    }

    fn lives(&mut self) -> Result<bool> {
        Ok(self.0.try_wait()?.is_none())
    }
}

impl Drop for Lookalike {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn what_is_kept_and_what_belongs_to_others_stays_and_what_was_deserted_goes() -> Result {
    let state = TempDir::new()?;
    let _removed = RemovedAtTheEnd::of(state.path())?;
    let config = config(&state)?;
    let kept = up(&config, &Silent).await?;
    let session = kept.session().to_owned();
    drop(kept);
    // Another user of the same machine; and another state directory of this one, which cannot be seen from here.
    let mut foreign = Lookalike::new("4711@elsewhere", "/nowhere/processes-owned-1")?;
    let mut unseen = Lookalike::new("0@nowhere", "/nowhere/processes-owned-2")?;
    // What a session whose watcher was killed, too, leaves: a directory that nobody holds.
    let deserted = state.path().join("processes-owned-deserted");
    std::fs::create_dir(&deserted)?;
    std::fs::write(deserted.join("session"), "deserted")?;

    let other = OwnedStack::start(&config, &Silent).await?;
    assert!(!deserted.exists(), "the sweep removes what was deserted");
    other.stop().await?;

    assert!(foreign.lives()? && unseen.lives()?);
    assert!(of_session(&session).len() > 3, "the kept stack runs");
    let attached = up(&config, &Silent).await?;
    assert_eq!(attached.session(), session);
    drop(attached);
    let removed = down(&config).await?;
    assert_eq!((removed.stacks, removed.services), (1, 3));
    assert_eq!(of_session(&session), Vec::<String>::new());
    assert!(foreign.lives()? && unseen.lives()?);
    Ok(())
}
