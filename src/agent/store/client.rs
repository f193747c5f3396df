//! Typesense over HTTP: one keep-alive client, bounded in time, with errors that name the collection.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::Url;

use super::error::StoreError;
use super::{collections, legacy};
use crate::agent::{AgentError, TypesenseConfig};

/// A local connection that takes longer is none.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The whole of one request.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(5);
/// Typesense closes a silent connection after 10 s; we close it first, so that no request meets a closing one.
const IDLE_TIMEOUT: Duration = Duration::from_secs(8);
/// How much of an error's text is quoted.
const QUOTED: usize = 300;

/// Speaks to one server.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    api_key: reqwest::header::HeaderValue,
    prefix: String,
}

impl Client {
    /// Prepares to speak to the server; nothing is sent yet.
    pub(super) fn new(config: &TypesenseConfig) -> Result<Self, AgentError> {
        let wrong = |reason: String| AgentError::Config {
            setting: "typesense.url",
            reason,
        };
        let base = Url::parse(config.url.trim()).map_err(|error| {
            wrong(format!(
                "it must be an http URL such as http://127.0.0.1:8108 ({error})"
            ))
        })?;
        if base.scheme() != "http" || base.host_str().is_none() {
            return Err(wrong(format!(
                "it must begin with http:// and name a host; `{}://` is not supported",
                base.scheme()
            )));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(wrong("it must not carry a user or a password".to_owned()));
        }
        let mut api_key =
            reqwest::header::HeaderValue::from_str(config.api_key.reveal()).map_err(|_| {
                AgentError::Config {
                    setting: "typesense.api_key",
                    reason: "it must consist of visible ASCII characters".to_owned(),
                }
            })?;
        api_key.set_sensitive(true);
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .tcp_nodelay(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| wrong(format!("the HTTP client could not be made ({error})")))?;
        Ok(Self {
            http,
            base,
            api_key,
            prefix: config.collection_prefix.clone(),
        })
    }

