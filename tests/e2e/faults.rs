//! Services that die or hang: the reason is named first, with the end of its log, and nothing hangs with them.

use std::sync::Arc;
use std::time::Duration;

use kai_e2e::harness::{AnyStack, Harness, HarnessError, HarnessSettings, Outcome};
use kai_e2e::stack::{OwnedStack, Service, Silent, StackConfig};
use kai_e2e::worker::RetrySettings;
use rstest::rstest;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::support::{CANONICAL, Result, child_tests, output, shown};

/// A stack of its own, since nobody may kill a service of the shared one.
async fn owned() -> Result<Arc<AnyStack>> {
    let config = StackConfig::from_env()?.with_seed_scale("0.05".parse()?);
    let owned = OwnedStack::start(&config, &Silent).await?;
    Ok(Arc::new(AnyStack::Owned(owned)))
}

fn the_owner(stack: &AnyStack) -> Result<&OwnedStack> {
    match stack {
        AnyStack::Owned(owned) => Ok(owned),
        _ => Err("the stack is not this test's".into()),
    }
}

/// Bounds that suit a machine on which something is known to be broken.
fn impatient() -> HarnessSettings {
    let defaults = HarnessSettings::from_env().unwrap_or_default();
    HarnessSettings {
        retry: RetrySettings {
            maximum_attempts: 2,
            ..defaults.retry
        },
        call_timeout: Duration::from_secs(3),
        setup_timeout: Duration::from_secs(15),
        look_after: Duration::from_secs(1),
        stop_timeout: Duration::from_secs(15),
        ..defaults
    }
}

async fn stopped(harness: Harness, stack: Arc<AnyStack>) -> Result {
    // A worker whose Temporal is gone may not come to an orderly end.
    if let Err(error) = harness.stop().await {
        let error = error.itself();
        assert!(error.to_string().contains("temporal"), "{error}");
    }
    let session = stack.session().to_owned();
    match Arc::into_inner(stack) {
        Some(AnyStack::Owned(owned)) => owned.stop().await?,
        _ => return Err("the harness still holds the stack".into()),
    }
    assert_eq!(
        crate::support::parts_of(&session).await?,
        Vec::<String>::new()
    );
    Ok(())
}

/// What comes of something, which must not wait longer for a service that is gone.
async fn within<F: IntoFuture>(bound: Duration, service: Service, it: F) -> Result<F::Output> {
    let late = |_| format!("nothing came of it within {bound:?} of {service} being gone");
    Ok(timeout(bound, it).await.map_err(late)?)
}

/// The first thing that is said is which service is gone.
fn assert_names(service: Service, why: &str, text: &str) {
    let first = text.lines().next().unwrap_or_default();
    assert!(
        first.starts_with(&format!("{service} of the running stack is gone: {why}")),
        "{text}"
    );
}

#[rstest]
#[case::temporal(Service::Temporal)]
#[case::postgres(Service::Postgres)]
#[case::typesense(Service::Typesense)]
#[tokio::test]
async fn a_service_that_died_is_named_at_the_next_use(#[case] service: Service) -> Result {
    let stack = owned().await?;
    let harness = Harness::on(Arc::clone(&stack), impatient()).await?;
    harness.ask(CANONICAL).await?.check()?;
    the_owner(&stack)?.kill(service).await?;

    let asking = harness.ask(CANONICAL).without_watching_progress();
    let text = match within(Duration::from_secs(30), service, asking).await? {
        // Typesense is the agent's: the run fails, and tells why.
        Ok(run) => {
            let Outcome::Failed(failure) = run.outcome() else {
                return Err(format!("the run ended as {:?}", run.outcome()).into());
            };
            assert_eq!(failure.kind, "ServiceUnavailable");
            let said = failure.message.to_lowercase();
            assert!(said.contains(service.as_str()), "{failure}");
            run.expect_events("… error done")?;
            assert!(run.service_gone().is_some());
            run.check().expect_err("the run failed").to_string()
        }
        Err(error) => {
            assert!(
                matches!(error.itself(), HarnessError::ServiceGone { .. }),
                "{}",
                error.itself()
            );
            error.itself().to_string()
        }
    };
    assert_names(service, "it ended with code 137 (signal 9)", &text);
    assert!(text.contains("\n  last log lines:\n    "), "{text}");

    // Setting something up takes all three.
    let postgres = &stack.endpoints().postgres;
    let refused = harness
        .connect_database(&postgres.reader_url(&postgres.database))
        .await
        .expect_err("a service is dead")
        .itself()
        .to_string();
    assert_names(service, "it ended with code 137 (signal 9)", &refused);
    let gone = stack.check().await.expect_err("a service is dead");
    assert_names(service, "it ended", &gone.to_string());
    stopped(harness, stack).await
}

#[tokio::test]
async fn temporal_that_dies_while_a_run_is_under_way_is_named_long_before_the_run_times_out()
-> Result {
    let stack = owned().await?;
    let harness = Harness::on(Arc::clone(&stack), impatient()).await?;
    let began = Arc::new(Notify::new());
    let first = Arc::clone(&began);
    let running = harness
        .ask(CANONICAL)
        .on_event(move |_| first.notify_one())
        .start()
        .await?;
    // The run is held in its middle from its sixth event on.
    began.notified().await;
    the_owner(&stack)?.kill(Service::Temporal).await?;

    // As text: an error that is alive when its harness stops is one that fails the test.
    let error = within(Duration::from_secs(60), Service::Temporal, running.finish())
        .await?
        .expect_err("nobody can say how it ended")
        .itself()
        .to_string();
    assert_names(
        Service::Temporal,
        "it ended with code 137 (signal 9)",
        &error,
    );
    stopped(harness, stack).await
}

/// In a process of its own, because how long a service may be silent is a setting of the process.
#[tokio::test]
async fn a_service_that_hangs_is_named_within_the_bounds_that_are_set() -> Result {
    let mut command = child_tests("faults::hangs_and_goes_on")?;
    command
        .args(["--exact", "--nocapture"])
        .env("KAI_E2E_PROBE_TIMEOUT", "2")
        .env("KAI_E2E_ANSWER_TIMEOUT", "6");
    let ended = output(command).await?;
    assert!(ended.status.success(), "{}", shown(&ended));
    let said = String::from_utf8_lossy(&ended.stderr);
    for service in Service::ALL {
        let named = format!("{service} of the running stack is gone: it is paused (");
        assert!(said.contains(&named), "{}", shown(&ended));
    }
    Ok(())
}

#[tokio::test]
#[ignore = "a process of its own, with bounds of its own"]
async fn hangs_and_goes_on() -> Result {
    let stack = owned().await?;
    let harness = Harness::on(Arc::clone(&stack), impatient()).await?;
    for service in Service::ALL {
        harness.ask(CANONICAL).await?.check()?;
        the_owner(&stack)?.pause(service).await?;
        let asking = harness.ask(CANONICAL).without_watching_progress();
        let text = match within(Duration::from_secs(40), service, asking).await? {
            Ok(run) => run.check().expect_err("a service hangs").to_string(),
            Err(error) => error.itself().to_string(),
        };
        eprintln!("{text}");
        assert_names(service, "it is paused (", &text);
        the_owner(&stack)?.resume(service).await?;
    }
    stopped(harness, stack).await
}
