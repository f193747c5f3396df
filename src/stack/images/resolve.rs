//! Which image each service is started from.

use futures::future::{try_join, try_join3};
use serde::{Deserialize, Serialize};

use super::{build::build_one, names, seeded, snapshot};
use crate::stack::{
    PerService, Progress, Service, StackConfig, StackError,
    engine::{Engine, ImageFacts, PullFailure},
};

/// The images of a stack.
pub type Images = PerService<ServiceImage>;

/// The image of one service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServiceImage {
    /// The name by which the engine knows it.
    pub name: String,
    /// Its content's digest, as the engine gives it.
    pub id: String,
    /// Where it comes from.
    pub source: ImageSource,
    /// Whether the image holds a prepared data directory: for Typesense a snapshot, for Postgres the seed.
    pub prepared: bool,
}

/// Where an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ImageSource {
    /// The configuration names it.
    Named,
    /// The official image at its pinned version.
    Official,
    /// Built on this machine from distribution packages.
    BuiltHere,
}

/// Finds an image for each service, and makes those that are missing. The first of these is used: the image that the
/// configuration names, present or pulled; the official one, when the engine has it; one built here earlier; the official
/// one, pulled; one built here now.
///
/// # Errors
///
/// [`StackError::ImageMissing`] when a named image is not to be had, [`StackError::ImageBuild`] when none of the ways led
/// to an image, and the engine's own errors.
pub async fn resolve(config: &StackConfig, progress: &dyn Progress) -> Result<Images, StackError> {
    let engine = Engine::connect().await?;
    resolve_with(&engine, config, progress).await
}

pub(in crate::stack) async fn resolve_with(
    engine: &Engine,
    config: &StackConfig,
    progress: &dyn Progress,
) -> Result<Images, StackError> {
    let one = |service| resolve_one(engine, config, service, progress);
    let (temporal, postgres, typesense) = try_join3(
        one(Service::Temporal),
        one(Service::Postgres),
        one(Service::Typesense),
    )
    .await?;
    Ok(Images {
        temporal,
        postgres,
        typesense,
    })
}

async fn resolve_one(
    engine: &Engine,
    config: &StackConfig,
    service: Service,
    progress: &dyn Progress,
) -> Result<ServiceImage, StackError> {
    let (found, source) = find(engine, config, service, progress).await?;
    let (image, prepared) = match service {
        Service::Temporal => (found, false),
        Service::Postgres => {
            let image = seeded::ready_image(engine, config, found, progress).await?;
            let prepared = seeded::is_seeded(&image.facts);
            (image, prepared)
        }
        Service::Typesense => {
            let image = snapshot::ready_image(engine, config, found, progress).await?;
            let prepared = snapshot::is_prepared(&image.facts);
            (image, prepared)
        }
    };
    Ok(ServiceImage {
        name: image.name,
        id: image.facts.id,
        source,
        prepared,
    })
}

/// An image that the engine has.
#[derive(Debug)]
pub(super) struct FoundImage {
    pub(super) name: String,
    pub(super) facts: ImageFacts,
}

impl FoundImage {
    /// The image under a name, if the engine has it.
    pub(super) async fn look(engine: &Engine, name: String) -> Result<Option<Self>, StackError> {
        let facts = engine.image(&name).await?;
        Ok(facts.map(|facts| Self { name, facts }))
    }

    /// The image that was just pulled or made under a name.
    pub(super) async fn expect(engine: &Engine, name: String) -> Result<Self, StackError> {
        let gone = || StackError::EngineCall {
            action: format!("find image {name}, which was there a moment ago"),
            source: "the image is gone".into(),
        };
        match engine.image(&name).await? {
            Some(facts) => Ok(Self { name, facts }),
            None => Err(gone()),
        }
    }
}

async fn find(
    engine: &Engine,
    config: &StackConfig,
    service: Service,
    progress: &dyn Progress,
) -> Result<(FoundImage, ImageSource), StackError> {
    if let Some(image) = config.image(service) {
        let found = named(engine, service, image, progress).await?;
        return Ok((found, ImageSource::Named));
    }
    let official = names::official(service, config.postgres_major());
    let built_here = names::built_here(service, config.postgres_major());
    // Asked for at once: an attach waits for nothing else.
    let (is_official, is_built_here) = try_join(
        FoundImage::look(engine, official.clone()),
        FoundImage::look(engine, built_here.clone()),
    )
    .await?;
    if let Some(found) = is_official {
        return Ok((found, ImageSource::Official));
    }
    if let Some(found) = is_built_here {
        return Ok((found, ImageSource::BuiltHere));
    }
    progress.line(&format!("[{service}] pulling {official}"));
    match engine.pull(&official).await {
        Ok(()) => {
            let pulled = FoundImage::expect(engine, official).await?;
            Ok((pulled, ImageSource::Official))
        }
        Err(PullFailure(reason)) => {
            progress.line(&format!(
                "[{service}] {official} cannot be pulled ({reason}): building {built_here} from distribution packages"
            ));
            let built = build_one(engine, config, service, false, progress).await?;
            let built = FoundImage::expect(engine, built).await?;
            Ok((built, ImageSource::BuiltHere))
        }
    }
}

/// The named image, pulled when it is not there.
async fn named(
    engine: &Engine,
    service: Service,
    image: &str,
    progress: &dyn Progress,
) -> Result<FoundImage, StackError> {
    if let Some(found) = FoundImage::look(engine, image.to_owned()).await? {
        return Ok(found);
    }
    progress.line(&format!("[{service}] pulling {image}"));
    engine
        .pull(image)
        .await
        .map_err(|PullFailure(reason)| StackError::ImageMissing {
            service,
            image: image.to_owned(),
            variable: service.image_variable(),
            reason,
        })?;
    FoundImage::expect(engine, image.to_owned()).await
}
