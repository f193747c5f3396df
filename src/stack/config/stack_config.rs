//! The settings of a stack.

use std::{
    num::NonZeroU16,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{PostgresMajor, ProviderChoice, SeedScale, defaults, settings::Settings};
use crate::stack::{Bound, PerService, Service, StackError};

/// The settings of a stack. Start from [`StackConfig::from_env`] or from the defaults, and change what differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackConfig {
    provider: ProviderChoice,
    programs: PerService<Option<PathBuf>>,
    images: PerService<Option<String>>,
    ports: PerService<Option<NonZeroU16>>,
    postgres_major: Option<PostgresMajor>,
    start_timeout: Duration,
    seed_scale: SeedScale,
    state_directory: PathBuf,
    cache_directory: PathBuf,
    data_directory: Option<PathBuf>,
    temporal_ui: bool,
    keep: bool,
    restarts: bool,
}

impl StackConfig {
    /// The variable that bounds the start of each service.
    pub const START_TIMEOUT_VARIABLE: &'static str = "KAI_E2E_START_TIMEOUT";

    /// The defaults with the environment's `KAI_E2E_*` variables over them.
    ///
    /// | variable | meaning | default |
    /// | --- | --- | --- |
    /// | `KAI_E2E_PROVIDER` | `containers`, `processes`, or `auto`: containers when an engine answers | `auto` |
    /// | `KAI_E2E_TEMPORAL_IMAGE`, `KAI_E2E_POSTGRES_IMAGE`, `KAI_E2E_TYPESENSE_IMAGE` | image of one service | the official one, else one built here |
    /// | `KAI_E2E_TEMPORAL_BIN`, `KAI_E2E_POSTGRES_BIN_DIR`, `KAI_E2E_TYPESENSE_BIN` | programs for processes (for Postgres their directory) | from `PATH`, the usual places, or the cache |
    /// | `KAI_E2E_POSTGRES_MAJOR` | 15, 16 or 17 | 17 in a container, the newest there is as a process |
    /// | `KAI_E2E_TEMPORAL_PORT`, `KAI_E2E_POSTGRES_PORT`, `KAI_E2E_TYPESENSE_PORT` | fixed port on the host | a free one |
    /// | `KAI_E2E_START_TIMEOUT` | seconds until a service must be ready | 60 |
    /// | `KAI_E2E_SEED_SCALE` | factor on the rows of the seed | 1 |
    /// | `KAI_E2E_STATE_DIR` | where locks and addresses of running stacks lie | `$XDG_RUNTIME_DIR/kai-e2e`, else `kai-e2e-UID` in the temporary directory |
    /// | `KAI_E2E_CACHE` | where downloads, installed programs and prepared data are kept | `$XDG_CACHE_HOME/kai-e2e`, else `~/.cache/kai-e2e` |
    /// | `KAI_E2E_DATA_DIR` | where processes keep their data while they run | `/dev/shm` when it has room, else the temporary directory |
    /// | `KAI_E2E_TEMPORAL_UI` | 1: with Temporal's web interface | 0 |
    /// | `KAI_E2E_…_TIMEOUT` | see [`Bound::all`] | |
    /// | `KAI_E2E_KEEP` | 1: a shared stack stays until `kai-e2e down` | 0 |
    ///
    /// # Errors
    ///
    /// [`StackError::Setting`] for the first variable that cannot be used.
    pub fn from_env() -> Result<Self, StackError> {
        Self::from_lookup(|variable| {
            std::env::var_os(variable).map(|value| value.to_string_lossy().into_owned())
        })
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, StackError> {
        let settings = Settings::new(lookup);
        for bound in Bound::all() {
            settings.seconds(bound.variable())?;
        }
        let mut programs = PerService::default();
        let mut images = PerService::default();
        let mut ports = PerService::default();
        for service in Service::ALL {
            *programs.get_mut(service) = settings.directory(service.program_variable())?;
            *images.get_mut(service) = settings.image(service.image_variable())?;
            *ports.get_mut(service) = settings.port(service.port_variable())?;
        }
        let state_directory = settings
            .directory("KAI_E2E_STATE_DIR")?
            .unwrap_or_else(|| defaults::state_directory(settings.text("XDG_RUNTIME_DIR")));
        let cache_directory = settings.directory("KAI_E2E_CACHE")?.unwrap_or_else(|| {
            defaults::cache_directory(settings.text("XDG_CACHE_HOME"), settings.text("HOME"))
        });
        Ok(Self {
            provider: settings.parsed("KAI_E2E_PROVIDER")?.unwrap_or_default(),
            programs,
            images,
            ports,
            postgres_major: settings.parsed("KAI_E2E_POSTGRES_MAJOR")?,
            start_timeout: settings
                .seconds(Self::START_TIMEOUT_VARIABLE)?
                .unwrap_or(Duration::from_secs(60)),
            seed_scale: settings.parsed("KAI_E2E_SEED_SCALE")?.unwrap_or_default(),
            state_directory,
            cache_directory,
            data_directory: settings.directory("KAI_E2E_DATA_DIR")?,
            temporal_ui: settings.switch("KAI_E2E_TEMPORAL_UI")?.unwrap_or(false),
            keep: settings.switch("KAI_E2E_KEEP")?.unwrap_or(false),
            restarts: false,
        })
    }

    /// Where the services are to run.
    pub fn provider(&self) -> ProviderChoice {
        self.provider
    }

    /// The program that was asked for by path, if any; for Postgres the directory of its programs.
    pub fn program(&self, service: Service) -> Option<&Path> {
        self.programs.get(service).as_deref()
    }

    /// The image that was asked for by name, if any.
    pub fn image(&self, service: Service) -> Option<&str> {
        self.images.get(service).as_deref()
    }

    /// The port that was asked for on the host; `None` lets the engine choose a free one.
    pub fn port(&self, service: Service) -> Option<NonZeroU16> {
        *self.ports.get(service)
    }

    /// The PostgreSQL version to use when no Postgres image is named.
    pub fn postgres_major(&self) -> PostgresMajor {
        self.postgres_major.unwrap_or_default()
    }

    /// The PostgreSQL version that was asked for, if any: a process takes whichever there is otherwise.
    pub(in crate::stack) fn wanted_postgres_major(&self) -> Option<PostgresMajor> {
        self.postgres_major
    }

    /// How long each service may take until it answers.
    pub fn start_timeout(&self) -> Duration {
        self.start_timeout
    }

    /// The factor on the rows of the seed.
    pub fn seed_scale(&self) -> &SeedScale {
        &self.seed_scale
    }

    /// Where locks and addresses of running stacks lie. Stacks are shared and swept within one such directory.
    pub fn state_directory(&self) -> &Path {
        &self.state_directory
    }

    /// Where processes are to keep their data while they run; `None` leaves the choice to the harness.
    pub fn data_directory(&self) -> Option<&Path> {
        self.data_directory.as_deref()
    }

    /// Where downloads, installed programs and prepared data are kept.
    pub fn cache_directory(&self) -> &Path {
        &self.cache_directory
    }

    /// Whether Temporal's web interface is started and published.
    pub fn temporal_ui(&self) -> bool {
        self.temporal_ui
    }

    /// Whether a shared stack stays when its last user is gone.
    pub fn keep(&self) -> bool {
        self.keep
    }

    /// Whether services can be started again with the state that they had.
    pub fn restarts(&self) -> bool {
        self.restarts
    }

    /// Runs the services elsewhere.
    #[must_use]
    pub fn with_provider(mut self, provider: ProviderChoice) -> Self {
        self.provider = provider;
        self
    }

    /// Uses a given program for one service; for Postgres the directory of its programs.
    #[must_use]
    pub fn with_program(mut self, service: Service, path: impl Into<PathBuf>) -> Self {
        *self.programs.get_mut(service) = Some(path.into());
        self
    }

    /// Uses a named image for one service.
    #[must_use]
    pub fn with_image(mut self, service: Service, image: impl Into<String>) -> Self {
        *self.images.get_mut(service) = Some(image.into());
        self
    }

    /// Publishes one service on a fixed port of the host.
    #[must_use]
    pub fn with_port(mut self, service: Service, port: NonZeroU16) -> Self {
        *self.ports.get_mut(service) = Some(port);
        self
    }

    /// Uses another PostgreSQL version.
    #[must_use]
    pub fn with_postgres_major(mut self, major: PostgresMajor) -> Self {
        self.postgres_major = Some(major);
        self
    }

    /// Gives each service another time to become ready.
    #[must_use]
    pub fn with_start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// Seeds more or fewer rows.
    #[must_use]
    pub fn with_seed_scale(mut self, scale: SeedScale) -> Self {
        self.seed_scale = scale;
        self
    }

    /// Uses another state directory, and so shares with nobody who uses the default one.
    #[must_use]
    pub fn with_state_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state_directory = directory.into();
        self
    }

