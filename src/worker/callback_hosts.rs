//! Which hosts events may be posted to: an allow-list against request forgery.
//!
//! A callback URL comes from whoever starts a workflow. A worker that stands where others cannot reach (a cloud's metadata
//! service, a neighbour's admin port) must not be made to post there for them.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use url::{Host, Url};

/// The hosts that callback URLs may name, and the addresses that these names may stand for.
///
/// A list of entries with commas between them:
///
/// | entry | permits |
/// | --- | --- |
/// | `events.example.com` | that name |
/// | `*.example.com` | every name under it, and not the name itself |
/// | `10.1.2.0/24`, `fd00::/8`, `127.0.0.1` | these addresses, named in the URL or behind a name that is permitted |
/// | `events.example.com:8092`, `127.0.0.1:8092` | the same on one port only |
///
/// A permitted name must stand for public addresses, unless another entry permits its address: who can set a name's address
/// can otherwise lead a worker to loopback, private, link-local and other special ranges. `localhost` stands for loopback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackHosts {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    host: Pattern,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Name(String),
    /// Every name that ends so, the dot included.
    Under(String),
    Network(IpAddr, u8),
}

/// An entry that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{entry}` is no host: it must be a name, `*.` and a name, an address or a network such as 10.0.0.0/8, with `:port` behind it if need be"
)]
pub struct CallbackHostsError {
    entry: String,
}

impl FromStr for CallbackHosts {
    type Err = CallbackHostsError;

    fn from_str(text: &str) -> Result<Self, CallbackHostsError> {
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                read(entry).ok_or_else(|| CallbackHostsError {
                    entry: entry.chars().take(128).collect(),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { entries })
    }
}

fn read(entry: &str) -> Option<Entry> {
    // `::1` and `fd00::/8` have colons of their own.
    if let Some(network) = network(entry) {
        return Some(Entry {
            host: network,
            port: None,
        });
    }
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok().filter(|port| *port > 0)?)),
        None => (entry, None),
    };
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    let host = network(host).or_else(|| name(host))?;
    Some(Entry { host, port })
}

fn network(text: &str) -> Option<Pattern> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        Some(bits) => bits.parse().ok().filter(|bits| *bits <= most)?,
        None => most,
    };
    Some(Pattern::Network(address, bits))
}

fn name(text: &str) -> Option<Pattern> {
    let (under, rest) = match text.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    // As URLs spell it, so that both can be compared.
    let Ok(Host::Domain(name)) = Host::parse(rest) else {
        return None;
    };
    let name = normal(&name);
    if name.is_empty() || name.contains('*') {
        return None;
    }
    Some(match under {
        true => Pattern::Under(format!(".{name}")),
        false => Pattern::Name(name),
    })
}

/// A name without the dot that a whole name may end with.
fn normal(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

impl CallbackHosts {
    /// Whether a URL may be posted to, as far as its text says. What its name stands for is another question:
    /// [`permits_address`](Self::permits_address).
    pub fn permits(&self, url: &Url) -> bool {
        let port = url.port_or_known_default();
        match url.host() {
            Some(Host::Domain(name)) => self.names(&normal(name), port),
            Some(Host::Ipv4(address)) => self.lists(address.into(), port),
            Some(Host::Ipv6(address)) => self.lists(address.into(), port),
            None => false,
        }
    }

    /// Whether an address may be connected to that a permitted name stands for.
    pub fn permits_address(&self, name: &str, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let own_loopback = normal(name) == "localhost" && address.is_loopback();
        own_loopback || is_public(address) || self.lists(address, None)
    }

    fn names(&self, name: &str, port: Option<u16>) -> bool {
        self.entries.iter().any(|entry| {
            let same = match &entry.host {
                Pattern::Name(listed) => listed == name,
                Pattern::Under(suffix) => name.len() > suffix.len() && name.ends_with(suffix),
                Pattern::Network(..) => false,
            };
            same && entry.on(port)
        })
    }

    /// Whether an entry names the address; on any port, when none is given.
    fn lists(&self, address: IpAddr, port: Option<u16>) -> bool {
        let address = address.to_canonical();
        self.entries.iter().any(|entry| match &entry.host {
            Pattern::Network(network, bits) => {
                is_in(address, *network, *bits) && (port.is_none() || entry.on(port))
            }
            _ => false,
        })
    }
}

impl Entry {
    fn on(&self, port: Option<u16>) -> bool {
        self.port.is_none() || self.port == port
    }
}

fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let shift = |all: u8| u32::from(all - bits.min(all));
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let differing = u64::from(address.to_bits() ^ network.to_bits());
            differing >> shift(32) == 0
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.checked_shr(shift(128)).unwrap_or(0) == 0
        }
        _ => false,
    }
}

