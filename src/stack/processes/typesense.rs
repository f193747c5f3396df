//! Typesense as a process, started from a snapshot.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Instant,
};

use rustix::process::Signal;

use super::{
    copy::copy_tree,
    end::send,
    raft::{EMPTY_LOG, peer, renamed},
    supervised::{ServiceCommand, ServiceDirectory, State},
    templates::Template,
};
use crate::{
    contract::{Secret, error_chain},
    stack::{
        Binary, Service, bounds, free_port,
        provider::{Order, Ports},
        services::Target,
        wait::Backoff,
    },
};

/// The file of a template that holds the name of the server that made it.
const PEER: &str = "peer";

/// The file of a service directory that holds the port for peers: it is part of the server's name in its data.
const PEERING_PORT: &str = "peering-port";

/// One Typesense to be started.
pub(in crate::stack) struct Typesense<'a> {
    pub(in crate::stack) order: &'a Order<'a>,
    pub(in crate::stack) binary: &'a Binary,
    pub(in crate::stack) directory: &'a ServiceDirectory,
}

/// Where the nodes of a cluster would meet: a server that finds it taken ends, as it does with its own port.
const PEERING: u16 = 8107;

impl Typesense<'_> {
    /// Makes sure that there is a snapshot to start from. Without one the server takes three seconds more, which is no reason to
    /// fail, and a progress line says why.
    pub(in crate::stack) async fn prepare(&self) {
        let template = self.template();
        if template.path().is_some() {
            return;
        }
        self.order.progress.line(
            "[typesense] making a snapshot to start from, once for this version of the server",
        );
        if let Err(reason) = self.make_snapshot(&template).await {
            self.order.progress.line(&format!(
                "[typesense] no snapshot could be made ({reason}): it will take three seconds more to start"
            ));
        }
    }

    /// Starts the server, from the snapshot if there is one, and gives its process and its port.
    pub(in crate::stack) async fn spawn(&self) -> io::Result<(u32, Ports)> {
        let port = match self.order.port() {
            Some(port) => port.get(),
            None => free_port()?,
        };
        let peering_port = free_port()?;
        self.directory.prepare(None)?;
        if let Some(template) = self.template().path() {
            self.copy_of(template, &peer(peering_port, port)).await?;
        }
        fs::write(self.directory.file(PEERING_PORT), peering_port.to_string())?;
        let key = &self.order.credentials.typesense_key;
        let pid = self.spawn_on(port, peering_port, key).await?;
        Ok((
            pid,
            Ports::from([
                (Service::Typesense.container_port(), port),
                (PEERING, peering_port),
            ]),
        ))
    }

    /// Starts the server again on the data that is there, and gives its process.
    pub(in crate::stack) async fn spawn_again(&self, port: u16) -> io::Result<u32> {
        let peering_port = fs::read_to_string(self.directory.file(PEERING_PORT))?
            .parse()
            .map_err(io::Error::other)?;
        let key = &self.order.credentials.typesense_key;
        self.spawn_on(port, peering_port, key).await
    }

    fn template(&self) -> Template {
        Template::of(
            self.order.config,
            Service::Typesense,
            &[&self.binary.id, "braft without its log"],
        )
    }

    fn data(&self) -> PathBuf {
        self.directory.file("data")
    }

    async fn spawn_on(&self, port: u16, peering_port: u16, key: &Secret) -> io::Result<u32> {
        fs::create_dir_all(self.data())?;
        let arguments = [
            ("--data-dir", self.data().display().to_string()),
            ("--api-address", "127.0.0.1".to_owned()),
            ("--api-port", port.to_string()),
            ("--peering-address", "127.0.0.1".to_owned()),
            ("--peering-port", peering_port.to_string()),
        ];
        let command = ServiceCommand {
            program: self.binary.path.clone(),
            arguments: arguments
                .into_iter()
                .flat_map(|(option, value)| [option.to_owned(), value])
                .collect(),
            environment: vec![
                ("TYPESENSE_API_KEY", key.reveal().to_owned()),
                ("TYPESENSE_ENABLE_CORS", "false".to_owned()),
            ],
            user: None,
        };
        self.directory
            .spawn(Service::Typesense, self.order.labels, &command)
            .await
    }

    /// Copies the snapshot and writes the new server's name over that of the one that made it. If that cannot be done, the
    /// server starts without.
    async fn copy_of(&self, template: &Path, new: &str) -> io::Result<()> {
        let former = fs::read_to_string(template.join(PEER))?;
        fs::create_dir(self.data())?;
        let state = self.data().join("state");
        copy_tree(template.join("state"), state.clone(), None).await?;
        let mut all = true;
        for file in files_with_name(&state)? {
            match renamed(&fs::read(&file)?, &former, new) {
                Some(content) => fs::write(&file, content)?,
                None => all = false,
            }
        }
        if !all {
            return fs::remove_dir_all(&state);
        }
        fs::create_dir(state.join("log"))?;
        fs::write(state.join("log/log_meta"), EMPTY_LOG)
    }

    async fn make_snapshot(&self, template: &Template) -> Result<(), String> {
        let text = |error: io::Error| error.to_string();
        let (port, peering_port) = (free_port().map_err(text)?, free_port().map_err(text)?);
        let key = Secret::random();
        self.directory.prepare(None).map_err(text)?;
        let pid = self
            .spawn_on(port, peering_port, &key)
            .await
            .map_err(text)?;
        let taken = self.take_snapshot(port, &key).await;
        send(pid, Signal::KILL);
        self.directory.ended().await;
        taken?;
        let keep = async {
            let draft = template.draft()?;
            let (from, to) = (self.data().join("state"), draft.join("state"));
            fs::create_dir(&to)?;
            for part in ["meta", "snapshot"] {
                copy_tree(from.join(part), to.join(part), None).await?;
            }
            fs::write(draft.join(PEER), peer(peering_port, port))?;
            template.adopt(&draft)
        };
        keep.await.map_err(text)
    }

    async fn take_snapshot(&self, port: u16, key: &Secret) -> Result<(), String> {
        let target = Target {
            service: Service::Typesense,
            host: "127.0.0.1".to_owned(),
            port,
            password: Secret::new(""),
        };
        let deadline = Instant::now() + bounds::SNAPSHOT.get();
        let mut backoff = Backoff::new();
        while let Err(seen) = target.probe().await {
            let runs = self.directory.state() == Some(State::Running);
            if !runs || !backoff.pause_within(deadline).await {
                return Err(seen);
            }
        }
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(bounds::SNAPSHOT.get())
            .build()
            .map_err(|error| error_chain(&error))?;
        let copy = self.directory.file("copy");
        // The path is the harness's own, of hexadecimal digits and the base directory.
        let mut url = url::Url::parse(&format!("http://127.0.0.1:{port}/operations/snapshot"))
            .map_err(|error| error.to_string())?;
        url.query_pairs_mut()
            .append_pair("snapshot_path", &copy.to_string_lossy());
        let answer = http
            .post(url)
            .header("X-TYPESENSE-API-KEY", key.reveal())
            .send()
            .await
            .map_err(|error| error_chain(&error))?;
        let status = answer.status();
        let said = answer.text().await.unwrap_or_default();
        if status.is_success() && said.contains("true") {
            Ok(())
        } else {
            Err(format!(
                "POST /operations/snapshot answered {status}: {said}"
            ))
        }
    }
}

/// The files of a snapshot that name the server.
fn files_with_name(state: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = vec![state.join("meta/raft_meta")];
    for snapshot in fs::read_dir(state.join("snapshot"))? {
        files.push(snapshot?.path().join("__raft_snapshot_meta"));
    }
    Ok(files)
}
