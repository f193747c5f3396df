//! What can be set.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::{Access, CaptureError, origins, urls};

/// The shortest token that an operator may choose, in bytes: session keys can be tried out at leisure by whoever has
/// one, and a token as long as this and not made of words cannot be found so.
const SHORTEST_TOKEN: usize = 32;

/// The longest time any setting may name: beyond it a sum of times could overflow.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// How a [`CaptureServer`](super::CaptureServer) listens and behaves.
///
/// The defaults suit tests on one machine; `CaptureConfig { listen, ..CaptureConfig::default() }` changes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureConfig {
    /// The address to listen on. Default `127.0.0.1:0`: loopback only, a free port. Another than loopback needs keys.
    pub listen: SocketAddr,
    /// Who may post and read. Default [`Access::Open`].
    pub access: Access,
    /// The origins whose pages may post and read, as `https://host:port` without a path, or `*` for all. Default none.
    pub origins: Vec<String>,
    /// How the server is reached from elsewhere, as `https://host/path`, where that is not the address it listens on.
    /// Default none.
    pub public_url: Option<String>,
    /// A directory that gets the transcript of each session as a file: when the session ends, changes after that or is
    /// freed, and when the server stops. What cannot be written is tried again at the session's next change and at the
    /// stop; until then a session that was freed keeps its bytes of `limits.total_bytes`. Default none.
    pub transcripts: Option<PathBuf>,
    /// What is refused, and when memory is freed.
    pub limits: Limits,
    /// How long a stream may carry nothing before a comment keeps its connection open. Default 15 s.
    pub keep_alive: Duration,
    /// How long clients are told to wait before they connect again (`retry:`). Default 500 ms.
    pub retry: Duration,
    /// How long a stream may carry no event before it closes with `event: timeout` (contract §4). Default 300 s.
    pub silence: Duration,
    /// How long an event that came before its turn waits for the missing ones. Default 500 ms: a delivery that
    /// overtook another on the way is milliseconds early, so what is longer missing is lost, and those who watch a
    /// stream live should not wait for it.
    pub reorder_wait: Duration,
    /// How many events of a session may wait for their turn at once. Default 64.
    pub reorder_window: usize,
    /// How long a request's body may take to arrive, before 408. Default 30 s.
    pub body_timeout: Duration,
}

impl Default for CaptureConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            access: Access::default(),
            origins: Vec::new(),
            public_url: None,
            transcripts: None,
            limits: Limits::default(),
            keep_alive: Duration::from_secs(15),
            retry: Duration::from_millis(500),
            silence: Duration::from_secs(300),
            reorder_wait: Duration::from_millis(500),
            reorder_window: 64,
            body_timeout: Duration::from_secs(30),
        }
    }
}

/// The bounds on memory, and what happens at each.
///
/// A delivery that is refused is answered with a reason, is noted in the session's transcript, and leaves everything that was
/// accepted before as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The bytes of one request's body. Default 1 MiB. Beyond: 413.
    pub body_bytes: usize,
    /// The events of one session, of all its runs and attempts. Default 10,000. Beyond: as `overflow` says; one `done`
    /// more is accepted, so that a stream that was too long still ends.
    pub session_events: usize,
    /// The bytes that one session keeps. Default 16 MiB. Beyond: as `overflow` says; a `done` may exceed it by one
    /// body.
    pub session_bytes: usize,
    /// What becomes of an event that its session has no room for. Default [`Overflow::Refuse`].
    pub overflow: Overflow,
    /// The sessions that are kept at once. Default 20,000. Beyond: the least recently used sessions that have ended
    /// (or are empty, or idle for `idle_expiry`) and have no subscriber are freed; when there is none, 429.
    pub sessions: usize,
    /// The bytes that all sessions keep together. Default 256 MiB. Beyond: as with `sessions`.
    pub total_bytes: usize,
    /// How long a session without subscribers is kept after its last event, ended or not. Default 1 h.
    pub idle_expiry: Duration,
}

/// What becomes of an event that its session has no room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Overflow {
    /// It is refused with 507, and what the session has stays readable from the start: evidence is kept.
    #[default]
    Refuse,
    /// The session's oldest events are dropped for it: whoever reads along misses nothing, and a stream may be of any
    /// length. A subscriber that is too late for what was dropped is told so by a frame, `event: history_dropped`, and
    /// the transcript has a [`Fault::Dropped`](super::Fault::Dropped).
    DropOldest,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            session_events: 10_000,
            session_bytes: 16 << 20,
            overflow: Overflow::default(),
            sessions: 20_000,
            total_bytes: 256 << 20,
            idle_expiry: Duration::from_secs(3600),
        }
    }
}

