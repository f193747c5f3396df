//! Server-sent events from bytes, as the HTML standard says ("Interpreting an event stream").
//!
//! For the harness's own stream (contract §4) and for those of language models.
//!
//! Written here because the crate for it, eventsource-stream 0.2, panics on a byte order mark, waits for ever on bytes
//! that are not UTF-8, and copies the rest of its buffer for every line.

use std::collections::VecDeque;
use std::time::Duration;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A frame that has data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Its own `id:` field.
    pub(crate) id: Option<String>,
    /// Its `event:` field, `message` without one.
    pub(crate) kind: String,
    /// Its `data:` fields, joined by line feeds.
    pub(crate) data: String,
}

/// The state between two chunks, which may be cut anywhere.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone, PartialEq))]
pub(crate) struct Parser {
    /// The most bytes that a frame may have before its end is seen.
    limit: usize,
    line: Vec<u8>,
    /// Whether a line may still begin with a byte order mark: only the first.
    at_start: bool,
    /// Whether the last byte was a return, whose line feed belongs to it.
    after_return: bool,
    id: Option<String>,
    kind: String,
    data: Option<String>,
    last_id: Option<String>,
    retry: Option<Duration>,
}

/// A frame is larger than the limit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

impl Parser {
    /// A parser at the start of a stream, which resumes after an id.
    pub(crate) fn new(limit: usize, last_id: Option<String>) -> Self {
        Self {
            limit,
            line: Vec::new(),
            at_start: true,
            after_return: false,
            id: None,
            kind: String::new(),
            data: None,
            last_id,
            retry: None,
        }
    }

    /// How long the stream last said to wait before connecting again.
    pub(crate) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// The last id that the stream set, also by a frame without data; none when it unset it.
    pub(crate) fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// Reads a chunk and appends the frames that it completes.
    pub(crate) fn push(
        &mut self,
        mut chunk: &[u8],
        frames: &mut VecDeque<Frame>,
    ) -> Result<(), TooLarge> {
        while let Some(first) = chunk.first() {
            if std::mem::take(&mut self.after_return) && *first == b'\n' {
                chunk = &chunk[1..];
                continue;
            }
            let end = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (text, rest) = chunk.split_at(end.unwrap_or(chunk.len()));
            let size = self.line.len() + self.data.as_ref().map_or(0, String::len);
            if size + text.len() > self.limit {
                return Err(TooLarge);
            }
            match rest.split_first() {
                None => {
                    self.line.extend_from_slice(text);
                    break;
                }
                Some((end, after)) => {
                    self.after_return = *end == b'\r';
                    chunk = after;
                    if self.line.is_empty() {
                        self.line(text, frames);
                    } else {
                        let mut line = std::mem::take(&mut self.line);
                        line.extend_from_slice(text);
                        self.line(&line, frames);
                    }
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8], frames: &mut VecDeque<Frame>) {
        let line = match std::mem::take(&mut self.at_start) {
            true => line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line),
            false => line,
        };
        if line.is_empty() {
            frames.extend(self.dispatch());
            return;
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(at) => (&line[..at], &line[at + 1..]),
            None => (line, &b""[..]),
        };
        let value = String::from_utf8_lossy(value.strip_prefix(b" ").unwrap_or(value));
        match field {
            b"event" => self.kind = value.into_owned(),
            b"data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(&value);
                }
                None => self.data = Some(value.into_owned()),
            },
            b"id" if !value.contains('\0') => self.id = Some(value.into_owned()),
            b"retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                // More milliseconds than fit is no time that anybody waits.
                self.retry = value.parse().ok().map(Duration::from_millis);
            }
            // Comments, and fields of other standards.
            _ => {}
        }
    }

    fn dispatch(&mut self) -> Option<Frame> {
        let id = self.id.take();
        if let Some(id) = &id {
            self.last_id = Some(id.clone()).filter(|id| !id.is_empty());
        }
        let kind = std::mem::take(&mut self.kind);
        let data = self.data.take()?;
        Some(Frame {
            id,
            kind: match kind.is_empty() {
                true => "message".to_owned(),
                false => kind,
            },
            data,
        })
    }
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
