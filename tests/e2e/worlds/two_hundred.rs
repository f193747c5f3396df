//! Two hundred harnesses at once, each in a world of its own.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt};
use kai_e2e::agent::{Agent, AgentError, Catalogue, OfflineAnalyst};
use kai_e2e::contract::SessionId;
use kai_e2e::harness::{AnyStack, Harness, HarnessSettings, Outcome, Run};
use kai_e2e::stack::{OwnedStack, Silent};
use serde_json::{Value, json};

use super::{left_on, small};
use crate::support::{Result, golden, patient_sender};

const HARNESSES: usize = 200;
/// How many are tried at a time. All of them live all the time.
const TRIED_AT_ONCE: usize = 16;

const QUESTION: &str = "Berapa indeks dunia?";

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_harnesses_at_once_do_not_see_each_other() -> Result {
    let owned = OwnedStack::start(&small()?, &Silent).await?;
    let endpoints = owned.endpoints().clone();
    let stack = Arc::new(AnyStack::Owned(owned));

    let began = std::time::Instant::now();
    let settings = HarnessSettings {
        sender: patient_sender(),
        // Two hundred workers poll one Temporal.
        call_timeout: Duration::from_secs(60),
        ..HarnessSettings::default()
    };
    let starting = (0..HARNESSES).map(|_| Harness::on(Arc::clone(&stack), settings.clone()));
    let harnesses = try_join_all(starting).await?;
    eprintln!("{HARNESSES} harnesses after {:?}", began.elapsed());
    assert_eq!(left_on(&endpoints).await?.len(), 7 * HARNESSES);

    let runs: Vec<Run> = futures::stream::iter(0..HARNESSES)
        .map(|number| asked(&harnesses[number], number))
        .buffered(TRIED_AT_ONCE)
        .try_collect()
        .await?;
    eprintln!("asked after {:?}", began.elapsed());

    let queues: HashSet<_> = runs.iter().map(Run::task_queue).collect();
    let workflows: HashSet<_> = runs.iter().map(Run::workflow_id).collect();
    assert_eq!((queues.len(), workflows.len()), (HARNESSES, HARNESSES));
    futures::stream::iter(0..HARNESSES)
        .map(|number| kept_apart(&harnesses, &runs, number))
        .buffered(TRIED_AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    eprintln!("kept apart after {:?}", began.elapsed());

    try_join_all(harnesses.into_iter().map(Harness::stop)).await?;
    eprintln!("stopped after {:?}", began.elapsed());
    assert_eq!(left_on(&endpoints).await?, Vec::<String>::new());
    match Arc::into_inner(stack) {
        Some(AnyStack::Owned(owned)) => owned.stop().await?,
        _ => return Err("a harness still holds the stack".into()),
    }
    Ok(())
}

/// A figure that comes from the world's own data and its own glossary: neither alone gives it.
fn index(number: usize) -> usize {
    (5_000 + number) * 1_000 + number
}

/// Changes the data and the glossary of one world, asks for the figure, and expects the world's own.
async fn asked(harness: &Harness, number: usize) -> Result<Run> {
    let row = 5_000 + number;
    golden(
        harness,
        &format!(
            "INSERT INTO provinces (province_id, code, name) VALUES ({row}, '{row}', 'Dunia')"
        ),
    )
    .await?;
    harness.load_catalogue(&glossary(number)?).await?;
    let run = harness.ask(QUESTION).without_watching_progress().await?;
    for check in [
        "result.completed-with-answer",
        "sql.executed-as-reported",
        "answer.matches-tokens",
    ] {
        run.check_only(check)?;
    }
    let figures: Vec<_> = run.rows().iter().flat_map(|row| row.values()).collect();
    assert_eq!(
        figures,
        [&Value::from(index(number))],
        "{:?}",
        run.outcome()
    );
    Ok(run)
}

/// A glossary with one term, the same in every world, that stands for something else in each.
fn glossary(number: usize) -> Result<Catalogue> {
    let directory = tempfile::tempdir()?;
    let term = json!([{
        "metric": "Indeks Dunia",
        "alias": ["indeks dunia"],
        "sql": format!("MAX(provinces.province_id) * 1000 + {number}"),
        "metadata": {
            "kind": "metric",
            "type": "aggregate",
            "table": "provinces",
            "label": {"id": "indeks dunia", "en": "world index"},
            "additive": false
        }
    }]);
    std::fs::write(directory.path().join("glossary.json"), term.to_string())?;
    std::fs::write(directory.path().join("instructions.json"), "[]")?;
    Ok(Catalogue::from_dir(directory.path())?)
}

/// Tries to reach the next world from this one.
async fn kept_apart(harnesses: &[Harness], runs: &[Run], number: usize) -> Result {
    let next = (number + 1) % HARNESSES;
    let (harness, other) = (&harnesses[number], &harnesses[next]);
    // As the worker would look for it. In one of twenty worlds the worker itself is asked to.
    let agent = Agent::new(
        harness.worker_config().agent,
        Arc::new(OfflineAnalyst::new()),
    )?;
    let missing = agent.test_connection(other.connection_id()).await;
    assert!(
        matches!(missing, Err(AgentError::UnknownConnection { .. })),
        "{missing:?}"
    );
    agent.test_connection(harness.connection_id()).await?;
    if number.is_multiple_of(20) {
        let asking = harness.ask(QUESTION).connection(other.connection_id());
        let run = asking.without_callback().await?;
        let Outcome::Failed(failure) = run.outcome() else {
            return Err(format!("another world's connection was used: {:?}", run.outcome()).into());
        };
        assert_eq!(failure.kind, "UnknownConnection", "{failure}");
    }
    let (own, foreign) = (
        SessionId::new(runs[number].session()),
        SessionId::new(runs[next].session()),
    );
    assert!(harness.capture().transcript(&own).is_some());
    assert!(harness.capture().transcript(&foreign).is_none());
    // Whatever the sixteen that were tried at the same time did, Postgres's log of this database shows only one's own.
    let logged: Vec<_> = runs[number]
        .logged_sql()
        .iter()
        .filter(|logged| logged.sql.contains("provinces"))
        .map(|logged| &logged.sql)
        .collect();
    let reported = &runs[number].result()?.sql_queries;
    assert_eq!(logged, reported.iter().collect::<Vec<_>>());
    Ok(())
}
