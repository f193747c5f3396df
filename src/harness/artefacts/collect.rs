//! Collecting the artefacts and writing them.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::future::{join_all, join3};
use serde_json::{Value, json};
use temporalio_client::{Client, UntypedWorkflow};

use super::record::{HarnessRecord, RunRecord, time};
use super::repeat;
use super::scrub::Scrubber;
use super::test_record::TestRecord;
use crate::contract::error_chain;
use crate::harness::{bounds, observe};
use crate::stack::{RunningStack, Service, if_there};
use crate::worker::{TemporalTarget, connect};

/// Writes the artefacts of a test in place of older ones.
///
/// This is called where nothing can be awaited, from `drop` and from a panic hook, in a thread whose runtime may be stopped
/// by it: so everything happens on a thread and a runtime of its own, over connections of its own.
pub(super) fn write(test: &TestRecord) -> io::Result<()> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("kai-e2e-artefacts".to_owned())
            .spawn_scoped(scope, || {
                let files = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?
                    .block_on(collect(test));
                replace(test.directory(), &files)
            })?
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("collecting them panicked")))
    })
}

type Files = Vec<(&'static str, String)>;

fn replace(directory: &Path, files: &Files) -> io::Result<()> {
    if_there(fs::remove_dir_all(directory))?;
    fs::create_dir_all(directory)?;
    for (name, content) in files {
        fs::write(directory.join(name), content)?;
    }
    Ok(())
}

async fn collect(test: &TestRecord) -> Files {
    let bound = bounds::ARTEFACTS.get();
    let harnesses = test.harnesses();
    // Tests with several harnesses mostly have them on one stack.
    let mut stacks: BTreeMap<String, &Arc<HarnessRecord>> = BTreeMap::new();
    for harness in &harnesses {
        let first = stacks
            .entry(harness.stack.session().to_owned())
            .or_insert(harness);
        if harness.since < first.since {
            *first = harness;
        }
    }
    let mut scrubber = Scrubber::of_environment();
    for harness in stacks.values() {
        scrubber.add_stack(harness.stack.endpoints());
    }
    let stacks: Vec<_> = stacks.into_values().collect();
    let runs: Vec<_> = harnesses
        .iter()
        .flat_map(|harness| harness.runs().into_iter().map(|run| (&harness.stack, run)))
        .collect();

    let databases: HashSet<String> = harnesses
        .iter()
        .flat_map(|harness| harness.databases().clone())
        .collect();
    let (histories, logs, statements) = join3(
        join_all(runs.iter().map(|(stack, run)| history(stack, run, bound))),
        join_all(Service::ALL.map(|service| {
            let stacks = &stacks;
            async move { logs(service, stacks, bound).await }
        })),
        statements(&stacks, &databases, bound),
    )
    .await;

    let mut files = vec![
        (
            "events.jsonl",
            runs.iter().map(|(_, run)| run.event_lines()).collect(),
        ),
        ("history.json", pretty(&Value::from(histories))),
        ("statements.jsonl", statements),
        ("environment.json", pretty(&environment(test, &harnesses))),
        ("repeat.txt", format!("{}\n", repeat::command(test.name()))),
    ];
    files.extend(
        ["temporal.log", "postgres.log", "typesense.log"]
            .into_iter()
            .zip(logs),
    );
    for (_, content) in &mut files {
        *content = scrubber.scrub(content);
    }
    files
}

/// One run and its history: as it was seen, or as Temporal has it now.
async fn history(stack: &RunningStack, run: &RunRecord, bound: Duration) -> Value {
    let mut object = run.described();
    let seen = match run.history() {
        Some(seen) => Ok(seen),
        None => {
            bounded(bound, async {
                let address = &stack.endpoints().temporal_address;
                let target = TemporalTarget::at(address);
                let client: Client = connect(&target, "kai-e2e-artefacts")
                    .await
                    .map_err(|error| error_chain(&error))?;
                let handle = client.get_workflow_handle::<UntypedWorkflow>(&run.workflow_id);
                observe::history(&handle, bound)
                    .await
                    .map_err(|error| error_chain(&error))
            })
            .await
        }
    };
    match seen {
        Ok(history) => object["history"] = history.to_json(),
        Err(reason) => {
            object["history"] = Value::Null;
            object["history_missing"] = Value::from(reason);
        }
    }
    object
}

/// The log of one service on each of the test's stacks.
async fn logs(service: Service, stacks: &[&Arc<HarnessRecord>], bound: Duration) -> String {
    let parts = stacks.iter().map(|harness| async move {
        let read = async {
            harness
                .stack
                .logs_since(service, harness.since)
                .await
                .map_err(|error| error_chain(&error))
        };
        let text = bounded(bound, read)
            .await
            .unwrap_or_else(|reason| format!("the log of {service} cannot be read: {reason}\n"));
        match stacks.len() {
            1 => text,
            _ => format!("== stack {}\n{text}\n", harness.stack.session()),
        }
    });
    join_all(parts).await.concat()
}

/// What ran in the test's databases, one JSON object a line: in all of them when it has not come to have one of its own.
async fn statements(
    stacks: &[&Arc<HarnessRecord>],
    databases: &HashSet<String>,
    bound: Duration,
) -> String {
    let parts = stacks.iter().map(|harness| async move {
        let read = async {
            harness
                .stack
                .statements_since(harness.since)
                .await
                .map_err(|error| error_chain(&error))
        };
        match bounded(bound, read).await {
            Ok(statements) => statements
                .iter()
                .filter(|statement| !is_housekeeping(&statement.application_name))
                .filter(|statement| databases.is_empty() || databases.contains(&statement.database))
                .map(|statement| format!("{}\n", json!(statement)))
                .collect(),
            Err(reason) => format!("{}\n", json!({ "missing": reason })),
        }
    });
    join_all(parts).await.concat()
}

/// The harness's own connections, which no test is about.
fn is_housekeeping(application: &str) -> bool {
    application == "kai-e2e" || application == "kai-e2e-probe"
}

fn environment(test: &TestRecord, harnesses: &[Arc<HarnessRecord>]) -> Value {
    let settings: serde_json::Map<String, Value> = repeat::settings()
        .into_iter()
        .chain(
            ["DOCKER_HOST", "RUST_LOG", "INSTA_UPDATE", "CI"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?))),
        )
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    json!({
        "test": test.name(),
        "began": time(test.began()),
        "failed": time(SystemTime::now()),
        "failures": test.failures(),
        "versions": {
            "kai-e2e": env!("CARGO_PKG_VERSION"),
            "system": fs::read_to_string("/proc/version").unwrap_or_default().trim(),
            "architecture": std::env::consts::ARCH,
        },
        "harnesses": harnesses.iter().map(|harness| harness.described()).collect::<Vec<_>>(),
        "settings": settings,
    })
}

async fn bounded<T>(
    bound: Duration,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    tokio::time::timeout(bound, work)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {} s", bound.as_secs_f64())))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
