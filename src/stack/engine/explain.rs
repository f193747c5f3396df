//! What an engine that does not answer means for the user.

use std::{error::Error, io};

use super::EngineAddress;
use crate::stack::{StackError, error::Cause};

/// The cause in the words of the user's world. The engine client's own text is useless here: every failure to connect
/// reads "client error (Connect)", and only the chain of causes tells a missing socket from a forbidden one.
pub(super) fn unavailable(address: &EngineAddress, source: Cause) -> StackError {
    let (problem, advice) = match kind_of(source.as_ref()) {
        Some(io::ErrorKind::NotFound) => ("there is no such socket".to_owned(), start_or_point(address)),
        Some(io::ErrorKind::PermissionDenied) => (
            "permission denied".to_owned(),
            "give this user access to the socket (usually by adding it to the group docker and logging in again), or set \
             DOCKER_HOST to an engine of its own"
                .to_owned(),
        ),
        Some(io::ErrorKind::ConnectionRefused) => {
            ("nothing listens there".to_owned(), start_or_point(address))
        }
        Some(io::ErrorKind::TimedOut) => (
            "it did not answer in time".to_owned(),
            "see whether `docker version` answers, and restart the engine if it does not".to_owned(),
        ),
        _ => (last_cause(source.as_ref()), start_or_point(address)),
    };
    StackError::EngineUnavailable {
        address: address.url().to_owned(),
        problem,
        advice,
        source: Some(source),
    }
}

fn start_or_point(address: &EngineAddress) -> String {
    if address.is_from_variable() {
        "correct DOCKER_HOST (or unset it to use the default socket) and see that the engine runs"
    } else {
        "install and start Docker, or set DOCKER_HOST to the socket of the engine to use (for Podman: \
         unix://$XDG_RUNTIME_DIR/podman/podman.sock)"
    }
    .to_owned()
}

fn kind_of(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io_error) = error.downcast_ref::<io::Error>() {
            return Some(io_error.kind());
        }
        match error.downcast_ref::<bollard::errors::Error>() {
            Some(bollard::errors::Error::SocketNotFoundError(_)) => {
                return Some(io::ErrorKind::NotFound);
            }
            Some(bollard::errors::Error::RequestTimeoutError) => {
                return Some(io::ErrorKind::TimedOut);
            }
            // Shown as its cause, which therefore is not its source.
            Some(bollard::errors::Error::IOError { err }) => return Some(err.kind()),
            // Its `source` skips the client's error itself, whose own source holds the connection's.
            Some(bollard::errors::Error::HyperLegacyError { err }) => next = err.source(),
            _ => next = error.source(),
        }
    }
    None
}

fn last_cause(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_not_answering_has_its_own_advice() {
        let address = EngineAddress::find();
        let cases = [
            (io::ErrorKind::NotFound, "there is no such socket"),
            (io::ErrorKind::PermissionDenied, "group docker"),
            (io::ErrorKind::ConnectionRefused, "nothing listens there"),
            (io::ErrorKind::TimedOut, "did not answer in time"),
        ];
        for (kind, expected) in cases {
            // As the client wraps it: the kind is known only to the chain of causes.
            let wrapped = bollard::errors::Error::from(io::Error::from(kind));
            let message = unavailable(&address, wrapped.into()).to_string();
            assert!(message.contains(expected), "{message}");
            assert!(message.contains(address.url()), "{message}");
        }
    }
}
