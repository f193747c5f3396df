//! Where the control plane is, and the variables that say so.

use std::time::Duration;

use url::Url;

use crate::contract::Secret;
use crate::worker::ConfigError;
use crate::worker::numbers::seconds;

/// KAI's own defaults.
const URL: &str = "http://localhost:8001";
const PREFIX: &str = "/services/kcenter";
const INTERVAL: Duration = Duration::from_secs(15);

/// The control plane that a worker reports to.
#[derive(Debug, Clone)]
pub struct ControlPlane {
    /// Its URL with the prefix of its API, without a slash at the end.
    pub base: String,
    /// The organisation's key, for the header `X-Org-Api-Key`.
    pub api_key: Secret,
    /// The time between two heartbeats; 15 seconds.
    pub interval: Duration,
    /// How long one request may take; 5 seconds.
    pub request_timeout: Duration,
}

impl ControlPlane {
    /// One at a base URL, with the defaults.
    pub fn at(base: impl Into<String>, api_key: Secret) -> Self {
        Self {
            base: base.into(),
            api_key,
            interval: INTERVAL,
            request_timeout: Duration::from_secs(5),
        }
    }
}

/// Reads the variables; none unless `ORG_ID` and `KAI_API_KEY` are both set.
///
/// # Errors
/// When a variable holds something unusable; the key is never shown.
pub(in crate::worker) fn from_variables(
    get: &impl Fn(&str) -> Option<String>,
) -> Result<Option<ControlPlane>, ConfigError> {
    let (Some(_), Some(api_key)) = (get("ORG_ID"), get("KAI_API_KEY")) else {
        return Ok(None);
    };
    if !api_key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ConfigError::Invalid {
            variable: "KAI_API_KEY",
            value: "[redacted]".to_owned(),
            wanted: "it must be printable ASCII without blanks: it is sent in a header".to_owned(),
        });
    }
    let text = get("CONTROL_PLANE_URL").unwrap_or_else(|| URL.to_owned());
    let url = url(&text)?;
    let prefix = get("CONTROL_PLANE_API_PREFIX").unwrap_or_else(|| PREFIX.to_owned());
    let prefix = prefix.trim_matches('/');
    if prefix.contains(['?', '#', ' ']) {
        return Err(ConfigError::Invalid {
            variable: "CONTROL_PLANE_API_PREFIX",
            value: prefix.to_owned(),
            wanted: "it must be a path such as /services/kcenter".to_owned(),
        });
    }
    let base = match prefix {
        "" => url,
        prefix => format!("{url}/{prefix}"),
    };
    let mut control_plane = ControlPlane::at(base, Secret::new(api_key));
    if let Some(interval) = seconds(get, "HEARTBEAT_INTERVAL_SECONDS")? {
        control_plane.interval = interval;
    }
    Ok(Some(control_plane))
}

/// The URL without its last slash.
fn url(text: &str) -> Result<String, ConfigError> {
    let invalid = |wanted: &str, value: &str| ConfigError::Invalid {
        variable: "CONTROL_PLANE_URL",
        value: value.to_owned(),
        wanted: wanted.to_owned(),
    };
    let url = Url::parse(text).ok();
    let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    else {
        return Err(invalid("it must be an http or https URL", text));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid(
            "it may hold no user and no password; the key belongs into KAI_API_KEY",
            "[redacted]",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("it may have no query and no fragment", text));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<ControlPlane>, ConfigError> {
        let organisation = [("ORG_ID", "acme"), ("KAI_API_KEY", "hunter2")];
        from_variables(&|name: &str| {
            let mut all = pairs.iter().chain(&organisation);
            let found = all.find(|(key, _)| *key == name);
            found
                .map(|(_, value)| (*value).to_owned())
                .filter(|value| !value.is_empty())
        })
    }

    #[test]
    fn it_takes_an_organisation_and_a_key() {
        for missing in ["ORG_ID", "KAI_API_KEY"] {
            assert!(
                read(&[(missing, "")]).expect("usable").is_none(),
                "{missing}"
            );
        }
        let plane = read(&[]).expect("usable").expect("both are set");
        assert_eq!(plane.base, "http://localhost:8001/services/kcenter");
        assert_eq!(plane.interval, Duration::from_secs(15));
    }

    #[test]
    fn url_prefix_and_interval_can_be_set() {
        let plane = read(&[
            ("CONTROL_PLANE_URL", "https://plane.example/"),
            ("CONTROL_PLANE_API_PREFIX", "/api/"),
            ("HEARTBEAT_INTERVAL_SECONDS", "0.5"),
        ]);
        let plane = plane.expect("usable").expect("both are set");
        assert_eq!(plane.base, "https://plane.example/api");
        assert_eq!(plane.interval, Duration::from_millis(500));
        let bare = read(&[("CONTROL_PLANE_API_PREFIX", "/")]).expect("usable");
        assert_eq!(bare.expect("both are set").base, "http://localhost:8001");
    }

    #[test]
    fn what_cannot_work_is_named_and_no_secret_is_shown() {
        let said = |pairs: &[(&str, &str)]| read(pairs).expect_err("unusable").to_string();
        assert!(
            said(&[("CONTROL_PLANE_URL", "plane:1")]).contains("CONTROL_PLANE_URL is `plane:1`")
        );
        let credentials = said(&[("CONTROL_PLANE_URL", "http://me:hunter3@plane")]);
        assert!(!credentials.contains("hunter3"), "{credentials}");
        assert!(said(&[("CONTROL_PLANE_URL", "http://plane/?a=b")]).contains("no query"));
        let key = said(&[("KAI_API_KEY", "hunter2\nX-Evil: 1")]);
        assert!(
            key.contains("[redacted]") && !key.contains("hunter2"),
            "{key}"
        );
        assert!(said(&[("HEARTBEAT_INTERVAL_SECONDS", "0")]).contains("above zero"));
        assert!(said(&[("CONTROL_PLANE_API_PREFIX", "/a?b")]).contains("it must be a path"));
    }
}
