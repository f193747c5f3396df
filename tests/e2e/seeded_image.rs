//! A Postgres that comes with the seed in its image: the same data as loading it gives, and none of the image's passwords.

use std::process::Command;

use kai_e2e::stack::{
    OwnedStack, ProviderChoice, Service, Silent, StackConfig, drop_database, dump_digest,
    seed_database,
};
use tokio_postgres::error::SqlState;

use crate::support::{Result, output, query, shown};

#[tokio::test]
async fn a_stack_of_containers_starts_with_the_seed_and_passwords_of_its_own() -> Result {
    let config = StackConfig::from_env()?
        .with_provider(ProviderChoice::Containers)
        .with_seed_scale("0.05".parse()?);
    let stack = OwnedStack::start(&config, &Silent).await?;
    let checked = check(&stack, &config).await;
    stack.stop().await?;
    checked
}

async fn check(stack: &OwnedStack, config: &StackConfig) -> Result {
    let image = &stack.images().ok_or("no images")?.postgres;
    assert!(image.prepared, "{image:?} holds no seed");
    let postgres = &stack.endpoints().postgres;

    seed_database(postgres, "loaded", config.seed_scale()).await?;
    let loaded = dump_digest(postgres, "loaded").await?;
    drop_database(postgres, "loaded").await?;
    assert_eq!(dump_digest(postgres, &postgres.database).await?, loaded);

    let mut came_with = postgres.clone();
    came_with.admin_password = password_in(&image.name).await?.into();
    assert_refused(&came_with.admin_url("postgres")).await;
    query(&postgres.reader_url(&postgres.database), "SELECT 1").await?;

    let environment = inspect(
        "container",
        stack
            .container_id(Service::Postgres)
            .ok_or("no container")?,
        "{{json .Config.Env}}",
    )
    .await?;
    assert!(
        !environment.contains(postgres.admin_password.reveal()),
        "the container's environment holds the password"
    );
    Ok(())
}

async fn assert_refused(url: &str) {
    let error = query(url, "SELECT 1").await.expect_err("an old password");
    let state = error
        .downcast_ref::<tokio_postgres::Error>()
        .and_then(|error| error.code());
    assert_eq!(state, Some(&SqlState::INVALID_PASSWORD), "{error}");
}

async fn password_in(image: &str) -> Result<String> {
    let password = inspect(
        "image",
        image,
        r#"{{index .Config.Labels "org.kai-e2e.seeded.password"}}"#,
    )
    .await?;
    assert_eq!(password.len(), 32);
    Ok(password)
}

async fn inspect(kind: &str, name: &str, template: &str) -> Result<String> {
    let mut command = Command::new("docker");
    command.args([kind, "inspect", "--format", template, name]);
    let inspected = output(command).await?;
    if !inspected.status.success() {
        return Err(shown(&inspected).into());
    }
    Ok(String::from_utf8(inspected.stdout)?.trim().to_owned())
}
