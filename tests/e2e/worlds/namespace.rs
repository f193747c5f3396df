//! A Temporal namespace of one harness's own.

use kai_e2e::harness::{Harness, HarnessSettings, harness};
use rstest::rstest;

use crate::external_callers::temporal_cli;
use crate::support::{CANONICAL, Result, shown};

#[rstest]
#[tokio::test]
async fn workflows_of_an_own_namespace_are_found_nowhere_else(
    #[future(awt)] harness: Harness,
) -> Result {
    let settings = HarnessSettings {
        own_namespace: true,
        ..HarnessSettings::default()
    };
    let own = Harness::on(harness.shared_stack(), settings).await?;
    assert_eq!(harness.namespace(), "default");
    let run = own.ask(CANONICAL).await?;
    run.check()?;

    let id = run.workflow_id();
    let name = own.namespace().to_owned();
    let describe = async |namespace: &str| {
        let described = [
            "workflow",
            "describe",
            "--workflow-id",
            id,
            "--namespace",
            namespace,
        ];
        temporal_cli(&harness, &described).await
    };
    let in_default = describe("default").await?;
    assert!(!in_default.status.success(), "{}", shown(&in_default));
    let in_own = describe(&name).await?;
    assert!(in_own.status.success(), "{}", shown(&in_own));

    own.stop().await?;
    let deleted = describe(&name).await?;
    assert!(!deleted.status.success(), "{}", shown(&deleted));
    Ok(())
}
