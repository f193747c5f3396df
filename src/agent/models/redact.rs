//! What looks like a secret, in texts that a server or a user wrote.

/// What a piece of text was taken for.
pub(super) type Kind = &'static str;

/// Beginnings of keys as their issuers make them, with how many characters follow at least.
const KEYS: [(&str, usize, Kind); 12] = [
    ("sk-", 16, "an API key"),
    ("gsk_", 16, "an API key"),
    ("xai-", 16, "an API key"),
    ("hf_", 16, "an access token"),
    ("AIza", 30, "an API key"),
    ("AKIA", 12, "an access key"),
    ("ghp_", 20, "an access token"),
    ("gho_", 20, "an access token"),
    ("github_pat_", 20, "an access token"),
    ("glpat-", 16, "an access token"),
    ("xoxb-", 16, "an access token"),
    // Fernet tokens begin with their version and the high bytes of a time: what an encrypted connection URI is stored as.
    ("gAAAAA", 40, "an encrypted value"),
];

/// Schemes whose addresses lead into a database, with or without a password.
const DATABASES: [&str; 6] = [
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongodb",
    "redis",
];

/// The first piece of a text that looks like a secret: where it is, and what it was taken for.
pub(super) fn find(text: &str) -> Option<(std::ops::Range<usize>, Kind)> {
    [
        key(text),
        bearer(text),
        address(text),
        private_key(text),
        web_token(text),
    ]
    .into_iter()
    .flatten()
    .min_by_key(|(range, _)| range.start)
}

/// The text with every such piece, and the given secret, replaced.
pub(super) fn redacted(text: &str, secret: Option<&str>) -> String {
    const PLACEHOLDER: &str = "[redacted]";
    let mut rest = match secret.filter(|secret| !secret.is_empty()) {
        Some(secret) => text.replace(secret, PLACEHOLDER),
        None => text.to_owned(),
    };
    let mut clean = String::with_capacity(rest.len());
    while let Some((range, _)) = find(&rest) {
        clean.push_str(&rest[..range.start]);
        clean.push_str(PLACEHOLDER);
        rest.drain(..range.end);
    }
    clean + &rest
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.=+/~*".contains(c)
}

/// How many bytes of token characters a text begins with.
fn token_length(text: &str) -> usize {
    text.find(|c| !is_token(c)).unwrap_or(text.len())
}

/// Whether a word can begin at this place.
fn at_word(text: &str, at: usize) -> bool {
    !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
}

fn key(text: &str) -> Option<(std::ops::Range<usize>, Kind)> {
    KEYS.iter()
        .filter_map(|(prefix, least, kind)| {
            let (at, length) = text.match_indices(prefix).find_map(|(at, _)| {
                let length = token_length(&text[at..]);
                let rest = text[at..at + length].strip_prefix(prefix)?;
                (at_word(text, at) && rest.len() >= *least && is_random(rest))
                    .then_some((at, length))
            })?;
            Some((at..at + length, *kind))
        })
        .min_by_key(|(range, _)| range.start)
}

/// Whether a text was made by chance rather than of words: a file may be called `sk-pengesahan-koperasi-2024`.
fn is_random(text: &str) -> bool {
    let has = |text: &str, test: fn(&char) -> bool| text.chars().any(|c| test(&c));
    let mixed = has(text, char::is_ascii_uppercase)
        && has(text, char::is_ascii_lowercase)
        && has(text, char::is_ascii_digit);
    let mut runs = text.split(|c: char| !c.is_ascii_alphanumeric());
    mixed
        || runs.any(|run| {
            run.len() >= 24 && has(run, char::is_ascii_digit) && has(run, char::is_ascii_alphabetic)
        })
}

/// `Bearer` and what follows it.
fn bearer(text: &str) -> Option<(std::ops::Range<usize>, Kind)> {
    const WORD: &str = "bearer ";
    let lower = text.to_ascii_lowercase();
    lower.match_indices(WORD).find_map(|(at, _)| {
        let value = at + WORD.len();
        let length = token_length(&text[value..]);
        (at_word(text, at) && length >= 16).then_some((value..value + length, "a bearer token"))
    })
}

