//! Where the container engine listens.

use std::path::{Path, PathBuf};

/// The engine's address, found by the same rules as `testcontainers` finds it, so that both mean the same engine:
/// `DOCKER_HOST`, the system's socket, then the sockets of a rootless Docker and of Docker Desktop. Podman is reached by
/// setting `DOCKER_HOST` to its socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::stack) struct EngineAddress {
    url: String,
    from_variable: bool,
}

const SYSTEM_SOCKET: &str = "/var/run/docker.sock";

impl EngineAddress {
    /// Finds the address; it is not contacted.
    pub(in crate::stack) fn find() -> Self {
        Self::from(|variable| std::env::var(variable).ok(), Path::exists)
    }

    fn from(lookup: impl Fn(&str) -> Option<String>, exists: impl Fn(&Path) -> bool) -> Self {
        if let Some(url) = lookup("DOCKER_HOST").filter(|url| !url.is_empty()) {
            return Self {
                url,
                from_variable: true,
            };
        }
        let runtime = lookup("XDG_RUNTIME_DIR").map(PathBuf::from);
        let home = lookup("HOME").map(PathBuf::from);
        let candidates = [
            Some(PathBuf::from(SYSTEM_SOCKET)),
            runtime.map(|dir| dir.join(".docker/run/docker.sock")),
            home.as_ref().map(|dir| dir.join(".docker/run/docker.sock")),
            home.as_ref()
                .map(|dir| dir.join(".docker/desktop/docker.sock")),
        ];
        let socket = candidates
            .into_iter()
            .flatten()
            .find(|path| exists(path))
            .unwrap_or_else(|| PathBuf::from(SYSTEM_SOCKET));
        Self {
            url: format!("unix://{}", socket.display()),
            from_variable: false,
        }
    }

    /// The address as `DOCKER_HOST` holds it.
    pub(in crate::stack) fn url(&self) -> &str {
        &self.url
    }

    /// Whether `DOCKER_HOST` named it.
    pub(super) fn is_from_variable(&self) -> bool {
        self.from_variable
    }

    /// The socket's path, when the engine is reached through one.
    pub(in crate::stack) fn socket(&self) -> Option<&str> {
        self.url.strip_prefix("unix://")
    }

    /// The host on which published ports are reached.
    pub(in crate::stack) fn host(&self) -> String {
        let authority = ["tcp://", "http://", "https://"]
            .iter()
            .find_map(|scheme| self.url.strip_prefix(scheme))
            .map(|rest| rest.split('/').next().unwrap_or(rest));
        let host = match authority {
            None => return "127.0.0.1".to_owned(),
            Some(authority) => match authority.rsplit_once(':') {
                Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
                _ => authority,
            },
        };
        match host.trim_start_matches('[').trim_end_matches(']') {
            "" | "localhost" | "::1" => "127.0.0.1".to_owned(),
            host => host.to_owned(),
        }
    }

    /// The address on the engine's machine that ports are published on: the loopback one, unless the engine runs on
    /// another machine, from where a loopback port could not be reached.
    pub(in crate::stack) fn publish_on(&self) -> &'static str {
        if self.host() == "127.0.0.1" {
            "127.0.0.1"
        } else {
            "0.0.0.0"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(variables: &[(&str, &str)], sockets: &[&str]) -> EngineAddress {
        EngineAddress::from(
            |wanted| {
                variables
                    .iter()
                    .find(|(variable, _)| *variable == wanted)
                    .map(|(_, value)| (*value).to_owned())
            },
            |path| sockets.iter().any(|socket| Path::new(socket) == path),
        )
    }

    #[test]
    fn the_variable_wins_then_the_system_socket_then_a_rootless_one() {
        let home = ("HOME", "/home/ani");
        let rootless = "/home/ani/.docker/run/docker.sock";

        assert_eq!(
            find(&[("DOCKER_HOST", "tcp://ci:2375"), home], &[SYSTEM_SOCKET]).url(),
            "tcp://ci:2375"
        );
        assert_eq!(
            find(&[home], &[rootless, SYSTEM_SOCKET]).socket(),
            Some(SYSTEM_SOCKET)
        );
        assert_eq!(find(&[home], &[rootless]).socket(), Some(rootless));
        assert_eq!(
            find(&[("DOCKER_HOST", "")], &[]).socket(),
            Some(SYSTEM_SOCKET)
        );
    }

    #[test]
    fn ports_are_published_where_they_can_be_reached() {
        let cases = [
            ("unix:///var/run/docker.sock", "127.0.0.1", "127.0.0.1"),
            ("tcp://localhost:2375", "127.0.0.1", "127.0.0.1"),
            ("tcp://[::1]:2375", "127.0.0.1", "127.0.0.1"),
            ("tcp://docker:2375", "docker", "0.0.0.0"),
            ("tcp://10.0.0.7:2375/", "10.0.0.7", "0.0.0.0"),
        ];
        for (url, host, publish_on) in cases {
            let address = find(&[("DOCKER_HOST", url)], &[]);
            assert_eq!(
                (address.host().as_str(), address.publish_on()),
                (host, publish_on),
                "{url}"
            );
        }
    }
}
