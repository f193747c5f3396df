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
