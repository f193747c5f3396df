//! Images by name.

use std::collections::HashMap;

use bollard::{
    errors::Error,
    query_parameters::{
        CreateImageOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptionsBuilder,
    },
};
use futures::StreamExt;
use tokio::time::timeout;

use super::Engine;
use crate::stack::{StackError, bounds};

/// What an image says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::stack) struct ImageFacts {
    /// The content's digest, `sha256:…`.
    pub(in crate::stack) id: String,
    /// The command that a container runs when none is given.
    pub(in crate::stack) command: Vec<String>,
    /// The program that is put in front of any command.
    pub(in crate::stack) entrypoint: Vec<String>,
    /// As whom it runs; empty for root.
    pub(in crate::stack) user: String,
    pub(in crate::stack) labels: HashMap<String, String>,
}

/// Why an image could not be pulled, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::stack) struct PullFailure(pub(in crate::stack) String);

impl Engine {
    /// An image's facts, or `None` when the engine does not have it.
    pub(in crate::stack) async fn image(
        &self,
        image: &str,
    ) -> Result<Option<ImageFacts>, StackError> {
        match self.docker.inspect_image(image).await {
            Ok(details) => {
                let config = details.config.unwrap_or_default();
                Ok(Some(ImageFacts {
                    id: details.id.unwrap_or_default(),
                    command: config.cmd.unwrap_or_default(),
                    entrypoint: config.entrypoint.unwrap_or_default(),
                    user: config.user.unwrap_or_default(),
                    labels: config.labels.unwrap_or_default(),
                }))
            }
            Err(Error::DockerResponseServerError {
                status_code: 404, ..
            }) => Ok(None),
            Err(error) => Err(StackError::engine_call(format!("inspect image {image}"))(
                error,
            )),
        }
    }

    /// The ids of all images that carry a label, the newest first.
    pub(in crate::stack) async fn images_with(
        &self,
        label: &str,
    ) -> Result<Vec<String>, StackError> {
        let filters = HashMap::from([("label", vec![label])]);
        let options = ListImagesOptionsBuilder::new().filters(&filters).build();
        let mut found = self
            .docker
            .list_images(Some(options))
            .await
            .map_err(StackError::engine_call("list images"))?;
        found.sort_by_key(|image| std::cmp::Reverse(image.created));
        Ok(found.into_iter().map(|image| image.id).collect())
    }

    /// Removes an image. `false` when it is in use, or gone already.
    pub(in crate::stack) async fn remove_image(&self, id: &str) -> Result<bool, StackError> {
        let options = RemoveImageOptionsBuilder::new().build();
        match self.docker.remove_image(id, Some(options), None).await {
            Ok(_) => Ok(true),
            Err(Error::DockerResponseServerError {
                status_code: 404 | 409,
                ..
            }) => Ok(false),
            Err(error) => Err(StackError::engine_call(format!("remove image {id}"))(error)),
        }
    }

    /// Pulls an image, as long as its registry keeps answering.
    pub(in crate::stack) async fn pull(&self, image: &str) -> Result<(), PullFailure> {
        let (name, tag) = name_and_tag(image);
        let options = CreateImageOptionsBuilder::new()
            .from_image(name)
            .tag(tag)
            .build();
        let mut answers = self.docker.create_image(Some(options), None, None);
        let mut patience = bounds::REGISTRY.get();
        loop {
            match timeout(patience, answers.next()).await {
                Ok(Some(Ok(info))) => match info.error_detail.and_then(|error| error.message) {
                    Some(reason) => return Err(PullFailure(reason)),
                    None => patience = bounds::PULL_SILENCE.get(),
                },
                Ok(Some(Err(error))) => return Err(PullFailure(reason_of(&error))),
                Ok(None) => return Ok(()),
                Err(_) => {
                    return Err(PullFailure(format!(
                        "its registry did not answer within {} s",
                        patience.as_secs_f64()
                    )));
                }
            }
        }
    }
}

fn reason_of(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => message.clone(),
        Error::DockerStreamError { error } => error.clone(),
        other => other.to_string(),
    }
}

/// Splits an image's name at its tag or digest, as the engine's pull takes it. The colon of a registry's port is no tag; no
/// tag means `latest`.
fn name_and_tag(image: &str) -> (&str, &str) {
    if let Some((name, digest)) = image.split_once('@') {
        return (name, digest);
    }
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_port_is_no_tag() {
        assert_eq!(
            name_and_tag("postgres:17-alpine"),
            ("postgres", "17-alpine")
        );
        assert_eq!(name_and_tag("postgres"), ("postgres", "latest"));
        assert_eq!(
            name_and_tag("registry.example:5000/team/pg"),
            ("registry.example:5000/team/pg", "latest")
        );
        assert_eq!(
            name_and_tag("registry.example:5000/team/pg:17"),
            ("registry.example:5000/team/pg", "17")
        );
        assert_eq!(
            name_and_tag("postgres@sha256:0123"),
            ("postgres", "sha256:0123")
        );
    }
}
