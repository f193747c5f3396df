//! How a running stack is reached.

use crate::contract::Secret;
use serde::{Deserialize, Serialize};

/// How the services of one stack are reached: plain data, to be copied, stored and handed to other processes.
///
/// The secrets in it are hidden in `Debug` output and written out when it is serialised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Temporal's gRPC frontend as `host:port`, the form of `TEMPORAL_ADDRESS`. The namespace `default` exists.
    pub temporal_address: String,
    /// The URL of Temporal's web interface, when it was asked for.
    pub temporal_ui: Option<String>,
    /// Postgres and its two users.
    pub postgres: PostgresEndpoint,
    /// Typesense and its key.
    pub typesense: TypesenseEndpoint,
}

/// How Postgres is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostgresEndpoint {
    /// Host name or address.
    pub host: String,
    /// TCP port on that host.
    pub port: u16,
    /// The superuser, who owns the databases.
    pub admin_user: String,
    /// The superuser's password.
    pub admin_password: Secret,
    /// The role that may only read; the agent connects as this one.
    pub reader_user: String,
    /// The reading role's password.
    pub reader_password: Secret,
    /// The seeded database.
    pub database: String,
}

impl PostgresEndpoint {
    /// The connection URI of the superuser for a database of this server. It holds the password.
    pub fn admin_url(&self, database: &str) -> String {
        self.url(&self.admin_user, &self.admin_password, database)
    }

    /// The connection URI of the reading role for a database of this server. It holds the password.
    pub fn reader_url(&self, database: &str) -> String {
        self.url(&self.reader_user, &self.reader_password, database)
    }

    fn url(&self, user: &str, password: &Secret, database: &str) -> String {
        format!(
            "postgresql://{}:{}@{}:{}/{}",
            percent_encoded(user),
            percent_encoded(password.reveal()),
            in_url(&self.host),
            self.port,
            percent_encoded(database)
        )
    }
}

/// How Typesense is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypesenseEndpoint {
    /// Host name or address.
    pub host: String,
    /// TCP port on that host.
    pub port: u16,
    /// `http`: the stack offers no TLS.
    pub protocol: String,
    /// The key that may do everything.
    pub api_key: Secret,
}

impl TypesenseEndpoint {
    /// The base URL, without the key and without a slash at its end.
    pub fn url(&self) -> String {
        format!("{}://{}:{}", self.protocol, in_url(&self.host), self.port)
    }
}

/// A host as it stands in a URL: IPv6 addresses in brackets.
fn in_url(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// Everything but the unreserved characters of RFC 3986 as `%XX`, so that any database name survives in a URI.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints() -> Endpoints {
        Endpoints {
            temporal_address: "127.0.0.1:7233".into(),
            temporal_ui: Some("http://127.0.0.1:8233".into()),
            postgres: PostgresEndpoint {
                host: "127.0.0.1".into(),
                port: 5432,
                admin_user: "postgres".into(),
                admin_password: Secret::new("s3cret"),
                reader_user: "kai_reader".into(),
                reader_password: Secret::new("p@ss/word"),
                database: "koperasi".into(),
            },
            typesense: TypesenseEndpoint {
                host: "::1".into(),
                port: 8108,
                protocol: "http".into(),
                api_key: Secret::new("k3y"),
            },
        }
    }

    #[test]
    fn urls_are_escaped_and_understood_by_the_postgres_client() {
        let postgres = endpoints().postgres;
        let url = postgres.reader_url("kai test/1");
        let parsed: tokio_postgres::Config = url.parse().unwrap();

        assert_eq!(
            url,
            "postgresql://kai_reader:p%40ss%2Fword@127.0.0.1:5432/kai%20test%2F1"
        );
        assert_eq!(parsed.get_user(), Some("kai_reader"));
        assert_eq!(parsed.get_password(), Some(b"p@ss/word".as_slice()));
        assert_eq!(parsed.get_dbname(), Some("kai test/1"));
    }

    #[test]
    fn an_ipv6_host_stands_in_brackets() {
        assert_eq!(endpoints().typesense.url(), "http://[::1]:8108");
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let shown = format!("{:?}", endpoints());

        for secret in ["s3cret", "p@ss/word", "k3y"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn the_serialised_form_reads_back_the_same() {
        let written = serde_json::to_string(&endpoints()).unwrap();

        assert_eq!(
            serde_json::from_str::<Endpoints>(&written).unwrap(),
            endpoints()
        );
    }
}
