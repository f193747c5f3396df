//! A connection that ends in the middle.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Passes on to a server, and cuts an answer after some bytes of its body when told to. Ends with the test's runtime.
pub(super) struct CuttingProxy {
    address: SocketAddr,
    plan: Arc<Plan>,
}

#[derive(Default)]
struct Plan {
    /// After how many bytes to cut, and one more; 0 for not at all.
    cut: AtomicUsize,
    /// Whether the answer that was to be cut ended before.
    whole: AtomicBool,
}

impl CuttingProxy {
    pub(super) async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let plan = Arc::new(Plan::default());
        let plans = Arc::clone(&plan);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server, Arc::clone(&plans)));
            }
        });
        Self { address, plan }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts the next connection after so many bytes of its first answer's body, and none that follows.
    pub(super) fn cut_next_after(&self, bytes: usize) {
        self.plan.whole.store(false, Ordering::SeqCst);
        self.plan.cut.store(bytes + 1, Ordering::SeqCst);
    }

    /// Whether the answer that was to be cut was shorter than that.
    pub(super) fn last_was_whole(&self) -> bool {
        self.plan.whole.load(Ordering::SeqCst)
    }
}

/// One connection. A cut one says nothing more in either direction, as when a machine goes.
async fn pass(mut client: TcpStream, server: SocketAddr, plan: Arc<Plan>) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    let cut = plan.cut.swap(0, Ordering::SeqCst).checked_sub(1);
    let Some(cut) = cut else {
        tokio::io::copy_bidirectional(&mut client, &mut server).await?;
        return Ok(());
    };
    server.write_all(&head(&mut client).await?).await?;
    let answer = head(&mut server).await?;
    client.write_all(&answer).await?;
    let mut left = cut;
    let mut buffer = [0; 4_096];
    while left > 0 {
        let most = left.min(buffer.len());
        let read = server.read(&mut buffer[..most]).await?;
        client.write_all(&buffer[..read]).await?;
        left -= read;
        // The end of a chunked body; the connection itself stays open.
        if buffer[..read].ends_with(b"0\r\n\r\n") || read == 0 {
            plan.whole.store(true, Ordering::SeqCst);
            break;
        }
    }
    client.shutdown().await
}

/// Reads a message up to the blank line after its head.
async fn head(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(head)
}
