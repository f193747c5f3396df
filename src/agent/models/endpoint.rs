//! Where a server is.

use std::fmt;

use url::Url;

use crate::contract::Secret;

/// A server of a language model: its base URL, and the key that it wants.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    key: Option<Secret>,
}

/// Why a base URL cannot be used. The text shows nothing of it: a URL can hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct EndpointError {
    reason: String,
}

impl Endpoint {
    /// A server whose `chat/completions` are found below `base`, such as `https://api.openai.com/v1`.
    ///
    /// # Errors
    /// When it is no http or https URL with a host, or carries a user, a password, a query or a fragment.
    pub fn new(base: &str) -> Result<Self, EndpointError> {
        let wrong = |reason: &str| EndpointError {
            reason: reason.to_owned(),
        };
        let mut url = Url::parse(base.trim()).map_err(|error| {
            wrong(&format!(
                "it must be a URL such as http://127.0.0.1:8000/v1 ({error})"
            ))
        })?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(wrong(
                "it must begin with http:// or https:// and name a host",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "it must not carry a user or a password: the key has a variable of its own",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it must not have a query or a fragment"));
        }
        let path = url.path().trim_end_matches('/');
        // Whoever copies the whole address means the same.
        let path = path.strip_suffix("/chat/completions").unwrap_or(path);
        let path = path.to_owned();
        url.set_path(&path);
        Ok(Self { url, key: None })
    }

    /// The same server, asked with a key.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Secret>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The same server, asked with another one's key.
    #[must_use]
    pub fn with_key_of(mut self, other: &Self) -> Self {
        self.key.clone_from(&other.key);
        self
    }

    /// The same server, asked without a key.
    pub(super) fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    /// The base URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The address of the chat completions.
    pub(super) fn chat_completions(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!(
            "{}/chat/completions",
            self.url.path().trim_end_matches('/')
        ));
        url
    }

    /// The key.
    pub(super) fn key(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    /// Scheme, host and port: enough to know which server is meant.
    pub(super) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("url", &self.url.as_str())
            .field("key", &self.key)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_follows_from_the_base() {
        for (base, address) in [
            (
                "https://api.example/v1",
                "https://api.example/v1/chat/completions",
            ),
            ("http://h:8000/v1/", "http://h:8000/v1/chat/completions"),
            ("http://h:8000", "http://h:8000/chat/completions"),
            (" http://h/a/b ", "http://h/a/b/chat/completions"),
            (
                "http://h/v1/chat/completions",
                "http://h/v1/chat/completions",
            ),
        ] {
            let endpoint = Endpoint::new(base).expect(base);
            assert_eq!(endpoint.chat_completions().as_str(), address);
        }
    }

    #[test]
    fn a_base_that_cannot_be_used_is_refused_without_being_shown() {
        for base in [
            "",
            "api.openai.com",
            "ftp://h/v1",
            "https://user:hunter2@h/v1",
            "https://h/v1?key=hunter2",
            "unix:/hunter2",
        ] {
            let said = Endpoint::new(base).expect_err(base).to_string();
            assert!(said.starts_with("it must"), "{base}: {said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn the_key_is_shown_by_nothing() {
        let endpoint = Endpoint::new("http://h/v1")
            .expect("usable")
            .with_key("hunter2");
        assert_eq!(
            format!("{endpoint:?}"),
            r#"Endpoint { url: "http://h/v1", key: Some([redacted]) }"#
        );
    }
}