/// Whether an address is one of the internet's, by the registries of special-purpose addresses (RFC 6890 and its updates).
fn is_public(address: IpAddr) -> bool {
    const SPECIAL: &[(&str, u8)] = &[
        ("0.0.0.0", 8),
        ("10.0.0.0", 8),
        ("100.64.0.0", 10),
        ("127.0.0.0", 8),
        ("169.254.0.0", 16),
        ("172.16.0.0", 12),
        ("192.0.0.0", 24),
        ("192.0.2.0", 24),
        ("192.88.99.0", 24),
        ("192.168.0.0", 16),
        ("198.18.0.0", 15),
        ("198.51.100.0", 24),
        ("203.0.113.0", 24),
        ("224.0.0.0", 3),
    ];
    match address {
        IpAddr::V4(_) => !SPECIAL
            .iter()
            .any(|(network, bits)| network.parse().is_ok_and(|net| is_in(address, net, *bits))),
        // Global unicast, without documentation, tunnels to IPv4 and the block of special uses.
        IpAddr::V6(v6) => {
            let special: [(Ipv6Addr, u8); 4] = [
                (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
                (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
                (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
                (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
            ];
            let unicast = (v6.segments()[0] >> 13) == 1;
            unicast
                && !special
                    .iter()
                    .any(|(network, bits)| is_in(address, (*network).into(), *bits))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> CallbackHosts {
        text.parse().expect("a list")
    }

    fn permits(list: &str, url: &str) -> bool {
        hosts(list).permits(&Url::parse(url).expect("a URL"))
    }

    #[test]
    fn names_addresses_and_ports_are_permitted_as_listed() {
        let list = "events.example.com, *.Example.org, 10.1.0.0/16, [::1]:8092, 127.0.0.1:8092, other.example:443";
        for url in [
            "http://events.example.com/x",
            "https://EVENTS.example.com.:9/x",
            "http://a.b.example.org/x",
            "http://10.1.255.1:7/x",
            "http://[::1]:8092/x",
            "http://127.0.0.1:8092/x",
            // The same address in other words.
            "http://2130706433:8092/x",
            "http://0x7f.1:8092/x",
            "http://[::ffff:10.1.0.1]/x",
            "https://other.example/x",
        ] {
            assert!(permits(list, url), "{url}");
        }
        for url in [
            "http://example.com/x",
            "http://events.example.com.evil.net/x",
            "http://example.org/x",
            "http://notexample.org/x",
            "http://10.2.0.1/x",
            "http://127.0.0.1/x",
            "http://127.0.0.1:8093/x",
            "http://localhost:8092/x",
            "http://169.254.169.254/latest/meta-data",
            "http://[::2]:8092/x",
            "http://other.example/x",
            "http://user@10.2.0.1/x",
        ] {
            assert!(!permits(list, url), "{url}");
        }
        assert!(!permits("", "http://events.example.com/x"));
    }

    #[test]
    fn a_permitted_name_stands_for_no_special_address_that_is_not_listed() {
        let list = hosts("events.example.com, 10.1.0.0/16, localhost");
        let may = |name: &str, address: &str| {
            list.permits_address(name, address.parse().expect("an address"))
        };
        for address in [
            "93.184.216.34",
            "10.1.2.3",
            "::ffff:10.1.2.3",
            "2a00:1450::1",
        ] {
            assert!(may("events.example.com", address), "{address}");
        }
        for address in [
            "127.0.0.1",
            "10.2.0.1",
            "169.254.169.254",
            "172.31.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            assert!(!may("events.example.com", address), "{address}");
        }
        assert!(may("localhost", "127.0.0.1") && may("localhost.", "::1"));
        assert!(!may("localhost", "169.254.169.254"));
    }

    #[test]
    fn an_entry_that_is_none_is_named() {
        for wrong in [
            "http://host",
            "a b",
            "10.0.0.0/33",
            "host:0",
            "host:x",
            "*",
            "*.*.x",
            "a/b",
            "*.10.0.0.1",
        ] {
            let said = format!("good.example,{wrong}").parse::<CallbackHosts>();
            let said = said.expect_err(wrong).to_string();
            assert!(said.starts_with(&format!("`{wrong}` is no host")), "{said}");
        }
    }
}