impl CaptureConfig {
    /// Refuses settings with which no event could be received or a stream would spin.
    pub(super) fn validate(&self) -> Result<(), CaptureError> {
        match &self.access {
            Access::Open if !self.listen.ip().to_canonical().is_loopback() => {
                return Err(CaptureError::Exposed {
                    address: self.listen,
                });
            }
            Access::Keys(token) if !is_token(token.reveal()) => {
                return Err(CaptureError::Setting {
                    setting: "access",
                    wanted: "a token of at least 32 bytes, of visible ASCII characters with blanks at most between them, such as 64 random hex digits",
                });
            }
            _ => {}
        }
        if let Some(url) = &self.public_url
            && !is_beginning(url)
        {
            return Err(CaptureError::Setting {
                setting: "public_url",
                wanted: "the beginning of URLs, such as https://host or https://host/path",
            });
        }
        for origin in &self.origins {
            if origins::as_sent(origin).is_none() {
                return Err(CaptureError::Origin {
                    origin: origin.clone(),
                });
            }
        }
        let counts = [
            ("limits.body_bytes", self.limits.body_bytes),
            ("limits.session_events", self.limits.session_events),
            ("limits.session_bytes", self.limits.session_bytes),
            ("limits.sessions", self.limits.sessions),
            ("limits.total_bytes", self.limits.total_bytes),
        ];
        for (setting, value) in counts {
            if value == 0 {
                return Err(CaptureError::Setting {
                    setting,
                    wanted: "at least 1",
                });
            }
        }
        let times = [
            ("keep_alive", self.keep_alive),
            ("silence", self.silence),
            ("body_timeout", self.body_timeout),
            ("limits.idle_expiry", self.limits.idle_expiry),
        ];
        for (setting, value) in times {
            if value.is_zero() || value > LONGEST {
                return Err(CaptureError::Setting {
                    setting,
                    wanted: "more than nothing and at most 366 days",
                });
            }
        }
        for (setting, value) in [("reorder_wait", self.reorder_wait), ("retry", self.retry)] {
            if value > LONGEST {
                return Err(CaptureError::Setting {
                    setting,
                    wanted: "at most 366 days",
                });
            }
        }
        Ok(())
    }
}

/// Whether a text is long enough for a token, and comes through a header as it is (RFC 9110, 5.5: blanks around a value
/// are no part of it, and what is not ASCII has no meaning there).
fn is_token(text: &str) -> bool {
    let comes_through = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    text.len() >= SHORTEST_TOKEN && text.trim() == text && text.bytes().all(comes_through)
}

/// Whether URLs can begin so.
fn is_beginning(url: &str) -> bool {
    urls::of_setting(url).is_some_and(|url| url.query().is_none() && url.fragment().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        CaptureConfig::default().validate().expect("valid defaults");
    }

    #[test]
    fn a_setting_that_cannot_work_is_named() {
        let config = CaptureConfig {
            keep_alive: Duration::ZERO,
            ..CaptureConfig::default()
        };
        let said = config.validate().expect_err("a stream would spin");
        assert_eq!(
            said.to_string(),
            "the setting `keep_alive` must be more than nothing and at most 366 days"
        );

        let mut config = CaptureConfig::default();
        config.limits.sessions = 0;
        let said = config.validate().expect_err("nothing could be received");
        assert_eq!(
            said.to_string(),
            "the setting `limits.sessions` must be at least 1"
        );

        let config = CaptureConfig {
            reorder_wait: Duration::MAX,
            ..CaptureConfig::default()
        };
        assert!(config.validate().is_err());
    }

    #[test]
    fn an_address_that_others_reach_needs_keys() {
        for address in ["0.0.0.0:8092", "[::]:0", "192.168.1.5:1", "[2001:db8::1]:1"] {
            let mut config = CaptureConfig {
                listen: address.parse().expect("an address"),
                ..CaptureConfig::default()
            };
            let said = config.validate().expect_err(address).to_string();
            assert_eq!(
                said,
                format!(
                    "other machines would reach {address} and could read and forge every stream: give the sessions keys, or listen on a loopback address"
                )
            );
            config.access = Access::keys();
            config.validate().expect("has keys");
        }
        for address in ["127.0.0.2:1", "[::1]:0", "[::ffff:127.0.0.1]:0"] {
            let config = CaptureConfig {
                listen: address.parse().expect("an address"),
                ..CaptureConfig::default()
            };
            config.validate().expect(address);
        }
    }

    #[test]
    fn what_is_no_origin_is_named_without_its_password() {
        for (origin, shown) in [
            ("https://h/", "https://h/"),
            ("https://user:secret@h", "…@h"),
            ("https://h\n", "https://h\\n"),
        ] {
            let config = CaptureConfig {
                origins: vec!["*".to_owned(), origin.to_owned()],
                ..CaptureConfig::default()
            };
            let said = config.validate().expect_err(origin).to_string();
            assert_eq!(
                said,
                format!(
                    "`{shown}` cannot be permitted as an origin: it must be http(s)://host[:port] without a path, or `*` for all"
                )
            );
        }
    }

    #[test]
    fn a_token_that_can_be_guessed_and_a_url_that_is_none_are_refused() {
        let config = CaptureConfig {
            access: Access::Keys("hunter2".into()),
            ..CaptureConfig::default()
        };
        let said = config.validate().expect_err("short").to_string();
        assert!(
            said.starts_with("the setting `access` must be a token"),
            "{said}"
        );
        assert!(!said.contains("hunter2"));
        for url in [
            "host:80",
            "ftp://host",
            "https://host?a=b",
            "https://u:p@host",
            "https://@host",
            "https://host\n",
            "https://ho\tst",
            "https://host/a b",
            "https:host",
            "https://host:0",
            "",
        ] {
            let config = CaptureConfig {
                public_url: Some(url.to_owned()),
                ..CaptureConfig::default()
            };
            assert!(config.validate().is_err(), "{url}");
        }
    }

    #[test]
    fn a_token_that_no_header_carries_is_refused() {
        let hex = "0123456789abcdef".repeat(2);
        let check = |token: &str| {
            let config = CaptureConfig {
                access: Access::Keys(token.into()),
                ..CaptureConfig::default()
            };
            config.validate().map_err(|error| error.to_string())
        };
        for token in [
            format!("{hex} "),
            format!(" {hex}"),
            format!("{hex}\n"),
            format!("{hex}\t{hex}"),
            " ".repeat(40),
            "é".repeat(40),
            String::new(),
        ] {
            let said = check(&token).expect_err(&token);
            assert!(said.contains("of visible ASCII characters"), "{said}");
            assert!(!said.contains(&hex), "{said}");
        }
        check(&hex).expect("a good token");
        check("a phrase of words that nobody finds").expect("a good token");
    }
}
