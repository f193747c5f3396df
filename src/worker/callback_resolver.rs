//! What a permitted name may stand for, looked at before work starts and again at every connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::{CallbackHosts, CallbackUrlError};

/// Leads connections only to addresses that are permitted. Between two looks a name may get another address.
#[derive(Debug, Clone)]
pub(super) struct PermittedAddresses(pub(super) CallbackHosts);

impl Resolve for PermittedAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        let hosts = self.0.clone();
        Box::pin(async move {
            let found = look_up(name.as_str()).await?;
            let addresses = permitted(&hosts, name.as_str(), found);
            match addresses.is_empty() {
                true => Err("the name stands for no address that is permitted".into()),
                false => Ok(Box::new(addresses.into_iter()) as Addrs),
            }
        })
    }
}

/// Refuses a URL whose host is not permitted, or stands for nothing but addresses that are not.
///
/// A name that has no address at all is none of this: that may change, and costs only the events.
pub(super) async fn verify(
    hosts: &CallbackHosts,
    url: &Url,
    within: Duration,
) -> Result<(), CallbackUrlError> {
    if !hosts.permits(url) {
        return Err(CallbackUrlError::refused(
            "its host is not one that is permitted",
        ));
    }
    let Some(Host::Domain(name)) = url.host() else {
        return Ok(());
    };
    let Ok(Ok(found)) = tokio::time::timeout(within, look_up(name)).await else {
        return Ok(());
    };
    match found.is_empty() || !permitted(hosts, name, found).is_empty() {
        true => Ok(()),
        false => Err(CallbackUrlError::refused(
            "its host stands for no address that is permitted",
        )),
    }
}

fn permitted(hosts: &CallbackHosts, name: &str, found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    found
        .into_iter()
        .filter(|address| hosts.permits_address(name, address.ip()))
        .collect()
}

async fn look_up(name: &str) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn verdict(list: &str, url: &str) -> Result<(), String> {
        let hosts = list.parse().expect("a list");
        let url = Url::parse(url).expect("a URL");
        verify(&hosts, &url, Duration::from_secs(60))
            .await
            .map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_host_that_is_not_listed_is_refused_without_being_looked_up() {
        let said = verdict("events.example", "http://user:hunter2@127.0.0.1/events/s")
            .await
            .expect_err("not listed");
        assert!(
            said.contains("its host is not one that is permitted"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }

    #[test]
    fn of_the_addresses_of_a_listed_name_only_permitted_ones_are_connected_to() {
        let found = ["93.184.216.34:0", "127.0.0.1:0", "[::1]:0", "10.0.0.7:0"];
        let found = || {
            found
                .map(|address| address.parse().expect("an address"))
                .to_vec()
        };
        let left = |list: &str| {
            let hosts = list.parse().expect("a list");
            permitted(&hosts, "events.example", found())
        };
        assert_eq!(left("events.example"), found()[..1]);
        assert_eq!(
            left("events.example, 127.0.0.0/8, ::1, 10.0.0.0/8"),
            found()
        );
    }

    #[tokio::test]
    async fn connections_are_led_to_permitted_addresses_only() {
        let resolve = |list: &str, name: &str| {
            let hosts = list.parse().expect("a list");
            PermittedAddresses(hosts).resolve(name.parse().expect("a name"))
        };
        let found = resolve("localhost", "localhost").await.expect("loopback");
        assert!(found.into_iter().all(|address| address.ip().is_loopback()));
        // This machine's own name stands for loopback or a private address, if for anything.
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("a name");
        let refused = resolve("*.example", host.trim()).await;
        assert!(refused.is_err());
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_a_matter_of_delivery() {
        assert_eq!(
            verdict("localhost", "http://localhost:1/events/s").await,
            Ok(())
        );
        let url = "http://no-such-host.invalid/events/s";
        assert_eq!(verdict("no-such-host.invalid", url).await, Ok(()));
    }
}
