//! The keys of sessions.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::contract::{Secret, SessionId};

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Write,
    Read,
}

/// Makes and verifies keys: message authentication codes (HMAC-SHA-256) of the session's id under the operator's
/// token. So there is nothing to store or to list, and a key says nothing about another.
#[derive(Clone)]
pub(super) struct Keys {
    mac: Hmac<Sha256>,
}

impl Keys {
    pub(super) fn of(token: &Secret) -> Self {
        // A digest fits into the block that is the code's key, whatever the token's length.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&Sha256::digest(token.reveal()));
        Self {
            mac: Hmac::new(&block.into()),
        }
    }

    /// A session's key, as it stands in a URL.
    pub(super) fn key(&self, purpose: Purpose, session: &SessionId) -> Secret {
        let code = self.code(purpose, session).finalize().into_bytes();
        Secret::new(URL_SAFE_NO_PAD.encode(code))
    }

    /// Whether a text is a session's key. The time that this takes says nothing about the key.
    pub(super) fn permit(&self, purpose: Purpose, session: &SessionId, given: &str) -> bool {
        let Ok(given) = URL_SAFE_NO_PAD.decode(given) else {
            return false;
        };
        self.code(purpose, session).verify_slice(&given).is_ok()
    }

    /// Whether a text is the operator's token, in constant time too.
    pub(super) fn is_token(&self, given: &str) -> bool {
        let one = |keys: &Self| keys.mac.clone().chain_update(b"kai-e2e operator\0");
        let given = one(&Self::of(&Secret::from(given))).finalize().into_bytes();
        one(self).verify_slice(&given).is_ok()
    }

    fn code(&self, purpose: Purpose, session: &SessionId) -> Hmac<Sha256> {
        let purpose: &[u8] = match purpose {
            Purpose::Write => b"kai-e2e write\0",
            Purpose::Read => b"kai-e2e read\0",
        };
        self.mac
            .clone()
            .chain_update(purpose)
            .chain_update(session.as_str())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::test_support::session;

    #[test]
    fn a_key_is_of_one_session_one_purpose_and_one_token() {
        let keys = Keys::of(&Secret::from("token"));
        let key = keys.key(Purpose::Write, &session("s"));
        let key = key.reveal();
        assert!(keys.permit(Purpose::Write, &session("s"), key));
        assert!(!keys.permit(Purpose::Read, &session("s"), key));
        assert!(!keys.permit(Purpose::Write, &session("S"), key));
        assert!(!Keys::of(&Secret::from("other")).permit(Purpose::Write, &session("s"), key));
        // The same token gives the same keys.
        assert!(Keys::of(&Secret::from("token")).permit(Purpose::Write, &session("s"), key));
    }

    #[test]
    fn nothing_but_the_whole_key_is_one() {
        let keys = Keys::of(&Secret::from("token"));
        let key = keys.key(Purpose::Read, &session("s"));
        let key = key.reveal();
        assert_eq!(key.len(), 43);
        for wrong in [
            "",
            "=",
            "A",
            &key[..42],
            &key[..40],
            &format!("{key}AAA"),
            "\0é",
        ] {
            assert!(!keys.permit(Purpose::Read, &session("s"), wrong), "{wrong}");
        }
        for at in 0..key.len() {
            let mut wrong = key.as_bytes().to_vec();
            wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
            let wrong = String::from_utf8(wrong).expect("ASCII");
            assert!(!keys.permit(Purpose::Read, &session("s"), &wrong), "{at}");
        }
    }

    #[test]
    fn the_token_is_known_and_shown_nowhere() {
        let keys = Keys::of(&Secret::from("token"));
        assert!(keys.is_token("token"));
        assert!(!keys.is_token("Token") && !keys.is_token(""));
        assert_eq!(format!("{keys:?}"), "Keys([redacted])");
    }
}
