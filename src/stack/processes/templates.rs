//! Prepared data in the cache.

use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::stack::{Service, StackConfig, if_there, seed::hex};

/// How many templates of one service are kept: one for each configuration that is in use, and a few for a change of mind.
const KEPT: usize = 6;

/// What is in the name of a draft, and how old one must be that no process works on any more.
const DRAFT: &str = "draft-";
const ABANDONED: Duration = Duration::from_secs(3600);

/// Data of one service as it is right after its preparation: to be copied, never to be used in place.
#[derive(Debug, Clone)]
pub(super) struct Template {
    path: PathBuf,
    service: Service,
}

impl Template {
    /// The template for a service, which need not exist. The parts are all that it depends on.
    pub(super) fn of(config: &StackConfig, service: Service, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let key = &hex(&hash.finalize())[..16];
        Self {
            path: config
                .cache_directory()
                .join("templates")
                .join(format!("{service}-{key}")),
            service,
        }
    }

    /// Where it lies, if it was made.
    pub(super) fn path(&self) -> Option<&Path> {
        // The time of use, by which the oldest go.
        File::open(&self.path)
            .and_then(|directory| directory.set_modified(SystemTime::now()))
            .is_ok()
            .then_some(&*self.path)
    }

    /// A new directory beside it to prepare its content in. It counts for nothing until [`Template::adopt`].
    pub(super) fn draft(&self) -> io::Result<PathBuf> {
        let draft = self
            .path
            .with_extension(format!("{DRAFT}{}", Uuid::new_v4().simple()));
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&draft)?;
        Ok(draft)
    }

    /// Makes the content of a draft the template, unless another process was quicker, whose content is as good. Templates that
    /// have not been used for longest go.
    pub(super) fn adopt(&self, draft: &Path) -> io::Result<()> {
        if fs::rename(draft, &self.path).is_err() {
            fs::remove_dir_all(draft)?;
        }
        self.prune()
    }

    fn prune(&self) -> io::Result<()> {
        let Some(directory) = self.path.parent() else {
            return Ok(());
        };
        let prefix = format!("{}-", self.service);
        let (mut found, mut going) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(directory)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // What is not there any more was another process's draft, or was removed by it.
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            let (true, Ok(modified)) = (name.starts_with(&prefix), modified) else {
                continue;
            };
            if !name.contains(DRAFT) {
                found.push((modified, entry.path()));
            } else if modified.elapsed().is_ok_and(|age| age > ABANDONED) {
                going.push(entry.path());
            }
        }
        found.sort();
        let surplus = found.len().saturating_sub(KEPT);
        going.extend(found.drain(..surplus).map(|(_, path)| path));
        for path in &going {
            // Another process may be removing it.
            if_there(fs::remove_dir_all(path))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_there_once_it_is_adopted_and_the_first_one_stays() {
        let cache = tempfile::tempdir().unwrap();
        let config = StackConfig::default().with_cache_directory(cache.path());
        let template = Template::of(&config, Service::Postgres, &["15", "seed"]);
        assert!(template.path().is_none());

        for content in ["first", "second"] {
            let draft = template.draft().unwrap();
            assert!(content == "second" || template.path().is_none());
            fs::write(draft.join("file"), content).unwrap();
            template.adopt(&draft).unwrap();
        }

        let path = template.path().unwrap();
        assert_eq!(fs::read_to_string(path.join("file")).unwrap(), "first");
        let other = Template::of(&config, Service::Postgres, &["15s", "eed"]);
        assert!(other.path().is_none());
    }

    #[test]
    fn no_more_than_a_few_are_kept() {
        let cache = tempfile::tempdir().unwrap();
        let config = StackConfig::default().with_cache_directory(cache.path());
        for version in 0..KEPT + 3 {
            let template = Template::of(&config, Service::Postgres, &[&version.to_string()]);
            template.adopt(&template.draft().unwrap()).unwrap();
        }

        let left = fs::read_dir(cache.path().join("templates"))
            .unwrap()
            .count();
        assert_eq!(left, KEPT);
    }

    #[test]
    fn a_draft_that_a_killed_process_left_goes_and_counts_for_nothing() {
        let cache = tempfile::tempdir().unwrap();
        let config = StackConfig::default().with_cache_directory(cache.path());
        let of = |version: usize| Template::of(&config, Service::Postgres, &[&version.to_string()]);
        let (left, under_way) = (of(0).draft().unwrap(), of(1).draft().unwrap());
        let long_ago = SystemTime::now() - 2 * ABANDONED;
        File::open(&left).unwrap().set_modified(long_ago).unwrap();
        for version in 0..KEPT {
            let template = of(version);
            template.adopt(&template.draft().unwrap()).unwrap();
        }

        assert!(!left.exists() && under_way.exists());
        assert!((0..KEPT).all(|version| of(version).path().is_some()));
    }
}
