//! Taking secrets out of texts that are kept.

use crate::contract::Secret;
use crate::harness::wiring::encrypt_key;
use crate::stack::Endpoints;

/// What stands in a secret's place.
const PLACEHOLDER: &str = "[redacted]";

/// Words in the name of an environment variable whose value nobody should see.
const SECRET_NAMES: [&str; 6] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"];

/// Shorter values are words of their own: replacing them would make a text unreadable and protect nothing.
const SHORTEST: usize = 8;

/// Replaces every secret that it knows, and every password in a URI or a connection string.
#[derive(Debug, Default)]
pub(in crate::harness) struct Scrubber {
    secrets: Vec<String>,
}

impl Scrubber {
    /// The secrets of this process's environment.
    pub(in crate::harness) fn of_environment() -> Self {
        let mut scrubber = Self::default();
        scrubber.add_variables(std::env::vars());
        scrubber
    }

    /// The values of the variables whose names say that they are secret.
    pub(in crate::harness) fn add_variables(
        &mut self,
        variables: impl Iterator<Item = (String, String)>,
    ) {
        for (name, value) in variables {
            let name = name.to_ascii_uppercase();
            if SECRET_NAMES.iter().any(|word| name.contains(word)) {
                self.add(&value);
            }
        }
    }

    /// These secrets only.
    pub(in crate::harness) fn of_secrets<'a>(secrets: impl Iterator<Item = &'a Secret>) -> Self {
        let mut scrubber = Self::default();
        secrets.for_each(|secret| scrubber.add(secret.reveal()));
        scrubber
    }

    /// The secrets of one stack.
    pub(in crate::harness) fn add_stack(&mut self, endpoints: &Endpoints) {
        self.add(endpoints.postgres.admin_password.reveal());
        self.add(endpoints.postgres.reader_password.reveal());
        self.add(endpoints.typesense.api_key.reveal());
        self.add(&encrypt_key(endpoints));
    }

    fn add(&mut self, secret: &str) {
        if secret.len() < SHORTEST {
            return;
        }
        // As it is, as it stands in a URI, and as it stands in JSON.
        let in_uri = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
        let in_json = serde_json::Value::from(secret).to_string();
        for form in [secret, &in_uri, in_json.trim_matches('"')] {
            if !self.secrets.iter().any(|known| known == form) {
                self.secrets.push(form.to_owned());
            }
        }
        // The longest first: one may be the beginning of another.
        self.secrets
            .sort_by_key(|known| std::cmp::Reverse(known.len()));
    }

    /// The text without them.
    pub(in crate::harness) fn scrub(&self, text: &str) -> String {
        let mut text = without_uri_passwords(text);
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), PLACEHOLDER);
            }
        }
        without_named_passwords(&text)
    }
}

/// `postgresql://user:password@host` → `postgresql://user:[redacted]@host`.
fn without_uri_passwords(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        clean.push_str(head);
        let end = tail
            .find(|c: char| c.is_whitespace() || "/?#\"'<>\\".contains(c))
            .unwrap_or(tail.len());
        let (authority, after) = tail.split_at(end);
        match authority.rsplit_once('@') {
            Some((login, host)) if login.contains(':') => {
                let (user, _password) = login.split_once(':').unwrap_or((login, ""));
                clean.push_str(&format!("{user}:{PLACEHOLDER}@{host}"));
            }
            _ => clean.push_str(authority),
        }
        rest = after;
    }
    clean.push_str(rest);
    clean
}