/// An address of a database, or any with a password.
fn address(text: &str) -> Option<(std::ops::Range<usize>, Kind)> {
    text.match_indices("://").find_map(|(at, _)| {
        let start = text[..at]
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)))
            .map_or(0, |before| {
                before + text[before..].chars().next().map_or(1, char::len_utf8)
            });
        let scheme = text[start..at].to_ascii_lowercase();
        let after = at + 3;
        let end = text[after..]
            .find(|c: char| c.is_whitespace() || "\"'`<>\\".contains(c))
            .map_or(text.len(), |length| after + length);
        let authority_end = text[after..end]
            .find(['/', '?', '#'])
            .map_or(end, |length| after + length);
        let login = text[after..authority_end]
            .rsplit_once('@')
            .map(|(login, _)| login);
        let base = scheme.split('+').next().unwrap_or_default();
        if DATABASES.contains(&base) && end > after {
            Some((start..end, "the address of a database"))
        } else if login.is_some_and(|login| login.contains(':')) {
            Some((start..end, "an address with a password"))
        } else {
            None
        }
    })
}

fn private_key(text: &str) -> Option<(std::ops::Range<usize>, Kind)> {
    let (at, _) = text.match_indices("-----BEGIN ").find(|(at, begin)| {
        text[at + begin.len()..]
            .split_once("-----")
            .is_some_and(|(name, _)| name.ends_with("PRIVATE KEY"))
    })?;
    const END: &str = "PRIVATE KEY-----";
    let length = text[at..]
        .rfind(END)
        .map_or(text.len() - at, |end| end + END.len());
    Some((at..at + length, "a private key"))
}

/// A JSON web token: three parts of base64, of which the first two are JSON objects.
fn web_token(text: &str) -> Option<(std::ops::Range<usize>, Kind)> {
    text.match_indices("eyJ").find_map(|(at, _)| {
        let length = token_length(&text[at..]);
        let token = &text[at..at + length];
        let parts: Vec<_> = token.split('.').collect();
        let is_one = parts.len() == 3 && parts[1].starts_with("eyJ") && parts[2].len() >= 8;
        (at_word(text, at) && is_one).then_some((at..at + length, "a web token"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-proj-Abcdefghijklmnop1234";

    #[test]
    fn secrets_are_found_and_named() {
        let cases = [
            (format!("key {KEY}, thanks"), "an API key", KEY.to_owned()),
            (
                "sk-0123456789abcdef0123456789abcdef".to_owned(),
                "an API key",
                "sk-0123456789abcdef0123456789abcdef".to_owned(),
            ),
            (
                "Authorization: Bearer abcdefghijklmnop".to_owned(),
                "a bearer token",
                "abcdefghijklmnop".to_owned(),
            ),
            (
                "at \"postgresql://kai:geheim@db/x\"".to_owned(),
                "the address of a database",
                "postgresql://kai:geheim@db/x".to_owned(),
            ),
            (
                "é postgres://db/x".to_owned(),
                "the address of a database",
                "postgres://db/x".to_owned(),
            ),
            (
                "https://u:p@example.org/ ok".to_owned(),
                "an address with a password",
                "https://u:p@example.org/".to_owned(),
            ),
            (
                "x -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- y"
                    .to_owned(),
                "a private key",
                "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----".to_owned(),
            ),
            (
                "t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl t".to_owned(),
                "a web token",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl".to_owned(),
            ),
            (
                format!("v gAAAAA{}", "Bm0_-x".repeat(10)),
                "an encrypted value",
                format!("gAAAAA{}", "Bm0_-x".repeat(10)),
            ),
        ];
        for (text, kind, secret) in cases {
            let (range, found) = find(&text).unwrap_or_else(|| panic!("nothing found in {text}"));
            assert_eq!((found, &text[range]), (kind, &*secret), "{text}");
            assert!(!redacted(&text, None).contains(&secret), "{text}");
        }
    }

    #[test]
    fn ordinary_texts_have_none() {
        for text in [
            "",
            "the task-force asks for a risk-free desk-",
            "unggah sk-pengesahan-koperasi-2024.pdf dan SK-0042/KOP/2024",
            "sk-short and bearer of news; the Bearer token is missing",
            "http://127.0.0.1:8108/health at 10:00, mail ani@example.org",
            "SELECT name FROM cooperative WHERE name LIKE 'AKIA%'",
            "postgres:// is a scheme",
            "Koperasi Simpan Pinjam Tunas Harapan: Rp1.250.000",
            "eyJ is how JSON begins in base64",
        ] {
            assert_eq!(find(text), None, "{text}");
            assert_eq!(redacted(text, None), text);
        }
    }

    #[test]
    fn all_of_them_are_replaced_and_so_is_the_given_one() {
        let text = format!("{KEY} and hunter2 and {KEY}.");
        assert_eq!(
            redacted(&text, Some("hunter2")),
            "[redacted] and [redacted] and [redacted]"
        );
    }
}
