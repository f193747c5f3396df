//! Chromium and chromedriver: found on this machine, or installed into the cache.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kai_e2e::stack::StackConfig;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::support::{Result, output, shown};

/// The script that installs both, and those that it uses.
const RECIPE: [&str; 3] = [
    "fixtures/browser/install.sh",
    "fixtures/images/common.sh",
    "fixtures/images/debian.sh",
];

const CHROMIUM: &str = "KAI_E2E_CHROMIUM";
const CHROMEDRIVER: &str = "KAI_E2E_CHROMEDRIVER";

/// What distributions and vendors call the browser.
const NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

/// A browser and the driver that belongs to it.
#[derive(Debug, Clone)]
pub struct Programs {
    pub chromium: PathBuf,
    pub chromedriver: PathBuf,
}

impl Programs {
    /// Finds both, and installs them if need be; once for all tests of a process.
    pub async fn get() -> Result<&'static Self> {
        static FOUND: OnceCell<Programs> = OnceCell::const_new();
        FOUND.get_or_try_init(Self::find_or_install).await
    }

    async fn find_or_install() -> Result<Self> {
        let installed = directory()?;
        let mut refused = Vec::new();
        if let Some(found) = find(&installed, &mut refused).await? {
            return Ok(found);
        }
        let script = source(RECIPE[0]);
        eprintln!(
            "· no Chromium with its chromedriver was found on this machine: installing both into the cache"
        );
        let mut command = Command::new("sh");
        command.arg(&script).arg(&installed).stdin(Stdio::null());
        if let Some(cache) = installed.parent() {
            command.env("KAI_E2E_CACHE", cache);
        }
        let done = output(command).await?;
        let found = match done.status.success() {
            true => find(&installed, &mut refused).await?,
            false => None,
        };
        found.ok_or_else(|| {
            let looked_at = match refused.is_empty() {
                true => "none was found".to_owned(),
                false => refused.join("; "),
            };
            format!(
                "there is no Chromium with its chromedriver, and they cannot be installed: install the packages chromium and chromium-driver, or name both programs in {CHROMIUM} and {CHROMEDRIVER} ({looked_at})\n{}",
                shown(&done)
            )
            .into()
        })
    }
}

fn source(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// Where they are installed. A changed recipe installs anew.
fn directory() -> Result<PathBuf> {
    let mut hash = Sha256::new();
    for file in RECIPE {
        let content = std::fs::read(source(file))?;
        hash.update((content.len() as u64).to_be_bytes());
        hash.update(content);
    }
    let digest: String = hash.finalize()[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let cache = StackConfig::from_env()?.cache_directory().to_owned();
    Ok(cache.join(format!("browser-{digest}")))
}

/// The first browser and driver of one version. Why others were passed over goes to `refused`.
///
/// A program that a variable names is the only one of its kind that counts, and an error when it cannot be run.
async fn find(installed: &Path, refused: &mut Vec<String>) -> Result<Option<Programs>> {
    refused.clear();
    let browsers = usable(CHROMIUM, browsers(), installed.join("chromium"), refused).await?;
    let drivers = usable(
        CHROMEDRIVER,
        drivers(),
        installed.join("chromedriver"),
        refused,
    )
    .await?;
    for (chromium, version) in &browsers {
        for (chromedriver, of) in &drivers {
            if version == of {
                return Ok(Some(Programs {
                    chromium: chromium.clone(),
                    chromedriver: chromedriver.clone(),
                }));
            }
            refused.push(format!(
                "{} {version} and {} {of} are of different versions",
                chromium.display(),
                chromedriver.display()
            ));
        }
    }
    Ok(None)
}

fn in_path(names: &[&str]) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .flat_map(|directory| names.iter().map(move |name| directory.join(name)))
        .collect()
}

fn browsers() -> Vec<PathBuf> {
    let mut places = in_path(&NAMES);
    places.push("/opt/google/chrome/chrome".into());
    places
}

fn drivers() -> Vec<PathBuf> {
    let mut places = in_path(&["chromedriver"]);
    places.push("/usr/lib/chromium/chromedriver".into());
    // Where hosted runners have it.
    places.extend(
        std::env::var_os("CHROMEWEBDRIVER").map(|place| Path::new(&place).join("chromedriver")),
    );
    places
}

/// Those that can be run, each with its major version.
async fn usable(
    variable: &str,
    places: Vec<PathBuf>,
    installed: PathBuf,
    refused: &mut Vec<String>,
) -> Result<Vec<(PathBuf, u32)>> {
    if let Some(named) = std::env::var_os(variable).filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        return match version(&named).await {
            Ok(version) => Ok(vec![(named, version)]),
            Err(reason) => Err(format!("{variable} names {}: {reason}", named.display()).into()),
        };
    }
    let mut found = Vec::new();
    for place in places.into_iter().chain([installed]) {
        if !place.exists() {
            continue;
        }
        match version(&place).await {
            Ok(version) => found.push((place, version)),
            Err(reason) => refused.push(format!("{}: {reason}", place.display())),
        }
    }
    Ok(found)
}

/// The major version, as a program says itself: `Chromium 150.0.7871.100 built on Debian`, `ChromeDriver 150.0.…`.
async fn version(program: &Path) -> std::result::Result<u32, String> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null());
    let said = output(command)
        .await
        .map_err(|error| format!("it cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let major = text
        .split_whitespace()
        .find_map(|word| word.split_once('.')?.0.parse().ok());
    major.ok_or_else(|| format!("it does not say its version: {}", shown(&said)))
}
