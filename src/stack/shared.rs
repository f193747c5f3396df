//! One stack for all processes of a machine with the same configuration.

use std::{
    ops::Deref,
    sync::Arc,
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};

use super::{
    Programs, Progress, RunningStack, Service, StackConfig, StackError, bounds,
    launch::Launch,
    owned::{abandon, remove_session},
    provider::{self, Provider},
    seed,
    session::{
        ExclusiveLock, Lease, SessionDirectory, StateRoot, read_state_file, sweep, write_state_file,
    },
    worlds::Tenancy,
};

/// The use of a stack that other processes may use too.
///
/// It has no way to stop the stack: that goes when its last user is gone, or, when it is kept, with
/// [`down`](super::down). Keep this value for as long as the stack is used. In a test process that is best a static: the
/// kernel gives the use up when the process ends.
#[derive(Debug)]
#[must_use = "the stack may go when its last user is dropped"]
pub struct SharedStack {
    running: RunningStack,
    attachment: Attachment,
    lease: Lease,
    tenancy: Tenancy,
}

/// How a process came to its shared stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attachment {
    /// It was running.
    Found,
    /// This process started it.
    Started,
}

/// The file with the address of the running stack, in the session's directory.
pub(super) const STATE_FILE: &str = "state.json";

impl SharedStack {
    /// Attaches to the running stack of this configuration; starts it if there is none, or if the one that was there has
    /// died. Several processes may call this at once: one starts, the others wait, with a progress line.
    ///
    /// A stack is shared by those that use the same engine, images, seed, scale, ports and version of this crate.
    ///
    /// # Errors
    ///
    /// Any [`StackError`]. Nothing of a failed start is left running.
    pub async fn attach(config: &StackConfig, progress: &dyn Progress) -> Result<Self, StackError> {
        let began = Instant::now();
        let provider = provider::connect(config, progress).await?;
        let programs = provider.prepare(config, progress).await?;
        let programs_took = began.elapsed();
        let root = StateRoot::at(config.state_directory());
        let name = name(config, provider.as_ref(), &programs);
        let lease = Lease::share(&root, &name, provider.as_ref()).await?;
        if let Some(running) = read_state(&lease)?
            && running.check_with(provider.as_ref()).await.is_ok()
        {
            return Self::found(running, lease, provider.as_ref(), config).await;
        }

        let lock = ExclusiveLock::acquire(
            &lease.directory().file("start.lock"),
            "start the shared stack",
            bounds::STARTER.get(),
            progress,
        )
        .await?;
        if let Some(running) = read_state(&lease)? {
            match running.check_with(provider.as_ref()).await {
                Ok(()) => return Self::found(running, lease, provider.as_ref(), config).await,
                Err(error) => {
                    let first_line = error.to_string();
                    let first_line = first_line.lines().next().unwrap_or_default();
                    progress.line(&format!("replacing the shared stack: {first_line}"));
                }
            }
        }
        let starter = Starter {
            config,
            provider: &provider,
            root: &root,
            programs,
            began,
            programs_took,
            progress,
        };
        let running = starter.start(lease).await?;
        drop(lock);
        Ok(running)
    }

    async fn found(
        running: RunningStack,
        mut lease: Lease,
        provider: &dyn Provider,
        config: &StackConfig,
    ) -> Result<Self, StackError> {
        if config.keep() {
            lease.keep()?;
        }
        if !lease.is_kept() {
            lease.ensure_watched(provider).await?;
        }
        Ok(Self {
            running,
            attachment: Attachment::Found,
            lease,
            tenancy: Tenancy::default(),
        })
    }

    /// Whether this process found the stack running or started it.
    pub fn attachment(&self) -> Attachment {
        self.attachment
    }

    /// Whether it stays when its last user is gone.
    pub fn is_kept(&self) -> bool {
        self.lease.is_kept()
    }

    /// Lets it stay when its last user is gone, until [`down`](super::down).
    ///
    /// # Errors
    ///
    /// When the session's directory cannot be written to.
    pub fn keep(&self) -> Result<(), StackError> {
        self.lease.keep()
    }

    pub(super) fn tenancy(&self) -> &Tenancy {
        &self.tenancy
    }

    pub(super) fn session_directory(&self) -> &SessionDirectory {
        self.lease.directory()
    }
}

impl Deref for SharedStack {
    type Target = RunningStack;

    fn deref(&self) -> &RunningStack {
        &self.running
    }
}

/// The one process that starts, under the start lock.
struct Starter<'a> {
    config: &'a StackConfig,
    provider: &'a Arc<dyn Provider>,
    root: &'a StateRoot,
    programs: Programs,
    progress: &'a dyn Progress,
    began: Instant,
    programs_took: Duration,
}

impl Starter<'_> {
    async fn start(self, mut lease: Lease) -> Result<SharedStack, StackError> {
        let provider = self.provider.as_ref();
        match self.try_start(&mut lease).await {
            Ok(running) => Ok(SharedStack {
                running,
                attachment: Attachment::Started,
                lease,
                tenancy: Tenancy::default(),
            }),
            Err(first) => Err(abandon(provider, lease, first).await),
        }
    }

    async fn try_start(self, lease: &mut Lease) -> Result<RunningStack, StackError> {
        let provider = self.provider.as_ref();
        sweep(std::slice::from_ref(self.provider), self.root).await?;
        // A kept stack is watched while it starts, too: the watcher lets it be once it is marked as kept.
        lease.ensure_watched(provider).await?;
        // What is left of a former stack of this session, which has died.
        remove_session(provider, lease.directory().session()).await?;
        let running = Launch {
            provider,
            config: self.config,
            programs: self.programs,
            lease,
            progress: self.progress,
            kept: self.config.keep(),
            began: self.began,
            programs_took: self.programs_took,
        }
        .run()
        .await?;
        write_state_file(&lease.directory().file(STATE_FILE), &running)?;
        if self.config.keep() {
            lease.keep()?;
        }
        Ok(running)
    }
}

/// The name of the directory that all users of one configuration share.
fn name(config: &StackConfig, provider: &dyn Provider, programs: &Programs) -> String {
    let ports = Service::ALL.map(|service| config.port(service));
    let ids = programs.ids();
    let ids = Service::ALL.map(|service| *ids.get(service));
    let parts = [
        env!("CARGO_PKG_VERSION").to_owned(),
        provider.address().to_owned(),
        format!("{ids:?}"),
        seed::seed_digest(),
        config.seed_scale().to_string(),
        format!("{ports:?}"),
        config.temporal_ui().to_string(),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    format!(
        "{}shared-{}",
        provider.session_prefix(),
        &seed::hex(&hash.finalize())[..16]
    )
}

/// The stack that a former starter left the address of.
pub(super) fn read_state(lease: &Lease) -> Result<Option<RunningStack>, StackError> {
    let path = lease.directory().file(STATE_FILE);
    read_state_file(&path)
}
