//! `cargo run` and `cargo test` share one build: whoever changes from one to the other does not wait for minutes.

use std::collections::BTreeSet;
use std::process::Command;

use crate::support::{Result, shown};

/// The packages along such edges, each with its features.
fn packages(edges: &str) -> Result<BTreeSet<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(["--edges", edges, "--format", "{p} with [{f}]"]);
    let listed = cargo.output()?;
    assert!(listed.status.success(), "{}", shown(&listed));
    let listed = String::from_utf8(listed.stdout)?;
    Ok(listed
        .lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .collect())
}

#[test]
fn tests_ask_for_no_features_of_what_the_command_needs_too() -> Result {
    let (command, tests) = (packages("normal,build")?, packages("normal,build,dev")?);
    assert!(command.len() > 100 && tests.len() > command.len());
    let built_twice: Vec<_> = command.difference(&tests).collect();
    assert!(
        built_twice.is_empty(),
        "the tests' dependencies add features to {built_twice:#?}: ask for them in [dependencies], too"
    );
    Ok(())
}
