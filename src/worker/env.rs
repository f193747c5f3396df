//! The worker's environment variables (contract §6).

use std::net::SocketAddr;

use super::numbers::{MOST, MOST_BYTES, count, from_zero, port, seconds};
use super::temporal_address::temporal_url;
use super::typesense_env::typesense;
use super::{CallbackHostsError, ConfigError, TemporalTarget, WorkerConfig, control_plane};
use crate::agent::{AgentConfig, LoopBounds};
use crate::contract::{DEFAULT_TASK_QUEUE, Secret, organisation_task_queue};

/// KAI's own health port.
const DEFAULT_HEALTH_PORT: u16 = 8091;
/// How many workflows a worker keeps in memory between their tasks. Ours; the harness hands it on to its own workers.
const STICKY_CACHE: &str = "KAI_E2E_STICKY_CACHE";
/// Set one of these and Temporal's own configuration decides instead of `TEMPORAL_HOST`.
const TEMPORAL_OWN: [&str; 3] = [
    "TEMPORAL_ADDRESS",
    "TEMPORAL_PROFILE",
    "TEMPORAL_CONFIG_FILE",
];

impl WorkerConfig {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// When a variable without a default is missing, or one holds something unusable; the text names it.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// Reads variables from anywhere.
    ///
    /// # Errors
    /// As [`WorkerConfig::from_env`].
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |name: &str| {
            variable(name)
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        let temporal = TemporalTarget::from_variables(&get);
        if let TemporalTarget::Address { address, .. } = &temporal {
            temporal_url("TEMPORAL_HOST", address)?;
        }
        let mut config = Self::new(temporal, agent(&get)?);
        config.task_queue = match (get("TEMPORAL_TASK_QUEUE"), get("ORG_ID")) {
            (Some(queue), _) => queue,
            (None, Some(organisation)) => organisation_task_queue(&organisation),
            (None, None) => DEFAULT_TASK_QUEUE.to_owned(),
        };
        if let Some(identity) = get("WORKER_IDENTITY") {
            config.identity = identity;
        }
        let port = match get("HEALTH_PORT") {
            None => DEFAULT_HEALTH_PORT,
            Some(text) => port("HEALTH_PORT", &text, 0)?,
        };
        if let Some(text) = get("CALLBACK_ALLOWED_HOSTS") {
            let hosts = text.parse();
            config.callback_hosts =
                Some(
                    hosts.map_err(|error: CallbackHostsError| ConfigError::Invalid {
                        variable: "CALLBACK_ALLOWED_HOSTS",
                        value: text,
                        wanted: error.to_string(),
                    })?,
                );
        }
        set(
            &mut config.sender.request_timeout,
            seconds(&get, "CALLBACK_TIMEOUT")?,
        );
        set(&mut config.sender.budget, seconds(&get, "CALLBACK_BUDGET")?);
        let queue = from_zero(&get, "CALLBACK_QUEUE", "0 waits for each event's delivery")?;
        set(&mut config.sender.queue, queue);
        if let Some(attempts) = count(&get, "CALLBACK_ATTEMPTS", MOST)? {
            config.sender.attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        }
        set(
            &mut config.timeouts.heartbeat,
            seconds(&get, "ACTIVITY_HEARTBEAT_TIMEOUT")?,
        );
        set(
            &mut config.timeouts.start_to_close,
            seconds(&get, "ACTIVITY_TIMEOUT")?,
        );
        set(
            &mut config.graceful_shutdown,
            seconds(&get, "GRACEFUL_STOP_SECONDS")?,
        );
        set(
            &mut config.agent.sql.statement_timeout,
            seconds(&get, "SQL_STATEMENT_TIMEOUT")?,
        );
        set(
            &mut config.agent.sql.lock_timeout,
            seconds(&get, "SQL_LOCK_TIMEOUT")?,
        );
        set(
            &mut config.agent.sql.transaction_idle_timeout,
            seconds(&get, "SQL_IDLE_TIMEOUT")?,
        );
        set(&mut config.cached_workflows, cached_workflows(&get)?);
        config.control_plane = control_plane::from_variables(&get)?;
        config.health = Some(SocketAddr::from(([127, 0, 0, 1], port)));
        Ok(config)
    }
}