    /// The document with exactly this id; `None` when there is none, or no such collection.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        collection: &str,
        id: &str,
    ) -> Result<Option<T>, StoreError> {
        let url = self.url(collection, &["documents", id]);
        let body = match self
            .send(collection, self.http.request(Method::GET, url))
            .await
        {
            Ok(body) => body,
            Err(StoreError::Refused { status: 404, .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let document: Map<String, Value> = self.json(collection, &body)?;
        // The server decodes the path; only an exact match is the document that was asked for.
        if document.get("id").and_then(Value::as_str) != Some(id) {
            return Ok(None);
        }
        self.read(collection, document).map(Some)
    }

    /// Every document that `keep` accepts, in the order of their ids; none when there is no such collection.
    ///
    /// `narrow` are parameters that spare the server from sending what `keep` would drop or nobody would read; they
    /// decide nothing.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        collection: &str,
        narrow: &[(&str, &str)],
        keep: impl Fn(&Map<String, Value>) -> bool,
    ) -> Result<Vec<T>, StoreError> {
        // A search would give the same in pages, and takes Typesense five times as long.
        let mut url = self.url(collection, &["documents", "export"]);
        url.query_pairs_mut().extend_pairs(narrow);
        let body = match self
            .send(collection, self.http.request(Method::GET, url))
            .await
        {
            Ok(body) => body,
            Err(StoreError::Refused { status: 404, .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut documents = Vec::new();
        for line in body.split(|byte| *byte == b'\n') {
            if !line.trim_ascii().is_empty() {
                documents.push(self.json::<Map<String, Value>>(collection, line)?);
            }
        }
        documents.retain(keep);
        documents.sort_by(|a, b| id_of(a).cmp(id_of(b)));
        documents
            .into_iter()
            .map(|document| self.read(collection, document))
            .collect()
    }

    /// Writes documents, replacing those with the same id; creates the collection when it is not there yet.
    pub(super) async fn upsert<T: serde::Serialize>(
        &self,
        collection: &str,
        documents: &[T],
    ) -> Result<(), StoreError> {
        if documents.is_empty() {
            return Ok(());
        }
        let lines = lines(collection, documents)?;
        match self.import(collection, "upsert", lines.clone()).await {
            Err(StoreError::Refused { status: 404, .. }) => {
                self.create(collection).await?;
                self.import(collection, "upsert", lines).await
            }
            other => other,
        }
    }

    /// Changes some fields of documents that are there.
    pub(super) async fn update<T: serde::Serialize>(
        &self,
        collection: &str,
        documents: &[T],
    ) -> Result<(), StoreError> {
        if documents.is_empty() {
            return Ok(());
        }
        self.import(collection, "update", lines(collection, documents)?)
            .await
    }

    /// As [`Client::upsert`], for a collection that is likely not to exist yet: creates it first, and also when there is
    /// nothing to write.
    pub(super) async fn fill<T: serde::Serialize>(
        &self,
        collection: &str,
        documents: &[T],
    ) -> Result<(), StoreError> {
        self.create(collection).await?;
        if documents.is_empty() {
            return Ok(());
        }
        self.import(collection, "upsert", lines(collection, documents)?)
            .await
    }

    /// Deletes the document with exactly this id; that it is not there is no error.
    pub(super) async fn delete(&self, collection: &str, id: &str) -> Result<(), StoreError> {
        let url = self.url(collection, &["documents", id]);
        match self
            .send(collection, self.http.request(Method::DELETE, url))
            .await
        {
            Ok(_) | Err(StoreError::Refused { status: 404, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn create(&self, collection: &str) -> Result<(), StoreError> {
        let mut url = self.base.clone();
        set_path(&mut url, &["collections"]);
        let definition = collections::definition(collection, &self.name(collection));
        match self
            .send(
                collection,
                self.http.request(Method::POST, url).json(&definition),
            )
            .await
        {
            // 409: someone else was faster.
            Ok(_) | Err(StoreError::Refused { status: 409, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn import(
        &self,
        collection: &str,
        action: &str,
        lines: String,
    ) -> Result<(), StoreError> {
        let mut url = self.url(collection, &["documents", "import"]);
        url.query_pairs_mut().append_pair("action", action);
        let body = self
            .send(collection, self.http.request(Method::POST, url).body(lines))
            .await?;
        // The status is 200 even when every document was refused: each has its own line.
        for line in String::from_utf8_lossy(&body).lines() {
            let verdict: Map<String, Value> = self.json(collection, line.as_bytes())?;
            if verdict.get("success") != Some(&Value::Bool(true)) {
                let text = |key| verdict.get(key).and_then(Value::as_str);
                let code = verdict.get("code").and_then(Value::as_u64);
                return Err(StoreError::Refused {
                    collection: collection.to_owned(),
                    status: code
                        .and_then(|code| u16::try_from(code).ok())
                        .unwrap_or(400),
                    message: quote(text("error").unwrap_or("a document was not accepted")),
                });
            }
        }
        Ok(())
    }

    /// Sends a request, once more when a kept connection turned out to be closed, and takes the whole answer.
    async fn send(&self, collection: &str, request: RequestBuilder) -> Result<Vec<u8>, StoreError> {
        let request = request.header("X-TYPESENSE-API-KEY", self.api_key.clone());
        // Every request of this client can be repeated: reads, upserts, updates, creations and deletions by id.
        let again = request.try_clone();
        let mut answer = request.send().await;
        if let (Err(error), Some(again)) = (&answer, again)
            && !error.is_timeout()
            && !error.is_connect()
        {
            answer = again.send().await;
        }
        let unreachable = |error: &reqwest::Error| StoreError::Unreachable {
            url: self.base.origin().ascii_serialization(),
            collection: collection.to_owned(),
            reason: reason(error),
        };
        let answer = answer.map_err(|error| unreachable(&error))?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|error| unreachable(&error))?;
        if status.is_success() {
            return Ok(body.to_vec());
        }
        Err(StoreError::Refused {
            collection: collection.to_owned(),
            status: status.as_u16(),
            message: message(status, &body),
        })
    }

    fn json<T: DeserializeOwned>(&self, collection: &str, body: &[u8]) -> Result<T, StoreError> {
        serde_json::from_slice(body).map_err(|error| StoreError::Answer {
            collection: collection.to_owned(),
            reason: error.to_string(),
        })
    }

    fn read<T: DeserializeOwned>(
        &self,
        collection: &str,
        mut document: Map<String, Value>,
    ) -> Result<T, StoreError> {
        let id = id_of(&document).to_owned();
        legacy::normalise(&mut document);
        serde_json::from_value(Value::Object(document)).map_err(|source| StoreError::Document {
            collection: collection.to_owned(),
            id,
            source,
        })
    }

    fn name(&self, collection: &str) -> String {
        format!("{}{collection}", self.prefix)
    }

    fn url(&self, collection: &str, rest: &[&str]) -> Url {
        let name = self.name(collection);
        let mut segments = vec!["collections", &name];
        segments.extend(rest);
        let mut url = self.base.clone();
        set_path(&mut url, &segments);
        url
    }
}

/// Documents as Typesense imports them: one JSON object a line.
fn lines<T: serde::Serialize>(collection: &str, documents: &[T]) -> Result<String, StoreError> {
    let mut lines = String::new();
    for document in documents {
        let line = serde_json::to_string(document).map_err(|error| StoreError::Answer {
            collection: collection.to_owned(),
            reason: format!("a document cannot be written as JSON ({error})"),
        })?;
        lines.push_str(&line);
        lines.push('\n');
    }
    Ok(lines)
}

/// Appends percent-encoded segments to the base path.
fn set_path(url: &mut Url, segments: &[&str]) {
    // Refused only for URLs that cannot have a path, and an http URL can.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
}

fn id_of(document: &Map<String, Value>) -> &str {
    document
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The innermost cause: the outer texts only repeat the URL.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return if error.is_connect() {
            format!("no connection within {} s", CONNECT_TIMEOUT.as_secs())
        } else {
            format!("no answer within {} s", TOTAL_TIMEOUT.as_secs())
        };
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Typesense's own words, or the beginning of whatever answered in its place.
fn message(status: StatusCode, body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    if let Ok(said) = serde_json::from_slice::<Said>(body) {
        return quote(&said.message);
    }
    let text = String::from_utf8_lossy(body);
    match text.trim() {
        "" => status
            .canonical_reason()
            .unwrap_or("no reason given")
            .to_owned(),
        text => quote(text),
    }
}

fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
