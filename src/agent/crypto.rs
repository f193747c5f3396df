//! Connection URIs at rest: Fernet tokens, as KAI writes them.

use fernet::Fernet;

use crate::contract::Secret;

/// Encrypts and decrypts connection URIs with the worker's `ENCRYPT_KEY`.
pub(crate) struct UriCipher(Fernet);

impl UriCipher {
    /// Takes a Fernet key: 32 bytes in URL-safe base64. `None` when it is no such key.
    pub(crate) fn new(key: &Secret) -> Option<Self> {
        Fernet::new(key.reveal()).map(Self)
    }

    /// The token that is stored. Two calls give two different tokens.
    pub(crate) fn seal(&self, uri: &Secret) -> String {
        self.0.encrypt(uri.reveal().as_bytes())
    }

    /// The URI behind a token; `None` when the token is damaged or was made with another key.
    pub(crate) fn open(&self, token: &str) -> Option<Secret> {
        let bytes = self.0.decrypt(token).ok()?;
        String::from_utf8(bytes).ok().map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let (one, other) = (Fernet::generate_key(), Fernet::generate_key());
        let cipher = UriCipher::new(&Secret::from(one)).expect("a generated key");
        let token = cipher.seal(&Secret::from("postgresql://u:p@h/d"));
        assert!(!token.contains("postgresql"));
        assert_eq!(
            cipher.open(&token).expect("its own token").reveal(),
            "postgresql://u:p@h/d"
        );
        let stranger = UriCipher::new(&Secret::from(other)).expect("a generated key");
        assert!(stranger.open(&token).is_none());
        assert!(cipher.open("gAAAAAdamaged").is_none());
    }

    #[test]
    fn opens_a_token_of_the_specification() {
        // From the Fernet specification's `verify.json`; its time lies in the past, so no age may be enforced.
        let key = Secret::from("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=");
        let token = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
        let cipher = UriCipher::new(&key).expect("the key of the specification");
        assert_eq!(cipher.open(token).expect("its token").reveal(), "hello");
    }

    #[test]
    fn refuses_what_is_no_key() {
        for key in ["", "not a key", "c2hvcnQ="] {
            assert!(UriCipher::new(&Secret::from(key)).is_none(), "{key}");
        }
    }
}