/// `password=x`, `PASSWORD 'x'` and the like: what a connection string or a statement about a role holds.
fn without_named_passwords(text: &str) -> String {
    const NAME: &str = "password";
    // Lower case in ASCII only, so that places in one text are places in the other.
    let lower = text.to_ascii_lowercase();
    let mut clean = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(found) = lower[from..].find(NAME) {
        let after = from + found + NAME.len();
        let value = match text[after..].chars().next() {
            Some('=') => Some((after + 1, text[after + 1..].chars().next())),
            Some(' ') if text[after + 1..].starts_with('\'') => Some((after + 1, Some('\''))),
            _ => None,
        };
        let Some((start, first)) = value else {
            clean.push_str(&text[from..after]);
            from = after;
            continue;
        };
        let (start, end) = match first {
            Some('\'') => {
                let inside = start + 1;
                let length = text[inside..].find('\'').unwrap_or(text.len() - inside);
                (inside, inside + length)
            }
            _ => {
                let length = text[start..]
                    .find(|c: char| c.is_whitespace() || "&;\"'\\".contains(c))
                    .unwrap_or(text.len() - start);
                (start, start + length)
            }
        };
        clean.push_str(&text[from..start]);
        if end > start {
            clean.push_str(PLACEHOLDER);
        }
        from = end;
    }
    clean.push_str(&text[from..]);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::{PostgresEndpoint, TypesenseEndpoint};

    fn scrubber() -> Scrubber {
        let variables = [
            ("OPENAI_API_KEY", "sk-0123456789"),
            ("MY_TOKEN", "a/b c\"d99"),
            ("DEBUG_KEY", "no"),
            ("LANG", "in_ID.UTF-8"),
        ];
        let mut scrubber = Scrubber::default();
        scrubber.add_variables(
            variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        scrubber.add_stack(&endpoints());
        scrubber
    }

    fn endpoints() -> Endpoints {
        Endpoints {
            temporal_address: "127.0.0.1:7233".into(),
            temporal_ui: None,
            postgres: PostgresEndpoint {
                host: "127.0.0.1".into(),
                port: 5432,
                admin_user: "postgres".into(),
                admin_password: Secret::new("admin-password-1"),
                reader_user: "kai_reader".into(),
                reader_password: Secret::new("reader-password-2"),
                database: "koperasi".into(),
            },
            typesense: TypesenseEndpoint {
                host: "127.0.0.1".into(),
                port: 8108,
                protocol: "http".into(),
                api_key: Secret::new("typesense-key-3"),
            },
        }
    }

    #[test]
    fn no_secret_of_the_stack_or_the_environment_stays() {
        let endpoints = endpoints();
        let text = format!(
            "{} typesense-key-3 {} sk-0123456789 {} a%2Fb+c%22d99 {}",
            endpoints.postgres.admin_url("koperasi"),
            encrypt_key(&endpoints),
            serde_json::json!({ "token": "a/b c\"d99" }),
            "reader-password-2",
        );

        let clean = scrubber().scrub(&text);

        for secret in [
            "admin-password-1",
            "reader-password-2",
            "typesense-key-3",
            "sk-0123456789",
            "a/b c",
            "a%2Fb",
            &encrypt_key(&endpoints),
        ] {
            assert!(!clean.contains(secret), "{secret} in {clean}");
        }
        assert!(clean.contains("postgresql://postgres:[redacted]@127.0.0.1:5432/koperasi"));
    }

    #[test]
    fn passwords_that_nobody_knew_of_go_too() {
        let cases = [
            (
                "to postgres://ani:geheim@db.example:5432/x, then",
                "to postgres://ani:[redacted]@db.example:5432/x, then",
            ),
            (
                r#"{"uri":"postgres://ani:ge%40@h/x"}"#,
                r#"{"uri":"postgres://ani:[redacted]@h/x"}"#,
            ),
            (
                "host=h password=geheim user=u",
                "host=h password=[redacted] user=u",
            ),
            (
                "ALTER ROLE x PASSWORD 'ge heim';",
                "ALTER ROLE x PASSWORD '[redacted]';",
            ),
            ("password='ge heim' x", "password='[redacted]' x"),
        ];
        for (text, clean) in cases {
            assert_eq!(scrubber().scrub(text), clean);
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "http://127.0.0.1:8108/health at 10:00",
            "no password was given; the password is missing",
            "mail ani@example.org or http://example.org/a:b@c",
            "in_ID.UTF-8 and no",
            "",
        ] {
            assert_eq!(scrubber().scrub(text), text);
        }
    }
}