impl TemporalTarget {
    /// The server that the environment of this process names, as for a worker (contract §6).
    pub fn from_env() -> Self {
        Self::from_variables(&|name| {
            std::env::var(name)
                .ok()
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        })
    }

    fn from_variables(get: &impl Fn(&str) -> Option<String>) -> Self {
        if TEMPORAL_OWN.iter().any(|name| get(name).is_some()) {
            return Self::Environment;
        }
        Self::Address {
            address: get("TEMPORAL_HOST").unwrap_or_else(|| "localhost:7233".to_owned()),
            namespace: get("TEMPORAL_NAMESPACE").unwrap_or_else(|| "default".to_owned()),
        }
    }
}

/// [`STICKY_CACHE`]: a whole number up to a million, 0 allowed.
pub(crate) fn cached_workflows(
    get: &impl Fn(&str) -> Option<String>,
) -> Result<Option<usize>, ConfigError> {
    from_zero(
        get,
        STICKY_CACHE,
        "0 replays each workflow task from the start",
    )
}

fn agent(get: &impl Fn(&str) -> Option<String>) -> Result<AgentConfig, ConfigError> {
    let typesense = typesense(get)?;
    let encrypt_key = get("ENCRYPT_KEY").ok_or(ConfigError::Missing {
        variable: "ENCRYPT_KEY",
        wanted: "a Fernet key: 32 bytes in URL-safe base64 (`kai-e2e up --format env` prints one)",
    })?;
    if fernet::Fernet::new(&encrypt_key).is_none() {
        return Err(ConfigError::Invalid {
            variable: "ENCRYPT_KEY",
            value: "[redacted]".to_owned(),
            wanted: "it must be a Fernet key: 32 bytes in URL-safe base64".to_owned(),
        });
    }
    let mut agent = AgentConfig::new(typesense, Secret::new(encrypt_key));
    if let Some(language) = get("AGENT_LANGUAGE") {
        agent.language = language;
    }
    agent.bounds = bounds(get)?;
    Ok(agent)
}

/// The bounds of one run.
fn bounds(get: &impl Fn(&str) -> Option<String>) -> Result<LoopBounds, ConfigError> {
    let defaults = LoopBounds::default();
    Ok(LoopBounds {
        iterations: count(get, "AGENT_MAX_TURNS", MOST)?.unwrap_or(defaults.iterations),
        tool_calls: count(get, "AGENT_MAX_TOOL_CALLS", MOST)?.unwrap_or(defaults.tool_calls),
        identical_failures: count(get, "AGENT_MAX_IDENTICAL_FAILURES", MOST)?
            .unwrap_or(defaults.identical_failures),
        wall_time: seconds(get, "AGENT_MAX_SECONDS")?.unwrap_or(defaults.wall_time),
        model_bytes: count(get, "AGENT_MAX_MODEL_BYTES", MOST_BYTES)?
            .unwrap_or(defaults.model_bytes),
    })
}

/// Sets what the environment sets.
fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

/// The name of this machine.
pub(super) fn hostname() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .map(|host| host.trim().to_owned())
        .filter(|host| !host.is_empty())
        .unwrap_or_else(|| "localhost".to_owned())
}

