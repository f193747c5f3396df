use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// Longer than any of this takes, so that what does not happen at all is seen.
const BOUND: Duration = Duration::from_secs(20);

/// A peer that sends back what it gets.
async fn echo() -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    Ok(address)
}

async fn linked() -> (Link, TcpStream) {
    let link = Link::to(echo().await.expect("a peer"), &Handle::current())
        .await
        .expect("a link");
    let mut stream = TcpStream::connect(link.address()).await.expect("open");
    said(&mut stream, b"first").await.expect("passed on");
    (link, stream)
}

/// Says something and reads it back.
async fn said(stream: &mut TcpStream, words: &[u8]) -> io::Result<Vec<u8>> {
    stream.write_all(words).await?;
    heard(stream, words.len()).await
}

async fn heard(stream: &mut TcpStream, length: usize) -> io::Result<Vec<u8>> {
    let mut answer = vec![0; length];
    tokio::time::timeout(BOUND, stream.read_exact(&mut answer))
        .await
        .map_err(|_| io::ErrorKind::TimedOut)??;
    Ok(answer)
}

#[tokio::test]
async fn what_goes_in_comes_out() {
    let (link, mut stream) = linked().await;
    let long = vec![7; 200_000];
    let (mut from, mut to) = stream.split();
    let mut answer = vec![0; long.len()];
    let (sent, got) = tokio::join!(to.write_all(&long), from.read_exact(&mut answer));
    sent.expect("sent");
    got.expect("got");
    assert_eq!(answer, long);
    stream.shutdown().await.expect("shut down");
    assert_eq!(stream.read(&mut [0]).await.expect("an orderly end"), 0);
    assert_eq!((link.connections(), link.resets()), (1, 0));
}

#[tokio::test]
async fn a_cut_resets_what_is_open_and_what_comes_until_it_is_healed() {
    let (link, mut open) = linked().await;
    link.cut();
    let broken = tokio::time::timeout(BOUND, open.read(&mut [0])).await;
    let error = broken.expect("at once").expect_err("a reset");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    let mut new = TcpStream::connect(link.address()).await.expect("accepted");
    assert!(said(&mut new, b"x").await.is_err());
    link.heal();
    let mut healed = TcpStream::connect(link.address()).await.expect("open");
    assert_eq!(said(&mut healed, b"again").await.expect("passed"), b"again");
    assert_eq!((link.connections(), link.resets()), (2, 2));
}

#[tokio::test]
async fn what_was_said_in_silence_is_heard_after_it() {
    let (link, mut stream) = linked().await;
    link.silence();
    stream
        .write_all(b"held back")
        .await
        .expect("nobody is told");
    let mut new = TcpStream::connect(link.address()).await.expect("open");
    new.write_all(b"me too").await.expect("nobody is told");
    assert_eq!(link.connections(), 1);
    link.heal();
    assert_eq!(heard(&mut stream, 9).await.expect("heard"), b"held back");
    assert_eq!(heard(&mut new, 6).await.expect("heard"), b"me too");
}

#[tokio::test]
async fn a_slow_link_is_late_in_both_directions() {
    let (link, mut stream) = linked().await;
    link.slow(Duration::from_millis(40));
    let began = std::time::Instant::now();
    said(&mut stream, b"slow").await.expect("heard");
    assert!(began.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn dropped_connections_can_be_made_again_at_once() {
    let (link, mut stream) = linked().await;
    link.drop_connections();
    let broken = tokio::time::timeout(BOUND, stream.read(&mut [0])).await;
    broken.expect("at once").expect_err("a reset");
    let mut new = TcpStream::connect(link.address()).await.expect("open");
    assert_eq!(said(&mut new, b"new").await.expect("passed"), b"new");
}

#[tokio::test]
async fn a_link_that_is_dropped_ends_its_connections() {
    let (link, mut stream) = linked().await;
    drop(link);
    let ended = tokio::time::timeout(BOUND, stream.read(&mut [0])).await;
    assert!(matches!(ended.expect("at once"), Ok(0) | Err(_)));
}
