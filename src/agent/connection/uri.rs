//! Connection URIs: what is accepted.

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use super::ConnectionError;
use crate::contract::Secret;

/// The longest id: it becomes a part of document ids and URLs.
const MAX_ID_BYTES: usize = 128;

/// Checks the id of a connection.
pub(super) fn check_id(id: &str) -> Result<(), ConnectionError> {
    let reason = if id.trim().is_empty() {
        "it is empty"
    } else if id.len() > MAX_ID_BYTES {
        "it is longer than 128 bytes"
    } else if id.chars().any(char::is_control) {
        "it holds a control character"
    } else if id == "." || id == ".." {
        "it must be a name"
    } else {
        return Ok(());
    };
    Err(ConnectionError::Id {
        id: id.to_owned(),
        reason,
    })
}

/// Reads `postgresql://USER:PASSWORD@HOST:PORT/DATABASE` (`postgres://` too), with a driver in the scheme as SQLAlchemy
/// writes it (`postgresql+psycopg2://`) or without.
///
/// The parser's own errors quote parts of the URI, the password among them, so they are not passed on.
pub(crate) fn parse(id: &str, uri: &Secret) -> Result<Config, ConnectionError> {
    let wrong = |reason| ConnectionError::Uri {
        id: id.to_owned(),
        reason,
    };
    let form = "it must have the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with special characters \
                percent-encoded";
    let (scheme, rest) = uri.reveal().trim().split_once("://").ok_or(wrong(form))?;
    let dialect = scheme
        .split_once('+')
        .map_or(scheme, |(dialect, _driver)| dialect);
    if !matches!(dialect, "postgresql" | "postgres") {
        return Err(wrong(
            "only PostgreSQL is supported: it must begin with postgresql://",
        ));
    }
    let config: Config = format!("postgresql://{rest}")
        .parse()
        .map_err(|_| wrong(form))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(wrong("it names no host"));
    }
    if config.get_user().is_none_or(str::is_empty) {
        return Err(wrong("it names no user"));
    }
    if config.get_dbname().is_none_or(str::is_empty) {
        return Err(wrong("it names no database"));
    }
    if config.get_ssl_mode() == SslMode::Require {
        return Err(wrong(
            "sslmode=require is not supported; use prefer or disable",
        ));
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(uri: &str) -> String {
        parse("c", &Secret::from(uri))
            .expect_err("refused")
            .to_string()
    }

    #[test]
    fn the_usual_forms_are_read() {
        for uri in [
            "postgresql://kai_reader:p%40ss@127.0.0.1:5432/koperasi",
            "postgres://u:p@h/d?application_name=kai&sslmode=disable",
            "postgresql+psycopg2://u:p@h:5433/d",
        ] {
            let config = parse("c", &Secret::from(uri)).expect(uri);
            assert!(config.get_password().is_some());
        }
        let config = parse("c", &Secret::from("postgresql://u:p%40ss@h/d")).expect("a URI");
        assert_eq!(config.get_password(), Some("p@ss".as_bytes()));
    }

    #[test]
    fn other_databases_and_broken_uris_are_refused() {
        assert!(reason("mysql://u:p@h/d").contains("only PostgreSQL"));
        assert!(reason("host=h user=u").contains("must have the form"));
        assert!(reason("").contains("must have the form"));
        assert!(reason("postgresql://u:p@h:port/d").contains("must have the form"));
        assert!(reason("postgresql://u:p@/d").contains("no host"));
        assert!(reason("postgresql://h/d").contains("no user"));
        assert!(reason("postgresql://u:p@h").contains("no database"));
        assert!(reason("postgresql://u:p@h/d?sslmode=require").contains("sslmode=require"));
    }

    #[test]
    fn no_refusal_shows_a_part_of_the_uri() {
        for uri in [
            "postgresql://u:p@h/d?hunter2=1",
            "postgresql://u:p@h:hunter2/d",
            "hunter2://u:hunter2@h/d",
            "postgresql://u:hunter2@h/d?sslmode=hunter2",
        ] {
            assert!(!reason(uri).contains("hunter2"), "{}", reason(uri));
        }
    }

    #[test]
    fn ids_that_cannot_be_stored_are_refused() {
        for id in ["", "  ", "a\nb", "a\0", ".", "..", &"x".repeat(129)] {
            assert!(check_id(id).is_err(), "{id:?}");
        }
        for id in ["koperasi", "a/b c`|", "é"] {
            assert!(check_id(id).is_ok(), "{id:?}");
        }
    }
}
