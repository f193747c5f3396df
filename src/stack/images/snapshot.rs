//! Typesense without its three lost seconds.

use super::{build::once, names, resolve::FoundImage, script::ScriptRun};
use crate::stack::{
    Progress, Service, StackConfig, StackError,
    engine::{Engine, ImageFacts},
};

/// The image to start for a Typesense image: the same, when its data directory holds a snapshot, else one made of it
/// that has one. An image whose own command names a data directory is one that was prepared.
///
/// When the snapshot cannot be made, the image is used as it is: a start that is three seconds slower is better than none,
/// and a progress line says why.
pub(super) async fn ready_image(
    engine: &Engine,
    config: &StackConfig,
    image: FoundImage,
    progress: &dyn Progress,
) -> Result<FoundImage, StackError> {
    if is_prepared(&image.facts) {
        return Ok(image);
    }
    let ready = names::with_snapshot(&image.facts.id);
    if let Some(found) = FoundImage::look(engine, ready.clone()).await? {
        return Ok(found);
    }
    let baking = once(engine, config, &ready, false, progress, async {
        ScriptRun {
            cache: config.cache_directory(),
            script: "bake-typesense.sh",
            arguments: &[&image.name, &ready],
            service: Service::Typesense,
            image: &ready,
            major: config.postgres_major(),
            engine: engine.address(),
        }
        .run(progress)
        .await
    });
    match baking.await {
        Ok(()) => FoundImage::expect(engine, ready).await,
        Err(StackError::ImageBuild { reason, output, .. }) => {
            let said = output.lines().last().map_or("", String::as_str);
            progress.line(&format!(
                "[typesense] no snapshot could be put into {} ({reason}: {said}): it will take three seconds more to start",
                image.name
            ));
            Ok(image)
        }
        Err(error) => Err(error),
    }
}

/// Whether an image's own command names a data directory, as that of every image with a snapshot does.
pub(in crate::stack) fn is_prepared(facts: &ImageFacts) -> bool {
    facts
        .command
        .iter()
        .any(|word| word == "--data-dir" || word.starts_with("--data-dir="))
}
