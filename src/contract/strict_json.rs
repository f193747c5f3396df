//! JSON that all readers read alike.
//!
//! A key that an object has twice is kept by some readers in its first and by others in its last value, and a text that is
//! nested deeply is refused by some and stops others. What a receiver passes on as it came must be neither.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How many objects and lists may stand in one another. Readers commonly stop at 128 (serde_json), and what is passed on here
/// stands in other texts again: an event in a callback, or in a list of a transcript.
const DEEPEST: usize = 100;

/// Below this many keys an object's are compared one by one, which needs no memory of its own.
const FEW: usize = 24;

/// Reads a text to its end and keeps nothing of it.
///
/// # Errors
/// When it is not JSON, an object in it has a key twice, or it is nested too deeply; with the place where.
pub(crate) fn check(text: &[u8]) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    Level(DEEPEST).deserialize(&mut reader)?;
    reader.end()
}

/// A value, and how many levels it may have.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn inside<E: Error>(self) -> Result<Self, E> {
        match self.0.checked_sub(1) {
            Some(left) => Ok(Self(left)),
            None => Err(E::custom(format_args!(
                "nested deeper than {DEEPEST} levels"
            ))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while items.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        let mut keys = Keys::default();
        while let Some(key) = entries.next_key_seed(Key)? {
            keys.add(key)?;
            entries.next_value_seed(inside)?;
        }
        Ok(())
    }
}

/// The keys that an object had so far.
#[derive(Default)]
struct Keys<'de> {
    few: Vec<Cow<'de, str>>,
    many: std::collections::HashSet<Cow<'de, str>>,
}

impl<'de> Keys<'de> {
    fn add<E: Error>(&mut self, key: Cow<'de, str>) -> Result<(), E> {
        if self.few.contains(&key) || self.many.contains(&key) {
            let beginning: String = key.chars().take(64).collect();
            return Err(E::custom(format_args!("duplicate field `{beginning}`")));
        }
        match self.few.len() < FEW {
            true => self.few.push(key),
            false => {
                self.many.insert(key);
            }
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        check(text.as_bytes()).expect_err(text).to_string()
    }

    #[test]
    fn plain_json_passes() {
        for text in [
            "null",
            r#"{"a":{"a":[{"a":1},{"a":1}]},"b":true,"":1.5e3,"\u0061b":-1}"#,
            r#" [18446744073709551616, "\ud83d\ude00"] "#,
        ] {
            check(text.as_bytes()).expect(text);
        }
    }

    #[test]
    fn a_key_that_is_there_twice_is_named_however_it_is_written() {
        assert_eq!(
            said(r#"{"a":{"b":1,"c":2,"\u0062":3}}"#),
            "duplicate field `b` at line 1 column 26"
        );
        let many: Vec<_> = (0..100).map(|n| format!("\"k{n}\":0")).collect();
        check(format!("{{{}}}", many.join(",")).as_bytes()).expect("all differ");
        for again in [3, 99] {
            let text = format!("{{{},\"k{again}\":0}}", many.join(","));
            let wanted = format!("duplicate field `k{again}`");
            assert!(said(&text).starts_with(&wanted), "{}", said(&text));
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused_before_it_is_read() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        check(nested(DEEPEST).as_bytes()).expect("just so");
        for levels in [DEEPEST + 1, 100_000] {
            let said = said(&nested(levels));
            assert!(
                said.starts_with("nested deeper than 100 levels at line 1"),
                "{said}"
            );
        }
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        for text in ["", "{", "{\"a\":1}}", "NaN", "1e999", "[1,]", "\"\n\""] {
            assert!(said(text).contains("line"), "{text}");
        }
        assert!(check(b"\"\xff\"").is_err());
    }
}
