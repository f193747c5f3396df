//! Making a Postgres image that holds the seed.

use std::{collections::HashMap, time::Instant};

use bollard::models::{ContainerCreateBody, HostConfig, PortBinding};
use tokio::fs::File;

use crate::contract::Secret;
use crate::stack::{
    PostgresEndpoint, Service, StackConfig, StackError,
    engine::{BuildContext, Engine, ImageFacts},
    error::{Cause, LogTail},
    owned::{abandon, remove_session},
    provider::{Containers, Instance, Provider},
    seed::{self, make_template},
    services::{ADMIN_USER, DATA_DIRECTORY, INITDB, Target, baking_command, until_ready},
    session::{Lease, StateRoot},
};

/// The label that every seeded image carries, with the key of what it holds.
pub(super) const SEEDED: &str = "org.kai-e2e.seeded";

/// The label with the superuser's password in the image: worth nothing as soon as a stack has started, because the stack
/// changes it first of all.
pub(super) const PASSWORD: &str = "org.kai-e2e.seeded.password";

/// Where the server works while it is filled: not in the directory that the image declares a volume, because what a volume
/// holds is no part of an image. Its last part is that of [`DATA_DIRECTORY`].
const WORKSHOP: &str = "/kai-e2e/data";

/// Where the finished data directory lies in the image, as one archive. Many small files are slow to copy out of an image,
/// and a server that works on them in place is slow to clone databases, at least where the engine's file system is.
const ARCHIVE: &str = "/kai-e2e/data.tar";

/// Refuses at once to fill a server in an image that could not be started afterwards.
const FILL: &str =
    r#"command -v tar >/dev/null || { echo "there is no command tar" >&2; exit 1; }; exec "$@""#;

/// Starts the server after its data was unpacked. The official entrypoint would now search all files for one of another owner,
/// and then begin again as another user: as much work as all the rest of a start, and the archive has kept the owners.
const START: &str = r#"if [ "$2" = postgres ] && command -v gosu >/dev/null; then shift; exec gosu postgres "$@"; else exec "$@"; fi"#;

/// How long a server that is filled may take to write everything and end.
const STOP_SECONDS: i32 = 60;

/// One image in the making.
pub(super) struct Bake<'a> {
    pub(super) engine: &'a Engine,
    pub(super) config: &'a StackConfig,
    /// The image that the server comes from.
    pub(super) base: &'a str,
    pub(super) facts: &'a ImageFacts,
    /// The image to make.
    pub(super) image: &'a str,
    pub(super) key: &'a str,
}

