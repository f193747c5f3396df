//! The server that follows a script.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::StreamExt;
use serde_json::Value;
use tokio::sync::watch;

use super::reply::{Reply, Step};
use crate::agent::models::loopback::{Answered, Answers, Asked, Loopback};

type Script = dyn Fn(&Value) -> Reply + Send + Sync;

/// A server of chat completions on this machine that follows a script. It stops when it is dropped.
#[derive(Debug)]
pub struct ScriptedServer {
    loopback: Loopback,
    state: Arc<State>,
}

struct State {
    script: Box<Script>,
    requests: Mutex<Vec<Value>>,
    keys: Mutex<Vec<Option<String>>>,
    abandoned: watch::Sender<usize>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

impl ScriptedServer {
    /// Answers each request as `script` says, which is given its body.
    ///
    /// # Errors
    /// When no port of this machine can be listened on.
    pub async fn start(
        script: impl Fn(&Value) -> Reply + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let state = Arc::new(State {
            script: Box::new(script),
            requests: Mutex::default(),
            keys: Mutex::default(),
            abandoned: watch::channel(0).0,
        });
        let answers: Arc<dyn Answers> = Arc::new(Scripted(Arc::clone(&state)));
        Ok(Self {
            loopback: Loopback::start(answers).await?,
            state,
        })
    }

    /// Gives these replies one after the other, the last one for ever.
    ///
    /// # Errors
    /// As [`ScriptedServer::start`].
    ///
    /// # Panics
    /// When there is none.
    pub async fn replies(replies: Vec<Reply>) -> io::Result<Self> {
        assert!(!replies.is_empty(), "a script needs a reply");
        let last = replies.len() - 1;
        let next = std::sync::atomic::AtomicUsize::new(0);
        Self::start(move |_| {
            let number = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            replies[number.min(last)].clone()
        })
        .await
    }

    /// Its base URL, for `OPENAI_API_BASE`.
    pub fn url(&self) -> String {
        self.loopback.base()
    }

    /// The bodies of the requests so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<Value> {
        let requests = self.state.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The `Authorization` header of each request.
    pub fn authorizations(&self) -> Vec<Option<String>> {
        let keys = self.state.keys.lock();
        keys.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until this many answers were broken off by those who had asked.
    pub async fn abandoned(&self, answers: usize) {
        let mut abandoned = self.state.abandoned.subscribe();
        // The state, and its sender with it, lives as long as the server.
        let _ = abandoned.wait_for(|so_far| *so_far >= answers).await;
    }
}

struct Scripted(Arc<State>);

#[async_trait]
impl Answers for Scripted {
    async fn answer(&self, asked: Asked) -> Answered {
        let Ok(body) = serde_json::from_slice::<Value>(&asked.body) else {
            return Answered::error(400, "invalid_request_error", "the body is no JSON");
        };
        let reply = (self.0.script)(&body);
        let key = asked.authorization;
        let key = key.and_then(|key| key.to_str().ok().map(str::to_owned));
        let keys = self.0.keys.lock();
        keys.unwrap_or_else(PoisonError::into_inner).push(key);
        let requests = self.0.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).push(body);
        Answered {
            status: reply.status,
            headers: reply.headers,
            body: Box::pin(played(reply.steps, Arc::clone(&self.0))),
        }
    }
}

/// Counts an answer that is dropped before its end.
struct Unfinished(Option<Arc<State>>);

impl Unfinished {
    fn finish(&mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(state) = &self.0 {
            state.abandoned.send_modify(|abandoned| *abandoned += 1);
        }
    }
}

fn played(
    steps: Vec<Step>,
    state: Arc<State>,
) -> impl futures::Stream<Item = io::Result<hyper::body::Bytes>> + Send {
    let start = (steps.into_iter(), Unfinished(Some(state)));
    futures::stream::unfold(start, |(mut steps, mut unfinished)| async move {
        loop {
            match steps.next() {
                None => {
                    unfinished.finish();
                    return None;
                }
                Some(Step::Send(bytes)) => return Some((Ok(bytes), (steps, unfinished))),
                Some(Step::Wait(gate)) => gate.notified().await,
                Some(Step::Hang) => std::future::pending().await,
                Some(Step::Cut) => {
                    // What was sent before is on its way only when the server had nothing to do for a moment.
                    tokio::task::yield_now().await;
                    unfinished.finish();
                    let cut = io::Error::other("cut by the script");
                    return Some((Err(cut), (Vec::new().into_iter(), unfinished)));
                }
            }
        }
    })
    .fuse()
}
