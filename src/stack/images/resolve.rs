//! Which image each service is started from.

use futures::future::try_join3;
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
    let (name, source) = find(engine, config, service, progress).await?;
    let facts = facts_of(engine, &name).await?;
    let (name, facts) = match service {
        Service::Typesense => {
            let ready = snapshot::ready_image(engine, config, name, &facts, progress).await?;
            let facts = facts_of(engine, &ready).await?;
            (ready, facts)
        }
        Service::Postgres => {
            let ready = seeded::ready_image(engine, config, name, &facts, progress).await?;
            let facts = facts_of(engine, &ready).await?;
            (ready, facts)
        }
        Service::Temporal => (name, facts),
    };
    Ok(ServiceImage {
        prepared: match service {
            Service::Temporal => false,
            Service::Postgres => seeded::is_seeded(&facts),
            Service::Typesense => snapshot::is_prepared(&facts),
        },
        name,
        id: facts.id,
        source,
    })
}

async fn find(
    engine: &Engine,
    config: &StackConfig,
    service: Service,
    progress: &dyn Progress,
) -> Result<(String, ImageSource), StackError> {
    if let Some(image) = config.image(service) {
        named(engine, service, image, progress).await?;
        return Ok((image.to_owned(), ImageSource::Named));
    }
    let official = names::official(service, config.postgres_major());
    if engine.image(&official).await?.is_some() {
        return Ok((official, ImageSource::Official));
    }
    let built_here = names::built_here(service, config.postgres_major());
    if engine.image(&built_here).await?.is_some() {
        return Ok((built_here, ImageSource::BuiltHere));
    }
    progress.line(&format!("[{service}] pulling {official}"));
    match engine.pull(&official).await {
        Ok(()) => Ok((official, ImageSource::Official)),
        Err(PullFailure(reason)) => {
            progress.line(&format!(
                "[{service}] {official} cannot be pulled ({reason}): building {built_here} from distribution packages"
            ));
            let built = build_one(engine, config, service, false, progress).await?;
            Ok((built, ImageSource::BuiltHere))
        }
    }
}

/// Makes sure that a named image is there.
async fn named(
    engine: &Engine,
    service: Service,
    image: &str,
    progress: &dyn Progress,
) -> Result<(), StackError> {
    if engine.image(image).await?.is_some() {
        return Ok(());
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
        })
}

async fn facts_of(engine: &Engine, image: &str) -> Result<ImageFacts, StackError> {
    engine
        .image(image)
        .await?
        .ok_or_else(|| StackError::EngineCall {
            action: format!("find image {image}, which was there a moment ago"),
            source: "the image is gone".into(),
        })
}
