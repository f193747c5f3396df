//! A connection that ends in the middle.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::Result;

/// Passes on to a receiver, and cuts the connections of its streams after some bytes, or lets them hang there, as when a
/// machine goes without a word. Ends with the test's runtime.
pub struct CuttingProxy {
    address: SocketAddr,
    plan: Arc<Plan>,
}

#[derive(Default)]
struct Plan {
    /// After how many bytes of the answer the next streams are cut; streams beyond them are not.
    cuts: Mutex<VecDeque<usize>>,
    /// How many were cut.
    done: Mutex<usize>,
    /// Whether they hang instead.
    hangs: bool,
}

impl CuttingProxy {
    /// Cuts the first streams after so many bytes each.
    pub async fn start(server: SocketAddr, cuts: impl IntoIterator<Item = usize>) -> Result<Self> {
        Self::with(server, cuts, false).await
    }

    /// Lets the first streams hang after so many bytes each.
    pub async fn hanging(
        server: SocketAddr,
        cuts: impl IntoIterator<Item = usize>,
    ) -> Result<Self> {
        Self::with(server, cuts, true).await
    }

    async fn with(
        server: SocketAddr,
        cuts: impl IntoIterator<Item = usize>,
        hangs: bool,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let plan = Arc::new(Plan {
            cuts: Mutex::new(cuts.into_iter().collect()),
            hangs,
            ..Plan::default()
        });
        let plans = Arc::clone(&plan);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let plan = Arc::clone(&plans);
                // An error is a connection that ended, which is what this is for.
                tokio::spawn(async move { pass(client, server, &plan).await.ok() });
            }
        });
        Ok(Self { address, plan })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many streams were cut.
    pub fn cut(&self) -> usize {
        *self
            .plan
            .done
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection, over which a browser sends one request after the other.
async fn pass(mut client: TcpStream, server: SocketAddr, plan: &Plan) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    let (mut asked, mut answered) = ([0; 16 << 10], [0; 16 << 10]);
    let mut left: Option<usize> = None;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                if asked[..read].starts_with(b"GET /stream/") {
                    left = plan.cuts.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                }
                server.write_all(&asked[..read]).await?;
            }
            read = server.read(&mut answered) => {
                let read = read?;
                let passed = left.map_or(read, |left| left.min(read));
                client.write_all(&answered[..passed]).await?;
                if let Some(left) = &mut left {
                    *left -= passed;
                    if *left == 0 {
                        *plan.done.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                        if plan.hangs {
                            // Until the browser gives up.
                            while client.read(&mut asked).await? > 0 {}
                        }
                        return Ok(());
                    }
                }
                if read == 0 {
                    return Ok(());
                }
            }
        }
    }
}
