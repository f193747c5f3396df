//! What a harness may do with its world, and what becomes of it.

use std::sync::Arc;

use kai_e2e::harness::{AnyStack, Harness, HarnessSettings, Isolation, harness};
use kai_e2e::stack::{OwnedStack, Silent};
use rstest::rstest;

use super::{left_on, small};
use crate::support::{CANONICAL, OwnDatabaseOfTheStack, Result, eventually, golden};

#[rstest]
#[tokio::test]
async fn a_change_in_one_world_is_seen_by_nobody_else(#[future(awt)] harness: Harness) -> Result {
    let other = Harness::on(harness.shared_stack(), HarnessSettings::default()).await?;
    assert_ne!(harness.connection_id(), other.connection_id());
    assert_ne!(harness.collection_prefix(), other.collection_prefix());
    golden(&harness, "DROP TABLE cooperative CASCADE").await?;

    let run = harness.ask(CANONICAL).await?;
    assert!(run.rows().is_empty(), "{:?}", run.rows());
    let elsewhere = other.ask(CANONICAL).await?;
    elsewhere.check()?;
    assert_eq!(elsewhere.rows().len(), 5);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn another_database_can_be_connected_beside_the_own(
    #[future(awt)] harness: Harness,
) -> Result {
    let _alone = OwnDatabaseOfTheStack::alone(&harness).await?;
    let koperasi = &harness.stack().endpoints().postgres;
    let url = koperasi.reader_url(&koperasi.database);
    let connection = harness.connect_database(&url).await?;
    golden(&harness, "DROP TABLE cooperative CASCADE").await?;

    let run = harness.ask(CANONICAL).connection(connection).await?;
    assert_eq!(run.rows().len(), 5);
    Ok(())
}

#[tokio::test]
async fn a_world_goes_with_its_harness_stopped_or_dropped() -> Result {
    let owned = OwnedStack::start(&small()?, &Silent).await?;
    let endpoints = owned.endpoints().clone();
    let stack = Arc::new(AnyStack::Owned(owned));
    let on = |isolation| {
        let settings = HarnessSettings {
            isolation,
            ..HarnessSettings::default()
        };
        Harness::on(Arc::clone(&stack), settings)
    };
    let master = on(Isolation::Master).await?;
    assert_eq!(master.postgres().database, "koperasi");
    assert_eq!(left_on(&endpoints).await?, Vec::<String>::new());
    master.ask(CANONICAL).await?.check()?;
    master.stop().await?;

    let stopped = on(Isolation::Private).await?;
    let made = left_on(&endpoints).await?;
    assert_eq!(made.len(), 7, "one database and six collections: {made:?}");
    stopped.ask(CANONICAL).await?.check()?;
    stopped.stop().await?;
    assert_eq!(left_on(&endpoints).await?, Vec::<String>::new());

    drop(on(Isolation::Private).await?);
    eventually(
        "the world of a dropped harness is gone",
        || async { Ok(left_on(&endpoints).await?.len()) },
        |left| left == 0,
    )
    .await?;
    match Arc::into_inner(stack) {
        Some(AnyStack::Owned(owned)) => owned.stop().await?,
        _ => return Err("a harness still holds the stack".into()),
    }
    Ok(())
}