    /// Keeps downloads, installed programs and prepared data elsewhere.
    #[must_use]
    pub fn with_cache_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.cache_directory = directory.into();
        self
    }

    /// Has processes keep their data elsewhere while they run.
    #[must_use]
    pub fn with_data_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.data_directory = Some(directory.into());
        self
    }

    /// Starts Temporal with or without its web interface.
    #[must_use]
    pub fn with_temporal_ui(mut self, ui: bool) -> Self {
        self.temporal_ui = ui;
        self
    }

    /// Keeps a shared stack until it is taken down, or lets it go with its last user.
    #[must_use]
    pub fn with_keep(mut self, keep: bool) -> Self {
        self.keep = keep;
        self
    }

    /// Starts services that keep their state and their ports over an end, so that
    /// [`OwnedStack::start_again`](crate::stack::OwnedStack::start_again) can bring them back: Temporal's in a file, and that of
    /// Postgres on the container's disk. Slower than without, where a service that has ended is lost.
    #[must_use]
    pub fn with_restarts(mut self, restarts: bool) -> Self {
        self.restarts = restarts;
        self
    }
}

impl Default for StackConfig {
    /// The defaults, whatever `KAI_E2E_*` variables are set.
    fn default() -> Self {
        Self {
            provider: ProviderChoice::default(),
            programs: PerService::default(),
            images: PerService::default(),
            ports: PerService::default(),
            postgres_major: None,
            start_timeout: Duration::from_secs(60),
            seed_scale: SeedScale::default(),
            state_directory: defaults::state_directory(std::env::var("XDG_RUNTIME_DIR").ok()),
            cache_directory: defaults::cache_directory(
                std::env::var("XDG_CACHE_HOME").ok(),
                std::env::var("HOME").ok(),
            ),
            data_directory: None,
            temporal_ui: false,
            keep: false,
            restarts: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<StackConfig, StackError> {
        StackConfig::from_lookup(|wanted| {
            variables
                .iter()
                .find(|(variable, _)| *variable == wanted)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn everything_has_a_default() {
        let config = from(&[]).unwrap();

        assert_eq!(config.start_timeout(), Duration::from_secs(60));
        assert_eq!(config.provider(), ProviderChoice::Auto);
        assert_eq!(config.postgres_major(), PostgresMajor::V17);
        assert_eq!(config.seed_scale().as_str(), "1");
        assert!(!config.temporal_ui() && !config.keep());
        assert!(config.state_directory().is_absolute());
        for service in Service::ALL {
            assert_eq!(config.image(service), None);
            assert_eq!(config.port(service), None);
        }
    }

    #[test]
    fn variables_are_read_and_empty_ones_count_as_unset() {
        let config = from(&[
            (
                "KAI_E2E_POSTGRES_IMAGE",
                "registry.example:5000/team/postgres:16",
            ),
            ("KAI_E2E_TEMPORAL_IMAGE", ""),
            ("KAI_E2E_PROVIDER", "processes"),
            ("KAI_E2E_POSTGRES_BIN_DIR", "/opt/pg/bin"),
            ("KAI_E2E_TYPESENSE_PORT", " 8108 "),
            ("KAI_E2E_POSTGRES_MAJOR", "15"),
            ("KAI_E2E_START_TIMEOUT", "2.5"),
            ("KAI_E2E_SEED_SCALE", "13"),
            ("KAI_E2E_STATE_DIR", "/var/tmp/kai"),
            ("KAI_E2E_CACHE", "/var/cache/kai"),
            ("KAI_E2E_TEMPORAL_UI", "on"),
            ("KAI_E2E_KEEP", "1"),
        ])
        .unwrap();

        assert_eq!(
            config.image(Service::Postgres),
            Some("registry.example:5000/team/postgres:16")
        );
        assert_eq!(config.image(Service::Temporal), None);
        assert_eq!(config.provider(), ProviderChoice::Processes);
        assert_eq!(
            config.program(Service::Postgres),
            Some(Path::new("/opt/pg/bin"))
        );
        assert_eq!(config.port(Service::Typesense), NonZeroU16::new(8108));
        assert_eq!(config.postgres_major(), PostgresMajor::V15);
        assert_eq!(config.start_timeout(), Duration::from_millis(2500));
        assert_eq!(config.seed_scale().as_str(), "13");
        assert_eq!(config.state_directory(), Path::new("/var/tmp/kai"));
        assert_eq!(config.cache_directory(), Path::new("/var/cache/kai"));
        assert!(config.temporal_ui() && config.keep());
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named_with_what_would_be_right() {
        let cases = [
            ("KAI_E2E_START_TIMEOUT", "soon", "a number of seconds"),
            ("KAI_E2E_START_TIMEOUT", "0", "a number of seconds"),
            ("KAI_E2E_START_TIMEOUT", "NaN", "a number of seconds"),
            ("KAI_E2E_ANSWER_TIMEOUT", "later", "a number of seconds"),
            ("KAI_E2E_SEED_SCALE", "-2", "a plain number above 0"),
            ("KAI_E2E_POSTGRES_MAJOR", "9", "15, 16 or 17"),
            (
                "KAI_E2E_POSTGRES_PORT",
                "70000",
                "a port number from 1 to 65535",
            ),
            (
                "KAI_E2E_TEMPORAL_PORT",
                "0",
                "a port number from 1 to 65535",
            ),
            ("KAI_E2E_TEMPORAL_UI", "maybe", "1 or 0"),
            ("KAI_E2E_STATE_DIR", "relative/dir", "an absolute path"),
            (
                "KAI_E2E_PROVIDER",
                "docker",
                "auto, containers or processes",
            ),
            ("KAI_E2E_TEMPORAL_BIN", "temporal", "an absolute path"),
            ("KAI_E2E_CACHE", "~/cache", "an absolute path"),
            ("KAI_E2E_TYPESENSE_IMAGE", "two words", "an image name"),
            ("KAI_E2E_TYPESENSE_IMAGE", "--privileged", "an image name"),
        ];
        for (variable, value, expected) in cases {
            let message = from(&[(variable, value)]).unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("{variable}={value:?} cannot be used: expected "))
                    && message.contains(expected),
                "{message}"
            );
        }
    }
}
