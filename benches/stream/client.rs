//! The client of all receivers: HTTP/1.1 by hand over kept connections, so that it costs little beside what it measures.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that posts, one request after the other.
pub struct Poster {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Poster {
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        Ok(Self {
            stream: connect(address).await?,
            request: Vec::new(),
            answer: Vec::new(),
        })
    }

    /// Posts a body and returns the status of the whole answer.
    pub async fn post(&mut self, session: &str, body: &str) -> Result<u16> {
        use std::io::Write as _;
        self.request.clear();
        write!(
            self.request,
            "POST /events/{session} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        let head = read_head(&mut self.stream, &mut self.answer).await?;
        let length: usize = header(&self.answer[..head], "content-length")
            .context("an answer without a length")?
            .parse()?;
        while self.answer.len() < head + length {
            ensure!(
                self.stream.read_buf(&mut self.answer).await? > 0,
                "half an answer"
            );
        }
        status(&self.answer)
    }
}

/// An open stream.
pub struct Reader {
    stream: TcpStream,
    raw: Vec<u8>,
    /// How much of `raw` was looked at.
    at: usize,
    /// What is left of the chunk under way; none before its size line.
    chunk: Option<usize>,
    text: Vec<u8>,
    over: bool,
}

impl Reader {
    /// Subscribes; when this returns, the receiver has answered.
    pub async fn open(address: SocketAddr, session: &str) -> Result<Self> {
        let mut stream = connect(address).await?;
        let request = format!(
            "GET /stream/{session} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut raw = Vec::with_capacity(16 << 10);
        let head = read_head(&mut stream, &mut raw).await?;
        ensure!(status(&raw)? == 200, "a stream answered {}", status(&raw)?);
        ensure!(
            header(&raw[..head], "transfer-encoding") == Some("chunked"),
            "a stream that is not chunked"
        );
        Ok(Self {
            stream,
            at: head,
            raw,
            chunk: None,
            text: Vec::new(),
            over: false,
        })
    }

    /// Hands the frames over that the next read completes; false at the end of the stream.
    pub async fn read(&mut self, mut frame: impl FnMut(&str)) -> Result<bool> {
        self.unchunk()?;
        self.frames(&mut frame);
        if self.over {
            return Ok(false);
        }
        self.raw.drain(..self.at);
        self.at = 0;
        ensure!(
            self.stream.read_buf(&mut self.raw).await? > 0,
            "a stream broke off"
        );
        self.unchunk()?;
        self.frames(&mut frame);
        Ok(!self.over)
    }

    /// Frames without their blank lines; those without data are comments, and are left out.
    fn frames(&mut self, frame: &mut impl FnMut(&str)) {
        let text = String::from_utf8_lossy(&self.text);
        let mut rest = &*text;
        while let Some((one, after)) = rest.split_once("\n\n") {
            if one.contains("data:") {
                frame(one);
            }
            rest = after;
        }
        let read = text.len() - rest.len();
        if read > 0 {
            self.text.drain(..read);
        }
    }

    fn unchunk(&mut self) -> Result<()> {
        while self.at < self.raw.len() && !self.over {
            let rest = &self.raw[self.at..];
            match self.chunk {
                None => {
                    let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
                        return Ok(());
                    };
                    let size = std::str::from_utf8(&rest[..end])?;
                    let size = usize::from_str_radix(size, 16)?;
                    self.at += end + 2;
                    self.over = size == 0;
                    self.chunk = Some(size);
                }
                // The line end after a chunk.
                Some(0) => {
                    if rest.len() < 2 {
                        return Ok(());
                    }
                    self.at += 2;
                    self.chunk = None;
                }
                Some(left) => {
                    let size = left.min(rest.len());
                    self.text.extend_from_slice(&rest[..size]);
                    self.at += size;
                    self.chunk = Some(left - size);
                }
            }
        }
        Ok(())
    }
}

async fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Reads until the head is whole, and says where it ends.
async fn read_head(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<usize> {
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            return Ok(end + 4);
        }
        if stream.read_buf(bytes).await? == 0 {
            bail!("no answer: {}", String::from_utf8_lossy(bytes));
        }
    }
}

fn status(answer: &[u8]) -> Result<u16> {
    let status = answer.get(9..12).context("no status")?;
    Ok(std::str::from_utf8(status)?.parse()?)
}

fn header<'a>(head: &'a [u8], wanted: &str) -> Option<&'a str> {
    let mut lines = std::str::from_utf8(head).ok()?.lines();
    lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted).then(|| value.trim())
    })
}

/// The number behind a key of an event, however the receiver writes it.
pub fn number(frame: &str, key: &str) -> Option<u64> {
    let (_, after) = frame.split_once(key)?;
    let digits = after.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit());
    digits[..end.unwrap_or(digits.len())].parse().ok()
}

/// The callback of a worker that numbers its events: a piece of an answer, or the end. `at` is handed through.
pub fn callback(session: &str, seq: u64, last: bool, at: u64) -> String {
    let event = match last {
        false => format!(
            r#"{{"type":"token","content":"Rata-rata modal awal koperasi di provinsi ini Rp 1.234.567.890 ","n":{seq},"at":{at}}}"#
        ),
        true => format!(
            r#"{{"type":"done","result":{{"status":"completed"}},"execution_time_ms":1,"n":{seq},"at":{at}}}"#
        ),
    };
    format!(
        r#"{{"session_id":"{session}","event":{event},"seq":{seq},"attempt":1,"sent_at":"2026-01-01T00:00:00.123456Z"}}"#
    )
}