impl Bake<'_> {
    /// Starts a server, fills it, stops it, and makes an image of its data. In a session of its own, so that whenever this
    /// process ends, the container goes.
    pub(super) async fn run(&self) -> Result<(), StackError> {
        self.refuse_unfit()?;
        let root = StateRoot::at(self.config.state_directory());
        let provider = Containers::on(self.engine.clone());
        let lease = Lease::own(&root, &provider).await?;
        match self.in_session(&lease, &provider).await {
            Ok(()) => {
                remove_session(&provider, lease.directory().session()).await?;
                lease.end().await
            }
            Err(first) => Err(abandon(&provider, lease, first).await),
        }
    }

    /// What starts a seeded image is put in front of the official image's own entrypoint, and has to be root.
    fn refuse_unfit(&self) -> Result<(), StackError> {
        let is_official = matches!(&self.facts.entrypoint[..], [program] if program.ends_with("docker-entrypoint.sh"));
        let is_root = matches!(
            self.facts.user.as_str(),
            "" | "0" | "root" | "0:0" | "root:root"
        );
        match (is_official, is_root) {
            (true, true) => Ok(()),
            (false, _) => Err(self.failed("its entrypoint is not the official image's")),
            (_, false) => Err(self.failed("it does not start as root")),
        }
    }

    async fn in_session(&self, lease: &Lease, provider: &dyn Provider) -> Result<(), StackError> {
        let password = Secret::random();
        let began = Instant::now();
        let container = self.engine.start(self.container(lease, &password)).await?;
        let address = self.engine.address();
        let ports = self.engine.published_ports(&container).await?;
        let port = ports.get(&Service::Postgres.container_port()).copied();
        let target = Target {
            service: Service::Postgres,
            host: address.host(),
            port: port.unwrap_or(0),
            password: password.clone(),
        };
        let bound = self.config.start_timeout();
        let instance = Instance::Container(container.clone());
        until_ready(provider, &target, &instance, began, bound).await?;
        let server = PostgresEndpoint {
            host: target.host,
            port: target.port,
            admin_user: ADMIN_USER.to_owned(),
            admin_password: password.clone(),
            reader_user: seed::READER.to_owned(),
            reader_password: Secret::random(),
            database: seed::DATABASE.to_owned(),
        };
        make_template(&server, self.config.seed_scale()).await?;
        self.end(provider, &instance, &container).await?;
        self.build_from(&container, &password)
            .await
            .map_err(|cause| self.failed(&cause.to_string()))
    }

    fn container(&self, lease: &Lease, password: &Secret) -> ContainerCreateBody {
        let labels = lease.labels(false).of(Service::Postgres);
        let binding = PortBinding {
            host_ip: Some(self.engine.address().publish_on().to_owned()),
            host_port: Some(String::new()),
        };
        let port = format!("{}/tcp", Service::Postgres.container_port());
        let mut command = vec![FILL.to_owned(), "kai-e2e".to_owned()];
        command.extend(self.facts.entrypoint.iter().cloned());
        command.extend(baking_command());
        ContainerCreateBody {
            image: Some(self.base.to_owned()),
            labels: Some(
                labels
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect(),
            ),
            entrypoint: Some(vec!["sh".to_owned(), "-c".to_owned()]),
            cmd: Some(command),
            env: Some(vec![
                format!("PGDATA={WORKSHOP}"),
                format!("POSTGRES_USER={ADMIN_USER}"),
                format!("POSTGRES_PASSWORD={}", password.reveal()),
                format!("POSTGRES_INITDB_ARGS={INITDB}"),
            ]),
            exposed_ports: Some(vec![port.clone()]),
            host_config: Some(HostConfig {
                port_bindings: Some(HashMap::from([(port, Some(vec![binding]))])),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        }
    }

    /// Ends the server in good order: one that did not would begin every start with a recovery.
    async fn end(
        &self,
        provider: &dyn Provider,
        instance: &Instance,
        container: &str,
    ) -> Result<(), StackError> {
        self.engine.stop(container, STOP_SECONDS).await?;
        let code = self.engine.ended(container).await?;
        if code.0 == 0 {
            return Ok(());
        }
        let log = provider
            .log_tail(Service::Postgres, instance, LogTail::LINES)
            .await
            .unwrap_or_default();
        Err(StackError::ImageBuild {
            service: Service::Postgres,
            image: self.image.to_owned(),
            reason: format!("the server that was filled ended {code}"),
            output: LogTail::of(&log),
        })
    }

    async fn build_from(&self, container: &str, password: &Secret) -> Result<(), Cause> {
        let mut file = File::from_std(tempfile::tempfile()?);
        self.engine.archive(container, WORKSHOP, &mut file).await?;
        let context = BuildContext {
            dockerfile: dockerfile(self.base, &self.facts.entrypoint, self.key, password)?,
            name: "data.tar",
            file,
        };
        self.engine.build(self.image, context).await
    }

    fn failed(&self, reason: &str) -> StackError {
        StackError::ImageBuild {
            service: Service::Postgres,
            image: self.image.to_owned(),
            reason: reason.to_owned(),
            output: LogTail::default(),
        }
    }
}

/// The image: the base, the archive, and in front of the base's entrypoint a command that unpacks it where the server expects
/// its data, unless it has some from before an end. There the entrypoint finds a database and starts it.
fn dockerfile(
    base: &str,
    entrypoint: &[String],
    key: &str,
    password: &Secret,
) -> serde_json::Result<String> {
    let parent = DATA_DIRECTORY
        .rsplit_once('/')
        .map_or("/", |(parent, _)| parent);
    let mut words = vec![
        "sh".to_owned(),
        "-c".to_owned(),
        format!(
            "{{ [ -e {DATA_DIRECTORY}/PG_VERSION ] || tar -xf {ARCHIVE} -C {parent}; }} && {START}"
        ),
        "kai-e2e".to_owned(),
    ];
    words.extend(entrypoint.iter().cloned());
    Ok(format!(
        "FROM {base}\nCOPY data.tar {ARCHIVE}\nENV PGDATA={DATA_DIRECTORY}\nENTRYPOINT {}\nCMD [\"postgres\"]\n\
         LABEL org.kai-e2e=image {SEEDED}={key} {PASSWORD}={}\n",
        serde_json::to_string(&words)?,
        password.reveal()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_unpacks_before_the_entrypoint_of_its_base() {
        let text = dockerfile(
            "postgres:17-alpine",
            &["docker-entrypoint.sh".to_owned()],
            "k",
            &Secret::new("p"),
        )
        .unwrap();

        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "FROM postgres:17-alpine",
                "COPY data.tar /kai-e2e/data.tar",
                "ENV PGDATA=/var/lib/postgresql/data",
                r#"ENTRYPOINT ["sh","-c","{ [ -e /var/lib/postgresql/data/PG_VERSION ] || tar -xf /kai-e2e/data.tar -C /var/lib/postgresql; } && if [ \"$2\" = postgres ] && command -v gosu >/dev/null; then shift; exec gosu postgres \"$@\"; else exec \"$@\"; fi","kai-e2e","docker-entrypoint.sh"]"#,
                r#"CMD ["postgres"]"#,
                "LABEL org.kai-e2e=image org.kai-e2e.seeded=k org.kai-e2e.seeded.password=p",
            ]
        );
    }

    #[test]
    fn the_archive_unpacks_into_the_data_directory() {
        let last = |path: &str| path.rsplit('/').next().map(str::to_owned);

        assert_eq!(last(WORKSHOP), last(DATA_DIRECTORY));
    }
}
