//! Which images there are.

use futures::future::try_join_all;

use super::{ImageSource, names};
use crate::stack::{Service, StackConfig, StackError, engine::Engine};

/// One image that a service could be started from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageStatus {
    /// The service.
    pub service: Service,
    /// The image's name.
    pub name: String,
    /// Where it comes from, or would come from.
    pub source: ImageSource,
    /// Whether the engine has it.
    pub present: bool,
}

/// The images that would be considered for each service, in the order of preference, and whether the engine has them.
/// Nothing is pulled or built.
///
/// # Errors
///
/// When the engine does not answer.
pub async fn status(config: &StackConfig) -> Result<Vec<ImageStatus>, StackError> {
    let engine = Engine::connect().await?;
    let candidates = Service::ALL.into_iter().flat_map(|service| {
        let major = config.postgres_major();
        match config.image(service) {
            Some(image) => vec![(service, image.to_owned(), ImageSource::Named)],
            None => vec![
                (
                    service,
                    names::official(service, major),
                    ImageSource::Official,
                ),
                (
                    service,
                    names::built_here(service, major),
                    ImageSource::BuiltHere,
                ),
            ],
        }
    });
    try_join_all(candidates.map(|(service, name, source)| {
        let engine = &engine;
        async move {
            let present = engine.image(&name).await?.is_some();
            Ok(ImageStatus {
                service,
                name,
                source,
                present,
            })
        }
    }))
    .await
}
