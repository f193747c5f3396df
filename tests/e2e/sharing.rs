//! One stack for several test processes. The processes are this binary again, told to attach.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use kai_e2e::harness::{AnyStack, Harness, harness};
use kai_e2e::stack::{Attachment, SharedStack, Silent, StackConfig};
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

use crate::kept_stack::RemovedAtTheEnd;
use crate::support::{Result, child_tests, eventually, kai_e2e, output, shown};

#[rstest]
#[tokio::test]
#[ignore = "a test process of its own, which the tests below start"]
async fn attaches(#[future(awt)] harness: Harness) -> Result {
    let AnyStack::Shared(shared) = harness.stack() else {
        return Err("the fixture's stack is the machine's".into());
    };
    let attachment = match shared.attachment() {
        Attachment::Started => "started",
        Attachment::Found => "found",
    };
    // Past the runner's capture, as the fixture's progress goes too.
    writeln!(std::io::stderr(), "attached: {attachment}")?;
    Ok(())
}

/// A state directory whose kept stack goes with it.
struct State {
    _removed: RemovedAtTheEnd,
    directory: TempDir,
}

impl State {
    fn new() -> Result<Self> {
        let directory = TempDir::new()?;
        Ok(Self {
            _removed: RemovedAtTheEnd::of(directory.path())?,
            directory,
        })
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }
}

fn attaching(state: &State) -> Result<Command> {
    let mut command = child_tests("sharing::attaches")?;
    command
        .arg("--exact")
        .env("KAI_E2E_STATE_DIR", state.path())
        .env("KAI_E2E_SEED_SCALE", "0.05");
    Ok(command)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn command(state: &State, arguments: &[&str]) -> Command {
    let mut command = kai_e2e();
    command
        .args(arguments)
        .env("KAI_E2E_STATE_DIR", state.path());
    command
}

async fn stacks(state: &State) -> Result<Vec<Value>> {
    let listed = output(command(state, &["status", "--format", "json"])).await?;
    assert_eq!(listed.status.code(), Some(0), "{}", shown(&listed));
    let listed: Value = serde_json::from_slice(&listed.stdout)?;
    let listed = listed["stacks"].as_array().ok_or("a list")?;
    // Stacks whose directory is not to be seen from here are listed too: those of a container with its own file system.
    let ours = state.path().display().to_string();
    Ok(listed
        .iter()
        .filter(|stack| {
            let directory = stack["directory"].as_str();
            directory.is_some_and(|directory| directory.starts_with(&ours))
        })
        .cloned()
        .collect())
}

#[tokio::test]
async fn one_process_starts_the_stack_and_the_others_wait_with_a_progress_line() -> Result {
    let state = State::new()?;
    let all = futures::future::try_join_all([
        output(attaching(&state)?),
        output(attaching(&state)?),
        output(attaching(&state)?),
    ])
    .await?;
    for one in &all {
        assert!(one.status.success(), "{}", shown(one));
    }
    let count = |text: &str| all.iter().filter(|one| said(one).contains(text)).count();
    assert_eq!(count("attached: started"), 1);
    assert_eq!(count("attached: found"), 2);
    assert!(
        count("to start the shared stack") >= 1,
        "{:?}",
        all.iter().map(said).collect::<Vec<_>>()
    );
    eventually(
        "the stack goes with its last user",
        || async { Ok(stacks(&state).await?.len()) },
        |left| left == 0,
    )
    .await
}

#[tokio::test]
async fn a_stack_whose_watcher_was_killed_gets_another_with_its_next_user() -> Result {
    let state = State::new()?;
    let config = StackConfig::from_env()?
        .with_seed_scale("0.05".parse()?)
        .with_state_directory(state.path());
    let first = SharedStack::attach(&config, &Silent).await?;
    let watcher = watcher_of(state.path())?.ok_or("the stack has no watcher")?;
    let killed = Command::new("kill")
        .args(["-KILL", &watcher.to_string()])
        .status()?;
    assert!(killed.success());
    let gone = || async { watcher_of(state.path()) };
    eventually("the watcher is gone", gone, |watcher| watcher.is_none()).await?;

    let second = SharedStack::attach(&config, &Silent).await?;
    assert_eq!(second.attachment(), Attachment::Found);
    drop((first, second));
    eventually(
        "the stack goes with its last user",
        || async { Ok(stacks(&state).await?.len()) },
        |left| left == 0,
    )
    .await
}

/// The watcher of the stack in a state directory.
fn watcher_of(state: &Path) -> Result<Option<u32>> {
    let state = state.display().to_string();
    let watches = |process: &Path| {
        let line = std::fs::read(process.join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).into_owned();
        let mut words = line
            .split('\0')
            .skip_while(|word| *word != "kai-e2e-reaper");
        words.nth(1)?.starts_with(&state).then_some(())?;
        process.file_name()?.to_str()?.parse().ok()
    };
    let processes = std::fs::read_dir("/proc")?.flatten();
    Ok(processes
        .map(|process| process.path())
        .find_map(|process| watches(&process)))
}

#[tokio::test]
async fn a_kept_stack_stays_between_processes_and_status_shows_it() -> Result {
    let state = State::new()?;
    let attach = || -> Result<Command> {
        let mut command = attaching(&state)?;
        command.env("KAI_E2E_KEEP", "1");
        Ok(command)
    };
    let first = output(attach()?).await?;
    assert!(
        said(&first).contains("attached: started"),
        "{}",
        shown(&first)
    );

    let kept = stacks(&state).await?;
    let [stack] = &kept[..] else {
        return Err(format!("one stack, not {kept:?}").into());
    };
    assert_eq!(stack["standing"], "kept");
    for service in ["temporal", "postgres", "typesense"] {
        let found = &stack["services"][service];
        assert_eq!(found["state"], "running", "{stack:#}");
        let address = found["address"].as_str().ok_or("an address")?;
        tokio::net::TcpStream::connect(address).await?;
    }
    // The whole text, for a key may be in any place.
    let text = output(command(&state, &["status"])).await?;
    let listed = format!("{}{stack}", String::from_utf8_lossy(&text.stdout));
    assert!(listed.contains("kept: it stays until"), "{listed}");
    let directory = stack["directory"].as_str().ok_or("a directory")?;
    let secrets = std::fs::read_to_string(format!("{directory}/state.json"))?;
    let secrets: Value = serde_json::from_str(&secrets)?;
    for secret in [
        &secrets["endpoints"]["postgres"]["admin_password"],
        &secrets["endpoints"]["postgres"]["reader_password"],
        &secrets["endpoints"]["typesense"]["api_key"],
    ] {
        let secret = secret.as_str().ok_or("a secret")?;
        assert!(!listed.contains(secret), "a secret is in {listed}");
    }

    let second = output(attach()?).await?;
    assert!(
        said(&second).contains("attached: found"),
        "{}",
        shown(&second)
    );
    let down = output(command(&state, &["down"])).await?;
    assert_eq!(down.status.code(), Some(0), "{}", shown(&down));
    assert!(stacks(&state).await?.is_empty());
    Ok(())
}
