//! The variables that say where Typesense is (contract §6).

use url::Host;

use super::ConfigError;
use super::numbers::port;
use crate::agent::TypesenseConfig;
use crate::contract::Secret;

/// What goes in front of the names of Typesense's collections; not one of KAI's own. It leads a worker into the private
/// world of a harness.
pub(crate) const COLLECTION_PREFIX: &str = "TYPESENSE_COLLECTION_PREFIX";

/// Reads the variables.
///
/// # Errors
/// When the key is missing, or a variable holds something unusable; no key and no password is shown.
pub(super) fn typesense(
    get: &impl Fn(&str) -> Option<String>,
) -> Result<TypesenseConfig, ConfigError> {
    let host = match get("TYPESENSE_HOST") {
        None => "localhost".to_owned(),
        Some(text) => host(text)?,
    };
    let protocol = get("TYPESENSE_PROTOCOL").unwrap_or_else(|| "http".to_owned());
    if protocol != "http" {
        return Err(ConfigError::Invalid {
            variable: "TYPESENSE_PROTOCOL",
            value: protocol,
            wanted: "only http is supported".to_owned(),
        });
    }
    let port = match get("TYPESENSE_PORT") {
        None => 8108,
        Some(text) => port("TYPESENSE_PORT", &text, 1)?,
    };
    let key = key(get)?;
    let prefix = get(COLLECTION_PREFIX).unwrap_or_default();
    if !prefix
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    {
        return Err(ConfigError::Invalid {
            variable: COLLECTION_PREFIX,
            value: prefix,
            wanted: "it may hold letters, digits, `_`, `-` and `.`".to_owned(),
        });
    }
    let url = format!("{protocol}://{host}:{port}");
    Ok(TypesenseConfig::new(url, key).with_collection_prefix(prefix))
}

/// A name or an address and nothing else: protocol and port have variables of their own.
fn host(text: String) -> Result<String, ConfigError> {
    if Host::parse(&text).is_ok() {
        return Ok(text);
    }
    Err(ConfigError::Invalid {
        variable: "TYPESENSE_HOST",
        value: match text.contains('@') {
            true => "[redacted]".to_owned(),
            false => text,
        },
        wanted: "it must be a host alone, such as localhost, 127.0.0.1 or [::1]; TYPESENSE_PROTOCOL and TYPESENSE_PORT \
                 say the rest"
            .to_owned(),
    })
}

fn key(get: &impl Fn(&str) -> Option<String>) -> Result<Secret, ConfigError> {
    let key = get("TYPESENSE_API_KEY").ok_or(ConfigError::Missing {
        variable: "TYPESENSE_API_KEY",
        wanted: "the API key of Typesense (`kai-e2e up --format env` prints one for its stack)",
    })?;
    if key.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(Secret::new(key));
    }
    Err(ConfigError::Invalid {
        variable: "TYPESENSE_API_KEY",
        value: "[redacted]".to_owned(),
        wanted: "it must be printable ASCII on one line: it is sent in a header".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<TypesenseConfig, String> {
        let key = [("TYPESENSE_API_KEY", "k")];
        let all = |name: &str| {
            let mut all = pairs.iter().chain(&key);
            let found = all.find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        typesense(&all).map_err(|error| error.to_string())
    }

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for (host, url) in [
            ("search.example", "http://search.example:8108"),
            ("kai_typesense", "http://kai_typesense:8108"),
            ("[::1]", "http://[::1]:8108"),
        ] {
            assert_eq!(read(&[("TYPESENSE_HOST", host)]).expect(host).url, url);
        }
        for host in ["http://localhost", "localhost:8108", "::1", "a/b", "a b"] {
            let said = read(&[("TYPESENSE_HOST", host)]).map(|_| ()).unwrap_err();
            let wanted = format!("TYPESENSE_HOST is `{host}`: it must be a host alone");
            assert!(said.starts_with(&wanted), "{said}");
        }
    }

    #[test]
    fn what_is_refused_is_told_without_secrets() {
        for (variable, value, wanted) in [
            (
                "TYPESENSE_HOST",
                "u:hunter2@h",
                "TYPESENSE_HOST is `[redacted]`: it must be a host alone",
            ),
            (
                "TYPESENSE_API_KEY",
                "hunter2\nx",
                "TYPESENSE_API_KEY is `[redacted]`: it must be printable ASCII",
            ),
            (
                "TYPESENSE_PORT",
                "0",
                "TYPESENSE_PORT is `0`: it must be a port number from 1 to 65535",
            ),
        ] {
            let said = read(&[(variable, value)]).map(|_| ()).unwrap_err();
            assert!(said.starts_with(wanted), "{said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
