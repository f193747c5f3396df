//! A browser that cannot be had is an error that says what to do, and no reason to skip a test.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::programs::Programs;
use crate::support::{Result, child_tests, output, shown};

/// Not a test: what the tests below run with other variables.
#[ignore = "the child process of the tests below"]
#[tokio::test]
async fn child_that_needs_a_browser() -> Result {
    Programs::get().await?;
    Ok(())
}

/// What the child says, which is to fail, with these variables.
async fn said(variables: &[(&str, &str)]) -> Result<String> {
    let mut child = child_tests("browser::missing::child_that_needs_a_browser")?;
    child
        .arg("--exact")
        .env_remove("KAI_E2E_CHROMIUM")
        .env_remove("KAI_E2E_CHROMEDRIVER")
        .envs(variables.iter().copied());
    let output = output(child).await?;
    assert!(!output.status.success(), "{}", shown(&output));
    Ok(shown(&output))
}

#[tokio::test]
async fn a_named_program_that_cannot_be_run_is_named_with_its_variable() -> Result {
    for variable in ["KAI_E2E_CHROMIUM", "KAI_E2E_CHROMEDRIVER"] {
        let said = said(&[(variable, "/nowhere/at/all")]).await?;
        assert!(
            said.contains(&format!(
                "{variable} names /nowhere/at/all: it cannot be run"
            )),
            "{said}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_browser_that_can_neither_be_found_nor_installed_is_an_error_with_advice() -> Result {
    let directory = TempDir::new()?;
    // A driver of a version for which there is no browser, and a cache in which nothing can be put.
    let driver = directory.path().join("chromedriver");
    fs::write(&driver, "#!/bin/sh\necho ChromeDriver 1.2.3\n")?;
    fs::set_permissions(&driver, fs::Permissions::from_mode(0o755))?;
    let cache = directory.path().join("file");
    fs::write(&cache, "")?;
    let said = said(&[
        ("KAI_E2E_CHROMEDRIVER", &driver.to_string_lossy()),
        ("KAI_E2E_CACHE", &cache.join("cache").to_string_lossy()),
    ])
    .await?;
    for wanted in [
        "there is no Chromium with its chromedriver, and they cannot be installed",
        "install the packages chromium and chromium-driver, or name both programs in KAI_E2E_CHROMIUM and KAI_E2E_CHROMEDRIVER",
        "set KAI_E2E_CACHE to a directory that you may write to",
    ] {
        assert!(said.contains(wanted), "{said}");
    }
    Ok(())
}
