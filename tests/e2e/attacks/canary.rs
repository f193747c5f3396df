//! A host that nobody was told about: whoever calls it has leaked.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use crate::support::Result;

/// A listener that counts who calls.
pub struct Canary {
    listener: Option<TcpListener>,
    address: SocketAddr,
}

impl Canary {
    /// Listens on a port of this machine.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            address: listener.local_addr()?,
            listener: Some(listener),
        })
    }

    /// An address for texts that are only read.
    pub fn unused() -> Self {
        Self {
            listener: None,
            address: SocketAddr::from(([127, 0, 0, 1], 9)),
        }
    }

    /// A text with its address in the places for it.
    pub fn named_in(&self, text: &str) -> String {
        text.replace("{canary_host}", &self.address.ip().to_string())
            .replace("{canary_port}", &self.address.port().to_string())
    }

    /// How many have called. The kernel keeps callers until they are taken, so none is missed by looking late.
    pub fn callers(&self) -> Result<usize> {
        let mut callers = 0;
        let Some(listener) = &self.listener else {
            return Ok(0);
        };
        loop {
            match listener.accept() {
                Ok(_) => callers += 1,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(callers),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[test]
fn a_caller_is_counted() -> Result {
    let canary = Canary::start()?;
    assert_eq!(canary.callers()?, 0);
    drop(std::net::TcpStream::connect(canary.address)?);
    assert_eq!(canary.callers()?, 1);
    Ok(())
}
