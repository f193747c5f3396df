//! Running one script of the recipe.

use std::{ffi::OsStr, path::Path};

use super::recipe;
use crate::stack::{
    PostgresMajor, Progress, Service, StackError,
    engine::EngineAddress,
    error::LogTail,
    script::{Failure, Script},
};

/// One run of a script that makes an image.
pub(super) struct ScriptRun<'a> {
    pub(super) script: &'static str,
    pub(super) arguments: &'a [&'a str],
    pub(super) service: Service,
    pub(super) image: &'a str,
    pub(super) major: PostgresMajor,
    pub(super) engine: &'a EngineAddress,
    pub(super) cache: &'a Path,
}

impl ScriptRun<'_> {
    /// Runs the script to its end and forwards its progress.
    pub(super) async fn run(&self, progress: &dyn Progress) -> Result<(), StackError> {
        let recipe = recipe::unpack(self.cache).map_err(|error| {
            self.failed(Failure {
                reason: format!("the recipe cannot be written to the cache: {error}"),
                output: LogTail::default(),
            })
        })?;
        let digest = recipe::digest(self.service, self.major);
        Script {
            path: &recipe.join(self.script),
            arguments: self.arguments,
            prefix: self.service.as_str(),
            environment: &[
                ("POSTGRES_MAJOR", OsStr::new(self.major.as_str())),
                ("KAI_E2E_CACHE", self.cache.as_os_str()),
                ("KAI_E2E_RECIPE", OsStr::new(&digest[..12])),
                // The very engine that this process talks to, whatever context the engine's command is set to.
                ("DOCKER_HOST", OsStr::new(self.engine.url())),
            ],
        }
        .run(progress)
        .await
        .map_err(|failure| self.failed(failure))
    }

    fn failed(&self, Failure { reason, output }: Failure) -> StackError {
        StackError::ImageBuild {
            service: self.service,
            image: self.image.to_owned(),
            reason,
            output,
        }
    }
}
