//! Room on disks and in memory.

use std::{fs, path::Path};

use super::Finding;
use crate::contract::error_chain;
use crate::stack::{StackConfig, engine::Engine, processes, session::StateRoot};

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

/// Below the first a run would fail, below the second it may.
struct Needed {
    least: u64,
    enough: u64,
}

/// The state directory: it holds locks and addresses, and must be this user's.
pub(super) fn state(config: &StackConfig) -> Vec<Finding> {
    const TOPIC: &str = "state";
    let path = config.state_directory();
    if let Err(error) = StateRoot::at(path).check() {
        return vec![Finding::problem(
            TOPIC,
            error_chain(&error),
            "export KAI_E2E_STATE_DIR=\"$(mktemp -d)\"",
        )];
    }
    let needed = Needed {
        least: MIB,
        enough: 16 * MIB,
    };
    let fix = format!("df -h {}", path.display());
    vec![room(TOPIC, path, &needed, &fix)]
}

/// The cache: downloads of image builds.
pub(super) fn cache(config: &StackConfig) -> Finding {
    let path = config.cache_directory();
    // Only the first build writes to it.
    let needed = Needed {
        least: 0,
        enough: GIB,
    };
    room(
        "cache",
        path,
        &needed,
        "export KAI_E2E_CACHE=/a/larger/disk",
    )
}

/// Where processes keep their data while they run.
pub(super) fn data(config: &StackConfig) -> Option<Finding> {
    let bases = processes::bases(Some(config));
    let needed = Needed {
        least: 256 * MIB,
        enough: 512 * MIB,
    };
    let fix = "export KAI_E2E_DATA_DIR=/a/directory/with/room";
    bases.first().map(|path| room("data", path, &needed, fix))
}

/// Where the engine keeps images and containers, when that is on this machine and may be looked at.
pub(super) async fn engine(engine: &Engine) -> Option<Finding> {
    let root = engine.root_directory().await.ok().flatten()?;
    let path = Path::new(&root);
    if engine.address().host() != "127.0.0.1" || !path.exists() {
        return None;
    }
    let needed = Needed {
        least: 512 * MIB,
        enough: 3 * GIB,
    };
    Some(room("engine disk", path, &needed, "docker system prune"))
}

/// The memory that can be had: the three services take about half a gibibyte, a build of the tests more.
pub(super) fn memory() -> Finding {
    const TOPIC: &str = "memory";
    const FIX: &str = "ps -eo rss,args --sort=-rss | head   # and end what can be spared";
    let available = fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| available_in(&text));
    let needed = Needed {
        least: 512 * MIB,
        enough: GIB + 512 * MIB,
    };
    match available {
        None => Finding::fine(TOPIC, "cannot be told on this system"),
        Some(free) => judged(
            TOPIC,
            format!("{} available", size(free)),
            free,
            &needed,
            FIX,
        ),
    }
}

fn available_in(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

fn room(topic: &'static str, path: &Path, needed: &Needed, fix: &str) -> Finding {
    // What does not exist yet will lie on the file system of what does.
    let existing = path.ancestors().find(|path| path.exists());
    // Only trying says whether something can be made there: rights are one of many reasons why it cannot.
    if let Some(Err(error)) = existing.map(|path| tempfile::tempdir_in(path).map(drop)) {
        let text = format!("nothing can be made in {}: {error}", path.display());
        return Finding::problem(topic, text, fix);
    }
    let Some(status) = existing.and_then(|path| rustix::fs::statvfs(path).ok()) else {
        let text = format!("{} cannot be looked at", path.display());
        return Finding::warning(topic, text, format!("ls -ld {}", path.display()));
    };
    let free = status.f_bavail.saturating_mul(status.f_frsize);
    let text = format!("{} free in {}", size(free), path.display());
    judged(topic, text, free, needed, fix)
}

fn judged(topic: &'static str, text: String, free: u64, needed: &Needed, fix: &str) -> Finding {
    if free < needed.least {
        let text = format!("{text}: a run needs {}", size(needed.least));
        Finding::problem(topic, text, fix)
    } else if free < needed.enough {
        let text = format!("{text}: {} would be comfortable", size(needed.enough));
        Finding::warning(topic, text, fix)
    } else {
        Finding::fine(topic, text)
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        GIB.. => format!("{:.1} GiB", bytes as f64 / GIB as f64),
        _ => format!("{} MiB", bytes / MIB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::doctor::Severity;

    #[test]
    fn too_little_is_a_problem_and_little_is_a_warning() {
        let needed = Needed {
            least: 512 * MIB,
            enough: GIB,
        };
        let severity = |free| judged("disk", "x".into(), free, &needed, "make room").severity;

        assert_eq!(severity(100 * MIB), Severity::Problem);
        assert_eq!(severity(600 * MIB), Severity::Warning);
        assert_eq!(severity(2 * GIB), Severity::Fine);
        let found = judged(
            "disk",
            "100 MiB free in /x".into(),
            100 * MIB,
            &needed,
            "make room",
        );
        assert_eq!(found.text, "100 MiB free in /x: a run needs 512 MiB");
        assert_eq!(found.fix.as_deref(), Some("make room"));
    }

    #[test]
    fn the_available_memory_is_read_in_bytes() {
        let text = "MemTotal:        4016204 kB\nMemFree:  1 kB\nMemAvailable:    2048 kB\n";
        assert_eq!(available_in(text), Some(2 * MIB));
        assert_eq!(available_in("MemTotal: 1 kB\n"), None);
    }

    #[test]
    fn a_directory_that_is_yet_to_be_made_is_measured_where_it_will_lie() {
        let parent = tempfile::tempdir().unwrap();
        let needed = Needed {
            least: 0,
            enough: 0,
        };
        let found = room("state", &parent.path().join("a/b"), &needed, "x");

        assert_eq!(found.severity, Severity::Fine);
        assert!(found.text.contains("free in"), "{found:?}");
    }

    #[test]
    fn a_state_directory_that_is_a_file_is_a_problem() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("state");
        fs::write(&path, "in the way").unwrap();
        let config = StackConfig::default().with_state_directory(&path);

        let found = state(&config);

        assert_eq!(found[0].severity, Severity::Problem);
        assert!(
            found[0]
                .fix
                .as_deref()
                .unwrap()
                .contains("KAI_E2E_STATE_DIR")
        );
    }
}
