//! The address that events are posted to (contract §1 and §3).

use url::Url;

/// The longest URL, in bytes: what receivers and the proxies before them take as the head of a request.
const LONGEST: usize = 8 << 10;

/// Why a callback URL cannot be used. Credentials in it are never shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the callback URL cannot be used: {reason}; it must look like http://host:port/events/SESSION"
)]
pub struct CallbackUrlError {
    reason: String,
}

impl CallbackUrlError {
    pub(super) fn refused(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

/// Reads a callback URL. None and the empty string both mean that nobody listens.
///
/// # Errors
/// When it is no absolute URL, has another scheme than http or https, names no host, or is longer than 8 KiB.
pub fn parse_callback_url(text: Option<&str>) -> Result<Option<Url>, CallbackUrlError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let refused = |reason: String| CallbackUrlError::refused(reason);
    if text.len() > LONGEST {
        return Err(refused(format!(
            "it has {} bytes; it may have {LONGEST}",
            text.len()
        )));
    }
    let url =
        Url::parse(text).map_err(|error| refused(format!("it is no absolute URL ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(format!(
            "its scheme is `{}`, not http or https",
            url.scheme()
        )));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(refused("it names no host".to_owned()));
    }
    Ok(Some(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_empty_mean_that_nobody_listens() {
        assert_eq!(parse_callback_url(None), Ok(None));
        assert_eq!(parse_callback_url(Some("  ")), Ok(None));
    }

    #[test]
    fn accepts_what_kai_documents() {
        let url = parse_callback_url(Some("http://127.0.0.1:8092/events/test-1"));
        assert!(url.is_ok_and(|url| url.is_some_and(|url| url.path() == "/events/test-1")));
    }

    #[test]
    fn refusals_say_why_and_show_no_credentials() {
        let said = |text| parse_callback_url(Some(text)).unwrap_err().to_string();
        assert!(said("not a url").contains("no absolute URL"));
        assert!(said("/events/x").contains("no absolute URL"));
        let long = format!("http://host/{}", "x".repeat(LONGEST));
        assert!(said(&long).contains("it may have 8192"), "{}", said(&long));
        let ftp = said("ftp://user:hunter2@host/x");
        assert!(ftp.contains("its scheme is `ftp`"), "{ftp}");
        assert!(!ftp.contains("hunter2"), "{ftp}");
    }
}
