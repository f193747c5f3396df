//! Ports for services, which will listen on them a moment later, and again after they have been away.

use std::{
    collections::BTreeSet,
    fs, io,
    net::{Ipv4Addr, TcpListener},
    ops::Range,
    sync::{Mutex, PoisonError},
};

use uuid::Uuid;

/// The lowest port that is tried: below lie those that many services have by habit.
const LOWEST: u16 = 10_000;

/// Where Linux begins to give ports away when nothing says otherwise (ip(7), `ip_local_port_range`).
const FIRST_GIVEN_AWAY: u16 = 32_768;

/// What [`free_port`] has given: whoever got it may not listen yet.
static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// How many ports are tried.
const TRIES: usize = 200;

/// A listener on a port of the loopback interface that the system gives to nobody who asks for any: while the service that it
/// is for is away, no connection that is opened and no listener without a wish can take it. A worker that tries to connect to
/// it again and again could get it as its own end, and would then talk to itself.
///
/// Where the system gives all ports away, it is any free one.
fn lasting_port() -> io::Result<TcpListener> {
    let apart = apart(&given_away());
    let mut last = None;
    for _ in 0..TRIES {
        let Some(port) = drawn_from(&apart) else {
            break;
        };
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some(error),
        }
    }
    match last {
        Some(error) => Err(error),
        None => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)),
    }
}

/// A port of the loopback interface for something that will listen on it: nobody listens on it at this moment, and the system
/// gives it to nobody who asks for any port or connects to somewhere. Only who asks for this very one can still take it; this
/// process gives none twice while there are others.
///
/// # Errors
/// When no port is free.
pub fn free_port() -> io::Result<u16> {
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..TRIES {
        let port = lasting_port()?.local_addr()?.port();
        if given.insert(port) {
            return Ok(port);
        }
    }
    // Whoever got the first of them listens by now, or never will.
    given.clear();
    let port = lasting_port()?.local_addr()?.port();
    given.insert(port);
    Ok(port)
}

/// The ports that the system gives away, the first and the last.
fn given_away() -> (u16, u16) {
    let said = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let mut numbers = said.split_whitespace().map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(first)), Some(Ok(last))) => (first, last),
        _ => (FIRST_GIVEN_AWAY, u16::MAX),
    }
}

/// The larger part of the other ports.
fn apart((first, last): &(u16, u16)) -> Range<u16> {
    let below = LOWEST..(*first).max(LOWEST);
    let above = last.saturating_add(1).max(LOWEST)..u16::MAX;
    match below.len() >= above.len() {
        true => below,
        false => above,
    }
}

fn drawn_from(ports: &Range<u16>) -> Option<u16> {
    let width = u16::try_from(ports.len()).ok().filter(|width| *width > 0)?;
    let (any, _) = Uuid::new_v4().as_u64_pair();
    let offset = u16::try_from(any % u64::from(width)).ok()?;
    Some(ports.start + offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_none_that_the_system_gives_away() {
        let (first, last) = given_away();
        for _ in 0..50 {
            let listener = lasting_port().expect("a port");
            let port = listener.local_addr().expect("bound").port();
            assert!(port < first || port > last, "{port}");
        }
    }

    #[test]
    fn those_that_are_held_are_different() {
        let held: Vec<_> = (0..50).map(|_| lasting_port().expect("a port")).collect();
        let mut ports: Vec<_> = held
            .iter()
            .map(|listener| listener.local_addr().expect("bound").port())
            .collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), held.len());
    }

    #[test]
    fn none_is_given_twice_although_nobody_listens_on_it_yet() {
        let given: BTreeSet<_> = (0..500).map(|_| free_port().expect("a port")).collect();
        assert_eq!(given.len(), 500);
    }

    #[test]
    fn they_lie_beside_what_is_given_away() {
        assert_eq!(apart(&(32_768, 60_999)), 10_000..32_768);
        assert_eq!(apart(&(10_500, 40_000)), 40_001..65_535);
        assert_eq!(drawn_from(&apart(&(1_024, 65_535))), None);
        let drawn = drawn_from(&(10_000..10_003)).expect("one of three");
        assert!((10_000..10_003).contains(&drawn));
    }
}
