//! One service without the harness: `docker run` and a poll.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kai_e2e::stack::{ImageStatus, OwnedStack, Service, StackConfig, image_status};

use crate::answers::answers;
use crate::docker::{docker, inspect};

/// A bound for everything that is polled here.
const BOUND: Duration = Duration::from_secs(60);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(4);

/// Which data directory a service starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// An empty one: Postgres runs initdb and has no seed, Typesense finds its first term of office by its own clock.
    Empty,
    /// The one in the image that the stack uses: with the seed, or with a snapshot.
    Prepared,
}

/// How one service is started by hand: as the stack starts it, except for what makes it the stack's.
#[derive(Debug)]
pub struct Bare {
    service: Service,
    arguments: Vec<String>,
    password: String,
}

impl Bare {
    /// Reads off a running stack how a service is started.
    pub async fn like(stack: &OwnedStack, service: Service, data: Data) -> Result<Self> {
        let container = stack.container_id(service).context("a container")?;
        let image = stack.images().context("images")?.get(service);
        let mut arguments: Vec<String> = Vec::new();
        let mut flag =
            |name: &str, value: &str| arguments.extend([name.to_owned(), value.to_owned()]);
        for mount in lines(
            &inspect(
                container,
                "{{range $path, $options := .HostConfig.Tmpfs}}{{println $path}}{{end}}",
            )
            .await?,
        ) {
            flag("--tmpfs", &mount);
        }
        for variable in
            lines(&inspect(container, "{{range .Config.Env}}{{println .}}{{end}}").await?)
        {
            flag("--env", &variable);
        }
        let mut password = "bench".to_owned();
        let mut name = image.name.clone();
        let mut command =
            lines(&inspect(container, "{{range .Config.Cmd}}{{println .}}{{end}}").await?);
        match (service, data) {
            (Service::Temporal, _) | (Service::Typesense, Data::Prepared) => {}
            (Service::Typesense, Data::Empty) => {
                command = ["--data-dir", "/opt", "--peering-address", "127.0.0.1"]
                    .map(str::to_owned)
                    .to_vec();
            }
            (Service::Postgres, Data::Prepared) => {
                password = inspect(
                    &name,
                    r#"{{index .Config.Labels "org.kai-e2e.seeded.password"}}"#,
                )
                .await?;
            }
            (Service::Postgres, Data::Empty) => {
                name = plain_postgres().await?;
                flag("--env", "POSTGRES_PASSWORD=bench");
                // As the stack starts an image that holds no seed.
                flag(
                    "--env",
                    "POSTGRES_INITDB_ARGS=--no-sync --locale=C --encoding=UTF8 --wal-segsize=1",
                );
            }
        }
        arguments.push(name);
        arguments.extend(command);
        Ok(Self {
            service,
            arguments,
            password,
        })
    }

    /// From `docker run` to the first answer to a real request.
    pub async fn ready(&self) -> Result<Duration> {
        let port = self.service.container_port();
        let publish = format!("127.0.0.1::{port}");
        let run = [
            "run",
            "--detach",
            "--label",
            "org.kai-e2e.bench=1",
            "--publish",
            &publish,
        ];
        let began = Instant::now();
        let id = docker(
            run.into_iter()
                .map(str::to_owned)
                .chain(self.arguments.clone()),
        )
        .await?;
        let answered = self.answered(&id, began).await;
        docker(["rm", "--force", "--volumes", &id]).await?;
        answered
    }

    async fn answered(&self, id: &str, began: Instant) -> Result<Duration> {
        let port = self.service.container_port();
        let template =
            format!("{{{{(index (index .NetworkSettings.Ports \"{port}/tcp\") 0).HostPort}}}}");
        let published = inspect(id, &template).await?;
        while !answers(self.service, &published, &self.password).await {
            ensure!(
                began.elapsed() < BOUND,
                "{} did not answer within {BOUND:?}",
                self.service
            );
            tokio::time::sleep(PAUSE).await;
        }
        Ok(began.elapsed())
    }
}

/// The image that the seeded one was made of.
async fn plain_postgres() -> Result<String> {
    let found = image_status(&StackConfig::from_env()?).await?;
    let is_plain = |image: &&ImageStatus| image.service == Service::Postgres && image.present;
    let plain = found.iter().find(is_plain).context("a Postgres image")?;
    Ok(plain.name.clone())
}

fn lines(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}
