//! Which test this is, and where its artefacts go.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The variable that names another directory than `target/kai-e2e`.
const VARIABLE: &str = "KAI_E2E_ARTEFACTS";

/// The longest name of a directory; file systems refuse more than 255 bytes.
const LONGEST_NAME: usize = 150;

/// The name of the test that runs on this thread; `None` when it is no test's.
///
/// The test runner names a test's thread after the test. The threads of a runtime have names of their own; a runner that
/// starts a process for each test says in `NEXTEST_TEST_NAME` which one it is.
pub(super) fn test_name() -> Option<String> {
    let thread = std::thread::current();
    test_name_of(thread.name(), |variable| std::env::var(variable).ok())
}

fn test_name_of(thread: Option<&str>, lookup: impl Fn(&str) -> Option<String>) -> Option<String> {
    match thread {
        None | Some("main") => None,
        Some(name) if name.starts_with("tokio-") => lookup("NEXTEST_TEST_NAME"),
        Some(name) if name.starts_with("kai-") => None,
        Some(name) => Some(name.to_owned()),
    }
}

/// The directory of one test's artefacts; `None` when this is no test binary and nobody has said where they go.
pub(super) fn directory_of(test: &str) -> Option<PathBuf> {
    let root = match std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        Some(named) => std::path::absolute(named).ok()?,
        None => beside(&std::env::current_exe().ok()?)?,
    };
    Some(root.join(directory_name(test)))
}

/// `…/target/debug/deps/e2e-0123456789abcdef` → `…/target/kai-e2e`, also with a target triple in between: cargo marks its
/// target directory with `CACHEDIR.TAG`.
fn beside(executable: &Path) -> Option<PathBuf> {
    let deps = executable.parent()?;
    if deps.file_name()? != "deps" {
        return None;
    }
    let profile = deps.parent()?;
    let target = profile
        .ancestors()
        .skip(1)
        .find(|directory| directory.join("CACHEDIR.TAG").is_file())
        .or_else(|| profile.parent())?;
    Some(target.join("kai-e2e"))
}

/// A test's name as a file's, on every system and in every archive: colons are allowed in few.
fn directory_name(test: &str) -> String {
    let name: String = test
        .replace("::", ".")
        .chars()
        .map(|c| match c {
            c if c.is_alphanumeric() => c,
            '.' | '_' | '-' => c,
            _ => '_',
        })
        .collect();
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let digest = Sha256::digest(test.as_bytes());
    let short: String = digest[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut end = LONGEST_NAME;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{short}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_named_by_its_thread() {
        let nextest =
            |variable: &str| (variable == "NEXTEST_TEST_NAME").then(|| "topic::this".to_owned());
        let named = |thread| test_name_of(thread, nextest);

        assert_eq!(named(Some("topic::that")).as_deref(), Some("topic::that"));
        assert_eq!(
            named(Some("tokio-rt-worker")).as_deref(),
            Some("topic::this")
        );
        assert_eq!(test_name_of(Some("tokio-rt-worker"), |_| None), None);
        // The command, and whoever has no name.
        assert_eq!(named(Some("main")), None);
        assert_eq!(named(None), None);
    }

    #[test]
    fn the_directory_lies_in_cargos_target_directory() {
        let target = tempfile::tempdir().unwrap();
        std::fs::write(target.path().join("CACHEDIR.TAG"), "").unwrap();
        let expected = Some(target.path().join("kai-e2e"));

        for deps in ["debug/deps", "x86_64-unknown-linux-gnu/debug/deps"] {
            let executable = target.path().join(deps).join("e2e-0123456789abcdef");
            assert_eq!(beside(&executable), expected, "{deps}");
        }
        // Unmarked, as in an unpacked archive: the directory above the profile's.
        assert_eq!(
            beside(Path::new("/x/target/debug/deps/e2e-1")),
            Some(PathBuf::from("/x/target/kai-e2e"))
        );
        assert_eq!(beside(Path::new("/x/target/debug/kai-e2e")), None);
    }

    #[test]
    fn a_name_is_fit_for_files_and_archives() {
        assert_eq!(
            directory_name("canonical::success_criterion::case_1"),
            "canonical.success_criterion.case_1"
        );
        assert_eq!(directory_name("a b/../c"), "a_b_.._c");
        let (one, two) = ("é".repeat(200) + "1", "é".repeat(200) + "2");
        assert!(directory_name(&one).len() < 200);
        assert_ne!(directory_name(&one), directory_name(&two));
    }
}
