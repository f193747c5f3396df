//! Passwords as Postgres stores them.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::contract::Secret;

/// How often a password is hashed at each login, on both sides. The usual 4,096 times make guessing slow, and a login take a
/// hundredth of a second; the passwords of a stack are 128 random bits, which nobody guesses, and every run logs in.
const ITERATIONS: u32 = 1;

/// What a role's password is set to so that the server stores it as it is: a SCRAM-SHA-256 verifier (RFC 5803). It is as good
/// as the password only to somebody who can impersonate the server. `None` for a password that is not plain ASCII, which the
/// server would have to prepare first (RFC 4013).
pub(in crate::stack) fn verifier(password: &Secret) -> Option<Secret> {
    let password = password.reveal();
    let plain = !password.is_empty() && password.bytes().all(|b| (0x21..0x7f).contains(&b));
    if !plain {
        return None;
    }
    let salt = *Uuid::new_v4().as_bytes();
    of(password, &salt, ITERATIONS).map(Secret::new)
}

/// Whether that is what a server stores of a password, whatever salt it took.
pub(in crate::stack) fn is_stored(stored: &str, password: &Secret) -> bool {
    let parts = stored.strip_prefix("SCRAM-SHA-256$").and_then(|rest| {
        let (iterations, rest) = rest.split_once(':')?;
        let (salt, _) = rest.split_once('$')?;
        Some((iterations.parse().ok()?, STANDARD.decode(salt).ok()?))
    });
    let again = parts.and_then(|(iterations, salt)| of(password.reveal(), &salt, iterations));
    again.is_some_and(|again| again == stored)
}

fn of(password: &str, salt: &[u8], iterations: u32) -> Option<String> {
    let salted = salted(password.as_bytes(), salt, iterations)?;
    let stored = Sha256::digest(hmac(&salted, b"Client Key")?);
    let server = hmac(&salted, b"Server Key")?;
    Some(format!(
        "SCRAM-SHA-256${iterations}:{}${}:{}",
        STANDARD.encode(salt),
        STANDARD.encode(stored),
        STANDARD.encode(server)
    ))
}

/// `Hi` of RFC 5802.
fn salted(password: &[u8], salt: &[u8], iterations: u32) -> Option<[u8; 32]> {
    let first = [salt, &1_u32.to_be_bytes()].concat();
    let mut round = hmac(password, &first)?;
    let mut all = round;
    for _ in 1..iterations {
        round = hmac(password, &round)?;
        all.iter_mut()
            .zip(round)
            .for_each(|(sum, byte)| *sum ^= byte);
    }
    Some(all)
}

/// HMAC-SHA-256 (RFC 2104). It takes a key of any length; that this can fail is the trait's word for other codes.
fn hmac(key: &[u8], message: &[u8]) -> Option<[u8; 32]> {
    let code = Hmac::<Sha256>::new_from_slice(key).ok()?;
    Some(code.chain_update(message).finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange of RFC 7677 §3.
    #[test]
    fn the_servers_signature_is_that_of_the_rfc() {
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let message = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
            r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
            c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let verifier = of("pencil", &salt, 4096).unwrap();
        let server_key = verifier.rsplit(':').next().unwrap();

        let signature = hmac(&STANDARD.decode(server_key).unwrap(), message.as_bytes()).unwrap();
        assert_eq!(
            STANDARD.encode(signature),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        );
        assert!(verifier.starts_with("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"));
    }

    #[test]
    fn a_password_is_known_by_what_is_stored_of_it() {
        let password = Secret::new("0a1b");
        let stored = verifier(&password).unwrap();
        assert!(is_stored(stored.reveal(), &password));
        assert!(!is_stored(stored.reveal(), &Secret::new("0a1c")));
        let of_the_server = of("0a1b", b"salt", 4096).unwrap();
        assert!(is_stored(&of_the_server, &password));
        for other in [
            "",
            "md5c0ffee",
            "SCRAM-SHA-256$x:y$z",
            "SCRAM-SHA-256$1:!$z",
        ] {
            assert!(!is_stored(other, &password), "{other}");
        }
    }

    #[test]
    fn what_the_server_must_prepare_is_left_to_it() {
        assert!(verifier(&Secret::new("0a1b")).is_some());
        for other in ["", "pass word", "sandi ü"] {
            assert!(verifier(&Secret::new(other)).is_none(), "{other:?}");
        }
    }
}
