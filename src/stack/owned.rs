//! A stack of this process's own.

use std::{ops::Deref, time::Instant};

use super::{
    Progress, RunningStack, Service, StackConfig, StackError,
    engine::Engine,
    images::resolve_with,
    launch::Launch,
    session::{Lease, SESSION, StateRoot, sweep},
};

/// A stack of this process's own, which nobody else knows of.
///
/// Stop it with [`OwnedStack::stop`]. When it is dropped instead, or its process ends in whatever way, its watcher removes
/// containers and volumes within about two seconds.
///
/// ```no_run
/// # async fn example() -> Result<(), kai_e2e::stack::StackError> {
/// use kai_e2e::stack::{OwnedStack, Service, Silent, StackConfig};
///
/// let stack = OwnedStack::start(&StackConfig::from_env()?, &Silent).await?;
/// stack.kill(Service::Typesense).await?;
/// assert!(stack.check().await.is_err());
/// stack.stop().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a stack is removed when it is dropped"]
pub struct OwnedStack {
    running: RunningStack,
    lease: Lease,
}

impl OwnedStack {
    /// Starts a stack: images (built or pulled when missing), the three services at the same time, the seed. What former
    /// sessions of this user left behind is removed on the way.
    ///
    /// # Errors
    ///
    /// Any [`StackError`]. Nothing is left running after an error; if that could not be brought about, the error is
    /// [`StackError::CleanUp`] and holds both failures.
    pub async fn start(config: &StackConfig, progress: &dyn Progress) -> Result<Self, StackError> {
        let began = Instant::now();
        let engine = Engine::connect().await?;
        let root = StateRoot::at(config.state_directory());
        sweep(&engine, &root).await?;
        let images = resolve_with(&engine, config, progress).await?;
        let images_took = began.elapsed();
        let lease = Lease::own(&root, engine.address()).await?;
        let launched = Launch {
            engine: &engine,
            config,
            images,
            lease: &lease,
            kept: false,
            began,
            images_took,
        }
        .run()
        .await;
        match launched {
            Ok(running) => Ok(Self { running, lease }),
            Err(first) => Err(abandon(&engine, lease, first).await),
        }
    }

    /// Ends one service with SIGKILL, as a crash would.
    ///
    /// # Errors
    ///
    /// When the engine refuses, for instance because the service has ended already.
    pub async fn kill(&self, service: Service) -> Result<(), StackError> {
        Engine::connect()
            .await?
            .kill(self.container_id(service))
            .await
    }

    /// Removes the stack: containers, volumes, files and the watcher. Everything is gone when this returns.
    ///
    /// # Errors
    ///
    /// When the engine or the watcher fails. The watcher then goes on trying for a minute.
    pub async fn stop(self) -> Result<(), StackError> {
        let Self { running, lease } = self;
        let engine = Engine::connect().await?;
        remove_session(&engine, running.session()).await?;
        lease.end().await
    }
}

impl Deref for OwnedStack {
    type Target = RunningStack;

    fn deref(&self) -> &RunningStack {
        &self.running
    }
}

/// Removes every container of a session, and makes sure that they are gone.
pub(super) async fn remove_session(engine: &Engine, session: &str) -> Result<(), StackError> {
    let label = [format!("{SESSION}={session}")];
    let ids = |found: Vec<super::engine::FoundContainer>| -> Vec<String> {
        found.into_iter().map(|container| container.id).collect()
    };
    engine
        .remove(&ids(engine.containers(&label).await?))
        .await?;
    let left = ids(engine.containers(&label).await?);
    if left.is_empty() {
        Ok(())
    } else {
        Err(StackError::LeftBehind { containers: left })
    }
}

/// Cleans up after a start that failed, and gives the error to report.
pub(super) async fn abandon(engine: &Engine, lease: Lease, first: StackError) -> StackError {
    let session = lease.directory().session().to_owned();
    let removed = remove_session(engine, &session).await;
    // A container may still be in the making, whose start was given up when another one failed: the watcher looks again.
    let abandoned = lease.abandon().await;
    match removed.and(abandoned) {
        Ok(()) => first,
        Err(cleanup) => StackError::CleanUp {
            first: Box::new(first),
            cleanup: Box::new(cleanup),
        },
    }
}
