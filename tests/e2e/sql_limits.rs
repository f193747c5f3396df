//! The bounds of a statement, each met on purpose: the server ends it, and the run says so.

use std::time::Duration;

use kai_e2e::agent::SqlLimits;
use kai_e2e::agent::models::{ChatSettings, Endpoint, ModelChoice, Reply, ScriptedServer};
use kai_e2e::contract::Event;
use kai_e2e::harness::faults::{Peer, TableLock};
use kai_e2e::harness::{Harness, HarnessSettings, Run, RunningAsk, harness};
use rstest::rstest;
use serde_json::{Value, json};

use crate::models::told;
use crate::support::{Result, eventually, query};

/// Far beyond what is needed.
const LONG: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_millis(300);

/// A harness whose model makes one query.
struct Querying {
    harness: Harness,
    model: ScriptedServer,
}

impl Querying {
    async fn new(harness: &Harness, sql: &str, limits: SqlLimits) -> Result<Self> {
        let call = Reply::calls(&[("sql_query", json!({ "query": sql }))]);
        let model = ScriptedServer::replies(vec![call, Reply::says(&["Selesai."])]).await?;
        let settings = ChatSettings::new(Endpoint::new(&model.url())?, "scripted");
        let settings = HarnessSettings {
            model: ModelChoice::chat(settings),
            sql: limits,
            links: true,
            ..HarnessSettings::from_env()?
        };
        let harness = Harness::on(harness.shared_stack(), settings).await?;
        Ok(Self { harness, model })
    }

    async fn start(&self) -> Result<RunningAsk<'_>> {
        let ask = self.harness.ask("Berapa?").without_watching_progress();
        Ok(ask.start().await?)
    }

    /// What the model was told of its query.
    fn told(&self) -> Result<Value> {
        told(&self.model.requests())
    }
}

fn rows(run: &Run) -> Option<(usize, bool)> {
    run.events().iter().find_map(|seen| match &seen.event {
        Event::SqlResult(rows) => Some((rows.data.len(), rows.truncated)),
        _ => None,
    })
}

#[rstest]
#[tokio::test]
async fn a_statement_that_takes_too_long_is_broken_off(#[future(awt)] harness: Harness) -> Result {
    let sql =
        "SELECT count(*) FROM cooperative_members a, cooperative_members b, cooperative_members c";
    let limits = SqlLimits {
        statement_timeout: SOON,
        ..SqlLimits::default()
    };
    let querying = Querying::new(&harness, sql, limits).await?;
    let run = querying.start().await?.finish().await?;
    assert_eq!(rows(&run), None);
    let told = querying.told()?.to_string();
    assert!(
        told.contains("took longer than 300 ms and was broken off"),
        "{told}"
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_statement_that_waits_too_long_for_a_lock_is_broken_off(
    #[future(awt)] harness: Harness,
) -> Result {
    let limits = SqlLimits {
        lock_timeout: SOON,
        statement_timeout: LONG,
        ..SqlLimits::default()
    };
    let querying = Querying::new(&harness, "SELECT count(*) FROM cooperative", limits).await?;
    let lock = TableLock::take(querying.harness.postgres(), "cooperative").await?;
    let run = querying.start().await?.finish().await?;
    drop(lock);
    assert_eq!(rows(&run), None);
    let told = querying.told()?.to_string();
    assert!(told.contains("lock timeout"), "{told}");
    Ok(())
}

#[rstest]
#[case::of_rows(7, usize::MAX, 7)]
// A row is `{"name":"…"}`, of at least eleven characters: at most nine of them are in a hundred.
#[case::of_bytes(1_000, 100, 9)]
#[tokio::test]
async fn more_than_the_limit_is_left_in_the_server_and_the_result_says_so(
    #[future(awt)] harness: Harness,
    #[case] max_rows: usize,
    #[case] max_result_bytes: usize,
    #[case] most: usize,
) -> Result {
    let limits = SqlLimits {
        max_rows,
        max_result_bytes,
        ..SqlLimits::default()
    };
    let querying = Querying::new(&harness, "SELECT name FROM provinces", limits).await?;
    let run = querying.start().await?.finish().await?;
    let (count, truncated) = rows(&run).ok_or("there are rows")?;
    assert!(truncated);
    assert!((1..=most).contains(&count), "{count} rows");
    assert_eq!(querying.told()?["truncated"], true);
    Ok(())
}

/// The worker hears nothing of its database any more, in the middle of a transaction: the server gives up what that holds, long
/// before the worker does.
#[rstest]
#[tokio::test]
async fn a_transaction_that_nobody_goes_on_with_is_ended_by_the_server(
    #[future(awt)] harness: Harness,
) -> Result {
    let limits = SqlLimits {
        lock_timeout: LONG,
        statement_timeout: LONG,
        transaction_idle_timeout: SOON,
        ..SqlLimits::default()
    };
    let querying = Querying::new(&harness, "SELECT count(*) FROM cooperative", limits).await?;
    let postgres = querying.harness.postgres();
    let lock = TableLock::take(postgres, "cooperative").await?;
    let asked = querying.start().await?;
    assert!(lock.until(true, LONG).await?, "its statement never waited");
    let link = querying.harness.links()?.get(Peer::Postgres);
    link.silence();
    drop(lock);

    // Of this database and role: nobody else's.
    let sessions = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND usename = '{}'",
        postgres.database, postgres.reader_user
    );
    let (url, sessions) = (postgres.admin_url("postgres"), &sessions);
    let count = || async {
        Ok(query(&url, sessions).await?[0][0]
            .clone()
            .ok_or("a count")?
            .parse()?)
    };
    eventually("the server has ended the session", count, |left: i64| {
        left == 0
    })
    .await?;

    link.heal();
    link.drop_connections();
    asked.finish().await?;
    Ok(())
}
