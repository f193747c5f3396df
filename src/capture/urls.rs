//! The URLs of a session, as workers and clients are to use them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::Url;

use super::keys::{Keys, Purpose};
use super::percent::percent_encode;
use crate::contract::SessionId;

/// A URL of http or https that stands in a setting, if it is one as it is written.
///
/// Parsers of URLs mend what is wrong (WHATWG URL, "basic URL parser": they drop line breaks and blanks, and take `\`
/// for `/`), and what is given out is not what they mended. A user's name has no place in what everybody sees.
pub(super) fn of_setting(text: &str) -> Option<Url> {
    let (scheme, rest) = text.split_once("://")?;
    let is_web = ["http", "https"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let mended = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    if !is_web || authority.is_empty() || authority.contains('@') || text.contains(mended) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    (url.port() != Some(0)).then_some(url)
}

/// Writes URLs under one beginning, with the keys that they need.
pub(super) struct Urls<'a> {
    pub(super) base: String,
    pub(super) keys: Option<&'a Keys>,
}

impl Urls<'_> {
    pub(super) fn callback(&self, session: &SessionId) -> String {
        self.url("events", session, "", Purpose::Write)
    }

    pub(super) fn stream(&self, session: &SessionId) -> String {
        self.url("stream", session, "", Purpose::Read)
    }

    pub(super) fn transcript(&self, session: &SessionId) -> String {
        self.url("sessions", session, "/transcript", Purpose::Read)
    }

    /// The page, without a session.
    pub(super) fn start_page(&self) -> String {
        format!("{}/", self.base)
    }

    /// The page that shows a session. What names it stands behind the `#`, which browsers send to nobody.
    pub(super) fn page(&self, session: &SessionId) -> String {
        let stream = self.stream(session);
        let path = stream.strip_prefix(&self.base).unwrap_or(&stream);
        format!("{}#{path}", self.start_page())
    }

    fn url(&self, endpoint: &str, session: &SessionId, rest: &str, purpose: Purpose) -> String {
        let query = self.keys.map_or_else(String::new, |keys| {
            format!("?key={}", keys.key(purpose, session).reveal())
        });
        format!(
            "{}/{endpoint}/{}{rest}{query}",
            self.base,
            percent_encode(session.as_str())
        )
    }
}

/// The beginning of the URLs that reach an address from this machine.
pub(super) fn local(address: SocketAddr) -> String {
    // "All addresses" is one to listen on, not one to connect to.
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}