/// `kai-worker-{hostname}-{8 hex}`.
pub(super) fn default_identity() -> String {
    let host = hostname();
    let id = uuid::Uuid::new_v4().simple().to_string();
    format!("kai-worker-{host}-{}", &id[..8])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    fn read(pairs: &[(&str, &str)]) -> Result<WorkerConfig, ConfigError> {
        let base = [("TYPESENSE_API_KEY", "k"), ("ENCRYPT_KEY", KEY)];
        WorkerConfig::from_variables(|name| {
            pairs
                .iter()
                .chain(&base)
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let config = read(&[]).expect("only two variables have no default");
        assert_eq!(config.temporal, TemporalTarget::at("localhost:7233"));
        assert_eq!(config.task_queue, "kai-agent-queue");
        assert_eq!(config.health.map(|address| address.port()), Some(8091));
        assert!(config.identity.starts_with("kai-worker-"));
    }

    #[test]
    fn collections_have_kais_own_names_unless_a_prefix_is_set() {
        let prefix = |pairs: &[(&str, &str)]| {
            read(pairs).map(|config| config.agent.typesense.collection_prefix)
        };
        assert_eq!(prefix(&[]).expect("usable"), "");
        assert_eq!(
            prefix(&[("TYPESENSE_COLLECTION_PREFIX", "world_1_")]).expect("usable"),
            "world_1_"
        );
        let said = prefix(&[("TYPESENSE_COLLECTION_PREFIX", "a/b")])
            .unwrap_err()
            .to_string();
        assert!(
            said.contains("TYPESENSE_COLLECTION_PREFIX is `a/b`"),
            "{said}"
        );
    }

    #[test]
    fn an_organisation_has_a_queue_of_its_own_unless_one_is_named() {
        let queue = |pairs: &[(&str, &str)]| read(pairs).expect("usable").task_queue;
        assert_eq!(queue(&[("ORG_ID", "acme")]), "kai-acme-queue");
        assert_eq!(
            queue(&[("ORG_ID", "acme"), ("TEMPORAL_TASK_QUEUE", "q")]),
            "q"
        );
    }

    #[test]
    fn the_temporal_configuration_wins_over_kais_variable() {
        let config = read(&[("TEMPORAL_ADDRESS", "t:7233"), ("TEMPORAL_HOST", "other:1")]);
        assert_eq!(
            config.expect("usable").temporal,
            TemporalTarget::Environment
        );
    }

    #[test]
    fn how_events_are_delivered_can_be_set() {
        let config = read(&[
            ("CALLBACK_TIMEOUT", "0.5"),
            ("CALLBACK_BUDGET", "4"),
            ("CALLBACK_ATTEMPTS", "2"),
            ("CALLBACK_QUEUE", "7"),
            ("CALLBACK_ALLOWED_HOSTS", "events.example"),
        ])
        .expect("usable");
        assert_eq!(config.sender.request_timeout, Duration::from_millis(500));
        assert_eq!(config.sender.budget, Duration::from_secs(4));
        assert_eq!(config.sender.attempts, 2);
        assert_eq!(config.sender.queue, 7);
        assert_eq!(config.callback_hosts, "events.example".parse().ok());
        let queue = |value: &str| read(&[("CALLBACK_QUEUE", value)]).map(|it| it.sender.queue);
        assert_eq!(queue("0").expect("usable"), 0);
        let said = queue("-1").unwrap_err().to_string();
        assert!(said.contains("0 waits for each event's delivery"), "{said}");
        let config = read(&[
            ("ACTIVITY_HEARTBEAT_TIMEOUT", "6"),
            ("SQL_LOCK_TIMEOUT", "7"),
            ("SQL_STATEMENT_TIMEOUT", "8"),
            ("SQL_IDLE_TIMEOUT", "4"),
            ("GRACEFUL_STOP_SECONDS", "9"),
        ])
        .expect("usable");
        let (sql, seconds) = (&config.agent.sql, Duration::from_secs);
        assert_eq!(config.timeouts.heartbeat, seconds(6));
        assert_eq!(
            (sql.lock_timeout, sql.statement_timeout),
            (seconds(7), seconds(8))
        );
        assert_eq!(sql.transaction_idle_timeout, seconds(4));
        assert_eq!(config.graceful_shutdown, seconds(9));
        assert_eq!(read(&[]).expect("usable").callback_hosts, None);
    }

    #[test]
    fn the_sticky_cache_may_be_empty() {
        let cached = |pairs: &[(&str, &str)]| read(pairs).map(|config| config.cached_workflows);
        assert_eq!(cached(&[]).expect("usable"), 1000);
        assert_eq!(cached(&[("KAI_E2E_STICKY_CACHE", "0")]).expect("usable"), 0);
        let said = cached(&[("KAI_E2E_STICKY_CACHE", "none")])
            .unwrap_err()
            .to_string();
        assert!(said.starts_with("KAI_E2E_STICKY_CACHE is `none`"), "{said}");
    }

    #[test]
    fn counts_are_bounded() {
        let refused = |variable: &'static str, value: &str| {
            read(&[(variable, value)])
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        for variable in [
            "KAI_E2E_STICKY_CACHE",
            "CALLBACK_QUEUE",
            "CALLBACK_ATTEMPTS",
            "AGENT_MAX_TURNS",
            "AGENT_MAX_TOOL_CALLS",
            "AGENT_MAX_IDENTICAL_FAILURES",
        ] {
            assert_eq!(refused(variable, "1000000"), Ok(()), "{variable}");
            for value in ["1000001", "18446744073709551615", "99999999999999999999"] {
                let said = refused(variable, value).unwrap_err();
                let begin = format!("{variable} is `{value}`: it must be a whole number");
                assert!(
                    said.starts_with(&begin) && said.contains("1000000"),
                    "{said}"
                );
            }
        }
        assert_eq!(refused("AGENT_MAX_MODEL_BYTES", "1000000000"), Ok(()));
        let said = refused("AGENT_MAX_MODEL_BYTES", "1000000001").unwrap_err();
        assert!(said.contains("at most 1000000000"), "{said}");
    }

    #[test]
    fn times_are_bounded() {
        let refused = |variable: &'static str, value: &str| {
            read(&[(variable, value)])
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        for variable in ["CALLBACK_TIMEOUT", "ACTIVITY_TIMEOUT", "SQL_LOCK_TIMEOUT"] {
            assert_eq!(refused(variable, "31536000"), Ok(()), "{variable}");
            for value in ["31536001", "1e19", "inf"] {
                let said = refused(variable, value).unwrap_err();
                assert!(said.contains("at most 31536000"), "{said}");
            }
        }
    }

    #[test]
    fn every_bound_of_a_run_can_be_set() {
        let bounds = |pairs: &[(&str, &str)]| read(pairs).map(|config| config.agent.bounds);
        assert_eq!(bounds(&[]).expect("usable"), LoopBounds::default());
        let set = bounds(&[
            ("AGENT_MAX_TURNS", "2"),
            ("AGENT_MAX_TOOL_CALLS", "3"),
            ("AGENT_MAX_IDENTICAL_FAILURES", "4"),
            ("AGENT_MAX_SECONDS", "0.5"),
            ("AGENT_MAX_MODEL_BYTES", "6"),
        ]);
        let wanted = LoopBounds {
            iterations: 2,
            tool_calls: 3,
            identical_failures: 4,
            wall_time: Duration::from_millis(500),
            model_bytes: 6,
        };
        assert_eq!(set.expect("usable"), wanted);
        for (variable, value) in [
            ("AGENT_MAX_TURNS", "many"),
            ("AGENT_MAX_TOOL_CALLS", "-1"),
            ("AGENT_MAX_IDENTICAL_FAILURES", "0"),
            ("AGENT_MAX_SECONDS", "inf"),
            ("AGENT_MAX_MODEL_BYTES", "4MB"),
        ] {
            let said = bounds(&[(variable, value)]).unwrap_err().to_string();
            assert!(
                said.starts_with(&format!("{variable} is `{value}`")),
                "{said}"
            );
        }
    }

    #[test]
    fn refusals_name_the_variable_and_show_no_secret() {
        let said = |pairs: &[(&str, &str)]| read(pairs).unwrap_err().to_string();
        assert!(said(&[("TYPESENSE_API_KEY", " ")]).starts_with("TYPESENSE_API_KEY is not set"));
        let key = said(&[("ENCRYPT_KEY", "hunter2")]);
        assert!(key.contains("Fernet") && !key.contains("hunter2"), "{key}");
        let address = said(&[("TEMPORAL_HOST", "http://user:hunter2@localhost:1")]);
        assert!(
            address.starts_with("TEMPORAL_HOST is `[redacted]`: it must be HOST:PORT"),
            "{address}"
        );
        assert!(said(&[("HEALTH_PORT", "70000")]).contains("`70000`"));
        assert!(said(&[("AGENT_MAX_TURNS", "0")]).starts_with("AGENT_MAX_TURNS is `0`"));
        assert!(said(&[("TYPESENSE_PROTOCOL", "https")]).contains("only http"));
        let hosts = said(&[("CALLBACK_ALLOWED_HOSTS", "a.example, http://b")]);
        assert!(hosts.contains("`http://b` is no host"), "{hosts}");
        assert!(said(&[("CALLBACK_BUDGET", "-1")]).contains("CALLBACK_BUDGET is `-1`"));
        assert!(said(&[("CALLBACK_ATTEMPTS", "0")]).contains("a whole number above zero"));
    }
}
