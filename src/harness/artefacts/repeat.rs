//! The command that repeats one test.

use std::path::{Path, PathBuf};

/// Settings that say where things lie and not what is tested.
const PLACES: [&str; 4] = [
    "KAI_E2E_ARTEFACTS",
    "KAI_E2E_CACHE",
    "KAI_E2E_KEEP",
    "KAI_E2E_STATE_DIR",
];

/// The settings of this process that a repetition needs too, by name.
pub(super) fn settings() -> Vec<(String, String)> {
    let mut found: Vec<_> = std::env::vars()
        .filter(|(name, value)| name.starts_with("KAI_E2E_") && !value.is_empty())
        .collect();
    found.sort();
    found
}

/// `cargo test --test e2e canonical::the_canonical_run -- --exact`, with the settings in front of it.
pub(super) fn command(test: &str) -> String {
    let executable = std::env::current_exe().unwrap_or_default();
    let package = Package {
        root: std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from),
        name: std::env::var("CARGO_PKG_NAME").ok(),
    };
    let ignored = std::env::args().any(|word| word == "--ignored" || word == "--include-ignored");
    let mut words: Vec<String> = settings()
        .into_iter()
        .filter(|(name, _)| !PLACES.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}={}", quoted(&value)))
        .collect();
    words.extend(["cargo".to_owned(), "test".to_owned()]);
    words.extend(package.target(&executable));
    words.extend([quoted(test), "--".to_owned(), "--exact".to_owned()]);
    words.extend(ignored.then(|| "--include-ignored".to_owned()));
    words.join(" ")
}

/// What cargo says about the package of this process.
struct Package {
    root: Option<PathBuf>,
    name: Option<String>,
}

impl Package {
    /// How cargo is told which of the package's targets an executable was made from.
    fn target(&self, executable: &Path) -> Vec<String> {
        let stem = executable.file_stem().unwrap_or_default().to_string_lossy();
        let name = stem.rsplit_once('-').map_or(&*stem, |(name, _digest)| name);
        let has = |path: String| {
            self.root
                .as_ref()
                .is_some_and(|root| root.join(path).exists())
        };
        let is_library = self
            .name
            .as_ref()
            .is_some_and(|package| package.replace('-', "_") == name);
        let kind = if has(format!("tests/{name}.rs")) || has(format!("tests/{name}")) {
            "--test"
        } else if is_library {
            return vec!["--lib".to_owned()];
        } else if has(format!("src/bin/{name}.rs")) || has(format!("src/bin/{name}")) {
            "--bin"
        } else {
            "--test"
        };
        vec![kind.to_owned(), name.to_owned()]
    }
}

/// A word as a POSIX shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:/=,@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_told_from_the_executable_and_the_package() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("tests/e2e")).unwrap();
        let package = Package {
            root: Some(root.path().to_owned()),
            name: Some("kai-e2e".to_owned()),
        };
        let target = |executable: &str| package.target(Path::new(executable)).join(" ");

        assert_eq!(target("/t/debug/deps/e2e-0123456789abcdef"), "--test e2e");
        assert_eq!(target("/t/debug/deps/kai_e2e-0123456789abcdef"), "--lib");
        assert_eq!(
            target("/t/debug/deps/other-0123456789abcdef"),
            "--test other"
        );
    }

    #[test]
    fn the_command_names_this_test_exactly() {
        let said = command("harness::artefacts::repeat::tests::x");

        assert!(
            said.contains("cargo test --lib harness::artefacts::repeat::tests::x -- --exact"),
            "{said}"
        );
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
