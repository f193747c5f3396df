//! A Typesense of a few lines for unit tests: it answers each request as the test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::BoxFuture;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::agent::TypesenseConfig;

/// One request as the test sees it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query as they came, percent-encoded.
    pub(crate) path: String,
    pub(crate) body: String,
    /// The value of the key header.
    pub(crate) key: String,
}

type Answer = dyn Fn(Asked) -> BoxFuture<'static, (u16, String)> + Send + Sync;

/// A running fake; it ends with the test's runtime.
pub(crate) struct FakeTypesense {
    port: u16,
    requests: Arc<AtomicUsize>,
}

impl FakeTypesense {
    /// Answers with what `answer` says at once.
    pub(crate) async fn start(
        answer: impl Fn(Asked) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        Self::start_slow(move |asked| {
            let answer = answer(asked);
            Box::pin(async move { answer })
        })
        .await
    }

    /// Answers with what the future gives, when it gives it.
    pub(crate) async fn start_slow(
        answer: impl Fn(Asked) -> BoxFuture<'static, (u16, String)> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (answer, requests): (Arc<Answer>, _) =
            (Arc::new(answer), Arc::new(AtomicUsize::new(0)));
        let counter = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer.clone(), counter.clone()));
            }
        });
        Self { port, requests }
    }

    pub(crate) fn config(&self) -> TypesenseConfig {
        TypesenseConfig::new(format!("http://127.0.0.1:{}", self.port), "the-key")
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Documents as they are exported: one a line.
pub(crate) fn exported(documents: &[serde_json::Value]) -> (u16, String) {
    let lines: Vec<_> = documents.iter().map(ToString::to_string).collect();
    (200, lines.join("\n"))
}

async fn serve(stream: TcpStream, answer: Arc<Answer>, requests: Arc<AtomicUsize>) {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = read(&mut stream).await {
        requests.fetch_add(1, Ordering::SeqCst);
        let (status, body) = answer(asked).await;
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if stream
            .write_all(format!("{head}{body}").as_bytes())
            .await
            .is_err()
        {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    stream
        .read_line(&mut line)
        .await
        .ok()
        .filter(|read| *read > 0)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut key) = (0, String::new());
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "x-typesense-api-key" => key = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked {
        method,
        path,
        body: String::from_utf8(body).ok()?,
        key,
    })
}
