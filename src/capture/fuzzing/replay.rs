//! What the fuzzer found worth keeping, read again by every build.

use std::path::Path;

use crate::contract::sse_fuzzing;

/// The inputs of a target that are kept, with their names.
fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut inputs = Vec::new();
    for folder in ["corpus", "regressions"] {
        let folder = root.join(folder).join(target);
        let entries = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let before = inputs.len();
        for entry in entries {
            let path = entry.expect("an entry").path();
            let input = std::fs::read(&path).expect("a file");
            inputs.push((path.display().to_string(), input));
        }
        assert!(inputs.len() > before, "nothing in {}", folder.display());
    }
    inputs.sort();
    inputs
}

/// The Rust files of a folder and its folders, with their text.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).expect("a folder of this crate");
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            found.push((path.display().to_string(), text));
        }
    }
    found
}

/// Runs a property on all of them, and says which one it does not hold for.
fn replay(target: &str, property: fn(&[u8])) {
    let mut failed = Vec::new();
    for (name, input) in kept(target) {
        if std::panic::catch_unwind(|| property(&input)).is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "fails on {failed:#?}");
}

#[test]
fn the_kept_deliveries_hold() {
    replay("deliveries", super::deliveries);
}

#[test]
fn the_kept_streams_are_parsed_alike() {
    replay("sse", sse_fuzzing::sse);
}

#[test]
fn the_kept_requests_are_answered() {
    replay("stream", super::stream);
}

/// The fuzzer compiles whole rooms from their files and links none: it does not build when one of them uses a room that it lacks.
/// Their tests are not compiled there.
#[test]
fn the_fuzzer_has_every_room_that_its_rooms_use() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lib = std::fs::read_to_string(root.join("fuzz/src/lib.rs")).expect("the fuzzer");
    let rooms: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert!(rooms.contains(&"capture"), "{rooms:?}");
    let mut lacking = Vec::new();
    for room in &rooms {
        for (file, text) in sources(&root.join("src").join(room)) {
            let code = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or_default();
            let lines = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let used = lines.flat_map(|line| line.split("crate::").skip(1));
            let names = used.filter_map(|after| {
                after
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
            });
            lacking.extend(
                names
                    .filter(|name| !name.is_empty() && !rooms.contains(name))
                    .map(|name| format!("{file}: {name}")),
            );
        }
    }
    assert!(lacking.is_empty(), "fuzz/src/lib.rs lacks {lacking:#?}");
}
