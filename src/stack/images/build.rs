//! Building images from distribution packages.

use futures::future::try_join_all;

use super::{names, script::ScriptRun};
use crate::stack::{
    Progress, Service, StackConfig, StackError, bounds, engine::Engine, session::ExclusiveLock,
};

/// Builds the images of all three services from distribution packages, at the same time, whatever the configuration names
/// and whichever images there are. Without `force`, those that the present recipe has already built are left alone.
///
/// # Errors
///
/// [`StackError::ImageBuild`] with the end of the build's own output, or the engine's errors.
pub async fn build(
    config: &StackConfig,
    force: bool,
    progress: &dyn Progress,
) -> Result<(), StackError> {
    let engine = Engine::connect().await?;
    try_join_all(Service::ALL.map(|service| {
        let engine = &engine;
        async move { build_one(engine, config, service, force, progress).await }
    }))
    .await
    .map(drop)
}

/// Builds the image of one service unless it is there, and gives its name.
pub(super) async fn build_one(
    engine: &Engine,
    config: &StackConfig,
    service: Service,
    force: bool,
    progress: &dyn Progress,
) -> Result<String, StackError> {
    let image = names::built_here(service, config.postgres_major());
    once(engine, config, &image, force, progress, async {
        ScriptRun {
            cache: config.cache_directory(),
            script: "build.sh",
            arguments: &[service.as_str(), &image],
            service,
            image: &image,
            major: config.postgres_major(),
            engine: engine.address(),
        }
        .run(progress)
        .await
    })
    .await?;
    Ok(image)
}

/// Runs `work`, which makes `image`, unless the image is there or another process has just made it.
pub(super) async fn once(
    engine: &Engine,
    config: &StackConfig,
    image: &str,
    force: bool,
    progress: &dyn Progress,
    work: impl Future<Output = Result<(), StackError>>,
) -> Result<(), StackError> {
    if !force && engine.image(image).await?.is_some() {
        progress.line(&format!("image {image} is there already"));
        return Ok(());
    }
    // One for all tags of an image: there are few. In the cache, which stays, so that a lock file that is there when this
    // process is killed is nothing that was left over.
    let (name, _tag) = image.split_once(':').unwrap_or((image, ""));
    let path = config
        .cache_directory()
        .join("locks")
        .join(name.replace('/', "-"));
    let bound = bounds::BUILD.get();
    let _lock = ExclusiveLock::acquire(&path, "build an image", bound, progress).await?;
    if !force && engine.image(image).await?.is_some() {
        return Ok(());
    }
    work.await
}
