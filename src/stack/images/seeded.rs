//! Postgres with the seed in its image.
//!
//! A fresh server needs a second to initialise its data directory, and another to load the seed. A seeded image holds both,
//! is made once for each base image, seed and scale, and is found by its name.

use sha2::{Digest, Sha256};

use super::{
    bake::{Bake, PASSWORD, SEEDED},
    build::once,
    names,
    resolve::FoundImage,
};
use crate::contract::{Secret, error_chain};
use crate::stack::{
    Progress, SeedScale, StackConfig, StackError,
    engine::{Engine, ImageFacts},
    seed,
};

/// How many seeded images stay: enough for a few checkouts with a few scales each. An image has about 70 MB at scale 1.
const KEPT_IMAGES: usize = 8;

/// The image to start for a Postgres image: one made of it that holds the seed.
///
/// When that cannot be made, the image is used as it is: a slower start is better than none, and a progress line says why.
pub(super) async fn ready_image(
    engine: &Engine,
    config: &StackConfig,
    image: FoundImage,
    progress: &dyn Progress,
) -> Result<FoundImage, StackError> {
    if is_seeded(&image.facts) {
        return Ok(image);
    }
    let key = key(&image.facts.id, config.seed_scale());
    let ready = names::with_seed(&key);
    if let Some(found) = FoundImage::look(engine, ready.clone()).await? {
        return Ok(found);
    }
    let baking = once(engine, config, &ready, false, progress, async {
        progress.line(&format!(
            "[postgres] loading the seed into an image, once: {ready}"
        ));
        let bake = Bake {
            engine,
            config,
            base: &image.name,
            facts: &image.facts,
            image: &ready,
            key: &key,
        };
        bake.run().await
    });
    match baking.await {
        Ok(()) => {
            remove_old(engine).await;
            FoundImage::expect(engine, ready).await
        }
        Err(error) => {
            let reason = error_chain(&error);
            let reason = reason.lines().next().unwrap_or_default();
            progress.line(&format!(
                "[postgres] no seed could be put into {} ({reason}): every start will load it, which takes seconds",
                image.name
            ));
            Ok(image)
        }
    }
}

/// Whether an image holds a seed.
pub(super) fn is_seeded(facts: &ImageFacts) -> bool {
    facts.labels.contains_key(PASSWORD)
}

/// The superuser's password that a server from this image starts with; `None` when the image holds no seed.
pub(in crate::stack) async fn first_password(
    engine: &Engine,
    image: &str,
) -> Result<Option<Secret>, StackError> {
    let facts = engine.image(image).await?;
    Ok(facts.and_then(|facts| facts.labels.get(PASSWORD).map(Secret::new)))
}

/// What a seeded image holds, as far as it decides whether it may be used: the server, the seed, the program that loads it,
/// the scale, and the way the image is made.
fn key(base: &str, scale: &SeedScale) -> String {
    let mut hash = Sha256::new();
    for part in [
        base,
        &seed::filling_digest(),
        scale.as_str(),
        include_str!("bake.rs"),
        include_str!("../services/postgres.rs"),
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    seed::hex(&hash.finalize())[..16].to_owned()
}

/// Removes the oldest seeded images beyond those that stay. One that a container uses stays, and what else goes wrong is no
/// reason to fail a start: the next bake tries again.
async fn remove_old(engine: &Engine) {
    let Ok(images) = engine.images_with(SEEDED).await else {
        return;
    };
    for id in images.iter().skip(KEPT_IMAGES) {
        if let Err(error) = engine.remove_image(id).await {
            tracing::debug!(image = id, reason = %error, "an old seeded image stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_depends_on_the_server_and_the_scale() {
        let (full, small): (SeedScale, SeedScale) = ("1".parse().unwrap(), "0.05".parse().unwrap());
        let keys = [
            key("sha256:one", &full),
            key("sha256:two", &full),
            key("sha256:one", &small),
        ];

        assert_eq!(keys[0], key("sha256:one", &full));
        assert!(keys[0] != keys[1] && keys[0] != keys[2]);
        assert_eq!(keys[0].len(), 16);
    }
}
