//! Where Temporal is: `HOST:PORT`, as all its own tools have it.

use url::{Host, Url};

use super::ConfigError;

/// What an address should be. A port that is left out would silently be that of web pages.
const WANTED: &str = "it must be HOST:PORT, such as localhost:7233";

/// The URL of an address, for a connection without TLS. `name` is what the address was set by.
///
/// # Errors
/// When it is no `HOST:PORT`. The text does not repeat an address that may hold a password.
pub(crate) fn temporal_url(name: &'static str, address: &str) -> Result<Url, ConfigError> {
    let url = is_host_and_port(address).then(|| Url::parse(&format!("http://{address}")).ok());
    url.flatten().ok_or_else(|| invalid(name, address))
}

/// Refuses an address of Temporal's own configuration: `HOST:PORT`, which its SDKs also take as a URL.
pub(super) fn check_temporal_url(name: &'static str, address: &str) -> Result<(), ConfigError> {
    let place = ["http://", "https://"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme))
        .map_or(address, |rest| rest.strip_suffix('/').unwrap_or(rest));
    match is_host_and_port(place) {
        true => Ok(()),
        false => Err(invalid(name, address)),
    }
}

fn is_host_and_port(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| {
        Host::parse(host).is_ok()
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

fn invalid(name: &'static str, address: &str) -> ConfigError {
    let (value, wanted) = match address.contains('@') {
        true => (
            "[redacted]",
            format!("{WANTED}, without a user and a password"),
        ),
        false => (address, WANTED.to_owned()),
    };
    ConfigError::Invalid {
        variable: name,
        value: value.to_owned(),
        wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for address in ["localhost:7233", "127.0.0.1:1", "[::1]:65535", "a_b.c:80"] {
            let url = temporal_url("T", address).expect(address);
            assert_eq!(url.scheme(), "http");
            check_temporal_url("T", address).expect(address);
        }
        for address in [
            "",
            "localhost",
            "localhost:",
            ":7233",
            "::1",
            "localhost:0",
            "localhost:+1",
            "127.0.0.1:99999",
            "localhost:7233/x",
            "http://localhost:7233/x",
            "http://localhost",
            "a b:1",
        ] {
            for refused in [
                temporal_url("T", address).map(|_| ()),
                check_temporal_url("T", address),
            ] {
                let said = refused.expect_err(address).to_string();
                let wanted =
                    format!("T is `{address}`: it must be HOST:PORT, such as localhost:7233");
                assert_eq!(said, wanted);
            }
        }
    }

    #[test]
    fn temporals_own_configuration_may_hold_a_url() {
        for address in ["http://localhost:7233", "https://cloud.example:7233/"] {
            check_temporal_url("T", address).expect(address);
            assert!(temporal_url("T", address).is_err(), "{address}");
        }
    }

    #[test]
    fn a_login_is_refused_and_not_repeated() {
        for address in [
            "user:hunter2@localhost:1",
            "http://user:hunter2@localhost:1",
            "https://hunter2@localhost:1/",
        ] {
            for refused in [
                temporal_url("T", address).map(|_| ()),
                check_temporal_url("T", address),
            ] {
                let said = refused.expect_err(address).to_string();
                assert!(said.starts_with("T is `[redacted]`: it must be HOST:PORT"));
                assert!(said.ends_with("without a user and a password"), "{said}");
            }
        }
    }
}
