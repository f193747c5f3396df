//! Services that die: the run fails, the reason is named, and nothing hangs.

use std::sync::Arc;

use kai_e2e::harness::{AnyStack, Harness, HarnessSettings, Outcome};
use kai_e2e::stack::{OwnedStack, Service, Silent, StackConfig};
use kai_e2e::worker::RetrySettings;

use crate::support::{CANONICAL, Result};

#[tokio::test]
async fn without_typesense_a_run_fails_and_typesense_is_named() -> Result {
    without(Service::Typesense).await
}

#[tokio::test]
async fn without_postgres_a_run_fails_and_postgres_is_named() -> Result {
    without(Service::Postgres).await
}

/// A stack of its own, since nobody may kill a service of the shared one.
async fn without(service: Service) -> Result {
    let config = StackConfig::from_env()?.with_seed_scale("0.05".parse()?);
    let owned = OwnedStack::start(&config, &Silent).await?;
    let stack = Arc::new(AnyStack::Owned(owned));
    let settings = HarnessSettings {
        retry: RetrySettings {
            maximum_attempts: 2,
            ..HarnessSettings::default().retry
        },
        ..HarnessSettings::default()
    };
    let harness = Harness::on(Arc::clone(&stack), settings).await?;
    harness.ask(CANONICAL).await?.check()?;
    if let AnyStack::Owned(owned) = &*stack {
        owned.kill(service).await?;
    }

    // The statement log is Postgres's own: without Postgres there is none to compare with.
    let outcome = harness.ask(CANONICAL).without_watching_progress().await;
    match outcome {
        Ok(run) => {
            let Outcome::Failed(failure) = run.outcome() else {
                return Err(format!("the run ended as {:?}", run.outcome()).into());
            };
            assert_eq!(failure.kind, "ServiceUnavailable");
            assert!(
                failure
                    .message
                    .to_lowercase()
                    .contains(&service.to_string()),
                "{failure}"
            );
            run.expect_events("… error done")?;
        }
        Err(error) => assert!(
            error
                .to_string()
                .to_lowercase()
                .contains(&service.to_string()),
            "{error}"
        ),
    }
    let gone = stack
        .check()
        .await
        .expect_err("a service is dead")
        .to_string();
    assert!(gone.to_lowercase().contains(&service.to_string()), "{gone}");

    harness.stop().await?;
    let session = stack.session().to_owned();
    match Arc::into_inner(stack) {
        Some(AnyStack::Owned(owned)) => owned.stop().await?,
        _ => return Err("the harness still holds the stack".into()),
    }
    assert_eq!(
        crate::support::containers_of(&session).await?,
        Vec::<String>::new()
    );
    Ok(())
}
